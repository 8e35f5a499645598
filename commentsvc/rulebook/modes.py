"""Modes of rules: what a site makes of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from ..accounts.permissions import Actor, Permission, ensure
from ..core.database import db
from ..core.errors import ValidationFailed
from ..screening import ABOUT, CATALOGUE, About
from ..sites.models import Site
from ..sites.settings import read_setting
from .book import changed
from .models import RuleSetting, Silence

AS_ITSELF = ""  # what is typed for "as the rule itself says"


@dataclass(frozen=True)
class RuleState:
    """One rule and what the site makes of it; `mode` and `when_silent` are "" where nothing was chosen."""

    about: About
    mode: str
    when_silent: str


@dataclass(frozen=True)
class Change:
    """What is to become of one rule; None leaves it as it is. `thresholds` are settings by name, as typed."""

    rule: str
    mode: str | None = None
    when_silent: str | None = None
    thresholds: Mapping[str, str] | None = None


def rules_of(site: Site) -> list[RuleState]:
    """Every rule, in the order in which they are read aloud."""
    rows = db.session.scalars(select(RuleSetting).where(RuleSetting.site_id == site.id))
    chosen = {row.rule: (row.mode or "", row.when_silent or "") for row in rows}
    return [RuleState(about, *chosen.get(about.rule, ("", ""))) for about in CATALOGUE]


def change_rules(site: Site, changes: list[Change], *, actor: Actor) -> None:
    """Change several rules, all or none. Raises ValidationFailed, its fields named like `shouting.mode` or by the
    setting; Forbidden, NotFound."""
    ensure(actor, Permission.MANAGE_SITE, site.id)
    wrong: dict[str, list[str]] = {}
    thresholds = {}
    for change in changes:
        wrong |= _objections(change)
        for name, typed in (change.thresholds or {}).items():
            try:
                thresholds[name] = read_setting(name, typed)
            except ValidationFailed as error:
                wrong |= error.fields
    if wrong:
        raise ValidationFailed(wrong)
    for change in changes:
        _keep(site, change)
    if thresholds:
        site.stored_settings = {**site.stored_settings, **thresholds}
    changed(site)


def _objections(change: Change) -> dict[str, list[str]]:
    about = ABOUT.get(change.rule)
    if about is None:
        return {change.rule: ["There is no rule of this name."]}
    wrong: dict[str, list[str]] = {}
    if change.mode and change.mode not in about.modes:
        said = about.fixed or f"Use one of: {', '.join(about.modes)}."
        wrong[f"{change.rule}.mode"] = [said]
    if change.when_silent and change.when_silent not in tuple(Silence):
        wrong[f"{change.rule}.when_silent"] = [f"Use one of: {', '.join(Silence)}."]
    strange = [name for name in change.thresholds or {} if name not in about.settings]
    return wrong | {name: [f"This is no setting of the rule {change.rule}."] for name in strange}


def _keep(site: Site, change: Change) -> None:
    row = db.session.get(RuleSetting, (site.id, change.rule)) or RuleSetting(site_id=site.id, rule=change.rule)
    if change.mode is not None:
        row.mode = change.mode or None
    if change.when_silent is not None:
        row.when_silent = change.when_silent or None
    if row.mode or row.when_silent:
        db.session.add(row)
    elif row in db.session:
        db.session.delete(row)
