"""Whether the service lives, whether it can serve, and its figures for Prometheus."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from .comments.models import Comment
from .core.clock import now, rfc3339
from .core.crypto import same
from .core.database import db
from .core.errors import Unauthorized
from .core.metrics import metrics
from .core.web import bearer
from .moderation.queue import belongs_to
from .outbox.models import Delivery, DeliveryStatus, Event
from .schema import is_behind, newest, present
from .sites.models import Site

logger = logging.getLogger(__name__)

bp = Blueprint("health", __name__)

PATIENCE = 2.0  # seconds all checks together may take: load balancers give up after three to five
ASKING = "commentsvc readiness"


@bp.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "time": rfc3339(now()) or ""}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, object], int]:
    """The process can serve: database, schema, and Redis if one is configured. What is wrong is said in words."""
    looks: dict[str, Callable[[], str | None]] = {"database": _ask_database, "schema": _ask_schema}
    if _redis_url():
        looks["redis"] = _say_redis
    ends = time.monotonic() + PATIENCE
    asked = {name: _asked(name, look) for name, look in looks.items()}
    wrong = {name: _outcome(name, each, ends) for name, each in asked.items()}
    problems = [said for said in wrong.values() if said]
    status = "unavailable" if problems else "ok"
    checks = {name: said is None for name, said in wrong.items()}
    return {"status": status, "checks": checks, "problems": problems}, 503 if problems else 200


def _asked(name: str, look: Callable[[], str | None]) -> "Future[str | None]":
    """The look under way, or a new one: what hangs is asked once, however often somebody wants to know."""
    asking: dict[str, Future[str | None]] = current_app.extensions.setdefault(ASKING, {})
    under_way = asking.get(name)
    if under_way is None or under_way.done():
        under_way = asking[name] = Future()
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        # A daemon: one that hangs must not keep the process from ending.
        threading.Thread(target=_look, args=(app, look, under_way), daemon=True).start()
    return under_way


def _look(app: Flask, look: Callable[[], str | None], said: "Future[str | None]") -> None:
    try:
        with app.app_context():
            said.set_result(look())
    except Exception as error:
        said.set_exception(error)


def _outcome(name: str, asked: "Future[str | None]", ends: float) -> str | None:
    """What is wrong, None if nothing is."""
    try:
        return asked.result(timeout=max(0.0, ends - time.monotonic()))
    except TimeoutError:
        said = f"{name.capitalize()}: no answer within {PATIENCE:.0f} seconds."
    except Exception as error:  # its words may name hosts and users
        said = f"{name.capitalize()}: it does not answer ({type(error).__name__})."
    logger.warning("not ready. %s", said)
    return said


def _ask_database() -> str | None:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return None


def _ask_schema() -> str | None:
    if not is_behind():
        return None
    return f"Schema: at {present() or 'nothing'}, this version needs {newest()}. Run: commentsvc db upgrade"


def _say_redis() -> str | None:
    ask_redis()
    return None


def _redis_url() -> str | None:
    url: str | None = current_app.config["COMMENTSVC"].redis_url
    return url


def ask_redis() -> bool:
    """Whether the configured Redis answers; raises what goes wrong."""
    import redis  # only where it is configured is it installed

    return bool(redis.Redis.from_url(_redis_url() or "", socket_timeout=1, socket_connect_timeout=1).ping())


@bp.get("/metrics")
def figures() -> Response:
    """For Prometheus, and nobody who does not know the token: behind a proxy everybody comes from this machine."""
    token = current_app.config["COMMENTSVC"].metrics_token
    if token is None:
        abort(404)
    if not same(bearer() or "", token):
        raise Unauthorized("These figures need the token that COMMENTSVC_METRICS_TOKEN names.")
    response = Response(metrics().exposed() + _stored(), content_type="text/plain; version=0.0.4; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _stored() -> bytes:
    """What only the database knows, the same whichever process or machine is asked."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(Stored())
    return generate_latest(registry)


class Stored:
    """How much waits, and for how long."""

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        try:
            families = [*_waiting()]
        except SQLAlchemyError as error:
            logger.warning("the database has no figures: %s", type(error).__name__)
            families = []
        yield from families
        yield GaugeMetricFamily("commentsvc_database_up", "Whether the database answered.", value=bool(families))


def _waiting() -> Iterator[Any]:
    waits = select(Site.key, func.count(Comment.id), func.min(Comment.created_at)).join(
        Comment, Comment.site_id == Site.id
    )
    queue = db.session.execute(waits.where(belongs_to("pending")).group_by(Site.key))
    yield from _two("queue", "comments that wait for a moderator", "site", queue)
    counted = select(Delivery.channel, func.count(Delivery.id), func.min(Delivery.created_at))
    unsent = counted.where(Delivery.status == DeliveryStatus.WAITING).group_by(Delivery.channel)
    open_still = (Event.seq.is_(None), Event.cancelled_at.is_(None), Event.due_at <= now())
    untold = select(func.count(Event.id), func.min(Event.due_at)).where(*open_still)
    count, oldest = db.session.execute(untold).one()
    rows = [("events", count, oldest), *((f"{row[0]}", row[1], row[2]) for row in db.session.execute(unsent))]
    yield from _two("outbox", "things that are due and have not gone out", "channel", rows)


def _two(name: str, what: str, label: str, rows: Iterable[Any]) -> Iterator[Any]:
    """How many, and how many seconds the oldest has waited."""
    from prometheus_client.core import GaugeMetricFamily

    depth = GaugeMetricFamily(f"commentsvc_{name}_depth", f"How many {what}.", labels=[label])
    age = GaugeMetricFamily(
        f"commentsvc_{name}_age_seconds", f"How long the oldest waits of {what}.", labels=[label], unit="seconds"
    )
    for key, count, oldest in rows:
        depth.add_metric([key], count)
        age.add_metric([key], _seconds_since(oldest))
    yield depth
    yield age


def _seconds_since(moment: datetime | None) -> float:
    return max(0.0, (now() - moment).total_seconds()) if moment else 0.0
