"""A newspaper in which something of everything is there, and whose people have secrets that could be recognised."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from commentsvc import create_app
from commentsvc.accounts import mail_links
from commentsvc.accounts.models import Account, ApiToken, Role, StaffSession
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.service import add_account, add_token, find_account, limit_account
from commentsvc.authors import readers, standings
from commentsvc.authors.drawing import file_name
from commentsvc.authors.models import Author, Standing
from commentsvc.authors.service import give_byline_address, new_byline
from commentsvc.comments.log import new_batch
from commentsvc.comments.models import Comment
from commentsvc.core import clock, published
from commentsvc.core.database import db
from commentsvc.core.paging import Cursor
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house, reader_network
from commentsvc.moderation import bulk, filters, merging, queue
from commentsvc.moderation.decisions import last_decision
from commentsvc.notifications import bounces, chat, decide_by_mail, newsroom, tokens
from commentsvc.notifications.models import Confirmation
from commentsvc.notifications.newsroom_models import How
from commentsvc.outbox import lanes, work
from commentsvc.outbox.models import Delivery, DeliveryStatus
from commentsvc.privacy import erasing, requests
from commentsvc.privacy.models import DataRequest, SealedCopy, Wish
from commentsvc.schema import upgrade
from commentsvc.sites import logins
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Byline
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.webhooks.models import EVENTS
from tests.cast import SOMEONE, Newsroom, csrf_token, rosas_comment
from tests.conftest import settings
from tests.contract.searching import Secret
from tests.notifications.conftest import Mailroom
from tests.provider import CLIENT, SECRET, Provider
from tests.stage import free_port
from tests.webhooks.conftest import Receiver

BASE = "http://comments.herald.example"
GATEWAY, NETWORK, ELSEWHERE = "192.0.2.177", "203.0.113.77", "2001:db8:77:1::5"
ADDRESSES = {
    "wren": "Canary.Wren@Wren-Nest.test",  # wrote, without more
    "robin": "canary.robin@robin-nest.test",  # confirmed it, and gets mail
    "kuş": "canary.kus@kuş-yuvası.test",  # writes from abroad
    "magpie": "canary.magpie@magpie-nest.test",  # is banned
    "heron": "canary.heron@heron-nest.test",  # signs the story
    "kestrel": "canary.kestrel@kestrel-nest.test",  # signs in at the provider
    **{name: f"canary.{name}@{name}-desk.test" for name in ("hanna", "lima", "gus", "ada")},
}
STAFF: Mapping[str, tuple[Role, str, str]] = {  # role, site, the only section
    "hanna": (Role.MODERATOR, "herald", ""),
    "lima": (Role.MODERATOR, "herald", "World"),
    "gus": (Role.MODERATOR, "gazette", ""),
    "ada": (Role.ADMIN, "", ""),
}
FIGURES = "figures-n4Xw8Qz2Lk6Tb0Rj"  # what Prometheus shows
EVERYTHING = 30  # rounds of a worker until nothing more may be due


@dataclass(frozen=True)
class Employee:
    name: str
    email: str
    password: str
    token: str


@dataclass
class Person:
    """Somebody who visits: a browser, what their scripts show to the API, the token in their pages' forms."""

    name: str
    client: FlaskClient
    headers: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    known: str = ""  # what shows that the browser is a confirmed reader's


class World:
    """The newspaper, its ids by name, its secrets, and a way back to its beginning."""

    def __init__(self, app: Flask, folder: Path, room: Mailroom, receivers: tuple[Receiver, Receiver]) -> None:
        self.app, self.room, self.newsroom = app, room, Newsroom(app)
        self.receiver, self.internal = receivers
        self.tokens = {"address of the chat": "k7pzr3w9xq1m5t8ybnhdc4fj2a"}
        where = f"127.0.0.1:{self.receiver.server.server_port}"
        self.chat_url = f"mmost://{where}/{self.tokens['address of the chat']}"
        self.file, self.kept = folder / "leaks.sqlite3", folder / "beginning.sqlite3"
        self.ids: dict[str, str] = {}
        self.staff: dict[str, Employee] = {}
        self.provider, self.browsers = Provider(), list[FlaskClient]()
        self.since = str(Cursor(10**15, 10))

    def address_of(self, who: str) -> str:
        return ADDRESSES[who]

    def account(self, who: str) -> str:
        """The number of an account."""
        with self.app.app_context():
            return str(find_account(ADDRESSES[who], house().keys).id)

    def code(self) -> str:
        """What the page of the publisher changes for a reader's token."""
        with self.app.test_request_context(environ_base={"REMOTE_ADDR": NETWORK}):
            robin, network = db.session.get_one(Author, int(self.ids["robin"])), reader_network()
            with unit_of_work():
                return readers.code_for(robin, network, now=clock.now())

    def own_token(self, who: str) -> str:
        """The number of an API token of an account."""
        with self.app.app_context():
            rows = select(ApiToken.id).where(ApiToken.account_id == int(self.account(who)))
            return str(db.session.scalars(rows.order_by(ApiToken.id.desc())).first())

    def own_session(self, who: str) -> str:
        """The number of a session of an account."""
        with self.app.app_context():
            rows = select(StaffSession.id).where(StaffSession.account_id == int(self.account(who)))
            return str(db.session.scalars(rows.order_by(StaffSession.id.desc())).first())

    def drawing(self) -> str:
        with self.app.app_context():
            return file_name(db.session.get_one(Author, int(self.ids["robin"])).avatar_seed)

    def staff_link(self, who: str) -> str:
        """What stands at the end of the letter to somebody who forgot a password."""
        with self.app.app_context():
            account = find_account(ADDRESSES[who], house().keys)
            return mail_links.make("reset", account, keys=house().keys, now=clock.now())

    def from_wren(self) -> dict[str, Any]:
        """What Wren, who wrote before, sends with a new comment."""
        return rosas_comment(name="Wren", email=ADDRESSES["wren"], website="https://wren.example/")

    def seen(self, name: str) -> dict[str, Any]:
        """One comment in its present version."""
        number = int(self.ids[name])
        return {"id": str(number), "version": self.newsroom.version(number)}

    def counted(self) -> dict[str, str]:
        """What the page about all that matches hands on: what was counted, and a name for the stroke."""
        return {"snapshot": str(self._counted()), "batch": new_batch()}

    def expected(self) -> dict[str, Any]:
        """The same for a script."""
        counted = self._counted()
        return {"snapshot": str(counted), "expected": counted.count}

    def _counted(self) -> bulk.Snapshot:
        with self.app.app_context():
            return bulk.count(queue.Asked(site_named("herald").id, queue="pending"), now=clock.now())

    def letter(self) -> str:
        """The name of a letter that was sent."""
        with self.app.app_context():
            return db.session.scalars(select(Delivery.uid).where(Delivery.channel == "mail")).first()

    def way_back(self) -> dict[str, str]:
        """What the reader is sent back with by the provider they sign in at; the cookie of that goes to all browsers."""
        nobody = self.app.test_client()
        asked = nobody.get("/sign-in/herald", query_string=self.window(), environ_base={"REMOTE_ADDR": GATEWAY})
        cookie = nobody.get_cookie("commentsvc-sign-in", path="/sign-in/herald").value
        for client in self.browsers:
            client.set_cookie("commentsvc-sign-in", cookie, path="/sign-in/herald")
        return dict(parse_qsl(urlsplit(self.provider.authorize(asked.location)).query))

    def window(self) -> dict[str, str]:
        """Who opened the window in which a reader signs in."""
        return {"origin": "https://www.herald.example", "nonce": "0" * 32}

    def link(self, action: str) -> str:
        """What stands at the end of a link in a letter."""
        with self.app.app_context():
            keys, robin = house().keys, db.session.get_one(Author, int(self.ids["robin"]))
            if action in ("confirm", "enter"):
                asked = db.session.scalars(select(Confirmation).order_by(Confirmation.id)).first()
                return tokens.make(action, asked.author, keys, asked.id)
            if action == "copy":
                return tokens.make(action, robin, keys, db.session.scalar(select(func.min(DataRequest.id))))
            if action == "unsubscribe":
                return tokens.make(action, robin, keys, "reply")
            if action == "byline":
                return newsroom.stop_token(db.session.get_one(Author, int(self.ids["heron"])), keys)
            if action == "bounces":
                return bounces.secret(keys)
            if action == "decide":
                waits = db.session.get_one(Comment, int(self.ids["waiting"]))
                hanna = find_account(ADDRESSES["hanna"], keys)
                return decide_by_mail.invitation(waits, "approve", hanna, keys, clock.now())
            return tokens.make(action, robin, keys)

    def deliver(self) -> None:
        """What a worker does until nothing is due."""
        with self.app.app_context():
            for _ in range(EVERYTHING):
                work.release()
                if not lanes.due(now=work.now()):
                    return
                work.pull()
        raise AssertionError("it does not come to an end")

    def keep(self) -> None:
        """Remember everything as it is now, to come back to."""
        self._copy(self.file, self.kept)

    def come_back(self) -> None:
        """Everything is as it was, for the next person."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        self._copy(self.kept, self.file)
        self.app.extensions[published.EXTENSION].changes.forget()

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        with sqlite3.connect(source) as read, sqlite3.connect(target) as written:
            read.backup(written)
        read.close()
        written.close()

    def secrets(self) -> Iterator[Secret]:
        """Everything that must come out nowhere but where it is said to belong."""
        yield from (Secret(who, "address", address) for who, address in ADDRESSES.items())
        yield from (Secret("everybody", "network", each) for each in (GATEWAY, NETWORK, ELSEWHERE))
        yield from (Secret(who, "token", token) for who, token in self.tokens.items())
        for each in self.staff.values():
            yield Secret(each.name, "token", each.token)
            yield Secret(each.name, "password", each.password)
        yield from self._stored()

    def _stored(self) -> Iterator[Secret]:
        """What the database keeps in place of the secrets: nothing to be matched either."""
        with self.app.app_context():
            people = [*db.session.scalars(select(Author)), *db.session.scalars(select(Account))]
            comments = db.session.scalars(select(Comment)).all()
        for row in people:
            if row.email_hash:
                yield Secret(row.name, "stored hash", row.email_hash)
                yield Secret(row.name, "stored address", row.email_encrypted or "")
        for comment in comments:
            yield Secret("everybody", "stored network", comment.network_hash or "")
            yield Secret("everybody", "stored salt", comment.receipt_salt)

    def people(self) -> Iterator[Person]:
        """Everybody who visits. An admin comes first: her pages show the others the way."""
        for name, known in sorted(self.staff.items()):
            yield Person(name, self._browser(self._signed_in(name)), {"Authorization": f"Bearer {known.token}"})
        receipt = f"{self.ids['own']}.{self.tokens['receipt of own']}"
        reader = self._browser(self.app.test_client())
        reader.set_cookie("commentsvc-reader-herald", self.tokens["browser of robin"], domain="localhost")
        known = self.tokens["browser of robin"]
        yield Person("reader", reader, {"Authorization": f"Bearer {receipt}"}, known=known)
        yield Person("stranger", self._browser(self.app.test_client()))

    def _browser(self, client: FlaskClient) -> FlaskClient:
        self.browsers.append(client)
        return client

    def once_more(self, person: Person) -> Person:
        """The same person in another browser."""
        client = self._browser(self._signed_in(person.name) if person.name in self.staff else self.app.test_client())
        page = "/desk" if person.name in self.staff else "/login"
        return Person(person.name, client, token=csrf_token(client.get(page).get_data(as_text=True)))

    def _signed_in(self, who: str) -> FlaskClient:
        client, known = self.app.test_client(), self.staff[who]
        token = csrf_token(client.get("/login").get_data(as_text=True))
        sent = {"email": known.email, "password": known.password, "csrf_token": token}
        assert client.post("/login", data=sent).status_code == 302
        return client


@contextmanager
def world(folder: Path) -> Iterator[World]:
    room, receivers = Mailroom(), (Receiver(), Receiver())
    controller = Controller(room, hostname="127.0.0.1", port=(port := free_port()), enable_SMTPUTF8=True)
    controller.start()
    app = create_app(
        settings(
            f"sqlite:///{folder / 'leaks.sqlite3'}",
            folder,
            base_url=BASE,
            mail_url=f"smtp://127.0.0.1:{port}?from=comments@herald.example",
            trusted_proxies=1,
            outgoing_allowed=("127.0.0.1",),
            metrics_token=FIGURES,
        )
    )
    made = World(app, folder, room, receivers)
    with app.app_context():
        upgrade()
    _fill(made)
    yield made
    controller.stop()
    made.provider.stop()
    for receiver in receivers:
        receiver.server.shutdown()
        receiver.server.server_close()


def _fill(world: World) -> None:
    _hire(world)
    _let_readers_sign_in(world)
    _print(world)
    _write(world)
    _moderate(world)
    world.deliver()


def _hire(world: World) -> None:
    for key in ("herald", "gazette"):
        world.newsroom.site(key, hold_first_comments=0, quick_form_seconds=0, duplicate_check=False, public_tally=True)
    with world.app.app_context(), unit_of_work():
        for name, (role, site, section) in STAFF.items():
            email, password = ADDRESSES[name], f"correct horse of {name} 7q"
            sites = [site_named(site).id] if site else []
            made = add_account(
                email, name=name, role=role, site_ids=sites, password=password, keys=house().keys, now=clock.now()
            )
            db.session.flush()
            if section:
                limit_account(made, sites[0], [section])
            token = add_token(made, name="scripts", now=clock.now())
            world.staff[name] = Employee(name, email, password, token)
            if role is Role.MODERATOR:
                newsroom.choose(made.id, site_named(site).id, "held", How.AT_ONCE, now=clock.now())


def _let_readers_sign_in(world: World) -> None:
    """Kestrel has an account with the Herald's provider."""
    world.provider.become(name="Kestrel", email=ADDRESSES["kestrel"], email_verified=True)
    with world.app.app_context(), unit_of_work():
        logins.set_secret(site_named("herald"), SECRET, keys=house().keys)
    world.tokens["client secret"] = SECRET
    known = {"login_issuer": world.provider.issuer, "login_client_id": CLIENT, "login_name": "Herald account"}
    world.newsroom.set("herald", **known, login=True)


def _print(world: World) -> None:
    """Stories, one of them signed, and whom to tell of comments."""
    for story, section in (("harbour", "Local"), ("bridge", "Local"), ("far", "World")):
        world.newsroom.story("herald", story, category=section)
    world.newsroom.words("herald", "hold", "gulls")
    with world.app.app_context(), unit_of_work():
        site = site_named("herald")
        heron = new_byline(site.id, name="Heron", now=clock.now())
        db.session.flush()
        someone = Actor("Tests", role=Role.ADMIN)
        give_byline_address(heron, ADDRESSES["heron"], actor=someone, keys=house().keys, now=clock.now())
        story = find_story(site.id, StoryName("harbour", None))
        story.bylines = [Byline(author=heron)]
        newsroom.choose_for_byline(heron, comments=How.AT_ONCE, questions=How.AT_ONCE, now=clock.now())
        chats = chat.add_target(
            site.id,
            name="Desk",
            url=world.chat_url,
            events=["comment.held"],
            keys=house().keys,
            allowed=("127.0.0.1",),
            now=clock.now(),
        )
        world.ids |= {"heron": str(heron.id), "slug": heron.slug, "story": str(story.id), "chat": str(chats.id)}


def _write(world: World) -> None:
    ada = {"Authorization": f"Bearer {world.staff['ada'].token}"}
    client = world.app.test_client()
    for internal, receiver in ((False, world.receiver), (True, world.internal)):
        body = {"site": "herald", "url": receiver.url, "events": list(EVENTS), "internal": internal}
        made = client.post("/api/v1/admin/endpoints", json=body, headers=ada)
        assert made.status_code == 201, made.json
        world.ids["other endpoint" if internal else "endpoint"] = made.json["endpoint"]["id"]
    robin = _post(world, "comment", "robin", "Does anybody remember the boats?", notify="all")
    world.ids["robin"] = robin
    world.deliver()
    answer = client.post(f"/mail/confirm/{world.link('confirm')}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    with world.app.app_context():  # what was written is the confirmed reader's now
        robin = world.newsroom.row(int(world.ids["comment"])).author
        world.ids["robin"] = str(robin.id)
        with unit_of_work():
            world.tokens["browser of robin"] = readers.know_browser(robin, now=clock.now())
    world.ids["author"] = _post(world, "own", "wren", "They were red.", parent=world.ids["comment"])
    _post(world, "abroad", "kuş", "They were blue.", network=ELSEWHERE, parent=world.ids["comment"])
    _post(world, "far", "wren", "And elsewhere?", story="far", url="https://www.herald.example/news/far")
    _post(world, "waiting", "wren", "Only the gulls do.")


def _post(world: World, name: str, who: str, text: str, *, network: str = NETWORK, **more: Any) -> str:
    """A comment through the API; keeps its id and its receipt, returns its author's id."""
    sent = rosas_comment(name=who.title(), email=ADDRESSES[who], text=text, website=f"https://{name}.example/", **more)
    answer = world.app.test_client().post(
        "/api/v1/comments",
        json=sent,
        headers={"X-Forwarded-For": network},
        environ_base={"REMOTE_ADDR": GATEWAY},
    )
    assert answer.status_code == 201, answer.json
    world.ids[name] = answer.json["comment"]["id"]
    world.tokens[f"receipt of {name}"] = answer.json["receipt"]["token"].partition(".")[2]
    with world.app.app_context():
        return str(world.newsroom.row(int(world.ids[name])).author_id)


def _moderate(world: World) -> None:
    client = world.app.test_client()
    hanna, ada = ({"Authorization": f"Bearer {world.staff[who].token}"} for who in ("hanna", "ada"))
    reported = client.post(
        f"/api/v1/comments/{world.ids['own']}/flags",
        json={"reason": "abuse", "details": "This is about me."},
        headers={"X-Forwarded-For": NETWORK},
        environ_base={"REMOTE_ADDR": GATEWAY},
    )
    assert reported.status_code == 202
    for name in ("abroad", "far"):
        seen = {"comments": [world.seen(name)], "action": "reject", "note": "Colours again."}
        decided = client.post("/api/v1/moderation/decisions", json=seen, headers=hanna)
        assert decided.json["decided"], decided.json
    said = {"version": world.newsroom.version(int(world.ids["comment"])), "text": "We do, here at the Herald."}
    answered = client.post(f"/api/v1/moderation/comments/{world.ids['comment']}/reply", json=said, headers=ada)
    assert answered.status_code == 201, answered.json
    world.ids["answer"] = answered.json["comment"]["id"]
    for name, value in (("other ban", "spam.example"), ("ban", ADDRESSES["magpie"])):
        banned = {"site": "herald", "value": value, "reason": "Sends advertising"}
        made = client.post("/api/v1/admin/bans", json=banned, headers=ada)
        world.ids[name] = made.json["ban"]["id"]
    world.ids["list"] = str(world.newsroom.words("herald", "mark", "harbour"))
    world.ids["other list"] = str(world.newsroom.words("herald", "mark", "bridge"))
    with world.app.app_context(), unit_of_work():
        hannas = Actor.of(find_account(ADDRESSES["hanna"], house().keys))
        site = site_named("herald")
        kept = filters.save("Mine", {"queue": "all"}, actor=hannas, site_id=site.id, now=clock.now())
        last, other = (last_decision(world.newsroom.row(int(world.ids[name]))) for name in ("abroad", "far"))
        world.ids |= {"filter": str(kept.id), "decision": str(last.id), "batch": last.batch}
        world.ids["other decision"] = str(other.id)
        of_far = {"site_id": site.id, "comment_id": int(world.ids["far"]), "created_at": clock.now()}
        content = house().keys.encrypt('{"texts": [], "reports": []}')
        copy = SealedCopy(**of_far, content_encrypted=content, until=clock.now() + timedelta(days=9))
        db.session.add(copy)
        requests.ask(site, ADDRESSES["robin"], Wish.COPY, network_hash="somewhere", now=clock.now())
        abroad = world.newsroom.row(int(world.ids["abroad"])).author
        ids = [int(world.ids["robin"])]
        given = standings.give_many(
            ids, Standing.TRUSTED, site_id=site.id, reason="", until=None, actor=SOMEONE, now=clock.now()
        )
        world.ids["stroke"] = given.batch
        taker, giver = (world.newsroom.row(int(world.ids[name])).author for name in ("waiting", "far"))
        world.ids["transfer"] = str(merging.merge(taker, giver, actor=SOMEONE, now=clock.now()).id)
        asked = erasing.ask(abroad, actor=SOMEONE, now=clock.now())
        db.session.flush()
        world.ids |= {"sealed": str(copy.id), "erasure": str(asked.id)}
    world.deliver()
    with world.app.app_context(), unit_of_work():
        dead, sent = db.session.scalars(select(Delivery).where(Delivery.channel == "webhook").limit(2))
        dead.status = DeliveryStatus.DEAD
        world.ids |= {"dead": str(dead.id), "delivery": str(sent.id)}
