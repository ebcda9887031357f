"""A school's roster as files: OneRoster 1.2, the national columns. Audited; no whole personal number, no password."""

from __future__ import annotations

import io
import uuid

from openpyxl import Workbook

from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context
from tenants.models import Unit

from . import oneroster
from .import_rules import LABELS
from .models import ClassGroup, Enrolment, SchoolYear, Student, StudentProfile, TeachingAssignment, Term
from .national_rules import FIELDS, NUMBER, show
from .services import require_office

_SEX = {Student.Gender.MALE.value: "male", Student.Gender.FEMALE.value: "female"}


def one_roster(*, actor: Actor, unit_id: int, year: SchoolYear) -> bytes:
    """The school of a year as a OneRoster set: constant queries. Raises `PermissionRefused`."""
    require_office(actor, unit_id, "export_roster")
    unit = Unit.objects.get(pk=unit_id)
    org, year_id = f"org-{unit_id}", f"year-{year.pk}"
    first = {"sourcedId": org, "name": unit.name, "type": "school"}
    sessions = [_session(year_id, year.code, "schoolYear", year, year)] + [
        _session(f"term-{term.pk}", f"Học kì {term.number}", "semester", term, year) | {"parentSourcedId": year_id}
        for term in Term.objects.filter(year=year).order_by("number")
    ]
    with context.scope((unit_id,), user=actor.user_id):
        groups = list(ClassGroup.objects.filter(unit_id=unit_id, year=year).order_by("grade", "name"))
        enrolments = list(
            Enrolment.objects.select_related("student")
            .filter(unit_id=unit_id, class_group__year=year, valid_to__isnull=True)
            .order_by("student__sort_key", "student_id")
        )
        lessons = list(
            TeachingAssignment.objects.select_related("teacher", "subject", "class_group")
            .filter(unit_id=unit_id, class_group__year=year, valid_to__isnull=True)
            .order_by("class_group__grade", "class_group__name", "subject__place", "teacher_id")
        )
        audit.record(
            actor=actor, action="export_roster", unit_id=unit_id, subject="rosters.schoolyear", subject_id=year.pk
        )
    grades = {group.pk: str(group.grade) for group in groups}
    classes = [
        {"sourcedId": f"class-{g.pk}", "title": g.name, "grades": str(g.grade), "classType": "homeroom",
         "schoolSourcedId": org, "termSourcedIds": year_id, "courseSourcedId": "homeroom"}
        for g in groups
    ]  # fmt: skip
    courses = {"homeroom": {"sourcedId": "homeroom", "title": "Lớp", "orgSourcedId": org}}
    enrolled = [
        {"sourcedId": f"enr-{e.pk}", "classSourcedId": f"class-{e.class_group_id}", "schoolSourcedId": org,
         "userSourcedId": str(e.student.uid), "role": "student", "beginDate": e.valid_from.isoformat()}
        for e in enrolments
    ]  # fmt: skip
    teachers: dict[str, dict[str, str]] = {}
    for lesson in lessons:
        course, key = f"course-{lesson.subject_id}", f"class-{lesson.class_group_id}-{lesson.subject_id}"
        courses[course] = {"sourcedId": course, "title": lesson.subject.name, "orgSourcedId": org,
                           "courseCode": lesson.subject.code, "subjects": lesson.subject.name}  # fmt: skip
        if all(row["sourcedId"] != key for row in classes[-1:]):
            classes.append(
                {"sourcedId": key, "title": f"{lesson.class_group.name} – {lesson.subject.name}",
                 "grades": str(lesson.class_group.grade), "classType": "scheduled", "courseSourcedId": course,
                 "schoolSourcedId": org, "termSourcedIds": year_id}
            )  # fmt: skip
        # A key of its own: the account's number and login are nobody else's business.
        person = str(uuid.uuid5(uuid.NAMESPACE_OID, f"teacher:{unit_id}:{lesson.teacher_id}"))
        teachers[person] = _user(person, lesson.teacher.full_name, org)
        enrolled.append(
            {"sourcedId": f"lesson-{lesson.pk}", "classSourcedId": key, "schoolSourcedId": org,
             "userSourcedId": person, "role": "teacher", "primary": "true"}
        )  # fmt: skip
    pupils = [
        _user(str(e.student.uid), e.student.full_name, org) | {"identifier": e.student.code,
                                                               "grades": grades[e.class_group_id]}
        for e in enrolments
    ]  # fmt: skip
    return oneroster.write(
        {
            "orgs": [first],
            "academicSessions": sessions,
            "courses": courses.values(),
            "classes": classes,
            "users": [*pupils, *teachers.values()],
            "roles": [_role(row["sourcedId"], "student", org) for row in pupils]
            + [_role(key, "teacher", org) for key in teachers],
            "enrollments": enrolled,
            "demographics": [
                {"sourcedId": str(e.student.uid), "birthDate": e.student.birth_date.isoformat(),
                 "sex": _SEX[e.student.gender]}
                for e in enrolments
            ],
        },
        system="Portal Host",
        code=org,
    )  # fmt: skip


def national(*, actor: Actor, unit_id: int, year: SchoolYear) -> bytes:
    """A workbook of the national columns that the import takes back: personal numbers masked. Audited.

    Raises `PermissionRefused`.
    """
    require_office(actor, unit_id, "export_roster")
    with context.scope((unit_id,), user=actor.user_id):
        rows = list(
            Enrolment.objects.select_related("student", "class_group")
            .filter(unit_id=unit_id, class_group__year=year, valid_to__isnull=True)
            .order_by("class_group__grade", "class_group__name", "student__sort_key", "student_id")
        )
        more = dict(StudentProfile.objects.filter(unit_id=unit_id).values_list("student_id", "values"))
        audit.record(
            actor=actor, action="export_roster", unit_id=unit_id, subject="rosters.schoolyear", subject_id=year.pk
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Học sinh")
    sheet.freeze_panes = "C2"
    sheet.append([*LABELS.values(), *(column.heading for column in FIELDS)])
    for row in rows:
        student, values = row.student, more.get(row.student_id, {})
        sheet.append(
            [
                student.code,
                student.full_name,
                student.birth_date.strftime("%d/%m/%Y"),
                str(student.get_gender_display()),
                row.class_group.name,
                *(
                    student.citizen_id_mask if column.code == NUMBER else show(column, values.get(column.code, ""))
                    for column in FIELDS
                ),
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _session(key: str, title: str, kind: str, span: SchoolYear | Term, year: SchoolYear) -> dict[str, str]:
    return {
        "sourcedId": key,
        "title": title,
        "type": kind,
        "startDate": span.starts.isoformat(),
        "endDate": span.ends.isoformat(),
        "schoolYear": str(year.ends.year),  # the standard names a year by its end
    }


def _user(key: str, name: str, org: str) -> dict[str, str]:
    family, middle, given = oneroster.split_name(name)
    return {
        "sourcedId": key,
        "enabledUser": "true",
        "username": key,
        "familyName": family,
        "middleName": middle,
        "givenName": given,
        "primaryOrgSourcedId": org,
    }


def _role(user: str, role: str, org: str) -> dict[str, str]:
    return {
        "sourcedId": f"role-{user}",
        "userSourcedId": user,
        "roleType": "primary",
        "role": role,
        "orgSourcedId": org,
    }
