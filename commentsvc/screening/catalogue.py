"""What each rule does, in a sentence for those who set it, and what of it may be set."""

from dataclasses import dataclass

from .models import Mode, Outcome

OUTSIDE = ("screening_hook", "akismet")  # rules that ask somebody else; see commentsvc.checks


@dataclass(frozen=True)
class About:
    """One rule. `settings` are the names of its thresholds among the site's settings.

    `fixed` says why the site cannot give it another outcome; empty where it can. `usual` is its own outcome.
    """

    rule: str
    meaning: str
    usual: Outcome
    settings: tuple[str, ...] = ()
    fixed: str = ""

    @property
    def modes(self) -> tuple[Mode, ...]:
        """What the site may choose instead of the rule's own outcome."""
        return () if self.fixed else tuple(Mode)


_BY_MODE = "The mode of the site or story says so: change it there."
_BY_PERSON = "A person decided it about this author: change the author’s standing."

CATALOGUE: tuple[About, ...] = (
    About("story_is_closed", "Takes nothing under a story that is closed.", Outcome.REFUSE, (), _BY_MODE),
    About("story_is_held", "Holds everything under a story that is read first.", Outcome.HOLD, (), _BY_MODE),
    About(
        "newcomers_are_held", "Holds a writer’s first comment where new writers are held.", Outcome.HOLD, (), _BY_MODE
    ),
    About("author_is_banned", "Takes nothing from an author who is banned.", Outcome.REFUSE, (), _BY_PERSON),
    About("author_is_suspended", "Takes nothing from an author who is suspended.", Outcome.REFUSE, (), _BY_PERSON),
    About("author_is_watched", "Holds what an author writes who is watched.", Outcome.HOLD, (), _BY_PERSON),
    About("address_is_banned", "Takes nothing from an e-mail address, or a domain, that is banned.", Outcome.REFUSE),
    About("network_is_banned", "Takes nothing from a network that is banned for a time.", Outcome.REFUSE),
    About(
        "said_it_before",
        "Refuses the same words of the same writer under the same story.",
        Outcome.REFUSE,
        ("duplicate_check",),
    ),
    About(
        "too_fast",
        "Asks a writer, or a network, that sends too much to wait.",
        Outcome.REFUSE,
        ("flood_seconds",),
        "It keeps one writer from filling the service itself; 0 seconds turns it off.",
    ),
    About(
        "too_many_links",
        "Looks for more links than a comment needs; links to allowed domains do not count.",
        Outcome.HOLD,
        ("links_allowed", "links_allowed_domains"),
    ),
    About("links_to_denied_domain", "Looks for links to domains on the deny list.", Outcome.HOLD, ("links_denied",)),
    About("uses_rejected_word", "Looks for the words of the lists that reject.", Outcome.REJECT),
    About("uses_held_word", "Looks for the words of the lists that hold.", Outcome.HOLD),
    About("uses_marked_word", "Marks the words of the lists that only mark.", Outcome.NOTE),
    About(
        "attacks_byline",
        "Looks for the words a byline is shielded from, under that person’s stories.",
        Outcome.HOLD,
    ),
    About("author_is_new", "Holds a writer’s first comments.", Outcome.HOLD, ("hold_first_comments",)),
    About(
        "history_is_poor",
        "Looks at how many of a known author’s recent comments were rejected.",
        Outcome.HOLD,
        ("history_rejected_percent", "history_days", "history_least_decided"),
    ),
    About("address_is_unconfirmed", "Looks for addresses nobody confirmed.", Outcome.HOLD, ("hold_unconfirmed",)),
    About("address_is_disposable", "Looks for addresses of services that hand them out for minutes.", Outcome.HOLD),
    About(
        "mass_posting",
        "Looks for near-identical text under several stories, or of several writers, within a day.",
        Outcome.HOLD,
        ("mass_posting_stories", "mass_posting_writers"),
    ),
    About("shouting", "Looks for text in capitals.", Outcome.HOLD, ("shouting_percent", "shouting_letters")),
    About(
        "repeated_characters",
        "Looks for one letter or sign said over and over.",
        Outcome.HOLD,
        ("repeated_characters",),
    ),
    About("honeypot_was_filled", "Finds programs that fill in every field.", Outcome.SPAM, ("honeypot_check",)),
    About(
        "form_was_too_quick", "Looks for forms filled in faster than people can.", Outcome.HOLD, ("quick_form_seconds",)
    ),
    About(
        "flags_reached",
        "Brings a comment back to the queue when several readers reported it.",
        Outcome.HOLD,
        ("flags_to_hold",),
    ),
    About("screening_hook", "Asks your own program, once it is set up under Checks.", Outcome.HOLD),
    About("akismet", "Asks Akismet, once it is set up under Checks.", Outcome.SPAM),
)
ABOUT = {about.rule: about for about in CATALOGUE}
FIXED = frozenset(about.rule for about in CATALOGUE if about.fixed)
