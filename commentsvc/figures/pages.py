"""The pages of the figures: the hand-over, how the rules do, and trying them on the past."""

from flask import Blueprint, Response, make_response, request

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..comments.posting import house_of
from ..core import inputs
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.sheets import as_csv
from ..moderation.desk import chosen_site, page
from ..moderation.filters import WORKED_OFF
from ..sites.models import Site
from . import precision, trial
from .forms import TrialForm
from .handover import ACTIONS, HOT_HOURS, Handover, handover
from .present import TABLES, table_of
from .routes import MOST_DAYS, asked_period

bp = Blueprint("figures", __name__, url_prefix="/desk")
trial_pages = Blueprint("trial", __name__, url_prefix="/admin/trial")


def _asked(site: Site) -> Handover:
    moment = now()
    period = asked_period(request.args, moment)
    return handover(site.id, period=period, now=moment, sections=actor().sections_of(site.id))


@bp.get("/handover")
def show_handover() -> str:
    site = chosen_site()
    return page(
        "desk/handover.html",
        site,
        found=_asked(site),
        day=request.args.get("day") or "",
        now=now(),
        queues=WORKED_OFF,
        actions=ACTIONS,
        hot_hours=HOT_HOURS,
    )


@bp.get("/handover.csv")
def download() -> Response:
    """One table of the hand-over page, for a spreadsheet."""
    site = chosen_site()
    table = inputs.choice(request.args, "table", TABLES, TABLES[0])
    response = make_response(as_csv(*table_of(_asked(site), table)))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{site.key}-{table}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/precision")
def show_precision() -> str:
    site = chosen_site()
    days = inputs.whole_number(request.args, "days", precision.USUAL_DAYS, low=1, high=MOST_DAYS)
    mine = actor().sections_of(site.id)
    return page(
        "desk/precision.html",
        site,
        days=days,
        most=MOST_DAYS,
        records=precision.records(site.id, days=days, now=now(), sections=mine),
        shadows=precision.shadows(site.id, now=now(), sections=mine),
    )


def _tried_site() -> Site:
    """The site in the query, or the first; only for whoever may change its rules."""
    return chosen_site(Permission.MANAGE_SITE)


def _trial_page(site: Site, form: TrialForm, result: trial.Result | None = None, status: int = 200) -> Response:
    shown = {"form": form, "result": result, "not_kept": trial.NOT_KEPT, "most": trial.MOST_DECISIONS}
    return make_response(page("desk/trial.html", site, **shown, few=trial.FEW, now=now()), status)


@trial_pages.get("")
def show() -> Response:
    """The form, as the query fills it in: a page about a word or a rule links here with it."""
    return _trial_page(_tried_site(), TrialForm(request.args))


@trial_pages.post("")
def run() -> Response:
    site, form = _tried_site(), TrialForm()
    try:
        tried, days = form.trial_of(house_of(site))
    except ValidationFailed as error:
        form.object_to(error)
        return _trial_page(site, form, status=422)
    return _trial_page(site, form, trial.run(site.id, tried, days=days, now=now()))
