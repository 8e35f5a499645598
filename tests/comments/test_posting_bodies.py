"""Bodies that are no comment: each has its own answer, none is stored, none is a failure of the service."""

import gzip
import json
from io import BytesIO

import pytest

from tests.cast import rosas_comment

ROSA = json.dumps(rosas_comment()).encode()
AS_JSON = {"Content-Type": "application/json"}

BODIES = [
    ("empty", b"", AS_JSON, 400, "malformed_json"),
    ("cut short", ROSA[:-5], AS_JSON, 400, "malformed_json"),
    ("two objects", ROSA + ROSA, AS_JSON, 400, "malformed_json"),
    ("single quotes", b"{'site': 'herald'}", AS_JSON, 400, "malformed_json"),
    ("byte order mark", b"\xef\xbb\xbf" + ROSA, AS_JSON, 400, "malformed_json"),
    ("deep nesting", b"[" * 60_000, AS_JSON, 400, "malformed_json"),
    ("deep objects", b'{"a":' * 12_000, AS_JSON, 400, "malformed_json"),
    ("NaN", b'{"site": "herald", "elapsed": NaN}', AS_JSON, 400, "malformed_json"),
    ("Infinity", b'{"site": "herald", "elapsed": -Infinity}', AS_JSON, 400, "malformed_json"),
    ("5,000 digits", b'{"site": "herald", "elapsed": ' + b"9" * 5_000 + b"}", AS_JSON, 400, "malformed_json"),
    ("latin-1", '{"site": "herald", "name": "José"}'.encode("latin-1"), AS_JSON, 400, "wrong_encoding"),
    ("utf-16", ROSA.decode().encode("utf-16"), AS_JSON, 400, "wrong_encoding"),
    ("raw surrogate", b'{"site": "herald", "name": "\xed\xa0\x80"}', AS_JSON, 400, "wrong_encoding"),
    ("array", b"[" + ROSA + b"]", AS_JSON, 422, "validation_failed"),
    ("string", b'"boats"', AS_JSON, 422, "validation_failed"),
    ("number", b"12", AS_JSON, 422, "validation_failed"),
    ("null", b"null", AS_JSON, 422, "validation_failed"),
    ("too large", ROSA + b" " * 65_536, AS_JSON, 413, "too_large"),
    ("100,000 brackets", b"[" * 100_000, AS_JSON, 413, "too_large"),
    ("plain text", ROSA, {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    ("no type", ROSA, {}, 415, "unsupported_media_type"),
    ("a form", b"site=herald", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
    ("multipart", b"--b--", {"Content-Type": "multipart/form-data; boundary=b"}, 415, "unsupported_media_type"),
    ("gzip", gzip.compress(ROSA), {**AS_JSON, "Content-Encoding": "gzip"}, 415, "unsupported_media_type"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"), [each[1:] for each in BODIES], ids=[each[0] for each in BODIES]
)
def test_a_body_that_is_no_comment_is_refused(client, herald, rows, body, headers, status, code):
    before = rows()
    answer = client.post("/api/v1/comments", data=body, headers=headers)
    assert (answer.status_code, answer.json["code"], answer.json["status"]) == (status, code, status)
    assert rows() == before


def test_a_body_of_exactly_64_kib_is_read(client, herald):
    body = ROSA[:-1] + b" " * (65_536 - len(ROSA)) + b"}"
    assert client.post("/api/v1/comments", data=body, headers=AS_JSON).status_code == 201


def test_a_body_without_a_length_is_cut_off_at_64_kib_too(client, herald):
    answer = client.post(
        "/api/v1/comments",
        input_stream=BytesIO(ROSA + b" " * 70_000),
        headers=AS_JSON,
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_charset_in_the_type_is_no_obstacle(client, herald):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.post("/api/v1/comments", data=ROSA, headers=headers).status_code == 201


def test_a_number_too_large_for_any_column_is_named(client, herald):
    body = json.dumps(rosas_comment(elapsed=0)).replace('"elapsed": 0', '"elapsed": 1e999').encode()
    answer = client.post("/api/v1/comments", data=body, headers=AS_JSON)
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["elapsed"])


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_no_way_to_post(client, method):
    answer = client.open("/api/v1/comments", method=method)
    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
