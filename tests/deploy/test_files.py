"""What is shipped to deploy with is well-formed and names things that are there; no engine has to run for it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from commentsvc.cli import main
from commentsvc.config import NAMES, SECRETS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
WORDS = {
    "FROM",
    "WORKDIR",
    "COPY",
    "RUN",
    "ENV",
    "USER",
    "VOLUME",
    "EXPOSE",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
}


def steps() -> list[tuple[str, str]]:
    """The Dockerfile's instructions."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def test_the_dockerfile_says_nothing_unknown_and_runs_as_nobody_special():
    assert {word for word, _ in steps()} <= WORDS
    assert [word for word, _ in steps()].count("FROM") == 2
    last = dict(steps())
    assert last["USER"] == "commentsvc"
    assert last["ENTRYPOINT"].startswith("[")
    assert last["CMD"].startswith("[")  # no shell between the signal and the server
    assert last["STOPSIGNAL"] == "SIGTERM"


def test_what_the_image_is_built_of_builds(tmp_path):
    """Exactly the files the Dockerfile copies make a wheel."""
    copied = [said.split() for word, said in steps() if word == "COPY" and "--from" not in said]
    for *sources, target in copied:
        for source in sources:
            to = tmp_path / (target if len(sources) == 1 else source)
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, to)
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=tmp_path, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    assert len(list((tmp_path / "dist").glob("commentsvc-*.whl"))) == 1


@pytest.fixture
def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_the_compose_file_refers_to_what_it_has(compose):
    services, volumes, secrets = compose["services"], compose["volumes"], compose["secrets"]
    for name, each in services.items():
        assert each["image"], name
        assert set(each.get("depends_on", {})) <= services.keys()
        assert {volume.split(":")[0] for volume in each.get("volumes", [])} <= volumes.keys()
        assert set(each.get("secrets", [])) <= secrets.keys()
    assert (DEPLOY / services["serve"]["build"]["context"] / services["serve"]["build"]["dockerfile"]).exists()
    assert services["database"].get("ports") is services["redis"].get("ports") is None  # nobody outside talks to them
    assert all(port.startswith("127.0.0.1:") for port in services["serve"]["ports"])


def test_its_settings_and_commands_are_ours(compose):
    names = {*NAMES, *(f"{name}_FILE" for name in SECRETS)}
    for name in ("upgrade", "serve", "worker"):
        each = compose["services"][name]
        assert {key.removeprefix("COMMENTSVC_") for key in each["environment"]} <= names
        assert each["command"][0] in main.commands


def test_a_compose_that_is_there_agrees(tmp_path):
    try:
        there = subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0
    except FileNotFoundError:
        there = False
    if not there:
        pytest.skip("docker compose is not there.")
    shown = subprocess.run(
        ["docker", "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "-q"],
        env={"PATH": "/usr/bin:/usr/local/bin", "COMMENTSVC_BASE_URL": "https://comments.news.example"},
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 0, shown.stderr


@pytest.mark.parametrize("unit", ["commentsvc.service", "commentsvc-worker.service"])
def test_a_unit_is_one_systemd_takes(unit):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not there.")
    said = subprocess.run(["systemd-analyze", "verify", str(DEPLOY / unit)], capture_output=True, text=True).stderr
    ours = [line for line in said.splitlines() if unit in line and "is not executable" not in line]
    assert ours == []
    assert re.search(r"^ExecStart=/srv/commentsvc/bin/commentsvc (serve|worker) ", (DEPLOY / unit).read_text(), re.M)
