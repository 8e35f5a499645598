"""The site as the rules want to know it: its settings and its rulebook."""

from ..rulebook.book import book_of
from ..screening import House, Outcome
from ..sites.models import Site

# Settings that go by the same name in the House.
_SAME = (
    "mode",
    "hold_first_comments",
    "hold_unconfirmed",
    "links_allowed",
    "flood_seconds",
    "quick_form_seconds",
    "duplicate_check",
    "honeypot_check",
    "history_rejected_percent",
    "history_least_decided",
    "flags_to_hold",
    "shouting_percent",
    "shouting_letters",
    "repeated_characters",
    "mass_posting_stories",
    "mass_posting_writers",
)


def house_of(site: Site) -> House:
    """What a site decided about its rules; `dataclasses.replace` makes another to try."""
    settings, book = site.settings, book_of(site)
    return House(
        **{name: getattr(settings, name) for name in _SAME},
        links_denied=frozenset(settings.links_denied.split()),
        links_allowed_domains=frozenset(settings.links_allowed_domains.split()),
        words=book.words,
        when_silent=Outcome.HOLD if settings.when_silent == "hold" else Outcome.NOTE,
        modes=book.modes,
        silences=book.silences,
    )
