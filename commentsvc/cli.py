"""The command line (CONTRACT section 1)."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError

from . import create_app, rotation
from .accounts import acts, changes, mail_links, second_step
from .accounts import service as accounts
from .accounts.models import Account, ApiToken, Role, Scope, SecondStep
from .accounts.passwords import ensure_good
from .authors import sign_on
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
from .schema import is_behind, is_current, newest, present, upgrade
from .sites import logins
from .sites import service as sites
from .sites.settings import described
from .widget.files import ENTRY, release
from .worker import run as run_worker

FAILED, WRONG_USAGE = 1, 2
ROWS = "Rows written in one transaction; whoever writes a comment meanwhile waits for them."

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

    for command in (database, site, account, token, worker, bounces, doctor, secret_keys):
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
        if is_behind():
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
            ensure_good(password, known=(name, email, site_key, site_name))
            added = accounts.add_account(
                email, name=name, role=Role.ADMIN, site_ids=(), password=password, keys=house().keys, now=now()
            )
            acts.note("added", actor=acts.COMMAND_LINE, about=added, now=now(), role=Role.ADMIN)
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
        _print(
            (
                {"about": each.about, "ok": each.is_well, "warning": each.is_warning, "said": each.said}
                for each in found
            ),
            True,
        )
    else:
        for each in found:
            mark = "WRONG" if not each.is_well else "look " if each.is_warning else "ok   "
            click.echo(f"{mark}  {each.about}: {each.said}")
    if not all(each.is_well for each in found):
        context.exit(FAILED)


@main.command()
@click.argument("target")
@inside
def move(target: str) -> None:
    """Move an installation from SQLite to PostgreSQL, every row with its own id, and compare what arrived.

    TARGET is postgresql://user@host/name, or - to read it from standard input. Its schema must be there (commentsvc db
    upgrade) and empty. Stop the service first. A move that was stopped or killed is simply run again and goes on.
    """
    from . import moving

    there = moving.target_at(sys.stdin.readline().strip() if target == "-" else target)
    with click.progressbar(length=moving.size(), label="Rows") as bar:
        arrived = moving.move(there, bar.update)
    for each in arrived:
        click.echo(f"{each.rows:>10,}  {each.table}")
    click.echo("Everything arrived as it was. Now set COMMENTSVC_DATABASE_URL, and start the service.")


@main.group("db")
def database() -> None:
    """The database schema."""


@database.command("upgrade")
@inside
def database_upgrade() -> None:
    """Bring the schema to what this version needs; a newer version's is left as it is."""
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
    """Exit 0 when the schema is what this version needs or a newer one, 1 when it is behind."""
    if is_behind():
        click.echo(f"The schema is at {present() or 'nothing'}, this version needs {newest()}.", err=True)
        sys.exit(FAILED)
    click.echo("The schema is current." if is_current() else f"The schema is a newer version's: at {present()}.")


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


@site.command("login-secret")
@click.argument("key")
@click.option("--forget", is_flag=True, help="Keep none any more; needs login to be off.")
@inside
def site_login_secret(key: str, forget: bool) -> None:
    """Keep the client secret of the provider a site's readers sign in at. It is asked for, or read from a pipe."""
    typed = "" if forget else _typed_secret()
    with unit_of_work():
        logins.set_secret(sites.site_named(key), typed, keys=house().keys)
    click.echo("It is gone." if forget else "It is kept.")


def _typed_secret() -> str:
    typed = click.prompt("Client secret", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not typed.strip():
        raise ValidationFailed({"client secret": ["There is none. Type it, or use --forget."]})
    return typed.strip()


@main.group("sign-on")
def sign_on_group() -> None:
    """The keys that a publisher's sign-on tokens are signed with."""


@sign_on_group.command("add")
@click.argument("site_key")
@click.argument("kid")
@click.option("--public-key", type=click.File("r"), help="A public key in PEM, for RS256 and ES256.")
@inside
def sign_on_add(site_key: str, kid: str, public_key: TextIO | None) -> None:
    """Keep a key under the name that tokens call it by. For HS256 a secret is made and printed this once."""
    pem = public_key.read() if public_key else None
    with unit_of_work():
        secret = sign_on.add_key(sites.site_named(site_key), kid, public_key=pem, keys=house().keys, now=now())
    click.echo(secret or f"{kid} is kept.")


@sign_on_group.command("list")
@click.argument("site_key")
@as_json
@inside
def sign_on_list(site_key: str, as_json: bool) -> None:
    """List the keys of a site, without the keys themselves."""
    _print(
        (
            {"kid": each.kid, "algorithm": each.algorithm, "since": rfc3339(each.created_at)}
            for each in sign_on.keys_of(sites.site_named(site_key))
        ),
        as_json,
    )


@sign_on_group.command("remove")
@click.argument("site_key")
@click.argument("kid")
@inside
def sign_on_remove(site_key: str, kid: str) -> None:
    """Take a key away: tokens signed with it are refused from now on."""
    with unit_of_work():
        sign_on.remove_key(sites.site_named(site_key), kid)
    click.echo(f"{kid} is gone.")


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
    wanted = _sites_and_sections(role, site_keys, limits)
    password = _password(password_stdin)
    ensure_good(password, known=(name, email, *site_keys))
    with unit_of_work():
        added = accounts.add_account(
            email, name=name, role=Role(role), site_ids=wanted, password=password, keys=house().keys, now=now()
        )
        for site_id, names in wanted.items():
            if names:
                accounts.limit_account(added, site_id, names)
        acts.note("added", actor=acts.COMMAND_LINE, about=added, now=now(), role=role)
    click.echo("Added.")


def _sites_and_sections(role: str, site_keys: Iterable[str], limits: Iterable[str]) -> dict[int, list[str]]:
    """The sites of an account, by id, with its sections there. Raises ValidationFailed, UnknownSite."""
    sections = _by_site(limits)
    keys = dict.fromkeys((*site_keys, *sections))
    if role == Role.MODERATOR and not keys:
        raise ValidationFailed({"site": ["Say which sites the moderator works on: --site KEY."]})
    return {sites.site_named(key).id: sections.get(key, []) for key in keys}


@account.command("invite")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--site", "site_keys", multiple=True, help="A site a moderator works on; may be repeated.")
@click.option("--section", "limits", multiple=True, metavar="SITE:SECTION", help=OF_SECTIONS)
@inside
def account_invite(email: str, name: str, role: str, site_keys: tuple[str, ...], limits: tuple[str, ...]) -> None:
    """Invite somebody by mail, who chooses their own password; without a mail server, print the link."""
    wanted = _sites_and_sections(role, site_keys, limits)
    with unit_of_work():
        made = changes.invite(
            email,
            name=name,
            role=Role(role),
            sites=wanted,
            actor=acts.COMMAND_LINE,
            keys=house().keys,
            now=now(),
        )
    click.echo("The invitation is on its way." if house().sends_mail else _link("invite", made))


def _link(action: str, account: Account) -> str:
    base = house().base_url or "https://comments.example"
    return f"{base}/login/{action}/{mail_links.make(action, account, keys=house().keys, now=now())}"


@account.command("link")
@click.argument("email")
@inside
def account_link(email: str) -> None:
    """Print a link by which somebody chooses a new password: once, within an hour."""
    found = _account(email)
    with unit_of_work():
        acts.note("link made", actor=acts.COMMAND_LINE, about=found, now=now())
    click.echo(_link("reset", found))


@account.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([str(role) for role in Role]))
@click.option("--site", "site_keys", multiple=True, help="A site a moderator works on; may be repeated.")
@click.option("--section", "limits", multiple=True, metavar="SITE:SECTION", help=OF_SECTIONS)
@inside
def account_role(email: str, role: str, site_keys: tuple[str, ...], limits: tuple[str, ...]) -> None:
    """Give somebody another role or other sites, in the place of those they have."""
    wanted = _sites_and_sections(role, site_keys, limits)
    with unit_of_work():
        changes.change(_account(email), role=Role(role), sites=wanted, actor=acts.COMMAND_LINE, now=now())
    click.echo("Changed.")


@account.command("second-step")
@click.argument("email")
@click.option("--off", is_flag=True, required=True, help="Take it away, when the phone and the codes are gone.")
@inside
def account_second_step(email: str, off: bool) -> None:
    """Let somebody sign in without their second step; where one is required they set up a new one."""
    with unit_of_work():
        second_step.turn_off(_account(email), actor=acts.COMMAND_LINE, now=now())
    click.echo("The second step is off.")


@account.command("require-second-step")
@click.argument("whom", type=click.Choice([str(whom) for whom in SecondStep]))
@inside
def account_require(whom: str) -> None:
    """Say who has to have a second step at sign-in; who has none sets it up the next time."""
    with unit_of_work():
        second_step.require(SecondStep(whom), actor=acts.COMMAND_LINE, now=now())
    click.echo(f"A second step is required of: {whom}.")


def _by_site(limits: Iterable[str]) -> dict[str, list[str]]:
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
        "joined": rfc3339(account.joined_at),
        "second_step": account.totp_secret is not None,
    }


@account.command("disable")
@click.argument("email")
@inside
def account_disable(email: str) -> None:
    """Let somebody sign in no more; sessions and tokens end at once."""
    with unit_of_work():
        accounts.disable_account(_account(email), actor=acts.COMMAND_LINE, now=now())
    click.echo("Disabled.")


@account.command("enable")
@click.argument("email")
@inside
def account_enable(email: str) -> None:
    """Let somebody who was disabled sign in again."""
    with unit_of_work():
        changes.enable(_account(email), actor=acts.COMMAND_LINE, now=now())
    click.echo("Enabled.")


def _account(email: str) -> Account:
    found = accounts.find_account(email, house().keys)
    if found is None:
        raise NotFound("There is no account with this address.")
    return found


@main.group("keys")
def secret_keys() -> None:
    """The keys that addresses and other secrets are stored under."""


@secret_keys.command("rotate")
@click.option("--dry-run", is_flag=True, help="Say what would be written anew, and write nothing.")
@click.option("--at-once", default=rotation.AT_ONCE, show_default=True, type=click.IntRange(1, 10_000), help=ROWS)
@inside
def keys_rotate(dry_run: bool, at_once: int) -> None:
    """Write every stored secret anew under the first key of COMMENTSVC_SECRET_KEY.

    Put the new key before the old one, with a space between, and restart the service; then run this. Stopped in the
    middle it is simply run again. When it says so, the old key may go.
    """
    keys, report = house().keys, rotation.Report()
    with click.progressbar(length=rotation.size(), label="Rows") as bar:
        for rows, so_far in rotation.rotate(keys, at_once=at_once, dry_run=dry_run):
            report = so_far
            bar.update(rows)
    for line in _rotated(report, dry_run=dry_run, keys=len(keys)):
        click.echo(line)
    if report.unreadable.total():
        sys.exit(FAILED)


def _rotated(report: rotation.Report, *, dry_run: bool, keys: int) -> Iterable[str]:
    """The closing report, and what is to be done next."""
    for name in report.columns:
        lost = f", {report.unreadable[name]:,} under a key that is not configured" if report.unreadable[name] else ""
        anew = "to be written anew" if dry_run else "written anew"
        yield f"{name}: {report.renewed[name]:,} {anew}, {report.fresh[name]:,} up to date{lost}"
    if report.unreadable.total():
        yield "Add the key they were written with behind the others, and run this again."
    elif dry_run and report.renewed.total():
        yield "Run it without --dry-run."
    elif keys > 1:
        yield from _before_the_old_key_goes()
    else:
        yield "There is one key, and everything is under it."


def _before_the_old_key_goes() -> Iterable[str]:
    yield "Everything that can be written anew is under the first key."
    yield "When the old key goes, what readers hold from before ends: links in mail sent, receipts of comments."
    yield "Likes, reports and bans of networks are by hashes that end within 30 days anyway."
    if count := rotation.bans_without_author():
        yield f"{count:,} bans are of addresses nobody here wrote with: they end with the key they were made under."


@main.group()
def token() -> None:
    """API tokens for scripts."""


@token.command("add")
@click.option("--account", "email", required=True)
@click.option("--name", default="")
@click.option(
    "--scope",
    type=click.Choice([str(scope) for scope in Scope]),
    default=str(Scope.ADMIN),
    show_default=True,
    help="read: it changes nothing; moderate: it decides as well; admin: all its account may.",
)
@inside
def token_add(email: str, name: str, scope: str) -> None:
    """Print one API token, once: only its hash is kept."""
    with unit_of_work():
        made = accounts.add_token(_account(email), name=name, scope=Scope(scope), actor=acts.COMMAND_LINE, now=now())
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
                "scope": each.scope,
                "created": rfc3339(each.created_at),
                "last_used": rfc3339(each.last_used_at),
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
        accounts.revoke_token(found, actor=acts.COMMAND_LINE, now=now())
    click.echo("Revoked.")
