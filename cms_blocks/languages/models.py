"""The page at which another language begins."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cms_blocks.models import SectionPage

from .trees import OTHERS


class LanguagePage(SectionPage):
    """`/en/`: what visitors who read English find first; it lists what stands below it like any section."""

    template = "themes/pages/section.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.HomePage"]
    show_in_menus_default = False

    class Meta:
        verbose_name = _("Pages in another language")

    def clean(self) -> None:
        super().clean()
        if self.slug not in OTHERS:
            known = ", ".join(f"{code} ({name})" for code, name in OTHERS.items())
            raise ValidationError({"slug": _("The address must be that of a language: %(known)s.") % {"known": known}})
        self.show_in_menus = False
