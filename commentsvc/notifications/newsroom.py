"""Letters to the newsroom: which events lead to one, for whom, and what it says when it is sent.

In English, as the desk is. Subjects are our own words: a stranger's name or headline stands in the letter only.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import joinedload

from ..accounts.models import Account
from ..accounts.permissions import Actor, Permission
from ..authors.models import Author
from ..authors.queries import shielded_as
from ..authors.service import address_hashes_of
from ..comments.models import Comment, Decision, Shielded, Status
from ..comments.shields import is_in_sight_of, out_of_sight_of
from ..core.clock import rfc3339
from ..core.crypto import Keyring, same
from ..core.database import db, upsert
from ..core.errors import NotFound
from ..core.html import text_of
from ..core.ids import read_id
from ..core.text import excerpt, one_line
from ..core.web import keys, links
from ..moderation import queue
from ..outbox.channels import Outgoing
from ..outbox.models import Delivery, DeliveryStatus, Event
from ..outbox.service import new_uid
from ..sites.models import Site
from ..stories.models import Byline
from . import thresholds
from .decide_by_mail import ACTIONS, invitation
from .mail import Letter, Maker, Writer
from .newsroom_models import BylineChoice, How, NewsroomChoice

logger = logging.getLogger(__name__)

KINDS = ("queue", "held")
AN_HOUR = 30  # letters about single comments somebody gets from one site: a flood must not become one of mail
LISTED = 20  # comments a daily letter shows
SHOWN = 300  # characters of each of them
HEADLINE_LENGTH = 200
STOP = "stop a byline's mail"


# What somebody chose


def choice_of(account_id: int, site_id: int, kind: str) -> How:
    found = db.session.get(NewsroomChoice, (account_id, site_id, kind))
    return How(found.how) if found else How.OFF


def choose(account_id: int, site_id: int, kind: str, how: How, *, now: datetime) -> None:
    """Remember what an account wants to hear of a site. The first daily letter covers the time from now on."""
    whose = {"account_id": account_id, "site_id": site_id, "kind": kind}
    unset = upsert(NewsroomChoice).values(**whose, how=How.OFF, digested_at=now)
    db.session.execute(unset.on_conflict_do_nothing())
    found = db.session.get_one(NewsroomChoice, (account_id, site_id, kind))
    if how != found.how:
        found.how, found.digested_at = how, now


def choose_for_byline(author: Author, *, comments: How, questions: How, now: datetime) -> None:
    """Remember what a byline wants to hear of comments on their stories."""
    unset = upsert(BylineChoice).values(author_id=author.id, comments=How.OFF, questions=How.OFF, digested_at=now)
    db.session.execute(unset.on_conflict_do_nothing())
    found = db.session.get_one(BylineChoice, author.id)
    if How.DAILY not in (found.comments, found.questions):
        found.digested_at = now
    found.comments, found.questions = comments, questions


def stop(lane: str, *, now: datetime) -> bool:
    """No more letters of their own choice to whoever a lane leads to. Returns whether that is somebody here."""
    kind, _, whose = lane.removeprefix("mail:").partition(":")
    if kind == "account":
        account_id, _, site_id = whose.partition(":")
        mine = (NewsroomChoice.account_id == int(account_id), NewsroomChoice.site_id == int(site_id))
        db.session.execute(update(NewsroomChoice).where(*mine).values(how=How.OFF))
    elif kind == "byline":
        off = {"comments": How.OFF, "questions": How.OFF}
        db.session.execute(update(BylineChoice).where(BylineChoice.author_id == int(whose)).values(off))
    else:
        return False
    logger.warning("%s gets no more letters", lane)
    return True


def stop_token(author: Author, keys: Keyring) -> str:
    """What ends the letters to a byline and nothing else; worth nothing once they have another address."""
    return f"{author.id}.{_stop_marks(author, keys)[0]}"


def _stop_marks(author: Author, keys: Keyring) -> list[str]:
    """The present one first; a link outlives a change of keys."""
    marks = [keys.hashes(STOP, f"{author.id} {each}") for each in address_hashes_of(author, keys) or [""]]
    return [each for many in marks for each in many]


def byline_of(token: str, keys: Keyring) -> Author:
    """Whose letters a token ends. Raises NotFound."""
    number, _, given = token.partition(".")
    author = db.session.get(Author, read_id(number))
    known = _stop_marks(author, keys) if author and author.is_byline and author.email_hash else []
    if author is None or not given.isascii() or not any(same(given, each) for each in known):
        raise NotFound("This link is not complete, or the letters went to another address since.")
    return author


def colleague(account_id: int, site_id: int) -> Account | None:
    """The account, if it may still work on the site's queue."""
    account = db.session.get(Account, account_id)
    if account is None or account.disabled_at:
        return None
    someone = Actor.of(account)
    return account if someone.works_on(site_id) and someone.may(Permission.MODERATE) else None


# What an event leads to


def letters_for(event: Event, now: datetime) -> Iterable[Outgoing]:
    """The letters of the newsroom an event leads to; addresses are looked up when they are sent."""
    if event.type == thresholds.TYPE:
        return _to_accounts(event, "queue", event.uid)
    if event.type in ("comment.held", "comment.edited"):
        once = f"comment:{event.data['comment']} revision:{event.data['revision']}"
        return _to_accounts(event, "held", once)
    if event.type == "comment.approved":
        return _to_bylines(event)
    return ()


def _to_accounts(event: Event, kind: str, once: str) -> Iterator[Outgoing]:
    wanted = (NewsroomChoice.site_id == event.site_id, NewsroomChoice.kind == kind, NewsroomChoice.how == How.AT_ONCE)
    for account_id in db.session.scalars(select(NewsroomChoice.account_id).where(*wanted)):
        if account_id != event.data.get("account"):  # nobody is told of what they did themselves
            yield to_account(event.site_id, account_id, f"newsroom_{kind}", once, **_comment_in(event))


def to_account(site_id: int, account_id: int, kind: str, once: str, **payload: Any) -> Outgoing:
    lane = f"mail:account:{account_id}:{site_id}"
    return _letter(site_id, lane, kind, f"{kind} {once} account:{account_id}", {"account": account_id, **payload})


def to_byline(site_id: int, author_id: int, kind: str, once: str, **payload: Any) -> Outgoing:
    lane = f"mail:byline:{author_id}"
    return _letter(site_id, lane, kind, f"{kind} {once} author:{author_id}", {"author": author_id, **payload})


def _letter(site_id: int, lane: str, kind: str, once: str, payload: dict[str, Any]) -> Outgoing:
    # A name of its own: the letters to two people about one event are two messages.
    return Outgoing(site_id, "mail", lane, kind, once, payload, uid=new_uid("msg"))


def _comment_in(event: Event) -> dict[str, Any]:
    return {name: event.data[name] for name in ("comment", "revision") if name in event.data}


def _to_bylines(event: Event) -> Iterator[Outgoing]:
    comment = db.session.get(Comment, event.data["comment"])
    if comment is None:
        return
    wanted = BylineChoice.comments == How.AT_ONCE
    if is_question(comment):
        wanted |= BylineChoice.questions == How.AT_ONCE
    rows = select(BylineChoice.author_id).join(Byline, Byline.author_id == BylineChoice.author_id)
    for author_id in db.session.scalars(rows.where(Byline.story_id == comment.story_id, wanted)):
        if author_id != comment.author_id and not attacks(comment, author_id):
            # Once a comment, whatever is decided about it later.
            once = f"comment:{comment.id}"
            yield to_byline(comment.site_id, author_id, "newsroom_byline", once, **_comment_in(event))


def attacks(comment: Comment, author_id: int) -> bool:
    """Whether the comment ran into the shield of this byline: it is kept out of their mail."""
    return db.session.get(Shielded, (comment.id, author_id)) is not None


def is_question(comment: Comment) -> bool:
    """Whether the comment asks something: its text has a question mark, of whatever script."""
    return any(mark in plain(comment) for mark in "?？؟;՞")


# What the letters say


def plain(comment: Comment) -> str:
    """The cleaned text of a comment, without any mark-up."""
    return text_of(comment.content).strip()


def quoted(text: str) -> list[str]:
    """The lines of somebody's text, to be shown as theirs, each behind a mark; none can pass for one of ours."""
    return [one_line(line, len(line) + 1) for line in text.splitlines()]


def desk_link(path: str) -> str | None:
    """The address of a page of the desk; None where the service does not know its own public address."""
    return f"{links().base}{path}" if links().base else None


def headline(comment: Comment) -> str:
    story = comment.story
    return one_line(story.title or story.url or story.external_id or "Untitled", HEADLINE_LENGTH)


def shown(comment: Comment, length: int | None = None) -> dict[str, Any]:
    """A comment as letters quote it, whole or shortened to one line."""
    text = plain(comment)
    return {
        "name": one_line(comment.author_name, Author.NAME_LENGTH),
        "headline": headline(comment),
        "lines": [excerpt(one_line(text, length), length)] if length else quoted(text),
        "desk": desk_link(f"/desk/comments/{comment.id}"),
        "public": links().comment(comment.id) if links().base else None,
        "at": comment.created_at,
    }


def _write(
    template: str, to: str, subject: str, site: Site, headers: dict[str, str] | None = None, **context: Any
) -> tuple[Letter, str]:
    context = {"site": site.name, "subject": subject, "notices": desk_link("/desk/notices"), **context}
    text, html = (render_template(f"mail/newsroom_{template}.{kind}", **context) for kind in ("txt", "html"))
    return Letter(to, subject, text, html, headers or {}), site.name


def _reader(delivery: Delivery) -> tuple[Account, Site] | None:
    account = colleague(delivery.payload["account"], delivery.site_id)
    return (account, db.session.get_one(Site, delivery.site_id)) if account else None


def _address(account: Account) -> str:
    return keys().decrypt(account.email_encrypted)


def queue_letter(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """The queue has passed its threshold; pointless when nothing waits any more."""
    return _about_queue(delivery, now, listed=0)


def digest_letter(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """Once a day: what waits. A day on which nothing waits has no letter."""
    return _about_queue(delivery, now, listed=LISTED)


def _unseen(account: Account) -> AbstractContextManager[None]:
    """What a byline among the staff is shielded from stands in no letter to them."""
    return out_of_sight_of(shielded_as(account.id, keys()))


def _about_queue(delivery: Delivery, now: datetime, *, listed: int) -> tuple[Letter, str] | None:
    reader = _reader(delivery)
    if reader is None:
        return None
    account, site = reader
    with _unseen(account):
        return _about_what_waits(account, site, now, listed)


def _about_what_waits(account: Account, site: Site, now: datetime, listed: int) -> tuple[Letter, str] | None:
    sections = Actor.of(account).sections_of(site.id)
    found = thresholds.waiting(site.id, sections)
    if not found.pending:
        return None
    waits = f"{found.pending:,} {'comment waits' if found.pending == 1 else 'comments wait'}"
    subject = f"{waits} – {site.name}"
    cards = _oldest(queue.Asked.by(Actor.of(account), site.id), listed) if listed else []
    more = found.pending - len(cards) if listed else 0
    return _write(
        "queue",
        _address(account),
        subject,
        site,
        waits=waits,
        minutes=found.minutes(now),
        comments=cards,
        more=more,
        desk=desk_link(f"/desk?site={site.key}"),
    )


def _oldest(asked: queue.Asked, number: int) -> list[dict[str, Any]]:
    cards, _ = queue.page(asked, after=None, limit=number)
    return [shown(card.comment, SHOWN) for card in cards]


def held_letter(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """One comment that waits, with links that decide on it; pointless when it does not wait any more."""
    reader, comment = _reader(delivery), db.session.get(Comment, delivery.payload["comment"])
    if reader is None or comment is None or not _waits_as(comment, delivery.payload["revision"]):
        return None
    account, site = reader
    if any(attacks(comment, author_id) for author_id in shielded_as(account.id, keys())):
        return None
    sent = sent_lately(delivery, now)
    if sent >= AN_HOUR or not Actor.of(account).works_in(site.id, comment.section):
        return None
    card = queue.card_of(comment)
    doors = {
        action: desk_link(f"/mail/decide/{invitation(comment, action, account, keys(), now)}") for action in ACTIONS
    }
    return _write(
        "held",
        _address(account),
        f"A comment waits for a decision – {site.name}",
        site,
        comment=shown(comment),
        verdicts=[(verdict.rule.replace("_", " "), one_line(verdict.reason, 300)) for verdict in card.verdicts],
        doors=doors if links().base else {},
        last=sent + 1 == AN_HOUR,
    )


def _waits_as(comment: Comment, revision: int) -> bool:
    return (comment.status, comment.retracted_at, comment.revision_number) == (Status.PENDING, None, revision)


def sent_lately(delivery: Delivery, now: datetime) -> int:
    """How many like this one went the same way within the last hour."""
    same = (Delivery.lane_key == delivery.lane_key, Delivery.kind == delivery.kind)
    lately = (Delivery.status == DeliveryStatus.SENT, Delivery.done_at > now - timedelta(hours=1))
    return db.session.scalar(select(func.count()).select_from(Delivery).where(*same, *lately)) or 0


def _byline(delivery: Delivery) -> tuple[Author, BylineChoice, Site] | None:
    """Who signs, if they have a confirmed address and still want mail."""
    author = db.session.get(Author, delivery.payload["author"])
    choice = db.session.get(BylineChoice, delivery.payload["author"])
    if author is None or choice is None or not (author.is_byline and author.confirmed_at and author.email_encrypted):
        return None
    return author, choice, db.session.get_one(Site, author.site_id)


def byline_letter(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """One comment on a story of theirs; pointless when it is not visible any more, or they chose otherwise."""
    found, comment = _byline(delivery), db.session.get(Comment, delivery.payload["comment"])
    if found is None or comment is None or not comment.is_visible or attacks(comment, found[0].id):
        return None
    author, choice, site = found
    asks = is_question(comment)
    sent = sent_lately(delivery, now)
    if sent >= AN_HOUR or (choice.comments != How.AT_ONCE and not (asks and choice.questions == How.AT_ONCE)):
        return None
    last = sent + 1 == AN_HOUR
    subject = f"{'A question' if asks else 'A comment'} on your story – {site.name}"
    said = {"comments": [shown(comment)], "asks": asks, "more": 0, "daily": False, "last": last}
    return _to_author("byline", author, subject, site, **said)


def byline_digest(delivery: Delivery, now: datetime) -> tuple[Letter, str] | None:
    """What was approved on the stories of a byline since the last daily letter; nothing on a day without."""
    found = _byline(delivery)
    if found is None:
        return None
    author, choice, site = found
    since, until = (datetime.fromisoformat(delivery.payload[name]) for name in ("since", "until"))
    comments = [each for each in _approved(author, since, until) if How.DAILY in _choices(choice, each)]
    if not comments:
        return None
    number = f"{len(comments):,} new {'comment' if len(comments) == 1 else 'comments'}"
    cards = [shown(each, SHOWN) for each in comments[:LISTED]]
    subject, more = f"{number} on your stories – {site.name}", len(comments) - len(cards)
    return _to_author("byline", author, subject, site, comments=cards, asks=False, more=more, daily=True, last=False)


def _choices(choice: BylineChoice, comment: Comment) -> tuple[str, ...]:
    """How a byline wants to hear of this comment; at once goes before daily, so that nothing comes twice."""
    ways = (choice.comments, choice.questions) if is_question(comment) else (choice.comments,)
    return ways if How.AT_ONCE not in ways else ()


def _approved(author: Author, since: datetime, until: datetime) -> Iterable[Comment]:
    mine = exists().where(Byline.story_id == Comment.story_id, Byline.author_id == author.id)
    rows = select(Comment).where(mine, Comment.author_id != author.id, _became_visible(since, until))
    rows = rows.where(Comment.status == Status.APPROVED, Comment.retracted_at.is_(None), is_in_sight_of([author.id]))
    return db.session.scalars(rows.order_by(Comment.id).options(joinedload(Comment.story)).limit(1_000))


def _became_visible(since: datetime, until: datetime) -> ColumnElement[bool]:
    approving = (Decision.action == "approve", Decision.created_at > since, Decision.created_at <= until)
    return exists().where(Decision.comment_id == Comment.id, *approving)


def _to_author(template: str, author: Author, subject: str, site: Site, **context: Any) -> tuple[Letter, str]:
    stop = desk_link(f"/mail/byline/{stop_token(author, keys())}")
    # One press in the mail program ends it (RFC 8058).
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop else {}
    address = keys().decrypt(author.email_encrypted or "")
    return _write(template, address, subject, site, headers, stop=stop, **context)


def moments(since: datetime, until: datetime) -> dict[str, str | None]:
    """The time a daily letter covers, as a delivery keeps it."""
    return {"since": rfc3339(since), "until": rfc3339(until)}


WRITERS: dict[str, Writer] = {
    "newsroom_queue": queue_letter,
    "newsroom_digest": digest_letter,
    "newsroom_held": held_letter,
    "newsroom_byline": byline_letter,
    "newsroom_byline_digest": byline_digest,
}
MAKERS: tuple[Maker, ...] = (letters_for,)
