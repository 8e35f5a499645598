"""Figures for Prometheus: behind a token, of all processes, and never about a person."""

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families as read
from sqlalchemy import update

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.config import Misconfigured, read_settings
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.outbox.models import Event
from commentsvc.screening.rules import RULES
from tests.cast import rosas_comment
from tests.conftest import settings
from tests.observing.conftest import TOKEN


def samples(text: str) -> dict[tuple, float]:
    """Every value, by its name and its labels."""
    return {(each.name, *sorted(each.labels.items())): each.value for family in read(text) for each in family.samples}


def value(text: str, name: str, **labels: str) -> float:
    return samples(text).get((name, *sorted(labels.items())), 0.0)


@pytest.fixture
def figures(app, monkeypatch):
    """The page, as Prometheus sees it."""
    monkeypatch.setitem(app.config, "COMMENTSVC", settings("", app.config["COMMENTSVC"].data_dir, metrics_token=TOKEN))

    def look() -> str:
        answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return look


def test_nobody_knows_of_it_where_no_token_is_configured(client):
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 404


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
def test_nobody_reads_it_without_the_token(client, figures, header):
    answer = client.get("/metrics", headers=header, environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert (answer.status_code, "commentsvc_" in answer.get_data(as_text=True)) == (401, False)


def test_a_short_token_is_refused_at_the_start(monkeypatch):
    with pytest.raises(Misconfigured, match="METRICS_TOKEN is too short"):
        read_settings(
            {"COMMENTSVC_SECRET_KEY": "kq8Zr4YtV0nW2xLpA7sJd9Gf3HbMc6Qe1TuXiOyRzE", "COMMENTSVC_METRICS_TOKEN": "short"}
        )


def test_requests_are_counted_and_timed_by_route_and_never_by_path(client, cast, newsroom, figures):
    newsroom.story("herald", "harbour")
    labels = {"method": "GET", "route": "comments_api.thread"}
    before = value(figures(), "commentsvc_requests_total", status="200", **labels)
    timed = value(figures(), "commentsvc_request_seconds_count", **labels)
    client.get("/api/v1/thread?site=herald&story=harbour")
    client.get("/nowhere/rosa@example.org")
    client.open("/healthz", method="ROSA")
    after = figures()
    assert value(after, "commentsvc_requests_total", status="200", **labels) == before + 1
    assert value(after, "commentsvc_request_seconds_count", **labels) == timed + 1
    assert value(after, "commentsvc_requests_total", method="GET", route="none", status="404") >= 1
    assert [word for word in ("rosa", "ROSA", "/api", "story=") if word in after] == []


def test_the_queue_has_a_depth_and_an_age(cast, newsroom, figures):
    story = newsroom.story("herald")
    newsroom.comment(story, status="hold", minutes_ago=10)
    newsroom.comment(story, status="hold", minutes_ago=2)
    newsroom.comment(story)
    after = figures()
    assert value(after, "commentsvc_queue_depth", site="herald") == 2
    assert 590 < value(after, "commentsvc_queue_age_seconds", site="herald") < 660


def test_the_outbox_has_a_depth_and_an_age(cast, newsroom, figures):
    newsroom.comment(newsroom.story("herald"), status="hold")
    with newsroom.app.app_context(), unit_of_work():
        db.session.execute(update(Event).values(due_at=now() - timedelta(minutes=3)))
    later = figures()
    assert value(later, "commentsvc_outbox_depth", channel="events") >= 1
    assert 170 < value(later, "commentsvc_outbox_age_seconds", channel="events") < 240


def test_decisions_are_counted_by_what_and_whom(client, cast, newsroom, figures):
    newsroom.story("herald", "harbour")
    newsroom.set("herald", hold_first_comments=1)
    by_rule = {"action": "hold", "by": "rule"}
    before = value(figures(), "commentsvc_decisions_total", **by_rule)
    staff = value(figures(), "commentsvc_decisions_total", action="approve", by="staff")
    posted = client.post("/api/v1/comments", json=rosas_comment()).json["comment"]["id"]
    seen = {"comments": [{"id": posted, "version": newsroom.version(int(posted))}], "action": "approve"}
    assert client.post("/api/v1/moderation/decisions", json=seen, headers=cast.hanna.headers).json["decided"]
    after = figures()
    assert value(after, "commentsvc_decisions_total", **by_rule) == before + 1
    assert value(after, "commentsvc_decisions_total", action="approve", by="staff") == staff + 1


def test_every_rule_is_timed(client, cast, newsroom, figures):
    newsroom.story("herald", "harbour")
    before = times_timed(figures())
    client.post("/api/v1/comments", json=rosas_comment())
    timed = {rule for rule, count in times_timed(figures()).items() if count > before.get(rule, 0)}
    assert timed == {rule.__name__ for rule in RULES}


def times_timed(text: str) -> dict[str, int]:
    """How often each rule was timed in this process: by the tests before this one too."""
    counted = re.findall(r'commentsvc_rule_seconds_count\{rule="(\w+)"\} (\d+)', text)
    return {rule: int(count) for rule, count in counted}


def test_a_database_that_is_away_is_a_figure_too(tmp_path):
    app = create_app(settings("sqlite:////nowhere/at/all.sqlite3", tmp_path, metrics_token=TOKEN))
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, value(answer.text, "commentsvc_database_up")) == (200, 0)


def test_several_processes_count_as_one(server, newspaper):
    """Whichever of them is asked."""
    newspaper.account("Ada", Role.ADMIN)
    with server(workers=3) as running:
        for _ in range(60):
            running.ask("/")
        labels = {"method": "GET", "route": "pages.home", "status": "200"}
        seen = {value(running.figures(), "commentsvc_requests_total", **labels) for _ in range(6)}
    assert seen == {60}
