"""The queue as a script of the newsroom reads it."""

import pytest

from commentsvc.comments.models import Revision, StoredVerdict
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from tests.cast import Cast, Newsroom, rosas_comment
from tests.scenes import scene

CONTEXT = {
    *("version", "status", "text", "verdicts", "flags", "author_record", "parent_excerpt", "story"),
    *("set_aside", "held_by", "language", "waiting_since", "risk"),
}
COMMENT = {
    *("id", "parent", "state", "author", "content", "created_at", "edited_at", "likes", "featured", "reply_count"),
    *("pinned", "locked", "replies", "replies_cursor", "url"),
}


@pytest.fixture(autouse=True)
def cast(newsroom: Newsroom) -> Cast:
    """As everywhere, but the Gazette has comments of its own; none of them may ever be seen here."""
    return scene(newsroom, _with_comments_of_the_gazette)


def _with_comments_of_the_gazette(newsroom: Newsroom) -> Cast:
    people = Cast(newsroom)
    newsroom.story("gazette", "theirs")
    for status in ("approve", "hold", "reject"):
        newsroom.comment("theirs", "Said to the Gazette", site="gazette", status=status)
    return people


def test_an_item_has_everything_a_decision_needs(hanna, newsroom, story):
    above = newsroom.comment(story, "What was said first.\nIn two lines.")
    number = newsroom.comment(
        story, "An **answer**", parent=above, status="hold", name="Rosa", website="https://rosa.example/"
    )
    (item,) = hanna.queue().json["items"]
    assert item.keys() == COMMENT | CONTEXT
    assert (item["id"], item["parent"], item["status"], item["text"]) == (
        str(number),
        str(above),
        "pending",
        "An **answer**",
    )
    assert item["content"] == [["p", "An ", ["strong", "answer"]]]
    assert (item["author"]["name"], item["author"]["website"]) == ("Rosa", "https://rosa.example/")
    assert item["parent_excerpt"] == "What was said first. In two lines."
    assert item["story"] == {
        "id": "harbour",
        "title": "Boats return to the harbour",
        "url": "https://www.herald.example/news/harbour",
        "category": "City",
    }
    assert item["author_record"]["standing"] == "NORMAL"
    assert (item["author_record"]["approved"], item["author_record"]["rejected"], item["flags"]) == (0, 0, [])


def test_the_text_comes_as_html_on_request(hanna, newsroom, story):
    newsroom.comment(story, "An **answer**", status="hold")
    (item,) = hanna.queue(format="html").json["items"]
    assert (item["html"], "content" in item) == ("<p>An <strong>answer</strong></p>", False)


def test_verdicts_say_which_rule_spoke_and_where(hanna, client, newsroom, story):
    newsroom.words("herald", "hold", "swindle", "crook*")
    client.post("/api/v1/comments", json=rosas_comment(text="A swindle, you crooks!"))
    verdicts = {verdict["rule"]: verdict for verdict in hanna.queue().json["items"][0]["verdicts"]}
    word = verdicts["uses_held_word"]
    assert word.keys() >= {"rule", "outcome", "reason", "spans", "at"}
    assert (word["outcome"], word["spans"]) == ("hold", [[2, 9], [15, 21]])


def test_every_queue_holds_its_own_comments(hanna, newsroom, story, report):
    numbers = {status: newsroom.comment(story, status=status) for status in ("approve", "hold", "reject", "spam")}
    report(numbers["approve"])
    assert hanna.ids() == hanna.ids(queue="pending") == [numbers["hold"]]
    assert hanna.ids(queue="approved") == hanna.ids(queue="flagged") == [numbers["approve"]]
    assert (hanna.ids(queue="rejected"), hanna.ids(queue="spam")) == ([numbers["reject"]], [numbers["spam"]])
    assert sorted(hanna.ids(queue="all")) == sorted(numbers.values())


def test_counts_are_what_the_queues_hold(hanna, newsroom, story, report):
    for _ in range(3):
        newsroom.comment(story, status="hold")
    report(newsroom.comment(story))
    newsroom.comment(story)
    assert hanna.queue(queue="spam").json["counts"] == {"pending": 3, "flagged": 1}


def test_what_its_writer_took_back_waits_for_nobody(hanna, client, story):
    posted = client.post("/api/v1/comments", json=rosas_comment()).json
    client.delete(
        f"/api/v1/comments/{posted['comment']['id']}", headers={"Authorization": f"Bearer {posted['receipt']['token']}"}
    )
    assert (hanna.ids(), hanna.queue().json["counts"]["pending"]) == ([], 0)
    assert hanna.ids(queue="all") == [int(posted["comment"]["id"])]


def test_reports_come_with_their_reasons_and_without_who_reported(hanna, newsroom, story, report):
    number = newsroom.comment(story)
    report(number, "hate", "The second sentence.")
    report(number, "spam")
    (item,) = hanna.queue(queue="flagged").json["items"]
    assert [(flag["reason"], flag["details"]) for flag in item["flags"]] == [
        ("hate", "The second sentence."),
        ("spam", ""),
    ]
    assert {frozenset(flag) for flag in item["flags"]} == {frozenset({"reason", "details", "at"})}


def test_the_record_counts_what_was_decided_before(hanna, client, newsroom, story):
    first = client.post("/api/v1/comments", json=rosas_comment(text="The first one.")).json
    newsroom.decide(int(first["comment"]["id"]), "reject")
    proof = {"Authorization": f"Bearer {first['receipt']['token']}"}
    client.post("/api/v1/comments", json=rosas_comment(text="The second one."), headers=proof)
    record = hanna.queue().json["items"][0]["author_record"]
    assert (record["approved"], record["rejected"]) == (0, 1)


# Filters


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("100%", ["It costs 100% more"]),
        ("snake_case", ["Call it snake_case"]),
        ("C:\\", ["See C:\\Windows"]),
        ("windows", ["See C:\\Windows"]),
        ("IT ", ["It costs 100% more", "Call it snake_case"]),  # a word, not a part of one
        ("MORE costs", ["It costs 100% more"]),  # every word, in any order
        ("either", ["either/or"]),
        ("wind", ["See C:\\Windows"]),  # the last word may go on
        ("wi", []),  # from three letters
        ("wind see", []),  # only the last
        ("şehir", ["ŞEHIR TURU", "Bir şehir"]),
        ("ÄRGER", ["So viel Ärger"]),
        ("arger", ["So viel Ärger"]),
        ('"costs more"', ["It costs 100% more"]),
        ("it OR nothing", []),
        ("it NOT snake", []),
        ("it AND snake", []),
        ("NEAR(it snake)", []),
        ("co*s", []),
        ("words:it", []),
        ("c.*s", []),
        ("'; DROP TABLE", []),
        ("nothing like it", []),
    ],
)
def test_words_are_searched_as_they_are_typed(hanna, newsroom, story, words, found):
    texts = [
        "It costs 100% more",
        "Call it snake_case",
        "See C:\\Windows",
        "either/or",
        "So viel Ärger",
        "ŞEHIR TURU",
        "Bir şehir",
    ]
    for text in texts:
        newsroom.comment(story, text, status="hold")
    items = hanna.queue(q=words).json["items"]
    assert sorted(item["text"] for item in items) == sorted(found)


def test_a_queue_can_be_narrowed_to_a_story_an_author_or_a_rule(hanna, client, newsroom, story):
    other = newsroom.story("herald")
    newsroom.words("herald", "hold", "swindle")
    one = int(client.post("/api/v1/comments", json=rosas_comment(text="A swindle.")).json["comment"]["id"])
    two = newsroom.comment(other, status="hold")
    slugs = {int(item["id"]): item["author"]["slug"] for item in hanna.queue().json["items"]}
    assert hanna.ids(story=other) == hanna.ids(author=slugs[two]) == [two]
    assert hanna.ids(rule="uses_held_word") == hanna.ids(story=story) == [one]
    assert hanna.ids(story=other, rule="uses_held_word") == hanna.ids(story="_") == hanna.ids(author="%") == []


# Order and pages


def test_the_oldest_comes_first_unless_asked_otherwise(hanna, newsroom, story):
    numbers = [newsroom.comment(story, status="hold", minutes_ago=minutes) for minutes in (30, 10, 20)]
    in_time = [numbers[0], numbers[2], numbers[1]]
    assert hanna.ids() == hanna.ids(sort="oldest") == in_time
    assert hanna.ids(sort="newest") == in_time[::-1]


def test_what_rules_and_readers_spoke_against_most_is_riskiest(hanna, newsroom, story, report):
    newsroom.words("herald", "hold", "swindle")
    calm, reported, worded = (
        newsroom.comment(story, text, status="approve") for text in ("Fine.", "Not fine.", "A swindle.")
    )
    report(reported)
    assert hanna.ids(queue="approved", sort="risk") == [reported, worded, calm]


def test_a_stricter_verdict_is_riskier_than_several_mild_ones(hanna, newsroom, story):
    newsroom.words("herald", "hold", "swindle")
    newsroom.words("herald", "reject", "scum")
    mild = newsroom.comment(story, "A swindle.", status="approve")
    strict = newsroom.comment(story, "Scum.", status="approve")
    assert hanna.ids(queue="approved", sort="risk") == [strict, mild]


def test_reports_that_were_answered_are_no_risk_any_more(hanna, newsroom, story, report):
    kept, plain = newsroom.comment(story), newsroom.comment(story)
    report(kept)
    hanna.decide(kept, action="approve")
    assert hanna.ids(queue="approved", sort="risk") == [plain, kept]


def test_what_stood_in_an_earlier_text_is_no_risk_any_more(hanna, client, newsroom, story):
    newsroom.words("herald", "reject", "scum")
    newsroom.set("herald", hold_first_comments=0, flood_seconds=0)
    answer = client.post("/api/v1/comments", json=rosas_comment(text="You are a swindler, swindle.", story=story)).json
    newsroom.words("herald", "hold", "boats")
    edited, token = answer["comment"]["id"], answer["receipt"]["token"]
    for text in ("Boats, boats.", "Nothing at all."):
        sent = client.patch(
            f"/api/v1/comments/{edited}", json={"text": text}, headers={"Authorization": f"Bearer {token}"}
        )
        assert sent.status_code == 200, sent.json
    other = newsroom.comment(story, "Boats too.", status="hold")
    newest_first = [other, int(edited)]  # each has one verdict to hold: the edit's, and the boats'
    assert hanna.ids(queue="pending", sort="risk") == newest_first


@pytest.mark.parametrize("sort", ["oldest", "newest", "risk"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_together_are_the_whole_queue_without_repetition(hanna, newsroom, story, report, sort, limit):
    newsroom.words("herald", "hold", "swindle")
    # Half of them were written at the same moment.
    numbers = [newsroom.comment(story, f"{'A swindle' if n % 3 else 'Fine'} {n}", minutes_ago=n // 2) for n in range(6)]
    report(numbers[4])
    whole = hanna.ids(queue="approved", sort=sort, limit=100)
    assert (hanna.all_ids(queue="approved", sort=sort, limit=limit), sorted(whole)) == (whole, numbers)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "%00",
        "W10",
        "e30",
        "bnVsbA",
        "WzEsMl0=x",
        "WyIxIiwiMiJd",
        "WzEuNSwyXQ",
        "WzEsLTFd",
        "WzEsMTAwMDAwMDAwMDAwMDAwMDAwMDAwXQ",  # an id beyond every database
        "Wy03MjA1NzU5NDAzNzkyNzkzNSwxXQ",  # a year before the first
        "W1tbW1tbW1tbW1tbW1s",
    ],
)
@pytest.mark.parametrize("sort", ["oldest", "newest", "risk"])
def test_a_made_up_cursor_is_refused_by_name(hanna, cursor, sort):
    answer = hanna.queue(cursor=cursor, sort=sort)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["cursor"])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"queue": "everything"}, "queue"),
        ({"sort": "worst"}, "sort"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "١"}, "limit"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a\x00b"}, "q"),
        ({"rule": "x" * 61}, "rule"),
        ({"format": "xml"}, "format"),
        ({"site": ""}, "site"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(hanna, asked, field):
    answer = hanna.queue(**asked)
    assert (answer.status_code, answer.json["code"], list(answer.json["fields"])) == (422, "validation_failed", [field])


def test_the_site_must_be_named(client, cast):
    answer = client.get("/api/v1/moderation/queue", headers=cast.ada.headers)
    assert (answer.status_code, answer.json["fields"].keys()) == (422, {"site"})


@pytest.mark.parametrize("site", ["gazette", "nowhere"])
def test_the_site_of_others_is_as_unknown_as_none(hanna, site):
    answer = hanna.queue(site=site)
    assert (answer.status_code, answer.json["code"], answer.json["detail"]) == (
        404,
        "unknown_site",
        "There is no site of this name here.",
    )


def test_an_admin_reads_every_queue(ada):
    assert len(ada.ids(site="gazette", queue="all")) == 3


def test_the_answer_is_kept_by_no_cache(hanna):
    assert hanna.queue().headers["Cache-Control"] == "no-store"


def test_no_address_is_in_the_queue(hanna, newsroom, story):
    newsroom.comment(story, status="hold", email="rosa.secret@example.org")
    assert "rosa.secret" not in hanna.queue().get_data(as_text=True)


@pytest.mark.parametrize("sort", ["oldest", "newest", "risk"])
def test_a_hundred_rows_cost_as_many_statements_as_ten(hanna, newsroom, story, statements, sort):
    above = newsroom.comment(story)
    for _ in range(100):
        newsroom.comment(story, status="hold", parent=above)
    counted = {}
    for limit in (10, 100):
        with statements() as said:
            assert len(hanna.ids(limit=limit, sort=sort)) == limit
        counted[limit] = len(said)
    assert counted[10] == counted[100] <= 12  # one asks whether whoever looks is shielded, one since when it waits


def test_verdicts_of_an_earlier_text_are_not_shown_with_the_new_one(hanna, client, newsroom, story):
    newsroom.words("herald", "hold", "swindle")
    posted = client.post("/api/v1/comments", json=rosas_comment(text="A swindle.")).json
    receipt = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{posted['comment']['id']}", json={"text": "A mistake."}, headers=receipt)
    (item,) = hanna.queue().json["items"]
    assert (item["text"], "uses_held_word" in {verdict["rule"] for verdict in item["verdicts"]}) == (
        "A mistake.",
        False,
    )


def test_a_verdict_is_shown_with_its_score(hanna, app, newsroom, story):
    number = newsroom.comment(story, status="hold")
    said = {"rule": "learned", "outcome": "hold", "reason": "like others that were rejected", "spans": [], "score": 0.5}
    with app.app_context(), unit_of_work():
        revision = db.session.query(Revision).filter_by(comment_id=number).one()
        db.session.add(StoredVerdict(comment_id=number, revision_id=revision.id, created_at=now(), **said))
    assert hanna.queue().json["items"][0]["verdicts"][-1]["score"] == 0.5


def test_what_waits_is_not_called_removed_and_says_when_it_was_edited(hanna, client, newsroom, story):
    newsroom.set("herald", hold_first_comments=0)
    answer = client.post("/api/v1/comments", json=rosas_comment()).json
    address, token = f"/api/v1/comments/{answer['comment']['id']}", answer["receipt"]["token"]
    client.patch(address, json={"text": "Other words."}, headers={"Authorization": f"Bearer {token}"})
    (item,) = hanna.queue().json["items"]
    assert (item["state"], item["status"]) == ("visible", "pending")
    assert item["edited_at"] is not None


def test_what_waits_again_waits_since_it_was_held(hanna, newsroom, story):
    number = newsroom.comment(story, minutes_ago=60 * 24 * 20)
    hanna.decide(number, action="hold")
    (item,) = hanna.queue().json["items"]
    assert item["waiting_since"] > item["created_at"]


def test_an_item_says_its_risk_with_the_reasons_and_which_rule_holds_it(hanna, newsroom, story):
    newsroom.set("herald", hold_first_comments=1)
    newsroom.client().post(
        "/api/v1/comments",
        json={"site": "herald", "story": story, "name": "New", "email": "new@example.com", "text": "Hello."},
    )
    (item,) = hanna.queue().json["items"]
    assert (item["held_by"], item["risk"]) == ("author_is_new", {"level": "low", "reasons": ["one rule objected"]})
