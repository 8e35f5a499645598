"""A reader reports a comment without JavaScript."""

import pytest
from sqlalchemy import select

from commentsvc.core.database import db
from commentsvc.moderation.models import Flag, FlagReason


@pytest.fixture
def comment(cast, newsroom) -> int:
    return newsroom.comment(newsroom.story(id="harbour"))


@pytest.fixture
def page(comment) -> str:
    return f"/thread/herald/report/{comment}"


@pytest.fixture
def reports(app):
    def read() -> list[tuple[str, str]]:
        with app.app_context():
            return [tuple(row) for row in db.session.execute(select(Flag.reason, Flag.details))]

    return read


def test_a_comment_leads_to_the_page_of_its_report(client, page):
    assert page in client.get("/thread/herald?story=harbour").get_data(as_text=True)


def test_the_page_offers_every_reason(client, page):
    shown = client.get(page).get_data(as_text=True)
    for reason in FlagReason:
        assert f'value="{reason}"' in shown


def test_a_report_is_kept_and_its_reader_thanked(client, page, reports):
    answer = client.post(page, data={"reason": "spam", "details": "Again."})
    assert answer.status_code == 303
    assert reports() == [("spam", "Again.")]
    assert "Thank you." in client.get(answer.location).get_data(as_text=True)


def test_a_second_report_is_thanked_for_and_not_kept(client, page, reports):
    for _ in range(2):
        assert client.post(page, data={"reason": "spam"}).status_code == 303
    assert len(reports()) == 1


def test_a_reader_whose_report_hides_the_comment_is_thanked(client, newsroom, page):
    newsroom.set("herald", flags_to_hold=1)
    answer = client.post(page, data={"reason": "spam"})
    assert client.get(answer.location).status_code == 200
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, "reason"),
        ({"reason": "boring"}, "reason"),
        ({"reason": "spam", "details": "x" * 501}, "details"),
        ({"reason": "spam", "details": "a\x00b"}, "details"),
    ],
)
def test_a_wrong_field_is_named_and_costs_no_word(client, page, reports, sent, wrong):
    answer = client.post(page, data=sent)
    shown = answer.get_data(as_text=True)
    assert (answer.status_code, reports()) == (422, [])
    assert f'href="#{wrong}"' in shown
    assert sent.get("details", "").replace("\x00", "")[:400] in shown or wrong == "details"


@pytest.mark.parametrize("status", ["hold", "reject", "spam"])
def test_nothing_to_report_where_nothing_is_seen(client, newsroom, comment, page, status):
    newsroom.decide(comment, status)
    assert client.get(page).status_code == 404
    assert client.post(page, data={"reason": "spam"}).status_code == 404


def test_a_page_of_a_foreign_origin_reports_nothing(client, page, reports):
    answer = client.post(page, data={"reason": "spam"}, headers={"Origin": "https://elsewhere.example"})
    assert (answer.status_code, reports()) == (403, [])


def test_words_that_are_not_utf_8_are_not_guessed(client, page, reports):
    answer = client.post(page, data=b"reason=spam&details=%E4", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, reports()) == (400, [])


def test_so_many_a_minute_together_with_the_api(client, comment, page):
    for _ in range(60):
        client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "spam"})
    refused = client.post(page, data={"reason": "spam"})
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]


def test_the_page_is_for_no_search_engine_and_no_cache(client, page):
    answer = client.get(page)
    assert 'name="robots" content="noindex"' in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_address_has_the_comments_own_site(client, comment):
    assert client.get(f"/thread/gazette/report/{comment}").location == f"/thread/herald/report/{comment}"
