"""The demo refuses to start with production settings, and a production refuses the demo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from grantflow.cli import data
from grantflow.config import ROOT, ConfigError, Settings
from tests.conftest import settings_for
from tests.given import Given

DEMO = {
    "GRANTFLOW_DATABASE_URL": "postgresql://grantflow@db/grantflow",
    "GRANTFLOW_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "GRANTFLOW_SMTP_URL": "smtp://mail.example",
}


@pytest.mark.parametrize("kind", [{}, {"GRANTFLOW_ENV": "demo"}])
@pytest.mark.parametrize("origin", ["https://fund.example", "http://192.0.2.1:8000", "https://localhost.fund.example"])
def test_a_demo_is_for_this_machine_only(kind: dict[str, str], origin: str) -> None:
    """Who forgets GRANTFLOW_ENV behind a proxy must not hand a role switch to the world."""
    with pytest.raises(ConfigError, match="GRANTFLOW_ORIGIN"):
        Settings.from_env({**DEMO, **kind, "GRANTFLOW_ORIGIN": origin})


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost:8123"])
def test_a_demo_on_this_machine_may_have_real_servers(origin: str) -> None:
    assert Settings.from_env({**DEMO, "GRANTFLOW_ORIGIN": origin}).is_demo


@pytest.mark.parametrize("command", [["load"], ["reset", "--yes"]])
def test_a_production_knows_no_demo_fund(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    """Neither loaded beside real files nor, worse, reset."""
    kept = tmp_path / "files" / "letter"
    kept.parent.mkdir()
    kept.touch()
    url = app.extensions["settings"].database_url
    settings = settings_for(url, tmp_path, env="production", origin="https://fund.example")
    for name, value in {**DEMO, "GRANTFLOW_ENV": "production", "GRANTFLOW_ORIGIN": settings.origin}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GRANTFLOW_DATABASE_URL", url)
    monkeypatch.setenv("GRANTFLOW_DATA_DIR", str(tmp_path))
    ran = CliRunner().invoke(data.demo, command)
    assert ran.exit_code == 1
    assert "production installation" in ran.output
    assert kept.exists()
    assert Given(app).call()


def test_a_reset_leaves_nothing_that_the_next_demo_would_trip_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An anchor of the old trail would call the new one broken for ever."""
    monkeypatch.delenv("GRANTFLOW_DATABASE_URL", raising=False)
    monkeypatch.setenv("GRANTFLOW_DATA_DIR", str(tmp_path))
    for name in ("files", "mailbox", "broker", "log"):
        (tmp_path / name).mkdir()
    for name in ("audit-anchor.json", "audit-check.json", "demo-accounts.json", "demo-password", "secret-key"):
        (tmp_path / name).touch()
    ran = CliRunner().invoke(data.demo, ["reset", "--yes"])
    assert ran.exit_code == 0, ran.output
    assert {path.name for path in tmp_path.iterdir()} == {"log", "secret-key"}


def test_a_production_has_no_code_of_the_demo_in_memory(tmp_path: Path) -> None:
    """Nor of its fund: the starting file and its commands belong to everybody."""
    seen = (
        "import sys\n"
        "from grantflow.app import create_app\n"
        "from grantflow.config import Settings\n"
        "import grantflow.cli, grantflow.fundfile.service\n"
        "create_app(Settings.from_env(dict(__import__('os').environ)))\n"
        "print([name for name in sys.modules if name.startswith('grantflow.demo')])\n"
    )
    production = {**DEMO, "GRANTFLOW_ENV": "production", "GRANTFLOW_ORIGIN": "https://fund.example"}
    place = {"PATH": os.environ["PATH"], "GRANTFLOW_DATA_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", seen], env={**production, **place}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.stdout.splitlines()[-1:] == ["[]"], ran.stderr
