"""Reading what callers send in queries and JSON, with the field named when it is wrong."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from .errors import MalformedJson, ValidationFailed, WrongEncoding
from .text import Unreadable, clean_line

EXACT = 2**53  # below it every whole number is told from the next by a JSON reader that knows only floats (RFC 8259)


def line(args: Mapping[str, str], name: str, *, limit: int = 2000) -> str | None:
    """One line of text from a query, cleaned; None when it is missing or blank."""
    try:
        value = clean_line(args.get(name) or "")
    except Unreadable as error:
        raise ValidationFailed({name: [str(error)]}) from error
    if len(value) > limit:
        raise ValidationFailed({name: [f"Use at most {limit} characters."]})
    return value or None


def choice(args: Mapping[str, str], name: str, among: Iterable[str], default: str) -> str:
    """One of the named values. Raises ValidationFailed for any other."""
    value, allowed = args.get(name) or default, tuple(among)
    if value not in allowed:
        raise ValidationFailed({name: [f"Use one of: {', '.join(allowed)}."]})
    return value


def whole_number(args: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    """A whole number between two bounds, both included. Raises ValidationFailed for anything else."""
    value = args.get(name)
    if value is None or value == "":
        return default
    if value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high:
        return int(value)
    raise ValidationFailed({name: [f"Use a whole number from {low} to {high}."]})


def moment(args: Mapping[str, str], name: str) -> datetime | None:
    """A moment like `2026-01-20T08:30:00Z`, or what a form's field for one sends (`2026-01-20T08:30`), read as UTC.

    A date alone is its beginning. None when it is missing or blank. Raises ValidationFailed for anything else.
    """
    value = line(args, name, limit=40)
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value.upper())
        if not 1000 <= read.year < 9999:  # what lies beyond is, in some zone, out of all time
            raise ValueError(value)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except ValueError as error:
        raise ValidationFailed({name: ["Write a moment like 2026-01-20T08:30:00Z."]}) from error


def json_object(body: bytes) -> dict[str, Any]:
    """The object in a JSON body.

    Raises WrongEncoding for what is not UTF-8, MalformedJson for what is not JSON (NaN, endless nesting
    and numbers of thousands of digits included), ValidationFailed for JSON that is no object.
    """
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=_number)
    except UnicodeDecodeError as error:
        raise WrongEncoding("The body is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise MalformedJson("The body is not well-formed JSON.") from error
    if not isinstance(value, dict):
        raise ValidationFailed({"body": ["Send one JSON object."]})
    return value


def _number(text: str) -> int | float:
    """A whole number is one however it is written: to JSON Schema, and in JavaScript, 3.0 is 3."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def only(given: Iterable[str], names: Iterable[str]) -> None:
    """Raises ValidationFailed for any other name: a misspelt one left out would mean more than was meant."""
    if unknown := sorted(set(given) - set(names)):
        raise ValidationFailed({name: ["There is no field of this name here."] for name in unknown})


def strings(payload: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """The named text fields of a JSON object; null and missing ones are left out.

    Raises ValidationFailed naming every field that is something other than text.
    """
    given = {name: payload[name] for name in names if payload.get(name) is not None}
    wrong = {name: ["This must be text."] for name, value in given.items() if not isinstance(value, str)}
    if wrong:
        raise ValidationFailed(wrong)
    return given
