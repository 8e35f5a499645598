"""What the newsroom did to a whole thread: a change of its mode, a lock among them, leaves a line that stays.

Acts are kept as decisions about comments are: append-only by the database, each site's a chain of hashes of its own.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, insert, select

from ..accounts.permissions import Actor
from ..core.chain import READ_AT_ONCE, Fault, Walked, end_of, hash_after, move_end, walk
from ..core.database import db
from ..sites.models import Section
from .models import Act, ActHead, Story

MODE = "mode"
ACTIONS = (MODE,)
BOUND = ("site_id", "number", "story_id", "section", "account_id", "action", "before", "after", "created_at")


def mode_before(about: Story | Section) -> str | None:
    """The mode as it is when it is this change's turn, whatever was read before."""
    db.session.flush()
    db.session.refresh(about, ["mode"], with_for_update={"key_share": True})
    return about.mode


def note_mode(about: Story | Section, before: str | None, *, actor: Actor, now: datetime) -> None:
    """Keep that a story or a section takes something else than `before`; nothing where it takes the same.

    From here to the commit nobody else adds to the site's acts.
    """
    if about.mode == before:
        return
    where = (about.id, about.category) if isinstance(about, Story) else (None, about.name)
    _append(
        {
            "site_id": about.site_id,
            "story_id": where[0],
            "section": where[1],
            "account_id": actor.account_id,
            "action": MODE,
            "before": before,
            "after": about.mode,
            "created_at": now,
        }
    )


def _append(entry: Mapping[str, Any]) -> None:
    db.session.flush()
    site_id = entry["site_id"]
    number, last = end_of(ActHead, site_id)
    row = {**entry, "number": number + 1}
    row["hash"] = hash_after(last, row, BOUND)
    db.session.execute(insert(Act), [row])
    move_end(ActHead, site_id, row["number"], row["hash"])


def examine(site_id: int) -> tuple[int, str | None]:
    """How many acts a site has, and what is wrong with them: the first that was changed behind its back, or an end that
    is missing. None: nothing.
    """
    highest = db.session.scalar(select(func.max(Act.number)).where(Act.site_id == site_id)) or 0
    end = db.session.execute(select(ActHead.number, ActHead.hash).where(ActHead.site_id == site_id)).first()
    walked = walk(_rows(site_id, end.number if end else 0), (end.number, end.hash) if end else None, highest, BOUND)
    return walked.sound, _said(walked) if walked.fault else None


def _said(walked: Walked) -> str:
    if walked.fault is Fault.GAP:
        return f"act {walked.sound + 1} of the site is missing"
    if walked.row is not None:
        return f"act {walked.row['number']} of the site was changed"
    return f"the end is missing: there should be {walked.length} acts"


def _rows(site_id: int, up_to: int) -> Iterator[Mapping[str, Any]]:
    columns = [Act.hash, *(getattr(Act, name) for name in BOUND)]
    rows = select(*columns).where(Act.site_id == site_id, Act.number <= up_to).order_by(Act.number)
    for row in db.session.execute(rows.execution_options(yield_per=READ_AT_ONCE)).mappings():
        yield cast(Mapping[str, Any], row)
