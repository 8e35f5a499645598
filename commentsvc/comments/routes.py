"""The readers' calls about comments (CONTRACT section 3)."""

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from ..checks.question import Sender
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.database import db
from ..core.errors import TooFast, Unauthorized, ValidationFailed
from ..core.html import render
from ..core.ids import read_id
from ..core.limits import challenges_given, previews, reactions
from ..core.paging import EPOCH, Cursor, read_cursor
from ..core.published import publish
from ..core.unit_of_work import unit_of_work
from ..core.web import (
    answer,
    bearer,
    json_body,
    keys,
    links,
    public_answer,
    reader_hash,
    reader_network,
    reader_networks,
)
from ..screening import Outcome
from ..sites.models import Site
from ..sites.service import site_named
from ..sites.settings import SORTS
from ..sites.web import about, answers_pages, ensure_origin, requested_site
from ..stories.models import Story
from ..stories.modes import is_hidden, mode_in_force
from ..stories.queries import StoryName, find_story
from ..stories.service import ensure_allowed, new_story
from . import asking, challenges, lifecycle, likes, posting, queries, receipts
from .challenges import Work
from .forms import JSON_FIELDS, CommentForm, EditForm
from .models import Comment
from .posting import Posted, Submission
from .present import FORMATS, Presenter
from .spoken import in_language
from .thread import (
    Shown,
    ancestors_of,
    is_locked,
    new_in_thread,
    page_of_replies,
    page_of_thread,
    usual_sort,
)

bp = answers_pages(Blueprint("comments_api", __name__, url_prefix="/api/v1"))

LONGEST_ELAPSED = 7 * 24 * 3600.0  # seconds; a form may stay open for days
# A comment's moment is read before its transaction waits for its turn: it may come in after a later one.
OVERLAP = timedelta(seconds=10)
LONGEST_AGENT = 500  # characters of a browser's name that an outside check is told


def story_name() -> StoryName:
    """The story a query names. Raises ValidationFailed."""
    return StoryName(
        inputs.line(request.args, "story", limit=Story.ID_LENGTH),
        inputs.line(request.args, "url", limit=Story.URL_LENGTH),
    )


def _site_key() -> str:
    """The site a query names. Raises ValidationFailed."""
    key = inputs.line(request.args, "site", limit=Site.KEY_LENGTH)
    if not key:
        raise ValidationFailed({"site": ["Say which site."]})
    return key


def _format() -> str:
    return inputs.choice(request.args, "format", FORMATS, "tree")


def _presenter(site: Site, story: Story | None) -> Presenter:
    signers = [byline.author_id for byline in story.bylines] if story else []
    return Presenter(site, links(), _format(), signers)


def keep_ready(site: Site, story: Story | None, moment: datetime) -> None:
    """Let this answer about a thread be kept, until the thread changes or the clock changes what it takes."""
    ends = (mode_in_force(site, story, moment).until, site.attacked_until)
    until = min((each for each in ends if each and each > moment), default=None)
    publish(site.id, [story.id] if story else None, (each.origin for each in site.origins), until)


@bp.get("/thread")
def thread() -> Response:
    key, name, moment = _site_key(), story_name(), now()
    limit = inputs.whole_number(request.args, "limit", 25, low=1, high=100)
    cursor = read_cursor(request.args.get("cursor"))
    site, story, newest = queries.version_of(key, name)
    about(site)
    sort = inputs.choice(request.args, "sort", SORTS, usual_sort(site, story))
    show = _presenter(site, story)
    shown: list[Shown] = []
    following = None
    if story and not is_hidden(site, story):
        shown, following = page_of_thread(story.id, sort=sort, after=cursor, limit=limit)
    keep_ready(site, story, moment)
    return public_answer(
        {
            "story": show.story(story, name, moment),
            "sort": sort,
            "version": _version(story, newest),
            "comments": [show.shown(each, story) for each in shown] if story else [],
            "next_cursor": str(following) if following else None,
            "form": show.form(story, moment),
        }
    )


@bp.get("/thread/version")
def thread_version() -> Response:
    """Asked by everybody who reads, again and again: one statement."""
    site, story, newest = queries.version_of(_site_key(), story_name())
    about(site)
    keep_ready(site, story, now())
    seen = None if story is None or is_hidden(site, story) else story
    return public_answer({"version": _version(seen, newest), "comment_count": seen.comment_count if seen else 0})


def _version(story: Story | None, newest: datetime | None) -> str:
    """Another one after every comment that came or went."""
    return str(Cursor.at(newest, story.comment_count) if story and newest else Cursor(0, 0))


@bp.get("/thread/new")
def new_comments() -> Response:
    site, name = requested_site(), story_name()
    since = read_cursor(request.args.get("since"))
    if since is None:
        raise ValidationFailed({"since": ["Send the version of the thread you have."]})
    story = find_story(site.id, name)
    show = _presenter(site, story)
    if story is None or is_hidden(site, story):
        return public_answer({"version": _version(None, None), "comments": [], "ancestors": []})
    new, above = new_in_thread(story.id, since=since.moment - OVERLAP if since.key else EPOCH)
    return public_answer(
        {
            "version": _version(story, new[-1].shown_at if new else None),
            "comments": [show.comment(each, story) for each in new],
            "ancestors": [show.comment(each, story) for each in above],
        }
    )


@bp.get("/comments/<comment_id>")
def comment(comment_id: str) -> Response:
    comment, site = _public_comment(comment_id)
    show = _presenter(site, comment.story)
    above, locked, shown = ancestors_of(comment), False, []
    for each in above:
        locked = locked or each.locked_at is not None
        shown.append(show.comment(each, comment.story, locked=locked))
    locked = locked or comment.locked_at is not None
    replies, more = page_of_replies(comment, after=None, locked=locked)
    found = show.comment(comment, comment.story, replies, more, locked=locked)
    return public_answer({"comment": found, "ancestors": shown})


@bp.get("/comments/<comment_id>/replies")
def replies(comment_id: str) -> Response:
    comment, site = _public_comment(comment_id)
    cursor = read_cursor(request.args.get("cursor"))
    show = _presenter(site, comment.story)
    shown, following = page_of_replies(comment, after=cursor, locked=is_locked(comment))
    return public_answer(
        {
            "comments": [show.shown(each, comment.story) for each in shown],
            "next_cursor": str(following) if following else None,
        }
    )


def _public_comment(comment_id: str) -> tuple[Comment, Site]:
    comment, site = queries.public_comment(read_id(comment_id))
    return comment, about(site)


@bp.post("/comments")
def post_comment() -> Response:
    _format()  # a wrong one is refused before anything is stored
    payload = json_body()
    fields = inputs.strings(payload, (*JSON_FIELDS, "site", "story", "url", "title", "challenge"))
    site = about(site_named(inputs.line(fields, "site", limit=Site.KEY_LENGTH)))
    ensure_origin(site)
    known = posting.signed_on(site, bearer(), now())
    form = CommentForm(MultiDict(fields), settings=site.settings, known=known)
    submission = form.submission(
        seconds_to_write=_elapsed(payload), idempotency_key=idempotency_key(request.headers.get("Idempotency-Key"))
    )
    name = StoryName(
        inputs.line(fields, "story", limit=Story.ID_LENGTH), inputs.line(fields, "url", limit=Story.URL_LENGTH)
    )
    title, work = inputs.line(fields, "title", limit=Story.TITLE_LENGTH) or "", Work(fields.get("challenge"))
    return answer(_written(site, store(site, name, title, submission, work, bearer())), 201)


def store(site: Site, name: StoryName, title: str, submission: Submission, work: Work, shown: str | None) -> Posted:
    """One comment in one transaction; then, where the site has outside checks, their answers in a second one.

    `shown` is what the writer shows to be known by: a receipt or a reader's token.

    Two first comments may make the same story at the same moment on two machines: the one that comes second begins
    again and finds it.
    """
    try:
        posted = _store_again(site, name, title, submission, work, shown)
    except TooFast:
        _note_unwanted(site)
        raise
    if posted.screening.outcome is Outcome.SPAM:
        _note_unwanted(site)
    return asking.finish(posted)


def _note_unwanted(site: Site) -> None:
    """In a transaction of its own: what was refused is taken back."""
    with unit_of_work():
        challenges.note_unwanted(site, reader_network(), now=now())


def _store_again(
    site: Site, name: StoryName, title: str, submission: Submission, work: Work, shown: str | None
) -> Posted:
    try:
        return _store(site, name, title, submission, work, shown)
    except IntegrityError:
        return _store(site, name, title, submission, work, shown)


def _store(site: Site, name: StoryName, title: str, submission: Submission, work: Work, shown: str | None) -> Posted:
    if name.url:
        ensure_allowed(site, name.url)  # beside the id of a known story too: a wrong address is told, not ignored
    moment, network = now(), reader_network()
    with unit_of_work():
        story = find_story(site.id, name) or new_story(site, name, title=title, now=moment, from_reader=True)
        writer = posting.proven_author(site, shown, submission.email, keys(), moment)
        if writer is None and not submission.email:  # who was signed on when the form was read is not any more
            raise posting.LoginRequired("You are signed out. Sign in to comment.")
        return posting.post(
            site,
            story,
            submission,
            writer=writer,
            network_hash=network,
            keys=keys(),
            now=moment,
            sender=sender(),
            networks=reader_networks(),
            work=work,
        )


def sender() -> Sender:
    """Who sends this request, for outside checks."""
    agent, referrer = request.headers.get("User-Agent", ""), request.referrer or ""
    return Sender(request.remote_addr or "", agent[:LONGEST_AGENT], referrer[: Story.URL_LENGTH])


def _elapsed(payload: dict[str, Any]) -> float | None:
    seconds = payload.get("elapsed")
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_ELAPSED:
        raise ValidationFailed({"elapsed": ["Use a number of seconds."]})
    return float(seconds)


def idempotency_key(given: str | None) -> str | None:
    """What makes a repeated call the same one, as sent. Raises ValidationFailed for what cannot be a key."""
    if given is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", given):
        raise ValidationFailed({"Idempotency-Key": ["Use 1 to 200 visible ASCII characters."]})
    return given


def _written(site: Site, posted: Posted) -> dict[str, Any]:
    comment = posted.comment
    story = db.session.get_one(Story, comment.story_id)
    status = "approved" if comment.is_visible else "pending"
    return {
        "comment": {**_presenter(site, story).in_full(comment, story), "status": status},
        "receipt": {
            "token": receipts.receipt_for(comment, keys()),
            "editable_until": rfc3339(comment.editable_until),
        },
        "reasons": in_language(posting.told_to_writer(site, posted), request.accept_languages),
    }


@bp.get("/challenge")
@challenges_given
def challenge() -> Response:
    """Proof of work for one comment on a site, whether it is asked for or not."""
    return answer(challenges.new_challenge(requested_site(), keys(), now()))


@bp.post("/preview")
@previews
def preview() -> Response:
    """What would become of a text; nothing is stored, no rule is asked."""
    show = _format()
    fields = inputs.strings(json_body(), ("site", "text"))
    site = about(site_named(inputs.line(fields, "site", limit=Site.KEY_LENGTH)))
    ensure_origin(site)
    rendered = render(EditForm(MultiDict(fields), settings=site.settings).new_text())
    return answer({"html": rendered.html} if show == "html" else {"content": rendered.tree})


@bp.get("/comments/<comment_id>/receipt")
def own_comment(comment_id: str) -> Response:
    """What became of a comment, for its writer."""
    comment, _ = _own_comment(comment_id)
    return answer({"status": posting.status_for_writer(comment), "editable_until": rfc3339(comment.editable_until)})


@bp.post("/comments/<comment_id>/editor")
def open_editor(comment_id: str) -> Response:
    """The text to edit; opening the editor inside the window gives time beyond it."""
    comment, site = _own_comment(comment_id)
    with unit_of_work():
        text, until = posting.open_editor(site, comment, now=now())
    return answer({"text": text, "editable_until": rfc3339(until)})


@bp.patch("/comments/<comment_id>")
def edit_comment(comment_id: str) -> Response:
    _format()
    fields = inputs.strings(json_body(), ("text",))
    comment, site = _own_comment(comment_id)
    text = EditForm(MultiDict(fields), settings=site.settings).new_text()
    with unit_of_work():
        posted = posting.edit(site, comment, text, keys=keys(), now=now(), sender=sender(), networks=reader_networks())
    return answer(_written(site, asking.finish(posted)))


@bp.delete("/comments/<comment_id>")
def retract_comment(comment_id: str) -> Response:
    comment, _ = _own_comment(comment_id)
    with unit_of_work():
        lifecycle.retract(comment, now=now())
    return answer({"comment": {"id": str(comment.id), "state": "retracted"}})


def _own_comment(comment_id: str) -> tuple[Comment, Site]:
    """The comment a receipt or a reader's token is for. Raises Unauthorized without one, NotFound for any other."""
    token = bearer()
    if token is None:
        raise Unauthorized("Show the receipt of this comment.")
    comment = receipts.own_comment(token, read_id(comment_id), keys(), now())
    site = about(db.session.get_one(Site, comment.site_id))
    ensure_origin(site)
    return comment, site


@bp.put("/comments/<comment_id>/like")
@reactions
def like(comment_id: str) -> Response:
    return _change_like(comment_id, likes.like)


@bp.delete("/comments/<comment_id>/like")
@reactions
def unlike(comment_id: str) -> Response:
    return _change_like(comment_id, likes.unlike)


def _change_like(comment_id: str, change: Any) -> Response:
    comment, site = _public_comment(comment_id)
    ensure_origin(site)
    with unit_of_work():
        count = change(comment, reader_hash(), now=now())
    return answer({"likes": count})
