"""Settings fail at the door, and name every mistake at once."""

from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grantflow.config import SECRETS, SERVERS, ConfigError, Settings

SOUND = {
    "GRANTFLOW_ENV": "production",
    "GRANTFLOW_DATABASE_URL": "postgresql://grantflow@db/grantflow",
    "GRANTFLOW_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "GRANTFLOW_SMTP_URL": "smtps://mail.example",
    "GRANTFLOW_ORIGIN": "https://fonds.example",
}


def test_sound_settings_are_read() -> None:
    settings = Settings.from_env(SOUND)

    assert settings.database_url == "postgresql+psycopg://grantflow@db/grantflow"
    assert (settings.is_demo, settings.is_https, settings.host) == (False, True, "fonds.example")
    assert settings.broker_url == "filesystem://"


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        Settings.from_env({"GRANTFLOW_ENV": "production", "PORT": "http", "GRANTFLOW_SECRET_KEY": "secret"})

    named = {line.split()[0] for line in str(refused.value).splitlines()}
    assert named == {
        "PORT",
        "GRANTFLOW_DATABASE_URL",
        "GRANTFLOW_SMTP_URL",
        "GRANTFLOW_SECRET_KEY",
        "GRANTFLOW_ORIGIN",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("GRANTFLOW_ENV", "staging"),
        ("GRANTFLOW_ORIGIN", "http://fonds.example"),
        ("GRANTFLOW_ORIGIN", "https://fonds.example/path"),
        ("GRANTFLOW_REDIS_URL", "redis://queue.internal:6379/0"),
        ("GRANTFLOW_REDIS_URL", "amqp://queue"),
        ("GRANTFLOW_SECRET_KEY", "a" * 64),
        ("GRANTFLOW_STATUS_TOKEN", "short"),
        ("PORT", "99999"),
        ("PORT", "80²"),
    ],
)
def test_a_setting_that_would_harm_is_refused(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=key):
        Settings.from_env({**SOUND, key: value})


def test_a_remote_broker_needs_a_password_and_a_near_one_does_not() -> None:
    assert Settings.from_env({**SOUND, "GRANTFLOW_REDIS_URL": "redis://:word@queue:6379/0"}).redis_url
    assert Settings.from_env({**SOUND, "GRANTFLOW_REDIS_URL": "redis://127.0.0.1:6379/0"}).redis_url


@pytest.mark.parametrize("key", SECRETS)
def test_every_secret_may_lie_in_a_file(key: str, tmp_path: Path) -> None:
    """Environments are shown by ``docker inspect``; a file is shown to nobody."""
    sound = {**SOUND, "GRANTFLOW_REDIS_URL": "redis://queue", "GRANTFLOW_REDIS_PASSWORD": "p"}
    whole = {
        **sound,
        "GRANTFLOW_STATUS_TOKEN": "a-monitor-shows-this-0123456789",
        "GRANTFLOW_DATABASE_PASSWORD": "p",
        "GRANTFLOW_SMTP_PASSWORD": "p",
    }
    file = tmp_path / "secret"
    file.write_text(f"{whole[key]}\n")
    in_a_file = {name: value for name, value in whole.items() if name != key} | {f"{key}_FILE": str(file)}

    assert Settings.from_env(in_a_file) == Settings.from_env(whole)
    with pytest.raises(ConfigError, match=f"{key} and {key}_FILE are both set"):
        Settings.from_env({**in_a_file, key: whole[key]})
    with pytest.raises(ConfigError, match=f"{key}_FILE cannot be read: No such file"):
        Settings.from_env({**in_a_file, f"{key}_FILE": str(tmp_path / "nowhere")})


def test_an_empty_file_of_a_secret_is_as_good_as_none(tmp_path: Path) -> None:
    """So that a mail server without a password needs no other compose file."""
    (tmp_path / "empty").write_text("\n")
    env = {**SOUND, "GRANTFLOW_SMTP_PASSWORD_FILE": str(tmp_path / "empty")}
    assert Settings.from_env(env) == Settings.from_env(SOUND)
    with pytest.raises(ConfigError, match="GRANTFLOW_SECRET_KEY is missing"):
        Settings.from_env({**SOUND, "GRANTFLOW_SECRET_KEY": "", "GRANTFLOW_SECRET_KEY_FILE": str(tmp_path / "empty")})


def test_whatever_is_not_shown_is_a_secret_that_may_lie_in_a_file() -> None:
    hidden = {f"GRANTFLOW_{one.name.upper()}" for one in fields(Settings) if not one.repr}
    assert hidden == set(SECRETS) - set(SERVERS.values())


@given(st.text(min_size=1).filter(lambda text: text == text.strip() and text.isprintable()))
def test_a_password_by_itself_may_hold_any_characters(password: str) -> None:
    env = {**SOUND, "GRANTFLOW_DATABASE_PASSWORD": password}
    parts = urlsplit(Settings.from_env(env).database_url)
    assert (unquote(parts.password or ""), parts.hostname) == (password, "db")


def test_one_password_stands_in_one_place() -> None:
    twice = {**SOUND, "GRANTFLOW_REDIS_URL": "redis://:word@queue", "GRANTFLOW_REDIS_PASSWORD": "other"}
    with pytest.raises(ConfigError, match="carries a password, and GRANTFLOW_REDIS_PASSWORD is set"):
        Settings.from_env(twice)


def test_a_demo_under_a_public_name_does_not_start() -> None:
    """Everyone may be anyone there: behind a proxy, with GRANTFLOW_ENV forgotten, that would be the whole world."""
    demo = {**SOUND, "GRANTFLOW_ENV": ""}
    with pytest.raises(ConfigError, match="GRANTFLOW_ORIGIN is not this machine"):
        Settings.from_env(demo)
    assert Settings.from_env({**demo, "GRANTFLOW_ORIGIN": "http://localhost:8000"}).is_demo


def test_settings_that_are_printed_tell_no_secret() -> None:
    shown = repr(Settings.from_env({**SOUND, "GRANTFLOW_REDIS_URL": "rediss://:hush@broker:6379/0"}))

    assert "production" in shown
    assert not [secret for secret in ("0123456789", "postgresql", "smtps", "hush") if secret in shown]
