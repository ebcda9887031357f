"""What the services' errors say to staff: what happened and what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.cameras import texts as cameras
from school_services.errors import DomainError
from school_services.gradebook.sheet_rules import Problem
from school_services.messaging import texts as messaging
from school_services.payments import error_texts as money
from school_services.rosters import error_texts as imports

TEXTS = {
    "register_future": gettext_lazy("This day has not come yet. Choose today or an earlier day."),
    "register_state": gettext_lazy("Choose one of the four answers for every student, then save again."),
    "register_closed": gettext_lazy("The day is closed. The homeroom teacher or the principal can correct it."),
    "device_serial": gettext_lazy("A serial number has 4 to 40 letters and digits, as on the back of the terminal."),
    "device_name": gettext_lazy("Give the terminal a name, for example the gate it stands at."),
    "device_known": gettext_lazy("A terminal with this serial number has been added already."),
    "leave_decided": gettext_lazy("This leave has been decided already."),
    "logged_out": gettext_lazy("You are logged out. Log in again in another tab; what you typed is kept."),
    "desk": gettext_lazy("This area is for the staff of this school. Ask the school's principal for a role."),
    "mark_format": gettext_lazy("A mark is a number from 0 to 10 with one decimal at most, for example 8,5."),
    "comment_format": gettext_lazy("Write Đ (passed) or CĐ (not passed); VP for missed, M for exempt."),
    "changed_meanwhile": gettext_lazy("Somebody changed this cell in the meantime. Compare both values."),
    "column_locked": gettext_lazy("This column is locked. Ask for a change, and the principal decides."),
    "reason_needed": gettext_lazy("Families see this mark already: write the reason, then save again."),
    "note_needed": gettext_lazy("Write why you refuse, so that the teacher knows what to do."),
    "not_locked": gettext_lazy("This column is open: change the mark in the grid itself."),
    "request_open": gettext_lazy("A change of this mark has been asked for already. Wait for the decision."),
    "request_decided": gettext_lazy("This request has been decided already."),
    "own_request": gettext_lazy("Nobody approves a change that he asked for himself. Another principal decides."),
    "no_change": gettext_lazy("This is the mark that stands there now: nothing to change."),
    "reopen_past": gettext_lazy("Choose a day in the future."),
    "assessment": gettext_lazy("This column is not there any more. Load the page again."),
    "sheet_keys_missing": gettext_lazy(
        "No sheet of this file has the column “Mã học sinh” and a mark column (TX 1, GK, CK) in one heading line. "
        "Download the sheet again and copy your marks into it."
    ),
    "sheet_other": gettext_lazy(
        "This is the sheet of another class, subject or term. Open that one and hand it in there."
    ),
    "sheet_column_twice": gettext_lazy("A mark column stands twice in the sheet. Delete one of the two."),
    "batch_done": gettext_lazy("This sheet has been taken in already."),
    "batch_not_done": gettext_lazy("This sheet has not been taken in, or has been undone: there is nothing to undo."),
    "batch_too_old": gettext_lazy("A sheet can be undone for 30 days. Correct the marks in the grid."),
    "conduct_format": gettext_lazy("Choose Tốt, Khá, Đạt or Chưa đạt (TOT, KHA, DAT, CHUA_DAT)."),
    "absences_format": gettext_lazy("Sessions absent are a whole number from 0 to 200."),
    "level_format": gettext_lazy("A subject has T, H or C."),
    "trait_format": gettext_lazy("A quality or ability has T, Đ or C."),
    "test_format": gettext_lazy("A test is a whole number from 0 to 10."),
    "carried_kind": gettext_lazy("Choose what this result is."),
    "source_needed": gettext_lazy("Write the school, the decision or the reason it rests on."),
    "phrase_format": gettext_lazy("Write the phrase; only {ten}, {ho_ten} and {em} stand for the student."),
    "no_year_result": gettext_lazy("A preschool class has no results of the year: write notes by area."),
    "subject": gettext_lazy("There is no subject with this code."),
    "student": gettext_lazy("This student is not in the class any more. Load the page again."),
    "no_marks": gettext_lazy("This class is assessed by levels and notes, not by marks."),
    "no_rules": gettext_lazy("There are no assessment rules for this school year."),
}


# What is wrong with one cell of a returned sheet; other codes speak through TEXTS.
SHEET_PROBLEMS = {
    "sheet_no_code": gettext_lazy("there are marks but no student code. Write the code, or delete the line."),
    "sheet_unknown_student": gettext_lazy("“%(text)s” is no student of this class. Check the code."),
    "sheet_student_twice": gettext_lazy("“%(text)s” stands twice. Delete one of the two lines."),
    "sheet_date": gettext_lazy("Excel made a date of this mark (%(text)s). Format the column as text, type it again."),
    "column_locked": gettext_lazy(
        "the column is locked, and the mark “%(text)s” differs. Ask for a change in the grid."
    ),
    "mark_format": gettext_lazy("“%(text)s” is no mark. Write 0 to 10 with one decimal at most, for example 8,5."),
    "comment_format": gettext_lazy("“%(text)s” is not understood. Write Đ or CĐ; VP for missed, M for exempt."),
}


def of_sheet_problem(problem: Problem) -> str:
    """One line for one cell of a returned sheet."""
    what = str(SHEET_PROBLEMS[problem.code]) % {"text": problem.text}
    return _("Line %(line)d, column “%(column)s”: %(what)s") % {
        "line": problem.line,
        "column": problem.column,
        "what": what,
    }


def of_code(code: str) -> str:
    return str(TEXTS[code])


def of_error(error: DomainError) -> str:
    """The text of an error of any service of the desk."""
    if error.code in TEXTS:
        return str(TEXTS[error.code])
    if error.code in cameras.ERRORS:
        return str(cameras.ERRORS[error.code])
    if error.code in messaging.ERRORS:
        return str(messaging.ERRORS[error.code])
    if error.code in imports.ERRORS:
        return imports.of_error(error)
    if error.code in money.TEXTS or error.code.startswith(("statement_", "invoice_")):
        return money.of_error(error)
    if error.status == 404:
        return _("It is not there, or it is not yours to see.")
    if error.status == 403:
        return _("Your role does not allow this. The attempt has been noted.")
    return _("This could not be done. Please try again.")
