"""The admins' pages of accounts: who signs in, as what, on which sites; inviting, disabling; the log of it all."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from ..accounts import acts, changes, mail_links, second_step, service
from ..accounts.guards import actor, confirmed
from ..accounts.models import Account, ApiToken, Role, SecondStep, StaffSession
from ..accounts.permissions import Permission
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import house, keys, links
from ..moderation.desk import chosen_site, page
from ..sites.models import Site
from ..sites.service import all_sites
from .forms import AccountForm, InviteForm, SecondStepForm, read_sites

bp = Blueprint("accounts", __name__, url_prefix="/admin/accounts")

SHOWN_ACTS = 10  # on the page of one account


def _site() -> Site:
    return chosen_site(Permission.MANAGE_ACCOUNTS)


def _account(account_id: str) -> Account:
    found = db.session.get(Account, read_id(account_id))
    if found is None:
        raise NotFound("There is nothing here by that id.")
    return found


def _addresses(accounts: list[Account]) -> dict[int, str]:
    return {each.id: changes.address_of(each, keys()) for each in accounts}


# All of them


@bp.get("")
def listing() -> str:
    return _listing(_site(), SecondStepForm(formdata=None, data={"second_step": second_step.required()}))


def _listing(site: Site, form: SecondStepForm) -> str:
    found = list(
        db.session.scalars(select(Account).order_by(Account.disabled_at.is_not(None), Account.name, Account.id))
    )
    newest = func.max(StaffSession.last_seen_at).label("at")
    seen = db.session.execute(select(StaffSession.account_id, newest).group_by(StaffSession.account_id))
    last = {each.account_id: each.at for each in seen}
    shown = {"accounts": found, "addresses": _addresses(found), "last": last, "now": now(), "names": _site_names()}
    return page("staff/accounts.html", site, form=form, **shown)


def _site_names() -> dict[int, str]:
    return {each.id: each.name for each in all_sites()}


@bp.post("/second-step")
@confirmed
def require_second_step() -> str | tuple[str, int] | Response:
    site, form = _site(), SecondStepForm()
    if not form.validate():
        return _listing(site, form), 422
    with unit_of_work():
        second_step.require(SecondStep(form.second_step.data), actor=actor(), now=now())
    flash("Saved. Who has no second step yet sets it up at the next sign-in.")
    return redirect(url_for("accounts.listing", site=site.key))


# A new one


@bp.get("/new")
@confirmed
def new() -> str:
    return _new_page(_site(), InviteForm(formdata=None))


def _new_page(site: Site, form: InviteForm) -> str:
    return page("staff/account_new.html", site, form=form, ticked=_ticked_in_form(), all_sites=all_sites())


def _ticked_in_form() -> dict[str, str]:
    """By the key of a site that was ticked, the sections typed for it."""
    typed: Mapping[str, str] = request.form
    return {each.key: typed.get(f"sections-{each.key}", "") for each in all_sites() if f"site-{each.key}" in typed}


@bp.post("/new")
@confirmed
def invite() -> str | tuple[str, int] | Response:
    site, form = _site(), InviteForm()
    try:
        if not form.validate():
            raise ValidationFailed({})
        with unit_of_work():
            who = {"name": form.name.data, "role": Role(form.role.data), "sites": read_sites(all_sites())}
            made = changes.invite(form.email.data, **who, actor=actor(), keys=keys(), now=now())
    except ValidationFailed as error:
        form.blame(_of_the_role(error))
        return _new_page(site, form), 422
    return _invited(made, site)


def _of_the_role(error: ValidationFailed) -> ValidationFailed:
    """Sites are ticked below the role, and what is wrong with them is said there."""
    return ValidationFailed({"role" if name == "sites" else name: said for name, said in error.fields.items()})


def _invited(account: Account, site: Site) -> Response | str:
    """A letter is on its way; where no mail can be sent the admin gets the link, this once, to pass it on."""
    if not house().sends_mail:
        link = f"{links().base}/login/invite/{mail_links.make('invite', account, keys=keys(), now=now())}"
        return _one(account, site, _form_for(account), link=link)
    flash("The invitation is on its way.")
    return redirect(url_for("accounts.show", account_id=account.id, site=site.key))


# One of them


@bp.get("/<account_id>")
@confirmed
def show(account_id: str) -> str:
    site = _site()
    account = _account(account_id)
    return _one(account, site, _form_for(account))


def _form_for(account: Account) -> AccountForm:
    return AccountForm(formdata=None, data={"role": account.role})


def _one(account: Account, site: Site, form: AccountForm, link: str = "", ticked: dict[str, str] | None = None) -> str:
    moment, known = now(), {each.id: each.key for each in all_sites()}
    mine = {known[each.site_id]: "\n".join(each.sections) for each in account.sites}
    shown = {"account": account, "address": changes.address_of(account, keys()), "link": link, "now": moment}
    shown |= {"sessions": service.sessions_of(account, now=moment), "tokens": service.tokens_of(account)}
    shown |= {"acts": acts.page(about=account)[0][:SHOWN_ACTS], "ticked": mine if ticked is None else ticked}
    shown |= {"all_sites": all_sites(), "names": _site_names()}
    return page("staff/account.html", site, form=form, **shown)


@bp.post("/<account_id>")
@confirmed
def change(account_id: str) -> str | tuple[str, int] | Response:
    site = _site()
    account, form = _account(account_id), AccountForm()
    try:
        if not form.validate():
            raise ValidationFailed({})
        with unit_of_work():
            role, sites = Role(form.role.data), read_sites(all_sites())
            changes.change(account, role=role, sites=sites, actor=actor(), now=now())
    except ValidationFailed as error:
        form.blame(_of_the_role(error))
        return _one(account, site, form, ticked=_ticked_in_form()), 422
    flash("Saved.")
    return redirect(url_for("accounts.show", account_id=account.id, site=site.key))


def _disable(account: Account) -> str:
    service.disable_account(account, actor=actor(), now=now())
    return "Disabled. It is signed out everywhere, and its tokens open nothing."


def _enable(account: Account) -> str:
    changes.enable(account, actor=actor(), now=now())
    return "Enabled: it can sign in again."


def _sign_out(account: Account) -> str:
    service.end_all(account, actor=actor(), now=now())
    return "Signed out everywhere."


def _forget_second_step(account: Account) -> str:
    second_step.turn_off(account, actor=actor(), now=now())
    return "The second step is off until its owner sets up a new one."


VERBS: dict[str, Callable[[Account], str]] = {
    "disable": _disable,
    "enable": _enable,
    "sign-out": _sign_out,
    "forget-second-step": _forget_second_step,
}


@bp.post("/<account_id>/<verb>")
@confirmed
def act(account_id: str, verb: str) -> Response | str:
    site = _site()
    account = _account(account_id)
    if verb == "invite":
        with unit_of_work():
            changes.invite_again(account, actor=actor(), now=now())
        return _invited(account, site)
    if verb not in VERBS:
        raise NotFound("There is nothing here by that name.")
    with unit_of_work():
        flash(VERBS[verb](account))
    return redirect(url_for("accounts.show", account_id=account.id, site=site.key))


@bp.post("/<account_id>/tokens/<token_id>/revoke")
@confirmed
def revoke_token(account_id: str, token_id: str) -> Response:
    site = _site()
    account, token = _account(account_id), db.session.get(ApiToken, read_id(token_id))
    if token is None or token.account_id != account.id:
        raise NotFound("There is nothing here by that id.")
    with unit_of_work():
        service.revoke_token(token, actor=actor(), now=now())
    flash("The token opens nothing any more.")
    return redirect(url_for("accounts.show", account_id=account.id, site=site.key))


# The log


@bp.get("/log")
def log() -> str:
    site, number = _site(), inputs.line(request.args, "account", limit=20)
    about = _account(number) if number else None
    found, following = acts.page(about=about, after=read_cursor(request.args.get("cursor")))
    return page("staff/acts.html", site, acts=found, following=following, about=about, names=_site_names())
