"""Operations of the domain cases (`manage.py vectors FILE.json`): JSON in, the product's own rules, JSON out."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from school_services.admissions import vectors as admissions
from school_services.attendance import vectors as attendance
from school_services.errors import Invalid
from school_services.gradebook import completion_rules, primary_rules, rules
from school_services.payments import vectors as payments
from school_services.rosters import consent_rules, day_rules, id_rules, places

Case = dict[str, Any]


def _number(value: Any) -> Decimal:
    """A JSON number or string, exactly as written."""
    return Decimal(str(value))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _marks(values: list[Any]) -> list[Decimal]:
    return [_number(value) for value in values]


def _comments(values: list[str]) -> list[rules.Comment]:
    return [rules.Comment(value) for value in values]


def _study_level(case: Case) -> Any:
    chosen = replace(rules.TT22, raise_counts_comment_subject=case.get("raise_counts_comment_subject", False))
    result = rules.study_level(_marks(case["scored"]), _comments(case["comment"]), chosen)
    return {
        "level": result.level.name,
        "raised_from": result.raised_from.name if result.raised_from is not None else None,
    }


def _promotion(case: Case) -> Any:
    result = rules.promotion(
        rules.Level[case["conduct"]],
        rules.Level[case["study"]],
        case["absences"],
        {code: _number(mark) for code, mark in case.get("scored", {}).items()},
        {code: rules.Comment(value) for code, value in case.get("comment", {}).items()},
    )
    answer: dict[str, Any] = {"decision": result.decision.value}
    if result.decision is rules.Decision.KIEM_TRA_LAI:
        answer["eligible_subjects"] = list(result.subjects)
    return answer


def _title(case: Case) -> Any:
    answers = [rules.title(rules.Level[c], rules.Level[s], _marks(marks)) for c, s, marks in case["cases"]]
    return [answer.value if answer else None for answer in answers]


def _primary_level(case: Case) -> str:
    return primary_rules.year_level(
        [primary_rules.SubjectLevel(level) for level in case["subjects"]],
        [primary_rules.TraitLevel(level) for level in case["traits"]],
        case["tests"],
    ).value


def _primary_title(case: Case) -> Any:
    answers = [
        primary_rules.title(
            primary_rules.YearLevel(level),
            outstanding_subject=subject,
            marked_progress=progress,
            recognised_by_class=recognised,
        )
        for level, subject, progress, recognised in case["cases"]
    ]
    return [answer.value if answer else None for answer in answers]


def _thcs_completion(case: Case) -> Any:
    year, born = case.get("year"), case.get("birth_year")
    found = completion_rules.thcs_completion(
        completion_rules.named(case["regime"]),
        rules.Level[case["conduct"]],
        rules.Level[case["study"]],
        case["absences"],
        age_by_year=year - born if year and born else None,
    )
    if not found.ok:
        return {"ok": False, "reasons": list(found.reasons)}
    return {"ok": True, "document": found.document, "by": found.signer}


def _add_workdays(case: Case) -> str:
    holidays = {datetime.date.fromisoformat(day) for day in case["holidays"]}
    start = datetime.date.fromisoformat(case["start"])
    return day_rules.add_workdays(start, case["days"], holidays).isoformat()


def _citizen_id(case: Case) -> Any:
    try:
        found = id_rules.check_citizen_id(
            case["number"], gender=case["gender"], birth_date=datetime.date.fromisoformat(case["dob"])
        )
    except Invalid:
        return {"valid": False}
    return {"valid": True, "province": found.province, "gender": found.gender, "birth_year": found.birth_year}


def _is_citizen_id(number: str) -> bool:
    try:
        id_rules.parse_citizen_id(number)
    except Invalid:
        return False
    return True


def _upsert(case: Case) -> Any:
    messages = [id_rules.Message(m["idbanghi"], m["sukien"], m["phienban"], m.get("data")) for m in case["messages"]]
    return {
        name: {"phienban": record.version, "deleted": record.deleted, "data": record.data}
        for name, record in id_rules.upsert({}, messages).items()
    }


def _consents(case: Case) -> Any:
    return [
        consent_rules.consent_ok(years, consent_rules.Purpose(purpose), child_agrees=child, guardian_agrees=guardian)
        for years, purpose, child, guardian in case["cases"]
    ]


OPERATIONS: dict[str, Callable[[Case], Any]] = {
    **admissions.OPERATIONS,
    **attendance.OPERATIONS,
    **payments.OPERATIONS,
    "round1": lambda case: [str(rules.round1(_number(value))) for value in case["values"]],
    "tx_count": lambda case: [rules.tx_count(periods) for periods in case["periods_per_year"]],
    "dtb_mhk": lambda case: _text(rules.term_average(_marks(case["tx"]), _number(case["gk"]), _number(case["ck"]))),
    "dtb_mcn": lambda case: _text(rules.year_average(_number(case["hk1"]), _number(case["hk2"]))),
    "comment_term": lambda case: rules.comment_term(_comments(case["results"]), case["required"]).value,
    "conduct_year": lambda case: [
        rules.conduct_year(rules.Level[first], rules.Level[second]).name for first, second in case["cases"]
    ],
    "study_level": _study_level,
    "title": _title,
    "promotion": _promotion,
    "primary_level": _primary_level,
    "primary_title": _primary_title,
    "thcs_completion": _thcs_completion,
    "add_workdays": _add_workdays,
    "cccd_check": _citizen_id,
    "cccd_valid": lambda case: [_is_citizen_id(number) for number in case["numbers"]],
    "ttdlqg_upsert": _upsert,
    "commune_in_province": lambda case: [
        places.commune_in_province(code, case["province"]) for code in case["communes"]
    ],
    "consent_ok": _consents,
}
