"""Traces tell what was done and how long it took, and nothing of who asked or what they typed."""

import gzip
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import text

from commentsvc import create_app, tracing
from commentsvc.core.database import db
from commentsvc.schema import upgrade
from tests.cast import Newsroom, rosas_comment
from tests.conftest import settings

CANARIES = {
    "address": "canary.rosa@rosa-nest.test",
    "ip": "203.0.113.77",
    "browser": "CanaryBrowser",
    "cookie": "CanaryCookie",
    "typed": "What Rosa typed",
    "path": "canary-path",
    "host": "canary-host.test",
    "trace": "canarystate",
    "token": "CanaryToken",
}

HEADERS = {
    "User-Agent": CANARIES["browser"],
    "Cookie": f"commentsvc={CANARIES['cookie']}",
    "Authorization": f"Bearer {CANARIES['token']}",
    "X-Forwarded-For": CANARIES["ip"],
    "Host": CANARIES["host"],
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": f"a={CANARIES['trace']}",
    "baggage": f"who={CANARIES['address']}",
}


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    app = create_app(settings(f"sqlite:///{tmp_path / 'traced.sqlite3'}", tmp_path))
    with app.app_context():
        upgrade()
    return app


@pytest.fixture
def traced(app):
    """What was sent of the requests so far, once the newsroom is there."""
    newsroom = Newsroom(app)
    newsroom.site("herald", hold_first_comments=0, quick_form_seconds=0)
    newsroom.story("herald", "harbour")
    told = InMemorySpanExporter()
    provider = tracing.install(app, told)

    def spans():
        provider.force_flush()
        return told.get_finished_spans()

    yield spans
    provider.shutdown()


def all_of(spans) -> str:
    """Everything a collector could read of them."""
    return "\n".join(f"{span.to_json()} {span.status.description} {span.context}" for span in spans)


def ask(client, path: str, **more):
    environ = {"REMOTE_ADDR": CANARIES["ip"], "REMOTE_HOST": CANARIES["host"]}
    return client.open(path, headers=HEADERS, environ_base=environ, buffered=True, **more)


def test_a_request_is_its_method_its_route_its_status_and_its_statements(app, traced):
    app.test_client().get("/authors/herald/nobody", buffered=True)
    spans = traced()
    (request,) = [span for span in spans if span.kind is SpanKind.SERVER]
    assert (request.name, request.attributes["http.status_code"]) == ("GET /authors/<key>/<slug>", 404)
    statements = [span for span in spans if span.kind is SpanKind.CLIENT]
    assert statements, "the site is looked up in the database"
    assert {span.parent.span_id for span in statements} == {request.context.span_id}
    assert {span.name for span in statements} == {"BEGIN", "SELECT"}
    assert any("FROM commentsvc_site" in span.attributes["db.statement"] for span in statements)
    assert all(span.end_time >= span.start_time for span in spans)


def test_nothing_of_who_asked_and_what_they_typed_is_in_it(app, traced):
    client = app.test_client()
    typed = rosas_comment(
        text=CANARIES["typed"], email=CANARIES["address"], name="Canary Rosa", site="herald", story="harbour"
    )
    assert ask(client, "/api/v1/comments", method="POST", json=typed).status_code == 201
    ask(client, f"/authors/herald/{CANARIES['path']}?email={CANARIES['address']}")
    ask(client, f"/{CANARIES['path']}/nowhere?email={CANARIES['address']}")
    ask(client, "/api/v1/thread?site=herald&story=harbour", method="CANARY-PATH")
    spans = traced()
    assert any("INSERT INTO commentsvc_comment " in str(span.attributes.get("db.statement")) for span in spans)
    told = all_of(spans)
    assert [name for name, canary in CANARIES.items() if canary.lower() in told.lower()] == []
    assert "Canary" not in told
    assert {name for span in spans for name in span.attributes} <= tracing.SENT


def test_a_bug_is_told_without_its_words(app, traced):
    def fail():
        db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT nothing_of_that_name WHERE 1 = :typed"), {"typed": CANARIES["typed"]})

    app.add_url_rule("/broken", "broken", fail)
    assert ask(app.test_client(), "/broken").status_code >= 500
    spans = traced()
    failed = [span for span in spans if span.status.status_code is StatusCode.ERROR]
    assert {span.kind for span in failed} == {SpanKind.SERVER, SpanKind.CLIENT}
    assert all(not span.events and span.status.description is None for span in spans)
    assert "What Rosa" not in all_of(spans)


def test_a_trace_begins_here_whatever_the_caller_says(app, traced):
    ask(app.test_client(), "/healthz")
    (span,) = traced()
    assert span.parent is None
    assert f"{span.context.trace_id:032x}" != "0af7651916cd43dd8448eb211c80319c"


def test_what_belongs_to_no_request_is_not_told(app, traced):
    with app.app_context():
        db.session.execute(text("SELECT 1"))
    assert traced() == ()


# Where it goes


def spans_in(body: bytes):
    read = ExportTraceServiceRequest.FromString(body)
    return [span for each in read.resource_spans for scope in each.scope_spans for span in scope.spans]


@pytest.fixture
def collector():
    """A collector: (its address, the spans it was sent once there are so many of requests, all as they came)."""
    came: list[bytes] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Keeps)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def spans(requests: int):
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            told = [span for body in list(came) for span in spans_in(body)]
            if sum(span.kind == span.SPAN_KIND_SERVER for span in told) >= requests:
                return told
            time.sleep(0.05)
        raise AssertionError(f"only so much came: {told}")

    yield f"http://127.0.0.1:{server.server_port}", spans, came
    server.shutdown()
    server.server_close()


def test_where_a_collector_is_named_it_is_told(tmp_path, monkeypatch, collector):
    url, spans, came = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    app = create_app(settings(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path))
    ask(app.test_client(), f"/healthz?email={CANARIES['address']}")
    assert [span.name for span in spans(1)] == ["GET /healthz"]
    assert [name for name, canary in CANARIES.items() if canary.encode() in b"".join(came)] == []


def test_a_server_tells_each_request_by_itself_in_the_newer_names_too(server, collector, monkeypatch):
    url, spans, came = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    with server() as running:
        for method in ("HEAD", "GET", "GET"):
            running.ask(f"/authors/herald/{CANARIES['path']}?email={CANARIES['address']}", method=method, **HEADERS)
        told = spans(4)  # the server was asked whether it is there before
    requests = [span for span in told if span.kind == span.SPAN_KIND_SERVER and span.name != "GET /healthz"]
    assert [span.name for span in requests] == [f"{method} /authors/<key>/<slug>" for method in ("HEAD", "GET", "GET")]
    assert {span.parent_span_id for span in requests} == {b""}
    names = {each.key for span in told for each in span.attributes}
    assert {"http.request.method", "http.response.status_code", "db.query.text"} <= names <= tracing.SENT
    assert [name for name, canary in CANARIES.items() if canary.encode() in b"".join(came)] == []


LOOK = (
    "import sys; from pathlib import Path;{before} from commentsvc import create_app; from commentsvc.config import Settings;"
    "app = create_app(Settings(Path({place!r}), ('x' * 40,), 'sqlite://')); assert app.test_client().get('/healthz').status_code == 200;"
    "print(sorted(name for name in sys.modules if name.startswith('opentelemetry') and sys.modules[name]))"
)


@pytest.mark.parametrize(("before", "named"), [
    ("", {}),
    ("sys.modules['opentelemetry'] = None;", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}),
], ids=["no collector", "no library"])  # fmt: skip
def test_without_a_collector_or_the_library_nothing_is_loaded(tmp_path, monkeypatch, before, named):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    look = LOOK.format(before=before, place=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
