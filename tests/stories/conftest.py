"""A newspaper without its staff: hashing their passwords would take most of a reader's test."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story
from commentsvc.stories.service import know_by
from tests.cast import Newsroom, rosas_comment
from tests.scenes import scene


@pytest.fixture
def herald(newsroom: Newsroom) -> str:
    """The site of these stories; the Gazette beside it has one by the same id."""
    return scene(newsroom, _two_papers)


def _two_papers(newsroom: Newsroom) -> str:
    newsroom.comment(newsroom.story(newsroom.site("gazette"), id="harbour"), site="gazette")
    return newsroom.site("herald", hold_first_comments=0)


@pytest.fixture
def get(client: FlaskClient, herald: str) -> Callable[..., dict]:
    """One of the readers' calls about the Herald."""

    def ask(call: str, **query) -> dict:
        answer = client.get(f"/api/v1/{call}", query_string={"site": "herald", **query})
        assert answer.status_code == 200, answer.json
        return answer.json

    return ask


@pytest.fixture
def post(client: FlaskClient, herald: str) -> Callable[..., TestResponse]:
    return lambda **changes: client.post("/api/v1/comments", json=rosas_comment(**changes))


@pytest.fixture
def also_known_by(app) -> Callable[[str, str], None]:
    """Let the newsroom name another address of a story."""

    def tell(story: str, url: str) -> None:
        with app.app_context(), unit_of_work():
            know_by(find_story(site_named("herald").id, StoryName(story, None)), url)

    return tell
