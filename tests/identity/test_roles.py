"""Roles are dated rows; who gives them; the trail that giving, taking and refusing leave."""

from __future__ import annotations

import datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from school_services.errors import Invalid, NotFound, PermissionRefused
from school_services.identity import actor as actors
from school_services.identity import audit, services
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import AuditEntry, Role, User
from tenants import context
from tenants.models import Unit

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
TODAY = timezone.localdate


def account(login: str) -> User:
    with context.platform():
        return User.objects.get(username=login)


def holder(kind: str, unit_id: int, login: str = "vp.alpha@example.vn") -> Actor:
    return Actor(user_id=account(login).pk, name="X", grants=(Grant(kind, unit_id),), address="192.0.2.8")


def entries(unit_id: int) -> list[AuditEntry]:
    with context.scope((unit_id,)):
        return list(AuditEntry.objects.filter(unit_id=unit_id).order_by("pk"))


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        (-9, None, True),
        (0, None, True),
        (1, None, False),
        (-9, 1, True),
        (-9, 0, False),
        (-9, -1, False),
        (0, 0, False),
    ],
)
def test_a_role_holds_from_its_first_day_to_the_day_before_its_end(
    first: int, last: int | None, held: bool, alpha: Any
) -> None:
    user = account("84912000002")
    with context.enter(alpha):
        with context.scope((alpha.unit_id,)):
            Role.objects.create(
                unit_id=alpha.unit_id,
                user=user,
                kind="teacher",
                valid_from=TODAY() + first * DAY,
                valid_to=None if last is None else TODAY() + last * DAY,
            )
        assert actors.load(user).has(alpha.unit_id, "teacher") is held


def test_an_actor_has_the_roles_of_all_units_and_nobody_elses(alpha: Any, beta: Any) -> None:
    user = account("gv.alpha@example.vn")
    for unit, kind in ((alpha.unit_id, "principal"), (beta.unit_id, "teacher")):
        with context.enter(alpha), context.scope((unit,)):
            Role.objects.create(unit_id=unit, user=user, kind=kind)
    with context.enter(beta):
        actor = actors.load(user)
        assert set(actor.grants) == {
            Grant("teacher", alpha.unit_id),
            Grant("principal", alpha.unit_id),
            Grant("teacher", beta.unit_id),
        }
        assert actor.units("principal") == (alpha.unit_id,)
        assert actor.units() == tuple(sorted((alpha.unit_id, beta.unit_id)))
        assert actors.load(account("gv.beta@example.vn")).grants == (Grant("teacher", beta.unit_id),)


def test_nobody_writes_a_role_for_himself(alpha: Any) -> None:
    """Row security shows one's own roles whatever the units; it lets nobody add or change one by that."""
    user = account("84912000002")
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with context.enter(alpha), context.scope((), user=user.pk), refused, transaction.atomic():
        Role.objects.create(unit_id=alpha.unit_id, user=user, kind="principal")
    teacher = account("gv.alpha@example.vn")
    with context.enter(alpha), context.scope((), user=teacher.pk):
        assert Role.objects.filter(user=teacher).count() == 1
        assert Role.objects.filter(user=teacher).update(kind="principal") == 0


@pytest.mark.parametrize(
    ("giver", "above", "allowed"),
    [
        ("registrar", False, {"teacher", "accountant"}),
        ("principal", False, {"teacher", "accountant", "registrar"}),
        ("officer", False, {"principal", "registrar"}),
        ("officer", True, {"principal", "registrar"}),
        ("principal", True, set()),
        ("registrar", True, set()),
        ("teacher", False, set()),
        ("accountant", False, set()),
    ],
)
def test_who_gives_which_role(giver: str, above: bool, allowed: set[str], alpha: Any) -> None:
    """`above`: the giver's role is in the unit over the school, not in the school."""
    target = account("84912000002")
    with context.platform():
        over = Unit.objects.create(code="TREN", name="Đơn vị trên", kind="office")
        Unit.objects.filter(pk=alpha.unit_id).update(parent=over)
    actor = holder(giver, over.pk if above else alpha.unit_id)
    with context.enter(alpha):
        for kind in Role.Kind.values:
            before = len(entries(alpha.unit_id))
            if kind in allowed:
                role = services.grant_role(actor=actor, user_id=target.pk, unit_id=alpha.unit_id, kind=kind)
                assert actors.load(target).has(alpha.unit_id, kind)
                services.end_role(actor=actor, role_id=role.pk, unit_id=alpha.unit_id)
                assert not actors.load(target).has(alpha.unit_id, kind)
                made = [(e.action, e.reason, e.allowed) for e in entries(alpha.unit_id)[before:]]
                assert made == [("grant_role", kind, True), ("end_role", kind, True)]
            else:
                with pytest.raises(PermissionRefused):
                    services.grant_role(actor=actor, user_id=target.pk, unit_id=alpha.unit_id, kind=kind)
                assert not actors.load(target).grants
                (entry,) = entries(alpha.unit_id)[before:]
                assert (entry.action, entry.allowed, entry.actor_id) == ("grant_role", False, actor.user_id)


def test_granting_twice_is_one_role_and_one_entry(alpha: Any) -> None:
    actor, target = holder("principal", alpha.unit_id), account("84912000002")
    with context.enter(alpha):
        first, second = (
            services.grant_role(actor=actor, user_id=target.pk, unit_id=alpha.unit_id, kind="teacher") for _ in "12"
        )
        assert first.pk == second.pk
        assert len(entries(alpha.unit_id)) == 1


def test_a_role_ended_today_can_be_given_again_today(alpha: Any) -> None:
    actor, target = holder("principal", alpha.unit_id), account("84912000002")
    with context.enter(alpha):
        role = services.grant_role(actor=actor, user_id=target.pk, unit_id=alpha.unit_id, kind="teacher")
        services.end_role(actor=actor, role_id=role.pk, unit_id=alpha.unit_id)
        services.grant_role(actor=actor, user_id=target.pk, unit_id=alpha.unit_id, kind="teacher")
        assert actors.load(target).has(alpha.unit_id, "teacher")


def test_bad_grants_write_nothing(alpha: Any, beta: Any) -> None:
    actor, target = holder("principal", alpha.unit_id), account("84912000002")
    with context.enter(alpha):
        with pytest.raises(Invalid, match="role_kind"):
            services.grant_role(actor=actor, user_id=target.pk, unit_id=alpha.unit_id, kind="king")
        with pytest.raises(NotFound, match="user"):
            services.grant_role(actor=actor, user_id=0, unit_id=alpha.unit_id, kind="teacher")
        role = services.grant_role(actor=actor, user_id=target.pk, unit_id=alpha.unit_id, kind="teacher")
        with pytest.raises(Invalid, match="role_span"):
            services.end_role(actor=actor, role_id=role.pk, unit_id=alpha.unit_id, valid_to=TODAY() - DAY)
        stranger = holder("principal", beta.unit_id, "vp.beta@example.vn")
        with pytest.raises(PermissionRefused):
            services.end_role(actor=stranger, role_id=role.pk, unit_id=alpha.unit_id)
        with pytest.raises(PermissionRefused):
            services.end_role(actor=stranger, role_id=role.pk, unit_id=beta.unit_id)
        assert actors.load(target).has(alpha.unit_id, "teacher")
        assert [e.allowed for e in entries(alpha.unit_id)] == [True, False]


def test_an_entry_says_who_what_when_why_and_from_where(alpha: Any) -> None:
    actor = holder("principal", alpha.unit_id)
    before = timezone.now()
    with context.enter(alpha):
        audit.record(
            actor=actor,
            action="open_record",
            unit_id=alpha.unit_id,
            subject="rosters.student",
            subject_id=7,
            reason="y" * 400,
        )
        (entry,) = entries(alpha.unit_id)
    assert (entry.actor_id, entry.action, entry.subject, entry.subject_id) == (
        actor.user_id,
        "open_record",
        "rosters.student",
        7,
    )
    assert before <= entry.at <= timezone.now()
    assert (entry.reason, entry.address, entry.allowed) == ("y" * 300, "192.0.2.8", True)


def test_the_trail_is_append_only_for_app_and_owner(alpha: Any) -> None:
    """Neither the web's role nor the owner's changes, removes or empties it, inside or outside the scope."""
    with context.enter(alpha):
        audit.record(actor=holder("principal", alpha.unit_id), action="x", unit_id=alpha.unit_id, subject="s")
        with context.scope((alpha.unit_id,)), connection.cursor() as cursor:
            for statement in (
                "update identity_auditentry set action = 'y'",
                "delete from identity_auditentry",
            ):
                cursor.execute(statement)
                assert cursor.rowcount == 0
            for statement in (
                "truncate identity_auditentry",
                "alter table identity_auditentry disable row level security",
                "drop policy add_rows on identity_auditentry",
                "insert into identity_auditentry (unit_id, action, subject, reason, address, allowed, at) values (-1, 'x', 's', '', '', true, now())",
            ):
                with pytest.raises(ProgrammingError), transaction.atomic():
                    cursor.execute(statement)
        assert [e.action for e in entries(alpha.unit_id)] == ["x"]
    with psycopg.connect(settings.DATABASE_OWNER_URL) as raw:
        raw.execute("select set_config('app.units', %s, false)", [f"{{{alpha.unit_id}}}"])
        assert raw.execute("delete from public.identity_auditentry").rowcount == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", "192.0.2.1", "198.51.100.7"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "<script>" * 20, "10.0.0.1"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_from_where_is_believed_of_our_proxies_alone(peer: str, forwarded: str, address: str, settings: Any) -> None:
    import dataclasses

    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, trusted_proxies=("10.0.0.1",))
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert actors.client_address(request) == address
