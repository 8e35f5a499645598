"""The site as the rules want to know it: its settings and its rulebook."""

from dataclasses import replace

from ..authors.models import Author
from ..core.web import house
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
    known = House(
        **{name: getattr(settings, name) for name in _SAME},
        links_denied=frozenset(settings.links_denied.split()),
        links_allowed_domains=frozenset(settings.links_allowed_domains.split()),
        words=book.words,
        when_silent=Outcome.HOLD if settings.when_silent == "hold" else Outcome.NOTE,
        modes=book.modes,
        silences=book.silences,
    )
    return replace(known, hold_unconfirmed=True) if confirming(site) == "before_publishing" else known


def confirming(site: Site) -> str:
    """Whether writers are asked to confirm their address: off, offer, before_publishing. Without mail nobody is."""
    return site.settings.confirm_addresses if house().sends_mail else "off"


def has_history(site: Site, author: Author) -> bool:
    """Whether what an author wrote before counts for them: where addresses are confirmed, only under such a one."""
    return author.is_known or confirming(site) == "off"
