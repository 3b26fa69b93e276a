"""Settings, read once; every mistake is named at the door. Nothing else reads the environment."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "fr")
#: Names of this very machine.
NEAR = frozenset({"localhost", "127.0.0.1", "::1"})
MAIL_FROM = "GrantFlow <fonds@grantflow.example>"
#: Addresses of servers, and where the password may stand that is left out of them.
SERVERS = {
    "GRANTFLOW_DATABASE_URL": "GRANTFLOW_DATABASE_PASSWORD",
    "GRANTFLOW_REDIS_URL": "GRANTFLOW_REDIS_PASSWORD",
    "GRANTFLOW_SMTP_URL": "GRANTFLOW_SMTP_PASSWORD",
}
#: What nobody may read: each may lie in a file, named by the same word with ``_FILE`` behind it.
SECRETS = ("GRANTFLOW_SECRET_KEY", "GRANTFLOW_STATUS_TOKEN", *SERVERS, *SERVERS.values())


class ConfigError(Exception):
    """All mistakes in the settings, one a line."""


@dataclass(frozen=True, slots=True)
class Settings:
    env: str
    # Nobody finds a password in a log because settings were printed.
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    smtp_url: str = field(repr=False)
    redis_url: str | None = field(default=None, repr=False)
    origin: str = "http://127.0.0.1:8000"
    data_dir: Path = field(default=ROOT / "var")
    port: int = 8000
    trusted_proxies: int = 0
    mail_from: str = MAIL_FROM
    status_token: str | None = field(default=None, repr=False)
    lease_seconds: int = 120
    sweep_seconds: int = 60
    log_level: str = "INFO"
    #: Where this part's main loop writes its sign of life, for whoever watches it.
    pulse: Path | None = None
    testing: bool = False

    @property
    def is_demo(self) -> bool:
        return self.env == "demo"

    @property
    def asks_second_factor(self) -> bool:
        """Whether staff must have one. In the demo it can be tried, and nobody has to."""
        return not self.is_demo

    @property
    def is_https(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def broker_url(self) -> str:
        """Redis where there is one, else kombu's filesystem transport under the data folder."""
        return self.redis_url or "filesystem://"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Settings from ``GRANTFLOW_*`` and ``PORT``; raises ConfigError naming every mistake at once."""
        return _Reader(with_secrets(env)).settings()


def with_secrets(env: Mapping[str, str]) -> dict[str, str]:
    """``env`` with every secret that lies in a file read from there, an empty one as if there was none.

    Raises ConfigError naming all that cannot be read.
    """
    result, mistakes = dict(env), []
    for key in SECRETS:
        if not (file := result.pop(f"{key}_FILE", "")):
            continue
        if result.get(key):
            mistakes.append(f"{key} and {key}_FILE are both set: keep one")
        try:
            result[key] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            mistakes.append(
                f"{key}_FILE cannot be read: {getattr(error, 'strerror', None) or 'it is no text'} ({file})"
            )
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return result


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.mistakes: list[str] = []

    def settings(self) -> Settings:
        kind = self.one_of("GRANTFLOW_ENV", ("demo", "production"), default="demo")
        demo = kind == "demo"
        port = self.number("PORT", 8000, low=1, high=65535)
        result = Settings(
            env=kind,
            port=port,
            database_url=self.database(),
            redis_url=self.redis(),
            smtp_url=self.url("GRANTFLOW_SMTP_URL", {"smtp", "smtps", "smtp+starttls"}, required=True) or "",
            secret_key=self.secret(),
            origin=self.origin(f"http://127.0.0.1:{port}" if demo else None, demo=demo),
            data_dir=Path(self.env.get("GRANTFLOW_DATA_DIR") or ROOT / "var").resolve(),
            trusted_proxies=self.number("GRANTFLOW_TRUSTED_PROXIES", 0, low=0, high=5),
            mail_from=self.env.get("GRANTFLOW_MAIL_FROM") or MAIL_FROM,
            status_token=self.token(),
            lease_seconds=self.number("GRANTFLOW_LEASE_SECONDS", 120, low=1, high=3600),
            sweep_seconds=self.number("GRANTFLOW_SWEEP_SECONDS", 60, low=1, high=3600),
            log_level=self.one_of(
                "GRANTFLOW_LOG_LEVEL",
                ("DEBUG", "INFO", "WARNING", "ERROR"),
                default="INFO",
            ),
            pulse=Path(pulse) if (pulse := self.env.get("GRANTFLOW_PULSE")) else None,
        )
        if self.mistakes:
            raise ConfigError("\n".join(self.mistakes))
        return result

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = self.env.get(key) or default
        if value not in choices:
            self.mistakes.append(f"{key} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def number(self, key: str, default: int, *, low: int, high: int) -> int:
        text = self.env.get(key) or str(default)
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            self.mistakes.append(f"{key} must be a whole number from {low} to {high}, not {text!r}")
            return default
        return int(text)

    def url(self, key: str, schemes: set[str], *, required: bool = False) -> str | None:
        value = self.env.get(key)
        if not value:
            if required:
                self.mistakes.append(f"{key} is missing")
            return None
        if urlsplit(value).scheme not in schemes:
            self.mistakes.append(f"{key} must begin with one of {', '.join(sorted(schemes))}://")
        return self.with_password(key, value)

    def with_password(self, key: str, value: str) -> str:
        """The address, with the password that stands by itself: there it may hold any characters."""
        password = self.env.get(SERVERS[key])
        if not password:
            return value
        parts = urlsplit(value)
        who, _, where = parts.netloc.rpartition("@")
        if parts.password is not None:
            self.mistakes.append(f"{key} carries a password, and {SERVERS[key]} is set: keep one")
        return parts._replace(netloc=f"{who}:{quote(password, safe='')}@{where}").geturl()

    def redis(self) -> str | None:
        """A broker that anyone on the network could write to is no broker (T39)."""
        value = self.url("GRANTFLOW_REDIS_URL", {"redis", "rediss", "unix"})
        parts = urlsplit(value or "")
        if parts.hostname not in {None, *NEAR} and not parts.password:
            self.mistakes.append("GRANTFLOW_REDIS_URL must carry a password: its server is not on this machine")
        return value

    def database(self) -> str:
        value = self.url(
            "GRANTFLOW_DATABASE_URL",
            {"postgresql", "postgres", "postgresql+psycopg"},
            required=True,
        )
        scheme, sep, rest = (value or "").partition("://")
        return f"postgresql+psycopg://{rest}" if sep else scheme

    def secret(self) -> str:
        value = self.env.get("GRANTFLOW_SECRET_KEY", "")
        if len(value) < 32 or len(set(value)) < 8:
            self.mistakes.append("GRANTFLOW_SECRET_KEY is missing or weak: at least 32 random characters")
        return value

    def token(self) -> str | None:
        """What a monitor shows to be told reasons by ``/status``; without one only administrators are."""
        value = self.env.get("GRANTFLOW_STATUS_TOKEN")
        if value and (len(value) < 20 or not value.isascii()):
            self.mistakes.append("GRANTFLOW_STATUS_TOKEN is weak: at least 20 random letters and digits")
        return value or None

    def origin(self, default: str | None, *, demo: bool) -> str:
        value = (self.env.get("GRANTFLOW_ORIGIN") or default or "").rstrip("/")
        parts = urlsplit(value)
        if not value:
            self.mistakes.append("GRANTFLOW_ORIGIN is missing: the address people type, such as https://fund.example")
        elif parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
            self.mistakes.append(f"GRANTFLOW_ORIGIN must be scheme://host without a path, not {value!r}")
        elif not demo and parts.scheme != "https":
            self.mistakes.append("GRANTFLOW_ORIGIN must begin with https:// in production")
        elif demo and parts.hostname not in NEAR:
            # A proxy in front of a demo would let the whole world be anyone.
            self.mistakes.append("GRANTFLOW_ORIGIN is not this machine: set GRANTFLOW_ENV=production for people to use")
        return value


def local_secret(path: Path) -> str:
    """A secret made once into ``path`` (mode 600): the demo's key and password."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(36))
    return path.read_text().strip()
