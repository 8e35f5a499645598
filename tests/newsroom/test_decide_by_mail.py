"""A link in a letter decides one thing, on one version, for one account, once, and only when its button is pressed."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from commentsvc.accounts.service import disable_account, find_account, limit_account
from commentsvc.comments import lifecycle
from commentsvc.comments.models import Comment, Decision
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications.newsroom_models import How
from commentsvc.sites.service import site_named
from tests.cast import rosas_comment
from tests.newsroom.conftest import BASE


class Letter:
    """A held comment, and the links of the letter Hanna got about it."""

    def __init__(self, comment: int, text: str) -> None:
        self.comment = comment
        found = re.findall(rf"{re.escape(BASE)}(/mail/decide/(\w+)\.\S+)", text)
        self.doors = {action: path for path, action in found}


@pytest.fixture
def letter(cast, desk, newsroom, letterbox) -> Letter:
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    comment = newsroom.comment(newsroom.story(title="Harbour"), "Where are the boats?", status="hold")
    desk.work()
    return Letter(comment, letterbox.parts()[0])


@pytest.fixture
def state(app):
    def read(comment_id: int) -> tuple[str, int]:
        """Status, and how many decisions led there."""
        with app.app_context():
            return db.session.get(Comment, comment_id).status, Decision.query.filter_by(comment_id=comment_id).count()

    return read


def test_opening_a_link_changes_nothing_however_often(letter, client, state):
    before = state(letter.comment)
    answers = [
        client.open(path, method=method).status_code
        for path in letter.doors.values()
        for method in ("GET", "HEAD", "GET")
    ]
    assert (set(answers), state(letter.comment)) == ({200}, before)


def test_the_page_shows_the_comment_and_one_button(letter, client):
    page = client.get(letter.doors["reject"]).get_data(as_text=True)
    assert all(words in page for words in ("Where are the boats?", "Rosa Reader", "Harbour", "What the rules say"))
    assert re.findall(r"<button[^>]*>([^<]*)</button>", page) == ["Reject this comment"]


def test_the_page_is_kept_nowhere_and_sets_no_cookie(letter, client):
    for answer in (client.get(letter.doors["reject"]), client.post(letter.doors["reject"])):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(("action", "status"), [("approve", "APPROVED"), ("reject", "REJECTED"), ("spam", "SPAM")])
def test_the_button_decides_in_the_name_of_the_account(app, cast, newsroom, letter, client, action, status):
    answer = client.post(letter.doors[action])
    with app.app_context():
        last = Decision.query.filter_by(comment_id=letter.comment).order_by(Decision.id.desc()).first()
        assert (answer.status_code, last.action, last.after, last.note) == (200, action, status, "by mail")
        assert last.account_id == newsroom.account_id(cast.hanna)
        assert last.revision.number == 1


def test_it_works_once(letter, client, state):
    client.post(letter.doors["reject"])
    after = state(letter.comment)
    again = client.post(letter.doors["reject"])
    page = client.get(letter.doors["reject"]).get_data(as_text=True)
    assert (again.status_code, state(letter.comment)) == (409, after)
    assert "Already decided" in page and "Rejected by <bdi>Hanna</bdi>" in page and "<button" not in page


def test_another_link_of_the_letter_comes_too_late(letter, client, state):
    client.post(letter.doors["approve"])
    after = state(letter.comment)
    answer = client.post(letter.doors["spam"])
    assert (answer.status_code, state(letter.comment)) == (409, after)
    assert "Approved by <bdi>Hanna</bdi>" in answer.get_data(as_text=True)


def test_a_colleague_was_faster(cast, letter, client, newsroom, state):
    seen = [{"id": str(letter.comment), "version": newsroom.version(letter.comment)}]
    body = {"comments": seen, "action": "approve"}
    client.post("/api/v1/moderation/decisions", json=body, headers=cast.ada.headers)
    after = state(letter.comment)
    answer = client.post(letter.doors["reject"])
    assert (answer.status_code, state(letter.comment)) == (409, after)
    assert "Approved by <bdi>Ada</bdi>" in answer.get_data(as_text=True)


def test_undone_it_does_not_work_again(cast, letter, client, state, app):
    client.post(letter.doors["reject"])
    with app.app_context():
        last = Decision.query.order_by(Decision.id.desc()).first().id
    client.post(f"/api/v1/moderation/decisions/{last}/undo", headers=cast.hanna.headers)
    after = state(letter.comment)
    assert (client.post(letter.doors["reject"]).status_code, state(letter.comment)) == (409, after)
    assert after[0] == "PENDING"


def test_it_ends_after_72_hours(letter, client, desk, state):
    before = state(letter.comment)
    desk.later(hours=71)
    late = client.get(letter.doors["reject"]).status_code
    desk.later(hours=2)
    answers = [client.open(letter.doors["reject"], method=method) for method in ("GET", "POST")]
    assert (late, [each.status_code for each in answers], state(letter.comment)) == (200, [410, 410], before)
    assert all("Where are the boats?" not in each.get_data(as_text=True) for each in answers)
    assert all(each.headers["Cache-Control"] == "no-store" for each in answers)


def changes(token: str) -> list[str]:
    """What somebody might make of a link."""
    action, comment, revision, version, account, ends, mark = token.split(".")
    return [
        ".".join(("approve", comment, revision, version, account, ends, mark)),
        ".".join((action, str(int(comment) + 1), revision, version, account, ends, mark)),
        ".".join((action, comment, str(int(revision) + 1), version, account, ends, mark)),
        ".".join((action, comment, revision, str(int(version) + 1), account, ends, mark)),
        ".".join((action, comment, revision, version, str(int(account) + 1), ends, mark)),
        ".".join((action, comment, revision, version, account, str(int(ends) + 99), mark)),
        ".".join((action, comment, revision, version, account, ends, "0" * 64)),
        ".".join((action, comment, revision, version, account, ends, mark[:-1])),
        ".".join((action, comment, revision, version, account, ends, "")),
        ".".join((action, comment, revision, version, account, ends)),
        mark,
        "x",
        "é." * 9,
        "." * 7,
        "9" * 5_000,
    ]


def test_a_link_that_was_changed_is_none(letter, client, state):
    before = state(letter.comment)
    path = letter.doors["reject"]
    for token in changes(path.removeprefix("/mail/decide/")):
        for method in ("GET", "POST"):
            answer = client.open(f"/mail/decide/{token}", method=method)
            assert answer.status_code == 404, token
            assert "boats" not in answer.get_data(as_text=True)
    assert state(letter.comment) == before


def test_other_tokens_of_the_house_are_no_links(letter, client, cast, state):
    receipt = client.post("/api/v1/comments", json=rosas_comment()).json["receipt"]["token"]
    assert [client.post(f"/mail/decide/{each}").status_code for each in (receipt, cast.ada.token)] == [404, 404]


def test_a_link_is_no_key_to_anything_else(letter, client):
    token = letter.doors["approve"].removeprefix("/mail/decide/")
    shown = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/moderation/queue?site=herald", headers=shown).status_code == 401
    assert client.delete(f"/api/v1/comments/{letter.comment}", headers=shown).status_code == 401


def test_an_account_that_was_disabled_decides_nothing(app, cast, letter, client, state):
    before = state(letter.comment)
    with app.app_context(), unit_of_work():
        disable_account(find_account(cast.hanna.email, house().keys), now=now())
    answers = [client.open(letter.doors["reject"], method=method) for method in ("GET", "POST")]
    assert ([each.status_code for each in answers], state(letter.comment)) == ([404, 404], before)
    assert all("boats" not in each.get_data(as_text=True) for each in answers)


def test_who_no_longer_moderates_the_site_decides_nothing(app, cast, letter, client, state):
    before = state(letter.comment)
    with app.app_context(), unit_of_work():
        find_account(cast.hanna.email, house().keys).sites = []
    answers = [client.open(letter.doors["reject"], method=method).status_code for method in ("GET", "POST")]
    assert (answers, state(letter.comment)) == ([404, 404], before)


def test_a_comment_that_was_edited_is_not_decided_on_blindly(cast, desk, client, letterbox, newsroom, state):
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    newsroom.story(id="harbour")
    posted = client.post("/api/v1/comments", json=rosas_comment()).json
    desk.later(seconds=1)
    desk.work()
    comment = int(posted["comment"]["id"])
    letter = Letter(comment, letterbox.parts()[0])
    shown = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{comment}", json={"text": "Something else entirely."}, headers=shown)
    after = state(comment)
    answer = client.post(letter.doors["approve"])
    assert (answer.status_code, state(comment)) == (409, after)
    assert "Edited meanwhile" in answer.get_data(as_text=True)
    desk.later(seconds=1)
    desk.work()
    newer = Letter(comment, letterbox.parts()[0])
    assert "Something else entirely." in letterbox.parts()[0]
    assert (client.post(newer.doors["approve"]).status_code, state(comment)[0]) == (200, "APPROVED")


def test_a_comment_its_writer_took_back_is_left_alone(app, letter, client, newsroom, state):
    with app.app_context(), unit_of_work():
        lifecycle.retract(newsroom.row(letter.comment), now=now())
    after = state(letter.comment)
    answer = client.post(letter.doors["approve"])
    assert (answer.status_code, state(letter.comment)) == (409, after)
    assert "Taken back" in answer.get_data(as_text=True)


def test_hostile_words_on_the_page_are_words(cast, desk, client, newsroom, letterbox):
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    newsroom.comment(
        newsroom.story(title="<img src=x onerror=alert(1)>"), "<script>alert(2)</script>", name="<b>R", status="hold"
    )
    desk.work()
    page = client.get(Letter(0, letterbox.parts()[0]).doors["spam"]).get_data(as_text=True)
    assert not any(words in page for words in ("<img", "<script>alert", "<b>R"))


def test_two_presses_at_the_same_moment_decide_once(letter, app, state):
    before = state(letter.comment)[1]
    paths = [letter.doors["approve"], letter.doors["reject"]] * 3
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda path: app.test_client().post(path).status_code, paths))
    assert sorted(answers) == [200, 409, 409, 409, 409, 409]
    assert state(letter.comment)[1] == before + 1


def test_whoever_was_limited_to_other_sections_since_decides_nothing(letter, client, state, app, cast):
    before = state(letter.comment)
    with app.app_context(), unit_of_work():
        limit_account(find_account(cast.hanna.email, house().keys), site_named("herald").id, ["Sport"])
    answers = [client.open(letter.doors["approve"], method=method).status_code for method in ("GET", "POST")]
    assert (answers, state(letter.comment)) == ([404, 404], before)


def test_where_a_refusal_needs_a_reason_the_page_asks_for_one(app, newsroom, letter, client, state):
    newsroom.set("herald", reason_required=True, reasons="rude\nother")
    page = client.get(letter.doors["reject"]).get_data(as_text=True)
    assert re.findall(r"<option[^>]*>([^<]*)</option>", page) == ["Choose a reason", "rude"]
    assert client.post(letter.doors["reject"]).status_code == 422
    assert state(letter.comment)[0] == "PENDING"
    assert client.post(letter.doors["reject"], data={"reason": "rude"}).status_code == 200
    assert state(letter.comment)[0] == "REJECTED"
