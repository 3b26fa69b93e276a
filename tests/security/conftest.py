"""One world for all security tests; each test that writes gives back what it took."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from grantflow.app import create_app
from grantflow.platform.db import db
from tests.conftest import Databases, settings_for

from .canaries import poison
from .crawl import Pages, cast, crawl
from .world import WRITTEN_BY_LOOKING, World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They stay in one process, for minutes."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("first")


@pytest.fixture(scope="session")
def world(databases: Databases, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    name = f"security_{uuid4().hex[:8]}"
    app = create_app(settings_for(databases.make(name, template), tmp_path_factory.mktemp("security")))
    made = World(app)
    made.sign_everybody_in()
    yield made
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
