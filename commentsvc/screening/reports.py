"""What readers' reports of a comment come to. Unlike the other rules it speaks long after the comment was stored."""

from .models import House, Outcome, Verdict
from .screen import in_force

FLAGS_REACHED = "flags_reached"


def flags_reached(readers: int, house: House) -> Verdict | None:
    """Whether so many readers reported a comment that a moderator has to look; None while they are fewer.

    `readers` are those since a moderator last decided; whoever shares a network counts as one.
    """
    if not house.flags_to_hold or readers < house.flags_to_hold:
        return None
    said = f"{readers} reader{'s' if readers > 1 else ''} reported it"
    return in_force(Verdict(FLAGS_REACHED, Outcome.HOLD, said), house)
