"""A server that speaks S3, on a port of this machine: it knows one key, and checks what is signed with it."""

import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote

import pytest

from commentsvc.core.bucket import Bucket, Place
from tests.stage import served

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


class S3:
    """The server: `url()` is a bucket of its own, `fails` makes it answer everything with a failure of its own."""

    def __init__(self, application) -> None:
        self._application, self.port, self.fails = application, 0, False
        self.asked: list[str] = []
        self.key, self.secret = _key()

    def __call__(self, environ, start_response) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        if self.fails:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return self._application(environ, start_response)

    def url(self, path: str = "pictures", *, secret: str | None = None, exists: bool = True) -> str:
        bucket = f"b-{secrets.token_hex(6)}"
        if exists:
            _buckets().create_bucket(bucket, "us-east-1")
        signs = f"{quote(self.key, safe='')}:{quote(secret or self.secret, safe='')}"
        return f"s3+http://{signs}@127.0.0.1:{self.port}/{bucket}/{path}"

    def bucket(self, path: str = "pictures", **more) -> Bucket:
        return Bucket(Place.at(self.url(path, **more)))

    def lay(self, bucket: Bucket, key: str, data: bytes) -> None:
        """An object nobody of ours put there."""
        _buckets().put_object(bucket.place.bucket, key, data)

    def age(self, bucket: Bucket, moment: datetime) -> None:
        """Everything in it was put at that moment."""
        for lying in _buckets().get_bucket(bucket.place.bucket).keys.values():
            lying.last_modified = moment.replace(tzinfo=None)

    def lies(self, bucket: Bucket) -> list[str]:
        """Everything that is in it, by its whole key."""
        return sorted(_buckets().get_bucket(bucket.place.bucket).keys.keys())


def _buckets():
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


def _key() -> tuple[str, str]:
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.iam.models import iam_backends

    people = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    people.create_user("us-east-1", "comments")
    people.put_user_policy("comments", "everything", json.dumps(EVERYTHING))
    key = people.create_access_key("comments")
    return key.access_key_id, key.secret_access_key


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3]:
    from moto.core.authorization import enable_iam_authentication
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    server = S3(DomainDispatcherApplication(create_backend_app))
    with enable_iam_authentication(), served(server) as address:
        server.port = int(address.rpartition(":")[2])
        yield server


@pytest.fixture
def s3(s3_server) -> Iterator[S3]:
    s3_server.asked.clear()
    yield s3_server
    s3_server.fails = False
