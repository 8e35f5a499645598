"""The Herald, where only what a test is about holds a comment."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from commentsvc.comments.models import StoredVerdict
from commentsvc.core.database import db
from tests.cast import Cast, Newsroom, csrf_token, rosas_comment
from tests.scenes import scene


@pytest.fixture(autouse=True)
def cast(newsroom: Newsroom) -> Cast:
    """As everywhere, and a story under which first comments are not held."""
    return scene(newsroom, _herald)


def _herald(newsroom: Newsroom) -> Cast:
    people = Cast(newsroom)
    newsroom.set("herald", hold_first_comments=0)
    newsroom.story("herald", "harbour", title="Boats return to the harbour")
    return people


@pytest.fixture
def post(client) -> Callable[..., TestResponse]:
    """Rosa's form, with changes; `receipt` proves who writes, `ip` is where from."""

    def send(*, receipt: str | None = None, ip: str = "198.51.100.7", **changes: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {receipt}"} if receipt else {}
        sent = rosas_comment(**changes)
        return client.post("/api/v1/comments", json=sent, headers=headers, environ_overrides={"REMOTE_ADDR": ip})

    return send


@pytest.fixture
def verdicts(app) -> Callable[[TestResponse], dict[str, tuple[str, str | None]]]:
    """What the rules said of a comment: {rule: (outcome, would_be)}."""

    def read(answer: TestResponse) -> dict[str, tuple[str, str | None]]:
        number = int(answer.json["comment"]["id"])
        with app.app_context():
            rows = db.session.scalars(db.select(StoredVerdict).where(StoredVerdict.comment_id == number))
            return {row.rule: (row.outcome, row.would_be) for row in rows}

    return read


@pytest.fixture
def call(client, cast) -> Callable[..., TestResponse]:
    """A call of the newsroom's API; Ada's unless another is named."""

    def send(method: str, path: str, body: Any = None, *, who: Any = None) -> TestResponse:
        headers = (who or cast.ada).headers
        return client.open(f"/api/v1/admin/{path}", method=method, json=body, headers=headers)

    return send


class Desk:
    """Somebody's browser at the desk."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def page(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def send(self, form_on: str, path: str, **fields: Any) -> TestResponse:
        token = csrf_token(self.page(form_on))
        return self.browser.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def ada(newsroom, cast) -> Desk:
    return Desk(newsroom.signed_in(cast.ada))


@pytest.fixture
def hanna(newsroom, cast) -> Desk:
    return Desk(newsroom.signed_in(cast.hanna))
