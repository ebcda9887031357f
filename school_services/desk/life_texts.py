"""What the services of a student's life and of the staff list answer to the school office."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.errors import DomainError
from school_services.rosters import error_texts

from . import texts

TEXTS = {
    "reason_needed": gettext_lazy("Write the reason: it stays in the student's record."),
    "day_span": gettext_lazy("This day lies before the student came, or outside the school year. Check the day."),
    "same_class": gettext_lazy("The student is in this class already. Choose another one."),
    "not_enrolled": gettext_lazy("The student is in no class: take the student in first."),
    "enrolled": gettext_lazy("The student is in a class already."),
    "transfer_open": gettext_lazy(
        "A transfer code is out already. The family has it; it ends by itself after 60 days."
    ),
    "transfer_code": gettext_lazy(
        "This code is not known, was used, or has run out. Copy it from the paper, or ask the other school for another."
    ),
    "student_code": gettext_lazy("Write the code that the student gets at this school."),
    "student_code_taken": gettext_lazy("Another student of this school has this code. Choose another one."),
    "citizen_id_format": gettext_lazy("A personal number has 12 digits and begins with the code of a province."),
    "citizen_id_mismatch": gettext_lazy(
        "The number belongs to somebody of another gender or year of birth. Compare it with the birth certificate."
    ),
    "citizen_id_taken": gettext_lazy("Another student of this school has this number. One of the two is wrong."),
    "key_missing": gettext_lazy("The number was sealed under a key that is not there. Tell the operator: code K1."),
    "purpose_needed": gettext_lazy("Write what the number is needed for."),
    "evidence_needed": gettext_lazy("Write the number and date of the decision."),
    "case_kind": gettext_lazy("Choose the policy case."),
    "case_open": gettext_lazy("This policy case is noted already. End it first."),
    "everybody_once": gettext_lazy("Choose for every student, and name the class for those who go up or repeat."),
    "class_format": gettext_lazy("The name of a class begins with its grade, for example 7A1."),
    "slot": gettext_lazy("Load the page again: the days or periods are not those of this page."),
    "exam_day": gettext_lazy("This day is in no term of the school year. Check the day."),
    "exam_minutes": gettext_lazy("An exam takes 5 to 240 minutes."),
    "exam_label": gettext_lazy("Write what is examined."),
    "exam_same_time": gettext_lazy("The class or grade has another exam at this time. Choose another time."),
    "role_kind": gettext_lazy("Choose a role."),
    "role_span": gettext_lazy("A role cannot end before it begins."),
    "login_format": gettext_lazy("Write a mobile number or an e-mail address."),
    "name_needed": gettext_lazy("There is no account of this number or address yet: write the full name to make one."),
}


def of_error(error: DomainError) -> str:
    if error.code == "student_fields":
        problem = error.data["problem"]
        what = str(error_texts.PROBLEMS[problem.code]) % {"text": problem.text, "other_line": problem.other_line}
        return _("%(column)s: %(what)s") % {"column": problem.column, "what": what}
    if error.code == "profile_field":
        return (
            _("%(field)s: this value does not belong there. Look at the example in the national workbook.") % error.data
        )
    return str(TEXTS[error.code]) if error.code in TEXTS else texts.of_error(error)
