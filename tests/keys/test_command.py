"""`commentsvc keys rotate`, as an administrator uses it."""

import pytest

from commentsvc.config import stored_secret
from tests.cli.conftest import PASSWORD, data, done, installed, run
from tests.keys.conftest import NEW

__all__ = ["data", "done", "installed", "run"]


@pytest.fixture
def hanna(installed, done) -> str:
    staff = ("account", "add", "hanna@herald.example", "--name", "Hanna", "--role", "moderator", "--site", "herald")
    done(*staff, "--password-stdin", input=PASSWORD)
    return "hanna@herald.example"


def put_before(data, key: str) -> None:
    (data / "secret_key").write_text(f"{key}\n{stored_secret(data)}\n")


def test_with_one_key_there_is_nothing_to_do(hanna, done):
    said = done("keys", "rotate")
    assert "commentsvc_account.email_encrypted: 0 written anew, 1 up to date" in said
    assert "There is one key, and everything is under it." in said


def test_the_whole_way_to_another_key(hanna, data, done):
    put_before(data, NEW)
    assert "2; some secrets are under an older one: commentsvc keys rotate" in done("doctor")
    assert "1 to be written anew" in done("keys", "rotate", "--dry-run")
    said = done("keys", "rotate")
    assert "commentsvc_account.email_hash: 1 written anew, 0 up to date" in said
    assert "2; everything is under the first." in done("doctor")
    (data / "secret_key").write_text(NEW)
    assert hanna in done("account", "list")
    assert "keys: one." in done("doctor")


def test_a_key_that_is_missing_is_told(hanna, data, run):
    (data / "secret_key").write_text(NEW)
    result = run("keys", "rotate")
    assert result.exit_code == 1
    assert "1 under a key that is not configured" in result.stdout
    assert "Add the key they were written with" in result.stdout
