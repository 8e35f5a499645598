"""The service inside another Flask application."""

import logging
import re
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from sqlalchemy import inspect, make_url

from commentsvc import CommentService
from commentsvc.accounts.models import Role
from commentsvc.config import Misconfigured, Settings
from commentsvc.embedding import settings_of
from tests.cast import PASSWORD, Newsroom, csrf_token, rosas_comment
from tests.embedding import host_app


@pytest.fixture
def instance(tmp_path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def host(instance, monkeypatch) -> Flask:
    """The newspaper with both databases brought up in the file it calls `paper.sqlite3`."""
    monkeypatch.chdir(instance.parent)
    app = host_app.create_app(instance=str(instance), SQLALCHEMY_DATABASE_URI="sqlite:///paper.sqlite3")
    with app.app_context():
        host_app.db.create_all()
    result = app.test_cli_runner().invoke(args=["comments", "db", "upgrade"])
    assert result.exit_code == 0, result.output
    return app


@pytest.fixture
def service(host) -> Flask:
    return host.extensions["comments"].service


@pytest.fixture
def newsroom(service) -> Newsroom:
    room = Newsroom(service)
    room.site("herald")
    return room


@pytest.fixture
def client(host, newsroom):
    return host.test_client()


def post(client, **changes):
    return client.post("/comments/api/v1/comments", json=rosas_comment(**changes))


def test_both_have_their_tables_in_the_hosts_file(host, instance):
    with host.app_context():
        names = set(inspect(host_app.db.engine).get_table_names())
    assert names >= {"comment", "commentsvc_comment", "commentsvc_schema_version"}
    assert [file.name for file in instance.glob("*.sqlite3")] == ["paper.sqlite3"]


def test_the_hosts_own_models_go_on_working(client):
    assert client.post("/notes/first").json == {"notes": 1}
    post(client)
    assert client.post("/notes/second").json == {"notes": 2}


def test_a_reader_posts_and_reads_under_the_prefix(client, newsroom):
    posted = post(client)
    assert (posted.status_code, posted.json["comment"]["status"]) == (201, "pending")
    newsroom.decide(int(posted.json["comment"]["id"]), "approve")
    thread = client.get("/comments/api/v1/thread?site=herald&story=harbour").json
    assert thread["comments"][0]["author"]["url"].startswith("/comments/authors/herald/")


@pytest.fixture
def article(client, newsroom) -> str:
    """The article's page with one approved comment under it."""
    newsroom.decide(int(post(client, text="Better with **boats**.").json["comment"]["id"]), "approve")
    answer = client.get("/news/harbour")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_page_is_the_hosts_own(article):
    assert "<h1>The Herald</h1>" in article
    assert article.count("<!doctype html>") == 1


def test_the_thread_is_in_the_article_before_any_script_runs(article):
    (thread,) = html5lib.parse(article, namespaceHTMLElements=False).iter("comment-thread")
    assert thread.attrib == {"site": "herald", "story": "harbour", "title": "About harbour"}
    assert [each.text for each in thread.iter("strong")] == ["boats"]
    assert "Rosa Reader" in "".join(thread.itertext())


@pytest.mark.parametrize("tag", ["about-author", "you-may-also-like", "comment-count"])
def test_the_other_elements_name_their_story(article, tag):
    (element,) = html5lib.parse(article, namespaceHTMLElements=False).iter(tag)
    assert element.attrib == {"site": "herald", "story": "harbour"}


def test_every_address_of_the_service_is_under_the_prefix(article, client):
    document = html5lib.parse(article, namespaceHTMLElements=False)
    addresses = {each.get(name) for each in document.iter() for name in ("href", "src", "action") if each.get(name)}
    ours = {address for address in addresses if not address.startswith(("https://www.herald.example", "#"))}
    assert {address.partition("#")[0] for address in ours if address.startswith("/comments/")} == {
        a.partition("#")[0] for a in ours
    }
    assert {client.get(address.partition("#")[0]).status_code for address in ours} == {200}


def test_the_form_without_javascript_comes_back_under_the_prefix(client):
    page = client.get("/comments/thread/herald?story=harbour").get_data(as_text=True)
    (form,) = [
        form for form in html5lib.parse(page, namespaceHTMLElements=False).iter("form") if form.get("method") == "post"
    ]
    sent = {name: value for name, value in rosas_comment().items() if name in ("text", "name", "email")}
    answer = client.post(form.get("action"), data=sent)
    assert (answer.status_code, answer.location.startswith("/comments/thread/herald?")) == (303, True)


def test_a_title_of_the_host_cannot_break_out_of_its_attribute(host, newsroom):
    with host.test_request_context("/"):
        written = host.extensions["comments"].comment_thread(
            story='"><script>alert(1)</script>', title="' onfocus=alert(1) x='"
        )
    document = html5lib.parse(str(written), namespaceHTMLElements=False)
    assert [script.get("src") for script in document.iter("script")] == ["/comments/embed.js"]
    assert next(document.iter("comment-thread")).attrib.keys() == {"site", "story", "title"}


# The desk under the prefix


def test_the_desk_asks_to_sign_in_under_the_prefix(client):
    answer = client.get("/comments/desk")
    assert (answer.status_code, answer.location) == (302, "/comments/login?next=/comments/desk")


@pytest.fixture
def hanna(client, newsroom):
    """Hanna, who followed the link to the queue and signed in."""
    person = newsroom.account("Hanna", Role.MODERATOR, "herald")
    asked = client.get("/comments/desk?queue=pending").location
    page = client.get(asked).get_data(as_text=True)
    form = {
        each.get("name"): each.get("value") for each in html5lib.parse(page, namespaceHTMLElements=False).iter("input")
    }
    answer = client.post("/comments/login", data={**form, "email": person.email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/comments/desk?queue=pending")
    return client


def test_a_decision_leads_back_to_the_queue(hanna, newsroom):
    newsroom.story("herald", "harbour")
    number = newsroom.comment("harbour", status="hold")
    page = hanna.get("/comments/desk").get_data(as_text=True)
    sent = {
        "csrf_token": csrf_token(page),
        "seen": f"{number}:{newsroom.version(number)}",
        "action": "approve",
        "back": "/desk?queue=pending",
    }
    answer = hanna.post("/comments/desk/decisions", data=sent)
    assert (answer.status_code, answer.location) == (302, "/comments/desk?queue=pending")


def test_every_link_of_the_desk_leads_somewhere(hanna, newsroom):
    newsroom.story("herald", "harbour")
    newsroom.comment("harbour")
    broken, waiting, seen = [], ["/comments/desk"], set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = hanna.get(address)
        if answer.status_code != 200:
            broken.append((address, answer.status_code))
        if address.startswith("/comments/desk") and "text/html" in answer.mimetype:
            page = re.sub(r'<form[^>]*method="post"[^>]*>', "", answer.get_data(as_text=True))
            found = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
            waiting += [
                each.replace("&amp;", "&").partition("#")[0]
                for each in found
                if "/decisions" not in each and "/logout" not in each
            ]
    assert (broken, len(seen) > 10) == ([], True)


def test_the_hosts_sign_in_and_session_stay_the_hosts(hanna):
    hanna.post("/subscribe")
    assert hanna.get("/me").json == {"id": "7", "colour": "green"}
    assert hanna.get("/comments/desk").status_code == 200
    hanna.post("/comments/logout", data={"csrf_token": csrf_token(hanna.get("/comments/desk").get_data(as_text=True))})
    assert hanna.get("/me").json == {"id": "7", "colour": "green"}


def test_a_subscriber_of_the_host_is_nobody_at_the_desk(client):
    client.post("/subscribe")
    assert client.get("/comments/desk").status_code == 302


# What stays the host's


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "This page is not in the paper."),
        ("/broken", 500, "The press has stopped."),
        ("/commentsnot", 404, "This page is not in the paper."),
    ],
)
def test_the_hosts_error_pages_stay_the_hosts(client, path, status, said):
    answer = client.get(path)
    assert (answer.status_code, answer.get_data(as_text=True)) == (status, said)


def test_errors_under_the_prefix_are_the_services(client):
    assert client.get("/comments/api/v1/nowhere").json["code"] == "not_found"
    assert "This page is not in the paper" not in client.get("/comments/nowhere").get_data(as_text=True)


def test_the_hosts_answers_carry_none_of_our_headers(client):
    assert "X-Request-Id" not in client.get("/me").headers


def test_the_command_line_is_the_hosts(host, newsroom):
    result = host.test_cli_runner().invoke(args=["comments", "site", "list"])
    assert (result.exit_code, "herald" in result.output) == (0, True)


@pytest.mark.parametrize("words", [["comments", "site", "show", "nowhere"], ["comments", "token", "revoke", "9"]])
def test_a_command_that_fails_says_so_in_one_sentence(host, words):
    result = host.test_cli_runner().invoke(args=words)
    assert (result.exit_code, "Error: " in result.output) == (1, True)


def test_without_a_site_to_choose_the_template_is_told(host, newsroom):
    newsroom.site("gazette")
    with host.test_request_context("/"), pytest.raises(Misconfigured, match="which site"):
        host.extensions["comments"].comment_thread(story="x")


# How it is configured


def bare(**configuration) -> Flask:
    app = Flask("bare")
    app.config.update(configuration)
    return app


def settings_in(monkeypatch, tmp_path, **configuration) -> Settings:
    monkeypatch.chdir(tmp_path)
    return settings_of(bare(**{"SECRET_KEY": "x" * 40, **configuration}))


def test_without_any_secret_it_does_not_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misconfigured, match="COMMENTSVC_SECRET_KEY"):
        CommentService(bare())


def test_a_short_secret_of_the_host_is_warned_about(tmp_path, monkeypatch, caplog):
    with caplog.at_level(logging.WARNING):
        settings_in(monkeypatch, tmp_path, SECRET_KEY="dev")
    assert "SECRET_KEY is short" in caplog.text


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("postgresql+psycopg://paper:p%40ss@db/paper", "postgresql+psycopg://paper:p%40ss@db/paper"),
        ("sqlite:////srv/paper.sqlite3", "sqlite:////srv/paper.sqlite3"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
    ],
)
def test_the_database_is_the_one_the_host_means(tmp_path, monkeypatch, host, ours):
    settings = settings_in(monkeypatch, tmp_path, SQLALCHEMY_DATABASE_URI=host)
    assert make_url(settings.database_url) == make_url(ours)


def test_the_prefix_is_the_hosts_choice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = bare(SECRET_KEY="x" * 40, SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'x.sqlite3'}")
    CommentService(app, url_prefix="talk/")
    assert (app.test_client().get("/talk/healthz").status_code, app.test_client().get("/healthz").status_code) == (
        200,
        404,
    )


def test_one_extension_serves_two_applications_each_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    comments, papers = CommentService(), []
    for name in ("herald", "gazette"):
        app = Flask(name, instance_path=str(tmp_path / name))
        app.config.update(SECRET_KEY="s" * 40, SQLALCHEMY_DATABASE_URI="sqlite:///paper.sqlite3")
        comments.init_app(app)
        app.test_cli_runner().invoke(args=["comments", "db", "upgrade"])
        Newsroom(app.extensions["comments"].service).site(name)
        papers.append(app)
    for app in papers:
        with app.test_request_context("/"):
            written = app.jinja_env.globals["comment_count"](story="1")
        assert f'site="{app.name}"' in written


@pytest.mark.parametrize("helper", ["comment_thread", "about_author", "you_may_also_like", "comment_count"])
@pytest.mark.parametrize("database", ["sqlite:///empty.sqlite3", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def test_a_database_that_is_away_or_empty_costs_the_host_no_page(tmp_path, monkeypatch, helper, database):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "instance").mkdir()
    app = Flask("herald", instance_path=str(tmp_path / "instance"))
    app.config.update(SECRET_KEY="s" * 40, SQLALCHEMY_DATABASE_URI=database)
    CommentService(app)
    with app.test_request_context("/"):
        assert app.jinja_env.globals[helper](story="1") == ""


def test_none_in_the_hosts_configuration_means_not_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = Flask("herald", instance_path=str(tmp_path))
    app.config.update(SECRET_KEY="s" * 40, COMMENTSVC_REDIS_URL=None, COMMENTSVC_BASE_URL=None)
    assert (settings_of(app).redis_url, settings_of(app).base_url) == (None, None)
