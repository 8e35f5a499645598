"""Finding comments by their words. What is typed is words and nothing else: no operator, no pattern.

The database keeps the words of every comment in an index (migration 0008) and folds them, capitals and accents away,
the same way for what was written and for what is looked for.
"""

import re
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, column, func, literal, literal_column, select, table
from sqlalchemy.sql.elements import ColumnClause

from ..core.database import WORDS_TABLE, db

# Letters, digits and the marks that belong to them: Python's \w knows no vowel signs of Indian scripts.
_WORD = re.compile(r"(?:[^\W_][\u0300-\u036f\u0900-\u0dff]*)+")
LETTERS_OF_A_BEGINNING = 3  # a last word this long is also looked for as the beginning of one
SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")


def words_of(typed: str) -> list[str]:
    """The words in what was typed; everything that is neither letter nor digit only parts them."""
    return _WORD.findall(typed)


def comments_with(words: list[str]) -> Select[Any]:
    """The ids of the comments in which every word occurs, by the index of words."""
    key, holds = _kept(words)
    return select(key).where(holds)


def among(rows: Select[Any], words: list[str]) -> Select[Any]:
    """Those of some thousand rows (id, key) whose comment holds every word, for words that many hold.

    PostgreSQL looks up each comment alone and stops when there are enough: a subquery for a single value is not turned
    into a reading of all that hold the words. FTS5 would read all of them for each look-up, so SQLite reads them once,
    between the least and the greatest of these ids; the sum keeps it from looking up.
    """
    key, holds = _kept(words)
    if db.engine.dialect.name == "postgresql":
        tried = rows.subquery()
        said = select(literal(1)).where(key == tried.c.id, holds).scalar_subquery()
        return select(tried.c.id, tried.c.key).where(said.is_not(None))
    some = rows.cte("tried").prefix_with("MATERIALIZED")
    least, greatest = (select(end(some.c.id)).scalar_subquery() for end in (func.min, func.max))
    saying = select(key).where(holds, key.between(least, greatest), (key + 0).in_(select(some.c.id)))
    return select(some.c.id, some.c.key).where(some.c.id.in_(saying))


def frequency(words: list[str], most: int) -> int:
    """How many comments hold every word, counted no further than `most`."""
    found = comments_with(words).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def _kept(words: list[str]) -> tuple[ColumnClause[int], ColumnElement[bool]]:
    """The column with the comment's id, and the condition that its words hold these."""
    if db.engine.dialect.name == "postgresql":
        kept = table(WORDS_TABLE, column("comment_id", BigInteger), column("words"))
        return kept.c.comment_id, kept.c.words.op("@@", is_comparison=True)(_postgresql(words))
    kept = table(WORDS_TABLE, column("rowid", BigInteger))
    return kept.c.rowid, literal_column(WORDS_TABLE).op("MATCH", is_comparison=True)(_sqlite(words))


def _sqlite(words: list[str]) -> str:
    """Each word in quotes, so that FTS5 reads no operator into it."""
    return " ".join(f'"{word}"' for word in words) + (" *" if _may_go_on(words[-1]) else "")


def _postgresql(words: list[str]) -> ColumnElement[Any]:
    *whole, last = words
    query: ColumnElement[Any]
    query = func.to_tsquery(SIMPLE, func.concat("'", func.commentsvc_folded(last), "':*" if _may_go_on(last) else "'"))
    for word in whole:
        query = func.plainto_tsquery(SIMPLE, func.commentsvc_folded(word)).op("&&")(query)
    return query


def _may_go_on(word: str) -> bool:
    return len(word) >= LETTERS_OF_A_BEGINNING
