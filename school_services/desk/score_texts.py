"""What is wrong with a file of examination marks, or with one of its lines."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.errors import DomainError
from school_services.scores.shapes import Problem

from . import texts

TEXTS = {
    "scores_exam": gettext_lazy("Write the name and the year of the examination."),
    "scores_too_large": gettext_lazy("The file is larger than %(limit_mb)d MB. Divide it."),
    "scores_unreadable": gettext_lazy("The file is neither CSV nor JSON in UTF-8. Save it anew and choose it again."),
    "scores_shape": gettext_lazy(
        "The columns of this file are not known: %(columns)s. Wanted: a candidate number (sbd, SBD, id), subjects."
    ),
    "scores_done": gettext_lazy("This file has been taken in already."),
    "scores_not_done": gettext_lazy("This file has not been taken in, or has been undone: there is nothing to undo."),
    "scores_bad": gettext_lazy("Some lines have problems. Correct the file, or take it in without these lines."),
    "scores_changed": gettext_lazy("A later file wrote over this one. Undo that one first."),
}
PROBLEMS = {
    "scores_short": gettext_lazy("the line is shorter than the heading."),
    "scores_number": gettext_lazy("“%(text)s” is no candidate number."),
    "scores_mark": gettext_lazy("“%(text)s” is no mark from 0 to 10 with two decimals at most."),
    "scores_repeated": gettext_lazy("candidate %(text)s is on line %(other_line)d with other marks."),
    "scores_total": gettext_lazy("the total %(text)s is not the sum of the marks."),
}


def of_problem(problem: Problem) -> str:
    what = str(PROBLEMS[problem.code]) % {"text": problem.text, "other_line": problem.other_line}
    return _("Line %(line)d, column “%(column)s”: %(what)s") % {
        "line": problem.line,
        "column": problem.column,
        "what": what,
    }


def of_error(error: DomainError) -> str:
    return str(TEXTS[error.code]) % error.data if error.code in TEXTS else texts.of_error(error)
