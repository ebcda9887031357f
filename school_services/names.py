"""Vietnamese names and text as plain byte-ordered keys: the embedded server has no ICU collation."""

from __future__ import annotations

import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: f"{index:02d}" for index, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền hỏi ngã sắc nặng
_SHAPES = {"\u0306", "\u0302", "\u031b"}  # ă, â ê ô, ơ ư: other letters, not tones


def fold(text: str) -> str:
    """Lower case without marks, đ → d: what people type on phones. Any normal form goes in."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def _word_key(word: str) -> tuple[str, str]:
    """(letters, tones) of a word in the order of the Vietnamese alphabet."""
    letters, tones, base = [], [], ""
    tone = 0
    for char in unicodedata.normalize("NFD", word.casefold()) + "\0":
        if char in _TONES:
            tone = _TONES[char]
        elif char in _SHAPES and base:
            base = unicodedata.normalize("NFC", base + char)
        else:
            if base:
                letters.append(_RANK.get(base, "99"))
                tones.append(str(tone))
            base, tone = char, 0
    return "".join(letters), "".join(tones)


def name_sort_key(full_name: str) -> str:
    """ASCII key: given name, then family name, then the middle; letters first, tones decide between equals.

    "Nguyễn Văn An" sorts by An, Nguyễn, Văn, as school lists do.
    """
    words = full_name.split()
    if not words:
        return ""
    ordered = [words[-1], *(words[:1] if len(words) > 1 else []), *words[1:-1]]
    keys = [_word_key(word) for word in ordered]
    return " ".join(letters for letters, _ in keys) + "!" + " ".join(tones for _, tones in keys)
