"""Who may: admins at the desk, by scripts, and the person by the link in their mail."""

import io
from zipfile import ZipFile

import pytest
from sqlalchemy import update

from commentsvc.authors.models import Author
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications import tokens
from commentsvc.privacy.models import Act, Erasure, PrivacyAct
from tests.cast import csrf_token
from tests.contract.promises import broken_promises
from tests.privacy.conftest import NAME, WORDS, rows_of

# At the desk


@pytest.fixture
def ada(newsroom, cast):
    return newsroom.signed_in(cast.ada)


def press(browser, page: str, action: str):
    token = csrf_token(browser.get(page).get_data(as_text=True))
    return browser.post(action, data={"csrf_token": token})


def test_an_admin_asks_sees_and_cancels(app, ada, wren):
    data = f"/admin/authors/{wren.author}/data"
    assert "Personal data: export, erase" in ada.get(f"/desk/authors/{wren.author}").get_data(as_text=True)
    assert press(ada, data, f"/admin/authors/{wren.author}/erase").location.endswith(data)
    assert "Cancel the erasure" in ada.get(data).get_data(as_text=True)
    listed = ada.get("/admin/erasures?site=herald").get_data(as_text=True)
    assert (NAME in listed, "by <bdi>Ada</bdi>" in listed) == (True, True)
    [erasure] = rows_of(app, Erasure)
    press(ada, data, f"/admin/erasures/{erasure.id}/cancel")
    assert "Cancelled" in ada.get("/admin/erasures?site=herald").get_data(as_text=True)


def test_an_admin_downloads(ada, wren):
    got = press(ada, f"/admin/authors/{wren.author}/data", f"/admin/authors/{wren.author}/export")
    assert WORDS in ZipFile(io.BytesIO(got.data)).read("comments.html").decode()


def test_a_sealed_copy_is_opened_and_that_is_remembered(app, ada, client, wren):
    client.post(f"/api/v1/comments/{wren.comment}/flags", json={"reason": "illegal", "details": "A threat."})
    wren.erased()
    opened = press(ada, "/admin/erasures?site=herald", "/admin/sealed/1").get_data(as_text=True)
    assert (NAME in opened, "A threat." in opened) == (True, True)
    assert rows_of(app, PrivacyAct)[-1].act == Act.SEAL_OPENED


@pytest.mark.parametrize("path", ["/admin/erasures?site=herald", "/admin/authors/{}/data"])
def test_a_moderator_sees_nothing_of_it(newsroom, cast, wren, path):
    assert newsroom.signed_in(cast.hanna).get(path.format(wren.author)).status_code == 403


# By scripts


@pytest.mark.parametrize("what", ["export", "erase"])
@pytest.mark.parametrize(("who", "status"), [("hanna", 403), ("gus", 404)])
def test_only_an_admin_may(app, client, cast, wren, what, who, status):
    answer = client.post(f"/api/v1/admin/authors/{wren.author}/{what}", headers=getattr(cast, who).headers)
    assert (answer.status_code, rows_of(app, PrivacyAct), broken_promises(answer)) == (status, [], [])


def test_the_answers_are_as_described(client, cast, wren):
    ada = cast.ada.headers
    asked = client.post(f"/api/v1/admin/authors/{wren.author}/erase", headers=ada)
    listed = client.get("/api/v1/admin/erasures?site=herald", headers=ada)
    cancel = f"/api/v1/admin/erasures/{asked.json['erasure']['id']}/cancel"
    cancelled = client.post(cancel, headers=ada)
    again = client.post(f"/api/v1/admin/authors/{wren.author}/erase", headers=ada)
    wren.a_day_later()
    late = client.post(f"/api/v1/admin/erasures/{again.json['erasure']['id']}/cancel", headers=ada)
    answers = [asked, listed, cancelled, again, late]
    assert [each.status_code for each in answers] == [202, 200, 200, 202, 409]
    assert (listed.json["erasures"][0]["state"], cancelled.json["erasure"]["state"]) == ("running", "cancelled")
    assert [broken_promises(each) for each in answers] == [[]] * 5


# By the person


def test_the_person_takes_a_copy(client, wren):
    got = client.post(wren.link(), data={"do": "export"})
    assert (got.mimetype, got.headers["Referrer-Policy"]) == ("application/zip", "no-referrer")
    assert WORDS in ZipFile(io.BytesIO(got.data)).read("comments.json").decode()


def test_the_person_asks_and_takes_it_back(app, client, wren):
    page = client.post(wren.link(), data={"do": "erase"}).get_data(as_text=True)
    assert "Keep my data" in page
    kept = client.post(wren.link(), data={"do": "cancel"}).get_data(as_text=True)
    assert "Nothing is erased." in kept
    wren.a_day_later()
    assert wren.places(NAME) != set()
    assert [each.account_id for each in rows_of(app, PrivacyAct)] == [None, None]


def test_reading_the_page_does_nothing(app, client, wren):
    link = wren.link()
    assert client.get(link).status_code == 200
    assert client.get(f"{link}?do=erase").status_code == 200
    assert (rows_of(app, Erasure), rows_of(app, PrivacyAct)) == ([], [])


@pytest.mark.parametrize("sent", [{}, {"do": "everything"}])
def test_an_unknown_wish_does_nothing(app, client, wren, sent):
    client.post(wren.link(), data={"do": "erase"})
    assert client.post(wren.link(), data=sent).status_code == 422
    assert rows_of(app, Erasure)[0].cancelled_at is None


def test_an_address_that_was_only_typed_opens_nothing(app, client, wren):
    link = wren.link()
    with app.app_context(), unit_of_work():
        db.session.execute(update(Author).where(Author.id == wren.author).values(confirmed_at=None))
    assert (client.get(link).status_code, client.post(link, data={"do": "export"}).status_code) == (404, 404)


@pytest.mark.parametrize("other", ["confirm", "preferences"])
def test_a_link_for_something_else_opens_nothing(client, app, wren, other):
    token = wren.link().rpartition("/")[2]
    assert client.get(f"/mail/{other}/{token}").status_code == 404


def test_afterwards_the_link_leads_nowhere(client, wren):
    link = wren.link()
    wren.erased()
    assert client.get(link).status_code == 404


def test_the_page_of_choices_leads_here(client, wren, app):
    with app.app_context():
        choices = f"/mail/preferences/{tokens.make('preferences', wren.row(), house().keys)}"
    assert "/mail/mine/" in client.get(choices).get_data(as_text=True)
