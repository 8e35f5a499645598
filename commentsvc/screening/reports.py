"""What readers' reports of a comment come to. Unlike the other rules it speaks long after the comment was stored."""

from .models import House, Outcome, Verdict
from .screen import in_force

FLAGS_REACHED = "flags_reached"


def flags_reached(open_flags: int, house: House) -> Verdict | None:
    """Whether so many readers reported a comment that a moderator has to look; None while they are fewer.

    `open_flags` are the reports since a moderator last decided, each of another reader.
    """
    if not house.flags_to_hold or open_flags < house.flags_to_hold:
        return None
    readers = f"{open_flags} reader{'s' if open_flags > 1 else ''} reported it"
    return in_force(Verdict(FLAGS_REACHED, Outcome.HOLD, readers), house)
