"""What the services' errors say to staff: what happened and what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.errors import DomainError
from school_services.payments import error_texts as money
from school_services.rosters import error_texts as imports

TEXTS = {
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
    "student": gettext_lazy("This student is not in the class any more. Load the page again."),
    "no_marks": gettext_lazy("This class is assessed by levels and notes, not by marks."),
    "no_rules": gettext_lazy("There are no assessment rules for this school year."),
}


def of_code(code: str) -> str:
    return str(TEXTS[code])


def of_error(error: DomainError) -> str:
    """The text of an error of any service of the desk."""
    if error.code in TEXTS:
        return str(TEXTS[error.code])
    if error.code in imports.ERRORS:
        return imports.of_error(error)
    if error.code in money.TEXTS or error.code.startswith(("statement_", "invoice_")):
        return money.of_error(error)
    if error.status == 404:
        return _("It is not there, or it is not yours to see.")
    if error.status == 403:
        return _("Your role does not allow this. The attempt has been noted.")
    return _("This could not be done. Please try again.")
