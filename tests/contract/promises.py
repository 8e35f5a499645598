"""What the document promises of one answer, and whether the answer keeps it."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from werkzeug.test import TestResponse

from commentsvc.openapi import described

DOCUMENT = described("")
Json = dict[str, Any]


def resolved(part: Json) -> Json:
    """What a `$ref` stands for."""
    if "$ref" not in part:
        return part
    found = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def operations() -> Iterator[tuple[str, str, Json]]:
    """Every (METHOD, path, operation)."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def objections(value: Any, schema: Json) -> list[str]:
    """What a schema of the document has against a value."""
    whole = {"allOf": [schema], "components": DOCUMENT["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(value)]


def broken_promises(answer: TestResponse) -> list[str]:
    """What is wrong with an answer, were the document the only thing known of the service."""
    response = _response(answer)
    if response is None:
        return [f"{answer.status} is not documented"]
    return [*_headers(answer, response), *_content(answer, response)]


def _response(answer: TestResponse) -> Json | None:
    documented = _operation(answer.request.method, answer.request.path)["responses"].get(str(answer.status_code))
    return documented and resolved(documented)


def _operation(method: str, path: str) -> Json:
    fitting = [
        (template, operation)
        for other, template, operation in operations()
        if other == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    ]
    return min(fitting, key=lambda found: found[0].count("{"))[1]


def _headers(answer: TestResponse, response: Json) -> Iterator[str]:
    yield from (f"{name} is missing" for name in response.get("headers", {}) if name not in answer.headers)


def _content(answer: TestResponse, response: Json) -> list[str]:
    if "content" not in response:
        return ["there should be no body"] if answer.data else []
    if answer.mimetype not in response["content"]:
        return [f"{answer.mimetype} is not documented"]
    schema = response["content"][answer.mimetype]["schema"]
    return [
        *objections(answer.json, schema),
        *(f"{name} is not documented" for name in unnamed(answer.json, [schema])),
    ]


def unnamed(value: Any, schemas: list[Json], where: str = "") -> Iterator[str]:
    """The fields of a value that none of its schemas names."""
    parts = [part for schema in schemas for part in _parts(schema)]
    if isinstance(value, dict):
        for name, inner in value.items():
            named = [part["properties"][name] for part in parts if name in part.get("properties", {})]
            named += [part["additionalProperties"] for part in parts if part.get("additionalProperties")]
            yield from unnamed(inner, named, f"{where}/{name}") if named else [f"{where}/{name}"]
    elif isinstance(value, list):
        items = [item for part in parts for item in (*part.get("prefixItems", []), part.get("items", {}))]
        for each in value:
            yield from unnamed(each, items, where)


def _parts(schema: Json) -> Iterator[Json]:
    """A schema and everything it is put together from."""
    schema = resolved(schema)
    yield schema
    for how in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(how, []):
            yield from _parts(each)
