"""What a demo school has besides marks: timetable, exams ahead, reports of homeroom teachers, a comment bank."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence

from django.utils import timezone

from school_services.gradebook.models import Phrase, TermReport
from school_services.identity.models import User
from school_services.rosters.models import ClassGroup, ExamSlot, Student, Subject, Term, TimetableSlot
from tenants import context

PHRASES = (
    "{em} {ten} chăm học, hăng hái phát biểu.",
    "{ten} tiến bộ rõ ở các môn tự nhiên, cần đọc thêm sách.",
    "{em} {ten} lễ phép, biết giúp đỡ bạn.",
    "{ten} cần tập trung hơn trong giờ học và làm bài tập đầy đủ.",
)
COMMENTS = ("Chăm học, lễ phép.", "Tiến bộ rõ, cần đọc thêm sách.", "Hòa đồng, biết giúp bạn.", "Cần tập trung hơn.")
EXAM_DAYS = 5


def load(
    ref: context.PortalRef,
    term: Term,
    classes: Mapping[int, tuple[ClassGroup, Sequence[tuple[Student, float]]]],
    subjects: Sequence[Subject],
    teachers: Sequence[User],
) -> None:
    """Bulk rows for every class of the running term; the first class has its reports published, one has none."""
    rng = random.Random(f"life:{ref.slug}")
    slots: list[TimetableSlot] = []
    exams: list[ExamSlot] = []
    reports: list[TermReport] = []
    now = timezone.now()
    week = [subject for subject in subjects for _ in range(max(1, round(subject.periods / 35)))]
    for number, (group, members) in enumerate(classes.values()):
        lessons = week[:]
        rng.shuffle(lessons)
        for place, subject in enumerate(lessons[:30]):
            slots.append(
                TimetableSlot(
                    unit_id=ref.unit_id,
                    class_group=group,
                    weekday=2 + place // 5,
                    period=1 + place % 5,
                    subject=subject,
                    teacher=teachers[subjects.index(subject)],
                    room=f"P.{101 + number}",
                    valid_from=term.starts,
                )
            )
        if number < len(classes) - 1:
            reports += [
                _report(ref, term, group, student, ability, rng, now, number == 0) for student, ability in members
            ]
    first = timezone.make_aware(
        datetime.datetime.combine(term.ends - datetime.timedelta(days=24), datetime.time(7, 30))
    )
    for grade in sorted({group.grade for group, _ in classes.values()}):
        for place, subject in enumerate([s for s in subjects if s.kind == Subject.Kind.SCORE][: EXAM_DAYS * 2]):
            exams.append(
                ExamSlot(
                    unit_id=ref.unit_id,
                    term=term,
                    grade=grade,
                    subject=subject,
                    label="Kiểm tra cuối học kì 1",
                    starts_at=first + datetime.timedelta(days=place // 2, hours=2 * (place % 2)),
                    minutes=90 if subject.periods > 70 else 45,
                )
            )
    TimetableSlot.objects.bulk_create(slots, batch_size=2000)
    ExamSlot.objects.bulk_create(exams)
    TermReport.objects.bulk_create(reports, batch_size=1000)
    Phrase.objects.bulk_create([Phrase(unit_id=ref.unit_id, text=text) for text in PHRASES])


def _report(
    ref: context.PortalRef,
    term: Term,
    group: ClassGroup,
    student: Student,
    ability: float,
    rng: random.Random,
    now: datetime.datetime,
    published: bool,
) -> TermReport:
    homeroom = group.homeroom_teacher
    assert homeroom is not None
    return TermReport(
        unit_id=ref.unit_id,
        student=student,
        class_group=group,
        term=term,
        conduct=3 if ability > 6 or rng.random() < 0.8 else 2,
        absences=rng.choice((0, 0, 0, 1, 2, 4)),
        comment=rng.choice(COMMENTS) if rng.random() < 0.9 else "",
        recorded_by=homeroom,
        recorded_at=now,
        published_at=now if published else None,
    )
