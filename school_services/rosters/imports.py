"""Importing students: preview of every change, all or nothing, undo."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import ForeignObjectRel, Model, QuerySet
from django.utils import timezone

from school_services.errors import Conflict, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context, locks

from . import id_rules, import_files, import_rules, oneroster, people
from .models import ClassGroup, Enrolment, ImportBatch, SchoolYear, Student, StudentProfile
from .national_rules import BY_CODE, NUMBER
from .services import require_office

_WRITTEN = [
    "full_name", "sort_key", "folded", "birth_date", "gender", "citizen_id", "citizen_id_mask", "citizen_id_key",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do: added and changed students, or the problems that keep it from doing anything."""

    batch_id: int | None
    changes: tuple[import_rules.Change, ...]
    problems: tuple[import_rules.RowProblem, ...]

    @property
    def added(self) -> int:
        return sum(1 for change in self.changes if not change.before)


@dataclass(slots=True)
class Made:
    """Ids of what an import made and ended, kept with it for an exact undo."""

    students: list[int] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)
    enrolled: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    numbers: dict[str, list[str]] = field(default_factory=dict)


def _present(unit_id: int, year_id: int) -> dict[str, dict[str, str]]:
    """Code → the fields of a file as they are now; the class is that of the year, "" for none."""
    classes = dict(
        Enrolment.objects.filter(unit_id=unit_id, class_group__year_id=year_id, valid_to__isnull=True).values_list(
            "student_id", "class_group__name"
        )
    )
    more = dict(StudentProfile.objects.filter(unit_id=unit_id).values_list("student_id", "values"))
    return {
        student.code: more.get(student.pk, {})
        | {
            NUMBER: _shown_number(student.citizen_id_mask, student.citizen_id_key),
            "code": student.code,
            "full_name": student.full_name,
            "birth_date": student.birth_date.isoformat(),
            "gender": student.gender,
            "class_name": classes.get(student.pk, ""),
        }
        for student in Student.objects.filter(unit_id=unit_id)
    }


def _shown_number(mask: str, key: str) -> str:
    """A personal number in a preview: its mask, and enough of its fingerprint to tell two of one mask apart."""
    return f"{mask}#{key[:16]}" if mask else ""


def _seal_numbers(unit_id: int, rows: list[import_rules.StudentRow]) -> dict[str, list[str]]:
    """Code → sealed number, mask, fingerprint; in the rows the number itself gives way to what may be shown."""
    found: dict[str, list[str]] = {}
    for row in rows:
        number = row.extra.get(NUMBER, "")
        if number:
            holder = Student(unit_id=unit_id)
            people.keep_number(holder, id_rules.parse_citizen_id(number))
            found[row.code] = [holder.citizen_id, holder.citizen_id_mask, holder.citizen_id_key]
            row.extra[NUMBER] = _shown_number(holder.citizen_id_mask, holder.citizen_id_key)
    return found


def preview(*, actor: Actor, unit_id: int, file_name: str, content: bytes, year: SchoolYear) -> Preview:
    """Read a file and say what it would change; nothing is written but the preview itself.

    Raises `PermissionRefused`, or `Invalid` for a file that cannot be read at all.
    """
    require_office(actor, unit_id, "import_students")
    today = timezone.localdate()
    if oneroster.is_bundle(content):
        rows, problems = oneroster.students(oneroster.read(content), today=today)
    else:
        rows, problems = import_rules.parse(import_files.read_table(file_name, content), today=today)
    numbers = _seal_numbers(unit_id, rows)
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        known = ClassGroup.objects.filter(unit_id=unit_id, year=year).values_list("name", flat=True)
        changes = import_rules.compare(import_rules.spell_classes(rows, known), _present(unit_id, year.pk))
        if problems:
            return Preview(None, tuple(changes), tuple(problems))
        batch = ImportBatch.objects.create(
            unit_id=unit_id,
            file_name=file_name[:200],
            changes={"year": year.pk, "rows": [asdict(change) for change in changes], "numbers": numbers},
            made_by_id=actor.user_id,
        )
        audit.record(
            actor=actor, action="preview_import", unit_id=unit_id, subject="rosters.importbatch", subject_id=batch.pk
        )
    return Preview(batch.pk, tuple(changes), ())


def batch(*, actor: Actor, unit_id: int, batch_id: int) -> tuple[ImportBatch, Preview]:
    """A batch of the school with what it shows. Raises `PermissionRefused`, `NotFound("import_batch")`."""
    require_office(actor, unit_id, "import_students")
    with context.scope((unit_id,), user=actor.user_id):
        row = ImportBatch.objects.select_related("made_by").filter(pk=batch_id, unit_id=unit_id).first()
        if row is None:
            raise NotFound("import_batch")
        audit.record(
            actor=actor, action="read_import", unit_id=unit_id, subject="rosters.importbatch", subject_id=row.pk
        )
    return row, Preview(row.pk, tuple(import_rules.Change(**change) for change in row.changes["rows"]), ())


def recent(*, actor: Actor, unit_id: int, limit: int = 10) -> list[ImportBatch]:
    """The newest batches of the school, without their rows. Raises `PermissionRefused`."""
    require_office(actor, unit_id, "import_students")
    with context.scope((unit_id,), user=actor.user_id):
        rows = ImportBatch.objects.filter(unit_id=unit_id).select_related("made_by").defer("changes")
        return list(rows.order_by("-made_at", "-pk")[:limit])


def _locked(unit_id: int, batch_id: int) -> ImportBatch:
    """The batch, with the school's imports locked: two files with the same student come one after the other."""
    locks.hold(f"rosters.import:{unit_id}")
    batch = ImportBatch.objects.select_for_update(of=("self",)).filter(pk=batch_id, unit_id=unit_id).first()
    if batch is None:
        raise NotFound("import_batch")
    return batch


def apply(*, actor: Actor, unit_id: int, batch_id: int) -> int:
    """Do what the preview showed, all or nothing; returns the number of students. In bulk: a constant query count.

    Raises `Conflict("import_stale")` when a student was changed since the preview.
    """
    require_office(actor, unit_id, "import_students")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        batch = _locked(unit_id, batch_id)
        if batch.state != ImportBatch.State.PREVIEW:
            raise Conflict("import_done")
        changes = [import_rules.Change(**change) for change in batch.changes["rows"]]
        present = _present(unit_id, batch.changes["year"])
        if any(import_rules.within(present.get(c.code), c.after) != c.before for c in changes):
            raise Conflict("import_stale")
        made = Made()
        wanted = {change.code: change.after for change in changes}
        students = _write_students(unit_id, wanted, made, batch.changes.get("numbers", {}))
        _place(unit_id, batch.changes["year"], {c.code: c.after["class_name"] for c in changes}, students, made)
        batch.changes["made"] = asdict(made)
        batch.state = ImportBatch.State.DONE
        batch.save(update_fields=["state", "changes"])
        audit.record(
            actor=actor, action="import_students", unit_id=unit_id, subject="rosters.importbatch", subject_id=batch.pk
        )
    return len(changes)


def undo(*, actor: Actor, unit_id: int, batch_id: int) -> int:
    """Put back what an import changed, as if it had not been; returns the number of students.

    Raises `Conflict`: "import_stale" when a student was changed after it, "import_in_use" when one that it added has
    marks, a family or any other record by now.
    """
    require_office(actor, unit_id, "undo_import")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        batch = _locked(unit_id, batch_id)
        if batch.state != ImportBatch.State.DONE:
            raise Conflict("import_not_done")
        changes = [import_rules.Change(**change) for change in batch.changes["rows"]]
        made = Made(**batch.changes["made"])
        present = _present(unit_id, batch.changes["year"])
        if any(import_rules.within(present.get(c.code), c.after) != c.after for c in changes):
            raise Conflict("import_stale")
        _remove(Enrolment.objects.filter(unit_id=unit_id, pk__in=made.enrolled))
        _remove(StudentProfile.objects.filter(unit_id=unit_id, student_id__in=made.students))
        if _in_use(Student, made.students):
            raise Conflict("import_in_use")
        _remove(Student.objects.filter(unit_id=unit_id, pk__in=made.students))
        Enrolment.objects.filter(unit_id=unit_id, pk__in=made.ended).update(valid_to=None)
        before = {change.code: change.before for change in changes if change.before}
        _write_students(unit_id, before, Made(), made.numbers)
        unused = set(made.classes) - _in_use(ClassGroup, made.classes)
        _remove(ClassGroup.objects.filter(unit_id=unit_id, pk__in=unused))
        batch.state = ImportBatch.State.UNDONE
        batch.save(update_fields=["state"])
        audit.record(
            actor=actor, action="undo_import", unit_id=unit_id, subject="rosters.importbatch", subject_id=batch.pk
        )
    return len(changes)


def _in_use(model: type[Model], ids: list[int]) -> set[int]:
    """Which of these rows any other table refers to: whatever service the table belongs to."""
    used: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.field.concrete and not relation.many_to_many:
            name = relation.field.attname  # type: ignore[attr-defined]
            rows = relation.related_model._default_manager.filter(**{f"{name}__in": ids})  # type: ignore[union-attr]
            used.update(rows.values_list(name, flat=True))
    return used


def _remove(rows: QuerySet[Any]) -> None:
    """Delete in one statement: nothing refers to the rows; `delete()` would go by hundreds to look for what does."""
    rows._raw_delete(DEFAULT_DB_ALIAS)


def _write_students(
    unit_id: int, wanted: dict[str, dict[str, Any]], made: Made, numbers: dict[str, list[str]]
) -> dict[str, int]:
    """Make students equal to `wanted` (code → fields); returns code → id. `numbers`: what a number named there is."""
    present = {s.code: s for s in Student.objects.filter(unit_id=unit_id, code__in=list(wanted))}
    new: list[Student] = []
    changed: list[Student] = []
    for code, values in wanted.items():
        student = present.get(code) or Student(unit_id=unit_id, code=code)
        student.set_name(values["full_name"])
        student.birth_date, student.gender = values["birth_date"], values["gender"]
        if NUMBER in values:
            made.numbers[code] = [student.citizen_id, student.citizen_id_mask, student.citizen_id_key]
            kept = numbers.get(code, ["", "", ""])
            student.citizen_id, student.citizen_id_mask, student.citizen_id_key = kept
        (changed if code in present else new).append(student)
    Student.objects.bulk_create(new, batch_size=1000)
    Student.objects.bulk_update(changed, _WRITTEN, batch_size=500)
    made.students = [student.pk for student in new]
    students = {s.code: s.pk for s in [*new, *changed]}
    _write_profiles(unit_id, {students[code]: values for code, values in wanted.items()})
    return students


def _write_profiles(unit_id: int, wanted: dict[int, dict[str, Any]]) -> None:
    """The national columns that are in `wanted` (student → fields); the others stay as they are."""
    more = {
        pk: {key: value for key, value in values.items() if key in BY_CODE and key != NUMBER}
        for pk, values in wanted.items()
    }
    if not any(more.values()):
        return
    kept = dict(StudentProfile.objects.filter(unit_id=unit_id, student_id__in=more).values_list("student_id", "values"))
    rows = [
        StudentProfile(
            unit_id=unit_id,
            student_id=pk,
            values={key: value for key, value in (kept.get(pk, {}) | values).items() if value},
        )
        for pk, values in more.items()
        if values
    ]
    StudentProfile.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=["student"], update_fields=["values"]
    )


def _place(unit_id: int, year_id: int, wanted: dict[str, str], students: dict[str, int], made: Made) -> None:
    """Put each student (code → name of the class) into the class, from today; what is right already stays."""
    classes = _classes(unit_id, year_id, set(wanted.values()), made)
    today = timezone.localdate()
    open_rows = {
        e.student_id: e
        for e in Enrolment.objects.filter(unit_id=unit_id, student_id__in=students.values(), valid_to__isnull=True)
    }
    fresh, ended = [], []
    for code, name in wanted.items():
        target, current = classes[name], open_rows.get(students[code])
        if current is not None and current.class_group_id == target:
            continue
        if current is not None:
            current.valid_to = today
            ended.append(current)
        fresh.append(Enrolment(unit_id=unit_id, student_id=students[code], class_group_id=target, valid_from=today))
    Enrolment.objects.bulk_update(ended, ["valid_to"], batch_size=500)
    Enrolment.objects.bulk_create(fresh, batch_size=1000)
    made.ended, made.enrolled = [row.pk for row in ended], [row.pk for row in fresh]


def _classes(unit_id: int, year_id: int, names: set[str], made: Made) -> dict[str, int]:
    """Class name → id, making what is missing."""
    rows = ClassGroup.objects.filter(unit_id=unit_id, year_id=year_id)
    have = dict(rows.values_list("name", "pk"))
    missing = [
        ClassGroup(unit_id=unit_id, year_id=year_id, name=name, grade=import_rules.grade_of(name))
        for name in sorted(names - have.keys())
    ]
    for group in ClassGroup.objects.bulk_create(missing):
        have[group.name] = group.pk
        made.classes.append(group.pk)
    return have
