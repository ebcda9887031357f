"""System checks that keep the isolation rules true; the database ones run with `check --database default`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from . import context
from .db.schema import is_portal_app
from .roles import ROLE_FACTS, role_problem


@register(Tags.models)
def apps_in_one_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """tenants.E001: an app in both sets has tables in public that a portal without its own would silently use."""
    both = sorted(set(settings.SHARED_APPS) & set(settings.TENANT_APPS))
    return [Error(f"{app} is in SHARED_APPS and TENANT_APPS: choose one", id="tenants.E001") for app in both]


def service_models() -> list[Any]:
    """Models with school records: every concrete model of an app under `school_services`, save platform tables."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("school_services.") and not getattr(model, "platform_table", False)
    ]


@register(Tags.models)
def service_models_have_a_unit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """tenants.E002, E003: each service model is shared and has `unit` first in its indexes."""
    found: list[CheckMessage] = []
    for model in service_models():
        if is_portal_app(model._meta.app_label):
            found.append(Error(f"{model.__name__} must be in SHARED_APPS", obj=model, id="tenants.E003"))
        names = {field.name for field in model._meta.get_fields()}
        if "unit" not in names:
            found.append(
                Error(
                    f"{model.__name__} has no `unit`: add the owner, or `platform_table = True` with the reason",
                    obj=model,
                    id="tenants.E002",
                )
            )
    return found


@register(Tags.database)
def row_security_everywhere(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """tenants.E010–E012: every service table has FORCED row security, no key leaves a portal, the role is bound."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        with context.platform(), connections[alias].cursor() as cursor:
            cursor.execute(
                "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                "where nspname = 'public' and relkind in ('r', 'p') and relrowsecurity and relforcerowsecurity"
            )
            secured = {row[0] for row in cursor.fetchall()}
            cursor.execute("select relname from pg_class where relnamespace = 'public'::regnamespace")
            existing = {row[0] for row in cursor.fetchall()}
            for model in service_models():
                table = model._meta.db_table
                if table in existing and table not in secured:
                    found.append(
                        Error(f"{table} lacks row-level security: add EnableRowSecurity", obj=model, id="tenants.E010")
                    )
            cursor.execute(
                "select conname, conrelid::regclass::text from pg_constraint c join pg_class a on a.oid = c.conrelid "
                "join pg_class b on b.oid = c.confrelid where c.contype = 'f' and a.relnamespace <> b.relnamespace "
                "limit 20"
            )
            found += [
                Error(f"foreign key {name} of {table} leaves its schema", id="tenants.E011")
                for name, table in cursor.fetchall()
            ]
            tables = {m._meta.db_table for m in apps.get_models() if is_portal_app(m._meta.app_label)}
            found += [
                Error(f"portal table {table} exists in public: a portal without it would read it", id="tenants.E013")
                for table in sorted(tables & existing)
            ]
            if settings.DATABASE_ROLE != "owner":
                cursor.execute(ROLE_FACTS)
                problem = role_problem(*cursor.fetchone())
                if problem:
                    found.append(Error(problem, id="tenants.E012"))
    return found
