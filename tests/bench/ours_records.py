"""Teachers, families and imports for the bench: `python -m tests.bench.ours_records`, last line one JSON object.

Wants the province of `ours_marks`.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import time
from typing import Any

import django

TEACHERS, FAMILIES, IMPORTED, SCORES = 50, 40, 2_000, 100_000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()
    from school_services.identity.models import Role
    from school_services.identity.services import create_account
    from tenants import context, hosts

    schools = sorted(hosts.all_portals(), key=lambda ref: ref.pk)
    school = schools[0]
    with context.platform():
        office = create_account(login="vp.bench@example.vn", full_name="Văn Phòng", password=None)
    with context.enter(school), context.scope((school.unit_id,)):
        for kind in (Role.Kind.REGISTRAR, Role.Kind.OFFICER):
            Role.objects.create(unit_id=school.unit_id, user=office, kind=kind, valid_from="2025-08-01")
        teachers = _teachers(school)
        figures = _students(school, office) | _scores(school, office)
    found = {"host": f"{school.slug}.localhost", "timeline": "/con-toi/", "teachers": teachers}
    print(json.dumps(found | {"families": [_family(schools, n) for n in range(FAMILIES)]} | figures))


def _logged_in(school: Any, user: Any) -> Any:
    from django.test import Client

    client = Client(headers={"host": f"{school.slug}.localhost"})
    client.force_login(user)
    return client


def _cookies(client: Any) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def _teachers(school: Any) -> list[dict[str, Any]]:
    """Fifty teachers of one school, each with a class of 45: session, token, and the cells of the grid."""
    from school_services.identity.models import Role
    from school_services.identity.services import create_account
    from school_services.rosters.models import ClassGroup, Subject, TeachingAssignment, Term

    term = Term.objects.select_related("year").get(year__code="2026-2027", number=1)
    subjects = list(Subject.objects.filter(level="THCS", kind="score"))
    groups = list(ClassGroup.objects.filter(unit_id=school.unit_id, name__startswith="L").order_by("pk"))
    made = []
    for number in range(TEACHERS):
        group, subject = groups[number % len(groups)], subjects[number // len(groups) % len(subjects)]
        user = create_account(login=f"gv{number}.bench@example.vn", full_name=f"Giáo Viên {number}", password=None)
        Role.objects.create(unit_id=school.unit_id, user=user, kind=Role.Kind.TEACHER, valid_from="2025-08-01")
        TeachingAssignment.objects.create(unit_id=school.unit_id, teacher=user, class_group=group, subject=subject)
        client = _logged_in(school, user)
        grid = f"/truong/lop/{group.pk}/mon/{subject.pk}/hoc-ki/{term.pk}/"
        page = client.get(grid).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        cells = [name.split(".")[1:] for name in re.findall(r'<input name="(c\.[\d.]+)"', page)]
        made.append({"grid": grid, "cookie": _cookies(client), "token": token[1],
                     "cells": [[int(part) for part in cell] for cell in cells]})  # fmt: skip
    return made


def _students(school: Any, office: Any) -> dict[str, Any]:
    """A workbook of 2,000 students: preview and import, by the service of the office's page."""
    from openpyxl import Workbook

    from school_services.identity import actor as actors
    from school_services.rosters import import_rules, imports
    from school_services.rosters.models import SchoolYear

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(import_rules.LABELS.values()))
    for number in range(IMPORTED):
        sheet.append([f"MOI{number}", "Nguyễn Thị Ánh Tuyết", f"{1 + number % 28:02d}/05/2014", "Nữ",
                      f"6M{number // 45 + 1}"])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    actor, year = actors.load(office), SchoolYear.objects.get(code="2026-2027")
    began = time.perf_counter()
    found = imports.preview(actor=actor, unit_id=school.unit_id, file_name="a.xlsx", content=out.getvalue(), year=year)
    imports.apply(actor=actor, unit_id=school.unit_id, batch_id=found.batch_id or 0)
    return {"import_s": time.perf_counter() - began, "imported": len(found.changes)}


def _scores(school: Any, office: Any) -> dict[str, Any]:
    """A made-up file of examination marks: preview and import."""
    from school_services.identity import actor as actors
    from school_services.scores import services, shapes

    rng = random.Random("scores")
    lines = ["STT,SBD,MA_TINH,TOAN,VAN,LI,HOA,SINH,SU,DIA,KTPL,T_ANH"]
    for number in range(SCORES):
        marks = [f"{rng.randrange(0, 1001, 25) / 100:g}" if rng.random() < 0.5 else "" for _ in range(9)]
        lines.append(f"{number},{28_000_000 + number},28,{','.join(marks)}")
    content = "\n".join(lines).encode()
    actor = actors.load(office)
    began = time.perf_counter()
    row = services.preview(actor=actor, unit_id=school.unit_id, name="Thi", year=2026, file_name="a", content=content)
    services.apply(actor=actor, unit_id=school.unit_id, file_id=row.pk)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    shapes.parse(content)
    return {
        "scores_per_s": SCORES / seconds,
        "score_rows": SCORES,
        "parse_per_s": SCORES / (time.perf_counter() - began),
    }


def _family(schools: Any, number: int) -> str:
    """The cookie of a guardian of two children in two schools."""
    from school_services.identity.services import create_account
    from school_services.rosters.models import Guardianship, Student
    from tenants import context

    with context.platform():
        user = create_account(login=f"07{number:08d}", full_name="Phụ Huynh", password=None)
    for ref in (schools[0], schools[1 + number % (len(schools) - 1)]):
        with context.enter(ref), context.scope((ref.unit_id,)):
            child = Student.objects.get(code=f"{ref.unit_id}-{number + 1}")
            Guardianship.objects.create(unit_id=ref.unit_id, user=user, student=child)
    with context.enter(schools[0]):
        return _cookies(_logged_in(schools[0], user))


if __name__ == "__main__":
    main()
