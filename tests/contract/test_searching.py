"""The searcher of the leak test finds what is planted, in every disguise, and nothing where there is nothing."""

import base64
import hashlib
import json
from urllib.parse import quote

import pytest

from tests.contract.searching import Searcher, Secret

ADDRESS = "Canary.Wren@Wren-Nest.test"
ABROAD = "canary.kus@kuş-yuvası.test"
NETWORK = "203.0.113.77"
TOKEN = "Zq8-Zr4YtV0nW2xLpA7sJd9Gf3HbMc6Qe1Tu"
LOWER = ADDRESS.lower()

SECRETS = (
    Secret("the writer", "address", ADDRESS),
    Secret("a writer abroad", "address", ABROAD),
    Secret("the writer", "network", NETWORK),
    Secret("a neighbour", "network", "2001:db8:77:1::5"),
    Secret("the writer", "token", TOKEN),
)


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return Searcher(SECRETS)


DISGUISES = {
    "as typed": f"Write to {ADDRESS}.",
    "lower case": f'"email":"{LOWER}"',
    "upper case": ADDRESS.upper(),
    "entities": f"<a>{LOWER.replace('@', '&#64;').replace('.', '&#x2e;')}</a>",
    "every letter an entity": "".join(f"&#{ord(each)};" for each in ADDRESS),
    "percent-encoded": f"/unsubscribe?who={quote(ADDRESS, safe='')}",
    "every byte percent-encoded": "".join(f"%{byte:02x}" for byte in LOWER.encode()),
    "JSON's escapes": json.dumps({"email": LOWER}).replace("@", "\\u0040"),
    "quoted-printable": LOWER.replace("@", "=40"),
    "reversed": LOWER[::-1],
    "rot13": "pnanel.jera@jera-arfg.grfg",
    "hexadecimal": LOWER.encode().hex(),
    "split": f"<span>{LOWER.split('@')[0]}</span> at <span>…</span>",
    "its domain alone": "somebody at wren-nest.test",
    "Gravatar, old": f"https://www.gravatar.com/avatar/{hashlib.md5(LOWER.encode()).hexdigest()}?d=identicon",
    "Gravatar, new": f"/avatar/{hashlib.sha256(LOWER.encode()).hexdigest()}",
    "half a hash": f"anon-{hashlib.sha256(LOWER.encode()).hexdigest()[:32]}",
    "of the raw address": hashlib.sha1(ADDRESS.encode()).hexdigest(),
    "a hash in base64": base64.b64encode(hashlib.sha256(LOWER.encode()).digest()).decode(),
    "base32": base64.b32encode(LOWER.encode()).decode(),
}


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES)
def test_an_address_is_found_in_disguise(searcher, text):
    assert {(hit.secret.whose, hit.secret.what) for hit in searcher.hits(text)} == {("the writer", "address")}


@pytest.mark.parametrize("before", ["", "a", "ab", '{"id":7,"mail":"'])
def test_an_address_is_found_inside_a_longer_text_in_base64(searcher, before):
    coded = base64.urlsafe_b64encode(f'{before}{LOWER}", "more": 1'.encode()).decode()
    assert {hit.secret.text for hit in searcher.hits(f"/link/{coded}.sig")} == {ADDRESS}


@pytest.mark.parametrize("text", ["canary.kus@xn--ku-yuvas-dxb8s.test", f"x {ABROAD.upper()} x", "at kuş-yuvası.test"])
def test_an_address_abroad_is_found_as_mail_carries_it(searcher, text):
    text = text.replace("xn--ku-yuvas-dxb8s.test", "kuş-yuvası.test".encode("idna").decode())
    assert {hit.secret.text for hit in searcher.hits(text)} == {ABROAD}


@pytest.mark.parametrize(
    "text",
    [
        "from 203.0.113.77:5000",
        "203.0.113.0/24",
        "77.113.0.203.in-addr.arpa",
        "::ffff:203.0.113.77",
        str(int.from_bytes(bytes([203, 0, 113, 77]))),
        hashlib.md5(b"203.0.113.77").hexdigest(),
    ],
)
def test_a_network_is_found(searcher, text):
    assert {hit.secret.text for hit in searcher.hits(text)} == {NETWORK}


@pytest.mark.parametrize("text", ["2001:0db8:0077:0001:0000:0000:0000:0005", "2001:db8:77:1::/64"])
def test_a_longer_network_is_found(searcher, text):
    assert {hit.secret.whose for hit in searcher.hits(text)} == {"a neighbour"}


def test_a_token_is_found_with_its_hash(searcher):
    texts = (f"Bearer {TOKEN}", hashlib.sha256(TOKEN.encode()).hexdigest())
    assert [len(searcher.hits(text)) > 0 for text in texts] == [True, True]


@pytest.mark.parametrize(
    "text",
    ["", "The harbour was better with boats in it.", "rosa@example.org", hashlib.md5(b"rosa@example.org").hexdigest()],
)
def test_nothing_is_found_where_there_is_nothing(searcher, text):
    assert searcher.hits(text) == set()
