"""What somebody of the staff set for themselves: keys, care, the name others see."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from string import ascii_lowercase

from sqlalchemy import select

from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.text import Unreadable, clean_line
from .models import Account

# What a key does, and the key unless somebody chose another; as in WordPress where it has one. Digits say reasons.
KEYS: Mapping[str, str] = {
    "next": "j",
    "previous": "k",
    "approve": "a",
    "hold": "u",
    "spam": "s",
    "reject": "d",
    "undo": "z",
    "reply": "r",
    "context": "c",
    "tick": "x",
    "article": "o",
    "later": "l",
    "escalate": "e",
    "feature": "f",
    "search": "/",
    "help": "?",
}
KEY_WORDS: Mapping[str, str] = {
    "next": "Next comment",
    "previous": "Comment before",
    "approve": "Approve",
    "hold": "Hold: put it back to wait",
    "spam": "Mark as spam, then a digit for the reason",
    "reject": "Reject, then a digit for the reason",
    "undo": "Undo the last decision of this page",
    "reply": "Answer in public",
    "context": "Open or close the context",
    "tick": "Tick for a decision on several",
    "article": "Open the article in a new tab",
    "later": "Skip: put it aside for later",
    "escalate": "Ask a colleague",
    "feature": "Make or unmake an editors’ pick",
    "search": "Search",
    "help": "Show this list",
}
LONGEST_BREAK = 480  # minutes; a whole shift


@dataclass(frozen=True)
class Preferences:
    """`keys` is None until somebody said whether they want them; `chosen_keys` holds only what differs from KEYS.

    `veils`: severe text is blurred until it is asked for. `break_after`: minutes, 0 for no reminder.
    """

    keys: bool | None = None
    chosen_keys: dict[str, str] = field(default_factory=dict)
    veils: bool = False
    break_after: int = 0

    @property
    def key_map(self) -> dict[str, str]:
        """Every action with its key, none with two jobs: where somebody gave an action the key that another one came to
        have later, theirs stays and the other one gets the first letter that is free."""
        chosen = {action: key for action, key in self.chosen_keys.items() if action in KEYS}
        free = (letter for letter in ascii_lowercase if letter not in {*chosen.values(), *KEYS.values()})
        taken = set(chosen.values())
        usual = {action: next(free) if key in taken else key for action, key in KEYS.items() if action not in chosen}
        return {action: {**usual, **chosen}[action] for action in KEYS}


def preferences_of(account: Account) -> Preferences:
    """What the account set; defaults where it says nothing."""
    known = Preferences.__dataclass_fields__
    return Preferences(**{name: value for name, value in account.preferences.items() if name in known})


def keep(account: Account, wanted: Preferences) -> None:
    account.preferences = asdict(wanted)


def read_keys(typed: Mapping[str, str]) -> dict[str, str]:
    """The keys somebody typed, by action; only those that differ from KEYS.

    Raises ValidationFailed naming every action whose key is not one printable character, is a digit, or has two jobs.
    """
    keys = {action: typed.get(action, "").strip().lower() or key for action, key in KEYS.items()}
    wrong = {action: [said] for action, key in keys.items() if (said := _objection(key, list(keys.values())))}
    if wrong:
        raise ValidationFailed(wrong)
    return {action: key for action, key in keys.items() if key != KEYS[action]}


def _objection(key: str, all_keys: list[str]) -> str | None:
    if len(key) != 1 or not key.isprintable():
        return "Use one character that you can type without Ctrl, Alt or Shift."
    if key.isdigit():
        return "Digits say the reason of a decision."
    return "This key is used twice." if all_keys.count(key) > 1 else None


def rename(account: Account, typed: str) -> None:
    """The name colleagues and the public see from now on; empty for the account's own. Raises ValidationFailed."""
    try:
        alias = clean_line(typed)
    except Unreadable as error:
        raise ValidationFailed({"alias": [str(error)]}) from error
    if len(alias) > Account.NAME_LENGTH:
        raise ValidationFailed({"alias": [f"Use at most {Account.NAME_LENGTH} characters."]})
    if alias and alias.casefold() in _taken_from(account):
        raise ValidationFailed({"alias": ["A colleague goes by this name."]})
    account.alias = alias or None


def _taken_from(account: Account) -> set[str]:
    """What everybody else of the staff is called."""
    others = db.session.execute(select(Account.name, Account.alias).where(Account.id != account.id))
    return {name.casefold() for names in others for name in names if name}
