"""The bucket: what it makes of its address, of what others keep there, and of a storage that is away."""

import logging
import socket
import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest

from commentsvc.core import bucket as buckets
from commentsvc.core.bucket import MOST_BYTES, PAGE, Bucket, Place
from commentsvc.core.errors import StorageAway
from tests.stage import free_port


def moved(url: str, port: int) -> str:
    """The same bucket at another port of this machine."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))


@pytest.fixture
def hanging(s3):
    """A bucket behind a port that takes connections and never answers."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        yield moved(s3.url(), silent.getsockname()[1])


EVERY_VERB = [
    pytest.param(lambda files: files.put("a1.webp", b"one"), id="put"),
    pytest.param(lambda files: files.get("a1.webp"), id="get"),
    pytest.param(lambda files: files.remove("a1.webp"), id="remove"),
    pytest.param(lambda files: list(files.names()), id="names"),
]


# Its address


@pytest.mark.parametrize(("url", "place"), [
    ("s3://K:S@s3.example/pictures", ("https://s3.example", "pictures", "", "us-east-1", "K", "S")),
    ("s3://K:S@s3.example:9000/news.pictures/a/b-1/?region=eu-central-1",
     ("https://s3.example:9000", "news.pictures", "a/b-1", "eu-central-1", "K", "S")),
    ("s3+http://K:S@[::1]:9000/pictures/", ("http://[::1]:9000", "pictures", "", "us-east-1", "K", "S")),
    ("s3://K:a%2Fb%2B%3A%40%25+@s3.example/pictures",
     ("https://s3.example", "pictures", "", "us-east-1", "K", "a/b+:@%+")),
])  # fmt: skip
def test_an_address_says_where_the_bucket_is_and_what_opens_it(url, place):
    read = Place.at(url)
    assert (read.endpoint, read.bucket, read.prefix, read.region, read.key, read.secret) == place


@pytest.mark.parametrize("url", [
    "", "s3://", "s3://s3.example/pictures", "s3://K@s3.example/pictures", "s3://K:hunter2@s3.example",
    "s3://K:hunter2@s3.example/", "https://K:hunter2@s3.example/pictures", "s3://K:hunter2/x@s3.example/pictures",
    "s3://K:hunter2@s3.example:port/pictures", "s3://K:hunter2@s3.example/Pictures", "s3://K:hunter2@s3.example/p/../q",
    "s3://K:hunter2@s3.example/pictures/..", "s3://K:hunter2@s3.example/pictures?acl=1",
    "s3://K:hunter2@s3.example/pictures#x", "s3://K:hunter2@s3.example/pictures\n", "s3://K:hunter2@s3.exa mple/pictures",
])  # fmt: skip
def test_an_unreadable_address_is_refused_and_not_repeated(url):
    with pytest.raises(ValueError, match="s3://KEY:SECRET@") as refused:
        Place.at(url)
    assert "hunter2" not in str(refused.value)


def test_nobody_sees_the_secret_by_printing_it(s3):
    files = s3.bucket()
    assert s3.secret not in f"{files!r} {files.place!r} {files.__dict__}"
    assert s3.key not in f"{files!r} {files.place!r} {files.__dict__}"


def test_what_the_environment_says_to_other_programs_is_not_for_this_one(s3, monkeypatch):
    for name, value in {
        "ACCESS_KEY_ID": "AKIANOBODYSKEY",
        "SECRET_ACCESS_KEY": "nobodys",
        "SESSION_TOKEN": "nobodys",
        "ENDPOINT_URL": "http://127.0.0.1:1",
        "ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "REGION": "nowhere-1",
        "BUCKET": "nobodys",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    files = s3.bucket()
    files.put("a1.webp", b"one")
    assert s3.lies(files) == ["pictures/a1.webp"]


# What is in it


@pytest.mark.parametrize("path", ["", "comments", "news/comments"])
def test_a_file_is_below_the_prefix_under_its_name(s3, path):
    files = s3.bucket(path)
    files.put("a1.webp", b"one")
    assert s3.lies(files) == [f"{path}/a1.webp".removeprefix("/")]


def test_what_others_keep_in_the_bucket_has_no_name_here(s3):
    files = s3.bucket("comments")
    for key in (
        "comments/sub/a1.webp",
        "comments/A1.webp",
        "comments/",
        "comments2/a1.webp",
        "commentsa1.webp",
        "a1.webp",
    ):
        s3.lay(files, key, b"theirs")
    files.put("b1.webp", b"ours")
    assert [name for name, _ in files.names()] == ["b1.webp"]
    assert files.get("a1.webp") is None


def test_the_names_go_on_over_pages(s3):
    files = s3.bucket()
    expected = {f"n{number}.webp" for number in range(PAGE * 2 + 5)}
    for name in expected:
        s3.lay(files, f"pictures/{name}", b"1")
    s3.asked.clear()
    names = [name for name, _ in files.names()]
    assert (len(names), set(names)) == (len(expected), expected)
    assert len(s3.asked) == 3


def test_what_is_too_large_to_be_ours_is_neither_read_nor_kept(s3):
    files = s3.bucket()
    s3.lay(files, "pictures/a1.webp", bytes(MOST_BYTES + 1))
    assert files.get("a1.webp") is None
    with pytest.raises(ValueError, match="at most"):
        files.put("b1.webp", bytes(MOST_BYTES + 1))
    files.put("c1.webp", bytes(MOST_BYTES))
    assert files.get("c1.webp") == bytes(MOST_BYTES)


# Away


@pytest.mark.parametrize("act", EVERY_VERB)
def test_a_storage_that_is_not_there_is_said_to_be_away(s3, act):
    files = Bucket(Place.at(moved(s3.url(), free_port())))
    with pytest.raises(StorageAway) as away:
        act(files)
    assert away.value.reason == "it does not answer"


@pytest.mark.parametrize("act", EVERY_VERB)
def test_a_wrong_secret_is_told_from_a_storage_that_is_away(s3, act):
    with pytest.raises(StorageAway) as away:
        act(s3.bucket(secret="wrong"))
    assert away.value.reason == "it says SignatureDoesNotMatch"


@pytest.mark.parametrize("act", EVERY_VERB)
def test_a_bucket_that_does_not_exist_is_no_empty_one(s3, act):
    with pytest.raises(StorageAway) as away:
        act(s3.bucket(exists=False))
    assert away.value.reason == "it says NoSuchBucket"


@pytest.mark.parametrize("act", EVERY_VERB)
def test_a_storage_that_hangs_is_waited_for_no_longer_than_is_said(hanging, monkeypatch, act):
    monkeypatch.setattr(buckets, "ANSWERS_WITHIN", timedelta(seconds=0.4))
    monkeypatch.setattr(buckets, "TRIES_AGAIN_WITHIN", timedelta(seconds=0.1))
    files, began = Bucket(Place.at(hanging)), time.monotonic()
    with pytest.raises(StorageAway):
        act(files)
    assert 0.3 < time.monotonic() - began < 2


def test_nobody_waits_for_more_than_seconds():
    assert buckets.CONNECTS_WITHIN <= buckets.ANSWERS_WITHIN <= timedelta(seconds=3)
    assert buckets.TRIES_AGAIN_WITHIN < buckets.ANSWERS_WITHIN, "what hung once would hang twice"


def test_what_failed_quickly_is_tried_once_more(s3):
    files = s3.bucket()
    s3.fails = True
    s3.asked.clear()
    with pytest.raises(StorageAway):
        files.get("a1.webp")
    assert len(s3.asked) == 2


def test_after_a_failure_nobody_asks_for_a_while_and_then_one_finds_out_for_all(s3, monkeypatch):
    monkeypatch.setattr(buckets, "PAUSE", 0.5)
    files = s3.bucket()
    files.put("a1.webp", b"one")
    s3.fails = True
    with pytest.raises(StorageAway):
        files.get("a1.webp")
    s3.fails = False
    s3.asked.clear()
    with pytest.raises(StorageAway):
        files.get("a1.webp")
    assert s3.asked == []
    time.sleep(0.6)
    assert (files.get("a1.webp"), files.get("a1.webp")) == (b"one", b"one")


def test_what_is_refused_keeps_nobody_from_asking(s3):
    refused = s3.bucket(secret="wrong")
    for _ in range(2):
        s3.asked.clear()
        with pytest.raises(StorageAway):
            refused.get("a1.webp")
        assert len(s3.asked) == 1


def test_a_storage_that_hangs_holds_a_part_of_the_threads_only(hanging, monkeypatch):
    monkeypatch.setattr(buckets, "QUEUES_FOR", 0.1)
    files, told = Bucket(Place.at(hanging)), []

    def ask() -> None:
        began = time.monotonic()
        with pytest.raises(StorageAway):
            files.get("a1.webp")
        told.append(time.monotonic() - began)

    readers = [threading.Thread(target=ask) for _ in range(32)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(timeout=20)
    quickly = [took for took in told if took < 2]
    assert (len(told), len(told) - len(quickly)) == (32, buckets.PLACES)


def test_the_log_says_what_is_wrong_and_not_what_opens_it(s3, caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(StorageAway):
        s3.bucket(secret="wrong").put("a1.webp", b"What Rosa brought")
    said = [line.getMessage() for line in caplog.records if line.name.startswith("commentsvc")]
    assert said == ["the file storage cannot be used: it says SignatureDoesNotMatch"]
