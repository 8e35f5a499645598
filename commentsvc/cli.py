"""The command line (CONTRACT section 1)."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError

from . import create_app
from .accounts import service as accounts
from .accounts.models import Account, ApiToken, Role
from .config import Misconfigured, data_directory, ensure_secret
from .core.clock import now, rfc3339
from .core.crypto import Keyring, Undecipherable
from .core.database import db
from .core.errors import DomainError, NotFound, ValidationFailed
from .core.ids import read_id
from .core.text import Unreadable
from .core.unit_of_work import unit_of_work
from .core.web import house
from .notifications import bounces as returned
from .schema import is_current, newest, present, upgrade
from .sites import service as sites
from .sites.settings import described
from .widget.files import ENTRY, release
from .worker import run as run_worker

FAILED, WRONG_USAGE = 1, 2

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Commands(click.Group):
    """Commands whose failures are one plain sentence and exit 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (DomainError, Misconfigured, Unreadable, Undecipherable) as error:
            said = str(error)
        except ArgumentError:
            said = "COMMENTSVC_DATABASE_URL cannot be read. Write it like postgresql://user@host/name."
        except ModuleNotFoundError as error:
            said = f"A part this configuration needs is not installed: {error.name}."
        except UnicodeEncodeError:
            said = "One of the words given is not UTF-8."
        except (OperationalError, ProgrammingError) as error:
            said = _of_the_database(error)
        click.echo(f"Error: {said}", err=True)
        context.exit(FAILED)
        return None


def _of_the_database(error: DBAPIError) -> str:
    """Raises the error again where it is neither a missing table nor a database that is away."""
    first = str(error.orig).splitlines()[0]
    if "no such table" in first or getattr(error.orig, "sqlstate", None) == "42P01":
        return "The tables are missing. Run: commentsvc db upgrade"
    if isinstance(error, ProgrammingError):
        raise error
    return f"The database does not answer: {first}"


def group_for(app_of: Callable[[], Flask]) -> click.Group:
    """The commands that work on a running installation, for an application the service lives in."""

    @click.group(cls=Commands, help="The comment service.")
    @click.pass_context
    def comments(context: click.Context) -> None:
        context.obj = app_of

    for command in (database, site, account, token, worker, bounces, doctor):
        comments.add_command(command)
    return comments


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="commentsvc")
@click.pass_context
def main(context: click.Context) -> None:
    """A drop-in, self-hosted comment service for news sites."""
    context.obj = create_app


def inside(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application's context."""

    @click.pass_context
    def run(context: click.Context, /, **options: Any) -> Any:
        with context.obj().app_context():
            return command(**options)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return run


def _print(rows: Iterable[dict[str, Any]], as_json: bool) -> None:
    listed = list(rows)
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for row in listed:
        click.echo("  ".join(str(value) for value in row.values() if value not in (None, "")))


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--data", default="commentsvc-demo", show_default=True, type=click.Path(path_type=Path), help="Its folder."
)
def demo(port: int, host: str, data: Path) -> None:
    """Run a small newspaper with comments in every state, on an embedded database, until Ctrl-C."""
    from .demo.run import run  # its content is read by nobody else

    run(host=host, port=port, data=data)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Run the production server. It refuses a schema that is behind."""
    from .server import ensure_free
    from .server import serve as run_server

    ensure_free(host, port)
    app = create_app()
    _refuse_an_old_schema(app)
    embedded = is_embedded(app)
    click.echo("Mail and webhooks go out from here." if embedded else "Mail and webhooks need: commentsvc worker")
    run_server(host=host, port=port, workers=workers, with_worker=embedded)


def _refuse_an_old_schema(app: Flask) -> None:
    with app.app_context():
        if not is_current():
            click.echo("The database schema is behind. Run: commentsvc db upgrade", err=True)
            sys.exit(FAILED)


def is_embedded(app: Flask) -> bool:
    """One machine, nothing to install: SQLite, and no Redis. Then `serve` runs the worker too."""
    settings = app.config["COMMENTSVC"]
    return settings.database_url.startswith("sqlite") and not settings.redis_url


@main.command()
@click.argument("file", required=False, type=click.File("rb"))
@click.option("--address", is_flag=True, help="Print where a mail service may send its reports instead.")
@click.option("--lift", metavar="ADDRESS", help="Let an address that was stopped get mail again.")
@inside
def bounces(file: BinaryIO | None, address: bool, lift: str | None) -> None:
    """Read mail that came back, from a message or an mbox (- is standard input); its addresses get no more mail."""
    if address:
        click.echo(f"{house().base_url or 'https://comments.example'}/mail/bounces/{returned.secret(house().keys)}")
        return
    if lift:
        with unit_of_work():
            lifted = returned.lift(lift, keys=house().keys)
        click.echo("It gets mail again." if lifted else "It was not stopped.")
        return
    if file is None:
        raise click.UsageError("Name a file, or - for standard input.")
    read, stopped = 0, 0
    for raw in returned.messages_in(file):
        read += 1
        with unit_of_work():
            stopped += any(returned.stop(uid, why, now=now()) for uid, why in returned.reports_in(raw))
    click.echo(f"{read} read, {stopped} of them about a letter of ours.")


@main.command()
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
@click.pass_context
def worker(context: click.Context, threads: int) -> None:
    """Run what is due outside a request: mail, webhooks, digests, cleaning up. `serve` does so itself on SQLite."""
    app = context.obj()
    _refuse_an_old_schema(app)
    run_worker(app, threads=threads)


@main.command()
@click.option("--email", prompt="Email of the first admin")
@click.option("--name", prompt="Their name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--site", "site_key", prompt="Key of the first site (such as: news)")
@click.option("--site-name", prompt="Name of the site")
@click.option("--origin", "origins", multiple=True, help="An origin whose pages embed comments; may be repeated.")
def init(email: str, name: str, password_stdin: bool, site_key: str, site_name: str, origins: tuple[str, ...]) -> None:
    """Set an installation up: secret key, database, first admin, first site; prints the snippet to paste."""
    origins = origins or (click.prompt("Origin of the site (such as: https://news.example)"),)
    password = _password(password_stdin)
    ensure_secret(data_directory())
    app = create_app()
    with app.app_context():
        upgrade()
        with unit_of_work():
            sites.add_site(site_key, name=site_name, origins=origins)
            accounts.add_account(
                email, name=name, role=Role.ADMIN, site_ids=(), password=password, keys=house().keys, now=now()
            )
        click.echo(snippet(house().base_url or "https://comments.example", site_key))


def snippet(base_url: str, site_key: str) -> str:
    """What a publisher pastes into the article template, and the first line of it for pages that pin their scripts."""
    files = release()
    entry = files.files[ENTRY]
    return (
        "\nPaste this into the article template:\n\n"
        f'  <script type="module" src="{base_url}/embed.js"></script>\n'
        f'  <comment-thread site="{site_key}" story="THE ARTICLE\'S OWN ID"></comment-thread>\n'
        "\nOr pin the script to this release; after an upgrade this line has to be replaced:\n\n"
        f'  <script type="module" src="{base_url}/{files.pinned}"\n'
        f'    integrity="{entry.integrity}" crossorigin="anonymous"></script>\n'
    )


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@main.command()
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at configuration, database, schema, logs, Redis, mail, clock and origins; exit 1 if something is wrong."""
    from .doctor import Finding, examine_all

    try:
        found = list(examine_all(context.obj()))
    except (Misconfigured, ArgumentError, ModuleNotFoundError) as error:
        found = [Finding("configuration", False, str(error).splitlines()[0])]
    if as_json:
        _print(({"about": each.about, "ok": each.is_well, "said": each.said} for each in found), True)
    else:
        for each in found:
            click.echo(f"{'ok   ' if each.is_well else 'WRONG'}  {each.about}: {each.said}")
    if not all(each.is_well for each in found):
        context.exit(FAILED)


@main.group("db")
def database() -> None:
    """The database schema."""


@database.command("upgrade")
@inside
def database_upgrade() -> None:
    """Bring the schema to what this version needs."""
    upgrade()
    click.echo(f"The schema is at {present()}.")


@database.command("current")
@inside
def database_current() -> None:
    """Print the revision the schema is at."""
    click.echo(present() or "empty")


@database.command("check")
@inside
def database_check() -> None:
    """Exit 0 when the schema is what this version needs, 1 otherwise."""
    if not is_current():
        click.echo(f"The schema is at {present() or 'nothing'}, this version needs {newest()}.", err=True)
        sys.exit(FAILED)
    click.echo("The schema is current.")


@main.group()
def site() -> None:
    """Sites and their settings."""


@site.command("add")
@click.argument("key")
@click.option("--name", required=True)
@click.option("--origin", "origins", multiple=True, required=True, help="https://news.example; may be repeated.")
@inside
def site_add(key: str, name: str, origins: tuple[str, ...]) -> None:
    """Add a site."""
    with unit_of_work():
        sites.add_site(key, name=name, origins=origins)
    click.echo(snippet(house().base_url or "https://comments.example", key))


@site.command("list")
@as_json
@inside
def site_list(as_json: bool) -> None:
    """List the sites."""
    _print(
        (
            {"key": each.key, "name": each.name, "origins": [origin.origin for origin in each.origins]}
            for each in sites.all_sites()
        ),
        as_json,
    )


@site.command("set")
@click.argument("key")
@click.argument("setting")
@click.argument("value")
@inside
def site_set(key: str, setting: str, value: str) -> None:
    """Give a setting of a site another value."""
    with unit_of_work():
        sites.change_setting(sites.site_named(key), setting, value)
    click.echo(f"{setting} is set.")


@site.command("show")
@click.argument("key")
@as_json
@inside
def site_show(key: str, as_json: bool) -> None:
    """Show every setting of a site: value, default, meaning."""
    settings = described(sites.site_named(key).settings)
    if as_json:
        click.echo(json.dumps(settings, ensure_ascii=False, indent=2))
        return
    for each in settings:
        click.echo(f"{each['name']} = {_said(each['value'])}  (default {_said(each['default'])}): {each['meaning']}")


def _said(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value) if value != "" else "(empty)"


@main.group()
def account() -> None:
    """Staff who sign in."""


OF_SECTIONS = "Only this section of the site is theirs (and every other one named); may be repeated."


@account.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--site", "site_keys", multiple=True, help="A site a moderator works on; may be repeated.")
@click.option("--section", "limits", multiple=True, metavar="SITE:SECTION", help=OF_SECTIONS)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@inside
def account_add(
    email: str, name: str, role: str, site_keys: tuple[str, ...], limits: tuple[str, ...], password_stdin: bool
) -> None:
    """Add somebody who signs in."""
    sections = _by_site(limits)
    site_ids = [sites.site_named(key).id for key in dict.fromkeys((*site_keys, *sections))]
    if role == Role.MODERATOR and not site_ids:
        raise ValidationFailed({"site": ["Say which sites the moderator works on: --site KEY."]})
    password = _password(password_stdin)
    with unit_of_work():
        added = accounts.add_account(
            email, name=name, role=Role(role), site_ids=site_ids, password=password, keys=house().keys, now=now()
        )
        for key, names in sections.items():
            accounts.limit_account(added, sites.site_named(key).id, names)
    click.echo("Added.")


def _by_site(limits: tuple[str, ...]) -> dict[str, list[str]]:
    """Sections by the key of their site. Raises ValidationFailed for one that names no site."""
    found: dict[str, list[str]] = {}
    for limit in limits:
        key, colon, section = limit.partition(":")
        if not colon or not section:
            raise ValidationFailed({"section": [f"{limit!r} cannot be read. Write it like herald:Politics."]})
        found.setdefault(key, []).append(section)
    return found


@account.command("limit")
@click.argument("email")
@click.option("--site", "site_key", required=True, help="Where the limit holds.")
@click.option("--section", "sections", multiple=True, help="A section that stays theirs; may be repeated.")
@inside
def account_limit(email: str, site_key: str, sections: tuple[str, ...]) -> None:
    """Limit a moderator to sections of a site; without --section, to nothing any more."""
    with unit_of_work():
        accounts.limit_account(_account(email), sites.site_named(site_key).id, sections)
    click.echo("Limited." if sections else "Not limited any more.")


@account.command("list")
@as_json
@inside
def account_list(as_json: bool) -> None:
    """List who can sign in."""
    keys = {each.id: each.key for each in sites.all_sites()}
    found = db.session.scalars(select(Account).order_by(Account.id))
    _print((_account_row(each, house().keys, keys) for each in found), as_json)


def _account_row(account: Account, keyring: Keyring, site_keys: dict[int, str]) -> dict[str, Any]:
    return {
        "id": str(account.id),
        "email": keyring.decrypt(account.email_encrypted),
        "name": account.name,
        "role": account.role,
        "sites": [site_keys[id] for id in sorted(account.site_ids)],
        "sections": {site_keys[id]: sorted(names) for id, names in account.sections.items()} or None,
        "disabled": rfc3339(account.disabled_at),
    }


@account.command("disable")
@click.argument("email")
@inside
def account_disable(email: str) -> None:
    """Let somebody sign in no more; sessions and tokens end at once."""
    with unit_of_work():
        accounts.disable_account(_account(email), now=now())
    click.echo("Disabled.")


def _account(email: str) -> Account:
    found = accounts.find_account(email, house().keys)
    if found is None:
        raise NotFound("There is no account with this address.")
    return found


@main.group()
def token() -> None:
    """API tokens for scripts."""


@token.command("add")
@click.option("--account", "email", required=True)
@click.option("--name", default="")
@inside
def token_add(email: str, name: str) -> None:
    """Print one API token, once: only its hash is kept."""
    with unit_of_work():
        made = accounts.add_token(_account(email), name=name, now=now())
    click.echo(made)


@token.command("list")
@as_json
@inside
def token_list(as_json: bool) -> None:
    """List the tokens, without what they are."""
    found = db.session.scalars(select(ApiToken).order_by(ApiToken.id))
    _print(
        (
            {
                "id": str(each.id),
                "account": each.account.name,
                "name": each.name,
                "created": rfc3339(each.created_at),
                "revoked": rfc3339(each.revoked_at),
            }
            for each in found
        ),
        as_json,
    )


@token.command("revoke")
@click.argument("token_id")
@inside
def token_revoke(token_id: str) -> None:
    """End a token, by its number in the list."""
    with unit_of_work():
        found = db.session.get(ApiToken, read_id(token_id))
        if found is None:
            raise NotFound("There is no token of this number.")
        found.revoked_at = found.revoked_at or now()
    click.echo("Revoked.")
