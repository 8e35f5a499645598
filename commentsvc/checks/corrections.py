"""Telling Akismet that it was wrong: a channel of the outbox. It gets the very fields it judged."""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from ..core.database import db
from ..core.web import house, keys
from ..outbox.channels import Answer, Outgoing
from ..outbox.models import Delivery, Event
from ..sites.models import Site
from .akismet import HAM, SPAM, THANKS, Akismet
from .models import OutsideCheck
from .question import Silent
from .service import akismet_of

PATIENCE = 10.0  # seconds; nobody waits for it


class AkismetCorrections:
    """Goes out when a decision can no longer be undone. Akismet being away for long leaves a dead letter."""

    name = "akismet"
    pauses = False

    def made_by(self, event: Event, now: datetime) -> Iterable[Outgoing]:
        """What a person's decision tells Akismet; a rule's tells it nothing it did not say itself."""
        if event.data.get("account") is None or "action" not in event.data:
            return []
        check = db.session.scalar(
            select(OutsideCheck).where(
                OutsideCheck.comment_id == event.data["comment"], OutsideCheck.revision == event.data["revision"]
            )
        )
        if check is None or check.akismet_said is None:
            return []
        method = _correction(event.data["action"], event.data["before"], check.akismet_said)
        if method is None:
            return []
        once = f"akismet decision:{event.data['decision']}"
        return [Outgoing(event.site_id, self.name, f"akismet:{event.site_id}", method, once, {"check": check.id})]

    def prepare(self, delivery: Delivery, now: datetime) -> Callable[[], Answer] | None:
        check = db.session.get(OutsideCheck, delivery.payload["check"])
        if check is None or check.sent_encrypted is None:
            return None
        site = db.session.get_one(Site, check.site_id)
        if not site.settings.akismet:  # switched off since: nothing leaves for it any more
            return None
        fields, akismet = json.loads(keys().decrypt(check.sent_encrypted)), akismet_of(site, keys=keys())
        method, allowed = delivery.kind, house().outgoing_allowed
        return lambda: _tell(akismet, method, fields, allowed)


def _correction(action: str, before: str | None, said: str) -> str | None:
    """What Akismet is to hear: what differs from its own word, or from what a moderator had it told before.

    A rejection says nothing about spam: comments are rejected for many reasons.
    """
    if action == "spam" and (said == HAM or before == "APPROVED"):
        return "submit-spam"
    if action == "approve" and (said == SPAM or before == "SPAM"):
        return "submit-ham"
    return None


def _tell(akismet: Akismet, method: str, fields: dict[str, str], allowed: Collection[str]) -> Answer:
    try:
        reply = akismet.call(method, fields, timeout=PATIENCE, allowed=allowed)
    except Silent as error:
        return Answer(False, str(error))
    if reply.text.strip() == THANKS:
        return Answer(True, "Akismet took it.", reply.status)
    return Answer(False, f"Akismet did not take it: status {reply.status}.", reply.status)
