"""A newsroom's own program judges comments over HTTP."""

import json
import time

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from commentsvc.authors.models import Author, Standing
from commentsvc.checks.asking import ask_all
from commentsvc.checks.hook import LARGEST
from commentsvc.comments import asking
from commentsvc.core.database import db
from commentsvc.outbox.models import Event
from tests.checks.conftest import ARTICLE, ROSAS_ADDRESS, ROSAS_BROWSER, ROSAS_IP

COULD_NOT = [("screening_hook", "hold", "could not be checked")]


@pytest.mark.parametrize(
    ("outcome", "told", "status"),
    [
        ("note", "approved", "APPROVED"),
        ("hold", "pending", "PENDING"),
        ("reject", "pending", "REJECTED"),
        ("spam", "pending", "SPAM"),
    ],
)
def test_its_outcome_counts_like_a_rules(hook, post, kept, outcome, told, status):
    hook.says({"outcome": outcome, "reason": "because", "spans": [[4, 11]], "score": 0.25})
    answer = post()
    stored = kept(answer.json["comment"]["id"])
    assert (answer.status_code, answer.json["comment"]["status"], stored["status"]) == (201, told, status)
    assert (stored["verdicts"], stored["marks"]) == ([("screening_hook", outcome, "because")], [([[4, 11]], 0.25)])


def test_it_is_told_what_was_written_and_nothing_private(hook, post):
    comment = post(website="https://rosa.example").json["comment"]
    assert hook.got[0].json == {
        "type": "comment.screening",
        "test": False,
        "site": "herald",
        "story": {"id": "harbour", "url": ARTICLE, "title": ""},
        "comment": {
            "id": comment["id"],
            "revision": 1,
            "parent": None,
            "text": "The harbour was better with boats in it.",
            "name": "Rosa Reader",
            "website": "https://rosa.example/",
            "written_at": comment["created_at"],
        },
    }


def test_no_address_leaves_unless_the_site_lets_it_out(hook, post):
    post()
    sent = hook.got[0].body + json.dumps(hook.got[0].headers)
    assert [each for each in (ROSAS_ADDRESS, ROSAS_IP, ROSAS_BROWSER) if each in sent] == []


def test_the_address_leaves_where_the_site_lets_it_out(hook, newsroom, post, edit):
    newsroom.set("herald", hook_sends_address=True)
    edit(post())
    assert hook.got[0].json["address"] == {"email": ROSAS_ADDRESS, "ip": ROSAS_IP}
    assert hook.got[1].json["address"]["email"] == ROSAS_ADDRESS


def test_that_akismet_may_know_the_address_does_not_tell_it_to_the_hook(hook, spamhouse, newsroom, post):
    newsroom.set("herald", akismet_sends_address=True)
    post()
    [told] = [each.body for each in hook.got if each.path == "/screen"]
    assert (ROSAS_ADDRESS in told, ROSAS_IP in told) == (False, False)


def test_the_record_is_told_where_the_site_says_so(hook, newsroom, post):
    newsroom.set("herald", hook_sends_record=True)
    post()
    record = hook.got[0].json["author_record"]
    assert (record["approved"], record["rejected"], record["standing"]) == (0, 0, "NORMAL")


def test_what_it_gets_is_signed(hook, secret, post):
    number = post().json["comment"]["id"]
    told = hook.got[0]
    assert Webhook(secret).verify(told.body, told.headers) == told.json
    assert told.headers["webhook-id"] == f"check_{number}_1"


def test_while_it_is_asked_the_comment_is_on_disk_and_others_can_write(app, hook, post):
    seen = []

    def look() -> None:
        with app.app_context():
            db.session.execute(text("UPDATE commentsvc_site SET name = 'written meanwhile'"))
            db.session.commit()
            seen.extend(db.session.execute(text("SELECT status FROM commentsvc_comment")).scalars())

    hook.before = look
    began = time.perf_counter()
    assert post().json["comment"]["status"] == "approved"
    assert (seen, time.perf_counter() - began < 1.0) == (["PENDING"], True)


def test_our_own_session_holds_no_transaction_meanwhile(hook, post, edit, monkeypatch):
    open_while_asked = []

    def look(*arguments, **more):
        open_while_asked.append(db.session().in_transaction())
        return ask_all(*arguments, **more)

    monkeypatch.setattr(asking, "ask_all", look)
    edit(post())
    assert open_while_asked == [False, False]


def test_what_the_rules_said_still_counts(hook, newsroom, post, kept):
    newsroom.set("herald", hold_first_comments=1)
    stored = kept(post().json["comment"]["id"])
    assert stored["status"] == "PENDING"
    assert [rule for rule, *_ in stored["verdicts"]] == ["author_is_new", "screening_hook"]


@pytest.mark.parametrize(
    ("settings", "rejected", "sent"),
    [
        ({}, "boats", {}),
        ({"mode": "closed"}, "nothing of the kind", {}),
        ({}, "nothing of the kind", {"topic": "filled in by a machine"}),
    ],
)
def test_what_the_rules_refuse_reject_or_take_for_spam_is_told_to_nobody(
    hook, newsroom, post, settings, rejected, sent
):
    newsroom.set("herald", **settings)
    newsroom.words("herald", "reject", rejected)
    post(**sent)
    assert hook.got == []


WRONG = {
    "no JSON": b"yes",
    "not an object": b"[]",
    "deep": b"[" * 15_000,
    "no outcome": {"reason": "x"},
    "an unknown outcome": {"outcome": "refuse", "reason": "x"},
    "a list for an outcome": {"outcome": ["hold"], "reason": "x"},
    "bytes that are no text": b"\xff\xfe\x00",
    "nothing": b"",
    "too much": b" " * (LARGEST + 1),
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG)
def test_an_answer_that_is_none_means_that_it_could_not_be_checked(hook, post, kept, said):
    hook.says(said)
    answer = post()
    stored = kept(answer.json["comment"]["id"])
    assert (answer.status_code, stored["status"], stored["verdicts"]) == (201, "PENDING", COULD_NOT)


UNUSABLE = {
    "none": ({}, []),
    "a span before the text": ({"spans": [[-1, 2], [4, 11]]}, [[4, 11]]),
    "a span behind the text": ({"spans": [[4, 11], [0, 41]]}, [[4, 11]]),
    "an empty span": ({"spans": [[3, 3]]}, []),
    "a span of three": ({"spans": [[1, 2, 3]]}, []),
    "a span of truths": ({"spans": [[False, True]]}, []),
    "a word for spans": ({"spans": "0-1"}, []),
    "nothing for spans": ({"spans": None}, []),
    "a score above one": ({"score": 1.5}, []),
    "a score that is no number": ({"score": float("nan")}, []),
    "a huge score": ({"score": 10**400}, []),
    "a truth for a score": ({"score": True}, []),
    "a word for a score": ({"score": "0.5"}, []),
}


@pytest.mark.parametrize(("more", "spans"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_adorns_an_outcome_never_costs_it(hook, post, kept, more, spans):
    hook.says({"outcome": "spam", "reason": "sells boats", **more})
    stored = kept(post().json["comment"]["id"])
    assert (stored["status"], stored["verdicts"]) == ("SPAM", [("screening_hook", "spam", "sells boats")])
    assert stored["marks"] == [(spans, None)]


def test_an_emoji_does_not_cancel_the_verdict_of_a_hook_that_counts_in_utf_16(hook, post, kept):
    written = "\U0001f6a4" * 5 + " boats"
    end = len(written.encode("utf-16-le")) // 2
    hook.says({"outcome": "reject", "reason": "a slur", "spans": [[end - 5, end]]})
    assert kept(post(text=written).json["comment"]["id"])["status"] == "REJECTED"


def test_of_more_matches_than_anybody_reads_the_first_hundred_are_marked(hook, post, kept):
    hook.says({"outcome": "reject", "reason": "a slur", "spans": [[at, at + 1] for at in range(5000)]})
    stored = kept(post(text="x " * 2500).json["comment"]["id"])
    assert (stored["status"], stored["marks"]) == ("REJECTED", [([[at, at + 1] for at in range(100)], None)])


@pytest.mark.parametrize("said", [{}, {"reason": None}, {"reason": " \u200b"}, {"reason": "x\0"}, {"reason": "\ud800"}])
def test_a_reason_that_cannot_be_shown_is_none(hook, post, kept, said):
    hook.says({"outcome": "reject", **said})
    stored = kept(post().json["comment"]["id"])
    assert (stored["status"], stored["verdicts"]) == ("REJECTED", [("screening_hook", "reject", "no reason given")])


@pytest.mark.parametrize("status", [201, 302, 307, 400, 401, 404, 500, 503])
def test_only_200_is_an_answer_and_no_redirect_is_followed(hook, post, kept, status):
    hook.says({"outcome": "note", "reason": "fine"}, status, Location=hook.url)
    assert kept(post().json["comment"]["id"])["verdicts"] == COULD_NOT
    assert len(hook.got) == 1


def test_a_slow_hook_costs_the_writer_no_more_than_the_site_allows(hook, newsroom, post, kept):
    newsroom.set("herald", hook_timeout_ms=200)
    hook.slow = 2.0
    began = time.perf_counter()
    answer = post()
    assert time.perf_counter() - began < 1.2
    assert kept(answer.json["comment"]["id"])["verdicts"] == COULD_NOT


def test_a_hook_that_is_away_could_not_be_asked(hook, newsroom, let_out, post, kept):
    let_out("127.0.0.1:9")
    newsroom.set("herald", hook_url="http://127.0.0.1:9/")
    assert kept(post().json["comment"]["id"])["verdicts"] == COULD_NOT


def test_a_hook_inside_is_not_called_where_the_installation_does_not_open_it(hook, let_out, post, kept):
    let_out()
    assert kept(post().json["comment"]["id"])["verdicts"] == COULD_NOT
    assert hook.got == []


def test_nothing_goes_out_unsigned(newsroom, herald, outsider, let_out, post, kept):
    newsroom.set("herald", hook_url=outsider.url)
    assert kept(post().json["comment"]["id"])["verdicts"] == COULD_NOT
    assert outsider.got == []


def test_silence_publishes_where_the_site_chose_so(hook, newsroom, post, kept):
    newsroom.set("herald", when_silent="publish")
    hook.says(b"", 500)
    answer = post()
    assert (answer.json["comment"]["status"], answer.json["reasons"]) == ("approved", [])
    assert kept(answer.json["comment"]["id"])["verdicts"] == [("screening_hook", "note", "could not be checked")]


def test_its_words_are_for_moderators_and_not_for_the_writer(hook, post):
    hook.says({"outcome": "hold", "reason": "looks like Rosa again"})
    assert post().json["reasons"] == ["A moderator reads it first."]


def test_hostile_words_of_it_are_only_words_on_the_card(hook, newsroom, hanna, post):
    hook.says({"outcome": "hold", "reason": '<script>alert(1)</script>\u202e"'})
    post()
    page = newsroom.signed_in(hanna).get("/desk?site=herald").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert ("<script>alert" in page, "\u202e" in page) == (False, False)


def test_a_long_reason_is_cut(hook, post, kept):
    hook.says({"outcome": "hold", "reason": "word " * 1000})
    [(_, _, reason)] = kept(post().json["comment"]["id"])["verdicts"]
    assert (len(reason) <= 300, reason.endswith("…")) == (True, True)


def test_the_page_without_scripts_tells_the_writer_the_final_state(hook, client):
    form = {"name": "Rosa", "email": ROSAS_ADDRESS}
    shown = client.post(f"/thread/herald?story=harbour&url={ARTICLE}", data={**form, "text": "Boats."})
    hook.says({"outcome": "hold", "reason": "because"})
    held = client.post("/thread/herald?story=harbour", data={**form, "text": "More boats."})
    assert [(each.status_code, "waiting=" in each.location) for each in (shown, held)] == [(303, False), (303, True)]


def test_an_edit_is_asked_about_too(hook, post, edit, kept):
    posted = post()
    hook.says({"outcome": "spam", "reason": "now it sells boats"})
    answer = edit(posted)
    assert (answer.status_code, answer.json["comment"]["status"]) == (200, "pending")
    assert kept(posted.json["comment"]["id"])["status"] == "SPAM"
    assert [told.json["comment"]["revision"] for told in hook.got] == [1, 2]
    assert hook.got[1].json["comment"]["text"] == "The harbour was quieter with boats in it."


def test_the_same_text_again_is_not_asked_about(hook, post, edit):
    edit(post(), "The harbour was better with boats in it.")
    assert len(hook.got) == 1


def test_a_trusted_authors_edit_stays_visible_when_nobody_objects(app, hook, post, edit, kept):
    posted = post()
    with app.app_context():
        db.session.query(Author).one().standing = Standing.TRUSTED
        db.session.commit()
    assert edit(posted).json["comment"]["status"] == "approved"
    assert kept(posted.json["comment"]["id"])["status"] == "APPROVED"


def test_the_counts_stay_true(app, hook, post, edit):
    edit(post())
    with app.app_context():
        author = db.session.query(Author).one()
        count = db.session.execute(text("SELECT comment_count FROM commentsvc_story")).scalar_one()
        assert (author.approved_count, author.rejected_count, count) == (0, 0, 0)


@pytest.mark.parametrize(("outcome", "after"), [("note", "comment.approved"), ("hold", "comment.held")])
def test_the_world_hears_once_and_of_the_final_state_only(app, hook, post, outcome, after):
    hook.says({"outcome": outcome, "reason": "because"})
    post()
    with app.app_context():
        told = [each.type for each in db.session.query(Event).order_by(Event.id)]
    assert told == ["story.created", "comment.created", after]


def test_a_site_without_checks_pays_nothing(herald, post, statements):
    post()
    with statements() as counted:
        assert post(text="Something else about boats.", email="other@example.org").status_code == 201
    assert [each for each in counted if "_check" in each or "DELETE" in each] == []
