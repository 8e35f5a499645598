"""The folder for files that people bring."""

import stat
from datetime import timedelta

import pytest

from commentsvc.core.clock import now
from commentsvc.core.storage import Folder


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "pictures")


def test_what_was_put_comes_back(folder):
    folder.put("a1.webp", b"one")
    assert folder.get("a1.webp") == b"one"


def test_what_was_never_put_is_not_there(folder):
    assert (folder.get("a1.webp"), list(folder.names())) == (None, [])


def test_what_was_removed_is_gone_and_may_be_removed_again(folder):
    folder.put("a1.webp", b"one")
    folder.remove("a1.webp")
    folder.remove("a1.webp")
    assert folder.get("a1.webp") is None


def test_the_names_come_with_when_they_were_put_last(folder, tmp_path):
    folder.put("a1.webp", b"one")
    (tmp_path / "pictures" / ".new-left-behind").write_bytes(b"half")
    ((name, at),) = folder.names()
    assert name == "a1.webp"
    assert abs(at - now()) < timedelta(minutes=1)


def test_only_the_services_own_user_may_look_into_it(folder, tmp_path):
    folder.put("a1.webp", b"one")
    assert stat.S_IMODE((tmp_path / "pictures").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../secret_key",
        "a/../../secret_key",
        "/etc/passwd",
        "a\\b.webp",
        "a.webp\0.svg",
        ".webp",
        "a",
        "a.webp\n",
        "A.webp",
        "é.webp",
        "x" * 300 + ".webp",
    ],
)
def test_a_name_that_could_lead_elsewhere_leads_nowhere(folder, tmp_path, name):
    (tmp_path / "secret_key").write_text("secret")
    assert folder.get(name) is None
    with pytest.raises(ValueError, match="small letters"):
        folder.put(name, b"one")
    with pytest.raises(ValueError, match="small letters"):
        folder.remove(name)
    assert (tmp_path / "secret_key").read_text() == "secret"
