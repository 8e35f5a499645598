"""The widget's files as they are sent: names, encodings, caching, the pinned entry, the budget."""

import base64
import gzip
import hashlib
import os
import re
import shutil
from pathlib import Path

import brotli
import pytest

from commentsvc.widget.files import HERE, release
from hatch_build import minified
from tests.benchmarks import bench_widget

SOURCES = HERE / "static"
# Bytes, brotli, as a wheel has them. The goal is 1, 12 and 20 KB (docs/sizes.md); what is over it may not grow. What
# only a site with a provider of its own loads is counted by itself.
BUDGET = {
    "`<comment-count>` alone (`/count.js`)": 1024,
    "reading: the thread": 12 * 1024,
    "everything a writer ever loads": 23_034,
    "signing in at a provider, where a site has one": 1_600,
}


@pytest.fixture
def client(sqlite_app):
    return sqlite_app.test_client()


@pytest.fixture(scope="module")
def wheel():
    return bench_widget.minified()


@pytest.fixture
def copied(tmp_path) -> Path:
    return Path(shutil.copytree(SOURCES, tmp_path / "static"))


def module(name: str = "thread.js") -> str:
    return f"/embed/{release().name}/{name}"


def test_a_module_is_kept_for_a_year(client):
    assert client.get(module()).headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_entry_is_kept_for_minutes(client):
    assert client.get("/embed.js").headers["Cache-Control"] == "public, max-age=600"


def test_the_entry_names_the_modules_by_their_content(client):
    assert f"./embed/{release().name}/" in client.get("/embed.js").text


def test_the_entry_knows_every_language_there_is_a_file_for(client):
    assert '["ar","de","en","es","fr","tr"]' in client.get("/embed.js").text


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_module_comes_compressed_as_asked(client, encoding):
    answer = client.get(module(), headers={"Accept-Encoding": encoding})
    unpacked = {"br": brotli.decompress, "gzip": gzip.decompress}[encoding](answer.data)
    assert (answer.headers["Content-Encoding"], unpacked) == (encoding, (SOURCES / "thread.js").read_bytes())


def test_brotli_is_preferred(client):
    answer = client.get(module(), headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert answer.headers["Content-Encoding"] == "br"


def test_who_takes_no_compression_gets_none(client):
    answer = client.get(module(), headers={"Accept-Encoding": "gzip;q=0, br;q=0"})
    assert "Content-Encoding" not in answer.headers


def test_caches_keep_the_encodings_apart(client):
    assert "Accept-Encoding" in client.get(module()).headers["Vary"]


def test_each_encoding_has_its_own_strong_tag(client):
    tags = [client.get(module(), headers={"Accept-Encoding": each}).headers["ETag"] for each in ("br", "gzip", "")]
    assert len(set(tags)) == 3
    assert not [tag for tag in tags if tag.startswith("W/")]


def test_an_unchanged_entry_is_not_sent_again(client):
    tag = client.get("/embed.js").headers["ETag"]
    assert client.get("/embed.js", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("path", ["/embed.js", "/count.js", module()])
def test_every_page_may_load_it(client, path):
    headers = client.get(path).headers
    assert (headers["Access-Control-Allow-Origin"], headers["Cross-Origin-Resource-Policy"]) == ("*", "cross-origin")


def test_another_releases_address_still_answers_but_is_not_kept(client):
    answer = client.get("/embed/0123456789abcdef/thread.js")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, no-cache")


@pytest.mark.parametrize("name", ["nothing.js", "../routes.py", "words/", "words/xx.js"])
def test_what_is_no_file_is_not_found(client, name):
    assert client.get(module(name)).status_code == 404


def test_the_pinned_entry_matches_its_integrity(client):
    body = client.get(f"/{release().pinned}").data
    wanted = "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode()
    assert release().files["embed.js"].integrity == wanted


def test_the_pinned_entry_finds_the_modules_beside_it(client):
    assert 'new URL("./",import.meta.url)' in client.get(f"/{release().pinned}").text.replace(", ", ",")


def test_a_changed_file_is_seen_under_a_new_name(copied):
    before = release(copied).name
    place = copied / "words" / "de.js"
    place.write_text(place.read_text().replace("Antworten", "Erwidern"))
    assert release(copied).name != before


def test_a_new_language_is_one_file(copied):
    shutil.copy(copied / "words" / "en.js", copied / "words" / "nl.js")
    assert b'"nl"' in release(copied).entry.body


def test_an_unchanged_folder_keeps_its_name(copied):
    before = release(copied).name
    os.utime(copied / "thread.js")
    assert release(copied).name == before


def test_the_entry_asks_at_once_for_all_that_a_thread_imports():
    found = release(SOURCES)
    named = re.search(r'THREAD = "([\w ]+)"', found.entry.body.decode())
    assert named
    wanted = bench_widget.imported(found, ["thread.js"], later=False)
    assert {f"{name}.js" for name in named[1].split()} == wanted


@pytest.mark.parametrize("part", BUDGET)
def test_the_widget_keeps_to_its_budget(wheel, part):
    assert bench_widget.weight(wheel, bench_widget.groups(wheel)[part]) <= BUDGET[part]


def test_the_wheel_is_not_built_of_what_the_minifier_would_turn_round():
    with pytest.raises(ValueError, match="wait in a statement before"):
        minified("async () => {\n  const asked = it.asked;\n  const { answer } = await ask();\n}\n")
