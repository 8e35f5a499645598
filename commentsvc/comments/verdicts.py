"""Verdicts as they are kept: written down, and read again."""

from datetime import datetime

from sqlalchemy import select

from ..core.database import db
from ..screening import Outcome, Screening, Verdict
from .models import Comment, Revision, StoredVerdict


def stored(verdict: Verdict, comment: Comment, revision: Revision, now: datetime) -> StoredVerdict:
    return StoredVerdict(
        comment=comment,
        revision=revision,
        rule=verdict.rule,
        outcome=verdict.outcome.name.lower(),
        reason=verdict.reason,
        spans=[list(span) for span in verdict.spans],
        score=verdict.score,
        would_be=verdict.would_be.name.lower() if verdict.would_be is not None else None,
        created_at=now,
    )


def as_said(row: StoredVerdict) -> Verdict:
    """The verdict a row keeps; what was refused is never kept, so nothing is lost."""
    spans = tuple((start, end) for start, end in row.spans)
    would_be = Outcome[row.would_be.upper()] if row.would_be else None
    outcome = Outcome[row.outcome.upper()]
    return Verdict(row.rule, outcome, row.reason, spans=spans, score=row.score, would_be=would_be)


def screening_of(comment: Comment) -> Screening:
    """What was said when it was stored: a retry gets the answer its first attempt would have got."""
    rows = select(StoredVerdict).where(StoredVerdict.comment_id == comment.id).order_by(StoredVerdict.id)
    return Screening(tuple(as_said(row) for row in db.session.scalars(rows)))
