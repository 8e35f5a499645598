"""The log of what was done to accounts: added to and never changed. No secret and no address stands in it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from ..core.clock import rfc3339
from ..core.database import db
from ..core.events import Fact, announce
from ..core.paging import Cursor
from .models import Account, Act
from .permissions import Actor

COMMAND_LINE, BY_LINK = Actor("the command line"), Actor("a link in a letter")
SIGN_IN_CHANGED = "account.sign_in_changed"
PAGE = 50


def note(action: str, *, actor: Actor, about: Account | None, now: datetime, **details: object) -> None:
    """Write down an act; `details` are plain words and numbers, fit for JSON."""
    db.session.add(
        Act(
            at=now,
            account_id=actor.account_id,
            by=actor.name[: Account.NAME_LENGTH],
            about_id=about.id if about else None,
            action=action,
            details=details,
        )
    )


def note_and_tell(action: str, *, actor: Actor, about: Account, now: datetime, **details: object) -> None:
    """Write down an act that changes how somebody signs in, and tell them by a letter: it may not have been them."""
    note(action, actor=actor, about=about, now=now, **details)
    by = "" if actor.account_id == about.id or actor is BY_LINK else actor.name
    data = {"account": about.id, "action": action, "at": rfc3339(now), "by": by}
    announce(Fact(SIGN_IN_CHANGED, None, f"account:{about.id}", data))


def page(*, about: Account | None = None, after: Cursor | None = None) -> tuple[Sequence[Act], str | None]:
    """Acts, newest first, those about one account where it is named; and where the next page begins."""
    rows = select(Act).order_by(Act.id.desc()).limit(PAGE + 1)
    if about is not None:
        rows = rows.where((Act.about_id == about.id) | (Act.account_id == about.id))
    if after is not None:
        rows = rows.where(Act.id < after.id)
    found = db.session.scalars(rows).all()
    following = str(Cursor.at(found[PAGE - 1].at, found[PAGE - 1].id)) if len(found) > PAGE else None
    return found[:PAGE], following
