"""Settings from the environment. Every setting is described in docs/configuration.md."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(click.ClickException):
    """A setting is missing or wrong; the message names it. A command that meets it says so and stops."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between one installation and another."""

    secret_key: str
    database_url: str
    instance_dir: Path
    content_dir: Path = ROOT / "content"
    service_name: str = "Thameside Ambulance Service"
    base_url: str = "http://127.0.0.1:8000"
    demo: bool = False
    secure_cookies: bool = True
    second_factor_required: bool = True
    smtp_url: str = ""
    mail_from: str = "training@thameside.example"
    information_governance_email: str = ""
    ledger_key: str = ""
    offline_key: str = ""
    trusted_proxies: int = 0
    session_idle_minutes: int = 30
    session_hours: int = 12
    extra: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; raise ConfigError where one is missing or makes no sense."""
        instance = Path(environ.get("LMS_INSTANCE_DIR") or ROOT / "instance").resolve()
        secret = environ.get("SECRET_KEY", "")
        if len(secret) < 32:
            raise ConfigError("SECRET_KEY must be set to at least 32 random characters")
        demo = _flag(environ, "DEMO", default=False)
        ledger_key = environ.get("LEDGER_KEY", "")
        if ledger_key and not re.fullmatch(r"[0-9a-fA-F]{64}", ledger_key):
            raise ConfigError("LEDGER_KEY must be 64 hexadecimal digits (32 bytes)")
        offline_key = environ.get("OFFLINE_KEY") or secret
        if len(offline_key) < 32:
            raise ConfigError("OFFLINE_KEY must be at least 32 random characters")
        return cls(
            secret_key=secret,
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{instance / 'lms.db'}",
            instance_dir=instance,
            content_dir=Path(environ.get("LMS_CONTENT_DIR") or ROOT / "content").resolve(),
            service_name=environ.get("SERVICE_NAME") or "Thameside Ambulance Service",
            base_url=(environ.get("BASE_URL") or f"http://127.0.0.1:{environ.get('PORT') or 8000}").rstrip("/"),
            demo=demo,
            secure_cookies=_flag(environ, "SECURE_COOKIES", default=not demo),
            second_factor_required=_flag(environ, "SECOND_FACTOR", default=not demo),
            smtp_url=environ.get("SMTP_URL", ""),
            mail_from=environ.get("MAIL_FROM") or "training@thameside.example",
            information_governance_email=_address(environ, "INFORMATION_GOVERNANCE_EMAIL"),
            ledger_key=ledger_key,
            offline_key=offline_key,
            trusted_proxies=_number(environ, "TRUSTED_PROXIES", 0),
            session_idle_minutes=_number(environ, "SESSION_IDLE_MINUTES", 30),
            session_hours=_number(environ, "SESSION_HOURS", 12),
        )

    def to_flask(self) -> dict[str, object]:
        """The settings under the names Flask and its extensions expect."""
        url = self.database_url
        if url.startswith("postgres://"):
            url = "postgresql://" + url.removeprefix("postgres://")
        if url.startswith("postgresql://"):
            url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
        return {
            "SETTINGS": self,
            "SECRET_KEY": self.secret_key,
            "OFFLINE_KEY": self.offline_key or self.secret_key,
            "SQLALCHEMY_ENGINES": {"default": url},
            "SERVICE_NAME": self.service_name,
            "DEMO": self.demo,
            "SESSION_COOKIE_NAME": "session" if not self.secure_cookies else "__Host-session",
            "SESSION_COOKIE_SECURE": self.secure_cookies,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "WTF_CSRF_TIME_LIMIT": None,
            "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
            **self.extra,
        }


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name, "").strip().lower()
    if value in ("", None):
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ConfigError(f"{name} must be 1 or 0, not {value!r}")


def _address(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise ConfigError(f"{name} must be an email address")
    return value


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit():
        raise ConfigError(f"{name} must be a whole number, not {value!r}")
    return int(value)
