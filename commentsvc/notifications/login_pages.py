"""Signing in at the site's own provider: there and back, from an article or from this service's page of a thread.

The widget of an article opens a small window, whose cookies are this service's own. The page that opened it gets the
token by a message to the origin that was named and checked before anybody was sent anywhere. Where no script runs the
reader goes there and back in the page itself, and is known by the cookie alone.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, request

from ..authors import login, readers
from ..authors.login import Asked, NotSignedIn
from ..comments import cookies
from ..comments.routes import story_name
from ..core import inputs
from ..core.clock import now
from ..core.errors import NotFound
from ..core.limits import sessions_opened
from ..core.oidc import Elsewhere
from ..core.unit_of_work import unit_of_work
from ..core.web import house, keys, links
from ..sites.models import Site
from ..sites.web import named_site
from .page import page

bp = Blueprint("login_pages", __name__, url_prefix="/sign-in")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
STATUS = {"declined": 403, "late": 400, "nameless": 403, "reserved": 403}  # else the provider failed: 502


@bp.after_request
def _in_a_window_of_its_own(response: Response) -> Response:
    # The address of the way back is a key. Under any stricter opener policy the page could not be told anything.
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Opener-Policy": "unsafe-none",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
        }
    )
    return response


def _site(key: str) -> Site:
    """Raises UnknownSite, and NotFound where the provider could send nobody back."""
    site = named_site(key)
    if not (site.settings.login and house().base_url):
        raise NotFound("Readers do not sign in here.")
    return site


def _cookie() -> str:
    return "__Secure-commentsvc-sign-in" if current_app.config["SESSION_COOKIE_SECURE"] else "commentsvc-sign-in"


def _set(response: Response, site: Site, value: str, lasts: timedelta | int) -> Response:
    response.set_cookie(
        _cookie(),
        value,
        max_age=lasts,
        path=urlsplit(links().sign_in(site.key)).path,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/<key>")
@sessions_opened
def begin(key: str) -> Response:
    """To the provider, for the page whose origin is named and which knows the window by `nonce`."""
    site, origin, nonce = _site(key), request.args.get("origin", ""), request.args.get("nonce", "")
    login.ensure_page(site, origin, nonce)
    return _sent_there(site, origin=origin, nonce=nonce, remember="remember" in request.args)


@bp.get("/<key>/here")
@sessions_opened
def begin_here(key: str) -> Response:
    """To the provider from this service's own page of a thread; who is signed in already needs not go."""
    site, name = _site(key), story_name()
    parent = inputs.line(request.args, "parent", limit=20)
    page = f"{links().thread(site.key, story=name.id, url=name.url, parent=parent, writing=1)}#respond"
    if cookies.signed_on(site):
        return redirect(page)  # type: ignore[return-value]
    return _sent_there(site, page=page, remember=False)


def _sent_there(site: Site, **asks: Any) -> Response:
    with unit_of_work():  # what was read so far ends its transaction: none is open while the provider is asked
        elsewhere = _elsewhere(site)
    try:
        url, asked = login.begin(site, elsewhere, links().sign_in_back(site.key), now=now(), **asks)
    except NotSignedIn as error:
        return _not_signed_in(site, error, asks.get("page", ""))
    return _set(make_response(redirect(url)), site, asked.sealed(keys()), login.WITHIN)


def _not_signed_in(site: Site, error: NotSignedIn, page: str) -> Response:
    return _page(site, STATUS.get(error.why, 502), why=error.why, back=page)


def _elsewhere(site: Site) -> Elsewhere:
    return login.elsewhere_of(site, keys=keys(), allowed=house().outgoing_allowed)


@bp.get("/<key>/back")
@sessions_opened
def back(key: str) -> Response:
    """From the provider, with what it says about who came."""
    site = _site(key)
    asked = login.unsealed(request.cookies.get(_cookie(), ""), site, keys=keys(), now=now())
    try:
        if asked is None:
            raise NotSignedIn("late")
        answer = _signed_in(site, asked)
    except NotSignedIn as error:
        answer = _not_signed_in(site, error, asked.page if asked else "")
    return _set(answer, site, "", 0)


def _signed_in(site: Site, asked: Asked) -> Response:
    with unit_of_work():
        elsewhere = _elsewhere(site)
        login.spend(site, asked, request.args)
    who = login.who_came(site, elsewhere, asked, request.args)
    moment, lasts = now(), readers.KNOWN_FOR if asked.remember else None
    with unit_of_work():
        reader = login.sign_in(site, who, keys=keys(), now=moment)
        token = readers.know_browser(reader, now=moment, lasts=lasts or readers.KNOWN_FOR_A_VISIT)
    if asked.page:
        told = make_response(redirect(asked.page, 303))
    else:
        told = _page(site, 200, asked=asked, token=token, name=reader.name)
    return cookies.keep(told, site, token, lasts)  # what this service's own pages know the reader by


def _page(site: Site, status: int, **context: Any) -> Response:
    return page("me/login", site, status, **context)
