"""Synthetic Vietnamese people. Frequencies are rough public figures; no name is taken from a real list of persons."""

from __future__ import annotations

import random

FAMILY = {
    "Nguyễn": 38, "Trần": 11, "Lê": 10, "Phạm": 7, "Huỳnh": 5, "Phan": 5, "Võ": 5, "Đặng": 4, "Bùi": 3, "Đỗ": 3,
    "Hồ": 3, "Ngô": 2, "Dương": 2, "Lý": 1, "Trương": 2, "Đoàn": 1, "Lâm": 1, "Mai": 1, "Cao": 1, "Châu": 1,
}  # fmt: skip
BOYS = (["Văn", "Minh", "Gia", "Quốc", "Hoàng", "Đức", "Tuấn", "Thanh", "Nhật", "Anh"],
        ["An", "Bảo", "Cường", "Dũng", "Đạt", "Hải", "Huy", "Khang", "Khôi", "Long", "Minh", "Nam", "Phúc", "Quân",
         "Sơn", "Tâm", "Thịnh", "Trung", "Tú", "Vinh"])  # fmt: skip
GIRLS = (["Thị", "Ngọc", "Khánh", "Thanh", "Bảo", "Phương", "Minh", "Mỹ", "Thùy", "Gia"],
         ["An", "Ánh", "Châu", "Chi", "Diệp", "Đan", "Giang", "Hân", "Hương", "Khuê", "Lan", "Linh", "Mai", "My",
          "Ngân", "Nhi", "Quỳnh", "Thảo", "Trâm", "Yến"])  # fmt: skip
_FAMILY, _WEIGHTS = list(FAMILY), list(FAMILY.values())


def person(rng: random.Random, gender: str) -> str:
    """A full name; `gender` "1" for a man or boy, "2" for a woman or girl."""
    middles, givens = BOYS if gender == "1" else GIRLS
    family = rng.choices(_FAMILY, _WEIGHTS)[0]
    middle = rng.choice(middles)
    given = rng.choice([name for name in givens if name != middle])
    return f"{family} {middle} {given}"
