"""What changed that readers see, as the database notes it (migration 0025): who keeps answers ready asks here."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import BigInteger, Index, Select, cast, delete, func, literal_column, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .database import PREFIX, Base, BigId, db
from .unit_of_work import unit_of_work

KEPT = timedelta(hours=1)  # far longer than anything is kept ready
MOST_AT_ONCE = 10_000  # changes one look reads; more of them are as good as everything


class Change(Base):
    """That something changed of a story, or, without one, of a site as a whole. Written by the database's triggers."""

    __tablename__ = f"{PREFIX}change"
    __table_args__ = (
        Index(f"ix_{PREFIX}change_written_in", "written_in"),
        Index(f"ix_{PREFIX}change_at", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(BigId)
    story_id: Mapped[int | None] = mapped_column(BigId)
    written_in: Mapped[int] = mapped_column(BigInteger, server_default="0")
    at: Mapped[int] = mapped_column(BigInteger)  # seconds since 1970, by the database's clock


class TooMany(Exception):
    """More changed than is worth reading, or where the reader was is not there any more."""


@dataclass
class Watcher:
    """Reads the changes that came into sight since it last looked. Where it begins, nothing is kept ready yet.

    On PostgreSQL a change with a smaller number may come into sight later. Whatever cannot be seen yet belongs to a
    transaction that is not older than the oldest under way, so all changes from that one on are read again, and
    those that were seen are left out.
    """

    reached: int | None = None  # the last number (SQLite), or the oldest transaction that was under way (PostgreSQL)
    seen: frozenset[int] = field(default_factory=frozenset)

    def look(self) -> set[tuple[int, int | None]]:
        """The sites and stories of the new changes. Raises TooMany; the next look goes on from where it was."""
        if self.reached is None:
            self.reached = db.session.scalar(_end())
            if _is_postgresql():
                self._by_transaction()  # what is there already is no news later
            raise TooMany()
        return self._by_transaction() if _is_postgresql() else self._by_number()

    def _by_number(self) -> set[tuple[int, int | None]]:
        rows = select(Change.id, Change.site_id, Change.story_id).where(Change.id > self.reached)
        found = db.session.execute(rows.order_by(Change.id).limit(MOST_AT_ONCE + 1)).all()
        if len(found) > MOST_AT_ONCE:
            self.reached = None
            raise TooMany()
        self.reached = found[-1][0] if found else self.reached
        return {(site, story) for _, site, story in found}

    def _by_transaction(self) -> set[tuple[int, int | None]]:
        # The oldest transaction under way is asked for first: in the other order one that ended between the two
        # questions would be missed.
        oldest = db.session.scalar(_end())
        rows = select(Change.id, Change.site_id, Change.story_id).where(Change.written_in >= self.reached)
        found = db.session.execute(rows.limit(MOST_AT_ONCE + 1)).all()
        if len(found) > MOST_AT_ONCE:
            self.reached, self.seen = None, frozenset()
            raise TooMany()
        new = {(site, story) for id, site, story in found if id not in self.seen}
        self.reached, self.seen = oldest, frozenset(id for id, _, _ in found)
        return new


def noted() -> set[tuple[int, int | None]]:
    """The sites and stories of all changes that are still kept: those of the last hour at least."""
    return {(site, story) for site, story in db.session.execute(select(Change.site_id, Change.story_id).distinct())}


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def _end() -> Select[int]:
    if _is_postgresql():
        return select(cast(literal_column("pg_snapshot_xmin(pg_current_snapshot())::text"), BigInteger))
    return select(func.coalesce(func.max(Change.id), 0))


def forget() -> None:
    """Once an hour: what nobody can need any more."""
    with unit_of_work():
        db.session.execute(delete(Change).where(Change.at < int((clock.now() - KEPT).timestamp())))
