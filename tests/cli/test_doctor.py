"""`commentsvc doctor`: one line for everything it looks at."""

import json
import sqlite3
from dataclasses import asdict
from datetime import timedelta

import pytest

from commentsvc import create_app
from commentsvc.core.clock import now, rfc3339
from commentsvc.outbox.engine import EXTENSION
from commentsvc.purging import Record


@pytest.fixture
def found(run):
    """What it found, by what it looked at, and how it ended."""

    def look() -> tuple[dict[str, bool], int]:
        result = run("doctor", "--json")
        return {each["about"]: each["ok"] for each in json.loads(result.stdout)}, result.exit_code

    return look


def test_an_installation_that_works_is_well(installed, found):
    everything = (
        "configuration",
        "database",
        "sqlite",
        "schema",
        "clock",
        "keys",
        "retention",
        "origins of herald",
        "log of herald",
        "files",
        "redis",
        "mail",
        "purge",
    )
    assert found() == (dict.fromkeys(everything, True), 0)


def test_it_says_one_line_each(installed, run):
    result = run("doctor")
    marks = [line[:6].strip() for line in result.stdout.splitlines() if "sqlite: " not in line]
    assert (result.exit_code, marks) == (0, ["ok"] * 12)


@pytest.mark.parametrize("version", ["3.40.1", "3.44.5", "3.45.0", "3.49.2", "3.50.6", "3.51.0", "3.51.2"])
def test_a_library_that_can_lose_a_commit_is_warned_of(installed, run, monkeypatch, version):
    monkeypatch.setattr("commentsvc.doctor.sqlite3.sqlite_version", version)
    result = run("doctor")
    (line,) = [line for line in result.stdout.splitlines() if "sqlite: " in line]
    assert (result.exit_code, line.startswith("look   sqlite: "), version in line) == (0, True, True)


@pytest.mark.parametrize("version", ["3.44.6", "3.50.7", "3.50.12", "3.51.3", "3.52.0", "4.0.0"])
def test_a_library_without_the_defect_is_well(installed, run, monkeypatch, version):
    monkeypatch.setattr("commentsvc.doctor.sqlite3.sqlite_version", version)
    assert f"ok     sqlite: {version}." in run("doctor").stdout


def test_an_old_schema_is_wrong(data, found):
    seen, ended = found()
    assert (seen["database"], seen["schema"], ended) == (True, False, 1)


def test_a_configuration_that_cannot_be_is_the_only_line(run, monkeypatch, data):
    monkeypatch.setenv("COMMENTSVC_BASE_URL", "nowhere")
    result = run("doctor")
    assert (result.exit_code, result.stdout.count("\n"), result.stdout[:20]) == (1, 1, "WRONG  configuration")


def test_a_mail_server_that_is_not_there_is_wrong(installed, found, monkeypatch):
    monkeypatch.setenv("COMMENTSVC_BASE_URL", "https://comments.example")
    monkeypatch.setenv("COMMENTSVC_MAIL_URL", "smtp://127.0.0.1:1?from=comments@herald.example")
    seen, ended = found()
    assert (seen["mail"], seen["database"], ended) == (False, True, 1)


def test_a_redis_that_is_not_there_is_wrong(installed, found, monkeypatch):
    monkeypatch.setenv("COMMENTSVC_REDIS_URL", "redis://127.0.0.1:1/0")
    seen, ended = found()
    assert (seen["redis"], ended) == (False, 1)


def test_a_storage_that_does_all_that_is_asked_of_it_is_well(installed, run, monkeypatch, s3):
    monkeypatch.setenv("COMMENTSVC_STORAGE_URL", s3.url())
    result = run("doctor")
    (line,) = [line for line in result.stdout.splitlines() if "files: " in line]
    assert (result.exit_code, line.startswith("ok     files: the storage kept, listed and forgot one")) == (0, True)
    assert [each.partition(" ")[0] for each in s3.asked] == ["PUT", "GET", "GET", "POST"]


@pytest.mark.parametrize(("wrong", "said"), [
    ({"secret": "wrong"}, "it says SignatureDoesNotMatch."),
    ({"exists": False}, "it says NoSuchBucket."),
])  # fmt: skip
def test_a_storage_that_refuses_is_wrong_in_its_own_word(installed, run, monkeypatch, s3, wrong, said):
    monkeypatch.setenv("COMMENTSVC_STORAGE_URL", s3.url(**wrong))
    result = run("doctor")
    assert (result.exit_code, f"WRONG  files: the storage cannot be used: {said}" in result.stdout) == (1, True)
    assert s3.secret not in result.output


def test_a_storage_that_is_not_there_is_wrong(installed, found, monkeypatch):
    monkeypatch.setenv("COMMENTSVC_STORAGE_URL", "s3+http://K:S@127.0.0.1:1/pictures")
    seen, ended = found()
    assert (seen["files"], seen["database"], ended) == (False, True, 1)


def test_looking_makes_no_folder(installed, found, data):
    assert found()[0]["files"] is True
    assert not (data / "pictures").exists()


def test_a_log_whose_end_was_cut_off_is_wrong(installed, found, data):
    with sqlite3.connect(data / "commentsvc.sqlite3") as database:
        database.execute("INSERT INTO commentsvc_log_head (site_id, number, hash) VALUES (1, 3, 'x')")
    seen, ended = found()
    assert (seen["log of herald"], ended) == (False, 1)


def test_readers_who_cannot_be_sent_back_are_wrong(installed, done, found, monkeypatch):
    done("site", "login-secret", "herald", input="s3cret\n")
    for name, value in {"issuer": "https://login.herald.example", "client_id": "comments", "name": "Ours"}.items():
        done("site", "set", "herald", f"login_{name}", value)
    done("site", "set", "herald", "login", "on")
    assert (found()[0]["login of herald"], found()[1]) == (False, 1)
    monkeypatch.setenv("COMMENTSVC_BASE_URL", "https://comments.example")
    assert (found()[0]["login of herald"], found()[1]) == (True, 0)


# --- The cache in front


@pytest.fixture
def purging(installed, monkeypatch):
    """What the worker that tells the cache left word of, and what is then said: (well, sentence)."""
    monkeypatch.setenv("COMMENTSVC_PURGE_URL", "http://Purge-Token:a-token@127.0.0.1:6081/purge")

    def said(run, word: Record | None) -> tuple[bool, str]:
        if word:
            create_app().extensions[EXTENSION].remember("purge", asdict(word))
        (line,) = [line for line in run("doctor").stdout.splitlines() if "purge: " in line]
        return line.startswith("ok"), line.partition("purge: ")[2]

    return said


def test_a_cache_that_nobody_tells_is_wrong(run, purging):
    assert purging(run, None) == (False, "nobody tells the cache what changes. Start: commentsvc worker")
    long_ago = now() - timedelta(minutes=3)
    well, said = purging(run, Record(long_ago, long_ago))
    assert (well, f"changes since {rfc3339(long_ago)}" in said) == (False, True)


def test_when_the_cache_was_told_last_is_said(run, purging):
    moment = now()
    assert purging(run, Record(moment, moment)) == (True, f"the last call succeeded at {rfc3339(moment)}.")
    assert purging(run, Record(moment)) == (True, "no call succeeded yet.")


def test_a_cache_that_does_not_take_it_is_wrong(run, purging):
    said = purging(run, Record(now(), None, "It answered 401."))
    assert said == (False, "no call succeeded yet. It answered 401.")
