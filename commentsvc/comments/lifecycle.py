"""The single writer of a comment's status. Every change leaves one Decision and keeps the counts true."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, case, or_, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.util import identity_key

from ..accounts.permissions import Actor, Permission, ensure
from ..authors.models import Author, name_key
from ..authors.service import fresh_slug
from ..core.database import BigId, db, insert_now, table_of
from ..core.errors import Conflict, Stale
from ..screening import FLAGS_REACHED, Outcome, Screening, Verdict
from ..stories.models import Story
from . import events, log
from .models import REPORT, Aside, Comment, Decision, Revision, Status, StoredVerdict
from .verdicts import as_said, stored

AFTER = {
    "approve": Status.APPROVED,
    "reject": Status.REJECTED,
    "spam": Status.SPAM,
    "hold": Status.PENDING,
    "ignore_flags": Status.APPROVED,  # keep it, and let no reports bring it back until it is edited
}
# What changes no status: a place in the thread, or aside in the queue. The column, and whether the action sets it.
MARKS = {
    "feature": ("featured_at", True),
    "unfeature": ("featured_at", False),
    "pin": ("pinned_at", True),
    "unpin": ("pinned_at", False),
    "lock": ("locked_at", True),
    "unlock": ("locked_at", False),
}
PUTS_ASIDE = {"later": Aside.LATER, "escalate": Aside.ESCALATED}
ACTIONS = (*AFTER, *MARKS, *PUTS_ASIDE)
MOVE = "move"  # a conversation goes under another story
UNDO = "undo"  # the reason of a decision that takes another one back
WEIGHT = {Outcome.HOLD: 1, Outcome.REJECT: 2, Outcome.SPAM: 3}  # of a verdict, in the order by risk
BY_RULES = {
    Outcome.NOTE: Status.APPROVED,
    Outcome.HOLD: Status.PENDING,
    Outcome.REJECT: Status.REJECTED,
    Outcome.SPAM: Status.SPAM,
}
REFUSED = (Status.REJECTED, Status.SPAM)
NOTHING_TO_OBJECT = "screening"  # the actor of a decision when no rule spoke against it
WORD_OF_STAFF = "staff"  # the actor where somebody of the newsroom wrote: what the rules say of that is only noted
UNOBJECTED = (NOTHING_TO_OBJECT, WORD_OF_STAFF)
EDITED = "edited"  # the rule that holds a text nobody read, in the place of one that somebody did
ROUNDS = 3  # how often a turn is waited for anew because what it is about was moved meanwhile


@dataclass(frozen=True)
class State:
    """What decisions change of a comment; the columns by their names."""

    status: str
    set_aside: str | None
    featured_at: datetime | None
    pinned_at: datetime | None
    locked_at: datetime | None
    held_by: str | None
    ignores_flags: bool

    @classmethod
    def of(cls, comment: Comment) -> "State":
        return cls(**{name: getattr(comment, name) for name in cls.__dataclass_fields__})

    @classmethod
    def before(cls, decision: Decision) -> "State":
        """What an undo puts back."""
        return cls(
            status=decision.before or Status.PENDING,
            set_aside=decision.aside_before,
            featured_at=decision.featured_before,
            pinned_at=decision.pinned_before,
            locked_at=decision.locked_before,
            held_by=decision.held_before,
            ignores_flags=decision.ignored_before,
        )

    def after(self, action: str, now: datetime) -> "State":
        """The state that an action makes of this one."""
        if action in AFTER:
            return replace(self.with_status(AFTER[action]), ignores_flags=action == "ignore_flags")
        if action in PUTS_ASIDE:
            return replace(self, set_aside=PUTS_ASIDE[action])
        column, is_set = MARKS[action]
        marks: dict[str, Any] = {column: (getattr(self, column) or now) if is_set else None}
        return replace(self, **marks)

    def with_status(self, status: Status) -> "State":
        """A verdict takes back what put the comment aside; what nobody can see is neither picked nor pinned."""
        kept = self if status is Status.APPROVED else replace(self, featured_at=None, pinned_at=None)
        return replace(kept, status=status, set_aside=None, ignores_flags=False)


@dataclass(frozen=True)
class Change:
    """One comment, what becomes of it, and what the log says of that besides what was before.

    `said` are fields of a Decision; those that are left out say nothing.
    """

    comment: Comment
    after: State
    said: Mapping[str, Any]


def settle(
    comment: Comment,
    revision: Revision,
    screening: Screening,
    *,
    now: datetime,
    is_final: bool = True,
    notify: str = "none",
    unobjected: str = NOTHING_TO_OBJECT,
) -> Decision:
    """Give a new or edited text the status the rules decided on; the decisive rule is the actor.

    `unobjected` is the actor where no rule kept it back.

    While an outside check is still to be asked the decision is not final, and nobody outside hears of it.
    `notify` is what the writer of a new comment asked to hear of: none, replies, all.
    """
    wait_for_turn([comment])
    author = db.session.get_one(Author, comment.author_id)
    if author.last_seen_at != now:
        author.last_seen_at = now
    before = comment.status if revision.number > 1 else None
    if before is None:  # the story may have got another category while this one waited
        comment.section = db.session.execute(CATEGORY, {"of": comment.story_id}).scalar_one()
    decision = _decided_by_rules(comment, revision, screening, now, is_new=before is None, unobjected=unobjected)
    if before is None:
        events.created(comment, notify)
    else:
        events.edited(comment)
    if is_final and before != decision.after:
        events.decided(comment, decision)
    return decision


def settle_finally(comment: Comment, revision: Revision, screening: Screening, *, now: datetime) -> None:
    """What the rules decide now that the outside checks have spoken too.

    The status stays where somebody came between: a moderator who decided, the writer who edited or retracted.
    What stands against the present text is told all the same.
    """
    first = _first_decision(comment, revision)
    if first is None or comment.retracted_at is not None:
        if revision.number == comment.revision_number:
            _set_objections(comment, screening)
        return
    decision = _decided_by_rules(comment, revision, screening, now, is_second=True)
    if first.before != decision.after:
        events.decided(comment, decision)


def _first_decision(comment: Comment, revision: Revision) -> Decision | None:
    """The rules' decision on this revision, if no other decision about the comment's status came after it."""
    is_aside = or_(Decision.action.in_((*MARKS, *PUTS_ASIDE, MOVE)), Decision.reason == UNDO)
    last = select(Decision).where(Decision.comment_id == comment.id)
    last = last.where(~and_(is_aside, Decision.before.is_not(None), Decision.before == Decision.after))
    found = db.session.scalar(last.order_by(Decision.id.desc()).limit(1))
    return found if found and found.revision_id == revision.id and found.account_id is None else None


def _decided_by_rules(
    comment: Comment,
    revision: Revision,
    screening: Screening,
    now: datetime,
    *,
    is_new: bool = False,
    is_second: bool = False,
    unobjected: str = NOTHING_TO_OBJECT,
) -> Decision:
    """The status goes into the database with the text it is about.

    The second time, what is still waiting stays where a moderator put it aside meanwhile.
    """
    decisive, before = screening.decisive, State.of(comment)
    after, rule = _after_screening(before, screening, unobjected)
    if is_second and before.status == after.status == Status.PENDING:
        after = replace(after, set_aside=before.set_aside)
    comment.objections = _weight(screening)
    comment.risk = comment.objections + REPORT * (Comment.open_flags if comment.id else 0)
    said = {"rule": rule, "action": _action_for(after.status), "created_at": now}
    said |= {"note": decisive.reason if decisive else "", "before": None if is_new else before.status}
    for name, value in _differing(Change(comment, after, said)):
        setattr(comment, name, value)
    _write_text(comment, revision)
    (decision,) = _log_and_count([(Change(comment, after, {**said, "revision_id": revision.id}), before)])
    return decision


def _write_text(comment: Comment, revision: Revision) -> None:
    if comment.id is None:
        insert_now(comment)
    flush(comment)
    if revision.id is None:
        revision.comment_id = comment.id
        set_committed_value(revision, "comment", comment)
        insert_now(revision)


def _weight(screening: Screening) -> int:
    return sum(WEIGHT.get(verdict.outcome, 0) for verdict in screening.verdicts)


def _set_objections(comment: Comment, screening: Screening) -> None:
    """What the verdicts weigh: no new version of the comment."""
    table, weight = table_of(Comment), _weight(screening)
    said = table.update().where(table.c.id == comment.id)
    db.session.execute(said.values(objections=weight, risk=weight + REPORT * table.c.open_flags))
    db.session.expire(comment, ["objections", "risk"])


def _after_screening(before: State, screening: Screening, unobjected: str = NOTHING_TO_OBJECT) -> tuple[State, str]:
    """What the verdicts of rules make of a comment, and which rule was decisive."""
    decisive, status = screening.decisive, BY_RULES[screening.outcome]
    rule = decisive.rule if decisive and decisive.outcome > Outcome.NOTE else unobjected
    return replace(before.with_status(status), held_by=rule if status is not Status.APPROVED else None), rule


def _action_for(status: str) -> str:
    return next(action for action, after in AFTER.items() if after == status)


def decide(
    comment: Comment,
    action: str,
    *,
    actor: Actor,
    seen: int,
    now: datetime,
    reason: str = "",
    note: str = "",
    was_asked: bool = False,
    batch: str | None = None,
) -> Decision | None:
    """Do what a moderator decided about one comment, as `decide_each` does about many.

    Returns None where nothing had to change. Raises Stale when the comment changed since it was `seen`, Conflict for
    featuring or pinning what nobody can see, NotFound, Forbidden.
    """
    asked = {comment.id} if was_asked else ()
    result = decide_each(
        [(comment, seen)], action, actor=actor, now=now, reason=reason, note=note, batch=batch, asked=asked
    )
    if refused := result.refused.get(comment.id):
        raise refused
    return result.decided[comment.id]


@dataclass(frozen=True)
class Decided:
    """What came of deciding on many comments, by their ids: a decision (None: it was so already), or why not."""

    decided: dict[int, Decision | None]
    refused: dict[int, Conflict]


def decide_each(
    seen: Sequence[tuple[Comment, int]],
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    note: str = "",
    batch: str | None = None,
    asked: Collection[int] = (),
) -> Decided:
    """Do what a moderator decided and remember who, on which revision, and why.

    Each comment comes with the version of it that the actor looked at: one that changed since is refused, the others
    go through. Where nothing has to change nothing is decided, unless the comment is among those that were `asked`
    about: keeping one that readers reported is a decision too. `batch` names the stroke.
    Raises NotFound, Forbidden.
    """
    result, changes = Decided({}, {}), []
    revisions = _revisions([comment for comment, _ in seen])
    for comment, version in seen:
        ensure(actor, Permission.MODERATE, comment.site_id, comment.section)
        if refused := _objection(comment, version, action):
            result.refused[comment.id] = refused
        elif _is_so_already(comment, action) and comment.id not in asked:
            result.decided[comment.id] = None
        else:
            said: dict[str, Any] = {"action": action, "reason": reason, "note": note, "batch": batch, "created_at": now}
            said |= {"account_id": actor.account_id, "rule": actor.rule, "revision_id": revisions[comment.id]}
            said |= {"reports": comment.open_flags if comment.id in asked else 0}
            changes.append(Change(comment, State.of(comment).after(action, now), said))
    made = _become(changes)
    for change in changes:
        decision = made.get(change.comment.id)
        if decision:
            result.decided[change.comment.id] = decision
        else:
            result.refused[change.comment.id] = Stale("This comment was changed by somebody else at the same moment.")
    return result


def _objection(comment: Comment, version: int, action: str) -> Conflict | None:
    if version != comment.version:
        return Stale("This comment changed after you opened it.")
    if action == "pin" and comment.parent_id and not comment.pinned_at:
        return Conflict("Only a conversation's first comment can be pinned.")
    if action in ("feature", "pin") and not comment.is_visible and not _is_so_already(comment, action):
        return Conflict(f"Only a visible comment can be {'featured' if action == 'feature' else 'pinned'}.")
    return None


def _is_so_already(comment: Comment, action: str) -> bool:
    if action in AFTER:
        is_kept = comment.ignores_flags or action != "ignore_flags"
        return comment.status == AFTER[action] and comment.set_aside is None and is_kept
    if action in PUTS_ASIDE:
        return comment.set_aside == PUTS_ASIDE[action]
    column, is_set = MARKS[action]
    return (getattr(comment, column) is not None) == is_set


def _revisions(comments: Collection[Comment]) -> dict[int, int]:
    """The ids of the comments' present revisions."""
    of_comments = Revision.comment_id.in_([comment.id for comment in comments])
    rows = select(Revision.comment_id, Revision.id).join(Comment).where(of_comments)
    found = db.session.execute(rows.where(Revision.number == Comment.revision_number))
    return {row.comment_id: row.id for row in found}


def put_back(
    undone: Sequence[tuple[Comment, Decision]],
    *,
    actor: Actor,
    now: datetime,
    batch: str | None,
    reports: Mapping[int, int],
    unheard: Collection[int] = (),
) -> dict[int, Decision]:
    """Give comments the state they had before a decision; the decisions that say so, by the comments' ids.

    The caller has made sure that the decision is the last one in force on its comment. `reports` are the open reports
    that this answers, by the comment's id; below zero, how many it asks again. Nobody outside hears of undoing one of
    those `unheard`. A rule's decision on a text is not followed by what was before, which was about another text or
    none: without that rule, the other verdicts that are kept on the present text decide.
    Raises Stale when a comment changes at the same moment, NotFound, Forbidden.
    """
    changes = []
    without = _without_their_rule([pair for pair in undone if _is_by_screening(pair[1])])
    for comment, decision in undone:
        ensure(actor, Permission.MODERATE, comment.site_id, comment.section)
        before = State.of(comment)
        after = without.get(decision.id) or State.before(decision)
        said: dict[str, Any] = {
            "action": _putting_back(before, after),
            "reason": UNDO,
            "batch": batch,
            "created_at": now,
        }
        said |= {"account_id": actor.account_id, "rule": actor.rule, "revision_id": decision.revision_id}
        said |= {"undoes_id": decision.id, "reports": reports.get(comment.id, 0)}
        changes.append(Change(comment, after, said))
    quiet = {comment.id for comment, decision in undone if decision.id in unheard}
    made = _become(changes, quiet=quiet)
    if len(made) < len(changes):
        raise Stale("One of these comments was changed by somebody else at the same moment.")
    return made


def _putting_back(before: State, after: State) -> str:
    """The action that comes nearest to going from one state to the other."""
    if before.status != after.status:
        return _action_for(after.status)
    if after.set_aside and after.set_aside != before.set_aside:
        return next(action for action, aside in PUTS_ASIDE.items() if aside == after.set_aside)
    for action, (column, is_set) in MARKS.items():
        was, is_now = getattr(before, column), getattr(after, column)
        if was != is_now and (is_now is not None) == is_set:
            return action
    return _action_for(after.status)


def _is_by_screening(decision: Decision) -> bool:
    """Whether a rule decided about a text; not that nothing spoke against it, nor what readers' reports led to."""
    if decision.before is None:
        return True
    is_by_rule = decision.account_id is None and decision.undoes_id is None
    return is_by_rule and decision.rule not in (None, *UNOBJECTED, FLAGS_REACHED)


def _without_their_rule(undone: Sequence[tuple[Comment, Decision]]) -> dict[int, State]:
    """What the other rules make of the comments' present texts, by the ids of the decisions.

    Nobody read an edited text because the rule that says so is undone.
    """
    present = _revisions([comment for comment, _ in undone]) if undone else {}
    kept = defaultdict(list)
    for row in _verdicts_on(present.values()):
        kept[row.revision_id].append(as_said(row))
    found = {}
    for comment, decision in undone:
        of_text = kept[present[comment.id]]
        others = tuple(each for each in of_text if each.rule != decision.rule or each.rule == EDITED)
        found[decision.id], _ = _after_screening(State.before(decision), Screening(others))
    return found


def _verdicts_on(revisions: Collection[int]) -> Iterable[StoredVerdict]:
    rows = select(StoredVerdict).where(StoredVerdict.revision_id.in_(revisions)).order_by(StoredVerdict.id)
    return db.session.scalars(rows) if revisions else ()


def _become(changes: Sequence[Change], *, quiet: Collection[int] = ()) -> dict[int, Decision]:
    """Write what became of comments, leave one Decision for each, keep the counts true, say it but for the `quiet`.

    Returns the decisions by the comments' ids; a comment that changed since it was read is left alone and missing.
    """
    db.session.flush()
    written = [pair for group in _alike(changes) for pair in _write(group)]
    made = _log_and_count(written)
    for decision, (change, before) in zip(made, written, strict=True):
        is_told = before.status != change.after.status or decision.action in ("feature", "unfeature")
        if is_told and change.comment.id not in quiet:
            events.decided(change.comment, decision)
            if _is_picked_too(change, before, decision):
                events.decided(change.comment, decision, "feature")
    return {decision.comment_id: decision for decision in made}


def _is_picked_too(change: Change, before: State, decision: Decision) -> bool:
    """An undo can give back a status and the pick that was lost with it."""
    return decision.action != "feature" and before.featured_at is None and change.after.featured_at is not None


def _alike(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes in groups that one statement can write."""
    groups: dict[Any, list[Change]] = defaultdict(list)
    for change in changes:
        groups[_differing(change), change.comment.version].append(change)
    return list(groups.values())


def _differing(change: Change) -> tuple[tuple[str, Any], ...]:
    """The columns that become something else, with what they become."""
    before = State.of(change.comment)
    columns = [(name, value) for name, value in vars(change.after).items() if value != getattr(before, name)]
    if Moved.between(before.status, change).shown > 0:
        # When readers got to see it tells those who are reading what is new.
        columns.append(("shown_at", change.said["created_at"]))
    return tuple(columns)


def _write(group: Sequence[Change]) -> list[tuple[Change, State]]:
    """Those of the changes that could be written, each with the state before."""
    table, version = table_of(Comment), group[0].comment.version
    columns = {**dict(_differing(group[0])), "version": version + 1}
    same = table.update().where(table.c.id.in_([each.comment.id for each in group]), table.c.version == version)
    found = set(db.session.scalars(same.values(columns).returning(table.c.id)))
    written = [(each, State.of(each.comment)) for each in group if each.comment.id in found]
    for each, _ in written:
        for name, value in columns.items():
            set_committed_value(each.comment, name, value)
    return written


def _log_and_count(written: Sequence[tuple[Change, State]]) -> list[Decision]:
    """What follows from changes that are written: the counts, and one Decision each.

    The log comes last: everybody who decides waits for it.
    """
    if not written:
        return []
    moved = {change.comment: Moved.between(before.status, change) for change, before in written}
    _count({comment: each.shown for comment, each in moved.items()})
    _count_for_authors(moved)
    return log.append([_entry(change, before) for change, before in written])


@dataclass(frozen=True)
class Moved:
    """What a change adds to the numbers of visible, approved and refused comments."""

    shown: int
    approved: int
    refused: int

    @classmethod
    def between(cls, before: str, change: Change) -> "Moved":
        after = change.after.status
        approved = (after == Status.APPROVED) - (before == Status.APPROVED)
        shown = approved if change.comment.retracted_at is None else 0
        return cls(shown, approved, (after in REFUSED) - (before in REFUSED))


def _entry(change: Change, before: State) -> dict[str, Any]:
    return entry(change.comment, before, {"after": change.after.status, **change.said})


def entry(comment: Any, before: State, said: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of a decision but its place in the log; `comment` has an `id` and a `site_id`."""
    return {
        "site_id": comment.site_id,
        "comment_id": comment.id,
        "account_id": None,
        "rule": None,
        "before": before.status,
        "after": before.status,
        "reason": "",
        "note": "",
        "batch": None,
        "undoes_id": None,
        "aside_before": before.set_aside,
        "featured_before": before.featured_at,
        "pinned_before": before.pinned_at,
        "locked_before": before.locked_at,
        "held_before": before.held_by,
        "ignored_before": bool(before.ignores_flags),
        "reports": 0,
        **said,
    }


def follow(comment: Comment, verdict: Verdict, *, now: datetime) -> Decision | None:
    """Do what a rule says about a comment that has long been stored, and keep its verdict beside the others.

    The caller waited for its turn. Returns None for a verdict that only notes, or is in shadow. Raises Stale.
    """
    of_now = select(Revision).where(Revision.comment_id == comment.id, Revision.number == comment.revision_number)
    revision = db.session.scalars(of_now).one()
    db.session.add(stored(verdict, comment, revision, now))
    if verdict.outcome is Outcome.NOTE:
        return None
    status = BY_RULES[verdict.outcome]
    said = {"rule": verdict.rule, "action": _action_for(status), "revision_id": revision.id, "created_at": now}
    after = replace(State.of(comment).with_status(status), held_by=verdict.rule)
    made = _become([Change(comment, after, {**said, "note": verdict.reason})])
    if comment.id not in made:
        raise Stale("This comment was changed by somebody else at the same moment.")
    _object(comment.id, WEIGHT[verdict.outcome])
    return made[comment.id]


def _object(comment_id: int, weight: int) -> None:
    table = table_of(Comment)
    objected = table.update().where(table.c.id == comment_id)
    db.session.execute(objected.values(objections=table.c.objections + weight, risk=table.c.risk + weight))


def count_flags(changes: Mapping[int, int]) -> None:
    """Keep the numbers of open reports by the comments' ids, and the risk they are part of: no new version of them."""
    table = table_of(Comment)
    for change, ids in _by_change(changes):
        opened = table.c.open_flags + change
        counted = table.update().where(table.c.id.in_(ids))
        db.session.execute(counted.values(open_flags=opened, risk=table.c.objections + REPORT * opened))


def _by_change(changes: Mapping[int, int]) -> list[tuple[int, list[int]]]:
    """The ids whose number changes by the same, in one order for everybody; what stays as it is is left out."""
    groups = defaultdict(list)
    for id, change in sorted(changes.items()):
        groups[change].append(id)
    return [(change, ids) for change, ids in groups.items() if change]


def wait_for_turn(comments: Collection[Any], stories: Collection[int] = (), authors: Collection[int] = ()) -> None:
    """Changes under one story or of one writer wait for each other, because they count in the same rows.

    `comments` have an `id`, a `story_id` and an `author_id`; `stories` and `authors` are ids of others to wait for.
    Locked always in this order, nobody waits in a circle. Comments that were moved while this waited are waited for
    where they stand now: what the caller read before is to be read again. Raises Stale when they do not come to rest.
    """
    if not _has_to_wait():
        return
    waiting, held = {each.story_id for each in comments} | set(stories), set[int]()
    ids = [each.id for each in comments if each.id]
    with db.session.no_autoflush:
        for _ in range(ROUNDS):
            _lock(Story, waiting)
            held |= waiting
            waiting = _stand_under(ids) - held
            if not waiting:
                break
        else:
            raise Stale("This comment was moved by somebody else at the same moment.")
        _lock(Author, {each.author_id for each in comments} | set(authors))


def wait_for_turn_of(ids: Collection[int], stories: Collection[int] = ()) -> None:
    """`wait_for_turn` for comments that were not read yet."""
    if _has_to_wait():
        rows = select(Comment.id, Comment.story_id, Comment.author_id).where(Comment.id.in_(ids))
        wait_for_turn(db.session.execute(rows).all(), stories)


def _has_to_wait() -> bool:
    """SQLite has one writer at a time anyway, and a unit of work begins as a writer's."""
    return db.engine.dialect.name == "postgresql"


def _lock(table: type[Story] | type[Author], ids: Collection[int]) -> None:
    db.session.execute(LOCKED[table], {"ids": list(ids)})


def _stand_under(comment_ids: Collection[int]) -> set[int]:
    """The stories that comments stand under at this moment, whatever was read before."""
    return set(db.session.scalars(STORIES_OF, {"ids": list(comment_ids)})) if comment_ids else set()


_comments, _stories = table_of(Comment), table_of(Story)
_IDS = bindparam("ids", expanding=True, type_=BigId)
CATEGORY = select(_stories.c.category).where(_stories.c.id == bindparam("of"))
STORIES_OF = select(_comments.c.story_id).where(_comments.c.id.in_(_IDS)).distinct()


def _locking(model: type[Story] | type[Author]) -> Select[tuple[int]]:
    column = table_of(model).c.id
    return select(column).where(column.in_(_IDS)).order_by(column).with_for_update(key_share=True)


LOCKED: dict[type, Select[tuple[int]]] = {Story: _locking(Story), Author: _locking(Author)}
COUNT_STORIES = (
    _stories.update()
    .where(_stories.c.id.in_(_IDS))
    .values(comment_count=_stories.c.comment_count + bindparam("change"))
)


def retract(comment: Comment, *, now: datetime) -> None:
    """The writer takes the comment back: no change of status, but nobody reads it any more."""
    wait_for_turn([comment])
    db.session.refresh(comment)  # whoever had to wait looks again
    if comment.retracted_at is None:
        was_visible = comment.is_visible
        comment.retracted_at = now
        flush(comment)
        _count({comment: -was_visible})
        events.retracted(comment)


def _count(changes: Mapping[Comment, int]) -> None:
    """Keep the stories' and the ancestors' counts of visible comments, in the same transaction."""
    stories, parents = Counter[int](), Counter[int]()
    for comment, change in changes.items():
        stories[comment.story_id] += change
        if comment.parent_id:
            parents[comment.parent_id] += change
    for change, ids in _by_change(stories):
        db.session.execute(COUNT_STORIES, {"ids": ids, "change": change})
    count_above({id: change for id, change in parents.items() if change})


def count_above(changes: Mapping[int, int]) -> None:
    """What changed below these comments changes in them and in all above them."""
    if not changes:
        return
    table = table_of(Comment)
    first = select(table.c.id.label("start"), table.c.id, table.c.parent_id).where(table.c.id.in_(changes))
    above = first.cte("above", recursive=True)
    next_one = select(above.c.start, table.c.id, table.c.parent_id).join(above, table.c.id == above.c.parent_id)
    rows = above.union_all(next_one)
    totals = Counter[int]()
    for start, id in db.session.execute(select(rows.c.start, rows.c.id)):
        totals[id] += changes[start]
    for change, ids in _by_change(totals):
        # On the table, not the mapped class: a count that moves is no new version of the comment.
        counted = table.update().where(table.c.id.in_(ids))
        db.session.execute(counted.values(visible_replies=table.c.visible_replies + change))


def _count_for_authors(moved: Mapping[Comment, Moved]) -> None:
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    let_through: dict[int, Comment] = {}
    for comment, each in moved.items():
        approved, refused = sums[comment.author_id]
        sums[comment.author_id] = approved + each.approved, refused + each.refused
        if each.approved > 0:
            let_through.setdefault(comment.author_id, comment)
    if let_through:
        _count_and_name({id: (comment, *sums.pop(id)) for id, comment in sorted(let_through.items())})
    for approved, refused in sorted(set(sums.values()) - {(0, 0)}):
        ids = sorted(id for id, change in sums.items() if change == (approved, refused))
        counted = update(Author).where(Author.id.in_(ids))
        more = {
            Author.approved_count: Author.approved_count + approved,
            Author.rejected_count: Author.rejected_count + refused,
        }
        db.session.execute(_straight(counted.values(more)))


def _count_and_name(let_through: Mapping[int, tuple[Comment, int, int]]) -> None:
    """Until one was let through, nothing an author called themselves was seen by anybody: they are called anew.

    By the authors' ids, the comment that says how, and what is added to their counts.
    """
    db.session.execute(
        COUNT_AND_NAME,
        [
            {
                "of": id,
                "approved": approved,
                "refused": refused,
                "new_name": comment.author_name,
                "new_key": name_key(comment.author_name),
                "new_slug": fresh_slug(comment.author_name),
                "new_website": comment.website,
            }
            for id, (comment, approved, refused) in let_through.items()
        ],
    )
    for id, (comment, *_) in let_through.items():
        author = db.session.identity_map.get(identity_key(Author, id))
        if author and author.name != comment.author_name:
            db.session.expire(author)  # the answer to the writer names the profile as it is called from now on


def _count_and_name_one() -> Update:
    table = table_of(Author)
    unseen = table.c.is_byline.is_(False) & (table.c.approved_count == 0)
    renamed = unseen & (table.c.name != bindparam("new_name"))
    values: dict[str, Any] = {
        "approved_count": table.c.approved_count + bindparam("approved"),
        "rejected_count": table.c.rejected_count + bindparam("refused"),
        "slug": case((renamed, bindparam("new_slug")), else_=table.c.slug),
        "name": case((unseen, bindparam("new_name")), else_=table.c.name),
        "name_key": case((unseen, bindparam("new_key")), else_=table.c.name_key),
        "website": case((unseen, bindparam("new_website")), else_=table.c.website),
    }
    return table.update().where(table.c.id == bindparam("of")).values(values)


COUNT_AND_NAME = _count_and_name_one()


def _straight(statement: Update) -> Update:
    """Only the database counts: bringing the session's objects in step would cost as much as the statement."""
    return statement.execution_options(synchronize_session=False)


def flush(comment: Comment) -> None:
    """Write what is waiting. Raises Stale when somebody else changed the comment since it was read."""
    try:
        db.session.flush()
    except StaleDataError as error:
        raise Stale("This comment was changed by somebody else at the same moment.") from error
