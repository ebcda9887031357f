"""Importing students: preview of every change, all or nothing, exact undo, bounded work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.gradebook.models import Assessment, Mark
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, User
from school_services.rosters import imports, services
from school_services.rosters.imports import Preview
from school_services.rosters.models import ClassGroup, Enrolment, ImportBatch, SchoolYear, Student
from tenants import context

pytestmark = pytest.mark.django_db
HEAD = "Mã học sinh,Họ và tên,Ngày sinh,Giới tính,Lớp\n"


@dataclass
class School:
    """The office of alpha at its desk."""

    unit: int
    actor: Actor
    year: SchoolYear

    def preview(self, *lines: str, year: SchoolYear | None = None) -> Preview:
        content = (HEAD + "\n".join(lines)).encode()
        return imports.preview(
            actor=self.actor, unit_id=self.unit, file_name="ds.csv", content=content, year=year or self.year
        )

    def done(self, *lines: str, year: SchoolYear | None = None) -> int:
        batch = self.preview(*lines, year=year).batch_id
        assert batch is not None
        self.apply(batch)
        return batch

    def apply(self, batch: int) -> int:
        return imports.apply(actor=self.actor, unit_id=self.unit, batch_id=batch)

    def undo(self, batch: int) -> int:
        return imports.undo(actor=self.actor, unit_id=self.unit, batch_id=batch)

    def state(self) -> dict[str, Any]:
        """Students, classes and enrolments as they are, row for row."""
        with context.scope((self.unit,)):
            return {
                "students": list(Student.objects.order_by("pk").values_list()),
                "classes": list(ClassGroup.objects.order_by("pk").values_list()),
                "enrolments": list(Enrolment.objects.order_by("pk").values_list()),
                "marks": list(Mark.objects.order_by("pk").values_list()),
            }

    def class_of(self, code: str) -> list[str]:
        with context.scope((self.unit,)):
            rows = Enrolment.objects.filter(student__code=code, valid_to__isnull=True)
            return list(rows.values_list("class_group__name", flat=True))


@pytest.fixture
def school(alpha: Any) -> Any:
    with context.enter(alpha):
        actor = actors.load(User.objects.get(username="vp.alpha@example.vn"), address="192.0.2.3")
        with context.scope((alpha.unit_id,)):  # the world's names have digits, as no real ones
            for student in Student.objects.all():
                student.full_name = "Em Sẵn Có"
                student.save()
        yield School(alpha.unit_id, actor, SchoolYear.objects.get(code="2026-2027"))


NEW = "MOI1,Lê Thị Mới,05/09/2014,Nữ,7A9"
SAME = "ALPHA1,Em Sẵn Có,01/05/2014,Nam,7A1"
MOVED = "ALPHA2,Em Đổi Tên,03/05/2014,Nữ,7A9"


def test_a_preview_says_every_change_and_does_none(school: School) -> None:
    before = school.state()
    preview = school.preview(SAME, MOVED, NEW)
    assert [(c.line, c.code, bool(c.before)) for c in preview.changes] == [(3, "ALPHA2", True), (4, "MOI1", False)]
    change = preview.changes[0]
    assert {
        name: (change.before[name], change.after[name])
        for name in change.after
        if change.before[name] != change.after[name]
    } == {
        "full_name": ("Em Sẵn Có", "Em Đổi Tên"),
        "birth_date": ("2014-05-02", "2014-05-03"),
        "gender": ("1", "2"),
        "class_name": ("7A1", "7A9"),
    }
    assert preview.added == 1
    assert school.state() == before


def test_a_file_with_one_bad_cell_does_nothing(school: School) -> None:
    before = school.state()
    preview = school.preview(NEW, "MOI2,Trần Hai,31/02/2014,Nam,7A1", "MOI3,=1+1,01/01/2014,Nam,7A1")
    assert preview.batch_id is None
    assert [(p.line, p.column) for p in preview.problems] == [(3, "Ngày sinh"), (4, "Họ và tên")]
    assert [c.code for c in preview.changes] == ["MOI1"], "the good rows are shown all the same"
    assert school.state() == before
    with context.scope((school.unit,)):
        assert not ImportBatch.objects.exists()


def test_applied_and_undone_as_if_it_had_not_been(school: School) -> None:
    before = school.state()
    batch = school.done(SAME, MOVED, NEW)
    assert school.class_of("ALPHA2") == school.class_of("MOI1") == ["7A9"]
    assert school.class_of("ALPHA1") == ["7A1"]
    with context.scope((school.unit,)):
        assert ClassGroup.objects.get(name="7A9").grade == 7
        student = Student.objects.get(code="ALPHA2")
        assert (student.full_name, student.folded, student.gender) == ("Em Đổi Tên", "em doi ten", "2")
        assert Mark.objects.filter(student=student).count() == 1, "marks stay with the student"
    assert school.undo(batch) == 2
    assert school.state() == before
    assert school.preview(SAME, MOVED, NEW).added == 1, "and can be done again"


def test_each_step_once(school: School) -> None:
    batch = school.preview(NEW).batch_id or 0
    with pytest.raises(Conflict, match="import_not_done"):
        school.undo(batch)
    assert school.apply(batch) == 1
    with pytest.raises(Conflict, match="import_done"):
        school.apply(batch)
    school.undo(batch)
    for step, code in ((school.undo, "import_not_done"), (school.apply, "import_done")):
        with pytest.raises(Conflict, match=code):
            step(batch)


def test_the_trail_names_each_step(school: School) -> None:
    batch = school.done(NEW)
    school.undo(batch)
    with context.scope((school.unit,)):
        rows = AuditEntry.objects.filter(subject="rosters.importbatch").order_by("pk")
        assert list(rows.values_list("action", "subject_id", "actor_id", "address")) == [
            (action, batch, school.actor.user_id, "192.0.2.3")
            for action in ("preview_import", "import_students", "undo_import")
        ]


def test_the_same_file_again_changes_nothing(school: School) -> None:
    school.done(MOVED, NEW)
    before = school.state()
    preview = school.preview(MOVED, NEW)
    assert preview.changes == ()
    assert school.apply(preview.batch_id or 0) == 0
    assert school.state() == before


def test_a_change_in_between_stops_apply_and_undo(school: School) -> None:
    first = school.preview(MOVED, NEW).batch_id or 0
    second = school.done("ALPHA2,Em Người Khác,02/05/2014,Nam,7A1")
    before = school.state()
    with pytest.raises(Conflict, match="import_stale"):
        school.apply(first)
    assert school.state() == before
    school.done("ALPHA2,Em Lần Nữa,02/05/2014,Nam,7A1")
    before = school.state()
    with pytest.raises(Conflict, match="import_stale"):
        school.undo(second)
    assert school.state() == before


@pytest.mark.parametrize("kind", ["mark", "family", "code"])
def test_undo_never_takes_records_with_it(kind: str, school: School) -> None:
    """A student whom the import added and who has marks, a family or a code by now is not removed."""
    batch = school.done(NEW, "MOI2,Trần Hai,06/09/2014,Nam,7A1")
    with context.scope((school.unit,), user=school.actor.user_id):
        student = Student.objects.get(code="MOI2")
        if kind == "mark":
            Mark.objects.create(
                unit_id=school.unit,
                assessment=Assessment.objects.get(),
                student=student,
                value="9.0",
                status="RECORDED",
                recorded_at=timezone.now(),
            )
    if kind != "mark":
        code = services.issue_link_code(actor=school.actor, unit_id=school.unit, student_id=student.pk)
        if kind == "family":
            services.redeem_link_code(actor=school.actor, unit_id=school.unit, code=code)
    before = school.state()
    with pytest.raises(Conflict, match="import_in_use"):
        school.undo(batch)
    assert school.state() == before


def test_a_class_that_is_used_meanwhile_stays(school: School) -> None:
    batch = school.done(NEW)
    school.done("MOI5,Trần Năm,06/09/2014,Nam,7A9")
    school.undo(batch)
    with context.scope((school.unit,)):
        assert ClassGroup.objects.filter(name="7A9").exists()
        assert not Student.objects.filter(code="MOI1").exists()


def test_a_class_is_one_in_any_spelling(school: School) -> None:
    school.done(
        "MOI1,Lê Một,05/09/2014,Nữ,7a1",
        "MOI2,Lê Hai,05/09/2014,Nữ,7 A1",
        "MOI3,Lê Ba,05/09/2014,Nữ,8b",
        "MOI4,Lê Tư,05/09/2014,Nữ,8B",
    )
    with context.scope((school.unit,)):
        assert set(ClassGroup.objects.values_list("name", flat=True)) == {"7A1", "8b"}


def test_next_year_the_class_of_the_same_name_is_another(school: School) -> None:
    """Who repeats a year goes from 7A1 to the 7A1 of the new year."""
    following, _ = SchoolYear.objects.get_or_create(
        code="2027-2028", defaults={"starts": "2027-08-01", "ends": "2028-07-31"}
    )
    before = school.state()
    batch = school.done(SAME, year=following)
    with context.scope((school.unit,)):
        rows = Enrolment.objects.filter(student__code="ALPHA1").order_by("pk")
        assert list(rows.values_list("class_group__year__code", "valid_to")) == [
            ("2026-2027", timezone.localdate()),
            ("2027-2028", None),
        ]
    school.undo(batch)
    assert school.state() == before


def test_another_school_neither_sees_nor_runs_a_batch(school: School, beta: Any) -> None:
    batch = school.preview(NEW).batch_id or 0
    with context.enter(beta):
        other = actors.load(User.objects.get(username="vp.beta@example.vn"))
        for step in (imports.apply, imports.undo):
            with pytest.raises(NotFound):
                step(actor=other, unit_id=beta.unit_id, batch_id=batch)
    # The same codes in two schools are two students.
    with context.enter(beta), context.scope((beta.unit_id,)):
        before = list(Student.objects.order_by("pk").values_list())
    school.done("BETA1,Lê Trùng Mã,05/09/2014,Nữ,7A1")
    with context.enter(beta), context.scope((beta.unit_id,)):
        assert list(Student.objects.order_by("pk").values_list()) == before


def lines(count: int, letter: str) -> list[str]:
    """Students of three new classes, 6 to 8."""
    return [f"{letter}{n},Nguyễn Văn An,05/09/2014,Nam,{6 + n % 3}{letter}" for n in range(count)]


def test_three_rows_and_three_hundred_take_the_same_queries(school: School) -> None:
    counts = []
    for count, letter in ((3, "B"), (300, "C")):
        row: list[int] = []
        rows = lines(count, letter)
        changed = [line.replace("Văn An", "Văn Bình") + "2" for line in rows]
        for file in (rows, changed):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                batch = school.preview(*file).batch_id or 0
            row.append(len(queries))
            with CaptureQueriesContext(connection) as queries:
                assert school.apply(batch) == count
            row.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            assert school.undo(batch) == count
        row.append(len(queries))
        counts.append(row)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 30


def test_a_file_that_cannot_be_read_leaves_nothing(school: School) -> None:
    with pytest.raises(Invalid, match="import_not_utf8"):
        imports.preview(
            actor=school.actor, unit_id=school.unit, file_name="a.csv", content=b"\xff\xfe\xea", year=school.year
        )
    with context.scope((school.unit,)):
        assert not ImportBatch.objects.exists()


def test_two_files_with_one_student_at_once(at_once: Any, alpha: Any) -> None:
    """One of them wins; the other is told that things have changed. Never an error of the database."""

    def office() -> School:
        user = User.objects.get(username="vp.alpha@example.vn")
        return School(alpha.unit_id, actors.load(user), SchoolYear.objects.get(code="2026-2027"))

    def prepare(place: int) -> int:
        with context.enter(alpha):
            return office().preview(f"DUA1,Lê Đua,0{place + 1}/09/2014,Nữ,7D1").batch_id or 0

    batches = at_once(6, prepare)

    def run(place: int) -> int:
        with context.enter(alpha):
            return office().apply(batches[place])

    results = at_once(6, run)
    assert results.count(1) == 1
    assert {getattr(result, "code", result) for result in results} == {1, "import_stale"}
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert Student.objects.filter(code="DUA1").count() == 1
        assert ClassGroup.objects.filter(name="7D1").count() == 1
        assert Enrolment.objects.filter(student__code="DUA1").count() == 1
