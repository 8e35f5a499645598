from collections.abc import Callable
from typing import Any

import pytest

from commentsvc.screening import Draft, House, Kind, Words

# A confirmed reader with a record, in no hurry, under an open story: no rule has anything to say.
WELCOME: dict[str, Any] = {
    "text": "The bridge was closed in 1998 already.",
    "name": "Reader",
    "website": "",
    "link_spans": (),
    "story_is_open": True,
    "story_is_held": False,
    "closed_because": "",
    "standing": "NORMAL",
    "standing_until": None,
    "approved_before": 7,
    "address_confirmed": True,
    "writer_is_proven": True,
    "said_before": False,
    "seconds_since_last": None,
    "network_burst": False,
    "honeypot": "",
    "seconds_to_write": 40.0,
    "is_edit": False,
}


@pytest.fixture(scope="session")
def draft() -> Callable[..., Draft]:
    return lambda **changes: Draft(**WELCOME | changes)


@pytest.fixture(scope="session")
def house() -> Callable[..., House]:
    """The default house with changes; `words_hold=("darn",)` stands for one word list of that kind."""

    def make(**changes: Any) -> House:
        lists = {kind: changes.pop(f"words_{kind}", ()) for kind in Kind}
        words = tuple(Words(kind, entries) for kind, entries in lists.items() if entries)
        return House(**{"mode": "open", "words": words} | changes)

    return make
