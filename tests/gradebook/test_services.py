"""Writing marks: what a teacher types, corrections that keep the old value, publishing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.gradebook import marks, services
from school_services.gradebook.marks import Entry, Outcome
from school_services.gradebook.models import Assessment, ChangeRequest, Mark
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, Role, User
from school_services.identity.services import create_account
from school_services.rosters.models import ClassGroup, Student, Subject, TeachingAssignment, Term
from tenants import context

pytestmark = pytest.mark.django_db


@dataclass
class Lesson:
    """The teacher of alpha, with class 7A1, and its columns of a subject in the first term."""

    unit: int
    actor: Actor
    group: int
    term: Term
    students: list[int]

    def columns(self, code: str = "TOAN") -> dict[str, int]:
        subject = Subject.objects.get(level="THCS", code=code)
        TeachingAssignment.objects.get_or_create(
            unit_id=self.unit, teacher_id=self.actor.user_id, class_group_id=self.group, subject=subject
        )
        rows = services.open_columns(
            actor=self.actor, unit_id=self.unit, class_group_id=self.group, subject=subject, term=self.term
        )
        return {f"{row.kind}{row.ordinal}": row.pk for row in rows}

    def record(self, column: int, text: str, *, student: int | None = None, reason: str = "") -> Mark | None:
        return marks.record_mark(
            actor=self.actor,
            unit_id=self.unit,
            assessment_id=column,
            student_id=student or self.students[0],
            text=text,
            reason=reason,
        )

    def history(self, column: int) -> list[tuple[Decimal | None, str, bool]]:
        rows = Mark.objects.filter(assessment_id=column, student_id=self.students[0]).order_by("pk")
        return [(row.value, row.reason, row.superseded_at is None) for row in rows]


@pytest.fixture
def lesson(alpha: Any) -> Any:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        actor = actors.load(User.objects.get(username="gv.alpha@example.vn"), address="192.0.2.7")
        yield Lesson(
            alpha.unit_id,
            actor,
            ClassGroup.objects.get().pk,
            Term.objects.get(year__code="2026-2027", number=1),
            list(Student.objects.order_by("code").values_list("pk", flat=True)),
        )


@pytest.mark.parametrize(
    ("code", "kinds"),
    [("TOAN", {"TX1", "TX2", "TX3", "TX4", "GK1", "CK1"}), ("GDTC", {"TX1", "TX2", "GK1", "CK1"})],
)
def test_columns_follow_the_periods_and_open_once(code: str, kinds: set[str], lesson: Lesson) -> None:
    first = lesson.columns(code)
    assert set(first) == kinds
    assert lesson.columns(code) == first


@pytest.mark.parametrize(
    ("text", "value", "status"),
    [
        ("8,5", "8.5", "RECORDED"),
        ("8.5", "8.5", "RECORDED"),
        ("10", "10", "RECORDED"),
        ("0", "0", "RECORDED"),
        (" 7 ", "7", "RECORDED"),
        ("VP", "0", "MISSED_ZERO"),
        ("m", None, "EXEMPT"),
    ],
)
def test_marks_as_they_are_typed(text: str, value: str | None, status: str, lesson: Lesson) -> None:
    mark = lesson.record(lesson.columns()["TX2"], text)
    assert mark is not None
    mark.refresh_from_db()
    assert (mark.value, mark.status) == (None if value is None else Decimal(value), status)


@pytest.mark.parametrize("text", ["10,1", "-1", "8,55", "tám", "Đ", "1e1", "٨", "8,5,5", "NaN"])
def test_what_is_no_mark_writes_nothing(text: str, lesson: Lesson) -> None:
    column = lesson.columns()["TX2"]
    with pytest.raises(Invalid):
        lesson.record(column, text)
    assert lesson.history(column) == []


@pytest.mark.parametrize(("text", "comment"), [("Đ", "DAT"), ("đ", "DAT"), ("CĐ", "CHUA_DAT"), ("VP", "CHUA_DAT")])
def test_comment_subjects_have_no_numbers(text: str, comment: str, lesson: Lesson) -> None:
    columns = lesson.columns("GDTC")
    mark = lesson.record(columns["TX1"], text)
    assert mark is not None
    assert (mark.value, mark.comment) == (None, comment)
    with pytest.raises(Invalid, match="comment_format"):
        lesson.record(columns["TX2"], "8")


def test_a_correction_keeps_the_old_value(lesson: Lesson) -> None:
    column = lesson.columns()["TX2"]
    lesson.record(column, "6")
    lesson.record(column, "6,5")
    lesson.record(column, "6,5")  # the same again is no change
    assert lesson.history(column) == [(Decimal("6.0"), "", False), (Decimal("6.5"), "", True)]
    actions = AuditEntry.objects.filter(actor_id=lesson.actor.user_id, subject_id=lesson.students[0]).order_by("pk")
    assert [entry.action for entry in actions][-2:] == ["record_mark", "correct_mark"]
    assert {entry.address for entry in actions} == {"192.0.2.7"}


def test_a_published_mark_changes_with_a_reason_only(lesson: Lesson) -> None:
    column = lesson.columns()["TX1"]  # the world's published one
    with pytest.raises(Conflict, match="reason_needed"):
        lesson.record(column, "9", reason="  ")
    lesson.record(column, "9", reason="Chấm lại bài")
    assert lesson.history(column) == [(Decimal("6.5"), "", False), (Decimal("9.0"), "Chấm lại bài", True)]


def test_columns_and_students_of_other_schools_are_not_there(lesson: Lesson, beta: Any) -> None:
    with context.scope((beta.unit_id,)):
        foreign_column = Assessment.objects.get(unit_id=beta.unit_id).pk
        foreign_student = Student.objects.filter(unit_id=beta.unit_id).latest("pk").pk
    with pytest.raises(NotFound, match="assessment"):
        lesson.record(foreign_column + 10_000, "8")
    if foreign_column not in lesson.columns().values():
        with pytest.raises(NotFound, match="assessment"):
            lesson.record(foreign_column, "8")
    with context.scope((lesson.unit,)):
        outsider = Student.objects.create(
            unit_id=lesson.unit, code="NGOAI", full_name="Em Lớp Khác", birth_date="2014-01-01", gender="1"
        )
    for student in {foreign_student, outsider.pk} - set(lesson.students):
        with pytest.raises(NotFound, match="student"):
            lesson.record(lesson.columns()["TX2"], "8", student=student)


def test_publishing_shows_columns_that_have_marks(lesson: Lesson) -> None:
    columns = lesson.columns()
    lesson.record(columns["TX2"], "8")
    subject = Subject.objects.get(level="THCS", code="TOAN")

    def publish() -> int:
        return services.publish(
            actor=lesson.actor,
            unit_id=lesson.unit,
            class_group_id=lesson.group,
            subject_id=subject.pk,
            term_id=lesson.term.pk,
        )

    assert (publish(), publish()) == (1, 0)
    shown = Assessment.objects.filter(published_at__isnull=False, class_group_id=lesson.group)
    assert set(shown.values_list("pk", flat=True)) == {columns["TX1"], columns["TX2"]}


def test_a_blank_takes_a_mark_away_and_keeps_it_in_the_history(lesson: Lesson) -> None:
    column = lesson.columns()["TX2"]
    assert lesson.record(column, "") is None
    lesson.record(column, "6")
    assert lesson.record(column, " ") is None
    assert lesson.history(column) == [(Decimal("6.0"), "", False)]


def save(lesson: Lesson, *entries: Entry, reason: str = "") -> list[Outcome]:
    group = {"class_group_id": lesson.group, "subject_id": Subject.objects.get(level="THCS", code="TOAN").pk}
    return marks.save(actor=lesson.actor, unit_id=lesson.unit, entries=entries, reason=reason, **group)


def test_each_cell_stands_for_itself(lesson: Lesson) -> None:
    columns = lesson.columns()
    first, second, third = lesson.students
    good, bad, foreign, published = save(
        lesson,
        Entry(columns["TX2"], first, "8", 0),
        Entry(columns["TX2"], second, "11", 0),
        Entry(columns["TX2"], third + 10_000, "5", 0),
        Entry(columns["TX1"], first, "9"),
    )
    assert (good.text, good.error, good.changed) == ("8,0", None, True)
    assert [o.error.code for o in (bad, foreign, published) if o.error] == ["mark_format", "student", "reason_needed"]
    assert (published.text, published.changed) == ("6,5", False)


def test_a_cell_that_somebody_else_wrote_is_not_written_over(lesson: Lesson) -> None:
    column, student = lesson.columns()["TX2"], lesson.students[0]
    (mine,) = save(lesson, Entry(column, student, "7", 0))
    (late,) = save(lesson, Entry(column, student, "9", 0))
    assert late.error is not None
    assert (late.error.code, late.text, late.version) == ("changed_meanwhile", "7,0", mine.version)
    (same,) = save(lesson, Entry(column, student, "7,0", 0))  # the same twice, by a lost answer: no conflict
    assert (same.error, same.changed, same.version) == (None, False, mine.version)
    (over,) = save(lesson, Entry(column, student, "9", mine.version))
    assert (over.text, over.error) == ("9,0", None)


def test_one_cell_and_a_whole_class_take_the_same_queries(lesson: Lesson) -> None:
    columns = lesson.columns()
    counts = []
    for students, text in ((lesson.students[:1], "5"), (lesson.students, "6")):
        cells = [Entry(columns[name], student, text) for name in ("TX2", "TX3", "GK1") for student in students]
        with CaptureQueriesContext(connection) as queries:
            assert all(outcome.changed for outcome in save(lesson, *cells))
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1  # the second round supersedes as well


def act(lesson: Lesson, function: Any, actor: Actor | None = None, **more: Any) -> Any:
    return function(
        actor=actor or lesson.actor,
        unit_id=lesson.unit,
        class_group_id=lesson.group,
        subject_id=Subject.objects.get(level="THCS", code="TOAN").pk,
        term_id=lesson.term.pk,
        **more,
    )


@pytest.fixture
def principal(lesson: Lesson) -> Actor:
    user = create_account(login="ht.alpha@example.vn", full_name="Hiệu Trưởng", password=None)
    Role.objects.create(unit_id=lesson.unit, user=user, kind=Role.Kind.PRINCIPAL, valid_from="2025-08-01")
    return actors.load(user)


def test_locked_requested_approved_and_both_values_stay(lesson: Lesson, principal: Actor) -> None:
    column, student = lesson.columns()["TX2"], lesson.students[0]
    lesson.record(column, "6")
    assert act(lesson, services.lock_columns, reason="Hết hạn nhập điểm") == 6
    with pytest.raises(Conflict, match="column_locked"):
        lesson.record(column, "7")

    def ask(text: str, reason: str = "Nhập nhầm") -> ChangeRequest:
        return services.request_change(
            actor=lesson.actor,
            unit_id=lesson.unit,
            assessment_id=column,
            student_id=student,
            text=text,
            reason=reason,
        )

    def decide(pk: int, approve: bool, note: str = "", actor: Actor = principal) -> ChangeRequest:
        return services.decide_change(actor=actor, unit_id=lesson.unit, request_id=pk, approve=approve, note=note)

    for text, reason, code in (("7", " ", "reason_needed"), ("70", "x", "mark_format"), ("6", "x", "no_change")):
        with pytest.raises((Invalid, Conflict), match=code):
            ask(text, reason)
    request = ask("7,5")
    with pytest.raises(Conflict, match="request_open"):
        ask("8")
    with pytest.raises(Invalid, match="note_needed"):
        decide(request.pk, approve=False)
    decide(request.pk, approve=True)
    with pytest.raises(Conflict, match="request_decided"):
        decide(request.pk, approve=True)
    assert lesson.history(column) == [(Decimal("6.0"), "", False), (Decimal("7.5"), "Nhập nhầm", True)]
    refused = decide(ask("9").pk, approve=False, note="Không có bài")
    assert (refused.approved, refused.note) == (False, "Không có bài")
    assert lesson.history(column)[-1] == (Decimal("7.5"), "Nhập nhầm", True)


def test_nobody_approves_his_own_request(lesson: Lesson, principal: Actor) -> None:
    column = lesson.columns()["TX2"]
    act(lesson, services.lock_columns)
    request = services.request_change(
        actor=principal,
        unit_id=lesson.unit,
        assessment_id=column,
        student_id=lesson.students[0],
        text="9",
        reason="Thiếu",
    )
    with pytest.raises(Conflict, match="own_request"):
        services.decide_change(actor=principal, unit_id=lesson.unit, request_id=request.pk, approve=True)


def test_reopened_until_a_moment(lesson: Lesson, principal: Actor) -> None:
    column = lesson.columns()["TX2"]
    act(lesson, services.lock_columns)
    past = timezone.now() - datetime.timedelta(minutes=1)
    with pytest.raises(Invalid, match="reopen_past"):
        act(lesson, services.reopen_columns, principal, until=past, reason="Bổ sung")
    act(lesson, services.reopen_columns, principal, until=timezone.now() + datetime.timedelta(days=1), reason="Bổ sung")
    lesson.record(column, "7")
    Assessment.objects.update(reopened_until=past)
    with pytest.raises(Conflict, match="column_locked"):
        lesson.record(column, "8")


def test_two_at_once_leave_one_current_mark(alpha: Any, at_once: Any) -> None:
    def work(place: int) -> None:
        with context.enter(alpha), context.scope((alpha.unit_id,)):
            actor = actors.load(User.objects.get(username="gv.alpha@example.vn"))
            column = Assessment.objects.get(unit_id=alpha.unit_id).pk
            student = Student.objects.filter(unit_id=alpha.unit_id).order_by("code")[2].pk
            marks.record_mark(
                actor=actor,
                unit_id=alpha.unit_id,
                assessment_id=column,
                student_id=student,
                text=str(place),
                reason="Chấm lại",
            )

    assert at_once(6, work) == [None] * 6
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        student = Student.objects.filter(unit_id=alpha.unit_id).order_by("code")[2].pk
        assert Mark.objects.filter(student_id=student).count() == 7
        current = Mark.objects.filter(student_id=student, superseded_at__isnull=True)
        assert current.count() == 1

    def put_back(_: int) -> None:
        """The threads committed: the world's mark stands again, for the tests that come after."""
        with context.enter(alpha), context.scope((alpha.unit_id,)):
            rows = Mark.objects.filter(student_id=student).order_by("pk")
            first = rows[0].pk
            rows.exclude(pk=first).delete()
            Mark.objects.filter(pk=first).update(superseded_at=None)

    assert at_once(1, put_back) == [None]


def test_what_comes_again_after_a_lost_answer_is_no_conflict(lesson: Lesson) -> None:
    """The first sending was saved, its answer lost, the mark corrected since: the second changes nothing."""
    column = lesson.columns()["TX2"]
    entry = Entry(column, lesson.students[0], "7", marks.NO_MARK)

    def send(sent: Entry) -> Outcome:
        (outcome,) = marks.save(
            actor=lesson.actor,
            unit_id=lesson.unit,
            class_group_id=lesson.group,
            subject_id=Assessment.objects.get(pk=column).subject_id,
            entries=[sent],
        )
        return outcome

    first = send(entry)
    lesson.record(column, "8")
    again = send(entry)
    assert (again.error, again.changed, again.text) == (None, False, "8,0")
    other = send(Entry(column, lesson.students[0], "6", marks.NO_MARK))
    assert other.error is not None
    assert other.error.code == "changed_meanwhile"
    assert first.changed
