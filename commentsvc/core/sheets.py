"""Tables for spreadsheets (CSV, RFC 4180), in which no cell is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BEHIND_A_SEPARATOR = re.compile(r"(?<=[;,\t\r\n])(?= *[=+\-@＝＋－＠])")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The table as text. A text that would be read as a formula is led by an apostrophe; None is an empty cell."""
    return as_lines([head, *rows])


def as_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Some rows of a table, for a file that is written a piece at a time."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows([calm(cell) for cell in row] for row in rows)
    return sheet.getvalue()


def calm(cell: Any) -> Any:
    """The cell, with an apostrophe before all that a spreadsheet would run: at its beginning, and behind whatever that
    spreadsheet may take for the end of a cell, be it set to commas, semicolons or tabs."""
    if not isinstance(cell, str):
        return cell
    within = _BEHIND_A_SEPARATOR.sub("'", cell)
    return f"'{within}" if cell.lstrip(" ").startswith(_FORMULA) else within
