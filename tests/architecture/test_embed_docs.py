"""What docs/embed.md tells developers to paste names elements, attributes, events, properties and parts that exist."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from commentsvc import create_app
from tests.conftest import settings

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "embed.md").read_text(encoding="utf-8")
MODULES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "commentsvc/widget/static").rglob("*.js")}
SOURCE = "\n".join(MODULES.values())
ELEMENTS = ("comment-thread", "comment-count", "about-author", "you-may-also-like")
OF_HTML = {"class", "id", "dir", "lang", "hidden"}
OF_REACT = {"dangerouslySetInnerHTML"}
MOST_PROPERTIES = 20

SNIPPETS = re.findall(r"```(\S+)\n(.*?)\n```", DOCUMENT, re.DOTALL)
TAG = re.compile(rf"<({'|'.join(ELEMENTS)})\b((?:[^>]|(?<==)>)*?)/?>", re.DOTALL)


def attributes_used() -> set[str]:
    used: set[str] = set()
    for _, snippet in SNIPPETS:
        for _, inside in TAG.findall(snippet):
            bare = re.sub(r'"[^"]*"|\{\{.*?\}\}|\{[^{}]*\}', "", inside)
            used |= set(re.findall(r"[\w-]+", bare))
    return used


def attributes_read() -> set[str]:
    """What the elements look at, by name."""
    observed = re.findall(r"observedAttributes = \[(.*?)\]", SOURCE, re.DOTALL)
    named = re.findall(r'"([\w-]+)"', " ".join(observed))
    return {
        *named,
        *re.findall(r'(?:get|has)Attribute\("([\w-]+)"\)', SOURCE),
        *re.findall(r":host\(\[([\w-]+)", SOURCE),
    }


def test_every_kind_of_host_has_a_snippet():
    assert {kind for kind, _ in SNIPPETS} >= {"html", "jinja", "php", "go-html-template", "tsx", "css", "python"}
    assert all(f"<{element}" in DOCUMENT for element in ELEMENTS)


def test_the_attributes_exist():
    assert attributes_used() - attributes_read() - OF_HTML - OF_REACT == set()
    assert {"site", "story", "url", "title", "lazy", "exclude"} <= attributes_used()


def test_the_events_in_the_snippets_exist():
    named = {name for _, snippet in SNIPPETS for name in re.findall(r"commentsvc:([\w-]+)", snippet)}
    calls = " ".join(re.findall(r"emit\((.*?)\{", SOURCE))
    emitted = set(re.findall(r'"([\w-]+)"', calls))
    assert named - emitted == set()
    assert named


@pytest.mark.parametrize("method", ["refresh", "goTo"])
def test_the_methods_exist(method):
    assert re.search(rf"^  (?:async )?{method}\(", MODULES["thread.js"], re.MULTILINE)
    assert f"`{method}(" in DOCUMENT


def test_the_custom_properties_are_those_that_are_read_and_no_more_than_twenty():
    read = set(re.findall(r"var\((--commentsvc-[\w-]+)", SOURCE))
    named = set(re.findall(r"--commentsvc-[\w-]+", DOCUMENT))
    assert named == read
    assert len(read) <= MOST_PROPERTIES


def test_the_parts_exist():
    listed = DOCUMENT.split("Parts for `::part()`:")[1].split("\n\n")[0]
    drawn = {name for names in re.findall(r'part: "([\w -]+)"', SOURCE) for name in names.split()}
    assert set(re.findall(r"`([\w-]+)`", listed)) - drawn == set()


def test_the_addresses_exist(tmp_path):
    rules = create_app(settings(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path)).url_map.bind("comments.example")
    addresses = re.findall(r"https://comments\.example(/[\w./-]+)", DOCUMENT)
    assert len(addresses) > 5
    for address in addresses:
        assert rules.match(address), address


def test_the_elements_are_those_that_are_defined():
    assert set(re.findall(r'^  "([a-z]+(?:-[a-z]+)+)": ', MODULES["embed.js"], re.MULTILINE)) == set(ELEMENTS)


@pytest.mark.parametrize("code", [code for kind, code in SNIPPETS if kind == "python"])
def test_the_python_is_python(code):
    compile(code, "docs/embed.md", "exec")


@pytest.mark.parametrize("code", [code for kind, code in SNIPPETS if kind == "jinja"])
def test_the_jinja_escapes_what_is_the_articles_and_keeps_what_the_service_wrote(code):
    hostile = '"><script>alert(1)</script>'
    page = (
        Environment(autoescape=True)
        .from_string(code)
        .render(
            article={"id": hostile, "url": hostile, "title": hostile},
            fragment="<section>Well said.</section>",
            most_read=[{"id": "a"}, {"id": "b"}],
        )
    )
    assert "alert(1)</script>" not in page
    assert "<section>Well said.</section>" in page
    assert 'exclude="a b"' in page
