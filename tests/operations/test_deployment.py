"""What can be known of image, compose file and targets without an engine to run them."""

import json
import os
import re
import subprocess
from typing import Any

import pytest
import yaml

from grantflow import bootstrap
from grantflow.config import ROOT, Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("web", "letters", "worker", "beat")


def test_every_service_that_stays_has_a_health_check() -> None:
    without = {name for name, service in COMPOSE["services"].items() if "healthcheck" not in service}
    assert without == {"migrate"}


def test_no_secret_is_written_down_or_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in ("GRANTFLOW_SECRET_KEY", "GRANTFLOW_ORIGIN", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses, name
        assert all(use.startswith(":?") for use in uses), name


def test_the_settings_of_the_services_are_ones_the_program_accepts() -> None:
    values = {
        "GRANTFLOW_SECRET_KEY": "abcdefghijklmnopqrstuvwxyz-0123456789",
        "GRANTFLOW_ORIGIN": "https://fund.example",
    }
    env = {}
    for key, value in COMPOSE["services"]["web"]["environment"].items():
        filled = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: values.get(found[1], "secret"), str(value))
        env[key] = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", filled)
    settings = Settings.from_env(env)
    assert not settings.is_demo
    assert settings.trusted_proxies == 1


def test_nothing_starts_before_the_migration_and_only_loopback_is_published() -> None:
    for name in OURS:
        assert COMPOSE["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_our_containers_may_change_nothing_but_their_data() -> None:
    for name in (*OURS, "migrate"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_queue_is_nobody_special_and_keeps_nothing() -> None:
    """Its command is a shell, so that the image's own step down from root does not happen."""
    redis = COMPOSE["services"]["redis"]
    assert redis["command"][:2] == ["sh", "-c"]
    assert redis["user"] == "redis"
    assert "volumes" not in redis
    assert redis["tmpfs"] == ["/data"]


def test_what_we_did_not_write_is_locked_in_too() -> None:
    for name in ("redis", "mail"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_database_and_queue_are_not_reachable_from_outside() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]
        assert "ports" not in COMPOSE["services"][name]


def test_the_image_is_built_in_stages_and_runs_as_nobody_special() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert DOCKERFILE.count("\nFROM ") >= 3
    assert "\nUSER grantflow\n" in final
    assert "--require-hashes" in DOCKERFILE
    assert "npm ci --ignore-scripts" in DOCKERFILE
    assert final.rindex("USER grantflow") < final.index("ENTRYPOINT")


def test_the_image_is_sent_everything_it_copies() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE):
        for source in line.split():
            assert source.removeprefix("./") in allowed, source


def test_the_assets_of_the_package_file_have_targets_inside_the_vendor_folder() -> None:
    assets = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["grantflow"]["assets"]
    assert assets
    for source, target in assets.items():
        assert source.startswith("node_modules/"), source
        assert (bootstrap.VENDOR / target).resolve().is_relative_to(bootstrap.VENDOR), target


@pytest.mark.parametrize("target", ["run", "test", "drills", "mutants", "effort", "check", "screenshots", "bench"])
def test_a_target_prepares_the_machine_and_hands_over(target: str) -> None:
    # As typed in a shell, whatever make these tests were started by.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | {"MFLAGS": ""}
    done = subprocess.run(["make", "-n", target], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("python3 grantflow/bootstrap.py ")
    assert lines[1].startswith("exec .venv/bin/")


def test_continuous_integration_runs_all_and_stops_at_the_first_fault() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert lines[1] == "set -euo pipefail"
    assert lines[-3:] == ["make check", "make test", "make drills"]
