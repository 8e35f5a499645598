"""The public tally: how many decisions of which kind were made on a site lately, by people and by rules; no names."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from ..comments.lifecycle import UNDO
from ..comments.models import Decision
from ..core.clock import rfc3339
from ..core.database import db

DAYS = 30
OTHER = "other"


def tally(site_id: int, *, reasons: Collection[str], now: datetime) -> dict[str, Any]:
    """{"since", "until", "by_people": [{"action", "reason", "count"}…], "by_rules": [{"action", "count"}…]}.

    Of the last 30 days, the most frequent first. A reason that is not among the site's own is told as "other":
    somebody typed it, maybe a name.
    """
    since = now - timedelta(days=DAYS)
    by_person = Decision.rule.is_(None)
    what = (by_person.label("by_person"), Decision.action, Decision.reason)
    lately = (Decision.site_id == site_id, Decision.created_at >= since, Decision.created_at <= now)
    people, rules = Counter[tuple[str, str]](), Counter[str]()
    for is_person, action, reason, count in db.session.execute(
        select(*what, func.count()).where(*lately).group_by(*what)
    ):
        if is_person:
            people[action, reason if reason in ("", UNDO, *reasons) else OTHER] += count
        else:
            rules[action] += count
    return {
        "since": rfc3339(since),
        "until": rfc3339(now),
        "by_people": [{"action": action, "reason": reason, "count": n} for (action, reason), n in _sorted(people)],
        "by_rules": [{"action": action, "count": n} for action, n in _sorted(rules)],
    }


def _sorted(counted: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))
