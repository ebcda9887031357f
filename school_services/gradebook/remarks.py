"""Levels, tests and comments by item and period: primary (TT 27), preschool's notes, a teacher's words in secondary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import ClassGroup, Enrolment, Subject, TeachingAssignment
from tenants import context, locks

from . import marks, primary_rules, words
from .models import Remark
from .primary_rules import Period
from .regimes import Regime, Scheme, regime_for
from .reports import require_homeroom

NO_REMARK = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed for one student in one item. `version`: id of the remark it was typed over, 0 for none."""

    student: int
    item: str
    level: str = ""
    test: str = ""
    comment: str = ""
    version: int = NO_REMARK


@dataclass(frozen=True, slots=True)
class Cell:
    item: str
    level: str
    test: str
    comment: str
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    student_id: int
    full_name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A column of the sheet: its code and name, and what it takes."""

    code: str
    name: str
    levels: tuple[str, ...]
    test: bool
    comment: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A class in a period with some items: one subject, or the homeroom teacher's traits or areas."""

    class_group_id: int
    class_name: str
    grade: int
    year: str
    scheme: str
    period: int
    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    unpublished: int

    @property
    def missing(self) -> int:
        """Students for whom an item that takes a level has none, or who have no words where only words are taken."""
        levels = {item.code for item in self.items if item.levels}
        return sum(
            1
            for line in self.lines
            if any(not (cell.level if cell.item in levels else cell.comment) for cell in line.cells)
        )


@dataclass(frozen=True, slots=True)
class _Where:
    group: ClassGroup
    regime: Regime
    items: tuple[Item, ...]


def _where(actor: Actor, unit_id: int, class_group_id: int, topic: str, period: int, action: str) -> _Where:
    """The class and the items of a topic, for who may write them: a subject's teacher, else the homeroom teacher.

    `topic`: a subject's code, "PHAM_CHAT", "NANG_LUC" or "LINH_VUC".
    """
    with context.scope((unit_id,), user=actor.user_id):
        group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
    subject = None
    if group is not None and topic not in _TOPICS:
        with context.scope((unit_id,), user=actor.user_id):
            subject = Subject.objects.filter(code=topic, level=_school_level(group.grade)).first()
    if subject is not None:
        taught = TeachingAssignment.objects.filter(
            unit_id=unit_id, class_group_id=class_group_id, subject=subject, teacher_id=actor.user_id
        )
        with context.scope((unit_id,), user=actor.user_id):
            teaches = taught.filter(valid_to__isnull=True).exists()
        if teaches:
            marks.require_teacher(actor, unit_id, class_group_id, subject.pk, action)
        else:
            require_homeroom(actor, unit_id, class_group_id, action)
    else:
        require_homeroom(actor, unit_id, class_group_id, action)
    if group is None or (subject is None and topic not in _TOPICS):
        raise NotFound("class")
    if period not in {found.value for found in Period}:
        raise NotFound("period")
    regime = regime_for(group.grade, group.year.first_year)
    return _Where(group, regime, _items(regime, group.grade, topic, subject, Period(period)))


_TOPICS = {
    "PHAM_CHAT": (Scheme.PRIMARY, primary_rules.QUALITIES),
    "NANG_LUC": (Scheme.PRIMARY, primary_rules.GENERAL_ABILITIES + primary_rules.SPECIFIC_ABILITIES),
    "LINH_VUC": (Scheme.PRESCHOOL, tuple(words.AREAS)),
}


def _school_level(grade: int) -> str:
    if grade == 0:
        return "MN"
    return "TH" if grade <= 5 else "THCS" if grade <= 9 else "THPT"


def _items(regime: Regime, grade: int, topic: str, subject: Subject | None, period: Period) -> tuple[Item, ...]:
    if subject is not None and regime.scheme is Scheme.SECONDARY:
        return (Item(subject.code, subject.name, (), False, True),)
    if subject is not None and regime.scheme is Scheme.PRIMARY:
        test = primary_rules.has_test(subject.code, grade, period)
        return (Item(subject.code, subject.name, tuple(primary_rules.SubjectLevel), test, True),)
    scheme, codes = _TOPICS.get(topic, (None, ()))
    if scheme is not regime.scheme:
        raise NotFound("class")
    levels = tuple(primary_rules.TraitLevel) if scheme is Scheme.PRIMARY else ()
    return tuple(Item(code, words.item(code, {}), levels, False, scheme is Scheme.PRESCHOOL) for code in codes)


def sheet(*, actor: Actor, unit_id: int, class_group_id: int, topic: str, period: int) -> Sheet:
    """The class with its remarks; a constant number of queries. Audited. Raises `PermissionRefused`, `NotFound`."""
    where = _where(actor, unit_id, class_group_id, topic, period, "read_reports")
    codes = [item.code for item in where.items]
    with context.scope((unit_id,), user=actor.user_id):
        students = list(
            Enrolment.objects.filter(unit_id=unit_id, class_group=where.group, valid_to__isnull=True)
            .order_by("student__sort_key", "student_id")
            .values_list("student_id", "student__full_name")
        )
        current = {
            (row.student_id, row.item): row
            for row in Remark.objects.filter(
                unit_id=unit_id, class_group=where.group, period=period, item__in=codes, superseded_at__isnull=True
            )
        }
        audit.record(
            actor=actor,
            action="read_reports",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
            reason=topic,
        )
    lines = tuple(
        Line(student, name, tuple(_cell(code, current.get((student, code))) for code in codes))
        for student, name in students
    )
    unpublished = sum(1 for row in current.values() if row.published_at is None)
    return Sheet(
        where.group.pk,
        where.group.name,
        where.group.grade,
        where.group.year.code,
        where.regime.scheme.value,
        period,
        where.items,
        lines,
        unpublished,
    )


def _cell(code: str, row: Remark | None) -> Cell:
    if row is None:
        return Cell(code, "", "", "", NO_REMARK)
    return Cell(code, row.level, "" if row.test is None else str(row.test), row.comment, row.pk)


def save(*, actor: Actor, unit_id: int, class_group_id: int, topic: str, period: int, entries: Sequence[Entry]) -> int:
    """Save remarks, all or none; returns how many changed. What is as it was is left alone; old rows stay.

    Raises `PermissionRefused`, `NotFound`, `Invalid("level_format"|"trait_format"|"test_format", student=…)`,
    `Conflict("changed_meanwhile", student=…)`.
    """
    where = _where(actor, unit_id, class_group_id, topic, period, "write_remark")
    items = {item.code: item for item in where.items}
    read = {(entry.student, entry.item): _read(entry, items.get(entry.item)) for entry in entries}
    now = timezone.now()
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"gradebook.remarks:{unit_id}:{class_group_id}:{period}:{topic}")
        members = set(
            Enrolment.objects.filter(
                unit_id=unit_id, class_group=where.group, student_id__in={entry.student for entry in entries}
            ).values_list("student_id", flat=True)
        )
        current = {
            (row.student_id, row.item): row
            for row in Remark.objects.filter(
                unit_id=unit_id, class_group=where.group, period=period, item__in=items, superseded_at__isnull=True
            )
        }
        fresh: list[Remark] = []
        for entry in entries:
            if entry.student not in members:
                raise NotFound("student")
            key = (entry.student, entry.item)
            level, test, comment = read[key]
            old = current.get(key)
            before = (old.level, old.test, old.comment) if old else ("", None, "")
            if before == (level, test, comment):
                continue
            if entry.version != (old.pk if old else NO_REMARK):
                raise Conflict("changed_meanwhile", student=entry.student)
            fresh.append(
                Remark(
                    unit_id=unit_id,
                    student_id=entry.student,
                    class_group=where.group,
                    item=entry.item,
                    period=period,
                    level=level,
                    test=test,
                    comment=comment,
                    recorded_by_id=actor.user_id,
                    recorded_at=now,
                    published_at=now if old is not None and old.published_at else None,
                )
            )
        gone = [current[row.student_id, row.item].pk for row in fresh if (row.student_id, row.item) in current]
        Remark.objects.filter(unit_id=unit_id, pk__in=gone).update(superseded_at=now)
        Remark.objects.bulk_create(fresh, batch_size=500)
        audit.record_many(
            actor=actor,
            unit_id=unit_id,
            subject="rosters.student",
            rows=[("write_remark", row.student_id) for row in fresh],
            reason=topic,
        )
    return len(fresh)


def _read(entry: Entry, item: Item | None) -> tuple[str, int | None, str]:
    if item is None:
        raise NotFound("item")
    level, test = "", None
    try:
        if entry.level.strip() and item.levels:
            traits = primary_rules.TraitLevel.D in item.levels
            parse = primary_rules.parse_trait_level if traits else primary_rules.parse_subject_level
            level = parse(entry.level).value
        if entry.test.strip() and item.test:
            test = primary_rules.parse_test(entry.test)
    except Invalid as error:
        raise Invalid(error.code, student=entry.student) from None
    return level, test, " ".join(entry.comment.split())[:1000] if item.comment else ""


def publish(*, actor: Actor, unit_id: int, class_group_id: int, topic: str, period: int) -> int:
    """Let families see the remarks of a topic; returns how many became visible. Raises `PermissionRefused`."""
    where = _where(actor, unit_id, class_group_id, topic, period, "publish_reports")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        count = Remark.objects.filter(
            unit_id=unit_id,
            class_group=where.group,
            period=period,
            item__in=[item.code for item in where.items],
            superseded_at__isnull=True,
            published_at__isnull=True,
        ).update(published_at=timezone.now())
        audit.record(
            actor=actor,
            action="publish_reports",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
            reason=topic,
        )
    return count
