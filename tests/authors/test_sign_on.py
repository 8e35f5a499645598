"""The publisher's own users: what a sign-on token gives, and every token that gives nothing."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.authors import key_sets, sign_on
from commentsvc.authors.models import Author, UsedSignOn
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.errors import DomainError
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation import merging
from commentsvc.sites.service import site_named
from tests.cast import rosas_comment

ISSUER, AUDIENCE = "https://www.herald.example", "comments"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def pem(key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def jwk(key, kid: str) -> dict:
    of = jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    return {**of.to_jwk(key.public_key(), as_dict=True), "kid": kid}


def claims(**changes) -> dict:
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-7",
        "name": "Rosa of the Herald",
        "jti": jwt.utils.base64url_encode(str(time.time_ns()).encode()).decode(),
        "exp": int(time.time()) + 300,
    }
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


class Publisher:
    """The Herald, which signs for its readers with a secret called `k1`."""

    def __init__(self, app, newsroom, algorithm: str = "HS256") -> None:
        self.app, self.newsroom = app, newsroom
        newsroom.set("herald", sign_on=algorithm, sign_on_issuer=ISSUER, sign_on_audience=AUDIENCE)

    def key(self, kid: str = "k1", public: str | None = None) -> str | None:
        with self.app.app_context(), unit_of_work():
            return sign_on.add_key(site_named("herald"), kid, public_key=public, keys=house().keys, now=now())

    def session(self, token: str, **more):
        return self.app.test_client().post("/api/v1/sessions", json={"site": "herald", "token": token}, **more)

    def write(self, session, **changes):
        sent = rosas_comment(**{"name": None, "email": None, **changes})
        headers = {"Authorization": f"Bearer {session.json['token']}"}
        return self.app.test_client().post("/api/v1/comments", json=sent, headers=headers)


@pytest.fixture
def publisher(app, cast, newsroom) -> Publisher:
    newsroom.set("herald", quick_form_seconds=0)
    key_sets.forget()
    return Publisher(app, newsroom)


@pytest.fixture
def secret(publisher) -> str:
    made = publisher.key()
    assert made
    return made


def signed(secret: str, kid: str | None = "k1", **changes) -> str:
    return jwt.encode(claims(**changes), secret, algorithm="HS256", headers={"kid": kid} if kid else {})


# What it gives


def test_a_signed_on_reader_writes_without_typing_who_they_are(publisher, secret):
    session = publisher.session(signed(secret))
    assert (session.status_code, session.json["name"]) == (201, "Rosa of the Herald")
    written = publisher.write(session)
    assert (written.status_code, written.json["comment"]["author"]["name"]) == (201, "Rosa of the Herald")


def test_whatever_they_type_they_are_called_what_the_publisher_says(publisher, secret):
    written = publisher.write(publisher.session(signed(secret)), name="Ada Admin", email="other@example.org")
    assert written.json["comment"]["author"]["name"] == "Rosa of the Herald"


def test_the_same_subject_is_the_same_author_with_a_history(publisher, secret, newsroom):
    first = publisher.write(publisher.session(signed(secret))).json["comment"]
    newsroom.decide(int(first["id"]), "approve")
    second = publisher.write(publisher.session(signed(secret, name="Rosa R.")), text="Once more.").json["comment"]
    assert (second["status"], second["author"]["slug"]) == ("approved", first["author"]["slug"])


def test_another_subject_of_the_same_name_is_another_author(publisher, secret):
    slugs = {
        publisher.write(publisher.session(signed(secret, sub=sub)), text=f"By {sub}.").json["comment"]["author"]["slug"]
        for sub in ("user-7", "user-8")
    }
    assert len(slugs) == 2


def test_only_badges_the_site_knows_are_given(publisher, secret, newsroom):
    newsroom.set("herald", sign_on_badges="subscriber, author")
    session = publisher.session(signed(secret, badges=["subscriber", "author", "moderator", "boss"]))
    assert publisher.write(session).json["comment"]["author"]["badges"] == ["subscriber"]


def test_pictures_come_from_the_sites_own_pages_alone(publisher, secret):
    theirs = publisher.session(signed(secret, avatar="https://tracker.example/rosa.png", profile="javascript:alert(1)"))
    author = publisher.write(theirs).json["comment"]["author"]
    assert ("/avatars/" in author["avatar"], author["website"]) == (True, None)  # the drawn one
    own = publisher.session(signed(secret, avatar=f"{ISSUER}/rosa.png", profile="https://rosa.example/"))
    author = publisher.write(own, text="Once more.").json["comment"]["author"]
    assert (author["avatar"], author["website"]) == (f"{ISSUER}/rosa.png", "https://rosa.example/")


@pytest.mark.parametrize(("verified", "kept"), [(True, True), (False, False), ("true", False), (None, False)])
def test_an_address_counts_only_when_the_publisher_verified_it(app, publisher, secret, verified, kept):
    publisher.session(signed(secret, email="rosa@example.org", email_verified=verified))
    with app.app_context():
        author = db.session.query(Author).filter(Author.signed_on_as.is_not(None)).one()
        assert (author.confirmed_at is not None, author.email_hash is not None) == (kept, kept)


def test_their_own_comments_are_theirs_to_edit_and_to_see(publisher, secret):
    session = publisher.session(signed(secret))
    number = publisher.write(session).json["comment"]["id"]
    headers = {"Authorization": f"Bearer {session.json['token']}"}
    client = publisher.app.test_client()
    edited = client.patch(f"/api/v1/comments/{number}", json={"text": "Changed."}, headers=headers)
    mine = client.get("/api/v1/me/comments?site=herald", headers=headers)
    assert (edited.status_code, [each["id"] for each in mine.json["comments"]]) == (200, [number])


def test_a_site_without_guests_takes_signed_on_readers_alone(publisher, secret, newsroom, client):
    newsroom.set("herald", guests=False)
    refused = client.post("/api/v1/comments", json=rosas_comment())
    page = client.post("/thread/herald?story=harbour", data={"text": "T", "name": "N", "email": "n@example.org"})
    assert (refused.status_code, refused.json["code"], page.status_code) == (401, "login_required", 401)
    assert publisher.write(publisher.session(signed(secret))).status_code == 201
    form = client.get("/api/v1/thread?site=herald&story=harbour").json["form"]
    assert form["guests"] is False


def test_the_page_without_javascript_says_so_and_loses_no_word(publisher, secret, newsroom, client):
    newsroom.set("herald", guests=False)
    shown = client.get("/thread/herald?story=harbour").text
    sent = {"text": "Dear to me.", "name": "N", "email": "n@example.org"}
    assert ("<textarea" in shown, "once you are signed in" in shown) == (False, True)
    assert "Dear to me." in client.post("/thread/herald?story=harbour", data=sent).text


# What gives nothing


def unsigned(header: dict, said: dict) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, said))
    return ".".join([*parts, ""])


BAD = {
    "forged": lambda secret: signed("another secret that is long enough"),
    "expired": lambda secret: signed(secret, exp=int(time.time()) - 60),
    "endless": lambda secret: signed(secret, exp=int(time.time()) + 86_400),
    "without an end": lambda secret: signed(secret, exp=None),
    "alg none": lambda secret: unsigned({"alg": "none", "typ": "JWT", "kid": "k1"}, claims()),
    "another algorithm": lambda secret: jwt.encode(claims(), secret, algorithm="HS384", headers={"kid": "k1"}),
    "wrong audience": lambda secret: signed(secret, aud="shop"),
    "no audience": lambda secret: signed(secret, aud=None),
    "wrong issuer": lambda secret: signed(secret, iss="https://evil.example"),
    "unknown kid": lambda secret: signed(secret, "k2"),
    "no kid": lambda secret: signed(secret, None),
    "a kid that is a path": lambda secret: signed(secret, "../../etc/passwd"),
    "oversized": lambda secret: signed(secret, padding="x" * 5_000),
    "no id": lambda secret: signed(secret, sub=None),
    "no number of its own": lambda secret: signed(secret, jti=None),
    "no name": lambda secret: signed(secret, name=None),
    "a name of nothing": lambda secret: signed(secret, name="\u200b"),
    "a name too long": lambda secret: signed(secret, name="x" * 81),
    "a name that is none": lambda secret: signed(secret, name={"$ne": ""}),
    "a role": lambda secret: signed(secret, role="admin"),
    "not yet valid": lambda secret: signed(secret, nbf=int(time.time()) + 600),
    "no token": lambda secret: "rosa",
    "half a token": lambda secret: signed(secret).rsplit(".", 1)[0],
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_makes_nobody_known(app, publisher, secret, kind):
    answer = publisher.session(BAD[kind](secret))
    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")
    with app.app_context():
        assert (db.session.query(Author).count(), db.session.query(UsedSignOn).count()) == (0, 0)


def test_a_token_is_taken_once(publisher, secret):
    token = signed(secret)
    assert [publisher.session(token).status_code for _ in range(2)] == [201, 401]


def test_all_bad_tokens_get_the_same_answer(publisher, secret):
    answers = {json.dumps(publisher.session(BAD[kind](secret)).json["detail"]) for kind in BAD}
    assert len(answers) == 1


def test_a_site_that_takes_none_takes_none(publisher, secret, newsroom):
    newsroom.set("herald", sign_on="off")
    assert publisher.session(signed(secret)).status_code == 401


@pytest.mark.parametrize("missing", ["sign_on_issuer", "sign_on_audience"])
def test_a_site_that_says_not_whose_tokens_takes_none(publisher, secret, newsroom, missing):
    newsroom.set("herald", **{missing: ""})
    assert publisher.session(signed(secret)).status_code == 401


def test_the_key_of_one_site_opens_no_other(publisher, secret, newsroom, client):
    newsroom.set("gazette", sign_on="HS256", sign_on_issuer=ISSUER, sign_on_audience=AUDIENCE)
    tried = client.post("/api/v1/sessions", json={"site": "gazette", "token": signed(secret)})
    assert tried.status_code == 401


def test_a_key_that_was_taken_away_opens_nothing(app, publisher, secret):
    with app.app_context(), unit_of_work():
        sign_on.remove_key(site_named("herald"), "k1")
    assert publisher.session(signed(secret)).status_code == 401


def test_two_keys_are_good_while_one_follows_the_other(publisher, secret):
    other = publisher.key("k2")
    assert [publisher.session(signed(each, kid)).status_code for each, kid in ((secret, "k1"), (other, "k2"))] == [
        201,
        201,
    ]


def test_a_reader_who_is_banned_stays_so(app, publisher, secret):
    session = publisher.session(signed(secret))
    with app.app_context(), unit_of_work():
        db.session.query(Author).filter(Author.signed_on_as.is_not(None)).one().standing = "BANNED"
    assert publisher.write(session).json["code"] == "not_welcome"


@pytest.fixture
def merged(app, publisher, secret, newsroom):
    """The session of a signed-on reader whom Ada merged into the guest that Rosa was before; that guest's number."""
    guest = newsroom.comment(newsroom.story(id="harbour"), name="Rosa Reader")
    session = publisher.session(signed(secret))
    with app.app_context(), unit_of_work():
        kept = newsroom.row(guest).author
        gone = db.session.query(Author).filter(Author.signed_on_as.is_not(None)).one()
        merging.merge(kept, gone, actor=Actor("Ada", role=Role.ADMIN), now=now())
        return session, kept.id


def test_a_signed_on_reader_whose_kept_record_is_banned_is_too(app, publisher, merged):
    session, kept = merged
    with app.app_context(), unit_of_work():
        db.session.get_one(Author, kept).standing = "BANNED"
    assert publisher.write(session).json["code"] == "not_welcome"


# Pairs of keys


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", RSA), ("ES256", EC)])
def test_a_pair_of_keys(publisher, newsroom, algorithm, key):
    newsroom.set("herald", sign_on=algorithm)
    publisher.key("p1", pem(key))
    token = jwt.encode(claims(), key, algorithm=algorithm, headers={"kid": "p1"})
    assert publisher.session(token).status_code == 201


def test_a_public_key_is_no_secret(publisher, newsroom):
    newsroom.set("herald", sign_on="RS256")
    publisher.key("p1", pem(RSA))
    header = {"alg": "HS256", "typ": "JWT", "kid": "p1"}
    body = unsigned(header, claims()).removesuffix(".")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(body.encode(), pem(RSA).encode())
    forged = f"{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
    assert publisher.session(forged).status_code == 401
    newsroom.set("herald", sign_on="HS256")  # not even when the newsroom changes its mind
    assert publisher.session(forged).status_code == 401


class KeySet(BaseHTTPRequestHandler):
    keys: list = []
    asked = 0
    body: bytes | None = None

    def do_GET(self):  # noqa: N802
        type(self).asked += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.body if self.body is not None else json.dumps({"keys": self.keys}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def key_set(app, publisher, newsroom) -> Iterator[type[KeySet]]:
    """Where the Herald shows its public keys: `p1` at first."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), KeySet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    present = app.extensions["commentsvc"]
    app.extensions["commentsvc"] = replace(present, outgoing_allowed=(f"127.0.0.1:{server.server_port}",))
    newsroom.set("herald", sign_on="RS256", sign_on_keys_url=f"http://127.0.0.1:{server.server_port}/jwks.json")
    KeySet.keys, KeySet.asked, KeySet.body = [jwk(RSA, "p1")], 0, None
    yield KeySet
    app.extensions["commentsvc"] = present
    server.shutdown()
    server.server_close()


def by_pair(kid: str = "p1", key=RSA, algorithm: str = "RS256") -> str:
    return jwt.encode(claims(), key, algorithm=algorithm, headers={"kid": kid})


def test_keys_are_fetched_from_the_publisher_and_kept(publisher, key_set):
    assert [publisher.session(by_pair()).status_code for _ in range(3)] == [201, 201, 201]
    assert key_set.asked == 1


def test_unknown_kids_do_not_make_us_ask_again_and_again(publisher, key_set):
    assert {publisher.session(by_pair(f"made-up-{number}")).status_code for number in range(5)} == {401}
    assert key_set.asked == 1


def test_a_new_key_is_found_after_a_while(publisher, key_set, monkeypatch):
    publisher.session(by_pair())
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_set.keys = [jwk(RSA, "p1"), jwk(other, "p2")]
    monkeypatch.setattr(key_sets, "LEAST", 0.0)
    assert publisher.session(by_pair("p2", other)).status_code == 201


def test_the_set_says_nothing_about_the_algorithm(publisher, key_set):
    key_set.keys = [jwk(EC, "p1")]
    assert publisher.session(by_pair("p1", EC, "ES256")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"{" * 5_000, b"x" * 70_000, b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "p1"}]}'],
)
def test_what_is_no_set_of_keys_opens_nothing(publisher, key_set, body):
    key_set.body = body
    assert publisher.session(by_pair()).status_code == 401


def test_a_set_on_an_address_inside_is_not_asked_for(app, publisher, key_set):
    app.extensions["commentsvc"] = replace(app.extensions["commentsvc"], outgoing_allowed=())
    assert (publisher.session(by_pair()).status_code, key_set.asked) == (401, 0)


@pytest.mark.parametrize(
    ("algorithm", "public"), [("HS256", pem(RSA)), ("RS256", None), ("RS256", "rosa"), ("off", None)]
)
def test_a_key_that_does_not_fit_the_site_is_not_kept(publisher, newsroom, algorithm, public):
    newsroom.set("herald", sign_on=algorithm)
    with pytest.raises(DomainError):
        publisher.key("k1", public)


def test_keys_are_kept_encrypted(app, publisher, secret):
    with app.app_context():
        [kept] = sign_on.keys_of(site_named("herald"))
        assert secret not in kept.key_encrypted
