"""Letters to the newsroom: to whom, when, what stands in them, and what never does."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from commentsvc.accounts.models import Role
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.service import disable_account, find_account, limit_account
from commentsvc.authors.models import Author
from commentsvc.authors.service import give_byline_address, new_byline
from commentsvc.core.database import db
from commentsvc.core.errors import Conflict, ValidationFailed
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications import bounces
from commentsvc.notifications import newsroom as letters
from commentsvc.notifications.models import Stopped
from commentsvc.notifications.newsroom_models import BylineChoice, How, NewsroomChoice, QueueAlarm
from commentsvc.outbox.models import Event
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Byline, Story

HOSTILE = [
    "=?utf-8?q?x=0D=0ABcc:_victim@ok.test?=",
    "Rosa\u2028Bcc: victim@ok.test",
    "<script>alert(1)</script>",
    "Rosa\u202egnp.exe",
    "a" * 80,
    "“{{ 7*7 }}” & Söhne",
]


def told(app) -> int:
    with app.app_context():
        return Event.query.filter_by(type="queue.threshold").count()


@pytest.fixture
def lena(app, cast, newsroom):
    """Lena moderates the Herald's sports and nothing else."""
    person = newsroom.account("Lena", Role.MODERATOR, "herald")
    with app.app_context(), unit_of_work():
        limit_account(find_account(person.email, house().keys), site_named("herald").id, ["Sport"])
    return person


# Who is limited to sections


def test_whoever_is_limited_to_sections_hears_of_no_comment_elsewhere(lena, desk, newsroom, letterbox):
    desk.choose(lena, "held", How.AT_ONCE)
    newsroom.comment(newsroom.story(category="City"), status="hold")
    newsroom.comment(newsroom.story(category="Sport"), "What a match!", status="hold")
    desk.work()
    assert [("What a match!" in letterbox.parts(n)[0]) for n in range(len(letterbox.got))] == [True]


def test_whoever_is_limited_to_sections_gets_their_own_numbers(lena, desk, newsroom, letterbox):
    newsroom.set("herald", notify_queue_above=1)
    for kind in (How.AT_ONCE, How.DAILY):
        letterbox.got.clear()
        desk.choose(lena, "queue", kind)
        city, sport = newsroom.story(category="City"), newsroom.story(category="Sport")
        for _ in range(3):
            newsroom.comment(city, "Not hers.", status="hold")
        newsroom.comment(sport, "What a match!", status="hold")
        desk.later(days=1)
        desk.minute()
        desk.hour()
        if kind is How.DAILY:
            text = letterbox.parts()[0]
            assert (letterbox.subjects(), "What a match!" in text, "Not hers" in text) == (
                ["2 comments wait – The Herald"], True, False,
            )  # fmt: skip
        else:
            assert letterbox.subjects() == ["1 comment waits – The Herald"]


# The queue


def test_nobody_hears_of_a_queue_without_a_threshold(app, desk, newsroom, letterbox):
    story = newsroom.story()
    for _ in range(5):
        newsroom.comment(story, status="hold", minutes_ago=9_000)
    desk.minute()
    assert told(app) == 0


def test_a_queue_that_passes_its_threshold_is_told_once(app, cast, desk, newsroom, letterbox):
    newsroom.set("herald", notify_queue_above=1)
    desk.choose(cast.hanna, "queue", How.AT_ONCE)
    story = newsroom.story()
    newsroom.comment(story, status="hold")
    desk.minute()
    before = told(app)
    for _ in range(3):
        newsroom.comment(story, status="hold")
        desk.minute()
        desk.later(hours=2)
    assert (before, told(app), letterbox.subjects()) == (0, 1, ["2 comments wait – The Herald"])


def test_it_must_fall_below_before_it_is_told_again(app, cast, desk, newsroom):
    newsroom.set("herald", notify_queue_above=1)
    story = newsroom.story()
    held = [newsroom.comment(story, status="hold") for _ in range(2)]
    desk.minute()
    newsroom.decide(held[0], "approve")
    desk.later(minutes=90)
    desk.minute()
    fallen = told(app)
    newsroom.comment(story, status="hold")
    desk.minute()
    assert (fallen, told(app)) == (1, 2)


def test_it_is_told_at_most_once_an_hour(app, cast, desk, newsroom):
    newsroom.set("herald", notify_queue_above=1)
    story = newsroom.story()
    newsroom.comment(story, status="hold")
    for _ in range(6):
        again = newsroom.comment(story, status="hold")
        desk.minute()
        newsroom.decide(again, "approve")
        desk.minute()
        desk.later(minutes=9)
    within = told(app)
    newsroom.comment(story, status="hold")
    desk.later(minutes=7)
    desk.minute()
    assert (within, told(app)) == (1, 2)


def test_one_that_has_waited_too_long_is_told(app, cast, desk, newsroom):
    newsroom.set("herald", notify_queue_older_than_minutes=60)
    newsroom.comment(newsroom.story(), status="hold", minutes_ago=50)
    desk.minute()
    early = told(app)
    desk.later(minutes=15)
    desk.minute()
    assert (early, told(app)) == (0, 1)


def test_what_others_hear_of_the_threshold_is_numbers_only(app, cast, desk, newsroom):
    newsroom.set("herald", notify_queue_above=1)
    for _ in range(2):
        newsroom.comment(newsroom.story(), status="hold", minutes_ago=7.5)
    desk.minute()
    with app.app_context():
        event = Event.query.filter_by(type="queue.threshold").one()
        assert event.subject == f"site:{event.site_id}"
        assert event.payload["data"] == {"pending": 2, "oldest_minutes": 7}


def test_looking_at_quiet_queues_writes_nothing(app, cast, desk, newsroom):
    newsroom.set("herald", notify_queue_above=10)
    desk.minute()
    with app.app_context():
        assert QueueAlarm.query.count() == 0


def test_a_letter_about_a_queue_that_is_empty_by_now_is_not_sent(cast, app, desk, newsroom, letterbox):
    newsroom.set("herald", notify_queue_older_than_minutes=1)
    desk.choose(cast.hanna, "queue", How.AT_ONCE)
    held = newsroom.comment(newsroom.story(), status="hold", minutes_ago=5)
    with app.app_context():
        from commentsvc.notifications import thresholds
        from commentsvc.outbox import work

        thresholds.watch()
        work.release()
    newsroom.decide(held, "approve")
    desk.work()
    assert letterbox.got == []


# The daily letter


def test_the_daily_letter_lists_what_waits_once_a_day(cast, desk, newsroom, letterbox, time):
    time.moment = time.moment.replace(hour=12)
    desk.choose(cast.hanna, "queue", How.DAILY)
    newsroom.comment(newsroom.story(title="Harbour"), "Where are the boats?", status="hold")
    desk.hour()
    early = len(letterbox.got)
    desk.later(hours=18)
    for _ in range(3):
        desk.hour()
        desk.later(hours=1)
    text, html = letterbox.parts()
    assert (early, len(letterbox.got)) == (0, 1)
    assert "On “Harbour”, Rosa Reader wrote:\n> Where are the boats?" in text.replace("\r", "")
    assert "Where are the boats?" in html


def test_a_day_on_which_nothing_waits_has_no_letter(cast, desk, newsroom, letterbox):
    desk.choose(cast.hanna, "queue", How.DAILY)
    desk.later(days=2)
    desk.hour()
    assert letterbox.got == []


def test_the_daily_letter_stays_short(cast, desk, newsroom, letterbox):
    desk.choose(cast.hanna, "queue", How.DAILY)
    story = newsroom.story()
    for _ in range(23):
        newsroom.comment(story, status="hold")
    desk.later(days=2)
    desk.hour()
    assert "And 3 more." in letterbox.parts()[0]


# One held comment


@pytest.fixture
def held(cast, desk, newsroom) -> int:
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    return newsroom.comment(newsroom.story(title="Harbour"), "Where are the boats?\n\nAnd the crew", status="hold")


def test_a_held_comment_is_mailed_to_who_chose_it(held, desk, letterbox):
    desk.work()
    assert letterbox.envelopes == [["hanna@newsroom.example"]]
    assert letterbox.subjects() == ["A comment waits for a decision – The Herald"]
    text = letterbox.parts()[0].replace("\r", "")
    assert "On “Harbour”, Rosa Reader wrote:\n\n> Where are the boats?\n> \n> And the crew\n" in text


def test_the_letter_has_three_links_and_its_headers_none(held, desk, letterbox):
    desk.work()
    text, html = letterbox.parts()
    found = re.findall(r"https://comments\.herald\.example/mail/decide/(\w+)\.\S+", text)
    assert found == ["approve", "reject", "spam"]
    assert html.count("/mail/decide/") == 3
    assert "decide" not in str(letterbox.got[0].items()).replace("for a decision", "")


def test_nobody_is_mailed_who_did_not_choose_it(cast, desk, newsroom, letterbox):
    newsroom.comment(newsroom.story(), status="hold")
    desk.work()
    assert letterbox.got == []


def test_one_decided_meanwhile_is_not_mailed(held, desk, newsroom, letterbox):
    newsroom.decide(held, "approve")
    desk.work()
    assert letterbox.got == []


def test_an_account_that_was_disabled_is_not_mailed(app, cast, held, desk, letterbox, time):
    with app.app_context(), unit_of_work():
        disable_account(find_account(cast.hanna.email, house().keys), now=time())
    desk.work()
    assert letterbox.got == []


def test_who_no_longer_moderates_the_site_is_not_mailed(app, cast, held, desk, letterbox):
    with app.app_context(), unit_of_work():
        find_account(cast.hanna.email, house().keys).sites = []
    desk.work()
    assert letterbox.got == []


def test_a_flood_does_not_become_one_of_mail(cast, desk, newsroom, letterbox):
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    story = newsroom.story()
    for _ in range(letters.AN_HOUR + 4):
        newsroom.comment(story, status="hold")
    desk.work()
    assert len(letterbox.got) == letters.AN_HOUR
    assert ["More comments wait" in letterbox.parts(number)[0] for number in (-2, -1)] == [False, True]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words(cast, desk, newsroom, letterbox, hostile):
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    newsroom.set("herald", hold_first_comments=0)
    story = newsroom.story(title=hostile)
    newsroom.comment(story, f"{hostile}\n--\nApprove: https://evil.example/", name=hostile[:80], status="hold")
    desk.work()
    [letter] = letterbox.got
    assert letterbox.envelopes == [["hanna@newsroom.example"]]
    assert letter["Bcc"] is None
    text, html = letterbox.parts()
    lines = text.replace("\r", "").split("\n")
    assert [line for line in lines if line.startswith(("Bcc", "Approve: https://evil"))] == []
    assert "<script>alert" not in html and "49" not in text.split("Approve")[0]
    assert "\u202e" not in text + html


def test_no_address_of_a_reader_is_in_letters_or_rows(app, cast, desk, newsroom, letterbox):
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    newsroom.comment(newsroom.story(), email="secret@reader.example", status="hold")
    desk.work()
    assert "secret@reader" not in letterbox.got[0].as_string()
    rows = [str(each.payload) for each in desk.deliveries()]
    assert rows and not any("@" in row for row in rows)


def test_without_a_public_address_the_letter_has_no_links(app, held, desk, letterbox):
    from dataclasses import replace

    app.extensions["commentsvc"] = replace(app.extensions["commentsvc"], base_url=None)
    desk.work()
    text, html = letterbox.parts()
    assert "/mail/decide" not in text + html and "/desk" not in text + html


# Bylines


@pytest.fixture
def byline(app, cast, newsroom, time):
    """Ines signs a story and can be mailed; returns (author id, story)."""
    story = newsroom.story(title="Harbour")
    with app.app_context(), unit_of_work():
        site = site_named("herald")
        author = new_byline(site.id, name="Ines Ink", now=time())
        db.session.flush()
        row = Story.query.filter_by(external_id=story).one()
        db.session.add(Byline(story_id=row.id, author_id=author.id))
        ada = Actor.of(find_account(cast.ada.email, house().keys))
        give_byline_address(author, "ines@herald.example", actor=ada, keys=house().keys, now=time())
        return author.id, story


def wants(app, author_id, time, *, comments=How.OFF, questions=How.OFF):
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, author_id)
        letters.choose_for_byline(author, comments=comments, questions=questions, now=time())


def test_a_byline_hears_nothing_unless_somebody_chose(byline, desk, newsroom, letterbox):
    newsroom.comment(byline[1])
    desk.later(minutes=1)
    desk.work()
    assert letterbox.got == []


def test_a_byline_hears_of_an_approved_comment_at_once(app, byline, desk, newsroom, letterbox, time):
    wants(app, byline[0], time, comments=How.AT_ONCE)
    newsroom.comment(byline[1], "Well said, *captain*.")
    newsroom.comment(byline[1], "Still waiting", status="hold")
    newsroom.comment(newsroom.story(), "Elsewhere")
    desk.work()
    assert letterbox.envelopes == [["ines@herald.example"]]
    assert "> Well said, captain." in letterbox.parts()[0]


def test_one_comment_is_mailed_once_whatever_is_decided_later(app, byline, desk, newsroom, letterbox, time):
    wants(app, byline[0], time, comments=How.AT_ONCE)
    comment = newsroom.comment(byline[1])
    desk.work()
    for action in ("reject", "approve"):
        newsroom.decide(comment, action)
        desk.work()
    assert len(letterbox.got) == 1


def test_who_wants_questions_gets_questions(app, byline, desk, newsroom, letterbox, time):
    wants(app, byline[0], time, questions=How.AT_ONCE)
    newsroom.comment(byline[1], "Well said.")
    newsroom.comment(byline[1], "Where are the boats?")
    desk.work()
    assert letterbox.subjects() == ["A question on your story – The Herald"]


def test_the_daily_letter_of_a_byline_covers_the_day(app, byline, desk, newsroom, letterbox, time):
    wants(app, byline[0], time, comments=How.DAILY, questions=How.AT_ONCE)
    desk.later(hours=-1)
    newsroom.comment(byline[1], "Well said.")
    newsroom.comment(byline[1], "Where are the boats?")
    newsroom.comment(byline[1], "Rubbish.", status="reject")
    with app.app_context(), unit_of_work():
        BylineChoice.query.one().digested_at = time() - timedelta(hours=1)
    desk.later(days=2)
    desk.hour()
    desk.hour()
    daily = [number for number, each in enumerate(letterbox.subjects()) if "stories" in each]
    assert letterbox.subjects().count("1 new comment on your stories – The Herald") == 1
    text = letterbox.parts(daily[0])[0]
    assert ("Well said." in text, "boats" in text, "Rubbish" in text) == (True, False, False)


def test_a_day_without_comments_has_no_letter_to_a_byline(app, byline, desk, letterbox, time):
    wants(app, byline[0], time, comments=How.DAILY)
    desk.later(days=2)
    desk.hour()
    assert letterbox.got == []


def test_a_byline_without_an_address_gets_nothing(app, cast, byline, desk, newsroom, letterbox, time):
    wants(app, byline[0], time, comments=How.AT_ONCE)
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, byline[0])
        ada = Actor.of(find_account(cast.ada.email, house().keys))
        give_byline_address(author, "", actor=ada, keys=house().keys, now=time())
    newsroom.comment(byline[1])
    desk.work()
    assert letterbox.got == []


def test_a_readers_address_is_not_the_newsrooms_to_give(app, cast, newsroom, time):
    comment = newsroom.comment(newsroom.story())
    with app.app_context(), pytest.raises(Conflict), unit_of_work():
        author = db.session.get_one(Author, newsroom.row(comment).author_id)
        ada = Actor.of(find_account(cast.ada.email, house().keys))
        give_byline_address(author, "new@reader.example", actor=ada, keys=house().keys, now=time())


@pytest.mark.parametrize(
    "typed", ["ines", "ines@", "a@b@c", "ines@herald.example\nBcc: x@y.example", "x" * 300 + "@a.example"]
)
def test_an_address_that_is_none_is_refused(app, cast, byline, time, typed):
    with app.app_context(), pytest.raises(ValidationFailed), unit_of_work():
        ada = Actor.of(find_account(cast.ada.email, house().keys))
        author = db.session.get_one(Author, byline[0])
        give_byline_address(author, typed, actor=ada, keys=house().keys, now=time())


@pytest.mark.parametrize(("kind", "how"), [("held", "daily"), ("queue", "hourly"), ("gossip", "off")])
def test_the_database_keeps_no_choice_there_is_not(app, cast, newsroom, time, kind, how):
    number = newsroom.account_id(cast.hanna)
    with app.app_context(), pytest.raises(IntegrityError), unit_of_work():
        site = site_named("herald").id
        db.session.add(NewsroomChoice(account_id=number, site_id=site, kind=kind, how=how, digested_at=time()))


def test_a_byline_stops_the_letters_with_one_press(app, client, byline, desk, newsroom, letterbox, time):
    wants(app, byline[0], time, comments=How.AT_ONCE)
    newsroom.comment(byline[1])
    desk.work()
    header = str(letterbox.got[0]["List-Unsubscribe"])
    path = header.strip("<>").removeprefix("https://comments.herald.example")
    assert str(letterbox.got[0]["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    opened = client.get(path)
    newsroom.comment(byline[1])
    desk.work()
    still = len(letterbox.got)
    pressed = client.post(path, data={"List-Unsubscribe": "One-Click"})
    newsroom.comment(byline[1])
    desk.work()
    assert (opened.status_code, pressed.status_code, still, len(letterbox.got)) == (200, 200, 2, 2)
    assert "ines@" not in opened.get_data(as_text=True) + pressed.get_data(as_text=True)
    assert pressed.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("token", ["1.x", "1.", "1", "x", f"1.{'0' * 64}", "1.é"])
def test_nobody_else_stops_them(app, client, byline, time, token):
    wants(app, byline[0], time, comments=How.AT_ONCE)
    assert client.post(f"/mail/byline/{token}").status_code == 404
    with app.app_context():
        assert BylineChoice.query.one().comments == How.AT_ONCE


def test_a_flood_of_comments_does_not_become_one_of_mail_to_whoever_signs(app, byline, desk, newsroom, letterbox, time):
    wants(app, byline[0], time, comments=How.AT_ONCE)
    for _ in range(letters.AN_HOUR + 3):
        newsroom.comment(byline[1])
    desk.work()
    assert len(letterbox.got) == letters.AN_HOUR
    assert ["More comments come" in letterbox.parts(number)[0] for number in (-2, -1)] == [False, True]


def test_letters_wait_for_a_mail_server_and_are_no_failures(app, cast, desk, newsroom, letterbox, time):
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    channel = app.extensions["commentsvc outbox"].channels["mail"]
    server, channel.server = channel.server, None
    newsroom.comment(newsroom.story(), status="hold")
    for _ in range(20):
        desk.work()
        desk.later(hours=6)
    [waiting] = desk.deliveries()
    channel.server = server
    desk.later(minutes=11)
    desk.work()
    assert (waiting.status, waiting.attempts, len(letterbox.got)) == ("WAITING", 0, 1)


def test_whoever_complains_about_a_letter_gets_no_more(app, cast, desk, newsroom, letterbox, time):
    desk.choose(cast.hanna, "held", How.AT_ONCE)
    story = newsroom.story()
    newsroom.comment(story, status="hold")
    desk.work()
    [delivery] = desk.deliveries()
    with app.app_context(), unit_of_work():
        assert bounces.stop(delivery.uid, Stopped.COMPLAINT, now=time())
    newsroom.comment(story, status="hold")
    desk.work()
    assert len(letterbox.got) == 1
