"""Making stories and changing what is known of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from ..authors.models import Author
from ..core.database import db
from ..core.errors import OriginNotAllowed, ValidationFailed
from ..core.events import Fact, announce
from ..core.urls import WrongUrl, origin_of, without_tracking
from ..sites.models import Site
from .models import Byline, Story, StoryPick, StoryUrl
from .queries import StoryName


def new_story(site: Site, name: StoryName, *, title: str = "", now: datetime, from_reader: bool = False) -> Story:
    """A story the site did not know yet. An address that is another story's stays the other's.

    `from_reader`: only a reader's browser says what it is called.

    Raises OriginNotAllowed for an address outside the site's registered origins, and IntegrityError when somebody
    else made the story at the same moment: the caller begins again and finds it.
    """
    if name.url:
        ensure_allowed(site, name.url)
    url = without_tracking(name.url) if name.url else None
    story = Story(
        site_id=site.id,
        external_id=name.id,
        url=url,
        title=title[: Story.TITLE_LENGTH],
        from_reader=from_reader,
        comment_count=0,
        created_at=now,
        bylines=[],
    )
    db.session.add(story)
    db.session.flush()
    if url and name.url_key and not (name.id and _owner_of(site.id, name.url_key)):
        db.session.add(StoryUrl(site_id=site.id, story_id=story.id, url_key=name.url_key, url=url))
        db.session.flush()
    announce(Fact("story.created", site.id, f"story:{story.id}", {"story": story.id}))
    return story


def ensure_allowed(site: Site, url: str) -> None:
    """Raises OriginNotAllowed for an address outside the site's registered origins."""
    try:
        allowed = site.allows(origin_of(url))
    except WrongUrl as error:
        raise ValidationFailed({"url": [str(error)]}) from error
    if not allowed:
        raise OriginNotAllowed("This address is not one of the site's own.")


def know_by(story: Story, url: str) -> None:
    """Remember an address the story is known by. Raises ValidationFailed when it belongs to another story."""
    key = StoryName(None, url).url_key or ""
    owner = _owner_of(story.site_id, key)
    if owner is None:
        db.session.add(StoryUrl(site_id=story.site_id, story_id=story.id, url_key=key, url=url))
    elif owner != story.id:
        raise ValidationFailed({"url": ["Another story is known by this address."]})


def _owner_of(site_id: int, key: str) -> int | None:
    """The story known by an address."""
    return db.session.scalar(select(StoryUrl.story_id).where(StoryUrl.site_id == site_id, StoryUrl.url_key == key))


def sign_with(story: Story, authors: Sequence[Author], guests: Sequence[str] = ()) -> None:
    """Give the story its bylines, in this order, and the names of those who sign it alone and have no page."""
    story.guest_bylines = list(guests)
    story.bylines = [Byline(author_id=author.id, author=author, position=place) for place, author in enumerate(authors)]


def pick(story: Story, *, pins: Sequence[Story], excluded: Sequence[Story]) -> None:
    """Which stories come first in its box of related stories, in this order, and which never."""
    wanted = [("pin", other) for other in pins] + [("exclude", other) for other in excluded]
    kept = {each.other_id: each for each in story.picks}
    picks = []
    for place, (kind, other) in enumerate(wanted):
        each = kept.get(other.id) or StoryPick(other_id=other.id, other=other)
        each.kind, each.position = kind, place
        picks.append(each)
    story.picks = picks
