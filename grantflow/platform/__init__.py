"""Flask-aware plumbing that no feature should have to think about."""

from typing import cast

from flask import current_app

from grantflow.config import Settings


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions["settings"])
