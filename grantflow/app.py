"""The application: settings, plumbing, features, error pages. The only mount point."""

import os
from importlib import import_module
from typing import Any

from flask import Flask, has_request_context, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from grantflow import menu
from grantflow.config import ROOT, Settings
from grantflow.platform import access, bodies, db, errors, headers, health, http, jobs, locale, logs, once, returning
from grantflow.platform.templates import Environment

#: Features with pages, in the order their addresses are matched.
FEATURES = (
    "calls",
    "releases",
    "accounts",
    "organisations",
    "applications",
    "review",
    "decisions",
    "finance",
    "audit",
    "dashboard",
)

#: Features without pages that have something to say.
SPEAKING = ("letters", "notifications", "fundfile")

#: Features with tables; all are loaded, so that relationships and migrations know of each other.
TABLES = (
    "platform",
    "audit",
    "accounts",
    "releases",
    "organisations",
    "notifications",
    "letters",
    "calls",
    "applications",
    "review",
    "decisions",
)

#: What features know of the work that goes on in the background is part of ``/status``.
WORKING = ("letters.queries", "notifications.queries", "audit.service", "releases.service")

#: Features that say what two people release (``releases.kinds``).
RELEASING = ("calls",)

csrf = CSRFProtect()


class GrantFlow(Flask):
    """Flask, which builds an address that never changes only once: a frame of a page asks for thirty of them."""

    jinja_environment = Environment

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str, ...], str] = {}

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """As Flask's. Kept are the addresses of files, and of pages that take no argument."""
        lasting = not values or (endpoint == "static" and values.keys() == {"filename"})
        if not lasting or endpoint.startswith(".") or not has_request_context():
            return super().url_for(endpoint, **values)
        key = (request.root_path, endpoint, *values.values())
        if key not in self._addresses:
            self._addresses[key] = super().url_for(endpoint, **values)
        return self._addresses[key]


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; without ``settings`` they come from the environment (ConfigError names every mistake)."""
    settings = settings or Settings.from_env(os.environ)
    app = GrantFlow("grantflow", root_path=str(ROOT / "grantflow"), template_folder=str(ROOT / "templates"))
    app.extensions["settings"] = settings
    _configure(app, settings)
    # after_request hooks run last registered first: the commit comes before headers and the log line.
    logs.init_app(app, settings)
    bodies.init_app(app)
    headers.init_app(app, settings)
    locale.init_app(app)
    csrf.init_app(app)
    access.login.init_app(app)
    errors.init_app(app)
    returning.init_app(app)
    jobs.init_app(app, settings)
    for feature in TABLES:
        import_module(f"grantflow.{feature}.models")
    for feature in RELEASING:
        import_module(f"grantflow.{feature}.service")
    db.init_app(app, settings)
    once.init_app(app)
    health.init_app(app, settings, *(import_module(f"grantflow.{module}").CHECKS for module in WORKING))
    app.register_blueprint(health.bp)
    for feature in (*FEATURES, *(("demo",) if settings.is_demo else ())):
        app.register_blueprint(import_module(f"grantflow.{feature}.views").bp)
    for feature in (*FEATURES, *SPEAKING, *(("demo",) if settings.is_demo else ())):
        errors.register(import_module(f"grantflow.{feature}.texts").MESSAGES)
    app.extensions["office_contact"] = import_module("grantflow.calls.queries").office_contact
    menu.init_app(app, settings)
    setattr(app.view_functions["static"], "access", access.Access(access.anyone, None))  # noqa: B010 - a function
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=86400,
        add_headers_function=headers.on_files(settings),
    )
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        SESSION_COOKIE_NAME="__Host-grantflow" if settings.is_https else "grantflow",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_ENABLED=not settings.testing,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        WTF_I18N_ENABLED=True,
        MAX_FORM_PARTS=2000,
        PREFERRED_URL_SCHEME="https" if settings.is_https else "http",
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["url_pattern"] = http.url_pattern
