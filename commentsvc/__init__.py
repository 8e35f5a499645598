"""commentsvc: a drop-in, self-hosted comment service for news sites.

`create_app()` is the stand-alone service; `CommentService(app)` puts it inside another Flask application.
This file wires the rooms together and does nothing else.
"""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import errors, pages
from .accounts import guards
from .accounts.cookies import StaffSessions
from .accounts.routes import bp as sign_in_pages
from .authors.routes import bp as author_api
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
from .moderation.desk import admin_pages, desk_pages
from .moderation.flags import bp as flags_api
from .moderation.routes import bp as moderation_api
from .notifications import digests, newsroom, thresholds
from .notifications.chat import ChatChannel
from .notifications.desk import decide_pages
from .notifications.desk import desk_pages as notice_pages
from .notifications.mail import MailChannel, MailServer
from .outbox import channels
from .outbox import service as outbox
from .outbox.engine import Engine
from .stories.routes import bp as story_api
from .webhooks.payload import describe
from .widget.routes import bp as widget_files

__all__ = ["CommentService", "create_app"]

# Seconds: a Redis that hangs must not make people wait; the limits of one process take over.
REDIS_PATIENCE = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}

READERS_APIS = (comments_api, public_api, flags_api)
NEWSROOM_APIS = (moderation_api, author_api, story_api)
PAGES = (pages.bp, reader_pages, sign_in_pages, desk_pages, admin_pages, notice_pages, decide_pages, widget_files)


def create_app(settings: Settings | None = None, *, engine_options: dict[str, Any] | None = None) -> Flask:
    """The service as a WSGI application; without `settings` the environment decides.

    Raises Misconfigured when the installation cannot start like this.
    """
    settings = settings or read_settings()
    app = Flask(__name__, template_folder=str(folder("templates")))
    app.config.update(_configuration(settings, engine_options or {}))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    install(app, House(keys=Keyring(settings.secret_keys), base_url=settings.base_url))
    _trust_proxies(app, settings.trusted_proxies)
    errors.install(app)
    guards.install(app)  # before the CSRF check: a stranger is shown the door, not told about a form
    _install_extensions(app)
    _install_outbox(app, settings)
    pages.install(app)
    for blueprint in (*READERS_APIS, *NEWSROOM_APIS, *PAGES):
        app.register_blueprint(blueprint)
    # Readers have no session to ride on, and scripts carry a token: there is nothing to forge for these.
    for blueprint in (*READERS_APIS, *NEWSROOM_APIS, reader_pages, decide_pages):
        csrf.exempt(blueprint)
    if settings.demo:
        from .demo import install as install_demo  # its content is not loaded by a newsroom's service

        install_demo(app)
    return app


def _configuration(settings: Settings, engine_options: dict[str, Any]) -> dict[str, Any]:
    secure = (settings.base_url or "").startswith("https://")
    pool = {} if settings.database_url.startswith("sqlite") else {"pool_pre_ping": True}
    return {
        "SECRET_KEY": Keyring(settings.secret_keys).cookie_secret,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
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


def _install_outbox(app: Flask, settings: Settings) -> None:
    engine = Engine(app, redis_url=settings.redis_url, data_dir=settings.data_dir)
    events.install(app, events.Ears(keep=lambda facts: outbox.keep(facts, now=now()), wake=engine.wake))
    mail = MailChannel(_mail_server(settings), writers={**newsroom.WRITERS}, makers=[*newsroom.MAKERS])
    channels.install(app, channels.House(describe, [mail, ChatChannel(settings.outgoing_allowed)]))
    engine.every_minute.append(thresholds.watch)
    engine.every_hour.append(digests.send_daily)


def _mail_server(settings: Settings) -> MailServer | None:
    try:
        return MailServer.at(settings.mail_url) if settings.mail_url else None
    except ValueError as error:  # of urllib too; neither repeats the password
        raise Misconfigured(f"COMMENTSVC_MAIL_URL cannot be read. {error}") from error


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
