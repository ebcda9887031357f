"""What a member of a portal may do there: asked by every write of the portal's own apps, refusals audited."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.identity.models import User
from tenants import context


def require(actor: Actor, permission: str, *, action: str, subject: str, subject_id: int | None = None) -> None:
    """Raises `PermissionDenied`, with the refusal in the audit trail, unless the actor has the permission here."""
    user = User.objects.filter(pk=actor.user_id, is_active=True).first()
    if user is not None and user.has_perm(permission):
        return
    refused(actor, action=action, subject=subject, subject_id=subject_id)
    raise PermissionDenied(action)


def refused(actor: Actor, *, action: str, subject: str, subject_id: int | None) -> None:
    """A refusal in the audit trail; outside the transaction that is not to be."""
    audit.record(
        actor=actor,
        action=action,
        unit_id=context.require_portal().unit_id,
        subject=subject,
        subject_id=subject_id,
        reason="refused",
        allowed=False,
    )


def note(actor: Actor, *, action: str, subject: str, subject_id: int | None, reason: str = "") -> None:
    """One entry in the audit trail of the portal's unit."""
    audit.record(
        actor=actor,
        action=action,
        unit_id=context.require_portal().unit_id,
        subject=subject,
        subject_id=subject_id,
        reason=reason,
    )


def write(permission: str, *, subject: str, of: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A write of a member: the permission first, so that a refusal stays in the trail, then one transaction.

    `of`: the keyword that carries the subject's id.
    """

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*, actor: Actor, **given: Any) -> Any:
            require(actor, permission, action=function.__name__, subject=subject, subject_id=given.get(of))
            with transaction.atomic():
                return function(actor=actor, **given)

        return run

    return wrap
