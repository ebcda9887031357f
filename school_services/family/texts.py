"""Words of the family's pages: purposes of consents, what staff did with a record, errors."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.errors import DomainError
from school_services.rosters.consent_rules import Purpose

# Title and explanation. New words need a new `guardians.TEXT_VERSION`: a consent is to what was read.
PURPOSES = {
    Purpose.PHOTO: (
        gettext_lazy("Pictures on the school's portal"),
        gettext_lazy("The school may show pictures of class and events in which your child can be recognised."),
    ),
    Purpose.CAMERA: (
        gettext_lazy("Camera of the class"),
        gettext_lazy("Families of the same class may watch the class by camera while it is open."),
    ),
    Purpose.DATA: (
        gettext_lazy("Data for others"),
        gettext_lazy("The school may pass name, date of birth and class on for insurance and competitions."),
    ),
}

ACTIONS = {
    "read_marks": gettext_lazy("read marks"),
    "record_mark": gettext_lazy("entered a mark"),
    "correct_mark": gettext_lazy("corrected a mark"),
    "request_change": gettext_lazy("asked for a change of a mark"),
    "approve_change": gettext_lazy("approved a change of a mark"),
    "refuse_change": gettext_lazy("refused a change of a mark"),
    "publish_marks": gettext_lazy("published marks of the class"),
    "lock_columns": gettext_lazy("locked marks of the class"),
    "open_columns": gettext_lazy("opened columns of the class"),
    "reopen_columns": gettext_lazy("opened locked marks of the class"),
    "issue_link_code": gettext_lazy("made a link code"),
    "link_guardian": gettext_lazy("linked an account"),
    "list_students": gettext_lazy("opened the list of the class"),
    "give_consent": gettext_lazy("gave a consent"),
    "withdraw_consent": gettext_lazy("withdrew a consent"),
    "export_child": gettext_lazy("downloaded all data"),
    "write_report": gettext_lazy("wrote conduct or a comment"),
    "write_remark": gettext_lazy("wrote an assessment"),
    "read_reports": gettext_lazy("read conduct and comments"),
    "judge_year": gettext_lazy("judged the year"),
    "change_class": gettext_lazy("changed the class"),
    "read_student": gettext_lazy("opened the student's record"),
    "read_citizen_id": gettext_lazy("opened the personal number"),
    "read_register": gettext_lazy("opened the class register"),
    "take_register": gettext_lazy("took the class register"),
    "correct_attendance": gettext_lazy("corrected the register"),
    "read_leave": gettext_lazy("read a request for leave"),
    "approve_leave": gettext_lazy("approved a leave"),
    "refuse_leave": gettext_lazy("refused a leave"),
    "read_thread": gettext_lazy("read what you wrote to the teacher"),
    "write_thread": gettext_lazy("wrote to the family"),
    "pause_camera": gettext_lazy("stopped the class camera"),
    "resume_camera": gettext_lazy("opened the class camera again"),
    "read_viewings": gettext_lazy("read who watched the class camera"),
    "write_student": gettext_lazy("changed the student's record"),
}

ERRORS = {
    "child_must_agree": gettext_lazy(
        "From 7 years on your child must agree too. Ask your child, then tick “My child agrees”."
    ),
    "consent_given": gettext_lazy("You have agreed to this already."),
    "consent": gettext_lazy("There is no consent to withdraw."),
}


def of_action(action: str) -> str:
    return str(ACTIONS.get(action, _("opened the record")))


def of_error(error: DomainError) -> str:
    """An absent child and somebody else's answer alike."""
    if error.code in ERRORS:
        return str(ERRORS[error.code])
    if error.status in {403, 404}:
        return _("This is not there, or the child is not linked to your account. Enter the school's code to link it.")
    return _("This could not be done. Load the page again.")
