"""The log at the desk: every decision of people and of rules, filtered, page by page or as one CSV file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import contains_eager

from ..accounts.models import Account
from ..accounts.permissions import Actor
from ..authors.models import Author
from ..comments.models import Comment, Decision
from ..comments.queries import in_sections
from ..core.clock import rfc3339
from ..core.database import db
from ..core.paging import Cursor
from ..core.sheets import calm
from ..stories.models import Story

PAGE = 50
READ_AT_ONCE = 500
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


def colleagues(site_id: int) -> list[Account]:
    """Who decides, or once decided, on this site, by name."""
    decided = select(Decision.id).where(Decision.site_id == site_id, Decision.account_id == Account.id)
    by_name = func.coalesce(Account.alias, Account.name), Account.id
    return list(db.session.scalars(select(Account).where(decided.exists()).order_by(*by_name)))


def as_csv(asked: Asked, *, actor: Actor) -> Iterator[str]:
    """The same as a file for a spreadsheet, a piece at a time; no cell of it is a formula."""
    yield _line(COLUMNS)
    after: Cursor | None = None
    while True:
        found, after = page(asked, actor=actor, after=after, limit=READ_AT_ONCE)
        yield "".join(_line(_cells(decision)) for decision in found)
        if after is None:
            return
        db.session.expunge_all()


def _line(cells: tuple[Any, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([calm(cell) for cell in cells])
    return written.getvalue()


def _cells(line: Decision) -> tuple[Any, ...]:
    comment = line.comment
    where, who = comment.story.title or comment.story.external_id, line.account.shown_name if line.account else None
    what = (line.action, line.before and line.before.lower(), line.after.lower(), line.reason, line.note)
    about = (line.comment_id, line.revision_id, where, comment.author_name)
    by = (who, line.account_id, line.rule)
    return (line.number, rfc3339(line.created_at), *about, *by, *what, line.batch, line.undoes_id, line.id)


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
