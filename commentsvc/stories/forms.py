"""A story as the newsroom edits it. The same class reads the page's form and the API's JSON."""

from datetime import UTC
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, DateTimeLocalField, Field, SelectField, StringField, TextAreaField, ValidationError
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
from .queries import StoryName, find_story

MOST_PINS, MOST_EXCLUDED, MOST_GUESTS = 10, 50, 8
LINES_LENGTH = 20_000  # characters
NAMES_HINT = "One story a line, by its own id or its address."
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
    guests = TextAreaField(
        "Guest authors",
        [Length(max=1000)],
        description="Names that sign this story alone and have no page, one a line.",
    )
    pinned = TextAreaField("First in “You may also like”", [Length(max=LINES_LENGTH)], description=NAMES_HINT)
    excluded = TextAreaField("Never in “You may also like”", [Length(max=LINES_LENGTH)], description=NAMES_HINT)
    suggested = BooleanField("Suggest this story under others")

    def __init__(self, *args: Any, site: Site, story: Story | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.story = site, story
        self.signers: list[Author] = []
        self.guest_names: list[str] = []
        self.pins: list[Story] = []
        self.kept_out: list[Story] = []

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

    def validate_guests(self, field: Field) -> None:
        try:
            names = list(dict.fromkeys(filter(None, map(clean_line, (field.data or "").splitlines()))))
        except Unreadable as error:
            raise ValidationError(str(error)) from error
        if len(names) > MOST_GUESTS or any(len(name) > Author.NAME_LENGTH for name in names):
            raise ValidationError(
                f"Name at most {MOST_GUESTS} guests, each in at most {Author.NAME_LENGTH} characters."
            )
        self.guest_names = names

    def validate_pinned(self, field: Field) -> None:
        self.pins = self._stories_named(field.data or "", MOST_PINS)

    def validate_excluded(self, field: Field) -> None:
        self.kept_out = self._stories_named(field.data or "", MOST_EXCLUDED)
        pinned = {story.id for story in self.pins}
        if both := next((story for story in self.kept_out if story.id in pinned), None):
            raise ValidationError(f"{both.name} is pinned.")

    def _stories_named(self, lines: str, most: int) -> list[Story]:
        names = list(dict.fromkeys(line.strip() for line in lines.splitlines() if line.strip()))
        if len(names) > most:
            raise ValidationError(f"Name at most {most} stories.")
        return list({story.id: story for story in map(self._story_named, names)}.values())

    def _story_named(self, name: str) -> Story:
        is_address = name.startswith(("http://", "https://"))
        try:
            line = clean_line(name)
            found = find_story(self.site.id, StoryName(None, line) if is_address else StoryName(line, None))
        except (Unreadable, ValidationFailed) as error:
            raise ValidationError(str(error)) from error
        if found is None:
            raise ValidationError(f"There is no story called {name}.")
        if self.story and found.id == self.story.id:
            raise ValidationError("A story is not related to itself.")
        return found

    def fill(self, story: Story) -> None:
        """Give the story what was typed. Raises ValidationFailed when its address is another story's."""
        story.from_reader = False
        story.external_id = self.own_id.data or story.external_id
        story.title, story.category, story.excerpt = self.title.data, self.category.data, self.excerpt.data
        story.url, story.image, story.mode = self.url.data or None, self.image.data or None, self.mode.data or None
        story.published_at = self.published_at.data.replace(tzinfo=UTC) if self.published_at.data else None
        if story.url:
            service.know_by(story, story.url)
        service.sign_with(story, self.signers, self.guest_names)
        story.suggested = self.suggested.data
        service.pick(story, pins=self.pins, excluded=self.kept_out)


def _clean(field: Field) -> None:
    try:
        field.data = clean_line(field.data or "")
    except Unreadable as error:
        raise ValidationError(str(error)) from error
