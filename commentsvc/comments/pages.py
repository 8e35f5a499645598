"""The readers' pages without JavaScript: a thread with its form, an author's profile, a comment's own address."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from ..authors.models import Author
from ..authors.pictures import picture_of
from ..core import inputs
from ..core.clock import now
from ..core.database import db
from ..core.errors import DomainError, NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.paging import read_cursor
from ..core.web import form_encoding_error, house, keys, links, revalidated
from ..sites.models import Site
from ..sites.service import site_named
from ..sites.settings import SORTS
from ..sites.web import about, ensure_origin, named_site
from ..stories.models import Story
from ..stories.modes import is_hidden, mode_in_force
from ..stories.queries import StoryName, find_story, stories_signed_by
from . import cookies, posting, queries
from .challenges import Work
from .forms import CommentForm
from .models import Comment, Status
from .oembed import MEDIA_TYPES
from .page_words import say, say_counted
from .present import Presenter, excerpt_of
from .routes import keep_ready, store, story_name
from .structured import profile_data, structured_data
from .thread import Shown, is_locked, page_of_replies, page_of_thread, usual_sort

bp = Blueprint("reader_pages", __name__)
bp.add_app_template_global(say)
bp.add_app_template_global(say_counted)

WAITING_SHOWN = 600  # seconds for which a writer's own address shows the waiting comment (WordPress: ten minutes)
PAGE = 25
# Behind these is a page no cache keeps, so that it may look at who asks for it.
ONE_READERS = {"parent", "writing", "waiting"}
NOT_FOUND_BY_SEARCH = {"reported", "writing", "waiting"}
SCRIPTLESS = Work(has_script=False)  # while proof of work is asked for, what comes from here waits


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys().cookie_secret, salt=f"commentsvc {purpose}")


def thread_context(site: Site, name: StoryName, form: CommentForm | None = None, **more: Any) -> dict[str, Any]:
    """What the templates of a thread need; the same for every reader but for the form that just failed."""
    story = find_story(site.id, name)
    sort = inputs.choice(request.args, "sort", SORTS, usual_sort(site, story))
    shown: list[Shown] = []
    following, hidden = None, is_hidden(site, story)
    if story and not hidden:
        cursor = read_cursor(request.args.get("cursor"))
        shown, following = page_of_thread(story.id, sort=sort, after=cursor, limit=PAGE)
    force = mode_in_force(site, story, now())
    return {
        "site": site,
        "name": name,
        "story": story,
        "state": force.state,
        "force": force,
        "show": Presenter(site, links(), "html", [each.id for each in story.authors] if story else []),
        "shown": shown,
        "next_cursor": following,
        "sort": sort,
        "sorts": SORTS,
        "form": form or blank_form(site),
        "action": links().thread(site.key, story=name.id, url=name.url),
        "parent": None,
        "is_hidden": hidden,
        "is_locked": is_locked,
        "waiting": None,
        "offers_mail": house().sends_mail,
        "signs_in": site.settings.login and house().base_url,
        "reported": "reported" in request.args,
        **more,
    }


def blank_form(site: Site, known: Author | None = None) -> CommentForm:
    """An empty form that knows when it was drawn."""
    form = CommentForm(None, settings=site.settings, known=known)
    form.opened.data = _signer("form opened").dumps("")
    form.parent.data = inputs.line(request.args, "parent", limit=20)
    return form


@bp.get("/thread/<key>")
def thread(key: str) -> Response:
    site, name = about(named_site(key)), story_name()
    waiting = _waiting_comment(site)
    form = blank_form(site, cookies.signed_on(site) if ONE_READERS & request.args.keys() else None)
    parent = _parent_still_there(request.args.get("parent"))
    context = thread_context(site, name, form, waiting=waiting, parent=parent)
    return _kept_for_whom(make_response(render_template("comments/thread.html", **context)))


def _kept_for_whom(page: Response) -> Response:
    """Let caches keep what is the same for all readers; search engines find nothing that is one reader's."""
    asked = request.args.keys()
    # The time the form was drawn is in it, so its bytes differ; a short life instead of an ETag.
    page.headers["Cache-Control"] = "no-store" if ONE_READERS & asked else "public, max-age=0, must-revalidate"
    if NOT_FOUND_BY_SEARCH & asked:
        page.headers["X-Robots-Tag"] = "noindex"
    if "waiting" in asked:  # only its writer has this address
        # Not "no-referrer": with it browsers send the form on this page from an origin called "null".
        page.headers["Referrer-Policy"] = "same-origin"
    return page


def _parent(comment_id: str | None) -> Comment | None:
    return queries.public_comment(read_id(comment_id))[0] if comment_id else None


def _waiting_comment(site: Site) -> Comment | None:
    """The writer's own comment that waits for a moderator, named by a signed address that ends soon."""
    try:
        number = _signer("see waiting").loads(request.args.get("waiting", ""), max_age=WAITING_SHOWN)
    except BadSignature:
        return None
    comment = db.session.get(Comment, number)
    return comment if comment and comment.site_id == site.id and comment.status == Status.PENDING else None


@bp.post("/thread/<key>")
def post(key: str) -> Response:
    site, name = about(named_site(key)), story_name()
    encoding = form_encoding_error()  # before anything else reads the body
    known, shown = _writer(site)
    form = CommentForm(MultiDict(request.form), settings=site.settings, known=known)
    try:
        ensure_origin(site)
        if encoding:
            raise encoding
        if known is None:
            posting.ensure_guests_may(site)
        submission = form.submission(seconds_to_write=_seconds_open(form.opened.data))
        title = inputs.line(request.form, "title", limit=Story.TITLE_LENGTH) or ""
        posted = store(site, name, title, submission, SCRIPTLESS, shown)
    except DomainError as error:
        if isinstance(error, ValidationFailed) and not form.errors:
            _blame(form, error)
        return _form_again(site, name, form, error)
    return redirect(_address_of(site, name, posted.comment, known), 303)  # type: ignore[return-value]


def _writer(site: Site) -> tuple[Author | None, str | None]:
    """Who writes by the word of the publisher, if anybody, and what shows who somebody is.

    Whoever fills in a name does not want to write as who they are signed in as: they are a guest like any other.
    """
    reader = cookies.signed_on(site)
    if reader and "name" in request.form:
        return None, None
    return reader, cookies.shown(site)


def _blame(form: CommentForm, error: ValidationFailed) -> None:
    """Say beside the fields what posting found wrong with them. Raises the error for what is no field of the form."""
    if not error.fields.keys() <= form._fields.keys():
        raise error
    for name, messages in error.fields.items():
        form[name].errors = messages


def _seconds_open(opened: str | None) -> float | None:
    """How long the form was open, as its signed time says; a missing or foreign one says nothing."""
    try:
        _, drawn = _signer("form opened").loads(opened or "", return_timestamp=True)
    except BadSignature:
        return None
    return max(0.0, (now() - drawn).total_seconds())


def _form_again(site: Site, name: StoryName, form: CommentForm, error: DomainError) -> Response:
    """The page with everything the reader typed, and what was wrong."""
    db.session.rollback()
    message = None if form.errors else str(error)
    context = thread_context(site, name, form, failure=message, parent=_parent_still_there(form.parent.data))
    page = make_response(render_template("comments/thread.html", **context), error.http_status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _parent_still_there(comment_id: str | None) -> Comment | None:
    """The comment that is answered; one that vanished meanwhile is no reason to lose what was typed."""
    try:
        return _parent(comment_id) if comment_id else None
    except NotFound:
        return None


def _address_of(site: Site, name: StoryName, comment: Comment, known: Author | None) -> str:
    """Where the writer goes next: to the comment, or to the note that it waits; whoever is signed in, still as that."""
    query = {"story": name.id, "url": name.url, "writing": "1" if known else None}
    if not comment.is_visible:
        query["waiting"] = _signer("see waiting").dumps(comment.id)
    return f"{links().thread(site.key, **query)}#comment-{comment.id}"


@bp.get("/thread/<key>/replies/<comment_id>")
def replies(key: str, comment_id: str) -> Response:
    """One comment and its replies, page by page: where "more replies" leads."""
    site = about(named_site(key))
    comment, owner = queries.public_comment(read_id(comment_id))
    if owner.id != site.id:
        return redirect(url_for(".replies", key=owner.key, comment_id=comment_id))  # type: ignore[return-value]
    locked = is_locked(comment)
    shown, following = page_of_replies(comment, after=read_cursor(request.args.get("cursor")), locked=locked)
    show = Presenter(site, links(), "html", [author.id for author in comment.story.authors])
    context = {
        "site": site,
        "comment": comment,
        "story": comment.story,
        "shown": shown,
        "locked": locked,
        "takes_replies": mode_in_force(site, comment.story, now()).is_open,
        "show": show,
        "next_cursor": following,
    }
    return make_response(render_template("comments/replies.html", **context))


@bp.get("/fragment/thread")
def fragment() -> Response:
    """The bare thread as HTML, for server-side inclusion."""
    site = about(named_site(inputs.line(request.args, "site", limit=Site.KEY_LENGTH) or ""))
    context = thread_context(site, story_name())
    keep_ready(site, context["story"], now())
    return revalidated(make_response(_drawn(context)))


def thread_fragment(key: str, name: StoryName) -> Markup:
    """The thread and a link to its form; nothing in it belongs to one reader."""
    return _drawn(thread_context(site_named(key), name))


def _drawn(context: dict[str, Any]) -> Markup:
    context["structured"] = structured_data(context["show"], context["story"], context["shown"])
    return Markup(render_template("comments/fragment.html", **context))  # noqa: S704 - the template escapes


@bp.get("/authors/<key>/<slug>")
def profile(key: str, slug: str) -> Response:
    site = about(named_site(key))
    slug = inputs.line({"slug": slug}, "slug") or ""
    try:
        author, count = queries.public_author(site, slug)
    except NotFound:
        author = queries.public_author_moved(site, slug)
        return redirect(url_for("reader_pages.profile", key=site.key, slug=author.slug))  # type: ignore[return-value]
    comments, following = queries.visible_by(author, site, after=read_cursor(request.args.get("cursor")))
    stories, show = stories_signed_by(author.id), Presenter(site, links(), "html")
    page = render_template(
        "authors/profile.html",
        site=site,
        author=author,
        count=count,
        picture=picture_of(author, links()),
        stories=stories,
        lists=queries.lists_comments(author, site),
        comments=comments,
        above=queries.answered_by(comments),
        excerpt_of=excerpt_of,
        show=show,
        structured=profile_data(show, author, count, stories),
        next_cursor=following,
    )
    return revalidated(make_response(page))


@bp.get("/c/<comment_id>")
def permalink(comment_id: str) -> Response:
    comment, site = queries.public_comment(read_id(comment_id))
    response = redirect(Presenter(site, links()).place(comment, comment.story))
    if comment.is_visible:  # the page it leads to is the publisher's: what describes the comment is named here
        for format, media_type in MEDIA_TYPES.items():
            address = links().oembed(links().comment(comment.id), format)
            response.headers.add("Link", f'<{address}>; rel="alternate"; type="{media_type}"')
    return response  # type: ignore[return-value]
