"""A story as the newsroom edits it. The same class reads the page's form and the API's JSON."""

from datetime import UTC
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import DateTimeLocalField, Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, Optional

from ..authors.models import Author
from ..authors.service import read_picture
from ..core.database import db
from ..core.errors import ValidationFailed
from ..core.text import Unreadable, clean_line
from ..core.urls import WrongUrl, origin_of
from ..sites.models import Site
from ..sites.settings import MODES
from . import service
from .models import Story

INHERITS = "As its section and its site"
MODE_WORDS = {
    "open": "Open: publish, then look",
    "hold_new": "Hold new writers",
    "hold_all": "Hold all",
    "closed": "Closed",
    "hidden": "Closed and hidden",
}
MODE_CHOICES = [("", INHERITS), *((mode, MODE_WORDS[mode]) for mode in MODES)]


class StoryForm(FlaskForm):
    own_id = StringField("Your own id", [Length(max=Story.ID_LENGTH)], description="What your pages call it in story=…")
    title = StringField("Title", [Length(max=Story.TITLE_LENGTH)])
    url = StringField("Address", [Length(max=Story.URL_LENGTH)])
    category = StringField("Category", [Length(max=Story.CATEGORY_LENGTH)])
    excerpt = TextAreaField("Excerpt", [Length(max=Story.EXCERPT_LENGTH)])
    image = StringField("Picture", [Length(max=Story.URL_LENGTH)])
    published_at = DateTimeLocalField("Published (UTC)", [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    mode = SelectField("Comments", choices=MODE_CHOICES)
    bylines = StringField("Bylines", [Length(max=1000)], description="The authors' slugs, separated by commas.")

    def __init__(self, *args: Any, site: Site, story: Story | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.story = site, story
        self.signers: list[Author] = []

    def validate_own_id(self, field: Field) -> None:
        _clean(field)
        taken = select(Story.id).where(Story.site_id == self.site.id, Story.external_id == field.data)
        if field.data and db.session.scalar(taken) not in (None, self.story and self.story.id):
            raise ValidationError("Another story has this id.")

    def validate_title(self, field: Field) -> None:
        _clean(field)

    def validate_category(self, field: Field) -> None:
        _clean(field)

    def validate_excerpt(self, field: Field) -> None:
        _clean(field)

    def validate_url(self, field: Field) -> None:
        _clean(field)
        if field.data:
            self._own_address(field.data)

    def validate_image(self, field: Field) -> None:
        _clean(field)
        try:
            field.data = read_picture(field.data, [origin.origin for origin in self.site.origins]) or ""
        except ValidationFailed as error:
            raise ValidationError(str(error)) from error

    def _own_address(self, url: str) -> None:
        try:
            allowed = self.site.allows(origin_of(url))
        except WrongUrl as error:
            raise ValidationError(str(error)) from error
        if not allowed:
            raise ValidationError("Use an address on one of the site's own origins.")

    def validate_bylines(self, field: Field) -> None:
        _clean(field)
        slugs = list(dict.fromkeys(slug.strip() for slug in field.data.split(",") if slug.strip()))
        found = db.session.scalars(select(Author).where(Author.site_id == self.site.id, Author.slug.in_(slugs)))
        known = {author.slug: author for author in found}
        if missing := [slug for slug in slugs if slug not in known]:
            raise ValidationError(f"There is no author called {', '.join(missing)}.")
        self.signers = [known[slug] for slug in slugs]

    def fill(self, story: Story) -> None:
        """Give the story what was typed. Raises ValidationFailed when its address is another story's."""
        story.from_reader = False
        story.external_id = self.own_id.data or story.external_id
        story.title, story.category, story.excerpt = self.title.data, self.category.data, self.excerpt.data
        story.url, story.image, story.mode = self.url.data or None, self.image.data or None, self.mode.data or None
        story.published_at = self.published_at.data.replace(tzinfo=UTC) if self.published_at.data else None
        if story.url:
            service.know_by(story, story.url)
        service.sign_with(story, self.signers)


def _clean(field: Field) -> None:
    try:
        field.data = clean_line(field.data or "")
    except Unreadable as error:
        raise ValidationError(str(error)) from error
