"""What happens while the wheel is built: the widget's files are minified into a folder of their own.

An editable installation and a checkout need none of this: they serve the sources.
"""

import re
import tempfile
from pathlib import Path
from typing import Any

import minify
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("commentsvc/widget/static")
MINIFIED = "commentsvc/widget/minified"
STYLES = re.compile(r"(?<=sheet\(`)[^`$]*(?=`\))|(?<=replaceSync\(`)[^`$]*(?=`\))")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        minify_all(Path(self.root) / SOURCES, Path(self._folder.name))
        build_data["force_include"][self._folder.name] = MINIFIED

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._folder.cleanup()


def minify_all(sources: Path, into: Path) -> None:
    """Every module of a folder without its comments, in as few characters as its meaning allows."""
    for source in sources.rglob("*.js"):
        place = into / source.relative_to(sources)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(minified(source.read_text(encoding="utf-8")), encoding="utf-8")


def minified(source: str) -> str:
    """A module and the style sheets in it."""
    short = STYLES.sub(lambda found: minify.string("text/css", found[0]), source)
    return str(minify.string("text/javascript", short))
