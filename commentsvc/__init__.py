"""commentsvc: a drop-in, self-hosted comment service for news sites.

`create_app()` is the stand-alone service; `CommentService(app)` puts it inside another Flask application.
This file wires the rooms together and does nothing else.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from . import errors, pages
from .accounts import guards
from .accounts.cookies import StaffSessions
from .accounts.routes import bp as sign_in_pages
from .authors.routes import bp as author_api
from .checks.corrections import AkismetCorrections
from .comments import asking, challenges
from .comments.pages import bp as reader_pages
from .comments.public import bp as public_api
from .comments.routes import bp as comments_api
from .config import Misconfigured, Settings, read_settings
from .core import events
from .core.clock import now
from .core.crypto import Keyring
from .core.database import db, prepare_engine
from .core.resources import folder
from .core.web import BODY_LIMIT, House, install
from .embedding import CommentService
from .extensions import csrf, limiter, login_manager, migrate
from .figures.pages import bp as figures_pages
from .figures.pages import trial_pages
from .figures.routes import bp as figures_api
from .figures.routes import trial_bp as trial_api
from .moderation import leases, networks, rulebook
from .moderation.bulk_pages import bp as bulk_pages
from .moderation.bulk_routes import bp as matching_api
from .moderation.card_pages import bp as card_pages
from .moderation.desk import admin_pages, desk_pages
from .moderation.flags import bp as flags_api
from .moderation.live_pages import bp as live_pages
from .moderation.log_pages import bp as log_pages
from .moderation.log_pages import tally_api
from .moderation.pages import bp as check_pages
from .moderation.routes import bp as moderation_api
from .moderation.rulebook_api import bp as rulebook_api
from .moderation.section_pages import bp as section_pages
from .moderation.thread_pages import api as moving_api
from .moderation.thread_pages import bp as thread_pages
from .notifications import choices, digest, digests, newsroom, readers, thresholds
from .notifications.chat import ChatChannel
from .notifications.desk import decide_pages
from .notifications.desk import desk_pages as notice_pages
from .notifications.followers import Followers
from .notifications.mail import MailChannel, MailServer
from .notifications.pages import bp as mail_pages
from .outbox import channels
from .outbox import service as outbox
from .outbox.engine import Engine
from .stories.routes import bp as story_api
from .stories.section_routes import bp as section_api
from .webhooks.channel import WebhookChannel
from .webhooks.desk import bp as outgoing_pages
from .webhooks.pages import bp as endpoint_pages
from .webhooks.payload import describe
from .webhooks.routes import bp as webhooks_api
from .widget.routes import bp as widget_files

__all__ = ["CommentService", "create_app"]

# Seconds: a Redis that hangs must not make people wait; the limits of one process take over.
REDIS_PATIENCE = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}

READERS_APIS = (comments_api, public_api, flags_api, tally_api)
NEWSROOM_APIS = (
    moderation_api,
    matching_api,
    figures_api,
    trial_api,
    rulebook_api,
    author_api,
    story_api,
    section_api,
    moving_api,
    webhooks_api,
)
RULEBOOK_PAGES = (rulebook.desk_bp, rulebook.words_bp, rulebook.rules_bp, rulebook.bans_bp)
NEWSROOM_PAGES = (
    admin_pages,
    bulk_pages,
    card_pages,
    live_pages,
    log_pages,
    figures_pages,
    trial_pages,
    *RULEBOOK_PAGES,
    check_pages,
    outgoing_pages,
    endpoint_pages,
    notice_pages,
    section_pages,
    thread_pages,
)
LETTERS_PAGES = (mail_pages, decide_pages)
PAGES = (pages.bp, reader_pages, *LETTERS_PAGES, sign_in_pages, desk_pages, *NEWSROOM_PAGES, widget_files)


def create_app(settings: Settings | None = None, *, engine_options: dict[str, Any] | None = None) -> Flask:
    """The service as a WSGI application; without `settings` the environment decides.

    Raises Misconfigured when the installation cannot start like this.
    """
    settings = settings or read_settings()
    app = Flask(__name__, template_folder=str(folder("templates")))
    app.config.update(_configuration(settings, engine_options or {}))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False  # its redirects would go to whatever host a caller names
    mail_server = _mail_server(settings)
    keyring = Keyring(settings.secret_keys)
    sends_mail = mail_server is not None or settings.demo
    install(app, House(keyring, settings.base_url, settings.outgoing_allowed, sends_mail=sends_mail))
    _trust_proxies(app, settings.trusted_proxies)
    errors.install(app)
    guards.install(app)  # before the CSRF check: a stranger is shown the door, not told about a form
    rulebook.install(app)  # after the door: a stranger sends nothing long
    _install_extensions(app)
    _install_outbox(app, settings, mail_server)
    pages.install(app)
    for blueprint in (*READERS_APIS, *NEWSROOM_APIS, *PAGES):
        app.register_blueprint(blueprint)
    # Readers have no session to ride on, scripts and mail links carry a token: there is nothing to forge for these.
    for blueprint in (*READERS_APIS, *NEWSROOM_APIS, reader_pages, *LETTERS_PAGES):
        csrf.exempt(blueprint)
    if settings.demo:
        from .demo import install as install_demo  # its content is not loaded by a newsroom's service

        install_demo(app)
    return app


def _configuration(settings: Settings, engine_options: dict[str, Any]) -> dict[str, Any]:
    database = make_url(settings.database_url)
    if database.get_backend_name() == "sqlite" and database.database not in (None, "", ":memory:"):
        # Flask-SQLAlchemy would begin in an instance folder, which may lie inside the installed package.
        database = database.set(database=str(Path(database.database or "").absolute()))
    secure = (settings.base_url or "").startswith("https://")
    pool: dict[str, Any] = {} if settings.database_url.startswith("sqlite") else {"pool_pre_ping": True}
    pool["hide_parameters"] = True  # an error of the database must not quote in a log what somebody typed
    return {
        "SECRET_KEY": Keyring(settings.secret_keys).cookie_secret,
        "SQLALCHEMY_DATABASE_URI": database.render_as_string(hide_password=False),
        "SQLALCHEMY_ENGINE_OPTIONS": {**pool, **engine_options},
        "MAX_CONTENT_LENGTH": BODY_LIMIT,
        "SESSION_COOKIE_NAME": "__Host-commentsvc" if secure else "commentsvc",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,  # a token ends with its session
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": bool(settings.redis_url),
        "RATELIMIT_STORAGE_OPTIONS": REDIS_PATIENCE if settings.redis_url else {},
        "RATELIMIT_KEY_PREFIX": "commentsvc",
        "COMMENTSVC": settings,
    }


def _install_outbox(app: Flask, settings: Settings, mail_server: MailServer | None) -> None:
    engine = Engine(app, redis_url=settings.redis_url, data_dir=settings.data_dir)
    engine.every_minute.append(thresholds.watch)
    engine.aside.append(asking.ask_again)
    engine.every_hour += [asking.forget, challenges.forget, leases.forget_ended, networks.forget_old]
    engine.every_hour += [digest.make_digests, digest.clean_up, digests.send_daily]
    events.install(app, events.Ears(keep=_keep, wake=engine.wake))
    writers = {**readers.WRITERS, "digest": digest.write_digest, **newsroom.WRITERS}
    ways_out: list[channels.Channel] = [
        WebhookChannel(Keyring(settings.secret_keys), settings.outgoing_allowed),
        MailChannel(mail_server, writers, [*readers.MAKERS, *newsroom.MAKERS]),
        ChatChannel(settings.outgoing_allowed),
        Followers(),
        AkismetCorrections(),
    ]
    channels.install(app, channels.House(describe, ways_out, silent=settings.demo))


def _keep(facts: Sequence[events.Fact]) -> None:
    """What the upper floors write down of a fact, in its own transaction."""
    moment = now()
    outbox.keep(facts, now=moment)
    choices.keep(facts, now=moment)


def _mail_server(settings: Settings) -> MailServer | None:
    """The configured mail server. Raises Misconfigured: a letter without working links must not go out either."""
    if settings.mail_url is None:
        return None
    if settings.base_url is None:
        raise Misconfigured("Mail needs COMMENTSVC_BASE_URL, the public address its links lead to.")
    try:
        return MailServer.at(settings.mail_url)
    except ValueError as error:
        raise Misconfigured(f"COMMENTSVC_MAIL_URL cannot be used. {error}") from error


def _trust_proxies(app: Flask, count: int) -> None:
    # Host and prefix come from COMMENTSVC_BASE_URL: proxies often pass a client's own such headers on.
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_prefix=0)  # type: ignore[method-assign]


def _install_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(folder("migrations")), render_as_batch=True, compare_type=True)
    app.session_interface = StaffSessions()
    csrf.init_app(app)
    login_manager.user_loader(guards.load_signed_in)
    login_manager.init_app(app)
    limiter.init_app(app)
