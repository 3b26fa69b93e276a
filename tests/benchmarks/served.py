"""Requests a second through the real web server, as ``grantflow serve`` starts it; the floor's behind the same."""

import http.client
import os
import socket
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import select

from grantflow.applications.models import Application
from grantflow.config import ROOT, Settings
from grantflow.kernel.parties import Party, Role
from grantflow.platform.db import db
from grantflow.supervisor import web_command
from tests.conftest import sign_in
from tests.given import Given

CLIENTS = 4
SECONDS = 3.0
ROUNDS = 3


def rps(app: Flask, settings: Settings) -> dict[str, float]:
    """``rps_list``, ``rps_file``: ours as a share of the floor's, taken in turns; beside them the medians."""
    client = sign_in(app, Given(app).staff(Role.OFFICE, Party.DUESSELDORF))
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie
    headers = {"Cookie": f"{cookie.key}={cookie.value}"}
    with app.app_context():
        key = db.session.scalar(select(Application.id).where(Application.state == "in_review").limit(1))
    pages = {
        "list": ("/staff/applications", "/list"),
        "file": (f"/staff/applications/{key}", f"/f/{key}"),
    }
    found: dict[str, float] = {}
    with (
        _server("grantflow.wsgi:app", settings) as ours,
        _server("tests.benchmarks.floor:serve()", settings) as floor,
    ):
        for name, (path, bare) in pages.items():
            for port, address, sent in ((ours, path, headers), (floor, bare, {})):
                _load(port, address, sent, 1.0)
            rounds = [(_load(ours, path, headers, SECONDS), _load(floor, bare, {}, SECONDS)) for _ in range(ROUNDS)]
            found[f"rps_{name}"] = round(statistics.median(mine / least for mine, least in rounds), 2)
            found[f"{name}_per_second"] = round(statistics.median(mine for mine, _ in rounds), 1)
            found[f"floor_{name}_per_second"] = round(statistics.median(least for _, least in rounds), 1)
    return found


@contextmanager
def _server(program: str, settings: Settings) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program if part == "grantflow.wsgi:app" else part for part in web_command(f"127.0.0.1:{port}")]
    env = os.environ | {
        "GRANTFLOW_ENV": "demo",
        "GRANTFLOW_DATABASE_URL": settings.database_url,
        "GRANTFLOW_SECRET_KEY": settings.secret_key,
        "GRANTFLOW_DATA_DIR": str(settings.data_dir),
        "GRANTFLOW_SMTP_URL": settings.smtp_url,
        "PORT": str(port),
    }
    with subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end and server.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def _load(port: int, path: str, headers: dict[str, str], seconds: float) -> float:
    """Requests a second of ``CLIENTS`` who each ask again as soon as they have their answer."""
    end, done = time.perf_counter() + seconds, [0] * CLIENTS

    def ask(who: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < end:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            done[who] += 1
        connection.close()

    threads = [threading.Thread(target=ask, args=(who,)) for who in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began)
