"""SMS brandname: how many parts a text takes, and the text that takes fewest. Pure (3GPP TS 23.038)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")  # sent behind an escape
_ONE, _PART = {"GSM7": 160, "UCS2": 70}, {"GSM7": 153, "UCS2": 67}
_ASCII = str.maketrans(
    {"đ": "d", "Đ": "D", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "₫": "d"}
)


@dataclass(frozen=True, slots=True)
class Segments:
    """`length`: in units of the encoding: 7-bit characters (some count twice), or UTF-16 units."""

    encoding: str
    length: int
    parts: int


def segments(text: str) -> Segments:
    """One character outside the GSM alphabet makes the whole text UCS-2, which holds less than half as much."""
    if all(char in _GSM or char in _GSM_TWICE for char in text):
        widths = [2 if char in _GSM_TWICE else 1 for char in text]
        encoding = "GSM7"
    else:
        widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
        encoding = "UCS2"
    length = sum(widths)
    if length <= _ONE[encoding]:
        return Segments(encoding, length, 1)
    # A character that takes two units is not cut in two: it begins the next part.
    parts, used = 1, 0
    for width in widths:
        if used + width > _PART[encoding]:
            parts, used = parts + 1, 0
        used += width
    return Segments(encoding, length, parts)


def strip_diacritics(text: str) -> str:
    """Vietnamese without marks, typographic signs as ASCII: the way school messages are sent by SMS."""
    decomposed = unicodedata.normalize("NFD", text.translate(_ASCII))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))
