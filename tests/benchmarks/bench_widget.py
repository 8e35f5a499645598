"""What the widget weighs as it is sent: `python -m tests.benchmarks.bench_widget`. Prints the table of docs/sizes.md."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from commentsvc.widget.files import HERE, Release, release
from hatch_build import minify_all

READING = ("embed.js", "thread.js", "words/en.js")
WRITING = "writing/en.js"  # in a wheel; in a checkout these words stand with the others
LOGIN = {"login.js", "signing/en.js"}  # loaded on a site whose readers sign in at a provider, and on no other


def minified() -> Release:
    """The files as a wheel has them."""
    with tempfile.TemporaryDirectory() as folder:
        minify_all(HERE / "static", Path(folder))
        return release(Path(folder))


def imported(found: Release, names: Iterable[str], *, later: bool) -> set[str]:
    """Those files and all they import at once; with `later`, also what they load when it is first needed."""
    reached, open_ends = set(), list(names)
    pattern = r'(?:from|import)\s*"\./([\w./-]+)"' + (r'|import\("\./([\w./-]+)"\)' if later else "")
    while open_ends:
        name = open_ends.pop()
        if name not in reached:
            reached.add(name)
            text = found.files[name].body.decode()
            open_ends += [next(filter(None, match.groups())) for match in re.finditer(pattern, text)]
    return reached


def groups(found: Release) -> dict[str, set[str]]:
    """What is loaded for what, on a page with words in English."""
    words = {WRITING} & set(found.files)
    return {
        "`<comment-count>` alone (`/count.js`)": {"count.js"},
        "reading: the thread": imported(found, READING, later=False),
        "everything a writer ever loads": imported(found, {*READING, *words}, later=True) - LOGIN,
        "signing in at a provider, where a site has one": LOGIN & set(found.files),
        "`<about-author>`": imported(found, ("embed.js", "about.js", "words/en.js"), later=False),
        "`<you-may-also-like>`": imported(found, ("embed.js", "related.js", "words/en.js"), later=False),
    }


def weight(found: Release, names: Iterable[str], encoding: str = "br") -> int:
    """Bytes as they are sent."""
    return sum(len(found.files[name].encoded(encoding)) for name in names)


def main() -> None:
    wheel, source = minified(), release(HERE / "static")
    print("| | files | brotli | gzip | from a checkout, brotli |\n|---|---|---|---|---|")
    for title, names in groups(wheel).items():
        sizes = (weight(wheel, names), weight(wheel, names, "gzip"), weight(source, groups(source)[title]))
        print(f"| {title} | {len(names)} | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("\n| file | brotli | gzip | as it is |\n|---|---|---|---|")
    for name, file in sorted(wheel.files.items()):
        print(f"| `{name}` | {len(file.encoded('br')):,} | {len(file.encoded('gzip')):,} | {len(file.body):,} |")


if __name__ == "__main__":
    main()
