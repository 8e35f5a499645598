"""The desk of the Herald."""

from collections.abc import Callable

import pytest

from tests.moderation.calls import Script


@pytest.fixture
def hanna(client, cast, newsroom) -> Script:
    """Hanna moderates the Herald."""
    return Script(client, newsroom, cast.hanna)


@pytest.fixture
def gus(client, cast, newsroom) -> Script:
    """Gus moderates the Gazette and nothing else."""
    return Script(client, newsroom, cast.gus)


@pytest.fixture
def ada(client, cast, newsroom) -> Script:
    return Script(client, newsroom, cast.ada)


@pytest.fixture
def story(cast, newsroom) -> str:
    return newsroom.story("herald", "harbour", title="Boats return to the harbour", category="City")


@pytest.fixture
def report(newsroom) -> Callable[..., None]:
    """A reader reports a comment; every call is another reader, at home elsewhere."""
    readers = iter(range(1000))

    def send(comment: int, reason: str = "abuse", details: str = "") -> None:
        number = next(readers)
        answer = newsroom.client().post(
            f"/api/v1/comments/{comment}/flags",
            json={"reason": reason, "details": details},
            headers={"User-Agent": f"Reader {number}"},
            environ_overrides={"REMOTE_ADDR": f"10.0.{number // 256}.{number % 256}"},
        )
        assert answer.status_code == 202, answer.get_data(as_text=True)

    return send
