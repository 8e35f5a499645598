"""The log at the desk: every decision of people and of rules, filtered, page by page or as one CSV file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from ..accounts.models import Account
from ..accounts.permissions import Actor
from ..authors.models import Author
from ..comments.models import Comment, Decision
from ..comments.queries import in_sections
from ..core.clock import rfc3339
from ..core.database import db
from ..core.paging import Cursor
from ..core.sheets import as_lines
from ..stories.acts import ACTIONS
from ..stories.models import Act, Story

PAGE = 50
READ_AT_ONCE = 500
MOST_ACTS = 1000  # on one page: the file has them all, and a time narrows them
COLUMNS = (
    *("number", "time", "comment", "revision", "story", "author", "who", "account", "rule", "action"),
    *("before", "after", "reason", "note", "batch", "undoes", "id"),
)


@dataclass(frozen=True)
class Asked:
    """Which decisions of a site are asked for; every filter that is given has to hold.

    `author` is a slug. From `since` on, before `until`.
    """

    site_id: int
    comment_id: int | None = None
    account_id: int | None = None
    rule: str | None = None
    action: str | None = None
    reason: str | None = None
    batch: str | None = None
    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_narrowed(self) -> bool:
        return self != Asked(self.site_id)


def _conditions(asked: Asked, actor: Actor) -> list[ColumnElement[bool]]:
    """Only what belongs to the actor's sections."""
    same = {
        Decision.comment_id: asked.comment_id,
        Decision.account_id: asked.account_id,
        Decision.rule: asked.rule,
        Decision.action: asked.action,
        Decision.reason: asked.reason,
        Decision.batch: asked.batch,
        Author.slug: asked.author,
    }
    wanted: list[ColumnElement[bool]] = [Decision.site_id == asked.site_id]
    wanted += [column == value for column, value in same.items() if value is not None]
    if asked.since:
        wanted.append(Decision.created_at >= asked.since)
    if asked.until:
        wanted.append(Decision.created_at < asked.until)
    return [*wanted, *in_sections(actor.sections_of(asked.site_id))]


def _rows(asked: Asked, actor: Actor) -> Select[Any]:
    rows: Select[Any] = (
        select(Decision)
        .outerjoin(Decision.account)
        .join(Decision.comment)
        .join(Author, Author.id == Comment.author_id)
        .join(Story, Story.id == Comment.story_id)
        .options(
            contains_eager(Decision.account),
            contains_eager(Decision.comment).contains_eager(Comment.author),
            contains_eager(Decision.comment).contains_eager(Comment.story),
        )
        .where(*_conditions(asked, actor))
        .order_by(Decision.id.desc())
    )
    return rows


def page(
    asked: Asked, *, actor: Actor, after: Cursor | None, limit: int = PAGE
) -> tuple[list[Decision], Cursor | None]:
    """Decisions of a site, newest first."""
    rows = _rows(asked, actor)
    if after:
        rows = rows.where(Decision.id < after.id)
    found = list(db.session.scalars(rows.limit(limit + 1)))
    return found[:limit], Cursor(0, found[limit - 1].id) if len(found) > limit else None


def acts_among(
    decisions: Sequence[Decision],
    asked: Asked,
    *,
    actor: Actor,
    after: Cursor | None,
    following: Cursor | None,
    most: int | None = MOST_ACTS,
) -> list[Act]:
    """What was done to whole stories and sections in the time of one page of the log, newest first, `most` at most.

    None where a filter is about comments.
    """
    about_comments = (asked.comment_id, asked.rule, asked.reason, asked.batch, asked.author)
    if any(about_comments) or asked.action not in (None, *ACTIONS):
        return []
    rows = select(Act).where(*_of_acts(asked, actor)).options(joinedload(Act.account), joinedload(Act.story))
    if before := _moment_of(after):
        rows = rows.where(Act.created_at <= before)
    if following:
        rows = rows.where(Act.created_at > decisions[-1].created_at)
    return list(db.session.scalars(rows.order_by(Act.id.desc()).limit(most)))


def _of_acts(asked: Asked, actor: Actor) -> list[ColumnElement[bool]]:
    wanted = [Act.site_id == asked.site_id]
    if asked.account_id is not None:
        wanted.append(Act.account_id == asked.account_id)
    if asked.since:
        wanted.append(Act.created_at >= asked.since)
    if asked.until:
        wanted.append(Act.created_at < asked.until)
    sections = actor.sections_of(asked.site_id)
    return wanted if sections is None else [*wanted, Act.section.in_(sections)]


def _moment_of(cursor: Cursor | None) -> datetime | None:
    """When the decision was made that a page ended with."""
    return db.session.scalar(select(Decision.created_at).where(Decision.id == cursor.id)) if cursor else None


def together(decisions: Sequence[Decision], acts: Sequence[Act]) -> list[Decision | Act]:
    """In the order of time, newest first."""
    both: tuple[Sequence[Decision | Act], ...] = (decisions, acts)
    return list(merge(*both, key=lambda line: line.created_at, reverse=True))


def colleagues(site_id: int) -> list[Account]:
    """Who decides, or once decided, on this site, by name."""
    decided = select(Decision.id).where(Decision.site_id == site_id, Decision.account_id == Account.id).exists()
    acted = select(Act.id).where(Act.site_id == site_id, Act.account_id == Account.id).exists()
    by_name = func.coalesce(Account.alias, Account.name), Account.id
    return list(db.session.scalars(select(Account).where(decided | acted).order_by(*by_name)))


def as_csv(asked: Asked, *, actor: Actor) -> Iterator[str]:
    """The same as a file for a spreadsheet, a piece at a time; no cell of it is a formula."""
    yield as_lines([COLUMNS])
    after: Cursor | None = None
    while True:
        begun, (found, after) = after, page(asked, actor=actor, after=after, limit=READ_AT_ONCE)
        acts = acts_among(found, asked, actor=actor, after=begun, following=after, most=None)
        yield as_lines(_cells_of_act(line) if isinstance(line, Act) else _cells(line) for line in together(found, acts))
        if after is None:
            return
        db.session.expunge_all()


def _cells(line: Decision) -> tuple[Any, ...]:
    comment = line.comment
    where, who = comment.story.title or comment.story.external_id, line.account.shown_name if line.account else None
    what = (line.action, line.before and line.before.lower(), line.after.lower(), line.reason, line.note)
    about = (line.comment_id, line.revision_id, where, comment.author_name)
    by = (who, line.account_id, line.rule)
    return (line.number, rfc3339(line.created_at), *about, *by, *what, line.batch, line.undoes_id, line.id)


def _cells_of_act(act: Act) -> tuple[Any, ...]:
    """No comment, no revision: where it happened stands in their place."""
    who = act.account.shown_name if act.account else None
    about = (None, None, _where(act), None)
    what = (act.action, act.before, act.after, None, None)
    return (act.number, rfc3339(act.created_at), *about, who, act.account_id, None, *what, None, None, None)


def _where(act: Act) -> str:
    return (act.story.title or act.story.name) if act.story else act.section


def act_json(act: Act) -> dict[str, Any]:
    """One act on a whole story or section; a mode of null is what stands above it."""
    return {
        "number": act.number,
        "story_id": str(act.story_id) if act.story_id else None,
        "section": act.section,
        "actor": _person(act.account) if act.account else {"rule": None},
        "action": act.action,
        "before": act.before,
        "after": act.after,
        "at": rfc3339(act.created_at),
    }


def decision_json(decision: Decision) -> dict[str, Any]:
    """One line of the log."""
    return {
        "id": str(decision.id),
        "number": decision.number,
        "comment": str(decision.comment_id),
        "revision": str(decision.revision_id),
        "actor": _person(decision.account) if decision.account else {"rule": decision.rule},
        "action": decision.action,
        "before": decision.before.lower() if decision.before else None,
        "after": decision.after.lower(),
        "reason": decision.reason,
        "note": decision.note,
        "batch": decision.batch,
        "undoes": str(decision.undoes_id) if decision.undoes_id else None,
        "at": rfc3339(decision.created_at),
    }


def _person(account: Account) -> dict[str, str]:
    return {"account": account.shown_name, "id": str(account.id)}
