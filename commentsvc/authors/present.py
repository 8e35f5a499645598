"""An author as readers see one. Never an address, nor anything made from one."""

from datetime import datetime
from typing import Any

from ..core.clock import rfc3339
from ..core.links import Links
from .models import Author
from .pictures import picture_of


def badges_of(author: Author, *, signs: bool) -> list[str]:
    """What readers are told of an author: `author` of who `signs`, `moderator` or `staff` of the newsroom's people, and
    what the publisher says of a reader who signed on there."""
    return [*(["author"] if signs else []), *([author.badge] if author.badge else []), *author.badges]


def author_json(
    author: Author,
    site_key: str,
    links: Links,
    *,
    name: str,
    website: str | None,
    badges: list[str],
    has_page: bool = True,
) -> dict[str, Any]:
    """The author of a comment, with the name and website given with that comment."""
    return {
        "name": name,
        "slug": author.slug,
        "avatar": picture_of(author, links),
        "website": website,
        "badges": badges,
        "url": links.author(site_key, author.slug) if has_page else None,
    }


def profile_json(author: Author, site_key: str, links: Links) -> dict[str, Any]:
    """The author's box: who this is, in their own words."""
    badges = badges_of(author, signs=author.is_byline)
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
        "confirmed": author.is_known,
    }
