"""A page for a reader of one site: in its language, under its name."""

from typing import Any

from flask import Response, make_response, render_template

from ..sites.models import Site
from .letters import words_of


def page(template: str, site: Site, status: int = 200, **context: Any) -> Response:
    """The template (below `templates/`, without `.html`) with `words`, `site`, and language and direction of both."""
    words = words_of(site)
    around = {"page_language": words.language, "page_direction": words.direction, "words": words, "site": site}
    return make_response(render_template(f"{template}.html", **around, **context), status)
