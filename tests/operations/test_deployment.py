"""What can be known of image, compose file and targets without an engine to run them."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from grantflow import bootstrap
from grantflow.config import ROOT, SECRETS, SERVERS, Settings
from grantflow.platform import headers

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = ("web", "letters", "worker", "beat")


def test_every_service_that_stays_has_a_health_check_limits_and_an_end() -> None:
    """Memory of its own, logs that are turned over, and time to finish what is at work."""
    for name, service in COMPOSE["services"].items():
        assert "mem_limit" in service, name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name
        assert service["healthcheck"] == {"disable": True} if name == "migrate" else "test" in service["healthcheck"]
    slow = {"web": 15, "letters": 120, "worker": 120}
    for name, least in slow.items():
        number, unit = re.fullmatch(r"(\d+)([ms])", COMPOSE["services"][name]["stop_grace_period"]).groups()  # type: ignore[union-attr]
        assert int(number) * (60 if unit == "m" else 1) >= least, name


def test_each_part_is_asked_for_its_own_life() -> None:
    """Nothing that is shared: a frozen worker was healthy while another one wrote to the database."""
    assert {tuple(COMPOSE["services"][name]["healthcheck"]["test"]) for name in OURS} == {("CMD", "grantflow", "alive")}
    assert "GRANTFLOW_PULSE=/tmp/pulse" in DOCKERFILE
    assert all("/tmp" in COMPOSE["services"][name]["tmpfs"] for name in OURS)  # noqa: S108


def test_no_secret_is_written_down_and_none_lies_in_an_environment() -> None:
    for name, service in COMPOSE["services"].items():
        for key, value in service.get("environment", {}).items():
            secret = key in SECRETS or "PASSWORD" in key or "TOKEN" in key
            address = key in SERVERS and "@" not in str(value).rpartition("grantflow@postgres")[0]
            assert not secret or key.endswith("_FILE") or address, (name, key)
            if key.endswith("_FILE"):
                assert Path(value).name in service["secrets"], (name, key)
    assert {
        key.removesuffix("_FILE") for key in COMPOSE["services"]["web"]["environment"] if key.endswith("_FILE")
    } == {key for key in SECRETS if key not in SERVERS}


def test_the_settings_of_the_services_are_ones_the_program_accepts(tmp_path: Path) -> None:
    env = {}
    for key, value in COMPOSE["services"]["web"]["environment"].items():
        filled = re.sub(r"\$\{\w+:\?[^}]*\}", "https://fund.example", str(value))
        env[key] = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", filled)
        if key.endswith("_FILE"):
            env[key] = str(tmp_path / key)
            Path(env[key]).write_text("abcdefghijklmnopqrstuvwxyz-0123456789")
    settings = Settings.from_env(env)
    assert not settings.is_demo
    assert settings.trusted_proxies == 1


def test_every_setting_of_the_compose_file_stands_in_the_example() -> None:
    """What a person may set is found in one place; nothing stands there that nobody reads."""
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    named = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert used - named == {"SECRETS", "GRANTFLOW_IMAGE", "MAIL_PORT"}
    assert named <= used


def test_nothing_starts_before_the_migration_and_only_the_proxy_is_open_to_the_world() -> None:
    for name in OURS:
        assert COMPOSE["services"][name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    doors = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert set(doors) == {"proxy", "mail"}
    assert all(port.startswith("127.0.0.1:") for port in doors["mail"])


def test_our_containers_may_change_nothing_but_their_data() -> None:
    for name in (*OURS, "migrate", "proxy", "redis", "mail"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_all_parts_share_the_one_store() -> None:
    """A letter is printed in one container and fetched in another."""
    assert {tuple(COMPOSE["services"][name]["volumes"]) for name in OURS} == {("files:/data",)}


def test_the_queue_is_nobody_special_and_keeps_nothing() -> None:
    """Its command is a shell, so that the image's own step down from root does not happen."""
    redis = COMPOSE["services"]["redis"]
    assert redis["command"][:2] == ["sh", "-c"]
    assert "exec redis-server" in redis["command"][2]
    assert redis["user"] == "redis"
    assert "volumes" not in redis
    assert redis["tmpfs"] == ["/data"]


def test_only_the_proxy_and_what_sends_mail_reach_beyond_this_machine() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in COMPOSE["services"].items() if "outside" in service["networks"]}
    assert outside == {"proxy", "worker", "mail"}


def test_what_the_proxy_says_itself_carries_the_headers_of_the_application() -> None:
    config = (ROOT / "grantflow" / "supervisor" / "nginx.conf").read_text(encoding="utf-8")
    said = dict(re.findall(r'add_header ([\w-]+) "([^"]*)" always;', config.partition("location @says")[2]))
    assert said == headers.FIXED | {"Strict-Transport-Security": headers.HSTS}


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


@pytest.mark.parametrize(
    "target", ["run", "test", "drills", "mutants", "effort", "check", "screenshots", "bench", "image-rehearsal"]
)
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
