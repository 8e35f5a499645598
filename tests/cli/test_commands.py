"""The commands a newsroom's own scripts are written against."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from commentsvc import create_app
from commentsvc.accounts.service import sign_in
from commentsvc.cli import main
from commentsvc.core.clock import now
from commentsvc.core.web import house
from commentsvc.schema import VERSION_TABLE, newest
from tests.cli.conftest import PASSWORD

ROOT = Path(__file__).parents[2]


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command there is, groups too, as the words one types."""
    found = [path]
    for name, command in group.commands.items():
        words = (*path, name)
        found += commands(command, words) if isinstance(command, click.Group) else [words]
    return found


CONTRACT = {
    "demo", "init", "serve", "db upgrade", "db current", "db check", "site add", "site list", "site set", "site show",
    "account add", "account list", "account disable", "token add", "token list", "token revoke",
}  # fmt: skip


def test_the_commands_of_the_contract_are_there():
    assert {" ".join(words) for words in commands()} >= CONTRACT


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself(words):
    result = CliRunner().invoke(main, [*words, "--help"])
    described = result.stdout.split("\n\n")[1].strip()
    assert (result.exit_code, result.stdout.startswith("Usage: ")) == (0, True)
    assert described.endswith(".")


@pytest.mark.parametrize(
    "words",
    [
        ("unknown",),
        ("site", "unknown"),
        ("site", "add"),
        ("site", "add", "herald", "--name", "The Herald"),  # without an origin nobody could embed it
        ("site", "list", "--unknown"),
        ("account", "add", "a@b.example", "--name", "A", "--role", "owner"),
        ("serve", "--port", "0"),
        ("serve", "--workers", "none"),
        ("token", "add"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2(run, words):
    assert run(*words).exit_code == 2


def test_it_runs_as_a_program(data):
    program = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from commentsvc.cli import main; main()",
    ]
    said = subprocess.run([*program, "db", "current"], capture_output=True, text=True)
    failed = subprocess.run([*program, "db", "check"], capture_output=True, text=True)
    assert (said.returncode, said.stdout, failed.returncode) == (0, "empty\n", 1)


# Schema


def test_the_schema_comes_up_by_command(done, run):
    assert done("db", "current").strip() == "empty"
    behind = run("db", "check")
    assert (behind.exit_code, newest() in behind.stderr) == (1, True)
    done("db", "upgrade")
    assert done("db", "current").strip() == newest()
    assert run("db", "check").exit_code == 0


def test_a_newer_versions_schema_is_good_enough_and_stays(done, run, data):
    done("db", "upgrade")
    with closing(sqlite3.connect(data / "commentsvc.sqlite3")) as database, database:
        database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    check = run("db", "check")
    assert (check.exit_code, "newer" in check.stdout) == (0, True)
    assert "9999" in done("db", "upgrade")


def test_the_server_refuses_a_schema_that_is_behind_and_names_the_command(run):
    result = run("serve", "--port", "9")
    assert (result.exit_code, "commentsvc db upgrade" in result.stderr) == (1, True)


@pytest.mark.parametrize("words", [("site", "list"), ("account", "list"), ("db", "current")], ids=" ".join)
def test_a_database_that_is_away_is_one_plain_sentence(run, monkeypatch, words):
    monkeypatch.setenv("COMMENTSVC_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1")
    result = run(*words)
    assert (result.exit_code, result.stderr.startswith("Error: "), "Traceback" in result.output) == (1, True, False)


def test_a_new_data_directory_is_made_for_the_schema(tmp_path, data, run, monkeypatch):
    monkeypatch.setenv("COMMENTSVC_SECRET_KEY", "q8Zr4YtV0nW2xLpA7sJd9Gf3HbMc6Qe1TuXiOyRzE")
    monkeypatch.setenv("COMMENTSVC_DATA_DIR", str(tmp_path / "new" / "place"))
    assert run("db", "upgrade").exit_code == 0
    assert (tmp_path / "new" / "place" / "commentsvc.sqlite3").is_file()


# Sites


def test_a_site_is_added_and_its_snippet_printed(done, listed):
    done("db", "upgrade")
    said = done(
        "site",
        "add",
        "herald",
        "--name",
        "The Herald",
        "--origin",
        "https://www.herald.example",
        "--origin",
        "HTTPS://Herald.example:443",
    )
    assert '<comment-thread site="herald"' in said
    assert listed("site", "list") == [
        {"key": "herald", "name": "The Herald", "origins": ["https://herald.example", "https://www.herald.example"]}
    ]
    assert "herald" in done("site", "list")


@pytest.mark.parametrize(
    ("key", "origin"),
    [
        ("herald", "https://www.herald.example"),  # taken
        ("The Herald", "https://x.example"),
        ("", "https://x.example"),
        ("x" * 41, "https://x.example"),
        ("new", "herald.example"),
        ("new", "ftp://herald.example"),
        ("new", "*"),
    ],
)
def test_a_site_that_cannot_be_is_refused_in_one_sentence(run, installed, listed, key, origin):
    result = run("site", "add", key, "--name", "X", "--origin", origin)
    assert (result.exit_code, result.stderr.startswith("Error: "), len(listed("site", "list"))) == (1, True, 1)


def settings_of(listed) -> dict:
    return {each["name"]: each for each in listed("site", "show", "herald")}


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("flood_seconds", 15),
        ("hold_first_comments", 1),
        ("links_allowed", 2),
        ("edit_window_minutes", 15),
        ("text_max_length", 10_000),
        ("close_after_days", 0),
        ("check_deliverability", False),
        ("mode", "open"),
    ],
)
def test_every_setting_is_shown_with_value_default_and_meaning(installed, listed, name, default):
    shown = settings_of(listed)[name]
    assert (shown["value"], shown["default"], bool(shown["meaning"])) == (default, default, True)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("flood_seconds", "30", 30),
        ("check_deliverability", "on", True),
        ("mode", "hold_all", "hold_all"),
        ("links_denied", "one.example\ntwo.example", "one.example\ntwo.example"),
    ],
)
def test_a_setting_is_set(installed, done, listed, name, typed, value):
    done("site", "set", "herald", name, typed)
    assert settings_of(listed)[name]["value"] == value
    assert f"{name} = " in done("site", "show", "herald")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("nonsense", "1"),
        ("flood_seconds", "soon"),
        ("flood_seconds", "-1"),
        ("flood_seconds", "1.5"),
        ("flood_seconds", "9999999999"),
        ("check_deliverability", "maybe"),
        ("mode", "ajar"),
        ("text_max_length", "0"),
        ("close_after_days", "never"),
    ],
)
def test_a_setting_that_cannot_be_read_changes_nothing(installed, run, listed, name, typed):
    before = settings_of(listed)
    result = run("site", "set", "herald", name, "--", typed)
    assert (result.exit_code, result.stderr.startswith("Error: "), settings_of(listed)) == (1, True, before)


@pytest.mark.parametrize(
    "words", [("site", "show", "nowhere"), ("site", "set", "nowhere", "mode", "open")], ids=" ".join
)
def test_an_unknown_site_is_an_error(installed, run, words):
    assert run(*words).exit_code == 1


# Accounts and tokens


@pytest.fixture
def hanna(installed, done) -> str:
    done(
        "account",
        "add",
        "hanna@herald.example",
        "--name",
        "Hanna",
        "--role",
        "moderator",
        "--site",
        "herald",
        "--password-stdin",
        input=PASSWORD + "\n",
    )
    return "hanna@herald.example"


def test_an_account_is_added_and_listed_without_its_password(hanna, done, listed):
    (account,) = listed("account", "list")
    assert account == {
        "id": account["id"],
        "email": hanna,
        "name": "Hanna",
        "role": "moderator",
        "sites": ["herald"],
        "sections": None,
        "disabled": None,
        "joined": account["joined"],
        "second_step": False,
    }
    assert PASSWORD not in done("account", "list")


def test_the_password_given_is_the_one_that_signs_in(hanna):
    app = create_app()
    with app.app_context():
        assert sign_in(hanna, PASSWORD, keys=house().keys, now=now())[0].name == "Hanna"


def test_a_moderator_is_limited_to_sections_and_let_out_of_them_again(hanna, done, listed):
    limits = ("--section", "herald:Politics", "--section", "herald:Sport: Football")
    words = ("account", "add", "lena@herald.example", "--name", "Lena", "--role", "moderator", *limits)
    done(*words, "--password-stdin", input=PASSWORD + "\n")
    lena = listed("account", "list")[1]
    assert (lena["sites"], lena["sections"]) == (["herald"], {"herald": ["Politics", "Sport: Football"]})
    done("account", "limit", "lena@herald.example", "--site", "herald", "--section", "City")
    assert listed("account", "list")[1]["sections"] == {"herald": ["City"]}
    done("account", "limit", "lena@herald.example", "--site", "herald")
    assert listed("account", "list")[1]["sections"] is None


def test_only_who_moderates_a_site_is_limited_there(hanna, run, done):
    done("site", "add", "gazette", "--name", "Gazette", "--origin", "https://gazette.example")
    result = run("account", "limit", hanna, "--site", "gazette", "--section", "City")
    assert (result.exit_code, "Only a moderator of the site" in result.stderr) == (1, True)


def test_without_the_flag_the_password_is_asked_for_twice(installed, run, listed):
    words = ("account", "add", "ada@herald.example", "--name", "Ada", "--role", "admin")
    assert run(*words, input=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert listed("account", "list")[0]["role"] == "admin"


@pytest.mark.parametrize(
    ("words", "password"),
    [
        (("hanna@herald.example", "--role", "admin"), PASSWORD),  # taken
        (("HANNA@herald.example", "--role", "admin"), PASSWORD),
        (("no address", "--role", "admin"), PASSWORD),
        (("new@herald.example", "--role", "admin"), "short"),
        (("new@herald.example", "--role", "admin"), ""),
        (("new@herald.example", "--role", "moderator"), PASSWORD),  # of which site?
        (("new@herald.example", "--role", "moderator", "--site", "nowhere"), PASSWORD),
        (("new@herald.example", "--role", "moderator", "--section", "Politics"), PASSWORD),  # of which site?
        (("new@herald.example", "--role", "moderator", "--section", "nowhere:Politics"), PASSWORD),
        (("new@herald.example", "--role", "admin", "--section", "herald:Politics"), PASSWORD),  # works on everything
    ],
)
def test_an_account_that_cannot_be_is_refused(hanna, run, listed, words, password):
    result = run("account", "add", *words, "--name", "New", "--password-stdin", input=password + "\n")
    assert (result.exit_code, result.stderr.startswith("Error: "), len(listed("account", "list"))) == (1, True, 1)


def test_an_account_is_disabled(hanna, done, listed):
    done("account", "disable", hanna)
    assert listed("account", "list")[0]["disabled"].endswith("Z")


def test_a_token_is_printed_once_and_listed_without_it(hanna, done, listed):
    token = done("token", "add", "--account", hanna, "--name", "nightly script").strip()
    (row,) = listed("token", "list")
    assert row == {
        "id": row["id"],
        "account": "Hanna",
        "name": "nightly script",
        "scope": "admin",
        "created": row["created"],
        "last_used": None,
        "revoked": None,
    }
    assert len(token) >= 43
    assert token not in done("token", "list")


def test_a_token_works_until_it_is_revoked(hanna, done, listed):
    token = done("token", "add", "--account", hanna).strip()
    queue = "/api/v1/moderation/queue?site=herald"
    statuses = [create_app().test_client().get(queue, headers={"Authorization": f"Bearer {token}"}).status_code]
    done("token", "revoke", listed("token", "list")[0]["id"])
    statuses.append(create_app().test_client().get(queue, headers={"Authorization": f"Bearer {token}"}).status_code)
    assert (statuses, listed("token", "list")[0]["revoked"].endswith("Z")) == ([200, 401], True)


@pytest.mark.parametrize(
    "words",
    [
        ("account", "disable", "nobody@herald.example"),
        ("token", "add", "--account", "nobody@herald.example"),
        ("token", "revoke", "99"),
        ("token", "revoke", "x"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_an_error(hanna, run, words):
    result = run(*words)
    assert (result.exit_code, result.stderr.startswith("Error: ")) == (1, True)


# Setting up


FLAGS = (
    "--email",
    "ada@herald.example",
    "--name",
    "Ada",
    "--site",
    "herald",
    "--site-name",
    "The Herald",
    "--origin",
    "https://www.herald.example",
)


@pytest.fixture
def fresh(tmp_path, data, monkeypatch):
    """A data directory that does not exist yet."""
    place = tmp_path / "fresh"
    monkeypatch.setenv("COMMENTSVC_DATA_DIR", str(place))
    return place


def test_init_sets_everything_up_and_prints_the_snippet(fresh, done, listed):
    said = done("init", *FLAGS, "--password-stdin", input=PASSWORD + "\n")
    assert '<script type="module" src="https://comments.example/embed.js"></script>' in said
    assert '<comment-thread site="herald"' in said
    assert [site["key"] for site in listed("site", "list")] == ["herald"]
    assert [(account["email"], account["role"]) for account in listed("account", "list")] == [
        ("ada@herald.example", "admin")
    ]


def test_init_keeps_the_secret_to_its_owner(fresh, done):
    done("init", *FLAGS, "--password-stdin", input=PASSWORD + "\n")
    assert ((fresh / "secret_key").stat().st_mode & 0o777, fresh.stat().st_mode & 0o777) == (0o600, 0o700)


def test_init_asks_for_what_no_flag_says(fresh, run, listed):
    answers = ["ada@herald.example", "Ada", "herald", "The Herald", "https://www.herald.example", PASSWORD, PASSWORD]
    assert run("init", input="\n".join(answers) + "\n").exit_code == 0
    assert listed("site", "list")[0]["origins"] == ["https://www.herald.example"]


def test_init_with_a_public_address_prints_that(fresh, done, monkeypatch):
    monkeypatch.setenv("COMMENTSVC_BASE_URL", "https://talk.herald.example/")
    assert 'src="https://talk.herald.example/embed.js"' in done(
        "init", *FLAGS, "--password-stdin", input=PASSWORD + "\n"
    )


def test_init_twice_is_refused_and_changes_nothing(fresh, done, run, listed):
    done("init", *FLAGS, "--password-stdin", input=PASSWORD + "\n")
    secret = (fresh / "secret_key").read_text()
    result = run("init", *FLAGS, "--password-stdin", input=PASSWORD + "\n")
    assert (result.exit_code, result.stderr.startswith("Error: "), len(listed("account", "list"))) == (1, True, 1)
    assert (fresh / "secret_key").read_text() == secret


def test_init_with_a_weak_password_makes_neither_site_nor_account(fresh, run, listed):
    assert run("init", *FLAGS, "--password-stdin", input="short\n").exit_code == 1
    assert (listed("site", "list"), listed("account", "list")) == ([], [])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "not a url", "COMMENTSVC_DATABASE_URL cannot be read"),
        ("DATABASE_URL", "nosuch://host/name", "COMMENTSVC_DATABASE_URL cannot be read"),
        ("DATABASE_URL", "mysql+pymysql://host/name", "is not installed: pymysql"),
        ("REDIS_URL", "localhost:6379", "COMMENTSVC_REDIS_URL must look like"),
        ("BASE_URL", "comments.example", "COMMENTSVC_BASE_URL must be"),
        ("BASE_URL", "https://comments.example/?a=1", "COMMENTSVC_BASE_URL must be"),
    ],
)
def test_a_configuration_that_cannot_be_is_one_plain_sentence(run, monkeypatch, name, value, said):
    monkeypatch.setenv(f"COMMENTSVC_{name}", value)
    result = run("db", "current")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert said in result.stderr


def test_a_secrets_file_that_is_not_utf_8_is_one_plain_sentence(run, monkeypatch, tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe" * 40)
    monkeypatch.setenv("COMMENTSVC_SECRET_KEY_FILE", str(tmp_path / "key"))
    result = run("db", "current")
    assert (result.exit_code, result.stderr.startswith("Error: A secret's file cannot be read")) == (1, True)


def test_missing_tables_name_the_command_that_makes_them(run, data):
    result = run("site", "list")
    assert (result.exit_code, result.stderr) == (1, "Error: The tables are missing. Run: commentsvc db upgrade\n")


def test_another_secret_key_is_one_plain_sentence(hanna, run, monkeypatch):
    monkeypatch.setenv("COMMENTSVC_SECRET_KEY", "another-k3y-9f8e7d6c5b4a39281706f5e4d3c2b1")
    result = run("account", "list")
    assert (result.exit_code, "another COMMENTSVC_SECRET_KEY" in result.stderr) == (1, True)


def test_a_word_that_is_not_utf_8_is_one_plain_sentence(run, installed):
    result = run("site", "show", "h\udcff")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_a_relative_database_file_is_in_the_folder_the_service_is_started_in(done, monkeypatch, tmp_path):
    monkeypatch.setenv("COMMENTSVC_DATABASE_URL", "sqlite:///here.sqlite3")
    done("db", "upgrade")
    assert (tmp_path / "here.sqlite3").exists()


# Staff: inviting, roles, the last admin, second steps, scopes


@pytest.fixture
def ada(installed, done) -> str:
    words = ("account", "add", "ada@herald.example", "--name", "Ada", "--role", "admin", "--password-stdin")
    done(*words, input=PASSWORD + "\n")
    return "ada@herald.example"


def test_without_a_mail_server_an_invitation_is_a_link(ada, done, listed):
    words = ("--name", "Ida", "--role", "moderator", "--section", "herald:Sport")
    link = done("account", "invite", "ida@herald.example", *words).strip()
    assert link.startswith("https://comments.example/login/invite/2.")
    assert create_app().test_client().get(link.removeprefix("https://comments.example")).status_code == 200
    ida = listed("account", "list")[1]
    assert (ida["joined"], ida["sections"]) == (None, {"herald": ["Sport"]})


def test_a_link_for_a_new_password_is_printed(ada, done):
    link = done("account", "link", ada).strip()
    assert create_app().test_client().get(link.removeprefix("https://comments.example")).status_code == 200


@pytest.mark.parametrize("words", [("disable",), ("role", "moderator", "--site", "herald")], ids=" ".join)
def test_the_last_admin_stays_whatever_the_command_line_says(ada, run, done, listed, words):
    verb, *more = words
    assert run("account", verb, ada, *more).exit_code == 1
    assert (listed("account", "list")[0]["role"], listed("account", "list")[0]["disabled"]) == ("admin", None)


def test_roles_change_and_what_was_disabled_comes_back(ada, hanna, done, listed):
    done("account", "role", hanna, "admin")
    done("account", "disable", ada)
    done("account", "enable", ada)
    done("account", "role", ada, "moderator", "--section", "herald:City")
    found = {each["name"]: each for each in listed("account", "list")}
    assert (found["Hanna"]["role"], found["Hanna"]["sites"]) == ("admin", [])
    assert (found["Ada"]["role"], found["Ada"]["disabled"]) == ("moderator", None)
    assert found["Ada"]["sections"] == {"herald": ["City"]}


def test_second_steps_are_required_and_taken_away(ada, done, run):
    assert "everybody" in done("account", "require-second-step", "everybody")
    assert run("account", "require-second-step", "cats").exit_code == 2
    done("account", "second-step", ada, "--off")
    assert run("account", "second-step", ada).exit_code == 2


@pytest.mark.parametrize("scope", ["read", "moderate", "admin"])
def test_a_token_has_the_scope_that_was_asked_for(hanna, done, listed, scope):
    token = done("token", "add", "--account", hanna, "--scope", scope).strip()
    shown = {"Authorization": f"Bearer {token}"}
    assert create_app().test_client().get("/api/v1/moderation/queue?site=herald", headers=shown).status_code == 200
    (row,) = listed("token", "list")
    assert (row["scope"], row["last_used"].endswith("Z")) == (scope, True)


def test_a_password_that_is_easy_to_guess_makes_no_account(installed, run, listed):
    words = ("account", "add", "ada@herald.example", "--name", "Ada", "--role", "admin", "--password-stdin")
    assert run(*words, input="ada@herald.example\n").exit_code == 1
    assert listed("account", "list") == []
