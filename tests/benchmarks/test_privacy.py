"""What a copy and an erasure of 50,000 comments cost. Prints a table: `pytest -n 0 -m benchmark`."""

import time
from datetime import timedelta

import psutil
import pytest
from sqlalchemy import insert, update

from commentsvc.comments.models import Comment, Revision
from commentsvc.core import clock
from commentsvc.core.database import db
from commentsvc.core.unit_of_work import unit_of_work
from commentsvc.core.web import house
from commentsvc.privacy import erasing, exporting
from commentsvc.privacy.models import Erasure
from tests.benchmarks.test_service import TEXT, report
from tests.cast import SOMEONE

pytestmark = pytest.mark.benchmark
COMMENTS, MEMORY = 50_000, 20  # megabytes


@pytest.fixture
def busy(app, cast, newsroom) -> int:
    """An author of 50,000 comments; their number."""
    first = newsroom.comment(newsroom.story())
    with app.app_context():
        row = newsroom.row(first)
        values = {each.key: getattr(row, each.key) for each in Comment.__table__.columns if each.key != "id"}
        begun = values.pop("created_at")
        for start in range(0, COMMENTS - 1, 5_000):
            ids = range(first + 1 + start, first + 1 + min(start + 5_000, COMMENTS - 1))
            with unit_of_work():
                db.session.execute(
                    insert(Comment), [{**values, "id": n, "created_at": begun + timedelta(seconds=n)} for n in ids]
                )
                said = {"number": 1, "text": TEXT, "content": [], "html": TEXT, "created_at": clock.now()}
                db.session.execute(insert(Revision), [{**said, "comment_id": each} for each in ids])
        return row.author_id


def test_a_copy_and_an_erasure_of_50_000_comments(app, busy, capsys):
    with app.app_context(), app.test_request_context():
        author = db.session.get_one(exporting.Author, busy)
        began, before = time.perf_counter(), psutil.Process().memory_info().rss
        sizes, most = [], 0.0
        for piece in exporting.archive(author, keys=house().keys, now=clock.now()):
            sizes.append(len(piece))
            most = max(most, (psutil.Process().memory_info().rss - before) / 1e6)
        took = time.perf_counter() - began
        database = db.engine.dialect.name
        with unit_of_work():
            erasing.ask(author, actor=SOMEONE, now=clock.now())
            db.session.execute(update(Erasure).values(due_at=clock.now() - timedelta(seconds=1)))
        began = time.perf_counter()
        erasing.erase_due()
        erased = time.perf_counter() - began
    report(capsys, f"a copy of {COMMENTS:,} comments, {database}", f"{took:.0f} s, {sum(sizes) / 1e6:.1f} MB", "")
    report(capsys, f"its memory, {database}", f"{most:.1f} MB", f"{MEMORY} MB")
    report(capsys, f"an erasure of as many, {database}", f"{erased:.0f} s", "")
    assert most < MEMORY
