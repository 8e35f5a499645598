"""The OpenAPI 3.1 document of the readers' and the newsroom's calls, served as `/api/v1/openapi.json`.

Limits and lists of values come from where the service itself takes them. What a schema cannot say is said in
the descriptions.
"""

from collections import defaultdict
from typing import Any

from .authors.models import Author, Standing
from .comments.forms import NOTIFY
from .comments.lifecycle import ACTIONS
from .comments.models import Comment, Decision, Status
from .comments.present import FORMATS
from .comments.public import MOST_COUNTS
from .comments.routes import LONGEST_ELAPSED
from .comments.thread import REPLIES_AT_ONCE, SORTS
from .core.html import ALLOWED
from .core.mail_address import MAX_LENGTH as EMAIL_LENGTH
from .core.web import BODY_LIMIT
from .moderation.decisions import MOST_AT_ONCE
from .moderation.models import Flag, FlagReason
from .moderation.queue import QUEUES
from .moderation.queue import SORTS as QUEUE_SORTS
from .outbox.models import DeliveryStatus
from .screening import Outcome
from .stories.models import Story, StoryState
from .webhooks.models import EVENTS, Endpoint
from .webhooks.models import OVERLAP as SECRETS_OVERLAP
from .webhooks.queries import MOST_EVENTS
from .webhooks.routes import HIGHEST
from .webhooks.service import MOST_REPLAYED

Json = dict[str, Any]


def described(base: str) -> Json:
    """The document of a service whose addresses begin with `base`; "" is the root of its host."""
    return {**DOCUMENT, "servers": [{"url": base or "/"}]}


# --- Words of the document ----------------------------------------------------------------------------------

ABOUT = f"""\
Comments for news sites: what readers and a publisher's web developers call, and what a newsroom's
scripts call.

**Naming a story.** A story is named by `site` and `story`, the publisher's own id for the article
(preferred), or by `site` and `url`. Ways of writing one address make no difference: `http` or `https`,
letter case of the host, default port, fragment, empty query, tracking parameters (`utm_*`, `fbclid`,
`gclid`, …), repeated slashes, one trailing slash, percent-encoding. A story that is not known yet reads
as an empty open thread; its first comment creates it, if its address is on one of the site's registered
origins.

**Bodies** are one JSON object in UTF-8, sent as `application/json`, at most {BODY_LIMIT // 1024} KiB.
Fields that are not named here are ignored. Text is cleaned before it is measured: NFC, no surrounding
blanks, no direction overrides; lengths count code points. Control characters are refused. A query
parameter sent empty counts as left out.

**Answers** are JSON in UTF-8. Ids are strings. Times are RFC 3339 in UTC. Answers grow by addition:
ignore what you do not know. Every answer carries an `X-Request-Id`, by which its line in the log is
found.

**Errors** are `application/problem+json` (RFC 9457). `code` is stable and made for programs, `detail` is
a sentence for people, `fields` says which fields are wrong and why. A path without such a method answers
405 with `Allow`.

**Caching.** What readers get is the same for all of them: those answers have a strong `ETag` and answer
`If-None-Match` with 304. Everything else under `/api` is `no-store`.

**Pages.** Answers of the readers' calls may be read by pages of the site's registered origins (CORS),
and only those pages may write. No call uses or sets a cookie.
"""

PROBLEMS: dict[str, tuple[int, str, str]] = {
    "malformed_json": (400, "Malformed JSON", "The body is not well-formed JSON."),
    "wrong_encoding": (400, "Wrong encoding", "The body is not UTF-8."),
    "unauthorized": (401, "Sign-in needed", "The token is missing or not valid."),
    "forbidden": (403, "Not allowed", "The token does not allow this."),
    "origin_not_allowed": (
        403,
        "Origin not allowed",
        "The page, or the story's address, is on none of the site's origins.",
    ),
    "story_closed": (403, "Comments are closed", "The story or the site takes no comments any more."),
    "not_welcome": (403, "Not welcome", "The writer is suspended or banned."),
    "not_found": (404, "Not found", "It does not exist, or is not for the caller to know of."),
    "expired": (410, "This link has expired", "A link in a mail was made too long ago; only its page says so."),
    "unknown_site": (404, "Unknown site", "There is no site of this key."),
    "conflict": (409, "Conflict", "Something was decided since, or there is nothing to go back to."),
    "stale": (409, "Changed meanwhile", "It changed at the same moment. Look again, then try again."),
    "duplicate": (409, "Said already", "The same writer said the same under this story before."),
    "idempotency_conflict": (
        409,
        "Idempotency-Key used before",
        "The key was sent with another comment, or over a day ago.",
    ),
    "window_over": (
        409,
        "The time to edit is over",
        "`editable_until` is past, or the comment was refused or retracted.",
    ),
    "too_large": (413, "Request Entity Too Large", f"The body is larger than {BODY_LIMIT // 1024} KiB."),
    "unsupported_media_type": (415, "Unsupported content type", "The body is not plain `application/json`."),
    "validation_failed": (
        422,
        "Some fields need attention",
        "`fields` names every field that is wrong, and why.",
    ),
    "parent_not_in_story": (422, "Unknown parent", "`parent` is no comment of this story."),
    "parent_not_visible": (422, "The parent is not visible", "`parent` is not shown to readers any more."),
    "too_fast": (429, "Too fast", "Too many comments in a short time. Wait as `Retry-After` says."),
    "internal_error": (
        500,
        "Something went wrong",
        "A fault of the service; it is in its log under `request_id`.",
    ),
    "unavailable": (503, "Unavailable", "The database did not answer. Nothing was stored; try again."),
}

BODY_PROBLEMS = (
    "malformed_json",
    "wrong_encoding",
    "too_large",
    "unsupported_media_type",
    "validation_failed",
)
ANY_TIME = ("internal_error", "unavailable")

# Nothing a screen cannot show; tab and line breaks are turned into blanks or kept.
LANGUAGE = "^[a-z]{2,3}(-[a-z0-9]{2,4})?$"
WHEN = r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?$"
SHOWABLE = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
SOMETHING = (
    r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*"
    r"[^\s\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]"
    r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
)
SITE_KEY = r"^[a-z0-9][a-z0-9-]{0,39}$"
ID = r"^[1-9][0-9]{0,18}$"
MOMENT = {"type": "string", "format": "date-time", "examples": ["2026-01-20T08:30:00Z"]}


# --- Making schemas -----------------------------------------------------------------------------------------


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _said(about: str) -> Json:
    return {"description": about} if about else {}


def _or_null(schema: Json) -> Json:
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _object(about: str, optional: tuple[str, ...] = (), /, **properties: Json) -> Json:
    """An object that has all its properties, but for the optional ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", **_said(about), "properties": properties, "required": required}


def _more(base: str, about: str, /, **properties: Json) -> Json:
    """All that the base schema has, and more."""
    return {**_said(about), "allOf": [_ref(base), _object("", **properties)]}


def _list(of: Json, about: str = "", **limits: int) -> Json:
    return {"type": "array", "items": of, **_said(about), **limits}


def _text(about: str = "", **more: Any) -> Json:
    return {"type": "string", **_said(about), **more}


def _typed(about: str, limit: int, **more: Any) -> Json:
    """Text that somebody types."""
    return _text(about, maxLength=limit, **{"pattern": SHOWABLE, **more})


def _one_of(values: Any, about: str = "") -> Json:
    return _text(about, enum=[str(value) for value in values])


def _count(about: str = "") -> Json:
    return {"type": "integer", "minimum": 0, **_said(about)}


def _flag(about: str) -> Json:
    return {"type": "boolean", "description": about}


def _id(about: str) -> Json:
    return _text(about, pattern=ID, examples=["3"])


CURSOR = _or_null(_text("Where the next page begins, to be sent back as `cursor`; null on the last one."))
STATUSES = [status.lower() for status in Status]


# --- Examples: the demo's newspaper -------------------------------------------------------------------------

STORY_ID, STORY_URL = "2026-01-20-hasaka", "https://news.example/news/2026-01-20-hasaka"
COMMENT_TEXT = "The road was **open** on Monday. See https://example.com/roads"

WRITER_EXAMPLE: Json = {
    "name": "Rosa Reader",
    "slug": "rosa-reader-k7m2xq",
    "avatar": None,
    "website": "https://rosa.example/",
    "badges": [],
    "url": "/authors/demo/rosa-reader-k7m2xq",
}
PROFILE_EXAMPLE: Json = {
    "name": "Nadim Sarraf",
    "slug": "nadim-sarraf",
    "avatar": "/static/portraits/nadim.svg",
    "website": "https://nadim-sarraf.example/",
    "badges": ["author"],
    "url": "/authors/demo/nadim-sarraf",
    "bio": [["p", "Reports on ", ["em", "water"], " and farming."]],
    "links": [{"label": "The Arabic page", "url": "https://news.example/ar"}],
}
COMMENT_EXAMPLE: Json = {
    "id": "3",
    "parent": None,
    "state": "visible",
    "author": WRITER_EXAMPLE,
    "content": [
        [
            "p",
            "The road was ",
            ["strong", "open"],
            " on Monday. See ",
            [
                "a",
                {"href": "https://example.com/roads", "rel": "nofollow ugc noopener"},
                "https://example.com/roads",
            ],
        ]
    ],
    "created_at": "2026-01-20T08:30:00Z",
    "edited_at": None,
    "likes": 4,
    "featured": False,
    "reply_count": 1,
    "replies": [
        {
            "id": "4",
            "parent": "3",
            "state": "visible",
            "author": {
                **WRITER_EXAMPLE,
                "name": "Tom",
                "slug": "tom-9fbhwd",
                "website": None,
                "url": "/authors/demo/tom-9fbhwd",
            },
            "content": [["p", "Only until noon."]],
            "created_at": "2026-01-20T09:02:11Z",
            "edited_at": None,
            "likes": 0,
            "featured": False,
            "reply_count": 0,
            "replies": [],
            "replies_cursor": None,
            "url": f"{STORY_URL}#comment-4",
        }
    ],
    "replies_cursor": None,
    "url": f"{STORY_URL}#comment-3",
}
ALONE_EXAMPLE: Json = {**COMMENT_EXAMPLE, "reply_count": 0, "replies": []}
STORY_EXAMPLE: Json = {
    "id": STORY_ID,
    "url": STORY_URL,
    "title": "The water of Hasaka",
    "state": "open",
    "comment_count": 2,
    "authors": [PROFILE_EXAMPLE],
}
FORM_EXAMPLE: Json = {
    "state": "open",
    "required": ["text", "name", "email"],
    "limits": {
        "text": Comment.TEXT_LENGTH,
        "name": Author.NAME_LENGTH,
        "email": EMAIL_LENGTH,
        "website": Author.WEBSITE_LENGTH,
    },
    "honeypot": "topic",
    "notify": ["none", "replies", "all"],
    "challenge": None,
    "edit_window_minutes": 15,
}
RELATED_EXAMPLE: Json = {
    "id": "2026-01-18-river-bends",
    "title": "Where the river bends",
    "url": "https://news.example/news/2026-01-18-river-bends",
    "excerpt": "Two villages, one well.",
    "image": "/static/pictures/river.svg",
    "category": "World",
    "published_at": "2026-01-18T06:00:00Z",
    "authors": ["Nadim Sarraf"],
    "comment_count": 7,
}
WRITTEN_EXAMPLE: Json = {
    "comment": {**ALONE_EXAMPLE, "likes": 0, "status": "pending"},
    "receipt": {
        "token": "3.5f2d1c0b9a8877665544332211009f8e7d6c5b4a39281706f5e4d3c2b1a09f8e",
        "editable_until": "2026-01-20T08:45:00Z",
    },
    "reasons": ["A moderator reads a writer's first comments before they appear."],
}
NEW_COMMENT_EXAMPLE: Json = {
    "site": "demo",
    "story": STORY_ID,
    "url": STORY_URL,
    "title": "The water of Hasaka",
    "text": COMMENT_TEXT,
    "name": "Rosa Reader",
    "email": "rosa@example.org",
    "website": "https://rosa.example/",
    "elapsed": 41.5,
}
RECORD_EXAMPLE: Json = {
    "approved": 0,
    "rejected": 0,
    "first_seen": "2026-01-20T08:30:00Z",
    "standing": "NORMAL",
}
ITEM_EXAMPLE: Json = {
    **ALONE_EXAMPLE,
    "likes": 0,
    "version": 1,
    "status": "pending",
    "text": COMMENT_TEXT,
    "verdicts": [
        {
            "rule": "author_is_new",
            "outcome": "hold",
            "reason": "0 approved comments so far where this site asks for 1",
            "spans": [],
            "at": "2026-01-20T08:30:00Z",
        }
    ],
    "flags": [{"reason": "off_topic", "details": "This is about another road.", "at": "2026-01-20T08:41:00Z"}],
    "author_record": RECORD_EXAMPLE,
    "parent_excerpt": None,
    "story": {"id": STORY_ID, "title": "The water of Hasaka", "url": STORY_URL, "category": "World"},
}
DECIDED_EXAMPLE: Json = {"id": "3", "status": "approved", "version": 2, "decision": "12"}
AUTHOR_EXAMPLE: Json = {
    "id": "5",
    **PROFILE_EXAMPLE,
    "bio_text": "Reports on *water* and farming.",
    "byline": True,
    "record": RECORD_EXAMPLE,
    "standing": {"standing": "NORMAL", "reason": "", "until": None},
    "confirmed": False,
    "email": None,
}
NEWSROOM_STORY_EXAMPLE: Json = {
    "number": "2",
    "id": STORY_ID,
    "url": STORY_URL,
    "title": "The water of Hasaka",
    "category": "World",
    "excerpt": "A river is shared by those who do not speak.",
    "image": "/static/pictures/hasaka.svg",
    "published_at": "2026-01-20T06:00:00Z",
    "state": "open",
    "bylines": ["nadim-sarraf"],
    "comment_count": 2,
}
EVENT_EXAMPLE: Json = {
    "seq": 41,
    "id": "evt_5f2d1c0b9a88776655443322",
    "type": "comment.approved",
    "timestamp": "2026-01-20T08:50:00Z",
    "site": "demo",
    "data": {
        "comment": {**ITEM_EXAMPLE, "status": "approved", "state": "visible", "version": 2},
        "revision": 1,
        "decision": {
            "id": "12",
            "actor": {"account": "Hanna"},
            "action": "approve",
            "before": "pending",
            "after": "approved",
            "reason": "",
        },
    },
}
ENDPOINT_EXAMPLE: Json = {
    "id": "1",
    "site": "demo",
    "url": "https://hooks.news.example/comments",
    "events": ["comment.approved", "comment.retracted"],
    "internal": False,
    "active": True,
    "created_at": "2026-01-20T08:30:00Z",
    "rotated_at": None,
    "waiting": 0,
    "paused": None,
}
TRIED_EXAMPLE: Json = {"succeeded": True, "code": 200, "answer": "ok", "took_ms": 41}
DELIVERY_EXAMPLE: Json = {
    "id": "7",
    "uid": EVENT_EXAMPLE["id"],
    "channel": "webhook",
    "receiver": "webhook:1",
    "kind": "comment.approved",
    "status": "sent",
    "created_at": "2026-01-20T08:50:30Z",
    "done_at": "2026-01-20T08:50:31Z",
    "attempts": [{"at": "2026-01-20T08:50:31Z", **TRIED_EXAMPLE}],
}
SECRET_EXAMPLE = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"  # noqa: S105 - nobody's


# --- Schemas ------------------------------------------------------------------------------------------------

SLUG = _text("The author's name in addresses.", examples=["nadim-sarraf"])
PICTURE = _or_null(_text("Address of a picture on this service or on one of the site's own origins."))
STORY_STATE = _one_of(StoryState, "`held`: every comment waits for a moderator.")
LINKS = _list(_ref("Link"))
STORY_NAME: dict[str, Json] = {
    "story": _or_null(
        _typed("The publisher's own id of the article; preferred.", Story.ID_LENGTH, examples=[STORY_ID])
    ),
    "url": _or_null(
        _typed(
            "The article's address; kept, so that the comment can be read there. Must be on one of the site's origins.",
            Story.URL_LENGTH,
            examples=[STORY_URL],
        )
    ),
}
AUTHOR_FIELDS: dict[str, Json] = {
    "name": _typed("", Author.NAME_LENGTH, pattern=SOMETHING),
    "bio": _or_null(_typed("Text with light Markdown.", Author.BIO_LENGTH)),
    "avatar": _or_null(
        _typed("A picture on this service (`/…`) or on one of the site's origins.", Author.AVATAR_LENGTH)
    ),
    "website": _or_null(_typed("An http or https address.", Author.WEBSITE_LENGTH)),
    "links": _list(_ref("Link"), "All of them, in this order; 10,000 characters together.", maxItems=8),
}
STORY_FIELDS: dict[str, Json] = {
    "title": _or_null(_typed("", Story.TITLE_LENGTH)),
    "url": _or_null(_typed("Where the article is, on one of the site's origins.", Story.URL_LENGTH)),
    "category": _or_null(_typed("Related stories are looked for here first.", Story.CATEGORY_LENGTH)),
    "excerpt": _or_null(_typed("", Story.EXCERPT_LENGTH)),
    "image": _or_null(_typed("A picture on this service (`/…`) or on one of the site's origins.", Story.URL_LENGTH)),
    "published_at": _or_null({**MOMENT, "description": "RFC 3339, with its zone, after the year 1000."}),
    "state": STORY_STATE,
    "bylines": _list(SLUG, "The slugs of who signs the article, in order."),
}

ONE_END = _or_null(
    {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": HIGHEST},
            {"type": "string", "format": "date-time"},
        ],
        "description": "An event's `seq`, or a time.",
    }
)
TRIED: dict[str, Json] = {
    "succeeded": _flag("Whether the receiver took it."),
    "code": _or_null({"type": "integer", "description": "The status of its answer; null without one."}),
    "answer": _text("The beginning of its answer, or why there was none."),
    "took_ms": _count("Milliseconds."),
}
DELIVERY_STATES = [status.lower() for status in DeliveryStatus]
ENDPOINT_EVENTS = _list(_one_of(EVENTS), "What it hears of.", minItems=1)

SCHEMAS: dict[str, Json] = {
    "Event": _object(
        "Something that happened, as a webhook tells it.",
        seq=_count("Its place in the order, growing, with gaps."),
        id=_text("The same at every repetition, here and in `webhook-id`."),
        type=_text("What happened.", examples=["comment.approved"]),
        timestamp=MOMENT,
        site=_text("The site's key."),
        data=_ref("EventData"),
    ),
    "EventData": _object(
        "What it happened to, as it was when the event was released; which of these depends on the type.",
        (
            "story",
            "comment",
            "revision",
            "decision",
            "reason",
            "author",
            "standing",
            "until",
            "pending",
            "oldest_minutes",
        ),
        story=_ref("RelatedStory"),
        comment=_ref("Item"),
        revision=_count("The number of the text it is about."),
        decision=_object(
            "The decision that changed the comment.",
            id=_id(""),
            actor={"oneOf": [_object("", account=_text()), _object("", rule=_or_null(_text()))]},
            action=_one_of(ACTIONS),
            before=_or_null(_one_of(STATUSES)),
            after=_one_of(STATUSES),
            reason=_text(),
        ),
        reason=_one_of(FlagReason, "Why a reader reported it."),
        author=_ref("Profile"),
        standing=_one_of(Standing),
        until=_or_null(MOMENT),
        pending=_count("How many comments wait."),
        oldest_minutes=_count("How long the oldest of them has waited."),
    ),
    "Endpoint": _object(
        "A receiver of a site's events.",
        id=_id("The endpoint's id."),
        site=_text("The site's key."),
        url=_text("Where events are sent."),
        events=ENDPOINT_EVENTS,
        internal=_flag("It belongs to the newsroom and gets the address of a comment's writer too."),
        active=_flag("Off: nothing goes there, nothing is kept for it."),
        created_at=MOMENT,
        rotated_at=_or_null(MOMENT),
        waiting=_count("Deliveries that wait."),
        paused=_or_null(
            _object("It failed to the end and waits for somebody to resume it.", since=MOMENT, because=_text())
        ),
    ),
    "NewEndpoint": _object(
        "",
        ("internal",),
        site=_text(pattern=SITE_KEY),
        url=_typed("http or https.", Endpoint.URL_LENGTH, pattern=SOMETHING),
        events=ENDPOINT_EVENTS,
        internal={"type": "boolean", "default": False},
    ),
    "EndpointChange": _object(
        "What is left out stays as it is.",
        ("url", "events", "internal", "active"),
        url=_or_null(_typed("http or https.", Endpoint.URL_LENGTH, pattern=SOMETHING)),
        events=ENDPOINT_EVENTS,
        internal=_flag(""),
        active=_flag(""),
    ),
    "Replay": _object("Both ends included; without `to` until now.", ("to",), **{"from": ONE_END, "to": ONE_END}),
    "Tried": _object("", **TRIED),
    "Delivery": _object(
        "Something for one receiver.",
        id=_id("The delivery's id."),
        uid=_text("The same at every try: what a receiver tells a repetition by."),
        channel=_text("`webhook`, `mail`, …"),
        receiver=_text("Deliveries to one receiver keep their order."),
        kind=_text("The event's type, or the kind of letter."),
        status=_one_of(DELIVERY_STATES, "`dead`: it failed to the end."),
        created_at=MOMENT,
        done_at=_or_null(MOMENT),
        attempts=_list(_object("", at=MOMENT, **TRIED)),
    ),
    "Problem": _object(
        "An error (RFC 9457).",
        ("fields", "request_id"),
        type=_text("Always `about:blank`: `code` says more.", format="uri-reference"),
        title=_text("The kind of error, in words."),
        status={"type": "integer", "description": "The HTTP status."},
        detail=_text("A sentence for the person who sees it."),
        code=_text("Stable, for programs.", enum=[*PROBLEMS, "bad_request", "method_not_allowed"]),
        fields={
            "type": "object",
            "description": "Every field that is wrong, with sentences for people.",
            "additionalProperties": _list(_text(), minItems=1),
        },
        request_id=_text("By which the log knows the request; with `internal_error`."),
    ),
    "Node": {
        "description": "Text, or an element: `[tag, ...children]` or `[tag, {attributes}, ...children]`. "
        "No HTML has to enter a page.",
        "oneOf": [
            {"type": "string"},
            {
                "type": "array",
                "minItems": 1,
                "prefixItems": [_one_of(sorted(ALLOWED)), {"anyOf": [_ref("Attributes"), _ref("Node")]}],
                "items": _ref("Node"),
            },
        ],
        "examples": [
            [
                "p",
                "See ",
                ["a", {"href": "https://example.com/", "rel": "nofollow ugc noopener"}, "this"],
                ".",
            ]
        ],
    },
    "Attributes": {
        "type": "object",
        "properties": {"href": _text(format="uri", pattern="^https?://"), "rel": _text()},
        "additionalProperties": False,
    },
    "Link": _object(
        "",
        label=_text("What the link says; its address if empty.", pattern=SHOWABLE),
        url=_typed("An http or https address.", Author.WEBSITE_LENGTH, pattern=SOMETHING),
    ),
    "CommentAuthor": _object(
        "Who wrote a comment, as readers see it.",
        name=_text("The name given with this comment."),
        slug=SLUG,
        avatar=PICTURE,
        website=_or_null(_text("The website given with this comment.", format="uri")),
        badges=_list(_one_of(["author"]), "`author`: signs the story, or articles of this site."),
        url=_text("The author's public page.", format="uri-reference"),
    ),
    "Profile": _more(
        "CommentAuthor",
        "An author in their own words.",
        bio=_list(_ref("Node"), "The bio as nodes."),
        links=LINKS,
    ),
    "Comment": {
        **_object(
            "One comment. One that is gone keeps its place while it has visible replies, without words and author.",
            ("content", "html"),
            id=_id("Also the comment's place in its article: `#comment-<id>`."),
            parent=_or_null(_id("The comment it answers.")),
            state=_one_of(
                ["visible", "removed", "retracted"],
                "`removed`: not shown to readers. `retracted`: taken back by its writer. "
                "In an answer to the writer and in the queue, where `status` says whether readers see it, "
                "a comment is `visible` or `retracted`.",
            ),
            author=_or_null(_ref("CommentAuthor")),
            content=_list(_ref("Node"), "What was written, as nodes; unless `format=html` was asked for."),
            html=_text("What was written, as cleaned HTML; with `format=html`."),
            created_at=MOMENT,
            edited_at=_or_null(MOMENT),
            likes=_count(),
            featured=_flag("Picked by the newsroom."),
            reply_count=_count("Visible replies of any depth."),
            replies=_list(
                _ref("Comment"), f"The first replies, oldest first; up to {REPLIES_AT_ONCE + 1} of any depth."
            ),
            replies_cursor=_or_null(_text("Where more replies begin: the `cursor` for `/comments/{id}/replies`.")),
            url=_text("Where the comment is read."),
        ),
        "oneOf": [{"required": ["content"]}, {"required": ["html"]}],
    },
    "WrittenComment": _more(
        "Comment",
        "A comment as its writer gets it, with the words even while nobody else sees them.",
        status=_one_of(["approved", "pending"], "`pending`: it is not shown, or not yet."),
    ),
    "Receipt": _object(
        "The writer's key to this one comment. Keep it in the reader's browser.",
        token=_text("To be sent as `Authorization: Bearer <token>`."),
        editable_until=_or_null(
            {**MOMENT, "description": "Null where the site allows no edits. Retracting has no end."}
        ),
    ),
    "Written": _object(
        "",
        comment=_ref("WrittenComment"),
        receipt=_ref("Receipt"),
        reasons=_list(_text(), "Why it waits, in sentences for its writer."),
    ),
    "Story": _object(
        "The article that is discussed.",
        id=_or_null(_text("The publisher's own id.")),
        url=_or_null(_text()),
        title=_text(),
        state=_one_of(StoryState, "The strictest of site, story and age decides."),
        comment_count=_count("Visible comments."),
        authors=_list(_ref("Profile"), "Who signs the article."),
    ),
    "Form": _object(
        "What a form under this story must ask, and its limits in code points.",
        state=STORY_STATE,
        required=_list(_text()),
        limits=_object("", text=_count(), name=_count(), email=_count(), website=_count()),
        honeypot=_text("A field people must not see; whoever fills it in is a program."),
        notify=_list(_one_of(NOTIFY), "What a writer may ask to get mail about; empty where no mail is sent."),
        challenge={"type": "null", "description": "None is asked for."},
        edit_window_minutes=_count("0: comments cannot be edited."),
    ),
    "Thread": _object(
        "One page of a story's comments.",
        story=_ref("Story"),
        sort=_one_of(SORTS),
        comments=_list(_ref("Comment")),
        next_cursor=CURSOR,
        form=_ref("Form"),
    ),
    "RelatedStory": _object(
        "",
        id=_or_null(_text("The publisher's own id.")),
        title=_text(),
        url=_or_null(_text()),
        excerpt=_text(),
        image=PICTURE,
        category=_text(),
        published_at=_or_null(MOMENT),
        authors=_list(_text(), "The names of who signs it."),
        comment_count=_count(),
    ),
    "NewComment": {
        **_object(
            "A comment as the form sends it.",
            ("story", "url", "title", "parent", "website", "notify", "topic", "elapsed"),
            site=_text("The site's key.", pattern=SITE_KEY, examples=["demo"]),
            **STORY_NAME,
            title=_or_null(_typed("The article's title; kept when the story is new.", Story.TITLE_LENGTH)),
            text=_typed(
                "Light Markdown. Sites may set a lower limit, see `form`.",
                Comment.TEXT_LENGTH,
                pattern=SOMETHING,
            ),
            name=_typed("Shown with the comment.", Author.NAME_LENGTH, pattern=SOMETHING),
            email=_text("Never published.", format="email", maxLength=EMAIL_LENGTH),
            website=_or_null(_typed("An http or https address, shown with the name.", Author.WEBSITE_LENGTH)),
            parent=_or_null(
                _text("The id of the comment that is answered; empty or null for none.", pattern=f"^$|{ID}")
            ),
            notify=_or_null(
                _one_of(
                    NOTIFY,
                    "What to send mail about, once the address is confirmed: `replies` (what becomes of the comment, "
                    "and replies to it), `all` (every new comment on the story, too).",
                )
            ),
            topic=_or_null(_text("The honeypot: leave it out.")),
            elapsed=_or_null(
                {
                    "type": "number",
                    "minimum": 0,
                    "maximum": LONGEST_ELAPSED,
                    "description": "Seconds the form was open.",
                }
            ),
        ),
        "anyOf": [
            {"required": [name], "properties": {name: {"type": "string", "pattern": SOMETHING}}} for name in STORY_NAME
        ],
    },
    "Edit": _object("", text=_typed("The new text, all of it.", Comment.TEXT_LENGTH, pattern=SOMETHING)),
    "Report": _object(
        "",
        ("details",),
        reason=_one_of(FlagReason),
        details=_or_null(_typed("For the moderators.", Flag.DETAILS_LENGTH)),
    ),
    "Verdict": _object(
        "What one rule said of the present text.",
        ("score",),
        rule=_text(examples=["too_many_links"]),
        outcome=_one_of([outcome.name.lower() for outcome in Outcome if outcome is not Outcome.REFUSE]),
        reason=_text("For people."),
        spans=_list(_list(_count(), minItems=2, maxItems=2), "[start, end) in code points of `text`."),
        score={"type": "number"},
        at=MOMENT,
    ),
    "Flag": _object("An open report of a reader.", reason=_one_of(FlagReason), details=_text(), at=MOMENT),
    "WriterRecord": _object(
        "What is known of a writer's past on this site.",
        approved=_count("Comments approved."),
        rejected=_count("Comments rejected or spam."),
        first_seen=MOMENT,
        standing=_one_of(Standing),
    ),
    "Item": _more(
        "Comment",
        "A comment with everything a moderator needs to decide. Author and words are there whatever its state.",
        version=_count("Counts every change; a decision names the one that was seen."),
        status=_one_of(STATUSES),
        text=_text("As typed."),
        verdicts=_list(_ref("Verdict")),
        flags=_list(_ref("Flag")),
        author_record=_ref("WriterRecord"),
        parent_excerpt=_or_null(_text("The beginning of the comment it answers.")),
        story=_object("", id=_or_null(_text()), title=_text(), url=_or_null(_text()), category=_text()),
    ),
    "Queue": _object(
        "",
        items=_list(_ref("Item")),
        counts=_object(
            "How many wait on this site, in the caller's sections. Counted up to 10,000: 10,000 is that or more.",
            pending=_count(),
            flagged=_count(),
        ),
        next_cursor=CURSOR,
    ),
    "Decisions": _object(
        "One action on one or many comments, each as it was seen.",
        ("reason", "note"),
        comments=_list(
            _object("", id=_id(""), version={"type": "integer", "description": "As it was in the queue."}),
            minItems=1,
            maxItems=MOST_AT_ONCE,
        ),
        action=_one_of(ACTIONS),
        reason=_or_null(_typed("A short name for why.", Decision.REASON_LENGTH, examples=["off topic"])),
        note=_or_null(_typed("For colleagues.", Decision.NOTE_LENGTH)),
    ),
    "Decided": _object(
        "",
        id=_id("The comment."),
        status=_one_of(STATUSES),
        version=_count(),
        decision=_or_null(_id("To undo it by; null where nothing had to change.")),
    ),
    "Conflict": _object(
        "A comment that changed since it was seen, or cannot be featured; left as it is.",
        id=_id("The comment."),
        status=_one_of(STATUSES),
        version=_count("The present one."),
        decided_by=_or_null(_text("Name of the account, or the rule.")),
    ),
    "Outcome": _object("", decided=_list(_ref("Decided")), conflicts=_list(_ref("Conflict"))),
    "LoggedDecision": _object(
        "One change of a comment.",
        id=_id(""),
        comment=_id(""),
        revision=_id("The text it was about."),
        actor={
            "description": "Somebody of the staff by name, or a rule; a rule of null was an account that is gone.",
            "oneOf": [_object("", account=_text(), id=_id("")), _object("", rule=_or_null(_text()))],
        },
        action=_one_of(ACTIONS),
        before=_or_null(_one_of(STATUSES)),
        after=_one_of(STATUSES),
        reason=_text(),
        note=_text(),
        at=MOMENT,
    ),
    "Author": _more(
        "Profile",
        "A person who writes, as the newsroom sees them.",
        id=_id(""),
        bio_text=_text("The bio as typed."),
        byline=_flag("Signs articles."),
        record=_ref("WriterRecord"),
        standing=_object(
            "What holds now, and the reason and end it was given with.",
            standing=_one_of(Standing),
            reason=_text(),
            until=_or_null(MOMENT),
        ),
        confirmed=_flag("The address is confirmed."),
        email=_or_null(_text("Only for roles that may see addresses.")),
    ),
    "StandingChange": _object("", standing=_one_of(Standing), reason=_text(), until=_or_null(MOMENT), at=MOMENT),
    "NewAuthor": _object(
        "A byline; needs neither account nor address.",
        ("slug", "bio", "avatar", "website", "links"),
        site=_text("The site's key.", pattern=SITE_KEY),
        slug=_or_null(_text("Wanted in addresses; made from the name if left out.")),
        **AUTHOR_FIELDS,
    ),
    "AuthorChange": _object("What is left out stays as it is.", tuple(AUTHOR_FIELDS), **AUTHOR_FIELDS),
    "NewStanding": {
        **_object(
            "",
            ("reason", "until"),
            standing=_one_of(Standing),
            reason=_or_null(_typed("Seen by staff only.", 500)),
            until=_or_null(
                {
                    **MOMENT,
                    "description": "RFC 3339, with its zone, in the future. Without one it has no end.",
                }
            ),
        ),
        "if": {"properties": {"standing": {"const": "SUSPENDED"}}, "required": ["standing"]},
        "then": {"properties": {"until": {"type": "string"}}, "required": ["until"]},
    },
    "NewsroomStory": _object(
        "A story as the newsroom knows it.",
        number=_id("Its number here, used in addresses of this API."),
        id=_or_null(_text("The publisher's own id.")),
        url=_or_null(_text()),
        title=_text(),
        category=_text(),
        excerpt=_text(),
        image=_or_null(_text()),
        published_at=_or_null(MOMENT),
        state=_one_of(StoryState, "As set for the story; site and age may be stricter."),
        bylines=_list(SLUG),
        comment_count=_count(),
    ),
    "NewStory": {
        **_object(
            "A story before its first comment.",
            ("id", *STORY_FIELDS),
            site=_text("The site's key.", pattern=SITE_KEY),
            id=_or_null(_typed("The publisher's own id; preferred.", Story.ID_LENGTH)),
            **STORY_FIELDS,
        ),
        "anyOf": [
            {"required": [name], "properties": {name: {"type": "string", "pattern": SOMETHING}}}
            for name in ("id", "url")
        ],
    },
    "StoryChange": _object(
        "What is left out stays as it is.",
        ("id", *STORY_FIELDS),
        id=_typed("The publisher's own id, for a story that was known by its address only.", Story.ID_LENGTH),
        **STORY_FIELDS,
    ),
}


# --- Parameters, headers, answers ---------------------------------------------------------------------------


def _query(name: str, schema: Json, about: str, **more: Any) -> Json:
    return {"name": name, "in": "query", **_said(about), "schema": schema, **more}


def _may(name: str, schema: Json, about: str, **more: Any) -> Json:
    """A query parameter that may be left out; sent empty it counts as left out."""
    return _query(name, schema, about, allowEmptyValue=True, **more)


def _in_path(name: str, about: str, schema: Json, example: str) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": about,
        "schema": schema,
        "example": example,
    }


def _whole(default: int, most: int) -> Json:
    return {"type": "integer", "minimum": 1, "maximum": most, "default": default}


PARAMETERS: dict[str, Json] = {
    "Site": _query("site", _text(pattern=SITE_KEY), "The site's key.", required=True, example="demo"),
    "Story": _query(
        "story",
        _typed("", Story.ID_LENGTH, pattern=SOMETHING),
        "The publisher's own id of the article. Either this or `url` is needed.",
        example=STORY_ID,
    ),
    "Url": _query(
        "url",
        _typed("", Story.URL_LENGTH, pattern=SOMETHING),
        "The article's absolute http or https address, where there is no `story`.",
        example=STORY_URL,
    ),
    "Format": _may("format", {**_one_of(FORMATS), "default": FORMATS[0]}, "`html` gives `html` in place of `content`."),
    "Cursor": _may("cursor", _text(), "As the page before gave it; nothing else is accepted."),
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of what the caller has already.",
        "schema": _text(),
    },
    "CommentId": _in_path("comment_id", "The comment's id.", _text(pattern=ID), "3"),
    "AuthorId": _in_path("author_id", "The author's id.", _text(pattern=ID), "5"),
    "EndpointId": _in_path("endpoint_id", "The endpoint's id.", _text(pattern=ID), "1"),
    "StoryNumber": _in_path("number", "The story's `number`.", _text(pattern=ID), "2"),
}
NAMED_STORY = ("Site", "Story", "Url")

ETAG = {"ETag": {"required": True, "description": "Strong.", "schema": _text(pattern='^"[0-9a-f]{32}"$')}}
PUBLIC = {
    **ETAG,
    "Cache-Control": {"required": True, "schema": {"const": "public, max-age=0, must-revalidate"}},
}
PRIVATE = {"Cache-Control": {"required": True, "schema": {"const": "no-store"}}}
HEADERS_OF_PROBLEMS: dict[int, Json] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}},
    429: {
        "Retry-After": {
            "required": True,
            "description": "Seconds.",
            "schema": {"type": "integer", "minimum": 1},
        }
    },
    503: {
        "Retry-After": {
            "required": True,
            "description": "Seconds.",
            "schema": {"type": "integer", "minimum": 1},
        }
    },
}


def _parameters(names: tuple[str | Json, ...]) -> list[Json]:
    return [{"$ref": f"#/components/parameters/{name}"} if isinstance(name, str) else name for name in names]


def _json(schema: Json, example: Any) -> Json:
    return {"application/json": {"schema": schema, "example": example}}


REFUSALS: dict[str, Json] = {}


def _problems(codes: tuple[str, ...]) -> dict[str, Json]:
    """The refusals with these codes, by status; what several calls refuse alike is described once."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys((*codes, *ANY_TIME)):
        by_status[PROBLEMS[code][0]].append(code)
    named = {status: "-or-".join(by_status[status]) for status in sorted(by_status)}
    REFUSALS.update({name: _problem(status, by_status[status]) for status, name in named.items()})
    return {str(status): {"$ref": f"#/components/responses/{name}"} for status, name in named.items()}


def _problem(status: int, codes: list[str]) -> Json:
    of_this_kind = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    return {
        "description": "\n".join(f"- `{code}`: {PROBLEMS[code][2]}" for code in codes),
        "headers": {**PRIVATE, **HEADERS_OF_PROBLEMS.get(status, {})},
        "content": {
            "application/problem+json": {
                "schema": {"allOf": [_ref("Problem"), of_this_kind]},
                "examples": {code: {"value": _problem_example(code)} for code in codes},
            }
        },
    }


def _problem_example(code: str) -> Json:
    status, title, detail = PROBLEMS[code]
    said: Json = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    if code == "validation_failed":
        said |= {"detail": "Use at most 80 characters.", "fields": {"name": ["Use at most 80 characters."]}}
    return said | ({"request_id": "5b1f0c3a9d7e4426"} if code == "internal_error" else {})


def _call(
    name: str,
    tag: str,
    summary: str,
    about: str,
    *,
    gives: Json,
    example: Any,
    status: int = 200,
    takes: tuple[str | Json, ...] = (),
    body: tuple[str, Any] | None = None,
    refuses: tuple[str, ...] = (),
    security: list[Json] | None = None,
) -> Json:
    """One operation, as a newsroom's or reader's script sees it; never cached."""
    operation: Json = {"operationId": name, "tags": [tag], "summary": summary, "description": about}
    if takes:
        operation["parameters"] = _parameters(takes)
    if body:
        operation["requestBody"] = {"required": True, "content": _json(_ref(body[0]), body[1])}
        refuses = (*refuses, *BODY_PROBLEMS)
    if security is not None:
        operation["security"] = security
    answer = {"description": summary, "headers": PRIVATE, "content": _json(gives, example)}
    operation["responses"] = {str(status): answer, **_problems(refuses)}
    return operation


def _read(name: str, tag: str, summary: str, about: str, *, takes: tuple[str | Json, ...], **more: Any) -> Json:
    """An operation whose answer is the same for every reader."""
    call = _call(name, tag, summary, about, takes=(*takes, "IfNoneMatch"), **more)
    call["responses"]["200"]["headers"] = PUBLIC
    call["responses"]["304"] = {"description": "The caller has the present answer.", "headers": PUBLIC}
    return call


def _staff(*args: Any, refuses: tuple[str, ...] = (), **more: Any) -> Json:
    """An operation of the newsroom."""
    return _call(*args, refuses=("unauthorized", *refuses), security=[{"apiToken": []}], **more)


READING, WRITING, MODERATION, AUTHORS, STORIES, OUTGOING, SERVICE = (
    "Reading",
    "Writing",
    "Moderation",
    "Authors",
    "Stories",
    "Outgoing",
    "Service",
)
WITH_RECEIPT: list[Json] = [{"receipt": []}]

READERS_PATHS: dict[str, Json] = {
    "/api/v1/thread": {
        "get": _read(
            "getThread",
            READING,
            "A story's thread",
            "One page of top-level comments with their first replies, and what the form under them must ask. "
            "A story that is not known yet reads as an empty open thread.",
            takes=(
                *NAMED_STORY,
                _may(
                    "sort",
                    {**_one_of(SORTS), "default": SORTS[0]},
                    "Of the top-level comments; replies are oldest first.",
                ),
                _may("limit", _whole(25, 100), "Top-level comments on the page."),
                "Cursor",
                "Format",
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_ref("Thread"),
            example={
                "story": STORY_EXAMPLE,
                "sort": "oldest",
                "comments": [COMMENT_EXAMPLE],
                "next_cursor": None,
                "form": FORM_EXAMPLE,
            },
        )
    },
    "/api/v1/comments": {
        "post": _call(
            "postComment",
            WRITING,
            "Write a comment",
            "Stores the comment before it answers. `status` says whether readers see it already. "
            "A writer who shows the receipt of an earlier comment of the same address is recognised; "
            "a receipt that is not valid any more is passed over.",
            status=201,
            takes=(
                "Format",
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": "Makes a retry safe: the same key with the same comment "
                    "gives the comment that is "
                    "there already, for 24 hours.",
                    "schema": _text(pattern=r"^[\x21-\x7e]{1,200}$"),
                    "example": "0f8c7f1e-8b4e-4f0a-9a57-5a9f0e1d2c3b",
                },
            ),
            body=("NewComment", NEW_COMMENT_EXAMPLE),
            refuses=(
                "origin_not_allowed",
                "story_closed",
                "not_welcome",
                "unknown_site",
                "duplicate",
                "idempotency_conflict",
                "parent_not_in_story",
                "parent_not_visible",
                "too_fast",
            ),
            security=[{}, *WITH_RECEIPT],
            gives=_ref("Written"),
            example=WRITTEN_EXAMPLE,
        )
    },
    "/api/v1/comments/{comment_id}": {
        "get": _read(
            "getComment",
            READING,
            "One comment",
            "With its first replies and the comments above it, the top-level one first.",
            takes=("CommentId", "Format"),
            refuses=("not_found", "validation_failed"),
            gives=_object("", comment=_ref("Comment"), ancestors=_list(_ref("Comment"))),
            example={"comment": COMMENT_EXAMPLE, "ancestors": []},
        ),
        "patch": _call(
            "editComment",
            WRITING,
            "Edit one's own comment",
            "Until `editable_until`. The new text is screened like a new comment and may have to wait again.",
            takes=("CommentId", "Format"),
            body=("Edit", {"text": "The road was open on Monday, but only until noon."}),
            refuses=(
                "unauthorized",
                "origin_not_allowed",
                "story_closed",
                "not_welcome",
                "not_found",
                "window_over",
                "stale",
                "too_fast",
            ),
            security=WITH_RECEIPT,
            gives=_ref("Written"),
            example=WRITTEN_EXAMPLE,
        ),
        "delete": _call(
            "retractComment",
            WRITING,
            "Retract one's own comment",
            "At any time; sent again it changes nothing. The words are shown to nobody any more.",
            takes=("CommentId",),
            refuses=("unauthorized", "origin_not_allowed", "not_found", "stale"),
            security=WITH_RECEIPT,
            gives=_object("", comment=_object("", id=_id(""), state={"const": "retracted"})),
            example={"comment": {"id": "3", "state": "retracted"}},
        ),
    },
    "/api/v1/comments/{comment_id}/replies": {
        "get": _read(
            "getReplies",
            READING,
            "More replies",
            f"Direct replies, oldest first, {REPLIES_AT_ONCE} on a page, each with its own first replies. "
            "Begins after `replies_cursor` if that is sent.",
            takes=("CommentId", "Cursor", "Format"),
            refuses=("not_found", "validation_failed"),
            gives=_object("", comments=_list(_ref("Comment")), next_cursor=CURSOR),
            example={"comments": COMMENT_EXAMPLE["replies"], "next_cursor": None},
        )
    },
    "/api/v1/comments/{comment_id}/like": {
        method: _call(
            name,
            WRITING,
            summary,
            "One like per reader and comment, however often it is sent. A reader is told from "
            "others by network "
            "and browser, of which only a keyed hash is kept.",
            takes=("CommentId",),
            refuses=("origin_not_allowed", "not_found", "too_fast"),
            gives=_object("", likes=_count("How many readers like it now.")),
            example={"likes": 5},
        )
        for method, name, summary in (
            ("put", "like", "Like a comment"),
            ("delete", "unlike", "Take a like back"),
        )
    },
    "/api/v1/comments/{comment_id}/flags": {
        "post": _call(
            "flagComment",
            WRITING,
            "Report a comment",
            "One report per reader and comment. The answer is the same whether or not others reported it.",
            status=202,
            takes=("CommentId",),
            body=("Report", {"reason": "off_topic", "details": "This is about another road."}),
            refuses=("origin_not_allowed", "not_found", "too_fast"),
            gives=_object("", received={"const": True}),
            example={"received": True},
        )
    },
    "/api/v1/counts": {
        "get": _read(
            "getCounts",
            READING,
            "How many comments",
            f"For lists of articles: up to {MOST_COUNTS} stories at once, by `story`, by `url` or both. "
            "A story that is not known has 0.",
            takes=(
                "Site",
                *(
                    _query(
                        name,
                        _list(_typed("", limit), maxItems=MOST_COUNTS),
                        f"{about}, repeated for each story; blank ones and repetitions are passed over. "
                        "At least one story has to be named.",
                        example=[example],
                    )
                    for name, limit, about, example in (
                        ("story", Story.ID_LENGTH, "The publisher's own id", STORY_ID),
                        ("url", Story.URL_LENGTH, "An address", STORY_URL),
                    )
                ),
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_object(
                "",
                counts={
                    "type": "object",
                    "description": "Visible comments by story, under the names that were asked for.",
                    "additionalProperties": _count(),
                },
            ),
            example={"counts": {STORY_ID: 2, "2026-01-18-river-bends": 7}},
        )
    },
    "/api/v1/authors/{slug}": {
        "get": _read(
            "getAuthor",
            READING,
            "An author's public profile",
            "Of a byline or a commenter, with visible comments, the newest first.",
            takes=(_in_path("slug", "The author's slug.", SLUG, "nadim-sarraf"), "Site", "Cursor", "Format"),
            refuses=("unknown_site", "not_found", "validation_failed"),
            gives=_object(
                "",
                author=_more(
                    "Profile",
                    "",
                    since=MOMENT,
                    comment_count=_count(),
                    stories=_list(_ref("RelatedStory"), "The newest articles they sign."),
                ),
                comments=_list(
                    _more(
                        "Comment",
                        "",
                        story=_object("", id=_or_null(_text()), title=_text(), url=_or_null(_text())),
                    )
                ),
                next_cursor=CURSOR,
            ),
            example={
                "author": {
                    **PROFILE_EXAMPLE,
                    "since": "2025-11-03T10:00:00Z",
                    "comment_count": 1,
                    "stories": [RELATED_EXAMPLE],
                },
                "comments": [
                    {
                        **ALONE_EXAMPLE,
                        "story": {"id": STORY_ID, "title": "The water of Hasaka", "url": STORY_URL},
                    }
                ],
                "next_cursor": None,
            },
        )
    },
    "/api/v1/related": {
        "get": _read(
            "getRelated",
            READING,
            "You may also like",
            "Stories of the same category first, then the rest of the site, each newest first.",
            takes=(*NAMED_STORY, _may("limit", _whole(4, 20), "How many stories.")),
            refuses=("unknown_site", "validation_failed"),
            gives=_object("", stories=_list(_ref("RelatedStory"))),
            example={"stories": [RELATED_EXAMPLE]},
        )
    },
    "/api/v1/stories/about": {
        "get": _read(
            "getBylines",
            READING,
            "About the author",
            "Who signs the story, for the box beside it.",
            takes=NAMED_STORY,
            refuses=("unknown_site", "validation_failed"),
            gives=_object(
                "",
                story=_object("", id=_or_null(_text()), url=_or_null(_text()), title=_text()),
                authors=_list(_ref("Profile")),
            ),
            example={
                "story": {"id": STORY_ID, "url": STORY_URL, "title": "The water of Hasaka"},
                "authors": [PROFILE_EXAMPLE],
            },
        )
    },
}
READERS_PATHS["/api/v1/counts"]["get"]["responses"]["414"] = {
    "description": "The address is longer than the web server takes, and never reached the service: ask for fewer "
    "stories at once, or by `story`."
}

MODERATION_PATHS: dict[str, Json] = {
    "/api/v1/moderation/queue": {
        "get": _staff(
            "getQueue",
            MODERATION,
            "Comments that wait, or any others",
            "Every item carries the verdicts of all rules, open reports and the writer's record.",
            takes=(
                "Site",
                _may("queue", {**_one_of(QUEUES), "default": "pending"}, "Which comments."),
                _may(
                    "sort",
                    {**_one_of(QUEUE_SORTS), "default": "oldest"},
                    "`flags`: what most readers reported. `risk`: what rules and readers objected to most.",
                ),
                _may(
                    "q",
                    _typed("", 200),
                    "Words that the text holds, all of them, capitals and accents aside; a last word of three letters "
                    "or more may go on. At least one letter or digit; nothing in it is an operator or a pattern.",
                ),
                _may("story", _typed("", 2000), "The publisher's own id of a story.", example=STORY_ID),
                _may("story_id", _text(pattern=ID), "The service's number of a story, for one without an own id."),
                _may("section", _typed("", Story.CATEGORY_LENGTH), "The category of the story."),
                _may("author", _typed("", 2000), "An author's slug."),
                _may("rule", _typed("", 60), "The rule that held it.", example="author_is_new"),
                _may("language", _text(pattern=LANGUAGE), "The language it is written in.", example="en"),
                _may("link", _one_of(("yes", "no")), "Whether it has a link."),
                _may("since", _text(pattern=WHEN), "Not before this time, or this day (UTC).", example="2026-01-20"),
                _may("until", _text(pattern=WHEN), "Before this time, or up to the end of this day (UTC)."),
                _may("likeness", _text(pattern="^[0-9a-f]{64}$"), "What near-identical comments have in common."),
                _may("limit", _whole(25, 100), "Items on the page."),
                "Cursor",
                "Format",
            ),
            refuses=("unknown_site", "not_found", "validation_failed"),
            gives=_ref("Queue"),
            example={"items": [ITEM_EXAMPLE], "counts": {"pending": 1, "flagged": 1}, "next_cursor": None},
        )
    },
    "/api/v1/moderation/decisions": {
        "post": _staff(
            "decide",
            MODERATION,
            "Decide",
            f"On 1 to {MOST_AT_ONCE} comments at once. A comment whose `version` is not the "
            "present one is left as it "
            "is and listed under `conflicts`; the others are decided. If one of them is not for "
            "the caller to know of, "
            "nothing is decided.",
            body=(
                "Decisions",
                {"comments": [{"id": "3", "version": 1}], "action": "approve", "note": "A regular."},
            ),
            refuses=("not_found",),
            gives=_ref("Outcome"),
            example={
                "decided": [DECIDED_EXAMPLE],
                "conflicts": [{"id": "4", "status": "rejected", "version": 3, "decided_by": "Hanna"}],
            },
        )
    },
    "/api/v1/moderation/decisions/{decision_id}/undo": {
        "post": _staff(
            "undoDecision",
            MODERATION,
            "Undo a decision",
            "Puts back what was before it; that is a decision too. Only the newest decision "
            "about a comment can be undone.",
            takes=(_in_path("decision_id", "The decision's id.", _text(pattern=ID), "12"),),
            refuses=("not_found", "conflict", "stale"),
            gives=_ref("Decided"),
            example={"id": "3", "status": "pending", "version": 3, "decision": "13"},
        )
    },
    "/api/v1/moderation/log": {
        "get": _staff(
            "getLog",
            MODERATION,
            "Every decision, the newest first",
            "Of people and of rules.",
            takes=(
                "Site",
                _may("comment", _text(pattern=ID), "Only those about one comment."),
                _may("account", _text(pattern=ID), "Only those of one account."),
                "Cursor",
            ),
            refuses=("unknown_site", "not_found", "validation_failed"),
            gives=_object("", decisions=_list(_ref("LoggedDecision")), next_cursor=CURSOR),
            example={
                "decisions": [
                    {
                        "id": "12",
                        "comment": "3",
                        "revision": "3",
                        "actor": {"account": "Hanna", "id": "2"},
                        "action": "approve",
                        "before": "pending",
                        "after": "approved",
                        "reason": "",
                        "note": "A regular.",
                        "at": "2026-01-20T08:50:00Z",
                    }
                ],
                "next_cursor": None,
            },
        )
    },
}

ONE_AUTHOR = {"gives": _object("", author=_ref("Author")), "example": {"author": AUTHOR_EXAMPLE}}
ONE_STORY = {"gives": _object("", story=_ref("NewsroomStory")), "example": {"story": NEWSROOM_STORY_EXAMPLE}}

ADMIN_PATHS: dict[str, Json] = {
    "/api/v1/admin/authors": {
        "get": _staff(
            "listAuthors",
            AUTHORS,
            "Authors of a site",
            "Bylines and commenters, the newest first, 50 on a page.",
            takes=(
                "Site",
                _may("q", _typed("", 80), "The beginning of a name or slug."),
                _may("standing", _one_of(Standing), "Only those of this standing."),
                "Cursor",
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_object("", authors=_list(_ref("Author")), next_cursor=CURSOR),
            example={"authors": [AUTHOR_EXAMPLE], "next_cursor": None},
        ),
        "post": _staff(
            "addByline",
            AUTHORS,
            "Add a byline",
            "Somebody who signs articles. For admins.",
            status=201,
            body=(
                "NewAuthor",
                {
                    "site": "demo",
                    "name": "Nadim Sarraf",
                    "bio": "Reports on *water*.",
                    "website": "https://nadim-sarraf.example",
                },
            ),
            refuses=("forbidden", "unknown_site"),
            **ONE_AUTHOR,
        ),
    },
    "/api/v1/admin/authors/{author_id}": {
        "get": _staff(
            "showAuthor",
            AUTHORS,
            "One author",
            "With every standing they were given, the newest first.",
            takes=("AuthorId",),
            refuses=("not_found",),
            gives=_object("", author=_ref("Author"), standing_history=_list(_ref("StandingChange"))),
            example={
                "author": AUTHOR_EXAMPLE,
                "standing_history": [
                    {
                        "standing": "NORMAL",
                        "reason": "All is well again.",
                        "until": None,
                        "at": "2026-01-20T08:50:00Z",
                    }
                ],
            },
        ),
        "patch": _staff(
            "editAuthor",
            AUTHORS,
            "Edit an author's profile",
            "For admins.",
            takes=("AuthorId",),
            body=("AuthorChange", {"bio": "Reports on *water* and farming."}),
            refuses=("forbidden", "not_found"),
            **ONE_AUTHOR,
        ),
    },
    "/api/v1/admin/authors/{author_id}/standing": {
        "post": _staff(
            "giveStanding",
            AUTHORS,
            "Give an author a standing",
            "`TRUSTED` need not wait as new authors do; `WATCHED` always waits; `SUSPENDED` may "
            "not write until the "
            "given end, `BANNED` not at all. A standing ends by itself. For admins.",
            takes=("AuthorId",),
            body=(
                "NewStanding",
                {"standing": "SUSPENDED", "reason": "Insults.", "until": "2099-01-27T08:30:00Z"},
            ),
            refuses=("forbidden", "not_found"),
            **ONE_AUTHOR,
        )
    },
    "/api/v1/admin/stories": {
        "get": _staff(
            "listStories",
            STORIES,
            "Stories of a site",
            "The last made first, 50 on a page.",
            takes=("Site", _may("q", _typed("", 200), "A part of the title."), "Cursor"),
            refuses=("unknown_site", "validation_failed"),
            gives=_object("", stories=_list(_ref("NewsroomStory")), next_cursor=CURSOR),
            example={"stories": [NEWSROOM_STORY_EXAMPLE], "next_cursor": None},
        ),
        "post": _staff(
            "addStory",
            STORIES,
            "Add a story",
            "Before anybody commented on it. For admins.",
            status=201,
            body=(
                "NewStory",
                {
                    "site": "demo",
                    "id": "2026-01-21-well",
                    "url": "https://news.example/news/2026-01-21-well",
                    "title": "One well for two villages",
                    "category": "World",
                    "published_at": "2026-01-21T06:00:00Z",
                    "bylines": ["nadim-sarraf"],
                },
            ),
            refuses=("forbidden", "origin_not_allowed", "unknown_site"),
            **ONE_STORY,
        ),
    },
    "/api/v1/admin/stories/{number}": {
        "get": _staff(
            "showStory",
            STORIES,
            "One story",
            "As the newsroom knows it.",
            takes=("StoryNumber",),
            refuses=("not_found",),
            **ONE_STORY,
        ),
        "patch": _staff(
            "editStory",
            STORIES,
            "Edit a story",
            "`state` closes it or holds its comments. A new `url` is remembered beside the earlier ones. For admins.",
            takes=("StoryNumber",),
            body=("StoryChange", {"state": "closed"}),
            refuses=("forbidden", "not_found"),
            **ONE_STORY,
        ),
    },
}


WITH_SECRET = {
    "gives": _object("", endpoint=_ref("Endpoint"), secret=_text("Shown this once.", pattern="^whsec_")),
    "example": {"endpoint": ENDPOINT_EXAMPLE, "secret": SECRET_EXAMPLE},
}

OUTGOING_PATHS: dict[str, Json] = {
    "/api/v1/events": {
        "get": _staff(
            "getEvents",
            OUTGOING,
            "The feed of events",
            "What webhooks tell, for those who cannot be called: in order, each once. Ask again with `after` set to "
            "`next`. An event is released when it cannot be undone any more, and kept for 30 days.",
            takes=(
                "Site",
                _may(
                    "after",
                    {"type": "integer", "minimum": 0, "maximum": HIGHEST, "default": 0},
                    "Only events with a higher `seq`.",
                ),
                _may("limit", _whole(100, MOST_EVENTS), "Events in the answer."),
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_object("", events=_list(_ref("Event")), next=_count("What to send as `after`.")),
            example={"events": [EVENT_EXAMPLE], "next": 41},
        )
    },
    "/api/v1/admin/endpoints": {
        "get": _staff(
            "listEndpoints",
            OUTGOING,
            "Endpoints of a site",
            "For admins.",
            takes=("Site",),
            refuses=("forbidden", "unknown_site", "validation_failed"),
            gives=_object("", endpoints=_list(_ref("Endpoint"))),
            example={"endpoints": [ENDPOINT_EXAMPLE]},
        ),
        "post": _staff(
            "addEndpoint",
            OUTGOING,
            "Add an endpoint",
            "It hears of what happens from now on. `secret` checks signatures; it is never shown again. For admins.",
            status=201,
            body=(
                "NewEndpoint",
                {"site": "demo", "url": ENDPOINT_EXAMPLE["url"], "events": ENDPOINT_EXAMPLE["events"]},
            ),
            refuses=("forbidden", "unknown_site"),
            **WITH_SECRET,
        ),
    },
    "/api/v1/admin/endpoints/{endpoint_id}": {
        "patch": _staff(
            "changeEndpoint",
            OUTGOING,
            "Change an endpoint",
            "`active: true` also resumes one that was paused because it failed to the end. For admins.",
            takes=("EndpointId",),
            body=("EndpointChange", {"events": ["comment.approved"], "active": True}),
            refuses=("forbidden", "not_found"),
            gives=_object("", endpoint=_ref("Endpoint")),
            example={"endpoint": ENDPOINT_EXAMPLE},
        ),
        "delete": _staff(
            "removeEndpoint",
            OUTGOING,
            "Remove an endpoint",
            "What waits for it is not sent any more. For admins.",
            takes=("EndpointId",),
            refuses=("forbidden", "not_found"),
            gives=_object("", removed=_id("The endpoint's id.")),
            example={"removed": "1"},
        ),
    },
    "/api/v1/admin/endpoints/{endpoint_id}/test": {
        "post": _staff(
            "testEndpoint",
            OUTGOING,
            "Send a test",
            "One `endpoint.test` event, tried once, now; the answer is the receiver's. For admins.",
            takes=("EndpointId",),
            refuses=("forbidden", "not_found"),
            gives=_ref("Tried"),
            example=TRIED_EXAMPLE,
        )
    },
    "/api/v1/admin/endpoints/{endpoint_id}/rotate": {
        "post": _staff(
            "rotateSecret",
            OUTGOING,
            "A new secret",
            f"The one before signs beside it for {int(SECRETS_OVERLAP.total_seconds()) // 3600} hours. For admins.",
            takes=("EndpointId",),
            refuses=("forbidden", "not_found"),
            **WITH_SECRET,
        )
    },
    "/api/v1/admin/endpoints/{endpoint_id}/replay": {
        "post": _staff(
            "replayEvents",
            OUTGOING,
            "Tell a range of events again",
            f"Those it chose to hear, under the ids they had, at most {MOST_REPLAYED} at once. For admins.",
            status=202,
            takes=("EndpointId",),
            body=("Replay", {"from": 41, "to": "2026-01-21T08:30:00Z"}),
            refuses=("forbidden", "not_found"),
            gives=_object("", replayed=_count("Events.")),
            example={"replayed": 12},
        )
    },
    "/api/v1/admin/deliveries": {
        "get": _staff(
            "listDeliveries",
            OUTGOING,
            "What went out, and what goes",
            "By every channel, the newest first, 50 on a page.",
            takes=(
                "Site",
                _may("channel", _typed("", 20), "Only one way out.", example="webhook"),
                _may("status", _one_of(DELIVERY_STATES), "Only those in this state."),
                "Cursor",
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_object("", deliveries=_list(_ref("Delivery")), next_cursor=CURSOR),
            example={"deliveries": [DELIVERY_EXAMPLE], "next_cursor": None},
        )
    },
    "/api/v1/admin/deliveries/{delivery_id}/send_again": {
        "post": _staff(
            "sendAgain",
            OUTGOING,
            "Send a dead letter again",
            "Under the id it had. For admins.",
            takes=(_in_path("delivery_id", "The delivery's id.", _text(pattern=ID), "7"),),
            refuses=("forbidden", "not_found", "conflict"),
            gives=_object("", delivery=_ref("Delivery")),
            example={"delivery": {**DELIVERY_EXAMPLE, "status": "waiting", "done_at": None}},
        )
    },
}


def _check(name: str, summary: str, about: str, ok: Json, example: Any, not_ok: Any = None) -> Json:
    answers = {"200": {"description": "All is well.", "content": _json(ok, example)}}
    if not_ok:
        answers["503"] = {"description": "Something is not.", "content": _json(ok, not_ok)}
    return {
        "operationId": name,
        "tags": [SERVICE],
        "summary": summary,
        "description": about,
        "responses": answers,
    }


SERVICE_PATHS: dict[str, Json] = {
    "/api/v1/openapi.json": {
        "get": _read(
            "getDocument",
            SERVICE,
            "This document",
            "Addresses in it begin where this service is reached.",
            takes=(),
            gives=_object("OpenAPI 3.1.", openapi=_text(), info={"type": "object"}, paths={"type": "object"}),
            example={"openapi": "3.1.0", "info": {}, "paths": {}},
        )
    },
    "/healthz": {
        "get": _check(
            "isAlive",
            "Does the process answer?",
            "Asks nothing else.",
            _object("", status={"const": "ok"}, time=MOMENT),
            {"status": "ok", "time": "2026-01-20T08:30:00Z"},
        )
    },
    "/readyz": {
        "get": _check(
            "isReady",
            "Can the process serve?",
            "Asks the database, whether its schema is the present one, and Redis where one is configured.",
            _object(
                "",
                status=_one_of(["ok", "unavailable"]),
                checks={"type": "object", "additionalProperties": {"type": "boolean"}},
            ),
            {"status": "ok", "checks": {"database": True, "schema": True}},
            {"status": "unavailable", "checks": {"database": True, "schema": False}},
        )
    },
}

DOCUMENT: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "commentsvc",
        "version": "1",
        "description": ABOUT,
        "license": {"name": "MIT", "identifier": "MIT"},
    },
    "tags": [
        {"name": READING, "description": "The same for every reader, cacheable."},
        {"name": WRITING, "description": "What readers do."},
        {"name": MODERATION, "description": "For moderators of the site, and admins."},
        {"name": AUTHORS, "description": "The people who write."},
        {"name": STORIES, "description": "The articles."},
        {"name": OUTGOING, "description": "What other systems hear of: events, endpoints, deliveries."},
        {"name": SERVICE, "description": "The service itself."},
    ],
    "paths": {**READERS_PATHS, **MODERATION_PATHS, **ADMIN_PATHS, **OUTGOING_PATHS, **SERVICE_PATHS},
    "components": {
        "schemas": SCHEMAS,
        "parameters": PARAMETERS,
        "responses": REFUSALS,
        "securitySchemes": {
            "receipt": {
                "type": "http",
                "scheme": "bearer",
                "description": "The receipt of one comment, given to its writer when it was "
                "posted. It edits and retracts "
                "that comment and nothing else.",
            },
            "apiToken": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token made with `commentsvc token add`. It may what its "
                "account may: a moderator on "
                "their sites, an admin on all.",
            },
        },
    },
}
