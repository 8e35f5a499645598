"""In which encoding a client takes a body, and the body in it."""

import gzip
from functools import lru_cache
from typing import Literal

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

Encoding = Literal["br", "gzip", "identity"]
OFFERED: tuple[Encoding, ...] = ("br", "gzip")  # the smallest first


@lru_cache(maxsize=256)
def preferred(accepted: str) -> Encoding:
    """The one to send to a client that says `Accept-Encoding: …`; "identity" where it takes no other."""
    offers = parse_accept_header(accepted, Accept)
    return next((each for each in OFFERED if offers[each] > 0), "identity")


def encoded(body: bytes, encoding: Encoding, *, quick: bool = False) -> bytes:
    """The body in an encoding; `quick` is for what is sent a few times only."""
    if encoding == "br":
        return brotli.compress(body, quality=5 if quick else 11)
    if encoding == "gzip":
        return gzip.compress(body, 6 if quick else 9, mtime=0)
    return body
