"""The daily summary: one letter a day to an author for whom something waits.

Made page by page, so that memory does not grow with the number of subscriptions; made twice, it is one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select

from ..authors.models import Author
from ..core.clock import now
from ..core.database import db
from ..core.unit_of_work import unit_of_work
from ..outbox import service as outbox
from ..outbox.channels import Outgoing
from ..outbox.models import Delivery
from ..sites.models import Site
from . import choices
from .letters import Page, words_of, written
from .mail import Letter
from .models import Kind, Notice, Pace
from .news import is_worth_telling, item_of
from .readers import addressee, sent_today

AT_A_TIME = 500  # authors; 100,000 are 200 short transactions
FROM_HOUR = 5  # UTC: before people in Europe read their mail, after those in the Americas have gone to bed
SHOWN = 30  # pieces of news in one letter


def make_digests() -> None:
    """Every hour: a letter for everyone for whom something waits and who has had none today."""
    moment, after = now(), 0
    if moment.hour < FROM_HOUR:
        return
    while page := _waiting(after):
        with unit_of_work():
            after = page[-1].id
            outbox.add(((None, each) for each in _digests(page, moment)), now=moment)


def clean_up() -> None:
    """Every hour: forget what has had its use."""
    with unit_of_work():
        choices.forget(now=now())


def _waiting(after: int) -> Sequence[Author]:
    """The next authors for whom something waits, in the order of their numbers."""
    waits = select(Notice.author_id).where(Notice.delivery_id.is_(None), Notice.author_id > after).distinct()
    page = waits.order_by(Notice.author_id).limit(AT_A_TIME).subquery()
    rows = select(Author).join(page, Author.id == page.c.author_id).order_by(Author.id)
    return db.session.scalars(rows).all()


def _digests(authors: Sequence[Author], moment: datetime) -> Iterator[Outgoing]:
    """A letter for each of them who has a mailbox. Sites are apart: an address is another one at each."""
    for _, found in groupby(sorted(authors, key=lambda each: each.site_id), key=lambda each: each.site_id):
        of_site = list(found)
        mailboxes = choices.recipients_of(of_site)
        for author in of_site:
            mailbox = mailboxes.get(author.id)
            if mailbox and mailbox.stopped_at is None:
                once = f"digest author:{author.id} {moment:%Y-%m-%d}"
                yield choices.letter_to(author.site_id, mailbox.id, "digest", once, {"author": author.id})


def write_digest(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """The summary of what waits for an author when it is sent; a second try has the same in it and what came since."""
    author = addressee(delivery)
    if author is None:
        return None
    site = db.session.get_one(Site, author.site_id)
    if sent_today(delivery.lane_key, now) >= site.settings.mails_per_day:
        return None  # it waits on, for tomorrow's
    notices = _news_for(author, delivery, now)
    return written(_page(author, site, notices, _more(author))) if notices else None


def _news_for(author: Author, delivery: Delivery, now: datetime) -> list[Notice]:
    rows = select(Notice).where(Notice.author_id == author.id)
    rows = rows.where(Notice.delivery_id.is_(None) | (Notice.delivery_id == delivery.id))
    found = list(db.session.scalars(rows.order_by(Notice.id).limit(SHOWN)))
    for notice in found:  # what is not worth telling any more is done with, too
        notice.delivery_id = delivery.id
    db.session.flush()
    return [each for each in found if _is_wanted(author, each, now)]


def _is_wanted(author: Author, notice: Notice, now: datetime) -> bool:
    kind = Kind(notice.kind)
    wanted = choices.pace_of(author.id, kind) is not Pace.OFF
    return wanted and is_worth_telling(kind, author, notice.comment, now=now)


def _more(author: Author) -> int:
    waits = (Notice.author_id == author.id, Notice.delivery_id.is_(None))
    return db.session.scalar(select(func.count()).select_from(Notice).where(*waits)) or 0


def _page(author: Author, site: Site, notices: Sequence[Notice], more: int) -> Page:
    words = words_of(site)
    items = [item_of(Kind(each.kind), each.comment, each.reason, words) for each in notices]
    after = [words("digest_more", count=more)] if more else []
    return Page(author, site, words("digest_subject"), items, words("digest_text"), after, ends="digest")
