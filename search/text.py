"""Words of a text, with and without marks, the same for what is stored and for what is asked. Pure.

A word has an exact form (NFC, lower case, one way of placing tones) and a folded one (no marks, đ = d). Folding is a
superset: whatever matches exactly matches folded, so one index of folded words finds both.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_WORD = re.compile(r"[^\W_]+")
# 15/2026/TT-BGDĐT, 05/QĐ-SGDĐT, 1234/SGDĐT-GDTrH: a number, perhaps a year, and letters (NĐ 30/2020 annex I).
_NUMBER = re.compile(r"\b(\d{1,6})\s?(?:/\s?(\d{4})\s?)?/\s?([^\W\d_]{1,8}(?:\s?-\s?[^\W\d_]{1,10}){0,4})")
# hoà = hòa: both ways of placing the tone are in use, often in one text.
PLACED: Final = {
    first + marked: placed + second
    for first, second, pairs in (
        ("o", "a", "àòáóảỏãõạọ"),
        ("o", "e", "èòéóẻỏẽõẹọ"),
        ("u", "y", "ỳùýúỷủỹũỵụ"),
    )
    for marked, placed in zip(pairs[::2], pairs[1::2], strict=True)
}
_MISPLACED = re.compile("|".join(PLACED))
LONGEST_WORD: Final = 40


class _Fold(dict[int, str]):
    """Character → what remains of it without marks; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code))
        folded = "".join(c for c in decomposed if not unicodedata.combining(c)).lower().replace("đ", "d")
        self[code] = folded
        return folded


_FOLD = _Fold()


@dataclass(frozen=True, slots=True)
class Word:
    """`start` and `end`: where it stands in the text that `words` was given."""

    exact: str
    folded: str
    start: int
    end: int

    @property
    def marked(self) -> bool:
        return self.exact != self.folded


def normal(text: str) -> str:
    """NFC, without NUL (PostgreSQL stores none)."""
    return unicodedata.normalize("NFC", text).replace("\x00", "")


def fold(text: str) -> str:
    """Lower case, no marks, đ = d. Takes NFC or NFD."""
    return text.translate(_FOLD)


def exact(text: str) -> str:
    """Lower case with marks, tones in one place."""
    return _MISPLACED.sub(lambda found: PLACED[found[0]], text.lower())


def words(text: str) -> list[Word]:
    """The words of a text in NFC, in order; very long ones are cut."""
    found = []
    for match in _WORD.finditer(text):
        token = match[0][:LONGEST_WORD]
        folded = fold(token)
        if folded:
            found.append(Word(exact(token), folded, match.start(), match.end()))
    return found


def number_key(text: str) -> str:
    """A document number in one spelling: `15/2026/TT-BGDĐT`, `15 / 2026/ tt-bgddt` → `15.2026.ttbgddt`."""
    return ".".join(re.findall(r"\d+|[a-z]+", re.sub(r"(?<=[a-z])[^a-z0-9]+(?=[a-z])", "", fold(text))))


def numbers(text: str) -> list[str]:
    """Keys of the document numbers in a text, and of their first halves (`15.2026`, as people say them)."""
    found: dict[str, None] = {}
    for match in _NUMBER.finditer(text):
        number, year, letters = match.groups()
        number = number.lstrip("0") or "0"
        key = number_key(f"{number}/{year}/{letters}" if year else f"{number}/{letters}")
        found[key] = None
        if year:
            found[f"{number}.{year}"] = None
    return list(found)


def asked_numbers(found: list[Word]) -> list[str]:
    """Keys a question may mean, from its words: `thông tư 15 2026 tt bgddt` → 15.2026, 15.2026.tt, 15.2026.ttbgddt."""
    keys: dict[str, None] = {}
    for start, word in enumerate(found):
        if not word.folded.isdigit() or len(word.folded) > 6:
            continue
        number = word.folded.lstrip("0") or "0"
        rest = [following.folded for following in found[start + 1 : start + 8]]
        if rest and len(rest[0]) == 4 and rest[0].isdigit():
            number = f"{number}.{rest.pop(0)}"
            keys[number] = None
        letters = ""
        for part in rest:
            if part.isdigit():
                break
            letters += part
            keys[f"{number}.{letters}"] = None
    return list(keys)
