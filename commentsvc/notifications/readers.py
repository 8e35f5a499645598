"""Mail to readers: which letters an event leads to, and how each is written when its turn comes.

Whether a letter still makes sense is decided when it is sent; what waits for the daily summary, or is over the day's
limit, becomes a Notice then. See digest.py for the summary and followers.py for stories that are followed.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time

from sqlalchemy import func, select

from ..authors.models import Author, StandingChange
from ..comments.models import Comment, Status
from ..core.database import db, upsert
from ..core.text import excerpt, one_line
from ..core.web import keys, links
from ..outbox.channels import Outgoing
from ..outbox.models import Delivery, DeliveryStatus, Event
from ..sites.models import Site
from . import choices, tokens
from .letters import ASKED_ABOUT, NAME, Item, Page, harmless, plain, words_of, written
from .mail import Letter, Writer
from .models import Confirmation, Kind, Notice, Pace, Recipient
from .news import is_worth_telling, item_of, reason_of
from .words import Words

Written = tuple[Letter, str] | None


def made_by(event: Event, now: datetime) -> Iterable[Outgoing]:
    """The letters to single readers that an event leads to."""
    if event.type not in ("comment.approved", "comment.rejected"):
        return ()
    comment = db.session.get(Comment, event.data["comment"])
    if comment is None:
        return ()
    return (*_to_its_writer(event, comment), *_to_whom_it_answers(event, comment))


def _to_its_writer(event: Event, comment: Comment) -> Iterator[Outgoing]:
    """Nothing about what was published at once: its writer saw it. And no spam trap explains itself."""
    data, rejected = event.data, event.type == "comment.rejected"
    trapped = data["action"] == "spam" and data["rule"]
    if trapped or (data["before"] is None and not rejected):
        return
    kind = Kind.REJECTED if rejected else Kind.APPROVED
    why = reason_of(data, words_of(db.session.get_one(Site, comment.site_id))) if rejected else ""
    yield from _letter(kind, comment.author, comment, why)


def _to_whom_it_answers(event: Event, comment: Comment) -> Iterator[Outgoing]:
    if event.type == "comment.approved" and comment.parent_id:
        parent = db.session.get_one(Comment, comment.parent_id)
        yield from _letter(Kind.REPLY, parent.author, comment, "")


def _letter(kind: Kind, author: Author, comment: Comment, why: str) -> Iterator[Outgoing]:
    """One letter to one reader about one comment, ever; none that was not asked for at a confirmed address."""
    recipient = _mailbox_of(author)
    if recipient is None or choices.pace_of(author.id, kind) is Pace.OFF:
        return
    once = f"{kind} comment:{comment.id} reader:{recipient.id}"
    payload = {"author": author.id, "comment": comment.id, "why": why}
    yield choices.letter_to(author.site_id, recipient.id, kind, once, payload)


def _mailbox_of(author: Author) -> Recipient | None:
    """Where mail to an author may go: confirmed, not erased, not stopped."""
    if author.confirmed_at is None or author.email_hash is None:
        return None
    recipient = choices.recipient_of(author)
    return recipient if recipient and recipient.stopped_at is None else None


def write_confirmation(delivery: Delivery, now: datetime) -> Written:
    """The only letter to an address that is not confirmed: whose words it is about, with nothing to follow in them."""
    asked = db.session.get(Confirmation, delivery.payload.get("asked", 0))
    comment = db.session.get(Comment, asked.comment_id) if asked and asked.comment_id else None
    if asked is None or comment is None or asked.author.confirmed_at or not _is_still_theirs(asked.author, delivery):
        return None
    if comment.retracted_at is not None or comment.status == Status.SPAM:
        return None
    words = words_of(db.session.get_one(Site, comment.site_id))
    by = words("wrote", name=harmless(one_line(comment.author_name, NAME)))
    said = {"by": by, "quote": harmless(excerpt(plain(comment.content), ASKED_ABOUT))}
    return _question("confirm", asked, words, said)


def write_way_in(delivery: Delivery, now: datetime) -> Written:
    """The letter with the link to one's own comments."""
    asked = db.session.get(Confirmation, delivery.payload["asked"])
    if asked is None or not asked.author.confirmed_at or not _is_still_theirs(asked.author, delivery):
        return None
    return _question("enter", asked, words_of(db.session.get_one(Site, asked.author.site_id)), {})


def _question(kind: str, asked: Confirmation, words: Words, said: dict[str, str]) -> Written:
    site = db.session.get_one(Site, asked.author.site_id)
    address = links().mail(kind, tokens.make(kind, asked.author, keys(), asked.id))
    item = Item(words(f"{kind}_text"), button=words(f"{kind}_button"), address=address, **said)
    return written(Page(asked.author, site, words(f"{kind}_subject"), [item], after=[words(f"{kind}_else")]))


def write_standing(delivery: Delivery, now: datetime) -> Written:
    """The newsroom's own words to an author about their standing; asked for by nobody, so nothing ends it."""
    author, change = addressee(delivery), db.session.get(StandingChange, delivery.payload["change"])
    if author is None or change is None:
        return None
    site = db.session.get_one(Site, author.site_id)
    words = words_of(site)
    item = Item(words("standing_text"), quote=change.message)
    return written(Page(author, site, words("standing_subject"), [item]))


def _is_still_theirs(author: Author, delivery: Delivery) -> bool:
    """The address is the one the letter was meant for, and mail to it was not stopped."""
    recipient = choices.recipient_of(author) if author.email_hash else None
    return recipient is not None and recipient.lane == delivery.lane_key and recipient.stopped_at is None


def addressee(delivery: Delivery) -> Author | None:
    """Whom a letter goes to, if it may still go there."""
    author = db.session.get(Author, delivery.payload["author"])
    return author if author and author.confirmed_at and _is_still_theirs(author, delivery) else None


def writer_of(kind: Kind) -> Writer:
    """Writes the letters of one kind."""

    def write(delivery: Delivery, now: datetime) -> Written:
        author, comment = addressee(delivery), db.session.get(Comment, delivery.payload["comment"])
        if author is None or comment is None or not is_worth_telling(kind, author, comment, now=now):
            return None
        pace = choices.pace_of(author.id, kind)
        if pace is Pace.AT_ONCE and _fits_into_the_day(delivery, author, now):
            return _news(kind, author, comment, delivery.payload["why"])
        if pace is not Pace.OFF:
            keep_for_digest(kind, author.id, comment.id, delivery.payload["why"], now)
        return None

    return write


def _news(kind: Kind, author: Author, comment: Comment, why: str) -> Written:
    site = db.session.get_one(Site, author.site_id)
    words = words_of(site)
    ends = f"{Kind.STORY}:{comment.story_id}" if kind is Kind.STORY else str(kind)
    item = item_of(kind, comment, why, words)
    return written(Page(author, site, words(f"{kind}_subject"), [item], ends=ends))


def _fits_into_the_day(delivery: Delivery, author: Author, now: datetime) -> bool:
    """One mail of each day's limit is kept for the summary: what is over waits there."""
    site = db.session.get_one(Site, author.site_id)
    return sent_today(delivery.lane_key, now) < site.settings.mails_per_day - 1


def sent_today(lane: str, now: datetime) -> int:
    """How many mails went to an address since midnight UTC, whoever of its Authors they were for."""
    midnight = datetime.combine(now.astimezone(UTC), time.min, UTC)
    sent = (Delivery.lane_key == lane, Delivery.status == DeliveryStatus.SENT, Delivery.done_at >= midnight)
    return db.session.scalar(select(func.count()).select_from(Delivery).where(*sent)) or 0


def keep_for_digest(kind: Kind, author_id: int, comment_id: int, why: str, now: datetime) -> None:
    """It waits for the author's next summary; once."""
    about = {"author_id": author_id, "comment_id": comment_id, "kind": kind}
    values = {**about, "reason": why, "created_at": now}
    db.session.execute(upsert(Notice).values(values).on_conflict_do_nothing())


WRITERS: dict[str, Writer] = {
    "confirm": write_confirmation,
    "enter": write_way_in,
    "standing": write_standing,
    **{str(kind): writer_of(kind) for kind in Kind},
}
MAKERS: tuple[Callable[[Event, datetime], Iterable[Outgoing]], ...] = (made_by,)
