"""Names, titles, reasons and everything else people type stay text on every page.

The same newspaper is made twice, once of ordinary words and once of hostile ones. Every page of the two has to have
the same elements with the same attributes: what the template wrote, and nothing else.
"""

from datetime import timedelta

import pytest

from commentsvc.comments.models import Comment
from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.core.html import safe_url
from commentsvc.core.limits import limiter
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.sites.service import site_named
from tests.accounts.vectors import hostile_class
from tests.cast import csrf_token, rosas_comment
from tests.moderation.pages import Browser, addresses, parsed, skeleton

VECTORS = hostile_class("context-breakout")
WEBSITES = [safe_url(vector) is not None for vector in VECTORS]
SCHEMES = ("/", "#", "?", "https://", "http://")

# The pages are the same on both databases.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


class Paper:
    """A newspaper made of given words, through the doors that readers and staff use."""

    def __init__(self, newsroom, admin, key: str, words: list[str]) -> None:
        self.client, self.key, self.headers = newsroom.client(), key, admin.headers
        newsroom.words(key, "hold", "boats")
        self.stories, self.authors, self.comments = [], [], []
        for number, word in enumerate(words):
            self.stories.append(self._story(number, word))
            comment = self._comment(number, word)
            with newsroom.app.app_context():
                author = db.session.get_one(Comment, comment).author_id
            self._judge(newsroom, comment, author, word)
            self.comments.append(comment)
            self.authors.append(author)
        with newsroom.app.app_context(), unit_of_work():
            site_named(key).name = words[0]  # from now on nobody else's
        for word in words:
            self._done(
                self.client.post(
                    "/api/v1/admin/authors",
                    json={"site": key, "name": word, "links": [{"label": word, "url": "https://ok.test/"}]},
                    headers=self.headers,
                )
            )

    @staticmethod
    def _done(answer):
        assert answer.status_code in (200, 201, 202), answer.get_data(as_text=True)
        return answer.json

    def _story(self, number: int, word: str) -> str:
        sent = {"site": self.key, "id": f"story-{number}", "title": word, "category": word, "excerpt": word}
        return self._done(self.client.post("/api/v1/admin/stories", json=sent, headers=self.headers))["story"]["number"]

    def _comment(self, number: int, word: str) -> int:
        website = (word if safe_url(word) else "https://ok.test/") if WEBSITES[number] else None
        sent = rosas_comment(site=self.key, story=f"story-{number}", url=None, name=word, website=website)
        return int(self._done(self.client.post("/api/v1/comments", json=sent))["comment"]["id"])

    def _judge(self, newsroom, comment: int, author: int, word: str) -> None:
        for action in ("reject", "approve"):
            seen = [{"id": str(comment), "version": newsroom.version(comment)}]
            # A reason is one of the site's.
            body = {"comments": seen, "action": action, "reason": "abuse", "note": word}
            self._done(self.client.post("/api/v1/moderation/decisions", json=body, headers=self.headers))
        self._done(self.client.post(f"/api/v1/comments/{comment}/flags", json={"reason": "other", "details": word}))
        standing = {"standing": "WATCHED", "reason": word}
        self._done(self.client.post(f"/api/v1/admin/authors/{author}/standing", json=standing, headers=self.headers))

    def pages(self) -> list[str]:
        """Every page on which any of it appears."""
        lists = [f"/desk?site={self.key}&queue={queue}" for queue in ("all", "flagged", "approved")]
        lists += [f"/desk/{place}?site={self.key}" for place in ("authors", "stories", "log", "handover")]
        single, public = [], []
        for number in range(0, len(self.stories), 3):  # the lists above have them all
            author, story, comment = self.authors[number], self.stories[number], self.comments[number]
            single += [f"/desk/authors/{author}", f"/desk/stories/{story}", f"/desk/comments/{comment}"]
            name = f"{self.key}?story=story-{number}"
            public += [
                f"/thread/{name}",
                f"/thread/{name}&parent={comment}",
                f"/fragment/thread?site={name.replace('?', '&')}",
            ]
        return lists + single + public


@pytest.fixture
def papers(cast, newsroom) -> tuple[Paper, Paper]:
    """The Herald is hostile; the Gazette says ordinary words of the same number."""
    ordinary = [f"Ordinary words {number}" for number in range(len(VECTORS))]
    return Paper(newsroom, cast.ada, "herald", VECTORS), Paper(newsroom, cast.ada, "gazette", ordinary)


@pytest.fixture
def a_minute_later(papers, monkeypatch):
    """Neither paper's last decision is offered to be undone any more, however long the other one took to make."""
    monkeypatch.setattr("commentsvc.moderation.desk.now", lambda: clock.now() + timedelta(minutes=1))


@pytest.mark.usefixtures("a_minute_later")
def test_no_page_has_anything_its_template_did_not_write(cast, newsroom, papers):
    browser = Browser(newsroom.signed_in(cast.ada))
    changed, astray = [], []
    for hostile, ordinary in zip(papers[0].pages(), papers[1].pages(), strict=True):
        page = browser.see(hostile)
        found, wanted = skeleton(page), skeleton(browser.see(ordinary))
        if found != wanted:
            changed.append((hostile, [pair for pair in zip(found, wanted, strict=False) if pair[0] != pair[1]][:1]))
        astray += [(hostile, address) for address in addresses(page) if address and not address.startswith(SCHEMES)]
    assert (changed, astray) == ([], [])


def test_public_profiles_have_nothing_their_template_did_not_write(client, cast, newsroom, papers):
    slugs = {key: [] for key in ("herald", "gazette")}
    for paper in papers:
        for author in paper.authors:
            found = client.get(f"/api/v1/admin/authors/{author}", headers=cast.ada.headers).json["author"]
            slugs[paper.key].append(found["slug"])
    skeletons = [
        [skeleton(parsed(client.get(f"/authors/{key}/{slug}").get_data(as_text=True))) for slug in slugs[key]]
        for key in slugs
    ]
    assert [slug for slug, one, other in zip(slugs["herald"], *skeletons, strict=True) if one != other] == []


@pytest.mark.parametrize("path", ["/desk", "/desk/authors", "/desk/stories"])
@pytest.mark.parametrize("field", ["q", "author", "story", "rule"])
def test_what_is_searched_for_stays_text(cast, newsroom, path, field):
    browser = Browser(newsroom.signed_in(cast.ada))

    def shape(word):
        answer = browser.client.get(path, query_string={"site": "herald", field: word})
        return answer.status_code, skeleton(parsed(answer.get_data(as_text=True)))

    ordinary = shape("ordinary")
    assert [vector for vector in VECTORS if shape(vector) != ordinary] == []


def test_a_wrong_address_typed_into_a_form_comes_back_as_text(cast, newsroom):
    browser = Browser(newsroom.signed_in(cast.ada))
    newsroom.comment(newsroom.story("herald"))

    def shape(word):
        answer = browser.send(
            "/admin/authors/1", name=word, bio="x" * 2001, website="javascript:" + word, avatar=word, links=word
        )
        return answer.status_code, skeleton(parsed(answer.get_data(as_text=True)))

    ordinary = shape("ordinary")
    assert ordinary[0] == 422
    assert [vector for vector in VECTORS if shape(vector) != ordinary] == []


def test_the_sign_in_page_shows_what_was_typed_as_text(client, cast):
    def shape(word):
        limiter.reset()
        token = csrf_token(client.get("/login").get_data(as_text=True))
        answer = client.post("/login", data={"csrf_token": token, "email": word, "password": word, "next": word})
        return answer.status_code, skeleton(parsed(answer.get_data(as_text=True)))

    ordinary = shape("ordinary")
    assert [vector for vector in VECTORS if shape(vector) != ordinary] == []


def test_an_address_that_does_not_exist_is_not_read_back_as_html(client):
    ordinary = skeleton(parsed(client.get("/nowhere").get_data(as_text=True)))
    assert [
        vector
        for vector in VECTORS
        if skeleton(parsed(client.get("/nowhere", query_string={"x": vector}).get_data(as_text=True))) != ordinary
    ] == []
