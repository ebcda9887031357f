"""Writes of identity: accounts, roles, hand-off between portals."""

from __future__ import annotations

import datetime
import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature
from django.db import transaction
from django.utils import timezone

from school_services.errors import Invalid, NotFound, PermissionRefused
from tenants import context, isolation

from . import audit, rules
from .actor import Actor
from .models import Handoff, LoginFailure, Role, User

HANDOFF_SECONDS = 60
_HANDOFF = "identity.handoff"


def create_account(*, login: str, full_name: str, password: str | None, email: str = "") -> User:
    """Make an account for a phone or e-mail. Raises `Invalid("login_taken")` when it exists."""
    normalised = rules.normalise_login(login)
    phone = rules.normalise_phone(login) or ""
    mail = email or ("" if phone else normalised)
    if User.objects.filter(username=normalised).exists():
        raise Invalid("login_taken")
    return User.objects.create_user(normalised, password, full_name=full_name, phone=phone, email=mail)


@transaction.atomic
def grant_role(*, actor: Actor, user_id: int, unit_id: int, kind: str, valid_from: datetime.date | None = None) -> Role:
    """The principal or school office of a unit gives a role there. Raises `PermissionRefused`."""
    if not actor.has(unit_id, Role.Kind.PRINCIPAL, Role.Kind.REGISTRAR):
        raise PermissionRefused("grant_role")
    with context.scope((unit_id,), user=actor.user_id):
        role, _ = Role.objects.get_or_create(
            unit_id=unit_id, user_id=user_id, kind=kind, valid_from=valid_from or timezone.localdate()
        )
    audit.record(actor=actor, action="grant_role", unit_id=unit_id, subject="identity.user", subject_id=user_id)
    return role


@transaction.atomic
def start_handoff(*, user: User, target: context.PortalRef) -> str:
    """A token that `target` alone redeems, once, within a minute."""
    nonce = secrets.token_urlsafe(32)
    Handoff.objects.filter(expires_at__lt=timezone.now()).delete()
    Handoff.objects.create(
        nonce=nonce,
        user=user,
        target=uuid.UUID(target.uid),
        expires_at=timezone.now() + timedelta(seconds=HANDOFF_SECONDS),
    )
    with context.enter(target):
        return isolation.sign(nonce, salt=_HANDOFF)


def _nonce(token: str) -> str:
    try:
        return str(isolation.unsign(token, salt=_HANDOFF, max_age=HANDOFF_SECONDS))
    except BadSignature:
        raise NotFound("handoff_spent") from None


def peek_handoff(*, token: str) -> str:
    """Name of the account behind a token that is still good. Raises `NotFound("handoff_spent")`."""
    row = (
        Handoff.objects.select_related("user")
        .filter(nonce=_nonce(token), target=uuid.UUID(context.require_portal().uid), expires_at__gt=timezone.now())
        .first()
    )
    if row is None:
        raise NotFound("handoff_spent")
    return row.user.full_name


@transaction.atomic
def redeem_handoff(*, token: str) -> User:
    """The account of a token, once. Raises `NotFound("handoff_spent")` for any other."""
    rows = Handoff.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(
        nonce=_nonce(token), target=uuid.UUID(context.require_portal().uid), expires_at__gt=timezone.now()
    ).first()
    if row is None or not row.user.is_active:
        raise NotFound("handoff_spent")
    row.delete()
    return row.user


def forget_old_failures(**kwargs: Any) -> None:
    """Nothing about failed logins is kept longer than an hour."""
    LoginFailure.objects.filter(at__lt=timezone.now() - timedelta(hours=1)).delete()
