"""Near-identical comments that wait are one card, and one stroke decides on what was drawn."""

import pytest

from commentsvc.accounts.models import Account
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from tests.moderation.pages import Browser, by_class, text_of

SPAM = "Buy the best boat covers at our shop, order number {}!"


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


@pytest.fixture
def wave(newsroom, story):
    """Near-identical comments that wait, oldest first."""

    def write(number: int, under: str | None = None, ago: int = 1000, **more) -> list[int]:
        made = []
        for n in range(number):
            name, minutes = f"Writer {n}", ago - n
            text = SPAM.format(n)
            made.append(newsroom.comment(under or story, text, name=name, status="hold", minutes_ago=minutes, **more))
        return made

    return write


def statuses(app) -> dict[int, str]:
    with app.app_context():
        return {comment.id: comment.status for comment in db.session.query(Comment).order_by(Comment.id)}


def test_three_near_identical_comments_are_one_card_and_the_others_stay_single(desk, newsroom, story, wave):
    first, *_ = wave(3)
    other = newsroom.comment(story, "Something else altogether", status="hold")
    cards = desk.cards()
    assert list(cards) == [first, other]
    said = text_of(cards[first])
    assert [part for part in ("3 near-identical comments", SPAM.format(0), "Writer 2") if part not in said] == []
    assert "near-identical" not in text_of(cards[other])


def test_two_are_two_cards(desk, wave):
    numbers = wave(2)
    assert list(desk.cards()) == numbers


def test_one_stroke_decides_on_all_of_them_with_the_reason(app, desk, newsroom, wave):
    numbers = wave(4)
    answer = desk.press(by_class(desk.cards()[numbers[0]], "decide")[0], "spam", reason="spam")
    assert answer.status_code == 302
    assert statuses(app) == dict.fromkeys(numbers, "SPAM")
    assert "4 comments marked as spam." in desk.told()


def test_a_refusal_without_the_reason_it_needs_is_said_on_the_page_and_decides_nothing(app, desk, newsroom, wave):
    newsroom.set("herald", reason_required=True)
    numbers = wave(3)
    assert desk.press(by_class(desk.cards()[numbers[0]], "decide")[0], "reject").status_code == 302
    (said,) = by_class(desk.see(), "conflict")
    assert "reason" in text_of(said)
    assert statuses(app) == dict.fromkeys(numbers, "PENDING")


def test_severe_text_of_many_is_veiled_for_whoever_asked(app, cast, desk, newsroom, wave):
    newsroom.words("herald", "hold", "covers")
    numbers = wave(3)
    with app.app_context():
        db.session.get_one(Account, newsroom.account_id(cast.hanna)).preferences = {"veils": True}
        db.session.commit()
    veils = by_class(desk.cards()[numbers[0]], "veil")
    assert ["boat covers" in text_of(veil) for veil in veils][0]
    assert len(veils) == 2


def test_what_arrives_after_the_card_was_drawn_is_not_decided_on(app, desk, newsroom, story, wave):
    numbers = wave(3)
    card = desk.cards()[numbers[0]]
    late = newsroom.comment(story, SPAM.format(99), status="hold")
    desk.press(by_class(card, "decide")[0], "reject")
    assert statuses(app) == {**dict.fromkeys(numbers, "REJECTED"), late: "PENDING"}


def test_what_a_colleague_decided_meanwhile_is_left(app, desk, newsroom, wave):
    numbers = wave(3)
    card = desk.cards()[numbers[0]]
    newsroom.decide(numbers[1], "approve")
    desk.press(by_class(card, "decide")[0], "reject")
    assert list(statuses(app).values()) == ["REJECTED", "APPROVED", "REJECTED"]


def test_the_card_is_ticked_as_a_whole(app, desk, newsroom, story, wave):
    numbers, other = wave(3), newsroom.comment(story, "Something else altogether", status="hold")
    page = desk.see()
    ticks = [
        box.get("value") for box in page.iter("input") if box.get("name") == "seen" and box.get("type") == "checkbox"
    ]
    desk.press(by_class(page, "bulk")[0], "reject", seen=ticks)
    assert statuses(app) == dict.fromkeys([*numbers, other], "REJECTED")


def test_only_what_matches_the_filters_is_in_the_card(app, desk, newsroom, story, wave):
    here, elsewhere = wave(3), wave(2, under=newsroom.story("herald"))
    card = desk.cards(f"/desk?site=herald&story={story}")[here[0]]
    assert "3 near-identical comments" in text_of(card)
    desk.press(by_class(card, "decide")[0], "reject")
    assert statuses(app) == {**dict.fromkeys(here, "REJECTED"), **dict.fromkeys(elsewhere, "PENDING")}


def test_what_is_on_later_pages_is_in_the_card_too(desk, newsroom, story, wave):
    wave(2)
    for n in range(30):
        newsroom.comment(
            story, f"{'abcdefghijklmnop'[n % 16] * 2}{n // 16 * 'xy'} quite another sentence {n}", status="hold"
        )
    last = newsroom.comment(story, SPAM.format(77), status="hold")
    assert "3 near-identical comments" in text_of(next(iter(desk.cards().values())))
    with newsroom.app.app_context():
        assert newsroom.row(last).likeness is not None


def test_what_was_decided_on_taken_back_or_put_aside_is_in_no_card(client, desk, newsroom, wave):
    numbers = wave(5)
    for number, action in zip(numbers[3:], ("later", "spam"), strict=True):
        newsroom.decide(number, action)
    assert "3 near-identical comments" in text_of(desk.cards()[numbers[0]])


def test_another_sites_comments_are_in_no_card(desk, newsroom, wave):
    numbers = wave(2)
    newsroom.story("gazette", "theirs")
    wave(3, under="theirs", site="gazette")
    assert list(desk.cards()) == numbers


def test_another_section_is_in_no_card_of_a_moderator_without_it(app, cast, desk, newsroom, wave):
    mine = wave(27)
    wave(3, under=newsroom.story("herald", category="Sport"), ago=500)
    with app.app_context():
        db.session.get(Account, newsroom.account_id(cast.hanna)).sites[0].sections = ["City"]
        db.session.commit()
    assert "27 near-identical comments" in text_of(desk.cards()[mine[0]])


def test_two_hundred_are_in_a_card_at_most_and_it_says_so(app, desk, wave):
    numbers = wave(205)
    (card,) = desk.cards().values()
    assert [
        part for part in ("200 near-identical comments", "More than these 200 wait") if part not in text_of(card)
    ] == []
    desk.press(by_class(card, "decide")[0], "spam")
    left = [number for number, status in statuses(app).items() if status == "PENDING"]
    assert (len(left), set(left) & set(numbers[:25])) == (5, set())


def test_folding_costs_one_statement_whatever_the_number(desk, newsroom, story, statements, wave):
    newsroom.comment(story, "Something else altogether", status="hold")
    counted = []
    for more in (0, 12):
        wave(more)
        with statements() as said:
            desk.see()
        counted.append(len(said))
    assert counted[0] == counted[1]


def test_a_name_that_is_markup_stays_text(desk, newsroom, story):
    for n in range(3):
        newsroom.comment(story, SPAM.format(n), name=f"<b>{n}</b>", status="hold")
    (card,) = desk.cards().values()
    assert ("<b>1</b>" in text_of(card), list(card.iter("b"))) == (True, [])


# The call


def test_an_item_says_how_many_alike_wait(hanna, newsroom, story, wave):
    numbers, other = wave(2), newsroom.comment(story, "Something else altogether", status="hold")
    items = {int(item["id"]): item for item in hanna.queue().json["items"]}
    assert [items[number].get("alike") for number in (*numbers, other)] == [2, 2, None]
    newsroom.decide(numbers[0], "spam")
    assert "alike" not in hanna.queue().json["items"][0]


def test_what_leads_elsewhere_is_shown_and_not_approved_with_the_others(desk, newsroom, story):
    places = ("https://www.herald.example/boats", "https://evil.example/", "https://evil.example/")
    texts = [f"Read all about the best boat covers at {place} today" for place in places]
    first, *_ = [
        newsroom.comment(story, text, name=f"Writer {n}", status="hold", minutes_ago=10 - n)
        for n, text in enumerate(texts)
    ]
    card = desk.cards()[first]
    assert "They are not all the same. They lead to https://www.herald.example/boats, https://evil.example/" in text_of(
        card
    )
    (form,) = by_class(card, "decide")
    offered = {button.get("value") for button in form.iter("button")}
    assert "approve" not in offered
    assert "spam" in offered


def test_a_twin_that_more_speaks_against_is_not_approved_with_the_first(app, desk, wave):
    first, _, last = wave(3)
    with app.app_context():
        db.session.get(Comment, last).objections += 2
        db.session.commit()
    (form,) = by_class(desk.cards()[first], "decide")
    assert "approve" not in {button.get("value") for button in form.iter("button")}
