"""The people of the tests and what they do, through the service's own doors."""

import itertools
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from commentsvc.accounts.models import ApiToken, Role
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.service import add_account, add_token, find_account
from commentsvc.comments import lifecycle, posting
from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.rulebook import lists, modes
from commentsvc.sites.service import add_site, change_setting, site_named
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import new_story

PASSWORD = "correct horse battery"
QUICK = {"flood_seconds": 0, "mass_posting_stories": 0, "mass_posting_writers": 0}
SOMEONE = Actor("Tests", role=Role.ADMIN)


@dataclass(frozen=True)
class Person:
    """A member of the staff: `headers` for the API, `email` and `PASSWORD` for the pages."""

    name: str
    email: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Newsroom:
    """Makes things, each with a sensible default; works on the app's database directly or over HTTP as named."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.numbers = itertools.count(1)

    def site(self, key: str, *, origin: str | None = None, **settings: Any) -> str:
        """A site. Flood rules and mass posting are off unless a test asks for them: tests write quickly, and alike."""
        with self.app.app_context(), unit_of_work():
            site = add_site(key, name=f"The {key.title()}", origins=[origin or f"https://www.{key}.example"])
            for name, value in {**QUICK, **settings}.items():
                change_setting(site, name, _typed(value))
        return key

    def set(self, site: str, **settings: Any) -> None:
        with self.app.app_context(), unit_of_work():
            for name, value in settings.items():
                change_setting(site_named(site), name, _typed(value))

    def words(self, site: str, kind: str, *entries: str, mode: str = "live", language: str = "") -> int:
        """A word list of a kind (hold, reject, mark); returns its id."""
        with self.app.app_context(), unit_of_work():
            wanted = lists.Wanted(f"List {next(self.numbers)}", kind, language, mode, "\n".join(entries))
            return lists.add_list(site_named(site), wanted, actor=SOMEONE, now=now()).id

    def rule(self, site: str, rule: str, mode: str | None = None, when_silent: str | None = None) -> None:
        """What a site makes of a rule."""
        with self.app.app_context(), unit_of_work():
            modes.change_rules(site_named(site), [modes.Change(rule, mode, when_silent)], actor=SOMEONE)

    def account(self, name: str, role: Role, *sites: str) -> Person:
        email = f"{name.lower()}@newsroom.example"
        with self.app.app_context(), unit_of_work():
            account = add_account(
                email,
                name=name,
                role=role,
                site_ids=[site_named(site).id for site in sites],
                password=PASSWORD,
                keys=house().keys,
                now=now(),
            )
            token = add_token(account, name="tests", now=now())
            account_tokens = update(ApiToken).where(ApiToken.account_id == account.id)
            db.session.execute(account_tokens.values(last_used_at=now()))  # noted: using it now writes nothing
        return Person(name, email, token)

    def story(self, site: str = "herald", id: str | None = None, **more: Any) -> str:
        """A story the newsroom knows; returns the publisher's id."""
        id = id or f"story-{next(self.numbers)}"
        with self.app.app_context(), unit_of_work():
            owner = site_named(site)
            url = more.pop("url", f"{owner.origins[0].origin}/news/{id}")
            story = new_story(owner, StoryName(id, url), title=more.pop("title", f"About {id}"), now=now())
            for name, value in more.items():
                setattr(story, name, value)
        return id

    def comment(
        self,
        story: str,
        text: str | None = None,
        *,
        site: str = "herald",
        name: str = "Rosa Reader",
        email: str | None = None,
        parent: int | None = None,
        status: str = "approve",
        minutes_ago: float = 0,
        **more: Any,
    ) -> int:
        """A comment that went through posting and was then decided on by a moderator; returns its id.

        `status` is the action taken: approve, reject, spam, or hold to leave it waiting.
        """
        number = next(self.numbers)
        moment = now() - timedelta(minutes=minutes_ago)
        with self.app.app_context(), unit_of_work():
            owner = site_named(site)
            found = find_story(owner.id, StoryName(story, None))
            submission = posting.Submission(
                text=text or f"Comment number {number} about this story: {in_words(number)}.",
                name=name,
                email=email or f"reader{number}@example.org",
                parent=str(parent) if parent else None,
                **more,
            )
            posted = posting.post(
                owner, found, submission, writer=None, network_hash="tests", keys=house().keys, now=moment
            )
            comment = posted.comment
            someone = Actor("Tests", role=Role.ADMIN)
            lifecycle.decide(comment, status, actor=someone, seen=comment.version, now=moment)
            return comment.id

    def decide(self, comment_id: int, action: str) -> None:
        """A decision by nobody in particular, on the newest version."""
        with self.app.app_context(), unit_of_work():
            comment = self.row(comment_id)
            lifecycle.decide(comment, action, actor=Actor("Tests", role=Role.ADMIN), seen=comment.version, now=now())

    @staticmethod
    def row(comment_id: int) -> Comment:
        """The stored comment; inside an application context."""
        return db.session.get_one(Comment, comment_id)

    def version(self, comment_id: int) -> int:
        with self.app.app_context():
            return self.row(comment_id).version

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def signed_in(self, person: Person) -> FlaskClient:
        """A browser of somebody of the staff, signed in through the page."""
        client = self.client()
        page = client.get("/login").get_data(as_text=True)
        answer = client.post(
            "/login", data={"email": person.email, "password": PASSWORD, "csrf_token": csrf_token(page)}
        )
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    def account_id(self, person: Person) -> int:
        with self.app.app_context():
            return find_account(person.email, house().keys).id


class Cast:
    """Two newspapers and their people."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.herald = newsroom.site("herald")
        self.gazette = newsroom.site("gazette")
        self.hanna = newsroom.account("Hanna", Role.MODERATOR, "herald")
        self.gus = newsroom.account("Gus", Role.MODERATOR, "gazette")
        self.ada = newsroom.account("Ada", Role.ADMIN)


def in_words(number: int) -> str:
    """A number digit by digit: texts that differ in digits alone are near-identical to the service."""
    names = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return " ".join(names[int(digit)] for digit in str(number))


def csrf_token(page: str) -> str:
    """The token in a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form with a CSRF token"
    return found[1]


def rosas_comment(**changes: Any) -> dict[str, Any]:
    """What the form of Rosa, a reader of the Herald, sends."""
    sent = {
        "site": "herald",
        "story": "harbour",
        "url": "https://www.herald.example/news/harbour",
        "text": "The harbour was better with boats in it.",
        "name": "Rosa Reader",
        "email": "rosa@example.org",
    }
    return {name: value for name, value in {**sent, **changes}.items() if value is not None}


def _typed(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
