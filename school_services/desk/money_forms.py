"""Forms of the accountant: money as it is typed here ("450.000"), days, files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from school_services.fees.models import FeeKind
from school_services.payments.closing import LABELS
from school_services.payments.merchants import OPTIONAL, WANTS, MerchantView
from school_services.payments.reconciliation import SETTLING

Choices = Sequence[tuple[Any, Any]]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NUMERIC = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


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
    due = forms.DateField(label=_("Last day to pay"), widget=DAY)
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
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class PriceForm(forms.Form):
    """Another price for one class; 0: that class is not charged."""

    kind = forms.TypedChoiceField(label=_("Charge"), coerce=int)
    group = forms.TypedChoiceField(label=_("Class"), coerce=int)
    price = DongField(label=_("Price"))

    def __init__(self, *args: Any, kinds: Choices, groups: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["group"].choices = groups  # type: ignore[attr-defined]


class ReliefForm(forms.Form):
    kind = forms.TypedChoiceField(label=_("Charge"), coerce=int, required=False, empty_value=None)
    percent = forms.IntegerField(label=_("Per cent"), min_value=0, max_value=100, required=False)
    amount = DongField(label=_("Or an amount of each bill"), required=False)
    decision = forms.CharField(
        label=_("Decision"), max_length=120, help_text=_("Number and day of the decision that grants it.")
    )
    valid_from = forms.DateField(label=_("From"), widget=DAY)
    valid_to = forms.DateField(label=_("To"), widget=DAY, required=False, help_text=_("Empty: until it is ended."))

    def __init__(self, *args: Any, kinds: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [("", _("Every charge")), *kinds]  # type: ignore[attr-defined]


class ProviderDayForm(forms.Form):
    provider = forms.ChoiceField(label=_("Provider"), choices=[(name, LABELS[name]) for name in SETTLING])
    day = forms.DateField(label=_("Day of the payments"), widget=DAY)
    file = forms.FileField(
        label=_("File of the provider"),
        help_text=_("CSV with the columns order and amount, as its merchant site exports it."),
    )


class IssuerForm(forms.Form):
    """Empty key and login keep what is there."""

    name = forms.CharField(label=_("Name on invoices"), max_length=400)
    tax_code = forms.CharField(label=_("Tax code"), max_length=14, widget=NUMERIC)
    address = forms.CharField(label=_("Address"), max_length=400)
    phone = forms.CharField(label=_("Telephone"), max_length=20, required=False)
    provider_tax_code = forms.CharField(
        label=_("Tax code of the invoice solution"), max_length=14, widget=NUMERIC, help_text=_("MSTTCGP in the file.")
    )
    template = forms.ChoiceField(
        label=_("Template"), choices=[("2", _("2 – sales invoice")), ("1", _("1 – VAT invoice"))]
    )
    code = forms.ChoiceField(
        label=_("Code of the tax authority"), choices=[("C", _("C – with code")), ("K", _("K – without code"))]
    )
    own = forms.RegexField("^[A-Z]{2}$", label=_("Own two letters"), initial="YY", max_length=2)
    key = forms.FileField(
        label=_("Signing key, PKCS#12 file (.p12, .pfx)"), required=False, help_text=_("Empty: the key stays as it is.")
    )
    token = forms.CharField(
        label=_("Or the name of a token (PKCS#11)"), max_length=32, required=False,
        help_text=_("The key then never leaves the token; the operator installs its driver."),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Password of the file, or PIN"), required=False, max_length=100, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    sender = forms.ChoiceField(
        label=_("How invoices are sent"),
        choices=[("files", _("Into a folder, for your own software")), ("vnpt", "VNPT Invoice")],
    )
    publish_url = forms.URLField(label=_("VNPT: address of PublishService"), required=False, assume_scheme="https")
    portal_url = forms.URLField(label=_("VNPT: address of PortalService"), required=False, assume_scheme="https")
    account = forms.CharField(label=_("VNPT: account"), required=False, max_length=80)
    password = forms.CharField(
        label=_("VNPT: password of the account"), required=False, max_length=100, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    user = forms.CharField(label=_("VNPT: user of the service"), required=False, max_length=80)
    user_password = forms.CharField(
        label=_("VNPT: password of the service"), required=False, max_length=100, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


WRONG = (
    ("buyer_name", _("Name of the buyer")),
    ("buyer_address", _("Address of the buyer")),
    ("amount_in_words", _("Amount in words")),
    ("amount", _("Amount")),
    ("goods", _("What was charged")),
    ("rate", _("Tax rate")),
    ("seller_tax_code", _("Tax code")),
)
FORMS = {
    "DIEU_CHINH": _("Adjust it: a new invoice with the difference"),
    "THAY_THE": _("Replace it: a new invoice with everything"),
}
DIFFERENCES = 3


class SignedDongField(DongField):
    """Whole đồng with a sign: "-35.000" takes away."""

    def clean(self, value: Any) -> int | None:
        text = str(value or "").strip().replace("−", "-")
        found = super().clean(text.removeprefix("-").removeprefix("+"))
        return None if found is None else -found if text.startswith("-") else found


class CorrectionForm(forms.Form):
    wrong = forms.MultipleChoiceField(label=_("What is wrong?"), choices=WRONG, widget=forms.CheckboxSelectMultiple)
    explanation = forms.CharField(label=_("What is wrong with it"), max_length=300)
    form = forms.ChoiceField(label=_("How it is corrected"), required=False, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Right name of the buyer"), max_length=400, required=False)
    address = forms.CharField(label=_("Right address of the buyer"), max_length=400, required=False)

    def __init__(self, *args: Any, allowed: tuple[str, ...], **more: Any) -> None:
        super().__init__(*args, **more)
        chosen = self.fields["form"]
        chosen.choices = [(key, FORMS[key]) for key in allowed]  # type: ignore[attr-defined]
        chosen.help_text = _("Only where more than name, address or words is wrong; those get form 04/SS alone.")
        for place in range(1, DIFFERENCES + 1):
            what = forms.CharField(
                label=_("Difference %(place)d: what") % {"place": place}, max_length=200, required=False
            )
            amount = SignedDongField(
                label=_("Difference %(place)d: đồng, with a minus for less") % {"place": place}, required=False
            )
            amount.widget.attrs["inputmode"] = "text"
            self.fields[f"what_{place}"], self.fields[f"amount_{place}"] = what, amount

    def differences(self) -> list[tuple[str, int]]:
        data = self.cleaned_data
        pairs = ((data[f"what_{n}"], data[f"amount_{n}"]) for n in range(1, DIFFERENCES + 1))
        return [(what, amount) for what, amount in pairs if what and amount]


NAMES = {
    "bin": _("Number of the bank (BIN, six digits)"), "account": _("Account number"), "holder": _("Account holder"),
    "bank": _("Bank"), "app_url": _("Address of the bank's app (may be empty)"), "tmn_code": _("Terminal (TmnCode)"),
    "pay_url": _("Address of the payment page"), "api_url": _("Address of the API"), "service_id": _("Service number"),
    "partner_code": _("Partner code"), "base_url": _("Address of the API"),
    "notify": _("Key of the bank's notices (may be empty)"), "hash": _("Hash secret"), "key": _("Secret key"),
    "access": _("Access key"), "secret": _("Secret key"), "api": _("Secret API key"),
    "webhook": _("Signing secret of the webhook"),
}  # fmt: skip


class MerchantForm(forms.Form):
    """The fields of one provider. Secrets are never shown; left empty they stay."""

    def __init__(self, *args: Any, view: MerchantView, **more: Any) -> None:
        super().__init__(*args, **more)
        self.view, wants = view, WANTS[view.provider]
        for name in wants.settings:
            self.fields[f"c_{name}"] = forms.CharField(
                label=NAMES[name], max_length=200, required=name not in OPTIONAL, initial=view.config.get(name, "")
            )
        for name in wants.secrets:
            kept = name in view.kept
            self.fields[f"s_{name}"] = forms.CharField(
                label=NAMES[name], max_length=300, strip=True, required=not kept and name not in OPTIONAL,
                help_text=_("A secret is kept. Empty: it stays.") if kept else "",
                widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            )  # fmt: skip
        self.fields["surcharge"] = DongField(
            label=_("What the provider takes from the payer, đồng"), required=False,
            initial=f"{view.surcharge:,}".replace(",", "."), help_text=_("Shown to the payer before paying."),
        )  # fmt: skip
        self.fields["active"] = forms.BooleanField(label=_("In use"), required=False, initial=view.active)

    def values(self) -> dict[str, Any]:
        wants, data = WANTS[self.view.provider], self.cleaned_data
        return {
            "config": self.view.config | {name: data[f"c_{name}"] for name in wants.settings},
            "secrets": {name: data[f"s_{name}"] for name in wants.secrets},
            "surcharge": data["surcharge"] or 0,
            "active": data["active"],
        }


class StatementForm(forms.Form):
    file = forms.FileField(
        label=_("Statement of the bank"),
        help_text=_("CSV as your bank exports it, MT940 or camt.053. A file that is imported twice changes nothing."),
    )


class CloseForm(forms.Form):
    counted = DongField(label=_("Cash counted in the drawer"))
    note = forms.CharField(label=_("Note, if it differs"), max_length=300, required=False)
