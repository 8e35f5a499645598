"""The widget's files as they are sent: named by their content, compressed once, the entry pointing at the rest.

Nothing is built to run them. The modules import one another by relative addresses, so one hash in the folder's name
(`/embed/RELEASE/thread.js`) names all of them by content, `import()` included; only the entry has to be told the hash.
In a wheel the folder `minified` has the same files without their comments (hatch_build.py); it is used if it is there.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from ..core.encodings import Encoding, encoded

HERE = Path(__file__).parent
ENTRY = "embed.js"
ENGLISH_ALONE = '["en"]'  # how the entry names the languages before it is told which files there are
HASH_LENGTH = 16  # hex digits: 64 bits tell releases apart


@dataclass(frozen=True)
class File:
    """One file in the encodings it is sent in."""

    body: bytes

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:HASH_LENGTH]

    @cached_property
    def _encoded(self) -> dict[Encoding, bytes]:
        return {}

    def encoded(self, encoding: Encoding) -> bytes:
        if encoding not in self._encoded:
            self._encoded[encoding] = encoded(self.body, encoding)
        return self._encoded[encoding]

    @property
    def integrity(self) -> str:
        """For the attribute of that name."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode()


class Release:
    """The files of one moment, under the hash of all of them."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        hashed = hashlib.sha256()
        for name, body in sorted(sources.items()):
            hashed.update(f"{name}\0{len(body)}\0".encode() + body)
        self.name = hashed.hexdigest()[:HASH_LENGTH]
        self.languages = sorted(Path(name).stem for name in sources if name.startswith("words/"))
        entry = self._told(sources[ENTRY])
        self.entry = File(entry.replace(b"./embed/", f"./embed/{self.name}/".encode()))
        self.files = {name: File(body) for name, body in sources.items()}
        self.files[ENTRY] = File(entry.replace(b"./embed/", b"./"))

    def _told(self, entry: bytes) -> bytes:
        languages = json.dumps(self.languages, separators=(",", ":"))
        return entry.replace(ENGLISH_ALONE.encode(), languages.encode())

    @property
    def pinned(self) -> str:
        """The entry's address that changes with every change of any file, below the service's own."""
        return f"embed/{self.name}/{ENTRY}"


def release(folder: Path | None = None) -> Release:
    """The files as they are now: a changed one is seen by the next request.

    `folder` defaults to the minified files where the wheel has them, else to the sources.
    """
    folder = folder or _folder()
    paths = sorted(folder.rglob("*.js"))
    return _read(folder, tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


def _folder() -> Path:
    minified = HERE / "minified"
    return minified if minified.is_dir() else HERE / "static"


@lru_cache(maxsize=4)
def _read(folder: Path, stamps: tuple[tuple[Path, int, int], ...]) -> Release:
    return Release({path.relative_to(folder).as_posix(): path.read_bytes() for path, _, _ in stamps})
