"""The settings of a run: what a demo does not name is made for it."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from grantflow.config import ROOT, Settings, local_secret, with_secrets
from grantflow.platform import embedded

from .errors import CannotServe

LOOPBACK: Final = "127.0.0.1"
#: Stands where no mail server runs: a command outside ``serve`` queues mail and sends none.
NO_SMTP: Final = "smtp://127.0.0.1:25"


def is_demo(env: Mapping[str, str]) -> bool:
    return (env.get("GRANTFLOW_ENV") or "demo") == "demo"


def data_dir_of(env: Mapping[str, str]) -> Path:
    return Path(env.get("GRANTFLOW_DATA_DIR") or ROOT / "var").resolve()


def furnished(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a single command: in a demo, what is not configured comes from the data folder.

    The embedded database of a running ``serve`` is joined; without one it is started for this command.
    """
    result = with_secrets(env)
    if not is_demo(env):
        return result
    data_dir = data_dir_of(env)
    with usable(data_dir):
        fill(result, "GRANTFLOW_SECRET_KEY", lambda: local_secret(data_dir / "secret-key"))
    fill(result, "GRANTFLOW_SMTP_URL", lambda: _sink_in_use(data_dir) or NO_SMTP)
    fill(result, "GRANTFLOW_DATABASE_URL", lambda: embedded.ensure(data_dir))
    return result


def preview(env: Mapping[str, str]) -> Settings:
    """The settings a run will have; a demo's own servers, not started yet, stand in by name."""
    result = with_secrets(env)
    if is_demo(env):
        fill(result, "GRANTFLOW_SECRET_KEY", lambda: local_secret(data_dir_of(env) / "secret-key"))
        fill(result, "GRANTFLOW_SMTP_URL", lambda: NO_SMTP)
        fill(result, "GRANTFLOW_DATABASE_URL", lambda: "postgresql:///none")
    return Settings.from_env(result)


@contextlib.contextmanager
def usable(data_dir: Path) -> Iterator[None]:
    """The data folder exists and takes files, before and within; raises ``CannotServe`` otherwise."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
        yield
    except OSError as error:
        raise CannotServe(
            f"The data folder {data_dir} cannot be used ({error.strerror}). Choose another one: GRANTFLOW_DATA_DIR"
        ) from None


def fill(env: dict[str, str], key: str, make: Callable[[], str]) -> None:
    if not env.get(key):
        env[key] = make()


def _sink_in_use(data_dir: Path) -> str | None:
    try:
        return str(json.loads((data_dir / "serving.json").read_text(encoding="utf-8"))["smtp_url"])
    except (OSError, ValueError, KeyError):
        return None


def refuse_open_demo(demo: bool, host: str) -> None:
    if demo and host != LOOPBACK:
        raise CannotServe("The demo lets everyone be anyone: it answers on 127.0.0.1 only.")


def accounts_table(data_dir: Path) -> Iterator[str]:
    """Lines of the table of demo accounts."""
    try:
        accounts = json.loads((data_dir / "demo-accounts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    columns = ("role", "party", "name", "email", "language")
    rows = [[str(account.get(column) or "") for column in columns] for account in accounts]
    widths = [max(len(row[index]) for row in [list(columns), *rows]) for index in range(len(columns))]
    for row in [list(columns), ["-" * width for width in widths], *rows]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    password = data_dir / "demo-password"
    if password.exists():
        yield ""
        yield f"Password of all of them: {password.read_text(encoding='utf-8').strip()}"
