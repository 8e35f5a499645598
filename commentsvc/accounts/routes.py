"""Signing in and out of the newsroom's pages."""

import re

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired

from ..core.clock import now
from ..core.errors import Unauthorized
from ..core.limits import limiter
from ..core.unit_of_work import unit_of_work
from ..core.web import keys
from . import guards, service

bp = Blueprint("sign_in", __name__)

# One slash and no second slash, backslash or control character: a place on this service and nowhere else.
OWN_PLACE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


class SignInForm(FlaskForm):
    email = EmailField("Email", [InputRequired("Enter your email address.")], render_kw={"autocomplete": "username"})
    password = PasswordField(
        "Password", [InputRequired("Enter your password.")], render_kw={"autocomplete": "current-password"}
    )
    next = HiddenField()


def own_place(wanted: str | None) -> str:
    """Where to go after signing in: a page of this service, whatever a link says."""
    return wanted if wanted and OWN_PLACE.fullmatch(wanted) else url_for("desk.queue")


@bp.after_request
def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/login")
def login() -> str | Response:
    if current_user.is_authenticated:
        return redirect(own_place(request.args.get("next")))
    return render_template("accounts/login.html", form=SignInForm(request.args))


@bp.post("/login")
@limiter.limit("10 per minute; 50 per hour")
def sign_in() -> tuple[str, int] | Response:
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form), 422
    try:
        with unit_of_work():
            if current_user.is_authenticated:  # this browser's earlier session, whoever it was
                service.end_session(current_user.token, now=now())
            _, token = service.sign_in(form.email.data, form.password.data, keys=keys(), now=now())
    except Unauthorized as error:
        form.password.errors = [str(error)]
        return render_template("accounts/login.html", form=form), 401
    session.clear()  # a new session at sign-in: whatever was known before is worth nothing now
    login_user(guards.load_signed_in(token))
    return redirect(own_place(form.next.data))


@bp.post("/logout")
def sign_out() -> Response:
    if current_user.is_authenticated:
        with unit_of_work():
            service.end_session(current_user.token, now=now())
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("sign_in.login"))
