"""What an admin sets about a site's outside checks."""

from collections.abc import Iterator
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import Length

from ..core.errors import ValidationFailed
from ..sites.models import Site
from ..sites.service import change_setting
from ..sites.settings import read_setting

KEY_LENGTH = 200


class ChecksForm(FlaskForm):
    """Fields named like the settings they change; the key is only ever written, never shown."""

    hook_url = StringField("Address", description="Where your program waits for comments. Empty: nobody is asked.")
    hook_timeout_ms = StringField("Patience", description="In milliseconds, 100 to 5000; the writer waits as long.")
    hook_sends_record = BooleanField(
        "Tell it the author’s record: approved and rejected comments, standing, since when"
    )
    hook_sends_address = BooleanField("Tell it the writer’s e-mail and IP address")
    akismet = BooleanField("Ask Akismet about every comment")
    akismet_sends_address = BooleanField("Tell Akismet the writer’s e-mail and IP address too")
    akismet_key = PasswordField("API key", [Length(max=KEY_LENGTH)])
    forget_akismet_key = BooleanField("Forget the key that is kept")

    def __init__(self, site: Site, **formdata: Any) -> None:
        """As typed, or (`formdata=None`) as the site has it, whatever another form of the page sent."""
        settings = site.settings
        super().__init__(data={name: getattr(settings, name) for name in SETTINGS}, **formdata)

    def validate(self, extra_validators: Any = None) -> bool:
        """By the settings' own reader, so that page and command line refuse the same."""
        valid = super().validate(extra_validators)
        for name, typed in self._typed():
            try:
                read_setting(name, typed)
            except ValidationFailed as error:
                self[name].errors = [*self[name].errors, *error.fields[name]]
                valid = False
        return valid

    def _typed(self) -> Iterator[tuple[str, str]]:
        for name in SETTINGS:
            typed = self[name].data
            yield name, ("on" if typed else "off") if isinstance(typed, bool) else str(typed or "").strip()

    def fill(self, site: Site) -> None:
        for name, typed in self._typed():
            change_setting(site, name, typed)

    def new_key(self) -> str:
        """The key that was typed, "" for none."""
        return (self.akismet_key.data or "").strip()


SETTINGS = (
    "hook_url",
    "hook_timeout_ms",
    "hook_sends_record",
    "hook_sends_address",
    "akismet",
    "akismet_sends_address",
)
