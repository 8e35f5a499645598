"""Single classes of the corpus of hostile strings."""

from tests.core import hostile


def hostile_class(name: str) -> list[str]:
    """The decoded vectors of the class whose heading begins with `name`."""
    chosen, lines = False, []
    for line in hostile._FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            chosen = line.startswith(f"## class: {name}")
        elif line and chosen:
            lines.append(hostile._ESCAPE.sub(hostile._decoded, line))
    assert lines, f"the corpus has no class {name}"
    return lines
