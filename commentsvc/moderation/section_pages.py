"""The admins' page of sections: what is set for each beside what the site says."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..core import inputs
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.unit_of_work import unit_of_work
from ..sites.models import Section, Site
from ..sites.sections import READERS, change_section, section_named, sections_of
from ..stories.acts import mode_before, note_mode
from ..stories.forms import MODE_CHOICES, MODE_WORDS
from ..stories.queries import categories
from .desk import chosen_site, page

SORT_WORDS = {"oldest": "Oldest first", "newest": "Newest first", "liked": "Most liked first"}

bp = Blueprint("sections", __name__, url_prefix="/admin/sections")


class SectionForm(FlaskForm):
    """Read by the same readers as the API's fields."""

    name = StringField("Section", description="The stories’ category, letter for letter.")
    mode = SelectField("Comments", choices=[("", "As the site"), *MODE_CHOICES[1:]], validate_choice=False)
    close_after_days = StringField(
        "Close after days", description="So many days after publication; 0 means never. Empty: as the site."
    )
    opening_hours = StringField(
        "Opening hours",
        description="Like Mo-Fr 08:00-22:00; Sa 10:00-18:00. Always: 00:00-24:00. Empty: as the site.",
    )

    default_sort = SelectField(
        "Order of comments", choices=[("", "As the site"), *SORT_WORDS.items()], validate_choice=False
    )

    def blame(self, error: ValidationFailed) -> None:
        for name, messages in error.fields.items():
            self[name].errors = [*self[name].errors, *messages]


def _site() -> Site:
    return chosen_site(Permission.MANAGE_SITE)


@bp.get("")
def listing() -> str:
    site = _site()
    chosen = inputs.line(request.args, "name", limit=Section.NAME_LENGTH)
    return _page(site, SectionForm(None, data=_as_typed(site, chosen)), chosen)


def _as_typed(site: Site, name: str | None) -> dict[str, str]:
    section = sections_of(site.id).get(name or "")
    stored = {field: getattr(section, field) for field in READERS} if section else {}
    return {"name": name or "", **{field: "" if value is None else str(value) for field, value in stored.items()}}


def _page(site: Site, form: SectionForm, chosen: str | None) -> str:
    sections, used = sections_of(site.id), categories(site.id)
    names = sorted({*sections, *used})
    return page(
        "desk/sections.html",
        site,
        form=form,
        chosen=chosen,
        rows=[(name, sections.get(name), used.get(name, 0)) for name in names],
        settings=site.settings,
        mode_words=MODE_WORDS,
        sort_words=SORT_WORDS,
    )


@bp.post("")
def save() -> str | tuple[str, int] | Response:
    site, form = _site(), SectionForm()
    name = inputs.line({"name": form.name.data or ""}, "name") or ""
    try:
        with unit_of_work():
            section = section_named(site, name)
            before = mode_before(section)
            change_section(section, {field: form[field].data or "" for field in READERS})
            note_mode(section, before, actor=actor(), now=now())
    except ValidationFailed as error:
        form.blame(error)
        return _page(site, form, name), 422
    flash("Saved.")
    return redirect(url_for("sections.listing", site=site.key))
