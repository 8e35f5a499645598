"""A canary: one address is written in, and must come out nowhere, nor anything an outsider could match it with."""

import base64
import hashlib
import logging
from urllib.parse import quote

import pytest
from sqlalchemy import event, select

from commentsvc.core.database import PREFIX, db
from tests.cast import rosas_comment

CANARY = "Canary@OK.test"
NETWORK = "203.0.113.77"


def spellings(secret: str) -> dict[str, str]:
    """Every form of a secret that could be recognised by somebody who has a list of addresses."""
    found = {}
    for name, text in {"as typed": secret, "lower": secret.lower(), "upper": secret.upper()}.items():
        raw = text.encode()
        found |= {name: text, f"{name}, percent-encoded": quote(text, safe=""), f"{name}, all percent-encoded": "".join(
            f"%{byte:02X}" for byte in raw
        )}  # fmt: skip
        found |= {f"{name}, base64": base64.b64encode(raw).decode().rstrip("="), f"{name}, hex": raw.hex()}
        for kind in ("md5", "sha1", "sha256", "sha512"):
            digest = hashlib.new(kind, raw).digest()
            found |= {f"{name}, {kind}": digest.hex(), f"{name}, {kind}, base64": base64.b64encode(digest).decode()}
            found |= {f"{name}, {kind}, base64url": base64.urlsafe_b64encode(digest).decode().rstrip("=")}
    return found


def hits(text: str, secret: str) -> list[str]:
    lowered = text.lower()
    return [name for name, each in spellings(secret).items() if each.lower() in lowered]


@pytest.fixture
def answers(client, herald, newsroom, caplog) -> dict[str, str]:
    """Everything the outside can ask for once the canary has written, answered a reply and been refused; and the log."""
    caplog.set_level(logging.DEBUG)
    ask = {"environ_base": {"REMOTE_ADDR": NETWORK}}
    newsroom.words("herald", "hold", "canary")
    sent = rosas_comment(email=CANARY, website="https://birds.example/", name="Bird")
    first = client.post("/api/v1/comments", json=sent, **ask)
    comment, slug = first.json["comment"]["id"], first.json["comment"]["author"]["slug"]
    newsroom.decide(int(comment), "approve")
    reply = {**sent, "text": "And another thing.", "parent": comment}
    receipt = {"Authorization": f"Bearer {first.json['receipt']['token']}"}
    heard = {
        "posted": first,
        "posted with receipt": client.post("/api/v1/comments", json=reply, headers=receipt, **ask),
        "posted again": client.post("/api/v1/comments", json=sent, **ask),
        "wrong text": client.post("/api/v1/comments", json={**sent, "text": ""}, **ask),
        "wrong address": client.post("/api/v1/comments", json={**sent, "email": f"{CANARY}, {CANARY}"}, **ask),
        "wrong site": client.post("/api/v1/comments", json={**sent, "site": "nowhere"}, **ask),
        "broken": client.post(
            "/api/v1/comments", data=f'{{"email": "{CANARY}"', content_type="application/json", **ask
        ),
        "edited": client.patch(f"/api/v1/comments/{comment}", json={"text": "Hm."}, headers=receipt, **ask),
    }
    newsroom.decide(int(comment), "approve")
    client.put(f"/api/v1/comments/{comment}/like", **ask)
    for path in (
        "/api/v1/thread?site=herald&story=harbour",
        "/api/v1/thread?site=herald&story=harbour&format=html&sort=liked",
        f"/api/v1/comments/{comment}",
        f"/api/v1/comments/{comment}?format=html",
        f"/api/v1/comments/{comment}/replies",
        f"/api/v1/authors/{slug}?site=herald",
        "/api/v1/counts?site=herald&story=harbour",
        "/api/v1/related?site=herald&story=harbour",
        "/api/v1/stories/about?site=herald&story=harbour",
        "/thread/herald?story=harbour",
        f"/thread/herald?story=harbour&parent={comment}",
        f"/thread/herald/replies/{comment}",
        "/fragment/thread?site=herald&story=harbour",
        f"/authors/herald/{slug}",
        f"/c/{comment}",
        f"/thread/herald/report/{comment}",
        "/feeds/herald.atom",
        "/feeds/herald/story.atom?story=harbour",
        f"/oembed?url=http://localhost/c/{comment}",
        f"/oembed?url=http://localhost/c/{comment}&format=xml",
        "/",
        "/healthz",
        "/readyz",
        "/api/v1/openapi.json",
        "/nowhere",
        "/api/v1/nowhere",
    ):
        heard[path] = client.get(path, **ask)
    said = {name: f"{answer.headers}\n{answer.get_data(as_text=True)}" for name, answer in heard.items()}
    return said | {"the log": caplog.text}


def test_the_canary_itself_is_found_when_it_is_there():
    digest = hashlib.md5(b"canary@ok.test").hexdigest()
    assert hits(f"avatar.example/{digest}", CANARY) == ["lower, md5"]


def test_an_address_comes_out_nowhere(answers):
    assert {name: found for name, text in answers.items() if (found := hits(text, CANARY))} == {}


def test_a_network_address_comes_out_nowhere(answers):
    assert {name: found for name, text in answers.items() if (found := hits(text, NETWORK))} == {}


def test_a_receipt_comes_out_only_where_its_comment_was_written(post, newsroom, client, caplog):
    caplog.set_level(logging.DEBUG)
    first = post().json
    token = first["receipt"]["token"].partition(".")[2]
    newsroom.decide(int(first["comment"]["id"]), "approve")
    for path in (
        "/api/v1/thread?site=herald&story=harbour",
        f"/api/v1/comments/{first['comment']['id']}",
        "/thread/herald?story=harbour",
    ):
        assert token not in client.get(path).get_data(as_text=True)
    assert token not in caplog.text


def test_the_public_answers_were_answers(answers):
    """So that nothing above passes because nothing was there."""
    assert "Bird" in answers["/api/v1/thread?site=herald&story=harbour"]
    assert "Bird" in answers["/thread/herald?story=harbour"]


def test_the_database_alone_does_not_give_an_address(app, post):
    post(email=CANARY)
    with app.app_context():
        for table in db.metadata.sorted_tables:
            if table.name.startswith(PREFIX):
                stored = str(db.session.execute(select(table)).all())
                assert hits(stored, CANARY) == [], table.name


def test_a_failure_of_the_service_does_not_write_the_address_to_the_log(app, client, herald, caplog):
    def fail(_connection, _cursor, statement, *_rest) -> None:
        if statement.startswith("INSERT"):
            raise RuntimeError(f"could not store {CANARY}")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        answer = client.post("/api/v1/comments", json=rosas_comment(email=CANARY))
    finally:
        event.remove(engine, "before_cursor_execute", fail)
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert answer.json["request_id"] in caplog.text
    assert hits(caplog.text + answer.get_data(as_text=True), CANARY) == []


def test_the_form_that_failed_shows_the_address_to_its_writer_alone(client, herald):
    page = client.post("/thread/herald?story=harbour", data={"email": CANARY, "name": "Bird", "text": ""})
    assert (page.status_code, page.headers["Cache-Control"]) == (422, "no-store")
