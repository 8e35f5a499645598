"""Words, rules and modes tried on what people decided."""

from datetime import timedelta

import pytest

from commentsvc.authors.models import Author, Standing
from commentsvc.authors.standings import give_standing
from commentsvc.comments.posting import house_of
from commentsvc.core.database import db
from commentsvc.core.errors import ValidationFailed
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.figures import trial
from commentsvc.figures.trial import clipping, read_trial, run
from commentsvc.moderation.models import Flag
from commentsvc.sites.service import site_named
from tests.figures.conftest import NOON
from tests.moderation.pages import form_to, parsed, text_of

DAY = 24 * 60


@pytest.fixture
def tried(app, past):
    """What comes of a trial at noon."""

    def ask(*, days=30, budget=60.0, **asked):
        with app.app_context():
            house = house_of(site_named("herald"))
            result = run(past.site_id(), read_trial(asked, house), days=days, now=NOON, budget=budget)
            result.shown = {kind: [each.comment_id for each in found] for kind, found in result.examples().items()}
            return result

    return ask


def kinds(result) -> tuple[int, int, int, int]:
    """True holds, false holds, misses, and what was rightly let pass."""
    return result.true_holds.count, result.false_holds.count, result.misses.count, result.passed


# Words


def test_a_word_is_tried_on_what_people_approved_and_rejected(past, tried, hanna):
    told = {
        "approve": ["A swindle, says the mayor.", "Fine weather."],
        "reject": ["What a swindle!", "swindlers all", "You idiot."],
        "spam": ["Swindle-free watches"],
    }
    made = {
        text: past.decide(past.written(text, ago=30), action, hanna, ago=10) and text
        for action, texts in told.items()
        for text in texts
    }
    result = tried(words="swindle*")
    assert len(made) == 6
    assert kinds(result) == (3, 1, 1, 1)
    assert (result.would_hold, result.decided, result.approved, result.rejected) == (4, 6, 2, 4)
    assert (result.precision, result.recall) == (0.75, 0.75)


def test_the_lists_the_site_has_make_no_difference(past, tried, newsroom, hanna):
    newsroom.words("herald", "hold", "weather")
    past.decide(past.written("Fine weather.", ago=30), "reject", hanna, ago=10)
    assert kinds(tried(words="swindle", kind="reject")) == (0, 0, 1, 0)


def test_examples_of_each_kind_lead_to_their_comments(past, tried, hanna):
    held = past.written("A swindle.", ago=30)
    wrong = past.written("No swindle.", ago=30)
    missed = past.written("Idiots.", ago=30)
    for comment, action in ((held, "reject"), (wrong, "approve"), (missed, "reject")):
        past.decide(comment, action, hanna, ago=10)
    result = tried(words="swindle")
    assert result.shown == {"false_holds": [wrong], "misses": [missed], "true_holds": [held]}


def test_the_last_word_on_a_text_counts(past, tried, hanna, hugo):
    comment = past.written("A swindle.", ago=30)
    past.decide(comment, "reject", hanna, ago=20)
    past.decide(comment, "approve", hugo, ago=10)
    assert kinds(tried(words="swindle")) == (0, 1, 0, 0)


def test_what_is_put_back_to_wait_was_not_decided(past, tried, hanna):
    comment = past.written("A swindle.", ago=30)
    past.undo(past.decide(comment, "reject", hanna, ago=20), hanna, ago=10)
    assert tried(words="swindle").decided == 0


def test_what_only_rules_decided_is_left_out(past, tried, newsroom):
    newsroom.words("herald", "reject", "swindle")
    past.written("A swindle.", ago=30)
    assert tried(words="swindle").decided == 0


def test_another_sites_decisions_are_left_out(past, tried, newsroom):
    newsroom.comment(newsroom.story("gazette"), "A swindle.", site="gazette", minutes_ago=60)
    assert tried(words="swindle", days=90).decided == 0


def test_only_the_days_asked_for_are_looked_at(past, tried, hanna):
    for ago in (DAY - 1, DAY + 1):
        past.decide(past.written("A swindle.", ago=ago + 5), "reject", hanna, ago=ago)
    assert (tried(words="swindle", days=1).decided, tried(words="swindle", days=2).decided) == (1, 2)


@pytest.mark.parametrize("words", ["", " \n \n", "x" * 201, "\n".join(f"word{n}" for n in range(5001)), "a\x07b"])
def test_a_list_that_is_none_is_refused(app, past, words):
    with app.app_context(), pytest.raises(ValidationFailed) as refused:
        read_trial({"words": words}, house_of(site_named("herald")))
    assert list(refused.value.fields) == ["words"]


# Rules


def test_a_threshold_is_tried_in_place_of_the_sites(past, tried, hanna):
    links = "See https://a.example and https://b.example"
    past.decide(past.written(links, ago=30), "reject", hanna, ago=10)
    past.decide(past.written("See https://a.example", ago=30), "approve", hanna, ago=10)
    rule = {"try": "rule", "rule": "too_many_links"}
    assert kinds(tried(**rule)) == (0, 0, 1, 1)
    assert kinds(tried(**rule, number="1")) == (1, 0, 0, 1)
    assert kinds(tried(**rule, number="0")) == (1, 1, 0, 0)


def test_links_to_denied_domains_are_found_and_those_to_allowed_ones_not_counted(past, tried, newsroom, hanna):
    newsroom.set("herald", links_denied="bad.example", links_allowed_domains="good.example")
    past.decide(past.written("See https://bad.example/x", ago=30, website="https://good.example"), "reject", hanna)
    past.decide(past.written("See https://good.example/x", ago=30), "approve", hanna)
    assert kinds(tried(**{"try": "rule", "rule": "links_to_denied_domain"})) == (1, 0, 0, 1)
    assert kinds(tried(**{"try": "rule", "rule": "too_many_links", "number": "0"})) == (1, 0, 0, 1)


def test_a_writers_approved_comments_are_those_of_that_time(past, tried, newsroom, hanna):
    first = past.written(ago=90)
    rosa = past.author_of(first)
    past.decide(first, "approve", hanna, ago=80)
    second = past.written(ago=70, by=rosa)
    third = past.written(ago=60, by=rosa)
    past.decide(second, "reject", hanna, ago=50)
    past.decide(third, "reject", hanna, ago=50)
    rule = {"try": "rule", "rule": "author_is_new"}
    assert tried(**rule, number="1").shown["false_holds"] == [first]
    assert kinds(tried(**rule, number="1")) == (0, 1, 2, 0)
    assert kinds(tried(**rule, number="2")) == (1, 1, 1, 0)  # no rule had held the second


def test_a_standing_is_the_one_of_that_time(app, past, tried, cast, hanna):
    first = past.written(ago=90)
    rosa = past.author_of(first)
    past.decide(first, "approve", hanna, ago=85)
    with app.app_context(), unit_of_work():
        author = db.session.get_one(Author, rosa)
        until = NOON - timedelta(minutes=40)
        watched = {"reason": "", "until": until, "actor": past.actor(cast.ada), "now": NOON - timedelta(minutes=80)}
        give_standing(author, Standing.WATCHED, **watched)
    watched = past.written(ago=60, by=rosa)
    past.decide(watched, "reject", hanna, ago=50)
    past.decide(past.written(ago=30, by=rosa), "reject", hanna, ago=20)
    result = tried(**{"try": "rule", "rule": "author_is_watched"})
    assert (kinds(result), result.shown["true_holds"]) == ((1, 0, 1, 1), [watched])


def test_reports_are_those_there_were_when_it_was_decided(past, tried, client, app, hanna):
    comment = past.written(ago=60)
    past.decide(comment, "approve", hanna, ago=50)
    client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "spam"})
    assert tried(**{"try": "flags", "number": "1"}).false_holds.count == 0


def test_reports_that_a_person_answered_before_are_not_counted_again(app, past, tried, hanna, hugo):
    comment = past.written(ago=60)
    with app.app_context(), unit_of_work():
        for reader, ago in (("one", 50), ("two", 20)):
            at = NOON - timedelta(minutes=ago)
            db.session.add(Flag(comment_id=comment, reader_hash=reader, reason="spam", created_at=at))
    past.decide(comment, "approve", hanna, ago=40)
    past.decide(comment, "reject", hugo, ago=10)
    assert [kinds(tried(**{"try": "flags", "number": number})) for number in ("1", "2")] == [(1, 0, 0, 0), (0, 0, 1, 0)]


@pytest.mark.parametrize("page", ["/desk/words", "/admin/rules"])
def test_words_and_rules_lead_to_a_trial(past, admin, page):
    tree = admin.see(f"{page}?site=herald")
    assert [link.get("href") for link in tree.iter("a") if link.text == "Try on the past"] == [
        "/admin/trial?site=herald"
    ]


def test_what_readers_had_reported_would_be_held(past, newsroom, client, cast):
    comment = newsroom.comment("harbour")
    for reader, network in (("one", "10.1.0.1"), ("two", "10.2.0.1"), ("three", "10.2.0.1")):
        client.post(
            f"/api/v1/comments/{comment}/flags",
            json={"reason": "spam"},
            headers={"User-Agent": reader},
            environ_overrides={"REMOTE_ADDR": network},  # the third is at home with the second
        )
    newsroom.decide(comment, "reject")
    body = {"site": "herald", "try": "flags"}
    found = [
        client.post("/api/v1/admin/trial", json={**body, "number": number}, headers=cast.ada.headers).json["trial"]
        for number in (2, 3)
    ]
    assert [(each["true_holds"], each["misses"]) for each in found] == [(1, 0), (0, 1)]


@pytest.mark.parametrize("rule", ["form_was_too_quick", "honeypot_was_filled", "too_fast", "story_is_held"])
def test_a_rule_about_what_is_not_kept_says_why_it_cannot_be_tried(app, past, rule):
    with app.app_context(), pytest.raises(ValidationFailed, match="cannot be tried on the past"):
        read_trial({"try": "rule", "rule": rule}, house_of(site_named("herald")))


# Modes


def test_a_mode_is_tried_by_what_it_alone_would_hold(past, tried, newsroom, hanna):
    newsroom.set("herald", hold_first_comments=0)
    first = past.written(ago=90)
    past.decide(first, "reject", hanna, ago=85)
    past.decide(first, "approve", hanna, ago=80)
    past.decide(past.written(ago=70, by=past.author_of(first)), "reject", hanna, ago=60)
    assert [kinds(tried(**{"try": "mode", "mode": mode})) for mode in ("open", "hold_new", "hold_all")] == [
        (0, 0, 1, 1),
        (0, 1, 1, 0),
        (1, 1, 0, 0),
    ]


def test_a_mode_asks_the_rules_as_the_site_set_them(past, tried, newsroom, hanna):
    past.decide(past.written(ago=90), "reject", hanna, ago=85)
    held = []
    for mode in (None, "off", "shadow"):
        newsroom.rule("herald", "author_is_new", mode)
        held.append(tried(**{"try": "mode", "mode": "open"}).would_hold)
    assert held == [1, 0, 0]


# How far it goes


def test_only_the_newest_are_looked_at_and_the_result_says_so(past, tried, monkeypatch, hanna):
    monkeypatch.setattr(trial, "MOST_DECISIONS", 3)
    monkeypatch.setattr(trial, "AT_ONCE", 2)
    for ago in range(10, 60, 10):
        past.decide(past.written("A swindle.", ago=ago + 1), "reject", hanna, ago=ago)
    result = tried(words="swindle")
    assert (result.decided, result.is_capped, result.reached) == (3, True, NOON - timedelta(minutes=30))


def test_as_many_as_are_allowed_are_no_cap(past, tried, monkeypatch, hanna):
    monkeypatch.setattr(trial, "MOST_DECISIONS", 2)
    for ago in (10, 20):
        past.decide(past.written("A swindle.", ago=ago + 1), "reject", hanna, ago=ago)
    assert tried(words="swindle").is_capped is False


def test_without_time_it_says_how_far_it_got(past, tried, hanna):
    for ago in (10, 20):
        past.decide(past.written("A swindle.", ago=ago + 1), "reject", hanna, ago=ago)
    result = tried(words="swindle", budget=0)
    assert (result.decided, result.ran_out, result.reached) == (1, True, NOON - timedelta(minutes=10))


# What is shown of a text


@pytest.mark.parametrize(
    ("text", "spans", "pieces"),
    [
        ("short", (), (("short", False),)),
        ("a bad word", ((2, 5),), (("a ", False), ("bad", True), (" word", False))),
        (
            "x" * 30 + "bad" + "y" * 30,
            ((30, 33),),
            (("…", False), ("x" * 10, False), ("bad", True), ("y" * 7, False), ("…", False)),
        ),
        ("bad bad", ((0, 3), (4, 7)), (("bad", True), (" ", False), ("bad", True))),
        ("bad", ((0, 99),), (("bad", True),)),
        ("badly", ((0, 3), (1, 5)), (("bad", True), ("ly", True))),
    ],
)
def test_a_clipping_is_around_the_first_mark(text, spans, pieces):
    assert clipping(text, spans, length=20, before=10) == pieces


# The page and the call


def test_the_page_tells_the_result_in_words_and_leads_to_examples(past, newsroom, admin):
    wrong = newsroom.comment("harbour", "<b>A swindle</b>, they say.")
    newsroom.comment("harbour", "A swindle.", status="reject")
    newsroom.comment("harbour", "Idiots.", status="reject")
    form = form_to(admin.see("/admin/trial?site=herald&words=swindle"), "/admin/trial")
    answer = admin.press(form, **{"try": "words"})
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    tree = parsed(page)
    said = text_of(tree)
    assert "It would have held 2. People rejected 1 of them too (50 %) and approved 1 comment." in said
    assert "Of the 2 people rejected it would have found 50 % and missed 1." in said
    assert "too few to trust" in said
    assert [mark.text for mark in tree.iter("mark")] == ["swindle", "swindle"]
    assert f"/desk/comments/{wrong}" in page
    assert "<b>A" not in page


def test_a_form_with_nothing_to_try_says_what_is_missing_and_keeps_the_rest(past, admin):
    form = form_to(admin.see("/admin/trial"), "/admin/trial")
    answer = admin.press(form, **{"try": "words", "words": " ", "days": "400"})
    assert answer.status_code == 422
    assert "Enter a word or a phrase, one a line." in answer.get_data(as_text=True)
    answer = admin.press(form, **{"try": "words", "words": "swindle", "days": "400"})
    assert "Use a whole number from 1 to 90." in answer.get_data(as_text=True)
    assert "swindle" in answer.get_data(as_text=True)


def test_a_moderator_tries_nothing(past, desk, client, hanna):
    assert desk.client.get("/admin/trial").status_code == 403
    body = {"site": "herald", "words": "swindle"}
    assert client.post("/api/v1/admin/trial", json=body, headers=hanna.headers).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"days": "30"}, "days"),
        ({"days": True}, "days"),
        ({"try": "luck"}, "try"),
        ({"kind": "delete"}, "kind"),
        ({"words": ["swindle"]}, "words"),
        ({"try": "rule", "rule": "no_such_rule"}, "rule"),
        ({"try": "mode", "mode": "closed"}, "mode"),
        ({"try": "flags", "number": 0}, "number"),
        ({"mode": "AAA"}, "mode"),
        ({"rule": "no_such_rule"}, "rule"),
        ({"number": -1}, "number"),
        ({"number": 1001}, "number"),
        ({"try": "mode", "kind": "delete"}, "kind"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(past, client, cast, wrong, field):
    body = {"site": "herald", "words": "swindle", **wrong}
    answer = client.post("/api/v1/admin/trial", json=body, headers=cast.ada.headers)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
