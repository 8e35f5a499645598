"""What is asked about a text, whom, and what came of it. Plain data: made inside a transaction, used outside of any."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from ..screening import Verdict


class Silent(Exception):
    """There was no answer one could use. `str(error)` says why, for admins and the log; it quotes no reader."""


class Away(Silent):
    """Nothing came back at all, or not in time: asking costs whoever waits the whole time it may take."""


@dataclass(frozen=True)
class Sender:
    """What a request says of whoever sent it. Kept only while a site's outside checks may want it."""

    ip: str = ""
    user_agent: str = ""
    referrer: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything an outside check may be told about one revision of a comment.

    `record` is the author's past (approved, rejected, first_seen, standing, confirmed). `email` and `ip` are empty
    unless a setting of the site lets them out; `sender`'s other words are for Akismet alone. `written_at` is RFC 3339.
    """

    comment_id: int
    revision: int
    text: str
    name: str
    website: str
    parent: int | None
    written_at: str
    site: str
    site_url: str
    story_id: str | None
    story_url: str | None
    story_title: str
    record: Mapping[str, Any]
    user_agent: str = ""
    referrer: str = ""
    ip: str = ""
    email: str = ""
    is_test: bool = False

    def as_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "Question":
        return cls(**json.loads(text))


class Check(Protocol):
    """One outside check, ready to be asked."""

    @property
    def rule(self) -> str:
        """The name its verdicts carry."""

    def ask(self, question: Question, allowed: Collection[str] = ()) -> Verdict | None:
        """Its verdict, None when it has nothing against the text. Touches no database.

        `allowed` are the openings of this installation (see core.http_out). Raises Silent.
        """


@dataclass(frozen=True)
class Said:
    """What one check answered: a verdict, nothing, or (`failure`) no usable answer."""

    rule: str
    verdict: Verdict | None = None
    failure: str = ""


@dataclass(frozen=True)
class Inquiry:
    """A question that waits to be asked, and who is to be asked."""

    id: int
    site_id: int
    question: Question
    checks: tuple[Check, ...]
