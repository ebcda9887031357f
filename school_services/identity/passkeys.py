"""Passkeys (WebAuthn level 2): a key in the phone, the computer or a stick, in place of the code of the app.

They stand beside the app's codes, never instead: a key is bound to a host, the codes and recovery codes are not. A
browser may use one key for all hosts below the platform's domain, so that one is registered once for all portals there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from school_services.errors import Conflict, Invalid, NotFound

from . import rules, second_factor, throttle
from .actor import Actor
from .models import Passkey, User

MOST = 10
# The library names keys in its log: ours tells nothing of anybody's.
logging.getLogger("fido2").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is used: the site it is bound to, and the exact origin that the browser must say."""

    site: str
    origin: str


def place(host: str, *, secure: bool) -> Place:
    """`host` as the browser sends it, with its port."""
    site = rules.passkey_site(host.partition(":")[0].lower(), settings.ENVIRONMENT.base_domain)
    return Place(site, f"{'https' if secure else 'http'}://{host.lower()}")


@dataclass(frozen=True, slots=True)
class KeyView:
    pk: int
    name: str
    site: str
    made_at: Any
    used_at: Any


def _server(at: Place) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=at.site, name=second_factor.ISSUER)
    return Fido2Server(entity, verify_origin=lambda origin: origin == at.origin)


def _credentials(user_id: int, site: str) -> list[AttestedCredentialData]:
    rows = Passkey.objects.filter(user_id=user_id, site=site).order_by("pk")
    return [AttestedCredentialData(bytes(sealed)) for sealed in rows.values_list("credential", flat=True)]


def keys(user_id: int) -> list[KeyView]:
    rows = Passkey.objects.filter(user_id=user_id).order_by("pk")
    return [KeyView(row.pk, row.name, row.site, row.made_at, row.used_at) for row in rows]


def _handle(user_id: int) -> bytes:
    """What the key stores of the account: nothing that names a person (WebAuthn §14.6.1)."""
    return hmac.new(force_bytes(settings.SECRET_KEY), f"passkey:{user_id}".encode(), hashlib.sha256).digest()


def begin(*, actor: Actor, at: Place) -> tuple[str, dict[str, Any]]:
    """Options for the browser as JSON, and the state that `add` wants back.

    Raises `NotFound("second_factor")`, `Conflict("passkeys_full")`.
    """
    if not second_factor.is_set_up(actor.user_id):
        raise NotFound("second_factor")
    if Passkey.objects.filter(user_id=actor.user_id).count() >= MOST:
        raise Conflict("passkeys_full")
    login = User.objects.values_list("username", flat=True).get(pk=actor.user_id)
    options, state = _server(at).register_begin(
        PublicKeyCredentialUserEntity(id=_handle(actor.user_id), name=login, display_name=actor.name),
        _credentials(actor.user_id, at.site),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.dumps(dict(options.public_key)), dict(state)


def add(*, actor: Actor, at: Place, state: Mapping[str, Any] | None, answer: str, name: str) -> None:
    """Keep the key that the browser made.

    Raises `Invalid("passkey_wrong")`, `NotFound("second_factor")`, `Conflict("passkeys_full")`.
    """
    if not second_factor.is_set_up(actor.user_id):
        raise NotFound("second_factor")
    said = _read(answer)
    try:
        registration = RegistrationResponse.from_dict(said)
        data = _server(at).register_complete(dict(state or {}), registration)
        credential = data.credential_data
    except Exception as error:  # whatever a browser sends: the library has no single error for it
        raise Invalid("passkey_wrong") from error
    if credential is None:
        raise Invalid("passkey_wrong")
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=actor.user_id)
        if Passkey.objects.filter(user_id=actor.user_id).count() >= MOST:
            raise Conflict("passkeys_full")
        try:
            with transaction.atomic():
                Passkey.objects.create(
                    user_id=actor.user_id,
                    site=at.site,
                    name=name.strip()[:60],
                    key_id=bytes(credential.credential_id),
                    credential=bytes(credential),
                    count=data.counter,
                )
        except IntegrityError as error:
            raise Invalid("passkey_wrong") from error
        second_factor.note(actor, "passkey_added")


def challenge(*, user_id: int, at: Place) -> tuple[str, dict[str, Any]] | None:
    """Options for the browser as JSON and the state that `prove` wants back; None when no key fits this site."""
    known = _credentials(user_id, at.site)
    if not known:
        return None
    options, state = _server(at).authenticate_begin(known, user_verification=UserVerificationRequirement.PREFERRED)
    return json.dumps(dict(options.public_key)), dict(state)


def prove(*, actor: Actor, at: Place, state: Mapping[str, Any] | None, answer: str) -> None:
    """Judge what a key signed. A key whose counter went back is a copy and is refused (WebAuthn §7.2, step 22).

    Raises `Conflict("too_many")` before anything is tried, `Invalid("passkey_wrong")`.
    """
    made = throttle.attempt("second", account=str(actor.user_id), address=actor.address)
    if made is None:
        raise Conflict("too_many")
    try:
        _judge(actor, at, state, answer)
    except Exception as error:
        second_factor.note(actor, "second_factor_refused", allowed=False)
        raise Invalid("passkey_wrong") from error
    throttle.forgive(made)


def _judge(actor: Actor, at: Place, state: Mapping[str, Any] | None, answer: str) -> None:
    assertion = AuthenticationResponse.from_dict(_read(answer))
    with transaction.atomic():
        row = Passkey.objects.select_for_update(of=("self",)).get(
            user_id=actor.user_id, site=at.site, key_id=bytes(assertion.raw_id)
        )
        known = [AttestedCredentialData(bytes(row.credential))]
        _server(at).authenticate_complete(dict(state or {}), known, assertion)
        count = assertion.response.authenticator_data.counter
        if (count or row.count) and count <= row.count:
            raise Invalid("passkey_wrong")
        row.count, row.used_at = count, timezone.now()
        row.save(update_fields=["count", "used_at"])


def _read(answer: str) -> dict[str, Any]:
    try:
        said = json.loads(answer[:20_000])
    except ValueError as error:
        raise Invalid("passkey_wrong") from error
    if not isinstance(said, dict):
        raise Invalid("passkey_wrong")
    return said


def remove(*, actor: Actor, key: int) -> None:
    """Raises `NotFound`: absent, or another account's."""
    with transaction.atomic():
        if not Passkey.objects.filter(pk=key, user_id=actor.user_id).delete()[0]:
            raise NotFound("passkey")
        second_factor.note(actor, "passkey_removed")
