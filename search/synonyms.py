"""Words of the field that mean the same. Applied to the question, so that an edit works at once in both engines."""

from __future__ import annotations

from collections.abc import Iterable

from . import text
from .queries import Synonyms


def group(line: str) -> tuple[tuple[str, ...], ...]:
    """`THPT = trung học phổ thông` → (("thpt",), ("trung", "hoc", "pho", "thong")); what is empty or twice is left."""
    parts = (tuple(word.folded for word in text.words(text.normal(part))) for part in line.split("="))
    return tuple(dict.fromkeys(part for part in parts if part))


def table(lines: Iterable[str]) -> Synonyms:
    """Every way of saying → the others of its groups."""
    found: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for line in lines:
        members = group(line)
        for member in members:
            found.setdefault(member, {}).update(dict.fromkeys(other for other in members if other != member))
    return {member: tuple(others) for member, others in found.items()}
