"""One comment with its ancestors, its replies, its permanent address; an author's public profile."""

import pytest


@pytest.fixture
def harbour(herald, newsroom) -> str:
    return newsroom.story(id="harbour", title="Boats return")


def test_a_comment_comes_with_its_ancestors_the_root_first(harbour, newsroom, client):
    root = newsroom.comment(harbour)
    reply = newsroom.comment(harbour, parent=root)
    below = newsroom.comment(harbour, parent=reply)
    answer = client.get(f"/api/v1/comments/{below}").json
    assert answer["comment"]["id"] == str(below)
    assert [each["id"] for each in answer["ancestors"]] == [str(root), str(reply)]


def test_a_comment_comes_with_its_replies(harbour, newsroom, client):
    root = newsroom.comment(harbour)
    reply = newsroom.comment(harbour, parent=root)
    assert [each["id"] for each in client.get(f"/api/v1/comments/{root}").json["comment"]["replies"]] == [str(reply)]


def test_a_removed_ancestor_is_empty(harbour, newsroom, client):
    root = newsroom.comment(harbour, "A secret of mine.")
    reply = newsroom.comment(harbour, parent=root)
    newsroom.decide(root, "reject")
    answer = client.get(f"/api/v1/comments/{reply}")
    assert answer.json["ancestors"][0]["state"] == "removed"
    assert "secret" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("status", ["hold", "reject", "spam"])
@pytest.mark.parametrize("address", ["/api/v1/comments/{}", "/api/v1/comments/{}/replies", "/c/{}"])
def test_what_nobody_may_see_and_what_does_not_exist_look_the_same(harbour, newsroom, client, status, address):
    hidden = client.get(address.format(newsroom.comment(harbour, status=status)))
    missing = client.get(address.format(999_999))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    if address.startswith("/api"):
        assert hidden.json == missing.json


@pytest.mark.parametrize("id", ["0", "-1", "abc", "9" * 19, "9" * 40, "1.0", "%00"])
def test_an_id_that_is_none_is_not_found(herald, client, id):
    assert client.get(f"/api/v1/comments/{id}").status_code == 404


def test_as_html_a_comment_and_its_ancestors_have_html(harbour, newsroom, client):
    root = newsroom.comment(harbour, "Boats.")
    reply = newsroom.comment(harbour, "Ships.", parent=root)
    answer = client.get(f"/api/v1/comments/{reply}?format=html").json
    assert (answer["comment"]["html"], answer["ancestors"][0]["html"]) == ("<p>Ships.</p>", "<p>Boats.</p>")


def test_the_permanent_address_goes_to_the_story_at_the_comment(harbour, newsroom, client):
    comment = newsroom.comment(harbour)
    answer = client.get(f"/c/{comment}")
    assert (answer.status_code, answer.location) == (
        302, f"https://www.herald.example/news/harbour#comment-{comment}",
    )  # fmt: skip


def test_a_comment_costs_a_fixed_number_of_statements(harbour, newsroom, client, statements):
    below = root = newsroom.comment(harbour)
    with statements() as few:
        client.get(f"/api/v1/comments/{root}")
    for _ in range(6):
        below = newsroom.comment(harbour, parent=below)
    with statements() as many:
        client.get(f"/api/v1/comments/{below}")
    assert len(many) == len(few) <= 3


@pytest.fixture
def profile(client):
    def read(slug: str, **query) -> dict:
        return client.get(f"/api/v1/authors/{slug}", query_string={"site": "herald", **query}).json

    return read


@pytest.fixture
def rosa(post, newsroom) -> dict:
    """Rosa's first comment, approved, with her receipt."""
    answer = post(website="https://rosa.example/").json
    newsroom.decide(int(answer["comment"]["id"]), "approve")
    return answer


def test_a_profile_shows_the_visible_comments_the_newest_first(rosa, post, profile):
    second = post(text="More.", receipt=rosa["receipt"]["token"]).json
    shown = profile(rosa["comment"]["author"]["slug"])["comments"]
    assert [each["id"] for each in shown] == [second["comment"]["id"], rosa["comment"]["id"]]


@pytest.mark.parametrize("action", ["hold", "reject", "spam"])
def test_a_profile_shows_nothing_else(rosa, post, profile, newsroom, action):
    second = post(text="A word of mine.", receipt=rosa["receipt"]["token"]).json["comment"]
    newsroom.decide(int(second["id"]), action)
    answer = profile(rosa["comment"]["author"]["slug"])
    assert ([each["id"] for each in answer["comments"]], answer["author"]["comment_count"]) == (
        [rosa["comment"]["id"]],
        1,
    )


def test_a_profile_does_not_count_what_was_taken_back(rosa, post, profile, client):
    second = post(text="A word of mine.", receipt=rosa["receipt"]["token"]).json
    headers = {"Authorization": f"Bearer {second['receipt']['token']}"}
    client.delete(f"/api/v1/comments/{second['comment']['id']}", headers=headers)
    answer = profile(rosa["comment"]["author"]["slug"])
    assert (len(answer["comments"]), answer["author"]["comment_count"]) == (1, 1)


def test_a_profile_says_under_which_story_something_was_said(rosa, profile):
    shown = profile(rosa["comment"]["author"]["slug"])["comments"][0]
    assert shown["story"] == {"id": "harbour", "title": "", "url": "https://www.herald.example/news/harbour"}


def test_a_profile_is_paged(app, rosa, bulk, profile, newsroom):
    ids = bulk(newsroom.story(id="ferry"), [{} for _ in range(45)])
    with app.app_context():
        slug = newsroom.row(ids[0]).author.slug
    found, cursor = [], None
    while True:
        page = profile(slug, **({"cursor": cursor} if cursor else {}))
        found, cursor = found + [each["id"] for each in page["comments"]], page["next_cursor"]
        if cursor is None:
            break
    assert found == [str(id) for id in reversed(ids)]


def test_the_author_of_a_comment_nobody_has_seen_has_no_profile_yet(post, client):
    slug = post().json["comment"]["author"]["slug"]
    answers = [client.get(f"/api/v1/authors/{slug}?site=herald"), client.get(f"/authors/herald/{slug}")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_an_author_of_another_site_is_not_found(rosa, client):
    slug = rosa["comment"]["author"]["slug"]
    assert client.get(f"/api/v1/authors/{slug}?site=gazette").status_code == 404


def test_an_author_nobody_knows_is_not_found(herald, client):
    answer = client.get("/api/v1/authors/nobody?site=herald")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_profile_says_nothing_of_standing_or_rejections(rosa, profile):
    said = str(profile(rosa["comment"]["author"]["slug"]))
    assert not [word for word in ("standing", "NORMAL", "rejected", "email", "network") if word in said]
