"""A Storage in a bucket of something that speaks S3, for machines that share no disk.

A storage that is slow or away must cost readers a picture and nothing more: every question has an end, few are asked
at once, and none for a while after one went unanswered.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

import obstore
from obstore.exceptions import GenericError
from obstore.store import S3Store

from .errors import StorageAway
from .storage import NAME, checked

if TYPE_CHECKING:
    from obstore.store import S3Credential

logger = logging.getLogger(__name__)

CONNECTS_WITHIN = timedelta(seconds=1)
ANSWERS_WITHIN = timedelta(seconds=3)  # the whole answer; a file of ours is some kilobytes
TRIES_AGAIN_WITHIN = timedelta(seconds=1)  # once, and only what failed quickly
PAUSE = 10.0  # seconds in which nobody asks a storage that did not answer
PLACES = 8  # questions at once: a quarter of a server's threads
QUEUES_FOR = 1.0  # seconds to wait for one of the places
MOST_BYTES = 1024**2
PAGE = 1000  # names; S3 gives no more in one answer

SCHEMES = {"s3": "https", "s3+http": "http"}
ANY_REGION = "us-east-1"  # what servers of one's own take every request for
_ADDRESS = re.compile(
    r"(?P<scheme>s3|s3\+http)://(?P<key>[^\s:@/?#]+):(?P<secret>[^\s:@/?#]+)@"
    r"(?P<host>(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)/(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
    r"(?P<prefix>(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)/?(?:\?region=(?P<region>[a-z0-9-]{1,40}))?"
)
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Place:
    """Where a bucket is, and what opens it."""

    endpoint: str
    bucket: str
    prefix: str
    region: str
    key: str = field(repr=False)
    secret: str = field(repr=False)

    @classmethod
    def at(cls, url: str) -> "Place":
        """Reads `s3://KEY:SECRET@host:port/bucket/prefix?region=…`. Raises ValueError, which repeats nothing of it."""
        read = _ADDRESS.fullmatch(url)
        if read is None:
            raise ValueError(
                "Write it like s3://KEY:SECRET@storage.example/bucket/prefix?region=eu-central-1, with s3+http:// for "
                "plain HTTP. In KEY and SECRET write / as %2F, : as %3A, @ as %40, % as %25."
            )
        return cls(
            endpoint=f"{SCHEMES[read['scheme']]}://{read['host']}",
            bucket=read["bucket"],
            prefix=read["prefix"].removeprefix("/"),
            region=read["region"] or ANY_REGION,
            key=unquote(read["key"]),
            secret=unquote(read["secret"]),
        )

    def opened_by(self) -> "S3Credential":
        """What questions are signed with, in the library's words; it never expires."""
        return {"access_key_id": self.key, "secret_access_key": self.secret, "expires_at": None}


class Bucket:
    """A Storage below a prefix of a bucket, which has to be there. Every verb raises StorageAway."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._store = _store(place)
        self._places = BoundedSemaphore(PLACES)
        self._away_until = 0.0
        self._asked_in: int | None = None

    def put(self, name: str, data: bytes) -> None:
        if len(data) > MOST_BYTES:
            raise ValueError(f"A file has at most {MOST_BYTES} bytes.")
        path = checked(name)
        self._ask(lambda: obstore.put(self._store, path, data))

    def get(self, name: str) -> bytes | None:
        return self._ask(lambda: self._read(name)) if NAME.fullmatch(name) else None

    def remove(self, name: str) -> None:
        path = checked(name)
        self._ask(lambda: obstore.delete(self._store, path))

    def names(self) -> Iterator[tuple[str, datetime]]:
        pages = obstore.list(self._store, chunk_size=PAGE)
        while page := self._ask(lambda: next(pages, None)):
            for file in page:
                if NAME.fullmatch(file["path"]):
                    yield file["path"], file["last_modified"]

    def _read(self, name: str) -> bytes | None:
        try:
            found = obstore.get(self._store, name)
        except FileNotFoundError as error:
            if _code(error) == "NoSuchBucket":
                raise
            return None
        return bytes(found.bytes()) if found.meta["size"] <= MOST_BYTES else None

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        if self._asked_in not in (None, os.getpid()):  # the library's threads are not in a child that was forked
            raise StorageAway("this process was forked from one that had asked it")
        self._asked_in, moment = os.getpid(), time.monotonic()
        if moment < self._away_until:
            raise StorageAway("it did not answer a moment ago")
        if self._away_until:
            self._away_until = moment + PAUSE  # whoever comes first finds out for all whether it is back
        if not self._places.acquire(timeout=QUEUES_FOR):
            raise StorageAway("too many ask it at this moment")
        try:
            answer = question()
        except Exception as error:
            raise self._away(error) from error
        finally:
            self._places.release()
        self._away_until = 0.0
        return answer

    def _away(self, error: Exception) -> StorageAway:
        is_silent = isinstance(error, GenericError)  # what is refused is at least answered, and quickly
        self._away_until = time.monotonic() + PAUSE if is_silent else 0.0
        code = _code(error) or (None if is_silent else type(error).__name__)
        away = StorageAway(f"it says {code}" if code else "it does not answer")
        logger.error("the file storage cannot be used: %s", away.reason)
        return away


def _store(place: Place) -> S3Store:
    """Its words outrank what AWS_… variables of the environment say, which are meant for something else."""
    return S3Store(
        place.bucket,
        prefix=place.prefix or None,
        region=place.region,
        aws_endpoint_url_s3=place.endpoint,
        virtual_hosted_style_request=False,
        credential_provider=place.opened_by,
        client_options={
            "allow_http": place.endpoint.startswith("http:"),
            "connect_timeout": CONNECTS_WITHIN,
            "timeout": ANSWERS_WITHIN,
        },
        retry_config={"max_retries": 1, "retry_timeout": TRIES_AGAIN_WITHIN},
    )


def _code(error: Exception) -> str | None:
    """The one word S3 has for what is wrong; the rest of its answer names the object and more."""
    found = _CODE.search(str(error))
    return found[1] if found else None
