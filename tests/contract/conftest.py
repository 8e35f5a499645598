"""A server as publishers run it, with a site on it that generated requests can hit."""

import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.authors.service import new_byline
from commentsvc.comments.receipts import receipt_for
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.paging import Cursor
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation.decisions import last_decision
from commentsvc.rulebook.models import Ban, BanKind
from commentsvc.schema import upgrade
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Byline
from commentsvc.stories.queries import StoryName, find_story
from tests.cast import Newsroom
from tests.conftest import SECRET, empty, settings
from tests.stage import free_port, running

REPOSITORY = Path(__file__).parents[2]
SERVE = "from commentsvc.server import serve; serve(host='127.0.0.1', port={port})"
NEEDS_ONE_OF = "one of these has to be there"
STORY, ADDRESS = "2026-01-20-hasaka", "https://news.example/news/2026-01-20-hasaka"


@dataclass(frozen=True)
class Live:
    """A running service and what is on its site `demo`."""

    url: str
    app: Flask
    token: str
    receipt: str
    ids: dict[str, str]
    numbers: Iterator[int]

    def headers(self, case: Case) -> dict[str, str]:
        """Who asks: an admin's script, the writer of a comment, or any reader."""
        if case.path.startswith(("/api/v1/moderation", "/api/v1/admin")):
            return {"Authorization": f"Bearer {self.token}"}
        if case.operation.label in (
            "PATCH /api/v1/comments/{comment_id}",
            "DELETE /api/v1/comments/{comment_id}",
        ):
            return {"Authorization": f"Bearer {self.receipt}"}
        return {}

    def aim(self, case: Case) -> None:
        """Give a well-formed request what no schema can say: which ids exist, which addresses are the site's own.

        Requests that are wrong on purpose stay as they are.
        """
        for location, meant in self.targets(case).items():
            sent = case.get_container(location)
            if isinstance(sent, dict) and not case.meta.is_negative_at(location):
                sent.update({name: meant[name] for name in sent if name in meant})
                if NEEDS_ONE_OF in meant and not sent.keys() & meant[NEEDS_ONE_OF].keys():
                    sent.update(meant[NEEDS_ONE_OF])

    def targets(self, case: Case) -> dict[ParameterLocation, dict[str, Any]]:
        number = next(self.numbers)
        own = case.method in ("PATCH", "DELETE") and case.path.endswith("{comment_id}")
        query = {"site": "demo", "cursor": str(Cursor(10**15, 10)), "comment": self.ids["comment"]}
        if case.path.endswith("/thread/new"):
            query["since"] = str(Cursor(10**15, 10))
        if case.path.endswith(("/thread", "/thread/version", "/thread/new", "/related", "/about")):
            query |= {"story": STORY, "url": ADDRESS, NEEDS_ONE_OF: {"story": STORY, "url": ADDRESS}}
        elif case.path.endswith("/counts"):
            query |= {"story": [STORY], "url": [ADDRESS], NEEDS_ONE_OF: {"story": [STORY], "url": [ADDRESS]}}
        return {
            ParameterLocation.PATH: {**self.ids, "comment_id": self.ids["own" if own else "comment"]},
            ParameterLocation.QUERY: query,
            ParameterLocation.BODY: {
                "site": "demo",
                "story": STORY,
                "url": f"{ADDRESS}-{number}" if case.path.endswith("/stories") else ADDRESS,
                "id": f"story-{number}",
                "slug": f"author-{number}",
                "parent": self.ids["comment"],
                "email": "rosa@example.org",
                "website": "https://rosa.example/",
                "avatar": "/static/portraits/nadim.svg",
                "image": "https://news.example/hasaka.jpg",
                "links": [{"label": "Notebook", "url": "https://news.example/notebook"}],
                "to": f"{ADDRESS}-moved-{number}",
                "opening_hours": "Mo-Fr 08:00-22:00; Sa 10:00-18:00",
                "bylines": [self.ids["slug"]],
                "until": "2099-01-27T08:30:00Z",
                "published_at": "2026-01-20T06:00:00+02:00",
                "comments": [
                    {"id": self.ids["comment"], "version": 1},
                    {"id": self.ids["own"], "version": 2},
                ],
            },
        }


@pytest.fixture(scope="session")
def live_app(tmp_path_factory) -> Flask:
    folder = tmp_path_factory.mktemp("live")
    app = create_app(settings(f"sqlite:///{folder / 'commentsvc.sqlite3'}", folder))
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(scope="session")
def live_url(live_app, tmp_path_factory) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "COMMENTSVC_SECRET_KEY": SECRET,
        "COMMENTSVC_DATA_DIR": str(live_app.config["COMMENTSVC"].data_dir),
    }
    command = [sys.executable, "-c", SERVE.format(port=port)]
    log = tmp_path_factory.mktemp("log") / "server.log"
    with running(command, f"{url}/readyz", cwd=REPOSITORY, log=log, env=environment):
        yield url


@pytest.fixture
def live(live_app, live_url) -> Iterator[Live]:
    """The service with a site `demo`: a signed story, a comment with a reply, and one whose receipt we have."""
    newsroom = Newsroom(live_app)
    newsroom.site("demo", origin="https://news.example")
    newsroom.story("demo", STORY, url=ADDRESS, title="The water of Hasaka", category="World")
    comment = newsroom.comment(STORY, site="demo")
    newsroom.comment(STORY, site="demo", parent=comment)
    own = newsroom.comment(STORY, site="demo")
    listed = newsroom.words("demo", "hold", "swindle*")
    with live_app.app_context(), unit_of_work():
        site = site_named("demo")
        story = find_story(site.id, StoryName(STORY, None))
        author = new_byline(site.id, name="Nadim Sarraf", now=now())
        story.bylines = [Byline(author=author)]
        written = newsroom.row(own)
        ban = Ban(site_id=site.id, kind=BanKind.DOMAIN, domain="spam.example", created_at=now())
        db.session.add(ban)
        db.session.flush()
        receipt = receipt_for(written, house().keys)
        ids = {
            "comment": str(comment),
            "own": str(own),
            "decision_id": str(last_decision(written).id),
            "author_id": str(written.author_id),
            "number": str(story.id),
            "list_id": str(listed),
            "ban_id": str(ban.id),
            "slug": author.slug,
        }
    ada = newsroom.account("Ada", Role.ADMIN)
    yield Live(live_url, live_app, ada.token, receipt, ids, itertools.count(1))
    empty(live_app)
