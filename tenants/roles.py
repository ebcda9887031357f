"""Web and worker may only connect as a role that row-level security binds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ROLE_FACTS = """
select rolsuper, rolbypassrls,
       exists(select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relowner = r.oid and n.nspname = 'public' and c.relkind in ('r', 'p'))
from pg_roles r where rolname = current_user
"""

_verified: set[str] = set()


def role_problem(superuser: bool, bypass: bool, owner: bool) -> str | None:
    """Why this database role must not serve requests, or None."""
    if superuser:
        return "the database role is a superuser: row-level security does not bind it"
    if bypass:
        return "the database role has BYPASSRLS: row-level security does not bind it"
    if owner:
        return "the database role owns tables: it could switch row-level security off"
    return None


def verify_role(connection: Any, **kwargs: Any) -> None:
    """Receiver of `connection_created`: once per process and role, refuse an unsafe one.

    Raises `ImproperlyConfigured`. Commands that run as the owner (migrate, fleet) are exempt by
    `settings.DATABASE_ROLE`; the owner is still bound by FORCE ROW LEVEL SECURITY.
    """
    if settings.DATABASE_ROLE == "owner":
        return
    key = f"{connection.alias}:{connection.settings_dict.get('USER')}"
    if key in _verified:
        return
    with connection.connection.cursor() as cursor:
        facts = cursor.execute(ROLE_FACTS).fetchone()
    problem = role_problem(*facts)
    if problem:
        connection.close()
        raise ImproperlyConfigured(f"{problem}. Set DATABASE_URL to a role made as docs/operators.md says.")
    _verified.add(key)
