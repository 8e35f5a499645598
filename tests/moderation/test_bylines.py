"""A byline who signs in: questions on own stories, the shield, the own page's choice; and stories with guest authors."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from commentsvc.accounts.models import Role
from commentsvc.authors.models import Author, AuthorAct
from commentsvc.authors.service import give_byline_address, new_byline
from commentsvc.comments import shields
from commentsvc.comments.models import Shielded
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications import newsroom as letters
from commentsvc.notifications.newsroom_models import How
from commentsvc.outbox.models import Delivery, Event
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story, is_byline_of
from commentsvc.stories.service import sign_with
from tests.cast import SOMEONE, csrf_token

ATTACK = "Ines is a liar, and everybody knows."
QUESTIONS = "/desk/questions?site=herald"


@pytest.fixture
def ines(app, newsroom, cast):
    """Ines moderates the Herald, and signs its story about the harbour. Lea signs it too and has no account."""
    newsroom.story("herald", "harbour", title="The harbour")
    newsroom.story("herald", "bridge", title="The bridge")
    person = newsroom.account("Ines", Role.MODERATOR, "herald")
    with app.app_context(), unit_of_work():
        site = site_named("herald")
        author, lea = (new_byline(site.id, name=name, now=now()) for name in ("Ines Writer", "Lea Light"))
        give_byline_address(author, person.email, actor=SOMEONE, keys=house().keys, now=now())
        db.session.flush()
        sign_with(find_story(site.id, StoryName("harbour", None)), [author, lea])
    return person


@pytest.fixture
def author(app, ines):
    """The number of a byline."""

    def find(name: str = "Ines Writer") -> int:
        with app.app_context():
            return db.session.query(Author.id).filter_by(name=name).scalar()

    return find


@pytest.fixture
def shield(app, author):
    def give(*words: str, rule: str = "any", name: str = "Ines Writer") -> None:
        number = author(name)
        with app.app_context(), unit_of_work():
            shields.give_shield(db.session.get(Author, number), rule, "\n".join(words), actor=SOMEONE)

    return give


@pytest.fixture
def as_author(app, newsroom):
    def write(author_id: int, text: str, parent: int | None = None, status: str = "approve") -> int:
        number = newsroom.comment("harbour", text, parent=parent, status=status)
        with app.app_context(), unit_of_work():
            newsroom.row(number).author_id = author_id
        return number

    return write


def verdicts(client, person, comment_id: int) -> dict[str, str]:
    found = client.get("/api/v1/moderation/queue?site=herald&queue=all", headers=person.headers).json["items"]
    item = next(each for each in found if each["id"] == str(comment_id))
    return {verdict["rule"]: verdict["reason"] for verdict in item["verdicts"]}


# Signing


def test_a_byline_signs_their_own_stories_and_no_others(app, ines, author):
    with app.app_context():
        found = db.session.get(Author, author())
        site_id = site_named("herald").id
        signed = [is_byline_of(found, find_story(site_id, StoryName(each, None))) for each in ("harbour", "bridge")]
    assert signed == [True, False]


def test_the_badge_of_an_author_is_for_the_own_stories_alone(app, client, newsroom, ines, author):
    for story in ("harbour", "bridge"):
        number = newsroom.comment(story, "I asked.")
        with app.app_context(), unit_of_work():
            newsroom.row(number).author_id = author()
    threads = [client.get(f"/api/v1/thread?site=herald&story={each}").json for each in ("harbour", "bridge")]
    assert [thread["comments"][0]["author"]["badges"] for thread in threads] == [["author"], []]


def test_a_guest_signs_one_story_and_has_no_page(client, cast, ines):
    listed = client.get("/api/v1/admin/stories?site=herald", headers=cast.ada.headers).json["stories"]
    number = next(story["number"] for story in listed if story["id"] == "harbour")
    sent = {"guests": ["Ida <b>Holm</b>", "Omar al-Shami"]}
    answer = client.patch(f"/api/v1/admin/stories/{number}", json=sent, headers=cast.ada.headers)
    assert answer.json["story"]["guests"] == sent["guests"]
    assert answer.json["story"]["bylines"] == ["ines-writer", "lea-light"]
    thread = client.get("/api/v1/thread?site=herald&story=harbour").json["story"]
    assert (thread["guests"], len(thread["authors"])) == (sent["guests"], 2)
    about = client.get("/api/v1/stories/about?site=herald&story=harbour").json
    assert about["guests"] == sent["guests"]
    related = client.get("/api/v1/related?site=herald&story=bridge").json["stories"]
    assert related[0]["authors"] == ["Ines Writer", "Lea Light", *sent["guests"]]


@pytest.mark.parametrize(
    "guests", [["x" * 81], [f"Guest {number}" for number in range(9)], "Ida", [7], ["a\nb"], ["\u202eevil"]]
)
def test_what_is_no_list_of_names_changes_nothing(client, cast, ines, guests):
    listed = client.get("/api/v1/admin/stories?site=herald", headers=cast.ada.headers).json["stories"]
    number = next(story["number"] for story in listed if story["id"] == "harbour")
    answer = client.patch(f"/api/v1/admin/stories/{number}", json={"guests": guests}, headers=cast.ada.headers)
    stored = client.get("/api/v1/thread?site=herald&story=harbour").json["story"]["guests"]
    assert answer.status_code == 422 or stored == ["evil"]  # what turns words round is taken out of a name
    assert answer.status_code == 200 or stored == []


def test_the_page_of_a_byline_says_that_the_box_stays_hidden(newsroom, cast, author):
    page = newsroom.signed_in(cast.ada).get(f"/desk/authors/{author()}").text
    assert "the box about the author stays hidden" in page


# Questions


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("When does it open?", True),
        ("متى تعود القوارب؟", True),
        ("何時ですか？", True),
        ("(Is it *true?*)", False),
        ("Is it *true?*", True),
        ("She said “is it true?”", True),
        ("Why? I do not know.", False),
        ("It opens today.", False),
        ("Look: https://example.com/?a=1", False),
    ],
)
def test_a_question_is_what_ends_in_one(newsroom, ines, text, is_question):
    newsroom.comment("harbour", text)
    page = newsroom.signed_in(ines).get(QUESTIONS).text
    assert ("Answer<" in page) is is_question


def test_only_visible_open_questions_on_the_own_stories_are_listed_the_newest_first(newsroom, ines, author, as_author):
    asked = [
        newsroom.comment("harbour", f"Question number {word}?", minutes_ago=9 - at)
        for at, word in enumerate(("one", "two"))
    ]
    newsroom.comment("harbour", "Does this wait?", status="hold")
    newsroom.comment("harbour", "Is this rejected?", status="reject")
    newsroom.comment("bridge", "Whose story is this?")
    as_author(author(), "Do I ask myself?")
    answered = newsroom.comment("harbour", "Is this answered?")
    as_author(author(), "Yes.", parent=answered)
    by_another = newsroom.comment("harbour", "Did another answer?", minutes_ago=60)
    newsroom.comment("harbour", "I think so.", parent=by_another)
    page = newsroom.signed_in(ines).get(QUESTIONS).text
    assert re.findall(r'aria-labelledby="on-(\d+)"', page) == [str(each) for each in (*asked[::-1], by_another)]
    assert f"/desk/comments/{asked[0]}/reply" in page


def test_questions_come_page_by_page(newsroom, ines):
    for number in range(30):
        newsroom.comment("harbour", f"Is this number {'x' * number}?", minutes_ago=number)
    browser = newsroom.signed_in(ines)
    first = browser.get(QUESTIONS).text
    following = re.search(r'href="(/desk/questions[^"]*cursor=[^"]+)"', first)[1].replace("&amp;", "&")
    second = browser.get(following).text
    ids = [*re.findall(r'labelledby="on-(\d+)"', first), *re.findall(r'labelledby="on-(\d+)"', second)]
    assert (len(ids), len(set(ids))) == (30, 30)


def test_who_signs_nothing_has_no_questions(newsroom, cast, ines):
    newsroom.comment("harbour", "When does it open?")
    assert "You sign no stories here." in newsroom.signed_in(cast.hanna).get(QUESTIONS).text


def test_an_address_a_reader_typed_makes_nobody_a_byline(app, newsroom, cast, ines):
    newsroom.comment("harbour", "When?", email=cast.hanna.email)
    assert "You sign no stories here." in newsroom.signed_in(cast.hanna).get(QUESTIONS).text


def test_a_byline_chooses_whether_the_own_page_lists_comments(app, client, newsroom, cast, ines, author, as_author):
    as_author(author(), "I asked.")
    browser = newsroom.signed_in(ines)
    token = csrf_token(browser.get(QUESTIONS).text)
    for name, status in (("Lea Light", 404), ("Ines Writer", 302)):
        address = f"/desk/questions/comments-listed/{author(name)}?site=herald"
        assert browser.post(address, data={"csrf_token": token, "listed": "no"}).status_code == status
    listed = [
        client.get(f"/api/v1/authors/{slug}?site=herald").json["author"]["lists_comments"]
        for slug in ("ines-writer", "lea-light")
    ]
    assert listed == [False, True]
    with app.app_context():
        *_, act = db.session.scalars(select(AuthorAct).order_by(AuthorAct.id))
        assert (act.field, act.after, act.author_id) == ("shows_comments", "not listed", author())


# The shield


def test_what_attacks_a_byline_waits_and_the_card_says_why(client, newsroom, cast, ines, shield):
    shield("liar")
    newsroom.set("herald", hold_first_comments=0)
    sent = {"site": "herald", "story": "harbour", "text": ATTACK, "name": "Rosa", "email": "rosa@example.org"}
    answer = client.post("/api/v1/comments", json=sent)
    assert (answer.json["comment"]["status"], answer.json["reasons"]) == (
        "pending",
        ["It uses words that a moderator looks at first."],
    )
    said = verdicts(client, cast.hanna, int(answer.json["comment"]["id"]))
    assert said == {"attacks_byline": "uses “liar”, from the shield of Ines Writer"}


@pytest.mark.parametrize("status", ["hold", "approve", "reject"])
def test_it_is_out_of_that_persons_sight_and_of_nobody_elses(client, newsroom, cast, ines, shield, status):
    shield("liar")
    number = newsroom.comment("harbour", ATTACK, name="Attacker", status=status)
    newsroom.comment("harbour", "A kind word.", name="Kind", status="hold")
    pages = [
        "/desk?site=herald&queue=all", "/desk?site=herald&queue=all&q=everybody", "/desk/stories/1", QUESTIONS,
        "/api/v1/moderation/queue?site=herald&queue=all",
    ]  # fmt: skip
    for person, sees in ((ines, False), (cast.hanna, True)):
        browser = newsroom.signed_in(person)
        texts = [browser.get(each, headers=person.headers).text for each in pages]
        assert ["everybody knows" in text for text in texts] == [sees, sees, sees, False, sees]
        assert browser.get(f"/desk/comments/{number}").status_code == (200 if sees else 404)
        assert "A kind word." in texts[0]


def test_the_number_that_waits_does_not_tell_either(client, newsroom, cast, ines, shield):
    shield("liar")
    newsroom.comment("harbour", ATTACK, status="hold")
    newsroom.comment("harbour", "A kind word.", status="hold")
    counts = [
        client.get("/api/v1/moderation/queue?site=herald", headers=person.headers).json["counts"]["pending"]
        for person in (ines, cast.hanna)
    ]
    assert counts == [1, 2]


def test_every_page_of_the_desk_opens_for_who_is_shielded(newsroom, ines, shield):
    shield("liar")
    above = newsroom.comment("harbour", "A kind word.")
    newsroom.comment("harbour", ATTACK, parent=above)
    newsroom.comment("harbour", "An answer.", parent=newsroom.comment("harbour", f"{ATTACK} Again."))
    browser = newsroom.signed_in(ines)
    for page in (
        "",
        "/authors",
        "/stories",
        "/stories/1",
        "/log",
        "/words",
        "/notices",
        "/outgoing",
        "/me",
        f"/comments/{above}",
    ):
        answer = browser.get(f"/desk{page}?site=herald")
        assert (page, answer.status_code) == (page, 200)
        assert "everybody knows" not in answer.text


def test_what_she_decides_is_counted_right_all_the_same(app, client, newsroom, cast, ines, shield):
    shield("liar")
    above = newsroom.comment("harbour", "A kind word.", status="hold")
    newsroom.decide(above, "approve")
    newsroom.comment("harbour", ATTACK, parent=above)
    sent = {"comments": [{"id": str(above), "version": newsroom.version(above)}], "action": "hold"}
    assert client.post("/api/v1/moderation/decisions", json=sent, headers=ines.headers).json["decided"]
    sent = {"comments": [{"id": str(above), "version": newsroom.version(above)}], "action": "approve"}
    client.post("/api/v1/moderation/decisions", json=sent, headers=ines.headers)
    thread = client.get("/api/v1/thread?site=herald&story=harbour").json
    assert (thread["story"]["comment_count"], thread["comments"][0]["reply_count"]) == (2, 1)


def test_others_who_sign_the_story_are_not_shielded_by_it(app, newsroom, ines, author, shield):
    shield("liar")
    newsroom.comment("harbour", ATTACK)
    with app.app_context():
        assert db.session.query(Shielded.author_id).all() == [(author(),)]


def test_under_stories_of_others_the_words_are_free(app, newsroom, ines, shield):
    shield("liar")
    newsroom.comment("bridge", ATTACK)
    with app.app_context():
        assert db.session.query(Shielded).count() == 0


def test_an_edit_is_looked_at_as_well(app, client, newsroom, ines, author, shield):
    shield("liar")
    sent = {"site": "herald", "story": "harbour", "text": "A word.", "name": "Rosa", "email": "rosa@example.org"}
    posted = client.post("/api/v1/comments", json=sent).json
    receipt = {"Authorization": f"Bearer {posted['receipt']['token']}"}
    client.patch(f"/api/v1/comments/{posted['comment']['id']}", json={"text": ATTACK}, headers=receipt)
    with app.app_context():
        assert db.session.query(Shielded.author_id).all() == [(author(),)]


@pytest.mark.parametrize("mode", ["off", "shadow"])
def test_where_the_site_turned_the_rule_off_nothing_comes_of_it(app, newsroom, ines, shield, mode):
    shield("liar")
    newsroom.rule("herald", "attacks_byline", mode)
    newsroom.comment("harbour", ATTACK)
    with app.app_context():
        assert db.session.query(Shielded).count() == 0


def test_a_comment_that_answers_her_is_aimed_at_her(app, newsroom, ines, author, shield, as_author):
    shield("liar", rule="aimed")
    hers = as_author(author(), "I asked the town hall.")
    newsroom.comment("harbour", "The mayor is a liar.")
    number = newsroom.comment("harbour", "You liar.", parent=hers)
    with app.app_context():
        assert db.session.query(Shielded.comment_id).all() == [(number,)]


def test_no_mail_to_her_tells_of_it(app, newsroom, ines, author, shield):
    shield("liar", name="Ines Writer")
    attack, kind = (newsroom.comment("harbour", text) for text in (ATTACK, "A kind word."))
    hers, leas = author("Ines Writer"), author("Lea Light")
    with app.app_context(), unit_of_work():
        both = [db.session.get(Author, each) for each in (hers, leas)]
        for each in both:
            letters.choose_for_byline(each, comments=How.AT_ONCE, questions=How.OFF, now=now())
        db.session.flush()
        told = []
        for number in (attack, kind):
            row = newsroom.row(number)
            event = Event(type="comment.approved", site_id=row.site_id, data={"comment": number, "revision": 1})
            told.append([letter.payload["author"] for letter in letters.letters_for(event, now())])
        assert [sorted(each) for each in told] == [[leas], sorted([hers, leas])]
        since, until = now() - timedelta(hours=1), now() + timedelta(hours=1)
        daily = [[comment.id for comment in letters._approved(each, since, until)] for each in both]
        assert daily == [[kind], [attack, kind]]


def test_no_letter_to_the_staff_tells_her_of_it(app, newsroom, cast, ines, shield):
    shield("liar")
    attack = newsroom.comment("harbour", ATTACK, status="hold")
    newsroom.comment("harbour", "A kind word.", status="hold")
    accounts = [newsroom.account_id(person) for person in (ines, cast.hanna)]
    with app.app_context():
        held, daily = [], []
        for account in accounts:
            payload = {"account": account, "comment": attack, "revision": 1}
            about = {"site_id": newsroom.row(attack).site_id, "lane_key": f"mail:{account}", "kind": "newsroom_held"}
            held.append(letters.held_letter(Delivery(payload=payload, **about), now()))
            daily.append(letters.digest_letter(Delivery(payload=payload, **about), now())[0].text)
    assert [letter is None for letter in held] == [True, False]
    assert ["everybody knows" in text for text in daily] == [False, True]
    assert ["1 comment waits" in text for text in daily] == [True, False]


# Its page


def test_an_admin_gives_a_shield_and_sees_what_is_wrong_with_it(app, newsroom, cast, author):
    browser = newsroom.signed_in(cast.ada)
    address = f"/admin/authors/{author()}/shield"
    form = {"csrf_token": csrf_token(browser.get(address).text)}
    wrong = browser.post(address, data={**form, "rule": "any", "words": " "})
    assert (wrong.status_code, "Without words nothing is shielded." in wrong.text) == (422, True)
    wrong = browser.post(address, data={**form, "rule": "everything", "words": "liar"})
    assert (wrong.status_code, "Choose one of the list." in wrong.text) == (422, True)
    wrong = browser.post(address, data={**form, "rule": "any", "words": "\n".join(f"word{n}" for n in range(501))})
    assert (wrong.status_code, "at most 500" in wrong.text) == (422, True)
    right = browser.post(
        address, data={**form, "rule": "aimed", "words": "liar\r\nliar\r\n\r\npaid by*"}, follow_redirects=True
    )
    assert "Ines Writer is shielded." in right.text
    with app.app_context():
        found = db.session.get(Author, author())
        assert (found.shield, found.shield_words) == ("aimed", "liar\npaid by*")


def test_only_an_admin_gives_a_shield_and_only_to_a_byline(app, newsroom, cast, ines, author):
    number = newsroom.comment("harbour")
    with app.app_context():
        reader = newsroom.row(number).author_id
    assert newsroom.signed_in(cast.hanna).get(f"/admin/authors/{author()}/shield").status_code == 403
    assert newsroom.signed_in(cast.ada).get(f"/admin/authors/{reader}/shield").status_code == 404
