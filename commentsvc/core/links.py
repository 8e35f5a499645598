"""Addresses of the service's own public pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Links:
    """Absolute where the public address of the service is configured, else from the root of its host.

    A request's Host header is never used: it is the caller's word, and answers are cached for others.
    """

    base: str

    def author(self, site: str, slug: str) -> str:
        return f"{self.base}/authors/{quote(site)}/{quote(slug)}"

    def comment(self, comment_id: int) -> str:
        return f"{self.base}/c/{comment_id}"

    def thread(self, site: str, **query: object) -> str:
        given = _given(query)
        return f"{self.base}/thread/{quote(site)}" + (f"?{given}" if given else "")

    def replies(self, site: str, comment_id: int, cursor: object) -> str:
        """Where the rest of a comment's replies begins."""
        return f"{self.base}/thread/{quote(site)}/replies/{comment_id}?{urlencode({'cursor': cursor})}"

    def comment_page(self, site: str, comment_id: int) -> str:
        """A comment's own page here, with its first replies."""
        return f"{self.base}/thread/{quote(site)}/replies/{comment_id}"

    def report(self, site: str, comment_id: int) -> str:
        """Where a reader without JavaScript reports a comment."""
        return f"{self.base}/thread/{quote(site)}/report/{comment_id}"

    def feed(self, site: str) -> str:
        return f"{self.base}/feeds/{quote(site)}.atom"

    def story_feed(self, site: str, **query: object) -> str:
        return f"{self.base}/feeds/{quote(site)}/story.atom?{_given(query)}"

    def author_feed(self, site: str, slug: str) -> str:
        return f"{self.base}/feeds/{quote(site)}/authors/{quote(slug)}.atom"

    def oembed(self, url: str, format: str) -> str:
        """What describes the comment at an address to whoever wants to quote it."""
        return f"{self.base}/oembed?{urlencode({'url': url, 'format': format})}"

    def mail(self, page: str, token: str) -> str:
        """Where a link in a mail leads: a page that does what the token names."""
        return f"{self.base}/mail/{page}/{quote(token)}"

    def me(self, site: str) -> str:
        """Where a confirmed reader finds their own comments."""
        return f"{self.base}/me/{quote(site)}"

    def sign_in(self, site: str) -> str:
        """Where a reader begins to sign in at the site's own provider."""
        return f"{self.base}/sign-in/{quote(site)}"

    def sign_in_here(self, site: str, **query: object) -> str:
        """Where a reader of the service's own page of a thread begins, to come back to it."""
        return f"{self.sign_in(site)}/here?{_given(query)}"

    def sign_in_back(self, site: str) -> str:
        """Where that provider sends them back to; it has to know this address."""
        return f"{self.sign_in(site)}/back"

    def own(self, address: str | None) -> str | None:
        """An address as stored: one that begins with `/` is on this service."""
        return f"{self.base}{address}" if address and address.startswith("/") else address


def _given(query: Mapping[str, object]) -> str:
    """What stands behind the question mark: all of it that is there."""
    return urlencode({name: value for name, value in query.items() if value})
