"""How risky a waiting comment is, in words: the number it is sorted by is nobody's to read."""

from dataclasses import dataclass

from ..comments.models import Comment

MEDIUM, HIGH = 2, 4  # of Comment.risk: a single rule that asks to look is low, one that rejects or a report is medium


@dataclass(frozen=True)
class Risk:
    """`level` is low, medium or high; `reasons` are half sentences, the weightiest first."""

    level: str
    reasons: list[str]


def risk_of(comment: Comment, objecting: int, rejected_before: int) -> Risk:
    """The risk of a comment that `objecting` rules spoke against, by somebody rejected so often before."""
    level = "high" if comment.risk >= HIGH else "medium" if comment.risk >= MEDIUM else "low"
    said = [
        (comment.open_flags, "reported by one reader", "reported by {} readers"),
        (objecting, "one rule objected", "{} rules objected"),
        (rejected_before, "one comment of the writer was rejected", "{} comments of the writer were rejected"),
    ]
    reasons = [one if number == 1 else many.format(number) for number, one, many in said if number > 0]
    return Risk(level, reasons or ["no rule objected and nobody reported it"])
