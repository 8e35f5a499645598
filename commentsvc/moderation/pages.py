"""The admins' page of outside checks: whom a site asks about its comments, and what they are told."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, url_for
from flask.wrappers import Response as FlaskResponse
from werkzeug.wrappers import Response

from ..accounts.guards import ensure_confirmed
from ..accounts.permissions import Permission
from ..checks import service as checks
from ..checks.asking import ask_all
from ..checks.question import Question
from ..core.clock import now, rfc3339
from ..core.unit_of_work import unit_of_work
from ..core.web import house, keys
from ..sites.models import Site
from .desk import chosen_site, page
from .forms import ChecksForm

bp = Blueprint("checks", __name__, url_prefix="/admin/checks")

TEST_TEXT = "This is a test of the outside checks. Nobody wrote it and nothing becomes of it."


def _site() -> Site:
    """The site in the query, or the first; only for whoever may say where its comments go."""
    return chosen_site(Permission.MANAGE_SITE)


def _page(site: Site, form: ChecksForm | None = None, status: int = 200, **more: Any) -> FlaskResponse:
    shown = {
        "form": form or ChecksForm(site, formdata=None),
        "keys": checks.keys_there(site),
        "settings": site.settings,
        "secret": None,
        "answers": None,
    }
    answer = make_response(page("desk/checks.html", site, **{**shown, **more}), status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("")
def show() -> FlaskResponse:
    return _page(_site())


@bp.post("")
def save() -> Response:
    site = _site()
    form = ChecksForm(site)
    if form.hook_sends_address.data or form.akismet_sends_address.data:
        ensure_confirmed()
    if not form.validate():
        return _page(site, form, 422)
    with unit_of_work():
        form.fill(site)
        if form.new_key() or form.forget_akismet_key.data:
            checks.set_akismet_key(site, form.new_key() or None, keys=keys())
    flash("Saved.")
    return redirect(url_for("checks.show", site=site.key))


@bp.post("/secret")
def new_secret() -> FlaskResponse:
    """Another secret for the hook, shown on this one page."""
    site = _site()
    with unit_of_work():
        secret = checks.new_hook_secret(site, keys=keys())
    return _page(site, secret=secret)


@bp.post("/test")
def test() -> FlaskResponse:
    """Ask everybody about a text that nobody wrote."""
    site = _site()
    asked, question = checks.checks_of(site, keys=keys()), _test_question(site)
    with unit_of_work():
        pass  # what was read so far ends its transaction: none is open while others are asked
    return _page(site, answers=ask_all(asked, question, allowed=house().outgoing_allowed, insist=True))


def _test_question(site: Site) -> Question:
    origin, written_at = site.origins[0].origin if site.origins else "", rfc3339(now()) or ""
    return Question(
        comment_id=0,
        revision=1,
        text=TEST_TEXT,
        name="Test",
        website="",
        parent=None,
        written_at=written_at,
        site=site.key,
        site_url=origin,
        story_id="test",
        story_url=origin,
        story_title="Test",
        record={"approved": 0, "rejected": 0, "first_seen": written_at, "standing": "NORMAL", "confirmed": False},
        user_agent="commentsvc",
        is_test=True,
    )
