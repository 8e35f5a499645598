"""What an admin tries on the past."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField

from ..core.errors import ValidationFailed
from ..screening import House
from . import trial

TRIES = {
    "words": "Words",
    "rule": "A rule",
    "flags": "Reports by readers",
    "mode": "A mode of the site",
}
MODES = {
    "open": "open: publish, then look",
    "hold_new": "hold_new: hold new writers",
    "hold_all": "hold_all: hold everything",
}


class TrialForm(FlaskForm):
    """One of four kinds of trial; fields that the chosen one has no use for are not looked at."""

    try_ = RadioField("What to try", choices=list(TRIES.items()), name="try", default="words")
    words = TextAreaField("Words or phrases", description="One a line, as on the lists; word* matches beginnings.")
    kind = SelectField(
        "What they do", choices=[("hold", "hold a comment"), ("reject", "reject a comment")], default="hold"
    )
    rule = SelectField("Rule", choices=[(name, name.replace("_", " ")) for name in trial.RULES_TO_TRY])
    number = StringField(
        "Number", description="Links allowed, first comments held, or readers who report. Empty: as it is now."
    )
    mode = SelectField("Mode", choices=list(MODES.items()), default="hold_new")
    days = IntegerField("Days back", default=30, description=f"1 to {trial.MOST_DAYS}.")

    def trial_of(self, house: House) -> tuple[trial.Trial, int]:
        """What is asked for, and for how many days. Raises ValidationFailed, naming fields of the form."""
        asked = {field.name: _typed(field) for field in self}
        return trial.read_trial(asked, house), trial.read_days(asked)

    def object_to(self, error: ValidationFailed) -> None:
        """Say at the fields what is wrong with them."""
        for field in self:
            field.errors = [*field.errors, *error.fields.get(field.name, [])]


def _typed(field: Any) -> str:
    """As it was sent; unreadable numbers too, for the message about them to come from where they are read."""
    return str(field.raw_data[0]) if field.raw_data else str(field.data or "")
