"""Typed reading of the environment, in one place. Nothing else in the project reads `os.environ`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEV_SECRET = "dev-only-not-a-secret"  # noqa: S105 - production refuses to start with it


class EnvironmentProblem(Exception):
    """A variable is missing or malformed; the message names it and says what to set."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    raw = text(name).lower()
    if raw in {"", "none"}:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise EnvironmentProblem(f"{name} must be 1 or 0, not {raw!r}")


def number(name: str, default: int) -> int:
    raw = text(name)
    try:
        return int(raw) if raw else default
    except ValueError:
        raise EnvironmentProblem(f"{name} must be a whole number, not {raw!r}") from None


def words(name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    raw = text(name)
    return tuple(part.strip() for part in raw.split(",") if part.strip()) if raw else default


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything the project takes from its surroundings.

    `database_url` is the role of web and worker (no superuser, no owner, no BYPASSRLS); `database_owner_url` is
    the role of migrations and provisioning. Both empty: an embedded PostgreSQL under `data_dir`.
    """

    mode: str
    secret_key: str
    debug: bool
    base_domain: str
    port: int
    data_dir: Path
    database_url: str
    database_owner_url: str
    database_pool: int
    redis_url: str
    elasticsearch_url: str
    email_url: str
    trusted_proxies: tuple[str, ...]
    https: bool
    allowed_hosts: tuple[str, ...]

    @property
    def embedded(self) -> bool:
        return not self.database_url


def read(mode: str = "dev") -> Environment:
    """Read the environment once. Raises `EnvironmentProblem` when a value cannot be understood."""
    root = Path(__file__).resolve().parent.parent
    default_dir = root / ".data" / "test" if mode == "test" else root / ".data"
    data_dir = Path(text("DATA_DIR", str(default_dir))).expanduser().resolve()
    base_domain = text("BASE_DOMAIN", "localhost").lower()
    environment = Environment(
        mode=mode,
        secret_key=text("SECRET_KEY", DEV_SECRET),
        debug=flag("DEBUG"),
        base_domain=base_domain,
        port=number("PORT", 8000),
        data_dir=data_dir,
        database_url=text("DATABASE_URL"),
        database_owner_url=text("DATABASE_OWNER_URL"),
        database_pool=number("DATABASE_POOL", 12),
        redis_url=text("REDIS_URL"),
        elasticsearch_url=text("ELASTICSEARCH_URL"),
        email_url=text("EMAIL_URL"),
        trusted_proxies=words("TRUSTED_PROXIES"),
        https=flag("HTTPS", mode == "production"),
        allowed_hosts=words("ALLOWED_HOSTS", (f".{base_domain}", base_domain)),
    )
    if mode == "production":
        problems = _production_problems(environment)
        if problems:
            raise EnvironmentProblem("production does not start:\n  - " + "\n  - ".join(problems))
    return environment


def _production_problems(environment: Environment) -> list[str]:
    problems = []
    if environment.secret_key == DEV_SECRET or len(environment.secret_key) < 40:
        problems.append("SECRET_KEY is the default or shorter than 40 characters: set a long random value")
    if environment.debug:
        problems.append("DEBUG is on: unset DEBUG")
    if not environment.database_url:
        problems.append("DATABASE_URL is not set: production does not run on the embedded server")
    if environment.database_url and environment.database_url == environment.database_owner_url:
        problems.append("DATABASE_URL equals DATABASE_OWNER_URL: web and worker need a role of their own")
    if environment.base_domain == "localhost":
        problems.append("BASE_DOMAIN is localhost: set the domain under which the portals live")
    return problems
