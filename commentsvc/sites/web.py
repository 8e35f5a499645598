"""Which site a reader's request is about, and which pages may read the answer."""

from flask import Blueprint, Response, g, request

from ..core import inputs
from ..core.errors import OriginNotAllowed
from ..core.urls import WrongUrl, origin_of
from ..core.web import house, vary_by_origin
from .models import Site
from .service import is_known_origin, site_named

METHODS = "GET, POST, PATCH, PUT, DELETE"
HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match"
PREFLIGHT_KEPT = 7200  # seconds; the longest Chromium keeps one


def requested_site() -> Site:
    """The site named in the query. Raises ValidationFailed, UnknownSite."""
    return about(site_named(inputs.line(request.args, "site", limit=Site.KEY_LENGTH)))


def named_site(key: str) -> Site:
    """The site a page's address names. Raises ValidationFailed, UnknownSite."""
    return site_named(inputs.line({"site": key}, "site", limit=Site.KEY_LENGTH))


def about(site: Site) -> Site:
    """Remember which site this request is about: its origins may read the answer."""
    g.site = site
    return site


def ensure_origin(site: Site) -> None:
    """Raises OriginNotAllowed when a page of a foreign origin writes. Without an Origin header it is no page."""
    origin = request.headers.get("Origin")
    if origin is not None and not site.allows(origin) and origin != _own_origin():
        raise OriginNotAllowed("Pages of this origin may not write here.")


def ensure_own_page() -> None:
    """Raises OriginNotAllowed when a page that is not the service's own sends a form: browsers say so themselves."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise OriginNotAllowed("Please use the page itself.")


def _own_origin() -> str:
    try:
        return origin_of(house().base_url or request.host_url)
    except WrongUrl:
        return ""


def answers_pages(blueprint: Blueprint) -> Blueprint:
    """Let the pages of registered origins read a blueprint's answers, and ask before they write (CORS)."""
    blueprint.after_request(_let_read)
    return blueprint


def _let_read(response: Response) -> Response:
    origin = request.headers.get("Origin")
    allowed = bool(origin) and _may_read(origin or "")
    vary_by_origin(response, allowed)
    if allowed and request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_KEPT)
    return response


def _may_read(origin: str) -> bool:
    """A registered origin of the site asked about; before a site is known (a preflight), of any site."""
    site: Site | None = g.get("site")
    return site.allows(origin) if site else is_known_origin(origin)
