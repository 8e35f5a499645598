"""All that staff know of one author, for one page: counted along indexes, however much somebody wrote."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import joinedload

from ..accounts.permissions import Actor, Permission
from ..authors import acts, notes
from ..authors.models import RESTRAINTS, Author, AuthorAct, AuthorNote, StandingChange
from ..authors.service import address_hashes_of
from ..comments.models import Comment, Decision, Status
from ..comments.queries import in_sections
from ..core.crypto import Keyring
from ..core.database import db
from ..stories.models import Story
from ..stories.queries import stories_signed_by
from .decisions import last_decisions
from .models import Flag
from .undoing import SANCTIONS

LATEST, STORIES = 20, 10
CHANGES = 50  # of the newest
MOST = 100  # comments that one sanction is said to have held, no further
COUNTED = 10  # of the newest sanctions
NAMES = 20
TAKEN_BACK = "TAKEN BACK"


@dataclass(frozen=True)
class Flags:
    """Reports: how many there are, open and upheld (the comment is rejected now), and by reason."""

    total: int = 0
    open: int = 0
    upheld: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Sanction:
    """A change of standing with what it did: comments held, and those decided on with it."""

    change: StandingChange
    held: int = 0
    decided: int = 0


@dataclass(frozen=True)
class Person:
    """What a page of one author shows. `names` are those used with comments; `same_address` others who typed it."""

    states: Counter[str]
    names: list[tuple[str, int]]
    latest: list[Comment]
    decided: dict[int, Decision]
    received: Flags
    made: Flags
    record: list[Sanction]
    notes: list[AuthorNote]
    acts: list[AuthorAct]
    same_address: list[Author]
    stories: list[Story]


def person(author: Author, *, actor: Actor, keys: Keyring, now: datetime) -> Person:
    """What the actor may know of an author: of comments, only what is of their sections."""
    sections = in_sections(actor.sections_of(author.site_id))
    ids = [author.id, *db.session.scalars(select(Author.id).where(Author.merged_into_id == author.id))]
    latest = list(
        db.session.scalars(
            select(Comment)
            .where(Comment.author_id == author.id, *sections)
            .options(joinedload(Comment.story))
            .order_by(Comment.created_at.desc(), Comment.id.desc())
            .limit(LATEST)
        )
    )
    states, names = _counted(author, actor)
    about = Flag.author_id == author.id
    made = Flag.made_by_id.in_(ids)
    may_link = actor.may(Permission.SEE_ADDRESSES)
    return Person(
        states=states,
        names=names,
        latest=latest,
        decided=last_decisions([comment.id for comment in latest]),
        received=_flags(actor, author.site_id, about),
        made=_flags(actor, author.site_id, made),
        record=_record(author, ids, now),
        notes=notes.notes_on(ids),
        acts=acts.acts_on(ids),
        same_address=same_address(author, keys) if may_link else [],
        stories=stories_signed_by(author.id, STORIES) if author.is_byline else [],
    )


def _counted(author: Author, actor: Actor) -> tuple[Counter[str], list[tuple[str, int]]]:
    """Comments by state, and by the name they were written under."""
    is_back = Comment.retracted_at.is_not(None)
    rows = select(Comment.author_name, Comment.status, is_back.label("is_back"), func.count().label("number"))
    rows = rows.where(Comment.author_id == author.id, *in_sections(actor.sections_of(author.site_id)))
    states, names = Counter[str](), Counter[str]()
    for row in db.session.execute(rows.group_by(Comment.author_name, Comment.status, is_back)):
        states[TAKEN_BACK if row.is_back else row.status] += row.number
        names[row.author_name] += row.number
    return states, names.most_common(NAMES)


def _flags(actor: Actor, site_id: int, which: object) -> Flags:
    is_upheld = Comment.status.in_((Status.REJECTED, Status.SPAM))
    rows = select(Flag.reason, Flag.settled_at.is_(None).label("is_open"), is_upheld.label("is_upheld"))
    rows = rows.add_columns(func.count().label("number")).join(Comment, Comment.id == Flag.comment_id)
    rows = rows.where(which, *in_sections(actor.sections_of(site_id)))  # type: ignore[arg-type]
    found = db.session.execute(rows.group_by(Flag.reason, "is_open", "is_upheld")).all()
    reasons = Counter[str]()
    for row in found:
        reasons[row.reason] += row.number
    return Flags(
        total=reasons.total(),
        open=sum(row.number for row in found if row.is_open),
        upheld=sum(row.number for row in found if row.is_upheld),
        reasons=tuple(reasons.most_common()),
    )


def _record(author: Author, ids: Sequence[int], now: datetime) -> list[Sanction]:
    """Every change of standing, the newest first, each with what it did."""
    rows = select(StandingChange).where(StandingChange.author_id.in_(ids)).options(joinedload(StandingChange.account))
    changes = list(db.session.scalars(rows.order_by(StandingChange.id.desc()).limit(CHANGES)))
    counting: list[tuple[int, str, Any]] = []
    for place, change in enumerate(changes):
        if change.standing in RESTRAINTS and change.author_id == author.id and len(counting) < 2 * COUNTED:
            ended = changes[place - 1].created_at if place else now
            counting += [(change.id, "held", _held(author, change, ended)), (change.id, "decided", _decided(change))]
    if not counting:
        return [Sanction(change) for change in changes]
    found = db.session.execute(select(*(rows.scalar_subquery() for _, _, rows in counting))).one()
    numbers = {(id, kind): number for (id, kind, _), number in zip(counting, found, strict=True)}
    return [
        Sanction(change, numbers.get((change.id, "held"), 0), numbers.get((change.id, "decided"), 0))
        for change in changes
    ]


def _held(author: Author, change: StandingChange, ended: datetime) -> Any:
    """What came while it was in force and was held for it."""
    rows = select(literal(1)).select_from(Comment).join(Decision, Decision.comment_id == Comment.id)
    rows = rows.where(Comment.author_id == author.id, Comment.created_at >= change.created_at)
    rows = rows.where(Comment.created_at < ended, Decision.rule.in_(SANCTIONS)).limit(MOST)
    return select(func.count()).select_from(rows.subquery())


def _decided(change: StandingChange) -> Any:
    rows = select(func.count(Decision.comment_id.distinct()))
    site_id = select(Author.site_id).where(Author.id == change.author_id).scalar_subquery()
    return rows.where(Decision.batch == change.batch, Decision.site_id == site_id, Decision.undoes_id.is_(None))


def same_address(author: Author, keys: Keyring) -> list[Author]:
    """Others of the site who typed the same address: for who may see addresses, it tells something about one."""
    hashes = address_hashes_of(author, keys)
    rows = select(Author).where(Author.site_id == author.site_id, Author.email_hash.in_(hashes))
    rows = rows.where(Author.id != author.id, Author.merged_into_id.is_(None)).order_by(Author.id.desc())
    return list(db.session.scalars(rows.limit(NAMES))) if hashes else []
