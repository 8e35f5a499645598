"""What there is to tell a reader about a comment, and whether it is still worth telling."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import exists, select

from ..authors.models import Author, Standing
from ..authors.service import address_hashes_of
from ..comments.models import Comment, Status
from ..core.database import db
from ..core.text import one_line
from ..core.web import keys, links
from ..sites.models import Site
from ..stories.modes import is_hidden
from .letters import NAME, Item, quoted, story_name
from .models import Follow, Kind
from .words import Words

BY_A_RULE = "rule"  # the reason of a rejection nobody but a rule decided


def item_of(kind: Kind, comment: Comment, why: str, words: Words) -> Item:
    """One piece of news in a letter."""
    story = story_name(comment.story, words)
    if kind is Kind.REJECTED:
        return _rejected(story, why, words)
    seen = {"button": words(f"{kind}_button"), "address": links().comment(comment.id)}
    text = words(f"{kind}_text", story=story)
    if kind is Kind.APPROVED:
        return Item(text, **seen)
    by = words("wrote", name=one_line(comment.author_name, NAME))
    return Item(text, by=by, quote=quoted(comment), **seen)


def _rejected(story: str, why: str, words: Words) -> Item:
    if why == BY_A_RULE:
        return Item(words("rejected_rule_text", story=story), more=[words("rejected_advice")])
    reason = words("rejected_reason", reason=words(f"reason_{why}"))
    return Item(words("rejected_text", story=story), more=[reason, words("rejected_advice")])


def reason_of(data: Mapping[str, object], words: Words) -> str:
    """The reason of a rejection that can be said in plain words; a moderator's own wording is for the newsroom."""
    if data["rule"]:
        return BY_A_RULE
    given = str(data["reason"] or ("spam" if data["action"] == "spam" else "other")).strip().lower().replace("_", " ")
    return given if words.knows(f"reason_{given}") else "other"


def is_worth_telling(kind: Kind, author: Author, comment: Comment, *, now: datetime) -> bool:
    """Whether it is still so: not taken back, not decided otherwise, not of somebody who is shut out."""
    site = db.session.get_one(Site, comment.site_id)
    return not is_hidden(site, comment.story) and comment.retracted_at is None and _STILL[kind](author, comment, now)


def _approved(author: Author, comment: Comment, now: datetime) -> bool:
    return comment.is_visible


def _refused(author: Author, comment: Comment, now: datetime) -> bool:
    return comment.status in (Status.REJECTED, Status.SPAM)


def may_be_told(author: Author, comment: Comment, now: datetime) -> bool:
    """Of somebody else's visible comment. Two Authors with one address are one person."""
    theirs = comment.author_id == author.id or comment.author.email_hash in address_hashes_of(author, keys())
    return comment.is_visible and not theirs and comment.author.standing_at(now) is not Standing.BANNED


def _follows(author: Author, comment: Comment, now: datetime) -> bool:
    follows = exists().where(Follow.author_id == author.id, Follow.story_id == comment.story_id)
    return may_be_told(author, comment, now) and bool(db.session.scalar(select(follows)))


_STILL: dict[Kind, Callable[[Author, Comment, datetime], bool]] = {
    Kind.APPROVED: _approved,
    Kind.REJECTED: _refused,
    Kind.REPLY: may_be_told,
    Kind.STORY: _follows,
}
