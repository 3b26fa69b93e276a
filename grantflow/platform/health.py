"""``/healthz``: this process lives. ``/readyz``: the whole can do its work."""

from collections.abc import Callable
from typing import Any

import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from redis import Redis
from sqlalchemy import select

from . import jobs, settings
from .access import anyone, requires
from .db import MIGRATIONS, db

log = structlog.get_logger()

bp = Blueprint("health", __name__)

#: A worker counts as alive for this many seconds after it was last seen.
LATELY = 60.0


def _database() -> bool:
    return db.session.scalar(select(1)) == 1


def _broker() -> bool:
    url = settings().redis_url
    if url is None:
        return (settings().data_dir / "broker" / "queue").is_dir()
    with Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as redis:
        return bool(redis.ping())


def head() -> str | None:
    """The newest migration this code knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _migrations() -> bool:
    return MigrationContext.configure(db.session.connection()).get_current_revision() == head()


def _worker() -> bool:
    return any(age < LATELY for name, age in jobs.heartbeats().items() if name.startswith("worker"))


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "broker": _broker,
    "migrations": _migrations,
    "worker": _worker,
}


def report() -> dict[str, bool]:
    """Each part and whether it can do its work now; a part that fails to answer cannot."""
    result: dict[str, bool] = {}
    for name, check in CHECKS.items():
        try:
            result[name] = check()
        except Exception as error:  # whatever is wrong, the answer is no
            log.warning("not_ready", part=name, error=type(error).__name__)
            result[name] = False
            db.session.rollback()
    return result


def _answer(body: dict[str, Any], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/healthz")
@requires(anyone)
def healthz() -> Response:
    return _answer({"status": "alive"}, 200)


@bp.get("/readyz")
@requires(anyone)
def readyz() -> Response:
    parts = report()
    ready = all(parts.values())
    return _answer({"status": "ready" if ready else "not ready", **parts}, 200 if ready else 503)
