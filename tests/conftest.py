"""Fixtures: a real PostgreSQL, an application whose every test is rolled back, and one that really commits."""

import fcntl
import gc
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import flask_migrate
import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask, has_request_context, request
from flask.testing import FlaskClient
from flask_wtf import FlaskForm
from playwright.sync_api import Browser
from sqlalchemy import create_engine, make_url
from wtforms import FieldList, FormField
from xdist.scheduler import LoadScopeScheduling

from grantflow.accounts.models import Person
from grantflow.app import create_app
from grantflow.config import Settings
from grantflow.platform import access, forms, passwords
from grantflow.platform.db import db
from grantflow.platform.embedded import Embedded
from tests.browser import launched
from tests.given import Given, begun
from tests.unsteady import UNSTEADY

# A busy machine is slow, not wrong.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # Its workers belong to the superuser: while one is in a database, no one else may drop it.
    "autovacuum": "off",
}
#: What a password costs everywhere but here: a test run cannot afford that for each attempt.
HASHER = passwords.HASHER
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

#: Bytes of a character in a form as it is sent, at worst in our languages: both bytes of UTF-8, each with its sign.
BYTES = 6


def roomy(form: forms.Form, *args: Any, **kwargs: Any) -> None:
    """Every form that any test opens fits into what its page takes, filled to the last character."""
    FlaskForm.__init__(form, *args, **kwargs)
    most = request.max_content_length if has_request_context() else None
    if most is not None and (need := reach(form)) > most:
        raise AssertionError(f"{type(form).__name__} holds {need} bytes, {request.path} takes {most}: see bodies.takes")


def reach(form: Iterable[Any]) -> int:
    """Bytes that the fields of ``form`` hold at most, by their limits; boxes and menus are small."""
    return sum(
        100 + (reach(field) if isinstance(field, FieldList | FormField) else BYTES * getattr(field, "limit", 40))
        for field in form
    )


forms.Form.__init__ = roomy

SECRET = "tests-only-0123456789-abcdefghijklmnop"


#: The server that this run's processes share: they inherit its address.
SERVER = "GRANTFLOW_TEST_DATABASE_URL"


def pytest_configure(config: pytest.Config) -> None:
    """Several processes work on one PostgreSQL, started before any of them."""
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None) or SERVER in os.environ:
        return
    folder = tempfile.TemporaryDirectory(prefix="tests-", ignore_cleanup_errors=True)
    cluster = Embedded(Path(folder.name), options=FAST, temporary=True)
    os.environ[SERVER] = cluster.start()
    config.add_cleanup(folder.cleanup)
    config.add_cleanup(cluster.stop)
    config.add_cleanup(lambda: os.environ.pop(SERVER))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random order, save that what takes longest begins first. What is known to be unsteady runs, and is reported."""
    items.sort(key=lambda item: not item.get_closest_marker("first"))
    for item in items:
        if reason := UNSTEADY.get(item.nodeid):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))


def pytest_collection_finish() -> None:
    """What is imported by now stays: no need to look through it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


#: These tests read what everybody finds on every page, which takes a while to gather.
CRAWLERS = frozenset({"interference", "languages", "pages", "trail", "visibility"})


class OneRoomOneProcess(LoadScopeScheduling):
    """A file's fixtures are made once; files that need the same crawl are one room."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        folder, _, name = file.rpartition("/test_")
        return folder if folder == "tests/security" and name.removesuffix(".py") in CRAWLERS else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneRoomOneProcess | None:
    return OneRoomOneProcess(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server: the configured one, else an embedded one for this run."""
    if configured := os.environ.get(SERVER):
        yield configured
        return
    cluster = Embedded(tmp_path_factory.mktemp("cluster"), options=FAST, temporary=True)
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@contextmanager
def once(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder for all processes of this run; inside, one at a time: the first makes what the others find there."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


class Databases:
    """Databases on the test server, made and dropped by name."""

    def __init__(self, server: str) -> None:
        self.server = make_url(server)
        self.engine = create_engine(self.server, isolation_level="AUTOCOMMIT")

    def make(self, name: str, template: str = "template1") -> str:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.server.set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def databases(server: str) -> Iterator[Databases]:
    made = Databases(server)
    yield made
    made.engine.dispose()


def settings_for(url: str, data_dir: Path, **changes: object) -> Settings:
    values: dict[str, object] = {
        "env": "demo",
        "database_url": url,
        "secret_key": SECRET,
        "smtp_url": "smtp://127.0.0.1:1",
        "origin": "http://localhost",
        "data_dir": data_dir,
        "testing": True,
        "log_level": "ERROR",
    }
    return Settings(**{**values, **changes})


@pytest.fixture(scope="session")
def template(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a migrated database that holds the fund (funders, agreement, call), ready to be copied."""
    with once(tmp_path_factory, "template") as folder:
        made = folder / "name"
        if not made.exists():
            name = f"template_{uuid4().hex[:8]}"
            app = create_app(settings_for(databases.make(name), tmp_path_factory.mktemp("template")))
            with app.app_context():
                flask_migrate.upgrade()
                Given(app).fund()
                db.engine.dispose()
            made.write_text(name)
        return made.read_text()


@pytest.fixture(scope="session")
def shared_app(databases: Databases, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    name = f"shared_{uuid4().hex[:8]}"
    app = create_app(settings_for(databases.make(name, template), tmp_path_factory.mktemp("shared")))
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(name)


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application; whatever the test commits is rolled back afterwards."""
    with shared_app.app_context():
        engine = db.engine
    connection = engine.connect()
    outer = connection.begin()
    engines = db._app_engines[shared_app]
    engines[None] = connection  # type: ignore[assignment]
    factory = db.session.session_factory
    factory.kw["join_transaction_mode"] = "create_savepoint"
    try:
        yield shared_app
    finally:
        engines[None] = engine
        factory.kw.pop("join_transaction_mode")
        outer.rollback()
        connection.close()


@pytest.fixture
def real(databases: Databases, template: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database of its own, where commits are commits: for threads, workers and crashes."""
    name = f"real_{uuid4().hex[:8]}"
    app = create_app(settings_for(databases.make(name, template), tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop(name)


@pytest.fixture
def given(app: Flask) -> Given:
    return Given(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def sign_in(app: Flask, person: Person) -> FlaskClient:
    """A client signed in as ``person``, by a real sign-in row."""
    with app.app_context():
        token = begun(person)
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(access.entered(token, person.id))
    return client


def opened(client: FlaskClient, path: str) -> dict[str, str]:
    """What a page says of itself: the revision that it shows."""
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', client.get(path).text)
    assert found
    return {"seen": found[1]}


@pytest.fixture
def as_(app: Flask) -> Callable[[Person], FlaskClient]:
    return lambda person: sign_in(app, person)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    assert program, "these tests run on a real Redis: install redis-server"
    folder = tmp_path_factory.mktemp("redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            assert process.poll() is None
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run: Playwright drives no second one from the same thread."""
    yield from launched()
