"""Short messages to the newsroom's chats: Slack and whatever takes its incoming webhooks, Telegram, Matrix, Mattermost.

A message holds a headline, a name, an excerpt and a link to the desk: plain text, no address, nothing that pings.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from ..authors.models import Author
from ..comments.models import Comment
from ..core import http_out
from ..core.crypto import Keyring, Undecipherable
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.http_out import NotAllowed, Unreachable
from ..core.text import excerpt, one_line
from ..core.web import keys
from ..outbox import lanes
from ..outbox import service as outbox
from ..outbox.channels import Answer, Outgoing
from ..outbox.models import Delivery, DeliveryStatus, Event, Lane
from ..outbox.service import new_uid
from ..sites.models import Site
from . import chat_services, thresholds
from .newsroom import desk_link, headline, plain
from .newsroom_models import ChatTarget

CHANNEL = "chat"
TEST = "chat.test"
EXCERPT = 200  # characters
URL_LENGTH = 1_000
AN_HOUR = 60  # messages one chat gets: in a flood the desk says more than a chat
STALE = timedelta(hours=24)  # what happened longer ago is no news in a chat: it is crossed out, not caught up on

EVENTS = {
    "comment.created": "A new comment",
    "comment.held": "A comment waits for a decision",
    "comment.approved": "A comment was approved",
    "comment.rejected": "A comment was rejected",
    "comment.flagged": "A reader reported a comment",
    thresholds.TYPE: "The queue has grown too long",
}


# Targets


def targets_of(site_id: int) -> list[ChatTarget]:
    return list(db.session.scalars(select(ChatTarget).where(ChatTarget.site_id == site_id).order_by(ChatTarget.id)))


def target_of(site_id: int, target_id: int) -> ChatTarget:
    """A chat of this site. Raises NotFound."""
    target = db.session.get(ChatTarget, target_id)
    if target is None or target.site_id != site_id:
        raise NotFound("There is nothing here by that name.")
    return target


def add_target(
    site_id: int,
    *,
    name: str,
    url: str,
    events: Sequence[str],
    keys: Keyring,
    allowed: Collection[str],
    now: datetime,
) -> ChatTarget:
    """A new chat. Raises ValidationFailed for an address that is none, or leads where the service does not go."""
    target = ChatTarget(
        site_id=site_id,
        name=name,
        kind=kind_of(url, allowed),
        url_encrypted=keys.encrypt(url),
        events=[each for each in EVENTS if each in events],
        created_at=now,
    )
    db.session.add(target)
    db.session.flush()
    return target


def kind_of(url: str, allowed: Collection[str]) -> str:
    """What kind of chat an address belongs to. Raises ValidationFailed; looks no name up."""
    if not url.isprintable() or " " in url or len(url) > URL_LENGTH:
        raise _wrong("This address is not complete, or has a slip in it.")
    try:
        found = chat_services.read(url)
        http_out.check(found.url, allowed)
    except NotAllowed as error:
        raise _wrong(str(error)) from error
    return found.kind


def _wrong(sentence: str) -> ValidationFailed:
    return ValidationFailed({"url": [sentence]})


def switch(target: ChatTarget, *, on: bool, now: datetime) -> None:
    """Stop writing to a chat, or go on with what happens from now on."""
    target.disabled_at = None if on else now


def remove(target: ChatTarget, *, now: datetime) -> None:
    """Forget a chat and its address; what waits for it is crossed out."""
    waiting = (Delivery.lane_key == lane_of(target.id), Delivery.status == DeliveryStatus.WAITING)
    for delivery in db.session.scalars(select(Delivery).where(*waiting)):
        delivery.status, delivery.done_at = DeliveryStatus.CANCELLED, now
    if lane := db.session.get(Lane, lane_of(target.id)):
        lanes.resume(lane, now=now)  # nothing waits in it any more, and no notice asks for it
    db.session.delete(target)


def send_test(target: ChatTarget, *, now: datetime) -> None:
    """Put a test message out, and go on at once with a chat that was set aside."""
    lane = db.session.get(Lane, lane_of(target.id))
    if lane:
        lanes.resume(lane, now=now)
    uid = new_uid("msg")
    made = Outgoing(target.site_id, CHANNEL, lane_of(target.id), TEST, f"chat test {uid}", {"target": target.id}, uid)
    outbox.send(made, now=now)


def lane_of(target_id: int) -> str:
    return f"chat:{target_id}"


def place_of(target: ChatTarget, keys: Keyring) -> str:
    """Where a chat is, as far as that is no secret: the host; or why nobody can tell any more."""
    try:
        return chat_services.read(keys.decrypt(target.url_encrypted)).host
    except (Undecipherable, NotAllowed) as error:
        return str(error)


# Messages


def message_for(delivery: Delivery, site: Site, now: datetime) -> str | None:
    """The message of a delivery, in lines of our own making; None when there is nothing left to say."""
    if delivery.kind == TEST:
        return f"A test message of the comments of {calm(site.name)}. This chat is set up."
    if delivery.kind == thresholds.TYPE:
        found = thresholds.waiting(site.id)
        waits = f"{found.pending} wait, the oldest for {found.minutes(now)} min"
        return _lines(f"{EVENTS[delivery.kind]} at {calm(site.name)}: {waits}.", desk_link(f"/desk?site={site.key}"))
    comment = db.session.get(Comment, delivery.payload.get("comment"))
    if comment is None:
        return None
    said = f"{calm(one_line(comment.author_name, Author.NAME_LENGTH))}: {calm(excerpt(plain(comment), EXCERPT))}"
    first = f"{EVENTS[delivery.kind]} on “{calm(headline(comment))}”"
    return _lines(first, said, desk_link(f"/desk/comments/{comment.id}"))


def _lines(*lines: str | None) -> str:
    return "\n".join(line for line in lines if line)


def calm(text: str) -> str:
    """Somebody's words as words only: no @channel that pings, no link or picture that is not what it looks like."""
    return one_line(text, 400).replace("@", "@\u200b").replace("](", "] (")


# Sending


class ChatChannel:
    """One lane a chat. A chat that fails to the end is set aside, and the page about chats says so.

    `allowed` are the openings for addresses that are not public (see `core.http_out`).
    """

    name = CHANNEL
    pauses = True

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self.allowed = allowed

    def made_by(self, event: Event, now: datetime) -> Iterable[Outgoing]:
        return self._made_by(event) if event.type in EVENTS else ()

    def _made_by(self, event: Event) -> Iterator[Outgoing]:
        rows = select(ChatTarget).where(ChatTarget.site_id == event.site_id, ChatTarget.disabled_at.is_(None))
        for target in db.session.scalars(rows):
            if event.type in target.events:
                once = f"{event.uid} chat:{target.id}"
                payload = {"target": target.id, "comment": event.data.get("comment")}
                yield Outgoing(event.site_id, CHANNEL, lane_of(target.id), event.type, once, payload)

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        target = db.session.get(ChatTarget, delivery.payload["target"])
        is_test = delivery.kind == TEST
        if target is None or (target.disabled_at and not is_test) or now - delivery.created_at > STALE:
            return None
        text = message_for(delivery, db.session.get_one(Site, delivery.site_id), now)
        if text is None or (not is_test and _written_lately(delivery, now) >= AN_HOUR):
            return None
        url, message = keys().decrypt(target.url_encrypted), chat_services.Message(text, delivery.uid)
        return lambda: send(url, message, self.allowed)


def _written_lately(delivery: Delivery, now: datetime) -> int:
    lately = (Delivery.lane_key == delivery.lane_key, Delivery.status == DeliveryStatus.SENT)
    rows = select(func.count()).select_from(Delivery).where(*lately, Delivery.done_at > now - timedelta(hours=1))
    return db.session.scalar(rows) or 0


def send(url: str, message: chat_services.Message, allowed: Collection[str]) -> Answer:
    """Write one message to a chat. Touches no database."""
    try:
        return _answer(chat_services.write(chat_services.read(url), message, allowed))
    except NotAllowed as error:
        return Answer(False, str(error), pause=True)
    except Unreachable as error:
        return Answer(False, str(error))


def _answer(reply: http_out.Reply) -> Answer:
    said = f"The chat answered {reply.status}."
    if 200 <= reply.status < 300:
        return Answer(True, said, reply.status)
    asked = reply.headers.get("Retry-After", "")
    wait = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
    return Answer(False, said, reply.status, pause=reply.status in (404, 410), retry_after=wait)
