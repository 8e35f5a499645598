"""The desk: the moderators' pages, used without JavaScript."""

import pytest

from commentsvc.accounts.models import Role
from commentsvc.comments.models import Comment
from commentsvc.core.database import db
from commentsvc.stories.models import Story
from tests.cast import rosas_comment
from tests.moderation.pages import Browser, by_class, form_to, has_form_to, parsed, text_of


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    """Hanna's browser."""
    return Browser(newsroom.signed_in(cast.hanna))


@pytest.fixture
def admin(cast, newsroom) -> Browser:
    """Ada's browser."""
    return Browser(newsroom.signed_in(cast.ada))


def statuses(app) -> dict[int, str]:
    with app.app_context():
        return {comment.id: comment.status for comment in db.session.query(Comment)}


# The queue


def test_an_empty_queue_says_that_all_is_decided(desk):
    assert "All is decided" in text_of(desk.see())


def test_a_card_shows_everything_a_decision_needs(desk, client, newsroom, story):
    newsroom.words("herald", "hold", "swindle")
    above = newsroom.comment(story, "The boats are back.")
    client.post(
        "/api/v1/comments",
        json=rosas_comment(text="What a swindle, and\nwhat a day!", parent=str(above), website="https://rosa.example/"),
    )
    (card,) = desk.cards().values()
    said = text_of(card)
    for part in (
        "Rosa Reader",
        "What a swindle, and what a day!",
        "The boats are back.",
        "Boats return to the harbour",
        "City",
        "rosa.example",
        "uses held word",
        "First comment",
    ):
        assert part in said
    assert [mark.text for mark in card.iter("mark")] == ["swindle"]


def test_matched_words_stay_text_whatever_they_are(desk, client, newsroom, story):
    newsroom.words("herald", "hold", "<script>alert(1)</script>", "swindle")
    client.post("/api/v1/comments", json=rosas_comment(text="<script>alert(1)</script> swindle <b>swindle</b>"))
    (card,) = desk.cards().values()
    assert list(card.iter("script")) + list(card.iter("b")) == []
    assert "<script>alert(1)</script> swindle <b>swindle</b>" in text_of(by_class(card, "typed")[0])
    assert "swindle" in [mark.text for mark in card.iter("mark")]


def test_the_card_shows_the_record_of_whoever_wrote(desk, client, newsroom, story):
    first = client.post("/api/v1/comments", json=rosas_comment(text="The first one.")).json
    newsroom.decide(int(first["comment"]["id"]), "reject")
    client.post(
        "/api/v1/comments",
        json=rosas_comment(text="The second."),
        headers={"Authorization": f"Bearer {first['receipt']['token']}"},
    )
    (card,) = desk.cards().values()
    assert "0 approved, 1 rejected" in text_of(card)


def test_the_card_shows_what_readers_reported(desk, newsroom, story, report):
    number = newsroom.comment(story)
    report(number, "hate", "The second sentence.")
    report(number, "hate")
    said = text_of(desk.cards("/desk?queue=flagged")[number])
    assert "Reported by 2 readers" in said
    assert "The second sentence." in said


@pytest.mark.parametrize(("button", "status"), [("approve", "APPROVED"), ("reject", "REJECTED"), ("spam", "SPAM")])
def test_one_comment_is_decided_on_by_its_own_buttons(app, desk, newsroom, story, button, status):
    number, other = newsroom.comment(story, status="hold"), newsroom.comment(story, status="hold")
    answer = desk.press(by_class(desk.cards()[number], "decide")[0], button, reason="off topic")
    assert (answer.status_code, answer.location.startswith("/desk")) == (302, True)
    assert statuses(app) == {number: status, other: "PENDING"}
    assert "off topic" in text_of(desk.see("/desk/log"))


def test_what_was_done_is_said(desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    desk.press(by_class(desk.cards()[number], "decide")[0], "spam")
    assert "1 comment marked as spam." in desk.told()


def test_ticked_comments_are_decided_on_together(app, desk, newsroom, story):
    numbers = [newsroom.comment(story, status="hold") for _ in range(3)]
    page = desk.see()
    ticks = [
        box.get("value") for box in page.iter("input") if box.get("type") == "checkbox" and box.get("name") == "seen"
    ]
    desk.press(by_class(page, "bulk")[0], "reject", seen=ticks[:2], reason="abuse")
    assert statuses(app) == dict(zip(numbers, ("REJECTED", "REJECTED", "PENDING"), strict=True))
    assert "2 comments rejected." in desk.told()


def test_ticking_nothing_decides_nothing(app, desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    desk.send("/desk/decisions", action="approve")
    assert statuses(app) == {number: "PENDING"}
    assert "Nothing was ticked" in desk.told()


def test_what_a_colleague_decided_meanwhile_is_said_and_left(app, admin, desk, newsroom, story):
    number = newsroom.comment(story, status="hold", name="Rosa Reader")
    mine = by_class(desk.cards()[number], "decide")[0]
    admin.press(by_class(admin.cards("/desk?site=herald")[number], "decide")[0], "reject")
    desk.press(mine, "approve")
    told = desk.told()
    assert ("Rosa Reader" in told, "Ada" in told, "rejected" in told, statuses(app)) == (
        True,
        True,
        True,
        {number: "REJECTED"},
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"seen": "1"}, 302),
        ({"seen": "1:x"}, 302),
        ({"seen": "1:-1"}, 302),
        ({"seen": "x:1"}, 404),
        ({"seen": "999999:1"}, 404),
        ({"seen": [f"{n}:1" for n in range(1, 1002)]}, 302),
        ({"seen": "1:1", "action": "delete"}, 302),
        ({"seen": "1:1", "reason": "x" * 61}, 302),
    ],
    ids=str,
)
def test_a_form_that_was_tampered_with_decides_nothing(app, desk, newsroom, story, sent, status):
    newsroom.comment(story, status="hold")
    before = statuses(app)
    assert desk.send("/desk/decisions", **{"action": "approve", **sent}).status_code == status
    assert statuses(app) == before


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.test/",
        "//evil.test",
        "/desk\\@evil.test",
        "/deskevil.test",
        "/desk\r\nX: y",
        "javascript:alert(1)",
    ],
)
def test_after_a_decision_one_stays_at_the_desk(desk, newsroom, story, back):
    number = newsroom.comment(story, status="hold")
    answer = desk.send("/desk/decisions", action="approve", seen=f"{number}:{newsroom.version(number)}", back=back)
    assert (answer.status_code, answer.location) == (302, "/desk")


def test_the_queue_is_read_page_by_page(desk, newsroom, story):
    numbers = [newsroom.comment(story, status="hold", minutes_ago=60 - n) for n in range(30)]
    page = desk.see()
    (following,) = [link.get("href") for link in page.iter("a") if text_of(link) == "Next page"]
    assert list(desk.cards()) + list(desk.cards(following)) == numbers


@pytest.mark.parametrize("words", ["100%", "snake_case", "C:\\", '"><script>alert(1)</script>'])
def test_a_search_shows_what_was_searched_for_as_text(desk, newsroom, story, words):
    newsroom.comment(story, f"It says {words} here", status="hold")
    newsroom.comment(story, "Nothing of it", status="hold")
    page = parsed(desk.client.get("/desk", query_string={"q": words}).get_data(as_text=True))
    assert len(by_class(page, "card")) == 1
    assert [field.get("value") for field in page.iter("input") if field.get("name") == "q"] == [words]


def test_the_queue_page_costs_as_many_statements_for_twenty_five_comments_as_for_one(desk, newsroom, story, statements):
    above = newsroom.comment(story)
    newsroom.comment(story, status="hold", parent=above)
    counted = []
    for more in (0, 24):
        for _ in range(more):
            newsroom.comment(story, status="hold", parent=above)
        with statements() as said:
            assert len(desk.cards()) == 1 + more
        counted.append(len(said))
    assert counted[0] == counted[1] <= 19


def test_no_address_of_a_reader_is_at_the_desk_of_a_moderator(app, desk, newsroom, story):
    number = newsroom.comment(story, status="hold", email="rosa.secret@example.org")
    with app.app_context():
        author = newsroom.row(number).author_id
    for path in (
        "/desk",
        f"/desk/comments/{number}",
        "/desk/authors",
        f"/desk/authors/{author}",
        "/desk/log",
        "/desk/stories",
    ):
        assert "rosa.secret" not in desk.client.get(path).get_data(as_text=True)


# One comment, the log, undoing


def test_a_comment_is_shown_with_its_conversation_and_history(desk, newsroom, story):
    above = newsroom.comment(story, "What was said first.")
    number = newsroom.comment(story, "The answer.", parent=above)
    newsroom.comment(story, "The reply to it.", parent=number)
    said = text_of(desk.see(f"/desk/comments/{number}"))
    assert [
        part for part in ("What was said first.", "The answer.", "The reply to it.", "Approved") if part not in said
    ] == []


def test_a_note_for_colleagues_is_in_the_history(desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    page = desk.see(f"/desk/comments/{number}")
    desk.press(by_class(page, "decide")[0], "reject", note="Third time this week.", reason="abuse")
    assert "abuse: Third time this week." in text_of(desk.see(f"/desk/comments/{number}"))


def test_the_log_undoes_the_last_decision(app, desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    desk.press(by_class(desk.cards()[number], "decide")[0], "reject")
    log = desk.see("/desk/log")
    (undo,) = [form for form in log.iter("form") if form.get("action", "").endswith("/undo")]
    assert desk.press(undo).status_code == 302
    assert (statuses(app), "Undone." in desk.told("/desk/log")) == ({number: "PENDING"}, True)


def test_undoing_too_late_is_said(app, admin, desk, newsroom, story):
    number = newsroom.comment(story, status="hold")
    desk.press(by_class(desk.cards()[number], "decide")[0], "reject")
    (undo,) = [form for form in desk.see("/desk/log").iter("form") if form.get("action", "").endswith("/undo")]
    admin.press(by_class(admin.cards("/desk?site=herald&queue=rejected")[number], "decide")[0], "approve")
    desk.press(undo)
    assert (statuses(app), "decided about this comment since" in desk.told("/desk/log")) == ({number: "APPROVED"}, True)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/comments/{n}",
        "/desk/comments/999999",
        "/desk/comments/x",
        "/desk/authors/999999",
        "/desk/stories/x",
        "/desk?site=herald",
    ],
)
def test_what_is_not_there_and_what_is_others_look_the_same(cast, newsroom, story, path):
    number = newsroom.comment(story, status="hold")
    answer = newsroom.signed_in(cast.gus).get(path.format(n=number))
    assert answer.status_code == 404


def test_a_moderator_without_a_site_is_told_so(newsroom, cast):
    nobody = newsroom.signed_in(newsroom.account("Noor", Role.MODERATOR))
    assert nobody.get("/desk").status_code == 404


# Authors


@pytest.fixture
def rosa(app, newsroom, story) -> int:
    number = newsroom.comment(story, name="Rosa Reader", email="rosa@example.org")
    with app.app_context():
        return newsroom.row(number).author_id


def test_an_admin_sees_the_address_and_the_forms(admin, rosa):
    page = admin.see(f"/desk/authors/{rosa}")
    assert "rosa@example.org" not in text_of(page)
    revealed = admin.press(form_to(page, f"/admin/authors/{rosa}/address"))
    assert "rosa@example.org" in revealed.get_data(as_text=True)
    assert has_form_to(page, f"/admin/authors/{rosa}")
    assert has_form_to(page, f"/admin/authors/{rosa}/standing")


def test_a_moderator_sees_neither(desk, rosa):
    page = desk.see(f"/desk/authors/{rosa}")
    assert "rosa@example.org" not in text_of(page)
    assert [form.get("action") for form in page.iter("form") if "/admin" in (form.get("action") or "")] == []


@pytest.mark.parametrize(
    "path",
    ["/admin/authors/{rosa}", "/admin/authors/{rosa}/standing", "/admin/authors?site=herald", "/admin/stories/1"],
)
def test_a_moderator_who_sends_the_form_all_the_same_is_refused(app, desk, rosa, path):
    answer = desk.send(path.format(rosa=rosa), name="Mallory", standing="BANNED", title="x", state="closed")
    assert answer.status_code == 403
    assert "Rosa Reader" in text_of(desk.see(f"/desk/authors/{rosa}"))


def test_a_moderators_list_of_authors_has_no_form_for_bylines(admin, desk, rosa):
    assert has_form_to(admin.see("/desk/authors?site=herald"), "/admin/authors")
    assert not has_form_to(desk.see("/desk/authors"), "/admin/authors")


def test_authors_are_searched_by_name_and_kind(admin, newsroom, story, rosa):
    admin.press(form_to(admin.see("/desk/authors?site=herald"), "/admin/authors"), name="Ines Writer")

    def listed(query):
        return {text_of(row).split(" N")[0] for row in admin.see(f"/desk/authors?site=herald&{query}").iter("bdi")} & {
            "Rosa Reader",
            "Ines Writer",
        }

    assert listed("") == {"Rosa Reader", "Ines Writer"}
    assert listed("q=ros") == listed("kind=commenters") == {"Rosa Reader"}
    assert listed("kind=bylines") == {"Ines Writer"}
    assert listed("standing=BANNED") == set()


def test_a_new_byline_is_edited_at_once(admin, client, story):
    answer = admin.press(form_to(admin.see("/desk/authors?site=herald"), "/admin/authors"), name="Ines Writer")
    page = admin.see(answer.location)
    edit = next(
        form
        for form in page.iter("form")
        if (form.get("action") or "").startswith("/admin/authors/") and not form.get("action").endswith("standing")
    )
    admin.press(edit, bio="Writes *about* boats.", website="https://ines.example/", avatar="/static/icon.svg")
    public = client.get("/api/v1/authors/ines-writer?site=herald").json["author"]
    assert (public["bio"], public["website"], public["avatar"]) == (
        [["p", "Writes ", ["em", "about"], " boats."]],
        "https://ines.example/",
        "/static/icon.svg",
    )


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_byline_needs_a_name(admin, newsroom, story, name):
    admin.press(form_to(admin.see("/desk/authors?site=herald"), "/admin/authors"), name=name)
    assert "Enter a name" in admin.told("/desk/authors")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"avatar": "https://evil.test/x.png"}, "one of the site's own"),
        ({"avatar": "//evil.test/x.png"}, "one of the site's own"),
        ({"website": "javascript:alert(1)"}, "http:// or https://"),
        ({"name": ""}, "Enter a name"),
        ({"bio": "x" * 2001}, "2000"),
        ({"links": "click javascript:alert(1)"}, "http or https"),
    ],
)
def test_a_profile_that_cannot_be_is_shown_again_with_the_reason_and_what_was_typed(admin, rosa, changes, said):
    (name, typed), *_ = changes.items()
    answer = admin.press(form_to(admin.see(f"/desk/authors/{rosa}"), f"/admin/authors/{rosa}"), **changes)
    page = parsed(answer.get_data(as_text=True))
    assert (answer.status_code, said in text_of(page)) == (422, True)
    (field,) = [each for each in form_to(page, f"/admin/authors/{rosa}").iter() if each.get("name") == name]
    assert (field.get("value") or "".join(field.itertext())).strip() == typed
    assert "Rosa Reader" in text_of(admin.see("/desk/authors?site=herald"))


def test_a_hostile_bio_is_text_and_nothing_else(admin, client, rosa):
    admin.press(
        form_to(admin.see(f"/desk/authors/{rosa}"), f"/admin/authors/{rosa}"),
        bio='Writes. <img src=x onerror=alert(1)> <a href="javascript:alert(1)">x</a>',
    )
    page = admin.see(f"/desk/authors/{rosa}")
    bio = next(each for each in by_class(page, "body"))
    assert {each.tag for each in bio.iter()} <= {"div", "p"}
    assert "<img src=x onerror=alert(1)>" in text_of(bio)


def test_a_standing_with_reason_and_end_is_given_and_shown(admin, client, rosa):
    form = form_to(admin.see(f"/desk/authors/{rosa}"), f"/admin/authors/{rosa}/standing")
    assert (
        admin.press(form, standing="SUSPENDED", reason="Insulted others.", until="2999-01-20T08:30").status_code == 302
    )
    said = text_of(admin.see(f"/desk/authors/{rosa}"))
    assert [
        part for part in ("Suspended", "20 January 2999, 08:30 UTC", "Insulted others.", "by Ada") if part not in said
    ] == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"standing": "SUSPENDED"}, "A suspension needs an end."),
        ({"standing": "SUSPENDED", "until": "2001-01-01T00:00"}, "This end is in the past."),
        ({"standing": "BANNED", "until": "next week"}, "Not a valid datetime value."),
        ({"standing": "DISLIKED"}, "Not a valid choice"),
    ],
)
def test_a_standing_that_cannot_be_is_refused_with_the_reason(admin, rosa, sent, said):
    answer = admin.press(form_to(admin.see(f"/desk/authors/{rosa}"), f"/admin/authors/{rosa}/standing"), **sent)
    assert (answer.status_code, said in text_of(parsed(answer.get_data(as_text=True)))) == (422, True)
    assert "The standing was never changed." in text_of(admin.see(f"/desk/authors/{rosa}"))


def test_saving_a_standing_form_again_without_a_change_keeps_its_end(admin, rosa):
    for changes in ({"standing": "WATCHED", "until": "2999-01-20T08:30"}, {}):
        form = form_to(admin.see(f"/desk/authors/{rosa}"), f"/admin/authors/{rosa}/standing")
        assert admin.press(form, **changes).status_code == 302
    assert "until 20 January 2999, 08:30 UTC" in text_of(by_class(admin.see(f"/desk/authors/{rosa}"), "profile")[0])


def test_the_page_of_an_author_costs_no_statement_per_comment(admin, newsroom, story, rosa, statements, app):
    def count():
        with statements() as said:
            admin.see(f"/desk/authors/{rosa}")
        return len(said)

    before = count()
    for _ in range(6):
        other = newsroom.comment(newsroom.story("herald"))
        with app.app_context():
            newsroom.row(other).author_id = rosa
            db.session.commit()
    assert count() == before


# Stories


def edit_story(admin: Browser, story: int, **changes):
    return admin.press(form_to(admin.see(f"/desk/stories/{story}"), f"/admin/stories/{story}"), **changes)


@pytest.fixture
def number(app, story) -> int:
    """The story's number at the desk."""
    with app.app_context():
        return db.session.query(Story).filter_by(external_id=story).one().id


def test_a_story_is_edited_and_signed(admin, client, number):
    admin.press(form_to(admin.see("/desk/authors?site=herald"), "/admin/authors"), name="Ines Writer")
    answer = edit_story(
        admin,
        number,
        title="Boats, again",
        category="Sea",
        bylines="ines-writer",
        mode="closed",
        published_at="2026-01-20T08:30",
        excerpt="They came back.",
    )
    assert answer.status_code == 302
    story = client.get("/api/v1/thread?site=herald&story=harbour").json["story"]
    assert (story["title"], story["state"], [author["name"] for author in story["authors"]]) == (
        "Boats, again",
        "closed",
        ["Ines Writer"],
    )


def test_a_story_saved_again_without_a_change_stays_as_it_is(admin, client, number):
    edit_story(admin, number, published_at="2026-01-20T08:30", category="Sea", excerpt="They came back.")
    before = client.get("/api/v1/related?site=herald&story=other").json
    assert edit_story(admin, number).status_code == 302
    assert client.get("/api/v1/related?site=herald&story=other").json == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "https://evil.test/x"}, "one of the site's own origins"),
        ({"url": "javascript:alert(1)"}, ""),
        ({"image": "https://evil.test/pixel.gif"}, "one of the site's own"),
        ({"image": "//evil.test/pixel.gif"}, "one of the site's own"),
        ({"image": "/\\evil.test/pixel.gif"}, "one of the site's own"),
        ({"bylines": "nobody-known"}, "There is no author called nobody-known."),
        ({"mode": "ajar"}, "Not a valid choice"),
        ({"title": "x" * 301}, "300"),
        ({"own_id": "x" * 201}, "200"),
        ({"published_at": "yesterday"}, "Not a valid datetime value."),
    ],
)
def test_a_story_that_cannot_be_is_refused_with_the_reason(admin, client, number, changes, said):
    before = client.get("/api/v1/thread?site=herald&story=harbour").json["story"]
    answer = edit_story(admin, number, **changes)
    assert (answer.status_code, said in answer.get_data(as_text=True).replace("&#39;", "'")) == (422, True)
    assert client.get("/api/v1/thread?site=herald&story=harbour").json["story"] == before


def test_another_storys_address_is_refused(admin, newsroom, number):
    newsroom.story("herald", "other", url="https://www.herald.example/news/other")
    answer = edit_story(admin, number, url="https://www.herald.example/news/other/?utm_source=x")
    assert (answer.status_code, "Another story is known by this address." in answer.get_data(as_text=True)) == (
        422,
        True,
    )


def test_stories_are_found_by_words_of_their_headline(desk, newsroom, story):
    newsroom.story("herald", title="100% rain")
    rows = [text_of(row) for row in desk.see("/desk/stories?q=100%25").iter("tr")]
    assert (len(rows), "100% rain" in rows[-1]) == (2, True)


def test_a_moderator_reads_stories_and_edits_none(desk, number):
    assert not has_form_to(desk.see(f"/desk/stories/{number}"), f"/admin/stories/{number}")
