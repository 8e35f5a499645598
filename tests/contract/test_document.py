"""The document itself: complete, valid, and true to its own schemas."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis

from commentsvc import create_app
from commentsvc.core.errors import DomainError
from commentsvc.openapi import PROBLEMS, described
from tests.conftest import settings
from tests.contract.promises import DOCUMENT, Json, objections, operations, resolved

OUTSIDE_THE_API = ("/healthz", "/readyz")


def test_every_call_is_described_and_nothing_else(sqlite_app):
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in sqlite_app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") or rule.rule in OUTSIDE_THE_API
    }
    assert {(method, path) for method, path, _ in operations()} == served


def test_the_document_is_valid_openapi():
    schemathesis.openapi.from_dict(described("")).validate()


def test_every_operation_has_a_name_of_its_own():
    names = Counter(operation["operationId"] for _, _, operation in operations())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_path_parameter_is_described():
    for method, path, operation in operations():
        given = [resolved(parameter) for parameter in operation.get("parameters", [])]
        named = {parameter["name"] for parameter in given if parameter["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path)), f"{method} {path}"


def examples() -> Iterator[tuple[str, Json, object]]:
    """(where, schema, example) of every example in the document."""
    for method, path, operation in operations():
        for parameter in map(resolved, operation.get("parameters", [])):
            yield from _with_example(f"{method} {path} {parameter['name']}", parameter)
        bodies = {"body": operation.get("requestBody", {}), **operation["responses"]}
        for name, body in bodies.items():
            for media in resolved(body).get("content", {}).values():
                yield from _with_example(f"{method} {path} {name}", media)
    yield from _in_schemas("schemas", DOCUMENT["components"]["schemas"])


def _with_example(where: str, part: Json) -> Iterator[tuple[str, Json, object]]:
    if "example" in part:
        yield where, part["schema"], part["example"]
    for name, example in part.get("examples", {}).items():
        yield f"{where} {name}", part["schema"], example["value"]


def _in_schemas(where: str, part: object) -> Iterator[tuple[str, Json, object]]:
    if isinstance(part, dict):
        for number, example in enumerate(part.get("examples", [])):
            yield f"{where} {number}", part, example
        for name, inner in part.items():
            yield from _in_schemas(f"{where}/{name}", inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _in_schemas(where, inner)


@pytest.mark.parametrize(("where", "schema", "example"), [pytest.param(*each, id=each[0]) for each in examples()])
def test_an_example_fits_its_schema(where, schema, example):
    assert objections(example, schema) == []


def test_every_body_and_every_answer_has_an_example():
    without = [
        f"{method} {path} {name}"
        for method, path, operation in operations()
        for name, body in {"body": operation.get("requestBody", {}), **operation["responses"]}.items()
        for media in resolved(body).get("content", {}).values()
        if "example" not in media and "examples" not in media
    ]
    assert without == []


def kinds(error: type[DomainError]) -> Iterator[type[DomainError]]:
    for kind in error.__subclasses__():
        yield kind
        yield from kinds(kind)


@pytest.mark.parametrize("kind", list(kinds(DomainError)), ids=lambda kind: kind.__name__)
def test_every_refusal_of_the_service_is_described(kind):
    status, title, _ = PROBLEMS[kind.code]
    assert (status, title) == (kind.http_status, kind.title)


def servers(app, **environment) -> list[Json]:
    return app.test_client().get("/api/v1/openapi.json", environ_overrides=environment).json["servers"]


def test_calls_go_to_the_root_of_the_host_by_default(sqlite_app):
    assert servers(sqlite_app) == [{"url": "/"}]


def test_calls_go_below_the_prefix_the_service_is_mounted_under(sqlite_app):
    assert servers(sqlite_app, SCRIPT_NAME="/comments") == [{"url": "/comments"}]


def test_calls_go_to_the_public_address_where_one_is_configured(tmp_path):
    app = create_app(settings("sqlite://", tmp_path, base_url="https://comments.example"))
    assert servers(app) == [{"url": "https://comments.example"}]


def test_the_document_is_not_sent_twice(sqlite_app):
    client = sqlite_app.test_client()
    etag = client.get("/api/v1/openapi.json").headers["ETag"]
    assert client.get("/api/v1/openapi.json", headers={"If-None-Match": etag}).status_code == 304
