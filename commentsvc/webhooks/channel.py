"""Webhooks as a channel of the outbox: one lane per endpoint, so that each hears everything in order."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy import select

from ..authors.models import Author
from ..comments.models import Comment
from ..core.crypto import Keyring
from ..core.database import db
from ..core.http_out import NotAllowed, Reply, Unreachable, post
from ..outbox.channels import Answer, Outgoing
from ..outbox.models import Delivery, Event
from .models import CHANNEL, Endpoint
from .signing import signed

PATIENCE = 10.0  # seconds for one receiver's answer
GONE = 410
NOT_THIS_ONE = (400, 413, 422)  # the receiver will not take this payload, whatever it says to the next
TRIES_OF_ONE = 3  # of a payload the receiver does not take, before the next one gets its turn
COME_BACK = (429, 503)
NOT_KEPT = "(What it answered is not kept: it was sent an address.)"


class WebhookChannel:
    """Tells the endpoints of a site what they chose to hear. A receiver that fails to the end pauses its lane."""

    name = CHANNEL
    pauses = True

    def __init__(self, keys: Keyring, allowed: Collection[str]) -> None:
        self.keys, self.allowed = keys, allowed

    def made_by(self, event: Event, now: datetime) -> Iterable[Outgoing]:
        rows = select(Endpoint).where(Endpoint.site_id == event.site_id, Endpoint.disabled_at.is_(None))
        return [outgoing(each, event) for each in db.session.scalars(rows.order_by(Endpoint.id)) if hears(each, event)]

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        endpoint = db.session.get(Endpoint, delivery.payload["endpoint"])
        event = delivery.event
        if endpoint is None or event is None or event.payload is None:
            return None
        if endpoint.disabled_at:
            return lambda: Answer(False, "The endpoint is switched off.", pause=True)
        private = self._private(event) if endpoint.internal else {}
        call = self.ready(endpoint, delivery.uid, {**event.payload, **private}, now=now)
        tries = delivery.attempts + 1

        def attempt() -> Answer:
            answer = call()
            if private and answer.code:
                answer = replace(answer, text=f"{answer.code} {NOT_KEPT}")
            return replace(answer, final=answer.code in NOT_THIS_ONE and tries >= TRIES_OF_ONE)

        return attempt

    def ready(self, endpoint: Endpoint, uid: str, payload: Mapping[str, Any], *, now: datetime) -> Callable[[], Answer]:
        """The call that tells an endpoint something, once."""
        url, body = endpoint.url, as_body(payload)
        secrets = [self.keys.decrypt(each) for each in endpoint.secrets_at(now)]
        headers = signed(uid, body, secrets, now=now)

        def call() -> Answer:
            try:
                reply = post(url, body.encode(), headers=headers, timeout=PATIENCE, allowed=self.allowed)
            except (Unreachable, NotAllowed) as error:
                return Answer(False, str(error))
            return judged(reply, now)

        return call

    def _private(self, event: Event) -> dict[str, Any]:
        """What only the newsroom's own systems hear: looked up now, kept nowhere."""
        kind, _, number = event.subject.partition(":")
        if kind != "comment":
            return {}
        rows = select(Author.email_encrypted).join(Comment, Comment.author_id == Author.id)
        encrypted = db.session.scalar(rows.where(Comment.id == int(number)))
        return {"private": {"email": self.keys.decrypt(encrypted)}} if encrypted else {}

    def shown(self, delivery: Delivery, now: datetime) -> str:
        """The request as the desk may see it: no signature, no address, of the URL the host only."""
        endpoint = db.session.get(Endpoint, delivery.payload["endpoint"])
        where = f"the endpoint at {endpoint.host}" if endpoint else "an endpoint that was removed"
        internal = bool(endpoint and endpoint.internal and delivery.event and self._private(delivery.event))
        payload = delivery.event.payload if delivery.event else None
        lines = (
            f"POST to {where}",
            "Content-Type: application/json; charset=utf-8",
            f"webhook-id: {delivery.uid}",
            "webhook-timestamp: (the second of the try)",
            "webhook-signature: v1,… (not shown)",
            "",
            json.dumps(payload, ensure_ascii=False, indent=2) if payload else "(The event is no longer kept.)",
            *(["", "(and the address of the comment’s writer, which is not shown)"] if internal else []),
        )
        return "\n".join(lines)


def hears(endpoint: Endpoint, event: Event) -> bool:
    return event.type in endpoint.events


def outgoing(endpoint: Endpoint, event: Event, *, again: str = "") -> Outgoing:
    """The delivery of an event to an endpoint; `again` names a repetition that was asked for."""
    once = f"{endpoint.lane}:{event.uid}" + (f":{again}" if again else "")
    return Outgoing(event.site_id, CHANNEL, endpoint.lane, event.type, once, {"endpoint": endpoint.id})


def as_body(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def judged(reply: Reply, now: datetime) -> Answer:
    """What a receiver's answer means. A redirect is a failure: nothing signed goes to where it did not ask for it."""
    if 200 <= reply.status < 300:
        return Answer(True, reply.text, reply.status)
    retry_after = _seconds(reply.headers.get("Retry-After"), now) if reply.status in COME_BACK else None
    return Answer(False, reply.text, reply.status, pause=reply.status == GONE, retry_after=retry_after)


def _seconds(asked: str | None, now: datetime) -> int | None:
    """`Retry-After`: seconds, or the moment (RFC 9110, 10.2.3). What is neither is not heard."""
    if asked and asked.isascii() and asked.isdigit() and len(asked) < 10:
        return int(asked)
    try:
        moment = parsedate_to_datetime(asked or "")
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, int((aware - now).total_seconds()))
