"""Endpoints, deliveries and events as the newsroom's API gives them. No secret, no address."""

from typing import Any

from ..core.clock import rfc3339
from ..outbox.channels import Answer
from ..outbox.models import Attempt, Delivery, Event
from .models import Endpoint
from .queries import State


def endpoint_json(endpoint: Endpoint, site_key: str, state: State) -> dict[str, Any]:
    paused = state.lane if state.lane and state.lane.paused_at else None
    return {
        "id": str(endpoint.id),
        "site": site_key,
        "url": endpoint.url,
        "events": endpoint.events,
        "internal": endpoint.internal,
        "active": endpoint.disabled_at is None,
        "created_at": rfc3339(endpoint.created_at),
        "rotated_at": rfc3339(endpoint.rotated_at),
        "waiting": state.waiting,
        "paused": {"since": rfc3339(paused.paused_at), "because": paused.paused_because} if paused else None,
    }


def answer_json(answer: Answer, took_ms: int) -> dict[str, Any]:
    return {
        "succeeded": answer.succeeded,
        "code": answer.code,
        "answer": answer.text[: Attempt.EXCERPT],
        "took_ms": took_ms,
    }


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "uid": delivery.uid,
        "channel": delivery.channel,
        "receiver": delivery.lane_key,
        "kind": delivery.kind,
        "status": delivery.status.lower(),
        "created_at": rfc3339(delivery.created_at),
        "done_at": rfc3339(delivery.done_at),
        "attempts": [_attempt_json(each) for each in delivery.tries],
    }


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": rfc3339(attempt.at),
        "succeeded": attempt.succeeded,
        "code": attempt.code,
        "answer": attempt.answer,
        "took_ms": attempt.took_ms,
    }


def event_json(event: Event) -> dict[str, Any]:
    return {"seq": event.seq, **(event.payload or {})}
