"""By what a confirmed reader is known on the service's own pages, where no script keeps a token.

Only pages that are kept by no cache look at it: what all readers get stays the same for all of them.
"""

from datetime import timedelta

from flask import Response, current_app, request

from ..authors.models import Author
from ..authors.readers import signed_on_reader
from ..core.clock import now
from ..sites.models import Site


def _name(site: Site) -> str:
    prefix = "__Host-" if current_app.config["SESSION_COOKIE_SECURE"] else ""
    return f"{prefix}commentsvc-reader-{site.key}"


def shown(site: Site) -> str | None:
    """The token this browser shows."""
    return request.cookies.get(_name(site))


def signed_on(site: Site) -> Author | None:
    """Who this browser's reader is, by the word of the publisher or of the provider they signed in at."""
    return signed_on_reader(shown(site), site.id, now=now())


def keep(response: Response, site: Site, token: str, lasts: timedelta | None) -> Response:
    """Let the browser show a token: as long as it lasts, or until it is closed (None)."""
    response.set_cookie(
        _name(site),
        token,
        max_age=lasts,
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def drop(response: Response, site: Site) -> Response:
    response.delete_cookie(
        _name(site), path="/", secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
    )
    return response
