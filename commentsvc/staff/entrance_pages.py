"""Before anybody is signed in: a link from a letter, a forgotten password."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from ..accounts import changes, mail_links
from ..accounts.models import Account
from ..accounts.routes import remember_browser
from ..core.clock import now
from ..core.errors import NotFound, ValidationFailed
from ..core.limits import limiter
from ..core.unit_of_work import unit_of_work
from ..core.web import house, keys
from ..sites.service import all_sites
from .forms import EmailForm, NewPasswordForm

bp = Blueprint("entrance", __name__, url_prefix="/login")


def words_of_the_house() -> list[str]:
    """What everybody knows here, and nobody should use as a password."""
    return ["commentsvc", "comments", *(word for site in all_sites() for word in (site.key, site.name))]


@bp.after_request
def _kept_nowhere(response: Response) -> Response:
    # The address of a link is a key: it is kept by nobody on the way and told to nobody by a link on the page.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


# A link from a letter. Opening it does nothing: programs that look at mail open it too.


@bp.get("/<action>/<token>")
def follow(action: str, token: str) -> str:
    return _password_page(_account_of(action, token), action, token, NewPasswordForm())


def _account_of(action: str, token: str, *, lock: bool = False) -> Account:
    if action not in mail_links.LASTS:
        raise NotFound("There is nothing here by that name.")
    return mail_links.read(action, token, keys=keys(), now=now(), lock=lock)


def _password_page(account: Account, action: str, token: str, form: NewPasswordForm) -> str:
    shown = {"account": account, "address": changes.address_of(account, keys()), "action": action, "token": token}
    return render_template("staff/set_password.html", form=form, **shown)


@bp.post("/<action>/<token>")
@limiter.limit("20 per minute")
def set_password(action: str, token: str) -> str | tuple[str, int] | Response:
    form = NewPasswordForm()
    try:
        if not form.validate():
            raise ValidationFailed({})
        with unit_of_work():
            account = _account_of(action, token, lock=True)
            known = words_of_the_house()
            changes.set_by_link(account, form.password.data, action=action, known=known, keys=keys(), now=now())
    except ValidationFailed as error:
        form.blame(error)
        return _password_page(_account_of(action, token), action, token, form), 422
    session.clear()
    flash("Your password is set. Sign in with it.")
    return remember_browser(redirect(url_for("sign_in.login")), account)


# A forgotten password. What is answered, and what is done, is the same for every address.


@bp.get("/forgotten")
def forgotten() -> str:
    return _forgotten_page(EmailForm())


def _forgotten_page(form: EmailForm, *, asked: bool = False) -> str:
    return render_template("staff/forgotten.html", form=form, asked=asked, sends_mail=house().sends_mail)


@bp.post("/forgotten")
@limiter.limit("5 per minute; 20 per hour")
def ask() -> str | tuple[str, int]:
    form = EmailForm()
    if not form.validate():
        return _forgotten_page(form), 422
    if house().sends_mail:
        with unit_of_work():
            changes.ask_for_reset(form.email.data, keys=keys())
    return _forgotten_page(form, asked=True)
