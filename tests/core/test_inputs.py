"""Reading queries and JSON, with the wrong field named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commentsvc.core import inputs
from commentsvc.core.errors import MalformedJson, ValidationFailed, WrongEncoding


@pytest.mark.parametrize(("sent", "read"), [
    ({}, None), ({"q": ""}, None), ({"q": "  "}, None), ({"q": "\u200b"}, None),
    ({"q": " boats "}, "boats"), ({"q": "a\nb"}, "a b"), ({"q": "Cafe\u0301"}, "Café"), ({"q": "x" * 10}, "x" * 10),
])  # fmt: skip
def test_a_line_is_cleaned_and_nothing_is_nothing(sent, read):
    assert inputs.line(sent, "q", limit=10) == read


@pytest.mark.parametrize("wrong", ["x" * 11, "a\x00b", "a\x1bb", "\ud800", "\ufdd0"])
def test_a_line_that_cannot_be_read_is_named(wrong):
    with pytest.raises(ValidationFailed) as error:
        inputs.line({"q": wrong}, "q", limit=10)
    assert list(error.value.fields) == ["q"]


@pytest.mark.parametrize(("sent", "read"), [
    ("3.0", 3), ("30e-1", 3), ("-0.0", 0), ("3.5", 3.5), ("1e15", 10**15), ("1e16", 1e16), ("1e400", float("inf")),
])  # fmt: skip
def test_a_whole_number_is_one_however_it_is_written(sent, read):
    value = inputs.json_object(f'{{"days": {sent}}}'.encode())["days"]
    assert (value, type(value)) == (read, type(read))


@pytest.mark.parametrize(("sent", "read"), [(None, 25), ("", 25), ("1", 1), ("100", 100), ("007", 7)])
def test_a_whole_number(sent, read):
    args = {} if sent is None else {"limit": sent}
    assert inputs.whole_number(args, "limit", 25, low=1, high=100) == read


@pytest.mark.parametrize("wrong", ["0", "101", "-1", "+1", "1.0", "1e1", " 1", "1_0", "٣", "²", "9" * 5000, "ten"])
def test_what_is_no_whole_number_in_its_bounds_is_named(wrong):
    with pytest.raises(ValidationFailed) as error:
        inputs.whole_number({"limit": wrong}, "limit", 25, low=1, high=100)
    assert list(error.value.fields) == ["limit"]


@pytest.mark.parametrize(("sent", "read"), [({}, "oldest"), ({"sort": ""}, "oldest"), ({"sort": "newest"}, "newest")])
def test_a_choice(sent, read):
    assert inputs.choice(sent, "sort", ("oldest", "newest"), "oldest") == read


@pytest.mark.parametrize("wrong", ["best", "Oldest", "oldest ", "old"])
def test_what_is_no_choice_is_named(wrong):
    with pytest.raises(ValidationFailed) as error:
        inputs.choice({"sort": wrong}, "sort", ("oldest", "newest"), "oldest")
    assert list(error.value.fields) == ["sort"]


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())))
def test_any_json_object_is_read_as_it_was_written(value):
    assert inputs.json_object(json.dumps(value, ensure_ascii=True).encode()) == value


@pytest.mark.parametrize(("body", "error"), [
    (b"", MalformedJson), (b"{", MalformedJson), (b"{}{}", MalformedJson), (b'{"a": NaN}', MalformedJson),
    (b'{"a": Infinity}', MalformedJson), (b"[" * 50_000, MalformedJson), (b'{"a":' * 50_000, MalformedJson),
    (b'{"a": ' + b"1" * 5000 + b"}", MalformedJson), (b"\xff", WrongEncoding), (b'{"a": "\xe9"}', WrongEncoding),
    (b"[]", ValidationFailed), (b"null", ValidationFailed), (b"1", ValidationFailed), (b'"a"', ValidationFailed),
])  # fmt: skip
def test_a_body_that_is_no_object(body, error):
    with pytest.raises(error):
        inputs.json_object(body)


@given(st.binary())
def test_any_bytes_are_an_object_or_refused(body):
    try:
        assert isinstance(inputs.json_object(body), dict)
    except (MalformedJson, WrongEncoding, ValidationFailed):
        pass  # every other error would be a failure of the service


def test_only_the_named_texts_are_taken():
    assert inputs.strings({"a": "1", "b": None, "d": "2"}, ("a", "b", "c")) == {"a": "1"}


def test_every_field_that_is_no_text_is_named():
    with pytest.raises(ValidationFailed) as error:
        inputs.strings({"a": 1, "b": [], "c": "fine", "d": False}, ("a", "b", "c", "d"))
    assert set(error.value.fields) == {"a", "b", "d"}
