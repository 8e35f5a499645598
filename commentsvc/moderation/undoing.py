"""Taking decisions back: one, a batch, or all that a person, a rule or a sanction decided between two times.

An undo is a decision like any other, so that it can be undone. A decision can be undone while it is the last one in
force on its comment: what came later was undone itself, or is undone with it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased, joinedload

from ..accounts.permissions import Actor, Permission, ensure
from ..comments import lifecycle, moving
from ..comments.events import UNDO_TIME, cause_of
from ..comments.log import new_batch
from ..comments.models import Comment, Decision
from ..comments.posting import SANCTIONS
from ..comments.queries import in_sections
from ..core.clock import now as present
from ..core.database import db
from ..core.errors import Conflict, Forbidden, NotFound
from ..core.unit_of_work import unit_of_work
from ..outbox import service as outbox
from . import leases
from .decisions import ask_again, ask_of_meantime, comments_in_turn, settle_flags

AT_ONCE = 100  # decisions undone in one unit of work
COMMENTS_AT_ONCE = 5_000  # looked up by one statement
LONGEST_LOOK = 20_000  # the newest decisions of a selection that are looked at
EXAMPLES = 10
KINDS = ("batch", "account", "rule", "author")  # what is undone by: exactly one

CHANGED, UNDONE_ALREADY, NOTHING_BEFORE = "changed_since", "undone_already", "nothing_before"
CANNOT_MOVE = "cannot_move_back"
REASONS = {
    CHANGED: "Something was decided about this comment since; undo that first.",
    UNDONE_ALREADY: "This was undone already.",
    NOTHING_BEFORE: "This was the first decision about this comment: there is nothing before it.",
    CANNOT_MOVE: "It cannot be moved back: where it came from is gone, was moved itself or is not yours to moderate.",
}


@dataclass(frozen=True)
class Selection:
    """Which decisions of a site: those of one batch, account, rule, or that sanctions made on one author's comments.

    From `since` on, before `until`.
    """

    site_id: int
    batch: str | None = None
    account_id: int | None = None
    rule: str | None = None
    author_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass
class Plan:
    """What undoing a selection would do: the decisions, the newest first, and how many are left alone, by reason.

    `examples` are the newest of both, as (id, reason it is left alone or None).
    """

    ids: list[int] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, str | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What came of undoing a selection: how many were undone, left alone (by reason), failed, and are left to do."""

    batch: str
    done: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    remaining: int = 0


def ensure_may_undo(selection: Selection, actor: Actor) -> None:
    """A batch is any moderator's to undo, as one decision is; one's own decisions too; all else an admin's.

    Raises NotFound, Forbidden.
    """
    is_own = selection.account_id is not None and selection.account_id == actor.account_id
    is_common = selection.batch is not None or is_own
    ensure(actor, Permission.MODERATE if is_common else Permission.MANAGE_SITE, selection.site_id)


def plan(selection: Selection, *, actor: Actor) -> Plan:
    """What undoing would do now, of what is in the actor's sections. Raises NotFound, Forbidden."""
    ensure_may_undo(selection, actor)
    chosen = select(Decision.id, Decision.comment_id).where(*_conditions(selection, actor))
    found = db.session.execute(chosen.order_by(Decision.id.desc()).limit(LONGEST_LOOK)).all()
    if not found:
        return Plan()
    chosen_ids, comment_ids = {each.id for each in found}, {each.comment_id for each in found}
    return _planned(chosen_ids, comment_ids, by_rule=_is_by_rule(selection), actor=actor)


def _is_by_rule(selection: Selection) -> bool:
    return selection.rule is not None or selection.author_id is not None


def _conditions(selection: Selection, actor: Actor) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Decision.site_id == selection.site_id]
    mine = in_sections(actor.sections_of(selection.site_id))
    wanted += [Decision.comment_id.in_(_of_comments(each)) for each in mine]
    if selection.batch is not None:
        wanted.append(Decision.batch == selection.batch)
    if selection.account_id is not None:
        wanted.append(Decision.account_id == selection.account_id)
    if selection.rule is not None:
        wanted.append(Decision.rule == selection.rule)
    if selection.author_id is not None:
        by_author = _of_comments(Comment.author_id == selection.author_id)
        wanted += [Decision.rule.in_(SANCTIONS), Decision.comment_id.in_(by_author)]
    if selection.since:
        wanted.append(Decision.created_at >= selection.since)
    if selection.until:
        wanted.append(Decision.created_at < selection.until)
    return wanted


def _of_comments(which: ColumnElement[bool]) -> Any:
    return select(Comment.id).where(which)


def _planned(
    chosen: Collection[int], comment_ids: Collection[int], *, by_rule: bool, actor: Actor | None = None
) -> Plan:
    """With an `actor`, moves that they cannot take back are left alone; without, that is for `move_back` to say."""
    found = Plan()
    histories: dict[int, list[Any]] = defaultdict(list)
    columns = (Decision.id, Decision.comment_id, Decision.undoes_id, Decision.before, Decision.rule, Decision.action)
    for few in _in_parts(sorted(comment_ids), COMMENTS_AT_ONCE):
        rows = select(*columns).where(Decision.comment_id.in_(few), Decision.id >= min(chosen))
        for row in db.session.execute(rows.order_by(Decision.id.desc())):
            histories[row.comment_id].append(row)
    stuck = _stuck(histories, chosen, by_rule, actor) if actor else set()
    said = [each for history in histories.values() for each in _look_at(history, chosen, by_rule, stuck)]
    said.sort(reverse=True)
    found.ids = [id for id, why in said if why == ""]
    found.skipped = Counter(why for _, why in said if why)
    found.examples = [(id, why or None) for id, why in said[:EXAMPLES]]
    return found


def _stuck(histories: Mapping[int, Sequence[Any]], chosen: Collection[int], by_rule: bool, actor: Actor) -> set[int]:
    """Of the moves that would be the first of their comments to be undone, those that cannot be moved back."""
    moves: dict[int, int] = {}
    for comment_id, history in histories.items():
        actions = {each.id: each.action for each in history}
        can_be = (id for id, why in _look_at(history, chosen, by_rule, ()) if not why and actions[id] == moving.MOVE)
        moves |= dict.fromkeys(islice(can_be, 1), comment_id)
    return moving.stuck(moves, actor=actor) if moves else set()


def _in_parts(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _look_at(
    history: Sequence[Any], chosen: Collection[int], by_rule: bool, stuck: Collection[int]
) -> Iterator[tuple[int, str]]:
    """Each chosen decision of one comment, the newest first, with why it stays ("": it can be undone)."""
    undone: set[int] = set()
    is_in_the_way = False
    for each in history:
        if each.id in undone:
            if each.id in chosen:
                yield each.id, UNDONE_ALREADY
        elif each.undoes_id and (each.id not in chosen or each.undoes_id in chosen):
            undone.add(each.undoes_id)
        elif each.id not in chosen:
            is_in_the_way = True
        elif is_in_the_way:
            yield each.id, CHANGED
        elif each.before is None and (not by_rule or each.rule in lifecycle.UNOBJECTED):
            yield each.id, NOTHING_BEFORE
            is_in_the_way = True
        elif each.id in stuck:
            yield each.id, CANNOT_MOVE
            is_in_the_way = True
        else:
            yield each.id, ""


def undo(decision_id: int, *, actor: Actor, now: datetime) -> tuple[Comment, Decision]:
    """Put back what was before one decision.

    Raises NotFound, and Conflict when something was decided since or there is nothing before it to go back to.
    """
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise NotFound("There is nothing here by that name.")
    comments = comments_in_turn(actor, [decision.comment_id], moving.stories_between([decision]))
    found = _planned({decision.id}, {decision.comment_id}, by_rule=False)
    if not found.ids:
        raise Conflict(REASONS[next(iter(found.skipped))])
    comment, batch = comments[decision.comment_id], new_batch()
    leases.release([comment.id])
    if decision.action == moving.MOVE:
        return comment, moving.move_back(decision, actor=actor, now=now, batch=batch)
    return comment, _put_states_back([decision], comments, actor=actor, now=now, batch=batch)[comment.id]


def undo_some(
    ids: Sequence[int], selection: Selection, *, actor: Actor, now: datetime, batch: str
) -> tuple[int, Counter[str]]:
    """Undo those of some decisions that still can be: how many were, and how many were left alone, by reason.

    Raises NotFound, Forbidden; Stale when a comment changes at the same moment: then none is undone.
    """
    rows = select(Decision).where(Decision.id.in_(ids)).order_by(Decision.id.desc())
    decisions = {decision.id: decision for decision in db.session.scalars(rows)}
    of_comments_ids = [decision.comment_id for decision in decisions.values()]
    comments = comments_in_turn(actor, of_comments_ids, moving.stories_between(decisions.values()))
    now_planned = _planned(decisions.keys(), comments.keys(), by_rule=_is_by_rule(selection), actor=actor)
    of_comments: dict[int, list[Decision]] = defaultdict(list)
    for id in now_planned.ids:
        of_comments[decisions[id].comment_id].append(decisions[id])
    leases.release(list(of_comments))
    left: set[int] = set()  # comments whose moves turn out to have no way back
    for turn in zip_longest(*of_comments.values()):  # one decision of each comment at a time, the newest first
        now_planned.skipped[CHANGED] += sum(each.comment_id in left for each in turn if each)
        undone = [each for each in turn if each and each.comment_id not in left]
        left |= _move_back([each for each in undone if each.action == moving.MOVE], actor=actor, now=now, batch=batch)
        rest = [each for each in undone if each.action != moving.MOVE]
        _put_states_back(rest, comments, actor=actor, now=now, batch=batch)
    now_planned.skipped[CANNOT_MOVE] += len(left)
    skipped = +now_planned.skipped
    return len(decisions) - skipped.total(), skipped


def _move_back(moves: Sequence[Decision], *, actor: Actor, now: datetime, batch: str) -> set[int]:
    """Returns the ids of the comments that stay where they are: a move is refused before anything of it is written."""
    left = set()
    for decision in moves:
        try:
            moving.move_back(decision, actor=actor, now=now, batch=batch)
        except (Conflict, NotFound, Forbidden):
            left.add(decision.comment_id)
    return left


def _put_states_back(
    undone: Sequence[Decision], comments: dict[int, Comment], *, actor: Actor, now: datetime, batch: str
) -> dict[int, Decision]:
    if not undone:
        return {}
    heard_by_nobody = outbox.cancel([cause_of(decision.id) for decision in undone], now=now)
    asked_again = _ask_again(undone)
    answered = settle_flags([each.comment_id for each in undone if each.reports < 0], now)
    return lifecycle.put_back(
        [(comments[decision.comment_id], decision) for decision in undone],
        actor=actor,
        now=now,
        batch=batch,
        reports={id: -number for id, number in asked_again.items()} | answered,
        unheard={decision.id for decision in undone if cause_of(decision.id) in heard_by_nobody},
    )


def _ask_again(undone: Collection[Decision]) -> Counter[int]:
    """The reports that these decisions answered are open again, those too that they answered in advance; how many, by
    the comments' ids."""
    found: Counter[int] = Counter()
    for ask, which in (
        (ask_again, [each for each in undone if each.reports > 0]),
        (ask_of_meantime, [each for each in undone if each.action == "ignore_flags" and not each.ignored_before]),
    ):
        moments: dict[datetime, list[int]] = defaultdict(list)
        for decision in which:
            moments[decision.created_at].append(decision.comment_id)
        for at, ids in moments.items():
            found.update(ask(ids, at))
    return found


def undo_all(selection: Selection, *, actor: Actor, most: int) -> Result:
    """Undo what a selection names, `most` decisions at the most, in units of work of its own; under one new batch.

    A unit that fails is reported and leaves its decisions as they are; the others go through.
    Raises NotFound, Forbidden.
    """
    planned = plan(selection, actor=actor)
    if not planned.ids and not planned.skipped:
        raise NotFound("Nothing was decided here that could be undone.")
    result = Result(new_batch(), skipped=planned.skipped, remaining=max(0, len(planned.ids) - most))
    for ids in _in_parts(planned.ids[:most], AT_ONCE):
        result = _undo_chunk(ids, selection, actor, result)
    return result


def _undo_chunk(ids: Sequence[int], selection: Selection, actor: Actor, so_far: Result) -> Result:
    try:
        with unit_of_work():
            done, skipped = undo_some(ids, selection, actor=actor, now=present(), batch=so_far.batch)
    except (Conflict, NotFound, Forbidden, OperationalError):  # the last one: two that waited for each other
        return replace(so_far, failed=so_far.failed + len(ids))
    return replace(so_far, done=so_far.done + done, skipped=so_far.skipped + skipped)


def first_comment_of(batch: str) -> int | None:
    """The oldest of the comments that were decided on in one stroke."""
    return db.session.scalar(select(func.min(Decision.comment_id)).where(Decision.batch == batch))


@dataclass(frozen=True)
class Stroke:
    """What somebody decided in one stroke: the newest of its decisions, and on how many comments."""

    newest: Decision
    count: int


def last_stroke(site_id: int, *, actor: Actor, now: datetime) -> Stroke | None:
    """What the actor decided last and nobody overruled, while nobody outside has heard of it; None if nothing.

    Undoing is left out: what was undone is not offered to be done again.
    """
    later = aliased(Decision)
    since = select(later.id).where(later.comment_id == Decision.comment_id, later.id > Decision.id)
    mine = select(Decision).where(Decision.site_id == site_id, Decision.created_at > now - UNDO_TIME)
    mine = mine.where(Decision.account_id == actor.account_id, Decision.undoes_id.is_(None), ~since.exists())
    mine = mine.options(joinedload(Decision.account), joinedload(Decision.comment).joinedload(Comment.author))
    newest = db.session.scalar(mine.order_by(Decision.created_at.desc(), Decision.id.desc()).limit(1))
    if newest is None:
        return None
    return Stroke(newest, db.session.scalar(select(func.count()).where(Decision.batch == newest.batch)) or 0)


def examples_of(planned: Plan) -> list[tuple[Decision, str | None]]:
    """The first decisions of a plan, each with why it would be left alone."""
    rows = select(Decision).where(Decision.id.in_([id for id, _ in planned.examples]))
    rows = rows.options(joinedload(Decision.account))
    rows = rows.options(joinedload(Decision.comment).options(joinedload(Comment.author), joinedload(Comment.story)))
    found = {decision.id: decision for decision in db.session.scalars(rows)}
    return [(found[id], why) for id, why in planned.examples]
