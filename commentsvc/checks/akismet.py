"""Akismet: asked whether a comment is spam, and told when a moderator saw it otherwise.

Our own adapter and not the `akismet` package: that one opens its own connections, past the only door that checks
where they lead and caps time and bytes. The interface is four fields and two words
(https://akismet.com/developers/detailed-docs/comment-check/).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from ..core import http_out
from ..core.http_out import Reply
from ..core.text import one_line
from ..screening import Outcome, Verdict
from .question import Away, Question, Silent

SERVICE = "https://rest.akismet.com/1.1/"
PATIENCE = 1.0  # seconds a writer waits for Akismet at most
LARGEST = 4096  # bytes; the answers are a word or a sentence
HELP_LENGTH = 200  # characters of Akismet's own explanation worth showing
THANKS = "Thanks for making the web a better place."  # the whole answer to a correction
SPAM, HAM = "spam", "ham"


@dataclass(frozen=True)
class Akismet:
    """Akismet for one site."""

    key: str = field(repr=False)
    sends_address: bool
    rule: str = "akismet"

    def ask(self, question: Question, allowed: Collection[str] = ()) -> Verdict | None:
        """SPAM, or None: what is no spam to Akismet has passed nothing else. Raises Silent."""
        reply = self.call("comment-check", self.fields(question), timeout=PATIENCE, allowed=allowed)
        if reply.text.strip() == "true":
            blatant = reply.headers.get("X-akismet-pro-tip") == "discard"
            reason = "Akismet is certain that this is spam (“discard”)" if blatant else "Akismet takes this for spam"
            return Verdict(self.rule, Outcome.SPAM, reason)
        if reply.text.strip() == "false" and reply.status == 200:
            return None
        raise Silent(_why(reply))

    def fields(self, question: Question) -> dict[str, str]:
        """What leaves for Akismet, the key aside; what is empty is left out."""
        told = {
            "blog": question.site_url,
            "blog_charset": "UTF-8",
            "comment_type": "reply" if question.parent else "comment",
            "comment_author": question.name,
            "comment_author_url": question.website,
            "comment_content": question.text,
            "comment_date_gmt": question.written_at,
            "permalink": question.story_url or "",
            "user_agent": question.user_agent,
            "referrer": question.referrer,
            "recheck_reason": "edit" if question.revision > 1 else "",
            "is_test": "1" if question.is_test else "",
        }
        if self.sends_address:
            told |= {"comment_author_email": question.email, "user_ip": question.ip}
        return {name: value for name, value in told.items() if value}

    def call(self, method: str, fields: Mapping[str, str], *, timeout: float, allowed: Collection[str]) -> Reply:
        """One call of Akismet's interface. Raises Silent when there is no answer at all."""
        if not self.key:
            raise Silent("There is no Akismet key. Enter it on the page of checks.")
        try:
            return http_out.post(
                SERVICE + method,
                urlencode({"api_key": self.key, **fields}).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
                timeout=timeout,
                most=LARGEST,
                allowed=allowed,
            )
        except http_out.Unreachable as error:
            raise Away(str(error)) from error
        except http_out.NotAllowed as error:
            raise Silent(str(error)) from error


def _why(reply: Reply) -> str:
    """What Akismet says is wrong with the call; its words are shown to admins, one line of them."""
    said = reply.headers.get("X-akismet-debug-help") or reply.headers.get("X-akismet-alert-msg") or ""
    return f"Akismet did not judge (status {reply.status}): {one_line(said, HELP_LENGTH) or 'no explanation'}"
