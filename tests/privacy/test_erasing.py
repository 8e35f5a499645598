"""Erased: a day later nothing in the database tells who it was, and everything else is as it was."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from commentsvc.authors.models import Author
from commentsvc.comments import log
from commentsvc.comments.models import Comment, Decision
from commentsvc.core import clock
from commentsvc.core.database import PREFIX, db
from commentsvc.core.mail_address import address_hashes
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications.models import Recipient
from commentsvc.privacy import erasing
from commentsvc.privacy.models import Act, Erasure, PrivacyAct, SealedCopy
from commentsvc.rulebook import bans
from commentsvc.rulebook.models import Ban
from commentsvc.sites.service import site_named
from tests.cast import SOMEONE, rosas_comment
from tests.contract.searching import Searcher, Secret
from tests.privacy.conftest import ADDRESS, NAME, NETWORK, SITE, WORDS, rows_of

PERSON = (NAME, SITE, "canary-picture", "canary-once", "wren-of-the-nest", "canary-number-7", "canary club")


def test_there_is_something_to_erase(wren):
    everywhere = {"author", "author_act", "author_note", "comment", "comment_note", "event"}
    assert wren.places(*PERSON, wren.network_hash) >= {
        f"commentsvc_{name}" for name in (*everywhere, "standing_change")
    }


def test_afterwards_a_dump_of_all_tables_holds_nothing_of_the_person(app, wren):
    with app.app_context():
        author = wren.row()
        hashes = address_hashes(ADDRESS, f"site {author.site_id}", house().keys)
        salt, slug = db.session.get_one(Comment, wren.comment).receipt_salt, author.slug
        secrets = [Secret("wren", "address", ADDRESS), Secret("wren", "network", NETWORK)]
    wren.erased()
    assert wren.places(*PERSON, wren.network_hash, salt, slug) == set()
    assert wren.places(*hashes) == {"commentsvc_ban"}  # a suspension stood on it, and ends
    searcher = Searcher(secrets)
    assert {f"{name}: {hit}" for name, row in wren.dump() for hit in searcher.hits(row)} == set()


def test_the_comment_stays_nameless(client, wren):
    wren.erased()
    [shown] = client.get("/api/v1/thread?site=herald&story=harbour").json["comments"]
    author = shown["author"]
    assert (author["name"], author["website"], "/avatars/" in author["avatar"]) == ("Deleted author", None, True)
    assert "quokkas" in str(shown["content"])
    assert shown["replies"][0]["author"]["name"] == "Rosa Reader"


def test_where_the_site_says_so_the_words_go_too(client, wren, newsroom):
    newsroom.set("herald", erased_comments="empty")
    wren.erased()
    [shown] = client.get("/api/v1/thread?site=herald&story=harbour").json["comments"]
    assert (shown["state"], shown["content"], shown["author"]) == ("retracted", [], None)
    assert [each["id"] for each in shown["replies"]] == [str(wren.answer)]
    assert wren.places(WORDS, "quokkas of zwolle") == set()


def test_the_log_stays_whole(app, wren, newsroom):
    newsroom.set("herald", erased_comments="empty")
    with app.app_context():
        before = log.examine(site_named("herald").id)
    wren.erased()
    with app.app_context():
        after = log.examine(site_named("herald").id)
        assert (after.wrong, after.decisions) == (None, before.decisions)
        assert db.session.scalars(select(Decision).where(Decision.comment_id == wren.comment)).first() is not None


def test_who_reads_the_feed_of_events_is_told_nothing_of_them_any_more(client, cast, wren):
    before = client.get("/api/v1/events?site=herald", headers=cast.ada.headers).get_data(as_text=True)
    wren.erased()
    after = client.get("/api/v1/events?site=herald", headers=cast.ada.headers).get_data(as_text=True)
    assert (NAME in before, NAME in after, "Deleted author" in after) == (True, False, True)


def test_a_receipt_opens_nothing_any_more(client, wren):
    bearer = {"Authorization": f"Bearer {wren.receipt}"}
    assert client.get(f"/api/v1/comments/{wren.comment}/receipt", headers=bearer).status_code == 200
    wren.erased()
    assert client.get(f"/api/v1/comments/{wren.comment}/receipt", headers=bearer).status_code == 401


def test_others_are_left_as_they_are(app, wren):
    with app.app_context():
        rosa = db.session.get_one(Comment, wren.answer).author
        before = (rosa.name, rosa.email_hash, rosa.email_encrypted)
    wren.erased()
    with app.app_context():
        rosa = db.session.get_one(Comment, wren.answer).author
        assert (rosa.name, rosa.email_hash, rosa.email_encrypted) == before


def test_the_address_goes_where_a_stranger_typed_it_too(app, client, wren):
    typed = client.post("/api/v1/comments", json=rosas_comment(name="Mallory", email=ADDRESS.lower()))
    assert typed.status_code in (201, 403)
    with app.app_context(), unit_of_work():
        site = site_named("herald").id
        hashed = address_hashes(ADDRESS, f"site {site}", house().keys)[0]
        other = {"site_id": site, "slug": "mallory", "name": "Mallory", "created_at": clock.now()}
        db.session.add(Author(**other, email_hash=hashed, email_encrypted=house().keys.encrypt(ADDRESS)))
    wren.erased()
    with app.app_context():
        mallory = db.session.scalars(select(Author).where(Author.slug == "mallory")).one()
        assert (mallory.name, mallory.email_hash, mallory.email_encrypted) == ("Mallory", None, None)


def test_a_suspension_outlives_them_as_a_hash_with_its_end(app, client, wren):
    wren.erased()
    [ban] = rows_of(app, Ban)
    assert (ban.kind, ban.reason, ban.until < clock.now() + timedelta(days=4)) == ("address", "", True)
    again = client.post("/api/v1/comments", json=rosas_comment(name="Another name", email=ADDRESS))
    assert (again.status_code, again.json["code"]) == (403, "not_welcome")


def test_an_endless_ban_of_the_address_gets_an_end(app, wren):
    with app.app_context(), unit_of_work():
        more = {"reason": NAME, "until": None, "actor": SOMEONE, "keys": house().keys, "now": clock.now()}
        bans.ban_typed(site_named("herald"), ADDRESS, **more)
    wren.erased()
    assert {(ban.reason, ban.until is None) for ban in rows_of(app, Ban)} == {("", False)}


def test_no_mail_is_kept_for_them(app, wren):
    wren.erased()
    assert rows_of(app, Recipient) == []


def test_what_was_reported_as_illegal_is_kept_sealed(app, client, wren):
    report = {"reason": "illegal", "details": "This is a threat."}
    assert client.post(f"/api/v1/comments/{wren.comment}/flags", json=report).status_code == 202
    wren.erased()
    [copy] = rows_of(app, SealedCopy)
    with app.app_context():
        content = house().keys.decrypt(copy.content_encrypted)
    assert (ADDRESS.partition("@")[0] in content, "This is a threat." in content, WORDS in content) == (True,) * 3
    assert clock.now() + timedelta(days=179) < copy.until < clock.now() + timedelta(days=181)
    assert wren.places(NAME, "canary.wren") == set()


def test_what_was_reported_otherwise_is_not_sealed(app, client, wren):
    client.post(f"/api/v1/comments/{wren.comment}/flags", json={"reason": "abuse"})
    wren.erased()
    assert rows_of(app, SealedCopy) == []


def test_before_its_time_nothing_happens(app, wren):
    wren.ask()
    with app.app_context():
        erasing.erase_due()
        assert wren.row().name == NAME


def test_asked_twice_the_first_one_counts(app, wren):
    assert wren.ask() == wren.ask()
    assert len(rows_of(app, Erasure)) == 1


def test_cancelled_nothing_goes(app, wren):
    number = wren.ask()
    with app.app_context(), unit_of_work():
        erasing.cancel(db.session.get_one(Erasure, number), actor=SOMEONE, now=clock.now())
    wren.a_day_later()
    with app.app_context():
        assert wren.row().name == NAME
    assert [each.act for each in rows_of(app, PrivacyAct)] == [Act.ERASURE_ASKED, Act.ERASURE_CANCELLED]


def test_who_did_what_is_remembered(app, wren):
    wren.erased()
    acts = rows_of(app, PrivacyAct)
    assert [(each.act, each.author_id) for each in acts] == [
        (Act.ERASURE_ASKED, wren.author),
        (Act.ERASED, wren.author),
    ]


def test_stopped_in_the_middle_it_is_begun_again(app, client, wren, monkeypatch):
    report = {"reason": "illegal", "details": "This is a threat."}
    client.post(f"/api/v1/comments/{wren.comment}/flags", json=report)
    finish = erasing._finish

    def die(*_args):
        raise SystemExit("killed")

    monkeypatch.setattr(erasing, "_finish", die)
    with pytest.raises(SystemExit):
        wren.erased()
    monkeypatch.setattr(erasing, "_finish", finish)
    wren.a_day_later()
    assert wren.places(*PERSON) == set()
    assert len(rows_of(app, SealedCopy)) == 1


def test_whoever_signs_articles_is_not_erased(app, wren):
    with app.app_context(), unit_of_work():
        db.session.execute(update(Author).where(Author.id == wren.author).values(is_byline=True))
    with pytest.raises(erasing.Conflict):
        wren.ask()


# What becomes of every table that belongs to an author or a comment. A new one: say in `privacy/erasing.py` what
# becomes of it (THEIRS, where all of it goes), and then here.
KNOWN = {
    "commentsvc_author": "emptied",
    "commentsvc_author_act": "without the words of the change",
    "commentsvc_author_note": "goes",
    "commentsvc_author_slug": "goes",
    "commentsvc_author_transfer": "goes",
    "commentsvc_byline": "of who signs articles",
    "commentsvc_byline_choice": "goes",
    "commentsvc_comment": "nameless",
    "commentsvc_comment_note": "goes",
    "commentsvc_confirmation": "goes",
    "commentsvc_decision": "stays: the log names no writer",
    "commentsvc_erasure": "stays for privacy_log_days",
    "commentsvc_flag": "others' words: settled ones go",
    "commentsvc_follow": "goes",
    "commentsvc_lease": "ends by itself",
    "commentsvc_like": "others'",
    "commentsvc_notice": "goes",
    "commentsvc_outside_check": "goes",
    "commentsvc_preference": "goes",
    "commentsvc_privacy_act": "stays for privacy_log_days",
    "commentsvc_reader_token": "goes",
    "commentsvc_revision": "as the site chooses",
    "commentsvc_sealed_copy": "encrypted, with its own end",
    "commentsvc_shielded": "of who signs articles",
    "commentsvc_standing_change": "without its reason",
    "commentsvc_transferred_comment": "goes with its transfer",
    "commentsvc_verdict": "without its reason",
}


def test_no_table_that_belongs_to_a_person_is_forgotten():
    of_persons = {f"{PREFIX}author", f"{PREFIX}comment"}
    belong = {
        table.name
        for table in db.metadata.sorted_tables
        if of_persons & {key.column.table.name for key in table.foreign_keys} or table.name in of_persons
    }
    assert sorted(belong - KNOWN.keys()) == []
