"""Log in with phone or e-mail, throttled per account and per address.

A wrong name costs as much time as a wrong password.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from tenants import context

from . import rules, throttle
from .actor import client_address
from .models import User
from .selectors import find_account


class SectorAccountBackend(ModelBackend):
    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The account of a phone or e-mail and password. `request.login_paused` says that it was not even tried.

        The attempts of one account are counted together, by whichever of its names they are made.
        """
        if not username or password is None:
            return None
        login = rules.normalise_login(username)
        user = find_account(login)
        made = throttle.attempt(
            "login",
            account=user.username if user else login,
            address=client_address(request) if request is not None else "",
        )
        if made is None:
            if request is not None:
                request.login_paused = True
            return None
        if user is None:
            User().set_password(password)
        elif user.check_password(password) and self.user_can_authenticate(user):
            throttle.forgive(made)
            return user
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
