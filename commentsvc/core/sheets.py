"""Tables for spreadsheets (CSV, RFC 4180), in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The table as text. A text that would be read as a formula is led by an apostrophe; None is an empty cell."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(head)
    writer.writerows([calm(cell) for cell in row] for row in rows)
    return sheet.getvalue()


def calm(cell: Any) -> Any:
    """The cell, led by an apostrophe where a spreadsheet would run it."""
    is_formula = isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA)
    return f"'{cell}" if is_formula else cell
