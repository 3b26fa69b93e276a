"""``/healthz``: this process lives. ``/readyz``: this part can serve. ``/status``: the work gets done.

Three questions for three readers. A load balancer that hears "not ready" takes a part out, so ``/readyz`` asks only for
what every page needs, database and migrations: broker, workers, mail server and store are shared by all parts, and the
site must not close because one of them is away. A monitor asks ``/status``, which is red within two minutes of whatever
keeps letters or messages from going out. It waits for nothing but database, broker and disk; the rest it reads from
what workers noted of themselves.
"""

import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import select

from grantflow.config import Settings
from grantflow.kernel import clock
from grantflow.kernel.parties import Role

from . import jobs, settings, storage
from .access import anyone, current_actor, requires
from .db import MIGRATIONS, db

log = structlog.get_logger()

bp = Blueprint("health", __name__)

#: A part counts as alive for this many seconds after it was last seen.
LATELY = 60.0
#: Clocks of application and database may differ by this many seconds before deadlines and links suffer.
CLOCK_TOLERANCE = 5.0
#: Megabytes that must be left for the store.
LEAST_FREE = 500
#: A row that is due is taken within so many seconds, or its queue stands still.
OVERDUE = 300.0
#: For strangers the verdict is found anew only this often, in seconds: asking must not cost more than it tells.
HELD = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. ``reason``: in English, for whoever runs this; "" where all is well."""

    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        return not self.reason


Check = Callable[[], Finding]


# --- what every page needs -------------------------------------------------------------------------


def _database() -> Finding:
    return Finding("" if db.session.scalar(select(1)) == 1 else "it answers nonsense")


def head() -> str | None:
    """The newest migration this code knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _migrations() -> Finding:
    found = MigrationContext.configure(db.session.connection()).get_current_revision()
    return Finding("" if found == head() else f"the database is at {found}, this program at {head()}")


# --- what the work needs ---------------------------------------------------------------------------


def _broker() -> Finding:
    """Written to, not only asked whether it is there: a Redis that is full or read-only answers a ping."""
    url = settings().redis_url
    if url is None:
        queue = settings().data_dir / "broker" / "queue"
        return Finding("" if queue.is_dir() else "its folder is gone")
    once = Retry(NoBackoff(), 0)
    with Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=once) as redis:
        redis.set("grantflow-probe", b"x" * 1024, ex=60)
    return Finding()


def _alive() -> dict[str, jobs.Heard]:
    heard = jobs.heard().items()
    return {name: one for name, one in heard if name.startswith("worker-") and one.age < LATELY}


def _worker() -> Finding:
    """Every queue has somebody who takes from it."""
    alive = _alive()
    left = set(jobs.QUEUES).difference(*(one.facts.get("queues", ()) for one in alive.values()))
    reason = f"nobody was seen within {LATELY:.0f} s who takes from: {', '.join(sorted(left))}" if left else ""
    return Finding(reason, {"count": len(alive)})


def _seen(name: str, within: float) -> Finding:
    one = jobs.heard().get(name)
    if one is None:
        return Finding("never seen")
    late = one.age >= within
    return Finding(f"last seen {one.age:.0f} s ago" if late else "", {"age_s": round(one.age)})


def _beat() -> Finding:
    """Beat, broker, a worker and the database have just worked together."""
    return _seen("beat", LATELY)


def _sweep() -> Finding:
    return _seen("sweep", max(LATELY, 2.0 * settings().sweep_seconds))


def _upkeep() -> Finding:
    """Periodic work is done when it is due, or tried again; what was given up waits for a person."""
    failed = [its.name for its in jobs.tended() if its.failed_at]
    queued = queue(jobs.backlog(*(kind.name for kind in jobs.JOBS.values() if kind.period)))
    reasons = [f"gave up: {', '.join(failed)}"] if failed else []
    return Finding("; ".join(filter(None, [*reasons, queued.reason])), queued.facts)


def of_this_machine() -> dict[str, Any]:
    """What a part notes of itself: its clock beside the database's, in seconds; its store; the space left in it."""
    before, there, after = clock.now(), jobs.now(), clock.now()
    apart = (before + (after - before) / 2 - there).total_seconds()
    said = storage.probe()
    free = storage.free_mb() if not said else 0
    return {"clock_s": round(apart, 2), "store": said, "store_mark": storage.mark(settings().data_dir), "free_mb": free}


def _everywhere() -> dict[str, Mapping[str, Any]]:
    """Of this web process and of each living worker; found once for a report."""
    if "everywhere" not in g:
        g.everywhere = {"web": of_this_machine(), **{name: one.facts for name, one in _alive().items()}}
    everywhere: dict[str, Mapping[str, Any]] = g.everywhere
    return everywhere


def _store() -> Finding:
    """It can be written to, and it is one: a letter is printed by one part and fetched from another."""
    said = {name: facts["store"] for name, facts in _everywhere().items() if facts.get("store")}
    marks = {name: facts["store_mark"][:8] for name, facts in _everywhere().items() if facts.get("store_mark")}
    if len(set(marks.values())) > 1:
        said |= {name: f"has the store {own}, and not all have the same" for name, own in marks.items()}
    return Finding("; ".join(f"{name}: {reason}" for name, reason in said.items()))


def _disk() -> Finding:
    free = {name: facts["free_mb"] for name, facts in _everywhere().items() if "free_mb" in facts}
    little = min(free.values(), default=0)
    return Finding(f"{little} MB left" if little < LEAST_FREE else "", {"free_mb": little})


def _clock() -> Finding:
    apart = {name: facts["clock_s"] for name, facts in _everywhere().items() if "clock_s" in facts}
    off = {name: seconds for name, seconds in apart.items() if abs(seconds) > CLOCK_TOLERANCE}
    reason = "; ".join(f"{name}: {seconds:+.0f} s from the database's clock" for name, seconds in off.items())
    return Finding(reason, {"apart_s": max(apart.values(), key=abs, default=0)})


def queue(backlog: jobs.Backlog, *, oldest: float | None = None) -> Finding:
    """Judge a queue: what is due is taken, and (where ``oldest`` is given) nothing waits longer than that."""
    reasons = []
    if backlog.overdue_s > OVERDUE:
        reasons.append(f"nobody takes what has been due for {backlog.overdue_s:.0f} s")
    if oldest is not None and backlog.oldest_s > oldest:
        reasons.append(f"the oldest has waited for {backlog.oldest_s:.0f} s")
    facts = {"waiting": backlog.waiting, "oldest_s": round(backlog.oldest_s), "overdue_s": round(backlog.overdue_s)}
    return Finding("; ".join(reasons), facts)


#: What this part needs to serve at all.
NEEDED: Mapping[str, Check] = {"database": _database, "migrations": _migrations}
#: What the work needs besides; features add what they know of theirs (``init_app``).
SHARED: Mapping[str, Check] = {
    "broker": _broker,
    "worker": _worker,
    "beat": _beat,
    "sweep": _sweep,
    "upkeep": _upkeep,
    "store": _store,
    "disk": _disk,
    "clock": _clock,
}


def init_app(app: Flask, settings: Settings, *features: Mapping[str, Check]) -> None:
    checks = {**NEEDED, **SHARED}
    for more in features:
        checks |= more
    app.extensions["health"] = {"checks": checks, "held": None}


def report(checks: Mapping[str, Check] | None = None) -> dict[str, Finding]:
    """Each check and what it found; one that fails to answer is not well. Without ``checks``: all there are."""
    found: dict[str, Finding] = {}
    g.pop("everywhere", None)
    for name, check in (current_app.extensions["health"]["checks"] if checks is None else checks).items():
        try:
            found[name] = check()
        except Exception as error:  # whatever is wrong, the answer is no
            log.warning("check_failed", check=name, error=type(error).__name__)
            found[name] = Finding(str(error).splitlines()[0] if str(error) else type(error).__name__)
            db.session.rollback()
    return found


def _lately() -> dict[str, Finding]:
    """The report, at most ``HELD`` seconds old."""
    kept = current_app.extensions["health"]
    if kept["held"] is None or time.monotonic() - kept["held"][0] > HELD:
        kept["held"] = time.monotonic(), report()
    findings: dict[str, Finding] = kept["held"][1]
    return findings


def _may_know() -> bool:
    """An administrator, or a monitor with the token of ``GRANTFLOW_STATUS_TOKEN``."""
    token, kind = settings().status_token, request.authorization
    if token and kind and kind.type == "bearer" and kind.token:
        return hmac.compare_digest(kind.token.encode(), token.encode())
    return Role.ADMINISTRATOR in current_actor().roles


def _detail(findings: Mapping[str, Finding]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, finding in findings.items():
        yield name, {"well": finding.well, **({"reason": finding.reason} if finding.reason else {}), **finding.facts}


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
    parts = {name: finding.well for name, finding in report(NEEDED).items()}
    ready = all(parts.values())
    return _answer({"status": "ready" if ready else "not ready", **parts}, 200 if ready else 503)


@bp.get("/status")
@requires(anyone)
def status() -> Response:
    """Green or red; why, only to those who may know."""
    knows = _may_know()
    findings = report() if knows else _lately()
    green = all(finding.well for finding in findings.values())
    body: dict[str, Any] = {"status": "green" if green else "red"}
    return _answer(body | ({"checks": dict(_detail(findings))} if knows else {}), 200 if green else 503)
