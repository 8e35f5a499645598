"""People who write for the Herald, and those who look after them."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

AUTHORS = "/api/v1/admin/authors"


class Desk:
    """Somebody's calls about authors."""

    def __init__(self, client, person) -> None:
        self.client, self.headers = client, person.headers

    def search(self, **asked: Any) -> TestResponse:
        return self.client.get(AUTHORS, query_string={"site": "herald", **asked}, headers=self.headers)

    def names(self, **asked: Any) -> list[str]:
        return [author["name"] for author in self.search(**asked).json["authors"]]

    def add(self, **body: Any) -> TestResponse:
        return self.client.post(AUTHORS, json={"site": "herald", **body}, headers=self.headers)

    def show(self, author: str) -> TestResponse:
        return self.client.get(f"{AUTHORS}/{author}", headers=self.headers)

    def edit(self, author: str, **body: Any) -> TestResponse:
        return self.client.patch(f"{AUTHORS}/{author}", json=body, headers=self.headers)

    def stand(self, author: str, **body: Any) -> TestResponse:
        return self.client.post(f"{AUTHORS}/{author}/standing", json=body, headers=self.headers)


@pytest.fixture
def ada(client, cast) -> Desk:
    """Ada is admin."""
    return Desk(client, cast.ada)


@pytest.fixture
def hanna(client, cast) -> Desk:
    """Hanna moderates the Herald."""
    return Desk(client, cast.hanna)


@pytest.fixture
def gus(client, cast) -> Desk:
    """Gus moderates the Gazette."""
    return Desk(client, cast.gus)


@pytest.fixture
def rosa(newsroom, cast) -> str:
    """Rosa wrote one comment; the id of her record."""
    number = newsroom.comment(newsroom.story("herald", "harbour"), name="Rosa Reader", email="rosa@example.org")
    with newsroom.app.app_context():
        return str(newsroom.row(number).author_id)


@pytest.fixture
def ines(ada) -> str:
    """Ines signs articles; her id."""
    return ada.add(name="Ines Writer").json["author"]["id"]
