"""The comments of a page as schema.org data for search engines (JSON-LD), beside the article's own."""

from typing import Any

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
