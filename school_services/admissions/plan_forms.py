"""The editor of a season's plan: what an officer types as the plan's JSON, and back. Nothing typed is lost by an error.

Tables come as rows "paper.0.code", "paper.0.name", …: a row whose code is emptied is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from school_services.errors import Invalid

from . import scoring
from . import season as rules
from .placement import TiePolicy

MOST_ROWS, SPARE_ROWS = 120, 2
_CODE = re.compile(r"[0-9A-Za-zÀ-ỹĐđ_\-]{1,16}")

# What a new season begins with, by kind. Documents are the usual ones; everything is changed on the next page.
_BIRTH = {"code": "ks", "name": "Giấy khai sinh"}
_LIVES = {"code": "ct", "name": "Xác nhận nơi cư trú"}
_PRIORITY = {"code": "ut", "name": "Giấy xác nhận diện ưu tiên", "when": "priority"}
_PRIZE = {"code": "gt", "name": "Bằng hoặc giấy chứng nhận giải", "when": "prize"}
_RECORD = {"code": "hb", "name": "Học bạ THCS"}
_PAPERS = [
    {"code": "TOAN", "name": "Toán", "minutes": 120},
    {"code": "VAN", "name": "Ngữ văn", "minutes": 120},
    {"code": "ANH", "name": "Tiếng Anh", "minutes": 60},
]
_DIRECT = {"dtnt": "Trường PTDT nội trú THCS", "kt": "Khuyết tật", "giai": "Giải quốc gia, quốc tế"}
_TABLE = {"Tốt-Tốt": 500, "Tốt-Khá": 450, "Khá-Tốt": 450, "Khá-Khá": 400, "Đạt-Đạt": 300}
_GRADE_10: dict[str, Any] = {
    "grade": 10, "wishes": 3, "gaps": [0, 50, 100], "direct": _DIRECT,
    "documents": [_BIRTH, _RECORD, _PRIORITY, _PRIZE],
}  # fmt: skip
_BY_AREA: dict[str, Any] = {
    "method": "area", "wishes": 2, "gaps": [0], "tie": "SECONDARY", "tie_chain": ["lot"], "priority": {}, "prize": {},
    "documents": [_BIRTH, _LIVES],
}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "exam": {**_GRADE_10, "method": "exam", "papers": _PAPERS},
    "combined": {**_GRADE_10, "method": "combined", "papers": _PAPERS, "record_table": _TABLE},
    "record": {**_GRADE_10, "method": "record", "record_table": _TABLE},
    "grade6": {**_BY_AREA, "grade": 6},
    "grade1": {**_BY_AREA, "grade": 1},
}


@dataclass
class Typed:
    """A plan as it was typed, with the places that cannot be read: field → code of the text."""

    plan: dict[str, Any] = field(default_factory=dict)
    choices: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def points(self, name: str, text: str) -> int:
        try:
            return scoring.hundredths(text or "0")
        except Invalid:
            self.errors[name] = "number_format"
            return 0

    def whole(self, name: str, text: str, default: int = 0) -> int:
        value = text.replace(".", "").replace(" ", "")
        if not value:
            return default
        if not value.isascii() or not value.isdigit() or len(value) > 9:
            self.errors[name] = "whole_number"
            return default
        return int(value)


def read(data: QueryDict, before: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Typed:
    """The posted editor. `before`: the plan as stored, for what the page does not show; `known`: choices by code."""
    typed = Typed(dict(before))
    plan = typed.plan
    method = data.get("method", "")
    plan["method"] = method if method in set(rules.Method) else before.get("method", "exam")
    tie = data.get("tie", "")
    plan["tie"] = tie if tie in set(TiePolicy) else before.get("tie", TiePolicy.NOT_EXCEED.value)
    plan["tie_chain"] = _words(data.get("tie_chain", ""))
    plan["wishes"] = typed.whole("wishes", data.get("wishes", ""))
    plan["gaps"] = [typed.points("gaps", text) for text in _words(data.get("gaps", "")) or ["0"]]
    plan["floor"] = typed.points("floor", data.get("floor", ""))
    plan["bonus_cap"] = typed.points("bonus_cap", data.get("bonus_cap", ""))
    plan["fee"] = typed.whole("fee", data.get("fee", ""))
    plan["per_room"] = typed.whole("per_room", data.get("per_room", ""), 24)
    plan["own_area"] = bool(data.get("own_area"))
    plan["zero_bars"] = bool(data.get("zero_bars"))
    factor = data.get("second_factor", "")
    plan["second_factor"] = factor if factor in {"birth_date", "pupil_code"} else "birth_date"
    plan["papers"] = [
        {
            "code": code, "name": row("name") or code, "weight": typed.whole(row.at("weight"), row("weight"), 1),
            "minutes": typed.whole(row.at("minutes"), row("minutes")), "stream": row("stream")[:16],
        }
        for code, row in _rows(data, "paper", typed)
    ]  # fmt: skip
    for name in ("priority", "prize"):
        plan[name] = {code: typed.points(row.at("points"), row("points")) for code, row in _rows(data, name, typed)}
    plan["record_table"] = {
        code: typed.points(row.at("points"), row("points"))
        for code, row in _rows(data, "record", typed, code=re.compile(r"[^<>\"]{1,40}"))
    }
    plan["direct"] = {code: row("name") or code for code, row in _rows(data, "direct", typed)}
    plan["documents"] = [
        {
            "code": code, "name": row("name") or code, "required": row("required") == "1",
            "when": when if (when := row("when")) in {"", "priority", "prize", "direct"} else "",
        }
        for code, row in _rows(data, "document", typed)
    ]  # fmt: skip
    typed.choices = [
        {
            "code": code, "name": row("name") or code, "quota": typed.whole(row.at("quota"), row("quota")),
            "stream": row("stream")[:16], "areas": _words(row("areas")),
            **{key: known[code][key] for key in ("school_id", "history") if code in known},
        }
        for code, row in _rows(data, "choice", typed)
    ]  # fmt: skip
    return typed


class _Row:
    """One row of a table of the form."""

    def __init__(self, data: QueryDict, prefix: str) -> None:
        self.data, self.prefix = data, prefix

    def at(self, name: str) -> str:
        return f"{self.prefix}.{name}"

    def __call__(self, name: str) -> str:
        return " ".join(self.data.get(self.at(name), "").split())[:160]


def _rows(data: QueryDict, name: str, typed: Typed, *, code: re.Pattern[str] = _CODE) -> Iterable[tuple[str, _Row]]:
    """(code, row) of each row with a code; a code that stands twice, or reads wrong, is an error and kept."""
    seen: set[str] = set()
    for number in range(MOST_ROWS):
        row = _Row(data, f"{name}.{number}")
        word = row("code")
        if not word:
            if row("name"):
                typed.errors[row.at("code")] = "code_missing"
            continue
        if not code.fullmatch(word):
            typed.errors[row.at("code")] = "code_format"
            continue
        if word in seen:
            typed.errors[row.at("code")] = "code_twice"
            continue
        seen.add(word)
        yield word, row


def _words(text: str) -> list[str]:
    """ "Tân Ninh; Bình Minh" → both; empty ones do not count."""
    return [word for part in text.split(";") if (word := " ".join(part.split())[:100])]


_COLUMNS: dict[str, tuple[str, ...]] = {
    "paper": ("code", "name", "weight", "minutes", "stream"),
    "priority": ("code", "points"),
    "prize": ("code", "points"),
    "record": ("code", "points"),
    "direct": ("code", "name"),
    "document": ("code", "name", "required", "when"),
    "choice": ("code", "name", "quota", "stream", "areas"),
}
_TEXTS = ("method", "tie", "tie_chain", "wishes", "gaps", "floor", "bonus_cap", "fee", "per_room", "second_factor")


def as_typed(data: QueryDict) -> dict[str, Any]:
    """What the page shows after an error: each field as it was typed."""
    found: dict[str, Any] = {name: data.get(name, "")[:200] for name in _TEXTS}
    found |= {name: bool(data.get(name)) for name in ("own_area", "zero_bars")}
    for table, columns in _COLUMNS.items():
        rows = [
            {column: data.get(f"{table}.{n}.{column}", "")[:200] for column in columns}
            for n in range(MOST_ROWS)
            if f"{table}.{n}.code" in data
        ]
        for row in rows:
            if "required" in row:
                row["required"] = bool(row["required"])  # type: ignore[assignment]
        found[table] = list(enumerate(rows))
    return found


def marked(shown: dict[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    """The same with each row's error at the row."""
    return shown | {
        table: [
            (n, {**row, "error": next((errors[at] for c in columns if (at := f"{table}.{n}.{c}") in errors), "")})
            for n, row in shown[table]
        ]
        for table, columns in _COLUMNS.items()
    }


def fields(plan: Mapping[str, Any], choices: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the page shows of a plan: rows with their spare ones, numbers as people write them."""
    shown = scoring.shown

    def pairs(name: str, default: Mapping[str, int]) -> list[dict[str, Any]]:
        return [{"code": code, "points": shown(value)} for code, value in plan.get(name, default).items()]

    tables: dict[str, list[dict[str, Any]]] = {
        "paper": [{"weight": 1, "minutes": "", "stream": "", **paper} for paper in plan.get("papers", ())],
        "priority": pairs("priority", scoring.PRIORITY),
        "prize": pairs("prize", scoring.PRIZE),
        "record": pairs("record_table", {}),
        "direct": [{"code": code, "name": name} for code, name in plan.get("direct", {}).items()],
        "document": [{"required": True, "when": "", **rule} for rule in plan.get("documents", ())],
        "choice": [{**choice, "areas": "; ".join(choice.get("areas", ()))} for choice in choices],
    }
    spare = {"document": {"required": True}, "paper": {"weight": 1}}
    return {
        **{name: list(enumerate([*rows, *[spare.get(name, {})] * SPARE_ROWS])) for name, rows in tables.items()},
        "method": plan.get("method", "exam"),
        "tie": plan.get("tie", TiePolicy.NOT_EXCEED.value),
        "tie_chain": "; ".join(plan.get("tie_chain", ())),
        "wishes": plan.get("wishes", 3),
        "gaps": "; ".join(shown(gap) for gap in plan.get("gaps", [0])),
        "floor": shown(plan.get("floor", 0)),
        "bonus_cap": shown(plan.get("bonus_cap", scoring.BONUS_CAP)),
        "fee": plan.get("fee", 0),
        "per_room": plan.get("per_room", 24),
        "own_area": plan.get("own_area", False),
        "zero_bars": plan.get("zero_bars", True),
        "second_factor": plan.get("second_factor", "birth_date"),
    }
