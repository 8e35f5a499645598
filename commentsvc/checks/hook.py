"""The screening hook: a newsroom's own program judges a text. Signed after the Standard Webhooks scheme."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from standardwebhooks import Webhook

from ..core import http_out
from ..core.clock import now
from ..core.text import Unreadable, clean_line, excerpt
from ..screening import Outcome, Verdict
from .question import Away, Question, Silent

OUTCOMES = {"note": Outcome.NOTE, "hold": Outcome.HOLD, "reject": Outcome.REJECT, "spam": Outcome.SPAM}
REASON_LENGTH = 300  # characters of a reason that a card of the queue has room for
NO_REASON = "no reason given"
SPANS = 100  # places of a text that are marked; more than that nobody reads
LARGEST = 256 * 1024  # bytes of an answer: a text full of matches makes a long one


@dataclass(frozen=True)
class Hook:
    """A site's screening hook. `timeout` are seconds for the whole exchange; `secret` is `whsec_…`."""

    url: str
    secret: str = field(repr=False)
    timeout: float
    sends_record: bool
    sends_address: bool
    rule: str = "screening_hook"

    def ask(self, question: Question, allowed: Collection[str] = ()) -> Verdict | None:
        """Its verdict. Raises Silent."""
        if not self.secret:
            raise Silent("There is no secret to sign with. Make one on the page of checks.")
        body = json.dumps(self.body(question), ensure_ascii=False, separators=(",", ":"))
        try:
            reply = http_out.post(
                self.url,
                body.encode(),
                headers=self._headers(question, body),
                timeout=self.timeout,
                most=LARGEST,
                allowed=allowed,
            )
        except http_out.Unreachable as error:
            raise Away(str(error)) from error
        except http_out.NotAllowed as error:
            raise Silent(str(error)) from error
        if reply.status != 200:
            raise Silent(f"It answered with status {reply.status}.")
        return read_answer(reply.text, question.text, self.rule)

    def _headers(self, question: Question, body: str) -> dict[str, str]:
        """The same `webhook-id` whenever the same revision is asked about."""
        message, moment = f"check_{question.comment_id}_{question.revision}", now()
        return {
            "Content-Type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(message, moment, body),
        }

    def body(self, question: Question) -> dict[str, Any]:
        """What the hook is told; the record and the address only where the site lets them out."""
        told: dict[str, Any] = {
            "type": "comment.screening",
            "test": question.is_test,
            "site": question.site,
            "story": {"id": question.story_id, "url": question.story_url, "title": question.story_title},
            "comment": {
                "id": str(question.comment_id),
                "revision": question.revision,
                "parent": str(question.parent) if question.parent else None,
                "text": question.text,
                "name": question.name,
                "website": question.website or None,
                "written_at": question.written_at,
            },
        }
        if self.sends_record:
            told["author_record"] = dict(question.record)
        if self.sends_address:
            told["address"] = {"email": question.email, "ip": question.ip}
        return told


def read_answer(answer: str, text: str, rule: str) -> Verdict:
    """The verdict an answer gives about a text. Raises Silent for anything without an outcome.

    Everything else only adorns the outcome. Whoever writes a comment has a hand in it (in how many places are to be
    marked, in what their offsets count), so what is unusable there is left out and never costs the verdict.
    """
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise Silent("Its answer is no JSON.") from error
    if not isinstance(said, dict):
        raise Silent("Its answer is no JSON object.")
    outcome = said.get("outcome")
    if not isinstance(outcome, str) or outcome not in OUTCOMES:
        raise Silent("Its answer has no outcome that is note, hold, reject or spam.")
    return Verdict(
        rule,
        OUTCOMES[outcome],
        _reason(said.get("reason")),
        spans=_spans(said.get("spans"), len(text)),
        score=_score(said.get("score")),
    )


def _reason(said: object) -> str:
    try:
        line = clean_line(said) if isinstance(said, str) else ""
    except Unreadable:
        line = ""
    return excerpt(line, REASON_LENGTH) or NO_REASON


def _spans(said: object, length: int) -> tuple[tuple[int, int], ...]:
    """The first of the spans that lie inside of the text, in its order."""
    usable = (span for each in said if (span := _span(each, length))) if isinstance(said, list) else ()
    return tuple(sorted(islice(usable, SPANS)))


def _span(said: object, length: int) -> tuple[int, int] | None:
    if not (isinstance(said, list) and len(said) == 2 and all(type(place) is int for place in said)):
        return None
    start, end = said
    return (start, end) if 0 <= start < end <= length else None


def _score(said: object) -> float | None:
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= 1:
        return None
    return float(said)
