"""One table: every function of the services, every kind of actor. A function without a row fails.

A refusal is `PermissionRefused`, writes nothing and leaves one entry in the trail of the unit it concerned.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F
from django.utils import timezone

import school_services
from school_services.errors import Invalid, PermissionRefused
from school_services.gradebook import carrying, marks, moves, phrases, remarks, reports, sheet_imports, years
from school_services.gradebook import services as gradebook
from school_services.gradebook.models import Assessment, ChangeRequest, Mark
from school_services.identity import actor as actors
from school_services.identity import services as identity
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, Role, User
from school_services.rosters import assignments, enrolling, guardians, imports, lifecycle, people, schedules
from school_services.rosters import services as rosters
from school_services.rosters.consent_rules import Purpose
from school_services.rosters.models import (
    ClassGroup,
    Enrolment,
    ExamSlot,
    Guardianship,
    SchoolYear,
    Student,
    Subject,
    Term,
)
from tenants import context
from tenants.models import Unit

pytestmark = pytest.mark.django_db

# Who has which role where, besides the people of the world: (login, unit, kind).
ROLES = {
    "homeroom": ("gv.homeroom@example.vn", "alpha", Role.Kind.TEACHER),
    "teacher of other class": ("gv.other@example.vn", "alpha", Role.Kind.TEACHER),
    "former teacher": ("gv.former@example.vn", "alpha", Role.Kind.TEACHER),
    "principal": ("ht.alpha@example.vn", "alpha", Role.Kind.PRINCIPAL),
    "principal elsewhere": ("ht.beta@example.vn", "beta", Role.Kind.PRINCIPAL),
    "accountant": ("kt.alpha@example.vn", "alpha", Role.Kind.ACCOUNTANT),
    "officer": ("cv.so@example.vn", "so", Role.Kind.OFFICER),
}
PEOPLE = {
    "parent": "84912000001",
    "other parent": "84912000002",
    "teacher of class": "gv.alpha@example.vn",
    "teacher elsewhere": "gv.beta@example.vn",
    "office": "vp.alpha@example.vn",
    "office elsewhere": "vp.beta@example.vn",
    "webmaster": "web.alpha@example.vn",
    "operator": "vanhanh@example.vn",
} | {name: login for name, (login, _, _) in ROLES.items()}

OFFICE = {"office", "principal"}
MARKS = {"teacher of class", "principal"}
PRINCIPAL = {"principal"}
HOMEROOM = {"homeroom", "principal"}
PARENT = {"parent"}
STAFF = {"homeroom", "teacher of other class", "teacher of class", "principal"}
DAY = date(2026, 11, 2)
EXAM_AT = datetime(2026, 12, 7, 7, 30, tzinfo=UTC)
NEW = enrolling.Identity("MOI9", "Lê Thị Mới", "05/09/2014", "2")
SHEET = "Mã học sinh;TX 1\nALPHA1;9\n".encode()
ANYBODY = set(PEOPLE)


@dataclass(frozen=True)
class Place:
    """What the functions are called on: the school alpha, its class, first student, first column."""

    unit: int
    group: int
    subject: Subject
    term: Term
    year: SchoolYear
    student: int
    column: int
    closed: int
    request: int
    stranger: int
    role: int
    batch: int
    done: int
    code: str
    sheet: int
    sheet_done: int
    other_group: int
    members: list[int]
    gone: int
    following: SchoolYear
    phrase: int
    case: int
    transfer: str
    teacher: int
    assignment: int
    exam: int


CSV = "Mã học sinh,Họ và tên,Ngày sinh,Giới tính,Lớp\nMOI1,Lê Thị Mới,05/09/2014,Nữ,7A1\n".encode()

# function → (call, who may).
TABLE: dict[Callable[..., Any], tuple[Callable[[Actor, Place], Any], set[str]]] = {
    identity.grant_role: (
        lambda a, p: identity.grant_role(actor=a, user_id=p.stranger, unit_id=p.unit, kind="accountant"),
        OFFICE,
    ),
    identity.end_role: (lambda a, p: identity.end_role(actor=a, role_id=p.role, unit_id=p.unit), OFFICE),
    identity.take_on: (
        lambda a, p: identity.take_on(
            actor=a, unit_id=p.unit, login="web.beta@example.vn", full_name="", kind="accountant"
        ),
        OFFICE,
    ),
    enrolling.enrol: (
        lambda a, p: enrolling.enrol(actor=a, unit_id=p.unit, person=NEW, class_group_id=p.group, day=DAY),
        OFFICE,
    ),
    enrolling.correct: (
        lambda a, p: enrolling.correct(actor=a, unit_id=p.unit, student_id=p.student, person=NEW, reason="KS"),
        OFFICE,
    ),
    assignments.staff: (lambda a, p: assignments.staff(actor=a, unit_id=p.unit, year=p.year), OFFICE),
    assignments.assign: (
        lambda a, p: assignments.assign(
            actor=a, unit_id=p.unit, user_id=p.teacher, class_group_id=p.other_group, subject_id=p.subject.pk
        ),
        OFFICE,
    ),
    assignments.end_assignment: (
        lambda a, p: assignments.end_assignment(actor=a, unit_id=p.unit, assignment_id=p.assignment),
        OFFICE,
    ),
    assignments.set_homeroom: (
        lambda a, p: assignments.set_homeroom(actor=a, unit_id=p.unit, class_group_id=p.other_group, user_id=p.teacher),
        OFFICE,
    ),
    schedules.week: (lambda a, p: schedules.week(actor=a, unit_id=p.unit, class_group_id=p.group), OFFICE),
    schedules.set_week: (
        lambda a, p: schedules.set_week(
            actor=a, unit_id=p.unit, class_group_id=p.group, valid_from=DAY, room="A1", cells={(2, 1): p.subject.pk}
        ),
        OFFICE,
    ),
    schedules.exams: (lambda a, p: schedules.exams(actor=a, unit_id=p.unit, year=p.year), OFFICE),
    schedules.add_exam: (
        lambda a, p: schedules.add_exam(
            actor=a,
            unit_id=p.unit,
            year=p.year,
            exam=schedules.NewExam(7, None, p.subject.pk, "Giữa kì", EXAM_AT + timedelta(days=1), 45),
        ),
        OFFICE,
    ),
    schedules.remove_exam: (lambda a, p: schedules.remove_exam(actor=a, unit_id=p.unit, exam_id=p.exam), OFFICE),
    moves.year_end: (lambda a, p: moves.year_end(actor=a, unit_id=p.unit, class_group_id=p.group), OFFICE),
    rosters.issue_link_code: (
        lambda a, p: rosters.issue_link_code(actor=a, unit_id=p.unit, student_id=p.student),
        OFFICE,
    ),
    # Whoever holds the paper of the school: the code is the permission.
    rosters.redeem_link_code: (lambda a, p: rosters.redeem_link_code(actor=a, unit_id=p.unit, code=p.code), ANYBODY),
    imports.preview: (
        lambda a, p: imports.preview(actor=a, unit_id=p.unit, file_name="a.csv", content=CSV, year=p.year),
        OFFICE,
    ),
    imports.apply: (lambda a, p: imports.apply(actor=a, unit_id=p.unit, batch_id=p.batch), OFFICE),
    imports.undo: (lambda a, p: imports.undo(actor=a, unit_id=p.unit, batch_id=p.done), OFFICE),
    gradebook.open_columns: (
        lambda a, p: gradebook.open_columns(
            actor=a, unit_id=p.unit, class_group_id=p.group, subject=p.subject, term=p.term
        ),
        MARKS,
    ),
    marks.record_mark: (
        lambda a, p: marks.record_mark(
            actor=a, unit_id=p.unit, assessment_id=p.column, student_id=p.student, text="9", reason="Chấm lại"
        ),
        MARKS,
    ),
    marks.save: (
        lambda a, p: marks.save(
            actor=a,
            unit_id=p.unit,
            class_group_id=p.group,
            subject_id=p.subject.pk,
            entries=[marks.Entry(p.column, p.student, "9")],
            reason="Chấm lại",
        ),
        MARKS,
    ),
    gradebook.lock_columns: (
        lambda a, p: gradebook.lock_columns(
            actor=a, unit_id=p.unit, class_group_id=p.group, subject_id=p.subject.pk, term_id=p.term.pk
        ),
        MARKS,
    ),
    gradebook.reopen_columns: (
        lambda a, p: gradebook.reopen_columns(
            actor=a,
            unit_id=p.unit,
            class_group_id=p.group,
            subject_id=p.subject.pk,
            term_id=p.term.pk,
            until=timezone.now() + timedelta(days=1),
            reason="Bổ sung",
        ),
        PRINCIPAL,
    ),
    gradebook.request_change: (
        lambda a, p: gradebook.request_change(
            actor=a, unit_id=p.unit, assessment_id=p.closed, student_id=p.student, text="9", reason="Nhập nhầm"
        ),
        MARKS,
    ),
    gradebook.decide_change: (
        lambda a, p: gradebook.decide_change(actor=a, unit_id=p.unit, request_id=p.request, approve=True),
        PRINCIPAL,
    ),
    rosters.issue_link_codes: (
        lambda a, p: rosters.issue_link_codes(actor=a, unit_id=p.unit, class_group_id=p.group),
        OFFICE,
    ),
    imports.batch: (lambda a, p: imports.batch(actor=a, unit_id=p.unit, batch_id=p.batch), OFFICE),
    imports.recent: (lambda a, p: imports.recent(actor=a, unit_id=p.unit), OFFICE),
    gradebook.publish: (
        lambda a, p: gradebook.publish(
            actor=a, unit_id=p.unit, class_group_id=p.group, subject_id=p.subject.pk, term_id=p.term.pk
        ),
        MARKS,
    ),
    sheet_imports.preview: (
        lambda a, p: sheet_imports.preview(
            actor=a,
            unit_id=p.unit,
            class_group_id=p.group,
            subject_id=p.subject.pk,
            term_id=p.term.pk,
            file_name="a.csv",
            content=SHEET,
        ),
        MARKS,
    ),
    sheet_imports.batch: (lambda a, p: sheet_imports.batch(actor=a, unit_id=p.unit, batch_id=p.sheet), MARKS),
    sheet_imports.recent: (
        lambda a, p: sheet_imports.recent(
            actor=a, unit_id=p.unit, class_group_id=p.group, subject_id=p.subject.pk, term_id=p.term.pk
        ),
        MARKS,
    ),
    sheet_imports.apply: (
        lambda a, p: sheet_imports.apply(actor=a, unit_id=p.unit, batch_id=p.sheet, reason="Chấm lại"),
        MARKS,
    ),
    sheet_imports.undo: (
        lambda a, p: sheet_imports.undo(actor=a, unit_id=p.unit, batch_id=p.sheet_done, reason="Nộp nhầm"),
        MARKS,
    ),
    reports.sheet: (
        lambda a, p: reports.sheet(actor=a, unit_id=p.unit, class_group_id=p.group, term_id=p.term.pk),
        HOMEROOM,
    ),
    reports.save: (
        lambda a, p: reports.save(
            actor=a,
            unit_id=p.unit,
            class_group_id=p.group,
            term_id=p.term.pk,
            entries=[reports.Entry(p.members[1], "TOT", "1", "Ngoan", 0)],
        ),
        HOMEROOM,
    ),
    reports.publish: (
        lambda a, p: reports.publish(actor=a, unit_id=p.unit, class_group_id=p.group, term_id=p.term.pk),
        HOMEROOM,
    ),
    remarks.sheet: (
        lambda a, p: remarks.sheet(actor=a, unit_id=p.unit, class_group_id=p.group, topic="TOAN", period=2),
        HOMEROOM | MARKS,
    ),
    remarks.save: (
        lambda a, p: remarks.save(
            actor=a,
            unit_id=p.unit,
            class_group_id=p.group,
            topic="TOAN",
            period=2,
            entries=[remarks.Entry(p.student, "TOAN", comment="Tính nhanh")],
        ),
        HOMEROOM | MARKS,
    ),
    remarks.publish: (
        lambda a, p: remarks.publish(actor=a, unit_id=p.unit, class_group_id=p.group, topic="TOAN", period=2),
        HOMEROOM | MARKS,
    ),
    years.overview: (lambda a, p: years.overview(actor=a, unit_id=p.unit, class_group_id=p.group), HOMEROOM),
    years.judge: (lambda a, p: years.judge(actor=a, unit_id=p.unit, class_group_id=p.group), PRINCIPAL),
    years.publish: (lambda a, p: years.publish(actor=a, unit_id=p.unit, class_group_id=p.group), PRINCIPAL),
    carrying.carry: (
        lambda a, p: carrying.carry(
            actor=a,
            unit_id=p.unit,
            student_id=p.student,
            year_id=p.year.pk,
            item="TOAN",
            kind="retest",
            text="9",
            source="Kiểm tra lại",
        ),
        PRINCIPAL,
    ),
    phrases.phrases: (lambda a, p: phrases.phrases(actor=a, unit_id=p.unit), STAFF),
    phrases.add: (lambda a, p: phrases.add(actor=a, unit_id=p.unit, text="{ten} chăm học"), STAFF),
    phrases.delete: (lambda a, p: phrases.delete(actor=a, unit_id=p.unit, phrase_id=p.phrase), PRINCIPAL),
    moves.change_class: (
        lambda a, p: moves.change_class(
            actor=a, unit_id=p.unit, student_id=p.student, class_group_id=p.other_group, day=DAY, reason="x"
        ),
        OFFICE,
    ),
    moves.prepare_transfer: (
        lambda a, p: moves.prepare_transfer(actor=a, unit_id=p.unit, student_id=p.student, day=DAY, reason="x"),
        OFFICE,
    ),
    moves.accept_transfer: (
        lambda a, p: moves.accept_transfer(
            actor=a, unit_id=p.unit, code=p.transfer, class_group_id=p.group, student_code="MOI7", day=DAY
        ),
        OFFICE,
    ),
    lifecycle.change_class: (
        lambda a, p: lifecycle.change_class(
            actor=a, unit_id=p.unit, student_id=p.student, class_group_id=p.other_group, day=DAY, reason="x"
        ),
        OFFICE,
    ),
    lifecycle.leave: (
        lambda a, p: lifecycle.leave(actor=a, unit_id=p.unit, student_id=p.student, day=DAY, reason="x"),
        OFFICE,
    ),
    lifecycle.come_back: (
        lambda a, p: lifecycle.come_back(actor=a, unit_id=p.unit, student_id=p.gone, class_group_id=p.group, day=DAY),
        OFFICE,
    ),
    lifecycle.begin_year: (
        lambda a, p: lifecycle.begin_year(
            actor=a, unit_id=p.unit, class_group_id=p.group, year=p.following, up=p.members, up_to="8A1"
        ),
        OFFICE,
    ),
    lifecycle.prepare_transfer: (
        lambda a, p: lifecycle.prepare_transfer(
            actor=a, unit_id=p.unit, student_id=p.student, day=DAY, reason="x", travels={}
        ),
        OFFICE,
    ),
    lifecycle.accept_transfer: (
        lambda a, p: lifecycle.accept_transfer(
            actor=a, unit_id=p.unit, code=p.transfer, class_group_id=p.group, student_code="MOI7", day=DAY
        ),
        OFFICE,
    ),
    people.person: (lambda a, p: people.person(actor=a, unit_id=p.unit, student_id=p.student), OFFICE),
    people.set_citizen_id: (
        lambda a, p: people.set_citizen_id(actor=a, unit_id=p.unit, student_id=p.student, number="072214004567"),
        OFFICE,
    ),
    people.reveal_citizen_id: (
        lambda a, p: people.reveal_citizen_id(actor=a, unit_id=p.unit, student_id=p.student, purpose="BHYT"),
        OFFICE,
    ),
    people.set_profile: (
        lambda a, p: people.set_profile(actor=a, unit_id=p.unit, student_id=p.student, values={"dantoc": "Khmer"}),
        OFFICE,
    ),
    people.set_assessed: (
        lambda a, p: people.set_assessed(
            actor=a, unit_id=p.unit, student_id=p.student, assessed=False, reason="Giấy xác nhận"
        ),
        OFFICE,
    ),
    people.open_case: (
        lambda a, p: people.open_case(
            actor=a, unit_id=p.unit, student_id=p.student, kind="MO_COI", valid_from=DAY, evidence="QĐ 1"
        ),
        OFFICE,
    ),
    people.close_case: (
        lambda a, p: people.close_case(actor=a, unit_id=p.unit, case_id=p.case, valid_to=DAY),
        OFFICE,
    ),
    guardians.consents: (
        lambda a, p: guardians.consents(actor=a, unit_id=p.unit, student_id=p.student),
        PARENT,
    ),
    guardians.give_consent: (
        lambda a, p: guardians.give_consent(
            actor=a, unit_id=p.unit, student_id=p.student, purpose=Purpose.PHOTO, child_agrees=True
        ),
        PARENT,
    ),
    guardians.withdraw_consent: (
        lambda a, p: guardians.withdraw_consent(actor=a, unit_id=p.unit, student_id=p.student, purpose=Purpose.CAMERA),
        PARENT,
    ),
}

# Reads, and what is done already on the table's column, or has nothing to do on it yet.
CHANGES_NOTHING = {
    gradebook.publish, imports.batch, imports.recent, sheet_imports.batch, sheet_imports.recent, reports.sheet,
    remarks.sheet, remarks.publish, years.overview, years.judge, years.publish, phrases.phrases, people.person,
    people.reveal_citizen_id, guardians.consents, assignments.staff, moves.year_end,
    schedules.week, schedules.exams,
}  # fmt: skip
# They show no child's record, or their own to the family.
NO_TRAIL = {schedules.exams, imports.recent, sheet_imports.recent, phrases.phrases, guardians.consents, years.judge}

# Functions that ask no role, with the reason and the test that holds them.
NO_ROLE = {
    identity.create_account: "makes an account without any right; called by commands and the portal's administrator",
    identity.change_password: "of the account itself, after its password or a reset link: test_login, test_reset",
    identity.request_reset: "a visitor's; limited and silent: test_reset",
    identity.start_handoff: "of the account itself: test_handoff",
    identity.peek_handoff: "the token is the permission: test_handoff",
    identity.redeem_handoff: "the token is the permission: test_handoff",
    identity.forget_old_failures: "tidying, by the worker: test_login",
    rosters.mark_seen: "of the guardian's own links: test_mark_seen_touches_own_links_alone",
    people.keep_number: "on a row that the caller locked and saves: test_lifecycle",
    people.number_of: "on a row that the caller asked for and audits: test_lifecycle",
    rosters.require_office: "the rule itself",
    reports.require_homeroom: "the rule itself",
    reports.owed: "shows the actor's own classes alone: test_families_see_what_is_published",
    guardians.require_guardian: "the rule itself",
    guardians.with_consent: "asked by other services, which ask for their own permission: test_family",
    sheet_imports.may_undo: "pure",
    marks.require_teacher: "the rule itself",
    marks.require_principal: "the rule itself",
    marks.refuse: "the rule itself",
    marks.read: "pure",
    marks.show: "pure",
    marks.decimal_comma: "pure",
    marks.text_of: "pure",
    marks.is_locked: "pure",
}


WRITING = {
    "services", "imports", "marks", "sheet_imports", "reports", "remarks", "years", "phrases", "moves", "lifecycle",
    "people", "guardians", "enrolling", "assignments", "schedules", "carrying",
}  # fmt: skip


def writing_modules() -> list[Any]:
    found = []
    for module in pkgutil.walk_packages(school_services.__path__, "school_services."):
        if module.name.rsplit(".", 1)[-1] in WRITING:
            found.append(importlib.import_module(module.name))
    return found


def test_every_function_of_the_services_has_a_row() -> None:
    """The services of identity, rosters and gradebook; another app brings a table of its own."""
    here = ("school_services.identity.", "school_services.rosters.", "school_services.gradebook.")
    functions = {
        function
        for module in writing_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and module.__name__.startswith(here)
    }
    assert len(functions) >= 15
    listed = TABLE.keys() | NO_ROLE.keys()
    assert not functions - listed, f"no row: {sorted(f.__qualname__ for f in functions - listed)}"
    assert not listed - functions, "rows of functions that are gone"
    for function in TABLE:
        parameters = inspect.signature(function).parameters.values()
        assert next(iter(parameters)).name == "actor"
        assert all(p.kind is p.KEYWORD_ONLY for p in parameters), function


@pytest.fixture
def place(alpha: Any, beta: Any, portals: dict[str, Any]) -> Place:
    unit = alpha.unit_id
    with context.platform():
        Unit.objects.exclude(pk=portals["so"].unit_id).filter(pk__in=[unit, beta.unit_id]).update(
            parent_id=portals["so"].unit_id
        )
        for login, _, _ in ROLES.values():
            identity.create_account(login=login, full_name="Người Thử", password=None)
        users = {user.username: user for user in User.objects.all()}
        year = SchoolYear.objects.get(code="2026-2027")
        term = Term.objects.get(year=year, number=1)
        subject = Subject.objects.get(level="THCS", code="TOAN")
    with context.enter(alpha):
        for name, (login, slug, kind) in ROLES.items():
            target = portals[slug].unit_id
            with context.scope((target,)):
                Role.objects.create(
                    unit_id=target,
                    user=users[login],
                    kind=kind,
                    valid_from="2025-08-01",
                    valid_to="2026-08-01" if name == "former teacher" else None,
                )
        office = actors.load(users["vp.alpha@example.vn"])
        with context.scope((unit,)):
            group = ClassGroup.objects.get(unit_id=unit, name="7A1")
            group.homeroom_teacher = users["gv.homeroom@example.vn"]
            group.save()
            student = Student.objects.get(unit_id=unit, code="ALPHA1")
            column = Assessment.objects.get(unit_id=unit)
            role = Role.objects.create(
                unit_id=unit, user=users["84912000002"], kind=Role.Kind.TEACHER, valid_from="2025-08-01"
            )
            # The teacher of the class's subject of the year before, whose assignment has ended.
            from school_services.rosters.models import TeachingAssignment

            TeachingAssignment.objects.create(
                unit_id=unit,
                teacher=users["gv.former@example.vn"],
                class_group=group,
                subject=subject,
                valid_to="2026-08-01",
            )
            other = ClassGroup.objects.create(unit_id=unit, year=year, grade=7, name="7A2")
            assignment = TeachingAssignment.objects.create(
                unit_id=unit, teacher=users["gv.other@example.vn"], class_group=other, subject=subject
            )
            exam = ExamSlot.objects.create(
                unit_id=unit, term=term, grade=7, subject=subject, label="Thi", starts_at=EXAM_AT, minutes=45
            )
            shut = {"unit_id": unit, "class_group": group, "subject": subject, "term": term, "kind": "GK"}
            closed = Assessment.objects.create(**shut, ordinal=1, locked_at=timezone.now())
            asked = Assessment.objects.create(**shut | {"kind": "CK"}, ordinal=1, locked_at=timezone.now())
            gone = Student.objects.create(
                unit_id=unit, code="CU1", full_name="Em Đã Nghỉ", birth_date="2014-01-01", gender="1"
            )
            following = SchoolYear.objects.create(code="2027-2028", starts=date(2027, 9, 5), ends=date(2028, 5, 31))
            members = list(
                Enrolment.objects.filter(class_group=group).order_by("pk").values_list("student_id", flat=True)
            )
            request = ChangeRequest.objects.create(
                unit_id=unit,
                assessment=asked,
                student=student,
                text="9,0",
                reason="Nhập nhầm",
                requested_by=users["gv.alpha@example.vn"],
            )
        preview = imports.preview(actor=office, unit_id=unit, file_name="a.csv", content=CSV, year=year)
        second = imports.preview(
            actor=office, unit_id=unit, file_name="b.csv", content=CSV.replace(b"MOI1", b"MOI2"), year=year
        )
        imports.apply(actor=office, unit_id=unit, batch_id=second.batch_id or 0)
        with context.scope((unit,)):
            members = list(
                Enrolment.objects.filter(class_group=group, valid_to__isnull=True)
                .order_by("pk")
                .values_list("student_id", flat=True)
            )
        made = _more(alpha, beta, users, group.pk, subject, term, student.pk, members)
        code = rosters.issue_link_code(actor=office, unit_id=unit, student_id=student.pk)
        with context.scope((unit,)):
            role_id = role.pk
    # The role that is ended below belongs to nobody in the table.
    with context.enter(alpha), context.scope((unit,)):
        Role.objects.filter(pk=role_id).update(user=users["web.beta@example.vn"])
    return Place(
        unit=unit,
        group=group.pk,
        subject=subject,
        term=term,
        year=year,
        student=student.pk,
        column=column.pk,
        closed=closed.pk,
        request=request.pk,
        stranger=users["web.beta@example.vn"].pk,
        role=role_id,
        batch=preview.batch_id or 0,
        done=second.batch_id or 0,
        code=code,
        other_group=other.pk,
        members=members,
        gone=gone.pk,
        following=following,
        teacher=users["gv.alpha@example.vn"].pk,
        assignment=assignment.pk,
        exam=exam.pk,
        **made,
    )


def _more(
    alpha: Any, beta: Any, users: Any, group: int, subject: Subject, term: Term, student: int, members: list[int]
) -> dict[str, Any]:
    """Sheets, a report, a phrase, a case, a consent and a transfer for the table to act on."""
    unit = alpha.unit_id
    principal = actors.load(users["ht.alpha@example.vn"])
    what = {"actor": principal, "unit_id": unit}
    cell = {"class_group_id": group, "subject_id": subject.pk, "term_id": term.pk}
    done = sheet_imports.preview(**what, **cell, file_name="b.csv", content="Mã HS;TX 1\nALPHA2;9\n".encode())
    sheet_imports.apply(**what, batch_id=done.batch_id or 0, reason="Chấm lại")
    sheet = sheet_imports.preview(**what, **cell, file_name="a.csv", content=SHEET)
    reports.save(
        **what, class_group_id=group, term_id=term.pk, entries=[reports.Entry(members[0], "TOT", "", "Ngoan", 0)]
    )
    phrase = phrases.add(**what, text="Ngoan", for_school=True)
    case = people.open_case(**what, student_id=student, kind="HO_NGHEO", valid_from=DAY, evidence="QĐ 2")
    parent = actors.load(users["84912000001"])
    guardians.give_consent(actor=parent, unit_id=unit, student_id=student, purpose=Purpose.CAMERA)
    with context.scope((beta.unit_id,)):
        away = Student.objects.get(unit_id=beta.unit_id, code="BETA1").pk
    elsewhere = actors.load(users["vp.beta@example.vn"])
    transfer = moves.prepare_transfer(
        actor=elsewhere, unit_id=beta.unit_id, student_id=away, day=DAY, reason="Chuyển nơi ở"
    )
    return {
        "sheet": sheet.batch_id or 0,
        "sheet_done": done.batch_id or 0,
        "phrase": phrase.pk,
        "case": case.pk,
        "transfer": transfer,
    }


def everything(units: tuple[int, ...]) -> dict[str, list[Any]]:
    """Every row of every service table but the trail itself, and the queue."""
    found: dict[str, list[Any]] = {}
    with context.scope(units), connection.cursor() as cursor:
        for model in apps.get_models():
            if model.__module__.startswith("school_services.") and model is not AuditEntry:
                cursor.execute(f"select * from {model._meta.db_table} order by id")
                found[model._meta.db_table] = cursor.fetchall()
        cursor.execute("select * from procrastinate_jobs order by id")
        found["queue"] = cursor.fetchall()
    return found


def trail(unit: int) -> list[AuditEntry]:
    with context.scope((unit,)):
        return list(AuditEntry.objects.filter(unit_id=unit).order_by("pk"))


@pytest.mark.parametrize("who", sorted(PEOPLE))
@pytest.mark.parametrize("function", TABLE, ids=lambda f: f"{f.__module__.split('.')[1]}.{f.__name__}")
def test_permission(function: Callable[..., Any], who: str, place: Place, alpha: Any, beta: Any) -> None:
    call, allowed = TABLE[function]
    with context.enter(alpha):
        user = User.objects.get(username=PEOPLE[who])
        actor = actors.load(user, address="192.0.2.44")
        units = (alpha.unit_id, beta.unit_id)
        before, entries = everything(units), len(trail(place.unit))
        if who in allowed:
            call(actor, place)
            new = trail(place.unit)[entries:]
            assert all(e.allowed for e in new)
            assert bool(new) is (function not in NO_TRAIL)
            assert everything(units) != before or function in CHANGES_NOTHING
        else:
            with pytest.raises(PermissionRefused):
                call(actor, place)
            assert everything(units) == before, "a refusal writes nothing"
            new = trail(place.unit)[entries:]
            assert [(e.allowed, e.reason) for e in new] == [(False, "refused")]
        for entry in new:
            assert (entry.actor_id, entry.address) == (user.pk, "192.0.2.44")
            assert entry.action
            assert entry.subject


def test_the_people_differ_in_nothing_but_what_the_table_says(place: Place, alpha: Any) -> None:
    """Without this, refusals could come from a missing account or role rather than from the rule."""
    with context.enter(alpha):
        grants = {who: actors.load(User.objects.get(username=login)).grants for who, login in PEOPLE.items()}
    for who in ("parent", "other parent", "webmaster", "operator", "former teacher"):
        assert grants[who] == (), who
    for who in PEOPLE.keys() - {"parent", "other parent", "webmaster", "operator", "former teacher"}:
        assert len(grants[who]) == 1, who


@pytest.mark.parametrize("path", ["", "mat-khau/", "lien-ket/", "chuyen/"], ids=["home", "password", "link", "handoff"])
def test_a_visitor_is_no_actor(path: str, visit: Any, alpha: Any) -> None:
    client = visit("alpha")
    before = None
    with context.enter(alpha):
        before = everything((alpha.unit_id,))
    for method in (client.get, client.post):
        answer = method(f"/tai-khoan/{path}", {"code": "ABCDEFGH", "portal": "beta"})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/tai-khoan/dang-nhap/")
    with context.enter(alpha):
        assert everything((alpha.unit_id,)) == before


def test_a_wrong_code_is_no_refusal_and_writes_nothing(place: Place, alpha: Any) -> None:
    with context.enter(alpha):
        actor = actors.load(User.objects.get(username="84912000002"))
        before, entries = everything((alpha.unit_id,)), len(trail(place.unit))
        with pytest.raises(Invalid, match="link_code"):
            rosters.redeem_link_code(actor=actor, unit_id=place.unit, code="ABCDEFGH")
        assert everything((alpha.unit_id,)) == before
        assert len(trail(place.unit)) == entries


def test_mark_seen_touches_own_links_alone(alpha: Any, beta: Any) -> None:
    with context.enter(alpha):
        actor = actors.load(User.objects.get(username="84912000002"))
        with context.scope((alpha.unit_id, beta.unit_id)):
            links = list(Guardianship.objects.values_list("pk", flat=True))
            assert len(links) == 3
        rosters.mark_seen(actor=actor, link_ids=links, unit_ids={alpha.unit_id, beta.unit_id})
        with context.scope((alpha.unit_id, beta.unit_id)):
            assert set(Guardianship.objects.filter(seen_at__isnull=False).values_list("user_id", flat=True)) == {
                actor.user_id
            }
        # A second look is the same visit, an hour later it is another: what came meanwhile stays new.
        own = Guardianship.objects.filter(user_id=actor.user_id)
        looks = []
        for earlier in (0, 10, 60):
            with context.scope((alpha.unit_id, beta.unit_id)):
                own.update(seen_at=F("seen_at") - timedelta(minutes=earlier))
                before = set(own.values_list("seen_at", flat=True))
            rosters.mark_seen(actor=actor, link_ids=links, unit_ids={alpha.unit_id, beta.unit_id})
            with context.scope((alpha.unit_id, beta.unit_id)):
                looks.append(set(own.values_list("seen_at", flat=True)) == before)
        assert looks == [True, True, False]


def test_a_mark_of_the_world_is_there_to_be_corrected(place: Place, alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert Mark.objects.filter(assessment_id=place.column, student_id=place.student).count() == 1
