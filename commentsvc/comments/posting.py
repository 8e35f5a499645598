"""A reader posts, edits or retracts: who writes, which story, clean text, every rule asked, kept with its record."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm.attributes import set_committed_value

from ..authors.models import Author, Standing
from ..authors.names import ensure_free
from ..authors.queries import answering, had_address, restrained
from ..authors.readers import reader_of, signed_on_reader
from ..authors.service import address_hashes_of, new_commenter
from ..checks.question import Inquiry, Sender
from ..core.crypto import Keyring, new_token
from ..core.database import db, table_of
from ..core.errors import Conflict, DomainError, Forbidden, TooFast, Unauthorized
from ..core.html import Rendered, render
from ..core.mail_address import address_hashes
from ..core.text import fingerprint, likeness
from ..screening import Draft, House, Outcome, Screening, Verdict, screen
from ..sites.models import Site
from ..stories.models import Story
from ..stories.modes import InForce, mode_in_force
from . import challenges, lifecycle, outside, receipts, record, shields
from .challenges import Work
from .house import confirming, has_history, house_of
from .models import Comment, Decision, Revision, Status
from .thread import is_locked
from .verdicts import screening_of, stored

NETWORK_BURST = 20  # comments one network may send at once; after that one per `flood_seconds` on average
IDEMPOTENCY_KEPT = timedelta(hours=24)
REVISIONS_ALLOWED = 20  # texts of one comment
EDIT_PACE = timedelta(seconds=10)  # between two edits; less where `flood_seconds` is less
EDITOR_OPEN = timedelta(hours=2)  # beyond the window, for whoever opens the editor inside it
DEEPEST = 100  # levels of replies; a reply below them stands beside the comment it answers


TOLD_TO_WRITER = {
    "uses_rejected_word": "It uses words that a moderator looks at first.",
    "uses_held_word": "It uses words that a moderator looks at first.",
    "attacks_byline": "It uses words that a moderator looks at first.",
    "uses_marked_word": "It uses words that a moderator looks at first.",
    # What a list or a count of ours found would only be walked around; a record or a ban is not read out to a stranger.
    "links_to_denied_domain": "It has a link that a moderator looks at first.",
    "history_is_poor": "A moderator reads it first.",
    "address_is_disposable": "A moderator reads it first.",
    "address_is_banned": "A moderator reads it first.",
    "network_is_banned": "A moderator reads it first.",
    "said_it_before": "A moderator reads it first.",
    "mass_posting": "A moderator reads it first.",
    "shouting": "A moderator reads it first, because most of it is in capitals.",
    "repeated_characters": "A moderator reads it first, because it says one sign many times in a row.",
    "author_is_watched": "A moderator reads it first.",
    "newcomers_are_held": "A moderator reads a writer's first comments before they appear.",
    "author_is_new": "A moderator reads a writer's first comments before they appear.",
    "form_was_too_quick": "A moderator reads it first.",
    # What outsiders write is for moderators; a writer would take it for the newsroom's words.
    "screening_hook": "A moderator reads it first.",
    "akismet": "A moderator reads it first.",
    challenges.WITHOUT_PROOF: "A moderator reads it first.",
    outside.LOST: "A moderator reads it first.",
    outside.WAITS: "It is still being checked.",
}
UNCONFIRMED = "The writer's address is not confirmed."
CONFIRM = "Your address is not confirmed yet; the link for that comes by mail."  # in its place, where one is sent
NOBODY = Sender()
SANCTIONS = ("author_is_watched", "author_is_suspended", "author_is_banned")  # rules that say what a person decided
FROM_THE_DESK = ("",)  # no network is kept of staff


@dataclass(frozen=True)
class Submission:
    """What a reader sent, validated and cleaned; `seconds_to_write` is None where nobody measured it."""

    text: str
    name: str
    email: str
    website: str | None = None
    parent: str | None = None
    notify: str = "none"
    honeypot: str = ""
    seconds_to_write: float | None = None
    idempotency_key: str | None = None

    @cached_property
    def fingerprint(self) -> str:
        """What the text says, for noticing that it was said before."""
        return fingerprint(self.text)

    def digests(self, story: Story, keys: Keyring) -> list[str]:
        """What must be equal for a repeated Idempotency-Key to mean the same, under each key, the present one first.

        Keyed, for the address is in it.
        """
        said = {name: value for name, value in asdict(self).items() if name != "seconds_to_write"}
        return keys.hashes("idempotency", json.dumps([story.id, said], sort_keys=True))


@dataclass(frozen=True)
class Posted:
    """A stored comment and what the rules said of it; `inquiry` is what is still to be asked outside."""

    comment: Comment
    screening: Screening
    inquiry: Inquiry | None = None


class StoryClosed(Forbidden):
    code, title = "story_closed", "Comments are closed"


class NotWelcome(Forbidden):
    code, title = "not_welcome", "Not welcome"


class LoginRequired(Unauthorized):
    code, title = "login_required", "Sign in first"


class Duplicate(Conflict):
    code, title = "duplicate", "Said already"


class IdempotencyConflict(Conflict):
    code, title = "idempotency_conflict", "Idempotency-Key used before"


class WindowOver(Conflict):
    code, title = "window_over", "The time to edit is over"


class ParentNotInStory(DomainError):
    http_status, code, title = 422, "parent_not_in_story", "Unknown parent"


class ParentNotVisible(DomainError):
    http_status, code, title = 422, "parent_not_visible", "The parent is not visible"


REFUSALS: dict[str, type[DomainError]] = {
    "story_closed": StoryClosed,
    "not_welcome": NotWelcome,
    "duplicate": Duplicate,
}


def _house_under(site: Site, force: InForce) -> House:
    """The site as the rules see it from one story: what its section or itself asks for is in the draft."""
    mode = force.mode if force.source == "site" or force.mode == "hold_new" else "open"
    return replace(house_of(site), mode=mode)


def post(
    site: Site,
    story: Story,
    submission: Submission,
    *,
    writer: Author | None,
    network_hash: str,
    keys: Keyring,
    now: datetime,
    sender: Sender = NOBODY,
    networks: Sequence[str] = (),
    work: Work | None = None,
) -> Posted:
    """Store what a reader said, with the status the rules decided on.

    `writer` is who it is proven to be; without proof it is somebody new, whatever address was typed. `sender` is for
    outside checks; where the site has them the comment waits until they are asked (`Posted.inquiry`). `networks` are
    the hashes the sender's network may be banned under; `network_hash` is always one of them. `work` is what the sender
    calculated, where somebody outside sends it.
    Raises what the contract names: StoryClosed, NotWelcome, Duplicate, TooFast, ParentNotInStory, ParentNotVisible,
    IdempotencyConflict, ChallengeRequired, ChallengeFailed; ValidationFailed for a name that is the newsroom's.
    """
    hashes = address_hashes(submission.email, f"site {site.id}", keys)
    one_at_a_time(hashes[0])
    if known := sent_before(site, story, submission, keys, now):
        return Posted(known, screening_of(known))
    ensure_free(site, submission.name, writer)
    is_proven = work is None or challenges.is_done(site, work, keys, now)
    parent = _parent_of(story, submission.parent)
    rendered = render(submission.text)
    force = mode_in_force(site, story, now)
    house = _house_under(site, force)
    came_from = [network_hash, *networks]
    draft = _draft(site, house, story, force, submission, rendered, writer, hashes, came_from, now)
    draft = replace(draft, shields=shields.shields_of(story, writer, parent))
    screening = screen(draft, house)
    _refuse(screening)
    if not is_proven:
        screening = Screening((*screening.verdicts, challenges.held()))
    screening = outside.kept_waiting(site, screening)
    author = writer or new_commenter(
        site.id, name=submission.name, address=submission.email, website=submission.website, keys=keys, now=now
    )
    comment = _new_comment(site, story, submission, rendered, author, parent, network_hash, keys, now)
    comment.language = draft.language
    _keep(comment, submission.text, rendered, screening, now, submission.notify)
    shields.keep_out_of_sight(comment, draft, screening)
    _ensure_together(comment)
    inquiry = outside.inquiry(site, comment, author, submission.text, screening, sender=sender, keys=keys, now=now)
    return Posted(comment, screening, inquiry)


def post_as_staff(
    site: Site,
    story: Story,
    submission: Submission,
    *,
    author: Author,
    parent: Comment | None,
    keys: Keyring,
    now: datetime,
) -> Comment:
    """Publish what somebody of the newsroom says; `author` is who they are on this site.

    The words pass the same gate and the same rules, and every verdict is kept; but it only notes. No closed story, no
    locked conversation and no outside check keeps them back. A standing does: a person decided that.
    Raises NotWelcome, ParentNotVisible, ParentNotInStory.
    """
    if parent is not None and not parent.is_visible:
        raise ParentNotVisible("The comment you answer is not visible.")
    rendered = render(submission.text)
    force = mode_in_force(site, story, now)
    house = _house_under(site, force)
    draft = _draft(site, house, story, force, submission, rendered, author, (), FROM_THE_DESK, now)
    screening = _noted(screen(draft, house))
    _refuse(screening)
    above = _under(parent) if parent else None
    comment = _new_comment(site, story, submission, rendered, author, above, None, keys, now)
    comment.editable_until, comment.language = None, draft.language
    _keep(comment, submission.text, rendered, screening, now, unobjected=lifecycle.WORD_OF_STAFF)
    _ensure_together(comment)
    return comment


def _noted(screening: Screening) -> Screening:
    """What the rules say of staff's words, without effect but for what a person decided."""
    return Screening(
        tuple(
            each if each.rule in SANCTIONS else replace(each, outcome=Outcome.NOTE, code=None, retry_after=None)
            for each in screening.verdicts
        )
    )


def edit_as_staff(site: Site, comment: Comment, text: str, *, keys: Keyring, now: datetime) -> None:
    """Another text for what staff wrote, at any time: published at once, unless a colleague holds the comment.

    The same text changes nothing. Raises WindowOver, NotWelcome.
    """
    _ensure_not_settled(comment)
    if comment.retracted_at:
        raise WindowOver("It was taken back; it cannot be edited any more.")
    if text == text_of(comment):
        return
    author = db.session.get_one(Author, comment.author_id)
    rendered, force = render(text), mode_in_force(site, comment.story, now)
    house = _house_under(site, force)
    draft = _draft_of_edit(site, house, force, comment, author, text, rendered, (), keys, now)
    screening = _noted(screen(draft, house))
    _refuse(screening)
    if comment.status == Status.PENDING:
        screening = _with_what_came_before(site, comment, author, screening, now)
    _rewrite(comment, draft, rendered, now)
    _keep(comment, text, rendered, screening, now, unobjected=lifecycle.WORD_OF_STAFF)


def proven_author(site: Site, shown: str | None, email: str, keys: Keyring, now: datetime) -> Author | None:
    """Who showed a reader's token or the receipt of an earlier comment, if the address typed is still the same."""
    reader = reader_of(shown, site.id, now=now)
    if reader and reader.signed_on_as:
        return reader  # whatever was typed: the publisher says who this is
    author = reader or _author_of_receipt(site, shown, keys)
    hashes = address_hashes(email, f"site {site.id}", keys)
    return author if author and (author.email_hash in hashes or had_address(author, hashes)) else None


def signed_on(site: Site, shown: str | None, now: datetime) -> Author | None:
    """Who writes by the publisher's word. Raises LoginRequired where nobody else may write."""
    reader = signed_on_reader(shown, site.id, now=now)
    if reader is None:
        ensure_guests_may(site)
    return reader


def ensure_guests_may(site: Site) -> None:
    """Raises LoginRequired where whoever is not signed on may not write."""
    if not site.settings.guests:
        raise LoginRequired("On this site you can comment once you are signed in.")


def _author_of_receipt(site: Site, shown: str | None, keys: Keyring) -> Author | None:
    proof = receipts.proof_from(shown, keys)
    return db.session.get(Author, proof.author_id) if proof and proof.site_id == site.id else None


def one_at_a_time(address_hash: str) -> None:
    """Two posts of one writer, or a post and a confirmation, wait for each other: nothing slips between them.

    SQLite has one writer at a time anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(ONE_AT_A_TIME, {"number": int(address_hash[:15], 16)})


ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))


def sent_before(site: Site, story: Story, submission: Submission, keys: Keyring, now: datetime) -> Comment | None:
    """What came of the same submission under the same Idempotency-Key, if anything did. Raises IdempotencyConflict."""
    if submission.idempotency_key is None:
        return None
    known = db.session.scalar(
        select(Comment).where(Comment.site_id == site.id, Comment.idempotency_key == submission.idempotency_key)
    )
    if known is None:
        return None
    if now - known.created_at > IDEMPOTENCY_KEPT:
        known.idempotency_key = known.idempotency_body = None
        db.session.flush()
        return None
    if known.idempotency_body not in submission.digests(story, keys):
        raise IdempotencyConflict("This Idempotency-Key was used for another comment.")
    return known


def _parent_of(story: Story, parent_id: str | None) -> Comment | None:
    if parent_id is None:
        return None
    numeric = parent_id.isascii() and parent_id.isdigit() and len(parent_id) < 19
    parent = db.session.get(Comment, int(parent_id)) if numeric else None
    if parent is None or parent.story_id != story.id:
        raise ParentNotInStory("The comment you answer is not part of this discussion.")
    if not parent.is_visible:
        raise ParentNotVisible("The comment you answer is not visible any more.")
    if is_locked(parent):
        raise StoryClosed("This conversation is locked: nobody can reply in it any more.")
    return _under(parent)


def _under(parent: Comment) -> Comment | None:
    """Where an answer to a comment stands."""
    return parent if parent.depth < DEEPEST else db.session.get(Comment, parent.parent_id)


def _ensure_together(comment: Comment) -> None:
    """A reply stands where what it answers stands. Raises ParentNotInStory when that was moved at the same moment.

    Asked when it is this writer's turn under the story: whoever moves waits for the same turn.
    """
    if comment.parent_id is None:
        return
    stands = db.session.scalar(STANDS_UNDER, {"parent": comment.parent_id})
    if stands != comment.story_id:
        raise ParentNotInStory("The comment you answer was moved to another discussion a moment ago.")


def _draft(
    site: Site,
    house: House,
    story: Story,
    force: InForce,
    submission: Submission,
    rendered: Rendered,
    author: Author | None,
    hashes: Sequence[str],
    networks: Sequence[str],
    now: datetime,
) -> Draft:
    """Everything the rules may want to know, looked up once. The first of `networks` is the one that is kept."""
    network_hash = networks[0]
    known = record.Known(site, house, story, author, hashes, record.domain(submission.email), networks, now)
    has_record = author is not None and has_history(site, author)
    mark = submission.fingerprint
    return Draft(
        text=submission.text,
        name=submission.name,
        website=submission.website or "",
        link_spans=rendered.link_spans,
        story_is_open=force.is_open,
        story_is_held=force.mode == "hold_all",
        closed_because=force.because,
        **_standing(site, author, hashes, now),
        approved_before=author.approved_count if author and has_record else 0,
        address_confirmed=bool(author and author.is_known),
        writer_is_proven=author is not None,
        said_before=_said_before(story, mark, author, hashes, network_hash),
        seconds_since_last=_seconds_since_last(site, author, hashes, network_hash, now),
        network_burst=_network_burst(site, network_hash, now),
        honeypot=submission.honeypot,
        seconds_to_write=submission.seconds_to_write,
        is_edit=False,
        shown=rendered.shown,
        **known.of(submission.text, rendered.link_spans, submission.website),
    )


def _standing(site: Site, author: Author | None, hashes: Sequence[str], now: datetime) -> dict[str, Any]:
    """The standing that counts for a writer, by the names of a Draft's fields.

    Whoever is proven answers for themselves: a stranger's misdeeds under their address are not theirs. Where addresses
    are confirmed that is whoever confirmed theirs; for everybody else a restraint stands on the address, and no trust.
    What stands against whoever they were merged into stands against them.
    """
    answers = answering(author, now) if author and has_history(site, author) else None
    found = answers or restrained(site.id, hashes, now)
    return {
        "standing": found.standing_at(now) if found else Standing.NORMAL,
        "standing_until": found.standing_until if found and found is author else None,
    }


def _said_before(story: Story, mark: str, author: Author | None, hashes: Sequence[str], network_hash: str) -> bool:
    """Whether this writer said the same under this story.

    Without proof only what came from the same network counts: else anybody could try out which address belongs to
    a comment that everybody can read.
    """
    asked = {"story": story.id, "mark": mark, **_writer(author, hashes, network_hash)}
    return db.session.scalar(SAID_BEFORE[author is not None], asked) is not None


def _writer(author: Author | None, hashes: Sequence[str], network_hash: str) -> dict[str, Any]:
    """Who writes, as the two statements of each kind want it: the proven author, or address and network."""
    return {"author": author.id} if author else {"hashes": hashes, "network": network_hash}


_comment, _author = table_of(Comment), table_of(Author)
# The proven author's comments; without proof those under the same address from the same network.
_BY_WRITER: dict[bool, ColumnElement[bool]] = {
    True: _comment.c.author_id == bindparam("author"),
    False: and_(
        _author.c.email_hash.in_(bindparam("hashes", expanding=True)), _comment.c.network_hash == bindparam("network")
    ),
}
_WITH_WRITER = _comment.join(_author, _author.c.id == _comment.c.author_id)


def _by_writer(rows: Select[Any]) -> dict[bool, Select[Any]]:
    """The same question about the comments of a proven author, and of somebody who is not."""
    return {is_proven: rows.select_from(_WITH_WRITER).where(whose) for is_proven, whose in _BY_WRITER.items()}


SAID_BEFORE = _by_writer(
    select(_comment.c.id)
    .where(
        _comment.c.story_id == bindparam("story"),
        _comment.c.fingerprint == bindparam("mark"),
        _comment.c.retracted_at.is_(None),
    )
    .limit(1)
)
LAST_SAID = _by_writer(
    select(func.max(_comment.c.created_at)).where(
        _author.c.site_id == bindparam("site"), _comment.c.created_at > bindparam("since")
    )
)
FROM_NETWORK = (
    select(func.count())
    .select_from(_comment)
    .where(
        _comment.c.network_hash == bindparam("network"),
        _comment.c.created_at > bindparam("since"),
        _comment.c.site_id == bindparam("site"),
    )
)
STANDS_UNDER = select(_comment.c.story_id).where(_comment.c.id == bindparam("parent"))


def _seconds_since_last(
    site: Site, author: Author | None, hashes: Sequence[str], network_hash: str, now: datetime
) -> float | None:
    """Since this writer's last comment. A typed address is not enough: it would let a stranger silence somebody."""
    if not site.settings.flood_seconds:
        return None
    since = now - timedelta(seconds=site.settings.flood_seconds)
    asked = {"site": site.id, "since": since, **_writer(author, hashes, network_hash)}
    last = db.session.scalar(LAST_SAID[author is not None], asked)
    return (now - last).total_seconds() if last else None


def _network_burst(site: Site, network_hash: str, now: datetime) -> bool:
    """Whether this network has sent more than one comment per `flood_seconds` on average, after a free burst."""
    if not site.settings.flood_seconds:
        return False
    since = now - timedelta(seconds=site.settings.flood_seconds * NETWORK_BURST)
    asked = {"network": network_hash, "since": since, "site": site.id}
    return (db.session.scalar(FROM_NETWORK, asked) or 0) >= NETWORK_BURST


def _refuse(screening: Screening) -> None:
    """Raise what a refusal means; anything weaker is stored."""
    verdict = screening.decisive
    if verdict is None or verdict.outcome is not Outcome.REFUSE:
        return
    if verdict.code == "too_fast":
        raise TooFast(_sentence(verdict), verdict.retry_after or 1)
    raise REFUSALS[verdict.code or "not_welcome"](_sentence(verdict))


def _sentence(verdict: Verdict) -> str:
    return verdict.reason[:1].upper() + verdict.reason[1:].rstrip(".") + "."


def _new_comment(
    site: Site,
    story: Story,
    submission: Submission,
    rendered: Rendered,
    author: Author,
    parent: Comment | None,
    network_hash: str | None,
    keys: Keyring,
    now: datetime,
) -> Comment:
    window = site.settings.edit_window_minutes
    comment = Comment(
        site_id=site.id,
        story_id=story.id,
        author_id=author.id,
        parent_id=parent.id if parent else None,
        depth=parent.depth + 1 if parent else 0,
        author_name=submission.name,
        website=submission.website,
        status=Status.PENDING,
        content=rendered.tree,
        html=rendered.html,
        fingerprint=submission.fingerprint,
        likeness=likeness(submission.text),
        section=story.category,
        has_link=bool(rendered.link_spans),
        open_flags=0,
        ignores_flags=False,
        revision_number=1,
        likes=0,
        visible_replies=0,
        network_hash=network_hash,
        receipt_salt=new_token(),
        idempotency_key=submission.idempotency_key,
        idempotency_body=submission.digests(story, keys)[0] if submission.idempotency_key else None,
        editable_until=now + timedelta(minutes=window) if window else None,
        created_at=now,
    )
    set_committed_value(comment, "story", story)  # known already: the answer to the writer asks for neither again
    set_committed_value(comment, "author", author)
    return comment


def _keep(
    comment: Comment,
    text: str,
    rendered: Rendered,
    screening: Screening,
    now: datetime,
    notify: str = "none",
    unobjected: str = lifecycle.NOTHING_TO_OBJECT,
) -> None:
    """The revision, every verdict on it, and the decision they led to."""
    revision = Revision(
        number=comment.revision_number,
        text=text,
        content=rendered.tree,
        html=rendered.html,
        created_at=now,
    )
    is_final = not outside.waits(screening)
    lifecycle.settle(comment, revision, screening, now=now, is_final=is_final, notify=notify, unobjected=unobjected)
    db.session.add_all(stored(verdict, comment, revision, now) for verdict in screening.verdicts)
    lifecycle.flush(comment)


def edit(
    site: Site,
    comment: Comment,
    text: str,
    *,
    keys: Keyring,
    now: datetime,
    sender: Sender = NOBODY,
    networks: Sequence[str] = (),
) -> Posted:
    """Another text for a comment, inside its window: a new comment to the rules, and to outside checks.

    `networks` as in `post`; the network the comment came from first is always asked about.

    The same text changes nothing.

    Raises WindowOver, TooFast, and what the rules refuse.
    """
    lifecycle.wait_for_turn([comment])
    db.session.refresh(comment)  # whoever had to wait looks again
    _ensure_editable(comment, now)
    _ensure_pace(site, comment, now)
    if text == text_of(comment):
        return Posted(comment, screening_of(comment))
    author = db.session.get_one(Author, comment.author_id)
    rendered = render(text)
    force = mode_in_force(site, comment.story, now)
    house = _house_under(site, force)
    draft = _draft_of_edit(site, house, force, comment, author, text, rendered, networks, keys, now)
    parent = db.session.get(Comment, comment.parent_id) if comment.parent_id else None
    draft = replace(draft, shields=shields.shields_of(comment.story, author, parent))
    screening = screen(draft, house)
    _refuse(screening)
    screening = outside.kept_waiting(site, _with_what_came_before(site, comment, author, screening, now))
    _rewrite(comment, draft, rendered, now)
    _keep(comment, text, rendered, screening, now)
    shields.keep_out_of_sight(comment, draft, screening)
    inquiry = outside.inquiry(site, comment, author, text, screening, sender=sender, keys=keys, now=now)
    return Posted(comment, screening, inquiry)


def _rewrite(comment: Comment, draft: Draft, rendered: Rendered, now: datetime) -> None:
    comment.content, comment.html = rendered.tree, rendered.html
    comment.fingerprint, comment.edited_at = fingerprint(draft.text), now
    comment.likeness, comment.has_link, comment.ignores_flags = likeness(draft.text), bool(rendered.link_spans), False
    comment.language = draft.language
    comment.revision_number += 1


def open_editor(site: Site, comment: Comment, *, now: datetime) -> tuple[str, datetime | None]:
    """The typed text to edit, and until when it may be sent: whoever begins in time is not hurried (WCAG 2.2.1).

    The editor's time does not begin anew when it is opened again. Raises WindowOver.
    """
    _ensure_editable(comment, now)
    window = timedelta(minutes=site.settings.edit_window_minutes)
    until = max(comment.editable_until or now, comment.created_at + window + EDITOR_OPEN)
    # On the table, not the mapped class: nothing changed that a moderator looks at.
    table = table_of(Comment)
    db.session.execute(table.update().where(table.c.id == comment.id).values(editable_until=until))
    return text_of(comment) or "", until


def status_for_writer(comment: Comment) -> str:
    """approved, pending, retracted; rejected, once a person decided so: a rule's no is not told to programs."""
    if comment.retracted_at:
        return "retracted"
    if comment.status not in lifecycle.REFUSED:
        return comment.status.lower()
    rows = select(Decision.account_id).where(Decision.comment_id == comment.id, Decision.after == comment.status)
    is_by_person = db.session.scalar(rows.where(Decision.account_id.is_not(None)).limit(1)) is not None
    return "rejected" if is_by_person else "pending"


def _ensure_editable(comment: Comment, now: datetime) -> None:
    """Edits have an end, or a writer could change a text under every moderator's hands."""
    _ensure_not_settled(comment)
    if not comment.is_editable(now):
        raise WindowOver("The time to edit this comment is over.")


def _ensure_not_settled(comment: Comment) -> None:
    if comment.status in (Status.REJECTED, Status.SPAM):
        raise WindowOver("It was decided that this comment is not published; it cannot be edited any more.")
    if comment.revision_number >= REVISIONS_ALLOWED:
        raise WindowOver("This comment was edited too often to be edited again.")


def _ensure_pace(site: Site, comment: Comment, now: datetime) -> None:
    pace = min(EDIT_PACE, timedelta(seconds=site.settings.flood_seconds))
    if comment.edited_at and now - comment.edited_at < pace:
        raise TooFast("You edited this a moment ago. Please wait a little.", math.ceil(pace.total_seconds()))


def text_of(comment: Comment) -> str | None:
    """The present text as it was typed."""
    rows = select(Revision.text).where(Revision.comment_id == comment.id, Revision.number == comment.revision_number)
    return db.session.scalar(rows)


def _draft_of_edit(
    site: Site,
    house: House,
    force: InForce,
    comment: Comment,
    author: Author,
    text: str,
    rendered: Rendered,
    networks: Sequence[str],
    keys: Keyring,
    now: datetime,
) -> Draft:
    hashes = address_hashes_of(author, keys)
    networks = [*filter(None, [comment.network_hash]), *networks]
    domain = record.domain_of(author, keys)
    known = record.Known(site, house, comment.story, author, hashes, domain, networks, now, but=comment.id)
    return Draft(
        text=text,
        name=comment.author_name,
        website=comment.website or "",
        link_spans=rendered.link_spans,
        story_is_open=force.is_open,
        story_is_held=force.mode == "hold_all",
        closed_because=force.because,
        **_standing(site, author, hashes, now),
        approved_before=_approved_but(site, author, comment),
        address_confirmed=author.is_known,
        writer_is_proven=True,
        said_before=False,
        seconds_since_last=None,
        network_burst=False,
        honeypot="",
        seconds_to_write=None,
        is_edit=True,
        shown=rendered.shown,
        **known.of(text, rendered.link_spans, comment.website),
    )


def _approved_but(site: Site, author: Author, comment: Comment) -> int:
    """How many others of an author's comments were approved, where that counts."""
    others = author.approved_count - (comment.status == Status.APPROVED)
    return others if has_history(site, author) else 0


def _with_what_came_before(
    site: Site, comment: Comment, author: Author, screening: Screening, now: datetime
) -> Screening:
    """An edit neither publishes what was waiting nor keeps an approval for other words than it was given to.

    A trusted author's approved comment is the exception: trust outranks caution.
    """
    if comment.status == Status.PENDING:
        reason = "it was waiting before it was edited"
    elif author.standing_at(now) is not Standing.TRUSTED or not has_history(site, author):
        reason = "it was changed after it was approved"
    else:
        return screening
    return Screening((*screening.verdicts, Verdict(rule="edited", outcome=Outcome.HOLD, reason=reason)))


def told_to_writer(site: Site, posted: Posted) -> list[str]:
    """Why a comment waits, and that confirming the address would help; the same whoever's address was typed."""
    told = reasons_for_writer(posted.screening)
    author = db.session.get_one(Author, posted.comment.author_id)
    is_asked = not author.is_known and confirming(site) != "off" and bool(told)
    return [*(each for each in told if each != UNCONFIRMED), CONFIRM] if is_asked else told


def reasons_for_writer(screening: Screening) -> list[str]:
    """Why a comment waits, in sentences its writer may read.

    A spam trap does not explain itself and a word list is not read out: both would be walked around. What stands
    against an author is not told either: the writer may only have typed that author's address.
    """
    if screening.outcome is Outcome.SPAM:
        return []
    waiting = [verdict for verdict in screening.verdicts if verdict.outcome in (Outcome.HOLD, Outcome.REJECT)]
    return list(dict.fromkeys(TOLD_TO_WRITER.get(verdict.rule) or _sentence(verdict) for verdict in waiting))
