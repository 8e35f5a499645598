"""How a script of the newsroom calls the API."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import Newsroom, Person


class Script:
    """A script with somebody's token."""

    def __init__(self, client: FlaskClient, newsroom: Newsroom, person: Person) -> None:
        self.client, self.newsroom, self.headers = client, newsroom, person.headers

    def queue(self, **asked: Any) -> TestResponse:
        query = {"site": "herald", **asked}
        return self.client.get("/api/v1/moderation/queue", query_string=query, headers=self.headers)

    def ids(self, **asked: Any) -> list[int]:
        """The comments of one page of the queue."""
        answer = self.queue(**asked)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [int(item["id"]) for item in answer.json["items"]]

    def all_ids(self, **asked: Any) -> list[int]:
        """The comments of every page, one after the other."""
        found, cursor = [], None
        while True:
            page = self.queue(**asked, **({"cursor": cursor} if cursor else {})).json
            found += [int(item["id"]) for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def decide(self, *comments: int, action: str, versions: dict[int, int] | None = None, **more: Any) -> TestResponse:
        """Decide on comments as they are now, unless `versions` says what was seen."""
        seen = [
            {"id": str(each), "version": (versions or {}).get(each) or self.newsroom.version(each)} for each in comments
        ]
        return self.send({"comments": seen, "action": action, **more})

    def send(self, body: Any) -> TestResponse:
        return self.client.post("/api/v1/moderation/decisions", json=body, headers=self.headers)

    def undo(self, decision: str) -> TestResponse:
        return self.client.post(f"/api/v1/moderation/decisions/{decision}/undo", headers=self.headers)

    def undo_many(self, **asked: Any) -> TestResponse:
        sent = {"site": "herald", **asked}
        return self.client.post("/api/v1/moderation/undo", json=sent, headers=self.headers)

    def log(self, **asked: Any) -> list[dict[str, Any]]:
        query = {"site": "herald", **asked}
        return self.client.get("/api/v1/moderation/log", query_string=query, headers=self.headers).json["decisions"]
