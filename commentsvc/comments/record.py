"""What the database knows of a draft: the writer's past, bans, the same words elsewhere.

Asked only for rules that are on, and each in one statement on an index: it is part of every post.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from ..authors.models import Author
from ..core.crypto import Keyring, Undecipherable
from ..core.database import db
from ..core.text import likeness
from ..core.urls import host_of
from ..rulebook.bans import Banned, banned
from ..rulebook.book import book_of
from ..screening import House
from ..sites.models import Site
from ..stories.models import Story
from .language import language_of
from .models import Comment, Status

MASS_POSTING_WITHIN = timedelta(hours=24)
# Shorter texts ("Well said!", "I fully agree.") are written by many people who never met.
SHORTEST_MASS_POSTING = 25  # characters
_ROWS_LOOKED_AT = 200  # more near-identical comments of a day than this make no difference


@dataclass(frozen=True)
class Known:
    """Who writes, from where and under which story, for all that is asked about a draft.

    `author` is whoever the writer is proven to be. `but` is the comment that is being edited.
    """

    site: Site
    house: House
    story: Story
    author: Author | None
    hashes: Sequence[str]
    domain: str | None
    networks: Sequence[str]
    now: datetime
    but: int = 0

    def of(self, text: str, link_spans: Sequence[tuple[int, int]], website: str | None) -> dict[str, Any]:
        """What is known of a text and of its writer, by the names of a Draft's fields."""
        site, house, now = self.site, self.house, self.now
        bans = bans_on(site, house, hashes=self.hashes, domain=self.domain, networks=self.networks, now=now)
        approved, rejected = recent(site, house, self.author, now, but=self.but)
        stories, writers = alike(site, house, text, self.story, self.hashes, now, but=self.but)
        return {
            "language": language_of(text),
            "link_hosts": hosts_of(text, link_spans, house),
            "website_host": host_of(website or ""),
            "address_domain": self.domain,
            "address_is_banned": bans.address,
            "network_is_banned": bans.network,
            "recently_approved": approved,
            "recently_rejected": rejected,
            "alike_stories": stories,
            "alike_writers": writers,
        }


def bans_on(
    site: Site, house: House, *, hashes: Sequence[str], domain: str | None, networks: Sequence[str], now: datetime
) -> Banned:
    """Whether address and network are banned; no statement where nobody ever was."""
    if not book_of(site).has_bans or not (house.is_on("address_is_banned") or house.is_on("network_is_banned")):
        return Banned()
    return banned(site, address_hashes=hashes, domain=domain or "", network_hashes=networks, now=now)


def recent(site: Site, house: House, author: Author | None, now: datetime, but: int = 0) -> tuple[int, int]:
    """How many of a proven author's recent comments were approved, and how many rejected or spam.

    `but` is the comment that is being edited.
    """
    if author is None or not house.history_rejected_percent or not house.is_on("history_is_poor"):
        return 0, 0
    since = now - timedelta(days=site.settings.history_days)
    rows = select(Comment.status, func.count().label("number")).where(
        Comment.author_id == author.id, Comment.created_at > since
    )
    grouped = rows.where(Comment.id != but).group_by(Comment.status)
    counts = {row.status: row.number for row in db.session.execute(grouped)}
    return counts.get(Status.APPROVED, 0), counts.get(Status.REJECTED, 0) + counts.get(Status.SPAM, 0)


def alike(
    site: Site, house: House, text: str, story: Story, hashes: Sequence[str], now: datetime, but: int = 0
) -> tuple[int, int]:
    """Under how many stories, and by how many addresses, near-identical text stands within a day, this included."""
    is_asked = house.is_on("mass_posting") and (house.mass_posting_stories or house.mass_posting_writers)
    if not is_asked or len(text) < SHORTEST_MASS_POSTING:
        return 1, 1
    rows = (
        select(Comment.story_id, Author.email_hash)
        .join(Author, Author.id == Comment.author_id)
        .where(Comment.site_id == site.id, Comment.likeness == likeness(text), Comment.id != but)
        .where(Comment.created_at > now - MASS_POSTING_WITHIN)
        .limit(_ROWS_LOOKED_AT)
    )
    found = db.session.execute(rows).all()
    stories = {story.id, *(story_id for story_id, _ in found)}
    return len(stories), 1 + len({address for _, address in found} - set(hashes))


def hosts_of(text: str, spans: Sequence[tuple[int, int]], house: House) -> tuple[str, ...]:
    """Where the links of a text lead, for a site that has lists of domains."""
    if not house.links_denied and not house.links_allowed_domains:
        return ()
    return tuple(_host(text[start:end]) for start, end in spans)


def _host(link: str) -> str:
    """Of a link as typed: an address, or `[label](address)`. An address may hold `](` itself, a label never does."""
    return host_of(link.partition("](")[2].removesuffix(")") if link.startswith("[") else link)


def domain_of(author: Author, keys: Keyring) -> str | None:
    """The domain of an author's address; None where it cannot be read any more."""
    try:
        address = keys.decrypt(author.email_encrypted) if author.email_encrypted else ""
    except Undecipherable:
        return None
    return domain(address)


def domain(address: str) -> str:
    """The domain of an address, as DNS knows it."""
    return host_of(address.rpartition("@")[2]) if "@" in address else ""
