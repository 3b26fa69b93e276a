"""``grantflow doctor``: what this machine has and lacks, as a table."""

from __future__ import annotations

import importlib.metadata
import os
import smtplib
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import click

from grantflow.config import Settings


class Ill(Exception):
    """A part that cannot do its work, and why."""


@click.command()
def doctor() -> None:
    """Check everything a run needs; status 1 when something is missing."""
    from grantflow import supervisor
    from grantflow.app import create_app

    settings = Settings.from_env(supervisor.furnished(os.environ))
    app = create_app(settings)
    checks: dict[str, Callable[[Settings], str]] = {
        "python": _python,
        "letters": _letters,
        "fonts": _fonts,
        "storage": _storage,
        "database": _database,
        "clock": _clock,
        "migrations": _migrations,
        "broker": _broker,
        "mail": _mail,
        "worker": _worker,
    }
    ill = 0
    with app.app_context():
        for name, check in checks.items():
            try:
                state, said = "ok", check(settings)
            except Exception as error:  # each is told, none hides the next
                ill += 1
                state, said = "ill", _one_line(error)
            click.echo(f"{name:<11} {state:<4} {said}")
    if ill:
        sys.exit(1)


def _one_line(error: Exception) -> str:
    told = str(error).strip().splitlines()
    return told[0] if told else type(error).__name__


def _python(settings: Settings) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{version}, GrantFlow {importlib.metadata.version('grantflow')}"


def _letters(settings: Settings) -> str:
    from grantflow.platform import pdf

    try:
        pdf.warm()
    except pdf.Unrenderable as error:
        raise Ill(_one_line(error)) from None
    return f"WeasyPrint {importlib.metadata.version('weasyprint')} renders"


def _fonts(settings: Settings) -> str:
    from grantflow.config import ROOT

    fonts = sorted((ROOT / "grantflow" / "static" / "vendor").rglob("*.woff*"))
    if not fonts:
        raise Ill("no fonts under grantflow/static/vendor: run make run once")
    return f"{len(fonts)} files under grantflow/static/vendor"


def _storage(settings: Settings) -> str:
    from grantflow.platform import storage

    data_dir = settings.data_dir
    if said := storage.probe():
        raise Ill(f"{data_dir}: {said}")
    gigabytes = storage.free_mb() / 1000
    if gigabytes < 1:
        raise Ill(f"{data_dir}: less than 1 GB free")
    return f"{data_dir} is writable, {gigabytes:.0f} GB free"


def _database(settings: Settings) -> str:
    from sqlalchemy import text

    from grantflow.platform.db import db

    return f"PostgreSQL {db.session.scalar(text('SHOW server_version'))}"


def _clock(settings: Settings) -> str:
    from sqlalchemy import func, select

    from grantflow.platform import health
    from grantflow.platform.db import db

    before = time.time()
    there = db.session.scalar(select(func.extract("epoch", func.clock_timestamp())))
    apart = abs(float(there or 0) - (before + time.time()) / 2)
    if apart > health.CLOCK_TOLERANCE:
        raise Ill(f"{apart:.0f} s away from the database's clock")
    return f"{apart * 1000:.0f} ms away from the database's clock"


def _migrations(settings: Settings) -> str:
    from grantflow.supervisor import revision_standing

    standing = revision_standing(settings.database_url)
    if standing != "current":
        raise Ill(f"{standing}: grantflow db upgrade")
    return "at the newest one"


def _broker(settings: Settings) -> str:
    from grantflow.platform import health

    found = health.report({"broker": health.SHARED["broker"]})["broker"]
    if not found.well:
        raise Ill(found.reason)
    return "Redis" if settings.redis_url else f"files under {settings.data_dir / 'broker'}"


def _mail(settings: Settings) -> str:
    from grantflow.supervisor import NO_SMTP

    url = settings.smtp_url
    if url == NO_SMTP:
        return "comes with grantflow serve"
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "", parts.port or 25, timeout=5) as server:
        server.noop()
    return f"{parts.hostname}:{parts.port or 25} answers"


def _worker(settings: Settings) -> str:
    from grantflow.platform import health, jobs

    ages = [age for name, age in jobs.heartbeats().items() if name.startswith("worker")]
    if not ages:
        return "none seen yet"
    said = f"last seen {min(ages):.0f} s ago"
    if min(ages) > health.LATELY:
        raise Ill(said)
    return said
