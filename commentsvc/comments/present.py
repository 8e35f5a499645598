"""Comments and stories as JSON (CONTRACT section 3), the same for every reader."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..authors.present import author_json, badges_of, profile_json
from ..core.clock import rfc3339
from ..core.html import text_of
from ..core.links import Links
from ..core.mail_address import MAX_LENGTH as EMAIL_LENGTH
from ..core.web import house
from ..sites.models import Site
from ..sites.settings import LIKE
from ..stories.models import Story
from ..stories.modes import is_hidden, mode_in_force
from ..stories.queries import StoryName
from .challenges import is_asked
from .forms import NOTIFY
from .models import Comment
from .thread import Shown

FORMATS = ("tree", "html")
EXCERPT, LONG_WORD = 140, 30  # characters of the comment that is answered; of a word that is not cut


def excerpt_of(comment: Comment) -> str:
    """How a comment begins, as plain words on one line."""
    said = " ".join(text_of(comment.content).split())
    if len(said) <= EXCERPT:
        return said
    blank = said.rfind(" ", EXCERPT - LONG_WORD, EXCERPT)  # scripts without blanks are cut where they are
    return f"{said[: blank if blank > 0 else EXCERPT]}…"


@dataclass(frozen=True)
class Presenter:
    """How the comments of one answer are written: whose site, which links, tree or HTML, who signs the story."""

    site: Site
    links: Links
    format: str = "tree"
    byline_ids: Collection[int] = ()

    def comment(
        self, comment: Comment, story: Story, replies: Sequence[Shown] = (), more: Any = None, *, locked: bool = False
    ) -> dict[str, Any]:
        """One comment. One that is gone keeps its place and loses its words and its author.

        `locked` where a comment above it is.
        """
        visible = comment.is_visible
        return {
            "id": str(comment.id),
            "parent": str(comment.parent_id) if comment.parent_id else None,
            "state": self._state(comment),
            "author": self.author(comment) if visible else None,
            **self._words(comment, visible),
            "created_at": rfc3339(comment.created_at),
            "edited_at": rfc3339(comment.edited_at) if visible else None,
            "likes": comment.likes if visible else 0,
            "featured": visible and comment.featured_at is not None,
            "pinned": visible and comment.is_pinned,
            "locked": locked or comment.locked_at is not None,
            "reply_count": comment.visible_replies,
            "replies": [self.shown(reply, story) for reply in replies],
            "replies_cursor": str(more) if more else None,
            "url": self.place(comment, story),
        }

    def in_full(self, comment: Comment, story: Story) -> dict[str, Any]:
        """One comment with its words and its author, for those who see it before or after other readers do.

        Its `state` says only whether its writer took it back; whether readers see it is said by its `status`.
        """
        words = {"html": comment.html} if self.format == "html" else {"content": comment.content}
        return {
            **self.comment(comment, story),
            "state": "retracted" if comment.retracted_at else "visible",
            "author": self.author(comment),
            "edited_at": rfc3339(comment.edited_at),
            **words,
        }

    def shown(self, shown: Shown, story: Story) -> dict[str, Any]:
        return self.comment(shown.comment, story, shown.replies, shown.more, locked=shown.locked)

    @staticmethod
    def _state(comment: Comment) -> str:
        if comment.retracted_at:
            return "retracted"
        return "visible" if comment.is_visible else "removed"

    def _words(self, comment: Comment, visible: bool) -> dict[str, Any]:
        if self.format == "html":
            return {"html": comment.html if visible else ""}
        return {"content": comment.content if visible else []}

    def author(self, comment: Comment) -> dict[str, Any]:
        badges = badges_of(comment.author, signs=comment.author_id in self.byline_ids)
        return author_json(
            comment.author,
            self.site.key,
            self.links,
            name=comment.author_name,
            website=comment.website,
            badges=badges,
            has_page=comment.author.has_page(self.site.settings.readers_comments_listed),
        )

    def place(self, comment: Comment, story: Story) -> str:
        """Where the comment is read: in its article, else on the thread's own page."""
        page = story.url or self.links.thread(self.site.key, story=story.external_id)
        return f"{page}#comment-{comment.id}"

    def story(self, story: Story | None, name: StoryName, now: datetime) -> dict[str, Any]:
        """The story of a thread; one that is not known yet reads as empty and open."""
        force = mode_in_force(self.site, story, now)
        return {
            "id": story.external_id if story else name.id,
            "url": story.shown_url if story else None if name.id else name.url,
            "title": story.shown_title if story else "",
            "state": force.state,
            "opens_at": rfc3339(force.opens_at),
            "comment_count": self.count(story),
            "authors": [profile_json(author, self.site.key, self.links) for author in story.authors] if story else [],
            "guests": (story.guest_bylines or []) if story else [],
        }

    def with_context(self, comment: Comment, answered: Comment | None) -> dict[str, Any]:
        """A comment away from its thread: with its story and what it answers, of which what is gone says nothing."""
        story = comment.story
        above = {
            "id": str(comment.parent_id),
            "name": answered.author_name if answered else None,
            "excerpt": excerpt_of(answered) if answered else "",
        }
        return {
            **self.comment(comment, story),
            "story": {"id": story.external_id, "title": story.shown_title, "url": story.shown_url},
            "in_reply_to": above if comment.parent_id else None,
        }

    def count(self, story: Story | None) -> int:
        """How many comments readers see under a story: none where it is hidden."""
        return story.comment_count if story and not is_hidden(self.site, story) else 0

    def related(self, story: Story) -> dict[str, Any]:
        """One entry of "You may also like"."""
        return {
            "id": story.external_id,
            "title": story.title,
            "url": story.url,
            "excerpt": story.excerpt,
            "image": self.links.own(story.image),
            "category": story.category,
            "published_at": rfc3339(story.published_at),
            "authors": story.signed_by,
            "comment_count": self.count(story),
        }

    def form(self, story: Story | None, now: datetime) -> dict[str, Any]:
        """What the form must ask, and the limits it must keep."""
        settings, force = self.site.settings, mode_in_force(self.site, story, now)
        return {
            "state": force.state,
            "opens_at": rfc3339(force.opens_at),
            "required": ["text", "name", "email"],
            "guests": settings.guests,
            "login": {"name": settings.login_name} if settings.login and house().base_url else None,
            "limits": {"text": settings.text_max_length, "name": 80, "email": EMAIL_LENGTH, "website": 2000},
            "honeypot": "topic",
            "notify": list(NOTIFY) if house().sends_mail else [],
            "challenge": "proof_of_work" if is_asked(self.site, now) else None,
            "edit_window_minutes": settings.edit_window_minutes,
            "like_label": None if settings.like_label in ("", LIKE) else settings.like_label,
        }
