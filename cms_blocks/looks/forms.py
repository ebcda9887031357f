"""The form of a look."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model
from wagtail.images.widgets import AdminImageChooser

from tenants.context import PortalRef

from .models import SECTIONS, Look

# Twelve hues that look different to everyone, the sector's green first; any other by the slider.
HUES: Final = (155, 185, 215, 245, 265, 295, 325, 350, 20, 40, 70, 120)


class LookForm(forms.ModelForm):
    """Parts of the home page are four numbers: 1 stands on top, empty is not shown."""

    logo: Any = forms.ModelChoiceField(queryset=None, required=False, label=_("Logo"), widget=AdminImageChooser)

    class Meta:
        model = Look
        fields = ("hue", "strength", "accent", "character", "pairing", "header", "logo")
        widgets = {
            "hue": forms.NumberInput(attrs={"type": "range", "min": 0, "max": 359}),
            "strength": forms.RadioSelect,
            "accent": forms.TextInput(attrs={"maxlength": 7, "placeholder": "#0b5d3b", "autocomplete": "off"}),
            "header": forms.RadioSelect,
        }

    def __init__(self, *args: Any, portal: PortalRef, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["logo"].queryset = get_image_model().objects.all()  # type: ignore[attr-defined]
        self.fields["character"].choices = [("", _("As our kind of unit usually has it")), *Look.CHARACTERS.items()]  # type: ignore[attr-defined]
        self.fields["pairing"].choices = [("", _("As the character has it")), *Look.PAIRINGS.items()]  # type: ignore[attr-defined]
        for name in ("character", "pairing"):  # their legend is no label
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label
        order = self.instance.order(portal)
        for name, label in SECTIONS.items():
            self.fields[f"place_{name}"] = forms.IntegerField(
                label=label,
                min_value=1,
                max_value=9,
                required=False,
                initial=order.index(name) + 1 if name in order else None,
                widget=forms.NumberInput(attrs={"class": "look-place"}),
            )

    def places(self) -> list[forms.BoundField]:
        return [self[f"place_{name}"] for name in SECTIONS]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        places = {name: data.get(f"place_{name}") for name in SECTIONS}
        if any(places.values()):
            names = list(SECTIONS)
            shown = [name for name in names if places[name]]
            self.instance.sections = sorted(shown, key=lambda name: (places[name], names.index(name)))
        return data
