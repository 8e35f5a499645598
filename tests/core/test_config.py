"""What the environment gives, and what makes a start impossible."""

import stat
from pathlib import Path

import pytest

from commentsvc.config import Misconfigured, ensure_secret, read_settings, stored_secret

SECRET = "kq8Zr4YtV0nW2xLpA7sJd9Gf3HbMc6Qe1TuXiOyRzE"  # of the tests only


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> Path:
    """An empty working directory: nobody's `.env` file, nobody's data directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(**given: str):
    return read_settings({f"COMMENTSVC_{name}": value for name, value in ({"SECRET_KEY": SECRET} | given).items()})


def test_a_secret_is_all_that_is_needed(elsewhere):
    settings = read()
    assert settings.secret_keys == (SECRET,)
    assert settings.database_url == f"sqlite:///{elsewhere / 'commentsvc-data' / 'commentsvc.sqlite3'}"
    assert (settings.redis_url, settings.mail_url, settings.base_url, settings.trusted_proxies) == (None, None, None, 0)


@pytest.mark.parametrize(
    "name", ["COMMENTSVC_DATABSE_URL", "COMMENTSVC_", "COMMENTSVC_DEBUG", "COMMENTSVC_BASE_URL_FILE"]
)
def test_an_unknown_name_is_named(name):
    with pytest.raises(Misconfigured, match=f"{name}"):
        read_settings({"COMMENTSVC_SECRET_KEY": SECRET, name: "1"})


def test_names_of_others_are_theirs():
    assert read_settings({"COMMENTSVC_SECRET_KEY": SECRET, "FLASK_DEBUG": "1", "DATABASE_URL": "x"}).demo is False


@pytest.mark.parametrize("secret", [
    "", "   ", "short", "a" * 64, "abcabcabc" * 8, "secret" + SECRET, "ChangeMe-0123456789-abcdefghijklmnop", SECRET[:31],
    f"{SECRET} short",
])  # fmt: skip
def test_a_missing_short_simple_or_well_known_secret_is_refused(secret):
    with pytest.raises(Misconfigured, match="COMMENTSVC_SECRET_KEY"):
        read(SECRET_KEY=secret)


def test_a_refused_secret_is_not_repeated():
    with pytest.raises(Misconfigured) as error:
        read(SECRET_KEY="hunter2hunter2")
    assert "hunter2" not in str(error.value)


def test_several_secrets_the_first_for_what_is_new():
    assert read(SECRET_KEY=f"{SECRET}new {SECRET}old").secret_keys == (f"{SECRET}new", f"{SECRET}old")


def test_a_secret_may_be_in_a_file(tmp_path):
    (tmp_path / "key").write_text(f"{SECRET}\n")
    assert read_settings({"COMMENTSVC_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_keys == (SECRET,)


@pytest.mark.parametrize(("name", "value", "read_as"), [
    ("DATABASE_URL", "postgresql://u:p@db/c", "database_url"), ("REDIS_URL", "redis://r:6379/0", "redis_url"),
    ("MAIL_URL", "smtp://u:p@mail:587?tls=1", "mail_url"), ("STORAGE_URL", "s3://k:s@s3.example/b", "storage_url"),
])  # fmt: skip
def test_every_secret_may_be_in_a_file(tmp_path, name, value, read_as):
    (tmp_path / "file").write_text(f"{value}\n")
    settings = read(**{f"{name}_FILE": str(tmp_path / "file")})
    assert getattr(settings, read_as).endswith(value.partition("://")[2])


def test_a_secrets_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Misconfigured, match="nowhere"):
        read_settings({"COMMENTSVC_SECRET_KEY_FILE": str(tmp_path / "nowhere")})


@pytest.mark.parametrize(("given", "kept"), [
    ("postgres://u:p@db:5432/c", "postgresql+psycopg://u:p@db:5432/c"),
    ("postgresql://u:p@db/c", "postgresql+psycopg://u:p@db/c"),
    ("postgresql+psycopg://u:p@db/c", "postgresql+psycopg://u:p@db/c"),
    ("sqlite:////srv/comments.sqlite3", "sqlite:////srv/comments.sqlite3"),
])  # fmt: skip
def test_a_database_is_reached_by_the_driver_that_comes_along(given, kept):
    assert read(DATABASE_URL=given).database_url == kept


@pytest.mark.parametrize("wrong", ["-1", "one", "1.5", "٣", " 1"])
def test_a_number_of_proxies_is_a_whole_number(wrong):
    with pytest.raises(Misconfigured, match="COMMENTSVC_TRUSTED_PROXIES"):
        read(TRUSTED_PROXIES=wrong)


def test_a_number_of_proxies():
    assert read(TRUSTED_PROXIES="2").trusted_proxies == 2


def test_the_public_address_ends_without_a_slash():
    assert read(BASE_URL="https://comments.example/").base_url == "https://comments.example"


def test_an_empty_value_is_no_value():
    assert read(REDIS_URL="", DATABASE_URL="").redis_url is None


def test_a_dotenv_file_is_read(elsewhere):
    (elsewhere / ".env").write_text(f"COMMENTSVC_SECRET_KEY={SECRET}\nCOMMENTSVC_TRUSTED_PROXIES=1\n")
    assert read_settings({}).trusted_proxies == 1


def test_the_environment_outranks_the_dotenv_file(elsewhere):
    (elsewhere / ".env").write_text("COMMENTSVC_TRUSTED_PROXIES=1\n")
    assert read(TRUSTED_PROXIES="2").trusted_proxies == 2


def test_the_data_directory_keeps_a_secret_of_its_own(tmp_path):
    place = tmp_path / "data"
    ensure_secret(place)
    settings = read_settings({"COMMENTSVC_DATA_DIR": str(place)})
    assert settings.secret_keys == (stored_secret(place),)


def test_only_its_owner_reads_the_stored_secret(tmp_path):
    place = tmp_path / "data"
    ensure_secret(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "secret_key").stat().st_mode) == 0o600


def test_a_stored_secret_is_kept(tmp_path):
    ensure_secret(tmp_path)
    before = stored_secret(tmp_path)
    ensure_secret(tmp_path)
    assert stored_secret(tmp_path) == before


def test_the_environments_secret_outranks_the_stored_one(tmp_path):
    ensure_secret(tmp_path)
    assert read(DATA_DIR=str(tmp_path)).secret_keys == (SECRET,)


def test_every_installation_makes_another_secret(tmp_path):
    for name in ("one", "other"):
        ensure_secret(tmp_path / name)
    assert stored_secret(tmp_path / "one") != stored_secret(tmp_path / "other")


def test_a_host_applications_secret_is_that_applications_affair():
    assert read_settings({}, host_secret="dev").secret_keys == ("dev",)


def test_a_secret_of_its_own_outranks_the_hosts():
    assert read_settings({"COMMENTSVC_SECRET_KEY": SECRET}, host_secret="dev").secret_keys == (SECRET,)


def test_outgoing_openings_are_listed_with_commas():
    openings = ("hooks.internal:8443", "10.0.0.0/8", "::1")
    assert read(OUTGOING_ALLOWED=" hooks.internal:8443, 10.0.0.0/8,,::1 ").outgoing_allowed == openings
    assert read().outgoing_allowed == ()


@pytest.mark.parametrize("wrong", ["http://hooks.internal", "10.0.0.1/8", "hooks.internal, a b", "*"])
def test_an_opening_that_cannot_be_read_stops_the_start(wrong):
    with pytest.raises(Misconfigured, match="COMMENTSVC_OUTGOING_ALLOWED"):
        read(OUTGOING_ALLOWED=wrong)
