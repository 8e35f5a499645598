"""The card of the queue, what stands around it, and what a decision on it answers."""

from datetime import timedelta

import pytest

from commentsvc.accounts.models import Account
from commentsvc.accounts.preferences import KEYS
from commentsvc.accounts.service import find_account, limit_account
from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation import leases
from commentsvc.moderation.models import Lease
from commentsvc.sites.service import site_named
from tests.cast import rosas_comment
from tests.moderation.pages import Browser, by_class, form_to, parsed, text_of

BUDGET = 120 * 1024  # bytes, uncompressed: the page with 25 cards and all it loads


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    """Hanna's browser."""
    return Browser(newsroom.signed_in(cast.hanna))


@pytest.fixture
def admin(cast, newsroom) -> Browser:
    """Ada's browser."""
    return Browser(newsroom.signed_in(cast.ada))


@pytest.fixture
def waiting(newsroom, story) -> int:
    return newsroom.comment(story, "What a swindle this is.", status="hold")


def status_of(app, number: int) -> str:
    with app.app_context():
        return db.session.get_one(Comment, number).status


def set_up(app, **values) -> None:
    """Give every account these preferences."""
    with app.app_context(), unit_of_work():
        for account in db.session.query(Account):
            account.preferences = values


# The card


def test_risk_is_a_word_with_its_reasons(desk, newsroom, story, waiting, report):
    reported = newsroom.comment(story)
    report(reported)
    newsroom.decide(reported, "hold")
    low, medium = (text_of(by_class(card, "about")[0]) for card in desk.cards().values())
    assert low.startswith("Risk: low one rule objected")
    assert medium.startswith("Risk: medium reported by one reader; one rule objected")


def test_the_card_shows_the_last_sanction_with_reason_and_end(admin, app, newsroom, waiting):
    with app.app_context():
        author = newsroom.row(waiting).author_id
    form = form_to(admin.see(f"/desk/authors/{author}"), f"/admin/authors/{author}/standing")
    admin.press(form, standing="SUSPENDED", reason="Insulted others.", until="2999-01-20T08:30")
    said = text_of(admin.cards("/desk?site=herald")[waiting])
    assert "Last sanction: suspended on" in said
    assert "until 20 January 2999, 08:30 UTC: Insulted others." in said


def test_a_comment_that_was_put_aside_says_so_and_can_come_back(desk, waiting):
    desk.press(by_class(desk.cards()[waiting], "decide")[0], "escalate")
    card = desk.cards("/desk?queue=escalated")[waiting]
    assert "Escalated" in [text_of(badge) for badge in by_class(card, "badge")]
    desk.press(by_class(card, "decide")[0], "hold")
    assert list(desk.cards()) == [waiting]


def test_a_language_is_named_only_where_it_is_not_the_sites(desk, app, newsroom, story, waiting):
    other = newsroom.comment(story, status="hold")
    with app.app_context(), unit_of_work():
        newsroom.row(waiting).language, newsroom.row(other).language = "en", "de"
    cards = desk.cards()
    assert ["language:" in text_of(cards[number]) for number in (waiting, other)] == [False, True]


def test_severe_text_is_veiled_only_for_whoever_asked(desk, app, newsroom, story):
    newsroom.words("herald", "hold", "swindle")
    number = newsroom.comment(story, "What a swindle.", status="hold")
    plain = newsroom.comment(story, "A fine day.", status="hold")
    assert by_class(desk.see(), "veil") == []
    set_up(app, veils=True)
    cards = desk.cards()
    assert [len(by_class(cards[each], "veil")) for each in (number, plain)] == [2, 0]
    assert [text_of(each) for each in cards[number].iter("summary")] == ["Severe text: show", "Matched words: show"]


def test_the_page_of_twenty_five_cards_is_light(desk, app, newsroom, story):
    newsroom.words("herald", "hold", "swindle")
    above = newsroom.comment(story, "The boats are back, and so is everybody who left with them.")
    for letter in "abcdefghijklmnopqrstuvwxy":
        text = f"A swindle, if you ask {letter * 3}. " + "So it goes on and on. " * 10
        newsroom.comment(story, text, status="hold", parent=above)
    set_up(app, keys=True, break_after=60)
    page = desk.client.get("/desk").get_data()
    root = parsed(page.decode())
    loaded = {each.get("src") for each in root.iter("script")} | {each.get("href") for each in root.iter("link")}
    sizes = {address: len(desk.client.get(address).get_data()) for address in loaded}
    assert len(by_class(root, "card")) == 25
    assert len(page) + sum(sizes.values()) < BUDGET, (len(page), sizes)


# Reasons


@pytest.mark.parametrize(
    ("settings", "sent", "field"),
    [
        ({}, {"reason": "boring"}, "reason"),
        ({}, {"reason": "Abuse"}, "reason"),
        ({}, {"reason": "other"}, "note"),
        ({"reasons": "rude\nother"}, {"reason": "abuse"}, "reason"),
        ({"reason_required": True}, {}, "reason"),
    ],
    ids=str,
)
def test_a_refusal_without_a_reason_of_the_site_decides_nothing(app, hanna, newsroom, waiting, settings, sent, field):
    newsroom.set("herald", **settings)
    answer = hanna.decide(waiting, action="reject", **sent)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert status_of(app, waiting) == "PENDING"


def test_other_with_a_note_and_a_reason_of_ones_own_are_taken(hanna, newsroom, story, waiting):
    newsroom.set("herald", reasons="rude\nother", reason_required=True)
    assert hanna.decide(waiting, action="spam", reason="other", note="A chain letter.").status_code == 200
    assert hanna.decide(newsroom.comment(story, status="hold"), action="reject", reason="rude").status_code == 200


# Answers that stand in the place of the card


def test_a_decision_is_answered_with_the_line_that_replaces_the_card(desk, app, waiting):
    card = desk.cards()[waiting]
    answer = desk.press(by_class(card, "decide")[0], "reject", reason="abuse", fragment="1")
    (line,) = by_class(parsed(answer.get_data(as_text=True)), "done")
    assert (answer.status_code, line.get("id")) == (200, f"card-{waiting}")
    assert "Rejected by Hanna (abuse)" in text_of(line)
    assert status_of(app, waiting) == "REJECTED"
    undone = desk.press(next(line.iter("form")), fragment="1")
    (again,) = by_class(parsed(undone.get_data(as_text=True)), "card")
    assert (undone.status_code, again.get("id"), status_of(app, waiting)) == (200, f"card-{waiting}", "PENDING")


def test_a_conflict_is_answered_with_who_decided_what(admin, desk, app, waiting):
    mine = by_class(desk.cards()[waiting], "decide")[0]
    admin.press(by_class(admin.cards("/desk?site=herald")[waiting], "decide")[0], "spam", reason="spam")
    answer = desk.press(mine, "approve", fragment="1")
    (line,) = by_class(parsed(answer.get_data(as_text=True)), "conflict")
    assert answer.status_code == 409
    assert "Marked as spam by Ada (spam)" in text_of(line)
    assert "It is spam now and was left so." in text_of(line)
    assert status_of(app, waiting) == "SPAM"


def test_what_is_wrong_is_answered_in_plain_words(desk, app, waiting):
    answer = desk.press(by_class(desk.cards()[waiting], "decide")[0], "reject", reason="other", fragment="1")
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert answer.get_data(as_text=True) == "Say in a note what the other reason is."


# Who is looking


def looking(browser: Browser, *ids: int, site: str = "herald") -> list[dict[str, str]]:
    asked = {"site": site, "ids": ",".join(map(str, ids))}
    return browser.client.get("/desk/leases", query_string=asked).json["leases"]


def test_a_colleague_sees_who_looks_and_the_first_one_stays(admin, desk, waiting):
    assert admin.send("/desk/leases?site=herald", comment=str(waiting)).status_code == 204
    assert desk.send("/desk/leases?site=herald", comment=str(waiting)).status_code == 204
    assert looking(desk, waiting) == [{"comment": str(waiting), "name": "Ada"}]
    assert looking(admin, waiting) == []


def test_a_lease_ends_by_itself_and_is_free_again(admin, app, desk, waiting):
    admin.send("/desk/leases", comment=str(waiting))
    with app.app_context(), unit_of_work():
        db.session.query(Lease).one().until = now() - timedelta(seconds=1)
    assert looking(desk, waiting) == []
    desk.send("/desk/leases", comment=str(waiting))
    assert looking(admin, waiting) == [{"comment": str(waiting), "name": "Hanna"}]


def test_a_lease_blocks_nobody_and_a_decision_releases_it(admin, app, desk, waiting):
    admin.send("/desk/leases", comment=str(waiting))
    desk.press(by_class(desk.cards()[waiting], "decide")[0], "approve")
    assert (status_of(app, waiting), looking(desk, waiting)) == ("APPROVED", [])


@pytest.mark.parametrize("what", ["undone", "moved", "edited", "taken back"])
def test_who_looked_at_it_before_it_changed_does_not_look_at_it_now(
    admin, app, client, desk, hanna, newsroom, story, what
):
    newsroom.set("herald", hold_first_comments=1)
    made = client.post("/api/v1/comments", json=rosas_comment(story=story)).json
    comment, token = int(made["comment"]["id"]), {"Authorization": f"Bearer {made['receipt']['token']}"}
    decision = hanna.decide(comment, action="approve").json["decided"][0]["decision"]
    admin.send("/desk/leases", comment=str(comment))
    assert len(looking(desk, comment)) == 1
    if what == "undone":
        hanna.undo(decision)
    elif what == "moved":
        desk.send(f"/desk/comments/{comment}/move", to=newsroom.story("herald"), version=newsroom.version(comment))
    elif what == "edited":
        client.patch(f"/api/v1/comments/{comment}", json={"text": "Something else."}, headers=token)
    else:
        client.delete(f"/api/v1/comments/{comment}", headers=token)
    assert looking(desk, comment) == []


def test_notes_on_the_writer_are_counted_as_far_as_ones_sections_go(admin, app, cast, desk, newsroom):
    here = newsroom.comment(newsroom.story("herald", category="Sport"), status="hold")
    there = newsroom.comment(newsroom.story("herald", category="Politics"), status="hold")
    with app.app_context(), unit_of_work():
        newsroom.row(there).author_id = newsroom.row(here).author_id
    for comment in (here, there):
        admin.send(f"/desk/comments/{comment}/notes", text="Look again.")
    counted = []
    for sections in ([], ["Sport"]):
        with app.app_context(), unit_of_work():
            limit_account(find_account(cast.hanna.email, house().keys), site_named("herald").id, sections)
        counted.append(text_of(desk.cards()[here]))
    assert [("2 team notes" in each, "1 team note" in each) for each in counted] == [(True, False), (False, True)]


def test_ended_leases_are_forgotten(admin, app, desk, newsroom, story, waiting):
    admin.send("/desk/leases", comment=str(waiting))
    admin.send("/desk/leases", comment=str(newsroom.comment(story, status="hold")))
    with app.app_context():
        with unit_of_work():
            db.session.query(Lease).filter_by(comment_id=waiting).one().until = now() - timedelta(seconds=1)
        leases.forget_ended()
        assert [lease.comment_id for lease in db.session.query(Lease)] != [waiting]
        assert db.session.query(Lease).count() == 1


# The context


def test_the_context_shows_notes_likes_others_and_history(admin, desk, newsroom, story, waiting):
    twin = newsroom.comment(story, "What a swiiindle this is!", status="hold")
    admin.press(by_class(admin.cards("/desk?site=herald")[twin], "decide")[0], "reject", reason="abuse")
    assert desk.send(f"/desk/comments/{waiting}/notes", text="The third one today.\n<b>Look</b>").status_code == 302
    said = text_of(desk.see(f"/desk/comments/{waiting}/context"))
    for part in ("The third one today. <b>Look</b>", "Hanna,", "What a swiiindle this is!", "Rejected by Ada (abuse)"):
        assert part in said
    assert "Context, 1 note" in text_of(desk.cards()[waiting])


def test_the_writers_other_comments_are_shown_with_their_status(app, client, desk, newsroom, story):
    first = client.post("/api/v1/comments", json={**_rosa(), "text": "The first of two."}).json
    newsroom.decide(int(first["comment"]["id"]), "reject")
    headers = {"Authorization": f"Bearer {first['receipt']['token']}"}
    second = client.post("/api/v1/comments", json={**_rosa(), "text": "And the second."}, headers=headers).json
    section = next(
        each
        for each in desk.see(f"/desk/comments/{second['comment']['id']}/context").iter("section")
        if each.get("aria-labelledby") == "written"
    )
    assert text_of(section).startswith("Others by Rosa Reader Rejected The first of two.")


def _rosa() -> dict[str, str]:
    return {"site": "herald", "story": "harbour", "name": "Rosa Reader", "email": "rosa@example.org"}


def test_an_edit_is_shown_word_by_word(app, client, desk, story):
    posted = client.post("/api/v1/comments", json={**_rosa(), "text": "The boats are <i>fine</i> today."}).json
    number, token = posted["comment"]["id"], posted["receipt"]["token"]
    edited = {"text": "The boats are <b>gone</b> today."}
    client.patch(f"/api/v1/comments/{number}", json=edited, headers={"Authorization": f"Bearer {token}"})
    (shown,) = by_class(desk.see(f"/desk/comments/{number}/context"), "changes")
    assert [text_of(each) for each in shown.iter("ins")] == ["Put in: <b>gone</b> End."]
    assert [text_of(each) for each in shown.iter("del")] == ["Taken out: <i>fine</i> End."]


def test_a_moderator_of_one_section_sees_nothing_of_the_others_around_a_comment(
    app, cast, desk, newsroom, story, waiting
):
    hidden = newsroom.story("herald", "match", title="The match", category="Sport")
    newsroom.comment(hidden, "What a swindle this is!", status="hold")
    assert "The match" in text_of(desk.see(f"/desk/comments/{waiting}/context"))
    with app.app_context(), unit_of_work():
        hanna = db.session.get_one(Account, newsroom.account_id(cast.hanna))
        hanna.sites[0].sections = ["City"]
    assert "The match" not in text_of(desk.see(f"/desk/comments/{waiting}/context"))


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "a\x00b"])
def test_a_note_that_cannot_be_is_refused(desk, waiting, text):
    assert desk.send(f"/desk/comments/{waiting}/notes", text=text).status_code == 422
    assert "A note" not in text_of(desk.cards()[waiting])


def test_what_is_others_is_not_found(cast, newsroom, waiting):
    gus = Browser(newsroom.signed_in(cast.gus))
    assert gus.client.get(f"/desk/comments/{waiting}/context").status_code == 404
    assert gus.send(f"/desk/comments/{waiting}/notes", text="Hm.").status_code == 404
    assert gus.send("/desk/leases", comment=str(waiting)).status_code == 404
    assert looking(gus, waiting, site="gazette") == []


# What somebody set for themselves


def me(browser: Browser, **changes):
    return browser.press(form_to(browser.see("/desk/me?site=herald"), "/desk/me"), **changes)


def test_an_alias_is_what_colleagues_and_scripts_see(admin, desk, hanna, waiting):
    assert me(desk, alias="Desk 4").status_code == 302
    desk.press(by_class(desk.cards()[waiting], "decide")[0], "reject")
    assert [line["actor"].get("account") for line in hanna.log()][0] == "Desk 4"
    for path in ("/desk/log?site=herald", f"/desk/comments/{waiting}"):
        said = text_of(by_class(admin.see(path), "desk")[0])
        assert ("Desk 4" in said, "Hanna" in said) == (True, False)
    conflict = hanna.decide(waiting, action="approve", versions={waiting: 1}).json["conflicts"]
    assert [each["decided_by"] for each in conflict] == ["Desk 4"]


def test_keys_are_offered_once_and_loaded_only_for_whoever_wants_them(desk, waiting):
    page = desk.see()
    (offer,) = by_class(page, "offer")
    assert not any("keys.js" in (script.get("src") or "") for script in page.iter("script"))
    assert desk.press(offer, keys="on").status_code == 302
    page = desk.see()
    assert by_class(page, "offer") == []
    assert any("keys.js" in (script.get("src") or "") for script in page.iter("script"))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"approve": "d"}, {"approve", "reject"}),
        ({"approve": "1"}, {"approve"}),
        ({"approve": "ab"}, {"approve"}),
        ({"approve": "\u200b"}, {"approve"}),
        ({"alias": "x" * 81}, {"alias"}),
        ({"break_after": "soon"}, {"break_after"}),
        ({"break_after": "481"}, {"break_after"}),
    ],
)
def test_what_cannot_be_set_is_shown_at_its_field_and_nothing_is_kept(desk, changes, wrong):
    answer = me(desk, veils="y", **changes)
    page = parsed(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert {each.get("id") for each in page.iter("input") if each.get("aria-invalid") == "true"} == wrong
    kept = {each.get("id"): each for each in desk.see("/desk/me").iter("input")}
    assert ("checked" in kept["veils"].attrib, kept["approve"].get("value")) == (False, "a")


def test_two_keys_can_change_places(desk):
    assert me(desk, keys="y", approve="D", reject="a").status_code == 302
    kept = {each.get("id"): each.get("value") for each in desk.see("/desk/me").iter("input")}
    assert {name: kept[name] for name in KEYS} == {**KEYS, "approve": "d", "reject": "a"}
