"""What happens while the wheel is built: the widget's files are joined and minified into a folder of their own.

What a thread always needs comes as two files instead of ten: together they compress a tenth better. An editable
installation and a checkout need none of this: they serve the sources.
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


# The modules that one file is made of, each after those that it imports. What is loaded later, or alone, stays alone.
JOINED = {
    "base.js": ("api.js", "dom.js", "content.js", "style.js"),
    "thread.js": ("memory.js", "muted.js", "comment.js", "list.js", "actions.js", "thread.js"),
    "form.js": ("saying.js", "form.js"),
    "writing.js": ("tools.js", "acts.js", "report.js", "edit.js", "proof.js"),
}
HOME = {name: joined for joined, names in JOINED.items() for name in names}
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w/]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function) (\w+))", re.MULTILINE)
EXPORTED_LIST = re.compile(r"^export \{([^}]*)\};$", re.MULTILINE)
FILES_OF_THE_ENTRY = re.compile(r'^(const (?:THREAD|BOX) = )"([\w ]+)"', re.MULTILINE)


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
    found = {path.relative_to(sources).as_posix(): path.read_text(encoding="utf-8") for path in sources.rglob("*.js")}
    for name, source in joined(found).items():
        place = into / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(minified(source), encoding="utf-8")


def minified(source: str) -> str:
    """A module and the style sheets in it."""
    short = STYLES.sub(lambda found: minify.string("text/css", found[0]), source)
    return str(minify.string("text/javascript", short))


def joined(sources: dict[str, str]) -> dict[str, str]:
    """The modules by their names, those of JOINED as one file each, which everybody else imports in their place."""
    alone = {name: _from_home(source) for name, source in sources.items() if name not in HOME}
    alone["embed.js"] = FILES_OF_THE_ENTRY.sub(_homes, alone["embed.js"])
    return {**alone, **{name: _as_one(name, {each: sources[each] for each in names}) for name, names in JOINED.items()}}


def _from_home(source: str) -> str:
    return re.sub(r'"\./(\w+\.js)"', lambda found: f'"./{HOME.get(found[1], found[1])}"', source)


def _homes(found: re.Match[str]) -> str:
    names = dict.fromkeys(HOME.get(f"{name}.js", f"{name}.js").removesuffix(".js") for name in found[2].split())
    return f'{found[1]}"{" ".join(names)}"'


def _as_one(home: str, modules: dict[str, str]) -> str:
    """Each module in a function of its own, so that their inner names never meet."""
    outside: dict[str, str] = {}
    parts, names_given = [], []
    for name, source in modules.items():
        body = _from_home(IMPORT.sub(lambda found: _taken(found, home, outside), source))
        given = EXPORT.findall(body) + [
            each.strip() for found in EXPORTED_LIST.findall(body) for each in found.split(",")
        ]
        body = EXPORTED_LIST.sub("", EXPORT.sub("", body))
        if re.search(r"^(import|export) ", body, re.MULTILINE):
            raise ValueError(f"{name} imports or exports in a way that cannot be joined; write it like the others.")
        names = ", ".join(given)
        parts += [f"const {_inner(name)} = (() => {{\n{body}\nreturn {{ {names} }};\n}})();"]
        parts += [f"export const {{ {names} }} = {_inner(name)};"] if given else []
        names_given += given
    if len(names_given) != len(set(names_given)):
        raise ValueError(f"Two modules of {home} export the same name.")
    return "\n".join([*(f'import * as {inner} from "./{name}";' for name, inner in outside.items()), *parts])


def _taken(found: re.Match[str], home: str, outside: dict[str, str]) -> str:
    name = found[2]
    source = HOME.get(name, name)
    inner = _inner(name) if source == home else outside.setdefault(source, _inner(source))
    return f"const {{ {found[1].replace(' as ', ': ')} }} = {inner};"


def _inner(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
