"""The form "Leave a comment". The same class reads the HTML form and the JSON body."""

from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
    ValidationError,
)
from wtforms.validators import AnyOf, InputRequired, StopValidation

from ..authors.models import Author
from ..core.errors import ValidationFailed
from ..core.html import safe_url
from ..core.mail_address import MAX_LENGTH as EMAIL_LENGTH
from ..core.mail_address import WrongAddress, read_address
from ..core.text import Unreadable, clean_line, clean_text
from ..sites.settings import SiteSettings
from .models import Comment
from .posting import Submission

JSON_FIELDS = ("text", "name", "email", "website", "parent", "notify", "topic")
NOTIFY = {
    "none": "No, thank you",
    "replies": "What becomes of my comment, and replies to it",
    "all": "The same, and every new comment on this story",
}


class Cleaned:
    """Clean a field's text before anything else looks at it; what cannot be shown is refused by name."""

    field_flags: dict[str, Any] = {}

    def __init__(self, clean: Any) -> None:
        self.clean = clean

    def __call__(self, form: Any, field: Field) -> None:
        try:
            field.data = self.clean(field.data or "")
        except Unreadable as error:
            raise StopValidation(str(error)) from error


class AtMost:
    """The same limit in browser, form and database, counted in code points."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.field_flags = {"maxlength": length}

    def __call__(self, form: Any, field: Field) -> None:
        if len(field.data) > self.length:
            raise StopValidation(f"Use at most {self.length:,} characters; these are {len(field.data):,}.")


class Present(InputRequired):
    """Something must be left after cleaning."""

    def __call__(self, form: Any, field: Field) -> None:
        if not field.data:
            raise StopValidation(self.message)


class CommentForm(FlaskForm):
    """Comment *, Name *, Email *, Website. Readers have no session to ride on, so there is no CSRF token."""

    class Meta:
        csrf = False

    text = TextAreaField("Comment", [Cleaned(clean_text), Present("Write your comment."), AtMost(Comment.TEXT_LENGTH)])
    name = StringField(
        "Name",
        [Cleaned(clean_line), Present("Enter your name."), AtMost(Author.NAME_LENGTH)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        "Email",
        [Cleaned(clean_line), Present("Enter your email address."), AtMost(EMAIL_LENGTH)],
        render_kw={"autocomplete": "email"},
    )
    website = URLField(
        "Website", [Cleaned(clean_line), AtMost(Author.WEBSITE_LENGTH)], render_kw={"autocomplete": "url"}
    )
    save = BooleanField("Save my name, email, and website in this browser for the next time I comment.")
    notify = SelectField(
        "Send me mail",
        [AnyOf(NOTIFY, message=f"Use one of: {', '.join(NOTIFY)}.")],
        choices=list(NOTIFY.items()),
        default="none",
        validate_choice=False,
        description="Only after you confirm your address; every mail has a link that ends it.",
    )
    parent = HiddenField()
    topic = StringField("Leave this field empty", render_kw={"autocomplete": "off", "tabindex": "-1"})
    opened = HiddenField()

    def __init__(
        self,
        formdata: MultiDict[str, str] | None,
        *,
        settings: SiteSettings,
        known: Author | None = None,
        **kwargs: Any,
    ) -> None:
        """`known` is who signed on: their name is the publisher's, whatever was typed, and they type no address."""
        super().__init__(formdata, **kwargs)
        self.settings, self.known = settings, known
        if known:
            self.name.data, self.website.data, self.email.data = known.name, known.website or "", ""
            self.email.validators = [Cleaned(clean_line)]
        self.text.validators = [Cleaned(clean_text), Present("Write your comment."), AtMost(settings.text_max_length)]
        self.text.flags.maxlength = settings.text_max_length

    def validate_email(self, field: Field) -> None:
        if self.known:
            return
        try:
            field.data = read_address(field.data, check_deliverability=self.settings.check_deliverability)
        except WrongAddress as error:
            raise ValidationError(str(error)) from error

    def validate_website(self, field: Field) -> None:
        if field.data:
            url = safe_url(field.data)
            if url is None:
                raise ValidationError("Use a web address that begins with http:// or https://.")
            field.data = url

    def submission(self, **more: Any) -> Submission:
        """What was sent, cleaned. Raises ValidationFailed naming every wrong field."""
        if not self.validate():
            raise ValidationFailed({name: list(messages) for name, messages in self.errors.items() if name})
        return Submission(
            text=self.text.data or "",
            name=self.name.data or "",
            email=self.email.data or "",
            website=self.website.data or None,
            parent=self.parent.data or None,
            notify=self.notify.data or "none",
            honeypot=self.topic.data or "",
            **more,
        )


class EditForm(FlaskForm):
    """Another text for a comment."""

    class Meta:
        csrf = False

    text = TextAreaField("Comment")

    def __init__(self, formdata: MultiDict[str, str], *, settings: SiteSettings) -> None:
        super().__init__(formdata)
        self.text.validators = [Cleaned(clean_text), Present("Write your comment."), AtMost(settings.text_max_length)]

    def new_text(self) -> str:
        """Raises ValidationFailed."""
        if not self.validate():
            raise ValidationFailed({name: list(messages) for name, messages in self.errors.items() if name})
        return self.text.data or ""
