"""A past that figures can be counted from: comments that came in and were decided on at given times."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from commentsvc.accounts.models import Account, Role
from commentsvc.accounts.permissions import Actor
from commentsvc.accounts.service import find_account
from commentsvc.authors.models import Author
from commentsvc.comments import posting
from commentsvc.comments.models import Decision, Revision, StoredVerdict
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.moderation import decisions, undoing
from commentsvc.moderation.decisions import Seen
from commentsvc.sites.service import site_named
from commentsvc.stories.queries import StoryName, find_story
from tests.cast import Newsroom, Person
from tests.moderation.pages import Browser

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


class Past:
    """What happened before NOON; moments are minutes before it unless one is given."""

    def __init__(self, newsroom: Newsroom, story: str) -> None:
        self.newsroom, self.story = newsroom, story

    def written(
        self, text: str | None = None, *, ago: float = 0, story: str | None = None, by: int | None = None, **more
    ) -> int:
        """A comment as a reader sends it; the rules decide. `by` is an author whose receipt was shown."""
        number = next(self.newsroom.numbers)
        with self.newsroom.app.app_context(), unit_of_work():
            site = site_named("herald")
            submission = posting.Submission(
                text=text or f"Comment number {number} on this.",
                name=more.pop("name", "Rosa Reader"),
                email=f"reader{number}@example.org",
                **more,
            )
            posted = posting.post(
                site,
                find_story(site.id, StoryName(story or self.story, None)),
                submission,
                writer=db.session.get(Author, by) if by else None,
                network_hash="tests",
                keys=house().keys,
                now=NOON - timedelta(minutes=ago),
            )
            return posted.comment.id

    def decide(self, comment: int, action: str, person: Person, *, ago: float = 0, reason: str = "") -> int:
        """A moderator decides; returns the decision's id."""
        with self.newsroom.app.app_context(), unit_of_work():
            seen = [Seen(comment, self.newsroom.row(comment).version)]
            outcome = decisions.decide_all(
                seen, action, actor=self.actor(person), now=NOON - timedelta(minutes=ago), reason=reason
            )
            ((_, decision),) = outcome.decided
            return decision.id

    def undo(self, decision: int, person: Person, *, ago: float = 0) -> None:
        with self.newsroom.app.app_context(), unit_of_work():
            undoing.undo(decision, actor=self.actor(person), now=NOON - timedelta(minutes=ago))

    def last_of(self, comment: int) -> int:
        """The last decision on a comment."""
        with self.newsroom.app.app_context():
            return db.session.scalar(select(func.max(Decision.id)).where(Decision.comment_id == comment))

    def actor(self, person: Person) -> Actor:
        return Actor.of(find_account(person.email, house().keys))

    def speak_in_shadow(self, comment: int, rule: str, *, ago: float = 0) -> None:
        """What a rule in shadow leaves: a verdict that would have held."""
        with self.newsroom.app.app_context(), unit_of_work():
            revision = db.session.scalars(select(Revision).where(Revision.comment_id == comment)).one()
            db.session.add(
                StoredVerdict(
                    comment_id=comment,
                    revision_id=revision.id,
                    rule=rule,
                    outcome="note",
                    would_be="hold",
                    reason="it looks so",
                    spans=[],
                    created_at=NOON - timedelta(minutes=ago),
                )
            )

    def author_of(self, comment: int) -> int:
        with self.newsroom.app.app_context():
            return self.newsroom.row(comment).author_id

    def site_id(self) -> int:
        return site_named("herald").id

    def log(self) -> list[Decision]:
        """Every decision, for counting by hand."""
        return list(db.session.scalars(select(Decision).order_by(Decision.id)))


@pytest.fixture
def past(cast, newsroom) -> Past:
    return Past(newsroom, newsroom.story("herald", "harbour", title="Boats return", category="City"))


@pytest.fixture
def hanna(cast) -> Person:
    return cast.hanna


@pytest.fixture
def hugo(cast, newsroom) -> Person:
    """Hanna's colleague."""
    return newsroom.account("Hugo", Role.MODERATOR, "herald")


@pytest.fixture
def limited(hugo, app) -> Person:
    """Hugo, who works on Sports alone."""
    with app.app_context(), unit_of_work():
        account = db.session.scalars(select(Account).where(Account.name == "Hugo")).one()
        account.sites[0].sections = ["Sports"]
    return hugo


@pytest.fixture
def desk(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.hanna))


@pytest.fixture
def admin(cast, newsroom) -> Browser:
    return Browser(newsroom.signed_in(cast.ada))
