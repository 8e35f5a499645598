"""What posting, reading and starting cost. Prints a table: `pytest -n 0 -m benchmark`."""

import os
import random
import statistics
import string
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from commentsvc import create_app
from commentsvc.accounts.models import Role
from commentsvc.schema import upgrade
from commentsvc.screening import WordList
from tests.cast import Cast, Newsroom, rosas_comment
from tests.conftest import settings
from tests.stage import free_port, running

pytestmark = pytest.mark.benchmark

TEXT = (
    "The council says it will count people, cars, takings and noise, and publish the figures *every quarter*. "
    "If fewer people visit than last year, the trial ends in September; see https://www.herald.example/trial for "
    "the rules. I would add one more figure: how many of those who come **stay for supper**.\n\n"
    "> Nobody will carry an anchor home on the bus.\n\n"
    "True, and nobody carried one in the car either, except on one Sunday in eleven years that I remember well."
)[:500]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    app = create_app(settings(f"sqlite:///{folder / 'benchmark.sqlite3'}", folder))
    with app.app_context():
        upgrade()
    newsroom = Newsroom(app)
    Cast(newsroom)
    newsroom.set("herald", hold_first_comments=0)
    return newsroom


def report(capsys, what: str, figure: str, bar: str) -> None:
    with capsys.disabled():
        print(f"\n| {what} | {figure} | {bar} |")


def milliseconds(call, times: int) -> list[float]:
    taken = []
    for number in range(times):
        began = time.perf_counter()
        call(number)
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def said(taken: list[float]) -> str:
    return f"{statistics.median(taken):.1f} ms median, {taken[int(len(taken) * 0.95)]:.1f} ms p95"


def test_post_one_comment(service, capsys):
    client = service.client()

    def post(number: int) -> None:
        sent = rosas_comment(text=f"{TEXT[:-6]} {number:05}", email=f"reader{number}@example.org")
        assert client.post("/api/v1/comments", json=sent).status_code == 201

    milliseconds(post, 20)
    taken = milliseconds(lambda number: post(number + 1000), 300)
    report(capsys, "post one comment of 500 characters, JSON, SQLite, durable", said(taken), "12 ms median")


@pytest.mark.parametrize("size", [100, 1_000])
def test_first_page_of_a_thread(service, capsys, size):
    story = f"thread-{size}"
    service.story(id=story)
    first = service.comment(story)
    for number in range(size - 1):
        service.comment(story, parent=first if number % 5 == 0 else None)
    client = service.client()

    def read(_number: int) -> None:
        assert client.get(f"/api/v1/thread?site=herald&story={story}").status_code == 200

    milliseconds(read, 5)
    report(capsys, f"first page of {size:,} comments", said(milliseconds(read, 100)), "at most 3 statements")


def test_decide_and_undo(service, capsys):
    story = service.story()
    ids = [service.comment(story, status="hold") for _ in range(200)]
    headers = service.account("Bench", Role.ADMIN).headers
    client = service.client()

    def decide(numbers: list[int], action: str) -> float:
        seen = [{"id": str(each), "version": service.version(each)} for each in numbers]
        began = time.perf_counter()
        answer = client.post("/api/v1/moderation/decisions", json={"comments": seen, "action": action}, headers=headers)
        assert len(answer.json["decided"]) == len(numbers)
        return (time.perf_counter() - began) * 1000

    def undo_newest() -> float:
        newest = client.get("/api/v1/moderation/log?site=herald", headers=headers).json["decisions"][0]
        began = time.perf_counter()
        sent = {"site": "herald", "batch": newest["batch"]}
        assert client.post("/api/v1/moderation/undo", json=sent, headers=headers).json["done"] == len(ids)
        return (time.perf_counter() - began) * 1000

    ones = sorted(decide([each], action) for each in ids[:50] for action in ("approve", "reject"))
    bulks, undos = zip(*((decide(ids, action), undo_newest()) for action in ("spam", "approve") * 5), strict=True)
    report(capsys, "a decision", said(ones), "15 ms")
    report(capsys, "a decision on 200 comments", said(sorted(bulks)), "400 ms")
    report(capsys, "undo of 200", said(sorted(undos)), "500 ms")


def test_start_to_first_answer(capsys, tmp_path):
    script = (
        "import time; began = time.perf_counter()\n"
        "from pathlib import Path\n"
        "from commentsvc import create_app\n"
        "from commentsvc.config import Settings\n"
        f"app = create_app(Settings(Path('.'), ('{'k7' * 20}',), 'sqlite:///first.sqlite3'))\n"
        "assert app.test_client().get('/healthz').status_code == 200\n"
        "print(time.perf_counter() - began)"
    )
    taken = [
        float(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path).stdout)
        for _ in range(5)
    ]
    report(capsys, "import to the first served request", f"{statistics.median(taken):.2f} s", "1.5 s")


def test_memory_of_the_serving_process(capsys, tmp_path):
    port = free_port()
    command = [str(Path(sys.executable).parent / "commentsvc"), "demo", "--port", str(port), "--data", "demo"]
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/readyz", cwd=tmp_path, log=tmp_path / "log"):
        subprocess.run([sys.executable, "-c", _READ_A_LOT, url], check=True)
        children = [child for each in psutil.process_iter() if each.ppid() == os.getpid() for child in each.children()]
        serving = [each for each in children if "commentsvc.worker" not in each.cmdline()]
        largest = max(each.memory_info().rss for each in serving) / 2**20
    report(capsys, "memory of the serving process after 500 requests", f"{largest:.0f} MB", "120 MB")


_READ_A_LOT = """
import sys, urllib.request
for number in range(500):
    urllib.request.urlopen(sys.argv[1] + "/api/v1/thread?site=demo&story=2026-01-20-harbour-road").read()
"""


SCRIPTS = {
    "plain ASCII": string.ascii_lowercase,
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "disguised": string.ascii_lowercase,
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_five_thousand_words_over_ten_thousand_characters(capsys, script):
    choose = random.Random(1)

    def word() -> str:
        return "".join(choose.choices(SCRIPTS[script], k=choose.randint(3, 14)))

    entries = [*(word() for _ in range(3_000)), *(f"{word()}*" for _ in range(1_000))]
    words = WordList([*entries, *(f"{word()} {word()}" for _ in range(1_000))])
    text = " ".join(word() for _ in range(3_000))
    if script == "disguised":
        text = text.translate(str.maketrans("aeo", "@30"))

    def find(number: int) -> None:
        words.find(f"{number:04}{text[:9_996]}")

    find(9_999)
    report(capsys, f"5,000 words over 10,000 characters, {script}", said(milliseconds(find, 50)), "5 ms")
