"""One world for all security tests; each test that writes gives back what it took."""

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from grantflow.app import create_app
from grantflow.platform.db import db
from tests.conftest import Databases, once, settings_for

from .canaries import poison
from .crawl import Pages, cast, crawl
from .reading import WRITTEN_BY_LOOKING
from .world import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that need the crawl take longest."""
    for item in items:
        if item.path.parent == Path(__file__).parent and "crawled" in getattr(item, "fixturenames", ()):
            item.add_marker("first")


@pytest.fixture(scope="session")
def world(databases: Databases, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world on a database and a data folder of this process; it is built once a run, and copied."""
    with once(tmp_path_factory, "world") as folder:
        notes, data = folder / "notes", folder / "data"
        if not notes.exists():
            name = f"world_{uuid4().hex[:8]}"
            app = create_app(settings_for(databases.make(name, template), data))
            built = World(app).notes
            with app.app_context():
                db.engine.dispose()
            notes.write_bytes(pickle.dumps((name, built)))
        original, found = pickle.loads(notes.read_bytes())  # noqa: S301 - written a moment ago, by ourselves
    own = tmp_path_factory.mktemp("security") / "data"
    shutil.copytree(data, own)
    name = f"security_{uuid4().hex[:8]}"
    app = create_app(settings_for(databases.make(name, original), own))
    yield World(app, found)
    with app.app_context():
        db.engine.dispose()
    databases.drop(name)


@pytest.fixture(scope="session")
def looking(world: World) -> dict[str, Any]:
    """What everybody finds, and the state of the tables before and after they looked."""
    with world.undone() as connection:
        before = world.digest(connection, *WRITTEN_BY_LOOKING)
        pages = {who: crawl(world, email) for who, email in cast(world).items()}
        return {"pages": pages, "digests": (before, world.digest(connection, *WRITTEN_BY_LOOKING))}


@pytest.fixture(scope="session")
def crawled(looking: dict[str, Any]) -> dict[str, Pages]:
    """Every page, by who opened it."""
    pages: dict[str, Pages] = looking["pages"]
    return pages


@pytest.fixture
def poisoned(world: World) -> Iterator[tuple[Connection, list[str]]]:
    """The world with payloads in every text, and the columns that hold one."""
    with world.undone() as connection:
        yield connection, poison(connection)
