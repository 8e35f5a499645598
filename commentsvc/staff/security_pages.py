"""One's own account at the desk: password, second step, where one is signed in, keys for scripts."""

from typing import cast

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from ..accounts import changes, guards, second_step, service, throttle
from ..accounts.guards import SignedIn, actor, confirmed, own_account
from ..accounts.models import ApiToken, Scope, StaffSession
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import keys, reader_networks
from ..moderation.desk import chosen_site, page
from ..sites.models import Site
from .entrance_pages import words_of_the_house
from .forms import AppCodeForm, ChangePasswordForm, TokenForm

bp = Blueprint("security", __name__, url_prefix="/desk/security")

PENDING = "second step"  # what the cookie keeps, encrypted, until the app has shown its first code


def _mine() -> StaffSession:
    return cast(SignedIn, current_user).session


@bp.get("")
def show() -> str:
    return _page(chosen_site(), ChangePasswordForm(), TokenForm(data={"scope": Scope.READ}))


def _page(site: Site, password: ChangePasswordForm, token: TokenForm, made: str = "") -> str:
    account, moment = own_account(), now()
    shown = {"account": account, "mine": _mine(), "now": moment, "networks": reader_networks()}
    shown |= {"sessions": service.sessions_of(account, now=moment), "tokens": service.tokens_of(account)}
    shown |= {"codes_left": second_step.codes_left(account), "required": second_step.is_required_of(account)}
    return page("staff/security.html", site, password_form=password, token_form=token, made=made, **shown)


@bp.post("/password")
def change_password() -> str | tuple[str, int] | Response:
    site, form = chosen_site(), ChangePasswordForm()
    if not own_account().password_hash:
        guards.ensure_confirmed()  # there is no present password to ask for
    try:
        if not form.validate():
            raise ValidationFailed({})
        _count_try()
        with unit_of_work():
            typed, known = (form.present.data or "", form.wanted.data), words_of_the_house()
            token = changes.change_password(_mine(), *typed, known=known, keys=keys(), now=now())
    except ValidationFailed as error:
        form.blame(error)
        return _page(site, form, TokenForm(formdata=None, data={"scope": Scope.READ})), 422
    session.clear()
    login_user(guards.load_signed_in(token))
    flash("Your password is changed. Everywhere else you are signed out.")
    return redirect(url_for("security.show", site=site.key))


def _count_try() -> None:
    """Whoever sits at a desk left open guesses no password either. Raises TooFast."""
    with unit_of_work():
        throttle.take([throttle.Bucket(f"change {own_account().id}")], keys=keys(), now=now())


# Where one is signed in


@bp.post("/sessions/<session_id>/end")
def end_one(session_id: str) -> Response:
    site = chosen_site()
    found = db.session.get(StaffSession, read_id(session_id))
    if found is None or found.account_id != own_account().id:
        raise NotFound("There is nothing here by that id.")
    with unit_of_work():
        service.end(found, actor=actor(), now=now())
    flash("Signed out there.")
    return redirect(url_for("security.show", site=site.key))


@bp.post("/sessions/end-others")
def end_others() -> Response:
    site = chosen_site()
    with unit_of_work():
        number = service.end_all(own_account(), actor=actor(), now=now(), but=_mine())
    flash(f"Signed out in {number} other {'place' if number == 1 else 'places'}.")
    return redirect(url_for("security.show", site=site.key))


# The second step


@bp.get("/second-step", endpoint="second_step")
@confirmed
def set_up() -> str:
    return _set_up_page(AppCodeForm())


def _set_up_page(form: AppCodeForm) -> str:
    site, account, secret = chosen_site(), own_account(), _pending_secret()
    address = second_step.address_for_app(
        secret, account_name=changes.address_of(account, keys()), service=f"Comments {site.name}"
    )
    shown = {"account": account, "secret": secret, "picture": second_step.picture(address), "site": site}
    return render_template("staff/second_step.html", form=form, must=_mine().lacks != "", **shown)


def _pending_secret() -> str:
    """The secret the app is asked to take: the same until it has shown a code, however often the page is opened."""
    account_id, kept = own_account().id, session.get(PENDING)
    if kept:
        whose, _, secret = keys().decrypt(kept).partition(" ")
        if whose == str(account_id):
            return secret
    secret = second_step.new_secret()
    session[PENDING] = keys().encrypt(f"{account_id} {secret}")
    return secret


@bp.post("/second-step")
@confirmed
def turn_on() -> str | tuple[str, int]:
    chosen_site()
    form = AppCodeForm()
    try:
        if not form.validate():
            raise ValidationFailed({})
        _count_try()
        with unit_of_work():
            given = (own_account(), _pending_secret(), form.code.data)
            codes = second_step.turn_on(*given, actor=actor(), keys=keys(), now=now())
    except ValidationFailed as error:
        form.blame(error)
        return _set_up_page(form), 422
    session.pop(PENDING, None)
    return _codes_page(codes)


def _codes_page(codes: list[str]) -> str:
    return render_template("staff/codes.html", codes=codes, site=chosen_site())


@bp.post("/second-step/off")
@confirmed
def turn_off() -> Response:
    site = chosen_site()
    with unit_of_work():
        second_step.turn_off(own_account(), actor=actor(), now=now())
    flash("Your password alone signs you in now.")
    return redirect(url_for("security.show", site=site.key))


@bp.post("/second-step/codes")
@confirmed
def renew_codes() -> str:
    chosen_site()
    with unit_of_work():
        codes = second_step.renew_codes(own_account(), actor=actor(), now=now())
    return _codes_page(codes)


# Keys for scripts


@bp.post("/tokens")
@confirmed
def add_token() -> str | tuple[str, int]:
    site, form = chosen_site(), TokenForm()
    if not form.validate():
        return _page(site, ChangePasswordForm(formdata=None), form), 422
    with unit_of_work():
        made = service.add_token(
            own_account(), name=form.name.data, scope=Scope(form.scope.data), actor=actor(), now=now()
        )
    return _page(site, ChangePasswordForm(formdata=None), TokenForm(formdata=None, data={"scope": Scope.READ}), made)


@bp.post("/tokens/<token_id>/revoke")
@confirmed
def revoke_token(token_id: str) -> Response:
    site = chosen_site()
    found = db.session.get(ApiToken, read_id(token_id))
    if found is None or found.account_id != own_account().id:
        raise NotFound("There is nothing here by that id.")
    with unit_of_work():
        service.revoke_token(found, actor=actor(), now=now())
    flash("The token opens nothing any more.")
    return redirect(url_for("security.show", site=site.key))
