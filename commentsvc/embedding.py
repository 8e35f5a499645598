"""Inside another Flask application: the service lives under a prefix and offers helpers to the host's templates."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask, has_request_context, request
from markupsafe import Markup
from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from .config import SHORTEST_SECRET, Misconfigured, Settings, read_settings
from .core.errors import DomainError

logger = logging.getLogger(__name__)


class CommentService:
    """The comment service as a Flask extension.

    It runs as an application of its own, mounted under `url_prefix`, so that it never disputes the host's `db`,
    login manager, sessions, error pages or template names. From the host it takes `SQLALCHEMY_DATABASE_URI`,
    `SQLALCHEMY_ENGINE_OPTIONS` and `SECRET_KEY`; what the host does not configure comes from the environment.

    In the host's templates: `comment_thread(story=…)`, `about_author(story=…)`, `you_may_also_like(story=…)`,
    `comment_count(story=…)`. On its command line: `flask comments …`, with `flask comments db upgrade` first.
    """

    def __init__(self, app: Flask | None = None, *, url_prefix: str = "/comments", site: str | None = None) -> None:
        self.url_prefix, self.site = "/" + url_prefix.strip("/"), site
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Mount the service in `app`. Raises Misconfigured when the host has neither secret nor database for it."""
        from . import create_app
        from .cli import group_for

        options = app.config.get("SQLALCHEMY_ENGINE_OPTIONS") or {}
        service = create_app(settings_of(app), engine_options=dict(options))
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {self.url_prefix: service.wsgi_app})  # type: ignore[method-assign]
        if app.config.get("SESSION_COOKIE_SECURE"):
            service.config["SESSION_COOKIE_SECURE"] = True
        mounted = Mounted(service, self.url_prefix, self.site)
        app.extensions["comments"] = mounted
        app.cli.add_command(group_for(lambda: service), "comments")
        app.jinja_env.globals.update(
            comment_thread=mounted.comment_thread,
            about_author=mounted.about_author,
            you_may_also_like=mounted.you_may_also_like,
            comment_count=mounted.comment_count,
        )


class Mounted:
    """The service of one host application, and the helpers its templates call."""

    def __init__(self, service: Flask, url_prefix: str, site: str | None) -> None:
        self.service, self.url_prefix, self.site = service, url_prefix, site

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """In the service's own context, as if a request had come in under the prefix."""
        with self.service.test_request_context("/", environ_overrides={"SCRIPT_NAME": self._root()}):
            yield

    def _root(self) -> str:
        return (request.script_root if has_request_context() else "") + self.url_prefix

    def comment_thread(
        self,
        story: str | int | None = None,
        *,
        url: str | None = None,
        title: str | None = None,
        site: str | None = None,
    ) -> Markup:
        """The discussion, complete without JavaScript, taken over by the widget where there is some."""
        from .comments.pages import thread_fragment
        from .stories.queries import StoryName

        key, id = self._site(site), None if story is None else str(story)
        if key is None:
            return Markup()
        with self._inside():
            try:
                fallback = thread_fragment(key, StoryName(id, url))
            except (DomainError, SQLAlchemyError):
                # The article matters more than its discussion: the page stands, the widget will say what is wrong.
                logger.exception("The discussion could not be written into the page")
                fallback = Markup()
        return self._element("comment-thread", key, fallback, story=id, url=url, title=title)

    def about_author(
        self, story: str | int | None = None, *, url: str | None = None, site: str | None = None
    ) -> Markup:
        """The box about whoever signs the story."""
        return self._element("about-author", self._site(site), story=story, url=url)

    def you_may_also_like(
        self, story: str | int | None = None, *, url: str | None = None, site: str | None = None
    ) -> Markup:
        """Related stories."""
        return self._element("you-may-also-like", self._site(site), story=story, url=url)

    def comment_count(
        self, story: str | int | None = None, *, url: str | None = None, site: str | None = None
    ) -> Markup:
        """How many comments are visible under the story."""
        return self._element("comment-count", self._site(site), story=story, url=url)

    def _element(
        self, tag: str, site: str | None, inside: Markup | None = None, **attributes: str | int | None
    ) -> Markup:
        if site is None:
            return Markup()
        given = {"site": site, **{name: value for name, value in attributes.items() if value is not None}}
        written = Markup(" ").join(Markup('{}="{}"').format(name, value) for name, value in given.items())
        script = Markup('<script type="module" src="{}/embed.js"></script>\n').format(self._root())
        return script + Markup("<{tag} {written}>{inside}</{tag}>").format(
            tag=tag, written=written, inside=inside or Markup()
        )

    def _site(self, key: str | None) -> str | None:
        """The site asked for, the extension's own, or the only one there is; None where nobody can tell just now."""
        from .sites.service import all_sites

        if key or self.site:
            return str(key or self.site)
        try:
            with self.service.app_context():
                known = [site.key for site in all_sites()]
        except SQLAlchemyError:
            # A database that is away, or has no tables yet, must not take the host's page with it.
            logger.exception("The only site could not be looked up")
            return None
        if len(known) != 1:
            raise Misconfigured("Say which site: CommentService(app, site=…), or site=… in the template.")
        return known[0]


def _is_set(name: str, value: object) -> bool:
    """Whether a host's setting is ours and says something: None is how Flask applications say "not set"."""
    return name.startswith("COMMENTSVC_") and value is not None


def settings_of(host: Flask) -> Settings:
    """The service's settings inside a host: the host's own secret and database where it has them."""
    configured = {name: str(value) for name, value in host.config.items() if _is_set(name, value)}
    secret = str(host.config.get("SECRET_KEY") or "")
    if secret and len(secret) < SHORTEST_SECRET:
        logger.warning("The host's SECRET_KEY is short; addresses and receipts are only as safe as it is.")
    settings = read_settings({**os.environ, **configured}, host_secret=secret)
    database = host.config.get("SQLALCHEMY_DATABASE_URI")
    return replace(settings, database_url=_as_the_host_means(database, host)) if database else settings


def _as_the_host_means(database: str | URL, host: Flask) -> str:
    """A file of SQLite is named from the host's instance folder, as Flask-SQLAlchemy does."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        url = url.set(database=str(Path(host.instance_path, url.database)))
    return url.render_as_string(hide_password=False)
