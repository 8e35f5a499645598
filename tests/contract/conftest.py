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
from schemathesis.pytest.plugin import SchemathesisFunction

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.service import find_account
from commentsvc.authors import readers
from commentsvc.authors.listing import Place
from commentsvc.authors.models import Author
from commentsvc.authors.service import new_byline
from commentsvc.comments.receipts import receipt_for
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.paging import Cursor
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation import answers, bulk, merging, queue
from commentsvc.moderation.decisions import last_decision
from commentsvc.openapi import PICTURE_EXAMPLE
from commentsvc.privacy import erasing
from commentsvc.rulebook.models import Ban, BanKind
from commentsvc.schema import upgrade
from commentsvc.screening import ABOUT
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Byline
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.webhooks.service import add_endpoint
from tests.cast import Newsroom
from tests.conftest import SECRET, empty, settings
from tests.stage import free_port, running

REPOSITORY = Path(__file__).parents[2]
SERVE = "from commentsvc.server import serve; serve(host='127.0.0.1', port={port})"
NEEDS_ONE_OF = "one of these has to be there"
PINNED, EXCLUDED = "2026-01-18-river-bends", "2026-01-19-bridge"
STORY, ADDRESS = "2026-01-20-hasaka", "https://news.example/news/2026-01-20-hasaka"


def is_the_writers(case: Case) -> bool:
    """A call for the writer of one comment alone."""
    is_one = case.path == "/api/v1/comments/{comment_id}" and case.method in ("PATCH", "DELETE")
    return is_one or case.path.endswith(("{comment_id}/receipt", "{comment_id}/editor"))


@dataclass(frozen=True)
class Live:
    """A running service and what is on its site `demo`."""

    url: str
    newsroom: Newsroom
    token: str
    receipt: str
    known: str
    ids: dict[str, str]
    snapshot: str
    numbers: Iterator[int]
    statuses: list[int]

    def headers(self, case: Case) -> dict[str, str]:
        """Who asks: an admin's script, the writer of a comment, or any reader; nobody, where that is what is wrong."""
        if case.meta.is_negative_at(ParameterLocation.HEADER) and "Authorization" not in (case.headers or {}):
            return {}
        if case.path.startswith(("/api/v1/moderation", "/api/v1/admin", "/api/v1/events")):
            return {"Authorization": f"Bearer {self.token}"}
        if case.path in ("/api/v1/me/comments", "/api/v1/sessions"):
            return {"Authorization": f"Bearer {self.known}"}
        if is_the_writers(case):
            return {"Authorization": f"Bearer {self.receipt}"}
        return {}

    def aim(self, case: Case) -> None:
        """Give a well-formed request what no schema can say: which ids exist, which addresses are the site's own.

        Requests that are wrong on purpose stay as they are.
        """
        for location, meant in self.targets(case).items():
            sent = case.get_container(location)
            if isinstance(sent, dict) and not case.meta.is_negative_at(location):
                sent.update({name: meant[name] for name in sent if name in meant and sent[name] not in (None, "")})
                if NEEDS_ONE_OF in meant and not sent.keys() & meant[NEEDS_ONE_OF].keys():
                    sent.update(meant[NEEDS_ONE_OF])

    def targets(self, case: Case) -> dict[ParameterLocation, dict[str, Any]]:
        number = next(self.numbers)
        staffs = case.path == "/api/v1/moderation/comments/{comment_id}"
        which = "answer" if staffs else "own" if is_the_writers(case) else "comment"
        query = {
            "site": "demo",
            "cursor": str(Cursor(10**15, 10)),
            "comment": self.ids["comment"],
            "q": "water",  # a word: what is none is refused
            "since": "2020-01-01",  # before `until`
            "day": "2020-01-20",  # of the past
            "until": "2099-01-27T08:30:00Z",
        }
        if case.path.endswith("/thread/new"):
            query["since"] = str(Cursor(10**15, 10))
        if case.path.endswith(("/thread", "/thread/version", "/thread/new", "/related", "/about")):
            query |= {"story": STORY, "url": ADDRESS, NEEDS_ONE_OF: {"story": STORY, "url": ADDRESS}}
        elif case.path.endswith("/counts"):
            query |= {"story": [STORY], "url": [ADDRESS], NEEDS_ONE_OF: {"story": [STORY], "url": [ADDRESS]}}
        elif case.path.endswith("/admin/authors"):
            query["cursor"] = str(Place("Rosa" if (case.query or {}).get("sort") == "name" else 10**15, 10))
        return {
            ParameterLocation.PATH: {**self.ids, "comment_id": self.ids[which]},
            ParameterLocation.QUERY: query,
            ParameterLocation.BODY: {
                "site": "demo",
                "story": STORY,
                "url": f"{ADDRESS}-{number}" if case.path.endswith("/stories") else ADDRESS,
                "id": f"story-{number}",
                "slug": f"author-{number}",
                "parent": self.ids["comment"],
                "email": "rosa@example.org",
                "address": "rosa@example.org",
                "website": "https://rosa.example/",
                "avatar": "/static/portraits/nadim.svg",
                "picture": PICTURE_EXAMPLE,
                "image": "https://news.example/hasaka.jpg",
                "links": [{"label": "Notebook", "url": "https://news.example/notebook"}],
                "to": f"{ADDRESS}-moved-{number}",
                "opening_hours": "Mo-Fr 08:00-22:00; Sa 10:00-18:00",
                "bylines": [self.ids["slug"]],
                "pinned": [PINNED],
                "excluded": [EXCLUDED],
                "until": "2099-01-27T08:30:00Z",
                "published_at": "2026-01-20T06:00:00+02:00",
                "since": "2020-01-01T00:00:00Z",  # before `until`
                **self.meant_by(case, number),
            },
        }

    def meant_by(self, case: Case, number: int) -> dict[str, Any]:
        """What a field of a body means in one call only."""
        if not isinstance(case.body, dict) or case.meta.is_negative_at(ParameterLocation.BODY):
            return {}
        match case.path.removeprefix("/api/v1"):
            case "/moderation/decisions":
                seen = [{"id": self.ids["comment"], "version": 1}, {"id": self.ids["own"], "version": 2}]
                return {"comments": seen, "reason": "spam"}  # a reason of the site's own
            case "/moderation/decisions/matching":
                return {"reason": "spam", "q": "water", "snapshot": self.snapshot, "expected": 3}
            case "/moderation/undo":
                return {"author": self.ids["slug"]}
            case "/admin/words":
                return {"name": f"Words {number}", "entries": ["swindle*", "crooks"]}
            case "/admin/words/{list_id}":
                return {"entries": ["swindle*", "crooks"]}
            case "/admin/bans":
                return {"value": f"spam-{number}.example"}
            case "/admin/rules":
                return {"rules": [self.change_of_a_rule(each) for each in case.body["rules"][:1]]}
            case "/admin/endpoints/{endpoint_id}/replay":
                return {"from": "2020-01-01T00:00:00Z", "to": number}
            case "/admin/trial":
                return {"words": "swindle*\ncrooks"}
            case "/admin/authors/{author_id}/split":
                return {"names": [self.other_name(number)]}
        return {}

    def change_of_a_rule(self, change: dict[str, Any]) -> dict[str, Any]:
        """What a rule can be made into depends on the rule, as `GET /admin/rules` says."""
        about = ABOUT[change["rule"]]
        modes = {"mode": str(about.modes[0]) if about.modes else None} if "mode" in change else {}
        return {**change, **modes, "settings": {}}

    def other_name(self, number: int) -> str:
        """A name under which the author wrote once: it can be split off once."""
        name = f"Rosa the {number}th"
        written = self.newsroom.comment(STORY, site="demo", name=name)
        with self.newsroom.app.app_context(), unit_of_work():
            self.newsroom.row(written).author_id = int(self.ids["author_id"])
            db.session.get_one(Author, int(self.ids["author_id"])).approved_count += 1
        return name


def pytest_itemcollected(item: pytest.Item) -> None:
    """Name each generated test after its operation. pytest 9.1 and later name an item after its function alone, where
    it was not parametrized by pytest itself; and of all items of one name pytest-xdist runs one."""
    if isinstance(item, SchemathesisFunction) and item.operation_label not in item.nodeid:
        item._id = item.id.with_params(item.operation_label)


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
    for other in (PINNED, EXCLUDED):
        newsroom.story("demo", other)
    comment = newsroom.comment(STORY, site="demo")
    reply = newsroom.comment(STORY, site="demo", parent=comment)
    merged = newsroom.comment(STORY, site="demo")
    own = newsroom.comment(STORY, site="demo")
    listed = newsroom.words("demo", "hold", "swindle*")
    ada = newsroom.account("Ada", Role.ADMIN)
    with live_app.app_context(), unit_of_work():
        site = site_named("demo")
        story = find_story(site.id, StoryName(STORY, None))
        author = new_byline(site.id, name="Nadim Sarraf", now=now())
        story.bylines = [Byline(author=author)]
        written = newsroom.row(own)
        ban = Ban(site_id=site.id, kind=BanKind.DOMAIN, domain="spam.example", created_at=now())
        db.session.add(ban)
        db.session.flush()
        written.author.confirmed_at = now()  # so that a message can go to them
        receipt = receipt_for(written, house().keys)
        known = readers.know_browser(written.author, now=now())
        admin = Actor.of(find_account(ada.email, house().keys))
        words = answers.Words("We looked into it.", None)
        answer = answers.comment_on(story, words, actor=admin, keys=house().keys, now=now())
        transfer = merging.merge(newsroom.row(reply).author, newsroom.row(merged).author, actor=admin, now=now())
        erasure = erasing.ask(newsroom.row(comment).author, actor=admin, now=now())
        endpoint, _ = add_endpoint(
            site,
            url="https://receiver.example/hook",  # nobody is there
            events=["comment.approved"],
            internal=False,
            actor=admin,
            keys=house().keys,
            allowed=(),
            now=now(),
        )
        db.session.flush()
        snapshot = str(bulk.count(queue.Asked(site.id, queue="all"), now=now()))
        ids = {
            "comment": str(comment),
            "own": str(own),
            "decision_id": str(last_decision(written).id),
            "author_id": str(written.author_id),
            "number": str(story.id),
            "list_id": str(listed),
            "ban_id": str(ban.id),
            "slug": author.slug,
            "answer": str(answer.id),
            "transfer_id": str(transfer.id),
            "erasure_id": str(erasure.id),
            "endpoint_id": str(endpoint.id),
        }
    yield Live(live_url, newsroom, ada.token, receipt, known, ids, snapshot, itertools.count(1), statuses := [])
    empty(live_app)
    # Where every request is refused, all of them keep the document's promises and nothing was asked.
    assert not statuses or any(200 <= status < 300 for status in statuses)
