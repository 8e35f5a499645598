"""The forms of the pages about endpoints."""

from datetime import UTC, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from .models import EVENTS, Endpoint
from .routes import HIGHEST
from .service import Span

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class EndpointForm(FlaskForm):
    url = StringField(
        "Address",
        [Length(max=Endpoint.URL_LENGTH)],
        description="On the public Internet, or opened by COMMENTSVC_OUTGOING_ALLOWED.",
    )
    events = SelectMultipleField(
        "Events",
        choices=list(EVENTS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    internal = BooleanField("Belongs to the newsroom: send the e-mail address of a comment’s writer too")

    def blame(self, wrong: dict[str, list[str]]) -> None:
        """Put what the service found wrong beside its field."""
        for name, messages in wrong.items():
            self[name].errors = [*self[name].errors, *messages]


class ReplayForm(FlaskForm):
    first = IntegerField("From number", [Optional(), NumberRange(0, HIGHEST, "Use a whole number.")])
    last = IntegerField("to number", [Optional(), NumberRange(0, HIGHEST, "Use a whole number.")])
    since = DateTimeLocalField("From (UTC)", [Optional()], format=MOMENTS)
    until = DateTimeLocalField("to (UTC)", [Optional()], format=MOMENTS)

    @property
    def span(self) -> Span:
        return Span(self.first.data, self.last.data, _utc(self.since.data), _utc(self.until.data))


def _utc(moment: Any) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
