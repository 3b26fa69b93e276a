"""Ports, the web server, the broker and the database: asked before anything is started."""

from __future__ import annotations

import contextlib
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Collection

from grantflow.config import ROOT, Settings

from .environment import LOOPBACK
from .errors import CannotServe


def bound(host: str, port: int) -> socket.socket:
    """The port, taken now and handed to gunicorn: nobody can come between the check and the start."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(128)
    except OSError as error:
        taken.close()
        raise CannotServe(
            f"Port {port} cannot be used ({error.strerror}). Choose another one: PORT=8001 make run"
        ) from None
    return taken


def ask(host: str, settings: Settings, path: str, parts: Collection[str] = ()) -> str:
    """Empty when the page answers well, else what it says against it; of ``/status`` only these ``parts`` count."""
    address = LOOPBACK if host == "0.0.0.0" else host  # noqa: S104
    headers = {"Host": settings.host, "Authorization": f"Bearer {settings.status_token}"}
    request = urllib.request.Request(f"http://{address}:{settings.port}{path}", headers=headers)
    # Never through a proxy that the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10):
            return ""
    except urllib.error.HTTPError as answer:
        with answer:
            said = answer.read()
        with contextlib.suppress(ValueError, AttributeError):
            told = json.loads(said)
            if parts and "checks" in told:
                return ", ".join(name for name in parts if not told["checks"][name]["well"])
            missing = [name for name, state in told.items() if state is False]
            return ", ".join(missing) or f"status {answer.code}"
        return f"status {answer.code}"
    except OSError as error:
        return f"no answer ({error})"


def first_line(error: Exception) -> str:
    """The reason; what follows it are hints, some of them of several lines."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def refuse_silent_broker(redis_url: str) -> None:
    """Raises ``CannotServe`` unless this Redis answers: Celery itself would wait for it and say nothing."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

    try:
        once = Retry(NoBackoff(), 0)
        with Redis.from_url(redis_url, socket_timeout=5, socket_connect_timeout=5, retry=once) as redis:
            redis.ping()
    except ValueError:
        # Its message may quote the password.
        raise CannotServe("Redis cannot be reached: GRANTFLOW_REDIS_URL is not well formed") from None
    except (RedisError, OSError) as error:
        raise CannotServe(f"Redis cannot be reached (GRANTFLOW_REDIS_URL): {first_line(error)}") from None


def revision_standing(database_url: str) -> str:
    """``empty``, ``behind`` or ``current``; raises ``CannotServe`` for a database that another build has made."""
    import psycopg
    from alembic.script import ScriptDirectory

    try:
        with psycopg.connect(database_url.replace("+psycopg", "", 1), connect_timeout=10) as connection:
            present = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
            if present is None or not present[0]:
                return "empty"
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error as error:
        raise CannotServe(f"The database cannot be reached: {first_line(error)}") from None
    if row is None:
        return "empty"
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    if row[0] not in {script.revision for script in scripts.walk_revisions()}:
        raise CannotServe(
            f"The database was made by another build of GrantFlow (its revision {row[0]} is unknown here). "
            "By an older build, for a demo: grantflow demo reset. By a newer version: update GrantFlow."
        )
    return "current" if row[0] == scripts.get_current_head() else "behind"
