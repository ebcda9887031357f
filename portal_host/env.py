"""Typed reading of the environment, in one place. Nothing else in the project reads `os.environ`."""

from __future__ import annotations

import base64
import datetime
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

DEV_SECRET = "dev-only-not-a-secret"  # noqa: S105 - production refuses to start with it
DEV_RECORDS_KEY = "ZGV2LW9ubHktbm90LWEtc2VjcmV0LTMyLWJ5dGVzISE="  # the same for sealed records


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


def day(name: str, default: str) -> datetime.date | None:
    """A day as YYYY-MM-DD; `always` is the first day of all, `never` is None."""
    raw = text(name, default).lower()
    if raw in {"always", "never"}:
        return datetime.date.min if raw == "always" else None
    try:
        return datetime.date.fromisoformat(raw)
    except ValueError:
        raise EnvironmentProblem(f"{name} must be a day (2026-12-31), always or never, not {raw!r}") from None


def words(name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    raw = text(name)
    return tuple(part.strip() for part in raw.split(",") if part.strip()) if raw else default


_NO_SENDER = "khong-tra-loi@localhost"
# Schemes of EMAIL_URL that reach a mail server, with their usual ports.
_SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Mail:
    """Where letters go: `scheme` is smtp, smtp+starttls, smtps, or console (they are printed)."""

    scheme: str = "console"
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: int = 15
    sender: str = _NO_SENDER

    def settings(self) -> dict[str, object]:
        """Django's settings of this. A server that does not answer holds the worker for `timeout` seconds."""
        if self.scheme == "console":
            return {
                "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
                "DEFAULT_FROM_EMAIL": self.sender,
            }
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": self.host,
            "EMAIL_PORT": self.port,
            "EMAIL_HOST_USER": self.user,
            "EMAIL_HOST_PASSWORD": self.password,
            "EMAIL_USE_TLS": self.scheme == "smtp+starttls",
            "EMAIL_USE_SSL": self.scheme == "smtps",
            "EMAIL_TIMEOUT": self.timeout,
            "DEFAULT_FROM_EMAIL": self.sender,
            "SERVER_EMAIL": self.sender,
        }


def read_mail(url: str, sender: str) -> Mail:
    """EMAIL_URL (`smtp+starttls://user:password@host:587?timeout=15`, parts percent-encoded) and EMAIL_FROM.

    Raises `EnvironmentProblem`; the message never repeats the password.
    """
    parts = urlsplit(url)
    sender = sender or _NO_SENDER
    if not url or parts.scheme == "console":
        return Mail(sender=sender)
    if parts.scheme not in _SMTP_PORTS:
        raise EnvironmentProblem(f"EMAIL_URL must begin with {', '.join(_SMTP_PORTS)} or console, then ://")
    options = dict(parse_qsl(parts.query))
    try:
        port, timeout = parts.port or _SMTP_PORTS[parts.scheme], int(options.pop("timeout", "15"))
    except ValueError:
        raise EnvironmentProblem("EMAIL_URL: port and timeout are whole numbers") from None
    if not parts.hostname or options or parts.path.strip("/") or timeout < 1:
        raise EnvironmentProblem("EMAIL_URL must be scheme://user:password@host:port?timeout=seconds")
    return Mail(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        timeout=timeout,
        sender=sender,
    )


@dataclass(frozen=True, slots=True)
class S3:
    """Where files lie when not on disk. `public_bucket`, `public_url`: renditions may lie apart, behind a CDN."""

    bucket: str = ""
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    region: str = "us-east-1"
    addressing: str = "path"
    public_bucket: str = ""
    public_url: str = ""

    @property
    def origin(self) -> str:
        """Where forms signed for S3 are sent: the endpoint, or the bucket's own host."""
        scheme, _, host = self.endpoint.partition("://")
        return f"{scheme}://{self.bucket}.{host}" if self.addressing == "virtual" else self.endpoint


def read_s3(url: str) -> S3:
    """S3_URL: `https://key:secret@endpoint/bucket?region=vn&public_bucket=…&public_url=https://cdn…&addressing=path`.

    "" is the disk. Raises `EnvironmentProblem`; the message never repeats the secret.
    """
    if not url:
        return S3()
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    bucket = parts.path.strip("/")
    known = {"region", "public_bucket", "public_url", "addressing"}
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bucket or "/" in bucket or not parts.username:
        raise EnvironmentProblem("S3_URL must be https://key:secret@endpoint/bucket?region=…")
    if not options.keys() <= known or options.get("addressing", "path") not in {"path", "virtual", "auto"}:
        raise EnvironmentProblem(f"S3_URL: the options are {', '.join(sorted(known))}; addressing is path or virtual")
    port = f":{parts.port}" if parts.port else ""
    return S3(
        bucket=bucket,
        endpoint=f"{parts.scheme}://{parts.hostname}{port}",
        access_key=unquote(parts.username),
        secret_key=unquote(parts.password or ""),
        region=options.get("region", "us-east-1"),
        addressing=options.get("addressing", "path"),
        public_bucket=options.get("public_bucket", ""),
        public_url=options.get("public_url", "").rstrip("/"),
    )


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything the project takes from its surroundings.

    `database_url` is the role of web and worker (no superuser, no owner, no BYPASSRLS); `database_owner_url` is
    the role of migrations and provisioning. Both empty: an embedded PostgreSQL under `data_dir`.
    `camera_accel`: the internal address under which nginx serves live pictures; "": Django does.
    `second_factor_from`: the day from which editors need a second factor; None: it is offered, not asked for.
    """

    mode: str
    secret_key: str
    records_keys: tuple[str, ...] = field(repr=False)
    debug: bool
    base_domain: str
    port: int
    data_dir: Path
    database_url: str
    database_owner_url: str
    database_pool: int
    redis_url: str
    elasticsearch_url: str
    elasticsearch_index: str
    elasticsearch_shards: int
    elasticsearch_replicas: int
    mail: Mail
    pkcs11_module: str
    trusted_proxies: tuple[str, ...]
    https: bool
    allowed_hosts: tuple[str, ...]
    second_factor_from: datetime.date | None
    media_host: str
    media_quota_mb: int
    s3: S3
    camera_accel: str
    camera_test_pattern: bool

    @property
    def embedded(self) -> bool:
        return not self.database_url


def read(mode: str = "dev") -> Environment:
    """Read the environment once. Raises `EnvironmentProblem` when a value cannot be understood."""
    root = Path(__file__).resolve().parent.parent
    default_dir = root / ".data" / "test" if mode == "test" else root / ".data"
    data_dir = Path(text("DATA_DIR", str(default_dir))).expanduser().resolve()
    base_domain = text("BASE_DOMAIN", "localhost").lower()
    media_host = text("MEDIA_HOST", f"tep.{base_domain}").lower()
    environment = Environment(
        mode=mode,
        secret_key=text("SECRET_KEY", DEV_SECRET),
        records_keys=words("RECORDS_KEYS", (DEV_RECORDS_KEY,)),
        debug=flag("DEBUG"),
        base_domain=base_domain,
        port=number("PORT", 8000),
        data_dir=data_dir,
        database_url=text("DATABASE_URL"),
        database_owner_url=text("DATABASE_OWNER_URL"),
        database_pool=number("DATABASE_POOL", 12),
        redis_url=text("REDIS_URL"),
        elasticsearch_url=text("ELASTICSEARCH_URL"),
        elasticsearch_index=text("ELASTICSEARCH_INDEX", "portal-host"),
        elasticsearch_shards=number("ELASTICSEARCH_SHARDS", 1),
        elasticsearch_replicas=number("ELASTICSEARCH_REPLICAS", 0),
        mail=read_mail(text("EMAIL_URL"), text("EMAIL_FROM")),
        pkcs11_module=text("PKCS11_MODULE"),
        trusted_proxies=words("TRUSTED_PROXIES"),
        https=flag("HTTPS", mode == "production"),
        second_factor_from=day("SECOND_FACTOR_FROM", "always" if mode == "production" else "never"),
        allowed_hosts=(*words("ALLOWED_HOSTS", (f".{base_domain}", base_domain)), media_host),
        media_host=media_host,
        media_quota_mb=number("MEDIA_QUOTA_MB", 5_000),
        s3=read_s3(text("S3_URL")),
        camera_accel=text("CAMERA_ACCEL"),
        camera_test_pattern=flag("CAMERA_TEST_PATTERN", mode != "production"),
    )
    if mode == "production":
        problems = _production_problems(environment)
        if problems:
            raise EnvironmentProblem("production does not start:\n  - " + "\n  - ".join(problems))
    return environment


def _is_key(text: str) -> bool:
    """32 bytes in URL-safe base64."""
    try:
        return len(base64.urlsafe_b64decode(text)) == 32
    except ValueError:
        return False


def _production_problems(environment: Environment) -> list[str]:
    problems = []
    if environment.secret_key == DEV_SECRET or len(environment.secret_key) < 40:
        problems.append("SECRET_KEY is the default or shorter than 40 characters: set a long random value")
    if DEV_RECORDS_KEY in environment.records_keys or not all(map(_is_key, environment.records_keys)):
        problems.append(
            "RECORDS_KEYS is not set: personal numbers and payment secrets are sealed with it; set one key: "
            "python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        )
    if environment.debug:
        problems.append("DEBUG is on: unset DEBUG")
    if not environment.database_url:
        problems.append("DATABASE_URL is not set: production does not run on the embedded server")
    if environment.database_url and environment.database_url == environment.database_owner_url:
        problems.append("DATABASE_URL equals DATABASE_OWNER_URL: web and worker need a role of their own")
    if environment.base_domain == "localhost":
        problems.append("BASE_DOMAIN is localhost: set the domain under which the portals live")
    if environment.mail.scheme not in _SMTP_PORTS:
        problems.append(
            "EMAIL_URL is not set: without it nobody can reset a password; set smtp+starttls://user:password@host"
        )
    elif "@" not in environment.mail.sender or environment.mail.sender.rstrip(">").endswith("@localhost"):
        problems.append("EMAIL_FROM is not set: letters need a sender, as in Cổng thông tin <khong-tra-loi@example.vn>")
    elif environment.mail.user and environment.mail.scheme == "smtp":
        problems.append("EMAIL_URL sends a password in clear: use smtp+starttls:// or smtps://")
    return problems
