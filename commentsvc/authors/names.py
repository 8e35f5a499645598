"""Names that belong to somebody: what readers know the newsroom by is no stranger's to write under."""

from collections.abc import Iterable

from sqlalchemy import bindparam, func, or_, select, union_all

from ..accounts.models import Account, Role, SiteMembership
from ..core.database import BigId, db, table_of
from ..core.errors import ValidationFailed
from ..screening.words import name_mark
from ..sites.models import Site
from .models import Author

TAKEN = "This name belongs to the newsroom. Choose another one."


def ensure_free(site: Site, name: str, writer: Author | None) -> None:
    """Raises ValidationFailed where a name passes for one of the newsroom's: of its staff, its bylines, its sites.

    `writer` is who it is proven to be: whoever signs articles may comment under that name, and what those who signed on
    with the publisher are called, the publisher says.
    """
    mark = name_mark(name)
    if not mark or (writer is not None and (writer.signed_on_as or _signs_as(writer, mark))):
        return
    if any(name_mark(reserved) == mark for reserved in _reserved(site)):
        raise ValidationFailed({"name": [TAKEN]})


def _signs_as(writer: Author, mark: str) -> bool:
    return writer.is_byline and name_mark(writer.name) == mark


def _reserved(site: Site) -> Iterable[str]:
    """In one statement: it is part of every post. Who left the newsroom keeps the names they wrote under last."""
    return db.session.scalars(RESERVED, {"site": site.id})


_accounts, _members, _authors = map(table_of, (Account, SiteMembership, Author))
_HERE = bindparam("site", type_=BigId)
_works_here = or_(
    _accounts.c.role == Role.ADMIN,
    _accounts.c.id.in_(select(_members.c.account_id).where(_members.c.site_id == _HERE)),
)
RESERVED = union_all(
    select(func.coalesce(_accounts.c.alias, _accounts.c.name)).where(_accounts.c.disabled_at.is_(None), _works_here),
    # Worded so that SQLite, without statistics, takes the small indexes of bylines and of staff: by default it looks at
    # every author of the site.
    select(_authors.c.name).where(_authors.c.site_id == _HERE, _authors.c.is_byline.is_(True), _authors.c.name >= ""),
    select(_authors.c.name).where(_authors.c.site_id == _HERE, _authors.c.account_id.in_(select(_accounts.c.id))),
    select(table_of(Site).c.name),
)
