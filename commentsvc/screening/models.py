"""What screening is told (`Draft`, `House`) and what it answers (`Verdict`, `Screening`)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

STANDINGS = frozenset({"TRUSTED", "NORMAL", "WATCHED", "SUSPENDED", "BANNED"})
MODES = frozenset({"open", "hold_new", "hold_all", "closed", "hidden"})

Spans = tuple[tuple[int, int], ...]


class Outcome(IntEnum):
    """What becomes of a comment, from the mildest to the strictest.

    NOTE publishes and only remembers; HOLD waits for a moderator; REJECT and SPAM are stored unpublished;
    REFUSE is not stored at all and the writer is told why.
    """

    NOTE = 0
    HOLD = 1
    REJECT = 2
    SPAM = 3
    REFUSE = 4


@dataclass(frozen=True)
class Verdict:
    """What one rule says about one draft.

    `reason` is a sentence fragment for people. `spans` are [start, end) in code points of the typed text.
    `code` ("story_closed", "not_welcome", "duplicate" or "too_fast") and `retry_after` (seconds) belong to
    REFUSE alone.
    """

    rule: str
    outcome: Outcome
    reason: str
    spans: Spans = ()
    score: float | None = None
    code: str | None = None
    retry_after: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The verdict as the moderation queue shows it; `score` appears only if the rule gave one."""
        answer: dict[str, Any] = {
            "rule": self.rule,
            "outcome": self.outcome.name.lower(),
            "reason": self.reason,
            "spans": [list(span) for span in self.spans],
        }
        return answer if self.score is None else answer | {"score": self.score}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known about one comment (or one edit of it) that is about to be stored.

    `text` is the typed text after cleaning; `link_spans` are its links in code points. `approved_before`
    counts this author's approved comments written while proven to be that author, and is 0 for a stranger.
    `said_before` means same writer, story and fingerprint. `seconds_since_last` is since the same writer's
    previous comment, None if there is none; `seconds_to_write` is None if unknown. `network_burst` means that
    the network has used up its allowance.

    Raises ValueError for a standing that does not exist, which every rule would let pass, and for a
    `standing_until` without a time zone.
    """

    text: str
    name: str
    website: str
    link_spans: Spans
    story_is_open: bool
    story_is_held: bool
    closed_because: str
    standing: str
    standing_until: datetime | None
    approved_before: int
    address_confirmed: bool
    writer_is_proven: bool
    said_before: bool
    seconds_since_last: float | None
    network_burst: bool
    honeypot: str
    seconds_to_write: float | None
    is_edit: bool

    def __post_init__(self) -> None:
        if self.standing not in STANDINGS:
            raise ValueError(f"{self.standing!r} is not a standing")
        if self.standing_until is not None and self.standing_until.utcoffset() is None:
            raise ValueError("standing_until needs a time zone")


@dataclass(frozen=True)
class House:
    """The site's settings that rules ask about; a number of seconds set to 0 turns its rule off.

    `links_allowed` set to 0 allows none. A `words_…` list has one entry per item, in the notation of `words`.
    `when_silent` is the outcome when a rule could not be checked.

    Raises ValueError for a mode that does not exist, which would leave a closed site open.
    """

    mode: str
    hold_first_comments: int = 1
    hold_unconfirmed: bool = False
    links_allowed: int = 2
    flood_seconds: int = 15
    quick_form_seconds: int = 3
    duplicate_check: bool = True
    words_reject: tuple[str, ...] = ()
    words_hold: tuple[str, ...] = ()
    honeypot_check: bool = True
    when_silent: Outcome = Outcome.HOLD

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"{self.mode!r} is not a mode")


@dataclass(frozen=True)
class Screening:
    """Every verdict on one draft, in the order of the rules."""

    verdicts: tuple[Verdict, ...]

    @property
    def outcome(self) -> Outcome:
        """The strictest outcome; NOTE if no rule spoke."""
        return self.decisive.outcome if self.decisive else Outcome.NOTE

    @property
    def decisive(self) -> Verdict | None:
        """The first of the strictest verdicts: the one to name when a single reason is asked for."""
        return max(self.verdicts, key=lambda verdict: verdict.outcome, default=None)
