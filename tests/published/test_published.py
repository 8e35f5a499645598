"""Answers kept ready: the same for everybody, gone the moment they are not true, cheap when nothing changed."""

import gzip
import threading
from datetime import timedelta
from time import monotonic, sleep

import brotli
import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from commentsvc.authors.models import Author
from commentsvc.comments import likes
from commentsvc.comments.models import Comment
from commentsvc.core import published
from commentsvc.core.changes import TooMany, Watcher
from commentsvc.core.changes import forget as forget_changes
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.metrics import metrics
from commentsvc.core.published import Answer, Answers, Note
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.models import Origin, Section, Site
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Byline, Story

NAMED = "site=herald&story=harbour"
THREAD, VERSION, COUNTS = f"/api/v1/thread?{NAMED}", f"/api/v1/thread/version?{NAMED}", f"/api/v1/counts?{NAMED}"
FRAGMENT, ABOUT, RELATED = f"/fragment/thread?{NAMED}", f"/api/v1/stories/about?{NAMED}", f"/api/v1/related?{NAMED}"
HOURS = "Mo-Su 00:00-00:01"


@pytest.fixture
def harbour(cast, newsroom) -> str:
    newsroom.set("herald", hold_first_comments=0)
    newsroom.story(id="pier", title="The pier", category="City", published_at=now())
    return newsroom.story(id="harbour", title="The harbour", category="City", published_at=now())


@pytest.fixture
def layer(app) -> published.Published:
    layer = app.extensions[published.EXTENSION]
    forget(layer)
    return layer


def forget(layer: published.Published) -> None:
    layer.forget()
    assert layer.changes.is_known(layer.app)


@pytest.fixture
def questions(layer, monkeypatch) -> list[str]:
    """The paths the layer asked the application for."""
    asked: list[str] = []
    inner = layer.inner

    def note(environ, start):
        asked.append(environ["PATH_INFO"])
        return inner(environ, start)

    monkeypatch.setattr(layer, "inner", note)
    return asked


def test_what_did_not_change_is_sent_again_without_a_question(harbour, newsroom, client, questions, statements):
    newsroom.comment(harbour)
    with statements() as counted:
        first = client.get(THREAD)
        needed = len(counted)
        second = client.get(THREAD)
    assert (first.data, questions) == (second.data, ["/api/v1/thread"])
    assert len(counted) == needed > 0


@pytest.mark.parametrize("address", [THREAD, VERSION, COUNTS, FRAGMENT, ABOUT, RELATED])
def test_every_public_answer_is_kept(harbour, newsroom, client, questions, address):
    newsroom.comment(harbour)
    assert client.get(address).data == client.get(address).data
    assert len(questions) == 1


def test_how_many_were_ready_is_counted(harbour, client, layer):
    client.get(VERSION)
    counted = metrics().published
    before = [counted.labels(how)._value.get() for how in ("ready", "anew")]
    for _ in range(4):
        client.get(THREAD)
    layer.changes.told()  # they are counted with the next look
    client.get(THREAD)
    after = [counted.labels(how)._value.get() for how in ("ready", "anew")]
    assert [new - old for new, old in zip(after, before, strict=True)] == [4, 1]


def write(app, statement) -> None:
    with app.app_context(), unit_of_work():
        db.session.execute(statement)


def add(app, row) -> None:
    with app.app_context(), unit_of_work():
        site = site_named("herald")
        story = db.session.query(Story).filter_by(external_id="harbour").one()
        author = db.session.query(Author).filter_by(name="Rosa Reader").first()
        db.session.add(row(site, story, author))


def like(app, newsroom, comment) -> None:
    with app.app_context(), unit_of_work():
        likes.like(newsroom.row(comment), "a reader", now=now())


CHANGES = {
    "a comment": lambda app, room, comment: room.comment("harbour", "Another one."),
    "a reply": lambda app, room, comment: room.comment("harbour", "A reply.", parent=comment),
    "a comment elsewhere": lambda app, room, comment: room.comment("pier", "Elsewhere."),
    "a rejection": lambda app, room, comment: room.decide(comment, "reject"),
    "spam": lambda app, room, comment: room.decide(comment, "spam"),
    "an editors' pick": lambda app, room, comment: room.decide(comment, "feature"),
    "a pin": lambda app, room, comment: room.decide(comment, "pin"),
    "a lock": lambda app, room, comment: room.decide(comment, "lock"),
    "a like": like,
    "a title": lambda app, room, comment: write(app, update(Story).values(title="The new harbour")),
    "a story's mode": lambda app, room, comment: write(app, update(Story).values(mode="hidden")),
    "a site's mode": lambda app, room, comment: room.set("herald", mode="hidden"),
    "a site's limit": lambda app, room, comment: room.set("herald", text_max_length=777),
    "an attack": lambda app, room, comment: (
        room.set("herald", proof_of_work="auto"),
        write(app, update(Site).values(attacked_until=now() + timedelta(minutes=5))),
    ),
    "a section's mode": lambda app, room, comment: add(
        app, lambda site, story, author: Section(site_id=site.id, name="City", mode="closed")
    ),
    "an origin": lambda app, room, comment: add(
        app, lambda site, story, author: Origin(site_id=site.id, origin="https://other.example")
    ),
    "a byline": lambda app, room, comment: add(
        app, lambda site, story, author: Byline(story_id=story.id, author_id=author.id)
    ),
    "a badge": lambda app, room, comment: write(app, update(Author).values(badges=["subscriber"])),
    "a picture": lambda app, room, comment: write(app, update(Author).values(avatar="pictures/a.webp")),
    "a choice": lambda app, room, comment: write(app, update(Author).values(shows_comments=False)),
    "a new story": lambda app, room, comment: room.story(
        id="mole", title="The harbour's mole", category="City", published_at=now()
    ),
    "a story taken away": lambda app, room, comment: write(
        app, text("DELETE FROM commentsvc_story WHERE external_id = 'pier'")
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_in_the_next_answer(app, layer, harbour, newsroom, client, change):
    comment = newsroom.comment(harbour)
    addresses = (THREAD, f"{THREAD}&sort=liked", VERSION, COUNTS, FRAGMENT, ABOUT, RELATED)
    before = [client.get(address) for address in addresses]
    CHANGES[change](app, newsroom, comment)
    after = [client.get(address).data for address in addresses]
    forget(layer)
    assert after == [client.get(address).data for address in addresses]
    if change not in ("an origin", "a comment elsewhere"):
        assert after != [each.data for each in before]


def test_an_origin_that_is_taken_away_reads_nothing_more(app, harbour, client):
    asked = {"headers": {"Origin": "https://www.herald.example"}}
    assert client.get(THREAD, **asked).headers["Access-Control-Allow-Origin"] == "https://www.herald.example"
    write(app, text("DELETE FROM commentsvc_origin"))
    assert "Access-Control-Allow-Origin" not in client.get(THREAD, **asked).headers


UNSEEN = {
    Comment: {
        "id", "site_id", "fingerprint", "revision_number", "version", "network_hash", "receipt_salt",
        "idempotency_key", "idempotency_body", "editable_until", "section", "held_by", "language", "has_link",
        "likeness", "objections", "open_flags", "risk", "set_aside", "ignores_flags",
    },
    Author: {
        "id", "site_id", "name_key", "bio", "email_encrypted", "email_hash", "confirmed_at", "signed_on_as", "standing",
        "standing_reason", "standing_until", "approved_count", "rejected_count", "created_at", "account_id", "shield",
        "shield_words", "last_seen_at", "merged_into_id", "facet", "decided_count",
    },
    Site: {"id", "rulebook", "login_secret_encrypted"},
}  # fmt: skip


def other_value(column) -> str:
    """As SQL: what a column of the last row does not have yet."""
    if column.table.name != Author.__tablename__:
        return column.name  # noted whenever it is written
    return {"JSON": "'[1]'", "BOOLEAN": "true"}.get(str(column.type), "'staff'")


@pytest.mark.parametrize("table", [Comment, Author, Site], ids=lambda table: table.__name__)
def test_every_column_is_noted_or_named_here_as_one_readers_do_not_see(app, harbour, newsroom, table):
    newsroom.comment(harbour)
    noted, name = set(), table.__tablename__
    columns = {column.name: column for column in table.__table__.columns}
    for column in columns.keys() - UNSEEN[table]:
        before, value = changes(app), other_value(columns[column])
        write(app, text(f"UPDATE {name} SET {column} = {value} WHERE id = (SELECT max(id) FROM {name})"))
        noted |= {column} if changes(app) > before else set()
    assert noted | UNSEEN[table] == columns.keys()


def changes(app) -> int:
    with app.app_context():
        return db.session.scalar(text("SELECT count(*) FROM commentsvc_change"))


def test_a_comment_that_waits_changes_nothing_for_readers(app, harbour, newsroom, client, questions):
    newsroom.set("herald", hold_first_comments=1)
    client.get(THREAD)
    newsroom.comment(harbour, status="hold")
    client.get(THREAD)
    assert questions.count("/api/v1/thread") == 1


def test_another_storys_comment_leaves_a_thread_as_it_is(harbour, newsroom, client, questions):
    client.get(THREAD)
    newsroom.comment("pier")
    client.get(THREAD)
    assert questions.count("/api/v1/thread") == 1


def test_another_sites_settings_leave_a_thread_as_it_is(harbour, newsroom, client, questions):
    client.get(THREAD)
    newsroom.set("gazette", text_max_length=999)
    client.get(THREAD)
    assert questions.count("/api/v1/thread") == 1


def viewers(newsroom, cast) -> dict[str, tuple]:
    """Kinds of viewer: who asks, with which headers."""
    plain = newsroom.client()
    browser = {"User-Agent": "Mozilla/5.0 (canary)", "Accept-Language": "ar", "Cookie": "reader=canary"}
    return {
        "nobody": (plain, {}),
        "a reader elsewhere": (newsroom.client(), {**browser, "X-Forwarded-For": "203.0.113.77"}),
        "a reader with a token": (newsroom.client(), {"Authorization": "Bearer canary"}),
        "a moderator": (newsroom.signed_in(cast.hanna), {}),
    }


@pytest.mark.parametrize("address", [THREAD, VERSION, COUNTS, FRAGMENT, ABOUT, RELATED])
@pytest.mark.parametrize("first", ["nobody", "a reader elsewhere", "a reader with a token", "a moderator"])
def test_whoever_came_first_is_not_in_what_the_others_get(harbour, newsroom, cast, layer, address, first):
    newsroom.comment(harbour)
    everybody = viewers(newsroom, cast)
    order = [first, *(each for each in everybody if each != first)]
    answers = []
    for name in order:
        client, headers = everybody[name]
        answer = client.get(address, headers=headers, environ_base={"REMOTE_ADDR": "198.51.100.9"})
        answers.append((answer.status_code, answer.data, answer.headers["ETag"]))
    assert len(set(answers)) == 1
    assert "Set-Cookie" not in answer.headers and b"canary" not in answer.data and b"198.51.100.9" not in answer.data


def test_it_is_sent_as_the_client_takes_it(harbour, newsroom, client):
    newsroom.comment(harbour)
    plain = client.get(THREAD)
    small = client.get(THREAD, headers={"Accept-Encoding": "gzip, deflate"})
    smallest = client.get(THREAD, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert gzip.decompress(small.data) == brotli.decompress(smallest.data) == plain.data
    assert [each.headers.get("Content-Encoding") for each in (plain, small, smallest)] == [None, "gzip", "br"]
    assert len({each.headers["ETag"] for each in (plain, small, smallest)}) == 3
    assert set(plain.vary) == {"Accept-Encoding", "Origin"}


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_who_has_it_already_gets_no_body(harbour, client, encoding):
    first = client.get(THREAD, headers={"Accept-Encoding": encoding})
    again = client.get(THREAD, headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})
    weak = client.get(THREAD, headers={"Accept-Encoding": encoding, "If-None-Match": f'"x", W/{first.headers["ETag"]}'})
    assert [(each.status_code, each.data) for each in (again, weak)] == [(304, b"")] * 2
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_head_alone_says_how_long_the_body_is(harbour, client):
    whole, head = client.get(THREAD), client.head(THREAD)
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(whole.data))


def test_only_pages_of_the_site_read_it(harbour, client):
    allowed = [
        client.get(THREAD, headers={"Origin": origin}).headers.get("Access-Control-Allow-Origin")
        for origin in ("https://www.herald.example", "https://evil.example", "null")
    ]
    assert allowed == ["https://www.herald.example", None, None]


@pytest.mark.parametrize("address", ["/api/v1/thread?site=nowhere&story=x", "/api/v1/thread?site=herald&limit=0"])
def test_an_error_is_not_kept(harbour, client, layer, address):
    assert client.get(address).status_code in (404, 422)
    assert layer.answers.size == 0


def test_a_query_beyond_all_measure_is_answered_and_not_kept(harbour, client, layer):
    assert client.get(f"{THREAD}&more={'x' * 3000}").status_code == 200
    assert layer.answers.size == 0


def test_an_answer_ends_when_the_clock_changes_what_it_says(harbour, newsroom, client, layer, monkeypatch):
    newsroom.set("herald", opening_hours=HOURS, time_zone="UTC")
    client.get(THREAD)
    (answer,) = layer.answers._once.values()
    assert answer.until - answer.since <= published.LIFE
    monkeypatch.setattr(published, "LIFE", timedelta(days=30))
    forget(layer)
    client.get(THREAD)
    (answer,) = layer.answers._once.values()
    assert answer.until - answer.since <= timedelta(days=1)


def test_a_clock_that_was_put_back_makes_nothing_last(harbour, client, layer, questions, monkeypatch):
    client.get(THREAD)
    monkeypatch.setattr(published, "now", lambda: now() - timedelta(hours=1))
    layer.changes.told()  # as 0.2 seconds later
    client.get(THREAD)
    assert questions.count("/api/v1/thread") == 2


def test_a_hundred_at_once_are_one_question(app, harbour, layer, monkeypatch):
    asked, inner = [], layer.inner

    def slow(environ, start):
        asked.append(environ["PATH_INFO"])
        sleep(0.3)
        return inner(environ, start)

    monkeypatch.setattr(layer, "inner", slow)
    got: list[bytes] = []
    readers = [threading.Thread(target=lambda: got.append(app.test_client().get(THREAD).data)) for _ in range(100)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert (len(asked), len(got), len(set(got))) == (1, 100, 1)


def test_what_fails_for_one_is_tried_anew_for_the_next(app, harbour, client, layer, monkeypatch):
    inner = layer.inner
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(environ, start):
        raise RuntimeError("the application is broken")

    monkeypatch.setattr(layer, "inner", broken)
    with pytest.raises(RuntimeError):
        client.get(THREAD)
    monkeypatch.setattr(layer, "inner", inner)
    assert client.get(THREAD).status_code == 200


def test_whoever_waited_for_an_answer_that_failed_gets_one_all_the_same(app, harbour, layer, monkeypatch):
    inner, first = layer.inner, threading.Event()

    def fails_once(environ, start):
        if not first.is_set():
            first.set()
            sleep(0.3)
            raise RuntimeError("the application is broken")
        return inner(environ, start)

    def unlucky() -> None:
        with pytest.raises(RuntimeError):
            app.test_client().get(THREAD)

    monkeypatch.setattr(layer, "inner", fails_once)
    reader = threading.Thread(target=unlucky)
    reader.start()
    first.wait(10)
    assert app.test_client().get(THREAD).status_code == 200
    reader.join()


def test_caches_outside_are_told_how_long_and_by_what_to_forget_it(app, harbour, client):
    with app.app_context():
        site = site_named("herald")
        story = db.session.query(Story).filter_by(external_id="harbour").one()
        known = f"site-{site.id} story-{story.id}", f"site-{site.id}"
    assert tuple(client.get(each).headers["Surrogate-Key"] for each in (THREAD, COUNTS)) == known
    assert "max-age=1," in client.get(THREAD).headers["CDN-Cache-Control"]
    assert client.get(THREAD).headers["Cache-Control"] == "public, max-age=0, must-revalidate"


# --- Without a database


def test_without_a_database_what_is_kept_is_sent_on_for_a_minute(harbour, client, layer, monkeypatch):
    first = client.get(THREAD)

    def gone():
        raise OperationalError("", {}, Exception("the server has gone"))

    monkeypatch.setattr(layer.changes._watcher, "look", gone)
    layer.changes.told()
    assert client.get(THREAD).data == first.data
    layer.changes._succeeded -= published.WITHOUT_DATABASE
    layer.changes.told()
    assert not layer.changes.is_known(layer.app)


# --- What is kept


def answer(size: int = 1000) -> Answer:
    return Answer(b"x" * size, "tag", [], Note(((1, 1),)), 1, now(), now() + published.LIFE, False)


def test_an_answer_begun_earlier_takes_no_later_ones_place():
    kept, later, earlier = Answers(), answer(), answer()
    later.born, earlier.born = 2, 1
    kept.put("thread", later)
    kept.put("thread", earlier)
    assert kept.get("thread") is later


def test_while_changes_go_on_coming_a_thread_is_written_now_and_then(harbour, newsroom, client, questions):
    began = monotonic()
    for number in range(40):
        newsroom.comment(harbour, f"Comment number {number} about the harbour.")
        client.get(THREAD)
    assert len(questions) <= published.IN_A_ROW + (monotonic() - began) / published.PAUSE + 1


def written_often(layer: published.Published) -> None:
    """As if everything kept had been written many times within this moment: for half a second it is sent on."""
    for each in [*layer.answers._once.values(), *layer.answers._often.values()]:
        each.busy = monotonic() + 0.5 + (published.IN_A_ROW - 1) * published.PAUSE


@pytest.fixture
def amid_many_changes(harbour, newsroom, client, layer) -> int:
    """A comment that somebody took down while the thread is written again and again, so that it is still sent."""
    spam = newsroom.comment(harbour, "Buy my boats.")
    assert "Buy my boats." in client.get(THREAD).text
    written_often(layer)
    newsroom.decide(spam, "spam")
    assert "Buy my boats." in client.get(THREAD).text
    return spam


def test_what_is_sent_on_although_it_changed_is_replaced_within_a_second(amid_many_changes, client):
    ends = monotonic() + 1
    while "Buy my boats." in client.get(THREAD).text:
        assert monotonic() < ends
        sleep(0.02)


def test_nothing_is_sent_on_after_everything_was_forgotten(amid_many_changes, client, layer):
    layer.forget()
    assert "Buy my boats." not in client.get(THREAD).text


def test_what_is_sent_on_although_it_changed_is_not_while_the_database_is_away(
    amid_many_changes, client, layer, monkeypatch
):
    def gone(*_):
        raise OperationalError("", {}, Exception("the server has gone"))

    monkeypatch.setattr(layer.changes._watcher, "look", gone)
    monkeypatch.setattr(layer, "_write", gone)
    sleep(0.5)
    with pytest.raises(OperationalError):
        client.get(THREAD)


def test_caches_keep_what_is_sent_on_although_it_changed_for_a_moment_alone(
    harbour, newsroom, client, layer, monkeypatch
):
    monkeypatch.setattr(layer, "purged", True)
    client.get(THREAD)
    assert f"max-age={published.LONG}" in client.get(THREAD).headers["Surrogate-Control"]
    written_often(layer)
    newsroom.comment(harbour, "And now?")
    assert client.get(THREAD).headers["Surrogate-Control"] == f"public, max-age={published.SHORT}"


def test_a_walk_through_old_threads_moves_nothing_that_is_asked_for_often():
    kept = Answers(memory=1_000_000)
    for number in range(50):
        kept.put(("hot", number), answer())
        kept.get(("hot", number))
    for number in range(10_000):
        kept.put(("old", number), answer())
    assert all(kept.get(("hot", number)) for number in range(50))


def test_what_is_kept_stays_within_its_bound():
    kept = Answers(memory=1_000_000)
    for number in range(10_000):
        kept.put(number, answer(number % 5000))
        kept.get(number - 3)
    assert 500_000 < kept.size <= 1_000_000


def test_an_answer_that_is_larger_than_everything_is_not_kept():
    kept = Answers(memory=1_000_000)
    kept.put("large", answer(2_000_000))
    assert kept.size == 0


def test_nobody_waits_for_an_answer_begun_before_their_own_change(app, harbour, newsroom, layer, monkeypatch):
    inner, begun, changed = layer.inner, threading.Event(), threading.Event()

    def slow(environ, start):
        before = inner(environ, start)
        if not begun.is_set():
            begun.set()
            changed.wait(10)
            sleep(0.3)
        return before

    monkeypatch.setattr(layer, "inner", slow)
    early = threading.Thread(target=lambda: app.test_client().get(THREAD))
    early.start()
    begun.wait(10)
    newsroom.comment(harbour)
    changed.set()
    assert len(app.test_client().get(THREAD).json["comments"]) == 1
    early.join()


def test_whoever_comes_while_another_looks_waits_for_what_was_written_before(
    app, harbour, newsroom, layer, monkeypatch
):
    client, watcher = app.test_client(), layer.changes._watcher
    client.get(THREAD)
    looking, look = threading.Event(), watcher.look

    def slow():
        looking.set()
        sleep(0.3)
        return look()

    newsroom.comment(harbour)
    monkeypatch.setattr(watcher, "look", slow)
    other = threading.Thread(target=lambda: app.test_client().get(COUNTS))
    other.start()
    looking.wait(10)
    assert len(client.get(THREAD).json["comments"]) == 1
    other.join()


def test_an_answer_written_while_something_changed_does_not_hold(app, harbour, newsroom, layer, monkeypatch):
    inner, client = layer.inner, app.test_client()

    def slow(environ, start):
        before = inner(environ, start)
        newsroom.comment(harbour, "Came in while the answer was written.")
        assert layer.changes.is_known(app)
        return before

    layer.changes.is_known(app)
    monkeypatch.setattr(layer, "inner", slow)
    client.get(THREAD)
    monkeypatch.setattr(layer, "inner", inner)
    assert len(client.get(THREAD).json["comments"]) == 1


def test_a_change_written_past_the_application_is_seen_within_a_second(app, harbour, newsroom, client):
    comment = newsroom.comment(harbour)
    client.get(THREAD)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Comment).where(Comment.id == comment).values(status="REJECTED"))
    ends = monotonic() + 1
    while client.get(THREAD).json["comments"]:
        assert monotonic() < ends


# --- On several transactions


@pytest.mark.postgresql
def test_a_change_that_comes_into_sight_late_is_seen(postgresql_app):
    watcher, note = Watcher(), text("INSERT INTO commentsvc_change (site_id, story_id, written_in, at)"
        " VALUES (1, :story, pg_current_xact_id()::text::bigint, 0)")  # fmt: skip
    with postgresql_app.app_context():
        with pytest.raises(TooMany):
            watcher.look()
        with db.engine.connect() as slow, db.engine.connect() as quick:
            slow.execute(note, {"story": 1})
            quick.execute(note, {"story": 2})
            quick.commit()
            seen = [watcher.look(), watcher.look()]
            slow.commit()
        db.session.rollback()
        seen += [watcher.look(), watcher.look()]
        db.session.execute(text("DELETE FROM commentsvc_change"))
        db.session.commit()
    assert seen == [{(1, 2)}, set(), {(1, 1)}, set()]


def test_more_changes_than_are_worth_reading_make_everything_new(app, harbour, newsroom, client, layer):
    newsroom.comment(harbour)
    client.get(THREAD)
    number = layer.changes._everything
    transaction = "0" if is_on_sqlite(app) else "pg_current_xact_id()::text::bigint"
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)"
    rows = f"SELECT 99, i, 0, {transaction} FROM n"
    columns = "site_id, story_id, at, written_in"
    notes = f"INSERT INTO commentsvc_change ({columns}) {numbers} {rows}"
    write(app, text(notes))
    client.get(THREAD)
    assert layer.changes._everything > number


def is_on_sqlite(app) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


def test_old_notes_of_changes_go(app, harbour, newsroom):
    newsroom.comment(harbour)
    write(app, text("UPDATE commentsvc_change SET at = at - 3000"))
    with app.app_context():
        forget_changes()
    assert changes(app) > 0
    write(app, text("UPDATE commentsvc_change SET at = at - 3000"))
    with app.app_context():
        forget_changes()
    assert changes(app) == 0
