"""The doors of the newsroom: deny by default, decided by the address alone."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, flash, g, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from ..core.clock import now
from ..core.errors import Forbidden, Unauthorized, UnsupportedMediaType
from ..core.unit_of_work import unit_of_work
from ..core.web import bearer
from . import service
from .cookies import STAFF_PAGES
from .models import Account, ApiToken, Lacks, Scope, StaffSession
from .permissions import Actor

NEWSROOM_PAGES = re.compile(r"^/(desk|admin)(/|$)")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")
SETTING_UP = re.compile(r"^/desk/security/second-step(/|$)")
READING = ("GET", "HEAD", "OPTIONS")
NEWSROOM_API = re.compile(r"^/api/v1/(moderation|admin|events)(/|$)")


class ConfirmFirst(Forbidden):
    """This needs somebody who has shown within the last minutes that it is still them."""

    code, title = "confirm_first", "Confirm that it is you"


class SignedIn(UserMixin):
    """Somebody of the staff on one browser, as Flask-Login wants to see them."""

    def __init__(self, staff_session: StaffSession, token: str) -> None:
        self.session, self.account, self.token = staff_session, staff_session.account, token

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
        _let_in(service.token_for(bearer() or ""))
    elif NEWSROOM_PAGES.match(request.path):
        if not current_user.is_authenticated:
            return redirect(url_for("sign_in.login", next=request.script_root + request.full_path.rstrip("?")))
        if current_user.session.lacks == Lacks.SETUP and not SETTING_UP.match(request.path):
            return redirect(url_for("security.second_step"))
        g.actor = Actor.of(current_user.account)
    return None


def _let_in(token: ApiToken | None) -> None:
    """A script acts as its token allows. Raises Unauthorized, Forbidden."""
    if token is None:
        raise Unauthorized("Send an API token: Authorization: Bearer <token>.")
    if token.scope == Scope.READ and request.method not in READING:
        raise Forbidden("The scope of this token is read: it changes nothing.")
    if service.is_used_anew(token, now=now()):
        with unit_of_work():
            token.last_used_at = now()
    g.actor = Actor.of(token.account, Scope(token.scope))


def ensure_confirmed() -> None:
    """For what would hurt in a stranger's hands: a password or a code was given here within the last ten minutes.

    Raises ConfirmFirst, which a page answers by asking for one. A script has shown its token: that is enough.
    """
    actor()
    if current_user.is_authenticated and not service.is_confirmed(current_user.session, now=now()):
        raise ConfirmFirst("Please confirm first that it is you.")


def confirmed(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that `ensure_confirmed` stands before."""

    @wraps(view)
    def guarded(*args: Any, **more: Any) -> Any:
        ensure_confirmed()
        return view(*args, **more)

    return guarded


def ask_to_confirm(_error: ConfirmFirst) -> Response:
    """To the page that asks, and from there back to where the act was begun."""
    if request.method in READING:
        return redirect(url_for("sign_in.confirm", next=request.script_root + request.full_path.rstrip("?")))
    flash("Please confirm that it is you. Nothing was done yet: do it once more afterwards.")
    came_from = urlsplit(request.referrer or "")
    back = f"{came_from.path}?{came_from.query}" if came_from.netloc == request.host else None
    return redirect(url_for("sign_in.confirm", next=back))


def install(app: Flask) -> None:
    """Guard the whole application: a route needs no one to remember it."""
    app.before_request(guard_the_doors)
    app.register_error_handler(ConfirmFirst, ask_to_confirm)


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
