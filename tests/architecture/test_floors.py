"""Which room may know of which. Read from the syntax tree: nothing is imported for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "commentsvc"
FLOORS = {
    "core": 0,
    "accounts": 1,
    "outbox": 1,
    "screening": 1,
    "triage": 1,
    "sites": 1,
    "authors": 2,
    "checks": 2,
    "rulebook": 2,
    "stories": 3,
    "comments": 4,
    "moderation": 5,
    "figures": 6,
    "widget": 6,
    "notifications": 6,
    "staff": 6,
    "webhooks": 6,
    "transfer": 6,
    "privacy": 7,  # of a person everything is somewhere
    "demo": 7,  # it shows all of them
}
ROOF = "the roof"
# They start the whole application for the command line and the server; nobody imports them.
STARTERS = {"demo/run.py", "demo/wsgi.py"}
# What speaks HTTP. Everything else is told what it needs to know: services take `actor` and `now`.
DOORS = {"routes.py", "pages.py", "public.py", "desk.py", "web.py", "guards.py", "cookies.py", "forms.py", "flags.py"}
DOORS |= {"card_pages.py", "log_pages.py", "live_pages.py", "bulk_pages.py", "bulk_routes.py", "section_routes.py"}
DOORS |= {"section_pages.py", "thread_pages.py", "rulebook.py", "rulebook_api.py", "author_pages.py", "people_api.py"}
DOORS |= {
    "answer_pages.py",
    "feeds.py",
    "oembed.py",
    "report_pages.py",
    "own_pages.py",
    "own_routes.py",
    "login_pages.py",
}
DOORS |= {"accounts_pages.py", "entrance_pages.py", "security_pages.py"}
DOORS |= {"picture_pages.py", "picture_routes.py", "byline_pages.py"}
OF_ONE_REQUEST = {"request", "session", "g", "current_app", "has_request_context"}

FILES = sorted(HOUSE.rglob("*.py"))
ROOM_FILES = [file for file in FILES if file.parent != HOUSE]


def name_of(file: Path) -> str:
    return file.relative_to(HOUSE).as_posix()


def room_of(file: Path) -> str:
    parts = file.relative_to(HOUSE).parts
    return parts[0] if len(parts) > 1 else ROOF


def imports(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Every import of a file as (absolute module, names taken from it), those inside functions too."""
    package = ("commentsvc", *file.relative_to(HOUSE).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join((*base, *filter(None, [node.module]))), [alias.name for alias in node.names]


def rooms_known_to(file: Path) -> set[str]:
    """The rooms a file imports from; `ROOF` for a file of the roof or something the package itself offers."""
    known = set()
    for module, names in imports(file):
        parts = module.split(".")
        if parts[0] == "commentsvc":
            known.update([parts[1]] if len(parts) > 1 else names)
    return {room if (HOUSE / room).is_dir() else ROOF for room in known}


def test_every_room_has_a_floor():
    assert {room_of(file) for file in ROOM_FILES} <= FLOORS.keys()


@pytest.mark.parametrize("file", ROOM_FILES, ids=name_of)
def test_a_room_knows_only_lower_floors_and_itself(file):
    mine = room_of(file)
    others = rooms_known_to(file) - {mine, ROOF}
    assert {room for room in others if FLOORS[room] >= FLOORS[mine]} == set()


@pytest.mark.parametrize("file", [each for each in ROOM_FILES if name_of(each) not in STARTERS], ids=name_of)
def test_no_room_knows_the_roof(file):
    assert ROOF not in rooms_known_to(file)


@pytest.mark.parametrize("room", ["screening", "triage"])
def test_what_judges_a_text_knows_neither_database_nor_web(room):
    known = {module.split(".")[0] for file in (HOUSE / room).rglob("*.py") for module, _ in imports(file)}
    assert (
        known & {"flask", "flask_sqlalchemy", "flask_login", "flask_wtf", "sqlalchemy", "wtforms", "werkzeug"} == set()
    )


@pytest.mark.parametrize(
    "file", [each for each in ROOM_FILES if each.name not in DOORS and room_of(each) != "core"], ids=name_of
)
def test_only_the_doors_see_the_request(file):
    seen = {name for module, names in imports(file) if module in ("flask", "flask_login") for name in names}
    assert seen & {*OF_ONE_REQUEST, "current_user"} == set()


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_but_the_unit_of_work_commits(file):
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert len(calls) == (2 if name_of(file) == "core/unit_of_work.py" else 0)
