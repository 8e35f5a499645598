"""Whether a password is hard to guess: estimated here (zxcvbn), asked of nobody outside."""

from collections.abc import Iterable

from ..core.errors import ValidationFailed

SHORTEST = 10
LONGEST = 500  # characters; nobody types more, and every one of them is hashed
JUDGED = 100  # characters of it that are judged: the estimate takes longer and longer, and so many are enough
HOW_TO = "Several words that have nothing to do with each other are best."
GOOD = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses, out of reach for whoever has to ask the service


def ensure_good(password: str, *, known: Iterable[str], field: str = "password") -> None:
    """Raises ValidationFailed for a password that is too short, or guessed soon by whoever knows `known`.

    `known` are words about the person and the place: name, address, sites. They count for nothing in a password.
    """
    if len(password) < SHORTEST:
        raise ValidationFailed({field: [f"Use at least {SHORTEST} characters."]})
    if len(password) > LONGEST:
        raise ValidationFailed({field: [f"Use at most {LONGEST} characters."]})
    from zxcvbn import zxcvbn  # its lists of words are large, and most processes never ask

    words = {part for each in known for part in (each, *each.replace("@", " ").replace(".", " ").split()) if part}
    found = zxcvbn(password[:JUDGED], user_inputs=sorted(words, key=str.casefold), max_length=JUDGED)
    if found["score"] < GOOD:
        raise ValidationFailed({field: [_said(found["feedback"])]})


def _said(feedback: dict[str, object]) -> str:
    parts = ("This is too easy to guess.", str(feedback.get("warning") or ""), HOW_TO)
    return " ".join(filter(None, parts))
