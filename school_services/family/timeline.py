"""What happened with one's children, of all schools, the newest first; and everything kept about one child.

Each service says what is new through a selector; a service that comes later is one more line in `_events`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from school_services.gradebook import published
from school_services.gradebook import selectors as gradebook
from school_services.identity import audit
from school_services.identity import selectors as identity
from school_services.identity.actor import Actor
from school_services.rosters import guardians, lives
from school_services.rosters import selectors as rosters
from school_services.rosters.selectors import Child
from tenants import context

DAYS = 120
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: `kind` names it for the template, `title` and `text` are the school's own words."""

    at: datetime.datetime
    child: Child
    kind: str
    title: str
    text: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Children with the number of new things of each, and the events.

    `former`: the parts that other schools keep of children who left them; what they publish still appears.
    """

    children: tuple[tuple[Child, int], ...]
    events: tuple[Event, ...]
    former: tuple[Child, ...] = ()

    @property
    def many(self) -> bool:
        """Whether an event must say whose it is."""
        return len(self.children) + len(self.former) > 1

    @property
    def seen(self) -> tuple[list[int], set[int]]:
        """Links for which a look at this timeline is a new visit, and the units of all it shows."""
        shown = [*(child for child, _ in self.children), *self.former]
        return [child.link_id for child in shown if child.new_visit], {child.unit_id for child in shown}


def timeline(actor: Actor, *, unit_ids: tuple[int, ...] | None = None, shown: int = SHOWN) -> Timeline:
    """The actor's children and what happened in the last months; a constant number of queries."""
    children = rosters.children(actor, unit_ids=unit_ids)
    former = rosters.former_children(actor, unit_ids=unit_ids)
    by_student = {child.student_id: child for child in (*children, *former)}
    if not by_student:
        return Timeline((), ())
    since = timezone.now() - datetime.timedelta(days=DAYS)
    units = sorted({child.unit_id for child in by_student.values()})
    with context.scope(units, user=actor.user_id):
        found = _events(units, by_student, since)
    found.sort(key=lambda event: event.at, reverse=True)
    counts: dict[str, int] = defaultdict(int)
    for event in found:
        counts[event.child.person] += event.fresh
    return Timeline(tuple((child, counts[child.person]) for child in children), tuple(found[:shown]), tuple(former))


def _events(units: list[int], by_student: dict[int, Child], since: datetime.datetime) -> list[Event]:
    students = list(by_student)
    rows: list[tuple[int, datetime.datetime, str, str, str]] = [
        (news.student_id, news.at, news.kind, news.title, news.text) for news in published.news(units, students, since)
    ]
    rows += [
        (step.student_id, step.at, f"life-{step.kind}", step.label, step.text)
        for step in lives.steps(units, students, since)
    ]
    return [
        Event(at, by_student[student], kind, title, text, by_student[student].is_new(at))
        for student, at, kind, title, text in rows
    ]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A child's class: its week and the coming exams."""

    child: Child
    timetable: tuple[lives.Day, ...]
    exams: tuple[lives.Exam, ...]


def schedules(actor: Actor, *, unit_ids: tuple[int, ...] | None = None) -> tuple[Schedule, ...]:
    """Lessons and exams of the actor's children; a constant number of queries."""
    children = rosters.children(actor, unit_ids=unit_ids)
    groups = [child.class_group_id for child in children if child.class_group_id is not None]
    units = sorted({child.unit_id for child in children})
    if not groups:
        return ()
    with context.scope(units, user=actor.user_id):
        lessons, exams = lives.timetables(units, groups), lives.exams_of(units, groups)
    return tuple(
        Schedule(child, lessons.get(child.class_group_id or 0, ()), exams.get(child.class_group_id or 0, ()))
        for child in children
    )


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """Everything a family reads of one child. A part without data is empty, and its section is not shown."""

    child: Child
    marks: tuple[gradebook.TermSheet, ...]
    reports: tuple[published.Report, ...]
    remarks: tuple[published.RemarkGroup, ...]
    years: tuple[published.Year, ...]
    steps: tuple[lives.Step, ...]
    consents: tuple[guardians.ConsentLine, ...]
    accesses: tuple[identity.AccessLine, ...]
    timetable: tuple[lives.Day, ...]
    exams: tuple[lives.Exam, ...]


def record(actor: Actor, *, unit_id: int, student_id: int) -> ChildRecord:
    """The record of one child. Raises `PermissionRefused`, audited at the school, for anybody but its guardian."""
    guardians.require_guardian(actor, unit_id, student_id, "read_child")
    child = rosters.child(actor, student_id)
    marks = gradebook.marks_of_children(actor, years=4, of=[child])
    with context.scope((unit_id,), user=actor.user_id):
        groups = lives.class_groups(unit_id, student_id)
        return ChildRecord(
            child=child,
            marks=marks[0].terms if marks else (),
            reports=published.reports(unit_id, student_id),
            remarks=published.remarks(unit_id, student_id),
            years=published.years(unit_id, student_id),
            steps=tuple(lives.steps([unit_id], [student_id])),
            consents=tuple(guardians.consents(actor=actor, unit_id=unit_id, student_id=student_id)),
            accesses=identity.accesses(
                unit_id, {"rosters.student": [student_id], "rosters.classgroup": groups}, except_user=actor.user_id
            ),
            timetable=lives.timetables([unit_id], [child.class_group_id]).get(child.class_group_id or 0, ()),
            exams=lives.exams_of([unit_id], [child.class_group_id]).get(child.class_group_id or 0, ()),
        )


def export(actor: Actor, *, unit_id: int, student_id: int) -> dict[str, Any]:
    """All data about the child as plain values, for a file (Law 91/2025: access and portability). Audited."""
    found = record(actor, unit_id=unit_id, student_id=student_id)
    with context.scope((unit_id,), user=actor.user_id):
        person = lives.personal_data(unit_id, student_id)
        audit.record(
            actor=actor, action="export_child", unit_id=unit_id, subject="rosters.student", subject_id=student_id
        )
    return {
        "hoc_sinh": person,
        "truong": found.child.unit_name,
        "lop": found.child.class_name,
        "qua_trinh": [{"ngay": s.day.isoformat(), "viec": s.label, "chi_tiet": s.text} for s in found.steps],
        "diem": [
            {
                "nam_hoc": sheet.year,
                "hoc_ki": sheet.number,
                "mon": line.name,
                "thuong_xuyen": [cell.text for cell in line.tx],
                "giua_ki": line.gk.text if line.gk else None,
                "cuoi_ki": line.ck.text if line.ck else None,
                "trung_binh": line.average or None,
            }
            for sheet in found.marks
            for line in sheet.lines
        ],
        "nhan_xet_hoc_ki": [
            {"nam_hoc": r.year, "hoc_ki": r.term, "ren_luyen": r.conduct, "vang": r.absences, "nhan_xet": r.comment}
            for r in found.reports
        ],
        "danh_gia": [
            {
                "nam_hoc": group.year,
                "ki": group.period,
                "muc": line.name,
                "ket_qua": line.level,
                "diem": line.test,
                "nhan_xet": line.comment,
            }
            for group in found.remarks
            for line in group.lines
        ],  # fmt: skip
        "ket_qua_nam": [
            {
                "nam_hoc": y.year,
                "ren_luyen": y.conduct,
                "hoc_tap": y.study,
                "quyet_dinh": y.decision,
                "danh_hieu": y.title,
                "quy_che": y.regime,
            }
            for y in found.years
        ],  # fmt: skip
        "dong_y": [
            {"muc_dich": c.purpose.value, "dang_dong_y": c.given, "tu": c.given_at.isoformat() if c.given_at else None}
            for c in found.consents
        ],
        "ai_da_xem": [
            {"luc": a.at.isoformat(), "ai": a.name, "vai_tro": a.role, "viec": a.action} for a in found.accesses
        ],
    }
