"""Requests and their SQL statements as OpenTelemetry traces: what was done and how long it took, not for whom.

The official instrumentation notes whole addresses, networks, browsers and words of errors. What is known to be no
person's is picked from it at the door, and nothing else is sent. An application the service lives in keeps its own
tracing: nothing is installed for the whole process.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Flask, has_request_context, request
from opentelemetry import propagate
from opentelemetry.instrumentation.sqlalchemy.engine import EngineTracer
from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status

from .core.database import db

ROUTE = "http.route"
STATEMENT = {"db.system", "db.system.name", "db.statement", "db.query.text"}  # without its parameters
SENT = STATEMENT | {"http.request.method", "http.response.status_code", "http.method", "http.status_code", ROUTE}


def install(app: Flask, exporter: SpanExporter) -> TracerProvider:
    """Trace what reaches an application that is complete; their OTEL_… variables say how much of it."""
    provider, nothing = TracerProvider(), NoOpMeterProvider()
    provider.add_span_processor(BatchSpanProcessor(Door(exporter)))
    traced = OpenTelemetryMiddleware(app.wsgi_app, None, _note_route, provider, nothing)
    app.wsgi_app = _Beginning(traced)  # type: ignore[method-assign]
    with app.app_context():
        usage = nothing.get_meter(__name__).create_up_down_counter("connections")
        EngineTracer(provider.get_tracer(__name__), db.engine, usage)
    return provider


class _Beginning:
    """Every trace begins here: whoever asks could write anything into the headers that continue another."""

    def __init__(self, traced: OpenTelemetryMiddleware) -> None:
        self._traced = traced
        fields = propagate.get_global_textmap().fields  # as OTEL_PROPAGATORS has them
        self._from_outside = [f"HTTP_{each.upper().replace('-', '_')}" for each in fields]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        for name in self._from_outside:
            environ.pop(name, None)
        return self._traced(environ, start_response)


def _note_route(span: Span, *_answer: object) -> None:
    if has_request_context() and request.url_rule:
        span.set_attribute(ROUTE, request.url_rule.rule)


class Door(SpanExporter):
    """Lets out requests and what belongs to one, each as its method and route or its statement."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        # The look at what changed, five times a second, is part of no request.
        told = [_told(span) for span in spans if span.parent or span.kind is SpanKind.SERVER]
        return self._exporter.export(told) if told else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _told(span: ReadableSpan) -> ReadableSpan:
    attributes = {name: value for name, value in (span.attributes or {}).items() if name in SENT}
    action = span.name.partition(" ")[0]  # the rest is the address that was asked for, or the database's name
    return ReadableSpan(
        f"{action} {attributes.get(ROUTE, '')}".rstrip(),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
