"""The form of a visitor, made of a webmaster's fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cms_blocks.visitors import VisitorForm

from . import fields, services
from .models import Form

CONSENT = "dong_y"


class ComposedForm(VisitorForm):
    """Fields in the webmaster's order, then the consent. Good files of a form with an error are kept."""

    def __init__(self, form: Form, *args: Any, **kwargs: Any) -> None:
        self.purpose = f"forms.{form.pk}"
        super().__init__(*args, **kwargs)
        self.form = form
        kept = services.kept_files(self.ticket.nonce) if self.is_bound and self.ticket else {}
        for block in form.fields:
            name = fields.name_of(block)
            field = fields.make(block)
            if name in kept:
                field.required = False
                field.help_text = _("We have “%(name)s”. Choose another file only to replace it.") % {
                    "name": kept[name].name
                }
            self.fields[name] = field
        self.fields[CONSENT] = forms.BooleanField(label=form.consent_text)

    def keep_files(self) -> None:
        """After an error: what was good of the files stays with the ticket."""
        good = {
            name: value
            for name, value in self.cleaned_data.items()
            if isinstance(value, UploadedFile) and name not in self.errors
        }
        if good and self.ticket is not None:
            services.keep_files(form=self.form, nonce=self.ticket.nonce, files=good)
            for name, file in good.items():
                self[name].help_text = _("We have “%(name)s”. Choose another file only to replace it.") % {
                    "name": file.name
                }
