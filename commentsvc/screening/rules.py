"""The rules, in the order in which they are read aloud.

A rule takes a Draft and the House and gives a Verdict, or None if it has nothing to say. All of them always
run. An edit is a new comment to every rule, except where the rule says otherwise.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC
from math import ceil

from disposable_email_domains import blocklist as DISPOSABLE

from ..core.urls import belongs_to
from .models import Draft, House, Kind, Outcome, Spans, Verdict, Words
from .shields import shields_hit
from .words import Match, word_list

Rule = Callable[[Draft, House], Verdict | None]

# The length of a network's window is not known here; after a minute part of any common allowance is back.
NETWORK_WAIT_SECONDS = 60
# A verdict is read on a card; a text that hits more entries than this is plain enough.
_WORDS_NAMED = 5
ATTACKS_BYLINE = "attacks_byline"


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


def newcomers_are_held(draft: Draft, house: House) -> Verdict | None:
    """In the mode hold_new a writer's very first comment waits, whatever the site makes of `author_is_new`."""
    if house.mode != "hold_new" or draft.approved_before or _is_trusted(draft):
        return None
    return Verdict("newcomers_are_held", Outcome.HOLD, "every new writer waits for a moderator at the moment")


def author_is_banned(draft: Draft, house: House) -> Verdict | None:
    """The reason for the ban stays inside: whoever typed a banned person's address would read it."""
    if draft.standing != "BANNED":
        return None
    return _refuse("author_is_banned", "this author may not comment here", "not_welcome")


def address_is_banned(draft: Draft, house: House) -> Verdict | None:
    """The e-mail address, or its domain. Whoever types a banned address hears no more than for a banned author."""
    if not draft.address_is_banned:
        return None
    return _refuse("address_is_banned", "this author may not comment here", "not_welcome")


def network_is_banned(draft: Draft, house: House) -> Verdict | None:
    """Says the same as every other ban: that it is the network would be an invitation to change it."""
    if not draft.network_is_banned:
        return None
    return _refuse("network_is_banned", "this author may not comment here", "not_welcome")


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
    Links to allowed domains are no matter of number.
    """
    spans = _spans_of_links(draft, lambda host: not belongs_to(host, house.links_allowed_domains))
    is_counted = draft.website and not belongs_to(draft.website_host, house.links_allowed_domains)
    count = len(spans) + 1 if spans and is_counted else len(spans)
    if count <= house.links_allowed:
        return None
    with_website = ", the website among them," if count > len(spans) else ""
    reason = f"{_counted(count, 'link')}{with_website} where this site allows {house.links_allowed}"
    return Verdict("too_many_links", Outcome.HOLD, reason, spans=spans)


def links_to_denied_domain(draft: Draft, house: House) -> Verdict | None:
    """A link, or the website, that leads to a domain of the deny list or below one."""
    hosts = dict.fromkeys(filter(None, (*draft.link_hosts, draft.website_host)))
    denied = [host for host in hosts if belongs_to(host, house.links_denied)]
    if not denied:
        return None
    spans = _spans_of_links(draft, lambda host: host in denied)
    reason = f"links to {', '.join(denied[:_WORDS_NAMED])}, on the list of denied domains"
    return Verdict("links_to_denied_domain", Outcome.HOLD, reason, spans=spans)


def uses_rejected_word(draft: Draft, house: House) -> Verdict | None:
    """An entry of a list that rejects, in the text, the name or the website."""
    return _uses_word("uses_rejected_word", Kind.REJECT, Outcome.REJECT, draft, house)


def uses_held_word(draft: Draft, house: House) -> Verdict | None:
    """An entry of a list that holds, in the text, the name or the website."""
    return _uses_word("uses_held_word", Kind.HOLD, Outcome.HOLD, draft, house)


def uses_marked_word(draft: Draft, house: House) -> Verdict | None:
    """An entry of a list that only shows a moderator where to look."""
    return _uses_word("uses_marked_word", Kind.MARK, Outcome.NOTE, draft, house)


def attacks_byline(draft: Draft, house: House) -> Verdict | None:
    """A word from the shield of somebody who signs the story."""
    hit = shields_hit(draft)
    if not hit:
        return None
    reason = "; ".join(f"uses {_named(matches)}, from the shield of {shield.name}" for shield, matches in hit)
    matches = sorted((match for _, found in hit for match in found), key=lambda match: (match.start, match.end))
    return Verdict(ATTACKS_BYLINE, Outcome.HOLD, reason, spans=_disjoint(matches))


def author_is_new(draft: Draft, house: House) -> Verdict | None:
    """The first comments wait."""
    needed = house.hold_first_comments
    if draft.approved_before >= needed or _is_trusted(draft):
        return None
    approved = _counted(draft.approved_before, "approved comment")
    return Verdict("author_is_new", Outcome.HOLD, f"{approved} so far where this site asks for {needed}")


def history_is_poor(draft: Draft, house: House) -> Verdict | None:
    """Too many of the author's comments of the last days were rejected or spam.

    Only for a writer who is proven to be that author: what a stranger did under an address is not its owner's.
    """
    decided = draft.recently_approved + draft.recently_rejected
    if not draft.writer_is_proven or not house.history_rejected_percent or decided < house.history_least_decided:
        return None
    if draft.recently_rejected * 100 <= house.history_rejected_percent * decided:
        return None
    reason = f"{draft.recently_rejected} of the author’s last {decided} decided comments were rejected"
    return Verdict("history_is_poor", Outcome.HOLD, reason)


def address_is_unconfirmed(draft: Draft, house: House) -> Verdict | None:
    """Where the site asks for a confirmed address."""
    if not house.hold_unconfirmed or draft.address_confirmed:
        return None
    return Verdict("address_is_unconfirmed", Outcome.HOLD, "the writer's address is not confirmed")


def address_is_disposable(draft: Draft, house: House) -> Verdict | None:
    """An address of a service that hands them out for minutes. Not asked of an edit: the address is the old one.

    Raises ValueError where the address cannot be read.
    """
    if draft.is_edit:
        return None
    if draft.address_domain is None:
        raise ValueError("the address cannot be read")
    if not belongs_to(draft.address_domain, DISPOSABLE):
        return None
    return Verdict("address_is_disposable", Outcome.HOLD, f"{draft.address_domain} hands out addresses for minutes")


def mass_posting(draft: Draft, house: House) -> Verdict | None:
    """Near-identical text under several stories, or of several writers, within a day. A threshold of 0 is off."""
    stories, writers = house.mass_posting_stories, house.mass_posting_writers
    where = [f"under {draft.alike_stories} stories"] if stories and draft.alike_stories >= stories else []
    whose = [f"of {draft.alike_writers} writers"] if writers and draft.alike_writers >= writers else []
    if not where and not whose:
        return None
    reason = f"near-identical text {' and '.join([*where, *whose])} within a day"
    return Verdict("mass_posting", Outcome.HOLD, reason)


def shouting(draft: Draft, house: House) -> Verdict | None:
    """Mostly capitals, in a text long enough to tell. Only letters that have a small and a large form count."""
    capitals, small = sum(map(str.isupper, draft.text)), sum(map(str.islower, draft.text))
    cased = capitals + small
    if not house.shouting_percent or cased < house.shouting_letters or not cased:
        return None
    share = capitals * 100 // cased
    if capitals * 100 <= house.shouting_percent * cased:
        return None
    return Verdict("shouting", Outcome.HOLD, f"{share} % capitals")


def repeated_characters(draft: Draft, house: House) -> Verdict | None:
    """One letter or sign, said `repeated_characters` times in a row. Blanks and digits are not: they draw tables."""
    least = house.repeated_characters
    if not least:
        return None
    spans = [run.span() for run in re.finditer(rf"([^\s\d_=*~#-])\1{{{least - 1},}}", draft.text, re.IGNORECASE)]
    if not spans:
        return None
    longest = max(end - start for start, end in spans)
    return Verdict("repeated_characters", Outcome.HOLD, f"one sign {longest} times in a row", spans=tuple(spans))


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
    newcomers_are_held,
    author_is_banned,
    author_is_suspended,
    author_is_watched,
    address_is_banned,
    network_is_banned,
    said_it_before,
    too_fast,
    too_many_links,
    links_to_denied_domain,
    uses_rejected_word,
    uses_held_word,
    uses_marked_word,
    attacks_byline,
    author_is_new,
    history_is_poor,
    address_is_unconfirmed,
    address_is_disposable,
    mass_posting,
    shouting,
    repeated_characters,
    honeypot_was_filled,
    form_was_too_quick,
)


def _is_trusted(draft: Draft) -> bool:
    """TRUSTED outranks the site's caution, but only for a writer who is proven to be that author: typing a
    trusted author's address gains nothing."""
    return draft.standing == "TRUSTED" and draft.writer_is_proven


def _refuse(rule: str, reason: str, code: str) -> Verdict:
    return Verdict(rule, Outcome.REFUSE, reason, code=code)


def _spans_of_links(draft: Draft, is_meant: Callable[[str], bool]) -> Spans:
    """The links whose hosts are meant; where nobody looked the hosts up they are ""."""
    hosts = draft.link_hosts or ("",) * len(draft.link_spans)
    return tuple(span for span, host in zip(draft.link_spans, hosts, strict=True) if is_meant(host))


def _uses_word(rule: str, kind: Kind, outcome: Outcome, draft: Draft, house: House) -> Verdict | None:
    """What the lists of a kind find; those in shadow are heard only where the others find nothing."""
    lists = [words for words in house.words if words.kind is kind and words.is_for(draft.language)]
    found = _found(rule, outcome, [words for words in lists if not words.in_shadow], draft)
    if found:
        return found
    shadow = _found(rule, Outcome.NOTE, [words for words in lists if words.in_shadow], draft)
    return replace(shadow, would_be=outcome) if shadow else None


def _found(rule: str, outcome: Outcome, lists: Iterable[Words], draft: Draft) -> Verdict | None:
    fields = {"text": draft.text, "name": draft.name, "website": draft.website}
    found: dict[str, list[Match]] = {field: [] for field in fields}
    for words in lists:
        entries = word_list(words.entries)
        for field, typed in fields.items():
            found[field] += entries.find(typed)
        if draft.shown:  # marks within a word part it for nobody who reads it
            places = draft.shown.typed
            seen = entries.find(draft.shown.text)
            found["text"] += [Match(match.entry, *places(match.start, match.end)) for match in seen]
    reason = "; ".join(f"the {field} uses {_named(matches)}" for field, matches in found.items() if matches)
    spans = _disjoint(sorted(found["text"], key=lambda match: (match.start, match.end)))
    return Verdict(rule, outcome, reason, spans=spans) if reason else None


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
