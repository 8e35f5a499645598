"""Figures as the newsroom's API and the downloads give them."""

from typing import Any

from ..core.clock import rfc3339
from ..moderation.filters import WORKED_OFF
from .handover import ACTIONS, Handover
from .precision import Agreement, Held, Noisy, RuleRecord
from .trial import Example, Result

Row = tuple[Any, ...]
TABLES = ("waiting", "people", "hours", "speed", "rules", "threads")


def share(value: float | None) -> float | None:
    """A share from 0 to 1, in four digits; null where there is nothing to divide by."""
    return None if value is None else round(value, 4)


def handover_json(found: Handover) -> dict[str, Any]:
    return {
        "since": rfc3339(found.period.since),
        "until": rfc3339(found.period.until),
        "waiting": {queue: _queue_json(found, queue) for queue in WORKED_OFF},
        "decided": found.decided,
        "people": [
            {
                "account": str(each.account_id) if each.account_id else None,
                "name": each.name,
                "decided": each.decided,
                "actions": each.by_action,
                "hours": list(each.by_hour),
            }
            for each in found.people
        ],
        "first_verdict": {
            "texts": found.speed.texts,
            "median_seconds": found.speed.median,
            "percentile_95_seconds": found.speed.percentile_95,
        },
        "reversals": {"taken_back": found.reversals.taken_back, "rate": share(found.reversals.rate)},
        "noisy_rules": [noisy_json(each) for each in found.rules],
        "threads": [
            {
                "story": str(each.story_id),
                "title": each.title,
                "section": each.section,
                "comments": each.comments,
                "rejected": each.rejected,
                "reports": each.reports,
            }
            for each in found.threads
        ],
    }


def _queue_json(found: Handover, queue: str) -> dict[str, Any]:
    count, oldest = found.waits_in(queue)
    sections = [
        {"section": each.section, "count": each.count, "oldest": rfc3339(each.oldest)}
        for each in found.waiting
        if each.queue == queue
    ]
    return {"count": count, "oldest": rfc3339(oldest), "sections": sections}


def noisy_json(each: Noisy) -> dict[str, Any]:
    why = {"too_often": each.is_too_often, "too_wrong": each.is_too_wrong}
    return {
        "rule": each.today.rule,
        **_counts(each.today),
        "usual": each.usual,
        "because": [reason for reason, holds in why.items() if holds],
    }


def _counts(held: Held | RuleRecord) -> dict[str, Any]:
    return {
        "held": held.held,
        "decided": held.decided,
        "rejected": held.rejected,
        "precision": share(held.precision),
    }


def record_json(record: RuleRecord) -> dict[str, Any]:
    days = [{"day": each.day.isoformat(), **_counts(each)} for each in record.days]
    return {"rule": record.rule, **_counts(record), "days": days}


def agreement_json(each: Agreement) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "days": each.days,
        "spoke": each.spoke,
        "approved": each.approved,
        "rejected": each.rejected,
        "undecided": each.undecided,
        "agreement": share(each.agreement),
    }


def result_json(result: Result) -> dict[str, Any]:
    cases = {kind: [_example_json(each) for each in found] for kind, found in result.examples().items()}
    return {
        "about": result.about,
        "days": result.days,
        "decided": result.decided,
        "approved": result.approved,
        "rejected": result.rejected,
        "would_hold": result.would_hold,
        "true_holds": result.true_holds.count,
        "false_holds": result.false_holds.count,
        "misses": result.misses.count,
        "precision": share(result.precision),
        "recall": share(result.recall),
        "is_thin": result.is_thin,
        "reached": rfc3339(result.reached),
        "is_capped": result.is_capped,
        "ran_out": result.ran_out,
        "cases": cases,
    }


def _example_json(example: Example) -> dict[str, Any]:
    return {
        "comment": str(example.comment_id),
        "name": example.name,
        "story": example.story,
        "text": [{"text": text, "marked": marked} for text, marked in example.pieces],
        "reason": example.reason,
        "decision": example.decision,
        "decided_at": rfc3339(example.decided_at),
        "decided_by": example.decided_by,
    }


def table_of(found: Handover, name: str) -> tuple[Row, list[Row]]:
    """One of the TABLES of the hand-over page: its head and its rows."""
    return _TABLES[name](found)


def _waiting(found: Handover) -> tuple[Row, list[Row]]:
    rows = [(each.queue, each.section, each.count, rfc3339(each.oldest)) for each in found.waiting]
    return ("queue", "section", "waiting", "oldest"), rows


def _people(found: Handover) -> tuple[Row, list[Row]]:
    rows = [(each.name, *(each.by_action[action] for action in ACTIONS), each.decided) for each in found.people]
    return ("name", *ACTIONS, "decided"), rows


def _hours(found: Handover) -> tuple[Row, list[Row]]:
    rows = [
        (rfc3339(hour), each.name, each.by_hour[place])
        for place, hour in enumerate(found.period.hours)
        for each in found.people
        if each.by_hour[place]
    ]
    return ("hour", "name", "decided"), rows


def _speed(found: Handover) -> tuple[Row, list[Row]]:
    rows = [
        ("texts that people decided on first", found.speed.texts),
        ("median seconds", found.speed.median),
        ("95th percentile seconds", found.speed.percentile_95),
        ("decisions", found.reversals.decided),
        ("taken back within 7 days", found.reversals.taken_back),
    ]
    return ("figure", "value"), rows


def _rules(found: Handover) -> tuple[Row, list[Row]]:
    rows = [
        (each.today.rule, each.today.held, each.usual, each.today.decided, each.today.rejected) for each in found.rules
    ]
    return ("rule", "held today", "usual", "decided", "rejected"), rows


def _threads(found: Handover) -> tuple[Row, list[Row]]:
    rows = [(each.title, each.section, each.comments, each.rejected, each.reports) for each in found.threads]
    return ("story", "section", "comments", "rejected", "open reports"), rows


_TABLES = {
    "waiting": _waiting,
    "people": _people,
    "hours": _hours,
    "speed": _speed,
    "rules": _rules,
    "threads": _threads,
}
