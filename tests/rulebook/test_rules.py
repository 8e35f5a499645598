"""What the site makes of a rule: at the desk, by the API, for the next comment."""

import pytest

LOUD = "THE HARBOUR WAS BETTER WITH BOATS IN IT"


def state(call, rule):
    return next(each for each in call("GET", "rules?site=herald").json["rules"] if each["rule"] == rule)


def change(call, rule, **changes):
    return call("PATCH", "rules", {"site": "herald", "rules": [{"rule": rule, **changes}]})


@pytest.mark.parametrize(
    ("mode", "status", "said"),
    [
        (None, "pending", ("hold", None)),
        ("off", "approved", None),
        ("shadow", "approved", ("note", "hold")),
        ("note", "approved", ("note", None)),
        ("hold", "pending", ("hold", None)),
        ("reject", "pending", ("reject", None)),
    ],
)
def test_a_rule_means_what_the_site_chose(call, post, verdicts, mode, status, said):
    assert change(call, "shouting", mode=mode).status_code == 200
    answer = post(text=LOUD)
    assert answer.json["comment"]["status"] == status
    assert verdicts(answer).get("shouting") == said


def test_a_refusal_can_be_softened(call, post, verdicts):
    change(call, "said_it_before", mode="hold")
    first = post()
    assert first.status_code == 201
    again = post(receipt=first.json["receipt"]["token"])
    assert (again.status_code, again.json["comment"]["status"]) == (201, "pending")
    assert verdicts(again)["said_it_before"] == ("hold", None)
    assert again.json["reasons"] == ["A moderator reads it first."]


def test_what_a_person_decided_is_not_for_a_rule_to_soften(call):
    answer = change(call, "author_is_banned", mode="note")
    assert answer.status_code == 422
    assert "standing" in answer.json["fields"]["author_is_banned.mode"][0]


def test_the_mode_is_given_back_to_the_rule(call):
    change(call, "shouting", mode="off", when_silent="publish")
    change(call, "shouting", mode=None)
    assert (state(call, "shouting")["mode"], state(call, "shouting")["when_silent"]) == (None, "publish")


def test_a_threshold_is_set_with_its_rule(call, post):
    change(call, "shouting", settings={"shouting_letters": 200})
    assert post(text=LOUD).json["comment"]["status"] == "approved"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": "loud"}, "shouting.mode"),
        ({"when_silent": "shrug"}, "shouting.when_silent"),
        ({"settings": {"shouting_percent": 101}}, "shouting_percent"),
        ({"settings": {"shouting_percent": "many"}}, "shouting_percent"),
        ({"settings": {"flood_seconds": 1}}, "flood_seconds"),
        ({"settings": {"nonsense": 1}}, "nonsense"),
        ({"settings": [1]}, "settings"),
    ],
)
def test_a_wrong_change_changes_nothing(call, changes, field):
    rules = [{"rule": "too_many_links", "mode": "note"}, {"rule": "shouting", **changes}]
    answer = call("PATCH", "rules", {"site": "herald", "rules": rules})
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert state(call, "too_many_links")["mode"] is None


@pytest.mark.parametrize("rules", [None, [], {}, [1], [{"mode": "off"}], [{"rule": 5}], [{"rule": "x"}],
                                   [{"rule": "shouting"}, {"rule": "shouting"}]])  # fmt: skip
def test_what_is_no_list_of_changes_is_refused(call, rules):
    assert call("PATCH", "rules", {"site": "herald", "rules": rules}).status_code == 422


def test_moderators_set_no_rules(call, cast):
    assert call("GET", "rules?site=herald", who=cast.hanna).status_code == 403
    assert (
        call("PATCH", "rules", {"site": "herald", "rules": [{"rule": "shouting"}]}, who=cast.hanna).status_code == 403
    )


def test_an_admin_sets_rules_on_the_page(ada, call):
    fields = {"shouting.mode": "shadow", "shouting.when_silent": "publish", "shouting_percent": "55",
              "links_denied": "Bad.example\r\n", "duplicate_check": "off"}  # fmt: skip
    assert ada.send("/admin/rules?site=herald", "/admin/rules?site=herald", **fields).status_code == 302
    shown = state(call, "shouting")
    assert (shown["mode"], shown["when_silent"], shown["settings"][0]["value"]) == ("shadow", "publish", 55)
    assert state(call, "links_to_denied_domain")["settings"][0]["value"] == "bad.example"
    assert state(call, "said_it_before")["settings"][0]["value"] is False
    assert '<option value="shadow" selected>' in ada.page("/admin/rules?site=herald")


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(ada, call):
    fields = {"shouting_percent": "900", "links_denied": "nowhere", "shouting.mode": "off"}
    answer = ada.send("/admin/rules?site=herald", "/admin/rules?site=herald", **fields)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Use a whole number from 0 to 100." in shown
    assert "Line 1:" in shown
    assert 'value="900"' in shown
    assert state(call, "shouting")["mode"] is None


def test_the_card_says_what_a_shadow_would_have_done(newsroom, hanna, post):
    newsroom.rule("herald", "shouting", "shadow")
    number = post(text=LOUD).json["comment"]["id"]
    assert "in shadow: would have held" in hanna.page(f"/desk/comments/{number}")


# What the database knows


def test_an_author_whose_comments_are_rejected_waits(post, newsroom):
    first = post(text="Number one of many.").json
    token = first["receipt"]["token"]
    ids = [int(post(text=f"Number {n} of many.", receipt=token).json["comment"]["id"]) for n in range(2, 6)]
    assert post(text="Still welcome.", receipt=token).json["comment"]["status"] == "approved"
    for number in ids[:3]:
        newsroom.decide(number, "reject")
    answer = post(text="And now?", receipt=token)
    assert (answer.json["comment"]["status"], answer.json["reasons"]) == ("pending", ["A moderator reads it first."])
    assert post(text="A stranger types her address.").json["comment"]["status"] == "approved"


def test_near_identical_text_of_several_writers_waits(post, newsroom):
    newsroom.set("herald", mass_posting_writers=3)
    text = "Best prices for boats, see them at once. Number {}!"
    sent = [post(text=text.format(n), email=f"writer{n}@example.org").json["comment"]["status"] for n in range(4)]
    assert sent == ["approved", "approved", "pending", "pending"]


def test_near_identical_text_under_several_stories_waits(post, newsroom):
    newsroom.set("herald", mass_posting_stories=3)
    stories = [newsroom.story("herald") for _ in range(3)]
    sent = [post(text="Best prices for boats, see them at once.", story=story, url=None) for story in stories]
    assert [each.json["comment"]["status"] for each in sent] == ["approved", "approved", "pending"]


def test_short_words_that_many_people_say_are_no_mass_posting(post, newsroom):
    newsroom.set("herald", mass_posting_writers=2)
    assert {post(text="Well said!", email=f"w{n}@example.org").json["comment"]["status"] for n in range(3)} == {
        "approved"
    }


def test_a_disposable_address_waits(post):
    assert post(email="rosa@mailinator.com").json["comment"]["status"] == "pending"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("See https://shop.bad.example/x", "pending"),
        ("See [this](https://bad.example)", "pending"),
        ("See www.BAD.example", "pending"),
        ("See https://notbad.example", "approved"),
        ("See https://bücher.example/", "pending"),
    ],
)
def test_a_link_to_a_denied_domain_waits(post, newsroom, text, status):
    newsroom.set("herald", links_denied="bad.example\nBücher.example")
    assert post(text=text).json["comment"]["status"] == status


def test_links_to_allowed_domains_do_not_count(post, newsroom):
    newsroom.set("herald", links_allowed=1, links_allowed_domains="herald.example")
    text = "https://www.herald.example/a https://herald.example/b https://other.example/"
    assert post(text=text).json["comment"]["status"] == "approved"


def test_an_edit_is_looked_at_by_the_same_rules(post, client):
    made = post().json
    edited = client.patch(
        f"/api/v1/comments/{made['comment']['id']}",
        json={"text": LOUD},
        headers={"Authorization": f"Bearer {made['receipt']['token']}"},
    )
    assert "because most of it is in capitals" in " ".join(edited.json["reasons"])


def test_a_post_asks_the_database_little_more(post, newsroom, statements):
    newsroom.set("herald", mass_posting_stories=0, mass_posting_writers=0)
    post(text="Warm up, please.")
    with statements() as before:
        post(text="Nothing but the usual rules.")
    newsroom.set("herald", mass_posting_stories=3, mass_posting_writers=3)
    newsroom.words("herald", "hold", "swindle")
    newsroom.rule("herald", "shouting", "note")
    post(text="Warm up again, please.")
    with statements() as after:
        post(text="Nothing but the usual rules, again.")
    assert len(after) - len(before) <= 1


@pytest.mark.parametrize("mode", ["off", "shadow", "note"])
def test_new_writers_are_held_by_the_mode_whatever_their_own_rule_is(newsroom, post, verdicts, mode):
    newsroom.set("herald", mode="hold_new")
    newsroom.rule("herald", "author_is_new", mode)
    answer = post()
    assert answer.json["comment"]["status"] == "pending"
    assert verdicts(answer)["newcomers_are_held"] == ("hold", None)
    assert answer.json["reasons"] == ["A moderator reads a writer's first comments before they appear."]


@pytest.mark.parametrize(("link", "is_held"), [
    ("http://bad.example/](x", True), ("http://bad.example/](http://good.example/", True),
    ("[label](http://bad.example/)", True), ("[bad.example](http://good.example/)", False),
])  # fmt: skip
def test_a_link_leads_where_its_address_says(newsroom, post, link, is_held):
    newsroom.set("herald", links_denied="bad.example")
    assert (post(text=f"Look at {link} now").json["comment"]["status"] == "pending") is is_held


MANY = "\n".join(f"a-rather-long-name-of-some-domain-{number}.example" for number in range(1900))


def test_a_long_list_of_domains_is_saved_on_the_page_and_by_the_api(ada, call, newsroom):
    assert ada.send("/admin/rules?site=herald", "/admin/rules?site=herald", links_denied=MANY).status_code == 302
    change = {"rule": "too_many_links", "settings": {"links_allowed_domains": MANY}}
    assert call("PATCH", "rules", {"site": "herald", "rules": [change]}).status_code == 200
    rules = {each["rule"]: each["settings"] for each in call("GET", "rules?site=herald").json["rules"]}
    assert rules["links_to_denied_domain"][0]["value"] == MANY
    assert [each["value"] for each in rules["too_many_links"] if each["name"] == "links_allowed_domains"] == [MANY]


def test_a_long_list_of_words_is_tried_on_the_page_and_by_the_api(ada, call):
    words = "\n".join(f"a rather long phrase number {number}" for number in range(4900))
    page = "/admin/trial?site=herald"
    assert ada.send(page, page, **{"try": "words", "words": words, "kind": "hold", "days": "30"}).status_code == 200
    assert call("POST", "trial", {"site": "herald", "try": "words", "words": words}).status_code == 200
