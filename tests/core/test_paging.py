"""Cursors: opaque outside, exact inside, refused by name when made up."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commentsvc.core.errors import ValidationFailed
from commentsvc.core.paging import Cursor, read_cursor

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(MOMENTS, st.integers(0, 2**63 - 1))
def test_a_cursor_comes_back_as_the_moment_and_the_id_it_was_made_of(moment, id):
    back = read_cursor(str(Cursor.at(moment, id)))
    assert (back.moment, back.id) == (moment, id)


@given(st.integers(0, 2**31), st.integers(0, 2**63 - 1))
def test_a_cursor_comes_back_as_the_count_and_the_id_it_was_made_of(count, id):
    assert read_cursor(str(Cursor(count, id))) == Cursor(count, id)


def test_two_moments_a_microsecond_apart_are_two_places():
    moment = datetime(2026, 1, 20, tzinfo=UTC)
    assert str(Cursor.at(moment, 1)) != str(Cursor.at(moment + timedelta(microseconds=1), 1))


@given(MOMENTS, st.integers(0, 2**63 - 1))
def test_a_cursor_needs_no_encoding_in_an_address(moment, id):
    assert str(Cursor.at(moment, id)).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("none", [None, ""])
def test_no_cursor_is_the_first_page(none):
    assert read_cursor(none) is None


@pytest.mark.parametrize("made_up", [
    "x", "é", "=", "....", "%00", "[1, 2]",
    encoded(None), encoded(1), encoded("ab"), encoded([]), encoded([1]), encoded([1, 2, 3]),
    encoded([1.0, 2]), encoded(["1", "2"]), encoded([True, False]), encoded([None, None]), encoded({"a": 1, "b": 2}),
    encoded([[1], 2]), encoded([2**60, 1]), encoded([-(2**60), 1]), encoded([0, -1]), encoded([0, 2**63]),
    encoded([0, 10**400]), encoded([float("nan"), 1]), encoded([0, 1]) + "AAAA", "A" * 100_000,
    base64.urlsafe_b64encode(b"[" * 60_000).decode(), base64.urlsafe_b64encode(b"[0, " + b"9" * 5000 + b"]").decode(),
])  # fmt: skip
def test_a_made_up_cursor_is_refused_by_name(made_up):
    with pytest.raises(ValidationFailed) as refusal:
        read_cursor(made_up)
    assert list(refusal.value.fields) == ["cursor"]


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_whatever_is_sent_as_a_cursor_is_a_place_in_time_or_refused(text):
    try:
        cursor = read_cursor(text)
    except ValidationFailed:
        return
    assert cursor is None or isinstance(cursor.moment, datetime)


@given(st.integers(-(2**57), 2**57), st.integers(0, 2**63 - 1))
def test_whatever_key_is_in_a_cursor_is_a_place_in_time_or_refused(key, id):
    try:
        cursor = read_cursor(encoded([key, id]))
    except ValidationFailed:
        return
    assert isinstance(cursor.moment, datetime)
