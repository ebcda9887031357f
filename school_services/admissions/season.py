"""A season of first-year admission as data: what is counted, how many wishes, when what happens. Plain Python.

The plan is JSON in the database, read here into a frozen value; `contradictions` says what keeps a season from opening.
Grade 10 by exam, record or both (TT 30/2024/TT-BGDĐT); grades 1 and 6 by area and seats, without exam.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from school_services.errors import Invalid

from .placement import Parameters, TiePolicy
from .scoring import BONUS_CAP, PRIORITY, PRIZE, TOP_MARK, Bonus, total


class Method(StrEnum):
    EXAM = "exam"
    RECORD = "record"
    COMBINED = "combined"
    AREA = "area"


EXAMINED = frozenset({Method.EXAM, Method.COMBINED})
RECORDED = frozenset({Method.RECORD, Method.COMBINED})


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: `stream` names the specialised stream that sits it, "" is for everybody. Minutes of TT 30 Điều 13."""

    code: str
    name: str
    weight: int = 1
    minutes: int = 0
    stream: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A document a family adds. `when`: "" always, or only with a "priority" group, a "prize" or "direct" admission."""

    code: str
    name: str
    required: bool = True
    when: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Parameters of a season. Points in hundredths, the fee in đồng.

    `tie_chain`: criteria of SECONDARY, "record", "lot" or a paper's code. `record_table`: "conduct-study" of a year →
    points. `own_area`: a wish must be of the family's own area. `second_factor`: what opens a result beside the number.
    """

    grade: int
    method: Method
    papers: tuple[Paper, ...] = ()
    wishes: int = 3
    gaps: tuple[int, ...] = (0,)
    tie: TiePolicy = TiePolicy.NOT_EXCEED
    tie_chain: tuple[str, ...] = ()
    priority: Mapping[str, int] = field(default_factory=lambda: dict(PRIORITY))
    prize: Mapping[str, int] = field(default_factory=lambda: dict(PRIZE))
    bonus_cap: int = BONUS_CAP
    record_table: Mapping[str, int] = field(default_factory=dict)
    floor: int = 0
    zero_bars: bool = True
    own_area: bool = False
    direct: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[DocumentRule, ...] = ()
    fee: int = 0
    per_room: int = 24
    second_factor: str = "birth_date"

    @property
    def examined(self) -> bool:
        return self.method in EXAMINED

    @property
    def bonus(self) -> Bonus:
        return Bonus(self.priority, self.prize, self.bonus_cap)

    @property
    def parameters(self) -> Parameters:
        return Parameters(self.gaps, self.tie, self.floor)

    def papers_of(self, streams: Sequence[str]) -> tuple[Paper, ...]:
        """What a candidate sits who wishes for these streams."""
        return tuple(paper for paper in self.papers if not paper.stream or paper.stream in streams)

    def documents_for(self, *, priority: bool, prize: bool, direct: bool) -> tuple[DocumentRule, ...]:
        """The checklist of one family."""
        given = {"": True, "priority": priority, "prize": prize, "direct": direct}
        return tuple(rule for rule in self.documents if given.get(rule.when, False))

    @property
    def top(self) -> int:
        """The highest points without bonus, specialised papers aside."""
        papers = sum(paper.weight * TOP_MARK for paper in self.papers if not paper.stream)
        return (papers if self.examined else 0) + (4 * max(self.record_table.values(), default=0))


def read(data: Mapping[str, Any]) -> Plan:
    """A plan out of its JSON. Raises `Invalid("plan")` with the field that is wrong."""
    at = "grade"
    try:
        values: dict[str, Any] = {"grade": int(data["grade"])}
        for at, kind in (("method", Method), ("tie", TiePolicy)):
            if at in data:
                values[at] = kind(data[at])
        for at in ("wishes", "bonus_cap", "floor", "fee", "per_room"):
            if at in data:
                values[at] = _whole(data[at])
        for at in ("zero_bars", "own_area", "second_factor", "direct"):
            if at in data:
                values[at] = data[at]
        for at in ("priority", "prize", "record_table"):
            if at in data:
                values[at] = {str(code): _whole(points) for code, points in data[at].items()}
        at = "gaps"
        values["gaps"] = tuple(_whole(gap) for gap in data.get("gaps", [0]))
        at = "tie_chain"
        values["tie_chain"] = tuple(str(name) for name in data.get("tie_chain", ()))
        at = "papers"
        values["papers"] = tuple(Paper(**paper) for paper in data.get("papers", ()))
        at = "documents"
        values["documents"] = tuple(DocumentRule(**rule) for rule in data.get("documents", ()))
        at = "method"
        return Plan(**values)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Invalid("plan", field=at) from None


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError
    return value


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A school, or one stream of it, as `contradictions` sees it."""

    code: str
    quota: int
    stream: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Aware moments of a season; None where there is no such step."""

    opens_at: datetime.datetime | None = None
    closes_at: datetime.datetime | None = None
    exam_on: datetime.date | None = None
    results_at: datetime.datetime | None = None
    remark_until: datetime.datetime | None = None
    confirm_until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A contradiction: `code` of the text, `what` it concerns. A `warning` does not keep the season closed."""

    code: str
    what: str = ""
    warning: bool = False


def contradictions(plan: Plan, choices: Sequence[ChoiceLine], calendar: Calendar) -> list[Problem]:
    """What has to be mended before the season opens, in the order of the form."""
    found = [
        *_of_papers(plan),
        *_of_wishes(plan),
        *_of_bonus(plan),
        *_of_choices(plan, choices),
        *_of_days(plan, calendar),
    ]
    codes = [rule.code for rule in plan.documents]
    found += [Problem("document_twice", code) for code in sorted({code for code in codes if codes.count(code) > 1})]
    if plan.second_factor not in {"birth_date", "pupil_code"}:
        found.append(Problem("second_factor", plan.second_factor))
    if plan.fee < 0 or plan.per_room < 1:
        found.append(Problem("negative"))
    return found


def _of_papers(plan: Plan) -> list[Problem]:
    found = []
    codes = [paper.code for paper in plan.papers]
    found += [Problem("paper_twice", code) for code in sorted({code for code in codes if codes.count(code) > 1})]
    found += [Problem("paper_weight", paper.name) for paper in plan.papers if paper.weight < 1]
    if plan.examined and not any(not paper.stream for paper in plan.papers):
        found.append(Problem("no_papers"))
    if not plan.examined and plan.papers:
        found.append(Problem("papers_without_exam"))
    if plan.method in RECORDED and not plan.record_table:
        found.append(Problem("no_record_table"))
    if plan.grade == 10 and plan.examined and sum(1 for paper in plan.papers if not paper.stream) != 3:
        found.append(Problem("three_papers", warning=True))
    if plan.method is Method.AREA and plan.grade == 10:
        found.append(Problem("area_in_grade_10"))
    return found


def _of_wishes(plan: Plan) -> list[Problem]:
    found = []
    if plan.wishes < 1:
        found.append(Problem("no_wishes"))
    if len(plan.gaps) > max(plan.wishes, 1):
        found.append(Problem("more_gaps_than_wishes"))
    if plan.gaps and plan.gaps[0] != 0:
        found.append(Problem("first_gap"))
    if list(plan.gaps) != sorted(plan.gaps):
        found.append(Problem("gaps_fall"))
    if plan.tie is TiePolicy.SECONDARY and not plan.tie_chain:
        found.append(Problem("no_tie_chain"))
    known = {"record", "lot", *(paper.code for paper in plan.papers if not paper.stream)}
    found += [Problem("tie_criterion", name) for name in plan.tie_chain if name not in known]
    if plan.floor > plan.top + plan.bonus_cap:
        found.append(Problem("floor_over_top"))
    return found


def _of_bonus(plan: Plan) -> list[Problem]:
    found = []
    if plan.grade == 10:
        over = max(plan.priority.values(), default=0) + max(plan.prize.values(), default=0)
        if min(over, plan.bonus_cap) > BONUS_CAP:
            found.append(Problem("bonus_over_law"))
    if any(points < 0 for points in (*plan.priority.values(), *plan.prize.values())) or plan.bonus_cap < 0:
        found.append(Problem("negative"))
    return found


def _of_choices(plan: Plan, choices: Sequence[ChoiceLine]) -> list[Problem]:
    found = [] if choices else [Problem("no_choices")]
    codes = [choice.code for choice in choices]
    found += [Problem("choice_twice", code) for code in sorted({code for code in codes if codes.count(code) > 1})]
    found += [Problem("no_seats", choice.code) for choice in choices if choice.quota < 1]
    streams = {paper.stream for paper in plan.papers if paper.stream}
    if plan.examined:
        found += [Problem("stream_without_paper", c.code) for c in choices if c.stream and c.stream not in streams]
    wished = {choice.stream for choice in choices}
    found += [Problem("paper_without_stream", stream) for stream in sorted(streams - wished)]
    if plan.method is Method.AREA or plan.own_area:
        found += [Problem("choice_without_area", choice.code) for choice in choices if not choice.areas]
    return found


def _of_days(plan: Plan, calendar: Calendar) -> list[Problem]:
    found = []
    if calendar.opens_at is None or calendar.closes_at is None:
        return [Problem("no_days")]
    if calendar.opens_at >= calendar.closes_at:
        found.append(Problem("closes_before_opens"))
    if plan.examined and calendar.exam_on is None:
        found.append(Problem("no_exam_day"))
    if calendar.exam_on is not None and calendar.exam_on <= calendar.closes_at.date():
        found.append(Problem("exam_before_close"))
    last: datetime.datetime = calendar.closes_at
    for moment, code in (
        (calendar.results_at, "results_before_close"),
        (calendar.remark_until, "remark_before_results"),
        (calendar.confirm_until, "confirm_before_results"),
    ):
        if moment is not None and moment <= last:
            found.append(Problem(code))
        if code == "results_before_close" and moment is not None:
            last = moment
    if calendar.exam_on and calendar.results_at and calendar.results_at.date() <= calendar.exam_on:
        found.append(Problem("results_before_exam"))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """What a candidate brings: `marks` by paper (None: absent), bonuses' codes, points of the record."""

    marks: Mapping[str, int | None]
    groups: tuple[str, ...] = ()
    prizes: tuple[str, ...] = ()
    record: int = 0
    lot: int = 0


def points(plan: Plan, standing: Standing, stream: str = "") -> int | None:
    """Points at a choice of this stream; None when its own paper was not sat. Papers of other streams do not count."""
    marks, weights = [], []
    for paper in plan.papers_of([stream] if stream else []):
        value = standing.marks.get(paper.code)
        if value is None:
            return None
        marks.append(value)
        weights.append(paper.weight)
    return total(marks, weights, standing.groups, standing.prizes, record=standing.record, bonus=plan.bonus)


def bar(plan: Plan, standing: Standing) -> str:
    """ "absent" or "zero" where a paper of everybody keeps the candidate out of every school, else ""."""
    if not plan.examined:
        return ""
    values = [standing.marks.get(paper.code) for paper in plan.papers_of([])]
    if any(value is None for value in values):
        return "absent"
    return "zero" if plan.zero_bars and any(value == 0 for value in values) else ""


def tie_values(plan: Plan, standing: Standing) -> tuple[int, ...]:
    """The secondary criteria of a candidate, in the order of the chain."""
    if plan.tie is not TiePolicy.SECONDARY:
        return ()
    own = {"record": standing.record, "lot": standing.lot}
    return tuple(own[name] if name in own else standing.marks.get(name) or 0 for name in plan.tie_chain)


def lot(slug: str, code: str) -> int:
    """The draw of an application: from the season and the random code of its receipt alone, so anybody computes it."""
    return int.from_bytes(hashlib.sha256(f"{slug}:{code}".encode()).digest()) % 1_000_000


class Phase(StrEnum):
    """Where a season stands at a moment."""

    BEFORE = "before"
    OPEN = "open"
    CHECKING = "checking"
    RESULTS = "results"
    OVER = "over"


def phase(calendar: Calendar, now: datetime.datetime) -> Phase:
    """By the calendar alone: a season opens, closes and publishes at its minute, whatever anybody does."""
    if calendar.opens_at is None or now < calendar.opens_at:
        return Phase.BEFORE
    if calendar.closes_at is None or now < calendar.closes_at:
        return Phase.OPEN
    if calendar.results_at is None or now < calendar.results_at:
        return Phase.CHECKING
    if calendar.confirm_until is None or now < calendar.confirm_until:
        return Phase.RESULTS
    return Phase.OVER
