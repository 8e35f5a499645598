"""What screening is told (`Draft`, `House`) and what it answers (`Verdict`, `Screening`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from ..core.html import Shown

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


class Mode(StrEnum):
    """What a site makes of a rule. Without a mode the rule's own outcome stands.

    OFF is not asked. SHADOW speaks and nothing comes of it: the verdict remembers what it would have been.
    """

    OFF = "off"
    SHADOW = "shadow"
    NOTE = "note"
    HOLD = "hold"
    REJECT = "reject"


class Kind(StrEnum):
    """What an entry of a word list does to a comment that uses it: hold it, reject it, or only mark the place."""

    HOLD = "hold"
    REJECT = "reject"
    MARK = "mark"


@dataclass(frozen=True)
class Words:
    """One word list: its entries in the notation of `words`, for comments in `language` (None: in any).

    Where the language of a comment is not known, every list is used. In shadow a list speaks without effect.
    """

    kind: Kind
    entries: tuple[str, ...]
    language: str | None = None
    in_shadow: bool = False

    def is_for(self, language: str | None) -> bool:
        return self.language is None or language is None or self.language == language


@dataclass(frozen=True)
class Shield:
    """What shields one of those who sign the story: entries in the notation of `words`.

    `must_be_aimed`: they count only in a comment that names the person, or answers one of theirs (`is_answered`).
    """

    author_id: int
    name: str
    words: tuple[str, ...]
    must_be_aimed: bool = False
    is_answered: bool = False


@dataclass(frozen=True)
class Verdict:
    """What one rule says about one draft.

    `reason` is a sentence fragment for people. `spans` are [start, end) in code points of the typed text.
    `code` ("story_closed", "not_welcome", "duplicate" or "too_fast") and `retry_after` (seconds) belong to
    REFUSE alone. `would_be` is what it would have been, were its rule (or word list) not in shadow.
    """

    rule: str
    outcome: Outcome
    reason: str
    spans: Spans = ()
    score: float | None = None
    code: str | None = None
    retry_after: int | None = None
    would_be: Outcome | None = None

    def as_json(self) -> dict[str, Any]:
        """The verdict as the moderation queue shows it; `score` and `would_be` appear only if there is one."""
        answer: dict[str, Any] = {
            "rule": self.rule,
            "outcome": self.outcome.name.lower(),
            "reason": self.reason,
            "spans": [list(span) for span in self.spans],
        }
        if self.score is not None:
            answer["score"] = self.score
        return answer if self.would_be is None else answer | {"would_be": self.would_be.name.lower()}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known about one comment (or one edit of it) that is about to be stored.

    `text` is the typed text after cleaning, `shown` what readers see of it where marks part the two; `link_spans` are
    its links in code points. `approved_before`
    counts this author's approved comments written while proven to be that author, and is 0 for a stranger.
    `said_before` means same writer, story and fingerprint. `seconds_since_last` is since the same writer's
    previous comment, None if there is none; `seconds_to_write` is None if unknown. `network_burst` means that
    the network has used up its allowance.

    What was not looked up because its rule is off is as if there were nothing. `language` is None if unknown.
    `link_hosts` are where the links lead, in the order of `link_spans`, `website_host` is where the website does: hosts
    as DNS knows them (core.urls.host_of), "" for what leads nowhere. `address_domain` is the part behind the @, None
    where it cannot be read. `recently_approved` and `recently_rejected` count the proven author's comments of the last
    days; `alike_stories` and `alike_writers` say under how many stories, and by how many writers, near-identical
    text stands on this site, this draft among them. `shields` are those of who signs the story.

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
    shown: Shown | None = None
    language: str | None = None
    link_hosts: tuple[str, ...] = ()
    website_host: str = ""
    address_domain: str | None = ""
    address_is_banned: bool = False
    network_is_banned: bool = False
    recently_approved: int = 0
    recently_rejected: int = 0
    alike_stories: int = 1
    alike_writers: int = 1
    shields: tuple[Shield, ...] = ()

    def __post_init__(self) -> None:
        if self.standing not in STANDINGS:
            raise ValueError(f"{self.standing!r} is not a standing")
        if self.standing_until is not None and self.standing_until.utcoffset() is None:
            raise ValueError("standing_until needs a time zone")


@dataclass(frozen=True)
class House:
    """The site's settings that rules ask about; a threshold set to 0 turns its rule off.

    `links_allowed` set to 0 allows none. `links_denied` and `links_allowed_domains` are hosts as DNS knows them, each
    standing for its subdomains too. `modes` says what the site makes of a rule, by its name, `silences` what the
    outcome is when that rule could not be checked; `when_silent` is for every other rule.

    Raises ValueError for a mode of the site that does not exist, which would leave a closed site open.
    """

    mode: str
    hold_first_comments: int = 1
    hold_unconfirmed: bool = False
    links_allowed: int = 2
    links_denied: frozenset[str] = frozenset()
    links_allowed_domains: frozenset[str] = frozenset()
    flood_seconds: int = 15
    quick_form_seconds: int = 3
    duplicate_check: bool = True
    words: tuple[Words, ...] = ()
    honeypot_check: bool = True
    history_rejected_percent: int = 30
    history_least_decided: int = 5
    flags_to_hold: int = 3
    shouting_percent: int = 70
    shouting_letters: int = 20
    repeated_characters: int = 10
    mass_posting_stories: int = 3
    mass_posting_writers: int = 3
    when_silent: Outcome = Outcome.HOLD
    modes: Mapping[str, Mode] = field(default_factory=dict)
    silences: Mapping[str, Outcome] = field(default_factory=dict)

    def is_on(self, rule: str) -> bool:
        """Whether the rule is asked at all."""
        return self.modes.get(rule) is not Mode.OFF

    def silence(self, rule: str) -> Outcome:
        """What it means that this rule could not be checked."""
        return self.silences.get(rule, self.when_silent)

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
        """The first of the strictest verdicts: the one to name when a single reason is asked for. Shadows never are."""
        counted = (verdict for verdict in self.verdicts if verdict.would_be is None)
        return max(counted, key=lambda verdict: verdict.outcome, default=None)
