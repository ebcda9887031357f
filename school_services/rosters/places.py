"""Communes of the sector's province (QĐ 19/2025/QĐ-TTg), as the file beside this module lists them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Commune:
    """`code`: 5 digits; `kind`: "xã" or "phường"; `province`: 2 digits, the numbering of 2025."""

    code: str
    kind: str
    name: str
    province: str


@cache
def communes() -> dict[str, Commune]:
    """Code → commune. Another province, or a new decision, is another file."""
    with Path(__file__).with_name("communes.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Commune(**row) for row in csv.DictReader(file)}


def commune_in_province(code: str, province: str) -> bool:
    found = communes().get(code)
    return found is not None and found.province == province
