"""The facts about comments that other rooms and other systems may hear of."""

from datetime import timedelta

from ..core.events import Fact, announce
from .models import Comment, Decision

UNDO_TIME = timedelta(seconds=30)  # for so long a moderator's decision can be undone before anybody outside hears of it
AFTER = {
    "approve": "comment.approved",
    "reject": "comment.rejected",
    "spam": "comment.rejected",
    "hold": "comment.held",
    "ignore_flags": "comment.approved",
    "feature": "comment.featured",
    "unfeature": "comment.unfeatured",
}


def cause_of(decision_id: int) -> str:
    """What undoing a decision takes back."""
    return f"decision:{decision_id}"


def created(comment: Comment, notify: str = "none") -> None:
    """A new comment, and what its writer asked to hear of: none, replies, all."""
    _say("comment.created", comment, notify=notify)


def edited(comment: Comment) -> None:
    _say("comment.edited", comment)


def retracted(comment: Comment) -> None:
    _say("comment.retracted", comment)


def flagged(comment: Comment, reason: str) -> None:
    _say("comment.flagged", comment, reason=reason)


def decided(comment: Comment, decision: Decision, action: str | None = None) -> None:
    """A change of status, or a pick; what a person decided is told when it cannot be undone any more.

    `action` is what else came of the decision, besides what it is called by.
    """
    announce(
        Fact(
            AFTER[action or decision.action],
            comment.site_id,
            subject_of(comment.id),
            {
                "comment": comment.id,
                "revision": comment.revision_number,
                "decision": decision.id,
                "action": action or decision.action,
                "before": decision.before,
                "after": decision.after,
                "reason": decision.reason,
                "rule": decision.rule,
                "account": decision.account_id,
            },
            cause=cause_of(decision.id),
            wait=UNDO_TIME if decision.account_id else timedelta(),
        )
    )


def subject_of(comment_id: int) -> str:
    return f"comment:{comment_id}"


def _say(type: str, comment: Comment, **more: str) -> None:
    data = {"comment": comment.id, "revision": comment.revision_number, **more}
    announce(Fact(type, comment.site_id, subject_of(comment.id), data))
