"""Writes of identity: accounts, roles, hand-off between portals."""

from __future__ import annotations

import datetime
import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature
from django.db import IntegrityError, transaction
from django.utils import timezone

from school_services.errors import Invalid, NotFound, PermissionRefused
from tenants import context, isolation, tasks

from . import audit, rules, throttle
from .actor import Actor
from .models import Handoff, LoginFailure, Role, User
from .selectors import find_account, units_above
from .tasks import send_reset_mail

HANDOFF_SECONDS = 60
_HANDOFF = "identity.handoff"


def create_account(*, login: str, full_name: str, password: str | None, email: str = "") -> User:
    """Make an account for a phone or e-mail.

    Raises `Invalid("login_format")` for what is neither, `Invalid("login_taken")` when an account has it already.
    """
    normalised = rules.normalise_login(login)
    mail = email.strip().lower()
    if not rules.is_login(normalised) or (mail and ("@" not in mail or not rules.is_login(mail))):
        raise Invalid("login_format")
    phone = rules.normalise_phone(login) or ""
    mail = mail or ("" if phone else normalised)
    if find_account(normalised) is not None or (mail and find_account(mail) is not None):
        raise Invalid("login_taken")
    try:
        with transaction.atomic():
            return User.objects.create_user(normalised, password, full_name=full_name, phone=phone, email=mail)
    except IntegrityError:
        raise Invalid("login_taken") from None  # somebody else made it in the same moment


def change_password(*, user: User, password: str) -> User:
    """A new password ends every session and every permit that was given under the old one."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        Handoff.objects.filter(user=user).delete()
        throttle.forget("login", account=user.username)
    return user


def request_reset(*, email: str, address: str) -> None:
    """Have a reset link sent by mail in the current portal.

    Known and unknown, paused and not, look alike from outside: the same answer, the same one task.
    """
    mail = email.strip().lower()
    if throttle.attempt("reset", account=mail, address=address) is None:
        return
    user = User.objects.filter(email=mail, is_active=True).only("pk").first()
    tasks.defer(send_reset_mail, user_id=user.pk if user else 0)


def _require_grantor(actor: Actor, unit_id: int, kind: str, action: str, user_id: int) -> None:
    """Raises `PermissionRefused`, with the refusal in the audit trail, unless the actor may give `kind` in the unit."""
    held = {grant.kind for grant in actor.grants if grant.unit_id == unit_id} - {Role.Kind.OFFICER.value}
    if actor.units(Role.Kind.OFFICER) and any(actor.has(above, Role.Kind.OFFICER) for above in units_above(unit_id)):
        held.add(Role.Kind.OFFICER.value)
    if any(kind in rules.GRANTS.get(own, ()) for own in held):
        return
    audit.record(
        actor=actor,
        action=action,
        unit_id=unit_id,
        subject="identity.user",
        subject_id=user_id,
        reason="refused",
        allowed=False,
    )
    raise PermissionRefused(action)


def grant_role(*, actor: Actor, user_id: int, unit_id: int, kind: str, valid_from: datetime.date | None = None) -> Role:
    """Give an account a role in a unit from a day on (`rules.GRANTS` says who gives which).

    Raises `Invalid("role_kind")`, `PermissionRefused`, `NotFound("user")`. A role that is open already is returned.
    """
    if kind not in Role.Kind.values:
        raise Invalid("role_kind")
    _require_grantor(actor, unit_id, kind, "grant_role", user_id)
    start = valid_from or timezone.localdate()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        if not User.objects.select_for_update(of=("self",)).filter(pk=user_id, is_active=True).exists():
            raise NotFound("user")
        rows = Role.objects.filter(unit_id=unit_id, user_id=user_id, kind=kind)
        role = rows.filter(valid_from__lte=start).exclude(valid_to__lte=start).first()
        if role is not None:
            return role
        role, _ = Role.objects.update_or_create(
            unit_id=unit_id, user_id=user_id, kind=kind, valid_from=start, defaults={"valid_to": None}
        )
        audit.record(
            actor=actor, action="grant_role", unit_id=unit_id, subject="identity.user", subject_id=user_id, reason=kind
        )
    return role


def take_on(*, actor: Actor, unit_id: int, login: str, full_name: str, kind: str) -> Role:
    """Give a role to the account of a phone or e-mail; where there is none, it is made without a password.

    Raises what `grant_role` and `create_account` raise, `Invalid("name_needed")` for a new account without a name.
    """
    if kind not in Role.Kind.values:
        raise Invalid("role_kind")
    _require_grantor(actor, unit_id, kind, "grant_role", 0)
    normalised = rules.normalise_login(login)
    if not rules.is_login(normalised):
        raise Invalid("login_format")
    with transaction.atomic():
        user = find_account(normalised)
        if user is None:
            name = " ".join(full_name.split())
            if not name:
                raise Invalid("name_needed")
            user = create_account(login=login, full_name=name, password=None)
        return grant_role(actor=actor, user_id=user.pk, unit_id=unit_id, kind=kind)


def end_role(*, actor: Actor, role_id: int, unit_id: int, valid_to: datetime.date | None = None) -> Role:
    """End a role: `valid_to` is the first day without it (today). The row stays: who was what, and when.

    Raises `PermissionRefused`, `NotFound("role")`, `Invalid("role_span")` for an end before the beginning.
    """
    with context.scope((unit_id,), user=actor.user_id):
        found = Role.objects.filter(pk=role_id, unit_id=unit_id).first()
    _require_grantor(actor, unit_id, found.kind if found else "", "end_role", found.user_id if found else 0)
    end = valid_to or timezone.localdate()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        role = Role.objects.select_for_update(of=("self",)).filter(pk=role_id, unit_id=unit_id).first()
        if role is None:
            raise NotFound("role")
        if end < role.valid_from:
            raise Invalid("role_span")
        role.valid_to = end
        role.save(update_fields=["valid_to"])
        audit.record(
            actor=actor,
            action="end_role",
            unit_id=unit_id,
            subject="identity.user",
            subject_id=role.user_id,
            reason=role.kind,
        )
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
    if row is None or not row.user.is_active:
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
    """Nothing about failed logins and lookups is kept longer than the throttle looks back: a day."""
    LoginFailure.objects.filter(at__lt=timezone.now() - timedelta(hours=25)).delete()  # throttle's longest window
