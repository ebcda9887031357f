"""A posted application form as the service's value, and back to the fields of the page. Nothing typed is lost."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware

from school_services.errors import Invalid

from . import publishing
from .applications import Form
from .selectors import Prefill

_TEXTS = {
    "full_name": 120, "gender": 1, "pupil_code": 20, "school_name": 160, "class_name": 20, "area": 100, "phone": 20,
    "direct": 20,
}  # fmt: skip


def read(data: QueryDict, wishes: int) -> Form:
    """The form as posted; a date that is no date is empty, and asked for."""
    texts: dict[str, Any] = {name: " ".join(data.get(name, "").split())[:size] for name, size in _TEXTS.items()}
    texts["gender"] = texts["gender"] if texts["gender"] in {"1", "2"} else ""
    return Form(
        **texts,
        birth_date=date_of(data.get("birth_date", "")),
        wishes=tuple(code for n in range(1, wishes + 1) if (code := data.get(f"wish-{n}", "")[:16])),
        groups=tuple(code[:8] for code in data.getlist("groups"))[:10],
        prizes=tuple(code[:8] for code in data.getlist("prizes"))[:10],
        special_needs=bool(data.get("special_needs")),
        student_ref=int(ref) if (ref := data.get("student_ref", "")).isdigit() and len(ref) < 19 else None,
    )


def date_of(text: str) -> datetime.date | None:
    """ "04/03/2011", "4-3-2011" or "2011-03-04"."""
    try:
        found = parse_date(text.strip())
        if found is not None:
            return found
        digits = publishing.factor_of("birth_date", text)
        return datetime.date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except (Invalid, ValueError):
        return None


def moment_of(text: str) -> datetime.datetime | None:
    """Of an `<input type=datetime-local>`, in local time."""
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        return None
    return make_aware(found) if found is not None and is_naive(found) else found


def prefilled(child: Prefill, phone: str) -> Form:
    return Form(
        full_name=child.full_name, birth_date=child.birth_date, gender=child.gender, pupil_code=child.pupil_code,
        school_name=child.school_name, class_name=child.class_name, phone=phone, student_ref=child.student_id,
    )  # fmt: skip


def vouched(form: Form, children: list[Prefill]) -> Form:
    """The reference to a record of ours stands only for a child of the acting guardian."""
    known = {child.student_id for child in children}
    return form if form.student_ref in known else replace(form, student_ref=None)


def token_of(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def fields(form: Form, wishes: int) -> Mapping[str, Any]:
    """Values of the page's fields."""
    padded = [*form.wishes, *[""] * wishes][:wishes]
    return {"form": form, "wish_slots": list(enumerate(padded, 1))}
