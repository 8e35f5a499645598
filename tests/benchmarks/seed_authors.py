"""A million people who write: `python -m tests.benchmarks.seed_authors --url URL --authors N --comments M`.

The site is `herald`. The rows are made by the database itself, so that it takes a minute. One author, whose id is
printed at the end, wrote all of the M comments.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, text

from commentsvc import create_app
from commentsvc.authors.models import Author
from commentsvc.comments.log import new_batch
from commentsvc.comments.models import Comment, Revision
from commentsvc.core.database import db
from commentsvc.schema import upgrade
from tests.benchmarks.seed_desk import settle
from tests.cast import Newsroom
from tests.conftest import settings

SYLLABLES = "ro sa mi ka lu ne to bi da fe go hu ji pa qi ru so ta ve wo".split()  # noqa: SIM905

# n is the number of the author; what divides it decides what they are, so that no two facts go together.
AUTHORS = """
INSERT INTO commentsvc_author (id, site_id, slug, name, name_key, bio, bio_content, bio_html, links, is_byline,
  email_encrypted, email_hash, confirmed_at, standing, standing_reason, standing_until, approved_count, rejected_count,
  created_at, last_seen_at)
SELECT n, 1, name || '-' || n, name || ' ' || n, name || ' ' || n, '', '[]', '', '[]', n % 2000 = 0, 'x',
  {hash}, CASE WHEN n % 7 = 0 THEN {since} END,
  CASE WHEN n % 5003 = 0 THEN 'BANNED' WHEN n % 1009 = 0 THEN 'SUSPENDED' WHEN n % 211 = 0 THEN 'WATCHED'
    WHEN n % 23 = 0 THEN 'TRUSTED' ELSE 'NORMAL' END,
  '', CASE WHEN n % 5003 <> 0 AND n % 1009 = 0 THEN {end} END,
  CASE WHEN n % 3 = 0 THEN 0 ELSE n % 41 END, CASE WHEN n % 11 = 0 THEN n % 17 ELSE 0 END, {since}, {seen}
FROM (SELECT n, {name} AS name FROM ({numbers}) AS numbers) AS people
"""
NUMBERS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {0}) SELECT n FROM c",
    "postgresql": "SELECT n FROM generate_series(1, {0}) AS n",
}
HASH = {"sqlite": "printf('%064d', n)", "postgresql": "lpad(n::text, 64, '0')"}
SINCE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '2016-01-01', '+' || (n * 300) || ' seconds')",
    "postgresql": "timestamptz '2016-01-01 00:00Z' + n * interval '300 seconds'",
}
SEEN = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '2016-01-01', '+' || (n * 300 + n % 5000 * 4000) || ' seconds')",
    "postgresql": "timestamptz '2016-01-01 00:00Z' + (n * 300 + n % 5000 * 4000) * interval '1 second'",
}
END = {"sqlite": "'2999-01-01 00:00:00.000000'", "postgresql": "timestamptz '2999-01-01 00:00Z'"}
NAME = {
    "sqlite": "substr('{0}', (n % 20) * 2 + 1, 2) || substr('{0}', (n / 20 % 20) * 2 + 1, 2)"
    " || substr('{0}', (n / 400 % 20) * 2 + 1, 2)",
    "postgresql": "substr('{0}', (n % 20) * 2 + 1, 2) || substr('{0}', (n / 20 % 20) * 2 + 1, 2)"
    " || substr('{0}', (n / 400 % 20) * 2 + 1, 2)",
}

COMMENTS = """
INSERT INTO commentsvc_comment (id, site_id, story_id, author_id, depth, author_name, status, content, html, fingerprint,
  revision_number, version, likes, visible_replies, receipt_salt, created_at, section, has_link, objections, open_flags,
  risk, ignores_flags)
SELECT n, 1, 1 + n % 50, {author}, 0, CASE WHEN n % 10 = 0 THEN 'Rosa R.' ELSE 'Rosa Reader' END,
  CASE WHEN n % 20 = 0 THEN 'REJECTED' WHEN n % 33 = 0 THEN 'SPAM' WHEN n % 100 = 0 THEN 'PENDING' ELSE 'APPROVED' END,
  '[["p", "Something"]]', '<p>Something</p>', {hash}, 1, 1, 0, 0, '', {since}, 'City', {no}, 0, 0, 0, {no}
FROM ({numbers}) AS numbers
"""
REVISIONS = """
INSERT INTO commentsvc_revision (id, comment_id, number, text, content, html, created_at)
SELECT id, id, 1, 'Something', content, html, created_at FROM commentsvc_comment WHERE author_id = {author}
"""
DECISIONS = """
INSERT INTO commentsvc_decision (site_id, comment_id, revision_id, rule, action, after, reason, note, created_at, number,
  hash, ignored_before, reports)
SELECT 1, id, id, CASE WHEN id % 9 = 0 THEN 'author_is_watched' ELSE 'screening' END, 'approve', 'APPROVED', '', '',
  created_at, id, '', {no}, 0 FROM commentsvc_comment WHERE author_id = {author}
"""
FLAGS = """
INSERT INTO commentsvc_flag (comment_id, reader_hash, reason, details, created_at, author_id)
SELECT id, 'x', 'abuse', '', created_at, author_id FROM commentsvc_comment WHERE author_id = {author} AND id % 25 = 0
"""


def fill(app: Flask, authors: int, comments: int) -> int:
    """Fill an empty, migrated database; returns the id of the author of the comments."""
    newsroom = Newsroom(app)
    newsroom.site("herald")
    stories = [newsroom.story("herald") for _ in range(50)]
    with app.app_context():
        with db.engine.begin() as connection:
            _write(connection, authors, comments)
        settle(Author, Comment, Revision)
    assert stories
    return authors


def _write(connection: Connection, authors: int, comments: int) -> None:
    dialect = connection.dialect.name
    words = {"hash": HASH[dialect], "since": SINCE[dialect], "seen": SEEN[dialect], "end": END[dialect]}
    words |= {"name": NAME[dialect].format("".join(SYLLABLES)), "author": authors}
    words |= {"no": "0" if dialect == "sqlite" else "false"}
    connection.execute(text(_plain(AUTHORS, numbers=NUMBERS[dialect].format(authors), **words)))
    if comments:
        connection.execute(text(_plain(COMMENTS, numbers=NUMBERS[dialect].format(comments), **words)))
        for each in (REVISIONS, DECISIONS, FLAGS):
            connection.execute(text(_plain(each, **words)))
        changed = "INSERT INTO commentsvc_standing_change (author_id, standing, reason, created_at, batch)"
        for year in (2016, 2017, 2018):
            values = f"VALUES ({authors}, 'WATCHED', 'Look twice.', '{year}-01-01 00:00:00.000000', '{new_batch()}')"
            connection.execute(text(f"{changed} {values}".replace(":00", "\\:00")))


def _plain(statement: str, **words: object) -> str:
    """No word of it is a parameter."""
    return statement.format(**words).replace(":", "\\:")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--url", required=True, help="an empty database, e.g. sqlite:////tmp/authors.sqlite3")
    asked.add_argument("--authors", type=int, default=1_000_000)
    asked.add_argument("--comments", type=int, default=50_000)
    given = asked.parse_args()
    began = time.perf_counter()
    app = create_app(settings(given.url, Path(tempfile.mkdtemp())))
    with app.app_context():
        upgrade()
    author = fill(app, given.authors, given.comments)
    print(json.dumps({"author": author, "seconds": round(time.perf_counter() - began)}))


if __name__ == "__main__":
    main()
