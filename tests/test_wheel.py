"""The wheel holds everything: built, installed into an empty environment elsewhere, run from there."""

import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.stage import free_port, running

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory) -> Path:
    """An empty environment with nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", with_pip=True)
    installed = subprocess.run(
        [folder / "env/bin/pip", "install", "--quiet", "-c", ROOT / "requirements.lock", wheel],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return folder


@pytest.fixture(scope="module")
def demo(elsewhere) -> str:
    port = free_port()
    command = [elsewhere / "env/bin/commentsvc", "demo", "--port", str(port), "--data", "demo"]
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/readyz", cwd=elsewhere, log=elsewhere / "log"):
        yield url


def fetch(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("folder", ["templates", "migrations", "widget/static", "static", "demo/static"])
def test_the_wheel_holds_every_file_of_a_folder(wheel, folder):
    source = ROOT / folder if folder in ("templates", "migrations") else ROOT / "commentsvc" / folder
    wanted = {
        f"commentsvc/{folder}/{file.relative_to(source)}"
        for file in source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted, f"{source} is empty"
    assert wanted <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_widget_without_its_comments(wheel):
    short = zipfile.ZipFile(wheel).read("commentsvc/widget/minified/thread.js").decode()
    assert "class" in short
    assert "/**" not in short


def test_the_wheel_holds_no_tests(wheel):
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("tests")]


@pytest.mark.parametrize(
    "path", ["/", "/news", "/news/2026-01-20-hasaka", "/embed.js", "/login", "/api/v1/openapi.json"]
)
def test_the_demo_runs_from_the_installed_wheel(demo, path):
    assert fetch(demo + path)


def test_the_demo_has_migrated_its_database(demo):
    assert '"schema":true' in fetch(f"{demo}/readyz").replace(" ", "")


def test_every_command_works_on_the_demos_folder(demo, elsewhere):
    shown = subprocess.run(
        [elsewhere / "env/bin/commentsvc", "site", "show", "demo"],
        env={"COMMENTSVC_DATA_DIR": str(elsewhere / "demo")},
        capture_output=True,
        text=True,
        cwd=elsewhere,
    )
    assert "flood_seconds = 15" in shown.stdout, shown.stderr
