"""Sections of a site, for scripts (CONTRACT section 4)."""

from typing import Any

from flask import Blueprint, Response, request

from ..accounts.guards import actor
from ..accounts.permissions import Permission
from ..authors.routes import managed_site
from ..core import inputs
from ..core.clock import now
from ..core.errors import ValidationFailed
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, json_body
from ..sites.models import Section, Site
from ..sites.sections import READERS, change_section, section_named, sections_of
from .acts import mode_before, note_mode
from .queries import categories

bp = Blueprint("section_api", __name__, url_prefix="/api/v1/admin/sections")


def section_json(name: str, section: Section | None, stories: int) -> dict[str, Any]:
    """What is set for a section; null is what the site says."""
    return {
        "name": name,
        "mode": section.mode if section else None,
        "close_after_days": section.close_after_days if section else None,
        "opening_hours": section.opening_hours if section else None,
        "default_sort": section.default_sort if section else None,
        "stories": stories,
    }


@bp.get("")
def list_sections() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MODERATE)
    return answer({"sections": [section_json(*row) for row in _rows(site)]})


def _rows(site: Site) -> list[tuple[str, Section | None, int]]:
    """Every section that has stories or settings, as far as it is the actor's."""
    known, used = sections_of(site.id), categories(site.id)
    names = (name for name in sorted({*known, *used}) if actor().works_in(site.id, name))
    return [(name, known.get(name), used.get(name, 0)) for name in names]


@bp.patch("")
def edit_section() -> Response:
    payload = json_body()
    fields = inputs.strings(payload, ("site", "name"))
    site = managed_site(inputs.line(fields, "site"), Permission.MANAGE_SITE)
    name = inputs.line(fields, "name") or ""
    with unit_of_work():
        section = section_named(site, name)
        before = mode_before(section)
        change_section(section, _typed(payload))
        note_mode(section, before, actor=actor(), now=now())
    return answer({"section": section_json(name, section, categories(site.id).get(name, 0))})


def _typed(payload: dict[str, Any]) -> dict[str, str]:
    """The settings sent, as a person would have typed them; null is what the site says."""
    days = payload.get("close_after_days")
    if days is not None and type(days) is not int:
        raise ValidationFailed({"close_after_days": ["Send a whole number of days, or null."]})
    sent = {name: payload[name] for name in READERS if name in payload}
    texts = inputs.strings(sent, ("mode", "opening_hours", "default_sort"))
    if days is not None:
        texts["close_after_days"] = str(days)
    return {name: texts.get(name, "") for name in sent}
