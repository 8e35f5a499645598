"""A crawler that visits every route as every kind of person, with real arguments.

A new route needs nothing here as long as the names in its address stand in `IDS`, its form on a page or its body in
the OpenAPI document. What it needs beyond that is one line in `IDS`, `QUERIES` or `BODIES`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit
from zipfile import ZipFile

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from commentsvc.extensions import limiter
from tests.contract.promises import DOCUMENT, resolved
from tests.contract.world import FIGURES, GATEWAY, NETWORK, Person, World

Maker = Callable[[World], str]
Door = tuple[str, str]  # method, endpoint

# What stands in an address: by the parameter's name, or by "endpoint:name" where that says too little.
IDS: dict[str, Maker] = {
    "account_id": lambda world: world.account("lima"),
    "accounts.act:verb": lambda world: "disable",
    "entrance.follow:action": lambda world: "reset",
    "entrance.set_password:action": lambda world: "reset",
    "entrance.follow:token": lambda world: world.staff_link("lima"),
    "entrance.set_password:token": lambda world: world.staff_link("lima"),
    "session_id": lambda world: world.own_session("lima"),
    "token_id": lambda world: world.own_token("lima"),
    "security.revoke_token:token_id": lambda world: world.own_token("lima"),
    "avatars.file:name": lambda world: world.drawing(),
    "answers_api.edit_by_script:comment_id": lambda world: world.ids["answer"],
    "answers_api.take_back_by_script:comment_id": lambda world: world.ids["answer"],
    "me_pages.open_editor:comment_id": lambda world: world.ids["comment"],
    "transfer_id": lambda world: world.ids["transfer"],
    "author_id": lambda world: world.ids["author"],
    "ban_id": lambda world: world.ids["ban"],
    "comment_id": lambda world: world.ids["comment"],
    "comments_api.own_comment:comment_id": lambda world: world.ids["own"],
    "comments_api.open_editor:comment_id": lambda world: world.ids["own"],
    "comments_api.edit_comment:comment_id": lambda world: world.ids["own"],
    "comments_api.retract_comment:comment_id": lambda world: world.ids["own"],
    "decision_id": lambda world: world.ids["decision"],
    "desk.undo:decision_id": lambda world: world.ids["decision"],
    "moderation_api.undo:decision_id": lambda world: world.ids["other decision"],
    "delivery_id": lambda world: world.ids["delivery"],
    "webhooks_api.send_again:delivery_id": lambda world: world.ids["dead"],
    "endpoint_id": lambda world: world.ids["endpoint"],
    "erasure_id": lambda world: world.ids["erasure"],
    "static:filename": lambda world: "pages.css",
    "key": lambda world: "herald",
    "list_id": lambda world: world.ids["list"],
    "rulebook_api.delete_list:list_id": lambda world: world.ids["other list"],
    "rulebook_api.lift_ban:ban_id": lambda world: world.ids["other ban"],
    "webhooks_api.remove_endpoint:endpoint_id": lambda world: world.ids["other endpoint"],
    "name": lambda world: "thread.js",
    "number": lambda world: world.ids["story"],
    "desk.forget_filter:number": lambda world: world.ids["filter"],
    "sealed_id": lambda world: world.ids["sealed"],
    "secret": lambda world: world.link("bounces"),
    "site": lambda world: "herald",
    "slug": lambda world: world.ids["slug"],
    "target_id": lambda world: world.ids["chat"],
    "mail_pages.confirm_page:token": lambda world: world.link("confirm"),
    "mail_pages.confirm:token": lambda world: world.link("confirm"),
    "mail_pages.enter_page:token": lambda world: world.link("enter"),
    "mail_pages.enter:token": lambda world: world.link("enter"),
    "mail_pages.unsubscribe_page:token": lambda world: world.link("unsubscribe"),
    "mail_pages.unsubscribe:token": lambda world: world.link("unsubscribe"),
    "mail_pages.preferences_page:token": lambda world: world.link("preferences"),
    "mail_pages.preferences:token": lambda world: world.link("preferences"),
    "mine.show:token": lambda world: world.link("mine"),
    "mine.act:token": lambda world: world.link("mine"),
    "my_data.follow:token": lambda world: world.link("copy"),
    "my_data.act:token": lambda world: world.link("copy"),
    "wish": lambda world: "copy",
    "decide_by_mail.see:token": lambda world: world.link("decide"),
    "decide_by_mail.decide:token": lambda world: world.link("decide"),
    "decide_by_mail.ask_to_stop:token": lambda world: world.link("byline"),
    "decide_by_mail.stop:token": lambda world: world.link("byline"),
    "verb": lambda world: "off",
}

# What is asked for behind the question mark, where site and story are not it.
USUAL = {"site": "herald", "story": "harbour"}
QUERIES: dict[str, Callable[[World], Mapping[str, str]]] = {
    "comments_api.new_comments": lambda world: {**USUAL, "since": world.since},
    "oembed.oembed": lambda world: {"url": f"http://comments.herald.example/c/{world.ids['comment']}"},
    "login_pages.begin": lambda world: world.window(),
    "login_pages.begin_here": lambda world: {"story": "harbour"},
    "login_pages.back": lambda world: world.way_back(),
    "card.looking": lambda world: {"ids": world.ids["comment"]},
    "desk.author_list": lambda world: {"site": "herald", "q": "wren"},
    "desk.log": lambda world: {"site": "herald"},
    "log_pages.preview": lambda world: {"site": "herald", "batch": world.ids["batch"]},
    "bulk.confirm": lambda world: {"site": "herald", "queue": "all", "action": "hold"},
    "bulk.count": lambda world: {"site": "herald", "queue": "all", "action": "hold"},
    "bulk.decide": lambda world: {"site": "herald", "queue": "all", "action": "hold"},
    "bulk.result": lambda world: {"site": "herald", "queue": "all", "action": "hold", **world.counted()},
    "matching_api.count": lambda world: {"site": "herald", "queue": "all"},
    "author_api.list_authors": lambda world: {"site": "herald"},
    "author_api.show_author": lambda world: {},
    "moderation_api.show_queue": lambda world: {"site": "herald", "queue": "all", "limit": "100"},
    "desk.queue": lambda world: {"site": "herald", "queue": "all"},
    "moderation_api.show_log": lambda world: {"site": "herald", "limit": "100"},
    "story_api.list_stories": lambda world: {"site": "herald"},
    "webhooks_api.feed": lambda world: {"site": "herald"},
    "webhooks_api.list_deliveries": lambda world: {"site": "herald"},
}

# What is sent: JSON in place of the document's example, fields over those of the page's form.
# A route that is named here must succeed for somebody.
BODIES: dict[str, Callable[[World], Mapping[str, Any]]] = {
    "comments_api.post_comment": lambda world: {**world.from_wren(), "text": "And the gulls, of course."},
    "comments_api.edit_comment": lambda world: {"text": "The harbour was better with more boats in it."},
    "comments_api.preview": lambda world: {"site": "herald", "text": "See **this**."},
    "reader_pages.post": lambda world: {**world.from_wren(), "text": "Or without the gulls.", "notify": "none"},
    "report_pages.report": lambda world: {"reason": "other", "details": "Look at this."},
    "flags_api.flag_comment": lambda world: {"reason": "abuse", "details": "And at this."},
    "mine.act": lambda world: {"do": "export"},
    "my_data.ask": lambda world: {"email": world.address_of("robin"), "wish": "erase"},
    "moderation_api.decide": lambda world: {"comments": [world.seen("waiting")], "action": "approve"},
    "me_api.open_session": lambda world: {"site": "herald", "code": world.code()},
    "me_pages.edit": lambda world: {"text": "Does anybody still remember the boats?"},
    "author_api.undo_standings": lambda world: {"site": "herald", "batch": world.ids["stroke"]},
    "moderation_api.undo": lambda world: {},
    "moderation_api.undo_selection": lambda world: {"site": "herald", "batch": world.ids["batch"], "dry_run": True},
    "matching_api.decide": lambda world: {"site": "herald", "queue": "pending", "action": "hold", **world.expected()},
    "author_api.change_standing": lambda world: {"standing": "WATCHED", "reason": "Look."},
    "rulebook_api.add_ban": lambda world: {"site": "herald", "value": world.address_of("magpie"), "reason": "Spam."},
    "move_api.move_by_script": lambda world: {"to": "bridge", "comment": world.ids["comment"]},
    "story_api.add_story": lambda world: {"site": "herald", "id": "well", "title": "The well"},
    "webhooks_api.add_endpoint": lambda world: {
        "site": "herald",
        "url": f"{world.receiver.url}/new",
        "events": ["comment.approved"],
    },
    "webhooks_api.replay": lambda world: {"from": 1, "to": 500},
    "mail_pages.bounce": lambda world: {"uid": world.letter(), "kind": "bounce"},
    "desk.save_filter": lambda world: {"name": "Another", "query": "queue=all&q=boats"},
    "desk.decide": lambda world: {"seen": "{id}:{version}".format(**world.seen("waiting")), "action": "approve"},
    "admin.add_byline": lambda world: {"name": "Nadim"},
    "admin.change_standing": lambda world: {"standing": "WATCHED", "reason": "Look.", "until": ""},
    "bulk.decide": lambda world: {"action": "hold", **world.counted()},
    "card.note": lambda world: {"text": "Wrote before."},
    "card.look": lambda world: {"comment": world.ids["comment"]},
    "card.choose_keys": lambda world: {"keys": "on"},
    "log_pages.undo": lambda world: {"batch": world.ids["batch"]},
    "threads.set_mode": lambda world: {"mode": "hold_all"},
    "threads.move_story": lambda world: {"to": "bridge"},
    "threads.move_comment": lambda world: {"to": "bridge", "version": world.seen("comment")["version"]},
    "words_admin.add_list": lambda world: {"name": "Insults", "kind": "hold", "mode": "live", "entries": "crook"},
    "words_admin.import_list": lambda world: {"pasted": "swindler"},
    "words.try_text": lambda world: {"text": "What a crook."},
    "bans.add_ban": lambda world: {"value": world.address_of("magpie"), "reason": "Spam.", "days": ""},
    "bans.ban_network": lambda world: {"comment": world.ids["comment"], "days": "7", "reason": "Spam."},
    "endpoints.add": lambda world: {"url": f"{world.receiver.url}/page", "events": ["comment.approved"]},
    "endpoints.replay": lambda world: {"first": "1", "last": "500"},
    "notices.add_chat": lambda world: {"name": "Desk", "url": world.chat_url, "events": ["comment.held"]},
    "sections.save": lambda world: {"name": "Local", "mode": "hold_new"},
    "sign_in.sign_in": lambda world: {"email": world.staff["ada"].email, "password": world.staff["ada"].password},
    "checks.save": lambda world: {"akismet_key": "", "hook_timeout_ms": "500"},
    "trial.run": lambda world: {"try": "words", "words": "gulls", "days": "30"},
}
# What takes something away comes after all that needs it, in this order.
LAST = (
    "undo",
    "rotate",
    "act",
    "revoke",
    "end_",
    "password",
    "second_step",
    "stop",
    "move",
    "lift",
    "retract",
    "forget",
    "delete",
    "remove",
    "erase",
)
# What begins or ends a session is done in a browser of its own: the person's stays as it is.
ASIDE = ("sign_in.sign_in", "sign_in.sign_out", "login_pages.back")


@dataclass(frozen=True)
class Form:
    """A form as a page offers it: where it goes and what is in its fields."""

    action: str
    fields: tuple[tuple[str, str], ...]


class Forms(HTMLParser):
    """Every form of a page that is sent by POST."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._address, self._action = address, ""
        self._fields: list[tuple[str, str]] = []
        self._inside, self._select, self._text = False, "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("method", "").lower() == "post"
            self._action, self._fields = given.get("action") or self._address, []
        elif self._inside:
            self._note(tag, given)

    def _note(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select and ("selected" in given or self._first):
            self._first = False
            self._set(self._select, given.get("value", ""))
        elif tag == "textarea":
            self._text = name
        elif tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in given):
            self._fields.append((name, given.get("value", "on" if kind == "checkbox" else "")))

    def _set(self, name: str, value: str) -> None:
        self._fields = [each for each in self._fields if each[0] != name] + [(name, value)]

    def handle_data(self, data: str) -> None:
        if self._inside and self._text:
            self._set(self._text, data.strip("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._inside:
            self.found.append(Form(self._action, tuple(self._fields)))
            self._inside = False
        self._select = "" if tag == "select" else self._select
        self._text = "" if tag == "textarea" else self._text


@dataclass(frozen=True)
class Visit:
    """One request and what came back, headers and body as text."""

    who: str
    door: Door
    path: str
    status: int
    said: str


class Crawler:
    """Visits everything as one person after the other."""

    def __init__(self, world: World) -> None:
        self.world, self.visits = world, list[Visit]()
        self._forms: dict[str, dict[Door, Form]] = {}
        self.rules = list(world.app.url_map.iter_rules())
        self._offered: dict[Door, Form] = {}
        self._map = world.app.url_map.bind("localhost")
        self._examples = dict(_examples())

    def doors(self) -> set[Door]:
        return {(method, rule.endpoint) for rule in self.rules for method in rule.methods - {"HEAD", "OPTIONS"}}

    def visit_all(self, person: Person) -> None:
        """Read everything, do everything, and read again what that made of it."""
        self.read(person)
        self.write(person)
        self.read(person)

    def write(self, person: Person, *, takes_away: bool = True) -> None:
        """Do everything that can be done; or only what leaves everything in its place."""
        writes = [(m, rule) for rule in self.rules for m in sorted(rule.methods & {"POST", "PUT", "PATCH", "DELETE"})]
        for method, rule in sorted(writes, key=lambda each: _takes_away(*each)):
            if takes_away or _takes_away(method, rule)[0] == 0:
                self._write(person, method, rule)

    def read(self, person: Person) -> None:
        """Open every page and every call that only reads, and some that are not there."""
        for rule in self.rules:
            if "GET" in rule.methods:
                visitor = self.world.once_more(person) if rule.endpoint in ASIDE else person
                answer = self._open(visitor, "GET", rule.endpoint, self.path(rule))
                if answer.mimetype == "text/html" and answer.status_code == 200:
                    self._keep_forms(person, answer)
        for path in ("/nowhere", "/api/v1/nowhere", "/desk/nowhere"):
            self._open(person, "GET", "nothing", path)

    def path(self, rule: Rule) -> str:
        """The address of a route with something real in it. Fails for a name that nobody said what to put in for."""
        asked = QUERIES.get(rule.endpoint, lambda world: USUAL)(self.world)
        values = {name: self._id(rule.endpoint, name) for name in rule.arguments}
        _, address = rule.build({**values, **(rule.defaults or {})}, append_unknown=False)
        return f"{address}?{urlencode(asked)}" if asked else address

    def _id(self, endpoint: str, name: str) -> str:
        maker = IDS.get(f"{endpoint}:{name}") or IDS.get(name)
        assert maker, f"{endpoint} has <{name}> in its address: say in IDS what can stand there"
        return maker(self.world)

    def _keep_forms(self, person: Person, answer: TestResponse) -> None:
        for form in Forms(answer.get_data(as_text=True), answer.request.full_path).found:
            try:
                endpoint, _ = self._map.match(urlsplit(form.action).path, method="POST")
            except HTTPException:
                continue
            self._forms.setdefault(person.name, {}).setdefault(("POST", endpoint), form)
            self._offered.setdefault(("POST", endpoint), form)
            person.token = dict(form.fields).get("csrf_token", person.token)

    def _write(self, person: Person, method: str, rule: Rule) -> None:
        more = BODIES.get(rule.endpoint, lambda world: {})(self.world)
        if rule.rule.startswith("/api/") or rule.endpoint == "mail_pages.bounce":
            example = self._examples.get((method, rule.rule), {})
            body = more or {**example, **({"site": "herald"} if "site" in example else {})}
            sent = {"json": body} if method != "DELETE" else {}
            self._open(person, method, rule.endpoint, self.path(rule).partition("?")[0], **sent)
            return
        if rule.endpoint in ASIDE:
            person = self.world.once_more(person)
        door = (method, rule.endpoint)
        form = self._forms.get(person.name, {}).get(door) or self._offered.get(door)
        named = any(f"{rule.endpoint}:{name}" in IDS for name in rule.arguments)
        path = form.action if form and not named else self.path(rule)
        fields: dict[str, list[str]] = {}
        for name, value in form.fields if form else ():
            fields.setdefault(name, []).append(value)
        fields |= {name: value if isinstance(value, list) else [str(value)] for name, value in more.items()}
        fields["csrf_token"] = [person.token]
        self._open(person, method, rule.endpoint, path, data=fields)

    def _open(self, person: Person, method: str, endpoint: str, path: str, **sent: Any) -> TestResponse:
        limiter.reset()
        is_api = path.startswith("/api/")
        headers = {"X-Forwarded-For": NETWORK, "User-Agent": f"Browser of {person.name}"}
        answer = person.client.open(
            path,
            method=method,
            headers={**headers, **(_shown(person, endpoint) if is_api or endpoint == "health.figures" else {})},
            environ_base={"REMOTE_ADDR": GATEWAY},
            **sent,
        )
        said = f"{answer.status}\n{answer.headers}\n{_readable(answer)}"
        self.visits.append(Visit(person.name, (method, endpoint), path, answer.status_code, said))
        return answer


def _shown(person: Person, endpoint: str) -> Mapping[str, str]:
    """What a script of this person shows to a call."""
    if endpoint == "health.figures":  # whoever runs the service has it
        return {"Authorization": f"Bearer {FIGURES}"} if person.name == "ada" else {}
    is_own = endpoint.startswith("me_api.") and person.known
    return {"Authorization": f"Bearer {person.known}"} if is_own else person.headers


def _readable(answer: TestResponse) -> str:
    """The body as text; of an archive what is in it."""
    if answer.mimetype != "application/zip":
        return answer.get_data(as_text=True)
    with ZipFile(BytesIO(answer.get_data())) as archive:
        return "\n".join(f"{name}\n{archive.read(name).decode()}" for name in archive.namelist())


def _takes_away(method: str, rule: Rule) -> tuple[int, str]:
    name = rule.endpoint.partition(".")[2]
    return max((number for number, word in enumerate(LAST, 1) if word in name), default=0), rule.endpoint


def _examples() -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The example of every call's body in the OpenAPI document, by method and the route's own rule."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            media = resolved(operation.get("requestBody", {})).get("content", {}).get("application/json")
            if media:
                named = [each["value"] for each in media.get("examples", {}).values()]
                example = media.get("example") or named[0]
                rule = path.replace("{", "<").replace("}", ">")
                yield (method.upper(), rule), json.loads(json.dumps(example))
