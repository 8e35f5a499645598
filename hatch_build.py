"""What happens while the wheel is built: the widget's files are joined and minified into a folder of their own.

What a thread always needs comes as two files instead of ten: together they compress a tenth better. An editable
installation and a checkout need none of this: they serve the sources.
"""

import re
import tempfile
from itertools import chain, product
from pathlib import Path
from string import ascii_letters
from typing import Any

import minify
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("commentsvc/widget/static")
MINIFIED = "commentsvc/widget/minified"
STYLES = re.compile(r"(?<=sheet\(`)[^`$]*(?=`\))")


# The modules that one file is made of, each after those that it imports. What is loaded later, or alone, stays alone.
JOINED = {
    "base.js": ("words.js", "api.js", "dom.js", "content.js", "style.js"),
    "thread.js": ("memory.js", "muted.js", "comment.js", "list.js", "actions.js", "thread.js"),
    "writer.js": ("saying.js", "draft.js", "form.js", "writer.js"),
    "writing.js": ("tools.js", "acts.js", "report.js", "edit.js", "proof.js"),
}
HOME = {name: joined for joined, names in JOINED.items() for name in names}
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w/]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function) (\w+))", re.MULTILINE)
EXPORTED_LIST = re.compile(r"^export \{([^}]*)\};$", re.MULTILINE)
KEY = re.compile(r"(?<=^  )(\w+)(?=:)", re.MULTILINE)
WORD = re.compile(r"(?<=\bwords\.)\w+")
LATER = re.compile(r'(?:await |[?:] |\[)import\("\./(\w+\.js)"\)')
REORDERED = re.compile(r"^ *const \w.*;\n(?: */[/*].*\n)* *const [{\[].*= .*\bawait\b", re.MULTILINE)
TOP_NAME = re.compile(r"^(?:export )?(?:const|let|class|(?:async )?function) (\w+)", re.MULTILINE)
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
    for name, source in apart(joined(short_words(found))).items():
        place = into / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(minified(source), encoding="utf-8")


def minified(source: str) -> str:
    """A module and the style sheets in it. Raises ValueError for what the minifier would change the meaning of."""
    if REORDERED.search(source):
        raise ValueError("Of constants in a row the minifier puts those taken apart first: wait in a statement before.")
    short = STYLES.sub(lambda found: minify.string("text/css", found[0]), source)
    return str(minify.string("text/javascript", short))


def short_words(files: dict[str, str]) -> dict[str, str]:
    """The modules with one or two letters for the name of each text: no minifier may touch the names of properties."""
    languages = {name for name in files if name.startswith("words/")}
    # The shortest are for words that everybody loads.
    parts = [files[name].partition("export const signing") for name in languages]
    keys = [key for part in (0, 2) for key in sorted({key for each in parts for key in KEY.findall(each[part])})]
    keys = list(dict.fromkeys(keys))
    short = dict(zip(keys, map("".join, chain(product(ascii_letters), product(ascii_letters, repeat=2))), strict=False))
    return {
        name: KEY.sub(lambda found: short[found[1]], source)
        if name in languages
        else WORD.sub(lambda found: short.get(found[0], found[0]), source)
        for name, source in files.items()
    }


def apart(files: dict[str, str]) -> dict[str, str]:
    """The words for writers as files of their own, which a page loads when somebody could begin to write, and those for
    readers who may sign in as others, which only a site loads that lets them.
    """
    for name in [name for name in files if name.startswith("words/")]:
        reading, rest = files[name].split("export const writing = ")
        writing, signing = rest.split("export const signing = ")
        files |= {
            name: reading,
            f"writing/{Path(name).name}": f"export const writing = {writing}",
            f"signing/{Path(name).name}": f"export const signing = {signing}",
        }
    files["base.js"] = _replaced_once(
        files["base.js"], "import(`./words/${locale}.js`);\n  Object", "import(`./writing/${locale}.js`);\n  Object"
    )
    files["login.js"] = _replaced_once(
        files["login.js"], "import(`./words/${locale}.js`)", "import(`./signing/${locale}.js`)"
    )
    return files


def _replaced_once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands there {text.count(old)} times.")
    return text.replace(old, new)


def joined(sources: dict[str, str]) -> dict[str, str]:
    """The modules by their names, those of JOINED as one file each, which everybody else imports in their place."""
    alone = {name: _from_home(source) for name, source in sources.items() if name not in HOME}
    alone["embed.js"] = FILES_OF_THE_ENTRY.sub(_homes, alone["embed.js"])
    return {**alone, **{home: _as_one(home, sources) for home in JOINED}}


def _from_home(source: str) -> str:
    return re.sub(r'"\./(\w+\.js)"', lambda found: f'"./{HOME.get(found[1], found[1])}"', source)


def _homes(found: re.Match[str]) -> str:
    names = dict.fromkeys(HOME.get(f"{name}.js", f"{name}.js").removesuffix(".js") for name in found[2].split())
    return f'{found[1]}"{" ".join(names)}"'


def _as_one(home: str, sources: dict[str, str]) -> str:
    """The modules of one file in one function, so that all their names can be shortened but those others ask for."""
    modules = [sources[name] for name in JOINED[home]]
    bodies = "\n".join(_body(source) for source in modules)
    names = [name for source in modules for name in TOP_NAME.findall(source)]
    taken = _taken(home, modules)
    names += [name for each in taken.values() for name in each]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{home} has two meanings for {sorted(doubled)}; rename one of them.")
    given = ", ".join(sorted(_asked_for(home, sources)))
    imports = "".join(f'import * as ${number} from "./{name}";\n' for number, name in enumerate(taken))
    known = "".join(f"const {{ {', '.join(each)} }} = ${number};\n" for number, each in enumerate(taken.values()))
    wait = "async " if re.search("^(const .* = )?await ", bodies, re.MULTILINE) else ""
    inside = f"({wait}() => {{\n{known}{bodies}\nreturn {{ {given} }};\n}})();"
    return f"{imports}export const {{ {given} }} = {'await ' if wait else ''}{inside}"


def _body(source: str) -> str:
    body = EXPORTED_LIST.sub("", EXPORT.sub("", _from_home(IMPORT.sub("", source))))
    if re.search(r"^(import|export) ", body, re.MULTILINE):
        raise ValueError("A module imports or exports in a way that cannot be joined; write it like the others.")
    return body


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def _taken(home: str, modules: list[str]) -> dict[str, list[str]]:
    """What a file imports of others, by their names."""
    taken: dict[str, list[str]] = {}
    for listed, name in (found for source in modules for found in IMPORT.findall(source)):
        if (other := HOME.get(name, name)) != home:
            taken[other] = list(dict.fromkeys([*taken.get(other, []), *_names(listed)]))
    return taken


def _asked_for(home: str, sources: dict[str, str]) -> set[str]:
    """What others import of a file: by name, by the name of an element's class, or all of what is loaded later."""
    asked: set[str] = set()
    for importer, source in sources.items():
        if HOME.get(importer) != home:
            asked |= {name for listed, of in IMPORT.findall(source) if HOME.get(of) == home for name in _names(listed)}
        for later in LATER.findall(source):
            asked |= set(_exported(sources[later])) if HOME.get(later) == home else set()
    exported = {name for module in JOINED[home] for name in _exported(sources[module])}
    return asked | {name for name in exported if f'"{name}"' in sources["embed.js"]}


def _exported(source: str) -> list[str]:
    return EXPORT.findall(source) + [name for listed in EXPORTED_LIST.findall(source) for name in _names(listed)]
