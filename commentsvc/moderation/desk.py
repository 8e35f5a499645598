"""The desk: the moderators' pages. Every one works without JavaScript."""

import re
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ..accounts.guards import actor, own_account
from ..accounts.permissions import Permission, ensure
from ..accounts.preferences import KEY_WORDS, preferences_of
from ..authors.models import Standing
from ..authors.routes import managed_site
from ..comments import queries as comments
from ..comments.language import language_name
from ..comments.lifecycle import ACTIONS, MOVE, UNDO
from ..comments.models import Comment, Decision
from ..comments.present import Presenter
from ..comments.thread import page_for_staff
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import Conflict, DomainError, NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.paging import Cursor, read_cursor
from ..core.unit_of_work import unit_of_work
from ..core.web import keys, links
from ..outbox import lanes
from ..sites.models import Site
from ..sites.service import all_sites
from ..sites.web import about
from ..stories import acts
from ..stories import queries as stories
from ..stories.acts import mode_before, note_mode
from ..stories.forms import MODE_CHOICES, StoryForm
from ..stories.models import Story
from ..stories.modes import InForce, mode_in_force
from ..stories.routes import as_typed
from . import alike, decisions, filters, log, queue, undoing
from .answers import signs_as
from .context import context_of
from .decisions import Seen
from .filters import Asked
from .models import SavedFilter
from .networks import can_ban_network_of
from .routes import asked_of_log
from .walk import counted, offered

desk_pages = Blueprint("desk", __name__, url_prefix="/desk")
admin_pages = Blueprint("admin", __name__, url_prefix="/admin")

DESK_PLACE = re.compile(r"/desk(?:[/?][^\x00-\x20\x7f\\]*)?")
DONE = {
    "approve": "approved",
    "reject": "rejected",
    "spam": "marked as spam",
    "hold": "put back to wait",
    "ignore_flags": "kept, whatever is reported until it is edited",
    "feature": "featured",
    "unfeature": "featured no longer",
    "pin": "pinned",
    "unpin": "unpinned",
    "lock": "locked",
    "unlock": "unlocked",
    "later": "put aside for later",
    "escalate": "escalated",
}
MOST_TICKED = 1_000  # comments: a few cards of near-identical ones come to more than a script may send
MOST_OF_SAVED = 1_000  # comments counted for each saved filter: there may be twenty of them


def my_sites() -> list[Site]:
    """The sites the actor works on, looked up once a request."""
    if "my_sites" not in g:
        g.my_sites = [site for site in all_sites() if actor().works_on(site.id)]
    return cast(list[Site], g.my_sites)


def chosen_site(permission: Permission = Permission.MODERATE) -> Site:
    """The site in the query, or the actor's first. Raises UnknownSite, NotFound, Forbidden."""
    if request.args.get("site"):
        return about(managed_site(inputs.line(request.args, "site"), permission))
    mine = my_sites()
    if not mine:
        raise NotFound("There is no site here that you work on.")
    ensure(actor(), permission, mine[0].id)
    return about(mine[0])


def page(template: str, site: Site, **context: Any) -> str:
    """A page of the desk with what all of them show: the sites, what waits, who is signed in."""
    shared = {"site": site, "sites": my_sites(), "actor": actor()}
    shared["counts"] = queue.counts(site.id, actor(), filters.WORKED_OFF)
    shared["paused_lanes"] = len(lanes.paused(site.id))
    shared["preferences"] = preferences_of(own_account())
    return render_template(template, **shared, may_manage=actor().may(Permission.MANAGE_AUTHORS), **context)


@desk_pages.get("", endpoint="queue")
def queue_page() -> str | tuple[str, int]:
    site = chosen_site()
    wanted, wrong = filters.understood(request.args, actor(), site.id)
    return _queue_page(site, wanted, request.args, wrong)


def _queue_page(
    site: Site, wanted: Asked, typed: Mapping[str, str], wrong: Mapping[str, Sequence[str]]
) -> str | tuple[str, int]:
    """The queue; where the filters make no sense, what was typed with what is wrong with it, and no comment."""
    drawn_at, after = now(), read_cursor(request.args.get("cursor"))
    listed, following = queue.page(wanted, after=after) if wrong.keys() <= {"name"} else ([], None)
    cards, groups = alike.folded(listed, wanted)
    queue.fill_record(cards, wanted.sections)
    shown = page(
        "desk/queue.html",
        site,
        asked=wanted,
        typed=typed,
        wrong=wrong,
        choices=_choices(wanted),
        saved=saved_with_counts(site),
        most_of_saved=MOST_OF_SAVED,
        name_length=SavedFilter.NAME_LENGTH,
        language_name=language_name,
        cards=cards,
        groups=groups,
        drawn_at=Cursor.at(drawn_at, 0).key,
        next_cursor=following,
        queues=queue.QUEUES,
        sorts=queue.SORTS,
        **card_words(site),
    )
    return (shown, 422) if wrong else shown


def _choices(wanted: Asked) -> dict[str, list[str]]:
    """What the filters offer: the values that there are, and the one in force."""
    found = offered(wanted)
    return {
        name: sorted({*values, getattr(wanted, name) or ""} - {""}, key=str.casefold) for name, values in found.items()
    }


def saved_with_counts(site: Site) -> list[tuple[SavedFilter, int]]:
    """The moderator's own filters with how many comments each finds now; those that make no sense now find none."""
    mine = filters.saved_by(actor(), site.id)
    asking = [filters.meant(each, actor()) for each in mine]
    found = iter(counted([each for each in asking if each], MOST_OF_SAVED))
    return [(kept, next(found) if each else 0) for kept, each in zip(mine, asking, strict=True)]


@desk_pages.post("/filters")
def save_filter() -> Response | str | tuple[str, int]:
    site = about(managed_site(inputs.line(request.args, "site"), Permission.MODERATE))
    query = _said_first(request.form.get("query", ""))
    try:
        with unit_of_work():
            kept = filters.save(inputs.line(request.form, "name"), query, actor=actor(), site_id=site.id, now=now())
    except ValidationFailed as error:
        wanted, _ = filters.understood(query, actor(), site.id)
        return _queue_page(site, wanted, {**query, "name": request.form.get("name", "")}, error.fields)
    flash(f"“{kept.name}” is saved.")
    return redirect(f"{url_for('desk.queue')}?{urlencode({'site': site.key})}&{kept.query}")


@desk_pages.post("/filters/<number>/delete")
def forget_filter(number: str) -> Response:
    with unit_of_work():
        gone = filters.forget(read_id(number), actor=actor())
    flash(f"“{gone.name}” is deleted.")
    return redirect(back())


def card_words(site: Site) -> dict[str, Any]:
    """What the template of a card needs besides the card."""
    return {
        "reasons": site.settings.listed_reasons,
        "marked": queue.marked,
        "key_words": KEY_WORDS,
        "now": now(),
        "show": Presenter(site, links(), "html"),
        "Standing": Standing,
        "in_force": partial(in_force, site),
        "last_stroke": partial(undoing.last_stroke, site.id, actor=actor(), now=now()),
    }


def in_force(site: Site, story: Story) -> InForce:
    """What a story takes now, and where that comes from."""
    return mode_in_force(site, story, now())


@desk_pages.get("/comments/<comment_id>")
def comment(comment_id: str) -> str:
    found = comments.comment_for(actor(), read_id(comment_id))
    site = about(db.session.get_one(Site, found.site_id))
    around = context_of(found, actor=actor())
    can_ban_network = actor().may(Permission.MANAGE_SITE) and can_ban_network_of(found, now())
    shown = {"card": _card(found), "around": around, "can_ban_network": can_ban_network}
    shown["is_own"] = found.author.account_id == own_account().id
    return page("desk/comment.html", site, **shown, **card_words(site))


def _card(comment: Comment) -> queue.Card:
    card = queue.card_of(comment)
    queue.fill_record([card], actor().sections_of(comment.site_id))
    return card


@desk_pages.post("/decisions")
def decide() -> Response | tuple[str, int]:
    """One comment by its own buttons, or all that are ticked: the fields `seen` say `id:version`, once or more.

    About all that match somebody is asked first, on a page of its own. What is wrong is said on the page the form was
    on, and nothing is decided. With the field `fragment` the answer is what
    stands in the place of the card from now on.
    """
    if request.form.get("matching"):
        return redirect(_question_about_all())
    try:
        action, outcome = _decide()
    except DomainError as error:
        if wants_fragment():
            return said_plainly(error)
        if not isinstance(error, ValidationFailed):
            raise
        flash(str(error), "conflict")
        return redirect(back())
    if wants_fragment():
        status = 409 if outcome.conflicts else 200
        return render_template("desk/_results.html", outcome=outcome, back=_came_from(), now=now()), status
    _tell(action, outcome)
    return redirect(back())


def wants_fragment() -> bool:
    """Whether a script asks for a part of a page, to put it in its place."""
    return request.values.get("fragment") == "1"


def said_plainly(error: DomainError) -> Response:
    """What is wrong, for a script that shows it where it happened."""
    return Response(str(error), error.http_status, mimetype="text/plain")


def _decide() -> tuple[str, decisions.Outcome]:
    action = inputs.choice(request.form, "action", ACTIONS, "")
    seen = [_read_seen(each) for each in dict.fromkeys(" ".join(request.form.getlist("seen")).split())]
    reason = inputs.line(request.form, "reason", limit=Decision.REASON_LENGTH) or ""
    note = inputs.line(request.form, "note", limit=Decision.NOTE_LENGTH) or ""
    if len(seen) > MOST_TICKED:
        said = f"{len(seen):,} comments are ticked. Decide on at most {MOST_TICKED:,} at once: take some ticks away."
        raise ValidationFailed({"seen": [said]})
    if not seen:
        return action, decisions.Outcome()
    with unit_of_work():
        return action, decisions.decide_all(seen, action, actor=actor(), now=now(), reason=reason, note=note)


def _question_about_all() -> str:
    """Where a moderator is asked about all that the page of the queue lists that the form was on."""
    filters = _said_first(urlsplit(back()).query)
    filters.pop("cursor", None)
    given = {name: request.form[name] for name in ("action", "reason", "note") if request.form.get(name)}
    return url_for("bulk.confirm") + "?" + urlencode({**filters, **given})


def _said_first(query: str) -> dict[str, str]:
    """The fields of a query; of those that are said twice the first, as everywhere."""
    return MultiDict(parse_qsl(query, keep_blank_values=True)).to_dict()


def _read_seen(text: str) -> Seen:
    """`id:version`, and `:reports` behind it where some were shown."""
    number, *counts = text.split(":")
    if not (1 <= len(counts) <= 2 and all(each.isascii() and each.isdigit() and len(each) < 10 for each in counts)):
        raise ValidationFailed({"seen": ["This form is incomplete. Reload the page."]})
    version, reports = [*map(int, counts), 0][:2]
    return Seen(read_id(number), version, reports)


def _tell(action: str, outcome: decisions.Outcome) -> None:
    if not outcome.decided and not outcome.conflicts:
        flash("Nothing was ticked, so nothing was decided.")
    if count := len(outcome.decided):
        flash(f"{count} {'comment' if count == 1 else 'comments'} {DONE[action]}.", "decided")
    if batch := next((decision.batch for _, decision in outcome.decided if decision), None):
        flash(batch, "undo")
    for changed, decision in outcome.conflicts:
        if why := outcome.refused.get(changed.id):
            flash(f"The comment by {changed.author_name} was left as it is. {why}", "conflict")
            continue
        flash(
            f"The comment by {changed.author_name} had changed before: {_who_did(decision)}. "
            f"It is {changed.status.lower()} and was left as it is.",
            "conflict",
        )


def _who_did(decision: Decision | None) -> str:
    if decision is None:
        return "its writer edited it or took it back"
    who = decision.account.shown_name if decision.account else "a rule"
    return f"{DONE.get(decision.action, 'moved')} by {who}"


def _came_from() -> str:
    """The page of the desk the form was on; "" where it says none."""
    return place_of_desk(request.form.get("back", ""))


def place_of_desk(said: str) -> str:
    """An address that leads to a page of the desk; "" for any other."""
    return said if DESK_PLACE.fullmatch(said) else ""


def back_to_the_desk() -> Response:
    """To the page the form was on, or to the queue."""
    return redirect(back())


def back(at: int | None = None) -> str:
    """The page of the desk the form was on, or the queue; `at` is the comment that has the focus there."""
    came_from = _came_from()
    place = request.script_root + came_from if came_from else url_for("desk.queue")
    return f"{place.partition('#')[0]}#card-{at}" if at else place


@desk_pages.post("/decisions/<decision_id>/undo")
def undo(decision_id: str) -> Response | str:
    """With the field `fragment` the answer is the card as it stands in the queue again."""
    try:
        with unit_of_work():
            changed, decision = undoing.undo(read_id(decision_id), actor=actor(), now=now())
    except Conflict as error:
        if wants_fragment():
            return said_plainly(error)
        flash(str(error), "conflict")
        return redirect(back())
    if wants_fragment():
        return _listed_card(changed)
    flash(f"Undone. The comment by {changed.author_name} is {changed.status.lower()} again.", "decided")
    flash(decision.batch or "", "undo")
    return redirect(back(at=changed.id))


def _listed_card(comment: Comment) -> str:
    site = about(db.session.get_one(Site, comment.site_id))
    return fragment("desk/_card.html", site, card=_card(comment), listed=True, back=_came_from())


def fragment(template: str, site: Site, **context: Any) -> str:
    """Part of a page of the desk that is about a comment, with the words of a card."""
    mine = preferences_of(own_account())
    return render_template(template, site=site, preferences=mine, **card_words(site), **context)


@desk_pages.get("/log", endpoint="log")
def log_page() -> str:
    site = chosen_site()
    wanted = asked_of_log(site)
    after = read_cursor(request.args.get("cursor"))
    decided, following = log.page(wanted, actor=actor(), after=after)
    done = log.acts_among(decided, wanted, actor=actor(), after=after, following=following)
    return page(
        "desk/log.html",
        site,
        asked=wanted,
        lines=log.together(decided, done),
        next_cursor=following,
        colleagues=log.colleagues(site.id),
        actions=(*ACTIONS, MOVE, *acts.ACTIONS),
        reasons=(*site.settings.listed_reasons, UNDO),
        newest={each.id for each in decisions.last_decisions({line.comment_id for line in decided}).values()},
        undoes=_undone_together(wanted),
    )


def _undone_together(wanted: log.Asked) -> dict[str, Any]:
    """What the actor may undo at once of a log filtered like this: a batch, or all of an account, a rule or a time;
    of one author, what sanctions decided about their comments.

    Nothing where the list is narrowed by something else as well: more would be undone than is listed.
    """
    by = {"batch": wanted.batch, "account": wanted.account_id, "rule": wanted.rule, "author": wanted.author}
    named = {name: value for name, value in by.items() if value}
    if len(named) != 1 or wanted.comment_id or wanted.action or wanted.reason:
        return {}
    is_common = wanted.batch or wanted.account_id == actor().account_id
    return named if is_common or actor().may(Permission.MANAGE_SITE) else {}


@desk_pages.get("/stories")
def story_list() -> str:
    site = chosen_site()
    search = inputs.line(request.args, "q", limit=200)
    cursor, sections = read_cursor(request.args.get("cursor")), actor().sections_of(site.id)
    found, following = stories.page_of_stories(site.id, search=search, after=cursor, sections=sections)
    shown = {"stories": found, "next_cursor": following, "search": search or ""}
    return page("desk/stories.html", site, **shown, in_force=partial(in_force, site))


@desk_pages.get("/stories/<number>")
def story(number: str) -> str:
    found, site = story_of_desk(number, Permission.MODERATE)
    return story_page(found, site)


def story_page(found: Story, site: Site, form: StoryForm | None = None, **more: Any) -> str:
    """A story with its thread; `more` is what was wrong with a form of it."""
    shown, following = page_for_staff(found.id, after=read_cursor(request.args.get("cursor")))
    return page(
        "desk/story.html",
        site,
        **{"wrong": {}, "to": "", "said": "", **more},
        story=found,
        key=request.form.get("key") or secrets.token_hex(16),
        me=own_account(),
        signs=signs_as(own_account(), found, keys()),
        form=form or StoryForm(None, site=site, data=_typed(found)),
        shown=shown,
        next_cursor=following,
        modes=MODE_CHOICES,
        **card_words(site),
    )


def story_of_desk(number: str, permission: Permission) -> tuple[Story, Site]:
    """A story by the number in an address, with its site. Raises NotFound, Forbidden."""
    found = stories.story_for(actor(), read_id(number), permission)
    return found, about(db.session.get_one(Site, found.site_id))


def _typed(found: Story) -> dict[str, Any]:
    published = found.published_at.replace(tzinfo=None) if found.published_at else None
    return {**as_typed(found), "published_at": published}


@admin_pages.post("/stories/<number>")
def edit_story(number: str) -> str | tuple[str, int] | Response:
    found, site = story_of_desk(number, Permission.MANAGE_STORIES)
    form = StoryForm(site=site, story=found)
    if not form.validate():
        return story_page(found, site, form), 422
    try:
        with unit_of_work():
            before = mode_before(found)
            form.fill(found)
            note_mode(found, before, actor=actor(), now=now())
    except ValidationFailed as error:
        form.url.errors = [str(error)]
        return story_page(found, site, form), 422
    flash("Saved.")
    return redirect(url_for("desk.story", number=found.id))
