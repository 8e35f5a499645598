"""The thread's own page: read and write without JavaScript."""

import re
from urllib.parse import urlsplit

import pytest

from tests.cast import rosas_comment

PAGE = "/thread/herald?story=harbour"
TYPED = {name: rosas_comment()[name] for name in ("text", "name", "email")}


@pytest.fixture
def send(client, herald):
    def post(page: str = PAGE, headers: dict | None = None, **changes):
        return client.post(page, data={**TYPED, **changes}, headers=headers)

    return post


def test_the_form_asks_what_the_contract_says(client, herald):
    page = client.get(PAGE).get_data(as_text=True)
    for asked in ("text", "name", "email", "website", "save", "parent"):
        assert re.search(f'name="{asked}"', page), asked
    assert "Your email address will not be published" in page


def test_a_comment_that_waits_leads_its_writer_to_a_note_and_the_words(send, client):
    answer = send()
    assert answer.status_code == 303
    assert TYPED["text"] in client.get(answer.location).get_data(as_text=True)


def test_a_comment_that_is_published_leads_to_its_place(send, client, newsroom):
    newsroom.set("herald", hold_first_comments=0)
    answer = send()
    place = urlsplit(answer.location).fragment
    assert f'id="{place}"' in client.get(answer.location).get_data(as_text=True)


def test_nobody_else_sees_what_waits(send, client):
    send()
    assert TYPED["text"] not in client.get(PAGE).get_data(as_text=True)


def test_the_address_of_a_waiting_comment_is_kept_by_no_cache_and_told_to_nobody(send, client):
    headers = client.get(send().location).headers
    assert (headers["Cache-Control"], headers["X-Robots-Tag"], headers["Referrer-Policy"]) == (
        "no-store", "noindex", "same-origin",
    )  # fmt: skip


@pytest.mark.parametrize("waiting", ["1", "abc", "", "IjEi.aaaa.bbbb"])
def test_a_made_up_address_of_a_waiting_comment_shows_nothing(send, client, waiting):
    send()
    assert TYPED["text"] not in client.get(f"{PAGE}&waiting={waiting}").get_data(as_text=True)


@pytest.mark.parametrize(("field", "value"), [("email", "rosa"), ("name", ""), ("website", "javascript:alert(1)")])
def test_a_wrong_field_costs_no_word(send, field, value):
    answer = send(**{field: value})
    assert answer.status_code == 422
    assert TYPED["text"] in answer.get_data(as_text=True)


@pytest.mark.parametrize("letter", ["語", "😀", "\u00e9"])
def test_the_longest_text_is_taken_in_every_script(client, herald, letter):
    form = re.search(r'<form method="post"[^>]*>', client.get(PAGE).get_data(as_text=True))[0]
    sent_as = re.search(r'enctype="([^"]+)"', form)
    kind = sent_as[1] if sent_as else "application/x-www-form-urlencoded"
    answer = client.post(PAGE, data={**TYPED, "text": letter * 10_000}, content_type=kind)
    assert answer.status_code == 303
    assert letter * 10_000 in client.get(answer.location).get_data(as_text=True)


@pytest.mark.parametrize(("setting", "status"), [({"mode": "closed"}, 403), ({"flood_seconds": 15}, 429)])
def test_a_refusal_is_said_on_the_page(send, newsroom, setting, status):
    newsroom.set("herald", **setting)
    send(text="A first word.")
    assert send().status_code == status


def test_a_thread_that_closed_meanwhile_costs_no_word(send, newsroom):
    newsroom.set("herald", mode="closed")
    answer = send()
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "Your comment was not posted." in page
    assert re.search(rf"<textarea[^>]* readonly[^>]*>{re.escape(TYPED['text'])}</textarea>", page)


def test_a_parent_that_vanished_meanwhile_costs_no_word(send, newsroom):
    above = newsroom.comment(newsroom.story(id="harbour"))
    newsroom.decide(above, "reject")
    for changes in ({}, {"email": "rosa"}):
        answer = send(parent=str(above), **changes)
        assert answer.status_code == 422
        assert TYPED["text"] in answer.get_data(as_text=True)


def test_a_foreign_page_posts_nothing(send, rows):
    before = rows()
    assert send(headers={"Origin": "https://evil.example"}).status_code == 403
    assert rows() == before


@pytest.mark.parametrize("origin", ["null", "https://evil.example"])
def test_a_browser_that_names_no_origin_of_ours_costs_no_word(send, origin):
    answer = send(headers={"Origin": origin})
    assert answer.status_code == 403
    assert TYPED["text"] in answer.get_data(as_text=True)


URLENCODED = b"text=Caf%E9&name=Rosa&email=rosa%40example.org"
MULTIPART = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part
    for part in ((b"text", b"Caf\xe9"), (b"name", b"Rosa"), (b"email", b"rosa@example.org"))
)


@pytest.mark.parametrize(
    ("kind", "body", "comes_back"),
    [
        ("application/x-www-form-urlencoded", URLENCODED, True),
        ("application/x-www-form-urlencoded", URLENCODED.replace(b"%E9", b"\xe9"), False),  # no browser writes that
        ("multipart/form-data; boundary=b", MULTIPART + b"--b--\r\n", True),
    ],
)
def test_a_form_in_another_encoding_is_refused_like_such_json(client, herald, rows, kind, body, comes_back):
    before = rows()
    answer = client.post(PAGE, data=body, content_type=kind)
    assert answer.status_code == 400
    assert "not UTF-8" in answer.get_data(as_text=True)
    assert ('value="Rosa"' in answer.get_data(as_text=True)) == comes_back
    assert rows() == before


def test_the_services_own_page_posts(send):
    assert send(headers={"Origin": "http://localhost"}).status_code == 303


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
@pytest.mark.parametrize("field", ["text", "name", "website", "email", "parent", "opened", "topic"])
def test_what_was_typed_comes_back_as_text(send, field, payload):
    page = send(**({"email": "rosa"} | {field: payload})).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "49" not in re.sub(r'value="[^"]*"', "", page)


def test_the_fragment_is_the_bare_thread(client, herald, newsroom):
    newsroom.comment(newsroom.story(id="harbour"), "Boats, boats, boats.")
    page = client.get("/fragment/thread?site=herald&story=harbour").get_data(as_text=True)
    assert "Boats, boats, boats." in page and "<html" not in page and "<form" not in page


def test_the_fragment_can_be_kept_and_asked_for_again(client, herald):
    address = "/fragment/thread?site=herald&story=harbour"
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
