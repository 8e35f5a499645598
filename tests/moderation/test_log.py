"""The log: filtered, as a file, chained, and changed by nobody; the public tally."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from commentsvc.comments import log
from commentsvc.comments.models import Decision, LogHead
from commentsvc.core.clock import now, rfc3339
from commentsvc.core.database import db
from commentsvc.core.paging import Cursor
from commentsvc.sites.service import site_named
from tests.cast import rosas_comment
from tests.conftest import unguarded
from tests.moderation.pages import Browser, text_of


@pytest.fixture
def waiting(newsroom, story) -> int:
    return newsroom.comment(story, status="hold")


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


def examined(app, site: str = "herald") -> log.Examined:
    with app.app_context():
        return log.examine(site_named(site).id)


# Filters


def test_the_log_is_narrowed_by_every_filter_and_by_several(ada, hanna, client, newsroom, story, waiting):
    client.post("/api/v1/comments", json=rosas_comment())
    hanna.decide(waiting, action="reject", reason="hate")
    ada.decide(waiting, action="approve")
    with newsroom.app.app_context():
        slug = newsroom.row(waiting).author.slug
    batch = hanna.log(action="reject")[0]["batch"]
    later = rfc3339(now() + timedelta(minutes=1))
    assert [len(hanna.log(**asked)) for asked in (
        {"reason": "hate"},
        {"action": "approve"},
        {"batch": batch},
        {"rule": "author_is_new", "author": slug},
        {"rule": "author_is_new"},
        {"since": later},
        {"until": later, "author": slug, "reason": "hate"},
        {"reason": "hate", "action": "approve"},
    )] == [1, 1, 1, 1, 2, 0, 1, 0]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [("action", "explode"), ("since", "x"), ("until", "2026-13-01"), ("reason", "x" * 61)]
)
def test_a_filter_that_makes_no_sense_is_named(hanna, name, value):
    answer = hanna.client.get(f"/api/v1/moderation/log?site=herald&{name}={value}", headers=hanna.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [name])


def test_the_page_shows_what_was_asked_for(desk, hanna, newsroom, story, waiting):
    other = newsroom.comment(story, status="hold", name="Otto Other")
    hanna.decide(waiting, action="reject", reason="hate")
    hanna.decide(other, action="spam")
    shown = text_of(desk.see("/desk/log?site=herald&action=spam"))
    assert ("Otto Other" in shown, "by Rosa Reader" in shown) == (True, False)
    assert "No decision matches" in text_of(desk.see("/desk/log?site=herald&action=lock"))


# The file


def forms_to_undo(page) -> set[str]:
    return {
        form.get("action").split("/")[3] for form in page.iter("form") if "/decisions/" in (form.get("action") or "")
    }


def test_only_the_last_decision_of_a_comment_is_offered_to_be_undone_on_every_page(
    desk, hanna, newsroom, story, waiting, monkeypatch
):
    overridden = hanna.decide(waiting, action="approve").json["decided"][0]["decision"]
    other = hanna.decide(newsroom.comment(story, status="hold"), action="approve").json["decided"][0]["decision"]
    last = hanna.decide(waiting, action="reject").json["decided"][0]["decision"]
    assert forms_to_undo(desk.see("/desk/log?site=herald")) == {last, other}
    assert forms_to_undo(desk.see("/desk/log?site=herald&action=approve")) == {other}
    assert forms_to_undo(desk.see(f"/desk/log?site=herald&cursor={Cursor(0, int(last))}")) == {other}
    assert overridden != last


@pytest.mark.parametrize(
    ("narrowed", "is_offered"),
    [("", True), ("&since=2020-01-01", True), ("&comment=1", False), ("&action=approve", False), ("&account=1", False)],
)
def test_all_of_a_batch_is_offered_to_be_undone_only_where_all_of_it_is_listed(
    desk, hanna, newsroom, story, waiting, narrowed, is_offered
):
    hanna.decide(waiting, newsroom.comment(story, status="hold"), action="approve")
    page = desk.see(f"/desk/log?site=herald&batch={hanna.log()[0]['batch']}{narrowed}")
    assert ("Undo all of these …" in text_of(page)) == is_offered


def test_moves_can_be_chosen_and_a_time_keeps_its_seconds(desk, waiting):
    page = desk.see("/desk/log?site=herald&action=move&since=2026-01-02T03:04:05")
    chosen = [option.get("value") for option in page.iter("option") if "selected" in option.attrib]
    (since,) = [field for field in page.iter("input") if field.get("name") == "since"]
    assert ("move" in chosen, since.get("value"), since.get("step")) == (True, "2026-01-02T03:04:05", "1")


def test_the_file_has_the_filters_of_the_page_and_no_cell_that_is_a_formula(desk, hanna, newsroom, story):
    number = newsroom.comment(story, status="hold", name="=HYPERLINK(1)")
    hanna.decide(number, action="reject", reason="hate", note="@SUM(1)")
    answer = desk.client.get("/desk/log.csv?site=herald&action=reject")
    (line,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True)))
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "text/csv",
        'attachment; filename="log-herald.csv"',
    )
    assert (line["author"], line["note"], line["who"]) == ("'=HYPERLINK(1)", "'@SUM(1)", "Hanna")
    assert (line["before"], line["after"], line["reason"]) == ("pending", "rejected", "hate")


def test_the_file_has_every_line_however_many(desk, newsroom, story, monkeypatch):
    monkeypatch.setattr("commentsvc.moderation.log.READ_AT_ONCE", 2)
    for _ in range(3):
        newsroom.comment(story)
    lines = list(csv.DictReader(io.StringIO(desk.client.get("/desk/log.csv?site=herald").get_data(as_text=True))))
    assert [int(line["number"]) for line in lines] == [6, 5, 4, 3, 2, 1]


def test_the_file_of_another_site_is_not_given(desk, waiting):
    assert desk.client.get("/desk/log.csv?site=gazette").status_code == 404


# Append-only


@pytest.mark.parametrize("statement", ["UPDATE commentsvc_decision SET note = 'x'", "DELETE FROM commentsvc_decision"])
def test_the_database_refuses_to_change_or_delete_a_decision(app, waiting, statement):
    with app.app_context():
        with pytest.raises(IntegrityError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()


@pytest.mark.postgresql
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_the_database_refuses_to_empty_the_log(app, waiting):
    with app.app_context():
        with pytest.raises(IntegrityError, match="append-only"):
            db.session.execute(text("TRUNCATE commentsvc_decision CASCADE"))
        db.session.rollback()


def test_no_comment_is_deleted_with_its_decisions(app, waiting):
    with app.app_context():
        with pytest.raises(IntegrityError, match="append-only"):
            db.session.execute(text("DELETE FROM commentsvc_comment"))
        db.session.rollback()


def test_a_log_that_nobody_touched_is_whole(app, hanna, waiting):
    hanna.decide(waiting, action="reject", reason="hate", note="„Schon wieder“ 👀")
    hanna.undo(hanna.log()[0]["id"])
    assert examined(app) == log.Examined(3)
    assert examined(app, "gazette") == log.Examined(0)


TAMPERED = [
    ("UPDATE commentsvc_decision SET note = 'x' WHERE number = 2", "decision 2 of the site (id 2) was changed"),
    ("UPDATE commentsvc_decision SET created_at = '2020-01-01 00:00:00' WHERE number = 1", "decision 1 of the site"),
    ("DELETE FROM commentsvc_decision WHERE number = 2", "decision 2 of the site is missing"),
    ("DELETE FROM commentsvc_decision WHERE number = 3", "its end is missing: it should have 3 decisions"),
    ("DELETE FROM commentsvc_log_head", "its end is missing"),
    ("UPDATE commentsvc_log_head SET number = 0, hash = ''", "its end is missing: it should have 3 decisions"),
]


@pytest.mark.parametrize(("tampering", "said"), TAMPERED)
def test_what_was_changed_behind_its_back_is_found(app, hanna, waiting, tampering, said):
    hanna.decide(waiting, action="reject")
    hanna.decide(waiting, action="approve")
    with app.app_context(), unguarded() as connection:
        connection.execute(text(tampering))
    assert said in examined(app).wrong


def test_a_log_that_was_wiped_with_its_end_is_missed(app, hanna, waiting):
    with app.app_context(), unguarded() as connection:
        connection.execute(text("DELETE FROM commentsvc_decision"))
        connection.execute(text("DELETE FROM commentsvc_log_head"))
    assert examined(app).wrong == "1 of its comments have no decision"


def test_what_is_written_while_the_log_is_read_is_no_false_alarm(app, newsroom, story, waiting, monkeypatch):
    read = log._rows

    def rows_with_company(*asked):
        newsroom.comment(story)
        yield from read(*asked)
        newsroom.comment(story)

    monkeypatch.setattr(log, "_rows", rows_with_company)
    assert examined(app) == log.Examined(1)


def test_the_chain_never_forks_whoever_writes_and_decides_at_the_same_moment(app, cast, newsroom):
    stories = [newsroom.story("herald") for _ in range(3)]
    waiting = [newsroom.comment(story, status="hold") for story in stories for _ in range(3)]
    versions = {each: newsroom.version(each) for each in waiting}

    def send(path: str, sent: dict, headers: dict | None = None) -> int:
        """A machine that is too slow to give everybody their turn says so: then it is sent again."""
        while (status := app.test_client().post(path, json=sent, headers=headers).status_code) == 503:
            pass
        return status

    def decide(number: int) -> int:
        seen = [{"id": str(number), "version": versions[number]}]
        return send("/api/v1/moderation/decisions", {"comments": seen, "action": "reject"}, cast.hanna.headers)

    def write(number: int) -> int:
        sent = rosas_comment(
            story=stories[number % 3], url=None, text=f"Boat {number}.", email=f"r{number}@example.org"
        )
        return send("/api/v1/comments", sent)

    with ThreadPoolExecutor(4) as people:
        decided = [people.submit(decide, each) for each in waiting]
        written = [people.submit(write, number) for number in range(9)]
        assert {each.result() for each in decided} | {each.result() for each in written} == {200, 201}
    assert examined(app) == log.Examined(2 * len(waiting) + 9)
    with app.app_context():
        assert db.session.query(LogHead).count() == 1
        assert db.session.query(Decision).count() == examined(app).decisions


# The public tally


def test_the_tally_is_told_only_where_the_site_says_so(client, cast, newsroom):
    assert [client.get(path).status_code for path in ("/tally/herald", "/api/v1/tally?site=herald")] == [404, 404]
    newsroom.set("herald", public_tally=True)
    assert [client.get(path).status_code for path in ("/tally/herald", "/api/v1/tally?site=herald")] == [200, 200]


def test_the_tally_counts_people_and_rules_apart_and_names_nobody(hanna, client, newsroom, story):
    newsroom.set("herald", public_tally=True, reasons="hate\nasked by Otto")
    number = int(client.post("/api/v1/comments", json=rosas_comment()).json["comment"]["id"])
    hanna.decide(number, action="reject", reason="hate", note="Rosa again")
    hanna.decide(number, action="approve", reason="asked by Otto")
    newsroom.set("herald", reasons="hate")
    told = client.get("/api/v1/tally?site=herald").json
    assert told["by_rules"] == [{"action": "hold", "count": 1}]
    assert told["by_people"] == [
        {"action": "approve", "reason": "other", "count": 1},
        {"action": "reject", "reason": "hate", "count": 1},
    ]
    page = client.get("/tally/herald").get_data(as_text=True)
    assert [word in page for word in ("Rejected", "hate", "Hanna", "Rosa", "Otto")] == [True, True, False, False, False]
