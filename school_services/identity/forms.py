from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import SetPasswordMixin
from django.utils.translation import gettext_lazy as _

from . import rules
from .actor import client_address
from .backends import throttled
from .models import User


class LoginForm(forms.Form):
    """Phone or e-mail, and password. One message for every wrong pair, another when the pause has begun."""

    login = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=150,
        help_text=_("For example 0912 345 678"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), max_length=200
    )

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user: User | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("login") or not cleaned.get("password"):
            return cleaned
        login = rules.normalise_login(cleaned["login"])
        if throttled(login, client_address(self.request)):
            raise forms.ValidationError(
                _("Too many wrong attempts. Please try again in 15 minutes, or reset your password. (Code DN-02)")
            )
        self.user = authenticate(self.request, username=login, password=cleaned["password"])
        if self.user is None:
            raise forms.ValidationError(
                _("Phone, e-mail or password is not right. Please check and try again. (Code DN-01)")
            )
        return cleaned


class LinkCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Link code"),
        max_length=20,
        help_text=_("8 letters and digits on the paper from the school office"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class PasswordChangeForm(SetPasswordMixin, forms.Form):
    old = forms.CharField(
        label=_("Current password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password1, password2 = SetPasswordMixin.create_password_fields(label1=_("New password"), label2=_("Repeat it"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("This is not your current password."))
        return old

    def clean(self) -> dict[str, Any]:
        self.validate_passwords()
        self.validate_password_for_user(self.user)
        return super().clean() or {}
