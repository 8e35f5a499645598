"""Everything kept about a person as one ZIP, made while it is sent: no more of it is in memory than a few comments.

Each part is there as JSON, for programs, and as HTML, for people. Of others there is nothing in it: no answers, no
quotes of them, no names of the staff.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import render_template
from sqlalchemy import select

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author, StandingChange
from ..comments.models import Comment, Decision, Revision
from ..core.clock import rfc3339
from ..core.crypto import Keyring
from ..core.database import db
from ..core.web import links
from ..notifications import choices
from ..notifications.models import Follow
from ..sites.models import Site
from ..stories.models import Story
from .erasing import later_than, note
from .models import Act, Erasure

AT_ONCE = 500  # comments in memory

Row = dict[str, Any]


class Outflow:
    """A file that cannot be read or wound back: what was written is taken out at once."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        written, self._written = b"".join(self._written), []
        return written


def remember(author: Author, *, actor: Actor | None, now: datetime) -> None:
    """Write down that an author's data were handed out. Raises NotFound, Forbidden; without an actor to the person."""
    if actor:
        ensure(actor, Permission.SEE_ADDRESSES, author.site_id)
    note(author, Act.EXPORTED, actor=actor, now=now)


def name_of(author: Author) -> str:
    """What the file is called."""
    return f"{author.slug}.zip"


def archive(author: Author, *, keys: Keyring, now: datetime) -> Iterator[bytes]:
    """The ZIP, piece by piece."""
    out = Outflow()
    site = db.session.get_one(Site, author.site_id)
    about: dict[str, Any] = {
        "profile": profile_of(author, keys),
        "sanctions": sanctions_of(author),
        "notifications": notifications_of(author),
    }
    with ZipFile(out, "w", ZIP_DEFLATED) as archived:
        for name, part in about.items():
            archived.writestr(f"{name}.json", _json(part))
        page = render_template("privacy/export.html", site=site, made_at=now, **about)
        archived.writestr("index.html", page)
        yield out.taken()
        for name, pieces in {"comments.json": _as_json(author), "comments.html": _as_html(author, site)}.items():
            with archived.open(name, "w") as file:
                for piece in pieces:
                    file.write(piece.encode())
                    yield out.taken()
    yield out.taken()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def profile_of(author: Author, keys: Keyring) -> Row:
    """What is kept of the person themselves."""
    return {
        "name": author.name,
        "slug": author.slug,
        "email": keys.decrypt(author.email_encrypted) if author.email_encrypted else None,
        "email_confirmed_at": rfc3339(author.confirmed_at),
        "website": author.website,
        "bio": author.bio,
        "picture": author.avatar,
        "links": author.links,
        "first_seen": rfc3339(author.created_at),
        "comments_approved": author.approved_count,
        "comments_rejected": author.rejected_count,
        "standing": author.standing,
        "standing_reason": author.standing_reason,
        "standing_until": rfc3339(author.standing_until),
    }


def sanctions_of(author: Author) -> list[Row]:
    """Every standing the person had, the newest first; not who gave it."""
    rows = select(StandingChange).where(StandingChange.author_id == author.id).order_by(StandingChange.id.desc())
    return [
        {"standing": each.standing, "reason": each.reason, "until": rfc3339(each.until), "at": rfc3339(each.created_at)}
        for each in db.session.scalars(rows)
    ]


def notifications_of(author: Author) -> Row:
    """What they want mail about, and whether they asked to be erased."""
    followed = select(Story.title, Story.url).join(Follow).where(Follow.author_id == author.id).order_by(Follow.id)
    erasures = select(Erasure).where(Erasure.author_id == author.id).order_by(Erasure.id)
    return {
        "mail": {str(kind): str(pace) for kind, pace in choices.paces_of(author).items()},
        "stories_followed": [dict(row) for row in db.session.execute(followed).mappings()],
        "erasures": [
            {"asked_at": rfc3339(each.asked_at), "cancelled_at": rfc3339(each.cancelled_at)}
            for each in db.session.scalars(erasures)
        ],
    }


def comments_of(author: Author) -> Iterator[list[Row]]:
    """All comments in every state, the oldest first, a few at a time."""
    last: tuple[Any, ...] | None = None
    columns = (
        Comment.id,
        Comment.author_name,
        Comment.website,
        Comment.status,
        Comment.html,
        Comment.created_at,
        Comment.edited_at,
        Comment.retracted_at,
        Comment.likes,
        Story.title,
        Story.url,
    )
    while True:
        rows = select(*columns).join(Story, Story.id == Comment.story_id)
        mine = rows.where(Comment.author_id == author.id).order_by(Comment.created_at, Comment.id).limit(AT_ONCE)
        found = db.session.execute(mine.where(later_than(last)) if last else mine).all()
        if not found:
            return
        last = (found[-1].created_at, found[-1].id)
        texts, reasons = _texts([each.id for each in found]), _reasons([each.id for each in found])
        yield [_comment(each, texts[each.id], reasons.get(each.id, "")) for each in found]


def _texts(ids: Sequence[int]) -> Mapping[int, list[Row]]:
    """What was typed, over time."""
    found: defaultdict[int, list[Row]] = defaultdict(list)
    columns = select(Revision.comment_id, Revision.text, Revision.created_at)
    for row in db.session.execute(columns.where(Revision.comment_id.in_(ids)).order_by(Revision.number)):
        found[row.comment_id].append({"text": row.text, "at": rfc3339(row.created_at)})
    return found


def _reasons(ids: Sequence[int]) -> Mapping[int, str]:
    """Why each was decided as it was, the last word counting; not by whom."""
    rows = select(Decision.comment_id, Decision.reason).where(Decision.comment_id.in_(ids)).order_by(Decision.id)
    return {row.comment_id: row.reason for row in db.session.execute(rows)}


def _comment(row: Any, texts: list[Row], reason: str) -> Row:
    return {
        "id": str(row.id),
        "url": links().comment(row.id),
        "story": {"title": row.title, "url": row.url},
        "name": row.author_name,
        "website": row.website,
        "status": row.status.lower(),
        "reason": reason,
        "texts": texts,
        "html": row.html,
        "written_at": rfc3339(row.created_at),
        "edited_at": rfc3339(row.edited_at),
        "retracted_at": rfc3339(row.retracted_at),
        "likes": row.likes,
    }


def _as_json(author: Author) -> Iterator[str]:
    between = "["
    for few in comments_of(author):
        for each in few:
            del each["html"]
        yield between + ",".join(_json(each) for each in few)
        between = ","
    yield "]" if between == "," else "[]"


def _as_html(author: Author, site: Site) -> Iterator[str]:
    """One page; its beginning and its end are those of an empty one."""
    first, end = render_template("privacy/export_comments.html", site=site).split("<!-- comments -->")
    yield first
    for few in comments_of(author):
        yield render_template("privacy/_export_few.html", comments=few)
    yield end
