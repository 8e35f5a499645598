"""What every blueprint does in the same way: reading a request, answering it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, current_app, has_request_context, request
from werkzeug.exceptions import RequestEntityTooLarge

from .clock import now
from .crypto import Keyring
from .errors import UnsupportedMediaType, WrongEncoding
from .inputs import json_object
from .links import Links
from .network import network_hash, network_hashes

BODY_LIMIT = 64 * 1024  # bytes; the and the field's usual limit for a comment


@dataclass(frozen=True)
class House:
    """What one running service knows besides its database; `outgoing_allowed` are its openings (core.http_out)."""

    keys: Keyring
    base_url: str | None
    outgoing_allowed: tuple[str, ...] = ()
    sends_mail: bool = False


def install(app: Flask, house: House) -> None:
    app.extensions["commentsvc"] = house


def installed(name: str) -> Any:
    """What was installed in this application under a name."""
    return current_app.extensions[name]


def house() -> House:
    return cast(House, current_app.extensions["commentsvc"])


def keys() -> Keyring:
    return house().keys


def links() -> Links:
    """Addresses of the service's own pages; in a worker, where there is no request, the configured ones."""
    return Links(house().base_url or (request.script_root if has_request_context() else ""))


def reader_network() -> str:
    """A keyed hash of the network the request came from."""
    return network_hash(request.remote_addr, keys(), now())


def reader_networks() -> list[str]:
    """Every hash under which that network may be banned."""
    return network_hashes(request.remote_addr, keys(), now())


def reader_hash() -> str:
    """A keyed hash that tells readers of one network apart by their browser: for likes and flags without a cookie."""
    return keys().hash("reader", f"{reader_network()} {request.headers.get('User-Agent', '')}")


def json_body(limit: int = BODY_LIMIT) -> dict[str, Any]:
    """The request's JSON object, of at most so many bytes.

    Raises UnsupportedMediaType, WrongEncoding, MalformedJson, ValidationFailed.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send the body as application/json.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without compression.")
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge()
    body = request.get_data(cache=True)
    if request.content_length is None and len(body) >= limit:
        raise RequestEntityTooLarge()  # sent without a length, it was read up to the limit and cut off there
    return json_object(body)


def form_encoding_error() -> WrongEncoding | None:
    """What is wrong with a form that is not UTF-8: read as one, its letters would be replaced without a word.

    To be asked before anything reads the request's fields.
    """
    body = request.get_data(cache=True)
    typed = body if request.mimetype == "multipart/form-data" else unquote_to_bytes(body)
    try:
        typed.decode("utf-8")
    except UnicodeDecodeError:
        return WrongEncoding("What was sent is not UTF-8. Please look at what you typed and send it again.")
    return None


def bearer() -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def answer(payload: Any, status: int = 200) -> Response:
    """JSON that belongs to one caller: never cached."""
    response = _json(payload, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def public_answer(payload: Any) -> Response:
    """JSON that is the same for every reader: cacheable, with a strong ETag, 304 on If-None-Match."""
    return revalidated(_json(payload, 200))


def revalidated_for_one(payload: Any) -> Response:
    """JSON that belongs to one caller and is asked for again and again: a strong ETag, kept by no shared cache."""
    return revalidated(_json(payload, 200), "private, no-cache")


def revalidated(response: Response, caching: str = "public, max-age=0, must-revalidate") -> Response:
    """The response with a strong ETag of its bytes, or 304 where the caller has them already."""
    response.set_etag(hashlib.blake2b(response.get_data(), digest_size=16).hexdigest())
    response.headers["Cache-Control"] = caching
    return cast(Response, response.make_conditional(request))


def _json(payload: Any, status: int) -> Response:
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(body, status=status, mimetype="application/json")


def vary_by_origin(response: Response, origin_is_allowed: bool) -> Response:
    """Let pages of a registered origin read the answer; nobody's cookies are involved."""
    response.vary.add("Origin")
    if origin_is_allowed:
        response.headers.extend(readable_by(request.headers["Origin"]))
    return response


def readable_by(origin: str) -> list[tuple[str, str]]:
    """The headers that let pages of an origin read an answer."""
    return [("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", "ETag, Retry-After")]


def many(name: str) -> Iterable[str]:
    """Every value of a repeated query parameter, without repetitions."""
    return dict.fromkeys(request.args.getlist(name))
