"""``make bench [NAME=...]``: one JSON object a line; ratios to the floor measured in the same run, interleaved.

CPU is this process's. On a machine that others use, believe ratios, and of those the lowest of several runs.
"""

import json
import sys
import tempfile
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy.orm import Session

from grantflow.app import create_app
from grantflow.config import Settings
from grantflow.platform.db import db
from grantflow.platform.embedded import Embedded
from tests.another import another_call
from tests.benchmarks import measures, served, world
from tests.conftest import Databases, settings_for
from tests.given import Given

SIZES = (1_000, 10_000)


TWO_CALLS = "two_calls"


def made(databases: Databases, folder: Path, size: int, *, calls: int = 1) -> tuple[Settings, Flask]:
    """An application with ``size`` files in each of one or two calls."""
    settings = settings_for(databases.make(f"bench_{size}_{calls}"), folder)
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        Given(app).fund()
        if calls == 2:
            another_call(Given(app))
        with Session(db.engine) as session:
            world.fill(session, size * calls)
    return settings, app


def two_calls(databases: Databases, folder: Path, size: int) -> None:
    """The lists among two calls of ``size`` files each: within the same bars as with one."""
    _, app = made(databases, folder, size, calls=2)
    for name in measures.LISTS:
        result = measures.ALL[name](app)
        print(json.dumps({"name": TWO_CALLS, "list": name, "applications": 2 * size, **result}), flush=True)
    with app.app_context():
        db.engine.dispose()


def main(wanted: set[str]) -> None:
    folder = Path(tempfile.mkdtemp())
    cluster = Embedded(folder, options={"fsync": "off"}, temporary=True)
    first: dict[str, float] = {}
    try:
        databases = Databases(cluster.start())
        for size in SIZES if not wanted or wanted - {TWO_CALLS} else ():
            settings, app = made(databases, folder, size)
            for name, measure in measures.ALL.items():
                if (wanted and name not in wanted) or (name == "letters" and size != SIZES[0]):
                    continue
                result = measure(app)
                if "cpu_ms" in result:
                    result["growth"] = round(result["cpu_ms"] / first.setdefault(name, result["cpu_ms"]), 2)
                print(json.dumps({"name": name, "applications": size, **result}), flush=True)
            if size == SIZES[-1] and (not wanted or "rps" in wanted):
                print(json.dumps({"name": "rps", "applications": size, **served.rps(app, settings)}), flush=True)
            with app.app_context():
                db.engine.dispose()
        if not wanted or TWO_CALLS in wanted:
            two_calls(databases, folder, SIZES[-1])
    finally:
        cluster.stop()


if __name__ == "__main__":
    main(set(sys.argv[1:]))
