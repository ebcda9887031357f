from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cms_blocks.visitors import VisitorForm
from school_services.identity.models import User
from tenants.members.models import GroupMembership, PermissionGrant

from .models import Question


class AskForm(VisitorForm):
    purpose = "questions.ask"

    title = forms.CharField(
        label=_("Your question in one line"),
        max_length=160,
        help_text=_("For example: What papers does a transfer to grade 7 need?"),
    )
    text = forms.CharField(
        label=_("Tell us more"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Leave out children's names and personal numbers: the answer does not need them."),
    )
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail (if you want the answer by mail)"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    consent = forms.BooleanField(
        label=_(
            "I agree that the portal's staff read this to answer it. Name and e-mail are never published and are"
            " erased after one year."
        )
    )


class TrackForm(forms.Form):
    code = forms.CharField(
        label=_("Tracking code"),
        max_length=30,
        help_text=_("10 letters and digits, as in ABCDE-FGHJK"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


def answerers() -> Any:
    """Members of this portal who may answer: by a group or by themselves."""
    permission = Permission.objects.filter(content_type__app_label="questions", codename="change_question")
    by_group = GroupMembership.objects.filter(group__permissions__in=permission).values("user_id")
    granted = PermissionGrant.objects.filter(permission__in=permission).values("user_id")
    return User.objects.filter(Q(pk__in=by_group) | Q(pk__in=granted), is_active=True).order_by("sort_key")


class AssignForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Question
        fields = ("assignee", "due")
        widgets = {"due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["assignee"]
        chooser.required = True
        chooser.queryset = answerers()  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("The asker sees it with the tracking code, and by mail where an address was given."),
    )


class CloseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("The asker reads it. For example: answered by phone.")
    )


class PublishForm(forms.Form):
    title = forms.CharField(label=_("Question in one line"), max_length=160)
    text = forms.CharField(
        label=_("Question"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Take out whatever tells who asked."),
    )
    answer = forms.CharField(label=_("Answer"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8}))
