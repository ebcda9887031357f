"""`tenants.db` as django-tenants' own tools see it: they move the place, and only to a schema that can be one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from tenants import context
from tenants.models import Portal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place_restored() -> Iterator[None]:
    with context.at(context.here()):
        yield


def read_search_path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("show search_path")
        return cursor.fetchone()[0]


def test_public_is_entered_and_left_by_the_connection(alpha: Any) -> None:
    connection.set_tenant(alpha)
    assert (context.current_portal(), connection.tenant) == (alpha, alpha)
    assert read_search_path() == f'"{alpha.schema}", public'
    connection.set_schema_to_public()
    assert context.here() == context.Place(schema="public")
    assert read_search_path() == "public"


def test_the_day_of_sql_is_the_schools_day() -> None:
    """Until 7 o'clock in the morning it is still yesterday in UTC: terms, expiry and roles begin at midnight here."""
    with connection.cursor() as cursor:
        cursor.execute("show timezone")
        assert cursor.fetchone() == ("Asia/Ho_Chi_Minh",)
        cursor.execute("select current_date")
        assert cursor.fetchone() == (timezone.localdate(),)


def test_opening_a_connection_does_not_move_the_place(alpha: Any) -> None:
    with context.enter(alpha):
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("select current_schema()")
                assert cursor.fetchone() == (alpha.schema,)
        finally:
            other.close()
        assert context.current_portal() == alpha


def test_tenant_is_the_object_given_until_the_place_is_another(alpha: Any, beta: Any) -> None:
    with context.platform():
        given = Portal.objects.get(slug="alpha")
    connection.set_tenant(given)
    assert connection.tenant is given
    with context.enter(beta):
        assert connection.tenant is beta
    with context.at(context.Place(schema=beta.schema)):
        assert connection.tenant.schema_name == beta.schema
    assert connection.tenant is given


def test_alone_hides_public(alpha: Any) -> None:
    connection.set_schema(alpha.schema, include_public=False)
    assert read_search_path() == f'"{alpha.schema}"'
    with pytest.raises(ProgrammingError, match="tenants_portal"), transaction.atomic():
        Portal.objects.count()
    connection.set_schema(alpha.schema)
    assert Portal.objects.filter(slug="alpha").exists()


@pytest.mark.parametrize("name", ['x", "p_other', "x'; drop schema public", "pg_temp", "", "a" * 64])
def test_a_name_that_cannot_be_a_schema_moves_nothing(name: str) -> None:
    before = context.here()
    with pytest.raises(ValidationError):
        connection.set_schema(name)
    assert context.here() == before
