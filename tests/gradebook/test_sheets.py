"""The mark sheet as a workbook: out, changed in every way people change it, and back."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from school_services.errors import Conflict, DomainError, Invalid, PermissionRefused
from school_services.gradebook import grids, marks, services, sheet_imports, sheets
from school_services.gradebook.models import Assessment, Mark, MarkBatch
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, User
from school_services.rosters.models import ClassGroup, Student, Subject, Term
from tenants import context

pytestmark = pytest.mark.django_db


@dataclass
class Desk:
    """The teacher of alpha with class 7A1 in mathematics; three pupils have 6,5 7,5 8,5 in TX 1, published."""

    actor: Actor
    what: dict[str, Any]
    columns: dict[str, int]
    students: dict[str, int]

    def sheet(self) -> Any:
        _, content = sheets.workbook(actor=self.actor, **self.what)
        return load_workbook(io.BytesIO(content))

    def hand_in(self, book: Any) -> sheet_imports.Preview:
        stream = io.BytesIO()
        book.save(stream)
        return self.hand_in_bytes(stream.getvalue())

    def hand_in_bytes(self, content: bytes, name: str = "diem.xlsx") -> sheet_imports.Preview:
        return sheet_imports.preview(actor=self.actor, **self.what, file_name=name, content=content)

    def apply(self, preview: sheet_imports.Preview, reason: str = "chấm lại") -> int:
        assert preview.batch_id is not None, preview.problems
        return sheet_imports.apply(
            actor=self.actor, unit_id=self.what["unit_id"], batch_id=preview.batch_id, reason=reason
        )

    def undo(self, preview: sheet_imports.Preview, reason: str = "nhầm lớp") -> int:
        assert preview.batch_id is not None
        return sheet_imports.undo(
            actor=self.actor, unit_id=self.what["unit_id"], batch_id=preview.batch_id, reason=reason
        )

    def texts(self, column: str) -> list[str]:
        grid = grids.grid(actor=self.actor, **self.what)
        return [cell.text for row in grid.rows for cell in row.cells if cell.column.name == column]

    def record(self, column: str, code: str, text: str, reason: str = "") -> None:
        marks.record_mark(
            actor=self.actor,
            unit_id=self.what["unit_id"],
            assessment_id=self.columns[column],
            student_id=self.students[code],
            text=text,
            reason=reason,
        )


@pytest.fixture
def desk(alpha: Any) -> Any:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        actor = actors.load(User.objects.get(username="gv.alpha@example.vn"))
        subject, term = (
            Subject.objects.get(level="THCS", code="TOAN"),
            Term.objects.get(pk=Assessment.objects.get().term_id),
        )
        group = ClassGroup.objects.get().pk
        rows = services.open_columns(
            actor=actor, unit_id=alpha.unit_id, class_group_id=group, subject=subject, term=term
        )
        what = {"unit_id": alpha.unit_id, "class_group_id": group, "subject_id": subject.pk, "term_id": term.pk}
        yield Desk(
            actor,
            what,
            {grids.column_name(row.kind, row.ordinal): row.pk for row in rows},
            dict(Student.objects.values_list("code", "pk")),
        )


HEAD = 4  # line of the headings


def line_of(sheet: Any, code: str) -> int:
    return next(cell.row for cell in sheet["B"] if cell.value == code)


def column_of(sheet: Any, name: str) -> int:
    return next(cell.column for cell in sheet[HEAD] if cell.value == name)


def write(sheet: Any, code: str, column: str, value: Any) -> None:
    sheet.cell(line_of(sheet, code), column_of(sheet, column)).value = value


def test_a_sheet_that_nobody_touched_changes_nothing(desk: Desk) -> None:
    preview = desk.hand_in(desk.sheet())
    assert (preview.changes, preview.problems) == ((), ())
    assert desk.apply(preview) == 0


def test_the_sheet_shows_the_grid(desk: Desk) -> None:
    sheet = desk.sheet().active
    assert [cell.value for cell in sheet[HEAD]][1:6] == ["Mã học sinh", "Họ và tên", "TX 1", "TX 2", "TX 3"]
    assert [sheet.cell(line, 4).value for line in (5, 6, 7)] == [6.5, 7.5, 8.5]
    assert sheet.row_dimensions[1].hidden
    assert sheet.protection.sheet


def test_sorted_renamed_moved_and_with_more_columns(desk: Desk) -> None:
    """Matched by key: rows upside down, columns in another order, a second sheet in front, a column of one's own."""
    source = desk.sheet().active
    rows = [[cell.value for cell in row] for row in source.iter_rows()]
    book = Workbook()
    book.active.append(["Ghi chú của tôi"])
    sheet = book.create_sheet("Điểm mới 2")
    width = len(rows[HEAD - 1])
    order = [*reversed(range(width))]
    for row in [*rows[:HEAD], *reversed(rows[HEAD:])]:
        full = row + [None] * (width - len(row))
        sheet.append([*(full[i] for i in order), "riêng"])
    for row in sheet.iter_rows(min_row=HEAD + 1):
        for cell in row:
            if sheet.cell(HEAD, cell.column).value == "GK" and any(c.value == "ALPHA2" for c in row):
                cell.value = "9,5"
    preview = desk.hand_in(book)
    assert [(c.name, c.heading, c.old, c.new) for c in preview.changes] == [
        (Student.objects.get(code="ALPHA2").full_name, "GK", "", "9,5")
    ]
    assert desk.apply(preview) == 1
    assert desk.texts("GK") == ["", "9,5", ""]


def test_preview_writes_nothing_and_says_old_and_new(desk: Desk) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "TX 1", 7)
    write(book.active, "ALPHA3", "TX 2", "vp")
    preview = desk.hand_in(book)
    assert [(c.heading, c.old, c.new, c.published) for c in preview.changes] == [
        ("TX 1", "6,5", "7,0", True), ("TX 2", "", "VP", False)
    ]  # fmt: skip
    assert desk.texts("TX 1") == ["6,5", "7,5", "8,5"]
    with pytest.raises(Conflict) as caught:
        desk.apply(preview, reason="")
    assert caught.value.code == "reason_needed"
    assert desk.texts("TX 2") == ["", "", ""], "all or nothing"
    desk.apply(preview)
    assert desk.texts("TX 1") == ["7,0", "7,5", "8,5"]
    assert desk.texts("TX 2") == ["", "", "VP"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (11, "mark_format"),
        (8.25, "mark_format"),
        (-1, "mark_format"),
        ("tám", "mark_format"),
        ("-", "mark_format"),
        (datetime.datetime(2026, 5, 8), "sheet_date"),  # noqa: DTZ001 - what Excel makes of "8.5"
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_done(desk: Desk, value: Any, code: str) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "TX 2", 9)
    write(book.active, "ALPHA2", "TX 2", value)
    preview = desk.hand_in(book)
    assert preview.batch_id is None
    assert [(p.line, p.column, p.code) for p in preview.problems] == [(6, "TX 2", code)]
    assert MarkBatch.objects.count() == 0


def test_a_blank_leaves_the_mark(desk: Desk) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "TX 1", None)
    assert desk.hand_in(book).changes == ()


def test_damaged_keys(desk: Desk) -> None:
    book = desk.sheet()
    sheet = book.active
    write(sheet, "ALPHA1", "TX 2", 9)
    sheet.cell(line_of(sheet, "ALPHA1"), 2).value = "ALPHA9"
    write(sheet, "ALPHA2", "TX 2", 8)
    sheet.cell(line_of(sheet, "ALPHA2"), 2).value = None
    sheet.cell(line_of(sheet, "ALPHA3"), 4).value = 9
    sheet.append([9, "ALPHA3", "Em hai lần", 5])
    assert [(p.line, p.code) for p in desk.hand_in(book).problems] == [
        (5, "sheet_unknown_student"), (6, "sheet_no_code"), (8, "sheet_student_twice")
    ]  # fmt: skip


def test_another_sheet_and_no_sheet(desk: Desk) -> None:
    book = desk.sheet()
    book.active["A1"] = "so-diem:1.2.3.4"
    with pytest.raises(Invalid) as other:
        desk.hand_in(book)
    assert other.value.code == "sheet_other"
    with pytest.raises(Invalid) as none:
        desk.hand_in(Workbook())
    assert none.value.code == "sheet_keys_missing"
    for content in (b"", b"PK\x03\x04damaged", b"\xd0\xcf\x11\xe0old"):
        with pytest.raises(Invalid):
            desk.hand_in_bytes(content)


def test_keys_alone_are_enough(desk: Desk) -> None:
    """Copied into a new file, as CSV, without identity and versions."""
    preview = desk.hand_in_bytes("Mã HS;tx2\nALPHA2;8,5\n".encode(), "diem.csv")
    assert [(c.heading, c.new) for c in preview.changes] == [("TX 2", "8,5")]


def test_what_somebody_else_wrote_meanwhile_is_not_undone_by_an_old_sheet(desk: Desk) -> None:
    book = desk.sheet()
    desk.record("TX 1", "ALPHA1", "9", reason="phúc khảo")
    desk.record("TX 1", "ALPHA2", "9", reason="phúc khảo")
    write(book.active, "ALPHA2", "TX 1", 4)
    preview = desk.hand_in(book)
    assert [(c.old, c.new, c.moved) for c in preview.changes] == [("9,0", "4,0", True)]


def test_a_mark_written_after_the_preview_stops_it(desk: Desk) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "TX 2", 5)
    write(book.active, "ALPHA2", "TX 2", 5)
    preview = desk.hand_in(book)
    desk.record("TX 2", "ALPHA1", "9")
    with pytest.raises(DomainError) as caught:
        desk.apply(preview)
    assert caught.value.code == "changed_meanwhile"
    assert desk.texts("TX 2") == ["9,0", "", ""]


def test_locked_columns_are_not_written_by_a_file(desk: Desk) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "GK", 5)
    services.lock_columns(actor=desk.actor, **desk.what, assessment_id=desk.columns["GK"])
    assert [(p.column, p.code) for p in desk.hand_in(book).problems] == [("GK", "column_locked")]
    write(book.active, "ALPHA1", "GK", None)
    write(book.active, "ALPHA1", "TX 2", 5)
    assert desk.apply(desk.hand_in(book)) == 1, "the other columns stay open"


def test_undo_puts_the_old_marks_back_and_keeps_the_history(desk: Desk) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "TX 1", 7)
    write(book.active, "ALPHA1", "TX 2", 8)
    preview = desk.hand_in(book)
    desk.apply(preview)
    with pytest.raises(Invalid):
        desk.undo(preview, reason=" ")
    assert desk.undo(preview) == 2
    assert (desk.texts("TX 1")[0], desk.texts("TX 2")[0]) == ("6,5", "")
    rows = Mark.objects.filter(student__code="ALPHA1", assessment_id=desk.columns["TX 1"]).order_by("pk")
    assert [(str(row.value), row.reason) for row in rows] == [
        ("6.5", ""), ("7.0", "chấm lại"), ("6.5", "nhầm lớp")
    ]  # fmt: skip
    with pytest.raises(Conflict):
        desk.undo(preview)


def test_undo_stops_at_a_later_correction_and_after_thirty_days(desk: Desk) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "TX 2", 8)
    write(book.active, "ALPHA2", "TX 2", 8)
    preview = desk.hand_in(book)
    desk.apply(preview)
    desk.record("TX 2", "ALPHA2", "9")
    with pytest.raises(Conflict) as caught:
        desk.undo(preview)
    assert caught.value.code == "changed_meanwhile"
    assert desk.texts("TX 2") == ["8,0", "9,0", ""]
    MarkBatch.objects.update(done_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Conflict) as late:
        desk.undo(preview)
    assert late.value.code == "batch_too_old"


def test_nobody_else_hands_in_or_undoes(desk: Desk) -> None:
    book = desk.sheet()
    write(book.active, "ALPHA1", "TX 2", 8)
    preview = desk.hand_in(book)
    stranger = actors.load(User.objects.get(username="gv.beta@example.vn"))
    other = Desk(stranger, desk.what, desk.columns, desk.students)
    before = AuditEntry.objects.filter(allowed=False).count()
    for attempt in (
        other.sheet,
        lambda: other.hand_in(book),
        lambda: other.apply(preview),
        lambda: other.undo(preview),
    ):
        with pytest.raises(PermissionRefused):
            attempt()
    assert AuditEntry.objects.filter(allowed=False).count() == before + 4
    assert desk.texts("TX 2") == ["", "", ""]
