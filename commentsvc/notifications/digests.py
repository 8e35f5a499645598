"""The newsroom's daily letters. A door like a route: its job opens units of work."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from ..authors.models import Author
from ..core.clock import now
from ..core.database import db
from ..core.unit_of_work import unit_of_work
from ..outbox import service as outbox
from ..outbox.channels import Outgoing
from .newsroom import moments, to_account, to_byline
from .newsroom_models import BylineChoice, How, NewsroomChoice

HOUR = 5  # UTC: before the first shift in Europe
AT_ONCE = 200  # letters put out in one transaction


def last_round(now: datetime) -> datetime:
    """When the latest daily letters were due."""
    today = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def send_daily() -> None:
    """Once an hour: put out the daily letters that are due; a letter that is late covers the longer time."""
    more = True
    while more:
        with unit_of_work():
            letters = [*_to_accounts(now()), *_to_bylines(now())]
            outbox.add(((None, each) for each in letters), now=now())
        more = bool(letters)


def _to_accounts(now: datetime) -> Iterator[Outgoing]:
    due = (NewsroomChoice.how == How.DAILY, NewsroomChoice.digested_at < last_round(now))
    for choice in db.session.scalars(select(NewsroomChoice).where(*due).limit(AT_ONCE)):
        choice.digested_at = now
        once = last_round(now).date().isoformat()
        yield to_account(choice.site_id, choice.account_id, "newsroom_digest", f"{once} site:{choice.site_id}")


def _to_bylines(now: datetime) -> Iterator[Outgoing]:
    daily = (BylineChoice.comments == How.DAILY) | (BylineChoice.questions == How.DAILY)
    rows = select(BylineChoice, Author.site_id).join(Author, Author.id == BylineChoice.author_id)
    found = db.session.execute(rows.where(daily, BylineChoice.digested_at < last_round(now)).limit(AT_ONCE))
    for choice, site_id in found.all():
        covers = moments(choice.digested_at, now)
        choice.digested_at = now
        once = last_round(now).date().isoformat()
        yield to_byline(site_id, choice.author_id, "newsroom_byline_digest", once, **covers)
