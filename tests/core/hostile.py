"""The corpus of hostile strings and the patterns that make careless code slow."""

import re
import time
from pathlib import Path

_FILE = Path(__file__).parents[1] / "data" / "hostile_strings.txt"
_ESCAPE = re.compile(r"\\(?:\\|n|r|t|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})", re.IGNORECASE)
_SHORT = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}

# Repeated until the text is long enough.
UNITS = {
    "formatting re-opened in blocks": "<p><i a1><i a2><i a3><p>x",
    "parentheses": "(",
    "hyphenated": "a-",
    "one letter": "a",
    "exclamation marks": "!",
    "nested lists": "<ul><li>",
    "links around bold": "<a><b>",
    "bold opened": "<b>",
    "bold and italic opened": "<b><i>",
    "bold closed": "</b>",
    "bold pairs": "<b>a</b>",
    "code opened": "<code>",
    "code pairs": "<code>a</code>",
    "blockquote opened": "<blockquote>",
    "blockquote opened on lines": "<blockquote>\n",
    "blockquote pairs": "<blockquote>a</blockquote>",
    "attributes": "<b a=1 b=2 ",
    "less than": "<",
    "ampersands": "&",
    "no-break spaces": "a\xa0\xa0\xa0",
    "back-ticks": "`",
    "back-ticks apart": "` ",
    "parentheses and back-ticks": "((`",
    "brackets": "[",
    "brackets closed": "](",
    "links begun": "[x](http://",
    "links": "[x](http://a)",
    "links named like hosts": "[a.b](http://a.\u00e9)",
    "schemes": "https://",
    "short addresses": "http://a ",
    "www": "www.",
    "short www addresses": "www.a.b ",
    "hosts beyond ASCII": "http://\u00e9.\u00fc ",
    "bad hosts beyond ASCII": "http://\u00e9..\u00fc ",
    "stars": "*",
    "stars apart": "* ",
    "stars opened": " *a",
    "star pairs": "*a* ",
    "three stars": "***a*** ",
    "underscores in words": "_a",
    "underscores opened": " _a",
    "stars and underscores opened": " *a _b",
    "tildes": "~~a~~ ",
    "quotes nested in a line": "> ",
    "quotes": "> a\n\n",
    "quotes in quotes": "> > > > a\n",
    "short lines": "a\n",
    "short paragraphs": "a\n\n",
    "list items": "- a\n",
    "lists in turn": "- a\n1. b\n",
    "fences": "```\na\n",
    "combining marks": "\u0301",
    "everything": "*a* <b>b</b> `c` http://a.b & <\n> q\n\n- i\n",
}


def hostile_strings() -> list[str]:
    """Every vector of the corpus, decoded; some hold control characters and lone surrogates."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return [_ESCAPE.sub(_decoded, line) for line in lines if line and not line.startswith("## ")]


def hostile_texts(length: int) -> dict[str, str]:
    """Texts of `length` characters by the name of their pattern."""
    texts = {name: (unit * (length // len(unit) + 1))[:length] for name, unit in UNITS.items()}
    texts["one long address"] = ("https://ok.test/" + "a" * length)[:length]
    texts["address and brackets"] = ("https://ok.test/" + ")" * length)[:length]
    texts["back-tick runs of every length"] = " ".join("`" * n for n in range(1, length // 10))[:length]
    texts["words"] = ("an ordinary word or two, " * length)[:length]
    return texts


def _decoded(escape: re.Match[str]) -> str:
    return _SHORT.get(escape[0]) or chr(int(escape[0][2:], 16))


def best_of_three(work, text):
    """Seconds of processor time, so that other processes are not counted."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        work(text)
        times.append(time.thread_time() - start)
    return min(times)
