"""The staff's side: an author's data as a file, erasures asked for, cancelled and listed, sealed copies opened."""

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, stream_with_context, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as AnyResponse

from ..accounts.guards import actor, confirmed
from ..accounts.permissions import Permission, ensure
from ..authors.models import Author
from ..authors.queries import author_for
from ..authors.routes import managed_site
from ..core import inputs
from ..core.clock import now, rfc3339
from ..core.database import db
from ..core.errors import NotFound
from ..core.ids import read_id
from ..core.unit_of_work import unit_of_work
from ..core.web import answer, keys
from ..moderation.desk import chosen_site, page
from ..sites.models import Site
from . import erasing, exporting
from .models import Act, Erasure, PrivacyAct, SealedCopy

pages = Blueprint("privacy", __name__, url_prefix="/admin")
api = Blueprint("privacy_api", __name__, url_prefix="/api/v1/admin")

LISTED = 100  # of each list: erasures, sealed copies, what was done


def erasure_json(erasure: Erasure) -> dict[str, Any]:
    """An erasure; of the author nothing but the number."""
    state = "done" if erasure.done_at else "cancelled" if erasure.cancelled_at else "running"
    return {
        "id": str(erasure.id),
        "author": str(erasure.author_id),
        "state": state,
        "comments": erasure.comments,
        "asked_by": erasure.account.name if erasure.account else None,
        "asked_at": rfc3339(erasure.asked_at),
        "due_at": rfc3339(erasure.due_at),
        "cancelled_at": rfc3339(erasure.cancelled_at),
        "done_at": rfc3339(erasure.done_at),
    }


@api.post("/authors/<author_id>/export")
def export_by_script(author_id: str) -> Response:
    return _export(author_id)


@pages.post("/authors/<author_id>/export")
@confirmed
def export(author_id: str) -> Response:
    return _export(author_id)


def _export(author_id: str) -> Response:
    author = author_for(actor(), read_id(author_id), Permission.SEE_ADDRESSES)
    with unit_of_work():
        exporting.remember(author, actor=actor(), now=now())
    return as_file(author)


def as_file(author: Author) -> Response:
    """Everything about an author, as it is made."""
    pieces = stream_with_context(exporting.archive(author, keys=keys(), now=now()))
    sent = Response(pieces, mimetype="application/zip")
    sent.headers["Content-Disposition"] = f'attachment; filename="{exporting.name_of(author)}"'
    sent.headers["Cache-Control"] = "no-store"
    return sent


@api.post("/authors/<author_id>/erase")
def erase_by_script(author_id: str) -> Response:
    return answer({"erasure": erasure_json(_ask(author_id))}, 202)


@pages.post("/authors/<author_id>/erase")
@confirmed
def erase(author_id: str) -> AnyResponse:
    asked = _ask(author_id)
    flash("Everything about this author is erased in 24 hours. Until then it can be cancelled here.")
    return redirect(url_for("privacy.data", author_id=asked.author_id))


def _ask(author_id: str) -> Erasure:
    author = author_for(actor(), read_id(author_id), Permission.MANAGE_AUTHORS)
    with unit_of_work():
        return erasing.ask(author, actor=actor(), now=now())


@api.get("/erasures")
def list_erasures() -> Response:
    site = managed_site(inputs.line(request.args, "site"), Permission.MANAGE_AUTHORS)
    return answer({"erasures": [erasure_json(each) for each in _erasures(site)]})


@api.post("/erasures/<erasure_id>/cancel")
def cancel_by_script(erasure_id: str) -> Response:
    return answer({"erasure": erasure_json(_cancel(erasure_id))})


@pages.post("/erasures/<erasure_id>/cancel")
def cancel(erasure_id: str) -> AnyResponse:
    kept = _cancel(erasure_id)
    flash("Cancelled. Everything stays as it is.")
    return redirect(url_for("privacy.erasures", site=db.session.get_one(Site, kept.site_id).key))


def _cancel(erasure_id: str) -> Erasure:
    erasure = erasing.erasure_for(actor(), read_id(erasure_id))
    with unit_of_work():
        erasing.cancel(erasure, actor=actor(), now=now())
    return erasure


def _erasures(site: Site) -> list[Erasure]:
    """The running ones first, then the newest."""
    rows = select(Erasure).where(Erasure.site_id == site.id)
    rows = rows.options(joinedload(Erasure.author), joinedload(Erasure.account))
    ended = (Erasure.done_at.is_not(None) | Erasure.cancelled_at.is_not(None)).label("ended")
    return list(db.session.scalars(rows.order_by(ended, Erasure.id.desc()).limit(LISTED)))


@pages.get("/erasures")
def erasures() -> str:
    site = chosen_site(Permission.MANAGE_AUTHORS)
    sealed = select(SealedCopy).where(SealedCopy.site_id == site.id).order_by(SealedCopy.id.desc())
    acts = select(PrivacyAct).where(PrivacyAct.site_id == site.id).options(joinedload(PrivacyAct.account))
    return page(
        "privacy/erasures.html",
        site,
        erasures=_erasures(site),
        sealed=list(db.session.scalars(sealed.limit(LISTED))),
        acts=list(db.session.scalars(acts.order_by(PrivacyAct.id.desc()).limit(LISTED))),
    )


@pages.get("/authors/<author_id>/data")
@confirmed
def data(author_id: str) -> str:
    author = author_for(actor(), read_id(author_id), Permission.MANAGE_AUTHORS)
    site = db.session.get_one(Site, author.site_id)
    running = erasing.running_of(author)
    return page("privacy/data.html", site, author=author, running=running, nameless=erasing.nameless(site))


@pages.post("/sealed/<sealed_id>")
@confirmed
def open_sealed(sealed_id: str) -> str:
    """What is in a sealed copy; that it was opened, and by whom, is remembered."""
    copy = db.session.get(SealedCopy, read_id(sealed_id))
    if copy is None:
        raise NotFound("There is nothing here by that name.")
    ensure(actor(), Permission.SEE_ADDRESSES, copy.site_id)
    content = json.loads(keys().decrypt(copy.content_encrypted))
    with unit_of_work():
        erasing.note(erasing.author_of(copy), Act.SEAL_OPENED, actor=actor(), now=now())
    return page("privacy/sealed.html", db.session.get_one(Site, copy.site_id), copy=copy, content=content)
