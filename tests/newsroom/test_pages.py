"""The pages on which the newsroom chooses what it hears."""

import pytest

from commentsvc.authors.models import Author
from commentsvc.authors.service import new_byline
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.notifications import newsroom as letters
from commentsvc.notifications.newsroom_models import BylineChoice, ChatTarget, How
from commentsvc.outbox.models import Delivery, Lane
from commentsvc.sites.service import site_named
from tests.cast import csrf_token

WEBHOOK = "https://hooks.slack.com/services/T0/B0/secret"


def post(browser, page: str, where: str | None = None, **data):
    token = csrf_token(browser.get(page).get_data(as_text=True))
    return browser.post(where or page, data={"csrf_token": token, **data})


@pytest.fixture
def hanna(cast, newsroom):
    return newsroom.signed_in(cast.hanna)


@pytest.fixture
def ada(cast, newsroom):
    return newsroom.signed_in(cast.ada)


def choices(app, newsroom, person, site="herald") -> list[How]:
    number = newsroom.account_id(person)
    with app.app_context():
        return [letters.choice_of(number, site_named(site).id, kind) for kind in letters.KINDS]


def test_everything_is_off_until_it_is_chosen(app, cast, newsroom, hanna):
    page = hanna.get("/desk/notices").get_data(as_text=True)
    assert (choices(app, newsroom, cast.hanna), page.count(" checked")) == ([How.OFF, How.OFF], 2)


def test_an_account_chooses_for_itself_and_one_site(app, cast, newsroom, ada):
    answer = post(ada, "/desk/notices?site=herald", queue="daily", held="at once")
    assert answer.status_code == 302
    assert choices(app, newsroom, cast.ada) == [How.DAILY, How.AT_ONCE]
    assert choices(app, newsroom, cast.ada, "gazette") == choices(app, newsroom, cast.hanna) == [How.OFF, How.OFF]


@pytest.mark.parametrize("sent", [{"queue": "hourly", "held": "off"}, {"queue": "off", "held": "daily"}, {}])
def test_what_cannot_be_chosen_is_refused(app, cast, newsroom, hanna, sent):
    answer = post(hanna, "/desk/notices", **sent)
    assert (answer.status_code, choices(app, newsroom, cast.hanna)) == (422, [How.OFF, How.OFF])


def test_nobody_chooses_for_a_site_they_do_not_work_on(cast, newsroom, app):
    gus = newsroom.signed_in(cast.gus)
    token = csrf_token(gus.get("/desk/notices").get_data(as_text=True))
    answer = gus.post("/desk/notices?site=herald", data={"csrf_token": token, "queue": "daily", "held": "off"})
    assert (answer.status_code, choices(app, newsroom, cast.gus)) == (404, [How.OFF, How.OFF])


# Chats


def test_only_an_admin_looks_after_chats(hanna):
    token = csrf_token(hanna.get("/desk/notices").get_data(as_text=True))
    assert hanna.get("/admin/chat").status_code == 403
    assert hanna.post("/admin/chat/1/test?site=herald", data={"csrf_token": token}).status_code == 403
    assert "/admin/chat" not in hanna.get("/desk/notices").get_data(as_text=True)


def test_a_chat_is_added_and_its_address_never_shown_again(app, ada):
    answer = post(ada, "/admin/chat?site=herald", name="Newsroom", url=WEBHOOK, events=["comment.held"])
    page = ada.get("/admin/chat?site=herald").get_data(as_text=True)
    assert (
        answer.status_code,
        "Newsroom" in page,
        '<bdi class="quiet" dir="ltr">hooks.slack.com</bdi>' in page,
        "B0/secret" in page,
    ) == (
        302,
        True,
        True,
        False,
    )
    with app.app_context():
        target = ChatTarget.query.one()
        assert (target.kind, target.events, house().keys.decrypt(target.url_encrypted)) == (
            "slack",
            ["comment.held"],
            WEBHOOK,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://127.0.0.1/hook"},
        {"url": "json://hooks.example/"},
        {"name": ""},
        {"events": []},
        {"events": ["comment.deleted"]},
        {"name": "x" * 81},
    ],
)
def test_a_chat_that_cannot_be_is_refused_and_says_why(app, ada, wrong):
    sent = {"name": "Newsroom", "url": WEBHOOK, "events": ["comment.held"], **wrong}
    answer = post(ada, "/admin/chat?site=herald", **sent)
    assert (answer.status_code, 'role="alert"' in answer.get_data(as_text=True)) == (422, True)
    with app.app_context():
        assert ChatTarget.query.count() == 0


@pytest.fixture
def chat(app, ada) -> int:
    post(ada, "/admin/chat?site=herald", name="Newsroom", url=WEBHOOK, events=["comment.held"])
    with app.app_context():
        return ChatTarget.query.one().id


def test_the_test_button_puts_one_message_out_and_wakes_a_chat_that_was_set_aside(app, ada, chat):
    press = (f"/admin/chat/{chat}/test?site=herald", "/admin/chat?site=herald")
    post(ada, press[1], press[0])
    with app.app_context(), unit_of_work():
        Lane.query.one().paused_at = now()
    assert "Set aside" in ada.get(press[1]).get_data(as_text=True)
    post(ada, press[1], press[0])
    with app.app_context():
        assert (Delivery.query.count(), Lane.query.one().paused_at) == (2, None)


def test_a_chat_is_switched_off_on_and_removed(app, ada, chat):
    seen = []
    for verb in ("off", "on", "remove"):
        post(ada, "/admin/chat?site=herald", f"/admin/chat/{chat}/{verb}?site=herald")
        with app.app_context():
            target = ChatTarget.query.one_or_none()
            seen.append(target and target.disabled_at is not None)
    assert seen == [True, False, None]


def test_a_chat_whose_address_nobody_can_read_any_more_can_be_removed(app, ada, chat):
    with app.app_context(), unit_of_work():
        ChatTarget.query.one().url_encrypted = "written with a lost key"
    page = ada.get("/admin/chat?site=herald")
    assert (page.status_code, "another COMMENTSVC_SECRET_KEY" in page.get_data(as_text=True)) == (200, True)


def test_a_chat_of_another_site_is_not_found(ada, chat):
    assert post(ada, "/admin/chat?site=herald", f"/admin/chat/{chat}/remove?site=gazette").status_code == 404


# Bylines


@pytest.fixture
def ines(app, cast) -> int:
    with app.app_context(), unit_of_work():
        author = new_byline(site_named("herald").id, name="Ines Ink", now=now())
        db.session.flush()
        return author.id


def test_an_admin_gives_a_byline_an_address_and_letters(app, ada, ines):
    answer = post(
        ada, f"/admin/authors/{ines}/mail", address="ines@herald.example", comments="daily", questions="at once"
    )
    assert answer.status_code == 302
    with app.app_context():
        author, choice = db.session.get_one(Author, ines), db.session.get_one(BylineChoice, ines)
        assert author.confirmed_at and author.email_encrypted
        assert (choice.comments, choice.questions) == ("daily", "at once")
    page = ada.get(f"/admin/authors/{ines}/mail").get_data(as_text=True)
    assert "ines@herald.example" in page and page.count(" checked") == 2
    assert "ines@" not in ada.get("/authors/herald/ines-ink").get_data(as_text=True)


def test_an_address_with_a_slip_is_refused(app, ada, ines):
    answer = post(ada, f"/admin/authors/{ines}/mail", address="ines", comments="daily", questions="off")
    assert answer.status_code == 422
    with app.app_context():
        assert (db.session.get_one(Author, ines).email_hash, BylineChoice.query.count()) == (None, 0)


def test_a_moderator_gives_nobody_an_address(hanna, ines):
    assert hanna.get(f"/admin/authors/{ines}/mail").status_code == 403


def test_a_reader_is_given_no_address(ada, newsroom):
    comment = newsroom.comment(newsroom.story())
    with newsroom.app.app_context():
        author = newsroom.row(comment).author_id
    assert ada.get(f"/admin/authors/{author}/mail").status_code == 409
