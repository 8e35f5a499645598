"""Every door of the newsroom is tried by a moderator of the site who is limited to another section of it."""

import pytest

from commentsvc.accounts.models import Role
from commentsvc.accounts.service import find_account, limit_account
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.sites.service import site_named
from tests.architecture.test_doors import API, OF_THE_HERALD, PAGES, addresses, ids, rows
from tests.cast import Person, csrf_token

__all__ = ["ids", "rows"]

# Lists of a site, which are asked with its own filters; what stands in them is of the moderator's sections.
NUMBERED = ("comment_id", "decision_id", "number", "delivery_id")


@pytest.fixture
def lena(cast, newsroom, app) -> Person:
    """Lena moderates the Herald's sports and nothing else; the things of these tests have no section."""
    person = newsroom.account("Lena", Role.MODERATOR, "herald")
    with app.app_context(), unit_of_work():
        limit_account(find_account(person.email, house().keys), site_named("herald").id, ["Sport"])
    return person


def of_things(app, kind, ids) -> list[tuple[str, str]]:
    """The doors whose address names something outside Lena's section; authors and word lists are the whole site's,
    and her own sessions and tokens are hers."""
    named = {ids[name] for name in NUMBERED}
    steps = {door: set(door[1].split("/")) for door in addresses(app, kind, ids)}
    return [door for door, each in steps.items() if each & named and not each & {"authors", "words", "security"}]


def test_a_moderator_of_another_section_learns_and_changes_nothing_by_the_api(app, client, lena, ids, rows):
    before = rows()
    body = {
        "site": "herald",
        "to": "nowhere",
        "comments": [{"id": ids["comment_id"], "version": 1}],
        "action": "approve",
    }
    doors = of_things(app, API, ids)
    assert len(doors) >= 15
    answers = {
        (method, path): client.open(path, method=method, headers=lena.headers, json=None if method == "GET" else body)
        for method, path in doors
    }
    assert [door for door, answer in answers.items() if answer.status_code not in (403, 404, 405)] == []
    assert [door for door, answer in answers.items() if OF_THE_HERALD in answer.get_data(as_text=True)] == []
    decided = client.post("/api/v1/moderation/decisions", json=body, headers=lena.headers)
    assert decided.status_code == 404
    assert rows() == before


def test_a_moderator_of_another_section_learns_and_changes_nothing_by_the_pages(app, newsroom, lena, ids, rows):
    browser = newsroom.signed_in(lena)
    token, before = csrf_token(browser.get("/desk").get_data(as_text=True)), rows()
    sent = {
        "csrf_token": token,
        "seen": f"{ids['comment_id']}:1",
        "action": "approve",
        "to": "nowhere",
        "mode": "closed",
    }
    doors = [*of_things(app, PAGES, ids), ("POST", "/desk/decisions"), ("GET", "/desk/outgoing")]
    assert len(doors) >= 20
    answers = {
        (method, path): browser.open(path, method=method, data=None if method == "GET" else sent)
        for method, path in doors
    }
    assert [door for door, answer in answers.items() if answer.status_code not in (403, 404, 405)] == []
    assert [door for door, answer in answers.items() if OF_THE_HERALD in answer.get_data(as_text=True)] == []
    assert rows() == before


@pytest.mark.parametrize(
    "address", ["/desk/stories?site=herald", "/desk/authors/{author_id}", "/desk/notices?site=herald"]
)
def test_pages_of_the_site_show_nothing_of_another_section(newsroom, lena, ids, address):
    """The name of a writer is known on the whole site; what they wrote is not."""
    page = newsroom.signed_in(lena).get(address.format(**ids))
    assert page.status_code == 200
    shown = page.get_data(as_text=True)
    assert "No comments" in shown if "authors" in address else OF_THE_HERALD not in shown


def test_lists_of_the_api_show_nothing_of_another_section(client, lena, ids):
    for path in ("/api/v1/admin/stories", "/api/v1/admin/sections"):
        answer = client.get(f"{path}?site=herald", headers=lena.headers)
        assert (answer.status_code, OF_THE_HERALD in answer.get_data(as_text=True)) == (200, False)
    for path in ("/api/v1/events", "/api/v1/admin/deliveries"):
        assert client.get(f"{path}?site=herald", headers=lena.headers).status_code == 404


def test_what_is_decided_together_is_not_decided_at_all_where_one_is_of_another_section(
    client, newsroom, lena, ids, rows
):
    theirs = newsroom.comment(newsroom.story("herald", category="Sport"), status="hold")
    foreign = int(ids["comment_id"])
    seen = [{"id": str(each), "version": newsroom.version(each)} for each in (theirs, foreign)]
    before = rows()
    body = {"comments": seen, "action": "approve"}
    assert client.post("/api/v1/moderation/decisions", json=body, headers=lena.headers).status_code == 404
    assert rows() == before
    body = {"comments": seen[:1], "action": "approve"}
    assert client.post("/api/v1/moderation/decisions", json=body, headers=lena.headers).status_code == 200
