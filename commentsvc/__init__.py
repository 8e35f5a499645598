"""commentsvc: a drop-in, self-hosted comment service for news sites.

`create_app()` is the stand-alone service; `CommentService(app)` puts it inside another Flask application.
This file wires the rooms together and does nothing else.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from . import errors, observing, pages, reports
from .accounts import cleaning, guards, oidc
from .accounts.cookies import StaffSessions
from .accounts.routes import bp as sign_in_pages
from .authors import pictures as author_pictures
from .authors import standings
from .authors.picture_routes import api as author_pictures_api
from .authors.picture_routes import files_bp as avatars
from .authors.routes import bp as author_api
from .checks.corrections import AkismetCorrections
from .comments import asking, challenges
from .comments.feeds import bp as feeds
from .comments.oembed import bp as oembed
from .comments.pages import bp as reader_pages
from .comments.public import bp as public_api
from .comments.routes import bp as comments_api
from .config import Misconfigured, Settings, read_settings
from .core import changes, events, overload, published, storage
from .core.clock import now
from .core.crypto import Keyring
from .core.database import TO_POSTGRESQL, db, prepare_engine
from .core.ids import IdInAddress
from .core.metrics import metrics
from .core.oidc import Provider
from .core.resources import folder
from .core.web import BODY_LIMIT, House, install
from .embedding import CommentService
from .extensions import csrf, limiter, login_manager, migrate
from .figures.pages import bp as figures_pages
from .figures.pages import trial_pages
from .figures.routes import bp as figures_api
from .figures.routes import trial_bp as trial_api
from .health import bp as health
from .moderation import byline_pages, leases, networks, picture_pages, rulebook, sanctions
from .moderation.answer_pages import api as answers_api
from .moderation.answer_pages import bp as answer_pages
from .moderation.author_pages import admin_pages, desk_pages
from .moderation.bulk_pages import bp as bulk_pages
from .moderation.bulk_routes import bp as matching_api
from .moderation.card_pages import bp as card_pages
from .moderation.flags import bp as flags_api
from .moderation.live_pages import bp as live_pages
from .moderation.log_pages import bp as log_pages
from .moderation.log_pages import tally_api
from .moderation.pages import bp as check_pages
from .moderation.people_api import bp as people_api
from .moderation.report_pages import bp as report_pages
from .moderation.routes import bp as moderation_api
from .moderation.rulebook_api import bp as rulebook_api
from .moderation.section_pages import bp as section_pages
from .moderation.thread_pages import api as moving_api
from .moderation.thread_pages import bp as thread_pages
from .notifications import choices, digest, digests, newsroom, readers, staff_letters, thresholds
from .notifications.chat import ChatChannel
from .notifications.desk import decide_pages
from .notifications.desk import desk_pages as notice_pages
from .notifications.followers import Followers
from .notifications.login_pages import bp as login_pages
from .notifications.mail import MailChannel, MailServer
from .notifications.own_pages import bp as me_pages
from .notifications.own_routes import bp as me_api
from .notifications.pages import bp as mail_pages
from .outbox import channels
from .outbox import service as outbox
from .outbox.engine import Engine
from .privacy import erasing, requests, retention
from .privacy import letters as erasure_letters
from .privacy.own_pages import bp as my_data_pages
from .privacy.pages import bp as mine_pages
from .privacy.routes import api as privacy_api
from .privacy.routes import pages as privacy_pages
from .purging import Cache, Purger
from .staff.accounts_pages import bp as account_pages
from .staff.entrance_pages import bp as entrance_pages
from .staff.security_pages import bp as security_pages
from .stories.routes import bp as story_api
from .stories.section_routes import bp as section_api
from .webhooks.channel import WebhookChannel
from .webhooks.desk import bp as outgoing_pages
from .webhooks.pages import bp as endpoint_pages
from .webhooks.payload import describe
from .webhooks.routes import bp as webhooks_api
from .widget.routes import bp as widget_files

__all__ = ["CommentService", "create_app"]
logger = logging.getLogger(__name__)

# Seconds: a Redis that hangs must not make people wait; the limits of one process take over.
REDIS_PATIENCE = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}

READERS_APIS = (comments_api, public_api, flags_api, tally_api, me_api)
NEWSROOM_APIS = (
    moderation_api,
    matching_api,
    figures_api,
    trial_api,
    rulebook_api,
    author_api,
    author_pictures_api,
    people_api,
    story_api,
    section_api,
    moving_api,
    answers_api,
    webhooks_api,
    privacy_api,
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
    answer_pages,
    picture_pages.bp,
    byline_pages.bp,
    byline_pages.admin_bp,
    account_pages,
    security_pages,
    privacy_pages,
)
# What everybody reads, and what one request asks of it alone: kept ready in front of Flask.
PUBLISHED = (
    "/api/v1/thread",
    "/api/v1/thread/version",
    "/api/v1/counts",
    "/api/v1/related",
    "/api/v1/stories/about",
    "/fragment/thread",
)
LETTERS_PAGES = (mail_pages, me_pages, login_pages, decide_pages, mine_pages, my_data_pages)
READERS_PAGES = (reader_pages, report_pages, feeds, oembed, avatars)
PAGES = (
    health,
    pages.bp,
    *READERS_PAGES,
    *LETTERS_PAGES,
    sign_in_pages,
    entrance_pages,
    desk_pages,
    *NEWSROOM_PAGES,
    widget_files,
)


def create_app(settings: Settings | None = None, *, engine_options: dict[str, Any] | None = None) -> Flask:
    """The service as a WSGI application; without `settings` the environment decides.

    Raises Misconfigured when the installation cannot start like this.
    """
    settings = settings or read_settings()
    app = Flask(__name__, template_folder=str(folder("templates")))
    app.config.update(_configuration(settings, engine_options or {}))
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.converters["id"] = IdInAddress
    app.url_map.merge_slashes = False  # its redirects would go to whatever host a caller names
    mail_server = _mail_server(settings)
    keyring = Keyring(settings.secret_keys)
    sends_mail = mail_server is not None or settings.demo
    install(app, House(keyring, settings.base_url, settings.outgoing_allowed, sends_mail=sends_mail))
    oidc.install(app, _provider(settings), settings.outgoing_allowed)
    _trust_proxies(app, settings.trusted_proxies)
    reports.install(settings)
    observing.install(app)
    errors.install(app)
    overload.install(app)
    guards.install(app)  # before the CSRF check: a stranger is shown the door, not told about a form
    rulebook.install(app)  # after the door: a stranger sends nothing long
    picture_pages.install(app)
    byline_pages.install(app)
    storage.install(app, _storage(settings))
    _install_extensions(app)
    _install_outbox(app, settings, mail_server)
    pages.install(app)
    for blueprint in (*READERS_APIS, *NEWSROOM_APIS, *PAGES):
        app.register_blueprint(blueprint)
    # Readers have no session to ride on, scripts and mail links carry a token: there is nothing to forge for these.
    # The pages of known readers take forms from themselves alone, as browsers say of each (`ensure_own_page`).
    for blueprint in (*READERS_APIS, *NEWSROOM_APIS, *READERS_PAGES, *LETTERS_PAGES):
        csrf.exempt(blueprint)
    if settings.demo:
        from .demo import install as install_demo  # its content is not loaded by a newsroom's service

        install_demo(app)
    _install_traces(app)
    published.install(app, PUBLISHED, purged=settings.purge_url is not None)
    return app


def _configuration(settings: Settings, engine_options: dict[str, Any]) -> dict[str, Any]:
    database = make_url(settings.database_url)
    if database.get_backend_name() == "sqlite" and database.database not in (None, "", ":memory:"):
        # Flask-SQLAlchemy would begin in an instance folder, which may lie inside the installed package.
        database = database.set(database=str(Path(database.database or "").absolute()))
    secure = (settings.base_url or "").startswith("https://")
    # A connection for every thread of the server, and one more for the look at what changed.
    ours = {name: value for name, value in TO_POSTGRESQL.items() if name not in database.query}
    pooled = {"pool_pre_ping": True, "pool_size": overload.THREADS, "max_overflow": 1, "connect_args": ours}
    pool: dict[str, Any] = {} if settings.database_url.startswith("sqlite") else pooled
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
    engine.every_minute += [thresholds.watch, standings.end_those_over, sanctions.work_off, erasing.erase_due]
    engine.aside.append(asking.ask_again)
    engine.every_hour += [asking.forget, challenges.forget, leases.forget_ended, networks.forget_old]
    engine.every_hour += [author_pictures.forget_unused, retention.forget]
    engine.every_hour += [changes.forget, cleaning.forget, digest.make_digests, digest.clean_up, digests.send_daily]
    if settings.purge_url is not None:
        engine.beside.append(Purger(app, _cache(settings.purge_url), engine, settings.data_dir).run)
    events.install(app, events.Ears(keep=_keep, wake=engine.wake, count=_count))
    letters = {**newsroom.WRITERS, **staff_letters.WRITERS, **erasure_letters.WRITERS, **requests.WRITERS}
    writers = {**readers.WRITERS, "digest": digest.write_digest, **letters}
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
    staff_letters.keep(facts, now=moment)


def _count(facts: Sequence[events.Fact]) -> None:
    """What became of comments, for the figures: by a rule or by somebody of the staff."""
    for fact in facts:
        if "decision" in fact.data:
            by = "staff" if fact.data.get("account") else "rule"
            metrics().decisions.labels(str(fact.data["action"]), by).inc()


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


def _install_traces(app: Flask) -> None:
    """Where a collector is named and the library is there. The variable is not ours: it may be meant for others."""
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        from . import tracing
    except ModuleNotFoundError as error:
        logger.warning("Nothing is traced: %s is missing (pip install 'commentsvc[otel]').", error.name)
        return
    tracing.install(app, OTLPSpanExporter())


def _storage(settings: Settings) -> storage.Storage:
    """Where files are kept. Raises Misconfigured for an address that is none, and without the library it takes."""
    if settings.storage_url is None:
        return storage.Folder(settings.data_dir / "pictures")
    try:
        from .core.bucket import Bucket, Place  # its library comes with an extra
    except ModuleNotFoundError as error:
        raise Misconfigured("COMMENTSVC_STORAGE_URL needs a library: pip install 'commentsvc[s3]'.") from error
    try:
        return Bucket(Place.at(settings.storage_url))
    except ValueError as error:
        raise Misconfigured(f"COMMENTSVC_STORAGE_URL cannot be used. {error}") from error


def _cache(purge_url: str) -> Cache:
    """The cache in front that is told what changed. Raises Misconfigured."""
    try:
        return Cache.at(purge_url)
    except ValueError as error:
        raise Misconfigured(f"COMMENTSVC_PURGE_URL cannot be used. {error}") from error


def _provider(settings: Settings) -> Provider | None:
    """Where else the staff sign in. Raises Misconfigured: the provider sends people back to a public address."""
    if settings.oidc_url is None:
        return None
    if settings.base_url is None:
        raise Misconfigured("COMMENTSVC_OIDC_URL needs COMMENTSVC_BASE_URL, the public address people come back to.")
    try:
        return oidc.provider_at(settings.oidc_url)
    except ValueError as error:
        raise Misconfigured(f"COMMENTSVC_OIDC_URL cannot be used. {error}") from error


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
