"""One world for all tests: a database with two portals of equal ids and different canaries, cloned per worker.

The world is made once per state of the migrations by the product's own commands, kept as a template database, and
copied by `CREATE DATABASE … TEMPLATE` (0.1 s) for every worker; each test is a rollback. Tests run as the app's role.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".data" / "test"
os.environ["DATA_DIR"] = str(DATA)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_host.settings.test")

PORTALS = """slug,name,kind,level,area
so,Sở Giáo dục thử,department,,Tây Ninh
alpha,Trường THCS Alpha,school,THCS,Tây Ninh
beta,Trường THPT Beta,school,THPT,Tây Ninh
"""


def _world_hash() -> str:
    """Everything that shapes the template database."""
    digest = hashlib.sha256(PORTALS.encode())
    patterns = (
        "tenants/**/*.py",
        "*/migrations/*.py",
        "school_services/*/models.py",
        "school_services/*/migrations/*.py",
        "cms_blocks/models.py",
        "cms_blocks/starter.py",
        "tests/world.py",
        "uv.lock",
        "portal_host/settings/base.py",
    )
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def superuser_url(database: str = "postgres") -> str:
    from portal_host import embedded

    app_url, _ = embedded.start(DATA, durable=False)
    return embedded._url(app_url, "postgres", database)


def _run(command: list[str], **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}")


def _make_world(name: str) -> None:
    from portal_host import embedded

    admin = superuser_url()
    with psycopg.connect(admin, autocommit=True) as connection:
        # Left-overs of older states of the migrations.
        for (old,) in connection.execute(
            r"select datname from pg_database where datname ~ '^(world|test)_'"
        ).fetchall():
            if old != name:
                connection.execute(f'drop database if exists "{old}" with (force)'.encode())
    building = f"{name}_building"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{building}" with (force)'.encode())
    embedded.ensure_database(admin, building)
    urls = {
        "DATABASE_URL": embedded._url(admin, embedded.APP, building),
        "DATABASE_OWNER_URL": embedded._url(admin, embedded.OWNER, building),
    }
    csv = DATA / "portals.csv"
    csv.write_text(PORTALS, encoding="utf-8")
    _run(["manage.py", "fleet", "migrate"], **urls)
    _run(["manage.py", "portal", "create", "--empty", "--from", str(csv)], **urls)
    _run(["-m", "tests.world"], **urls)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'alter database "{building}" rename to "{name}"'.encode())


@pytest.fixture(scope="session")
def world_database() -> str:
    """Name of the template database; the first worker to come makes it."""
    import fcntl

    DATA.mkdir(parents=True, exist_ok=True)
    name = f"world_{_world_hash()}"
    with (DATA / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(superuser_url(), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if not found:
            _make_world(name)
    return name


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The database is ours, not one made by Django's test runner."""


@pytest.fixture(scope="session")
def django_db_setup(world_database: str, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    import fcntl

    from django.conf import settings
    from django.db import connections

    name = f"test_{world_database[6:]}_{worker_id}"
    with (DATA / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(superuser_url(), autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)'.encode())
            connection.execute(f'create database "{name}" owner portal_owner template "{world_database}"'.encode())
    from portal_host import embedded

    app, owner = (embedded._url(superuser_url(), role, name) for role in (embedded.APP, embedded.OWNER))
    settings.DATABASE_APP_URL, settings.DATABASE_OWNER_URL = app, owner
    media = DATA / "media" / name
    shutil.rmtree(media, ignore_errors=True)
    shutil.copytree(DATA / "media" / "world", media, dirs_exist_ok=True)
    settings.MEDIA_ROOT = str(media)
    connections.databases["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    with psycopg.connect(superuser_url(), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)'.encode())
    shutil.rmtree(media, ignore_errors=True)


@pytest.fixture(autouse=True)
def _clean_process_state() -> Iterator[None]:
    """Host map and in-process caches are not rolled back with the database."""
    from django.core.cache import caches

    from tenants import hosts

    hosts.forget()
    yield
    hosts.forget()
    for alias in ("default", "renditions"):
        caches[alias]._cache.clear()
        caches[alias]._expire_info.clear()


@pytest.fixture
def portals(db: None) -> dict[str, Any]:
    """slug → PortalRef of the world."""
    from tenants import hosts

    return {ref.slug: ref for ref in hosts.all_portals()}


@pytest.fixture
def alpha(portals: dict[str, Any]) -> Any:
    return portals["alpha"]


@pytest.fixture
def beta(portals: dict[str, Any]) -> Any:
    return portals["beta"]


@pytest.fixture
def visit() -> Any:
    """`visit("alpha")` → a test client of that portal's host."""
    from django.test import Client

    def make(slug: str, login: str = "") -> Client:
        client = Client(headers={"host": f"{slug}.localhost"}, raise_request_exception=False)
        if login:
            from school_services.identity.models import User
            from tenants import context, hosts

            portal = hosts.resolve(f"{slug}.localhost")
            if portal is None:
                with context.platform():
                    client.force_login(User.objects.get(username=login))
                return client
            with context.enter(portal.portal):
                client.force_login(User.objects.get(username=login))
        return client

    return make


def run_jobs() -> int:
    """Run what is in the queue now, as the worker does: through the envelope. Returns the number run."""
    import json

    from django.db import connection
    from procrastinate.contrib.django import app

    from tenants import context

    done = 0
    while True:
        with context.platform(), connection.cursor() as cursor:
            cursor.execute("select id, task_name, args from procrastinate_jobs where status = 'todo' order by id")
            rows = cursor.fetchall()
            if not rows:
                return done
            cursor.execute("delete from procrastinate_jobs where id = any(%s)", [[row[0] for row in rows]])
        for _, name, args in rows:
            values = args if isinstance(args, dict) else json.loads(args)
            with context.at(context.Place()):
                app.tasks[name].func(**values)
            done += 1


@pytest.fixture
def jobs() -> Any:
    return run_jobs


@pytest.fixture
def at_once(db: None) -> Iterator[Any]:
    """`at_once(n, function)`: results (or exceptions) of n threads that start together, each with its own connection.

    What they write is committed, past the rollback of the test; rows added meanwhile are removed at its end.
    """
    import threading

    from django.apps import apps
    from django.conf import settings
    from django.db import connections

    from portal_host import embedded

    def run(count: int, function: Any) -> list[Any]:
        barrier = threading.Barrier(count)
        results: list[Any] = [None] * count

        def work(place: int) -> None:
            try:
                barrier.wait(30)
                results[place] = function(place)
            except Exception as error:
                results[place] = error
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=work, args=(place,)) for place in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        return results

    models = [m for m in apps.get_models() if m.__module__.startswith("school_services.") and m._meta.managed]
    tables = [m._meta.db_table for m in models] + ["procrastinate_jobs"]
    name = connections["default"].settings_dict["NAME"]
    with psycopg.connect(
        embedded._url(settings.DATABASE_APP_URL, "postgres", name), autocommit=True, options="-c search_path=public"
    ) as raw:
        last = {t: raw.execute(f"select coalesce(max(id), 0) from {t}".encode()).fetchone()[0] for t in tables}
        yield run
        raw.execute("set session_replication_role = replica")
        for table, top in last.items():
            raw.execute(f"delete from {table} where id > {top}".encode())
