"""Where files are kept that people bring, behind four verbs: in a folder, or in a bucket (bucket.py) machines share."""

import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, cast

from flask import Flask

from .web import installed

EXTENSION = "commentsvc_storage"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}\.[a-z0-9]{1,8}")


class Storage(Protocol):
    """Files by names that say what is in them: the same name is the same content.

    Every verb raises StorageAway where what keeps the files cannot be reached.
    """

    def put(self, name: str, data: bytes) -> None:
        """Keep it; once this returns it is kept. Raises ValueError for a name that cannot be one."""

    def get(self, name: str) -> bytes | None:
        """The content; None for a name that is not there, or cannot be one."""

    def remove(self, name: str) -> None:
        """Forget it; that it is gone already is fine. Raises ValueError for a name that cannot be one."""

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every name, with when it was last put."""


class Folder:
    """A Storage in a folder, which is made when the first file comes, for this user's eyes only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, data: bytes) -> None:
        place = self._place(name)
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=self._path, prefix=".new-", delete=False) as new:
            new.write(data)
            new.flush()
            os.fsync(new.fileno())
        Path(new.name).replace(place)

    def get(self, name: str) -> bytes | None:
        if not NAME.fullmatch(name):
            return None
        try:
            return self._place(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        self._place(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for file in self._path.iterdir() if self._path.is_dir() else ():
            if NAME.fullmatch(file.name):
                yield file.name, datetime.fromtimestamp(file.stat().st_mtime, UTC)

    def _place(self, name: str) -> Path:
        return self._path / checked(name)


def checked(name: str) -> str:
    """Raises ValueError for a name that could lead elsewhere."""
    if not NAME.fullmatch(name):
        raise ValueError("A file's name is small letters and digits with one ending.")
    return name


def install(app: Flask, storage: Storage) -> None:
    app.extensions[EXTENSION] = storage


def storage() -> Storage:
    """Where this application keeps files."""
    return cast(Storage, installed(EXTENSION))
