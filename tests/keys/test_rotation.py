"""Another key: everything is written anew under it, in the middle of whatever happens."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from commentsvc import rotation
from commentsvc.accounts.service import find_account
from commentsvc.authors.models import Author
from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.crypto import Undecipherable
from commentsvc.core.database import db
from commentsvc.core.mail_address import address_hashes
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.notifications import choices, newsroom, tokens
from commentsvc.notifications.models import Recipient, Stopped
from commentsvc.rulebook import bans
from commentsvc.rulebook.models import Ban
from commentsvc.sites.service import site_named
from tests.cast import SOMEONE, rosas_comment
from tests.keys.conftest import BOTH_KEYS, NEW, NEW_KEYS, OLD_KEYS, write_authors

ROOT = Path(__file__).parents[2]


@pytest.fixture
def rotated(app):
    """Run it to the end: `rotated()`; the report."""

    def run(**more) -> rotation.Report:
        with app.app_context():
            return list(rotation.rotate(BOTH_KEYS, **more))[-1][1]

    return run


@pytest.fixture
def rosa(cast, client, app) -> int:
    """Rosa wrote under the old key and asked for mail; her author's number."""
    answer = client.post("/api/v1/comments", json=rosas_comment(notify="replies"))
    with app.app_context():
        return db.session.get_one(Comment, int(answer.json["comment"]["id"])).author_id


def test_an_address_is_readable_and_found_by_the_new_key_alone(app, rosa, rotated):
    rotated()
    with app.app_context():
        author = db.session.get_one(Author, rosa)
        assert NEW_KEYS.decrypt(author.email_encrypted) == "rosa@example.org"
        assert author.email_hash == address_hashes("rosa@example.org", f"site {author.site_id}", NEW_KEYS)[0]
        with pytest.raises(Undecipherable):
            OLD_KEYS.decrypt(author.email_encrypted)


def test_staff_sign_in_with_the_new_key_alone(app, cast, rotated):
    rotated()
    with app.app_context():
        found = find_account(cast.hanna.email, NEW_KEYS)
        assert (found.name, NEW_KEYS.decrypt(found.email_encrypted)) == ("Hanna", cast.hanna.email)


def test_who_gets_mail_is_found_by_the_new_key_alone(app, rosa, rotated, with_keys):
    rotated()
    with app.app_context(), with_keys(NEW_KEYS):
        assert choices.recipient_of(db.session.get_one(Author, rosa)) is not None


def test_one_mailbox_under_two_keys_becomes_one_and_stays_stopped(app, rosa, rotated):
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, rosa)
        under_new = address_hashes("rosa@example.org", f"site {author.site_id}", NEW_KEYS)[0]
        stopped = {"stopped_at": now(), "stopped_because": Stopped.COMPLAINT}
        db.session.add(Recipient(site_id=author.site_id, email_hash=under_new, **stopped))
    rotated()
    with app.app_context():
        [left] = db.session.scalars(select(Recipient))
        assert (left.email_hash, left.stopped_because) == (under_new, Stopped.COMPLAINT)


def test_a_ban_of_an_address_somebody_wrote_with_goes_on(app, rosa, rotated):
    with app.app_context(), unit_of_work():
        bans.ban_typed(
            site_named("herald"), "Rosa@example.org", reason="", until=None, actor=SOMEONE, keys=OLD_KEYS, now=now()
        )
    rotated()
    with app.app_context():
        site = site_named("herald")
        hashes = address_hashes("rosa@example.org", f"site {site.id}", NEW_KEYS)
        assert bans.banned(site, address_hashes=hashes, domain="", network_hashes=[], now=now()).address


def test_a_ban_of_an_address_nobody_wrote_with_is_told(app, cast, rotated):
    with app.app_context(), unit_of_work():
        bans.ban_typed(
            site_named("herald"), "mallory@example.org", reason="", until=None, actor=SOMEONE, keys=OLD_KEYS, now=now()
        )
    rotated()
    with app.app_context():
        assert (rotation.bans_without_author(), db.session.scalars(select(Ban)).one().kind) == (1, "address")


@pytest.mark.parametrize("action", ["confirm", "preferences"])
def test_a_link_in_a_letter_sent_before_still_leads_somewhere(app, rosa, rotated, action):
    with app.app_context():
        before = tokens.make(action, db.session.get_one(Author, rosa), OLD_KEYS)
    rotated()
    with app.app_context():
        assert tokens.read(action, before, BOTH_KEYS)[0].id == rosa


def test_a_bylines_way_out_still_works(app, rosa, rotated):
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, rosa)
        author.is_byline = True
        before = newsroom.stop_token(author, OLD_KEYS)
    rotated()
    with app.app_context():
        assert newsroom.byline_of(before, BOTH_KEYS).id == rosa


def test_a_second_time_there_is_nothing_to_do(app, rosa, rotated):
    first, second = rotated(), rotated()
    assert (first.renewed.total() > 0, second.renewed.total(), second.fresh.total()) == (
        True,
        0,
        # the two hashes that follow are found by their author's, and only once
        first.renewed.total() - first.renewed["commentsvc_recipient.email_hash"],
    )


def test_a_dry_run_writes_nothing(app, rosa, rotated):
    with app.app_context():
        before = db.session.get_one(Author, rosa).email_encrypted
    said = rotated(dry_run=True)
    with app.app_context():
        assert db.session.get_one(Author, rosa).email_encrypted == before
    assert said.renewed["commentsvc_author.email_encrypted"] == 1


def test_what_no_key_can_read_is_counted_and_left(app, rosa):
    with app.app_context():
        *_, (_, report) = rotation.rotate(NEW_KEYS)
        kept = db.session.get_one(Author, rosa).email_encrypted
    assert report.unreadable["commentsvc_author.email_encrypted"] == 1
    assert OLD_KEYS.decrypt(kept) == "rosa@example.org"


def test_it_goes_on_where_it_was_stopped(app, cast):
    write_authors(app, 1_000)
    with app.app_context():
        done = rotation.rotate(BOTH_KEYS, at_once=100)
        for _ in range(5):
            next(done)
        done.close()
        *_, (_, report) = rotation.rotate(BOTH_KEYS, at_once=100)
        anew, before = (report.renewed, report.fresh)
    name = "commentsvc_author.email_encrypted"
    assert (anew[name] + before[name], 0 < anew[name] < 1_000) == (1_000, True)
    with app.app_context():
        assert {NEW_KEYS.decrypt(each)[:6] for each in db.session.scalars(select(Author.email_encrypted))} == {"reader"}


def test_what_is_written_meanwhile_is_not_overwritten(app, rosa, with_keys):
    write_authors(app, 200)
    with app.app_context(), with_keys(BOTH_KEYS):
        for number, _ in enumerate(rotation.rotate(BOTH_KEYS, at_once=50)):
            if number == 2:
                with unit_of_work():
                    db.session.get_one(Author, rosa).email_encrypted = BOTH_KEYS.encrypt("moved@example.org")
        db.session.expire_all()
        assert NEW_KEYS.decrypt(db.session.get_one(Author, rosa).email_encrypted) == "moved@example.org"


RUN = [sys.executable, "-c", "from commentsvc.cli import main; main()", "keys", "rotate", "--at-once", "10"]


def test_killed_in_the_middle_it_is_run_again(app, cast, tmp_path):
    """The command itself, killed without a word."""
    write_authors(app, 4_000)
    settings = app.config["COMMENTSVC"]
    env = {
        **os.environ,
        "COMMENTSVC_DATA_DIR": str(tmp_path),
        "COMMENTSVC_DATABASE_URL": settings.database_url,
        "COMMENTSVC_SECRET_KEY": f"{NEW} {settings.secret_keys[0]}",
    }
    first = subprocess.Popen(RUN, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 60
    while under_new(app) < 100 and first.poll() is None and time.monotonic() < ends:
        time.sleep(0.01)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert 0 < under_new(app) < 4_000
    again = subprocess.run([*RUN[:-1], "500"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert (again.returncode, under_new(app)) == (0, 4_000)
    assert "Everything that can be written anew is under the first key." in again.stdout
    assert "commentsvc_author.email_encrypted" in again.stdout


def under_new(app) -> int:
    """How many authors of the test are found under the new key, by one of them in each hundred."""
    with app.app_context():
        site = site_named("herald").id
        hashes = [address_hashes(f"reader{n}@example.org", f"site {site}", NEW_KEYS)[0] for n in range(4_000)]
        few = (hashes[start : start + 500] for start in range(0, 4_000, 500))
        count = select(func.count()).select_from(Author)
        return sum(db.session.scalar(count.where(Author.email_hash.in_(some))) for some in few)
