"""The fields that a webmaster puts into a form: blocks to compose them, Django's fields to ask with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.fields import StreamField

from school_services.identity.rules import normalise_phone

from . import rules


class FieldBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Label"), max_length=160)
    help_text = blocks.CharBlock(label=_("Help below the field"), max_length=240, required=False)
    required = blocks.BooleanBlock(label=_("Must be filled in"), required=False, default=True)


class _OptionsBlock(FieldBlock):
    options = blocks.TextBlock(label=_("Options"), help_text=_("One a line."))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if len(rules.options(cleaned["options"])) < 2:
            raise blocks.StructBlockValidationError(
                block_errors={"options": ValidationError(_("A choice needs two options at least, one a line."))}
            )
        return cleaned


class NumberFieldBlock(FieldBlock):
    least = blocks.IntegerBlock(label=_("Smallest"), required=False)
    most = blocks.IntegerBlock(label=_("Largest"), required=False)


class FileFieldBlock(FieldBlock):
    kinds = blocks.MultipleChoiceBlock(
        label=_("Kinds of files"),
        choices=[("document", _("PDF, Word, Excel")), ("picture", _("Pictures (JPG, PNG, WebP)"))],
        default=["document", "picture"],
    )
    megabytes = blocks.IntegerBlock(label=_("Largest size (MB)"), default=5, min_value=1, max_value=rules.MAX_FILE_MB)


def field_blocks() -> blocks.StreamBlock:
    return blocks.StreamBlock(
        [
            ("text", FieldBlock(label=_("Short text"), icon="pilcrow")),
            ("textarea", FieldBlock(label=_("Long text"), icon="doc-full")),
            ("number", NumberFieldBlock(label=_("Number"), icon="order")),
            ("choice", _OptionsBlock(label=_("One of several"), icon="radio-full")),
            ("choices", _OptionsBlock(label=_("Several of several"), icon="tasks")),
            ("date", FieldBlock(label=_("Date"), icon="date")),
            ("phone", FieldBlock(label=_("Phone"), icon="mobile-alt")),
            ("email", FieldBlock(label=_("E-mail"), icon="mail")),
            ("file", FileFieldBlock(label=_("File"), icon="doc-full-inverse")),
        ],
        min_num=1,
        max_num=40,
    )


class FieldsField(StreamField):
    """The fields of a form; their blocks stay out of migrations."""

    def __init__(self, block_types: Any = None, **kwargs: Any) -> None:
        kwargs.pop("block_lookup", None)
        super().__init__(block_types if block_types is not None else field_blocks(), **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, "cms_blocks.forms.fields.FieldsField", [], kwargs


class PhoneField(forms.CharField):
    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        if typed and normalise_phone(typed) is None:
            raise ValidationError(_t("Enter a mobile number, for example 0912 345 678."))
        return typed


class SafeFileField(forms.FileField):
    """A file whose bytes are what its name says. `kept`: one that was sent before, with a form that had an error."""

    def __init__(self, *, kinds: tuple[str, ...], megabytes: int, **kwargs: Any) -> None:
        self.kinds, self.megabytes = kinds, megabytes
        super().__init__(max_length=160, **kwargs)
        self.widget.attrs["accept"] = ",".join(f".{kind}" for kind in kinds)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return file
        if (file.size or 0) > self.megabytes * 1024 * 1024:
            raise ValidationError(
                _t("The file is larger than %(most)d MB. Make it smaller, or send it in parts."),
                params={"most": self.megabytes},
            )
        file.seek(0)
        if not rules.file_kind(file.name or "", file.read(), self.kinds):
            raise ValidationError(
                _t("This file is not one of: %(kinds)s, or its content is something else. Save it anew and send it."),
                params={"kinds": ", ".join(self.kinds)},
            )
        file.seek(0)
        return file


def name_of(block: Any) -> str:
    return f"o-{block.id}"


def make(block: Any) -> forms.Field:
    """Django's field of one block."""
    value = block.value
    common = {
        "label": value["label"] if value.get("required") else f"{value['label']} ({_t('optional')})",
        "help_text": value.get("help_text") or "",
        "required": bool(value.get("required")),
    }
    return _MAKERS[block.block_type](value, common)


def _choices(value: Any) -> list[tuple[str, str]]:
    return [(option, option) for option in rules.options(value["options"])]


def _number(value: Any, common: dict[str, Any]) -> forms.Field:
    return forms.DecimalField(
        min_value=value.get("least"),
        max_value=value.get("most"),
        max_digits=15,
        decimal_places=3,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        **common,
    )


def _one(value: Any, common: dict[str, Any]) -> forms.Field:
    choices = _choices(value)
    if len(choices) > 7:
        return forms.ChoiceField(choices=[("", "–"), *choices], **common)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)


def _file(value: Any, common: dict[str, Any]) -> forms.Field:
    kinds = tuple(kind for group in value.get("kinds") or rules.GROUPS for kind in rules.GROUPS[group])
    most = value.get("megabytes") or 5
    told = _t("At most %(most)d MB: %(kinds)s.") % {"most": most, "kinds": ", ".join(kinds)}
    common["help_text"] = f"{common['help_text']} {told}".strip()
    return SafeFileField(kinds=kinds, megabytes=most, **common)


_MAKERS: dict[str, Callable[[Any, dict[str, Any]], forms.Field]] = {
    "text": lambda value, common: forms.CharField(max_length=300, **common),
    "textarea": lambda value, common: forms.CharField(
        max_length=5000, widget=forms.Textarea(attrs={"rows": 5}), **common
    ),
    "number": _number,
    "choice": _one,
    "choices": lambda value, common: forms.MultipleChoiceField(
        choices=_choices(value), widget=forms.CheckboxSelectMultiple, **common
    ),
    "date": lambda value, common: forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common
    ),
    "phone": lambda value, common: PhoneField(
        max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}), **common
    ),
    "email": lambda value, common: forms.EmailField(
        max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "email"}), **common
    ),
    "file": _file,
}
