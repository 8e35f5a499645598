"""What a newsroom can set for a site: name, kind, default and meaning, in one place."""

from collections.abc import Callable, Mapping
from dataclasses import Field, asdict, dataclass, field, fields
from typing import Any

from ..core.errors import ValidationFailed
from ..core.oidc import NAME_LENGTH
from ..core.text import Unreadable, clean_line
from ..core.urls import WrongUrl, origin_of, read_domain
from .hours import WrongHours, read_hours, read_zone

LANGUAGES = ("en", "de", "fr", "es", "tr", "ar")
GONE = {"words_reject": "kind reject", "words_hold": "kind hold"}  # settings that became word lists
MOST_DOMAINS = 2_000
LIKE = "Like"
EFFORTS = ("off", "auto", "on")
MODES = ("open", "hold_new", "hold_all", "closed", "hidden")
SIGN_ON = ("off", "HS256", "RS256", "ES256")
CONFIRMING = ("off", "offer", "before_publishing")
ERASED = ("keep", "empty")
SORTS = ("oldest", "newest", "liked")  # orders of a thread
REASONS = ("abuse", "hate", "spam", "off topic", "misinformation", "private data", "illegal", "other")
MOST_REASONS, REASON_LENGTH = 9, 60  # one digit each; as long as a decision keeps
OTHER = "other"  # the reason that says nothing by itself: it needs a note
SWITCH = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}


def _setting(
    default: Any,
    meaning: str,
    *,
    among: tuple[str, ...] = (),
    low: int = 0,
    high: int = 1_000_000,
    is_address: bool = False,
    ensure: Callable[[str], Any] | None = None,
    is_reasons: bool = False,
    longest: int | None = None,
    are_domains: bool = False,
) -> Any:
    """`ensure` raises WrongHours, in words for whoever typed it, for a text that cannot be used.

    `longest`: it is one line of at most so many characters.
    """
    about = {"meaning": meaning, "among": among, "low": low, "high": high, "ensure": ensure}
    about |= {"is_address": is_address, "is_reasons": is_reasons, "are_domains": are_domains, "longest": longest}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class SiteSettings:
    """The settings of one site. Without any, a new site holds the first comment of everyone."""

    mode: str = _setting(
        "open", "open, hold_new (hold everyone not yet approved once), hold_all, closed, hidden", among=MODES
    )
    hold_first_comments: int = _setting(
        1, "how many comments of a person must be approved before others publish at once"
    )
    hold_unconfirmed: bool = _setting(False, "hold every comment whose address is not confirmed")
    confirm_addresses: str = _setting(
        "offer",
        "off, offer (mail a link to whoever writes; only a confirmed address has a history), before_publishing (and "
        "comments wait for it); without a mail server nobody is asked",
        among=CONFIRMING,
    )
    guests: bool = _setting(True, "whoever is not signed on by the publisher, nor signed in, may write too")
    login: bool = _setting(
        False, "readers may sign in at the OpenID Connect provider below; needs the next three and its client secret"
    )
    login_issuer: str = _setting("", "the provider's issuer, like https://login.news.example/realms/news", longest=300)
    login_client_id: str = _setting("", "what the provider knows this site's comments by", longest=300)
    login_name: str = _setting("", "what readers call the provider: Sign in with …", longest=NAME_LENGTH)
    sign_on: str = _setting(
        "off", "the algorithm of the publisher's sign-on tokens (HS256, RS256, ES256); off takes none", among=SIGN_ON
    )
    sign_on_issuer: str = _setting("", "who makes the sign-on tokens (`iss`)", longest=300)
    sign_on_audience: str = _setting("", "whom the sign-on tokens are for (`aud`)", longest=300)
    sign_on_keys_url: str = _setting(
        "", "where the public keys of RS256 and ES256 tokens are (a JWKS); empty for kept ones alone", is_address=True
    )
    sign_on_badges: str = _setting(
        "", "badges that a sign-on token may give, separated by commas, like subscriber", longest=300
    )
    links_allowed: int = _setting(2, "more links than this hold a comment")
    flood_seconds: int = _setting(
        15, "seconds between two comments of one writer; 0 turns all flood rules off", high=86_400
    )
    quick_form_seconds: int = _setting(3, "a form filled in faster than this is held; 0 turns it off", high=3_600)
    duplicate_check: bool = _setting(True, "refuse the same text twice by one writer under one story")
    honeypot_check: bool = _setting(True, "a filled hidden field is spam")
    links_denied: str = _setting(
        "", "domains that no comment should link to, one a line, subdomains included", are_domains=True
    )
    links_allowed_domains: str = _setting(
        "", "domains whose links do not count for links_allowed, one a line, subdomains included", are_domains=True
    )
    history_rejected_percent: int = _setting(
        30, "a known author of whose recent comments more than this was rejected waits; 0 turns it off", high=100
    )
    history_days: int = _setting(7, "how many days back an author's comments are recent", low=1, high=90)
    history_least_decided: int = _setting(
        5, "fewer recent comments than this, decided on, say nothing about an author", low=1, high=100
    )
    flags_to_hold: int = _setting(
        3, "so many readers' reports bring a comment back to the queue; 0 never does", high=1_000
    )
    shouting_percent: int = _setting(
        70, "more capitals than this among the letters are shouting; 0 turns it off", high=100
    )
    shouting_letters: int = _setting(20, "a text with fewer letters than this never shouts", low=1, high=10_000)
    repeated_characters: int = _setting(
        10, "one letter or sign so many times in a row is too often; 0 turns it off", high=10_000
    )
    mass_posting_stories: int = _setting(
        3, "near-identical text under so many stories in a day is mass posting; 0 does not count stories", high=1_000
    )
    mass_posting_writers: int = _setting(
        3, "near-identical text of so many writers in a day is mass posting; 0 does not count writers", high=1_000
    )
    when_silent: str = _setting("hold", "what a rule that cannot answer means", among=("hold", "publish"))
    text_max_length: int = _setting(10_000, "longest comment, in characters", low=100, high=10_000)
    edit_window_minutes: int = _setting(15, "how long a writer may edit; 0 means never", high=7 * 24 * 60)
    proof_of_work: str = _setting(
        "auto", "ask browsers to calculate for each comment: off, auto (only under attack), on", among=EFFORTS
    )
    proof_of_work_steps: int = _setting(
        100_000, "the most a browser has to try for one comment; on average it is half of that", low=1_000
    )
    like_label: str = _setting(
        LIKE,
        "the word on the button that likes, such as Respect; Like is said in the page's language",
        longest=30,
    )
    close_after_days: int = _setting(0, "a story closes this many days after publication; 0 means never", high=36_500)
    opening_hours: str = _setting(
        "", "when comments are taken, like Mo-Fr 08:00-22:00; Sa 10:00-18:00; empty for always", ensure=read_hours
    )
    time_zone: str = _setting(
        "UTC",
        "the time zone of opening hours and of days the queue is filtered by, like Europe/Berlin",
        ensure=read_zone,
    )
    default_sort: str = _setting(
        "oldest", "the order of a thread until the reader chooses: oldest, newest, liked", among=SORTS
    )
    check_deliverability: bool = _setting(False, "ask the DNS whether a typed address can get mail (1 s at most)")
    hook_url: str = _setting("", "the screening hook asked about every comment; empty for none", is_address=True)
    hook_timeout_ms: int = _setting(1000, "how long the screening hook may take, in milliseconds", low=100, high=5000)
    hook_sends_record: bool = _setting(False, "tell the screening hook the author's record (counts, standing)")
    hook_sends_address: bool = _setting(False, "tell the screening hook the writer's e-mail and IP address")
    akismet: bool = _setting(False, "ask Akismet about every comment; docs/external-checks.md says what leaves")
    akismet_sends_address: bool = _setting(False, "tell Akismet the writer's e-mail and IP address too")
    language: str = _setting("en", "the language of mail to readers: en, de, fr, es, tr, ar", among=LANGUAGES)
    mails_per_day: int = _setting(
        20, "most mails a day to one address; what is over waits for its daily summary", low=1, high=1_000
    )
    notify_queue_above: int = _setting(0, "tell the newsroom when more comments than this wait; 0 never does")
    notify_queue_older_than_minutes: int = _setting(
        0, "tell the newsroom when a comment has waited longer than this; 0 never does"
    )
    public_tally: bool = _setting(
        False, "tell everybody on a page how many decisions of which kind were made in the last 30 days, without names"
    )
    readers_comments_listed: bool = _setting(
        True, "a reader's public page lists that reader's comments, until the reader chooses; off: it has no page then"
    )
    comments_in_snippets: bool = _setting(
        True, "search engines may quote comments; off marks them data-nosnippet and leaves out the structured data"
    )
    erased_comments: str = _setting(
        "keep", "what becomes of an erased person's comments: keep (nameless), empty (their words go too)", among=ERASED
    )
    unconfirmed_address_days: int = _setting(
        90, "an address nobody confirmed is forgotten so long after its last comment", low=1, high=3_650
    )
    sealed_days: int = _setting(
        180, "how long a copy of an erased comment is kept that was reported as illegal", low=1, high=3_650
    )
    privacy_log_days: int = _setting(
        1_095, "how long it is kept who exported or erased whose data", low=30, high=36_500
    )

    reasons: str = _setting(
        "\n".join(REASONS),
        "the reasons moderators choose from, one a line, 9 at most; other asks for a note",
        is_reasons=True,
    )
    reason_required: bool = _setting(False, "rejecting and marking as spam need a reason")

    @property
    def listed_reasons(self) -> tuple[str, ...]:
        """The reasons in the order of their digits: the first is 1."""
        return tuple(self.reasons.splitlines())

    @property
    def asks_outside(self) -> bool:
        """Whether anybody outside is asked about a comment."""
        return bool(self.hook_url) or self.akismet

    @property
    def sends_addresses(self) -> bool:
        """Whether any of those who are asked may know the writer's e-mail and IP address."""
        return (bool(self.hook_url) and self.hook_sends_address) or (self.akismet and self.akismet_sends_address)


_NAMES = frozenset(item.name for item in fields(SiteSettings))


@dataclass(frozen=True)
class Limits:
    """What a setting may be: a number from `low` to `high`; None where it is none."""

    meaning: str
    default: Any
    low: int | None
    high: int | None


def limits_of(name: str) -> Limits:
    """Raises KeyError where there is no setting of this name."""
    item = {item.name: item for item in fields(SiteSettings)}[name]
    is_number = type(item.default) is int
    low, high = (item.metadata["low"], item.metadata["high"]) if is_number else (None, None)
    return Limits(item.metadata["meaning"], item.default, low, high)


def from_stored(stored: Mapping[str, Any]) -> SiteSettings:
    """The settings of a site, defaults where it says nothing; a name that is gone from the code is left out."""
    return SiteSettings(**{name: value for name, value in stored.items() if name in _NAMES})


def read_setting(name: str, text: str) -> Any:
    """The value a person typed for a setting. Raises ValidationFailed for unknown names and unreadable values."""
    if name in GONE:
        raise ValidationFailed({name: [f"Words are kept in lists now, see /desk/words ({GONE[name]})."]})
    found = {item.name: item for item in fields(SiteSettings)}.get(name)
    if found is None:
        raise ValidationFailed({name: ["There is no setting of this name."]})
    return _READERS[type(found.default)](found, text)


def _read_switch(item: Field[Any], text: str) -> bool:
    if text.strip().lower() not in SWITCH:
        raise ValidationFailed({item.name: ["Use on or off."]})
    return SWITCH[text.strip().lower()]


def _read_number(item: Field[Any], text: str) -> int:
    low, high = item.metadata["low"], item.metadata["high"]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise ValidationFailed({item.name: [f"Use a whole number from {low} to {high}."]})
    return int(text)


def _read_words(item: Field[Any], text: str) -> str:
    if item.metadata["among"] and text not in item.metadata["among"]:
        raise ValidationFailed({item.name: [f"Use one of: {', '.join(item.metadata['among'])}."]})
    if item.metadata["is_reasons"]:
        return _read_reasons(item, text)
    if item.metadata["are_domains"]:
        return _read_domains(item, text)
    if item.metadata["ensure"]:
        return _ensured(item, text.strip())
    if item.metadata["longest"]:
        return _read_line(item, text)
    return _ensure_address(item, text.strip()) if item.metadata["is_address"] and text else text


def _read_line(item: Field[Any], text: str) -> str:
    try:
        line = clean_line(text)
    except Unreadable as error:
        raise ValidationFailed({item.name: [str(error)]}) from error
    if len(line) > item.metadata["longest"]:
        raise ValidationFailed({item.name: [f"Use at most {item.metadata['longest']} characters."]})
    return line


def _ensured(item: Field[Any], text: str) -> str:
    try:
        item.metadata["ensure"](text)
    except WrongHours as error:
        raise ValidationFailed({item.name: [str(error)]}) from error
    return text


def _read_reasons(item: Field[Any], text: str) -> str:
    try:
        lines = [line for line in map(clean_line, text.splitlines()) if line]
    except Unreadable as error:
        raise ValidationFailed({item.name: [str(error)]}) from error
    if not 0 < len(lines) <= MOST_REASONS or len(set(lines)) < len(lines):
        raise ValidationFailed({item.name: [f"List 1 to {MOST_REASONS} different reasons, one a line."]})
    if any(len(line) > REASON_LENGTH for line in lines):
        raise ValidationFailed({item.name: [f"Use at most {REASON_LENGTH} characters for a reason."]})
    return "\n".join(lines)


def _read_domains(item: Field[Any], text: str) -> str:
    """One domain a line, each as DNS knows it."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_DOMAINS:
        raise ValidationFailed({item.name: [f"Use at most {MOST_DOMAINS:,} domains."]})
    domains: dict[str, None] = {}
    for number, line in lines:
        try:
            domains[read_domain(line)] = None
        except WrongUrl as error:
            raise ValidationFailed({item.name: [f"Line {number}: {error}"]}) from error
    return "\n".join(domains)


def _ensure_address(item: Field[Any], text: str) -> str:
    try:
        origin_of(text)
    except WrongUrl as error:
        raise ValidationFailed({item.name: [str(error)]}) from error
    return text


_READERS = {bool: _read_switch, int: _read_number, str: _read_words}


def described(settings: SiteSettings) -> list[dict[str, Any]]:
    """Every setting as {"name", "value", "default", "meaning"}."""
    values = asdict(settings)
    return [
        {"name": item.name, "value": values[item.name], "default": item.default, "meaning": item.metadata["meaning"]}
        for item in fields(SiteSettings)
    ]
