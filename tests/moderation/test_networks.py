"""Where comments and reports came from is forgotten."""

from datetime import timedelta

import pytest

from commentsvc.comments.models import Comment
from commentsvc.core.clock import now
from commentsvc.core.database import db
from commentsvc.moderation import networks
from commentsvc.moderation.models import Flag
from commentsvc.outbox.engine import engine
from commentsvc.rulebook.bans import FORGOTTEN
from commentsvc.rulebook.models import Ban, BanKind

A_DAY = 24 * 60


@pytest.fixture
def kept(app, newsroom, story, report):
    """What is left of networks, after the hourly work, by age in days: of comments, of reports."""
    ages = {newsroom.comment(story, minutes_ago=days * A_DAY): days for days in (1, 29, 31, 90)}
    for comment in ages:
        report(comment)
    with app.app_context():
        for row in db.session.query(Flag):
            row.created_at = now() - timedelta(days=ages[row.comment_id])
        db.session.commit()
        versions = dict(db.session.query(Comment.id, Comment.version).all())
        networks.forget_old()
        db.session.expire_all()
        assert dict(db.session.query(Comment.id, Comment.version).all()) == versions
        comments = {ages[row.id] for row in db.session.query(Comment) if row.network_hash}
        return comments, {ages[row.comment_id] for row in db.session.query(Flag) if row.network_hash}


def test_after_thirty_days_nobody_knows_where_a_comment_or_a_report_came_from(kept):
    assert kept == ({1, 29}, {1, 29})


def test_every_old_comment_is_forgotten_however_many_there_are(app, newsroom, story, monkeypatch):
    monkeypatch.setattr(networks, "_FORGOTTEN_AT_ONCE", 2)
    for _ in range(5):
        newsroom.comment(story, minutes_ago=31 * A_DAY)
    with app.app_context():
        networks.forget_old()
        assert db.session.query(Comment).filter(Comment.network_hash.is_not(None)).count() == 0


@pytest.mark.parametrize(
    ("ends_in", "is_lifted", "value"), [(-1, False, FORGOTTEN), (1, True, FORGOTTEN), (1, False, "somewhere")]
)
def test_the_network_of_a_ban_is_kept_while_the_ban_lasts(app, newsroom, story, ends_in, is_lifted, value):
    with app.app_context():
        site, moment = db.session.get(Comment, newsroom.comment(story)).site_id, now()
        times = {"until": moment + timedelta(days=ends_in), "lifted_at": moment if is_lifted else None}
        ban = Ban(site_id=site, kind=BanKind.NETWORK, value_hash="somewhere", created_at=moment, **times)
        db.session.add(ban)
        db.session.commit()
        networks.forget_old()
        db.session.refresh(ban)
        assert ban.value_hash == value


def test_the_worker_forgets_every_hour(app):
    with app.app_context():
        assert networks.forget_old in engine().every_hour
