"""The log of what the staff do to authors: who, when, which field, before and after. Never an address in clear."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..accounts.permissions import Actor
from ..core.database import db
from .models import Author, AuthorAct

EDIT, REVEAL, RENAME, MERGE, SPLIT, CLAIM, UNDO = "edit", "reveal", "rename", "merge", "split", "claim", "undo"
FIELDS = ("name", "slug", "bio", "avatar", "website", "links", "shows_comments")
LISTED = {None: "as usual on this site", True: "listed", False: "not listed"}
SHOWN = 100  # of the newest


@contextmanager
def changes_noted(author: Author, *, actor: Actor, now: datetime) -> Iterator[None]:
    """Remember every field that the block leaves as another one than it was."""
    before = _said(author)
    yield
    after = _said(author)
    for name in FIELDS:
        if before[name] != after[name]:
            record(author, EDIT, actor=actor, now=now, field=name, before=before[name], after=after[name])


def _said(author: Author) -> dict[str, str]:
    """What of an author the staff may change, as text."""
    said = {name: getattr(author, name) or "" for name in FIELDS}
    links = [f"{link['label']} {link['url']}" for link in author.links or []]
    return {**said, "links": "\n".join(links), "shows_comments": LISTED[author.shows_comments]}


def record(
    author: Author, action: str, *, actor: Actor, now: datetime, field: str = "", before: str = "", after: str = ""
) -> AuthorAct:
    """Remember one act. Whoever calls it sees to it that no address stands in `before` or `after`."""
    act = AuthorAct(
        site_id=author.site_id,
        author_id=author.id,
        account_id=actor.account_id,
        action=action,
        field=field,
        before=before,
        after=after,
        created_at=now,
    )
    db.session.add(act)
    return act


def acts_on(author_ids: list[int]) -> list[AuthorAct]:
    """The newest first, each with who did it."""
    rows = select(AuthorAct).where(AuthorAct.author_id.in_(author_ids)).options(joinedload(AuthorAct.account))
    return list(db.session.scalars(rows.order_by(AuthorAct.id.desc()).limit(SHOWN)))


def as_text(facts: dict[str, object]) -> str:
    """Numbers and words of an act, for `after`."""
    return json.dumps(facts, ensure_ascii=False, separators=(", ", ": "))
