"""Zero downtime: the version before goes on working while the schema is a newer one's already.

The version before is the last state of this repository that did not have the newest step yet; its own code runs, in a
process of its own, on a database that this version has migrated and written to.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from commentsvc.comments import log
from commentsvc.comments.models import Comment, Revision
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.doctor import examine_all
from commentsvc.schema import VERSION_TABLE, is_behind, newest, present, upgrade
from commentsvc.sites.service import site_named
from commentsvc.stories.models import Story
from tests.conftest import SECRET

ROOT = Path(__file__).parents[2]
WORK = """
import json, sys
sys.path.insert(0, ".")
from commentsvc import create_app
from tests.cast import Newsroom

held, answered, rosas = map(str, json.loads(sys.argv[1]))
app = create_app()
newsroom, client = Newsroom(app), app.test_client()
newsroom.decide(held, "approve")
newsroom.decide(rosas, "reject")
sent = dict(site="herald", story="harbour", name="Omar", email="omar@example.org")
first = client.post("/api/v1/comments", json=sent | {"text": "The old version took this."})
reply = client.post("/api/v1/comments", json=sent | {"text": "And this reply to it.", "parent": answered})
receipt = first.json["receipt"]["token"]
whose = {"headers": {"Authorization": f"Bearer {receipt}"}}
edited = client.patch(f"/api/v1/comments/{first.json['comment']['id']}", json={"text": "It was edited there."}, **whose)
liked = client.put(f"/api/v1/comments/{answered}/like")
flagged = client.post(f"/api/v1/comments/{answered}/flags", json={"reason": "spam"})
read = client.get("/api/v1/thread?site=herald&story=harbour&limit=100")
print(json.dumps([each.status_code for each in (first, reply, edited, liked, flagged, read)]))
"""


def git(*words: str) -> bytes:
    said = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True)
    if said.returncode:
        pytest.skip(f"git {words[0]} says nothing of the version before: {said.stderr.decode()[:200]}")
    return said.stdout


@pytest.fixture(scope="module")
def version_before(tmp_path_factory) -> Path:
    """A folder with the code from before the newest step."""
    (step,) = (ROOT / "migrations" / "versions").glob(f"{newest()}_*.py")
    made = git("log", "--diff-filter=A", "--format=%H", "-1", "--", str(step.relative_to(ROOT))).decode().strip()
    archive = git("archive", f"{made}^" if made else "HEAD")
    folder = tmp_path_factory.mktemp("before")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


def worked(app, folder: Path, data: Path, *numbers: int) -> list[int]:
    """What the old code was answered, comment after comment; it is a process of its own."""
    settings = app.config["COMMENTSVC"]
    environment = {
        "COMMENTSVC_DATABASE_URL": settings.database_url,
        "COMMENTSVC_DATA_DIR": str(data),
        "COMMENTSVC_SECRET_KEY": SECRET,
    }
    command = [sys.executable, "-c", WORK, json.dumps(numbers)]
    said = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


@pytest.fixture
def after_the_version_before(app, cast, newsroom, version_before, tmp_path):
    newsroom.set("herald", hold_first_comments=0, flood_seconds=0)
    story = newsroom.story(id="harbour", title="The harbour")
    numbers = [
        newsroom.comment(story, "Held.", status="hold"),
        newsroom.comment(story, "Rosa's own."),
        newsroom.comment(story, "No."),
    ]
    return worked(app, version_before, tmp_path, *numbers)


def test_the_version_before_reads_takes_and_decides(after_the_version_before):
    assert after_the_version_before == [201, 201, 200, 200, 202, 200]


def test_what_the_version_before_let_through_is_read_and_what_it_held_is_not(after_the_version_before, client):
    thread = client.get("/api/v1/thread?site=herald&story=harbour&limit=100").json
    assert sorted(_texts(thread["comments"])) == ["And this reply to it.", "Held.", "Rosa's own."]


def test_an_edit_made_by_the_version_before_waits_with_its_words(app, after_the_version_before):
    with app.app_context():
        rows = select(Revision.text, Comment.status).join(Comment).where(Revision.number == 2)
        assert db.session.execute(rows).all() == [("It was edited there.", "PENDING")]


def _texts(comments: list[dict]) -> list[str]:
    """The words of comments that are one paragraph each, and of the replies to them."""
    return [words for each in comments for words in (each["content"][0][1], *_texts(each["replies"]))]


def test_the_version_before_leaves_counts_and_log_as_they_should_be(app, after_the_version_before):
    with app.app_context():
        story = db.session.scalars(select(Story).filter_by(external_id="harbour")).one()
        visible = select(Comment.id).where(Comment.story_id == story.id, Comment.status == "APPROVED")
        assert story.comment_count == len(db.session.scalars(visible).all())
        assert log.examine(site_named("herald").id).wrong is None


@pytest.fixture
def ahead(app):
    """The schema of a version that does not exist yet."""
    at = newest()
    with app.app_context(), unit_of_work():
        db.session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    yield app
    with app.app_context(), unit_of_work():
        db.session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{at}'"))


def test_a_machine_stays_in_the_balancer_when_the_schema_is_a_newer_ones(ahead, client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["checks"]["schema"]) == (200, True)


@pytest.mark.parametrize("at", ["", "25", "abandoned", "0001"])
def test_a_revision_that_is_none_of_a_newer_version_is_behind(ahead, client, at):
    with ahead.app_context(), unit_of_work():
        db.session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :at"), {"at": at})
    assert client.get("/readyz").json["checks"]["schema"] is False


def test_going_up_leaves_a_newer_schema_alone(ahead):
    with ahead.app_context():
        upgrade()
        assert (present(), is_behind()) == ("9999", False)


def test_the_doctor_says_that_the_schema_is_a_newer_ones(ahead):
    (found,) = [each for each in examine_all(ahead) if each.about == "schema"]
    assert (found.is_well, "a newer version's" in found.said) == (True, True)
