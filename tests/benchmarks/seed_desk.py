"""A newsroom that has lived for years: `python -m tests.benchmarks.seed_desk --url URL --comments N --pending M`.

The same numbers make the same rows. The site is `herald`; its admin's API token is printed at the end.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.authors.models import Author
from commentsvc.comments import log
from commentsvc.comments.models import Comment, Decision, LogHead, Revision, StoredVerdict
from commentsvc.core.database import db
from commentsvc.moderation.models import Flag
from commentsvc.schema import upgrade
from commentsvc.stories.models import Story
from tests.cast import Newsroom
from tests.conftest import settings

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
STORIES, AUTHORS, AT_ONCE = 4_000, 50_000, 20_000
SECTIONS = ("World", "City", "Sport", "Money", "Culture", "Opinion", "Science", "Weather", "Travel", "Games")
RULES = ("author_is_new", "uses_held_word", "too_many_links", "author_is_watched", "story_is_held")
LANGUAGES = ("en", "en", "en", "tr", "ar", "de", "fr", None)
COMMON = "harbour"  # a word in 30 of 100 comments
RARE = "zeppelin"  # in 1 of 10,000
WORDS = (  # noqa: SIM905
    "the council says that it will count people and cars and noise every quarter of this year because fewer visit our "
    "market than last summer when boats still came back every morning with fish nobody else wanted to sell for so "
    "little money I would add one more figure how many who come stay for supper in one of the small places there"
).split()


def fill(app: Flask, comments: int, pending: int) -> str:
    """Fill an empty, migrated database; returns an API token of its admin."""
    newsroom = Newsroom(app)
    newsroom.site("herald", hold_first_comments=0, duplicate_check=False)
    token = newsroom.account("Ada", Role.ADMIN).token
    with app.app_context():
        db.session.execute(insert(Author), [_author(n) for n in range(1, AUTHORS + 1)])
        db.session.execute(insert(Story), [_story(n) for n in range(1, STORIES + 1)])
        db.session.commit()
        made = _rows(comments, pending)
        for rows in iter(lambda: _some(made), {}):
            _write(rows)
        end = select(Decision.number, Decision.hash).order_by(Decision.number.desc()).limit(1)
        number, last = db.session.execute(end).one()
        db.session.execute(insert(LogHead).values(site_id=1, number=number, hash=last))
        db.session.commit()
        settle(Author, Story, Comment, Revision)
    return token


def _author(n: int) -> dict[str, Any]:
    address = {"email_hash": f"{n:064}", "email_encrypted": "x"}
    return {"id": n, "site_id": 1, "slug": f"r{n}", "name": f"Reader {n}", "standing": "NORMAL", "created_at": NOW,
            "approved_count": n % 40, "rejected_count": n % 3, **address}  # fmt: skip


def _story(n: int) -> dict[str, Any]:
    return {"id": n, "site_id": 1, "external_id": f"s{n}", "url": f"https://www.herald.example/{n}",
            "title": f"Story {n}", "category": SECTIONS[n % len(SECTIONS)], "created_at": NOW}  # fmt: skip


def _rows(comments: int, pending: int) -> Iterator[tuple[type, dict[str, Any]]]:
    dice = random.Random(20_260_120)
    waiting = set(dice.sample(range(1, comments + 1), pending))
    last = ""
    for n in range(1, comments + 1):
        status = "PENDING" if n in waiting else dice.choices(("APPROVED", "REJECTED", "SPAM"), (85, 10, 5))[0]
        at = NOW - timedelta(seconds=30 * (comments - n))
        said = _text(dice, n)
        flags = dice.choices((0, 1, 2, 5), (985, 10, 4, 1))[0]
        aside = dice.choices((None, "later", "escalated"), (98, 1, 1))[0] if status == "PENDING" else None
        rule = None if status == "APPROVED" else dice.choice(RULES)
        story, objections = dice.randint(1, STORIES), 0 if rule is None else dice.randint(1, 6)
        yield Comment, {
            "id": n, "site_id": 1, "story_id": story, "author_id": dice.randint(1, AUTHORS), "parent_id": None,
            "depth": 0, "author_name": f"Reader {n % 997}", "website": None, "status": status, "content": [["p", said]],
            "html": f"<p>{said}</p>", "fingerprint": f"{n:064x}", "likeness": f"{n // 3:064x}", "revision_number": 1,
            "version": 1, "likes": 0, "visible_replies": 0, "receipt_salt": "", "created_at": at,
            "section": SECTIONS[story % len(SECTIONS)], "held_by": rule, "language": dice.choice(LANGUAGES),
            "has_link": dice.random() < 0.08, "objections": objections, "open_flags": flags,
            "risk": objections + 2 * flags, "set_aside": aside, "ignores_flags": False,
        }  # fmt: skip
        kept = {"comment_id": n, "created_at": at}
        yield Revision, {"id": n, "number": 1, "text": said, "content": [["p", said]], "html": f"<p>{said}</p>", **kept}
        if rule:
            yield StoredVerdict, {"revision_id": n, "rule": rule, "outcome": "hold", "reason": "", "spans": [], **kept}
        decision = _decision(n, rule or "screening", status, at)
        last = log.hash_of(decision, last)
        yield Decision, {**decision, "hash": last}
        for reader in range(flags):
            yield Flag, {"reader_hash": f"{reader}", "reason": "abuse", "details": "", **kept}


def _decision(n: int, rule: str, status: str, at: datetime) -> dict[str, Any]:
    """The rules' first decision on the n-th comment: the n-th of the site's log."""
    said = {"site_id": 1, "number": n, "comment_id": n, "revision_id": n, "rule": rule, "action": "hold"}
    nothing = {"reason": "", "note": "", "ignored_before": False, "reports": 0}
    return {**dict.fromkeys(log.BOUND), **nothing, **said, "after": status, "created_at": at}


def _text(dice: random.Random, n: int) -> str:
    words = dice.choices(WORDS, k=dice.randint(8, 40))
    if dice.random() < 0.3:
        words.append(COMMON)
    if n % 10_000 == 1:
        words.append(RARE)
    return " ".join(words)


def _some(made: Iterator[tuple[type, dict[str, Any]]]) -> dict[type, list[dict[str, Any]]]:
    rows: dict[type, list[dict[str, Any]]] = {}
    for table, row in made:
        rows.setdefault(table, []).append(row)
        if table is Decision and len(rows[Comment]) >= AT_ONCE and row["comment_id"] % 7 == 0:
            break
    # A report of the last comment may come with the next ones: every table is written after what it points to.
    return {table: rows[table] for table in (Comment, Revision, StoredVerdict, Decision, Flag) if table in rows}


def _write(rows: dict[type, list[dict[str, Any]]]) -> None:
    """Past the mapper and past the statements it would build: a million rows are many."""
    connection = db.engine.raw_connection()
    try:
        with closing(connection.cursor()) as cursor:
            if _on_sqlite():
                cursor.execute("BEGIN IMMEDIATE")
            for table, each in rows.items():
                name, columns = table.__tablename__, list(each[0])
                values = ([_plain(row[column]) for column in columns] for row in each)
                if _on_sqlite():
                    marks = ", ".join("?" * len(columns))
                    cursor.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", values)
                    continue
                with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
                    for row in values:
                        copy.write_row(row)
        connection.commit()
    finally:
        connection.close()


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) and _on_sqlite() else value


def _on_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def settle(*models: type) -> None:
    """As a database is that has lived for a while: it knows its own figures, and numbers go on where rows end."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            for model in models:
                name = model.__tablename__
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
                )
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--url", required=True, help="an empty database, e.g. sqlite:////tmp/desk.sqlite3")
    asked.add_argument("--comments", type=int, default=1_000_000)
    asked.add_argument("--pending", type=int, default=100_000)
    given = asked.parse_args()
    began = time.perf_counter()
    app = create_app(settings(given.url, Path(tempfile.mkdtemp())))
    with app.app_context():
        upgrade()
    token = fill(app, given.comments, given.pending)
    print(json.dumps({"token": token, "seconds": round(time.perf_counter() - began)}))


if __name__ == "__main__":
    main()
