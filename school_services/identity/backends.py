"""Log in with phone or e-mail, throttled per account and per address.

A wrong name costs as much time as a wrong password.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.utils import timezone

from tenants import context

from . import rules
from .actor import client_address
from .models import LoginFailure, User


def _key(kind: str, value: str) -> str:
    return hmac.new(str(settings.SECRET_KEY).encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def throttled(login: str, address: str) -> bool:
    """Whether this account or address has failed too often in the last quarter of an hour."""
    since = timezone.now() - timedelta(seconds=rules.WINDOW_SECONDS)
    account, place = _key("account", login), _key("address", address)
    failures = LoginFailure.objects.filter(at__gte=since, key__in=[account, place]).values_list("key", flat=True)
    counted = list(failures)
    return counted.count(account) >= rules.MAX_PER_ACCOUNT or counted.count(place) >= rules.MAX_PER_ADDRESS


def note_failure(login: str, address: str) -> None:
    """Count one wrong attempt against the account and the address."""
    LoginFailure.objects.bulk_create(
        [LoginFailure(key=_key("account", login)), LoginFailure(key=_key("address", address))]
    )


class SectorAccountBackend(ModelBackend):
    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        login = rules.normalise_login(username)
        address = client_address(request) if request is not None else ""
        if throttled(login, address):
            return None
        user = User.objects.filter(Q(username=login) | Q(email=login) | Q(phone=login)).first()
        if user is None:
            User().set_password(password)
        elif user.check_password(password) and self.user_can_authenticate(user):
            return user
        note_failure(login, address)
        return None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        _fit_to_portal(user_obj)
        permissions: set[str] = super().get_all_permissions(user_obj, obj)
        return permissions

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
        _fit_to_portal(user_obj)
        if context.current_portal() is None:
            return set()
        permissions: set[str] = super()._get_permissions(user_obj, obj, from_name)  # type: ignore[misc]
        return permissions


def _fit_to_portal(user_obj: Any) -> None:
    """Permissions belong to a portal: what Django cached on the account must not follow it to the next one."""
    portal = context.current_portal()
    uid = portal.uid if portal else ""
    if getattr(user_obj, "_permissions_of", uid) != uid:
        for name in ("_user_perm_cache", "_group_perm_cache", "_perm_cache"):
            user_obj.__dict__.pop(name, None)
    user_obj._permissions_of = uid
