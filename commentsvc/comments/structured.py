"""What search engines are told in schema.org's words (JSON-LD): comments beside the article, and who an author is."""

from collections.abc import Sequence
from typing import Any

from ..authors.models import Author
from ..authors.present import profile_json
from ..core.clock import rfc3339
from ..core.html import text_of
from ..stories.models import Story
from .present import Presenter
from .thread import Shown


def structured_data(show: Presenter, story: Story | None, shown: list[Shown]) -> dict[str, Any] | None:
    """What belongs to the host's `NewsArticle`: the same `@id`, so that a reader of both puts them together.

    None where there is nothing to say, no article to say it of, or the site keeps its comments out of snippets.
    """
    address = story.shown_url if story else None
    if not shown or not story or not address or not show.site.settings.comments_in_snippets:
        return None
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "url": address,
        "commentCount": show.count(story),
        "comment": [_comment(show, story, each) for each in shown if each.comment.is_visible],
    }


def profile_data(show: Presenter, author: Author, count: int, stories: Sequence[Story]) -> dict[str, Any]:
    """A `ProfilePage` with what stands on it."""
    said = profile_json(author, show.site.key, show.links)
    person: dict[str, Any] = {
        "@type": "Person",
        "@id": said["url"],
        "url": said["url"],
        "name": author.name,
        "identifier": author.slug,
        "image": said["avatar"],
    }
    if bio := text_of(author.bio_content):
        person["description"] = bio
    if elsewhere := [*filter(None, [author.website]), *(link["url"] for link in author.links or [])]:
        person["sameAs"] = list(dict.fromkeys(elsewhere))
    if count:
        written = {"@type": "InteractionCounter", "interactionType": "https://schema.org/CommentAction"}
        person["agentInteractionStatistic"] = {**written, "userInteractionCount": count}
    page = {"@context": "https://schema.org", "@type": "ProfilePage", "dateCreated": rfc3339(author.created_at)}
    articles = [_article(story, said["url"]) for story in stories if story.shown_url]
    return {**page, "mainEntity": person, **({"hasPart": articles} if articles else {})}


def _article(story: Story, author: str) -> dict[str, Any]:
    said = {"@type": "NewsArticle", "@id": story.shown_url, "url": story.shown_url, "author": {"@id": author}}
    told = {"headline": story.shown_title, "datePublished": rfc3339(story.published_at)}
    return said | {name: value for name, value in told.items() if value}


def _comment(show: Presenter, story: Story, shown: Shown) -> dict[str, Any]:
    comment = shown.comment
    said: dict[str, Any] = {
        "@type": "Comment",
        "@id": show.place(comment, story),
        "url": show.place(comment, story),
        "author": {"@type": "Person", "name": comment.author_name},
        "datePublished": rfc3339(comment.created_at),
        "text": text_of(comment.content),
        "upvoteCount": comment.likes,
    }
    if comment.edited_at:
        said["dateModified"] = rfc3339(comment.edited_at)
    if replies := [_comment(show, story, each) for each in shown.replies if each.comment.is_visible]:
        said["comment"] = replies
    return said
