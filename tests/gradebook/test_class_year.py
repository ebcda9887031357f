"""A class through its year: reports, comments, judgement with versions, what is carried in; who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.errors import Conflict, DomainError, Invalid, NotFound, PermissionRefused
from school_services.gradebook import carrying, phrase_rules, phrases, published, remarks, reports, years
from school_services.gradebook.models import Assessment, CarriedResult, Mark, Remark, TermReport, YearResult
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, Role, User
from school_services.identity.services import create_account
from school_services.rosters.models import (
    ClassGroup,
    Enrolment,
    SchoolYear,
    Student,
    Subject,
    TeachingAssignment,
    Term,
)
from tenants import context

pytestmark = pytest.mark.django_db
D = Decimal


@dataclass
class Class:
    unit: int
    group: int
    year: SchoolYear
    terms: dict[int, int]
    students: list[int]
    principal: Actor
    homeroom: Actor
    stranger: Actor

    def report(self, term: int, *rows: tuple[int, str, str, str]) -> int:
        current = {
            r.student_id: r.pk for r in TermReport.objects.filter(term_id=self.terms[term], superseded_at__isnull=True)
        }
        return reports.save(
            actor=self.homeroom,
            unit_id=self.unit,
            class_group_id=self.group,
            term_id=self.terms[term],
            entries=[
                reports.Entry(self.students[i], conduct, absences, comment, current.get(self.students[i], 0))
                for i, conduct, absences, comment in rows
            ],
        )

    def judge(self, reason: str = "") -> int:
        return years.judge(actor=self.principal, unit_id=self.unit, class_group_id=self.group, reason=reason)

    def carry(self, place: int, item: str, kind: str, text: str, source: str = "QĐ 12") -> None:
        carrying.carry(actor=self.principal, unit_id=self.unit, student_id=self.students[place], year_id=self.year.pk,
                    item=item, kind=kind, text=text, source=source)  # fmt: skip

    def result(self, place: int) -> YearResult:
        return YearResult.objects.get(student_id=self.students[place], superseded_at__isnull=True)

    def missing(self, place: int) -> tuple[str, ...]:
        lines = years.overview(actor=self.principal, unit_id=self.unit, class_group_id=self.group).lines
        return next(line.missing for line in lines if line.student_id == self.students[place])


@pytest.fixture
def seven(alpha: Any) -> Any:
    """7A1 of alpha: three pupils with every mark of both terms: 8,0 for the first, 8,5 and 4,0 in two, 6,0."""
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        unit = alpha.unit_id
        head = create_account(login="ht@example.vn", full_name="Hiệu Trưởng", password=None)
        Role.objects.create(unit_id=unit, user=head, kind=Role.Kind.PRINCIPAL, valid_from="2025-08-01")
        teacher = User.objects.get(username="gv.alpha@example.vn")
        group = ClassGroup.objects.select_related("year").get()
        group.homeroom_teacher = teacher
        group.save()
        students = list(Student.objects.order_by("code").values_list("pk", flat=True))
        Mark.objects.all().delete()
        Assessment.objects.all().delete()
        terms = dict(Term.objects.filter(year=group.year).values_list("number", "pk"))
        marks = {0: "8.0", 1: "8.5", 2: "6.0"}
        columns, cells = [], []
        for subject in Subject.objects.filter(level="THCS"):
            for term in terms.values():
                for kind in ("TX", "GK", "CK"):
                    columns.append(
                        Assessment(unit_id=unit, class_group=group, subject=subject, term_id=term, kind=kind, ordinal=1)
                    )
        Assessment.objects.bulk_create(columns)
        for column in columns:
            for place, student in enumerate(students):
                scored = column.subject.kind == "score"
                weak = place == 1 and column.subject.code in {"TOAN", "VAN"}
                cells.append(
                    Mark(
                        unit_id=unit, assessment=column, student_id=student, status="RECORDED",
                        value=D("3.0" if weak else marks[place]) if scored else None,
                        comment="" if scored else "DAT", recorded_at=timezone.now(), recorded_by=teacher,
                    )
                )  # fmt: skip
        Mark.objects.bulk_create(cells)
        yield Class(
            unit, group.pk, group.year, terms, students, actors.load(head), actors.load(teacher),
            actors.load(User.objects.get(username="gv.beta@example.vn")),
        )  # fmt: skip


def test_a_year_from_marks_and_reports(seven: Class) -> None:
    assert seven.missing(0) == ("RL1", "RL2")
    assert seven.judge() == 0
    for term in (1, 2):
        seven.report(term, (0, "TOT", "2", "Chăm"), (1, "KHA", "", ""), (2, "TOT", "23", ""))
    assert seven.judge() == 3
    first, second, third = (seven.result(i) for i in range(3))
    assert (first.study, first.conduct, first.decision, first.title) == ("TOT", "TOT", "LEN_LOP", "HS_GIOI")
    assert (second.study, second.decision) == ("CHUA_DAT", "KIEM_TRA_LAI")
    assert second.details["retest_in"] == ["TOAN", "VAN"]
    assert (third.study, third.absences, third.decision) == ("DAT", 46, "O_LAI_LOP")
    assert {row.regime for row in (first, second, third)} == {"TT22_2021"}
    assert seven.judge() == 0, "nothing changed, no new version"


def test_retest_makes_a_second_version_and_the_first_stays(seven: Class) -> None:
    for term in (1, 2):
        seven.report(term, (0, "TOT", "", ""), (1, "TOT", "", ""), (2, "TOT", "", ""))
    seven.judge()
    years.publish(actor=seven.principal, unit_id=seven.unit, class_group_id=seven.group)
    seven.carry(1, "TOAN", "retest", "7")
    seven.carry(1, "VAN", "retest", "6,5", "Kiểm tra lại 15/7")
    with pytest.raises(Invalid):
        seven.judge()
    assert seven.judge("Sau kiểm tra lại") == 1
    rows = YearResult.objects.filter(student_id=seven.students[1]).order_by("version")
    assert [(r.version, r.study, r.study_after, r.decision) for r in rows] == [
        (1, "CHUA_DAT", "", "KIEM_TRA_LAI"), (2, "CHUA_DAT", "TOT", "LEN_LOP")
    ]  # fmt: skip
    assert rows[1].published_at is not None
    assert published.years(seven.unit, seven.students[1])[0].version == 2


def test_what_is_carried_in(seven: Class) -> None:
    """Exempt from one subject; another joined in the second term, from a school that gave its averages."""
    for term in (1, 2):
        seven.report(term, (0, "TOT", "", ""), (1, "TOT", "", ""), (2, "TOT", "", ""))
    Mark.objects.filter(student_id=seven.students[0], assessment__subject__code="GDTC").delete()
    first_term = Mark.objects.filter(student_id=seven.students[2], assessment__term_id=seven.terms[1])
    first_term.filter(assessment__subject__code__in=["TOAN", "NT"]).delete()
    assert seven.missing(0) == ("GDTC",)
    assert seven.missing(2) == ("TOAN",), "a comment subject takes the second term"
    seven.carry(0, "GDTC", "exempt", "")
    seven.carry(2, "TOAN", "first", "9,0", "THCS Thử Nghiệm")
    assert seven.missing(0) == seven.missing(2) == ()
    seven.judge()
    assert next(s for s in seven.result(2).details["subjects"] if s["item"] == "TOAN")["year"] == "7,0"
    seven.carry(2, "TOAN", "first", "6,0", "Đính chính")
    seven.judge("Đính chính")
    assert seven.result(2).version == 2
    assert CarriedResult.objects.filter(student_id=seven.students[2], item="TOAN").count() == 2


@pytest.mark.parametrize(
    ("item", "kind", "text", "code"),
    [
        ("TOAN", "retest", "11", "mark_format"),
        ("NT", "retest", "8", "comment_format"),
        ("RL", "summer", "GIOI", "conduct_format"),
        ("TOAN", "summer", "TOT", "conduct_format"),
        ("XX", "retest", "8", "subject"),
        ("TOAN", "khac", "8", "carried_kind"),
    ],
)
def test_what_is_no_carried_result(seven: Class, item: str, kind: str, text: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        seven.carry(0, item, kind, text)
    assert caught.value.code == code
    assert CarriedResult.objects.count() == 0


def test_an_individual_plan_is_not_judged(seven: Class) -> None:
    Student.objects.filter(pk=seven.students[0]).update(assessed=False)
    assert seven.missing(0) == ()
    for term in (1, 2):
        seven.report(term, (0, "", "", "Tiến bộ nhiều"))
    assert seven.judge() == 0


def test_reports_keep_the_old_and_refuse_what_is_wrong(seven: Class) -> None:
    assert seven.report(1, (0, "TOT", "1", "Ngoan"), (1, "", "", "")) == 1
    assert seven.report(1, (0, "TOT", "1", "Ngoan")) == 0
    assert seven.report(1, (0, "KHA", "2", "Ngoan")) == 1
    rows = TermReport.objects.filter(student_id=seven.students[0]).order_by("pk")
    assert [(r.conduct, r.superseded_at is None) for r in rows] == [(3, False), (2, True)]
    for conduct, absences in (("GIOI", "1"), ("TOT", "-1"), ("TOT", "nhiều"), ("TOT", "201")):
        with pytest.raises(Invalid):
            seven.report(1, (1, "TOT", "0", "x"), (0, conduct, absences, ""))
    assert not TermReport.objects.filter(student_id=seven.students[1]).exists(), "all or nothing"
    with pytest.raises(Conflict):
        reports.save(actor=seven.homeroom, unit_id=seven.unit, class_group_id=seven.group, term_id=seven.terms[1],
                     entries=[reports.Entry(seven.students[0], "TOT", "", "", 0)])  # fmt: skip


def test_families_see_what_is_published_and_corrections_at_once(seven: Class) -> None:
    seven.report(1, (0, "TOT", "1", "Ngoan"))
    assert published.reports(seven.unit, seven.students[0]) == ()
    reports.publish(actor=seven.homeroom, unit_id=seven.unit, class_group_id=seven.group, term_id=seven.terms[1])
    seven.report(1, (0, "KHA", "1", "Ngoan"))
    (report,) = published.reports(seven.unit, seven.students[0])
    assert (report.conduct, report.absences, report.comment) == ("Khá", 1, "Ngoan")


def test_queries_do_not_grow_with_the_class(seven: Class) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            years.overview(actor=seven.principal, unit_id=seven.unit, class_group_id=seven.group)
            reports.sheet(actor=seven.homeroom, unit_id=seven.unit, class_group_id=seven.group, term_id=seven.terms[1])
        return len(queries)

    few = count()
    for number in range(30):
        student = Student.objects.create(
            unit_id=seven.unit, code=f"T{number}", full_name=f"Em Thêm {number}", birth_date="2014-01-01", gender="1"
        )
        Enrolment.objects.create(
            unit_id=seven.unit, student=student, class_group_id=seven.group, valid_from=seven.year.starts
        )
    assert count() == few


def test_a_teacher_comments_her_own_subject(seven: Class) -> None:
    entry = remarks.Entry(seven.students[0], "TOAN", level="T", test="9", comment=" Tính  nhanh ")
    what = {"unit_id": seven.unit, "class_group_id": seven.group, "topic": "TOAN", "period": 2}
    assert remarks.save(actor=seven.homeroom, **what, entries=[entry]) == 1
    row = Remark.objects.get()
    assert (row.level, row.test, row.comment) == ("", None, "Tính nhanh"), "secondary has words alone"
    sheet = remarks.sheet(actor=seven.homeroom, **what)
    assert sheet.missing == 2


def _title() -> str:
    return YearResult.objects.get(superseded_at__isnull=True).title


def test_primary_levels_tests_traits_and_the_year(seven: Class) -> None:
    """A class 4 of primary: two subjects, all traits, tests where the regulation wants them."""
    subjects = [
        Subject.objects.create(level="TH", code=code, name=name, kind="comment", periods=100, place=i)
        for i, (code, name) in enumerate([("TOAN", "Toán"), ("DD", "Đạo đức")])
    ]
    group = ClassGroup.objects.create(
        unit_id=seven.unit, year=seven.year, grade=4, name="4A", homeroom_teacher_id=seven.homeroom.user_id
    )
    Enrolment.objects.filter(student_id=seven.students[0]).update(class_group=group)
    what = {"unit_id": seven.unit, "class_group_id": group.pk, "period": 4}
    student = seven.students[0]
    for code, level, test in (("TOAN", "T", "9"), ("DD", "t", "7")):
        entry = remarks.Entry(student, code, level=level, test=test)
        remarks.save(actor=seven.homeroom, **what, topic=code, entries=[entry])
    assert Remark.objects.get(item="DD").test is None, "ethics has no test"
    for topic in ("PHAM_CHAT", "NANG_LUC"):
        sheet = remarks.sheet(actor=seven.homeroom, **what, topic=topic)
        entries = [remarks.Entry(student, item.code, level="T") for item in sheet.items]
        remarks.save(actor=seven.homeroom, **what, topic=topic, entries=entries)
    assert years.judge(actor=seven.principal, unit_id=seven.unit, class_group_id=group.pk) == 1
    row = YearResult.objects.get()
    assert (row.regime, row.study, row.decision, row.title) == ("TT27_2020", "HTXS", "LEN_LOP", "HS_XUAT_SAC")
    # A test of 8 makes it "Hoàn thành tốt": the title is for whom the class recognises for something.
    old = Remark.objects.get(item="TOAN", superseded_at__isnull=True).pk
    eight = remarks.Entry(student, "TOAN", level="T", test="8", version=old)
    remarks.save(actor=seven.homeroom, **what, topic="TOAN", entries=[eight])
    judge = {"actor": seven.principal, "unit_id": seven.unit, "class_group_id": group.pk}
    years.judge(**judge, reason="Điểm kiểm tra")  # type: ignore[arg-type]
    carried = {"actor": seven.principal, "unit_id": seven.unit, "student_id": student, "year_id": seven.year.pk,
               "kind": "praised", "text": "", "source": "Lớp bình chọn"}  # fmt: skip
    assert (YearResult.objects.get(superseded_at__isnull=True).study, _title()) == ("HTT", "")
    with pytest.raises(NotFound):
        carrying.carry(**carried, item="VAN")  # type: ignore[arg-type]
    for item in ("TOAN", "CHAM_CHI"):
        carrying.carry(**carried, item=item)  # type: ignore[arg-type]
        years.judge(**judge, reason="Lớp bình chọn")  # type: ignore[arg-type]
        assert _title() == "HS_TIEU_BIEU"
        CarriedResult.objects.all().delete()
        years.judge(**judge, reason="Rút lại")  # type: ignore[arg-type]
        assert _title() == ""
    for entry, code in (
        (remarks.Entry(student, "TOAN", level="X"), "level_format"),
        (remarks.Entry(student, "TOAN", level="T", test="9,5"), "test_format"),
    ):
        with pytest.raises(Invalid) as caught:
            remarks.save(actor=seven.homeroom, **what, topic="TOAN", entries=[entry])
        assert caught.value.code == code
    assert len(subjects) == 2


def test_preschool_has_notes_alone(seven: Class) -> None:
    group = ClassGroup.objects.create(
        unit_id=seven.unit, year=seven.year, grade=0, name="Lá 1", homeroom_teacher_id=seven.homeroom.user_id
    )
    Enrolment.objects.filter(student_id=seven.students[0]).update(class_group=group)
    what = {"unit_id": seven.unit, "class_group_id": group.pk, "period": 2, "topic": "LINH_VUC"}
    entry = remarks.Entry(seven.students[0], "MN_NGON_NGU", level="T", comment="Bé kể chuyện rõ ràng.")
    remarks.save(actor=seven.homeroom, **what, entries=[entry])
    remarks.publish(actor=seven.homeroom, **what)
    (note,) = published.remarks(seven.unit, seven.students[0])
    assert [(line.name, line.level, line.comment) for line in note.lines] == [
        ("Phát triển ngôn ngữ", "", "Bé kể chuyện rõ ràng.")
    ]
    with pytest.raises(Invalid) as caught:
        years.judge(actor=seven.principal, unit_id=seven.unit, class_group_id=group.pk)
    assert caught.value.code == "no_year_result"


@pytest.mark.parametrize(
    ("text", "grade", "expected"),
    [
        ("{em} {ten} đọc trôi chảy.", 3, "Em An đọc trôi chảy."),
        ("{em} ăn ngoan. {ten} ngủ đủ.", 0, "Bé ăn ngoan. An ngủ đủ."),
        ("Khen {ho_ten}.", 8, "Khen Nguyễn Minh An."),
    ],
)
def test_phrases_fit_the_pupil(text: str, grade: int, expected: str) -> None:
    assert phrase_rules.fit(text, "Nguyễn Minh An", grade) == expected


def test_comment_bank(seven: Class) -> None:
    what = {"actor": seven.homeroom, "unit_id": seven.unit}
    row = phrases.add(**what, text="{ten}  tiến bộ", item="TOAN")  # type: ignore[arg-type]
    phrases.add(actor=seven.principal, unit_id=seven.unit, text="Ngoan", for_school=True)
    assert [(p.text, p.own) for p in phrases.phrases(**what, item="TOAN")] == [  # type: ignore[arg-type]
        ("{ten} tiến bộ", True), ("Ngoan", False)
    ]  # fmt: skip
    for bad in ("", "{tuoi}", "{ten"):
        with pytest.raises(Invalid):
            phrases.add(**what, text=bad)  # type: ignore[arg-type]
    with pytest.raises(PermissionRefused):
        phrases.add(**what, text="Của trường", for_school=True)  # type: ignore[arg-type]
    phrases.delete(**what, phrase_id=row.pk)  # type: ignore[arg-type]


def test_nobody_else(seven: Class) -> None:
    """A teacher of another school; and the homeroom teacher where only the principal decides."""
    what = {"unit_id": seven.unit, "class_group_id": seven.group}
    carried = {"unit_id": seven.unit, "student_id": seven.students[0], "year_id": seven.year.pk, "item": "TOAN",
               "kind": "retest", "text": "9", "source": "x"}  # fmt: skip
    attempts = [
        lambda a: reports.save(actor=a, **what, term_id=seven.terms[1], entries=[]),
        lambda a: reports.sheet(actor=a, **what, term_id=seven.terms[1]),
        lambda a: reports.publish(actor=a, **what, term_id=seven.terms[1]),
        lambda a: remarks.save(actor=a, **what, topic="TOAN", period=2, entries=[]),
        lambda a: remarks.sheet(actor=a, **what, topic="TOAN", period=2),
        lambda a: remarks.publish(actor=a, **what, topic="TOAN", period=2),
        lambda a: years.overview(actor=a, **what),
        lambda a: phrases.add(actor=a, unit_id=seven.unit, text="x"),
        lambda a: phrases.delete(actor=a, unit_id=seven.unit, phrase_id=1),
    ]
    principal_only = [
        lambda a: years.judge(actor=a, **what),
        lambda a: years.publish(actor=a, **what),
        lambda a: carrying.carry(actor=a, **carried),
    ]
    tries = [(seven.stranger, f) for f in attempts + principal_only] + [(seven.homeroom, f) for f in principal_only]
    for actor, attempt in tries:
        before = AuditEntry.objects.filter(allowed=False).count()
        with pytest.raises(PermissionRefused):
            attempt(actor)
        assert AuditEntry.objects.filter(allowed=False).count() == before + 1
    for model in (TermReport, Remark, CarriedResult, YearResult):
        assert model.objects.count() == 0
    assert TeachingAssignment.objects.exists()
