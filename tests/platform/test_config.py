"""Settings fail at the door, and name every mistake at once."""

import pytest

from grantflow.config import ConfigError, Settings

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
