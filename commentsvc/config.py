"""Configuration: the environment (CONTRACT section 2), a `.env` file, and the data directory."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from .core.http_out import check_opening

PREFIX = "COMMENTSVC_"
SECRETS = (
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "MAIL_URL",
    "OIDC_URL",
    "STORAGE_URL",
    "METRICS_TOKEN",
    "SENTRY_DSN",
    "PURGE_URL",
)
NAMES = (*SECRETS, "BASE_URL", "DATA_DIR", "TRUSTED_PROXIES", "OUTGOING_ALLOWED", "LOG_REQUESTS")
SHORTEST_SECRET = 32  # characters; 128 bits even when written as hex digits
SHORTEST_TOKEN = 20  # characters: nobody guesses it over the network
DATA_DIR = "commentsvc-data"  # below the folder the service is started in
WELL_KNOWN = (
    "secret",
    "changeme",
    "change-me",
    "change_me",
    "password",
    "default",
    "example",
    "insecure",
    "development",
)


class Misconfigured(Exception):
    """The installation cannot start like this. `str(error)` says what to change."""


@dataclass(frozen=True)
class Settings:
    """One installation, as configured."""

    data_dir: Path
    secret_keys: tuple[str, ...]
    database_url: str
    redis_url: str | None = None
    mail_url: str | None = None
    oidc_url: str | None = None
    storage_url: str | None = None
    base_url: str | None = None
    trusted_proxies: int = 0
    outgoing_allowed: tuple[str, ...] = ()
    metrics_token: str | None = None
    sentry_dsn: str | None = None
    purge_url: str | None = None
    log_requests: bool = True
    demo: bool = False


def read_settings(
    environment: Mapping[str, str] | None = None,
    *,
    data_dir: Path | None = None,
    host_secret: str | None = None,
    dotenv: bool = True,
) -> Settings:
    """The settings an environment gives; the process's own when none is handed in.

    Without `dotenv` the `.env` file of the working directory is left alone: it belongs to another installation.
    `host_secret` is the key of an application the service lives in; its quality is that application's affair.
    Raises Misconfigured for unknown names, for a missing, short or well-known secret, for unreadable numbers.
    """
    environment = os.environ if environment is None else environment
    given = _known(_with_dotenv(environment) if dotenv else environment)
    place = (data_dir or Path(given.get("DATA_DIR") or DATA_DIR)).expanduser().resolve()
    return Settings(
        data_dir=place,
        secret_keys=_secrets(given.get("SECRET_KEY") or stored_secret(place), host_secret),
        database_url=_database_url(given.get("DATABASE_URL"), place),
        redis_url=_redis_url(given.get("REDIS_URL")),
        mail_url=given.get("MAIL_URL"),
        oidc_url=given.get("OIDC_URL"),
        storage_url=given.get("STORAGE_URL"),
        base_url=_base_url(given.get("BASE_URL")),
        trusted_proxies=_whole_number(given.get("TRUSTED_PROXIES", "0")),
        outgoing_allowed=_openings(given.get("OUTGOING_ALLOWED", "")),
        metrics_token=_metrics_token(given.get("METRICS_TOKEN")),
        sentry_dsn=given.get("SENTRY_DSN"),
        purge_url=given.get("PURGE_URL"),
        log_requests=_is_on("LOG_REQUESTS", given.get("LOG_REQUESTS", "on")),
    )


def data_directory() -> Path:
    """Where this installation keeps what is its own."""
    return Path(_known(_with_dotenv(os.environ)).get("DATA_DIR") or DATA_DIR).expanduser().resolve()


def _with_dotenv(environment: Mapping[str, str]) -> dict[str, str]:
    from_file = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**from_file, **environment}


def _known(environment: Mapping[str, str]) -> dict[str, str]:
    given = {name.removeprefix(PREFIX): value for name, value in environment.items() if name.startswith(PREFIX)}
    files = {name: given.pop(f"{name}_FILE") for name in SECRETS if f"{name}_FILE" in given}
    unknown = sorted(set(given) - set(NAMES))
    if unknown:
        raise Misconfigured(f"Unknown setting: {', '.join(PREFIX + name for name in unknown)}.")
    return {name: value for name, value in {**given, **_contents(files)}.items() if value}


def _contents(files: Mapping[str, str]) -> dict[str, str]:
    try:
        return {name: Path(path).read_text(encoding="utf-8").strip() for name, path in files.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"A secret's file cannot be read: {error}.") from error


def _secrets(own: str | None, host_secret: str | None) -> tuple[str, ...]:
    return (host_secret,) if host_secret and not own else _secret_keys(own)


def _secret_keys(given: str | None) -> tuple[str, ...]:
    keys = tuple((given or "").split())
    if not keys:
        raise Misconfigured(
            f"{PREFIX}SECRET_KEY is missing. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    for key in keys:
        if len(key) < SHORTEST_SECRET or len(set(key)) < 10:
            raise Misconfigured(
                f"{PREFIX}SECRET_KEY is too short or too simple: use at least {SHORTEST_SECRET} random characters."
            )
        if any(word in key.lower() for word in WELL_KNOWN):
            raise Misconfigured(f"{PREFIX}SECRET_KEY is a well-known value. Use a random one.")
    return keys


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Misconfigured(f"{PREFIX}TRUSTED_PROXIES must be a whole number, the number of proxies in front.")
    return int(text)


def _is_on(name: str, text: str) -> bool:
    if text not in ("on", "off"):
        raise Misconfigured(f"{PREFIX}{name} must be on or off.")
    return text == "on"


def _metrics_token(given: str | None) -> str | None:
    if given and len(given) < SHORTEST_TOKEN:
        raise Misconfigured(f"{PREFIX}METRICS_TOKEN is too short: use at least {SHORTEST_TOKEN} random characters.")
    return given


def _openings(text: str) -> tuple[str, ...]:
    entries = tuple(filter(None, (each.strip() for each in text.split(","))))
    for entry in entries:
        try:
            check_opening(entry)
        except ValueError as error:
            raise Misconfigured(
                f"{PREFIX}OUTGOING_ALLOWED: {error} Write host names, addresses or networks, with commas between."
            ) from error
    return entries


def _redis_url(given: str | None) -> str | None:
    if given and not given.startswith(("redis://", "rediss://", "unix://")):
        raise Misconfigured(f"{PREFIX}REDIS_URL must look like redis://host:6379/0.")
    return given


def _base_url(given: str | None) -> str | None:
    if given and not re.fullmatch(r"https?://[^\s/?#@\\]+(/[^\s?#\\]*)?", given):
        raise Misconfigured(f"{PREFIX}BASE_URL must be a public address like https://comments.example.")
    return (given or "").rstrip("/") or None


def _database_url(given: str | None, data_dir: Path) -> str:
    if not given:
        return f"sqlite:///{data_dir / 'commentsvc.sqlite3'}"
    for plain in ("postgres://", "postgresql://"):
        if given.startswith(plain):
            return "postgresql+psycopg://" + given.removeprefix(plain)
    return given


def _secret_file(data_dir: Path) -> Path:
    return data_dir / "secret_key"


def stored_secret(data_dir: Path) -> str | None:
    """The secret `commentsvc init` or the demo left in the data directory, if any."""
    file = _secret_file(data_dir)
    return file.read_text().strip() if file.is_file() else None


def ensure_secret(data_dir: Path) -> None:
    """Make the data directory, readable by its owner only, and a random secret in it, unless they are there."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if stored_secret(data_dir) is None:
        file = os.open(_secret_file(data_dir), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w") as opened:
            opened.write(secrets.token_urlsafe(48) + "\n")
