"""Nobody's address, network, token or password comes out of any route, for anybody it does not belong to.

Every kind of person visits every route (`crawl.py`) of a newspaper where something of everything is there
(`world.py`); what comes back, goes out and is logged is searched for the secrets in any spelling (`searching.py`).
"""

import json
import logging
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from fnmatch import fnmatch

import pytest
from flask import Response, redirect
from werkzeug.routing import Map, Rule

from tests.cast import rosas_comment
from tests.conftest import SECRET
from tests.contract.conftest import REPOSITORY, SERVE
from tests.contract.crawl import BODIES, Crawler, Visit
from tests.contract.searching import Hit, Searcher
from tests.contract.world import ADDRESSES, World, world
from tests.stage import free_port, running

SHUT = {401, 403, 404, 405}  # what says that nobody got as far as the route itself


@dataclass(frozen=True)
class Allowed:
    """Somebody who may see something somewhere, and why."""

    who: str
    what: str
    route: str
    why: str

    def covers(self, visit: Visit, hit: Hit) -> bool:
        said = f"{hit.secret.what} of {hit.secret.whose}"
        return all(map(fnmatch, (visit.who, said, " ".join(visit.door)), (self.who, self.what, self.route)))


ALLOWED = (
    Allowed("ada", "address of *", "* author_api.*", "admins may see writers' addresses"),
    Allowed("ada", "address of wren", "POST admin.reveal", "a click of its own, which is logged"),
    Allowed("ada", "address of *", "GET accounts.*", "admins see their colleagues' addresses"),
    Allowed("*", "address of lima", "* entrance.*", "by the link in Lima's own letter"),
    Allowed("ada", "address of wren", "POST privacy*.export*", "the copy of everything of Wren, for Wren"),
    Allowed("*", "address of robin", "POST mine.act", "the copy of everything of Robin, by the link in Robin's mail"),
    Allowed("*", "address of robin", "POST my_data.act", "the same, by the link that was asked for at Robin's address"),
    Allowed("*", "address of robin", "POST my_data.ask", "a form shows whoever sent it what was typed"),
    Allowed("*", "address of wren", "POST reader_pages.post", "a form that failed shows its writer what was typed"),
    Allowed("reader", "token of receipt of own", "PATCH comments_api.edit_comment", "it is the writer's own"),
)


class Ear(logging.Handler):
    """Every line any logger says, however quietly."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass
class Crawled:
    """What came of it."""

    world: World
    crawler: Crawler
    searcher: Searcher
    log: list[str]

    def statuses(self) -> dict[tuple[str, str], set[int]]:
        found = defaultdict(set)
        for visit in self.crawler.visits:
            found[visit.door].add(visit.status)
        return found


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> Iterator[Crawled]:
    ear, root = Ear(), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the mail server of this test itself
    with world(tmp_path_factory.mktemp("leaks")) as made:
        people = list(made.people())
        made.keep()
        crawler = Crawler(made)
        for person in people:
            made.come_back()
            crawler.visit_all(person)
            made.deliver()
        root.removeHandler(ear)
        root.setLevel(level)
        yield Crawled(made, crawler, Searcher(made.secrets()), ear.lines)


def leaks(visits: list[Visit], searcher: Searcher) -> set[str]:
    """What was shown to whom by which route, without what they may see there."""
    return {
        f"{visit.who}: {' '.join(visit.door)} shows {hit}"
        for visit in visits
        for hit in searcher.hits(visit.said)
        if not any(each.covers(visit, hit) for each in ALLOWED)
    }


def test_every_route_is_visited(crawled):
    """Say in crawl.IDS, QUERIES or BODIES what a new route needs."""
    found = crawled.statuses()
    assert sorted(crawled.crawler.doors() - found.keys()) == []
    reads = [door for door in crawled.crawler.doors() if door[0] == "GET" or door[1] in BODIES]
    assert sorted(door for door in reads if min(found[door]) >= 400) == []
    assert sorted(door for door, statuses in found.items() if statuses <= SHUT and door[1] != "nothing") == []


def test_no_route_shows_a_secret(crawled):
    assert sorted(leaks(crawled.crawler.visits, crawled.searcher)) == []


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda each: f"{each.who} {each.route}")
def test_what_is_allowed_is_needed(crawled, allowed):
    """So that the list of exceptions stays short."""
    assert any(
        allowed.covers(visit, hit)
        for visit in crawled.crawler.visits
        if fnmatch(visit.who, allowed.who) and fnmatch(" ".join(visit.door), allowed.route)
        for hit in crawled.searcher.hits(visit.said)
    )


def test_nothing_is_logged(crawled):
    assert len(crawled.log) > 10
    assert {str(hit) for line in set(crawled.log) for hit in crawled.searcher.hits(line)} == set()


def readable(letter: EmailMessage) -> str:
    """A letter as its reader's program shows it, with every header but the address it goes to."""
    headers = [f"{name}: {value}" for name, value in letter.items() if name.lower() != "to"]
    bodies = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*headers, *bodies])


def test_a_letter_tells_nobody_anything_of_a_third_person(crawled):
    letters = crawled.world.room.messages
    assert {each["To"].addresses[0].addr_spec for each in letters} >= {ADDRESSES[who] for who in ("robin", "hanna")}
    assert {str(hit) for letter in letters for hit in crawled.searcher.hits(readable(letter))} == set()


def test_a_letter_goes_to_nobody_else(crawled):
    sent = [(each["To"].addresses[0].addr_spec, room.rcpt_tos) for each, room in zip(
        crawled.world.room.messages, crawled.world.room.envelopes, strict=True
    )]  # fmt: skip
    assert [(to, all_of_them) for to, all_of_them in sent if all_of_them != [to]] == []


def test_other_systems_and_chats_hear_nothing(crawled):
    calls = crawled.world.receiver.calls
    assert {call.path.rstrip("/")[:5] for call in calls} >= {"/hook"}
    said = {f"{call.headers}\n{call.body.decode()}" for call in calls}
    assert {str(hit) for each in said for hit in crawled.searcher.hits(each)} == set()


def test_the_newsrooms_own_system_hears_the_writers_address_and_nothing_else(crawled):
    bodies = [json.loads(call.body) for call in crawled.world.internal.calls]
    told = {body.pop("private")["email"].lower() for body in bodies if "private" in body}
    assert ADDRESSES["wren"].lower() in told
    assert {str(hit) for body in bodies for hit in crawled.searcher.hits(json.dumps(body, ensure_ascii=False))} == set()


def test_the_crawl_saw_what_there_is_to_see(crawled):
    """So that nothing above passes because nothing was there."""
    said = {}
    for visit in crawled.crawler.visits:
        said.setdefault((visit.who, visit.door[1]), visit.said)
    pages = ("desk.queue", "desk.log", "log_pages.as_csv", "desk.author", "outgoing.delivery")
    assert [page for page in pages if "Wren" not in said["hanna", page] and "hanna" not in said["hanna", page]] == []
    public = ("feeds.of_site", "comments_api.thread", "reader_pages.thread", "oembed.oembed")
    assert [
        page for page in public if "Wren" not in said["stranger", page] and "Robin" not in said["stranger", page]
    ] == []


def header(secret: str) -> Response:
    return Response("ok", headers={"X-Writer": secret})


def cookie(secret: str) -> Response:
    answer = Response("ok")
    answer.set_cookie("whose", secret.encode().hex())
    return answer


PLANTED = {
    "body": lambda secret: f"<p>{secret}</p>",
    "header": header,
    "redirect": lambda secret: redirect(f"/authors/{secret}"),
    "cookie": cookie,
    "refusal": lambda secret: (f"{secret[::-1]} is unknown", 404),
}


@pytest.mark.parametrize("leak", PLANTED.values(), ids=PLANTED)
def test_a_planted_leak_is_found(crawled, monkeypatch, leak):
    monkeypatch.setitem(crawled.world.app.view_functions, "pages.home", lambda: leak(ADDRESSES["robin"]))
    crawler = Crawler(crawled.world)
    crawler.rules = [rule for rule in crawler.rules if rule.endpoint == "pages.home"]
    *_, stranger = crawled.world.people()
    crawler.read(stranger)
    found = leaks(crawler.visits, crawled.searcher)
    assert {each.partition(" shows ")[0] for each in found} == {"stranger: GET pages.home"}
    assert any("address of robin" in each for each in found)


def test_a_route_with_a_name_nobody_knows_what_to_put_in_for_is_told(crawled):
    rule = Rule("/new/<whose>", endpoint="new.page")
    Map([rule])
    with pytest.raises(AssertionError, match=r"new\.page has <whose> in its address"):
        crawled.crawler.path(rule)


def ask(url: str, path: str, *, headers: dict[str, str], body: bytes | None = None, method: str = "GET") -> int:
    asked = urllib.request.Request(f"{url}{path}", headers=headers, data=body, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_the_server_logs_nobody(crawled, tmp_path):
    """The real server, whatever comes in: in its log stands neither a secret nor an address that is a key."""
    url, log = f"http://127.0.0.1:{(port := free_port())}", tmp_path / "log"
    made = crawled.world
    made.come_back()
    env = {
        "COMMENTSVC_SECRET_KEY": SECRET,
        "COMMENTSVC_DATA_DIR": str(tmp_path),
        "COMMENTSVC_DATABASE_URL": f"sqlite:///{made.file}",
    }
    own, token = made.ids["own"], made.tokens["receipt of own"]
    sent = json.dumps(rosas_comment(email=ADDRESSES["wren"])).encode()
    as_json = {"Content-Type": "application/json", "X-Forwarded-For": "203.0.113.77"}
    bearer = {"Authorization": f"Bearer {own}.{token}"}
    command = [sys.executable, "-c", SERVE.format(port=port)]
    with running(command, f"{url}/readyz", cwd=REPOSITORY, log=log, env=env):
        statuses = [
            ask(url, "/api/v1/comments", headers=as_json, body=sent, method="POST"),
            ask(url, "/api/v1/comments", headers=as_json, body=sent[:-1], method="POST"),
            ask(url, f"/api/v1/comments/{own}/receipt", headers=bearer),
            ask(url, f"/api/v1/nowhere?email={ADDRESSES['wren']}&token={token}", headers={}),
            ask(url, f"/mail/preferences/{made.link('preferences')}", headers={}),
            ask(
                url, "/api/v1/admin/authors?site=herald", headers={"Authorization": f"Bearer {made.staff['ada'].token}"}
            ),
        ]
    assert statuses == [201, 400, 200, 404, 200, 200]
    written = log.read_text()
    assert {str(hit) for hit in crawled.searcher.hits(written)} == set()
    assert "/mail/preferences/" not in written
