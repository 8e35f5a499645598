"""Letters to the staff: an invitation, a new password, a change of how they sign in. In English, as the desk is.

A delivery holds whom it is for and no link: that is made when the letter is written, and is nowhere but in it.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import render_template
from sqlalchemy import func, select

from ..accounts import mail_links
from ..accounts.acts import SIGN_IN_CHANGED
from ..accounts.changes import FORGOTTEN, INVITED, address_of
from ..accounts.models import Account
from ..core.database import db
from ..core.events import Fact
from ..core.text import one_line
from ..core.web import keys, links
from ..outbox import service as outbox
from ..outbox.channels import Outgoing
from ..outbox.models import Delivery
from ..outbox.service import new_uid
from ..sites.models import Site
from .mail import Letter, Writer

INVITATION, RESET, CHANGED = "staff_invite", "staff_reset", "staff_changed"
RESET_EVERY = 600  # seconds: nobody's mailbox is filled by strangers who type its address

SAID = {
    "password changed": "The password of your account was changed.",
    "password set by link": "The password of your account was set anew, by a link from a letter to this address.",
    "second step on": "A second step was set up for your account: signing in needs a code of an app now.",
    "second step off": "The second step of your account was taken away: the password alone signs in now.",
    "new recovery codes": "Your account got new recovery codes. The earlier ones are worth nothing.",
    "recovery code used": "One of the recovery codes of your account was used.",
}


def keep(facts: Sequence[Fact], *, now: datetime) -> None:
    """Write down the letters that facts about accounts lead to, in their commit."""
    for fact in facts:
        if fact.type in (INVITED, FORGOTTEN, SIGN_IN_CHANGED):
            site_id = db.session.scalar(select(func.min(Site.id)))  # in whose name it is sent: the first site's
            if site_id is not None:
                outbox.send(_outgoing(fact, site_id, now), now=now)


def _outgoing(fact: Fact, site_id: int, now: datetime) -> Outgoing:
    lane = f"mail:staff:{fact.subject}"
    if fact.type == INVITED:
        once = f"{INVITATION} {fact.data['account']} {fact.data['number']}"
        return Outgoing(site_id, "mail", lane, INVITATION, once, fact.data, uid=new_uid("msg"))
    if fact.type == SIGN_IN_CHANGED:
        once = f"{CHANGED} {fact.data['account']} {fact.data['action']} {now.timestamp()}"
        return Outgoing(site_id, "mail", lane, CHANGED, once, fact.data, uid=new_uid("msg"))
    once = f"{RESET} {fact.subject} {int(now.timestamp()) // RESET_EVERY}"
    return Outgoing(site_id, "mail", lane, RESET, once, fact.data, uid=new_uid("msg"))


def invitation(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """Somebody is asked to join; pointless once they did, or once a newer letter was asked for."""
    account = db.session.get(Account, delivery.payload["account"])
    if account is None or account.joined_at or account.link_number != delivery.payload["number"]:
        return None
    return _letter("invite", account, delivery, now)


def reset(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """A new password for whoever has this address; nobody may have it."""
    account = db.session.scalar(select(Account).where(Account.email_hash.in_(delivery.payload["hashes"])))
    return _letter("reset", account, delivery, now) if account else None


def _letter(action: str, account: Account, delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    door = f"{links().base}/login/{action}/{mail_links.make(action, account, keys=keys(), now=now)}"
    subject = "Your invitation to the comment desk" if action == "invite" else "A new password"
    return _written("staff", account, delivery, subject, action=action, door=door)


def changed(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """How somebody signs in was changed, and it may not have been them. There is no key in it: it opens nothing."""
    account = db.session.get(Account, delivery.payload["account"])
    if account is None:
        return None
    told = {name: delivery.payload[name] for name in ("action", "at", "by")}
    told |= {"what": SAID[told["action"]], "at": datetime.fromisoformat(told["at"]), "by": one_line(told["by"], 80)}
    return _written("staff_changed", account, delivery, "Your sign-in was changed", base=links().base, **told)


def _written(
    template: str, account: Account, delivery: Delivery, subject: str, **more: object
) -> tuple[Letter, str] | None:
    if account.disabled_at or not links().base:
        return None
    site = one_line(db.session.get_one(Site, delivery.site_id).name, Site.NAME_LENGTH)
    subject = f"{subject} – {site}"
    context = {"site": site, "subject": subject, "name": one_line(account.name, 80), **more}
    text, html = (render_template(f"mail/{template}.{kind}", **context) for kind in ("txt", "html"))
    return Letter(address_of(account, keys()), subject, text, html), site


WRITERS: dict[str, Writer] = {INVITATION: invitation, RESET: reset, CHANGED: changed}
