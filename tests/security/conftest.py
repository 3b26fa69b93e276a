"""One world for all security tests; each test that writes gives back what it took."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from grantflow.app import create_app
from grantflow.platform.db import db
from tests.conftest import Databases, settings_for

from .world import World


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
