"""No cell of a table for spreadsheets is a formula."""

import pytest

from commentsvc.core.sheets import calm


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Rosa", "Rosa"),
        (7, 7),
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("Rosa;=1+1;x", "Rosa;'=1+1;x"),  # a spreadsheet that separates by semicolons
        ("Rosa\t=1+1", "Rosa\t'=1+1"),
        ("Rosa, -1", "Rosa,' -1"),
        ("one\n=1+1", "one\n'=1+1"),
        ("=1;＝2", "'=1;'＝2"),
        ("a - b; c = d, e", "a - b; c = d, e"),
    ],
)
def test_what_a_spreadsheet_would_run_is_led_by_an_apostrophe(typed, written):
    assert calm(typed) == written
