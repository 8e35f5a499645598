"""Mail to readers, as it arrives at a real mail server."""

import pytest
from sqlalchemy import select

from commentsvc.authors.models import Author, Standing
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.notifications.models import Confirmation, Kind, Notice, Pace, Preference, Recipient
from commentsvc.outbox.models import DeliveryStatus
from tests.notifications.conftest import BASE

ROSA, BEN = "rosa@example.org", "ben@example.org"


def author_of(comment: int) -> Author:
    return db.session.get_one(Author, db.session.get_one(Comment, comment).author_id)


def pace(mail, comment: int, **paces: Pace) -> None:
    def act():
        for kind, chosen in paces.items():
            db.session.get_one(Preference, (author_of(comment).id, kind)).pace = chosen

    mail.change(act)


# Asking and confirming


def test_who_asks_for_nothing_gets_nothing(app, mail):
    mail.post()
    mail.deliver()
    with app.app_context():
        assert (mail.room.messages, db.session.query(Recipient).count()) == ([], 0)


@pytest.mark.parametrize("notify", ["everything", "", "ALL"])
def test_a_wrong_wish_is_named(client, cast, notify):
    from tests.cast import rosas_comment

    answer = client.post("/api/v1/comments", json=rosas_comment(notify=notify))
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["notify"])


@pytest.mark.parametrize(
    ("notify", "kinds"),
    [("replies", {"approved", "rejected", "reply"}), ("all", {"approved", "rejected", "reply", "story"})],
)
def test_a_wish_becomes_the_authors_choices(app, mail, notify, kinds):
    mail.post(notify=notify)
    with app.app_context():
        assert {each.kind: each.pace for each in db.session.query(Preference)} == dict.fromkeys(kinds, "at_once")


def test_an_address_that_is_not_confirmed_gets_one_question_and_nothing_else(mail, cast):
    comment = mail.post(notify="all")
    mail.post(BEN, parent=str(comment))
    mail.decide(comment, "reject", actor=cast.hanna, reason="abuse")
    mail.deliver()
    assert mail.subjects() == ["Please confirm your address for The Herald"]


def test_nothing_a_stranger_wrote_leads_anywhere_from_the_question(mail):
    mail.post(notify="all", name="Buy at spam.example", text="Cheap pills", title="Visit spam.example", story="new")
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert ("Buy at […] wrote:" in mail.text(letter), "> Cheap pills" in mail.text(letter)) == (True, True)
    assert "spam.example" not in letter.as_string()


def test_opening_the_link_confirms_nothing(app, mail):
    comment = mail.post(notify="replies")
    mail.deliver()
    page = mail.client.get(mail.link(mail.to(ROSA)[0], "confirm"))
    with app.app_context():
        assert (page.status_code, author_of(comment).confirmed_at) == (200, None)


def test_the_button_confirms_and_twice_is_calm(app, mail):
    comment = mail.post(notify="replies")
    mail.deliver()
    link = mail.link(mail.to(ROSA)[0], "confirm")
    first, second = mail.client.post(link), mail.client.post(link)
    with app.app_context():
        assert (first.status_code, second.status_code, author_of(comment).confirmed_at) == (200, 200, mail.time())


def test_a_link_to_confirm_ends_after_a_week(app, mail, monkeypatch):
    import time

    comment = mail.post(notify="replies")
    mail.deliver()
    link, at = mail.link(mail.to(ROSA)[0], "confirm"), time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: at + 8 * 86_400)
    with app.app_context():
        assert (mail.client.post(link).status_code, author_of(comment).confirmed_at) == (410, None)


def test_a_link_does_only_what_it_was_made_for(app, mail, cast):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    [letter] = mail.to(ROSA)
    way_out, page = mail.link(letter, "unsubscribe"), mail.link(letter, "preferences")
    crossed = [way_out.replace("unsubscribe", other) for other in ("confirm", "preferences")]
    crossed += [page.replace("preferences", other) for other in ("confirm", "unsubscribe")]
    # Not the last letter: some of its bits are spare, and another one may mean the same.
    tampered = [
        way_out[:-5] + ("A" if way_out[-5] != "A" else "B") + way_out[-4:],
        "/mail/unsubscribe/x",
        "/mail/confirm/1.2.3",
    ]
    assert {mail.client.post(link).status_code for link in crossed + tampered} == {404}
    with app.app_context():
        assert {each.pace for each in db.session.query(Preference)} == {"at_once"}


def test_a_link_is_dead_when_the_address_is_erased(mail, app):
    comment = mail.post(notify="replies")
    mail.deliver()
    link = mail.link(mail.to(ROSA)[0], "confirm")

    def erase():
        author = author_of(comment)
        author.email_hash = author.email_encrypted = None

    mail.change(erase)
    assert mail.client.post(link).status_code == 404


def test_nobodys_mailbox_is_filled_with_questions(app, mail):
    for number in range(6):
        mail.receipts.clear()
        mail.post(notify="all", network=f"192.0.2.{number}")
    mail.deliver()
    assert len(mail.to(ROSA)) == 3


def test_one_network_asks_only_so_many_strangers(app, mail):
    for number in range(25):
        mail.receipts.clear()
        mail.post(f"reader{number}@example.org", notify="all")
    with app.app_context():
        assert db.session.query(Confirmation).count() == 20


def test_who_shows_a_receipt_is_asked_once(mail):
    mail.post(notify="all")
    mail.post(notify="all")
    mail.deliver()
    assert len(mail.to(ROSA)) == 1


def test_spam_asks_nobody_anything(mail):
    mail.post(notify="all", topic="filled by a machine")
    mail.deliver()
    assert mail.room.messages == []


# News


def test_a_comment_that_waited_and_was_approved(mail, cast, newsroom):
    mail.reader()
    newsroom.set("herald", mode="hold_all")
    mail.decide(mail.post(), "approve", actor=cast.hanna)
    mail.deliver()
    assert mail.subjects() == ["Your comment on The Herald is published"]


def test_nothing_is_said_of_what_was_published_at_once(mail):
    mail.reader()
    mail.post()
    mail.deliver()
    assert mail.subjects() == []


@pytest.mark.parametrize(
    ("action", "reason", "said"),
    [
        ("reject", "abuse", "it attacks or insults somebody"),
        ("reject", "off topic", "it is not about the subject"),
        ("reject", "my own words about this fool", "it does not keep to the rules"),
        ("reject", "", "it does not keep to the rules"),
        ("spam", "", "it looks like advertising"),
    ],
)
def test_a_rejection_says_why_and_what_can_be_done(mail, cast, newsroom, action, reason, said):
    newsroom.set("herald", reasons="abuse\noff topic\nmy own words about this fool")
    comment = mail.reader()
    mail.decide(comment, action, actor=cast.hanna, reason=reason)
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert said in mail.text(letter)
    assert "write another comment" in mail.text(letter)
    assert "fool" not in letter.as_string()


def test_a_rejection_by_a_rule_says_so(mail, newsroom):
    mail.reader()
    newsroom.words("herald", "reject", "swindle")
    mail.post(text="What a swindle this is.")
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert "An automatic rule" in mail.text(letter)


def test_what_was_undone_in_time_is_never_told(mail, cast):
    comment = mail.reader()
    answer_time = mail.time()
    mail.decide(comment, "reject", actor=cast.hanna)
    mail.time.moment = answer_time
    log = mail.client.get("/api/v1/moderation/log?site=herald", headers=cast.hanna.headers).json["decisions"]
    [decision] = [each for each in log if each["action"] == "reject"]
    assert (
        mail.client.post(f"/api/v1/moderation/decisions/{decision['id']}/undo", headers=cast.hanna.headers).status_code
        == 200
    )
    mail.time.pass_by(minutes=2)
    mail.deliver()
    assert mail.subjects() == []


def test_a_reply_is_told_with_its_words_as_plain_text(mail):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment), name="Ben", text="No, *never* <b>again</b>.")
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert letter["Subject"] == "A reply to your comment on The Herald"
    assert "Ben wrote:\n> No, never again." in mail.text(letter).replace("\r\n", "\n")


def test_nobody_is_told_of_their_own_reply(mail):
    comment = mail.reader()
    mail.post(parent=str(comment))
    mail.receipts.clear()
    mail.post(parent=str(comment))  # somebody new under the same address
    mail.deliver()
    assert mail.subjects() == []


def test_a_reply_that_waits_is_told_when_it_is_approved_and_only_once(mail, cast, newsroom):
    comment = mail.reader()
    newsroom.set("herald", mode="hold_all")
    reply = mail.post(BEN, parent=str(comment))
    mail.deliver()
    early = mail.subjects()
    for action in ("approve", "hold", "approve"):
        mail.decide(reply, action, actor=cast.hanna)
        mail.deliver()
    assert (early, len(mail.subjects())) == ([], 1)


def test_a_reply_that_is_gone_when_its_turn_comes_is_not_told(mail):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    number, receipt = comment + 1, mail.receipts[BEN]
    with mail.app.app_context():
        from commentsvc.outbox import work

        work.release()
    gone = mail.client.delete(f"/api/v1/comments/{number}", headers={"Authorization": f"Bearer {receipt}"})
    mail.deliver()
    assert (gone.status_code, mail.subjects()) == (200, [])
    assert mail.deliveries()[-1].status == DeliveryStatus.CANCELLED


def test_somebody_banned_meanwhile_reaches_nobody(mail):
    comment = mail.reader()
    reply = mail.post(BEN, parent=str(comment))
    mail.change(lambda: setattr(author_of(reply), "standing", Standing.BANNED))
    mail.deliver()
    assert mail.subjects() == []


def test_an_erased_address_gets_nothing_more(mail):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    with mail.app.app_context():
        from commentsvc.outbox import work

        work.release()

    def erase():
        author = author_of(comment)
        author.email_hash = author.email_encrypted = author.confirmed_at = None

    mail.change(erase)
    mail.deliver()
    assert mail.room.messages == []


def test_followers_hear_of_every_new_comment_but_their_own(mail):
    mail.reader(notify="all")
    mail.reader(BEN, notify="all")
    mail.room.messages.clear()
    mail.post(BEN, text="Something new.")
    mail.deliver()
    assert (mail.subjects(ROSA), mail.subjects(BEN)) == (["A new comment in a story you follow on The Herald"], [])


def test_a_follower_who_is_answered_gets_one_letter(mail):
    comment = mail.reader(notify="all")
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    assert mail.subjects() == ["A reply to your comment on The Herald"]


def test_very_many_followers_are_told_page_by_page(mail, monkeypatch):
    monkeypatch.setattr("commentsvc.notifications.followers.AT_A_TIME", 2)
    for number in range(5):
        mail.reader(f"reader{number}@example.org", notify="all", story=f"story-{number}")

    def all_follow():
        from commentsvc.notifications.choices import _follow

        story = db.session.query(Comment).order_by(Comment.id).first().story_id
        for author in db.session.scalars(select(Author).where(Author.confirmed_at.is_not(None))):
            _follow(author, story, mail.time())

    mail.change(all_follow)
    mail.post("somebody@example.org", story="story-0")
    mail.deliver()
    assert sorted(str(each["To"]) for each in mail.room.messages) == [f"reader{n}@example.org" for n in range(5)]


# Limits, refusals, ways out


def test_over_the_days_limit_it_waits_for_the_summary(app, mail, newsroom):
    comment = mail.reader()
    newsroom.set("herald", mails_per_day=4)  # one was the confirmation, one is kept for the summary
    for number in range(5):
        mail.post(BEN, parent=str(comment), text=f"Reply number {number}")
        mail.deliver()
    at_once = len(mail.to(ROSA))
    mail.time.moment = mail.time.moment.replace(hour=23)
    mail.summaries()
    mail.summaries()
    assert (at_once, mail.subjects()[at_once:]) == (2, ["Your daily summary from The Herald"])
    assert [f"Reply number {n}" in mail.text(mail.to(ROSA)[-1]) for n in range(5)] == [False, False, True, True, True]


def test_the_limit_is_of_the_address_not_of_who_typed_it(mail, newsroom):
    first = mail.reader()
    mail.receipts.clear()
    second = mail.reader()
    newsroom.set("herald", mails_per_day=4)
    for number in range(4):
        mail.post(BEN, parent=str(first), text=f"To the first {number}")
        mail.post(BEN, parent=str(second), text=f"To the second {number}")
    mail.deliver()
    assert len(mail.to(ROSA)) == 1


def test_one_summary_a_day_with_what_was_chosen(mail):
    comment = mail.reader()
    pace(mail, comment, reply=Pace.DAILY)
    mail.post(BEN, parent=str(comment), text="The first reply")
    mail.post(BEN, parent=str(comment), text="The second reply")
    mail.deliver()
    early = mail.subjects()
    mail.time.moment = mail.time.moment.replace(hour=23)
    mail.summaries()
    mail.post(BEN, parent=str(comment), text="The third reply")
    mail.deliver()
    mail.summaries()
    one_day = mail.subjects()
    mail.time.pass_by(days=1)
    mail.summaries()
    assert (early, one_day) == ([], ["Your daily summary from The Herald"])
    first, second = map(mail.text, mail.to(ROSA))
    assert [word in first for word in ("The first reply", "The second reply", "The third reply")] == [True, True, False]
    assert ("The third reply" in second, "The first reply" in second) == (True, False)


def test_a_summary_that_failed_is_tried_again_with_the_same_in_it(mail):
    comment = mail.reader()
    pace(mail, comment, reply=Pace.DAILY)
    mail.post(BEN, parent=str(comment), text="The first reply")
    mail.deliver()
    channel_server = mail.app.extensions["commentsvc outbox"].channels["mail"]
    working, channel_server.server = channel_server.server, None
    mail.time.moment = mail.time.moment.replace(hour=23)
    mail.summaries()
    channel_server.server = working
    mail.time.pass_by(minutes=11)
    mail.deliver()
    assert ["The first reply" in mail.text(each) for each in mail.to(ROSA)] == [True]


def test_a_summary_leaves_out_what_is_gone(mail):
    comment = mail.reader()
    pace(mail, comment, reply=Pace.DAILY)
    mail.post(BEN, parent=str(comment), text="A reply that is taken back")
    mail.deliver()
    mail.client.delete(f"/api/v1/comments/{comment + 1}", headers={"Authorization": f"Bearer {mail.receipts[BEN]}"})
    mail.time.moment = mail.time.moment.replace(hour=23)
    mail.summaries()
    assert mail.room.messages == []


def test_one_refused_recipient_among_many_is_alone(mail):
    people = [f"reader{number}@example.org" for number in range(4)]
    for each in people:
        mail.reader(each, notify="all")
    mail.room.messages.clear()
    mail.room.refused = {people[1]}
    mail.post("somebody@example.org", text="To all of you.")
    mail.deliver()
    assert sorted(str(each["To"]) for each in mail.room.messages) == [each for each in people if each != people[1]]
    dead = [each for each in mail.deliveries() if each.status == DeliveryStatus.DEAD]
    assert len(dead) == 1


def test_a_mail_program_unsubscribes_with_one_click(app, mail):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter["List-Unsubscribe"].strip("<>").removeprefix("https://comments.herald.example")
    answer = app.test_client().post(address, data={"List-Unsubscribe": "One-Click"})
    mail.post(BEN, parent=str(comment), text="Another one")
    mail.deliver()
    assert (answer.status_code, len(mail.to(ROSA))) == (200, 1)


def test_the_header_to_unsubscribe_is_whole_on_the_wire(mail):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    raw = mail.room.envelopes[-1].content
    assert b"\r\nList-Unsubscribe: <https://comments.herald.example/mail/unsubscribe/" in raw
    assert b"=?" not in raw.split(b"List-Unsubscribe:")[1].split(b"\r\n")[0]


def test_opening_a_way_out_ends_nothing(app, mail):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    link = mail.link(mail.to(ROSA)[0], "unsubscribe")
    for method in ("GET", "HEAD", "OPTIONS"):
        assert mail.client.open(link, method=method).status_code == 200
    with app.app_context():
        assert {each.pace for each in db.session.query(Preference)} == {"at_once"}


def test_leaving_one_story_leaves_the_rest(app, mail):
    mail.reader(notify="all")
    mail.post(notify="all", story="market")
    mail.post(BEN)
    mail.deliver()
    mail.client.post(mail.link(mail.to(ROSA)[0], "unsubscribe"))
    mail.post(BEN, text="In the story that was left")
    mail.post(BEN, text="In the other one", story="market")
    mail.deliver()
    assert ["In the other one" in mail.text(each) for each in mail.to(ROSA)][1:] == [True]


def test_the_page_of_choices(app, mail):
    comment = mail.reader(notify="all")
    mail.post(BEN)
    mail.deliver()
    link = mail.link(mail.to(ROSA)[0], "preferences")
    page = mail.client.get(link)
    assert (page.status_code, ROSA in page.text, "rosa@" in page.text) == (200, False, False)
    headers = [page.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")]
    assert headers == ["no-store", "no-referrer", "noindex, nofollow"]
    with app.app_context():
        story = db.session.get_one(Comment, comment).story_id
    saved = mail.client.post(link, data={"pace_reply": "daily", "pace_story": "off", "shown": str(story)})
    with app.app_context():
        chosen = {each.kind: each.pace for each in db.session.query(Preference)}
    assert (saved.status_code, chosen) == (
        200,
        {"approved": "at_once", "rejected": "at_once", "reply": "daily", "story": "off"},
    )
    assert "market" not in saved.text


@pytest.mark.parametrize("sent", [{"pace_reply": "hourly"}, {"do": "explode"}, {"shown": "1; DROP"}])
def test_the_page_of_choices_refuses_what_it_did_not_offer(mail, sent):
    mail.reader(notify="all")
    mail.post(BEN)
    mail.deliver()
    link = mail.link(mail.to(ROSA)[0], "preferences")
    assert mail.client.post(link, data=sent).status_code in (404, 422)


def test_everything_off_is_off(app, mail):
    comment = mail.reader(notify="all")
    mail.post(BEN)
    mail.deliver()
    mail.client.post(mail.link(mail.to(ROSA)[0], "preferences"), data={"do": "all_off"})
    mail.room.messages.clear()
    mail.post(BEN, parent=str(comment), text="Nobody hears this")
    mail.deliver()
    with app.app_context():
        assert (mail.room.messages, db.session.query(Notice).count()) == ([], 0)


def test_a_digest_ends_everything(mail, app):
    comment = mail.reader(notify="all")
    pace(mail, comment, reply=Pace.DAILY)
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    mail.time.moment = mail.time.moment.replace(hour=23)
    mail.summaries()
    mail.client.post(mail.link(mail.to(ROSA)[0], "unsubscribe"))
    with app.app_context():
        assert {each.pace for each in db.session.query(Preference)} == {"off"}


def test_what_is_old_is_forgotten(app, mail):
    from commentsvc.notifications import digest

    mail.post(notify="all")
    mail.time.pass_by(days=8)
    with app.app_context():
        digest.clean_up()
        assert db.session.query(Confirmation).count() == 0


# Hostile words


HOSTILE = "=?utf-8?q?x=0D=0ABcc:_victim@ok.test?= \u202egnp.exe <script>alert(1)</script> {site.__class__}"


def test_hostile_words_stay_words(mail):
    comment = mail.reader(title=HOSTILE, story="hostile")
    mail.post(BEN, parent=str(comment), name=HOSTILE[:80], text=HOSTILE, story="hostile")
    mail.deliver()
    [letter] = mail.to(ROSA)
    raw = mail.room.envelopes[-1].content.decode()
    head = raw.split("\r\n\r\n")[0]
    assert [line for line in head.split("\r\n") if line.lower().startswith(("bcc", "cc", "reply-to"))] == []
    assert mail.room.envelopes[-1].rcpt_tos == [ROSA]
    assert "victim" not in head
    assert "<script" not in mail.html(letter)
    assert "{site.__class__}" in mail.text(letter)
    assert [each for each in ("<img", "src=", "@import", "url(") if each in mail.html(letter)] == []


def test_a_hostile_name_of_the_site_is_one_cleaned_line(mail, app):
    from commentsvc.sites.models import Site

    comment = mail.reader()
    mail.change(lambda: setattr(db.session.query(Site).filter_by(key="herald").one(), "name", f"{HOSTILE}\u2028"[:120]))
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert letter["Bcc"] is None
    assert letter["From"].addresses[0].addr_spec == "comments@herald.example"


def test_the_mail_is_the_sites_own(mail):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment), name="Ben")
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert (str(letter["From"]), letter["Reply-To"], letter["Auto-Submitted"]) == (
        "The Herald <comments@herald.example>",
        None,
        "auto-generated",
    )
    assert BEN not in letter.as_string()


def test_no_address_stands_in_the_outbox_or_the_log(app, mail, caplog):
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    mail.room.refused = {ROSA}
    mail.deliver()
    kept = [f"{each.payload} {each.once} {each.lane_key} {each.kind}" for each in mail.deliveries()]
    assert [each for each in (*kept, caplog.text) if "@example" in each] == []


@pytest.mark.parametrize("language", ["de", "fr", "es", "tr", "ar"])
def test_mail_speaks_the_sites_language(mail, newsroom, language):
    newsroom.set("herald", language=language)
    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    [letter] = mail.to(ROSA)
    assert "reply" not in str(letter["Subject"])
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in mail.html(letter)
    page = mail.client.get(mail.link(letter, "preferences")).text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page


def test_a_domain_of_any_script_is_written_as_the_dns_spells_it(mail):
    mail.post("rosa@bücher.example", notify="all")
    mail.deliver()
    assert [each.rcpt_tos for each in mail.room.envelopes] == [["rosa@xn--bcher-kva.example"]]


def test_kinds_and_letters_belong_together():
    from commentsvc.notifications.readers import WRITERS

    assert set(WRITERS) == {"confirm", "enter", "standing", *Kind}


def test_summaries_are_made_page_by_page(mail, monkeypatch):
    monkeypatch.setattr("commentsvc.notifications.digest.AT_A_TIME", 2)
    people = [f"reader{number}@example.org" for number in range(5)]
    for each in people:
        comment = mail.reader(each)
        pace(mail, comment, reply=Pace.DAILY)
        mail.post(BEN, parent=str(comment), text=f"To {each[:7]}")
    mail.room.messages.clear()
    mail.deliver()
    mail.time.moment = mail.time.moment.replace(hour=23)
    mail.summaries()
    assert sorted(str(each["To"]) for each in mail.room.messages) == people


def test_no_summary_before_the_hour(mail):
    comment = mail.reader()
    pace(mail, comment, reply=Pace.DAILY)
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    mail.time.moment = mail.time.moment.replace(hour=4)
    mail.summaries()
    assert mail.room.messages == []


def test_the_form_without_javascript_asks_for_mail(app, mail):
    sent = {"text": "Without any script.", "name": "Rosa", "email": ROSA, "notify": "all"}
    address = "/thread/herald?story=harbour&url=https://www.herald.example/news/harbour"
    answer = mail.client.post(address, data=sent)
    mail.deliver()
    assert (answer.status_code, mail.subjects()) == (303, ["Please confirm your address for The Herald"])


def test_a_wrong_wish_in_the_form_loses_no_word(mail):
    sent = {"text": "Without any script.", "name": "Rosa", "email": ROSA, "notify": "everything"}
    answer = mail.client.post("/thread/herald?story=harbour&url=https://www.herald.example/news/harbour", data=sent)
    assert (answer.status_code, "Use one of: none, replies, all." in answer.text) == (422, True)
    assert "Without any script." in answer.text


def test_a_link_outlives_the_change_of_the_key(app, mail):
    from commentsvc.core.crypto import Keyring
    from tests.conftest import SECRET

    comment = mail.reader()
    mail.post(BEN, parent=str(comment))
    mail.deliver()
    link = mail.link(mail.to(ROSA)[0], "unsubscribe")
    house = app.extensions["commentsvc"]
    app.extensions["commentsvc"] = type(house)(Keyring(("n3w" * 15 + "abcdefgh", SECRET)), BASE, sends_mail=True)
    assert mail.client.post(link).status_code == 200
