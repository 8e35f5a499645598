"""Try before you switch on: what a word, a rule or a mode would have done to what people decided on.

Only what is kept can be tried on: the text, name and website, the writer's standing and approved comments as they were
at that time, the reports. How fast a form came back or whether a hidden field was filled in is not kept, and what was
refused was never stored.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import aliased

from ..authors.models import Author, Standing, StandingChange
from ..comments.models import Comment, Decision, Revision, Status
from ..comments.record import hosts_of
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.html import links_in, shown_in
from ..core.inputs import choice, whole_number
from ..core.text import Unreadable, clean_line
from ..core.urls import host_of
from ..moderation.flags import networks_reporting
from ..moderation.models import Flag
from ..screening import RULES, Draft, House, Kind, Outcome, Rule, Verdict, Words, ask
from ..stories.models import Story
from .people import DECIDED, REFUSED, by_person, names_of

MOST_DECISIONS = 5000
MOST_DAYS = 90
HIGHEST = 1000  # of a threshold, or of readers who report
MOST_WORDS, WORD_LENGTH = 5000, 200
BUDGET = 5.0  # seconds
AT_ONCE = 500  # decisions in memory
EXAMPLES = 10  # of each kind
FEW = 30  # people's decisions of a kind, below which shares say little

KINDS = ("hold", "reject")
MODES = ("open", "hold_new", "hold_all")
# What a threshold belongs to; its value now is the House's.
NUMBERS = {
    "too_many_links": "links_allowed",
    "author_is_new": "hold_first_comments",
    "shouting": "shouting_percent",
    "repeated_characters": "repeated_characters",
}
# Rules that the site may have switched off: to try one is to switch it on.
SWITCHES = {"address_is_unconfirmed": "hold_unconfirmed"}
BY_NAME = {rule.__name__: rule for rule in RULES}
BY_WORDS = {"hold": "uses_held_word", "reject": "uses_rejected_word"}
OF_MODES = ("story_is_held", "newcomers_are_held", "author_is_new")
NEVER_STORED = "what it refuses is never stored"
AT_THAT_TIME = "how things stood at that time is not kept"
NOT_KEPT = {
    "story_is_closed": NEVER_STORED,
    "author_is_banned": NEVER_STORED,
    "author_is_suspended": NEVER_STORED,
    "address_is_banned": NEVER_STORED,
    "network_is_banned": NEVER_STORED,
    "said_it_before": NEVER_STORED,
    "too_fast": NEVER_STORED,
    "story_is_held": "what state a story was in is not kept; try the mode hold_all",
    "newcomers_are_held": "what state a story was in is not kept; try the mode hold_new",
    "history_is_poor": AT_THAT_TIME,
    "mass_posting": AT_THAT_TIME,
    "address_is_disposable": "an address is a secret, and is not looked at for a trial",
    "honeypot_was_filled": "what was in the hidden field is not kept",
    "form_was_too_quick": "how long a form took to write is not kept",
}
RULES_TO_TRY = tuple(name for name in BY_NAME if name not in NOT_KEPT and not name.endswith("_word"))
TRIES = ("words", "rule", "flags", "mode")


@dataclass(frozen=True)
class Case:
    """A text that a person decided on, with what is known of it and of its writer at the time it came in."""

    decision_id: int
    decided_at: datetime
    decided_by: int | None
    status: str
    comment_id: int
    text: str
    name: str
    website: str
    story: str
    written_at: datetime
    is_edit: bool
    author_id: int
    author_since: datetime
    confirmed_at: datetime | None
    approved_before: int
    readers_reported: int

    @property
    def is_rejected(self) -> bool:
        return self.status in REFUSED


Spans = tuple[tuple[int, int], ...]
Speaker = Callable[[Case, Standing], Verdict | None]


@dataclass(frozen=True)
class Trial:
    """What is tried: a sentence for people, and what would have said something about a case."""

    about: str
    speaks: Speaker


@dataclass(frozen=True)
class Example:
    """A case to look at: the text in pieces, each marked or not, what was said, and who decided."""

    comment_id: int
    name: str
    story: str
    pieces: tuple[tuple[str, bool], ...]
    reason: str
    decision: str
    decided_at: datetime
    decided_by: str


@dataclass
class Tally:
    """How many cases of one kind, and the newest of them to look at."""

    count: int = 0
    newest: list[tuple[Case, Verdict | None]] = field(default_factory=list)

    def add(self, case: Case, verdict: Verdict | None) -> None:
        self.count += 1
        if len(self.newest) < EXAMPLES:
            self.newest.append((case, verdict))


@dataclass
class Result:
    """What came of a trial.

    A true hold is one that people rejected as well, a false hold one they approved, a miss one they rejected and of
    which nothing would have been said. `is_capped`: there are more decisions than are looked at. `ran_out`: so are
    those of before `reached`, for want of time.
    """

    about: str
    days: int
    true_holds: Tally = field(default_factory=Tally)
    false_holds: Tally = field(default_factory=Tally)
    misses: Tally = field(default_factory=Tally)
    passed: int = 0
    reached: datetime | None = None
    is_capped: bool = False
    ran_out: bool = False

    @property
    def would_hold(self) -> int:
        return self.true_holds.count + self.false_holds.count

    @property
    def rejected(self) -> int:
        return self.true_holds.count + self.misses.count

    @property
    def decided(self) -> int:
        return self.would_hold + self.misses.count + self.passed

    @property
    def approved(self) -> int:
        return self.decided - self.rejected

    @property
    def precision(self) -> float | None:
        """Of what would be held, the share that people rejected."""
        return self.true_holds.count / self.would_hold if self.would_hold else None

    @property
    def recall(self) -> float | None:
        """Of what people rejected, the share that would be held."""
        return self.true_holds.count / self.rejected if self.rejected else None

    @property
    def is_thin(self) -> bool:
        """Too few decisions of either kind to trust a share."""
        return min(self.rejected, self.approved) < FEW

    def take(self, case: Case, verdict: Verdict | None) -> None:
        self.reached = case.decided_at
        if verdict is not None:
            (self.true_holds if case.is_rejected else self.false_holds).add(case, verdict)
        elif case.is_rejected:
            self.misses.add(case, None)
        else:
            self.passed += 1

    def examples(self) -> dict[str, list[Example]]:
        """The newest of each kind, in the order of what matters to whoever tries: what would go wrong comes first."""
        kinds = {"false_holds": self.false_holds, "misses": self.misses, "true_holds": self.true_holds}
        names = names_of(case.decided_by for tally in kinds.values() for case, _ in tally.newest)
        return {
            kind: [_example(case, verdict, names[case.decided_by]) for case, verdict in tally.newest]
            for kind, tally in kinds.items()
        }


def read_trial(asked: Mapping[str, str], house: House) -> Trial:
    """What somebody wants to try, from the fields of a form or a body.

    `try` is words (with `words`, one a line, and `kind`), rule (with `rule`, and `number` where it has a threshold),
    flags (with `number`) or mode (with `mode`). Raises ValidationFailed.
    """
    what = choice(asked, "try", TRIES, "words")
    switched_on = replace(house, modes={})  # to try a rule is to switch it on, and to hear it
    if what == "words":
        return _of_words(asked, switched_on)
    if what == "rule":
        return _of_rule(asked, switched_on)
    if what == "flags":
        return _of_flags(whole_number(asked, "number", 2, low=1, high=HIGHEST))
    mode = choice(asked, "mode", MODES, "hold_new")
    return Trial(f"the mode {mode}", _held_by(OF_MODES, replace(house, mode=mode)))


def read_days(asked: Mapping[str, str]) -> int:
    """Raises ValidationFailed."""
    return whole_number(asked, "days", 30, low=1, high=MOST_DAYS)


def read_words(typed: str) -> tuple[str, ...]:
    """The entries of a list as typed, one a line. Raises ValidationFailed naming the line that is wrong."""
    words = []
    for number, line in enumerate(typed.splitlines(), start=1):
        try:
            word = clean_line(line)
        except Unreadable as error:
            raise ValidationFailed({"words": [f"Line {number}: {error}"]}) from error
        if len(word) > WORD_LENGTH:
            raise ValidationFailed({"words": [f"Line {number} is longer than {WORD_LENGTH} characters."]})
        words += [word] if word else []
    if not words:
        raise ValidationFailed({"words": ["Enter a word or a phrase, one a line."]})
    if len(words) > MOST_WORDS:
        raise ValidationFailed({"words": [f"Try at most {MOST_WORDS:,} words at once."]})
    return tuple(dict.fromkeys(words))


def with_words(house: House, words: tuple[str, ...], kind: str) -> House:
    """The house with these words and no others."""
    return replace(house, words=(Words(Kind(kind), words),))


def _of_words(asked: Mapping[str, str], house: House) -> Trial:
    kind = choice(asked, "kind", KINDS, "hold")
    words = read_words(asked.get("words", ""))
    about = f"“{words[0]}”" if len(words) == 1 else f"{len(words):,} words and phrases"
    return Trial(f"{about} on the list of words that {kind}", _any_of([BY_WORDS[kind]], with_words(house, words, kind)))


def _of_rule(asked: Mapping[str, str], house: House) -> Trial:
    name = asked.get("rule") or ""
    if name in NOT_KEPT:
        raise ValidationFailed({"rule": [f"This rule cannot be tried on the past: {NOT_KEPT[name]}."]})
    name = choice(asked, "rule", RULES_TO_TRY, RULES_TO_TRY[0])
    about = f"the rule {name.replace('_', ' ')}"
    if setting := NUMBERS.get(name):
        number = whole_number(asked, "number", getattr(house, setting), low=0, high=1000)
        about, house = f"{about} with {setting} at {number}", _changed(house, setting, number)
    elif setting := SWITCHES.get(name):
        house = _changed(house, setting, True)
    return Trial(about, _any_of([name], house, reads_links=True))


def _changed(house: House, setting: str, value: Any) -> House:
    return replace(house, **{setting: value})


def _of_flags(number: int) -> Trial:
    def speaks(case: Case, _: Standing) -> Verdict | None:
        if case.readers_reported < number:
            return None
        return Verdict("flags", Outcome.HOLD, f"{case.readers_reported} readers had reported it")

    return Trial(f"holding what {number} {'reader' if number == 1 else 'readers'} reported", speaks)


def _any_of(names: Sequence[str], house: House, *, reads_links: bool = False) -> Speaker:
    """What the first of the rules has to say; whatever it would do about it, it speaks.

    Finding the links of a text takes longer than most rules do: only where one `reads_links`.
    """
    rules: list[Rule] = [BY_NAME[name] for name in names]

    def speaks(case: Case, standing: Standing) -> Verdict | None:
        draft = _draft(case, standing, links_in(case.text) if reads_links else (), house)
        return next((verdict for rule in rules if (verdict := ask(rule, draft, house))), None)

    return speaks


def _held_by(names: Sequence[str], house: House) -> Speaker:
    """What the first of the rules that would do something has to say, each as the site set it."""
    speakers = [_any_of([name], house) for name in names]

    def speaks(case: Case, standing: Standing) -> Verdict | None:
        said = (each(case, standing) for each in speakers)
        return next((verdict for verdict in said if verdict and verdict.outcome is not Outcome.NOTE), None)

    return speaks


def _draft(case: Case, standing: Standing, link_spans: Spans, house: House) -> Draft:
    """The draft as it was. What is not kept stays silent here, and no rule that asks for it can be tried."""
    return Draft(
        text=case.text,
        name=case.name,
        website=case.website,
        link_spans=link_spans,
        link_hosts=hosts_of(case.text, link_spans, house),
        website_host=host_of(case.website),
        story_is_open=True,
        story_is_held=False,
        closed_because="",
        standing=standing,
        standing_until=None,
        approved_before=case.approved_before,
        address_confirmed=case.confirmed_at is not None and case.confirmed_at <= case.written_at,
        # Without proof a writer is somebody new: an author is as old as the first comment.
        writer_is_proven=case.is_edit or case.author_since < case.written_at,
        said_before=False,
        seconds_since_last=None,
        network_burst=False,
        honeypot="",
        seconds_to_write=None,
        is_edit=case.is_edit,
        shown=shown_in(case.text),
    )


def run(site_id: int, trial: Trial, *, days: int, now: datetime, budget: float = BUDGET) -> Result:
    """Try it on what people decided in the last `days` days, the newest first, for at most `budget` seconds."""
    result, ends = Result(trial.about, days), time.monotonic() + budget
    for case, standing in islice(_cases(site_id, now - timedelta(days=days), now), MOST_DECISIONS + 1):
        result.is_capped = result.decided == MOST_DECISIONS
        result.ran_out = result.decided > 0 and time.monotonic() > ends
        if result.is_capped or result.ran_out:
            break
        result.take(case, trial.speaks(case, standing))
    return result


def _cases(site_id: int, since: datetime, until: datetime) -> Iterator[tuple[Case, Standing]]:
    """What people decided, the newest first, each text once: with the last word on it."""
    rows = _decided_on(site_id, since, until)
    last: Case | None = None
    while True:
        page = rows
        if last:
            newest = and_(Decision.created_at == last.decided_at, Decision.id < last.decision_id)
            page = rows.where(or_(Decision.created_at < last.decided_at, newest))
        cases = [Case(*row) for row in db.session.execute(page.limit(AT_ONCE))]
        standings = _standings({case.author_id for case in cases})
        for case in cases:
            yield case, _standing_at(standings.get(case.author_id, []), case.written_at)
        if len(cases) < AT_ONCE:
            return
        last = cases[-1]


def _decided_on(site_id: int, since: datetime, until: datetime) -> Any:
    later = aliased(Decision)
    is_last = ~(
        select(later.id)
        .where(later.comment_id == Decision.comment_id, later.revision_id == Decision.revision_id)
        .where(later.id > Decision.id, by_person(later))
        .exists()
    )
    return (
        select(
            Decision.id,
            Decision.created_at,
            Decision.account_id,
            Decision.after,
            Comment.id,
            Revision.text,
            Comment.author_name,
            func.coalesce(Comment.website, ""),
            Story.title,
            Revision.created_at,
            Revision.number > 1,
            Author.id,
            Author.created_at,
            Author.confirmed_at,
            _approved_before(),
            _readers_reported(),
        )
        .join(Revision, Revision.id == Decision.revision_id)
        .join(Comment, Comment.id == Decision.comment_id)
        .join(Author, Author.id == Comment.author_id)
        .join(Story, Story.id == Comment.story_id)
        .where(Decision.site_id == site_id, Decision.created_at >= since, Decision.created_at <= until)
        .where(by_person(), Decision.after.in_(DECIDED), is_last)
        .order_by(Decision.created_at.desc(), Decision.id.desc())
    )


def _approved_before() -> Any:
    """How many other comments of the author were approved when the text came in: every decision changes it by one."""
    other, done = aliased(Comment), aliased(Decision)
    change = _one(done.after == Status.APPROVED) - _one(done.before == Status.APPROVED)
    rows = select(func.coalesce(func.sum(change), 0)).select_from(other).join(done, done.comment_id == other.id)
    rows = rows.where(other.author_id == Author.id, other.id != Comment.id, done.created_at < Revision.created_at)
    return rows.correlate(Author, Comment, Revision).scalar_subquery()


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return sql_case((condition, 1), else_=0)


def _readers_reported() -> Any:
    """Readers who reported the comment before this decision and after the person's before it, as the rule counts them:
    who shares a network is one."""
    rows = select(func.count(networks_reporting().distinct())).select_from(Flag)
    earlier = aliased(Decision)
    answered = select(earlier.id).where(earlier.comment_id == Decision.comment_id, earlier.id < Decision.id)
    answered = answered.where(by_person(earlier), earlier.created_at >= Flag.created_at).correlate(Flag, Decision)
    rows = rows.where(Flag.comment_id == Comment.id, Flag.created_at <= Decision.created_at, ~answered.exists())
    return rows.correlate(Comment, Decision).scalar_subquery()


def _standings(author_ids: set[int]) -> dict[int, list[StandingChange]]:
    """The record of each author who ever had a standing, the newest change first."""
    rows = select(StandingChange).where(StandingChange.author_id.in_(author_ids)).order_by(StandingChange.id.desc())
    found: dict[int, list[StandingChange]] = {}
    for change in db.session.scalars(rows):
        found.setdefault(change.author_id, []).append(change)
    return found


def _standing_at(changes: list[StandingChange], moment: datetime) -> Standing:
    change = next((each for each in changes if each.created_at <= moment), None)
    is_over = change is None or (change.until is not None and change.until <= moment)
    return Standing.NORMAL if is_over or change is None else Standing(change.standing)


def _example(case: Case, verdict: Verdict | None, decided_by: str) -> Example:
    return Example(
        comment_id=case.comment_id,
        name=case.name,
        story=case.story,
        pieces=clipping(case.text, verdict.spans if verdict else ()),
        reason=verdict.reason if verdict else "",
        decision=case.status.lower(),
        decided_at=case.decided_at,
        decided_by=decided_by,
    )


def clipping(text: str, spans: Spans, *, length: int = 240, before: int = 60) -> tuple[tuple[str, bool], ...]:
    """Part of a text around its first span, in pieces that are marked or not; "…" where something is left out."""
    start = max(0, spans[0][0] - before) if spans else 0
    end = min(len(text), start + length)
    pieces = [("…", False)] if start else []
    at = start
    for low, high in spans:
        low, high = max(low, at), min(high, end)
        if low < high:
            pieces += [(text[at:low], False), (text[low:high], True)]
            at = high
    pieces += [(text[at:end], False)] + ([("…", False)] if end < len(text) else [])
    return tuple(piece for piece in pieces if piece[0])
