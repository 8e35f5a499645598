"""Word lists at the desk and by the API."""

import pytest

INSULTS = {"site": "herald", "name": "Insults", "kind": "hold", "entries": ["swindle*", "buy now"]}


@pytest.fixture
def insults(call) -> str:
    return call("POST", "words", INSULTS).json["list"]["id"]


def test_a_new_list_is_used_for_the_next_comment(call, post, verdicts):
    post(text="A swindler.")
    call("POST", "words", INSULTS)
    answer = post(text="You ѕw1ndler!")
    assert answer.json["comment"]["status"] == "pending"
    assert verdicts(answer) == {"uses_held_word": ("hold", None)}


@pytest.mark.parametrize(
    ("kind", "status", "outcome"),
    [("hold", "pending", "hold"), ("reject", "pending", "reject"), ("mark", "approved", "note")],
)
def test_a_list_does_what_its_kind_says(newsroom, post, verdicts, kind, status, outcome):
    newsroom.words("herald", kind, "boats")
    answer = post()
    assert answer.json["comment"]["status"] == status
    assert [said for said, _ in verdicts(answer).values()] == [outcome]


def test_a_list_in_shadow_lets_through_and_remembers(newsroom, post, verdicts):
    newsroom.words("herald", "reject", "boats", mode="shadow")
    answer = post()
    assert answer.json["comment"]["status"] == "approved"
    assert verdicts(answer) == {"uses_rejected_word": ("note", "reject")}


def test_a_list_that_is_off_says_nothing(newsroom, post, verdicts):
    newsroom.words("herald", "reject", "boats", mode="off")
    assert verdicts(post()) == {}


def test_a_list_is_of_its_site_alone(newsroom, post, verdicts):
    newsroom.words("gazette", "reject", "boats")
    assert verdicts(post()) == {}


def test_a_changed_list_counts_at_once(call, insults, post, verdicts):
    post(text="A swindle.")
    changed = call("PATCH", f"words/{insults}", {"entries": ["boats"]}).json["list"]
    assert (changed["entries"], changed["name"]) == (["boats"], "Insults")
    assert verdicts(post(text="Another swindle.")) == {}
    assert "uses_held_word" in verdicts(post())


def test_a_removed_list_is_gone(call, insults, post, verdicts):
    assert call("DELETE", f"words/{insults}").json == {"removed": insults}
    assert verdicts(post(text="A swindle.")) == {}
    assert call("GET", "words?site=herald").json == {"lists": []}


def test_the_writer_is_not_told_which_word_it_was(newsroom, post):
    newsroom.words("herald", "hold", "boats")
    assert post().json["reasons"] == ["It uses words that a moderator looks at first."]


def test_moderators_read_lists_and_change_none(call, cast, insults):
    assert call("GET", "words?site=herald", who=cast.hanna).json["lists"][0]["entries"] == INSULTS["entries"]
    assert call("POST", "words", {**INSULTS, "name": "Mine"}, who=cast.hanna).status_code == 403
    assert call("PATCH", f"words/{insults}", {"mode": "off"}, who=cast.hanna).status_code == 403
    assert call("DELETE", f"words/{insults}", who=cast.hanna).status_code == 403


def test_moderators_of_another_site_do_not_learn_of_a_list(call, cast, insults):
    assert call("GET", "words?site=herald", who=cast.gus).status_code == 404
    assert call("DELETE", f"words/{insults}", who=cast.gus).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": ""}, "name", "Give the list a name"),
        ({"name": "x" * 81}, "name", "80 characters at most"),
        ({"name": "Insults"}, "name", "of this name already"),
        ({"name": "a\x00b"}, "name", "U+0000"),
        ({"kind": "spam"}, "kind", "Choose one"),
        ({"kind": None}, "kind", "Choose one"),
        ({"language": "xx"}, "language", "Choose one"),
        ({"mode": "loud"}, "mode", "Choose one"),
        ({"entries": "boats"}, "entries", "list of texts"),
        ({"entries": ["a\nb"]}, "entries", "one line"),
        ({"entries": ["boats", "ok", "***"]}, "entries", "Line 3: there is no word in it."),
        (
            {"entries": ["boats", "x\x00y"]},
            "entries",
            "Line 2: This contains a character that cannot be shown (U+0000)",
        ),
        ({"entries": ["x" * 201]}, "entries", "Line 1: use at most 200 characters."),
        ({"entries": ["boats"] * 10_001}, "entries", "Use at most 10,000 lines; this has 10,001."),
        ({"entries": ["-"] * 9}, "entries", "4 more lines are wrong."),
    ],
)
def test_what_is_no_list_is_refused_by_field_and_line(call, insults, changes, field, said):
    answer = call("POST", "words", {**INSULTS, "name": "Another", **changes})
    assert answer.status_code == 422
    assert said in " ".join(answer.json["fields"][field])
    assert len(call("GET", "words?site=herald").json["lists"]) == 1


def test_ten_thousand_hostile_entries_are_words_like_others(call, post, verdicts):
    entries = [f"(a+)+{number}\\d[x]\u202e" for number in range(9_999)] + ["boats"]
    assert call("POST", "words", {**INSULTS, "entries": entries}).status_code == 201
    assert "uses_held_word" in verdicts(post())


def test_a_list_keeps_each_entry_once(call):
    sent = {**INSULTS, "entries": ["boats", " boats ", "", "ferry"]}
    assert call("POST", "words", sent).json["list"]["entries"] == ["boats", "ferry"]


# At the desk


def test_an_admin_adds_edits_imports_and_deletes(ada, call):
    fields = {"name": "Insults", "kind": "reject", "language": "", "mode": "live", "entries": "boats\r\nferr*"}
    ada.send("/desk/words?site=herald", "/admin/words?site=herald", **fields)
    [made] = call("GET", "words?site=herald").json["lists"]
    there = f"/desk/words/{made['id']}"
    ada.send(there, f"/admin/words/{made['id']}", **{**fields, "kind": "hold", "language": "de"})
    ada.send(there, f"/admin/words/{made['id']}/import", pasted="ferr*\nquay\n\nquay")
    [kept] = call("GET", "words?site=herald").json["lists"]
    assert (kept["kind"], kept["language"], kept["entries"]) == ("hold", "de", ["boats", "ferr*", "quay"])
    assert "quay" in ada.page(there)
    ada.send(there, f"/admin/words/{made['id']}/delete")
    assert call("GET", "words?site=herald").json["lists"] == []


def test_what_was_typed_stays_when_a_line_is_wrong(ada):
    fields = {"name": "Insults", "kind": "reject", "language": "", "mode": "live", "entries": "boats\n***"}
    answer = ada.send("/desk/words?site=herald", "/admin/words?site=herald", **fields)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Line 2: there is no word in it." in shown
    assert "boats\n***</textarea>" in shown


def test_a_wrong_line_of_an_import_changes_nothing(ada, insults, call):
    answer = ada.send(f"/desk/words/{insults}", f"/admin/words/{insults}/import", pasted="quay\n\x07")
    assert answer.status_code == 422
    assert "Line 2:" in answer.get_data(as_text=True)
    assert call("GET", "words?site=herald").json["lists"][0]["entries"] == INSULTS["entries"]


def test_a_long_list_can_be_pasted(ada, insults, call):
    pasted = "\n".join(f"слово{number}" for number in range(5_000))
    ada.send(f"/desk/words/{insults}", f"/admin/words/{insults}/import", pasted=pasted)
    assert len(call("GET", "words?site=herald").json["lists"][0]["entries"]) == 5_002


def test_a_text_is_tried_against_all_lists_at_once(hanna, newsroom):
    newsroom.words("herald", "hold", "swindle*")
    newsroom.words("herald", "mark", "boats", mode="off")
    shown = hanna.send(
        "/desk/words?site=herald", "/desk/words/try?site=herald", text="<b>Sw1ndlers</b> in b.o.a.t.s"
    ).get_data(as_text=True)
    assert ">Sw1ndlers</mark>" in shown
    assert ">b.o.a.t.s</mark>" in shown
    assert "2 lists find something" in shown
    assert "<b>Sw" not in shown


def test_a_moderator_is_offered_no_change(hanna, insults):
    shown = hanna.page("/desk/words?site=herald") + hanna.page(f"/desk/words/{insults}")
    assert "/admin/words" not in shown
    assert "swindle*" in shown
