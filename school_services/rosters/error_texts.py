"""What the problems of an import say to the person at the school office: what, where, what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.errors import DomainError

from .import_rules import RowProblem

PROBLEMS = {
    "empty": gettext_lazy("the cell is empty. Fill it in; where cells were merged, unmerge them and fill each line."),
    "code_format": gettext_lazy(
        "“%(text)s” is no student code. Use up to 20 letters, digits, dots and hyphens, and format the column as text."
    ),
    "name_font": gettext_lazy("“%(text)s” is in an old font (TCVN3, .VnTime). Convert the file to Unicode."),
    "name_format": gettext_lazy("“%(text)s” is no name. Use letters alone, without digits and signs, up to 120."),
    "date_format": gettext_lazy("“%(text)s” is no date of birth. Write day/month/year, for example 05/09/2014."),
    "gender_format": gettext_lazy("“%(text)s” is not understood. Write Nam or Nữ."),
    "class_format": gettext_lazy(
        "“%(text)s” is no class. Begin with the grade, for example 6A1; format the column as text."
    ),
    "repeated": gettext_lazy("the code “%(text)s” is already on line %(other_line)d. Keep one of the two."),
}

PROBLEMS |= {
    "national_format": gettext_lazy("“%(text)s” does not belong into this column."),
    "citizen_id_format": gettext_lazy("a personal number has 12 digits and begins with the code of a province."),
    "citizen_id_mismatch": gettext_lazy("the number is of another gender or year of birth. Check the certificate."),
    "oneroster_heading": gettext_lazy("the heading lacks %(text)s."),
    "oneroster_cells": gettext_lazy("the line has %(text)s cells, more than the heading."),
    "oneroster_reference": gettext_lazy("“%(text)s” is in no other file of the set."),
}

ERRORS = {
    "oneroster_files": gettext_lazy("The OneRoster set lacks these files: %(files)s."),
    "import_too_large": gettext_lazy("The file is larger than %(limit_mb)d MB. Divide it by grade."),
    "import_too_many_rows": gettext_lazy("The file has more than %(limit)d lines. Divide it by grade."),
    "import_old_excel": gettext_lazy(
        "This is an old or other kind of spreadsheet. Save it as “Excel Workbook (.xlsx)” and choose it again."
    ),
    "import_unreadable": gettext_lazy("The file cannot be read. Open it, save it as .xlsx and choose it again."),
    "import_not_utf8": gettext_lazy(
        "The letters of this file are not Unicode. In Excel choose “CSV UTF-8” or .xlsx when you save it."
    ),
    "import_tcvn3": gettext_lazy("The file is in an old font (TCVN3, .VnTime). Convert it to Unicode and try again."),
    "import_columns_missing": gettext_lazy("The file lacks these columns: %(columns)s. Put them in one heading line."),
    "import_stale": gettext_lazy("Somebody changed these students in the meantime. Choose the file again."),
    "import_done": gettext_lazy("This import has been done already."),
    "import_not_done": gettext_lazy("This import has not been done, or has been undone: there is nothing to undo."),
    "import_in_use": gettext_lazy(
        "Students of this import already have marks, families or other records: it cannot be undone."
    ),
}


def of_problem(problem: RowProblem) -> str:
    """One line for one cell, in the language of the reader."""
    what = str(PROBLEMS[problem.code]) % {"text": problem.text, "other_line": problem.other_line}
    return _("Line %(line)d, column “%(column)s”: %(what)s") % {
        "line": problem.line,
        "column": problem.column,
        "what": what,
    }


def of_error(error: DomainError) -> str:
    """The text of an error of an import as a whole. Raises `KeyError` for an error that is not one."""
    return str(ERRORS[error.code]) % error.data
