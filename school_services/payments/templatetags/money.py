"""Money as it is read in Vietnam."""

from __future__ import annotations

from typing import Any

from django import template

from school_services.payments.closing import LABELS

register = template.Library()


@register.filter
def dong(value: Any) -> str:
    """1284000 → "1.284.000 đ", with a space that does not break."""
    return f"{int(value):,}".replace(",", ".") + "\u00a0đ"


@register.filter
def thousands(value: Any) -> str:
    """1284000 → "1.284.000": for fields."""
    return f"{int(value):,}".replace(",", ".")


@register.filter
def way(value: str) -> str:
    """A provider or channel as people call it; what is none stays as it is."""
    return LABELS.get(value, value)
