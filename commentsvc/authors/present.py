"""An author as readers see one. Never an address, nor anything made from one."""

from datetime import datetime
from typing import Any

from ..core.clock import rfc3339
from ..core.links import Links
from .models import Author


def author_json(
    author: Author, site_key: str, links: Links, *, name: str, website: str | None, badges: list[str]
) -> dict[str, Any]:
    """The author of a comment, with the name and website given with that comment."""
    return {
        "name": name,
        "slug": author.slug,
        "avatar": links.own(author.avatar),
        "website": website,
        "badges": badges,
        "url": links.author(site_key, author.slug),
    }


def profile_json(author: Author, site_key: str, links: Links) -> dict[str, Any]:
    """The author's box: who this is, in their own words."""
    badges = ["author"] if author.is_byline else []
    return {
        **author_json(author, site_key, links, name=author.name, website=author.website, badges=badges),
        "bio": author.bio_content,
        "links": author.links,
    }


def record_json(author: Author, now: datetime) -> dict[str, Any]:
    """What a moderator knows of an author's past here."""
    return {
        "approved": author.approved_count,
        "rejected": author.rejected_count,
        "first_seen": rfc3339(author.created_at),
        "standing": author.standing_at(now),
    }
