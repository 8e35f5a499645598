"""Ids: integers inside, strings outside."""

from werkzeug.routing import BaseConverter

from .errors import NotFound

LARGEST = 2**63 - 1


class IdInAddress(BaseConverter):
    """`<id:…>` of a route beside which others stand under a name, so that a name is not taken for an id."""

    regex = "[1-9][0-9]{0,18}"


def read_id(text: str) -> int:
    """The integer behind an id from outside. Raises NotFound for anything that cannot be one."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= LARGEST:
        return int(text)
    raise NotFound("There is nothing here by that id.")
