"""The year of a class: put together from marks, reports and what was carried in, judged by the year's own regulation.

Each judgement that changes something is a new version; the old ones stay with the regulation they were made by.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from school_services.errors import Invalid, NotFound
from school_services.identity import audit
from school_services.identity.actor import Actor
from school_services.rosters.models import ClassGroup, Enrolment, Student, Subject, Term
from tenants import context, locks

from . import marks, primary_rules, regimes, rules, year_rules
from .carrying import CONDUCT, Kind
from .marks import decimal_comma
from .models import Assessment, CarriedResult, Mark, Remark, TermReport, YearResult
from .reports import require_homeroom
from .rules import Comment, Level


def _value(text: str) -> Decimal | Comment | None:
    if text in {"Đ", "CĐ"}:
        return Comment.DAT if text == "Đ" else Comment.CHUA_DAT
    return rules.parse_mark(text) if text else None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a class's year is judged from, read in a constant number of queries."""

    group: ClassGroup
    students: list[Student]
    subjects: list[Subject]
    averages: dict[tuple[int, int, int], Decimal | Comment | None]  # (student, subject, term number)
    exempt: set[tuple[int, int]]
    reports: dict[tuple[int, int], TermReport]
    carried: dict[tuple[int, str, str], str]
    remarks: dict[int, list[Remark]]


def _facts(unit_id: int, class_group_id: int) -> _Facts:
    group = ClassGroup.objects.select_related("year").filter(unit_id=unit_id, pk=class_group_id).first()
    if group is None:
        raise NotFound("class")
    members = Enrolment.objects.filter(unit_id=unit_id, class_group=group, valid_to__isnull=True)
    students = list(
        Student.objects.filter(unit_id=unit_id, pk__in=members.values("student_id")).order_by("sort_key", "pk")
    )
    ids = [student.pk for student in students]
    terms = dict(Term.objects.filter(year_id=group.year_id).values_list("pk", "number"))
    columns = list(Assessment.objects.select_related("subject").filter(unit_id=unit_id, class_group=group))
    cells: dict[tuple[int, int, int], list[tuple[str, Mark | None]]] = defaultdict(list)
    found = {
        (mark.assessment_id, mark.student_id): mark
        for mark in Mark.objects.filter(unit_id=unit_id, assessment__in=columns, superseded_at__isnull=True)
    }
    for column in columns:
        for student in ids:
            cells[student, column.subject_id, terms[column.term_id]].append(
                (column.kind, found.get((column.pk, student)))
            )
    subjects = {column.subject_id: column.subject for column in columns}
    averages: dict[tuple[int, int, int], Decimal | Comment | None] = {}
    exempt: dict[tuple[int, int], bool] = defaultdict(lambda: True)
    for (student, subject, term), row in cells.items():
        averages[student, subject, term] = _average(subjects[subject].kind, row)
        exempt[student, subject] &= all(m is not None and m.status == rules.CellStatus.EXEMPT for _, m in row)
    remarks: dict[int, list[Remark]] = defaultdict(list)
    for remark in Remark.objects.filter(unit_id=unit_id, class_group=group, superseded_at__isnull=True):
        remarks[remark.student_id].append(remark)
    return _Facts(
        group=group,
        students=students,
        subjects=sorted(subjects.values(), key=lambda subject: subject.place),
        averages=averages,
        exempt={key for key, out in exempt.items() if out},
        reports={
            (row.student_id, terms[row.term_id]): row
            for row in TermReport.objects.filter(
                unit_id=unit_id, student_id__in=ids, term_id__in=list(terms), superseded_at__isnull=True
            )
        },
        carried={
            (row.student_id, row.item, row.kind): row.text
            for row in CarriedResult.objects.filter(
                unit_id=unit_id, student_id__in=ids, year_id=group.year_id, superseded_at__isnull=True
            )
        },
        remarks=remarks,
    )


def _average(kind: str, cells: list[tuple[str, Mark | None]]) -> Decimal | Comment | None:
    """The term's result of a subject; None until every column has something."""
    counted = [(column, mark) for column, mark in cells if mark is None or mark.status != rules.CellStatus.EXEMPT]
    if not counted or any(mark is None for _, mark in counted):
        return None
    if kind == Subject.Kind.COMMENT:
        return rules.comment_term([Comment(mark.comment) for _, mark in counted if mark], len(counted))
    values: dict[str, list[Decimal]] = defaultdict(list)
    for column, mark in counted:
        if mark is not None and mark.value is not None:
            values[column].append(mark.value)
    gk, ck = (next(iter(values[key]), None) for key in ("GK", "CK"))
    return rules.term_average(values["TX"], gk, ck)


def _level(facts: _Facts, student: int, term: int) -> Level | None:
    report = facts.reports.get((student, term))
    if report is not None and report.conduct is not None:
        return Level(report.conduct)
    carried = facts.carried.get((student, CONDUCT, Kind.FIRST_TERM if term == 1 else Kind.SECOND_TERM))
    return Level[carried] if carried else None


def _input(facts: _Facts, student: Student) -> year_rules.YearInput:
    def carried(subject: Subject, kind: str) -> Decimal | Comment | None:
        return _value(facts.carried.get((student.pk, subject.code, kind), ""))

    def own(subject: Subject, term: int, elsewhere: str) -> Decimal | Comment | None:
        """The term's result here; of another school where there is none. A 0,0 is a result."""
        result = facts.averages.get((student.pk, subject.pk, term))
        return carried(subject, elsewhere) if result is None else result

    subjects = tuple(
        year_rules.SubjectYear(
            code=subject.code,
            scored=subject.kind == Subject.Kind.SCORE,
            first=own(subject, 1, Kind.FIRST_TERM),
            second=own(subject, 2, Kind.SECOND_TERM),
            exempt=(student.pk, subject.pk) in facts.exempt or (student.pk, subject.code, Kind.EXEMPT) in facts.carried,
            decided=carried(subject, Kind.DECIDED),
            retest=carried(subject, Kind.RETEST),
        )
        for subject in facts.subjects
    )
    summer = facts.carried.get((student.pk, CONDUCT, Kind.SUMMER))
    absences = sum(facts.reports[student.pk, t].absences for t in (1, 2) if (student.pk, t) in facts.reports)
    return year_rules.YearInput(
        subjects=subjects,
        conduct_first=_level(facts, student.pk, 1),
        conduct_second=_level(facts, student.pk, 2),
        absences=absences,
        assessed=student.assessed,
        conduct_after_summer=Level[summer] if summer else None,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A student's year as the class list shows it: levels, decision, title as codes; what is missing."""

    student_id: int
    code: str
    full_name: str
    values: dict[str, Any]
    missing: tuple[str, ...]


def _secondary(facts: _Facts, student: Student, chosen: rules.RuleSet) -> Line:
    given = _input(facts, student)
    try:
        outcome = year_rules.judge(given, chosen)
        missing = outcome.missing
    except Invalid as error:
        outcome, missing = year_rules.YearOutcome(), (error.code,)

    def shown(value: Decimal | Comment | None) -> str:
        if isinstance(value, Comment):
            return "Đ" if value is Comment.DAT else "CĐ"
        return decimal_comma(value)

    details = [
        {
            "item": row.code,
            "first": shown(row.first),
            "second": shown(row.second),
            "year": shown(row.year),
            "retest": shown(row.retest),
            "exempt": row.exempt,
        }
        for row in given.subjects
    ]
    study, after = outcome.study, outcome.study_after
    last = after or study
    raised = last.raised_from if last else None
    values = {
        "conduct": outcome.conduct.name if outcome.conduct is not None else "",
        "study": study.level.name if study else "",
        "study_after": after.level.name if after else "",
        "raised_from": raised.name if raised is not None else "",
        "absences": given.absences,
        "decision": outcome.promotion.decision.value if outcome.promotion else "",
        "title": outcome.title.value if outcome.title else "",
        "details": {"subjects": details, "retest_in": list(outcome.promotion.subjects) if outcome.promotion else []},
    }
    return Line(student.pk, student.code, student.full_name, values, missing)


def _primary(facts: _Facts, student: Student, chosen: primary_rules.RuleSet) -> Line:
    """By the remarks at the end of the year: every subject of the class, every trait, every test of the grade."""
    last = {r.item: r for r in facts.remarks[student.pk] if r.period == primary_rules.Period.END_YEAR}
    wanted = {r.item for rows in facts.remarks.values() for r in rows} - set(primary_rules.TRAITS)
    grade = facts.group.grade
    missing = [item for item in sorted(wanted) + list(primary_rules.TRAITS) if item not in last or not last[item].level]
    missing += [
        f"{item}:KT"
        for item in sorted(wanted)
        if primary_rules.has_test(item, grade, primary_rules.Period.END_YEAR)
        and (item not in last or last[item].test is None)
    ]
    values = {"conduct": "", "study": "", "study_after": "", "raised_from": "", "absences": 0, "decision": "",
              "title": "", "details": {}}  # fmt: skip
    if not student.assessed:
        return Line(student.pk, student.code, student.full_name, values, ())
    if not missing and wanted:
        level = primary_rules.year_level(
            [primary_rules.SubjectLevel(last[item].level) for item in sorted(wanted)],
            [primary_rules.TraitLevel(last[item].level) for item in primary_rules.TRAITS],
            [row.test for row in last.values() if row.test is not None],
            chosen,
        )
        praised = {item for pupil, item, kind in facts.carried if pupil == student.pk and kind == Kind.RECOGNISED}
        named = primary_rules.title(
            level,
            outstanding_subject=bool(praised & wanted),
            marked_progress=bool(praised & set(primary_rules.TRAITS)),
            recognised_by_class=bool(praised),
        )
        values["study"] = level.value
        values["decision"] = "LEN_LOP" if primary_rules.moves_up(level) else ""
        values["title"] = named.value if named else ""
        values["details"] = {"items": [{"item": i, "level": r.level, "test": r.test} for i, r in sorted(last.items())]}
    return Line(student.pk, student.code, student.full_name, values, tuple(missing or ([] if wanted else ["subjects"])))


def _lines(facts: _Facts) -> tuple[regimes.Regime, list[Line]]:
    regime = regimes.regime_for(facts.group.grade, facts.group.year.first_year)
    if regime.scheme is regimes.Scheme.SECONDARY:
        return regime, [_secondary(facts, student, regime.secondary) for student in facts.students]
    if regime.scheme is regimes.Scheme.PRIMARY:
        return regime, [_primary(facts, student, regime.primary) for student in facts.students]
    raise Invalid("no_year_result")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A class's year: what a judgement now would say, beside the versions that stand."""

    group: ClassGroup
    regime: str
    lines: tuple[Line, ...]
    standing: dict[int, YearResult]


def overview(*, actor: Actor, unit_id: int, class_group_id: int) -> Judgement:
    """Raises `PermissionRefused`, `NotFound("class")`, `Invalid("no_rules"|"no_year_result")`. Audited."""
    require_homeroom(actor, unit_id, class_group_id, "read_years")
    with context.scope((unit_id,), user=actor.user_id):
        facts = _facts(unit_id, class_group_id)
        regime, lines = _lines(facts)
        standing = _standing(unit_id, facts)
        audit.record(
            actor=actor, action="read_years", unit_id=unit_id, subject="rosters.classgroup", subject_id=class_group_id
        )
    return Judgement(facts.group, regime.code, tuple(lines), standing)


def _standing(unit_id: int, facts: _Facts) -> dict[int, YearResult]:
    rows = YearResult.objects.select_related("made_by").filter(
        unit_id=unit_id,
        year_id=facts.group.year_id,
        student_id__in=[student.pk for student in facts.students],
        superseded_at__isnull=True,
    )
    return {row.student_id: row for row in rows}


def judge(*, actor: Actor, unit_id: int, class_group_id: int, reason: str = "") -> int:
    """Write a new version of every student's year that is complete and differs; returns how many. The principal's.

    Raises `PermissionRefused`, `NotFound("class")`, `Invalid("reason_needed")` where families see the old version.
    """
    marks.require_principal(actor, unit_id, class_group_id, "judge_year")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        locks.hold(f"gradebook.years:{unit_id}:{class_group_id}")
        facts = _facts(unit_id, class_group_id)
        regime, lines = _lines(facts)
        standing = _standing(unit_id, facts)
        fresh = []
        for line in lines:
            old = standing.get(line.student_id)
            complete = not line.missing and line.values["decision"]
            if not complete or (old is not None and all(getattr(old, k) == v for k, v in line.values.items())):
                continue
            if old is not None and old.published_at and not reason.strip():
                raise Invalid("reason_needed")
            fresh.append(
                YearResult(
                    unit_id=unit_id,
                    student_id=line.student_id,
                    class_group=facts.group,
                    year_id=facts.group.year_id,
                    version=old.version + 1 if old else 1,
                    regime=regime.code,
                    reason=reason.strip()[:300],
                    made_by_id=actor.user_id,
                    published_at=timezone.now() if old is not None and old.published_at else None,
                    **line.values,
                )
            )
        gone = [standing[row.student_id].pk for row in fresh if row.student_id in standing]
        YearResult.objects.filter(unit_id=unit_id, pk__in=gone).update(superseded_at=timezone.now())
        YearResult.objects.bulk_create(fresh, batch_size=500)
        audit.record_many(
            actor=actor,
            unit_id=unit_id,
            subject="rosters.student",
            rows=[("judge_year", row.student_id) for row in fresh],
            reason=reason,
        )
    return len(fresh)


def publish(*, actor: Actor, unit_id: int, class_group_id: int) -> int:
    """Let families see the year's results of a class. The principal's. Raises `PermissionRefused`."""
    marks.require_principal(actor, unit_id, class_group_id, "publish_years")
    with transaction.atomic(), context.scope((unit_id,), user=actor.user_id):
        count = YearResult.objects.filter(
            unit_id=unit_id, class_group_id=class_group_id, superseded_at__isnull=True, published_at__isnull=True
        ).update(published_at=timezone.now())
        audit.record(
            actor=actor,
            action="publish_years",
            unit_id=unit_id,
            subject="rosters.classgroup",
            subject_id=class_group_id,
        )
    return count
