"""What is said of an event to other systems: the newsroom API's own JSON, without anything private."""

from typing import Any

from ..accounts.models import Account
from ..authors.models import Author
from ..authors.present import profile_json
from ..comments.models import Comment
from ..comments.present import Presenter
from ..core.clock import rfc3339
from ..core.database import db
from ..core.web import links
from ..moderation import queue
from ..outbox.models import Event
from ..sites.models import Site
from ..stories.models import Story


def describe(event: Event) -> dict[str, Any] | None:
    """The event as JSON; None when what it is about is gone."""
    site = db.session.get_one(Site, event.site_id)
    about = _about(event, site)
    if about is None:
        return None
    return {
        "id": event.uid,
        "type": event.type,
        "timestamp": rfc3339(event.created_at),
        "site": site.key,
        "data": about,
    }


def _about(event: Event, site: Site) -> dict[str, Any] | None:
    kind, _, number = event.subject.partition(":")
    if kind == "comment":
        return _about_comment(event, site, int(number))
    if kind == "story":
        story = db.session.get(Story, int(number))
        return {"story": Presenter(site, links()).related(story)} if story else None
    if kind == "author":
        author = db.session.get(Author, int(number))
        return {"author": profile_json(author, site.key, links()), **_plain(event)} if author else None
    return _plain(event)


def _about_comment(event: Event, site: Site, comment_id: int) -> dict[str, Any] | None:
    comment = db.session.get(Comment, comment_id)
    if comment is None:
        return None
    signers = [byline.author_id for byline in comment.story.bylines]
    item = queue.item_json(queue.card_of(comment), Presenter(site, links(), byline_ids=signers), event.created_at)
    decision = {"decision": _decision(event)} if "decision" in event.data else {}
    more = {"reason": event.data["reason"]} if event.type == "comment.flagged" else {}
    return {"comment": item, "revision": event.data["revision"], **decision, **more}


def _decision(event: Event) -> dict[str, Any]:
    data = event.data
    account = db.session.get(Account, data["account"]) if data["account"] else None
    return {
        "id": str(data["decision"]),
        "actor": {"account": account.shown_name} if account else {"rule": data["rule"]},
        "action": data["action"],
        "before": data["before"].lower() if data["before"] else None,
        "after": data["after"].lower(),
        "reason": data["reason"],
    }


def _plain(event: Event) -> dict[str, Any]:
    """What the event itself says; the author's number inside is nobody's business outside."""
    return {name: value for name, value in event.data.items() if name not in ("author", "change")}
