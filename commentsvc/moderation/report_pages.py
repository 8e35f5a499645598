"""Readers report a comment without JavaScript: a page that does what `POST /api/v1/comments/{id}/flags` does."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, TextAreaField, ValidationError

from ..comments.models import Comment
from ..comments.page_words import say
from ..comments.present import Presenter
from ..comments.queries import public_comment
from ..core.errors import DomainError, NotFound, ValidationFailed
from ..core.ids import read_id
from ..core.limits import reactions
from ..core.web import form_encoding_error, links
from ..sites.models import Site
from ..sites.web import about, ensure_origin
from .flags import keep_report, read_details
from .models import Flag, FlagReason

bp = Blueprint("report_pages", __name__)


class ReportForm(FlaskForm):
    """Why, and what a moderator should know. Readers have no session to ride on, so there is no CSRF token."""

    class Meta:
        csrf = False

    reason = RadioField("", choices=[], validate_choice=False)
    details = TextAreaField("")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.label.text, self.details.label.text = say("report_what"), say("report_details")
        self.reason.choices = [(str(each), say(f"reason_{each}")) for each in FlagReason]
        self.details.description = say("report_details_hint")
        self.details.flags.maxlength = Flag.DETAILS_LENGTH

    def validate_reason(self, field: Field) -> None:
        if field.data not in list(FlagReason):
            raise ValidationError(say("report_missing"))

    def validate_details(self, field: Field) -> None:
        try:
            field.data = read_details(field.data or "")
        except ValidationFailed as error:
            raise ValidationError(str(error)) from error


@bp.get("/thread/<key>/report/<comment_id>")
def ask(key: str, comment_id: str) -> Response:
    comment, site = _visible(comment_id)
    if site.key != key:
        return redirect(url_for(".ask", key=site.key, comment_id=comment_id))  # type: ignore[return-value]
    return _page(comment, site, ReportForm(None))


@bp.post("/thread/<key>/report/<comment_id>")
@reactions
def report(key: str, comment_id: str) -> Response:
    wrong = form_encoding_error()  # before anything else reads the body
    comment, site = _visible(comment_id)
    form = ReportForm()
    try:
        ensure_origin(site)
        if wrong:
            raise wrong
    except DomainError as error:
        return _page(comment, site, form, error)
    if not form.validate():
        return _page(comment, site, form, ValidationFailed({}))
    story = comment.story
    named = {"story": story.external_id, "url": None if story.external_id else story.url}
    keep_report(comment, FlagReason(form.reason.data), form.details.data)
    return redirect(links().thread(site.key, **named, reported="yes") + "#reported", 303)  # type: ignore[return-value]


def _visible(comment_id: str) -> tuple[Comment, Site]:
    """A comment there is something to report of. Raises NotFound."""
    comment, site = public_comment(read_id(comment_id))
    if not comment.is_visible:
        raise NotFound("There is no such comment here.")
    return comment, about(site)


def _page(comment: Comment, site: Site, form: ReportForm, error: DomainError | None = None) -> Response:
    show = Presenter(site, links(), "html", [author.id for author in comment.story.authors])
    said = {"comment": comment, "site": site, "form": form, "show": show, "failure": str(error) if error else None}
    page = make_response(render_template("comments/report.html", **said), error.http_status if error else 200)
    page.headers["Cache-Control"] = "no-store"
    return page
