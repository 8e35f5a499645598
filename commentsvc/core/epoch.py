"""Counting with moments inside the database, the same on both: hours, days, how long something took."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

HOUR, DAY = 3600, 86_400


class seconds(FunctionElement[int]):
    """Whole seconds from 1970 to a moment (a column of it), UTC, rounded down: `seconds(Comment.created_at) // DAY`."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds)
def _standard(element: seconds, compiler: Any, **more: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **more)})) AS BIGINT)"


@compiles(seconds, "sqlite")
def _sqlite(element: seconds, compiler: Any, **more: Any) -> str:
    # Without what follows the second: SQLite would round it to milliseconds, and into the next hour.
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **more)}, 1, 19)) AS INTEGER)"
