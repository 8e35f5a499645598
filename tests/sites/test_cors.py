"""Pages of a site's registered origins may read and write; nobody else's page learns anything."""

import pytest

from tests.cast import rosas_comment

HERALD, GAZETTE = "https://www.herald.example", "https://www.gazette.example"
THREAD = "/api/v1/thread?site=herald&story=harbour"
ALLOW = "Access-Control-Allow-Origin"
FOREIGN = [
    "https://evil.example",
    "null",
    "http://www.herald.example",
    "https://herald.example",
    "https://www.herald.example.evil.example",
    "https://evilwww.herald.example",
    "https://evil.www.herald.example",
    "https://WWW.HERALD.EXAMPLE",
    "HTTPS://www.herald.example",
    "https://www.herald.example:443",
    "https://www.herald.example:8443",
    "https://www.herald.example/",
    "https://www.herald.example, https://evil.example",
    " https://www.herald.example.",
    "*",
    "",
]


@pytest.mark.parametrize("path", [
    THREAD,
    "/api/v1/counts?site=herald&story=harbour",
    "/api/v1/related?site=herald&story=harbour",
    "/api/v1/stories/about?site=herald&story=harbour",
])  # fmt: skip
def test_a_page_of_the_site_may_read(client, herald, path):
    assert client.get(path, headers={"Origin": HERALD}).headers[ALLOW] == HERALD


@pytest.mark.parametrize("origin", FOREIGN)
def test_any_other_page_may_not(client, herald, origin):
    answer = client.get(THREAD, headers={"Origin": origin})
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]


def test_a_page_of_another_site_may_not(client, herald):
    assert ALLOW not in client.get(THREAD, headers={"Origin": GAZETTE}).headers


def test_a_page_of_another_site_may_not_read_one_comment_either(client, herald, newsroom):
    comment = newsroom.comment(newsroom.story())
    answers = [client.get(f"/api/v1/comments/{comment}", headers={"Origin": origin}) for origin in (HERALD, GAZETTE)]
    assert [answer.headers.get(ALLOW) for answer in answers] == [HERALD, None]


@pytest.mark.parametrize("origin", [None, HERALD, GAZETTE, "https://evil.example"])
def test_caches_keep_an_answer_for_each_origin(client, herald, origin):
    answer = client.get(THREAD, headers={"Origin": origin} if origin else {})
    assert answer.headers["Vary"] == "Accept-Encoding, Origin"


def test_an_unchanged_answer_is_readable_too(client, herald):
    etag = client.get(THREAD).headers["ETag"]
    answer = client.get(THREAD, headers={"Origin": HERALD, "If-None-Match": etag})
    assert (answer.status_code, answer.headers[ALLOW], answer.headers["Vary"]) == (
        304,
        HERALD,
        "Accept-Encoding, Origin",
    )


@pytest.mark.parametrize("origin", [HERALD, "https://evil.example"])
def test_no_credentials_are_ever_allowed(client, herald, origin):
    assert "Access-Control-Allow-Credentials" not in client.get(THREAD, headers={"Origin": origin}).headers


def test_a_page_reads_the_headers_it_needs(client, herald):
    assert (
        client.get(THREAD, headers={"Origin": HERALD}).headers["Access-Control-Expose-Headers"] == "ETag, Retry-After"
    )


@pytest.mark.parametrize(("body", "status"), [({}, 201), ({"text": ""}, 422), ({"site": "nowhere"}, 404)])
def test_a_page_reads_the_answer_to_what_it_wrote_also_a_refusal(client, herald, body, status):
    answer = client.post("/api/v1/comments", json=rosas_comment(**body), headers={"Origin": HERALD})
    assert (answer.status_code, answer.headers[ALLOW]) == (status, HERALD)


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
def test_a_page_reads_what_was_wrong_with_its_body(client, herald, headers):
    answer = client.post("/api/v1/comments", data="{", headers={"Origin": HERALD, **headers})
    assert answer.headers[ALLOW] == HERALD


def test_a_foreign_page_does_not_read_why_it_was_refused(client, herald):
    answer = client.post("/api/v1/comments", json=rosas_comment(), headers={"Origin": GAZETTE})
    assert (answer.status_code, ALLOW in answer.headers) == (403, False)


PREFLIGHTS = [("/api/v1/comments", "POST"), ("/api/v1/comments/1", "PATCH"), ("/api/v1/comments/1/like", "PUT")]


@pytest.mark.parametrize(("path", "method"), PREFLIGHTS)
def test_a_browser_that_asks_before_it_writes_is_told_yes(client, herald, path, method):
    headers = {
        "Origin": HERALD,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    answer = client.options(path, headers=headers)
    assert (answer.status_code, answer.headers[ALLOW]) == (200, HERALD)
    assert method in answer.headers["Access-Control-Allow-Methods"]
    for name in ("Authorization", "Content-Type", "Idempotency-Key"):
        assert name in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_browser_that_asks_for_a_foreign_page_is_told_nothing(client, herald, origin):
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = client.options("/api/v1/comments", headers=headers)
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]


@pytest.mark.parametrize("path", ["/api/v1/moderation/queue?site=herald", "/api/v1/admin/authors?site=herald", "/desk"])
def test_what_belongs_to_the_newsroom_is_for_no_page(client, herald, path):
    assert ALLOW not in client.get(path, headers={"Origin": HERALD}).headers


def test_repeated_slashes_lead_nowhere(client, cast):
    answer = client.get("/api//v1/thread?site=herald&story=x", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)


def test_a_page_may_ask_again_with_its_etag(client, cast):
    headers = {"Origin": "https://www.herald.example", "Access-Control-Request-Method": "GET"}
    allowed = client.options("/api/v1/thread", headers=headers).headers["Access-Control-Allow-Headers"]
    assert "If-None-Match" in allowed
