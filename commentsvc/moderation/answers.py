"""The newsroom answers in public, under the names its people go by."""

from dataclasses import dataclass
from datetime import datetime

from ..accounts.models import Account
from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author
from ..authors.queries import bylines_of
from ..authors.service import author_of_staff, call_as_now
from ..comments import lifecycle, posting
from ..comments.models import Comment
from ..comments.posting import Submission
from ..core.crypto import Keyring
from ..core.database import db
from ..core.errors import Conflict, Forbidden, Stale
from ..sites.models import Site
from ..stories.models import Story
from ..stories.queries import is_byline_of
from . import decisions
from .decisions import Seen

CHANGED = "This comment changed after you opened it. Look at it again: what you wrote is still here."


@dataclass(frozen=True)
class Words:
    """What somebody of the newsroom says; sent twice under the same `key` it is said once."""

    text: str
    key: str | None = None


def answer(
    comment: Comment,
    words: Words,
    *,
    actor: Actor,
    seen: int | None,
    approves: bool = False,
    keys: Keyring,
    now: datetime,
) -> Comment:
    """Answer a comment in public; `approves` lets it through in the same stroke, as a decision like any other.

    `seen` is the version the actor looked at; None, for who only answers, is whatever it is now.
    Raises NotFound, Forbidden, Stale; Conflict for a comment that readers cannot see.
    """
    site = db.session.get_one(Site, comment.site_id)
    account, author = _voice(actor, comment.story, comment.section, keys, now)
    lifecycle.wait_for_turn([comment], authors=[author.id])
    db.session.refresh(comment)  # whoever had to wait looks again
    ensure(actor, Permission.MODERATE, comment.site_id, comment.section)
    story = db.session.get_one(Story, comment.story_id)
    submission = _submission(author, account, words, parent=str(comment.id))
    if known := posting.sent_before(site, story, submission, keys, now):
        return known
    if seen != comment.version and (approves or seen is not None):
        raise Stale(CHANGED)
    if approves:
        _let_through(comment, actor, now)
    if not comment.is_visible:
        taken_back = "Its writer took this comment back: nobody can answer it."
        raise Conflict(taken_back if comment.retracted_at else "Readers do not see this comment: approve it first.")
    _call_as_now(author, account)
    return posting.post_as_staff(site, story, submission, author=author, parent=comment, keys=keys, now=now)


def _voice(actor: Actor, story: Story, section: str, keys: Keyring, now: datetime) -> tuple[Account, Author]:
    """Whoever acts, and who they are under this story: its author, if they sign it. Raises NotFound, Forbidden."""
    ensure(actor, Permission.MODERATE, story.site_id, section)
    account = db.session.get(Account, actor.account_id) if actor.account_id else None
    if account is None:
        raise Forbidden("Only somebody of the newsroom can write here.")
    return account, signs_as(account, story, keys) or author_of_staff(story.site_id, account, now=now)


def signs_as(account: Account, story: Story, keys: Keyring) -> Author | None:
    """The byline under which somebody of the staff signs a story, and so writes under it."""
    mine = bylines_of(account, story.site_id, keys)
    return next((each for each in mine if is_byline_of(each, story)), None)


def _name_of(author: Author, account: Account) -> str:
    return author.name if author.is_byline else account.shown_name


def _call_as_now(author: Author, account: Account) -> None:
    """Staff go by what their account says at this time, who signs the story by what stands over it."""
    if not author.is_byline:
        call_as_now(author, account)


def _submission(author: Author, account: Account, words: Words, parent: str | None = None) -> Submission:
    """Never the account's address: nothing of it is part of what is said in public."""
    return Submission(words.text, _name_of(author, account), email="", parent=parent, idempotency_key=words.key)


def _let_through(comment: Comment, actor: Actor, now: datetime) -> None:
    outcome = decisions.decide_all([Seen(comment.id, comment.version)], "approve", actor=actor, now=now)
    if outcome.conflicts:
        raise Stale(CHANGED)


def comment_on(story: Story, words: Words, *, actor: Actor, keys: Keyring, now: datetime) -> Comment:
    """Say something under a story that answers nobody. Raises NotFound, Forbidden."""
    site = db.session.get_one(Site, story.site_id)
    account, author = _voice(actor, story, story.category, keys, now)
    lifecycle.wait_for_turn([], stories=[story.id], authors=[author.id])
    submission = _submission(author, account, words)
    if known := posting.sent_before(site, story, submission, keys, now):
        return known
    _call_as_now(author, account)
    return posting.post_as_staff(site, story, submission, author=author, parent=None, keys=keys, now=now)


def is_own(comment: Comment, actor: Actor) -> bool:
    """Whether the actor wrote it, as staff."""
    return comment.author.account_id is not None and comment.author.account_id == actor.account_id


def edit(comment: Comment, text: str, *, actor: Actor, seen: int, keys: Keyring, now: datetime) -> None:
    """Other words for one's own comment. Raises NotFound, Forbidden, Stale, WindowOver."""
    ensure_own(comment, actor)
    lifecycle.wait_for_turn([comment])
    db.session.refresh(comment)
    if seen != comment.version:
        raise Stale(CHANGED)
    site = db.session.get_one(Site, comment.site_id)
    posting.edit_as_staff(site, comment, text, keys=keys, now=now)


def take_back(comment: Comment, *, actor: Actor, now: datetime) -> None:
    """Nobody reads one's own comment any more. Raises NotFound, Forbidden."""
    ensure_own(comment, actor)
    lifecycle.retract(comment, now=now)


def ensure_own(comment: Comment, actor: Actor) -> None:
    """Raises NotFound, and Forbidden for what somebody else wrote."""
    ensure(actor, Permission.MODERATE, comment.site_id, comment.section)
    if not is_own(comment, actor):
        raise Forbidden("Only who wrote a comment can change its words.")
