"""Importing students: preview of every change, all or nothing, undo."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from tenants import context

from . import import_rules
from .models import ClassGroup, Enrolment, ImportBatch, SchoolYear, Student
from .services import require_office


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do: added and changed students, or the problems that keep it from doing anything."""

    batch_id: int | None
    changes: tuple[import_rules.Change, ...]
    problems: tuple[import_rules.RowProblem, ...]

    @property
    def added(self) -> int:
        return sum(1 for change in self.changes if not change.before)


def _present(unit_id: int) -> dict[str, dict[str, str]]:
    classes = dict(
        Enrolment.objects.filter(unit_id=unit_id, valid_to__isnull=True).values_list("student_id", "class_group__name")
    )
    return {
        student.code: {
            "code": student.code,
            "full_name": student.full_name,
            "birth_date": student.birth_date.isoformat(),
            "gender": student.gender,
            "class_name": classes.get(student.pk, ""),
        }
        for student in Student.objects.filter(unit_id=unit_id)
    }


def preview(*, actor: Actor, unit_id: int, file_name: str, content: bytes, year: SchoolYear) -> Preview:
    """Read a file and say what it would change; nothing is written but the preview itself.

    Raises `PermissionRefused`, or `Invalid` for a file that cannot be read at all.
    """
    require_office(actor, unit_id, "import_students")
    rows, problems = import_rules.parse(import_rules.read_table(file_name, content))
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        changes = import_rules.compare(rows, _present(unit_id))
        if problems:
            return Preview(None, tuple(changes), tuple(problems))
        batch = ImportBatch.objects.create(
            unit_id=unit_id,
            file_name=file_name[:200],
            changes={"year": year.pk, "rows": [asdict(change) for change in changes]},
            made_by_id=actor.user_id,
        )
        audit.record(
            actor=actor, action="preview_import", unit_id=unit_id, subject="rosters.importbatch", subject_id=batch.pk
        )
    return Preview(batch.pk, tuple(changes), ())


def _locked(unit_id: int, batch_id: int) -> ImportBatch:
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
        present = _present(unit_id)
        if any(present.get(change.code, {}) != change.before for change in changes):
            raise Conflict("import_stale")
        _write(unit_id, batch.changes["year"], {change.code: change.after for change in changes})
        batch.state = ImportBatch.State.DONE
        batch.save(update_fields=["state"])
        audit.record(
            actor=actor, action="import_students", unit_id=unit_id, subject="rosters.importbatch", subject_id=batch.pk
        )
    return len(changes)


def undo(*, actor: Actor, unit_id: int, batch_id: int) -> int:
    """Put back what an import changed. Raises `Conflict("import_stale")` when something was changed after it."""
    require_office(actor, unit_id, "undo_import")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        batch = _locked(unit_id, batch_id)
        if batch.state != ImportBatch.State.DONE:
            raise Conflict("import_not_done")
        changes = [import_rules.Change(**change) for change in batch.changes["rows"]]
        present = _present(unit_id)
        if any(present.get(change.code) != change.after for change in changes):
            raise Conflict("import_stale")
        added = [change.code for change in changes if not change.before]
        students = Student.objects.filter(unit_id=unit_id, code__in=added)
        if students.filter(guardianships__isnull=False).exists():
            raise Conflict("import_in_use")
        students.delete()
        _write(unit_id, batch.changes["year"], {change.code: change.before for change in changes if change.before})
        batch.state = ImportBatch.State.UNDONE
        batch.save(update_fields=["state"])
        audit.record(
            actor=actor, action="undo_import", unit_id=unit_id, subject="rosters.importbatch", subject_id=batch.pk
        )
    return len(changes)


def _write(unit_id: int, year_id: int, wanted: dict[str, dict[str, Any]]) -> None:
    """Make students equal to `wanted` (code → fields), with their classes."""
    classes = _classes(unit_id, year_id, {values["class_name"] for values in wanted.values() if values["class_name"]})
    present = {s.code: s for s in Student.objects.filter(unit_id=unit_id, code__in=list(wanted))}
    new: list[Student] = []
    changed: list[Student] = []
    for code, values in wanted.items():
        student = present.get(code) or Student(unit_id=unit_id, code=code)
        student.set_name(values["full_name"])
        student.birth_date, student.gender = values["birth_date"], values["gender"]
        (changed if code in present else new).append(student)
    Student.objects.bulk_create(new, batch_size=1000)
    Student.objects.bulk_update(changed, ["full_name", "sort_key", "folded", "birth_date", "gender"], batch_size=500)
    today = timezone.localdate()
    students = {s.code: s.pk for s in [*new, *changed]}
    open_rows = {
        e.student_id: e
        for e in Enrolment.objects.filter(unit_id=unit_id, student_id__in=students.values(), valid_to__isnull=True)
    }
    fresh, ended = [], []
    for code, values in wanted.items():
        target = classes.get(values["class_name"])
        current = open_rows.get(students[code])
        if current is not None and current.class_group_id != target:
            current.valid_to = today
            ended.append(current)
        if target is not None and (current is None or current.class_group_id != target):
            fresh.append(Enrolment(unit_id=unit_id, student_id=students[code], class_group_id=target, valid_from=today))
    Enrolment.objects.bulk_update(ended, ["valid_to"], batch_size=500)
    Enrolment.objects.bulk_create(fresh, batch_size=1000)


def _classes(unit_id: int, year_id: int, names: set[str]) -> dict[str, int]:
    """Class name → id, making what is missing. Raises `Invalid("class_name")` for a name without a grade."""
    rows = ClassGroup.objects.filter(unit_id=unit_id, year_id=year_id)
    have = dict(rows.values_list("name", "pk"))
    missing = []
    for name in sorted(names - have.keys()):
        digits = "".join(c for c in name[:2] if c.isdigit())
        if not digits or not 1 <= int(digits) <= 12:
            raise Invalid("class_name", text=name[:20])
        missing.append(ClassGroup(unit_id=unit_id, year_id=year_id, name=name, grade=int(digits)))
    for group in ClassGroup.objects.bulk_create(missing):
        have[group.name] = group.pk
    return have
