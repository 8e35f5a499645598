"""What shields a byline: comments that attack the person are held, and kept out of that person's sight.

Each byline has their own words and rule. A comment that used them stays out of the person's sight at the desk and in
mail whatever is decided about it later; everybody else sees it as ever.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, event, exists, select
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author, ShieldRule
from ..core.database import db, writing
from ..core.errors import Conflict, ValidationFailed
from ..rulebook.lists import read_entries
from ..screening import ATTACKS_BYLINE, Draft, Screening, Shield, shields_hit
from ..stories.models import Story
from .models import Comment, Shielded

MOST_WORDS = 500  # they are looked for in every comment on the person's stories

Who = Callable[[], Sequence[int]]  # whose sight it is: the ids of shielded authors, most often none


def _nobody() -> Sequence[int]:
    return ()


_whose_sight: ContextVar[Who] = ContextVar("commentsvc_whose_sight", default=_nobody)


def give_shield(author: Author, rule: str, words: str, *, actor: Actor) -> None:
    """Shield a byline with words, one a line, by a rule of ShieldRule; "" takes the shield off and keeps the words.

    Raises ValidationFailed, Conflict for who signs nothing, Forbidden.
    """
    ensure(actor, Permission.MANAGE_AUTHORS, author.site_id)
    if not author.is_byline:
        raise Conflict("Only who signs articles is shielded.")
    if rule not in ("", *ShieldRule):
        raise ValidationFailed({"rule": ["Choose one of the list."]})
    entries = read_entries(words, "words")
    if len(entries) > MOST_WORDS:
        raise ValidationFailed({"words": [f"Use at most {MOST_WORDS} words and phrases."]})
    if rule and not entries:
        raise ValidationFailed({"words": ["Without words nothing is shielded."]})
    author.shield, author.shield_words = rule or None, "\n".join(entries)


def shields_of(story: Story, writer: Author | None, parent: Comment | None) -> tuple[Shield, ...]:
    """The shields of those who sign the story, but for the writer's own; `parent` is the comment that is answered."""
    return tuple(
        Shield(
            author_id=author.id,
            name=author.name,
            words=tuple(author.shield_words.splitlines()),
            must_be_aimed=author.shield == ShieldRule.AIMED,
            is_answered=parent is not None and parent.author_id == author.id,
        )
        for author in story.authors
        if author.shield and (writer is None or writer.id != author.id)
    )


def keep_out_of_sight(comment: Comment, draft: Draft, screening: Screening) -> None:
    """Remember whom a stored comment attacks; nobody where the site turned the rule off, or into a shadow."""
    if not any(verdict.rule == ATTACKS_BYLINE and verdict.would_be is None for verdict in screening.verdicts):
        return
    known = set(db.session.scalars(select(Shielded.author_id).where(Shielded.comment_id == comment.id)))
    for author_id in dict.fromkeys(shield.author_id for shield, _ in shields_hit(draft)):
        if author_id not in known:
            db.session.add(Shielded(comment_id=comment.id, author_id=author_id))


def is_in_sight_of(author_ids: Collection[int], comment: Any = Comment) -> ColumnElement[bool]:
    """For the database: the comment attacked none of these authors."""
    return ~exists().where(Shielded.comment_id == comment.id, Shielded.author_id.in_(author_ids))


@contextmanager
def out_of_sight_of(author_ids: Sequence[int]) -> Iterator[None]:
    """Inside, nothing that attacked these authors is read; but for a unit of work, which must count right."""
    token = _whose_sight.set(lambda: author_ids)
    try:
        yield
    finally:
        _whose_sight.reset(token)


def shield_for_request(who: Who = _nobody) -> None:
    """The same until it is called again: at the beginning and at the end of a request.

    `who` is asked once, and only where comments are read.
    """
    _whose_sight.set(cache(who))


@event.listens_for(db.session, "do_orm_execute")
def _look_away(state: ORMExecuteState) -> None:
    if not state.is_select or writing.get() or state.is_column_load or state.is_relationship_load:
        return
    read = state.all_mappers  # none where only numbers are
    if read and not any(mapper.class_ is Comment for mapper in read):
        return
    if ids := tuple(_whose_sight.get()()):
        hidden = with_loader_criteria(Comment, lambda table: is_in_sight_of(ids, table), include_aliases=True)
        state.statement = state.statement.options(hidden)
