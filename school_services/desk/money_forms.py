"""Forms of the accountant: money as it is typed here ("450.000"), days, files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from school_services.fees.models import FeeKind


class DongField(forms.CharField):
    """Whole đồng, typed with or without dots."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        text = str(super().clean(value)).replace(".", "").replace(",", "").replace(" ", "").removesuffix("đ")
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 11:
            raise forms.ValidationError(_("Write the amount in whole đồng, for example 450.000."))
        return int(text)


class RoundForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=24)
    title = forms.CharField(label=_("Title that families read"), max_length=120)
    due = forms.DateField(label=_("Last day to pay"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    days = forms.IntegerField(label=_("School days"), min_value=0, max_value=31)
    like = forms.IntegerField(required=False, widget=forms.HiddenInput)


class KindForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=24)
    name = forms.CharField(label=_("Name"), max_length=120)
    basis = forms.ChoiceField(label=_("Kind of charge"), choices=FeeKind._meta.get_field("basis").choices or ())
    legal_basis = forms.CharField(
        label=_("Basis"), max_length=300, help_text=_("Resolution, decision or minutes, with number and date.")
    )
    measure = forms.ChoiceField(label=_("Charged"), choices=FeeKind.Measure.choices)
    unit_label = forms.CharField(label=_("Per"), max_length=20, initial="tháng")
    price = DongField(label=_("Price"))


class StatementForm(forms.Form):
    file = forms.FileField(
        label=_("Statement of the bank"),
        help_text=_("CSV as your bank exports it, MT940 or camt.053. A file that is imported twice changes nothing."),
    )


class CloseForm(forms.Form):
    counted = DongField(label=_("Cash counted in the drawer"))
    note = forms.CharField(label=_("Note, if it differs"), max_length=300, required=False)
