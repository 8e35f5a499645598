"""What the pages of accounts take: each form names every field it reads, and nothing else is read."""

from collections.abc import Iterable, Mapping

from flask import request
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length

from ..accounts.models import Account, ApiToken, Role, Scope, SecondStep
from ..core import inputs
from ..core.errors import ValidationFailed
from ..core.mail_address import MAX_LENGTH
from ..sites.models import Section, Site

ROLES = [(str(Role.MODERATOR), "Moderator: of the sites ticked"), (str(Role.ADMIN), "Admin: everything, of all sites")]
SCOPES = [
    (str(Scope.READ), "Read: the queue and the log; it changes nothing"),
    (str(Scope.MODERATE), "Moderate: decide as well"),
    (str(Scope.ADMIN), "Everything your account may"),
]
WHOM = [
    (str(SecondStep.NOBODY), "Whoever wants one"),
    (str(SecondStep.ADMINS), "Every admin"),
    (str(SecondStep.EVERYBODY), "Everybody"),
]
MOST_SECTIONS = 200


class Blaming(FlaskForm):
    """A form that shows what a service found wrong beside the field it is about."""

    def blame(self, error: ValidationFailed) -> None:
        first = next(iter(self))
        for name, said in error.fields.items():
            field = next((each for each in self if each.short_name == name), first)
            field.errors = [*field.errors, *said]


class AccountForm(Blaming):
    role = RadioField("Role", choices=ROLES, default=Role.MODERATOR)


class InviteForm(AccountForm):
    email = EmailField("Email", [InputRequired("Enter an email address."), Length(max=MAX_LENGTH)])
    name = StringField("Name", [InputRequired("Enter a name."), Length(max=Account.NAME_LENGTH)])


class EmailForm(Blaming):
    email = EmailField(
        "Email",
        [InputRequired("Enter your email address."), Length(max=MAX_LENGTH)],
        render_kw={"autocomplete": "username"},
    )


class NewPasswordForm(Blaming):
    password = PasswordField(
        "New password",
        [InputRequired("Choose a password.")],
        description="Ten characters at least. Several words that have nothing to do with each other are best.",
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(Blaming):
    present = PasswordField("Present password", render_kw={"autocomplete": "current-password"})
    wanted = PasswordField(
        "New password",
        [InputRequired("Choose a password.")],
        description="Ten characters at least. Several words that have nothing to do with each other are best.",
        render_kw={"autocomplete": "new-password"},
    )


class AppCodeForm(Blaming):
    code = StringField(
        "Code",
        [InputRequired("Enter the code your app shows.")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class TokenForm(Blaming):
    name = StringField(
        "Name", [InputRequired("Enter a name."), Length(max=ApiToken.NAME_LENGTH)], description="What it is for."
    )
    scope = RadioField("It may", choices=SCOPES, default=Scope.READ)


class SecondStepForm(Blaming):
    second_step = RadioField("Who needs a second step to sign in", choices=WHOM)


def read_sites(sites: Iterable[Site]) -> dict[int, list[str]]:
    """The sites that were ticked, with the sections typed for each, one a line. Raises ValidationFailed."""
    return {
        site.id: _sections(request.form, f"sections-{site.key}") for site in sites if f"site-{site.key}" in request.form
    }


def _sections(form: Mapping[str, str], name: str) -> list[str]:
    lines = form.get(name, "").splitlines()
    if len(lines) > MOST_SECTIONS:
        raise ValidationFailed({"sites": [f"Name at most {MOST_SECTIONS} sections."]})
    read = [inputs.line({"sites": each}, "sites", limit=Section.NAME_LENGTH) for each in lines]
    return list(dict.fromkeys(filter(None, read)))
