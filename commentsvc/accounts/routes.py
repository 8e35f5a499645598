"""Signing in and out of the newsroom's pages, and showing again that it is still oneself."""

import re
from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired

from ..core.clock import now
from ..core.errors import DomainError, Unauthorized, ValidationFailed
from ..core.limits import limiter
from ..core.mail_address import address_key
from ..core.oidc import Failed
from ..core.unit_of_work import unit_of_work
from ..core.web import keys, reader_network
from . import guards, oidc, service, throttle
from .browsers import family_of
from .changes import address_of
from .models import Account, StaffSession
from .throttle import Place

bp = Blueprint("sign_in", __name__)

# One slash and no second slash, backslash or control character: a place on this service and nowhere else.
OWN_PLACE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
KNOWN_FOR = 180 * 24 * 3600  # seconds a browser is known after a sign-in
HALF, NEXT, CONFIRMS, ASKED = "half", "next", "confirms", "asked"  # what the cookie keeps between two steps
AS_BEFORE = "Sign in again: too much time has passed."


class SignInForm(FlaskForm):
    email = EmailField("Email", [InputRequired("Enter your email address.")], render_kw={"autocomplete": "username"})
    password = PasswordField(
        "Password", [InputRequired("Enter your password.")], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    code = StringField(
        "Code",
        [InputRequired("Enter the code.")],
        description="The six digits your app shows now, or one of your recovery codes.",
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"},
    )


class ConfirmForm(FlaskForm):
    proof = PasswordField(
        "Password, or a code of your app",
        [InputRequired("Enter one of them.")],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


def own_place(wanted: str | None) -> str:
    """Where to go after signing in: a page of this service, whatever a link says."""
    return wanted if wanted and OWN_PLACE.fullmatch(wanted) else url_for("desk.queue")


def where_from() -> service.Where:
    """What is kept of the browser and the network of this request."""
    return service.Where(family_of(request.headers.get("User-Agent", "")), reader_network())


# The browser that was here before


def browser_cookie() -> str:
    return "__Secure-commentsvc-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "commentsvc-browser"


def place_for(address: str) -> Place:
    """Where a try at the account of this address comes from."""
    mark = request.cookies.get(browser_cookie(), "")
    return Place(reader_network(), throttle.known_browser(mark, address, keys()))


def remember_browser(response: Response, account: Account) -> Response:
    """Let this browser be known for the account: guesses made elsewhere never slow it down."""
    response.set_cookie(
        browser_cookie(),
        throttle.new_browser_mark(address_of(account, keys()), keys()),
        max_age=KNOWN_FOR,
        path=f"{request.script_root}/login",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _who_tries() -> str:
    """Whose allowance a sign-in counts against: a known browser's own, else the network's."""
    place = place_for(request.form.get("email", ""))
    return f"browser {place.browser}" if place.browser else place.network


@bp.after_request
def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


# The password


@bp.get("/login")
def login() -> str | Response:
    if current_user.is_authenticated:
        return redirect(own_place(request.args.get("next")))
    return _login_page(SignInForm(request.args))


def _login_page(form: SignInForm) -> str:
    return render_template("accounts/login.html", form=form, elsewhere=oidc.provider())


@bp.post("/login")
@limiter.limit("10 per minute; 50 per hour", key_func=_who_tries)
def sign_in() -> str | tuple[str, int] | Response:
    form = SignInForm()
    if not form.validate():
        return _login_page(form), 422
    tries = place_for(form.email.data).buckets("sign-in", address_key(form.email.data.strip(), throttle.SCOPE))
    with unit_of_work():
        throttle.take(tries, keys=keys(), now=now())
    try:
        with unit_of_work():
            end_earlier()
            typed = (form.email.data, form.password.data)
            account, token = service.sign_in(*typed, keys=keys(), now=now(), where=where_from())
            throttle.forgive(tries, keys=keys())
    except Unauthorized as error:
        form.password.errors = [str(error)]
        return _login_page(form), 401
    return let_in(account, token, own_place(form.next.data))


def end_earlier() -> None:
    """End this browser's earlier session, whoever it was. Inside a unit of work."""
    if current_user.is_authenticated:
        service.end_session(current_user.token, now=now())


def let_in(account: Account, token: str, place: str) -> Response:
    """On to the desk, or to the page that asks for the code."""
    session.clear()  # a new session at sign-in: whatever was known before is worth nothing now
    if service.half_session_for(token, now=now()):
        session[HALF], session[NEXT] = token, place
        return redirect(url_for("sign_in.code"))
    login_user(guards.load_signed_in(token))
    return remember_browser(redirect(place), account)


# The code


def _half() -> StaffSession | None:
    return service.half_session_for(session.get(HALF, ""), now=now())


@bp.get("/login/code")
def code() -> str | Response:
    if _half() is None:
        return redirect(url_for("sign_in.login"))
    return render_template("accounts/code.html", form=CodeForm())


@bp.post("/login/code")
def give_code() -> str | tuple[str, int] | Response:
    form, half = CodeForm(), _half()
    if half is None:
        flash(AS_BEFORE)
        return redirect(url_for("sign_in.login"))
    if not form.validate():
        return render_template("accounts/code.html", form=form), 422
    tries = place_for(address_of(half.account, keys())).buckets("code", str(half.account_id))
    with unit_of_work():
        throttle.take(tries, keys=keys(), now=now())
    try:
        with unit_of_work():
            token = service.finish_sign_in(half, form.code.data, keys=keys(), now=now())
            throttle.forgive(tries, keys=keys())
    except Unauthorized as error:
        form.code.errors = [str(error)]
        return render_template("accounts/code.html", form=form), 401
    return let_in(half.account, token, own_place(session.get(NEXT)))


# Still oneself


@bp.get("/login/confirm")
def confirm() -> str | Response:
    if not current_user.is_authenticated:
        return redirect(url_for("sign_in.login"))
    return _confirm_page(ConfirmForm(request.args))


def _confirm_page(form: ConfirmForm) -> str:
    account = current_user.account
    by_typing = bool(account.password_hash or account.totp_secret)
    return render_template("accounts/confirm.html", form=form, elsewhere=oidc.provider(), by_typing=by_typing)


@bp.post("/login/confirm")
def give_proof() -> str | tuple[str, int] | Response:
    if not current_user.is_authenticated:
        flash(AS_BEFORE)
        return redirect(url_for("sign_in.login"))
    form, signed_in = ConfirmForm(), cast(guards.SignedIn, current_user)
    if not form.validate():
        return _confirm_page(form), 422
    tries = place_for(address_of(signed_in.account, keys())).buckets("confirm", str(signed_in.account.id))
    with unit_of_work():
        throttle.take(tries, keys=keys(), now=now())
    try:
        with unit_of_work():
            service.confirm(signed_in.session, form.proof.data, keys=keys(), now=now())
            throttle.forgive(tries, keys=keys())
    except ValidationFailed as error:
        form.proof.errors = error.fields["proof"]
        return _confirm_page(form), 422
    return redirect(own_place(form.next.data))


# Elsewhere: OpenID Connect


@bp.get("/login/elsewhere")
def elsewhere() -> Response:
    """To the provider; with `confirm` to show again that it is oneself."""
    confirms = "confirm" in request.args and current_user.is_authenticated
    session[NEXT], session[CONFIRMS] = own_place(request.args.get("next")), confirms
    try:
        begun = oidc.begin(confirms=confirms)
    except Failed as error:
        return _not_so(error)
    session[ASKED] = begun.kept
    return redirect(begun.url)


def _not_so(error: DomainError) -> Response:
    flash(str(error))
    return redirect(url_for("sign_in.login"))


@bp.get(oidc.BACK)
def back() -> Response:
    """From the provider, with what it says about who came."""
    place, confirms = own_place(session.pop(NEXT, None)), session.pop(CONFIRMS, False)
    try:
        person = oidc.finish(session.pop(ASKED, None), request.args)
        if confirms and current_user.is_authenticated:
            with unit_of_work():
                oidc.confirm(current_user.session, person, keys=keys(), now=now())
            return redirect(place)
        with unit_of_work():
            end_earlier()
            account, token = oidc.sign_in(person, keys=keys(), now=now(), where=where_from())
    except Failed as error:
        return _not_so(error)
    return let_in(account, token, place)


@bp.post("/logout")
def sign_out() -> Response:
    if current_user.is_authenticated:
        with unit_of_work():
            service.end_session(current_user.token, now=now())
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("sign_in.login"))
