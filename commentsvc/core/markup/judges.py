"""bleach and nh3 as judges of what the tree wrote. Nothing else imports them."""

import logging
from collections.abc import Callable

import bleach
import nh3

from .tree import ALLOWED

log = logging.getLogger(__name__)


def _bleached(html: str) -> str:
    # bleach.clean makes a new Cleaner per call; a shared one mixes the texts of different threads.
    attributes = {tag: sorted(names) for tag, names in ALLOWED.items()}
    cleaned: str = bleach.clean(
        html, tags=ALLOWED.keys(), attributes=attributes, protocols={"http", "https"}, strip_comments=False
    )
    return cleaned


def nh3_cleaned(html: str) -> str:
    """The HTML as nh3 would leave it."""
    # Without "*", nh3 would let `title` and `lang` pass on every tag.
    attributes = {"*": set[str]()} | {tag: set(names) for tag, names in ALLOWED.items()}
    return nh3.clean(html, tags=set(ALLOWED), attributes=attributes, url_schemes={"http", "https"}, link_rel=None)


_JUDGES: tuple[tuple[str, Callable[[str], str]], ...] = (("bleach", _bleached), ("nh3", nh3_cleaned))


def objector(html: str) -> str | None:
    """The judge that would change this HTML, or fails on it; None when both leave it as it is."""
    return next((name for name, judge in _JUDGES if not _leaves_alone(judge, html)), None)


def _leaves_alone(judge: Callable[[str], str], html: str) -> bool:
    try:
        return judge(html) == html
    except Exception:
        # A judge that fails has not found the HTML good; why is worth knowing, but not worth a lost comment.
        log.exception("A judge failed on %d characters of HTML", len(html))
        return False
