"""Proof of work: asked for where a site wants it, each answer good once, and nobody without a script is locked out."""

import base64
import json
from datetime import timedelta

import altcha.v1 as altcha
import pytest
from sqlalchemy import func, select

from commentsvc.comments import challenges
from commentsvc.comments.challenge_models import SpentChallenge, Unwanted
from commentsvc.comments.models import Comment, StoredVerdict
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import keys
from commentsvc.sites.service import site_named
from tests.cast import rosas_comment


@pytest.fixture
def asking(newsroom, herald):
    """The Herald asks everybody, for little work."""
    newsroom.set("herald", proof_of_work="on", proof_of_work_steps=1000)
    newsroom.set("gazette", proof_of_work="on", proof_of_work_steps=1000)


@pytest.fixture
def solved(client, asking):
    """An answer to a new challenge, with changes to what is sent back."""

    def solve(site="herald", **changes) -> str:
        given = client.get("/api/v1/challenge", query_string={"site": site}).json
        return answer_to(given, **changes)

    return solve


def answer_to(given: dict, **changes) -> str:
    solution = altcha.solve_challenge(given["challenge"], given["salt"], given["algorithm"], given["maxNumber"])
    kept = {name: given[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return encoded({**kept, "number": solution.number, **changes})


def encoded(payload) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


def test_the_thread_says_what_the_form_must_bring(thread, asking):
    assert thread()["form"]["challenge"] == "proof_of_work"


def test_a_site_in_peace_asks_for_nothing(thread, herald):
    assert thread()["form"]["challenge"] is None


def test_a_challenge_is_kept_by_no_cache(client, asking):
    assert client.get("/api/v1/challenge?site=herald").headers["Cache-Control"] == "no-store"


def test_no_two_challenges_are_alike(client, asking):
    given = {client.get("/api/v1/challenge?site=herald").json["challenge"] for _ in range(3)}
    assert len(given) == 3


def test_a_comment_with_the_work_done_is_taken(post, solved):
    assert post(challenge=solved()).status_code == 201


def test_a_comment_without_is_refused_by_name(post, asking):
    answer = post()
    assert (answer.status_code, answer.json["code"]) == (422, "challenge_required")
    assert list(answer.json["fields"]) == ["challenge"]


def test_an_answer_is_good_once(post, solved):
    answer = solved()
    post(challenge=answer)
    again = post(challenge=answer, text="And another thing.", email="ida@example.org", network="192.0.2.77")
    assert (again.status_code, again.json["code"]) == (422, "challenge_failed")
    assert "used before" in again.json["detail"]


def test_a_retry_of_the_same_comment_gives_the_same_answer(post, solved):
    answer = solved()
    first = post(challenge=answer, key="k1")
    again = post(challenge=answer, key="k1")
    assert (again.status_code, again.json["comment"]["id"]) == (201, first.json["comment"]["id"])


def test_an_answer_survives_a_refusal_that_has_nothing_to_do_with_it(post, solved):
    answer = solved()
    post(challenge=answer, email="no address")
    assert post(challenge=answer).status_code == 201


@pytest.mark.parametrize("number", [-1, 1001, True, "12", 1.5, None, [1]], ids=str)
def test_a_wrong_number_is_refused(post, solved, number):
    answer = post(challenge=solved(number=number))
    assert (answer.status_code, answer.json["code"]) == (422, "challenge_failed")


NO_ANSWERS = ["x", "", "é", encoded([]), encoded({}), encoded("x"), base64.b64encode(b"[" * 600).decode(), "A" * 5000]


@pytest.mark.parametrize("answer", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
def test_what_is_no_answer_is_refused(post, asking, answer):
    assert post(challenge=answer).json["code"] in ("challenge_failed", "challenge_required")


@pytest.mark.parametrize("name", ["algorithm", "challenge", "salt", "signature"])
def test_what_was_changed_is_refused(post, solved, name):
    assert post(challenge=solved(**{name: "SHA-1"})).json["code"] == "challenge_failed"


def test_a_challenge_of_another_site_is_refused(post, solved):
    assert post(challenge=solved("gazette")).json["code"] == "challenge_failed"


def test_a_challenge_ends(app, post, asking):
    with app.test_request_context():
        given = challenges.new_challenge(site_named("herald"), keys(), now() - challenges.LIFE - timedelta(seconds=2))
    answer = post(challenge=answer_to(given))
    assert (answer.json["code"], "expired" in answer.json["detail"]) == ("challenge_failed", True)


def test_its_end_cannot_be_moved(client, post, asking):
    given = client.get("/api/v1/challenge?site=herald").json
    later = given["salt"].replace("expires=1", "expires=9")
    assert post(challenge=answer_to(given, salt=later)).json["code"] == "challenge_failed"


def test_without_a_script_the_comment_waits_for_a_moderator(app, client, newsroom, herald):
    newsroom.set("herald", proof_of_work="on", hold_first_comments=0)
    newsroom.story("herald", id="harbour")
    page = rosas_comment()
    form = {name: page[name] for name in ("text", "name", "email")}
    assert client.post("/thread/herald?story=harbour", data=form).status_code == 303
    with app.app_context():
        held = select(Comment.status, StoredVerdict.rule).join(StoredVerdict, StoredVerdict.comment_id == Comment.id)
        assert db.session.execute(held.where(StoredVerdict.rule == "without_proof")).all() == [
            ("PENDING", "without_proof")
        ]


def unwanted(app, networks: int, each: int, minutes_ago: int = 0) -> None:
    with app.app_context(), unit_of_work():
        for network in range(networks):
            for _ in range(each):
                challenges.note_unwanted(
                    site_named("herald"), f"{network:064}", now=now() - timedelta(minutes=minutes_ago)
                )


@pytest.mark.parametrize(
    ("networks", "each", "minutes_ago", "asked"),
    [
        pytest.param(4, 5, 0, "proof_of_work", id="a flood from several networks"),
        pytest.param(4, 5, 8, "proof_of_work", id="one that was there eight minutes ago"),
        pytest.param(4, 5, 11, None, id="one that is over"),
        pytest.param(1, 40, 0, None, id="one network alone is slowed down anyway"),
        pytest.param(4, 4, 0, None, id="a busy evening"),
    ],
)
def test_under_attack_it_is_asked_by_itself(app, thread, herald, networks, each, minutes_ago, asked):
    unwanted(app, networks, each, minutes_ago)
    assert thread()["form"]["challenge"] == asked


def test_what_is_off_stays_off_under_attack(app, newsroom, thread, herald):
    unwanted(app, 4, 5)
    newsroom.set("herald", proof_of_work="off")
    assert thread()["form"]["challenge"] is None


def test_the_attack_on_one_site_is_not_another_s(app, client, herald):
    unwanted(app, 4, 5)
    assert client.get("/api/v1/thread?site=gazette&story=ferry").json["form"]["challenge"] is None


def counted(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.coalesce(func.sum(Unwanted.number), 0)))


def test_a_post_that_came_too_fast_counts(app, newsroom, post):
    newsroom.set("herald", flood_seconds=15)
    post()
    post(text="At once again.")
    assert counted(app) == 1


def test_spam_counts(app, post):
    post(topic="I am a program.")
    assert counted(app) == 1


def test_a_comment_like_any_other_does_not(app, post):
    post()
    assert counted(app) == 0


def test_what_is_over_is_forgotten(app, post, solved):
    post(challenge=solved())
    unwanted(app, 1, 1, minutes_ago=60)
    with app.app_context():
        with unit_of_work():
            db.session.get_one(
                SpentChallenge, db.session.scalar(select(SpentChallenge.signature))
            ).expires_at -= timedelta(hours=1)
        challenges.forget()
    assert counted(app) == 0
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SpentChallenge)) == 0
