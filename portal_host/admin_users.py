"""Wagtail's user administration, for one portal: it shows members alone and changes their membership alone.

An account belongs to the sector. A portal's administrator adds an account to the portal's groups or takes it out; name,
password and e-mail stay the owner's.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.users.views.users import CreateView, DeleteView, EditView, HistoryView, IndexView, UserViewSet

from school_services.identity import rules
from school_services.identity.models import User
from school_services.identity.selectors import find_account
from tenants.members.models import GroupMembership, PermissionGrant


def members() -> QuerySet[User]:
    """Accounts with a group or a permission in the current portal."""
    in_groups = GroupMembership.objects.values("user_id")
    granted = PermissionGrant.objects.values("user_id")
    return User.objects.filter(pk__in=in_groups.union(granted)).order_by("sort_key")


class PortalUserCreationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Bring an account into the portal: an existing one by its phone or e-mail, or a new one without a password."""

    username = forms.CharField(label=_("Phone or e-mail"), max_length=150)
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("Groups"), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("username", "full_name", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("editing_self", None)
        kwargs.pop("for_user", None)
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = Group.objects.all()  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        login = rules.normalise_login(self.cleaned_data["username"])
        existing = find_account(login)
        if existing is not None and self.instance.pk is None:
            # The account keeps its own name; only the membership is new.
            self.instance = existing
            self.existing = existing
        elif not rules.is_login(login):
            raise forms.ValidationError(_("Enter a mobile number or an e-mail address."))
        return login

    def _post_clean(self) -> None:
        if getattr(self, "existing", None) is None:
            super()._post_clean()  # type: ignore[misc]

    def save(self, commit: bool = True) -> User:
        user: User = self.instance
        if user.pk is None:
            user.set_unusable_password()
            if "@" in user.username:
                user.email = user.username
            else:
                user.phone = user.username
            user.save()
        user.groups.add(*self.cleaned_data["groups"])
        return user

    def save_m2m(self) -> None:
        """Groups were added in `save`."""


class PortalUserEditForm(forms.ModelForm):  # type: ignore[type-arg]
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("groups",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("editing_self", None)
        kwargs.pop("for_user", None)
        super().__init__(*args, **kwargs)
        self.fields["groups"].queryset = Group.objects.all()  # type: ignore[attr-defined]


class PortalIndexView(IndexView):  # type: ignore[misc]
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().filter(pk__in=members())


class _MembersOnly:
    def get_queryset(self) -> QuerySet[User]:
        return members()


class PortalEditView(_MembersOnly, EditView):  # type: ignore[misc]
    pass


class PortalHistoryView(HistoryView):  # type: ignore[misc]
    def get_object(self, queryset: Any = None) -> User:
        return get_object_or_404(members(), pk=self.kwargs["pk"])


class PortalDeleteView(_MembersOnly, DeleteView):  # type: ignore[misc]
    """Takes the account out of this portal; the account itself stays."""

    def delete_action(self) -> None:
        GroupMembership.objects.filter(user=self.object).delete()
        PermissionGrant.objects.filter(user=self.object).delete()


class PortalUserViewSet(UserViewSet):  # type: ignore[misc]
    index_view_class = PortalIndexView
    add_view_class = CreateView
    edit_view_class = PortalEditView
    delete_view_class = PortalDeleteView
    history_view_class = PortalHistoryView
    list_display = ("username", "full_name")  # type: ignore[assignment]

    def get_form_class(self, for_update: bool = False) -> Any:
        return PortalUserEditForm if for_update else PortalUserCreationForm
