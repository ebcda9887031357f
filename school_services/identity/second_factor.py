"""The second factor of an account: set up, confirmed, asked, recovered. What is stored opens nothing by itself."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_bytes

from school_services.errors import Conflict, Invalid, NotFound
from tenants import context
from tenants.models import Unit

from . import audit, throttle, totp
from .actor import Actor
from .models import Passkey, RecoveryCode, SecondFactor, User

ISSUER = "Cổng trường học"


def _key(secret_key: str | bytes) -> bytes:
    return hmac.new(force_bytes(secret_key), b"identity.second_factor", hashlib.sha256).digest()


def seal(secret: bytes, user_id: int) -> bytes:
    """Encrypted for this account alone (AES-256-GCM, key from SECRET_KEY): a copied row opens nothing."""
    nonce = secrets.token_bytes(12)
    sealed: bytes = AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, secret, str(user_id).encode())
    return nonce + sealed


def unseal(sealed: bytes, user_id: int) -> bytes:
    """Also with SECRET_KEY_FALLBACKS. Raises `Conflict("second_factor_lost")` when no key opens it."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            opened: bytes = AESGCM(_key(key)).decrypt(sealed[:12], sealed[12:], str(user_id).encode())
        except InvalidTag:
            continue
        return opened
    raise Conflict("second_factor_lost")


def _hash(code: str, user_id: int) -> str:
    # 58 random bits: no need of a slow hash, only of one that is ours.
    text = f"{user_id}:{totp.normalise_recovery(code)}"
    return hmac.new(_key(settings.SECRET_KEY), text.encode(), hashlib.sha256).hexdigest()


def note(actor: Actor, action: str, *, allowed: bool = True) -> None:
    """Into the audit trail of the portal's unit; of the sector's first unit on the operator's site."""
    portal = context.current_portal()
    unit_id = (
        portal.unit_id if portal else Unit.objects.filter(parent=None).order_by("pk").values_list("pk", flat=True)[0]
    )
    audit.record(
        actor=actor,
        action=action,
        unit_id=unit_id,
        subject="identity.user",
        subject_id=actor.user_id,
        allowed=allowed,
    )


def is_set_up(user_id: int) -> bool:
    return SecondFactor.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists()


def is_due() -> bool:
    """Whether editors and operators must have one by now (SECOND_FACTOR_FROM)."""
    since = settings.ENVIRONMENT.second_factor_from
    return since is not None and timezone.localdate() >= since


def begin(*, actor: Actor) -> bytes:
    """The secret to be shown while it is set up; the same until it is confirmed.

    Raises `Conflict("second_factor_set")` when the account has one already.
    """
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=actor.user_id)
        found = SecondFactor.objects.filter(user_id=actor.user_id).first()
        if found is not None and found.confirmed_at is not None:
            raise Conflict("second_factor_set")
        if found is not None:
            return unseal(bytes(found.sealed), actor.user_id)
        secret = totp.new_secret()
        SecondFactor.objects.create(user_id=actor.user_id, sealed=seal(secret, actor.user_id))
    return secret


def confirm(*, actor: Actor, code: str) -> list[str]:
    """The first code proves that the app has the secret. Returns the recovery codes, shown this once.

    Raises `Invalid("code_wrong")`, `Conflict("second_factor_set")`, `Conflict("too_many")`.
    """
    made = throttle.attempt("second", account=str(actor.user_id), address=actor.address)
    if made is None:
        raise Conflict("too_many")
    with transaction.atomic():
        found = SecondFactor.objects.select_for_update(of=("self",)).filter(user_id=actor.user_id).first()
        if found is None or found.confirmed_at is not None:
            raise Conflict("second_factor_set")
        step = totp.step_of(code, unseal(bytes(found.sealed), actor.user_id), time.time(), found.last_step)
        if step is None:
            raise Invalid("code_wrong")
        found.confirmed_at, found.last_step = timezone.now(), step
        found.save(update_fields=["confirmed_at", "last_step"])
        codes = _new_codes(actor.user_id)
        note(actor, "second_factor_set_up")
    throttle.forgive(made)
    return codes


def _new_codes(user_id: int) -> list[str]:
    codes = totp.new_recovery_codes()
    RecoveryCode.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user_id=user_id, hash=_hash(code, user_id)) for code in codes])
    return codes


def renew_codes(*, actor: Actor) -> list[str]:
    """New recovery codes; the old ones are void. Raises `NotFound("second_factor")`."""
    if not is_set_up(actor.user_id):
        raise NotFound("second_factor")
    with transaction.atomic():
        codes = _new_codes(actor.user_id)
        note(actor, "recovery_codes_renewed")
    return codes


def codes_left(user_id: int) -> int:
    return RecoveryCode.objects.filter(user_id=user_id).count()


def prove(*, actor: Actor, code: str) -> str:
    """Judge a code of the app or a recovery code, each good once. Returns `app` or `recovery`.

    Raises `Conflict("too_many")` before anything is tried, `Invalid("code_wrong")`, `NotFound("second_factor")`.
    """
    made = throttle.attempt("second", account=str(actor.user_id), address=actor.address)
    if made is None:
        raise Conflict("too_many")
    with transaction.atomic():
        found = SecondFactor.objects.select_for_update(of=("self",)).filter(user_id=actor.user_id).first()
        if found is None or found.confirmed_at is None:
            raise NotFound("second_factor")
        how = ""
        step = totp.step_of(code, unseal(bytes(found.sealed), actor.user_id), time.time(), found.last_step)
        if step is not None:
            found.last_step = step
            found.save(update_fields=["last_step"])
            how = "app"
        elif RecoveryCode.objects.filter(user_id=actor.user_id, hash=_hash(code, actor.user_id)).delete()[0]:
            note(actor, "recovery_code_used")
            how = "recovery"
    if not how:
        note(actor, "second_factor_refused", allowed=False)
        raise Invalid("code_wrong")
    throttle.forgive(made)
    return how


def remove(*, user_id: int) -> bool:
    """Take the second factor off an account whose owner has lost phone and codes: the operator's act, in person."""
    with transaction.atomic():
        RecoveryCode.objects.filter(user_id=user_id).delete()
        Passkey.objects.filter(user_id=user_id).delete()
        return bool(SecondFactor.objects.filter(user_id=user_id).delete()[0])
