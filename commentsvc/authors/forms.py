"""An author as an admin edits one. The same class reads the page's form and the API's JSON."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from ..core.errors import ValidationFailed
from ..core.html import safe_url
from ..core.text import Unreadable, clean_line, clean_text
from . import service
from .models import Author, Standing, StandingChange
from .standings import LASTS, read_end

CHOICES = {"": None, "yes": True, "no": False}
AS_TYPED = {choice: typed for typed, choice in CHOICES.items()}


class AuthorForm(FlaskForm):
    name = StringField("Name", [Length(max=Author.NAME_LENGTH)])
    slug = StringField(
        "Slug", [Length(max=Author.SLUG_LENGTH)], description="Its name in addresses. The old one leads here."
    )
    bio = TextAreaField(
        "Bio", [Length(max=Author.BIO_LENGTH)], description="Plain text; *emphasis*, links and lists work."
    )
    avatar = StringField(
        "Picture", [Length(max=Author.AVATAR_LENGTH)], description="An address on one of the site's own origins."
    )
    website = StringField("Website", [Length(max=Author.WEBSITE_LENGTH)])
    shows_comments = SelectField(
        "Comments on the public page",
        choices=[("", "As usual on this site"), ("yes", "Listed"), ("no", "Not listed")],
        description="The person’s own choice. A reader whose comments are not listed has no public page.",
    )
    links = TextAreaField("Links", [Length(max=10_000)], description="One a line: a label, a space, the address.")

    def __init__(self, *args: Any, origins: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.origins = origins

    def validate_name(self, field: Field) -> None:
        field.data = _cleaned(clean_line, field.data)
        if not field.data:
            raise ValidationError("Enter a name.")

    def validate_slug(self, field: Field) -> None:
        field.data = _cleaned(clean_line, field.data)

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

    def fill(self, author: Author, *, now: datetime) -> None:
        """Give the author what was typed. Raises ValidationFailed for a slug that is another's."""
        if self.slug.data:
            service.change_slug(author, self.slug.data, now=now)
        author.name, author.website = self.name.data, self.website.data or None
        author.avatar = self.avatar.data or None
        author.links = service.read_links(link_lines(self.links.data))
        service.choose_to_show_comments(author, CHOICES[self.shows_comments.data or ""])
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
    lasts = SelectField(
        "For",
        choices=[
            ("", "until the time given; without one, no end"),
            *zip(LASTS, ("1 hour", "3 hours", "24 hours", "7 days"), strict=True),
        ],
    )
    until = DateTimeLocalField("Until (UTC)", [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    reason = StringField("Reason", [Length(max=StandingChange.REASON_LENGTH)], description="Only the staff see it.")
    message = TextAreaField(
        "Message to the author",
        [Length(max=StandingChange.MESSAGE_LENGTH)],
        description="Goes to the confirmed address, if there is one.",
    )
    comments = SelectField(
        "Their comments",
        choices=[
            ("", "stay as they are"),
            ("reject", "are rejected"),
            ("hold", "wait for a moderator"),
            ("hide", "are hidden until they are given back"),
        ],
    )
    since = DateTimeLocalField("Written since (UTC)", [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    scope = SelectField(
        "Where",
        choices=[("site", "on this site"), ("all", "on all my sites")],
        description="For a ban and its end. All my sites: you are asked for your password first.",
    )
    restore = BooleanField("Give back what the last standing took")

    def validate_reason(self, field: Field) -> None:
        field.data = _cleaned(clean_line, field.data)

    def end(self, present: datetime | None, now: datetime) -> datetime | None:
        """The end asked for; the `present` one, which the form came with, gives way to a duration."""
        given = self.until.data.replace(tzinfo=UTC) if self.until.data else None
        untouched = present.replace(second=0, microsecond=0) if present else None
        if self.lasts.data and given in (present, untouched):
            given = None
        return read_end({"lasts": self.lasts.data}, given, now=now)

    @property
    def begin(self) -> datetime | None:
        return self.since.data.replace(tzinfo=UTC) if self.since.data else None
