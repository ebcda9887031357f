"""Words that fit a pupil, in plain Python: "{ten}" is the given name, "{em}" what the teacher calls the pupil."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\{([^{}]*)\}")
KNOWN = frozenset({"ten", "em", "ho_ten"})
PRESCHOOL_CALL, SCHOOL_CALL = "bé", "em"


def check(text: str) -> bool:
    """Whether every placeholder is known and every brace belongs to one."""
    rest = _PLACE.sub("", text)
    return all(name in KNOWN for name in _PLACE.findall(text)) and "{" not in rest and "}" not in rest


def fit(text: str, full_name: str, grade: int) -> str:
    """The phrase for a pupil; a sentence begins with a capital wherever the placeholder stood.

    "{em} {ten} đọc trôi chảy." for Nguyễn Minh An in grade 3 → "Em An đọc trôi chảy."
    """
    words = full_name.split()
    values = {
        "ten": words[-1] if words else "",
        "ho_ten": full_name,
        "em": SCHOOL_CALL if grade else PRESCHOOL_CALL,
    }
    filled = _PLACE.sub(lambda found: values.get(found.group(1), found.group(0)), text)
    return re.sub(r"(^|[.!?]\s+)(\w)", lambda found: found.group(1) + found.group(2).upper(), filled)
