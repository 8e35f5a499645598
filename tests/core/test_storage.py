"""Files that people bring, in a folder and in a bucket: what both promise, and what each has of its own."""

import stat
import subprocess
import sys
from datetime import timedelta

import pytest

from commentsvc import create_app
from commentsvc.config import Misconfigured
from commentsvc.core.bucket import Bucket
from commentsvc.core.clock import now
from commentsvc.core.storage import EXTENSION, Folder, Storage
from tests.conftest import settings


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "pictures")


@pytest.fixture(params=["folder", "bucket"])
def files(request) -> Storage:
    return request.getfixturevalue("folder") if request.param == "folder" else request.getfixturevalue("s3").bucket()


def test_what_was_put_comes_back(files):
    files.put("a1.webp", b"one")
    assert files.get("a1.webp") == b"one"


def test_what_was_put_again_is_what_comes_back(files):
    files.put("a1.webp", b"one")
    files.put("a1.webp", b"two")
    assert (files.get("a1.webp"), [name for name, _ in files.names()]) == (b"two", ["a1.webp"])


@pytest.mark.parametrize("data", [b"", bytes(range(256)) * 1024], ids=["nothing", "256 KB"])
def test_every_byte_comes_back(files, data):
    files.put("a1.webp", data)
    assert files.get("a1.webp") == data


def test_what_was_never_put_is_not_there(files):
    assert (files.get("a1.webp"), list(files.names())) == (None, [])


def test_what_was_removed_is_gone_and_may_be_removed_again(files):
    files.put("a1.webp", b"one")
    files.put("b1.webp", b"other")
    files.remove("a1.webp")
    files.remove("a1.webp")
    assert (files.get("a1.webp"), files.get("b1.webp")) == (None, b"other")


def test_the_names_come_with_when_they_were_put_last(files):
    files.put("a1.webp", b"one")
    ((name, at),) = files.names()
    assert name == "a1.webp"
    assert abs(at - now()) < timedelta(minutes=1)


NAMES = [
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
    "a%2fb.webp",
    "a.webp?versions",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_could_lead_elsewhere_leads_nowhere(files, name):
    assert files.get(name) is None
    with pytest.raises(ValueError, match="small letters"):
        files.put(name, b"one")
    with pytest.raises(ValueError, match="small letters"):
        files.remove(name)
    assert list(files.names()) == []


# The folder


def test_what_was_left_half_written_has_no_name(folder, tmp_path):
    folder.put("a1.webp", b"one")
    (tmp_path / "pictures" / ".new-left-behind").write_bytes(b"half")
    assert [name for name, _ in folder.names()] == ["a1.webp"]


def test_only_the_services_own_user_may_look_into_it(folder, tmp_path):
    folder.put("a1.webp", b"one")
    assert stat.S_IMODE((tmp_path / "pictures").stat().st_mode) == 0o700


def test_nothing_beside_the_folder_is_read_or_written(folder, tmp_path):
    (tmp_path / "secret_key.txt").write_text("secret")
    assert folder.get("../secret_key.txt") is None
    for act in (lambda: folder.put("../secret_key.txt", b"one"), lambda: folder.remove("../secret_key.txt")):
        with pytest.raises(ValueError, match="small letters"):
            act()
    assert (tmp_path / "secret_key.txt").read_text() == "secret"


# Which of them it is


def made(tmp_path, **more):
    return create_app(settings(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path, **more)).extensions[EXTENSION]


def test_the_files_are_in_the_data_directory_unless_a_bucket_is_named(tmp_path, s3):
    assert isinstance(made(tmp_path), Folder)
    assert isinstance(made(tmp_path, storage_url=s3.url()), Bucket)


def test_an_address_that_is_none_stops_the_start_and_is_not_repeated(tmp_path):
    with pytest.raises(Misconfigured, match="COMMENTSVC_STORAGE_URL cannot be used. Write it like s3://") as error:
        made(tmp_path, storage_url="s3://K:hunter2/x@s3.example/pictures")
    assert "hunter2" not in str(error.value)


def test_a_library_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "commentsvc.core.bucket")
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(Misconfigured, match=r"pip install 'commentsvc\[s3\]'"):
        made(tmp_path, storage_url="s3://K:S@s3.example/pictures")


def test_without_a_bucket_its_library_is_not_loaded(tmp_path):
    look = (
        "import sys; from pathlib import Path; from commentsvc import create_app; from commentsvc.config import Settings;"
        f"place = Path({str(tmp_path)!r}); create_app(Settings(place, ('x' * 40,), 'sqlite://'));"
        "print('obstore' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    assert said == "False\n"
