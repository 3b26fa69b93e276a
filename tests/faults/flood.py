"""2,000 messages and 200 letters wait, or the mail server says nothing: who asks for a new password has it in 5 s all
the same, and the sweep is on time.

Real PostgreSQL, the real parts of a run as processes, real PDFs, a mail server that answers or falls silent behind the
first messages that it is given. Prints one JSON object.
``python -m tests.faults.flood backlog|silent [REDIS]``
"""

import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import flask_migrate
from flask import Flask
from sqlalchemy import func, select

from grantflow.accounts import service as accounts
from grantflow.accounts.models import Person
from grantflow.app import create_app
from grantflow.notifications import rules
from grantflow.notifications import service as notifications
from grantflow.platform import jobs
from grantflow.platform.db import db
from grantflow.platform.embedded import Embedded
from grantflow.platform.jobs.tending import BEGUN
from grantflow.platform.models import Heartbeat
from grantflow.supervisor import WORKERS, beat_command, worker_command
from tests.conftest import FAST, settings_for
from tests.faults.drill import Workers, until
from tests.given import Given
from tests.letters import samples
from tests.smtp import SILENCE, Odd, serving
from workers.lanes import WIDTHS

MESSAGES, LETTERS, SWEEP, LEASE = 2000, 200, 60, 120
#: Sweeps that are waited for, and seconds between two people who ask for a new password.
SWEEPS, PAUSE = 3, 5.0


def flood(app: Flask) -> list[Person]:
    """What waits, and people who will ask."""
    given = Given(app)
    with app.app_context():
        flask_migrate.upgrade()
    reader, *people = [given.applicant() for _ in range(41)]
    with app.app_context():
        for _ in range(MESSAGES):
            facts = {"number": "DT-27-1-001", "title": "Tatami"}
            notifications.send("application_admitted", to=reader, key=uuid4().hex, **facts)
        for _ in range(LETTERS):
            samples.issued()
        db.session.commit()
    return people


def reset(app: Flask, person: Person) -> dict[str, float]:
    """Ask for a new password: seconds, by the database's clock, until the mail server has the message."""
    with app.app_context():
        before = waiting()
        accounts.request_reset(person.email)
        db.session.commit()
        with until("the password reset", 60) as ask:
            seconds = ask(lambda: taken(person.id))
        return {"seconds": round(seconds, 2), **before}


def waiting() -> dict[str, float]:
    """How many messages and letters wait behind which somebody asks."""
    state = jobs.backlogs()
    db.session.rollback()
    return {name: state[name].waiting if name in state else 0 for name in (rules.SEND, "letters.render")}


def taken(person_id: UUID) -> float | None:
    from grantflow.notifications.models import Message

    lasted = func.extract("epoch", jobs.Job.done_at - jobs.Job.created_at)
    query = select(lasted).join(Message, Message.job_id == jobs.Job.id)
    found = db.session.scalar(query.where(Message.person_id == person_id, Message.kind == "password_reset"))
    db.session.rollback()
    return None if found is None else float(found)


def swept(app: Flask) -> datetime | None:
    with app.app_context():
        found: datetime | None = db.session.scalar(select(Heartbeat.seen_at).where(Heartbeat.name == BEGUN))
        db.session.rollback()
        return found


@contextmanager
def house(folder: Path, smtp_url: str, redis: str | None) -> Iterator[tuple[Flask, Workers]]:
    cluster = Embedded(folder, options=FAST, temporary=True)
    url = cluster.start()
    workers = Workers(url, folder, LEASE, SWEEP)
    workers.env |= {"GRANTFLOW_SMTP_URL": smtp_url, **({"GRANTFLOW_REDIS_URL": redis} if redis else {})}
    try:
        changes: dict[str, Any] = {"lease_seconds": LEASE, "sweep_seconds": SWEEP, "redis_url": redis}
        yield create_app(settings_for(url, folder, **changes)), workers
    except TimeoutError:
        print(workers.logs(), file=sys.stderr)
        raise
    finally:
        workers.end()
        cluster.stop()


def drill(fault: str, redis: str | None = None) -> dict[str, Any]:
    # As many messages as the lane of mail is wide find a server that has them and says nothing for ten minutes.
    odd = Odd({"END": [*[SILENCE] * WIDTHS[jobs.MAIL], "250 taken"]} if fault == "silent" else {})
    with tempfile.TemporaryDirectory(prefix="flood-", ignore_cleanup_errors=True) as name, serving(odd) as smtp_url:
        with house(Path(name), smtp_url, redis) as (app, workers):
            people = flood(app)
            for command in (*(worker_command(part) for part in WORKERS), beat_command()):
                # Without "python -m celery -A".
                workers.start(command[4], *command[5:])
            with until("the workers", 180) as ask, app.app_context():
                ask(lambda: sum(name.startswith("worker-") for name in jobs.heartbeats()) == len(WORKERS))
            resets, sweeps = [], []
            end = time.monotonic() + (SWEEPS + 1) * SWEEP + 30
            while len(sweeps) < SWEEPS and time.monotonic() < end:
                if people:
                    resets.append(reset(app, people.pop()))
                time.sleep(PAUSE)
                if (at := swept(app)) and at not in sweeps:
                    sweeps.append(at)
            with app.app_context():
                left = waiting()
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(sweeps)]
    worst = max(resets, key=lambda one: one["seconds"])
    return {
        "name": f"flood_{fault}",
        "broker": "redis" if redis else "files",
        "resets": len(resets),
        "reset_s": worst["seconds"],
        "behind_messages": max(one[rules.SEND] for one in resets),
        "behind_letters": max(one["letters.render"] for one in resets),
        "sweeps": len(sweeps),
        "sweep_late_s": round(max(gaps, default=999.0) - SWEEP, 1),
        "messages_left": left[rules.SEND],
        "letters_left": left["letters.render"],
    }


if __name__ == "__main__":
    print(json.dumps(drill(*sys.argv[1:])))
