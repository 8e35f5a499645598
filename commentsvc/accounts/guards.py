"""The doors of the newsroom: deny by default, decided by the address alone."""

import re
from typing import cast

from flask import Flask, g, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from ..core.clock import now
from ..core.errors import Forbidden, Unauthorized, UnsupportedMediaType
from ..core.unit_of_work import unit_of_work
from ..core.web import bearer
from . import service
from .cookies import STAFF_PAGES
from .models import Account, StaffSession
from .permissions import Actor

NEWSROOM_PAGES = re.compile(r"^/(desk|admin)(/|$)")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")
NEWSROOM_API = re.compile(r"^/api/v1/(moderation|admin|events)(/|$)")


class SignedIn(UserMixin):
    """Somebody of the staff on one browser, as Flask-Login wants to see them."""

    def __init__(self, staff_session: StaffSession, token: str) -> None:
        self.account, self.token = staff_session.account, token

    def get_id(self) -> str:
        return self.token


def load_signed_in(token: str) -> SignedIn | None:
    """The session behind a cookie, if it is still alive; remembers at most every few minutes that it was seen."""
    found = service.session_for(token, now=now())
    if found is None:
        return None
    if service.is_seen_anew(found, now=now()):
        with unit_of_work():
            found.last_seen_at = now()
    return SignedIn(found, token)


def guard_the_doors() -> Response | None:
    """Before every request: nothing under the desk, admin or their API opens without a member of the staff."""
    if STAFF_PAGES.match(request.path) and request.method == "POST" and request.mimetype not in FORM_TYPES:
        raise UnsupportedMediaType("Pages take what their forms send.")
    if NEWSROOM_API.match(request.path):
        account = service.account_for_token(bearer() or "")
        if account is None:
            raise Unauthorized("Send an API token: Authorization: Bearer <token>.")
        g.actor = Actor.of(account)
    elif NEWSROOM_PAGES.match(request.path):
        if not current_user.is_authenticated:
            return redirect(url_for("sign_in.login", next=request.script_root + request.full_path.rstrip("?")))
        g.actor = Actor.of(current_user.account)
    return None


def install(app: Flask) -> None:
    """Guard the whole application: a route needs no one to remember it."""
    app.before_request(guard_the_doors)


def actor() -> Actor:
    """Whoever acts in this request. Raises Forbidden where no door was guarded: then nobody may act."""
    if "actor" not in g:
        raise Forbidden("Nobody is signed in here.")
    return cast(Actor, g.actor)


def own_account() -> Account:
    """The account signed in at the desk's pages. Raises Forbidden where nobody is: a script has no pages."""
    if "actor" not in g or not current_user.is_authenticated:
        raise Forbidden("Nobody is signed in here.")
    return cast(Account, current_user.account)
