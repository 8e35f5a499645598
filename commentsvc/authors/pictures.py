"""The pictures of authors: brought by somebody, or drawn. Every author has one."""

import hashlib
import re
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from ..core import clock
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.links import Links
from ..core.pictures import WrongPicture, square_webp
from ..core.storage import Storage, storage
from .drawing import SEED_LENGTH, STYLE, draw, file_name
from .models import Author

FOLDER = "/avatars/"
UNUSED_KEPT = timedelta(hours=1)  # a file is written before the row that names it is
_DRAWN = re.compile(rf"{STYLE}-([0-9a-f]{{{SEED_LENGTH}}})\.svg")
_BROUGHT = re.compile(r"[0-9a-f]{32}\.webp")


class File(NamedTuple):
    """A picture as it is sent."""

    body: bytes
    media_type: str


def picture_of(author: Author, links: Links) -> str:
    """The address of an author's picture: the one that was brought or named, else the one drawn for this author."""
    return links.own(author.avatar or FOLDER + file_name(author.avatar_seed)) or ""


def put_picture(data: bytes, files: Storage) -> str:
    """Keep the picture in a file somebody sent, whatever the file is called, for an author's `avatar`.

    Before the unit of work that names it: nobody else's writing waits for a storage. Raises ValidationFailed,
    StorageAway.
    """
    try:
        picture = square_webp(data)
    except WrongPicture as error:
        raise ValidationFailed({"picture": [str(error)]}) from error
    name = f"{hashlib.sha256(picture).hexdigest()[:32]}.webp"
    files.put(name, picture)
    return FOLDER + name


def drop_picture(author: Author) -> None:
    """Back to the drawing. The file goes within hours, unless it is somebody else's picture too."""
    author.avatar = None


def is_brought(author: Author) -> bool:
    """Whether the picture is a file kept here, not an address."""
    return bool(author.avatar and _BROUGHT.fullmatch(author.avatar.removeprefix(FOLDER)))


def file_named(name: str, files: Storage) -> File | None:
    """What stands under a name below FOLDER; None where nothing does. Asks no database."""
    if drawn := _DRAWN.fullmatch(name):
        return File(draw(drawn[1]).encode(), "image/svg+xml")
    body = files.get(name) if _BROUGHT.fullmatch(name) else None
    return File(body, "image/webp") if body is not None else None


def forget_unused() -> None:
    """Once an hour: files that are no author's picture any more. What no picture is called is somebody else's."""
    files = storage()
    old = {name for name, at in files.names() if _BROUGHT.fullmatch(name) and at < clock.now() - UNUSED_KEPT}
    if not old:
        return
    used = select(Author.avatar).where(Author.avatar.is_not(None), Author.avatar.startswith(FOLDER))
    for name in old - {str(address).removeprefix(FOLDER) for address in db.session.scalars(used)}:
        files.remove(name)
    db.session.rollback()
