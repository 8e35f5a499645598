"""The desk: the moderators' pages. Every one works without JavaScript."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import Length

from ..accounts.guards import actor, own_account
from ..accounts.permissions import Permission, ensure
from ..accounts.preferences import KEY_WORDS, preferences_of
from ..authors import queries as authors
from ..authors.forms import AuthorForm, StandingForm, links_as_lines
from ..authors.models import Author, Standing, StandingChange
from ..authors.routes import managed_site
from ..authors.service import address_of, give_standing, new_byline
from ..comments import queries as comments
from ..comments.language import language_name
from ..comments.lifecycle import ACTIONS, UNDO
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
from ..stories import queries as stories
from ..stories.forms import MODE_CHOICES, StoryForm
from ..stories.models import Story
from ..stories.modes import InForce, mode_in_force
from ..stories.routes import as_typed
from . import alike, decisions, filters, log, queue, undoing
from .context import context_of
from .decisions import MOST_AT_ONCE, Seen
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
MOST_OF_SAVED = 1_000  # comments counted for each saved filter: there may be twenty of them


class NewBylineForm(FlaskForm):
    name = StringField("Name", [Length(min=1, max=Author.NAME_LENGTH, message="Enter a name, 80 characters at most.")])


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
    queue.fill_record(cards)
    shown = page(
        "desk/queue.html",
        site,
        asked=wanted,
        typed=typed,
        wrong=wrong,
        choices=_choices(wanted),
        saved=_saved(site),
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


def _saved(site: Site) -> list[tuple[SavedFilter, int]]:
    """The moderator's own filters with how many comments each finds now; those that make no sense now find none."""
    mine = filters.saved_by(actor(), site.id)
    asking = [filters.meant(each, actor()) for each in mine]
    found = iter(counted([each for each in asking if each], MOST_OF_SAVED))
    return [(kept, next(found) if each else 0) for kept, each in zip(mine, asking, strict=True)]


@desk_pages.post("/filters")
def save_filter() -> Response | str | tuple[str, int]:
    site = about(managed_site(inputs.line(request.args, "site"), Permission.MODERATE))
    query = dict(parse_qsl(request.form.get("query", "")))
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
    return page("desk/comment.html", site, **shown, **card_words(site))


def _card(comment: Comment) -> queue.Card:
    card = queue.card_of(comment)
    queue.fill_record([card])
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
    if len(seen) > MOST_AT_ONCE:
        raise ValidationFailed({"seen": [f"Decide on at most {MOST_AT_ONCE} comments at once."]})
    if not seen:
        return action, decisions.Outcome()
    with unit_of_work():
        return action, decisions.decide_all(seen, action, actor=actor(), now=now(), reason=reason, note=note)


def _question_about_all() -> str:
    """Where a moderator is asked about all that the page of the queue lists that the form was on."""
    filters = dict(parse_qsl(urlsplit(back()).query))
    filters.pop("cursor", None)
    given = {name: request.form[name] for name in ("action", "reason", "note") if request.form.get(name)}
    return url_for("bulk.confirm") + "?" + urlencode({**filters, **given})


def _read_seen(text: str) -> Seen:
    number, _, version = text.partition(":")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise ValidationFailed({"seen": ["This form is incomplete. Reload the page."]})
    return Seen(read_id(number), int(version))


def _tell(action: str, outcome: decisions.Outcome) -> None:
    if not outcome.decided and not outcome.conflicts:
        flash("Nothing was ticked, so nothing was decided.")
    if count := len(outcome.decided):
        flash(f"{count} {'comment' if count == 1 else 'comments'} {DONE[action]}.", "decided")
    if batch := next((decision.batch for _, decision in outcome.decided if decision), None):
        flash(batch, "undo")
    for changed, decision in outcome.conflicts:
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
    said = request.form.get("back", "")
    return said if DESK_PLACE.fullmatch(said) else ""


def back_to_the_desk() -> Response:
    """To the page the form was on, or to the queue."""
    return redirect(back())


def back() -> str:
    """The page of the desk the form was on, or the queue."""
    came_from = _came_from()
    return request.script_root + came_from if came_from else url_for("desk.queue")


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
    return redirect(back())


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
    lines, following = log.page(wanted, actor=actor(), after=read_cursor(request.args.get("cursor")))
    return page(
        "desk/log.html",
        site,
        asked=wanted,
        lines=lines,
        next_cursor=following,
        colleagues=log.colleagues(site.id),
        actions=ACTIONS,
        reasons=(*site.settings.listed_reasons, UNDO),
        undoes=_undone_together(wanted),
    )


def _undone_together(wanted: log.Asked) -> dict[str, Any]:
    """What the actor may undo at once of a log filtered like this: a batch, or all of an account, rule or time."""
    if wanted.batch:
        return {"batch": wanted.batch}
    if wanted.comment_id or wanted.action or wanted.reason or wanted.author:
        return {}
    may_undo_others = actor().may(Permission.MANAGE_SITE)
    if wanted.account_id and not wanted.rule and (may_undo_others or wanted.account_id == actor().account_id):
        return {"account": wanted.account_id}
    return {"rule": wanted.rule} if wanted.rule and not wanted.account_id and may_undo_others else {}


@desk_pages.get("/authors")
def author_list() -> str:
    site = chosen_site()
    wanted = inputs.choice(request.args, "standing", ("", *Standing), "")
    kind = inputs.choice(request.args, "kind", ("all", "bylines", "commenters"), "all")
    search = inputs.line(request.args, "q", limit=80)
    found, following = authors.page_of_authors(
        site.id,
        search=search,
        standing=wanted or None,
        now=now(),
        bylines=None if kind == "all" else kind == "bylines",
        after=read_cursor(request.args.get("cursor")),
    )
    return page(
        "desk/authors.html",
        site,
        authors=found,
        next_cursor=following,
        search=search or "",
        standing=wanted,
        kind=kind,
        standings=list(Standing),
        form=NewBylineForm(),
        now=now(),
    )


@admin_pages.post("/authors")
def add_byline() -> str | Response:
    site = about(managed_site(inputs.line(request.args, "site"), Permission.MANAGE_AUTHORS))
    form = NewBylineForm()
    name = inputs.line({"name": form.name.data or ""}, "name") or ""
    if not form.validate() or not name:
        flash("Enter a name for the new byline, 80 characters at most.", "conflict")
        return redirect(url_for("desk.author_list", site=site.key))
    with unit_of_work():
        author = new_byline(site.id, name=name, now=now())
    return redirect(url_for("desk.author", author_id=author.id))


@desk_pages.get("/authors/<author_id>")
def author(author_id: str) -> str:
    found, site = _author(author_id, Permission.MODERATE)
    return _author_page(found, site, _author_form(found, site), _standing_form(found))


def _author(author_id: str, permission: Permission) -> tuple[Author, Site]:
    found = authors.author_for(actor(), read_id(author_id), permission)
    return found, about(db.session.get_one(Site, found.site_id))


def _author_form(author: Author, site: Site) -> AuthorForm:
    origins = [origin.origin for origin in site.origins]
    data = {"name": author.name, "bio": author.bio, "avatar": author.avatar, "website": author.website}
    return AuthorForm(origins=origins, data={**data, "links": links_as_lines(author)})


def _standing_form(author: Author) -> StandingForm:
    until = author.standing_until.replace(tzinfo=None) if author.standing_until else None
    return StandingForm(data={"standing": author.standing, "reason": author.standing_reason, "until": until})


def _author_page(found: Author, site: Site, form: AuthorForm, standing_form: StandingForm) -> str:
    written = db.session.scalars(
        select(Comment)
        .where(Comment.author_id == found.id, *comments.in_sections(actor().sections_of(site.id)))
        .options(joinedload(Comment.story))
        .order_by(Comment.created_at.desc())
        .limit(20)
    )
    history = db.session.scalars(
        select(StandingChange)
        .where(StandingChange.author_id == found.id)
        .options(joinedload(StandingChange.account))
        .order_by(StandingChange.id.desc())
    )
    may_see = actor().may(Permission.SEE_ADDRESSES)
    return page(
        "desk/author.html",
        site,
        author=found,
        form=form,
        standing_form=standing_form,
        comments=list(written),
        history=list(history),
        email=address_of(found, actor=actor(), keys=keys()) if may_see else None,
        picture=links().own(found.avatar),
        now=now(),
    )


@admin_pages.post("/authors/<author_id>")
def edit_author(author_id: str) -> str | tuple[str, int] | Response:
    found, site = _author(author_id, Permission.MANAGE_AUTHORS)
    form = _author_form(found, site)
    if not form.validate():
        return _author_page(found, site, form, _standing_form(found)), 422
    with unit_of_work():
        form.fill(found)
    flash("Saved.")
    return redirect(url_for("desk.author", author_id=found.id))


@admin_pages.post("/authors/<author_id>/standing")
def change_standing(author_id: str) -> str | tuple[str, int] | Response:
    found, site = _author(author_id, Permission.MANAGE_AUTHORS)
    form = _standing_form(found)
    try:
        if not form.validate():
            raise ValidationFailed({})
        with unit_of_work():
            give_standing(
                found,
                Standing(form.standing.data),
                reason=form.reason.data,
                until=form.end,
                actor=actor(),
                now=now(),
            )
    except DomainError as error:
        if str(error):
            form.until.errors = [*form.until.errors, str(error)]
        return _author_page(found, site, _author_form(found, site), form), 422
    flash(f"{found.name} is now {found.standing.lower()}.")
    return redirect(url_for("desk.author", author_id=found.id))


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
        **{"wrong": {}, "to": "", **more},
        story=found,
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
            form.fill(found)
    except ValidationFailed as error:
        form.url.errors = [str(error)]
        return story_page(found, site, form), 422
    flash("Saved.")
    return redirect(url_for("desk.story", number=found.id))
