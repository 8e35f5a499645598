"""The rules, in the order in which they are read aloud.

A rule takes a Draft and the House and gives a Verdict, or None if it has nothing to say. All of them always
run. An edit is a new comment to every rule, except where the rule says otherwise.
"""

from collections.abc import Callable, Iterable
from datetime import UTC
from math import ceil

from commentsvc.screening.models import Draft, House, Outcome, Spans, Verdict
from commentsvc.screening.words import Match, word_list

Rule = Callable[[Draft, House], Verdict | None]

# The length of a network's window is not known here; after a minute part of any common allowance is back.
NETWORK_WAIT_SECONDS = 60
# A verdict is read on a card; a text that hits more entries than this is plain enough.
_WORDS_NAMED = 5


def story_is_closed(draft: Draft, house: House) -> Verdict | None:
    """Nothing new under a closed story, edits included; retracting does not pass here."""
    if house.mode in ("closed", "hidden"):
        return _refuse("story_is_closed", "this site takes no comments at the moment", "story_closed")
    if not draft.story_is_open:
        return _refuse("story_is_closed", draft.closed_because or "comments are closed here", "story_closed")
    return None


def story_is_held(draft: Draft, house: House) -> Verdict | None:
    """Whoever writes waits, trusted authors too: someone decided that this thread is read first."""
    if house.mode == "hold_all":
        return Verdict("story_is_held", Outcome.HOLD, "every comment on this site waits for a moderator")
    if draft.story_is_held:
        return Verdict("story_is_held", Outcome.HOLD, "every comment on this story waits for a moderator")
    return None


def author_is_banned(draft: Draft, house: House) -> Verdict | None:
    """The reason for the ban stays inside: whoever typed a banned person's address would read it."""
    if draft.standing != "BANNED":
        return None
    return _refuse("author_is_banned", "this author may not comment here", "not_welcome")


def author_is_suspended(draft: Draft, house: House) -> Verdict | None:
    """Says until when (UTC), but only to the proven author; a stranger who typed the address hears what a ban says."""
    if draft.standing != "SUSPENDED":
        return None
    reason = "this author is suspended" if draft.writer_is_proven else "this author may not comment here"
    if draft.standing_until and draft.writer_is_proven:
        reason += f" until {draft.standing_until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return _refuse("author_is_suspended", reason, "not_welcome")


def author_is_watched(draft: Draft, house: House) -> Verdict | None:
    """The reason for watching stays inside as for a ban: a writer is told why a comment waits."""
    if draft.standing != "WATCHED":
        return None
    return Verdict("author_is_watched", Outcome.HOLD, "a moderator reads this author's comments first")


def said_it_before(draft: Draft, house: House) -> Verdict | None:
    """Not asked of an edit, which is most often the writer's own text with a comma moved."""
    if not draft.said_before or not house.duplicate_check or draft.is_edit:
        return None
    return _refuse("said_it_before", "the same comment is already under this story", "duplicate")


def too_fast(draft: Draft, house: House) -> Verdict | None:
    """The writer's own pace, and the network's.

    Not asked of an edit: a slip is seen in the first seconds, and an edit adds no comment. `flood_seconds` 0
    turns the writer's pace off; the network's allowance is counted elsewhere and still speaks.
    """
    if draft.is_edit:
        return None
    waits = []
    if draft.seconds_since_last is not None and draft.seconds_since_last < house.flood_seconds:
        # A clock set back must not make anyone wait longer than the setting.
        waits.append(max(1, ceil(house.flood_seconds - max(0.0, draft.seconds_since_last))))
    if draft.network_burst:
        waits.append(NETWORK_WAIT_SECONDS)
    if not waits:
        return None
    who = "this network" if draft.network_burst else "this writer"
    reason = f"too many comments from {who} in a short time"
    return Verdict("too_fast", Outcome.REFUSE, reason, code="too_fast", retry_after=max(waits))


def too_many_links(draft: Draft, house: House) -> Verdict | None:
    """More links than `links_allowed`, the website field among them if the text has links too.

    A website alone is what its field is for; next to links in the text it is one more of them and not free.
    """
    links = len(draft.link_spans)
    count = links + 1 if links and draft.website else links
    if count <= house.links_allowed:
        return None
    with_website = ", the website among them," if count > links else ""
    reason = f"{_counted(count, 'link')}{with_website} where this site allows {house.links_allowed}"
    return Verdict("too_many_links", Outcome.HOLD, reason, spans=draft.link_spans)


def uses_rejected_word(draft: Draft, house: House) -> Verdict | None:
    """An entry of `words_reject` in the text, the name or the website."""
    return _uses_word("uses_rejected_word", Outcome.REJECT, house.words_reject, draft)


def uses_held_word(draft: Draft, house: House) -> Verdict | None:
    """An entry of `words_hold` in the text, the name or the website."""
    return _uses_word("uses_held_word", Outcome.HOLD, house.words_hold, draft)


def author_is_new(draft: Draft, house: House) -> Verdict | None:
    """The first comments wait; with `mode` hold_new at least the very first one does.

    TRUSTED outranks the site's caution, but only for a writer who is proven to be that author: typing a
    trusted author's address gains nothing.
    """
    needed = max(house.hold_first_comments, 1 if house.mode == "hold_new" else 0)
    if draft.approved_before >= needed or (draft.standing == "TRUSTED" and draft.writer_is_proven):
        return None
    approved = _counted(draft.approved_before, "approved comment")
    return Verdict("author_is_new", Outcome.HOLD, f"{approved} so far where this site asks for {needed}")


def address_is_unconfirmed(draft: Draft, house: House) -> Verdict | None:
    """Where the site asks for a confirmed address."""
    if not house.hold_unconfirmed or draft.address_confirmed:
        return None
    return Verdict("address_is_unconfirmed", Outcome.HOLD, "the writer's address is not confirmed")


def honeypot_was_filled(draft: Draft, house: House) -> Verdict | None:
    """Not asked of an edit, whose form has no such field."""
    if not draft.honeypot or not house.honeypot_check or draft.is_edit:
        return None
    return Verdict("honeypot_was_filled", Outcome.SPAM, "a field that people do not see was filled in")


def form_was_too_quick(draft: Draft, house: House) -> Verdict | None:
    """Not asked of an edit, where one letter may be all there is to type."""
    if draft.seconds_to_write is None or draft.seconds_to_write >= house.quick_form_seconds or draft.is_edit:
        return None
    reason = f"the form came back within {_counted(house.quick_form_seconds, 'second')}"
    return Verdict("form_was_too_quick", Outcome.HOLD, reason)


RULES: tuple[Rule, ...] = (
    story_is_closed,
    story_is_held,
    author_is_banned,
    author_is_suspended,
    author_is_watched,
    said_it_before,
    too_fast,
    too_many_links,
    uses_rejected_word,
    uses_held_word,
    author_is_new,
    address_is_unconfirmed,
    honeypot_was_filled,
    form_was_too_quick,
)


def _refuse(rule: str, reason: str, code: str) -> Verdict:
    return Verdict(rule, Outcome.REFUSE, reason, code=code)


def _uses_word(rule: str, outcome: Outcome, entries: tuple[str, ...], draft: Draft) -> Verdict | None:
    words = word_list(entries)
    fields = {"text": draft.text, "name": draft.name, "website": draft.website}
    found = {field: words.find(typed) for field, typed in fields.items()}
    reason = "; ".join(f"the {field} uses {_named(matches)}" for field, matches in found.items() if matches)
    return Verdict(rule, outcome, reason, spans=_disjoint(found["text"])) if reason else None


def _named(matches: Iterable[Match]) -> str:
    entries = list(dict.fromkeys(match.entry.strip() for match in matches))
    named = ", ".join(f"“{entry}”" for entry in entries[:_WORDS_NAMED])
    more = len(entries) - _WORDS_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _disjoint(matches: Iterable[Match]) -> Spans:
    """Overlapping matches as one span, so that marking them never nests."""
    spans: list[tuple[int, int]] = []
    for _, start, end in matches:
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
