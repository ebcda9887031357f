"""What the services' errors, states and steps say: what happened, why, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from school_services.errors import DomainError

from .season import Problem

Text = str | Promise

ERRORS: dict[str, Text] = {
    "logged_out": gettext_lazy("You are logged out. Log in again in another tab; what you typed is kept."),
    "desk": gettext_lazy("This area is for the officers who run the admission."),
    "season": gettext_lazy("There is no such admission season."),
    "season_not_open": gettext_lazy("The season has not opened yet. Its calendar says when."),
    "season_closed": gettext_lazy("The deadline has passed: applications can no longer be changed."),
    "already_submitted": gettext_lazy("This application has been submitted. Change it and submit it again."),
    "not_changeable": gettext_lazy("The office has decided on this application; it can no longer be changed."),
    "child_twice": gettext_lazy(
        "This pupil code has an application already. Withdraw it, or ask the school that sent it."
    ),
    "application": gettext_lazy("There is no such application, or it is not yours to see."),
    "document_size": gettext_lazy("A document may have 5 MB at most. Take the photo again at a smaller size."),
    "document_format": gettext_lazy("Only photos (JPEG, PNG, WebP) and PDF files are taken."),
    "document_kind": gettext_lazy("The season does not ask for this document."),
    "too_many_documents": gettext_lazy("There are twelve documents already. Remove one first."),
    "note_needed": gettext_lazy("Write a note for the family: what is missing, and what to do."),
    "not_submitted": gettext_lazy("One of these applications is not waiting for a decision. Load the list again."),
    "marks_exist": gettext_lazy("Marks have been entered: candidate numbers stay as they are."),
    "season_open_still": gettext_lazy("Families can still change their applications. Wait for the deadline."),
    "no_exam": gettext_lazy("This season has no exam."),
    "marks_locked": gettext_lazy("The marks are locked."),
    "marks_open": gettext_lazy("Some papers lack their second entry, or the two entries differ."),
    "marks_not_locked": gettext_lazy("Lock the marks first: the placement needs them all."),
    "same_person": gettext_lazy("You made the other entry of this paper. A second person is needed."),
    "others_entry": gettext_lazy("Another person has begun this entry."),
    "resolved": gettext_lazy("A third person has decided on this paper."),
    "no_difference": gettext_lazy("The two entries do not differ."),
    "mark_format": gettext_lazy("A mark is 0 to 10 with two decimals at most, for example 8,25; v for absent."),
    "paper_code": gettext_lazy("There is no paper with this code."),
    "not_announced": gettext_lazy("Announce the hash of the inputs first, so that everybody can check the result."),
    "inputs_changed": gettext_lazy("The inputs of this run are not those that were announced."),
    "not_reproduced": gettext_lazy("Computing it again gave another result: the stored run has been altered."),
    "signed_already": gettext_lazy("You have signed this run. The second signature is another person's."),
    "approved_already": gettext_lazy("A run has been approved for this round."),
    "run_approved": gettext_lazy("A run has been approved: its inputs stay."),
    "no_approved_run": gettext_lazy("No run has been approved yet."),
    "no_results_day": gettext_lazy("The calendar has no day of results."),
    "no_round_before": gettext_lazy("The round before has no approved run."),
    "remark_closed": gettext_lazy("Papers can be marked again only between the results and the day in the calendar."),
    "confirm_open": gettext_lazy("Families can still confirm their seats. A further round begins after that day."),
    "remark_open": gettext_lazy("Families can still ask for a second marking. Wait for that day."),
    "remarks_open": gettext_lazy("Some second markings are not decided yet."),
    "no_mark_moved": gettext_lazy("No second marking changed a mark: the results stay."),
    "round_approved": gettext_lazy("A further round has been approved; second markings come before it."),
    "not_asked": gettext_lazy("The family has not asked for this."),
    "remarked": gettext_lazy("This paper has been marked again already."),
    "confirm_closed": gettext_lazy("Seats are confirmed between the results and the deadline in the calendar."),
    "no_seat": gettext_lazy("There is no seat to confirm."),
    "no_fee": gettext_lazy("There is no fee to pay for this application."),
    "fee_paid": gettext_lazy("The fee is paid already."),
    "merchant": gettext_lazy("This way to pay is not offered. Choose another one."),
    "provider_down": gettext_lazy("The payment service does not answer now. Try again, or choose another way."),
    "not_published": gettext_lazy("The results are not published yet."),
    "too_many_guesses": gettext_lazy(
        "Too many wrong attempts from this connection: it waits 15 minutes. Nobody else has to. The code of the"
        " receipt, in place of the date of birth, opens the result at once."
    ),
    "too_many_codes": gettext_lazy("Too many wrong codes from this connection. Try again in 15 minutes."),
    "slow_number": gettext_lazy(
        "Somebody has tried this number with wrong dates. To protect the child, each attempt now waits 20 seconds. The"
        " code of the receipt, in place of the date of birth, opens the result at once."
    ),
    "code_needed": gettext_lazy(
        "This number was tried too often with wrong dates today. It opens with the code of the receipt in place of the"
        " date of birth, or on the page of your application when you are logged in."
    ),
    "result": gettext_lazy("No result matches this number and this date. Check both on the candidate card."),
    "number": gettext_lazy("A candidate number has 4 to 12 digits; it stands on the candidate card."),
    "birth_date": gettext_lazy("Write the date of birth as day/month/year, for example 04/03/2011."),
    "pupil_code": gettext_lazy("Write the pupil code as it stands on the school record."),
    "plan": gettext_lazy("The parameters of the season cannot be read. Check the field that is named."),
    "number_format": gettext_lazy("Write points with two decimals at most, for example 0,5."),
    "season_slug": gettext_lazy("There is a season with this short name already."),
    "season_open": gettext_lazy("The season is open: only days and seats can change."),
    "contradictions": gettext_lazy("The season contradicts itself. Mend what is listed, then open it."),
    "direct_over_quota": gettext_lazy("A school has more direct admissions than seats."),
    "incomplete": gettext_lazy("Something is missing. Each place is marked."),
}

FIELDS: dict[str, Text] = {
    "missing": gettext_lazy("Fill this in."),
    "too_many_wishes": gettext_lazy("There are more wishes than the season allows."),
    "wish_twice": gettext_lazy("A school stands twice among the wishes."),
    "unknown_choice": gettext_lazy("This school is not in the season."),
    "foreign_area": gettext_lazy("This school does not take children of this area."),
    "unknown_group": gettext_lazy("The season does not know this group."),
    "unknown_prize": gettext_lazy("The season does not know this prize."),
    "birth_date": gettext_lazy("Check the year of birth."),
    "document_missing": gettext_lazy("Add this document."),
}

LABELS: dict[str, Text] = {
    "full_name": gettext_lazy("Full name of the child"),
    "birth_date": gettext_lazy("Date of birth"),
    "gender": gettext_lazy("Gender"),
    "pupil_code": gettext_lazy("Pupil code"),
    "school_name": gettext_lazy("School now"),
    "class_name": gettext_lazy("Class"),
    "area": gettext_lazy("Commune or ward of residence"),
    "phone": gettext_lazy("Phone of the family"),
    "wishes": gettext_lazy("Wishes"),
    "groups": gettext_lazy("Priority groups"),
    "prizes": gettext_lazy("Prizes"),
    "direct": gettext_lazy("Direct admission"),
}

STATES: dict[str, tuple[Text, Text]] = {
    "draft": (
        gettext_lazy("Draft"),
        gettext_lazy("Only you see it. Submit it before the deadline, or it does not count."),
    ),
    "submitted": (
        gettext_lazy("Submitted"),
        gettext_lazy("The office checks it. You can change it until the deadline; coming late loses nothing."),
    ),
    "needs_more": (
        gettext_lazy("More is needed"),
        gettext_lazy("Read the office's note and add what it asks for. The application keeps its place."),
    ),
    "accepted": (
        gettext_lazy("Accepted"),
        gettext_lazy("The papers are in order. The candidate number comes after the deadline."),
    ),
    "refused": (
        gettext_lazy("Not taken"),
        gettext_lazy("The office's note says why. Ask the office if it is not clear."),
    ),
    "withdrawn": (
        gettext_lazy("Withdrawn"),
        gettext_lazy("You took it back. It can be submitted again until the deadline."),
    ),
}

STEPS: dict[str, Text] = {
    "submitted": gettext_lazy("Submitted"),
    "changed": gettext_lazy("Changed and submitted again"),
    "asked": gettext_lazy("The office asks for more"),
    "added": gettext_lazy("A document was added"),
    "accepted": gettext_lazy("Accepted by the office"),
    "refused": gettext_lazy("Not taken by the office"),
    "withdrawn": gettext_lazy("Withdrawn by the family"),
    "confirmed": gettext_lazy("Seat confirmed"),
    "fee_paid": gettext_lazy("Fee paid"),
    "offered": gettext_lazy("The school sent another list; yours stands until you decide"),
    "took_offer": gettext_lazy("The school's list taken over by the family"),
    "kept_own": gettext_lazy("The family kept its own"),
    "revised": gettext_lazy("Result changed after the second marking"),
    "lapsed": gettext_lazy("Seat not confirmed by the deadline"),
    "remark_asked": gettext_lazy("Second marking asked for"),
    "remarked": gettext_lazy("Marked again"),
}

FEE_STATES: dict[str, tuple[Text, Text]] = {
    "none": (gettext_lazy("no fee"), gettext_lazy("This season asks for no fee.")),
    "unpaid": (gettext_lazy("not paid yet"), gettext_lazy("Choose a way to pay, or pay in cash at the office.")),
    "pending": (gettext_lazy("under way"), gettext_lazy("The money is counted once, whatever happens on the way.")),
    "paid": (gettext_lazy("paid"), gettext_lazy("The fee of this application is settled.")),
    "failed": (gettext_lazy("did not go through"), gettext_lazy("No money was taken. Try again or another way.")),
    "expired": (
        gettext_lazy("time ran out"),
        gettext_lazy("Begin again. Money that comes late all the same is counted for this application."),
    ),
    "refund_part": (gettext_lazy("paid, partly returned"), gettext_lazy("The office has returned a part.")),
    "refunded": (gettext_lazy("returned"), gettext_lazy("The office has returned the fee.")),
}

PHASES: dict[str, Text] = {
    "before": gettext_lazy("Opens soon"),
    "open": gettext_lazy("Applications are taken"),
    "checking": gettext_lazy("Applications closed, results to come"),
    "results": gettext_lazy("Results are out"),
    "over": gettext_lazy("Season over"),
}

WHY: dict[str, Text] = {
    "admitted": gettext_lazy("admitted"),
    "below": gettext_lazy("below the points needed"),
    "tie": gettext_lazy("points enough, but the last seats were shared by too many with the same points"),
    "floor": gettext_lazy("below the lowest points of the season"),
    "barred": gettext_lazy("not considered"),
    "higher": gettext_lazy("not needed: admitted at an earlier wish"),
}

BARRED: dict[str, Text] = {
    "absent": gettext_lazy("A paper was not sat, so no school could admit."),
    "zero": gettext_lazy("A paper has the mark 0, so no school could admit."),
}

PROBLEMS: dict[str, Text] = {
    "paper_twice": gettext_lazy("Two papers have the same code"),
    "paper_weight": gettext_lazy("A paper's weight must be a whole number from 1"),
    "no_papers": gettext_lazy("There is an exam, but no paper that everybody sits"),
    "papers_without_exam": gettext_lazy("There are papers, but no exam"),
    "no_record_table": gettext_lazy("The record counts, but its table of points is empty"),
    "three_papers": gettext_lazy("An exam for grade 10 has three papers for everybody (TT 30/2024)"),
    "area_in_grade_10": gettext_lazy("Grade 10 is not admitted by area alone"),
    "no_wishes": gettext_lazy("A family needs one wish at least"),
    "more_gaps_than_wishes": gettext_lazy("There are more gaps than wishes"),
    "first_gap": gettext_lazy("The gap of the first wish must be 0"),
    "gaps_fall": gettext_lazy("A later wish cannot have a smaller gap"),
    "no_tie_chain": gettext_lazy("Ties are broken by secondary criteria, but none is listed"),
    "tie_criterion": gettext_lazy("A secondary criterion is no paper of everybody"),
    "floor_over_top": gettext_lazy("The lowest points are above the highest possible"),
    "bonus_over_law": gettext_lazy("Bonuses can exceed 3,5 points (TT 30/2024, Điều 14)"),
    "no_choices": gettext_lazy("There is no school"),
    "choice_twice": gettext_lazy("Two schools have the same code"),
    "no_seats": gettext_lazy("A school has no seat"),
    "stream_without_paper": gettext_lazy("A specialised stream has no paper"),
    "paper_without_stream": gettext_lazy("A specialised paper belongs to no stream of a school"),
    "choice_without_area": gettext_lazy("Admission is by area, but a school has none"),
    "no_days": gettext_lazy("The days of opening and closing are missing"),
    "closes_before_opens": gettext_lazy("The season closes before it opens"),
    "no_exam_day": gettext_lazy("The day of the exam is missing"),
    "exam_before_close": gettext_lazy("The exam is before the deadline"),
    "results_before_close": gettext_lazy("The results are before the deadline"),
    "results_before_exam": gettext_lazy("The results are before the exam is over"),
    "remark_before_results": gettext_lazy("The last day for a second marking is before the results"),
    "confirm_before_results": gettext_lazy("The last day to confirm is before the results"),
    "document_twice": gettext_lazy("Two documents have the same code"),
    "second_factor": gettext_lazy("The second factor is neither date of birth nor pupil code"),
    "negative": gettext_lazy("A number is negative"),
}


# Places of the plan's editor that cannot be read, and what stands for them in the summary.
PLACES: dict[str, Text] = {
    "number_format": gettext_lazy("Write points with two decimals at most, for example 0,5."),
    "whole_number": gettext_lazy("Write a whole number."),
    "code_missing": gettext_lazy("Give this row a code, or empty it."),
    "code_format": gettext_lazy("A code has 1 to 16 letters and digits, without spaces."),
    "code_twice": gettext_lazy("This code stands twice."),
    "year": gettext_lazy("Write the year with four digits, at most three years ahead."),
}
FAULTS: dict[str, Text] = {
    "columns": gettext_lazy("a row has school, year, seats and cutoff"),
    "school_unknown": gettext_lazy("this school is not in the season"),
    "past_year": gettext_lazy("the year has four digits and is before the season"),
    "seats": gettext_lazy("seats are a whole number or empty"),
    "points": gettext_lazy("points have two decimals at most, for example 17,25"),
    "wishes_fall": gettext_lazy("the cutoff of a later wish is lower"),
    "year_twice": gettext_lazy("two different cutoffs for the same school and year"),
    "too_many_rows": gettext_lazy("at most 5,000 rows at a time"),
}
TABLES: dict[str, Text] = {
    "paper": gettext_lazy("Papers"),
    "priority": gettext_lazy("Priority groups"),
    "prize": gettext_lazy("Prizes"),
    "record": gettext_lazy("School record"),
    "direct": gettext_lazy("Direct admission"),
    "document": gettext_lazy("Papers of the family"),
    "choice": gettext_lazy("Schools"),
    "wishes": gettext_lazy("Number of wishes"),
    "gaps": gettext_lazy("Gaps"),
    "floor": gettext_lazy("Lowest points"),
    "bonus_cap": gettext_lazy("Bonuses together at most"),
    "fee": gettext_lazy("Fee in đồng"),
    "per_room": gettext_lazy("Candidates in a room"),
    "name": gettext_lazy("Name"),
}
KINDS: dict[str, Text] = {
    "exam": gettext_lazy("Grade 10 by exam"),
    "combined": gettext_lazy("Grade 10 by exam and school record"),
    "record": gettext_lazy("Grade 10 by school record"),
    "grade6": gettext_lazy("Grade 6 by area and seats, without exam"),
    "grade1": gettext_lazy("Grade 1 by area and seats, without exam"),
}
METHODS: dict[str, Text] = {
    "exam": gettext_lazy("By exam"),
    "record": gettext_lazy("By school record"),
    "combined": gettext_lazy("By exam and school record"),
    "area": gettext_lazy("By area and seats, without exam"),
}
TIES: dict[str, Text] = {
    "NOT_EXCEED": gettext_lazy("none of them: the seats are not exceeded"),
    "INCLUDE_TIES": gettext_lazy("all of them: the seats may be exceeded"),
    "SECONDARY": gettext_lazy("by the secondary criteria"),
}
WHENS: dict[str, Text] = {
    "": gettext_lazy("always"),
    "priority": gettext_lazy("with a priority group"),
    "prize": gettext_lazy("with a prize"),
    "direct": gettext_lazy("with direct admission"),
}
_PARTS = {
    "cach": {"paper_twice", "paper_weight", "no_papers", "papers_without_exam", "no_record_table", "three_papers",
             "area_in_grade_10", "paper_without_stream"},
    "nguyen-vong": {"no_wishes", "more_gaps_than_wishes", "first_gap", "gaps_fall", "no_tie_chain", "tie_criterion",
                    "floor_over_top"},
    "uu-tien": {"bonus_over_law", "negative"},
    "giay-to": {"document_twice", "second_factor"},
    "truong": {"no_choices", "choice_twice", "no_seats", "stream_without_paper", "choice_without_area"},
}  # fmt: skip


def placed_problems(found: Sequence[Problem]) -> list[tuple[str, Text, str, bool]]:
    """Contradictions with the part of the editor where each is mended."""
    return [
        (
            next((part for part, codes in _PARTS.items() if problem.code in codes), "lich"),
            PROBLEMS.get(problem.code, problem.code), problem.what, problem.warning,
        )
        for problem in found
    ]  # fmt: skip


def place_of(field: str) -> Text:
    """ "paper.2.weight" → "Papers, row 3"."""
    table, _dot, rest = field.partition(".")
    title = TABLES.get(table, "")
    row = rest.partition(".")[0]
    return f"{title}, {_('row')} {int(row) + 1}" if row.isdigit() else title


def of_code(code: str) -> str:
    return str(ERRORS[code])


def of_error(error: DomainError) -> str:
    if error.code in ERRORS:
        return str(ERRORS[error.code])
    if error.code in PROBLEMS:
        return str(PROBLEMS[error.code])
    if error.status == 404:
        return _("It is not there, or it is not yours to see.")
    if error.status == 403:
        return _("Your role does not allow this. The attempt has been noted.")
    return _("This could not be done. Load the page again and look at what it says.")


def problems(found: list[tuple[str, str]]) -> list[str]:
    """Contradictions as lines."""
    return [f"{PROBLEMS.get(code, code)}{f' ({what})' if what else ''}" for code, what in found]


def missing(found: list[tuple[str, str]], documents: dict[str, str]) -> list[dict[str, Any]]:
    """(field, code) of an incomplete form as {"field", "label", "text"}, one a field."""
    lines: dict[str, dict[str, Any]] = {}
    for name, code in found:
        label = documents.get(name[4:], name) if name.startswith("doc-") else LABELS.get(name, name)
        lines.setdefault(name, {"field": name, "label": str(label), "text": str(FIELDS.get(code, code))})
    return list(lines.values())
