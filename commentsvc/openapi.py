"""The OpenAPI 3.1 document of the readers' and the newsroom's calls, served as `/api/v1/openapi.json`.

Limits and lists of values come from where the service itself takes them. What a schema cannot say is said in
the descriptions.
"""

from collections import defaultdict
from typing import Any

from .authors import listing, standings
from .authors.models import RESTRAINTS, SHARES, Author, AuthorNote, Standing, StandingChange
from .comments.forms import NOTIFY
from .comments.lifecycle import ACTIONS
from .comments.models import Comment, Decision, Status
from .comments.present import FORMATS
from .comments.public import MOST_COUNTS
from .comments.routes import LONGEST_ELAPSED
from .comments.thread import NEW_AT_ONCE, PICKS_FIRST, REPLIES_AT_ONCE
from .core.html import ALLOWED
from .core.mail_address import MAX_LENGTH as EMAIL_LENGTH
from .core.paging import Cursor
from .core.web import BODY_LIMIT
from .figures import trial
from .figures.handover import ACTIONS as DEEDS
from .figures.handover import HOURS as HOURS_OF_A_DAY
from .figures.precision import SHADOW_DAYS, USUAL_DAYS
from .figures.routes import MOST_DAYS
from .moderation import merging, sanctions
from .moderation.decisions import MOST_AT_ONCE
from .moderation.filters import QUEUES, READERS, WORKED_OFF
from .moderation.filters import SORTS as QUEUE_SORTS
from .moderation.log import MOST_ACTS
from .moderation.models import Flag, FlagReason, TransferKind
from .moderation.undoing import KINDS
from .moderation.undoing import REASONS as WHY_NOT_UNDONE
from .outbox.models import DeliveryStatus
from .privacy.models import Comments
from .rulebook.bans import MOST_DAYS as MOST_BAN_DAYS
from .rulebook.bans import MOST_NETWORK_DAYS, NETWORK_DAYS
from .rulebook.lists import BODY_LIMIT as LIST_LIMIT
from .rulebook.models import Ban, BanKind, ListMode, Silence, WordList
from .screening import CATALOGUE, Kind, Mode, Outcome
from .sites.models import Section
from .sites.sections import MOST_DAYS as MOST_DAYS_OPEN
from .sites.settings import LANGUAGES, MODES, SORTS
from .stories.acts import ACTIONS as ACTS
from .stories.forms import MOST_EXCLUDED, MOST_GUESTS, MOST_PINS
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

**Bodies** are one JSON object in UTF-8, sent as `application/json`, at most {BODY_LIMIT // 1024} KiB
({LIST_LIMIT // 1024} KiB for word lists, rules and trials).
Fields that are not named here are ignored, but where a schema says that there are no others: there a
misspelt one left out would mean more than was meant. `3.0` is the whole number 3. Text is cleaned before
it is measured: NFC, no surrounding blanks, no direction overrides; lengths count code points. Control
characters are refused. A query parameter sent empty counts as left out.

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
    "login_required": (401, "Sign in first", "Only readers the publisher signed on may write on this site."),
    "forbidden": (403, "Not allowed", "The token does not allow this."),
    "origin_not_allowed": (
        403,
        "Origin not allowed",
        "The page, or the story's address, is on none of the site's origins.",
    ),
    "story_closed": (403, "Comments are closed", "The story or the site takes no comments any more."),
    "not_welcome": (403, "Not welcome", "The writer is suspended or banned."),
    "not_found": (404, "Not found", "It does not exist, or is not for the caller to know of."),
    "confirm_first": (
        403,
        "Confirm that it is you",
        "A page asks for the password or a code again; scripts never meet it.",
    ),
    "expired": (410, "This link has expired", "A link in a mail was made too long ago; only its page says so."),
    "unknown_site": (404, "Unknown site", "There is no site of this key."),
    "conflict": (409, "Conflict", "Something was decided since, or there is nothing to go back to."),
    "number_changed": (
        409,
        "The number changed",
        "Of the comments that were counted another number matches now, which `count` says. Nothing was done.",
    ),
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
    "too_large": (413, "Request Entity Too Large", "The body is larger than a call takes."),
    "unsupported_media_type": (415, "Unsupported content type", "The body is not plain `application/json`."),
    "validation_failed": (
        422,
        "Some fields need attention",
        "`fields` names every field that is wrong, and why.",
    ),
    "challenge_required": (
        422,
        "Proof of work is asked for",
        "`form.challenge` of the thread says `proof_of_work`: solve a challenge of `GET /challenge`, send it along.",
    ),
    "challenge_failed": (
        422,
        "The proof of work does not hold",
        "The challenge is another site's, expired, was used before, or the answer is wrong. Ask for a new one.",
    ),
    "parent_not_in_story": (422, "Unknown parent", "`parent` is no comment of this story."),
    "parent_not_visible": (422, "The parent is not visible", "`parent` is not shown to readers any more."),
    "too_fast": (429, "Too fast", "Too many comments in a short time. Wait as `Retry-After` says."),
    "internal_error": (
        500,
        "Something went wrong",
        "A fault of the service; it is in its log under `request_id`.",
    ),
    "unavailable": (
        503,
        "Unavailable",
        "The database or the file storage did not answer. Nothing was stored; try again.",
    ),
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
SHOWABLE = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
SOMETHING = (
    r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*"
    r"[^\s\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]"
    r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
)
ONE_LINE = r"^[^\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]*$"
ONE_LINE_OF_SOMETHING = (
    r"^[^\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]*"
    r"[^\s\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]"
    r"[^\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]*$"
)
SITE_KEY = r"^[a-z0-9][a-z0-9-]{0,39}$"
ID = r"^[1-9][0-9]{0,18}$"
HOURS = r"^[A-Za-z0-9:;, –-]*$"  # and read, part by part
YEAR_1000_TO_9998 = "^(?!9999)[1-9][0-9]{3}-"  # what lies beyond is, in some zone, out of all time
DAY_OR_MOMENT = {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}], "pattern": YEAR_1000_TO_9998}
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


def _nothing_else(schema: Json) -> Json:
    """An object that is refused with any other field."""
    return {**schema, "additionalProperties": False}


def _given(name: str) -> Json:
    """Something stands in this field of text; null is nothing."""
    return {"properties": {name: {"type": "string", "pattern": SOMETHING}}, "required": [name]}


def _is_or_left_out(name: str, default: str) -> Json:
    return {"properties": {name: {"enum": [default, None]}}}


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


ENTRIES = _list(
    _typed("One line, with a word in it.", WordList.ENTRY_LENGTH, pattern=ONE_LINE),
    "All of them; blank ones and repetitions are passed over.",
    maxItems=WordList.MOST_ENTRIES,
)
RULES = [about.rule for about in CATALOGUE]
STAFF_TEXT = _typed("Light Markdown. Sites may set a lower limit.", Comment.TEXT_LENGTH, pattern=SOMETHING)
VERSION_OF_THREAD = _text("Another one after every comment that came or went; to be sent back as `since`.")
CURSOR = _or_null(_text("Where the next page begins, to be sent back as `cursor`; null on the last one."))
STATUSES = [status.lower() for status in Status]


# --- Examples: the demo's newspaper -------------------------------------------------------------------------

VERSION_EXAMPLE = str(Cursor(1_768_898_531_000_000, 2))
STORY_ID, STORY_URL = "2026-01-20-hasaka", "https://news.example/news/2026-01-20-hasaka"
COMMENT_TEXT = "The road was **open** on Monday. See https://example.com/roads"

WRITER_EXAMPLE: Json = {
    "name": "Rosa Reader",
    "slug": "rosa-reader-k7m2xq",
    "avatar": "/avatars/1-5f0c3b9a7e21.svg",
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
# Thirty-two white pixels by thirty-two.
PICTURE_EXAMPLE = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAQAAAABbAUdZAAAAEUlEQVR42mP8z8DAwMQwaAkAswEBP25AfJYAAAAASUVORK5CYII="
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
    "pinned": False,
    "locked": False,
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
            "pinned": False,
            "locked": False,
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
    "opens_at": None,
    "comment_count": 2,
    "authors": [PROFILE_EXAMPLE],
    "guests": ["Ida Holm"],
}
FORM_EXAMPLE: Json = {
    "state": "open",
    "opens_at": None,
    "required": ["text", "name", "email"],
    "guests": True,
    "login": {"name": "Hasaka account"},
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
    "like_label": None,
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
    "confirmed": False,
}
ITEM_EXAMPLE: Json = {
    **ALONE_EXAMPLE,
    "likes": 0,
    "version": 1,
    "status": "pending",
    "set_aside": None,
    "held_by": "author_is_new",
    "language": "en",
    "waiting_since": "2026-01-20T08:30:00Z",
    "risk": {"level": "medium", "reasons": ["reported by one reader", "one rule objected"]},
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
ACT_EXAMPLE: Json = {
    "number": 1,
    "story_id": "7",
    "section": "City",
    "actor": {"account": "Hanna", "id": "2"},
    "action": "mode",
    "before": None,
    "after": "closed",
    "at": "2026-01-20T08:30:00Z",
}
STAFF_COMMENT_EXAMPLE: Json = {
    "comment": {
        **ALONE_EXAMPLE,
        "author": {**WRITER_EXAMPLE, "name": "Desk 4", "slug": "staff-k7m2pq", "badges": ["moderator"]},
        "status": "approved",
        "version": 1,
    }
}
DECIDED_EXAMPLE: Json = {"id": "3", "status": "approved", "version": 2, "decision": "12"}
LOGGED_EXAMPLE: Json = {
    "id": "12",
    "number": 9,
    "comment": "3",
    "revision": "3",
    "actor": {"account": "Hanna", "id": "2"},
    "action": "approve",
    "before": "pending",
    "after": "approved",
    "reason": "",
    "note": "A regular.",
    "batch": "5a39281706f5e4d3",
    "undoes": None,
    "at": "2026-01-20T08:50:00Z",
}
AUTHOR_EXAMPLE: Json = {
    "id": "5",
    **PROFILE_EXAMPLE,
    "bio_text": "Reports on *water* and farming.",
    "byline": True,
    "lists_comments": None,
    "record": RECORD_EXAMPLE,
    "standing": {"standing": "NORMAL", "reason": "", "until": None},
    "confirmed": False,
    "has_address": False,
    "last_seen": "2026-01-20T08:30:00Z",
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
    "mode": None,
    "in_force": {"mode": "open", "source": "site", "until": None},
    "bylines": ["nadim-sarraf"],
    "guests": ["Ida Holm"],
    "pinned": ["2026-01-18-river-bends"],
    "excluded": [],
    "suggested": True,
    "comment_count": 2,
}
SECTION_EXAMPLE: Json = {
    "name": "World",
    "mode": "hold_new",
    "close_after_days": 14,
    "opening_hours": "Mo-Fr 08:00-22:00; Sa 10:00-18:00",
    "default_sort": None,
    "stories": 12,
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
LIST_EXAMPLE: Json = {
    "id": "1",
    "name": "Insults",
    "kind": "hold",
    "language": None,
    "mode": "live",
    "entries": ["swindle*", "son of a gun"],
    "updated_at": "2026-01-20T08:30:00Z",
}
RULE_EXAMPLE: Json = {
    "rule": "shouting",
    "meaning": "Looks for text in capitals.",
    "usual": "hold",
    "fixed": None,
    "modes": [str(mode) for mode in Mode],
    "mode": "note",
    "when_silent": None,
    "settings": [
        {
            "name": "shouting_percent",
            "value": 80,
            "low": 0,
            "high": 100,
            "meaning": "more capitals than this among the letters are shouting; 0 turns it off",
        }
    ],
}
BAN_EXAMPLE: Json = {
    "id": "1",
    "kind": "domain",
    "domain": "spam.example",
    "reason": "Sends advertising",
    "until": None,
    "created_at": "2026-01-20T08:30:00Z",
    "lifted_at": None,
    "by": "Ada",
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

BATCH = "^[0-9a-f]{32}$"
SLUG = _text("The author's name in addresses.", examples=["nadim-sarraf"])
PICTURE = _or_null(_text("Address of a picture on this service or on one of the site's own origins."))
OPENS_AT = _or_null(
    {**MOMENT, "description": "When comments that opening hours keep out are taken again; null where they do not."}
)
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
    "lists_comments": _or_null(_flag("Whether the public page lists comments. Null: as usual on this site.")),
}
STORY_FIELDS: dict[str, Json] = {
    "title": _or_null(_typed("", Story.TITLE_LENGTH)),
    "url": _or_null(_typed("Where the article is, on one of the site's origins.", Story.URL_LENGTH)),
    "category": _or_null(_typed("Related stories are looked for here first.", Story.CATEGORY_LENGTH)),
    "excerpt": _or_null(_typed("", Story.EXCERPT_LENGTH)),
    "image": _or_null(_typed("A picture on this service (`/…`) or on one of the site's origins.", Story.URL_LENGTH)),
    "published_at": _or_null({**MOMENT, "description": "RFC 3339, with its zone, after the year 1000."}),
    "state": {**STORY_STATE, "deprecated": True, "description": "The older word; `mode` says more and goes before."},
    "mode": _or_null(_one_of(MODES, "Null: what its section and its site say.")),
    "bylines": _list({**SLUG, "pattern": ONE_LINE_OF_SOMETHING}, "The slugs of who signs the article, in order."),
    "guests": _list(
        _typed("", Author.NAME_LENGTH, pattern=ONE_LINE_OF_SOMETHING),
        "Names that sign this article alone and have no page.",
        maxItems=MOST_GUESTS,
    ),
    "pinned": _list(
        _typed("A story, by its own id or its address.", Story.URL_LENGTH, pattern=ONE_LINE_OF_SOMETHING),
        'What comes first in its "You may also like", in this order.',
        maxItems=MOST_PINS,
    ),
    "excluded": _list(
        _typed("A story, by its own id or its address.", Story.URL_LENGTH, pattern=ONE_LINE_OF_SOMETHING),
        'What never comes in its "You may also like".',
        maxItems=MOST_EXCLUDED,
    ),
    "suggested": {"type": "boolean", "description": "False: it comes in no such box but where it is pinned."},
}

ONE_END = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": HIGHEST},
        {"type": "string", "format": "date-time"},
    ],
    "description": "An event's `seq`, or a time.",
}
TRIED: dict[str, Json] = {
    "succeeded": _flag("Whether the receiver took it."),
    "code": _or_null({"type": "integer", "description": "The status of its answer; null without one."}),
    "answer": _text("The beginning of its answer, or why there was none."),
    "took_ms": _count("Milliseconds."),
}
DELIVERY_STATES = [status.lower() for status in DeliveryStatus]
ENDPOINT_EVENTS = _list(_one_of(EVENTS), "What it hears of.", minItems=1)

RESTRAINT = _one_of(RESTRAINTS)
NOT_BOTH = {
    "not": {"properties": {name: {"type": "string"} for name in ("until", "lasts")}, "required": ["until", "lasts"]}
}
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
    "Replay": _object(
        "Both ends included; without `to` until now.", ("to",), **{"from": ONE_END, "to": _or_null(ONE_END)}
    ),
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
    "WordList": _object(
        "Words that a comment is compared with.",
        id=_id(""),
        name=_text(),
        kind=_one_of(Kind, "What an entry does to a comment that uses it; `mark` only shows it."),
        language=_or_null(_one_of(LANGUAGES)),
        mode=_one_of(ListMode, "`shadow`: it speaks, and nothing comes of it."),
        entries=_list(_text(), "Whole words or phrases; `word*` stands for every word that begins so."),
        updated_at=MOMENT,
    ),
    "NewWordList": _object(
        "",
        ("language", "mode", "entries"),
        site=_text("The site's key.", pattern=SITE_KEY),
        name=_typed("", WordList.NAME_LENGTH, pattern=SOMETHING),
        kind=_one_of(Kind),
        language=_or_null(_one_of(LANGUAGES, "Null for every language.")),
        mode=_or_null(_one_of(ListMode, "`live` if left out.")),
        entries=ENTRIES,
    ),
    "WordListChange": _object(
        "What is left out stays as it is.",
        ("name", "kind", "language", "mode", "entries"),
        name=_or_null(_typed("", WordList.NAME_LENGTH, pattern=SOMETHING)),
        kind=_or_null(_one_of(Kind)),
        language=_or_null(_one_of(LANGUAGES, "Null for every language.")),
        mode=_or_null(_one_of(ListMode)),
        entries=ENTRIES,
    ),
    "RuleState": _object(
        "One rule and what the site makes of it.",
        rule=_one_of(RULES),
        meaning=_text("For people."),
        usual=_one_of([outcome.name.lower() for outcome in Outcome], "The rule's own outcome."),
        fixed=_or_null(_text("Why the site cannot give it another outcome; null where it can.")),
        modes=_list(_one_of(Mode), "What `mode` may be."),
        mode=_or_null(_one_of(Mode, "Null: the rule's own outcome.")),
        when_silent=_or_null(_one_of(Silence, "When it cannot answer. Null: as the site's `when_silent`.")),
        settings=_list(
            _object(
                "",
                name=_text(),
                value={"type": ["integer", "boolean", "string"]},
                low=_or_null({"type": "integer"}),
                high=_or_null({"type": "integer"}),
                meaning=_text(),
            ),
            "Its thresholds among the site's settings.",
        ),
    ),
    "RuleChanges": _object(
        "",
        site=_text("The site's key.", pattern=SITE_KEY),
        rules=_list(
            _object(
                "What is left out stays as it is; null means the rule's, or the site's, own.",
                ("mode", "when_silent", "settings"),
                rule=_one_of(RULES),
                mode=_or_null(_one_of(Mode)),
                when_silent=_or_null(_one_of(Silence)),
                settings={
                    "type": ["object", "null"],
                    "description": "Thresholds of this rule by name.",
                    "additionalProperties": {"type": ["integer", "boolean", "string"]},
                },
            ),
            "Each rule once.",
            minItems=1,
        ),
    ),
    "Ban": _object(
        "Who may not write. Of an address or a network nothing is told.",
        id=_id(""),
        kind=_one_of(BanKind),
        domain=_or_null(_text()),
        reason=_text(),
        until=_or_null(MOMENT),
        created_at=MOMENT,
        lifted_at=_or_null(MOMENT),
        by=_or_null(_text("Name of the account.")),
    ),
    "NewBan": {
        **_object(
            "",
            ("value", "comment", "days", "reason", "until", "confirm"),
            site=_text("The site's key.", pattern=SITE_KEY),
            value=_or_null(_text("An e-mail address, or a domain of addresses.", minLength=1, maxLength=300)),
            confirm=_or_null(_flag("Needed for the domain of a large provider, and for a network of many people.")),
            comment=_or_null(_text("A comment whose network is meant.", pattern=ID)),
            days=_or_null(
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST_BAN_DAYS,
                    "description": f"A network is banned for {MOST_NETWORK_DAYS} days at most, {NETWORK_DAYS} if left "
                    "out; an address or domain until `until`, or for ever. Send one of the two.",
                }
            ),
            reason=_or_null(_typed("Seen by staff only.", Ban.REASON_LENGTH)),
            until=_or_null({**MOMENT, "description": "When the ban of an address or domain ends; not for networks."}),
        ),
        "oneOf": [_given("value"), _given("comment")],
        "if": _given("comment"),
        "then": {
            "properties": {
                "until": {"type": "null"},
                "days": {"type": ["integer", "null"], "maximum": MOST_NETWORK_DAYS},
            }
        },
        "not": {"allOf": [_given("until"), {"properties": {"days": {"type": "integer"}}, "required": ["days"]}]},
    },
    "Problem": _object(
        "An error (RFC 9457).",
        ("fields", "count", "request_id"),
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
        count=_count("How many match now; with `number_changed`."),
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
        avatar=_text("Address of a picture: one that was brought or named, else one drawn for this author."),
        website=_or_null(_text("The website given with this comment.", format="uri")),
        badges=_list(
            _one_of(["author", "moderator", "staff"]),
            "`author`: signs the story, or articles of this site. `moderator`, `staff`: writes for the newsroom.",
        ),
        url=_or_null(_text("The author's public page; null for a reader who has none.", format="uri-reference")),
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
            pinned=_flag("Pinned by the newsroom: on the first page of a thread it stands before the others."),
            locked=_flag("It takes no replies: it, or in a thread one above it, is locked."),
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
        state=_one_of(StoryState, "The strictest of site, section, story, age and opening hours decides."),
        opens_at=OPENS_AT,
        comment_count=_count("Visible comments."),
        authors=_list(_ref("Profile"), "Who signs the article."),
        guests=_list(_text(), "Names that sign it as well and have no page."),
    ),
    "Form": _object(
        "What a form under this story must ask, and its limits in code points.",
        state=STORY_STATE,
        opens_at=OPENS_AT,
        required=_list(_text()),
        guests=_flag("Whoever is neither signed on by the publisher nor signed in may write too."),
        login=_or_null(
            _object(
                "Where readers may sign in: a window at `/sign-in/{site}`. Null: nowhere.",
                name=_text("What the provider is called, for a button: Sign in with …"),
            )
        ),
        limits=_object("", text=_count(), name=_count(), email=_count(), website=_count()),
        honeypot=_text("A field people must not see; whoever fills it in is a program."),
        notify=_list(_one_of(NOTIFY), "What a writer may ask to get mail about; empty where no mail is sent."),
        challenge={
            "enum": ["proof_of_work", None],
            "description": "What a comment must come with; null where nothing is asked for. Proof of work: see "
            "`GET /challenge`.",
        },
        edit_window_minutes=_count("0: comments cannot be edited."),
        like_label=_or_null(_text("The word on the button that likes; null: Like, in the reader's language.")),
    ),
    "Thread": _object(
        "One page of a story's comments.",
        story=_ref("Story"),
        sort=_one_of(SORTS),
        version=VERSION_OF_THREAD,
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
            ("story", "url", "title", "parent", "website", "notify", "topic", "challenge", "elapsed"),
            site=_text("The site's key.", pattern=SITE_KEY, examples=["demo"]),
            **STORY_NAME,
            title=_or_null(_typed("The article's title; kept when the story is new.", Story.TITLE_LENGTH)),
            text=_typed(
                "Light Markdown. Sites may set a lower limit, see `form`.",
                Comment.TEXT_LENGTH,
                pattern=SOMETHING,
            ),
            name=_typed(
                "Shown with the comment. Of who signed on it is the publisher's, and may be left out.",
                Author.NAME_LENGTH,
                pattern=SOMETHING,
            ),
            email=_text("Never published. Who signed on may leave it out.", format="email", maxLength=EMAIL_LENGTH),
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
            challenge=_or_null(_text("The answer to a challenge of `GET /challenge`, where one is asked for.")),
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
    "OwnComment": _more(
        "Comment",
        "A comment as its confirmed writer finds it among their own.",
        status=_one_of(["approved", "pending", "rejected", "retracted"], "`rejected`: a moderator decided so."),
        reason=_or_null(_text("Of a rejection: one of those readers may know, `other` for any other.")),
        editable_until=_or_null(MOMENT),
        story=_object("", id=_or_null(_text()), title=_text(), url=_or_null(_text())),
    ),
    "NewSession": {
        **_object(
            "One of `code` and `token`.",
            ("code", "token"),
            site=_text("The site's key.", pattern=SITE_KEY),
            code=_text("What stands behind `#commentsvc-known=` in the address."),
            token=_text("The publisher's sign-on token (a JWT), of at most 4,096 characters; it is taken once."),
        ),
        "anyOf": [{"required": ["code"]}, {"required": ["token"]}],
    },
    "Preview": _object(
        "",
        site=_text("The site's key.", pattern=SITE_KEY),
        text=_typed("As it was typed.", Comment.TEXT_LENGTH, pattern=SOMETHING),
    ),
    "Report": _object(
        "",
        ("details",),
        reason=_one_of(FlagReason),
        details=_or_null(_typed("For the moderators.", Flag.DETAILS_LENGTH)),
    ),
    "Verdict": _object(
        "What one rule said of the present text.",
        ("score", "would_be"),
        rule=_text(examples=["too_many_links"]),
        outcome=_one_of([outcome.name.lower() for outcome in Outcome if outcome is not Outcome.REFUSE]),
        reason=_text("For people."),
        spans=_list(_list(_count(), minItems=2, maxItems=2), "[start, end) in code points of `text`."),
        score={"type": "number"},
        would_be=_one_of(
            [outcome.name.lower() for outcome in Outcome],
            "The rule, or its word list, is in shadow: what it would have been, were it not.",
        ),
        at=MOMENT,
    ),
    "Flag": _object("An open report of a reader.", reason=_one_of(FlagReason), details=_text(), at=MOMENT),
    "WriterRecord": _object(
        "What is known of a writer's past on this site.",
        approved=_count("Comments approved."),
        rejected=_count("Comments rejected or spam."),
        first_seen=MOMENT,
        standing=_one_of(Standing),
        confirmed=_flag("The address is the writer's: they followed a link in a mail to it."),
    ),
    "Item": {
        "description": "A comment with everything a moderator needs to decide. Author and words are there whatever its "
        "state.",
        "allOf": [
            _ref("Comment"),
            _object(
                "",
                ("alike",),
                version=_count("Counts every change; a decision names the one that was seen."),
                status=_one_of(STATUSES),
                set_aside=_or_null(_one_of(["later", "escalated"], "Where a moderator put it.")),
                held_by=_or_null(_text("The rule that keeps it from readers.")),
                language=_or_null(_text("The language of the text, where it could be told.")),
                waiting_since=MOMENT,
                risk=_object(
                    "In words, with what speaks for it.",
                    level=_one_of(["low", "medium", "high"]),
                    reasons=_list(_text()),
                ),
                text=_text("As typed."),
                verdicts=_list(_ref("Verdict")),
                flags=_list(_ref("Flag")),
                author_record=_ref("WriterRecord"),
                parent_excerpt=_or_null(_text("The beginning of the comment it answers.")),
                story=_object("", id=_or_null(_text()), title=_text(), url=_or_null(_text()), category=_text()),
                alike={
                    "type": "integer",
                    "minimum": 2,
                    "description": "In the queue: how many alike wait; in a flood counted to 1,000.",
                },
            ),
        ],
    },
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
            _object(
                "",
                ("reports",),
                id=_id(""),
                version={"type": "integer", "description": "As it was in the queue."},
                reports=_count(
                    "How many open reports you saw: with more, a comment is not approved but in `conflicts`."
                ),
            ),
            minItems=1,
            maxItems=MOST_AT_ONCE,
        ),
        action=_one_of(ACTIONS),
        reason=_or_null(
            _typed(
                "A short name for why. To reject or mark as spam, one of the site's setting `reasons`; needed where "
                "`reason_required` is on.",
                Decision.REASON_LENGTH,
                examples=["off topic"],
            )
        ),
        note=_or_null(_typed("For colleagues. The reason `other` needs one.", Decision.NOTE_LENGTH)),
    ),
    "LoggedAct": _object(
        "A change of what a whole story or section takes. A mode of null is what stands above it.",
        number=_count("Its place among the site's acts."),
        story_id=_or_null(_id("The service's number of the story; null for a section.")),
        section=_text("The category of the story then, or the section."),
        actor={
            "oneOf": [
                _object("", account=_text("Who acted."), id=_id("")),
                _object("Somebody who has left.", rule={"type": "null"}),
            ]
        },
        action=_one_of(ACTS),
        before=_or_null(_one_of(MODES)),
        after=_or_null(_one_of(MODES)),
        at=MOMENT,
    ),
    "StaffComment": _more(
        "Comment",
        "What somebody of the newsroom wrote, as readers see it.",
        status=_one_of(STATUSES),
        version=_count("Counts every change; an edit names the one that was seen."),
    ),
    "StaffAnswer": {
        **_nothing_else(
            _object(
                "An answer in public.",
                ("version", "approve"),
                text=STAFF_TEXT,
                version=_or_null({"type": "integer", "description": "The one that was seen; needed to approve."}),
                approve=_flag("Let the comment through in the same stroke, as a decision of its own."),
            )
        ),
        "if": {"properties": {"approve": {"const": True}}, "required": ["approve"]},
        "then": {"properties": {"version": {"type": "integer"}}, "required": ["version"]},
    },
    "StaffWords": _nothing_else(_object("A comment of the newsroom's own.", text=STAFF_TEXT)),
    "StaffEdit": _nothing_else(
        _object(
            "Other words.",
            text=STAFF_TEXT,
            version={"type": "integer", "description": "The one that was seen."},
        )
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
        decided_by=_or_null(_text("The name colleagues know the account by, or the rule.")),
    ),
    "Outcome": _object("", decided=_list(_ref("Decided")), conflicts=_list(_ref("Conflict"))),
    "Counted": _object(
        "",
        count=_count("How many comments match at this moment."),
        snapshot=_text("Names exactly these; to be sent back as it is."),
    ),
    "DecideMatching": {
        **_nothing_else(
            _object(
                "One action on all comments that were counted with the same filters.",
                (*READERS, "reason", "note", "expected", "batch"),
                site=_text(pattern=SITE_KEY),
                queue=_or_null({**_one_of(QUEUES), "default": "pending"}),
                sort=_or_null(_one_of(QUEUE_SORTS, "Makes no difference: the oldest come first.")),
                q=_or_null(_typed("As in the queue.", 200)),
                story=_or_null(_typed("As in the queue.", 2000)),
                story_id=_or_null(_text("As in the queue.", pattern=ID)),
                section=_or_null(_typed("As in the queue.", Story.CATEGORY_LENGTH)),
                author=_or_null(_typed("As in the queue.", 2000)),
                rule=_or_null(_typed("As in the queue.", 60)),
                language=_or_null(_text("As in the queue.", pattern=LANGUAGE)),
                link=_or_null(_one_of(("yes", "no"), "As in the queue.")),
                since=_or_null({**DAY_OR_MOMENT, "description": "As in the queue."}),
                until=_or_null({**DAY_OR_MOMENT, "description": "As in the queue."}),
                likeness=_or_null(_text("As in the queue.", pattern="^[0-9a-f]{64}$")),
                action=_one_of(ACTIONS),
                reason=_or_null(_typed("A short name for why.", Decision.REASON_LENGTH, examples=["spam"])),
                note=_or_null(_typed("For colleagues.", Decision.NOTE_LENGTH)),
                expected=_count("How many there are, in the first call: another number decides nothing."),
                snapshot=_text("As counted; from the second call on, as the call before gave it.", minLength=1),
                batch=_or_null(_text("From the second call on: the batch to go on with.", pattern=BATCH)),
            )
        ),
        "anyOf": [_given("batch"), {"required": ["expected"]}],
    },
    "DecidedMatching": _object(
        "What came of one step. Over all steps `decided`, `skipped` and `failed` add up to what was counted.",
        batch=_text("Names all decisions of this stroke, in the log and to undo them.", pattern=BATCH),
        decided=_count(),
        skipped=_count("They changed since they were counted, or were so already; left as they are."),
        failed=_list(_object("", id=_id("The comment."), reason=_text("A sentence for people."))),
        remaining=_count("Call again with `batch` and `snapshot` until this is 0."),
        snapshot=_text("How far it has come, for the next call."),
    ),
    "LoggedDecision": _object(
        "One change of a comment.",
        id=_id(""),
        number={"type": "integer", "minimum": 1, "description": "Its place in the site's log, without a gap."},
        comment=_id(""),
        revision=_id("The text it was about."),
        actor={
            "description": "Somebody of the staff by name, or a rule; a rule of null was an account that is gone.",
            "oneOf": [_object("", account=_text(), id=_id("")), _object("", rule=_or_null(_text()))],
        },
        action=_one_of(ACTIONS),
        before=_or_null(_one_of(STATUSES)),
        after=_one_of(STATUSES),
        reason=_text("`undo`: it takes another decision back."),
        note=_text(),
        batch=_or_null(_text("The stroke it is part of.")),
        undoes=_or_null(_id("The decision it takes back.")),
        at=MOMENT,
    ),
    "Undo": {
        **_nothing_else(
            _object(
                "Exactly one of `batch`, `account`, `rule` and `author`.",
                (*KINDS, "since", "until", "dry_run"),
                site=_text("The site's key.", pattern=SITE_KEY),
                batch=_or_null(_typed("All that was decided in one stroke.", Decision.BATCH_LENGTH)),
                account=_or_null(_text("All that an account decided.", pattern=ID)),
                rule=_or_null(_typed("All that a rule decided.", 60)),
                author=_or_null(
                    _typed("All that a standing decided about one author's comments: a slug.", Author.SLUG_LENGTH)
                ),
                since=_or_null({**DAY_OR_MOMENT, "description": "From this moment on; a day is its beginning in UTC."}),
                until=_or_null({**DAY_OR_MOMENT, "description": "Before this moment."}),
                dry_run=_flag("Only say what would be done; false if left out."),
            )
        ),
        "oneOf": [_given(kind) for kind in KINDS],
    },
    "Undone": _object(
        "",
        done=_count("Decisions undone."),
        skipped={
            "type": "object",
            "description": "Decisions left as they are, by why: something was decided about the comment since; undone "
            "already; the first about its comment; a move whose way back is gone.",
            "properties": {why: _count() for why in WHY_NOT_UNDONE},
        },
        failed=_count("Not undone, because they changed at the same moment."),
        remaining=_count("Left to undo: call again."),
        batch=_or_null(_text("The stroke this was, to undo it by; null for a dry run.")),
        newest=_list(
            _object("", decision=_ref("LoggedDecision"), skipped=_or_null(_one_of(WHY_NOT_UNDONE))),
            "The newest of the decisions named.",
        ),
    ),
    "Tally": _object(
        "Numbers of decisions, the most frequent first.",
        since=MOMENT,
        until=MOMENT,
        by_people=_list(_object("", action=_one_of(ACTIONS), reason=_text('"" for none.'), count=_count())),
        by_rules=_list(_object("", action=_one_of(ACTIONS), count=_count())),
    ),
    "Author": _more(
        "Profile",
        "A person who writes, as the newsroom sees them.",
        id=_id(""),
        bio_text=_text("The bio as typed."),
        byline=_flag("Signs articles."),
        lists_comments=_or_null(
            _flag("Whether the public page lists comments, as the person chose; null: nobody did.")
        ),
        record=_ref("WriterRecord"),
        standing=_object(
            "What holds now, and the reason and end it was given with.",
            standing=_one_of(Standing),
            reason=_text(),
            until=_or_null(MOMENT),
        ),
        confirmed=_flag("The address is confirmed."),
        has_address=_flag("There is one. It is shown by `POST …/address`, which is logged."),
        last_seen=MOMENT,
    ),
    "StandingsOutcome": _object(
        "What came of one stroke.",
        batch=_text("Names the stroke, to undo it by."),
        done=_list(_text("An author's id.", pattern=ID)),
        skipped=_list(_object("", id=_text(pattern=ID), reason=_one_of(standings.WHY)), "Left as they were."),
        failed=_list(_object("", id=_text(pattern=ID), reason=_one_of((standings.UNKNOWN,))), "Not of this site."),
    ),
    "AuthorAddress": _object(
        "",
        site=_text(pattern=SITE_KEY),
        address=_text("The whole address, in any letters.", format="email", maxLength=EMAIL_LENGTH),
    ),
    "ManyStandings": NOT_BOTH
    | _object(
        "The same standing for several authors; see `NewStanding`.",
        ("reason", "until", "lasts"),
        site=_text(pattern=SITE_KEY),
        authors=_list(_text("An author's id.", pattern=ID), minItems=1, maxItems=standings.MOST_AT_ONCE),
        standing=_one_of([each for each in Standing if each is not Standing.SUSPENDED]),
        reason=_or_null(_typed("Seen by staff only.", StandingChange.REASON_LENGTH)),
        until=_or_null(MOMENT),
        lasts=_or_null(_one_of(standings.LASTS, "In the place of `until`.")),
    ),
    "AuthorNote": _object("", text=_text(), by=_or_null(_text("Who of the staff.")), at=MOMENT),
    "NewAuthorNote": _object("", text=_typed("For colleagues.", AuthorNote.TEXT_LENGTH, pattern=SOMETHING)),
    "Reports": _object("", total=_count(), open=_count(), upheld=_count("About comments that are rejected now.")),
    "AuthorRecord": _object(
        "What staff know of one person.",
        comments={"type": "object", "description": "How many, by state.", "additionalProperties": _count()},
        names=_list(_object("", name=_text(), comments=_count()), "Those comments were written under."),
        flags_received=_ref("Reports"),
        flags_made=_ref("Reports"),
        notes=_list(_ref("AuthorNote")),
        same_address=_list(_text(pattern=ID), "Others who typed the address; for who may see addresses."),
        acts=_list(
            _object(
                "What the staff did, the newest first. No address stands in it.",
                action=_text(),
                field=_text(),
                before=_text(),
                after=_text(),
                by=_or_null(_text()),
                at=MOMENT,
            )
        ),
    ),
    "Transfer": _object(
        "Comments that went from one author to another.",
        **{
            "id": _text(pattern=ID),
            "kind": _one_of(TransferKind),
            "from": _text(pattern=ID),
            "to": _text(pattern=ID),
            "comments": _count(),
            "undoable_until": MOMENT,
            "undone_at": _or_null(MOMENT),
        },
    ),
    "NewMerge": _object(
        "",
        ("dry_run",),
        author=_text("The id of who becomes part of the author in the path.", pattern=ID),
        dry_run=_flag("Only say what it would do."),
    ),
    "NewSplit": _object(
        "",
        names=_list(
            _typed("", Author.NAME_LENGTH, pattern=SOMETHING),
            "The names whose comments go.",
            minItems=1,
            maxItems=merging.MOST_NAMES,
        ),
    ),
    "UndoStandings": _object("", site=_text(pattern=SITE_KEY), batch=_text("As the stroke named it.", pattern=BATCH)),
    "StandingChange": _object("", standing=_one_of(Standing), reason=_text(), until=_or_null(MOMENT), at=MOMENT),
    "NewAuthor": _object(
        "A byline; needs neither account nor address.",
        ("slug", "bio", "avatar", "website", "links", "lists_comments"),
        site=_text("The site's key.", pattern=SITE_KEY),
        slug=_or_null(_text("Wanted in addresses; made from the name if left out.")),
        **AUTHOR_FIELDS,
    ),
    "AuthorChange": _object(
        "What is left out stays as it is.",
        ("slug", *AUTHOR_FIELDS),
        slug=_or_null(_typed("Another one; the old one leads to it from now on.", Author.SLUG_LENGTH)),
        **AUTHOR_FIELDS,
    ),
    "NewPicture": _object(
        "",
        picture=_text(
            "A PNG, JPEG, WebP or GIF in base64, at most 5 MB and 25 megapixels, at least 32 × 32 pixels.",
            minLength=1,
            contentEncoding="base64",
        ),
    ),
    "NewStanding": {
        **_object(
            "",
            ("reason", "until", "lasts", "message", "comments", "since", "scope"),
            standing=_one_of(Standing),
            message=_or_null(
                _typed("Goes to the confirmed address; refused where there is none.", StandingChange.MESSAGE_LENGTH)
            ),
            comments=_or_null(
                _one_of(sanctions.COMMENTS, "What becomes of their comments since `since`; with a restraint only.")
            ),
            since=_or_null({**DAY_OR_MOMENT, "description": "Needed with `comments`."}),
            scope=_or_null(_one_of((sanctions.SITE, sanctions.EVERYWHERE), "A ban, or its end, on all your sites.")),
            reason=_or_null(_typed("Seen by staff only.", StandingChange.REASON_LENGTH)),
            lasts=_or_null(_one_of(standings.LASTS, "In the place of `until`.")),
            until=_or_null(
                {
                    **MOMENT,
                    "description": "RFC 3339, with its zone, in the future. Without one it has no end.",
                }
            ),
        ),
        "allOf": [
            {
                "if": {"properties": {"standing": {"const": "SUSPENDED"}}, "required": ["standing"]},
                "then": {"anyOf": [_given("until"), _given("lasts")]},
            },
            {
                "if": _given("comments"),
                "then": {**_given("since"), "properties": {**_given("since")["properties"], "standing": RESTRAINT}},
            },
            {
                "if": {"properties": {"scope": {"const": sanctions.EVERYWHERE}}, "required": ["scope"]},
                "then": {"properties": {"standing": _one_of(sanctions.FOR_EVERYWHERE)}},
            },
        ],
        **NOT_BOTH,
    },
    "Erasure": _object(
        "That everything about an author goes; of the author it says the number alone.",
        id=_id("The erasure's id."),
        author=_id("The author's id."),
        state=_text(enum=["running", "cancelled", "done"]),
        comments=_one_of(Comments, "What becomes of the comments: they stay nameless, or their words go too."),
        asked_by=_or_null(_text("Who of the staff asked; null: the person.")),
        asked_at=MOMENT,
        due_at=MOMENT,
        cancelled_at=_or_null(MOMENT),
        done_at=_or_null(MOMENT),
    ),
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
        state=_one_of(StoryState, "The story's own `mode` in the words of before there were modes."),
        mode=_or_null(_one_of(MODES, "As set for the story; null: what its section and its site say.")),
        in_force=_object(
            "The strictest of site, section, story, age and opening hours.",
            mode=_one_of(MODES),
            source=_text("Where it comes from.", examples=["section World", "closed after 14 days"]),
            until=_or_null({**MOMENT, "description": "When the clock alone changes it next."}),
        ),
        bylines=_list(SLUG),
        guests=_list(_text(), "Names that sign it as well and have no page."),
        pinned=_list(_text(), 'What comes first in its "You may also like", by own id or address.'),
        excluded=_list(_text(), "What never comes there."),
        suggested={"type": "boolean", "description": "Whether it comes in such boxes of other stories."},
        comment_count=_count(),
    ),
    "Section": _object(
        "What is set for the stories of one category. Null: what the site says.",
        name=_text("The category."),
        mode=_or_null(_one_of(MODES)),
        close_after_days=_or_null(_count("0: never.")),
        opening_hours=_or_null(_text()),
        default_sort=_or_null(_one_of(SORTS, "The order of threads until a reader chooses.")),
        stories=_count("How many stories are in it."),
    ),
    "SectionChange": _object(
        "What is left out stays as it is; null is what the site says.",
        ("mode", "close_after_days", "opening_hours", "default_sort"),
        site=_text("The site's key.", pattern=SITE_KEY),
        name=_typed("The category, letter for letter.", Section.NAME_LENGTH, pattern=SOMETHING),
        mode=_or_null(_one_of(MODES)),
        close_after_days=_or_null(
            {"type": "integer", "minimum": 0, "maximum": MOST_DAYS_OPEN, "description": "0: never."}
        ),
        opening_hours=_or_null(
            _text("Spans of the week, with `;` between them. Always open: `00:00-24:00`.", pattern=HOURS)
        ),
        default_sort=_or_null(_one_of(SORTS)),
    ),
    "NewPlace": _nothing_else(
        _object(
            "",
            ("comment", "version"),
            to=_typed(
                "Another story: its address (one the site does not know yet makes a new story), the publisher's own "
                "id, or its `number`.",
                Story.URL_LENGTH,
                pattern=SOMETHING,
            ),
            comment=_or_null(_text("One comment, with all its replies; left out: everything.", pattern=ID)),
            version=_or_null({"type": "integer", "description": "The version of that comment that was seen."}),
        )
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
        id=_or_null(
            _typed(
                "The publisher's own id, for a story that was known by its address only. Null: it stays as it is.",
                Story.ID_LENGTH,
            )
        ),
        **STORY_FIELDS,
    ),
    "WaitingQueue": _object(
        "What waits in a queue, and since when the oldest does.",
        count=_count(),
        oldest=_or_null(MOMENT),
        sections=_list(_object("", section=_text(), count=_count(), oldest=MOMENT)),
    ),
    "Trial": {
        **_object(
            "What to try. Fields that the kind chosen in `try` has no use for have to be right all the same.",
            ("try", "words", "kind", "rule", "number", "mode", "days"),
            **{
                "site": _text("The site's key.", pattern=SITE_KEY),
                "try": {**_or_null(_one_of(trial.TRIES)), "default": "words"},
                "words": _or_null(_text("For words: one a line, as on the site's lists.")),
                "kind": {**_or_null(_one_of(trial.KINDS)), "default": "hold"},
                "rule": _or_null(_one_of(trial.RULES_TO_TRY, "For a rule: those whose past is kept.")),
                "number": _or_null(
                    {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 1000,
                        "description": "The threshold of a rule that has one; or how many readers report.",
                    }
                ),
                "mode": _or_null(_one_of(trial.MODES)),
                "days": _or_null({"type": "integer", "minimum": 1, "maximum": trial.MOST_DAYS, "default": 30}),
            },
        ),
        "allOf": [
            {"if": _is_or_left_out("try", "words"), "then": _given("words")},
            {
                "if": {"properties": {"try": {"const": "flags"}}, "required": ["try"]},
                "then": {"properties": {"number": {"type": ["integer", "null"], "minimum": 1}}},
            },
        ],
    },
    "TrialResult": _object(
        "What came of a trial. `is_thin`: too few decisions of one kind to trust the shares. `is_capped`, `ran_out`: "
        "decisions from before `reached` were not looked at, because there are too many, or for want of time.",
        about=_text("What was tried, in words."),
        days=_count(),
        decided=_count("Texts that people decided on, by their last word."),
        approved=_count(),
        rejected=_count("Spam among them."),
        would_hold=_count(),
        true_holds=_count("People rejected them too."),
        false_holds=_count("People approved them."),
        misses=_count("People rejected them, and nothing would have been said."),
        precision=_or_null({"type": "number", "minimum": 0, "maximum": 1}),
        recall=_or_null({"type": "number", "minimum": 0, "maximum": 1}),
        is_thin=_flag("Fewer than 30 approved or rejected."),
        reached=_or_null(MOMENT),
        is_capped=_flag("There are more decisions than are looked at."),
        ran_out=_flag("There was no time for all."),
        cases=_object(
            "Examples: the newest ten of each kind.",
            **{kind: _list(_ref("TriedExample")) for kind in ("false_holds", "misses", "true_holds")},
        ),
    ),
    "TriedExample": _object(
        "",
        comment=_id("The comment's id."),
        name=_text(),
        story=_text("Its headline."),
        text=_list(_object("", text=_text(), marked={"type": "boolean"}), "Part of the text, in pieces."),
        reason=_text("What would have been said; empty for a miss."),
        decision=_one_of(["approved", "rejected", "spam"]),
        decided_at=MOMENT,
        decided_by=_text(),
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
    "ErasureId": _in_path("erasure_id", "The erasure's id.", _text(pattern=ID), "4"),
    "ListId": _in_path("list_id", "The word list's id.", _text(pattern=ID), "1"),
    "BanId": _in_path("ban_id", "The ban's id.", _text(pattern=ID), "1"),
    "EndpointId": _in_path("endpoint_id", "The endpoint's id.", _text(pattern=ID), "1"),
    "StoryNumber": _in_path("number", "The story's `number`.", _text(pattern=ID), "2"),
}
NAMED_STORY = ("Site", "Story", "Url")

ETAG = {
    "ETag": {
        "required": True,
        "description": "Strong; of the bytes as they were sent.",
        "schema": _text(pattern='^"[0-9a-f]{32}(-br|-gzip)?"$'),
    }
}
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


READING, WRITING, MODERATION, AUTHORS, STORIES, RULEBOOK, OUTGOING, SERVICE = (
    "Reading",
    "Writing",
    "Moderation",
    "Authors",
    "Stories",
    "Rulebook",
    "Outgoing",
    "Service",
)
WITH_RECEIPT: list[Json] = [{"receipt": []}, {"readerToken": []}]
WITH_READER_TOKEN: list[Json] = [{"readerToken": []}]
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes a retry safe: the same key with the same comment gives the comment that is there already, "
    "for 24 hours.",
    "schema": _text(pattern=r"^[\x21-\x7e]{1,200}$"),
    "example": "0f8c7f1e-8b4e-4f0a-9a57-5a9f0e1d2c3b",
}

READERS_PATHS: dict[str, Json] = {
    "/api/v1/thread": {
        "get": _read(
            "getThread",
            READING,
            "A story's thread",
            "One page of top-level comments with their first replies, and what the form under them must ask. "
            f"On the first page pinned ones come first, then the editors' latest {PICKS_FIRST} picks. "
            "A story that is not known yet reads as an empty open thread.",
            takes=(
                *NAMED_STORY,
                _may(
                    "sort",
                    _one_of(SORTS),
                    "Of the top-level comments; replies are oldest first. Left out: `default_sort` of the section, "
                    "else of the site.",
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
                "version": VERSION_EXAMPLE,
                "comments": [COMMENT_EXAMPLE],
                "next_cursor": None,
                "form": FORM_EXAMPLE,
            },
        )
    },
    "/api/v1/thread/version": {
        "get": _read(
            "getThreadVersion",
            READING,
            "Whether a thread has changed",
            "A few bytes, to be asked again and again while somebody reads: with `If-None-Match` most answers are 304.",
            takes=NAMED_STORY,
            refuses=("unknown_site", "validation_failed"),
            gives=_object("", version=VERSION_OF_THREAD, comment_count=_count("Visible comments.")),
            example={"version": VERSION_EXAMPLE, "comment_count": 2},
        )
    },
    "/api/v1/thread/new": {
        "get": _read(
            "getNewComments",
            READING,
            "What came since",
            "Comments that readers got to see after a version of the thread, in the order in which they did, whatever "
            f"they answer; at most {NEW_AT_ONCE}, then ask again with the `version` of the answer. Some that were "
            "there a few seconds before may come again.",
            takes=(
                *NAMED_STORY,
                _query(
                    "since",
                    _text(minLength=1),
                    "The `version` of the thread you have.",
                    required=True,
                    example=VERSION_EXAMPLE,
                ),
                "Format",
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_object(
                "",
                version=VERSION_OF_THREAD,
                comments=_list(_ref("Comment"), "Without their replies."),
                ancestors=_list(_ref("Comment"), "Everything above them, from the top down, each once."),
            ),
            example={"version": VERSION_EXAMPLE, "comments": [ALONE_EXAMPLE], "ancestors": []},
        )
    },
    "/api/v1/comments": {
        "post": _call(
            "postComment",
            WRITING,
            "Write a comment",
            "Stores the comment before it answers. `status` says whether readers see it already. "
            "A writer who shows a reader's token or the receipt of an earlier comment of the same address is "
            "recognised; one that is not valid any more is passed over.",
            status=201,
            takes=(
                "Format",
                IDEMPOTENCY_KEY,
            ),
            body=("NewComment", NEW_COMMENT_EXAMPLE),
            refuses=(
                "login_required",
                "origin_not_allowed",
                "story_closed",
                "not_welcome",
                "unknown_site",
                "duplicate",
                "idempotency_conflict",
                "parent_not_in_story",
                "parent_not_visible",
                "challenge_required",
                "challenge_failed",
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
    "/api/v1/comments/{comment_id}/receipt": {
        "get": _call(
            "getReceipt",
            WRITING,
            "What became of one's own comment",
            "For its writer only. `rejected`: a moderator decided not to publish it.",
            takes=("CommentId",),
            refuses=("unauthorized", "origin_not_allowed", "not_found"),
            security=WITH_RECEIPT,
            gives=_object(
                "",
                status=_one_of(["approved", "pending", "rejected", "retracted"]),
                editable_until=_or_null(MOMENT),
            ),
            example={"status": "pending", "editable_until": "2026-01-20T08:45:00Z"},
        )
    },
    "/api/v1/comments/{comment_id}/editor": {
        "post": _call(
            "openEditor",
            WRITING,
            "Open the editor of one's own comment",
            "The text as typed. Opened inside the window, there are two hours more to send the edit. "
            "Opened again it gives no more.",
            takes=("CommentId",),
            refuses=("unauthorized", "origin_not_allowed", "not_found", "window_over"),
            security=WITH_RECEIPT,
            gives=_object("", text=_text(), editable_until=_or_null(MOMENT)),
            example={"text": "The road was open on Monday.", "editable_until": "2026-01-20T10:45:00Z"},
        )
    },
    "/api/v1/sessions": {
        "post": _call(
            "openSession",
            WRITING,
            "Be known in a browser",
            "Changes for a token: the code with which a reader comes from the page that confirmed their address (it "
            "works once, within 10 minutes and from the same network), or the publisher's sign-on token. `comments` "
            "are those whose receipts work no more: the token is shown in their place. 60 a minute from one network.",
            status=201,
            body=("NewSession", {"site": "demo", "code": "hJ3kq8Zr4YtV0nW2xLpA7sJd9Gf3HbMc6Qe1TuXiOyR"}),
            refuses=("unauthorized", "origin_not_allowed", "unknown_site", "too_fast"),
            gives=_object(
                "",
                token=_text("To be sent as `Authorization: Bearer <token>`. Keep it in the reader's browser."),
                expires_at=MOMENT,
                name=_text("What the reader is called here."),
                comments=_list(_id(""), "The newest of the reader's own."),
            ),
            example={
                "token": "reader_hJ3kq8Zr4YtV0nW2xLpA7sJd9Gf3HbMc6Qe1TuXiOyR",
                "expires_at": "2026-07-19T08:30:00Z",
                "name": "Rosa Reader",
                "comments": ["3"],
            },
        ),
        "get": _call(
            "getSession",
            WRITING,
            "Whom a token shows",
            "Whether the token still shows a reader of this site, and what they are called. It may have ended, or have "
            "been ended in another place.",
            takes=("Site",),
            refuses=("unauthorized", "origin_not_allowed", "unknown_site", "validation_failed"),
            security=WITH_READER_TOKEN,
            gives=_object("", name=_text("What the reader is called here.")),
            example={"name": "Rosa Reader"},
        ),
        "delete": _call(
            "closeSession",
            WRITING,
            "Be known no more",
            "The token shown works no more. One that never did is gone as well, and so is none: whoever repeats the "
            "call because its answer was lost is told the same.",
            takes=("Site",),
            refuses=("origin_not_allowed", "unknown_site", "validation_failed"),
            security=[{}, *WITH_READER_TOKEN],
            gives=_object("", known={"const": False}),
            example={"known": False},
        ),
    },
    "/api/v1/me/comments": {
        "get": _call(
            "getMyComments",
            READING,
            "A confirmed reader's own comments",
            "All of them in every state, the newest first, with the newest visible replies to each. For their writer "
            "only. They are edited and retracted with the same token.",
            takes=("Site", "Cursor", "Format"),
            refuses=("unauthorized", "origin_not_allowed", "unknown_site", "validation_failed"),
            security=WITH_READER_TOKEN,
            gives=_object("", comments=_list(_ref("OwnComment")), next_cursor=CURSOR),
            example={
                "comments": [
                    {
                        **ALONE_EXAMPLE,
                        "status": "rejected",
                        "reason": "off topic",
                        "editable_until": None,
                        "story": {"id": STORY_ID, "title": "The road is open again", "url": STORY_URL},
                    }
                ],
                "next_cursor": None,
            },
        )
    },
    "/api/v1/preview": {
        "post": _call(
            "preview",
            WRITING,
            "See a text as a comment",
            "What would be made of a text. Nothing is stored and no rule is asked. 30 a minute from one network.",
            takes=("Format",),
            body=("Preview", {"site": "demo", "text": "The road was **open**."}),
            refuses=("origin_not_allowed", "unknown_site", "too_fast"),
            gives={
                **_object(
                    "",
                    ("content", "html"),
                    content=_list(_ref("Node"), "As nodes; unless `format=html` was asked for."),
                    html=_text("As cleaned HTML; with `format=html`."),
                ),
                "oneOf": [{"required": ["content"]}, {"required": ["html"]}],
            },
            example={"content": [["p", "The road was ", ["strong", "open"], "."]]},
        )
    },
    "/api/v1/challenge": {
        "get": _call(
            "getChallenge",
            WRITING,
            "A challenge for proof of work",
            "Where `form.challenge` says `proof_of_work`. In the format of ALTCHA, version 1: find the whole number "
            "from 0 to `maxNumber` for which the SHA-256 of `salt` followed by the number, in hex, is `challenge`. "
            "Send base64 of the JSON `{algorithm, challenge, number, salt, signature}` as `challenge` of "
            "`POST /comments`. Good for one comment on this site and 20 minutes.",
            takes=("Site",),
            refuses=("unknown_site", "validation_failed", "too_fast"),
            gives=_object(
                "",
                algorithm={"const": "SHA-256"},
                challenge=_text(pattern="^[0-9a-f]{64}$"),
                maxNumber=_count(),
                salt=_text(),
                signature=_text(pattern="^[0-9a-f]{64}$"),
            ),
            example={
                "algorithm": "SHA-256",
                "challenge": "8f2b54a1f0a1f5c1c6c9f3b5d8f9a37a51c7b0cf0a5ad5e1c4a0a7d7b5e2a941",
                "maxNumber": 100_000,
                "salt": "5f3c1a9be27d40c68a1b2c3d?expires=1768898700&",
                "signature": "1c6c9f3b5d8f9a37a51c7b0cf0a5ad5e1c4a0a7d7b5e2a9418f2b54a1f0a1f5c",
            },
        )
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
            "Of a byline or a commenter, with visible comments, the newest first, where they are listed. An unknown "
            "slug and one of somebody with nothing to show are answered alike.",
            takes=(_in_path("slug", "The author's slug.", SLUG, "nadim-sarraf"), "Site", "Cursor", "Format"),
            refuses=("unknown_site", "not_found", "validation_failed"),
            gives=_object(
                "",
                author=_more(
                    "Profile",
                    "",
                    since=MOMENT,
                    comment_count=_count("0 where comments are not listed."),
                    lists_comments=_flag("Whether the page lists comments: the person chooses."),
                    feed=_or_null(
                        _text("The Atom feed of the comments, where they are listed.", format="uri-reference")
                    ),
                    stories=_list(_ref("RelatedStory"), "The newest articles they sign."),
                ),
                comments=_list(
                    _more(
                        "Comment",
                        "",
                        story=_object("", id=_or_null(_text()), title=_text(), url=_or_null(_text())),
                        in_reply_to=_or_null(
                            _object(
                                "The comment it answers.",
                                id=_id(""),
                                name=_or_null(_text("Whose it is; null for one that is gone.")),
                                excerpt=_text("How it begins."),
                            )
                        ),
                    )
                ),
                next_cursor=CURSOR,
            ),
            example={
                "author": {
                    **PROFILE_EXAMPLE,
                    "since": "2025-11-03T10:00:00Z",
                    "comment_count": 1,
                    "lists_comments": True,
                    "feed": "/feeds/demo/authors/nadim-sarraf.atom",
                    "stories": [RELATED_EXAMPLE],
                },
                "comments": [
                    {
                        **ALONE_EXAMPLE,
                        "story": {"id": STORY_ID, "title": "The water of Hasaka", "url": STORY_URL},
                        "in_reply_to": None,
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
            "What the newsroom pinned to the story, then what has most in common with it: section, bylines, words of "
            "title and excerpt; how new it is and how much it is discussed now count too. Never the story itself, "
            "never one twice, and at most half of one series (what stands in a title before a colon, dash or number).",
            takes=(
                *NAMED_STORY,
                _may("limit", _whole(4, 20), "How many stories."),
                _may(
                    "exclude",
                    _list(_typed("", Story.URL_LENGTH), maxItems=MOST_EXCLUDED),
                    "Stories the page shows already, by own id or address.",
                ),
            ),
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
                guests=_list(_text(), "Names that sign it as well and have no page."),
            ),
            example={
                "story": {"id": STORY_ID, "url": STORY_URL, "title": "The water of Hasaka"},
                "authors": [PROFILE_EXAMPLE],
                "guests": [],
            },
        )
    },
}
READERS_PATHS["/api/v1/tally"] = {
    "get": _read(
        "getTally",
        READING,
        "Moderation in numbers",
        "How many decisions of which kind were made on a site in the last 30 days, by people and by rules, without "
        "names. 404 where the site does not tell (its setting `public_tally`).",
        takes=("Site",),
        refuses=("unknown_site", "not_found", "validation_failed"),
        gives=_ref("Tally"),
        example={
            "since": "2025-12-21T08:30:00Z",
            "until": "2026-01-20T08:30:00Z",
            "by_people": [{"action": "reject", "reason": "off topic", "count": 12}],
            "by_rules": [{"action": "hold", "count": 31}],
        },
    )
}
READERS_PATHS["/api/v1/counts"]["get"]["responses"]["414"] = {
    "description": "The address is longer than the web server takes, and never reached the service: ask for fewer "
    "stories at once, or by `story`."
}

FILTERS_OF_THE_QUEUE = (
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
    _may("since", DAY_OR_MOMENT, "Not before this time, or this day (of `time_zone`).", example="2026-01-20"),
    _may("until", DAY_OR_MOMENT, "Before this time, or up to the end of this day (of `time_zone`)."),
    _may("likeness", _text(pattern="^[0-9a-f]{64}$"), "What near-identical comments have in common."),
)

MODERATION_PATHS: dict[str, Json] = {
    "/api/v1/moderation/queue": {
        "get": _staff(
            "getQueue",
            MODERATION,
            "Comments that wait, or any others",
            "Every item carries the verdicts of all rules, open reports and the writer's record.",
            takes=(
                "Site",
                *FILTERS_OF_THE_QUEUE,
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
    "/api/v1/moderation/comments/{comment_id}/reply": {
        "post": _staff(
            "answerComment",
            MODERATION,
            "Answer a comment in public",
            "Published at once under the alias of the account, else its name, with the badge `moderator`, or `staff` "
            "for admins; never with its address. Every rule speaks and its verdict is kept, but nothing is held. A "
            "comment that readers do not see is answered with `approve`, or not at all.",
            status=201,
            takes=("CommentId", "Format", IDEMPOTENCY_KEY),
            body=("StaffAnswer", {"text": "They are back on Monday.", "version": 1, "approve": True}),
            refuses=("not_found", "forbidden", "not_welcome", "conflict", "stale", "idempotency_conflict"),
            gives=_object("", comment=_ref("StaffComment")),
            example=STAFF_COMMENT_EXAMPLE,
        )
    },
    "/api/v1/moderation/stories/{number}/comments": {
        "post": _staff(
            "commentAsStaff",
            MODERATION,
            "Write a comment of the newsroom's own",
            "Under a story, answering nobody; as `answerComment` in all else. A closed story takes it too.",
            status=201,
            takes=("StoryNumber", "Format", IDEMPOTENCY_KEY),
            body=("StaffWords", {"text": "We corrected the second paragraph. Thank you."}),
            refuses=("not_found", "forbidden", "not_welcome", "idempotency_conflict"),
            gives=_object("", comment=_ref("StaffComment")),
            example=STAFF_COMMENT_EXAMPLE,
        )
    },
    "/api/v1/moderation/comments/{comment_id}": {
        "patch": _staff(
            "editAsStaff",
            MODERATION,
            "Edit what one wrote as staff",
            "At any time, but only by the account that wrote it. Published at once; what a colleague holds stays held.",
            takes=("CommentId", "Format"),
            body=("StaffEdit", {"text": "They are back on Tuesday.", "version": 1}),
            refuses=("not_found", "forbidden", "not_welcome", "stale", "window_over"),
            gives=_object("", comment=_ref("StaffComment")),
            example=STAFF_COMMENT_EXAMPLE,
        ),
        "delete": _staff(
            "takeBackAsStaff",
            MODERATION,
            "Take back what one wrote as staff",
            "Nobody reads it any more; its replies stay. Only by the account that wrote it.",
            takes=("CommentId", "Format"),
            refuses=("not_found", "forbidden", "validation_failed"),
            gives=_object("", comment=_ref("StaffComment")),
            example={"comment": {**STAFF_COMMENT_EXAMPLE["comment"], "state": "retracted"}},
        ),
    },
    "/api/v1/moderation/decisions/matching": {
        "get": _staff(
            "countMatching",
            MODERATION,
            "Count what matches",
            "The filters are the queue's, narrowed to the sections of whoever asks. A filter that is not named here "
            "is refused.",
            takes=(
                "Site",
                *FILTERS_OF_THE_QUEUE,
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_ref("Counted"),
            example={"count": 412, "snapshot": "WzQxMiwgOTAwXQ"},
        ),
        "post": _staff(
            "decideMatching",
            MODERATION,
            "Decide on all that match",
            f"On exactly what was counted, up to {MOST_AT_ONCE} in one call; call again with `batch` and `snapshot` "
            "for the rest. What was written, edited, reported or decided on since it was counted is left alone.",
            body=(
                "DecideMatching",
                {
                    "site": "demo",
                    "rule": "author_is_new",
                    "action": "spam",
                    "reason": "spam",
                    "expected": 412,
                    "snapshot": "WzQxMiwgOTAwXQ",
                },
            ),
            refuses=("not_found", "unknown_site", "number_changed"),
            gives=_ref("DecidedMatching"),
            example={
                "batch": "5f2d1c0b9a8877665544332211009f8e",
                "decided": 199,
                "skipped": 1,
                "failed": [],
                "remaining": 212,
                "snapshot": "WzQxMiwgOTAwLCAyMTJd",
            },
        ),
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
    "/api/v1/moderation/undo": {
        "post": _staff(
            "undoMany",
            MODERATION,
            "Undo many decisions",
            "Every comment gets back the state it had before; that is a decision too, all of them one stroke that can "
            "be undone itself. A batch and one's own decisions are any moderator's to undo, those of others, of a rule "
            "or of a standing an admin's. What a rule decided about a new comment is undone by letting the other "
            f"verdicts that were kept decide. At most {MOST_AT_ONCE} by one call; the newest come first. A decision "
            "that is not the last one in force about its comment is left as it is.",
            body=(
                "Undo",
                {"site": "demo", "rule": "uses_held_word", "since": "2026-01-20T08:00:00Z", "dry_run": False},
            ),
            refuses=("forbidden", "not_found", "unknown_site"),
            gives=_ref("Undone"),
            example={
                "done": 200,
                "skipped": {"changed_since": 3},
                "failed": 0,
                "remaining": 31,
                "batch": "17f5a6b0c4d3e2f1",
                "newest": [{"decision": LOGGED_EXAMPLE, "skipped": None}],
            },
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
                _may("rule", _typed("", 60), "Only those of one rule.", example="author_is_new"),
                _may("action", _one_of((*ACTIONS, *ACTS)), "Only these; `mode` is an act on a whole story or section."),
                _may("reason", _typed("", Decision.REASON_LENGTH), "Only those for this reason."),
                _may("batch", _typed("", Decision.BATCH_LENGTH), "Only those of one stroke."),
                _may("author", _typed("", Author.SLUG_LENGTH), "Only those about comments of one author: a slug."),
                _may("since", DAY_OR_MOMENT, "From this moment on; a day is its beginning in UTC."),
                _may("until", DAY_OR_MOMENT, "Before this moment."),
                "Cursor",
            ),
            refuses=("unknown_site", "not_found", "validation_failed"),
            gives=_object(
                "",
                decisions=_list(_ref("LoggedDecision")),
                acts=_list(
                    _ref("LoggedAct"),
                    f"What was done to whole stories and sections in the time of this page; the newest {MOST_ACTS:,}.",
                ),
                next_cursor=CURSOR,
            ),
            example={
                "decisions": [
                    LOGGED_EXAMPLE,
                ],
                "acts": [ACT_EXAMPLE],
                "next_cursor": None,
            },
        )
    },
}

ONE_AUTHOR = {"gives": _object("", author=_ref("Author")), "example": {"author": AUTHOR_EXAMPLE}}
TRANSFER_EXAMPLE = {
    "id": "1",
    "kind": "merge",
    "from": "6",
    "to": "5",
    "comments": 3,
    "undoable_until": "2026-02-19T08:30:00Z",
    "undone_at": None,
}
A_STROKE = {
    "gives": _ref("StandingsOutcome"),
    "example": {
        "batch": "0" * 32,
        "done": ["5"],
        "skipped": [{"id": "6", "reason": "same_already"}],
        "failed": [],
    },
}
EXPORT = _staff(
    "exportAuthor",
    AUTHORS,
    "Everything kept about an author",
    "A ZIP with JSON for programs and HTML for people: profile, comments with their stories, sanctions, choices about "
    "mail. Nothing of anybody else is in it. It is made while it is sent, and that it was taken is remembered. "
    "For admins.",
    takes=("AuthorId",),
    refuses=("forbidden", "not_found"),
    gives={},
    example=None,
)
EXPORT["responses"]["200"]["content"] = {
    "application/zip": {"schema": _text(contentMediaType="application/zip"), "example": "PK"}
}
ERASURE_EXAMPLE = {
    "id": "4",
    "author": "12",
    "state": "running",
    "comments": "keep",
    "asked_by": "Ada",
    "asked_at": "2026-01-20T08:30:00Z",
    "due_at": "2026-01-21T08:30:00Z",
    "cancelled_at": None,
    "done_at": None,
}
ONE_ERASURE: Json = {"gives": _object("", erasure=_ref("Erasure")), "example": {"erasure": ERASURE_EXAMPLE}}
ONE_STORY = {"gives": _object("", story=_ref("NewsroomStory")), "example": {"story": NEWSROOM_STORY_EXAMPLE}}

ADMIN_PATHS: dict[str, Json] = {
    "/api/v1/admin/authors": {
        "get": _staff(
            "listAuthors",
            AUTHORS,
            "Authors of a site",
            f"Bylines and commenters, {listing.PAGE} on a page. A beginning of names, or a time, that fits more than "
            f"{listing.FEW:,} authors decides the order, whatever `sort` says: the answer names the one in force.",
            takes=(
                "Site",
                _may("q", _typed("", 80), "The beginning of a name or slug, in any letters."),
                _may("standing", _one_of(Standing), "Only those of this standing."),
                _may("kind", _one_of(listing.KINDS), "Bylines, commenters or both."),
                _may("confirmed", _one_of(listing.CONFIRMED), "Whether the address is confirmed."),
                _may("rejected", _one_of(SHARES), "At least so many per cent of what was decided on was rejected."),
                _may("since", DAY_OR_MOMENT, "First seen from this moment on.", example="2026-01-20"),
                _may("until", DAY_OR_MOMENT, "First seen before this moment.", example="2026-02-01"),
                _may(
                    "sort",
                    _one_of(listing.SORTS),
                    "By when they were first seen, by name, by how much was decided "
                    "on, by how much was rejected, by when they last wrote.",
                ),
                "Cursor",
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_object(
                "",
                authors=_list(_ref("Author")),
                count=_count(f"How many there are, counted to {listing.COUNTED:,} at most."),
                count_is_capped=_flag("There may be more than `count`."),
                sort=_one_of(listing.SORTS, "The order in force."),
                next_cursor=CURSOR,
            ),
            example={
                "authors": [AUTHOR_EXAMPLE],
                "count": 1,
                "count_is_capped": False,
                "sort": "newest",
                "next_cursor": None,
            },
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
    "/api/v1/admin/authors/find": {
        "post": _staff(
            "findAuthorsByAddress",
            AUTHORS,
            "Who typed an address",
            "Exactly this one, in any letters. A POST: an address in a query would stand in logs. For roles that "
            "may see addresses.",
            body=("AuthorAddress", {"site": "demo", "address": "rosa@example.org"}),
            refuses=("forbidden", "unknown_site"),
            gives=_object("", authors=_list(_ref("Author"))),
            example={"authors": [AUTHOR_EXAMPLE]},
        )
    },
    "/api/v1/admin/authors/standing": {
        "post": _staff(
            "giveStandings",
            AUTHORS,
            "Give several authors a standing",
            "As one stroke that can be undone. Who has it already is left alone. For admins.",
            body=("ManyStandings", {"site": "demo", "authors": ["5"], "standing": "WATCHED", "reason": "Look twice."}),
            refuses=("forbidden", "unknown_site", "not_found"),
            **A_STROKE,
        )
    },
    "/api/v1/admin/authors/standing/undo": {
        "post": _staff(
            "undoStandings",
            AUTHORS,
            "Undo a stroke of standings",
            "Everybody gets back what they had, but for those whose standing was changed since. For admins.",
            body=("UndoStandings", {"site": "demo", "batch": "0" * 32}),
            refuses=("forbidden", "unknown_site", "not_found"),
            **A_STROKE,
        )
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
    "/api/v1/admin/authors/{author_id}/picture": {
        "put": _staff(
            "bringPicture",
            AUTHORS,
            "Give an author a picture",
            "Kept as a square WebP of at most 256 pixels, without metadata; of an animation the first picture. "
            "`avatar` names it from then on. For admins.",
            takes=("AuthorId",),
            body=("NewPicture", {"picture": PICTURE_EXAMPLE}),
            refuses=("forbidden", "not_found"),
            **ONE_AUTHOR,
        ),
        "delete": _staff(
            "dropPicture",
            AUTHORS,
            "Take an author's picture away",
            "A drawn one takes its place; so it does for an address in `avatar`. For admins.",
            takes=("AuthorId",),
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
            refuses=("forbidden", "not_found", "conflict"),
            gives=_object(
                "", author=_ref("Author"), batch=_text("Names the stroke, to undo its decisions on comments by.")
            ),
            example={"author": AUTHOR_EXAMPLE, "batch": "0" * 32},
        )
    },
    "/api/v1/admin/authors/{author_id}/address": {
        "post": _staff(
            "revealAddress",
            AUTHORS,
            "See an address",
            "The log says who saw it and when. For roles that may see addresses.",
            takes=("AuthorId",),
            refuses=("forbidden", "not_found"),
            gives=_object("", address=_text()),
            example={"address": "rosa@example.org"},
        )
    },
    "/api/v1/admin/authors/{author_id}/record": {
        "get": _staff(
            "showAuthorRecord",
            AUTHORS,
            "What staff know of one person",
            "Of comments, only those in the caller's sections.",
            takes=("AuthorId",),
            refuses=("not_found",),
            gives=_ref("AuthorRecord"),
            example={
                "comments": {"approved": 3},
                "names": [{"name": "Rosa Reader", "comments": 3}],
                "flags_received": {"total": 0, "open": 0, "upheld": 0},
                "flags_made": {"total": 0, "open": 0, "upheld": 0},
                "notes": [],
                "same_address": [],
                "acts": [],
            },
        )
    },
    "/api/v1/admin/authors/{author_id}/notes": {
        "post": _staff(
            "addAuthorNote",
            AUTHORS,
            "Keep a note on an author",
            "For colleagues.",
            status=201,
            takes=("AuthorId",),
            body=("NewAuthorNote", {"text": "Knows the harbour well."}),
            refuses=("not_found",),
            gives=_object("", note=_ref("AuthorNote")),
            example={"note": {"text": "Knows the harbour well.", "by": "Ada", "at": "2026-01-20T08:30:00Z"}},
        )
    },
    "/api/v1/admin/authors/{author_id}/merge": {
        "post": _staff(
            "mergeAuthors",
            AUTHORS,
            "Merge another author into this one",
            "Comments, bylines, counts, history; the other's page leads here. A commenter becomes part of a byline "
            f"only after the address is confirmed. Undoable for {merging.UNDONE_WITHIN.days} days. For admins.",
            takes=("AuthorId",),
            body=("NewMerge", {"author": "6"}),
            refuses=("forbidden", "not_found", "conflict"),
            gives=_object(
                "",
                transfer=_or_null(_ref("Transfer")),
                would=_object(
                    "",
                    kind=_one_of(TransferKind),
                    comments={"type": "object", "additionalProperties": _count()},
                    stories=_count(),
                    standing=_one_of(Standing, "Afterwards: a restraint is not shed by a merge."),
                    takes_address=_flag("The byline gets the commenter's confirmed address."),
                ),
            ),
            example={
                "transfer": TRANSFER_EXAMPLE,
                "would": {
                    "kind": "merge",
                    "comments": {"approved": 3},
                    "stories": 0,
                    "standing": "NORMAL",
                    "takes_address": False,
                },
            },
        )
    },
    "/api/v1/admin/authors/{author_id}/split": {
        "post": _staff(
            "splitAuthor",
            AUTHORS,
            "Make some comments somebody else's",
            "Those written under these names. Undoable as a merge is. For admins.",
            takes=("AuthorId",),
            body=("NewSplit", {"names": ["Tom"]}),
            refuses=("forbidden", "not_found", "conflict"),
            gives=_object("", transfer=_ref("Transfer")),
            example={"transfer": {**TRANSFER_EXAMPLE, "kind": "split"}},
        )
    },
    "/api/v1/admin/authors/transfers/{transfer_id}/undo": {
        "post": _staff(
            "undoTransfer",
            AUTHORS,
            "Undo a merge or a split",
            "What went along goes back; what was written since stays. For admins.",
            takes=(_in_path("transfer_id", "The transfer's id.", _text(pattern=ID), "1"),),
            refuses=("forbidden", "not_found", "conflict"),
            gives=_object("", transfer=_ref("Transfer")),
            example={"transfer": {**TRANSFER_EXAMPLE, "undone_at": "2026-01-21T08:30:00Z"}},
        )
    },
    "/api/v1/admin/authors/{author_id}/export": {"post": EXPORT},
    "/api/v1/admin/authors/{author_id}/erase": {
        "post": _staff(
            "eraseAuthor",
            AUTHORS,
            "Erase an author",
            "In 24 hours everything about the author goes; until then it can be cancelled, here or by the person. "
            "What becomes of the comments is the site's setting `erased_comments`. Asked twice, the first one "
            "counts. Whoever signs articles is not erased (409). For admins.",
            status=202,
            takes=("AuthorId",),
            refuses=("forbidden", "not_found", "conflict"),
            **ONE_ERASURE,
        )
    },
    "/api/v1/admin/erasures": {
        "get": _staff(
            "listErasures",
            AUTHORS,
            "Erasures of a site",
            "The running ones first, then the newest; 100 at most. For admins.",
            takes=("Site",),
            refuses=("unknown_site", "forbidden", "not_found", "validation_failed"),
            gives=_object("", erasures=_list(_ref("Erasure"))),
            example={"erasures": [ERASURE_EXAMPLE]},
        )
    },
    "/api/v1/admin/erasures/{erasure_id}/cancel": {
        "post": _staff(
            "cancelErasure",
            AUTHORS,
            "Cancel an erasure",
            "Everything stays. 409 once its time has come. For admins.",
            takes=("ErasureId",),
            refuses=("forbidden", "not_found", "conflict"),
            **ONE_ERASURE,
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


ADMIN_PATHS["/api/v1/admin/stories/{number}/move"] = {
    "post": _staff(
        "moveComments",
        STORIES,
        "Move comments to another story",
        "One comment with all its replies, or everything under the story. Numbers, order and permanent addresses stay. "
        "Each conversation leaves a decision `move` in the log; undoing it moves the conversation back.",
        takes=("StoryNumber",),
        body=("NewPlace", {"to": "2026-01-18-river-bends", "comment": "3"}),
        refuses=("conflict", "not_found", "origin_not_allowed"),
        gives=_object("", story=_ref("NewsroomStory"), decisions=_list(_id("One for each conversation."))),
        example={"story": NEWSROOM_STORY_EXAMPLE, "decisions": ["14"]},
    )
}
ADMIN_PATHS["/api/v1/admin/sections"] = {
    "get": _staff(
        "listSections",
        STORIES,
        "Sections of a site",
        "Every category that has stories or settings, as far as it is the caller's to work on.",
        takes=("Site",),
        refuses=("unknown_site", "validation_failed"),
        gives=_object("", sections=_list(_ref("Section"))),
        example={"sections": [SECTION_EXAMPLE]},
    ),
    "patch": _staff(
        "editSection",
        STORIES,
        "Set what a section takes",
        "Of what site, section and story ask for, the strictest is in force; days and opening hours of a section take "
        "the place of the site's. For admins.",
        body=("SectionChange", {"site": "demo", "name": "World", "mode": "hold_new", "close_after_days": 14}),
        refuses=("forbidden", "unknown_site"),
        gives=_object("", section=_ref("Section")),
        example={"section": SECTION_EXAMPLE},
    ),
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


SHARE = _or_null({"type": "number", "minimum": 0, "maximum": 1})
COUNTS_OF_A_RULE = {
    "held": _count("Texts it left waiting or unpublished."),
    "decided": _count("Of those, what a person decided on since."),
    "rejected": _count("Of those, what people rejected or called spam."),
    "precision": {**SHARE, "description": "`rejected / decided`; null before anything was decided."},
}
COUNTS_OF_A_RULE_EXAMPLE: Json = {"held": 31, "decided": 24, "rejected": 3, "precision": 0.125}
A_DAY = _text("UTC.", format="date")

FIGURES_PATHS: dict[str, Json] = {
    "/api/v1/moderation/handover": {
        "get": _staff(
            "getHandover",
            MODERATION,
            "What one shift tells the next",
            "Of the sections the account works on. What waits, the rules and the threads are as of now.",
            takes=(
                "Site",
                _may("day", _text(format="date"), "A day, UTC; otherwise the hour that runs and the 23 before it."),
            ),
            refuses=("unknown_site", "validation_failed"),
            gives=_object(
                "",
                since=MOMENT,
                until=MOMENT,
                waiting=_object("", **{queue: _ref("WaitingQueue") for queue in WORKED_OFF}),
                decided=_count("Approved, rejected, marked as spam or held by people; undoing is none of these."),
                people=_list(
                    _object(
                        "",
                        account=_or_null(_text("Null for whoever has left.", pattern=ID)),
                        name=_text(),
                        decided=_count(),
                        actions=_object("", **{action: _count() for action in DEEDS}),
                        hours=_list(
                            _count(),
                            "By hour, the first is that of `since`.",
                            minItems=HOURS_OF_A_DAY,
                            maxItems=HOURS_OF_A_DAY,
                        ),
                    ),
                    "Who decided most comes first.",
                ),
                first_verdict=_object(
                    "From the arrival of a text that waited to a person's first verdict.",
                    texts=_count(),
                    median_seconds=_or_null(_count()),
                    percentile_95_seconds=_or_null(_count()),
                ),
                reversals=_object(
                    "Decisions undone, or overturned by another person, within 7 days and so far.",
                    taken_back=_count(),
                    rate=SHARE,
                ),
                noisy_rules=_list(
                    _object(
                        "",
                        rule=_text(),
                        **COUNTS_OF_A_RULE,
                        usual={"type": "number", "description": "The median of the 14 days before."},
                        because=_list(_one_of(["too_often", "too_wrong"]), minItems=1),
                    ),
                    "Rules that held at least 20 today and over three times the usual, or of whose holds people "
                    "rejected less than a fifth.",
                ),
                threads=_list(
                    _object(
                        "",
                        story=_text("The story's `number`.", pattern=ID),
                        title=_text(),
                        section=_text(),
                        comments=_count(),
                        rejected=_count(),
                        reports=_count("Open ones."),
                    ),
                    "The busiest of the last six hours.",
                ),
            ),
            example={
                "since": "2026-01-20T00:00:00Z",
                "until": "2026-01-21T00:00:00Z",
                "waiting": {
                    **{queue: {"count": 0, "oldest": None, "sections": []} for queue in WORKED_OFF},
                    "pending": {
                        "count": 4,
                        "oldest": "2026-01-20T08:30:00Z",
                        "sections": [{"section": "World", "count": 4, "oldest": "2026-01-20T08:30:00Z"}],
                    },
                },
                "decided": 12,
                "people": [
                    {
                        "account": "2",
                        "name": "Hanna",
                        "decided": 12,
                        "actions": {"approve": 9, "reject": 2, "spam": 1, "hold": 0},
                        "hours": [0] * 8 + [7, 5] + [0] * 14,
                    }
                ],
                "first_verdict": {"texts": 12, "median_seconds": 95, "percentile_95_seconds": 840},
                "reversals": {"taken_back": 1, "rate": 0.0833},
                "noisy_rules": [
                    {"rule": "too_many_links", **COUNTS_OF_A_RULE_EXAMPLE, "usual": 4, "because": ["too_often"]}
                ],
                "threads": [
                    {
                        "story": "2",
                        "title": "The water of Hasaka",
                        "section": "World",
                        "comments": 40,
                        "rejected": 6,
                        "reports": 3,
                    }
                ],
            },
        )
    },
    "/api/v1/moderation/precision": {
        "get": _staff(
            "getPrecision",
            MODERATION,
            "How right the rules are",
            "What each rule held by day (UTC), and what people made of it. The rule counts that decided on the text.",
            takes=("Site", _may("days", _whole(USUAL_DAYS, MOST_DAYS), "How many days, today included.")),
            refuses=("unknown_site", "validation_failed"),
            gives=_object(
                "",
                rules=_list(
                    _object(
                        "",
                        rule=_text(),
                        **COUNTS_OF_A_RULE,
                        days=_list(_object("", day=A_DAY, **COUNTS_OF_A_RULE), "The oldest first."),
                    )
                ),
            ),
            example={
                "rules": [
                    {
                        "rule": "too_many_links",
                        **COUNTS_OF_A_RULE_EXAMPLE,
                        "days": [{"day": "2026-01-20", **COUNTS_OF_A_RULE_EXAMPLE}],
                    }
                ]
            },
        )
    },
    "/api/v1/moderation/shadows": {
        "get": _staff(
            "getShadows",
            MODERATION,
            "How rules in shadow would have done",
            "They speak and nothing comes of it. Three lines for each, about the last "
            f"{', '.join(map(str, SHADOW_DAYS))} days.",
            takes=("Site",),
            refuses=("unknown_site", "validation_failed"),
            gives=_object(
                "",
                shadows=_list(
                    _object(
                        "",
                        rule=_text(),
                        days=_count(),
                        spoke=_count(),
                        approved=_count(),
                        rejected=_count(),
                        undecided=_count(),
                        agreement={**SHARE, "description": "`rejected / (approved + rejected)`."},
                    )
                ),
            ),
            example={
                "shadows": [
                    {
                        "rule": "too_many_links",
                        "days": 7,
                        "spoke": 20,
                        "approved": 4,
                        "rejected": 12,
                        "undecided": 4,
                        "agreement": 0.75,
                    }
                ]
            },
        )
    },
    "/api/v1/admin/trial": {
        "post": _staff(
            "tryOnThePast",
            MODERATION,
            "Try before you switch on",
            "What words, a rule, a number of reports or a mode would have done to what people decided on: at most "
            f"the newest {trial.MOST_DECISIONS:,} texts, for at most {trial.BUDGET:g} seconds. Nothing is changed. "
            "For admins.",
            body=("Trial", {"site": "demo", "try": "words", "words": "swindle*\ncrooks", "days": 30}),
            refuses=("forbidden", "unknown_site"),
            gives=_object("", trial=_ref("TrialResult")),
            example={
                "trial": {
                    "about": "2 words and phrases on the list of words that hold",
                    "days": 30,
                    "decided": 120,
                    "approved": 90,
                    "rejected": 30,
                    "would_hold": 8,
                    "true_holds": 6,
                    "false_holds": 2,
                    "misses": 24,
                    "precision": 0.75,
                    "recall": 0.2,
                    "is_thin": False,
                    "reached": "2025-12-22T09:00:00Z",
                    "is_capped": False,
                    "ran_out": False,
                    "cases": {
                        "false_holds": [
                            {
                                "comment": "3",
                                "name": "Rosa Reader",
                                "story": "The water of Hasaka",
                                "text": [
                                    {"text": "No ", "marked": False},
                                    {"text": "swindle", "marked": True},
                                    {"text": " at all.", "marked": False},
                                ],
                                "reason": "the text uses “swindle*”",
                                "decision": "approved",
                                "decided_at": "2026-01-20T08:50:00Z",
                                "decided_by": "Hanna",
                            }
                        ],
                        "misses": [],
                        "true_holds": [],
                    },
                }
            },
        )
    },
}

RULEBOOK_PATHS: dict[str, Json] = {
    "/api/v1/admin/words": {
        "get": _staff(
            "listWords",
            RULEBOOK,
            "Word lists of a site",
            "For moderators and admins.",
            takes=("Site",),
            refuses=("unknown_site", "validation_failed"),
            gives=_object("", lists=_list(_ref("WordList"))),
            example={"lists": [LIST_EXAMPLE]},
        ),
        "post": _staff(
            "addWords",
            RULEBOOK,
            "Add a word list",
            "It is used from the next comment on. For admins.",
            status=201,
            body=(
                "NewWordList",
                {"site": "demo", "name": "Insults", "kind": "hold", "entries": LIST_EXAMPLE["entries"]},
            ),
            refuses=("forbidden", "unknown_site"),
            gives=_object("", list=_ref("WordList")),
            example={"list": LIST_EXAMPLE},
        ),
    },
    "/api/v1/admin/words/{list_id}": {
        "patch": _staff(
            "changeWords",
            RULEBOOK,
            "Change a word list",
            "What is left out stays as it is; `entries` are all of them. For admins.",
            takes=("ListId",),
            body=("WordListChange", {"mode": "shadow"}),
            refuses=("forbidden", "not_found"),
            gives=_object("", list=_ref("WordList")),
            example={"list": {**LIST_EXAMPLE, "mode": "shadow"}},
        ),
        "delete": _staff(
            "removeWords",
            RULEBOOK,
            "Remove a word list",
            "For admins.",
            takes=("ListId",),
            refuses=("forbidden", "not_found"),
            gives=_object("", removed=_id("The list that is gone.")),
            example={"removed": "1"},
        ),
    },
    "/api/v1/admin/rules": {
        "get": _staff(
            "listRules",
            RULEBOOK,
            "Every rule and what the site makes of it",
            "In the order in which they are shown. For admins.",
            takes=("Site",),
            refuses=("forbidden", "unknown_site", "validation_failed"),
            gives=_object("", rules=_list(_ref("RuleState"))),
            example={"rules": [RULE_EXAMPLE]},
        ),
        "patch": _staff(
            "changeRules",
            RULEBOOK,
            "Change what the site makes of rules",
            "All that is named, or nothing if one of them is wrong. For admins.",
            body=(
                "RuleChanges",
                {"site": "demo", "rules": [{"rule": "shouting", "mode": "note", "settings": {"shouting_percent": 80}}]},
            ),
            refuses=("forbidden", "unknown_site"),
            gives=_object("", rules=_list(_ref("RuleState"))),
            example={"rules": [RULE_EXAMPLE]},
        ),
    },
    "/api/v1/admin/bans": {
        "get": _staff(
            "listBans",
            RULEBOOK,
            "Bans of a site",
            "The newest first, those that are over too. For admins.",
            takes=("Site", "Cursor"),
            refuses=("forbidden", "unknown_site", "validation_failed"),
            gives=_object("", bans=_list(_ref("Ban")), next_cursor=CURSOR),
            example={"bans": [BAN_EXAMPLE], "next_cursor": None},
        ),
        "post": _staff(
            "addBan",
            RULEBOOK,
            "Ban an address, a domain or a network",
            "Of an address and of a network only a keyed hash is kept. For admins.",
            status=201,
            body=("NewBan", {"site": "demo", "value": "spam.example", "reason": "Sends advertising"}),
            refuses=("forbidden", "not_found", "unknown_site"),
            gives=_object("", ban=_ref("Ban")),
            example={"ban": BAN_EXAMPLE},
        ),
    },
    "/api/v1/admin/bans/{ban_id}": {
        "delete": _staff(
            "liftBan",
            RULEBOOK,
            "Lift a ban",
            "It stays in the list; sent again it changes nothing. For admins.",
            takes=("BanId",),
            refuses=("forbidden", "not_found"),
            gives=_object("", ban=_ref("Ban")),
            example={"ban": {**BAN_EXAMPLE, "lifted_at": "2026-01-21T08:30:00Z"}},
        )
    },
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
            "Asks the database, whether its schema is the present one, and Redis where one is configured; answers "
            "within two seconds, however long they take.",
            _object(
                "",
                status=_one_of(["ok", "unavailable"]),
                checks={"type": "object", "additionalProperties": {"type": "boolean"}},
                problems={"type": "array", "items": _text("What is wrong, in words.")},
            ),
            {"status": "ok", "checks": {"database": True, "schema": True}, "problems": []},
            {
                "status": "unavailable",
                "checks": {"database": True, "schema": False},
                "problems": ["Schema: at 0021, this version needs 0022. Run: commentsvc db upgrade"],
            },
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
        {"name": RULEBOOK, "description": "Word lists, rules, bans."},
        {"name": OUTGOING, "description": "What other systems hear of: events, endpoints, deliveries."},
        {"name": SERVICE, "description": "The service itself."},
    ],
    "paths": {
        **READERS_PATHS,
        **MODERATION_PATHS,
        **FIGURES_PATHS,
        **ADMIN_PATHS,
        **RULEBOOK_PATHS,
        **OUTGOING_PATHS,
        **SERVICE_PATHS,
    },
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
            "readerToken": {
                "type": "http",
                "scheme": "bearer",
                "description": "Shows a reader whose address is confirmed, on one site. It writes under that address, "
                "lists the reader's own comments, edits and retracts them, and nothing else.",
            },
            "apiToken": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token made with `commentsvc token add`. It may what its "
                "account may: a moderator on "
                "their sites, an admin on all. With the scope `moderate` it may what a moderator may, with `read` "
                "every call but GET answers 403 `forbidden`.",
            },
        },
    },
}
