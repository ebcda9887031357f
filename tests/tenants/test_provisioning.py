"""Provisioning and fleet migration, by the product's own commands, in a database of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.conftest import DATA, ROOT, superuser_url

CSV = "slug,name,kind,level,area\n"


class Fleet:
    """A copy of the world with its own database; commands run as a person would run them."""

    def __init__(self, name: str) -> None:
        from portal_host import embedded

        admin = superuser_url()
        self.name = name
        self.owner = embedded._url(admin, embedded.OWNER, name)
        self.app = embedded._url(admin, embedded.APP, name)
        self.environment = os.environ | {
            "DATABASE_URL": self.app,
            "DATABASE_OWNER_URL": self.owner,
            "DATA_DIR": str(DATA / name),
            "DJANGO_SETTINGS_MODULE": "portal_host.settings.test",
        }

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def json(self, *arguments: str, **more: str) -> dict[str, Any]:
        code, out, err = self.run(*arguments, "--json", **more)
        assert code == 0, err
        answer: dict[str, Any] = json.loads(out.splitlines()[-1])
        return answer

    def sql(self, query: str) -> Any:
        with psycopg.connect(superuser_url(self.name), autocommit=True) as raw:
            cursor = raw.execute(query.encode())
            return cursor.fetchall() if cursor.description else None


@pytest.fixture
def fleet(world_database: str, worker_id: str) -> Iterator[Fleet]:
    import fcntl
    import shutil

    name = f"test_fleet_{worker_id}_{os.getpid()}"
    with (DATA / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(superuser_url(), autocommit=True) as raw:
            raw.execute(f'drop database if exists "{name}" with (force)'.encode())
            raw.execute(f'create database "{name}" owner portal_owner template "{world_database}"'.encode())
    shutil.copytree(DATA / "media" / "world", DATA / name / "media", dirs_exist_ok=True)
    yield Fleet(name)
    with psycopg.connect(superuser_url(), autocommit=True) as raw:
        raw.execute(f'drop database if exists "{name}" with (force)'.encode())
    shutil.rmtree(DATA / name, ignore_errors=True)


def test_create_is_idempotent_and_resumable(fleet: Fleet, tmp_path: Path) -> None:
    csv = tmp_path / "p.csv"
    csv.write_text(CSV + "gamma,Trường TH Gamma,school,TH,Tây Ninh\nmoi-2,Trường MN Mới,school,MN,Tây Ninh\n")
    assert fleet.json("portal", "create", "--from", str(csv))["created"] == 2
    answer = fleet.json("portal", "create", "--from", str(csv))
    assert (answer["created"], answer["existing"]) == (0, 2)
    # A run that died between schema and finish leaves the state "making".
    fleet.sql("update tenants_portal set state = 'making' where slug = 'gamma'")
    assert "gamma" in fleet.run("portal", "check")[1] + fleet.run("portal", "check", "--json")[1]
    fleet.json("portal", "create", "--from", str(csv))
    assert fleet.run("portal", "check")[0] == 0
    schemas = fleet.sql("select count(*) from pg_namespace where nspname like 'p\\_%'")
    assert schemas == [(5,)]


def test_bad_lines_are_reported_before_anything_is_made(fleet: Fleet, tmp_path: Path) -> None:
    csv = tmp_path / "p.csv"
    csv.write_text(
        CSV + "tot,Trường Tốt,school,TH,X\nXấu,Trường,school,TH,X\ntot,Lặp,school,TH,X\nquantri,Giữ,school,TH,X\n"
        "khong-cap,Trường,school,,X\nso-hai,Sở,department,TH,X\nthieu,Cột\n,,,,\n"
    )
    code, _, err = fleet.run("portal", "create", "--from", str(csv))
    assert code == 2
    for line in (3, 4, 5, 6, 7, 8, 9):
        assert f"line {line}:" in err
    assert "nothing was made" in err
    assert fleet.sql("select count(*) from tenants_portal") == [(3,)]
    for content in (b"\xff\xfe\x00", b"", b"a,b\n1,2\n"):
        csv.write_bytes(content)
        assert fleet.run("portal", "create", "--from", str(csv))[0] == 2


def test_rename_states_and_drop(fleet: Fleet) -> None:
    fleet.json("portal", "rename", "alpha", "--slug", "alpha-moi", "--name", "Trường Alpha Mới")
    shown = fleet.json("portal", "show", "alpha-moi")
    assert shown["domains"] == ["alpha.localhost", "alpha-moi.localhost (primary)"]
    assert fleet.run("portal", "check", "alpha-moi")[0] == 0
    assert fleet.run("portal", "drop", "alpha-moi", "--confirm", "alpha-moi")[0] == 2, "still active"
    fleet.json("portal", "retire", "alpha-moi", "--reason", "sáp nhập")
    code, _, err = fleet.run("portal", "drop", "alpha-moi", "--confirm", "beta")
    assert code == 2
    assert "nothing was dropped" in err
    media = Path(fleet.environment["DATA_DIR"]) / "media" / "t" / shown["uid"]
    assert media.is_dir()
    out = fleet.run("portal", "drop", "alpha-moi", "--confirm", "alpha-moi")
    assert out[0] == 0, out[2]
    export = Path(out[1].split("exported to ")[1].split(",")[0])
    assert "ChimHoangAnhAlpha" in (export / "schema.sql").read_text()
    assert any((export / "media").rglob("*.png"))
    assert not media.exists()
    assert fleet.sql(f"select count(*) from pg_namespace where nspname = '{shown['schema']}'") == [(0,)]
    assert fleet.sql("select count(*) from tenants_domain where domain like 'alpha%'") == [(0,)]
    assert fleet.run("portal", "show", "alpha-moi")[0] == 2


def test_room_for_files(fleet: Fleet) -> None:
    assert fleet.json("portal", "quota", "beta", "20000") == {"slug": "beta", "used_mb": 0, "quota_mb": 20_000, "own": True}
    assert fleet.sql("select media_quota from tenants_portal where slug = 'beta'") == [(20_000_000_000,)]
    for wrong in ("0", "-5", "nhiều", "99999999999"):
        code, _, err = fleet.run("portal", "quota", "beta", "--", wrong)
        assert code == 2, wrong
        assert "nothing was changed" in err
    assert fleet.json("portal", "quota", "beta")["quota_mb"] == 20_000
    assert fleet.json("portal", "quota", "beta", "default")["own"] is False
    assert fleet.sql("select media_quota from tenants_portal where slug = 'beta'") == [(None,)]
    assert fleet.run("portal", "quota", "khong-co", "5")[0] == 2


MIGRATION = """
from django.db import migrations, models
{imports}

class Migration(migrations.Migration):
    dependencies = [("members", "{previous}")]
    operations = [{operations}]
"""


@pytest.fixture
def migration(fleet: Fleet, tmp_path: Path) -> Any:
    """Adds migrations to a portal app, in a package outside the project (settings.MIGRATION_MODULES)."""
    package = tmp_path / "them_migrations"
    package.mkdir()
    for source in (ROOT / "tenants" / "members" / "migrations").glob("*.py"):
        (package / source.name).write_text(source.read_text())
    (tmp_path / "them_settings.py").write_text(
        "from portal_host.settings.test import *\nMIGRATION_MODULES = {'members': 'them_migrations'}\n"
    )
    fleet.environment |= {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "them_settings"}

    def add(name: str, previous: str, operations: str, imports: str = "") -> None:
        (package / f"{name}.py").write_text(MIGRATION.format(previous=previous, operations=operations, imports=imports))

    return add


def _columns(fleet: Fleet, column: str) -> int:
    return fleet.sql(
        "select count(*) from information_schema.columns where table_name = 'members_groupmembership' "
        f"and column_name = '{column}'"
    )[0][0]


ADD = "migrations.AddField('groupmembership', '{0}', models.IntegerField(default=0, db_default=0))"


def test_no_op_then_a_column_then_data(fleet: Fleet, migration: Any) -> None:
    made = fleet.sql("select xmin::text from tenants_templatesnapshot")
    answer = fleet.json("fleet", "migrate")
    assert (answer["portals"], answer["migrated"], answer["failed"]) == (3, 0, 0)
    assert fleet.sql("select xmin::text from tenants_templatesnapshot") == made, "nothing to do, nothing written"
    migration("0002_them", "0001_initial", ADD.format("them"))
    assert fleet.json("fleet", "migrate")["migrated"] == 3
    assert _columns(fleet, "them") == 4, "three portals and the template"
    migration(
        "0003_du_lieu", "0002_them", "migrations.RunPython(fill, migrations.RunPython.noop)",
        "def fill(apps, editor):\n    apps.get_model('members', 'GroupMembership').objects.update(them=5)\n",
    )  # fmt: skip
    assert fleet.json("fleet", "migrate")["migrated"] == 3
    schemas = [row[0] for row in fleet.sql("select schema_name from tenants_portal where slug in ('alpha', 'beta')")]
    for schema in schemas:
        assert fleet.sql(f"select distinct them from {schema}.members_groupmembership") == [(5,)]
    assert "0 behind" in fleet.run("fleet", "status")[1]
    assert fleet.run("portal", "check")[0] == 0


POLL_GRANTS = (
    "select count(*) from {0}.auth_group_permissions gp join {0}.auth_permission p on p.id = gp.permission_id "
    "where p.codename in ('add_poll', 'change_poll', 'delete_poll')"
)


def test_portals_made_before_polls_are_given_their_permissions(fleet: Fleet) -> None:
    """As they were found: the table of polls is there, nobody may touch it; in one even the permissions are missing."""
    schemas = dict(fleet.sql("select slug, schema_name from tenants_portal where slug in ('alpha', 'beta')"))
    expected = fleet.sql(POLL_GRANTS.format(schemas["alpha"]))
    assert expected[0][0] == 9
    for schema in schemas.values():
        fleet.sql(
            f"delete from {schema}.auth_group_permissions where permission_id in "
            f"(select id from {schema}.auth_permission where codename like '%\\_poll')"
        )
        fleet.sql(f"delete from {schema}.django_migrations where app = 'polls' and name like '0002%'")
    fleet.sql(f"delete from {schemas['beta']}.auth_permission where codename like '%\\_poll'")
    # The world's template was made with the migration; a running platform's is migrated by it, and records it.
    fleet.sql(f"delete from {settings.TEMPLATE_SCHEMA}.django_migrations where app = 'polls' and name like '0002%'")
    answer = fleet.json("fleet", "migrate")
    assert (answer["migrated"], answer["failed"]) == (2, 0)
    for schema in schemas.values():
        assert fleet.sql(POLL_GRANTS.format(schema)) == expected
    assert fleet.run("portal", "check")[0] == 0


def test_a_portal_made_after_a_migration_is_up_to_date(fleet: Fleet, migration: Any, tmp_path: Path) -> None:
    migration("0002_them", "0001_initial", ADD.format("them"))
    fleet.json("fleet", "migrate")
    csv = tmp_path / "p.csv"
    csv.write_text(CSV + "gamma,Trường TH Gamma,school,TH,Tây Ninh\n")
    fleet.json("portal", "create", "--from", str(csv))
    assert fleet.run("portal", "check")[0] == 0
    assert fleet.json("fleet", "migrate")["migrated"] == 0


def test_a_killed_run_leaves_each_portal_before_or_after(fleet: Fleet, migration: Any) -> None:
    migration("0002_them", "0001_initial", ADD.format("them") + ", migrations.RunSQL('select pg_sleep(0.7)')")
    process = fleet.start("fleet", "migrate")
    deadline = time.monotonic() + 60
    # Killed after the template and the first portal, inside another's transaction.
    while _columns(fleet, "them") < 2:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for schema, done in fleet.sql(
        "select table_schema, count(*) from information_schema.columns where table_name = 'members_groupmembership' "
        "and column_name = 'them' group by 1"
    ):
        rows = fleet.sql(f"select count(*) from {schema}.django_migrations where name = '0002_them'")
        assert rows == [(done,)], schema
    answer = fleet.json("fleet", "migrate")
    assert answer["failed"] == 0
    assert _columns(fleet, "them") == 4
    assert fleet.run("portal", "check")[0] == 0


def test_two_runs_at_once(fleet: Fleet) -> None:
    from tenants import isolation

    with psycopg.connect(fleet.owner, autocommit=True) as raw:
        raw.execute("select pg_advisory_lock(%s)", (isolation.global_lock_id("fleet migrate"),))
        code, _, err = fleet.run("fleet", "migrate")
    assert code == 3
    assert "another" in err


def test_a_failing_portal_stops_the_canary_wave(fleet: Fleet, migration: Any) -> None:
    schema = fleet.sql("select schema_name from tenants_portal where slug = 'alpha'")[0][0]
    fleet.sql(f"alter table {schema}.members_groupmembership add column them int")
    migration("0002_them", "0001_initial", ADD.format("them"))
    code, out, _ = fleet.run("fleet", "migrate", "--json", "--wave", "1")
    answer = json.loads(out.splitlines()[-1])
    assert code == 1
    assert answer["failed"] == 1
    assert "alpha" in answer["failures"]
    assert answer["migrated"] == 0, "the first wave failed: the rest waits"
