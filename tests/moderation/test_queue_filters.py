"""What the queue can be narrowed to, sorted by and searched for, and what it answers to nonsense."""

from datetime import UTC, datetime, timedelta

import pytest

from commentsvc.accounts.models import Account, Role, SiteMembership
from commentsvc.accounts.permissions import Actor
from commentsvc.comments.models import Comment, Revision, StoredVerdict
from commentsvc.core.clock import now, rfc3339
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.moderation import filters, walk
from commentsvc.moderation.models import Flag
from commentsvc.sites.service import site_named
from tests.cast import rosas_comment
from tests.conftest import unguarded
from tests.moderation.calls import Script
from tests.moderation.pages import Browser, by_class, form_to, parsed, text_of


@pytest.fixture
def sam(client, cast, newsroom) -> Script:
    """Sam moderates the Herald's Sport and nothing else."""
    person = newsroom.account("Sam", Role.MODERATOR, "herald")
    with newsroom.app.app_context(), unit_of_work():
        number = newsroom.account_id(person)
        db.session.query(SiteMembership).filter_by(account_id=number).one().sections = ["Sport"]
    return Script(client, newsroom, person)


@pytest.fixture
def sport(cast, newsroom) -> str:
    return newsroom.story("herald", "match", title="The match", category="Sport")


@pytest.fixture
def narrow(monkeypatch):
    """So few rows count as many that a handful of comments shows what a million would."""
    monkeypatch.setattr(walk, "RARE", 2)
    monkeypatch.setattr(walk, "STRETCH", 2)


# One filter at a time


def test_a_queue_is_narrowed_to_a_section(hanna, newsroom, story, sport):
    newsroom.comment(story, status="hold")
    two = newsroom.comment(sport, status="hold")
    assert (hanna.ids(section="Sport"), hanna.ids(section="Weather")) == ([two], [])


def test_a_story_without_an_own_id_is_found_by_its_number(hanna, client, newsroom, story):
    newsroom.comment(story, status="hold")
    sent = rosas_comment(story=None, url="https://www.herald.example/news/only-a-link")
    number = int(client.post("/api/v1/comments", json=sent).json["comment"]["id"])
    with newsroom.app.app_context():
        story_id = newsroom.row(number).story_id
    assert hanna.ids(story_id=story_id) == [number]


def test_a_queue_is_narrowed_to_what_has_a_link(hanna, newsroom, story):
    linked = newsroom.comment(story, "See https://www.example.com/there", status="hold")
    plain = newsroom.comment(story, "See there.", status="hold")
    assert (hanna.ids(link="yes"), hanna.ids(link="no")) == ([linked], [plain])


def test_a_queue_is_narrowed_to_a_language(hanna, newsroom, story):
    german = newsroom.comment(story, "Der Hafen war schöner, als noch Boote darin lagen.", status="hold")
    turkish = newsroom.comment(story, "Liman içinde tekneler varken daha güzeldi.", status="hold")
    newsroom.comment(story, "lol ok haha", status="hold")
    assert (hanna.ids(language="de"), hanna.ids(language="TR")) == ([german], [turkish])


def test_an_edit_into_another_language_is_noticed(hanna, client, newsroom, story):
    newsroom.set("herald", hold_first_comments=0)
    answer = client.post("/api/v1/comments", json=rosas_comment()).json
    proof = {"Authorization": f"Bearer {answer['receipt']['token']}"}
    sent = {"text": "Der Hafen war schöner, als noch Boote darin lagen."}
    assert client.patch(f"/api/v1/comments/{answer['comment']['id']}", json=sent, headers=proof).status_code == 200
    assert hanna.ids(queue="all", language="de") == [int(answer["comment"]["id"])]


def test_near_identical_comments_are_found_together(hanna, newsroom, story):
    alike = [newsroom.comment(story, f"Cheap watches at shop number {n}!", status="hold") for n in range(3)]
    newsroom.comment(story, "I prefer the tide to tell me the time.", status="hold")
    with newsroom.app.app_context():
        mark = newsroom.row(alike[0]).likeness
    assert hanna.ids(likeness=mark) == alike
    assert hanna.all_ids(likeness=mark, limit=1, sort="newest") == alike[::-1]


def test_a_time_range_begins_with_its_first_moment_and_ends_before_its_last(hanna, newsroom, story):
    moment = now().replace(microsecond=0)
    numbers = [newsroom.comment(story, status="hold") for _ in range(3)]
    with newsroom.app.app_context(), unit_of_work():
        for minutes, number in enumerate(numbers):
            newsroom.row(number).created_at = moment + timedelta(minutes=minutes)
    since, until = (rfc3339(moment + timedelta(minutes=minutes)) for minutes in (1, 2))
    assert (hanna.ids(since=since), hanna.ids(until=until)) == (numbers[1:], numbers[:2])
    assert hanna.ids(since=since, until=until) == [numbers[1]]


def test_a_day_is_a_day_where_the_site_is_and_stays_one_in_the_address(app, cast, hanna, newsroom, story):
    newsroom.set("herald", time_zone="Europe/Berlin")
    at = {moment: newsroom.comment(story, status="hold") for moment in ("21:59", "22:00", "21:58+1", "22:00+1")}
    with app.app_context(), unit_of_work():
        for moment, number in at.items():
            hour, minute = int(moment[:2]), int(moment[3:5])
            newsroom.row(number).created_at = datetime(2026, 7, 9 + moment.endswith("+1"), hour, minute, tzinfo=UTC)
    assert hanna.ids(since="2026-07-10", until="2026-07-10") == [at["22:00"], at["21:58+1"]]
    browser = Browser(newsroom.signed_in(cast.hanna))
    page = browser.see("/desk?site=herald&since=2026-07-10&until=2026-07-10")
    assert "From: 2026-07-10" in text_of(page)
    assert "Until: 2026-07-10" in text_of(page)
    assert "From (Europe/Berlin)" in text_of(page)
    asked = browser.see("/desk/matching?site=herald&action=approve&since=2026-07-10&until=2026-07-10")
    assert "2 comments" in text_of(asked)
    assert [text_of(each) for each in asked.iter("dd")].count("2026-07-10") == 2


def test_the_last_day_of_a_range_belongs_to_it(hanna, newsroom, story):
    number = newsroom.comment(story, status="hold")
    today = now().date().isoformat()
    tomorrow = (now() + timedelta(days=1)).date().isoformat()
    assert hanna.ids(since=today, until=today) == [number]
    assert hanna.ids(since=tomorrow) == []


def test_the_most_reported_come_first(hanna, newsroom, story, report):
    numbers = [newsroom.comment(story) for _ in range(3)]
    for number, times in zip(numbers, (1, 3, 2), strict=True):
        for _ in range(times):
            report(number)
    assert hanna.ids(queue="flagged", sort="flags") == [numbers[1], numbers[2], numbers[0]]


# Several at once, at every size


TOGETHER = [
    {},
    {"section": "Sport"},
    {"link": "yes"},
    {"link": "no", "section": "City"},
    {"q": "harbour"},
    {"q": "harbour", "section": "Sport"},
    {"q": "harbour", "link": "yes", "rule": "too_many_links"},
    {"story": "match"},
    {"story": "match", "link": "yes"},
    {"author": "rosa-reader"},
    {"since": "2020-01-01", "language": "en"},
]


@pytest.mark.parametrize("sort", walk.ORDERS)
def test_pages_are_what_a_look_at_every_comment_finds(hanna, newsroom, story, sport, report, narrow, sort):
    for n in range(12):
        text = f"The {'harbour' if n % 3 else 'market'}, said in {n} words{' https://www.example.com' * (n % 4)}"
        place, status = sport if n % 2 else story, "approve" if n % 4 == 0 else "hold"
        number = newsroom.comment(place, text, minutes_ago=n // 2, status=status)
        if n % 4 == 0:
            report(number)
        if n in (4, 7, 9):
            hanna.decide(number, action="later")
    every = _looked_at(newsroom, sort)
    different = [
        (queue, asked)
        for queue in ("pending", "approved", "flagged", "later", "all")
        for asked in TOGETHER
        if hanna.all_ids(queue=queue, sort=sort, limit=5, **asked)
        != [facts["id"] for facts in every if queue in facts["queues"] and _is_meant(facts, asked)]
    ]
    assert different == []


def _looked_at(newsroom, sort: str) -> list[dict]:
    """Every comment in the order asked for, with what a filter may ask about it."""
    key = {"flags": "open_flags", "risk": "risk"}.get(sort, "created_at")
    with newsroom.app.app_context():
        texts = dict(db.session.query(Revision.comment_id, Revision.text).all())
        rows = sorted(db.session.query(Comment), key=lambda row: (getattr(row, key), row.id), reverse=sort != "oldest")
        return [_facts(row, texts[row.id]) for row in rows]


def _facts(row: Comment, text: str) -> dict:
    waits = row.set_aside is None
    queues = {
        "pending": row.status == "PENDING" and waits,
        "approved": row.status == "APPROVED",
        "flagged": row.open_flags > 0 and waits,
        "later": row.set_aside == "later",
        "all": True,
    }
    return {
        "id": row.id,
        "queues": {name for name, is_in in queues.items() if is_in},
        "said": text,
        "section": row.section,
        "link": "yes" if row.has_link else "no",
        "rule": row.held_by,
        "story": row.story.external_id,
        "author": row.author.slug,
        "language": row.language,
    }


def _is_meant(facts: dict, asked: dict) -> bool:
    return asked.get("q", "") in facts["said"] and all(
        facts[name] == value for name, value in asked.items() if name in facts
    )


def test_a_decision_between_two_pages_neither_hides_nor_repeats_a_comment(hanna, newsroom, story):
    numbers = [newsroom.comment(story, status="hold", minutes_ago=9 - n) for n in range(6)]
    first = hanna.queue(limit=2).json
    hanna.decide(numbers[0], numbers[1], action="approve")
    assert hanna.ids(limit=9, cursor=first["next_cursor"]) == numbers[2:]


# Words


def test_the_words_of_an_edited_comment_are_those_it_has_now(hanna, client, newsroom, story):
    newsroom.set("herald", hold_first_comments=0)
    answer = client.post("/api/v1/comments", json=rosas_comment(text="The anchor is heavy.")).json
    proof = {"Authorization": f"Bearer {answer['receipt']['token']}"}
    address = f"/api/v1/comments/{answer['comment']['id']}"
    assert client.patch(address, json={"text": "The rope is light."}, headers=proof).status_code == 200
    assert hanna.ids(queue="all", q="anchor") == []
    assert hanna.ids(queue="all", q="rope") == [int(answer["comment"]["id"])]


def test_words_of_a_comment_that_is_gone_are_gone(app, newsroom, story, hanna):
    number = newsroom.comment(story, "An anchor.", status="hold")
    with app.app_context():
        with unguarded() as connection:
            connection.execute(db.text("DELETE FROM commentsvc_decision"))
        with unit_of_work():
            db.session.execute(db.text("DELETE FROM commentsvc_comment"))
        left = db.session.scalar(db.text("SELECT count(*) FROM commentsvc_comment_words"))
    assert (left, number > 0) == (0, True)


def test_a_story_that_moves_to_another_section_takes_its_comments_along(app, hanna, newsroom, story, sport):
    number = newsroom.comment(story, status="hold")
    with app.app_context(), unit_of_work():
        newsroom.row(number).story.category = "Sport"
    assert hanna.ids(section="Sport") == [number]


# Nonsense


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "%"}, "q"),
        ({"q": "?! … \\ _ *"}, "q"),
        ({"sort": "worst"}, "sort"),
        ({"language": "klingon spoken"}, "language"),
        ({"language": "e"}, "language"),
        ({"link": "maybe"}, "link"),
        ({"story_id": "harbour"}, "story_id"),
        ({"story_id": "0"}, "story_id"),
        ({"story_id": "9" * 20}, "story_id"),
        ({"likeness": "abc"}, "likeness"),
        ({"section": "x" * 81}, "section"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-02-30"}, "since"),
        ({"since": "2026-01-20T08:30:00"}, "since"),  # of which zone?
        ({"since": "0001-01-01T00:00:00+14:00"}, "since"),
        ({"since": "0999-12-31"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"until": "9999-01-01T00:00:00Z"}, "until"),
        ({"until": "20260120"}, "until"),
        ({"since": "2026-01-20", "until": "2026-01-19"}, "until"),
        ({"since": "2026-01-20T08:00:00Z", "until": "2026-01-20T08:00:00Z"}, "until"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_name(hanna, asked, field):
    answer = hanna.queue(**asked)
    assert (answer.status_code, answer.json["code"], list(answer.json["fields"])) == (422, "validation_failed", [field])


def test_everything_that_makes_no_sense_is_named_at_once(hanna):
    answer = hanna.queue(sort="worst", link="maybe", since="soon")
    assert answer.json["fields"].keys() == {"sort", "link", "since"}


def test_the_page_says_what_is_wrong_beside_the_filter_and_keeps_what_was_typed(newsroom, cast, story):
    newsroom.comment(story, status="hold")
    answer = newsroom.signed_in(cast.hanna).get("/desk?since=soon&q=boats")
    page = parsed(answer.get_data(as_text=True))
    fields = {each.get("name"): each for each in page.iter("input") if each.get("name") in ("since", "q")}
    assert (answer.status_code, by_class(page, "card")) == (422, [])
    assert (fields["since"].get("value"), fields["q"].get("value")) == ("soon", "boats")
    assert fields["since"].get("aria-describedby") == "wrong-since"
    assert "Use a date like" in text_of(by_class(page, "summary")[0])


# Moderators of some sections


def test_a_moderator_of_a_section_sees_it_alone(sam, hanna, newsroom, story, sport, report):
    theirs, mine = newsroom.comment(story, status="hold"), newsroom.comment(sport, status="hold")
    report(newsroom.comment(story))
    assert (sam.ids(), sam.ids(queue="all"), sam.ids(queue="all", sort="risk")) == ([mine], [mine], [mine])
    assert (sam.ids(q="comment"), sam.queue().json["counts"]) == ([mine], {"pending": 1, "flagged": 0})
    assert hanna.ids() == [theirs, mine]


def test_a_section_of_others_is_as_unknown_as_none(sam, story):
    assert [sam.queue(section=name).status_code for name in ("City", "Nowhere")] == [404, 404]
    assert sam.queue(section="Sport").status_code == 200


def test_the_log_of_a_section_is_its_own(sam, newsroom, story, sport):
    newsroom.comment(story)
    mine = newsroom.comment(sport)
    assert {line["comment"] for line in sam.log()} == {str(mine)}


def test_the_stories_of_a_section_are_its_own(sam, newsroom, story, sport):
    answer = sam.client.get("/api/v1/admin/stories?site=herald", headers=sam.headers)
    assert [each["title"] for each in answer.json["stories"]] == ["The match"]


# Saved filters


def test_a_filter_is_kept_under_a_name_counted_and_deleted(newsroom, cast, story):
    newsroom.comment(story, "Boats, boats.", status="hold")
    newsroom.comment(story, "Cars, cars.", status="hold")
    hanna = Browser(newsroom.signed_in(cast.hanna))
    page = hanna.see("/desk?q=boats")
    sent = hanna.press(form_to(page, "/desk/filters"), name="Of the sea")
    page = hanna.see(sent.headers["Location"])
    assert text_of(by_class(page, "saved")[0]).startswith("Of the sea 1")
    gone = next(form for form in page.iter("form") if (form.get("action") or "").endswith("/delete"))
    hanna.press(gone)
    assert by_class(hanna.see(), "saved") == []


def test_a_saved_filter_is_its_owners_alone(newsroom, cast, story, app):
    hanna = Browser(newsroom.signed_in(cast.hanna))
    hanna.send("/desk/filters?site=herald", name="Mine", query="link=yes")
    ada = Browser(newsroom.signed_in(cast.ada))
    assert by_class(ada.see("/desk?site=herald"), "saved") == []
    assert ada.send("/desk/filters/1/delete").status_code == 404
    assert len(by_class(hanna.see(), "saved")) == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": ""}, "Give the filter a name"),
        ({"name": "x" * 61}, "60 characters"),
        ({"name": "MINE"}, "a filter of this name already"),
        ({"query": "since=soon"}, "Use a date like"),
    ],
)
def test_a_filter_that_cannot_be_kept_is_refused_with_the_reason(newsroom, cast, story, sent, told):
    hanna = Browser(newsroom.signed_in(cast.hanna))
    hanna.send("/desk/filters?site=herald", name="Mine", query="link=yes")
    answer = hanna.send("/desk/filters?site=herald", **{"name": "Other", "query": "link=no", **sent})
    assert (answer.status_code, told in answer.get_data(as_text=True)) == (422, True)


def test_one_filter_more_than_twenty_is_refused(newsroom, cast, story):
    hanna = Browser(newsroom.signed_in(cast.hanna))
    codes = [
        hanna.send("/desk/filters?site=herald", name=f"Number {n}", query="link=no").status_code for n in range(21)
    ]
    assert codes == [302] * 20 + [422]


# Figures that are kept


def _kept(row: Comment) -> tuple:
    return row.open_flags, row.objections, row.risk, row.section


def _recounted(row: Comment) -> tuple:
    weight = {"hold": 1, "reject": 2, "spam": 3}
    flags = db.session.query(Flag).filter_by(comment_id=row.id, settled_at=None).count()
    verdicts = (
        db.session.query(StoredVerdict)
        .join(Revision, Revision.id == StoredVerdict.revision_id)
        .filter(Revision.comment_id == row.id, Revision.number == row.revision_number)
    )
    objections = sum(weight.get(each.outcome, 0) for each in verdicts)
    return flags, objections, objections + 2 * flags, row.story.category


def test_what_the_queue_is_sorted_by_is_a_recount_after_everything_that_happens(
    app, hanna, client, newsroom, story, report
):
    newsroom.set("herald", hold_first_comments=0)
    newsroom.words("herald", "hold", "swindle")
    posted = client.post("/api/v1/comments", json=rosas_comment(text="All is well.")).json
    number, proof = int(posted["comment"]["id"]), {"Authorization": f"Bearer {posted['receipt']['token']}"}

    def differs() -> tuple | None:
        with app.app_context():
            row = newsroom.row(number)
            return None if _kept(row) == _recounted(row) else (_kept(row), _recounted(row))

    def edited() -> None:
        client.patch(f"/api/v1/comments/{number}", json={"text": "A swindle, swindle."}, headers=proof)

    def undone() -> None:
        hanna.undo(hanna.log(comment=number)[0]["id"])

    steps = [
        lambda: report(number),
        lambda: report(number, "spam"),
        edited,
        lambda: hanna.decide(number, action="approve"),
        undone,
        lambda: hanna.decide(number, action="reject"),
        lambda: hanna.decide(number, action="later"),
    ]
    found = [differs()]
    for step in steps:
        step()
        found.append(differs())
    assert found == [None] * 8


def test_counts_stop_at_the_most_that_is_counted(hanna, newsroom, story, monkeypatch):
    monkeypatch.setattr(walk, "MOST_COUNTED", 2)
    for _ in range(3):
        newsroom.comment(story, status="hold")
    assert hanna.queue().json["counts"] == {"pending": 2, "flagged": 0}


def test_an_account_that_is_deleted_leaves_no_filter(app, newsroom, cast, story):
    with app.app_context(), unit_of_work():
        account = db.session.get_one(Account, newsroom.account_id(cast.hanna))
        filters.save("Mine", {"link": "yes"}, actor=Actor.of(account), site_id=site_named("herald").id, now=now())
    with app.app_context(), unit_of_work():
        db.session.delete(db.session.get_one(Account, newsroom.account_id(cast.hanna)))
    with app.app_context():
        assert db.session.scalar(db.text("SELECT count(*) FROM commentsvc_saved_filter")) == 0
