"""Comments and outside checks: what waits for them, what they are told, what their answers change."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select

from ..authors.models import Author
from ..authors.present import record_json
from ..checks import service as checks
from ..checks.models import OutsideCheck
from ..checks.question import Inquiry, Question, Said, Sender
from ..core.clock import rfc3339
from ..core.crypto import Keyring, Undecipherable
from ..core.database import db
from ..rulebook.book import book_of
from ..screening import OUTSIDE, House, Mode, Outcome, Screening, Verdict, in_force, in_shadow, silent
from ..sites.models import Site
from ..stories.models import Story
from . import lifecycle
from .house import house_of
from .models import Comment, Revision, StoredVerdict
from .verdicts import as_said, stored

logger = logging.getLogger(__name__)

WAITS = "outside_checks"  # the rule that holds a comment until the outside was asked
LOST = "outside_checks_lost"  # the rule that holds it when there is nothing left to ask


def kept_waiting(site: Site, screening: Screening) -> Screening:
    """The screening, holding the comment if the outside is to be asked.

    What the rules reject or take for spam by themselves is told to nobody.
    """
    if not asked_of(site) or screening.outcome > Outcome.HOLD:
        return screening
    waits = Verdict(WAITS, Outcome.HOLD, "waits for an outside check")
    return Screening((*screening.verdicts, waits))


def asked_of(site: Site) -> frozenset[str]:
    """The outside checks of a site, by their rules; not those whose rule is off."""
    settings = site.settings
    there = {"screening_hook": bool(settings.hook_url), "akismet": settings.akismet}
    modes = book_of(site).modes
    return frozenset(rule for rule in OUTSIDE if there[rule] and modes.get(rule) is not Mode.OFF)


def only_asked(inquiry: Inquiry, site: Site) -> Inquiry:
    """Nobody is told anything whose rule is off."""
    asked = asked_of(site)
    return replace(inquiry, checks=tuple(check for check in inquiry.checks if check.rule in asked))


def waits(screening: Screening) -> bool:
    return any(verdict.rule == WAITS for verdict in screening.verdicts)


def inquiry(
    site: Site,
    comment: Comment,
    author: Author,
    text: str,
    screening: Screening,
    *,
    sender: Sender,
    keys: Keyring,
    now: datetime,
) -> Inquiry | None:
    """What is to be asked about a text that was just stored; None where nothing waits."""
    if not waits(screening):
        return None
    question = _question(site, comment, author, text, sender, keys, now)
    return only_asked(checks.remember(site, question, keys=keys, now=now), site)


def _question(
    site: Site, comment: Comment, author: Author, text: str, sender: Sender, keys: Keyring, now: datetime
) -> Question:
    story = db.session.get_one(Story, comment.story_id)
    lets_out = site.settings.sends_addresses
    return Question(
        comment_id=comment.id,
        revision=comment.revision_number,
        text=text,
        name=comment.author_name,
        website=comment.website or "",
        parent=comment.parent_id,
        written_at=rfc3339(now) or "",
        site=site.key,
        site_url=site.origins[0].origin if site.origins else "",
        story_id=story.external_id,
        story_url=story.url,
        story_title=story.title,
        record=record_json(author, now),
        user_agent=sender.user_agent if site.settings.akismet else "",
        referrer=sender.referrer if site.settings.akismet else "",
        ip=sender.ip if lets_out else "",
        email=_address(author, keys) if lets_out else "",
    )


def _address(author: Author, keys: Keyring) -> str:
    try:
        return keys.decrypt(author.email_encrypted) if author.email_encrypted else ""
    except Undecipherable as error:  # no reason to refuse what somebody wrote
        logger.warning("the address of author %s is not told: %s", author.id, error)
        return ""


def settle(inquiry: Inquiry, said: Sequence[Said], *, keys: Keyring, now: datetime) -> Screening | None:
    """Put the answers in the place of the waiting and decide again. None when another process was quicker."""
    comment = _in_turn(inquiry.question.comment_id)
    if not checks.close(inquiry, said, keys=keys, now=now):
        return None
    house = house_of(db.session.get_one(Site, inquiry.site_id))
    answers = [verdict for each in said if (verdict := _counted(each, house))]
    return _decided_again(comment, inquiry.question.revision, answers, now)


def _counted(said: Said, house: House) -> Verdict | None:
    """What an answer counts for by the mode of its rule; that something is harmless never becomes an objection."""
    if not house.is_on(said.rule):
        return None
    if said.failure:
        return silent(said.rule, house)
    is_objection = said.verdict is not None and said.verdict.outcome > Outcome.NOTE
    return in_force(said.verdict, house) if is_objection else said.verdict


def give_up(check: OutsideCheck, *, now: datetime) -> None:
    """A moderator has to read what nobody can be asked about any more, whatever silence means to the site."""
    comment = _in_turn(check.comment_id)
    if checks.give_up(check, now=now):
        _decided_again(comment, check.revision, _lost(db.session.get_one(Site, check.site_id)), now)


def _lost(site: Site) -> list[Verdict]:
    """Nothing where every check is off by now, and without effect where all that are left are in shadow."""
    modes, asked = book_of(site).modes, asked_of(site)
    lost = Verdict(LOST, Outcome.HOLD, "could not be checked")
    is_heard = any(modes.get(rule) is not Mode.SHADOW for rule in asked)
    return [lost if is_heard else in_shadow(lost, lost.outcome)] if asked else []


def _in_turn(comment_id: int) -> Comment:
    comment = db.session.get_one(Comment, comment_id)
    lifecycle.wait_for_turn([comment])
    db.session.refresh(comment)  # whoever had to wait looks again
    return comment


def _decided_again(comment: Comment, number: int, answers: Sequence[Verdict], now: datetime) -> Screening:
    of_number = select(Revision).where(Revision.comment_id == comment.id, Revision.number == number)
    revision = db.session.scalars(of_number).one()
    screening = Screening((*_what_the_rules_said(revision), *answers))
    db.session.add_all(stored(verdict, comment, revision, now) for verdict in answers)
    lifecycle.settle_finally(comment, revision, screening, now=now)
    lifecycle.flush(comment)
    return screening


def _what_the_rules_said(revision: Revision) -> list[Verdict]:
    """The rules' verdicts on a revision; that it waited is over and forgotten."""
    of_revision = StoredVerdict.revision_id == revision.id
    db.session.execute(delete(StoredVerdict).where(of_revision, StoredVerdict.rule == WAITS))
    rows = select(StoredVerdict).where(of_revision).order_by(StoredVerdict.id)
    return [as_said(row) for row in db.session.scalars(rows)]
