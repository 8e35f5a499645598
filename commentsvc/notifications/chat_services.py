"""The chats one can write to: how their addresses are read, and what each wants to be called with.

Addresses are written as Apprise writes them. Apprise itself is not used: it connects by a door of its own, without a
limit of time and bytes, through any proxy of the environment, to whatever a name leads to at that moment. Here every
call is made by `core.http_out`.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from ..core import http_out
from ..core.http_out import NotAllowed, Reply

PATIENCE = 10.0  # seconds for one call; Matrix takes two
SLACK = re.compile(r"(\w+)/(\w+)/(\w+)(?:/#[\w-]+)?/?", re.ASCII)
TELEGRAM = re.compile(r"(\d{3,20}:[\w-]{10,80})/(-?\d{1,20}|@?[A-Za-z]\w{3,40})/?", re.ASCII)
MATTERMOST = re.compile(r"([^/?#@]+)((?:/[\w.-]+)*)/(\w{3,80})/?", re.ASCII)
MATRIX = re.compile(r"([^/?#@:]{3,500})@([^/?#@]+)/([!#][^/?#]{1,255})")
ROOM = re.compile(r"![^\s]{1,255}")


@dataclass(frozen=True)
class Chat:
    """One chat: its kind, the web address a message goes to, and for some their name in it and the key to it."""

    kind: str
    url: str
    room: str = ""
    token: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True)
class Message:
    """What is said; a message that is sent again has the same `uid`."""

    text: str
    uid: str


def read(url: str) -> Chat:
    """The chat an address belongs to; looks no name up. Raises NotAllowed for what is none."""
    scheme, _, rest = url.partition("://")
    reader = READERS.get(scheme.lower())
    if reader is None:
        raise NotAllowed("Use an address that begins with https://, slack://, tgram://, matrixs:// or mmosts://.")
    if scheme.lower() != "https" and "?" in rest:
        raise NotAllowed("Leave out what begins with a question mark: that is settled here.")
    return reader("https" if scheme.lower() in ("https", "matrixs", "mmosts") else "http", rest)


def _match(pattern: re.Pattern[str], rest: str) -> re.Match[str]:
    found = pattern.fullmatch(rest)
    if found is None:
        raise NotAllowed("This address is not complete, or has a slip in it.")
    return found


def _webhook(web: str, rest: str) -> Chat:
    return Chat("slack", f"{web}://{rest}")


def _slack(_web: str, rest: str) -> Chat:
    return Chat("slack", "https://hooks.slack.com/services/" + "/".join(_match(SLACK, rest).groups()))


def _telegram(_web: str, rest: str) -> Chat:
    token, room = _match(TELEGRAM, rest).groups()
    named = room if room[0] in "@-" or room.isdigit() else f"@{room}"
    return Chat("telegram", f"https://api.telegram.org/bot{token}/sendMessage", room=named)


def _mattermost(web: str, rest: str) -> Chat:
    host, folder, token = _match(MATTERMOST, rest).groups()
    return Chat("mattermost", f"{web}://{host}{folder}/hooks/{token}")


def _matrix(web: str, rest: str) -> Chat:
    token, host, room = _match(MATRIX, rest).groups()
    if room[0] == "#" and ":" not in room:
        room = f"{room}:{host.partition(':')[0]}"
    return Chat("matrix", f"{web}://{host}/_matrix/client/v3", room=room, token=token)


READERS: dict[str, Callable[[str, str], Chat]] = {
    "https": _webhook,
    "slack": _slack,
    "tgram": _telegram,
    "matrix": _matrix,
    "matrixs": _matrix,
    "mmost": _mattermost,
    "mmosts": _mattermost,
}


def write(chat: Chat, message: Message, allowed: Collection[str]) -> Reply:
    """Write to a chat. The answer is the chat's, whatever it says. Raises NotAllowed, Unreachable."""
    return WRITERS[chat.kind](chat, message, allowed)


def _to_slack(chat: Chat, message: Message, allowed: Collection[str]) -> Reply:
    """Slack's incoming webhook, and whatever takes the same."""
    # Slack reads these three as marks, and nothing else (docs.slack.dev, "Formatting message text").
    text = message.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return _call("POST", chat.url, body, allowed)


def _to_mattermost(chat: Chat, message: Message, allowed: Collection[str]) -> Reply:
    return _call("POST", chat.url, {"text": message.text}, allowed)


def _to_telegram(chat: Chat, message: Message, allowed: Collection[str]) -> Reply:
    # Without a "parse_mode" a text is only text (core.telegram.org/bots/api#sendmessage).
    body = {"chat_id": chat.room, "text": message.text, "link_preview_options": {"is_disabled": True}}
    return _call("POST", chat.url, body, allowed)


def _to_matrix(chat: Chat, message: Message, allowed: Collection[str]) -> Reply:
    """Join, which is no more than asking its id where one is a member already, and say it.

    The same `uid` twice is one message (spec.matrix.org, client-server API, "Transaction identifiers").
    """
    key = {"Authorization": f"Bearer {chat.token}"}
    joined = _call("POST", f"{chat.url}/join/{quote(chat.room, safe='')}", {}, allowed, key)
    room = _room_in(joined)
    if room is None:
        return joined
    url = f"{chat.url}/rooms/{quote(room, safe='')}/send/m.room.message/{quote(message.uid, safe='')}"
    # An empty list of mentions: the text pings nobody, whatever names are in it.
    return _call("PUT", url, {"msgtype": "m.text", "body": message.text, "m.mentions": {}}, allowed, key)


def _room_in(reply: Reply) -> str | None:
    """The room a Matrix server let us into; None where it did not. Raises Unreachable where it says neither."""
    if reply.status != 200:
        return None
    try:
        room = json.loads(reply.text)["room_id"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise http_out.Unreachable("The server does not answer as a Matrix server does.") from error
    if not isinstance(room, str) or not ROOM.fullmatch(room):
        raise http_out.Unreachable("The server does not answer as a Matrix server does.")
    return room


def _call(method: str, url: str, body: Any, allowed: Collection[str], more: Mapping[str, str] | None = None) -> Reply:
    headers = {"Content-Type": "application/json; charset=utf-8", **(more or {})}
    sent = json.dumps(body, ensure_ascii=False).encode()
    return http_out.request(method, url, sent, headers=headers, timeout=PATIENCE, allowed=allowed)


WRITERS: dict[str, Callable[[Chat, Message, Collection[str]], Reply]] = {
    "slack": _to_slack,
    "telegram": _to_telegram,
    "matrix": _to_matrix,
    "mattermost": _to_mattermost,
}
