"""Who may do what with money: the accountant works, the principal approves, both read."""

from __future__ import annotations

from school_services.errors import PermissionRefused
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import Role

READERS = (Role.Kind.ACCOUNTANT, Role.Kind.PRINCIPAL)


def _require(actor: Actor, unit_id: int, action: str, *kinds: str) -> None:
    if not actor.has(unit_id, *kinds):
        audit.record(actor=actor, action=action, unit_id=unit_id, subject="fees.bill", reason="refused", allowed=False)
        raise PermissionRefused(action)


def require_accountant(actor: Actor, unit_id: int, action: str) -> None:
    """Raises `PermissionRefused`, with the refusal in the audit trail."""
    _require(actor, unit_id, action, Role.Kind.ACCOUNTANT)


def require_principal(actor: Actor, unit_id: int, action: str) -> None:
    _require(actor, unit_id, action, Role.Kind.PRINCIPAL)


def require_reader(actor: Actor, unit_id: int, action: str) -> None:
    _require(actor, unit_id, action, *READERS)
