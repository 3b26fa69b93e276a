"""``make bench [NAME=...]``: one JSON object a line; ratios to the floor measured in the same run, interleaved."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grantflow.app import create_app
from grantflow.applications.models import Application
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from grantflow.platform.embedded import Embedded
from tests.benchmarks import floor, world
from tests.conftest import Databases, settings_for, sign_in
from tests.counting import counted
from tests.given import Given

SIZES = (1_000, 10_000)
ROUNDS = 40

Get = Callable[[], Any]


def cpu(get: Get) -> float:
    began = time.process_time()
    response = get()
    spent = (time.process_time() - began) * 1000
    assert response.status_code == 200, response.status
    return spent


def compare(page: Get, bare: Get) -> tuple[float, float]:
    """Median CPU milliseconds of the page and of the floor, taken in turns so that noise meets both."""
    for get in (page, bare) * 3:
        get()
    pairs = [(cpu(page), cpu(bare)) for _ in range(ROUNDS)]
    return statistics.median(p for p, _ in pairs), statistics.median(f for _, f in pairs)


def pages(app: Flask) -> dict[str, tuple[Get, Get]]:
    given = Given(app)
    office = sign_in(app, given.staff(Role.OFFICE, party=Party.DUESSELDORF))
    with app.app_context():
        key = db.session.scalar(select(Application.id).where(Application.state == "in_review").limit(1))
        bare = floor.create(db.engine).test_client()
    return {
        "staff_list": (lambda: office.get("/staff/applications"), lambda: bare.get("/list")),
        "staff_detail": (lambda: office.get(f"/staff/applications/{key}"), lambda: bare.get(f"/f/{key}")),
    }


def main(wanted: set[str]) -> None:
    folder = Path(tempfile.mkdtemp())
    cluster = Embedded(folder, options={"fsync": "off"}, temporary=True)
    first: dict[str, float] = {}
    try:
        databases = Databases(cluster.start())
        for size in SIZES:
            app = create_app(settings_for(databases.make(f"bench_{size}"), folder))
            with app.app_context():
                flask_migrate.upgrade()
                Given(app).fund()
                with Session(db.engine) as session:
                    world.fill(session, size)
            for name, (page, bare) in pages(app).items():
                if wanted and name not in wanted:
                    continue
                with counted() as count:
                    size_of_answer = len(page().data)
                spent, least = compare(page, bare)
                first.setdefault(name, spent)
                result = {
                    "name": name,
                    "applications": size,
                    "sql": count.sql,
                    "rows": count.rows,
                    "bytes": size_of_answer,
                    "cpu_ms": round(spent, 2),
                    "floor_cpu_ms": round(least, 2),
                    "ratio": round(spent / least, 2),
                    "growth": round(spent / first[name], 2),
                }
                print(json.dumps(result), flush=True)
            with app.app_context():
                db.engine.dispose()
    finally:
        cluster.stop()


if __name__ == "__main__":
    main(set(sys.argv[1:]))
