from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import SetPasswordForm, SetPasswordMixin
from django.utils.translation import gettext_lazy as _

from . import services
from .actor import client_address
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
        label=_("Password"),
        strip=False,  # as the form that sets it: a space at an end belongs to the password
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        max_length=200,
    )

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.user: User | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("login") or not cleaned.get("password"):
            return cleaned
        self.user = authenticate(self.request, username=cleaned["login"], password=cleaned["password"])
        if getattr(self.request, "login_paused", False):
            raise forms.ValidationError(
                _("Too many wrong attempts. Please try again in 15 minutes, or reset your password. (Code DN-02)")
            )
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
        label=_("Current password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
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

    def save(self) -> User:
        return services.change_password(user=self.user, password=self.cleaned_data["password1"])


class ResetRequestForm(forms.Form):
    """Ask for a reset link. The answer is the same for every e-mail."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def save(self, *, request: Any, **options: Any) -> None:
        services.request_reset(email=self.cleaned_data["email"], address=client_address(request))


class ResetForm(SetPasswordForm):  # type: ignore[type-arg]
    """The new password at the end of a reset link."""

    def save(self, commit: bool = True) -> User:
        return services.change_password(user=self.user, password=self.cleaned_data["new_password1"])
