"""What the database itself refuses, whatever the code above it does."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.db import ProgrammingError, connection, transaction

from tenants import checks, context

pytestmark = pytest.mark.django_db


def service_tables() -> list[str]:
    return sorted(model._meta.db_table for model in checks.service_models())


def test_system_checks_pass() -> None:
    with context.platform():
        found = [
            m for m in run_checks(include_deployment_checks=False, databases=["default"]) if m.id.startswith("tenants")
        ]
    assert not found


def test_there_are_service_tables() -> None:
    assert len(service_tables()) >= 11


@pytest.mark.parametrize("table", service_tables() if apps.ready else [])
def test_app_role_without_scope_sees_no_row(table: str) -> None:
    """The app's role in plain SQL, as in psql: nothing set, nothing seen."""
    with psycopg.connect(settings.DATABASE_APP_URL, autocommit=True) as raw:
        assert raw.execute("select current_user").fetchone() == ("portal_app",)
        assert raw.execute(f"select count(*) from public.{table}".encode()).fetchone() == (0,)


def test_owner_is_bound_too() -> None:
    with psycopg.connect(settings.DATABASE_OWNER_URL, autocommit=True) as raw:
        assert raw.execute("select count(*) from public.gradebook_mark").fetchone() == (0,)


def test_scope_shows_its_units_alone_and_refuses_foreign_rows(alpha: Any, beta: Any) -> None:
    from school_services.rosters.models import Student

    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert {s.unit_id for s in Student.objects.all()} == {alpha.unit_id}
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Student.objects.create(
                unit_id=beta.unit_id, code="X1", full_name="Em Ngoài", birth_date="2014-01-01", gender="1"
            )
        assert Student.objects.filter(unit_id=beta.unit_id).update(full_name="x") == 0


def test_audit_rows_cannot_be_changed(alpha: Any) -> None:
    from school_services.identity.models import AuditEntry

    with context.enter(alpha), context.scope((alpha.unit_id,)):
        AuditEntry.objects.create(unit_id=alpha.unit_id, action="x", subject="rosters.student")
        assert AuditEntry.objects.update(action="y") == 0
        assert AuditEntry.objects.all().delete()[0] == 0
        assert AuditEntry.objects.get().action == "x"


def test_nowhere_is_an_error_not_a_leak() -> None:
    from wagtail.models import Page

    from school_services.identity.models import User

    for model in (Page, User):
        with pytest.raises(ProgrammingError), transaction.atomic():
            model.objects.count()
    with context.platform(), pytest.raises(ProgrammingError), transaction.atomic():
        Page.objects.count()


def test_place_survives_rollback_savepoint_and_error(alpha: Any, beta: Any) -> None:
    from wagtail.models import Page

    def title() -> str:
        return Page.objects.get(slug="bai").title

    with context.enter(alpha):
        first = title()
        try:
            with transaction.atomic():
                with context.enter(beta):
                    assert title() != first
                raise RuntimeError
        except RuntimeError:
            pass
        assert title() == first
        with pytest.raises(ProgrammingError), transaction.atomic():
            connection.cursor().execute("select * from khong_co")
        assert title() == first
        with context.enter(beta):
            second = title()
        assert second != first
        assert title() == first


def test_new_threads_start_nowhere(alpha: Any) -> None:
    found: list[str] = []
    with context.enter(alpha):
        thread = threading.Thread(target=lambda: found.append(context.here().schema))
        thread.start()
        thread.join()
    assert found == ["nowhere"]


def test_with_portal_is_banned() -> None:
    from tenants.models import Portal

    with context.platform(), pytest.raises(TypeError, match=r"enter\(portal"), Portal.objects.get(slug="alpha"):
        pass


def test_ids_are_equal_in_both_portals(alpha: Any, beta: Any) -> None:
    """The suite proves nothing unless the same ids mean different things."""
    from django.contrib.auth.models import Permission
    from wagtail.models import Page

    rows = []
    for ref in (alpha, beta):
        with context.enter(ref):
            pages = set(Page.objects.values_list("pk", "slug"))
            rows.append((pages, set(Permission.objects.values_list("pk", "codename", "content_type_id"))))
    assert rows[0] == rows[1]


@pytest.mark.django_db(transaction=False)
def test_threads_alternating_portals_never_read_a_wrong_row(alpha: Any, beta: Any) -> None:
    """16 threads, random rollbacks and killed connections; 30 s in CI's soak (SOAK_SECONDS), 4 s here."""
    from django.db import connections
    from wagtail.models import Page

    from school_services.rosters.models import Student

    seconds = float(os.environ.get("SOAK_SECONDS", "4"))
    expected = {}
    for ref in (alpha, beta):
        with context.enter(ref):
            expected[ref.slug] = Page.objects.get(slug="bai").title
    stop = time.monotonic() + seconds
    wrong: list[str] = []
    counts: list[int] = []

    def run(seed: int) -> None:
        rng = random.Random(seed)
        done = 0
        while time.monotonic() < stop:
            ref = rng.choice((alpha, beta))
            try:
                with context.enter(ref), context.scope((ref.unit_id,)):
                    if rng.random() < 0.3:
                        with transaction.atomic():
                            _look(ref, rng)
                            if rng.random() < 0.5:
                                raise RuntimeError
                    else:
                        _look(ref, rng)
            except RuntimeError:
                pass
            except Exception:
                connections["default"].close()
            done += 1
        connections["default"].close()
        counts.append(done)

    def _look(ref: Any, rng: random.Random) -> None:
        if Page.objects.get(slug="bai").title != expected[ref.slug]:
            wrong.append(ref.slug)
        if set(Student.objects.values_list("unit_id", flat=True)) != {ref.unit_id}:
            wrong.append(f"students of {ref.slug}")
        if rng.random() < 0.01:
            with connection.cursor() as cursor:
                cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sum(counts) > 200
