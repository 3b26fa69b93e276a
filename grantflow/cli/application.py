"""The application around a command: settings of the run, one context, one commit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a health check starts every few seconds, and needs no Flask
    from flask import Flask


@contextmanager
def application() -> Iterator[Flask]:
    """An application context. The command is the boundary: it commits when it ends well."""
    from grantflow import supervisor
    from grantflow.app import create_app
    from grantflow.config import Settings
    from grantflow.platform.db import db

    app = create_app(Settings.from_env(supervisor.furnished(os.environ)))
    with app.app_context():
        yield app
        db.session.commit()
