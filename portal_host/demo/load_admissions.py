"""Admissions of the demo: last year's results, an open season, one of grade 6 by area. Nobody in it exists."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from cms_blocks.models import ArticlePage, HomePage, SectionPage
from school_services.admissions import exam, publishing, runs
from school_services.admissions.models import Application, Choice, Event, PaperMark, Season, Seat
from school_services.identity.models import Role, User
from tenants import context, hosts
from tenants.task_backend import library_tasks_off

from . import load_admissions_work
from .names import person

CANDIDATES, APPLICANTS, FEE = 4000, 320, 120_000
# Anybody who tries the demo looks this one up.
SAMPLE_NUMBER, SAMPLE_BIRTH = "010001", datetime.date(2011, 2, 1)
PAPERS = (("TOAN", "Toán", 120), ("VAN", "Ngữ văn", 120), ("ANH", "Tiếng Anh", 60))
PLAN: dict[str, Any] = {
    "grade": 10, "method": "exam", "wishes": 3, "gaps": [0, 50, 100], "tie": "NOT_EXCEED",
    "papers": [{"code": code, "name": name, "minutes": minutes} for code, name, minutes in PAPERS],
    "direct": {"dtnt": "Trường PTDT nội trú THCS", "kt": "Khuyết tật", "giai": "Giải quốc gia, quốc tế"},
    "documents": [
        {"code": "ks", "name": "Giấy khai sinh"},
        {"code": "hb", "name": "Học bạ THCS", "required": False},
        {"code": "ut", "name": "Giấy xác nhận diện ưu tiên", "when": "priority"},
        {"code": "gt", "name": "Bằng hoặc giấy chứng nhận giải", "when": "prize"},
    ],
}  # fmt: skip
BY_AREA: dict[str, Any] = {
    "grade": 6, "method": "area", "wishes": 2, "gaps": [0], "tie": "INCLUDE_TIES", "priority": {}, "prize": {},
    "documents": [{"code": "ks", "name": "Giấy khai sinh"}],
}  # fmt: skip


def _at(days: int, hour: int = 8) -> datetime.datetime:
    day = timezone.localtime() + datetime.timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def load(refs: list[context.PortalRef], officers: list[User], parent: User) -> bool:
    """Fill the department's seasons; False when they are there, or there is no department."""
    department = next((ref for ref in refs if ref.kind == "department"), None)
    if department is None:
        return False
    unit = department.unit_id
    with context.enter(department), context.scope((unit,), user=officers[0].pk):
        if Season.objects.filter(unit_id=unit).exists():
            return False
        Role.objects.bulk_create([Role(unit_id=unit, user=user, kind=Role.Kind.OFFICER) for user in officers])
        past = _past(unit, [ref for ref in refs if ref.level == "THPT"], officers)
        current = _open(unit, past, parent)
        lower = [ref for ref in refs if ref.level == "THCS"]
        _grade_six(unit, lower)
        load_admissions_work.load(unit, past, current, officers, lower)
    for ref in refs:
        if ref == department or ref.level == "THPT":
            with context.enter(ref), library_tasks_off():
                _page(ref)
    return True


@dataclass(slots=True)
class _Child:
    ability: float
    row: Application


def _children(unit: int, season: Season, codes: list[str], count: int) -> list[_Child]:
    rng = random.Random(f"tuyen-sinh:{season.slug}")
    areas = sorted({ref.name for ref in hosts.all_portals() if ref.kind in {"office", "commune"}})[:8] or ["Tây Ninh"]
    found = []
    for number in range(count):
        gender = rng.choice("12")
        # Families wish for what lies near: neighbours in the list of schools.
        home = rng.randrange(len(codes))
        wishes = list(dict.fromkeys(codes[(home + step) % len(codes)] for step in rng.sample(range(-2, 4), 3)))
        row = Application(
            unit_id=unit, season=season, birth_date=datetime.date(2011, 1, 1) + datetime.timedelta(rng.randrange(365)),
            gender=gender, pupil_code=f"HS{season.year % 100}{number:06d}", school_name=f"THCS số {home % 9 + 1}",
            class_name=f"9A{rng.randint(1, 6)}", area=areas[home % len(areas)], phone="0912000000", wishes=wishes,
            groups=["3"] if rng.random() < 0.06 else [], prizes=["3"] if rng.random() < 0.03 else [],
            special_needs=rng.random() < 0.004, state=Application.State.ACCEPTED, version=1,
            submitted_at=timezone.now(),
            receipt=f"{rng.getrandbits(256):064x}",
        )  # fmt: skip
        row.set_name(person(rng, gender))
        found.append(_Child(rng.gauss(5.9, 1.5), row))
    return found


def _choices(unit: int, season: Season, schools: list[context.PortalRef], seats: int) -> list[str]:
    rng = random.Random("diem-chuan")
    rows = []
    for place, ref in enumerate(schools[:31], 1):
        line = rng.randrange(1100, 2100, 25)
        history = [
            {"year": season.year - back, "quota": seats, "cutoff": line + rng.randrange(-100, 101, 25)}
            for back in (3, 2, 1)
        ]
        rows.append(
            Choice(
                unit_id=unit,
                season=season,
                code=f"T{place:02d}",
                name=ref.name,
                school_id=ref.unit_id,
                quota=seats,
                place=place,
                history=history,
            )  # fmt: skip
        )
    Choice.objects.bulk_create(rows)
    return [row.code for row in rows]


def _past(unit: int, schools: list[context.PortalRef], officers: list[User]) -> Season:
    season = Season.objects.create(
        unit_id=unit, slug="lop10-2026", name="Tuyển sinh lớp 10 năm học 2026–2027", year=2026, plan=PLAN,
        state=Season.State.OPEN, opens_at=_at(-210), closes_at=_at(-190, 17), exam_on=_at(-170).date(),
        results_at=_at(-150), remark_until=_at(-143, 17), confirm_until=_at(-135, 17), marks_locked_at=_at(-152),
    )  # fmt: skip
    codes = _choices(unit, season, schools, seats=max(1, CANDIDATES * 3 // 4 // max(1, len(schools[:31]))))
    children = _children(unit, season, codes, CANDIDATES)
    by_site: dict[str, list[_Child]] = {code: [] for code in codes}
    for child in children:
        by_site[child.row.wishes[0]].append(child)
    for site, code in enumerate(codes, 1):
        members = by_site[code]
        sitters = [
            exam.Sitter(
                n, child.row.sort_key, f"{child.row.school_name}/{child.row.class_name}", child.row.special_needs
            )
            for n, child in enumerate(members)
        ]
        for place in exam.seat(sitters, site=site, per_room=24):
            row = members[place.id].row
            row.number, row.site, row.room, row.seat = place.number, code, place.room, place.seat
            if place.number == SAMPLE_NUMBER:
                row.birth_date, members[place.id].ability = SAMPLE_BIRTH, 7.5
    Application.objects.bulk_create([child.row for child in children], batch_size=2000)
    rng = random.Random("diem-thi")
    marks = []
    for code, _, _ in PAPERS:
        numbers = exam.paper_codes(code, [child.row.number for child in children], secret=b"demo")
        for child in children:
            value = -1 if rng.random() < 0.003 else round(min(10.0, max(0.5, rng.gauss(child.ability, 1.1))) * 4) * 25
            marks.append(
                PaperMark(
                    unit_id=unit,
                    season=season,
                    application=child.row,
                    paper=code,
                    code=numbers[child.row.number],
                    first=value,
                    first_by=officers[0],
                    second=value,
                    second_by=officers[1],
                    mark=value,
                )  # fmt: skip
            )
    PaperMark.objects.bulk_create(marks, batch_size=4000)
    inputs = runs.gather(season)
    run = runs.store(season, inputs, label="Phương án chính", round_number=1, user_id=officers[0].pk)
    season.inputs_hash, season.inputs_announced_at = run.inputs_hash, _at(-151)
    season.save(update_fields=["inputs_hash", "inputs_announced_at"])
    run.first_by, run.first_at, run.second_by, run.approved_at = officers[0], _at(-150, 6), officers[1], _at(-150, 7)
    run.save()
    _, placed, _ = runs.recompute(run)
    ids = {child.row.number: child.row.pk for child in children}
    choices = {choice.code: choice.pk for choice in season.choices.all()}
    Seat.objects.bulk_create(
        [
            Seat(
                unit_id=unit, season=season, application_id=ids[key], run=run, choice_id=choices[seat.choice],
                wish=seat.wish,
            )
            for key, seat in placed.seats.items()
        ],
        batch_size=4000,
    )  # fmt: skip
    publishing.build(season, user_id=officers[0].pk)
    return season


def _open(unit: int, past: Season, parent: User) -> Season:
    season = Season.objects.create(
        unit_id=unit, slug="lop10-2027", name="Tuyển sinh lớp 10 năm học 2027–2028", year=2027,
        plan=PLAN | {"fee": FEE},
        state=Season.State.OPEN, opens_at=_at(-6), closes_at=_at(24, 17), exam_on=_at(45).date(),
        results_at=_at(66), remark_until=_at(73, 17), confirm_until=_at(80, 17),
    )  # fmt: skip
    lines = {code: outcome["cutoff"] for code, outcome in _approved(past).items()}
    Choice.objects.bulk_create(
        [
            Choice(
                unit_id=unit, season=season, code=c.code, name=c.name, school_id=c.school_id, quota=c.quota,
                place=c.place, history=[*c.history[1:], {"year": 2026, "quota": c.quota, "cutoff": lines.get(c.code)}],
            )
            for c in past.choices.all()
        ]
    )  # fmt: skip
    rng = random.Random("nop")
    codes = list(season.choices.values_list("code", flat=True))
    rows = [child.row for child in _children(unit, season, codes, APPLICANTS)]
    for row in rows:
        row.state = rng.choices(["submitted", "accepted", "needs_more"], [60, 35, 5])[0]
    rows[0].guardian, rows[0].state = parent, "submitted"
    Application.objects.bulk_create(rows)
    Event.objects.bulk_create(
        [Event(unit_id=unit, application=row, kind="submitted") for row in rows]
        + [Event(unit_id=unit, application=row, kind="accepted") for row in rows if row.state == "accepted"]
        + [
            Event(unit_id=unit, application=row, kind="asked", note="Ảnh giấy khai sinh bị mờ, xin chụp lại.")
            for row in rows
            if row.state == "needs_more"
        ]
    )
    return season


def _approved(season: Season) -> dict[str, Any]:
    from school_services.admissions.models import Run

    found: dict[str, Any] = Run.objects.filter(season=season, approved_at__isnull=False).values_list(
        "outcomes", flat=True
    )[0]  # fmt: skip
    return found


def _grade_six(unit: int, schools: list[context.PortalRef]) -> None:
    season = Season.objects.create(
        unit_id=unit, slug="lop6-2027", name="Tuyển sinh lớp 6 năm học 2027–2028", year=2027, plan=BY_AREA,
        opens_at=_at(40), closes_at=_at(55, 17), results_at=_at(70), confirm_until=_at(80, 17), state=Season.State.OPEN,
    )  # fmt: skip
    Choice.objects.bulk_create(
        [
            Choice(
                unit_id=unit, season=season, code=f"C{n:02d}", name=ref.name, school_id=ref.unit_id, quota=180,
                place=n, areas=["Tây Ninh"],
            )
            for n, ref in enumerate(schools, 1)
        ]
    )  # fmt: skip


def _page(ref: context.PortalRef) -> None:
    """A page of the admission blocks, under the section of admissions where there is one."""
    home = HomePage.objects.get()
    section = SectionPage.objects.child_of(home).filter(slug="tuyen-sinh").first()
    parent: Page = section or home
    if parent.get_children().filter(slug="tuyen-sinh-lop-10").exists():
        return
    page = ArticlePage(
        title="Tuyển sinh lớp 10",
        slug="tuyen-sinh-lop-10",
        intro="Nộp hồ sơ, theo dõi, tra cứu kết quả, chỉ tiêu và điểm chuẩn.",
        show_in_menus=section is None,
    )
    parent.add_child(instance=page)
    page.body = [  # type: ignore[assignment]
        {"type": "admissions_apply", "value": {
            "season": "lop10-2027", "heading": "Nộp hồ sơ dự tuyển",
            "explanation": "Làm bằng điện thoại, dừng và làm tiếp lúc nào cũng được. Nộp sớm hay muộn đều như nhau.",
        }},
        {"type": "admissions_calendar", "value": {"season": "lop10-2027", "heading": "Lịch tuyển sinh"}},
        {"type": "admissions_result", "value": {"season": "lop10-2026", "heading": "Tra cứu kết quả năm 2026"}},
        {"type": "admissions_track", "value": {"heading": "Theo dõi hồ sơ"}},
        {"type": "admissions_seats", "value": {"season": "lop10-2027", "heading": "Chỉ tiêu và điểm chuẩn"}},
    ]  # fmt: skip
    page.save(clean=False)
