from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from school_services.admissions import season
from school_services.admissions.placement import TiePolicy
from school_services.admissions.season import Calendar, ChoiceLine, Method, Paper, Phase, Plan, Standing
from school_services.errors import Invalid

UTC = datetime.UTC
PAPERS = (Paper("TOAN", "Toán", 1, 120), Paper("VAN", "Ngữ văn", 1, 120), Paper("ANH", "Tiếng Anh", 1, 60))
SPECIAL = Paper("CTOAN", "Toán chuyên", 2, 150, "toan")
PLAN = Plan(10, Method.EXAM, PAPERS, gaps=(0, 50, 100))


def day(number: int, month: int = 6) -> datetime.datetime:
    return datetime.datetime(2026, month, number, 8, tzinfo=UTC)


CALENDAR = Calendar(day(1, 5), day(15, 5), datetime.date(2026, 6, 3), day(20), day(25), day(30))
CHOICES = [ChoiceLine("A", 100), ChoiceLine("B", 50)]


def codes(plan: Plan = PLAN, choices: list[ChoiceLine] = CHOICES, calendar: Calendar = CALENDAR) -> set[str]:
    return {problem.code for problem in season.contradictions(plan, choices, calendar)}


def test_a_sound_season_has_no_contradiction() -> None:
    assert codes() == set()
    chosen = replace(PLAN, papers=(*PAPERS, SPECIAL))
    assert codes(chosen, [*CHOICES, ChoiceLine("A-T", 35, "toan")]) == set()
    first = Plan(1, Method.AREA, wishes=1, own_area=True)
    assert codes(first, [ChoiceLine("T", 90, areas=("Phường Tân Ninh",))], replace(CALENDAR, exam_on=None)) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"papers": ()}, "no_papers"),
        ({"papers": (*PAPERS, PAPERS[0])}, "paper_twice"),
        ({"papers": (replace(PAPERS[0], weight=0), *PAPERS[1:])}, "paper_weight"),
        ({"papers": PAPERS[:2]}, "three_papers"),
        ({"papers": (*PAPERS, SPECIAL)}, "paper_without_stream"),
        ({"method": Method.RECORD}, "papers_without_exam"),
        ({"method": Method.COMBINED}, "no_record_table"),
        ({"wishes": 0}, "no_wishes"),
        ({"wishes": 2}, "more_gaps_than_wishes"),
        ({"gaps": (50, 100)}, "first_gap"),
        ({"gaps": (0, 100, 50)}, "gaps_fall"),
        ({"tie": TiePolicy.SECONDARY}, "no_tie_chain"),
        ({"tie": TiePolicy.SECONDARY, "tie_chain": ("LI",)}, "tie_criterion"),
        ({"floor": 9999}, "floor_over_top"),
        ({"priority": {"1": 300}, "bonus_cap": 450}, "bonus_over_law"),
        ({"own_area": True}, "choice_without_area"),
        ({"second_factor": "name"}, "second_factor"),
    ],
)
def test_contradictions_of_the_plan(change: dict[str, Any], code: str) -> None:
    assert code in codes(replace(PLAN, **change))


def test_contradictions_of_schools_and_days() -> None:
    assert codes(choices=[]) == {"no_choices"}
    assert codes(choices=[ChoiceLine("A", 0), ChoiceLine("A", 5)]) == {"no_seats", "choice_twice"}
    assert codes(choices=[ChoiceLine("A", 5, "toan")]) == {"stream_without_paper"}
    assert codes(calendar=Calendar()) == {"no_days"}
    assert codes(calendar=replace(CALENDAR, closes_at=day(1, 4))) == {"closes_before_opens"}
    assert codes(calendar=replace(CALENDAR, exam_on=None)) == {"no_exam_day"}
    assert codes(calendar=replace(CALENDAR, exam_on=datetime.date(2026, 5, 10))) == {"exam_before_close"}
    assert codes(calendar=replace(CALENDAR, results_at=day(2))) == {"results_before_exam"}
    assert codes(calendar=replace(CALENDAR, confirm_until=day(19))) == {"confirm_before_results"}


def test_plan_survives_json() -> None:
    data = {
        "grade": 10, "method": "exam", "wishes": 3, "gaps": [0, 50, 100], "tie": "SECONDARY", "tie_chain": ["TOAN"],
        "papers": [{"code": "TOAN", "name": "Toán", "weight": 2}], "documents": [{"code": "ks", "name": "Khai sinh"}],
    }  # fmt: skip
    plan = season.read(data)
    assert plan.papers == (Paper("TOAN", "Toán", 2),)
    assert plan.parameters.gaps == (0, 50, 100)
    for wrong in (
        {"grade": "x"},
        {**data, "method": "lottery"},
        {**data, "gaps": [0.5]},
        {**data, "papers": [{"x": 1}]},
        {},
    ):
        with pytest.raises(Invalid, match="plan"):
            season.read(wrong)


def test_points_of_a_stream_need_its_own_paper() -> None:
    plan = replace(PLAN, papers=(*PAPERS, SPECIAL))
    marks = {"TOAN": 800, "VAN": 850, "ANH": 900, "CTOAN": 775}
    assert season.points(plan, Standing(marks)) == 2550
    assert season.points(plan, Standing(marks, ("3",), ("1",)), "toan") == 2550 + 1550 + 250
    assert season.points(plan, Standing({**marks, "CTOAN": None}), "toan") is None
    assert season.points(plan, Standing({**marks, "CTOAN": None})) == 2550


def test_an_absent_or_zero_paper_bars() -> None:
    marks: dict[str, int | None] = {"TOAN": 800, "VAN": 850, "ANH": 900}
    assert season.bar(PLAN, Standing(marks)) == ""
    assert season.bar(PLAN, Standing({**marks, "ANH": None})) == "absent"
    assert season.bar(PLAN, Standing({**marks, "ANH": 0})) == "zero"
    assert season.bar(replace(PLAN, zero_bars=False), Standing({**marks, "ANH": 0})) == ""
    assert season.bar(Plan(6, Method.AREA), Standing({})) == ""


def test_phases_turn_at_their_minute() -> None:
    second = datetime.timedelta(seconds=1)
    for moment, before, after in (
        (CALENDAR.opens_at, Phase.BEFORE, Phase.OPEN),
        (CALENDAR.closes_at, Phase.OPEN, Phase.CHECKING),
        (CALENDAR.results_at, Phase.CHECKING, Phase.RESULTS),
        (CALENDAR.confirm_until, Phase.RESULTS, Phase.OVER),
    ):
        assert moment is not None
        assert season.phase(CALENDAR, moment - second) is before
        assert season.phase(CALENDAR, moment) is after


def test_the_checklist_asks_for_what_is_claimed_alone() -> None:
    rules = (
        season.DocumentRule("ks", "Giấy khai sinh"),
        season.DocumentRule("ut", "Giấy ưu tiên", when="priority"),
        season.DocumentRule("gt", "Bằng giải", when="prize"),
    )
    plan = replace(PLAN, documents=rules)
    assert [r.code for r in plan.documents_for(priority=False, prize=True, direct=False)] == ["ks", "gt"]
