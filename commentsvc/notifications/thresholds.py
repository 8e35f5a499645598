"""Saying once that a queue has grown too long. A door like a route: its job opens units of work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from ..comments.models import Comment
from ..comments.queries import in_sections
from ..core.clock import now
from ..core.database import db
from ..core.events import Fact, announce
from ..core.unit_of_work import unit_of_work
from ..moderation.queue import belongs_to
from ..sites.models import Site
from ..sites.service import all_sites
from .newsroom_models import QueueAlarm

TYPE = "queue.threshold"
QUIET = timedelta(hours=1)  # between two alarms of one site, however often its queue goes up and down


@dataclass(frozen=True)
class Waiting:
    """How many comments of a site wait, and since when the oldest does."""

    pending: int
    oldest: datetime | None

    def minutes(self, now: datetime) -> int:
        """Whole minutes the oldest has waited."""
        return max(0, int((now - self.oldest).total_seconds() // 60)) if self.oldest else 0


def waiting(site_id: int, sections: Collection[str] | None = None) -> Waiting:
    """What waits on a site, or in the sections named."""
    rows = select(func.count(), func.min(Comment.created_at)).where(Comment.site_id == site_id, belongs_to("pending"))
    pending, oldest = db.session.execute(rows.where(*in_sections(sections))).one()
    return Waiting(pending, oldest)


def is_above(site: Site, found: Waiting, now: datetime) -> bool:
    """Whether more wait, or one has waited longer, than the site allows; 0 allows everything."""
    most, longest = site.settings.notify_queue_above, site.settings.notify_queue_older_than_minutes
    return bool(most and found.pending > most) or bool(longest and found.minutes(now) > longest)


def watch() -> None:
    """Once a minute: look at the queue of every site."""
    for site in all_sites():
        alarm = db.session.get(QueueAlarm, site.id)
        above = is_above(site, waiting(site.id), now())
        if above != bool(alarm and alarm.raised_at):
            with unit_of_work():
                look(site, now=now())


def look(site: Site, *, now: datetime) -> None:
    """Raise or end a site's alarm. Told once a crossing: the queue must fall below before it is told again."""
    alarm, found = _alarm(site.id), waiting(site.id)
    if not is_above(site, found, now):
        alarm.raised_at = None
    elif alarm.raised_at is None and (alarm.told_at is None or now - alarm.told_at >= QUIET):
        alarm.raised_at = alarm.told_at = now
        data = {"pending": found.pending, "oldest_minutes": found.minutes(now)}
        announce(Fact(TYPE, site.id, f"site:{site.id}", data))


def _alarm(site_id: int) -> QueueAlarm:
    """The site's alarm, locked: of two workers that look in the same minute one waits and finds it told."""
    db.session.scalar(select(Site.id).where(Site.id == site_id).with_for_update(key_share=True))
    rows = select(QueueAlarm).where(QueueAlarm.site_id == site_id).execution_options(populate_existing=True)
    alarm = db.session.scalar(rows)
    if alarm is None:
        alarm = QueueAlarm(site_id=site_id)
        db.session.add(alarm)
    return alarm
