"""An author as an admin edits one. The same class reads the page's form and the API's JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from ..core.errors import ValidationFailed
from ..core.html import safe_url
from ..core.text import Unreadable, clean_line, clean_text
from . import service
from .models import Author, Standing


class AuthorForm(FlaskForm):
    name = StringField("Name", [Length(max=Author.NAME_LENGTH)])
    bio = TextAreaField(
        "Bio", [Length(max=Author.BIO_LENGTH)], description="Plain text; *emphasis*, links and lists work."
    )
    avatar = StringField(
        "Picture", [Length(max=Author.AVATAR_LENGTH)], description="An address on one of the site's own origins."
    )
    website = StringField("Website", [Length(max=Author.WEBSITE_LENGTH)])
    links = TextAreaField("Links", [Length(max=10_000)], description="One a line: a label, a space, the address.")

    def __init__(self, *args: Any, origins: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.origins = origins

    def validate_name(self, field: Field) -> None:
        field.data = _cleaned(clean_line, field.data)
        if not field.data:
            raise ValidationError("Enter a name.")

    def validate_bio(self, field: Field) -> None:
        field.data = _cleaned(clean_text, field.data)

    def validate_avatar(self, field: Field) -> None:
        field.data = _checked(service.read_picture, _cleaned(clean_line, field.data), self.origins) or ""

    def validate_website(self, field: Field) -> None:
        typed = _cleaned(clean_line, field.data)
        field.data = safe_url(typed) if typed else ""
        if field.data is None:
            field.data = typed
            raise ValidationError("Use a web address that begins with http:// or https://.")

    def validate_links(self, field: Field) -> None:
        typed = _cleaned(clean_text, field.data)
        _checked(service.read_links, link_lines(typed))
        field.data = typed

    def fill(self, author: Author) -> None:
        """Give the author what was typed."""
        author.name, author.website = self.name.data, self.website.data or None
        author.avatar = self.avatar.data or None
        author.links = service.read_links(link_lines(self.links.data))
        service.write_bio(author, self.bio.data)


def link_lines(text: str) -> list[tuple[str, str]]:
    """`label address` a line, as (label, address)."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(label.strip() if space else "", url) for label, space, url in (line.rpartition(" ") for line in lines)]


def links_as_lines(author: Author) -> str:
    return "\n".join(f"{link['label']} {link['url']}" for link in author.links or [])


def _cleaned(clean: Any, text: str | None) -> str:
    try:
        return str(clean(text or ""))
    except Unreadable as error:
        raise ValidationError(str(error)) from error


def _checked(read: Any, *args: Any) -> Any:
    try:
        return read(*args)
    except ValidationFailed as error:
        raise ValidationError(str(error)) from error


class StandingForm(FlaskForm):
    standing = SelectField("Standing", choices=[(str(each), str(each).capitalize()) for each in Standing])
    reason = StringField("Reason", [Length(max=500)])
    until = DateTimeLocalField("Until (UTC)", [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def validate_reason(self, field: Field) -> None:
        field.data = _cleaned(clean_line, field.data)

    @property
    def end(self) -> datetime | None:
        return self.until.data.replace(tzinfo=UTC) if self.until.data else None
