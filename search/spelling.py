"""What a mistyped word may have been: one slip of the hand, or keys of the Telex method left as typed. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise, product

from .text import Word

OPTIONS = 8  # words that are considered in place of one
_COMBINATIONS = 512
_LETTERS = "abcdeghiklmnopqrstuvxyfjwz"
# A word of Vietnamese, folded: nguyen, truong, hoc; not Microsoft, caffee, Gandhi.
_SYLLABLE = re.compile(
    r"(?:b|ch?|d|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x)?[aeiouy]{1,3}(?:ch?|m|ngh?|nh|n|p|t)?"
)
_DOUBLED = re.compile(r"([aeod])\1")
_TONE = re.compile(r"(?<=[a-z])[sfrxj](?=[a-z]*$)")


def foreign(word: str) -> bool:
    """A folded word that is no Vietnamese syllable: a name or a borrowed word, which people spell as they hear it."""
    return len(word) > 3 and word.isalpha() and not _SYLLABLE.fullmatch(word)


def variants(word: str) -> set[str]:
    """Folded words one change away from a folded word, and what its Telex keys mean (`hocj` → hoc, `phis` → phi)."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {left + right[1:] for left, right in splits if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    found |= {left + letter + right[1:] for left, right in splits if right for letter in _LETTERS}
    found |= {left + letter + right for left, right in splits for letter in _LETTERS}
    found |= telex(word)
    return {variant for variant in found if len(variant) > 1} - {word}


def telex(word: str) -> set[str]:
    """`tuyeenr` → tuyen: doubled letters, w, and a tone letter are marks."""
    plain = _DOUBLED.sub(r"\1", word).replace("w", "")
    return {plain, *(plain[: m.start()] + plain[m.end() :] for m in _TONE.finditer(plain))} - {word, ""}


def likely(word: Word, tried: Collection[str], counts: Mapping[str, int]) -> list[str]:
    """A known word alone; else the commonest of the known `tried`, Telex readings first; else the word as it is."""
    if counts.get(word.folded):
        return [word.folded]
    meant = telex(word.folded)
    known = sorted((t for t in tried if counts.get(t)), key=lambda t: (t not in meant, -counts[t]))
    return known[:OPTIONS] or [word.folded]


def most_likely(options: Sequence[Sequence[str]], counts: Mapping[str, int], pairs: Mapping[str, int]) -> list[str]:
    """One option of each place, so that neighbours are seen together most; ties go to commoner words."""
    while math.prod(map(len, options)) > _COMBINATIONS:
        longest = max(map(len, options))
        options = [found[: longest - 1] if len(found) == longest else found for found in options]

    def value(chosen: Sequence[str]) -> tuple[float, float]:
        together = sum(math.log1p(pairs.get(f"{a}_{b}", 0)) for a, b in pairwise(chosen))
        return together, sum(math.log1p(counts.get(word, 0)) for word in chosen)

    return max(map(list, product(*options)), key=value)
