"""Cutoffs of earlier years: rows stand or fail alone; real files where they are at hand."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from school_services.admissions import cutoff_files, placement
from school_services.admissions.cutoff_files import Line
from school_services.admissions.models import Choice
from tenants import context
from tests.admissions.season_world import SeasonWorld

ROOTS = [Path(os.environ.get("REAL_DATA", "-")), *(parent / "shared" / "data" for parent in Path(__file__).parents)]
REAL = next((root / "01-scores" for root in ROOTS if (root / "01-scores").is_dir()), None)
CHOICES = {"T01": "THPT Tân Ninh", "T02": "THPT Bình Minh"}


def read(text: str) -> tuple[list[Line], list[tuple[int, str]]]:
    lines, faults = cutoff_files.read(text, CHOICES, before=2027)
    return lines, [(fault.row, fault.code) for fault in faults]


def test_codes_names_commas_and_heads() -> None:
    lines, faults = read(
        "Trường;Năm;Chỉ tiêu;Điểm chuẩn;NV2;NV3\nT01; 2026 ;450;17,25;17,75;18\nthpt bình  minh;2025;;16.5\n\n"
    )
    assert faults == []
    assert lines == [Line("T01", 2026, 450, 1725), Line("T02", 2025, 0, 1650)]
    assert read("T01,2026,450,17.25")[0] == [Line("T01", 2026, 450, 1725)]
    assert read("T01\t2026\t450\t17,25")[0] == [Line("T01", 2026, 450, 1725)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("T01;2026;450", "columns"), ("T09;2026;450;17", "school_unknown"), ("T01;2027;450;17", "past_year"),
        ("T01;26;450;17", "past_year"), ("T01;2026;-4;17", "seats"), ("T01;2026;450;17,3255", "points"),
        ("T01;2026;450;", "points"), ("T01;2026;450;101", "points"), ("T01;2026;450;34,5;30", "wishes_fall"),
        ("T01;2026;;=1+1", "points"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_the_others_are_read(text: str, code: str) -> None:
    lines, faults = read(f"T02;2026;300;15\n{text}")
    assert (lines, faults) == ([Line("T02", 2026, 300, 1500)], [(2, code)])


def test_a_year_that_stands_twice_with_two_values_is_nobodys() -> None:
    lines, faults = read("T01;2026;450;17\nT01;2025;450;16\nT01;2026;450;17\nT01;2026;450;18")
    assert lines == [Line("T01", 2025, 450, 1600)]
    assert faults == [(1, "year_twice"), (4, "year_twice")]


def test_history_keeps_ten_years_in_order() -> None:
    history = [{"year": 2026, "quota": 1, "cutoff": None}]
    made = cutoff_files.merged(history, [Line("T01", year, 9, 1500) for year in range(2026, 2013, -1)])
    assert [line["year"] for line in made] == list(range(2017, 2027))
    assert made[-1] == {"year": 2026, "quota": 9, "cutoff": 1500}


@pytest.mark.django_db
def test_the_office_takes_them_over(world: SeasonWorld, visit: Any) -> None:
    officer = visit("so", "cb1@example.vn")
    address = f"/ts/ban/{world.season}/diem-chuan/"
    answer = officer.post(address, {"lines": "A;2026;450;17,25\nB;2026;450;mười\nTHPT C;2025;300;15"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Dòng 2" in page
    assert "2026: 17,25" in page
    with context.scope((world.unit,)):
        assert Choice.objects.get(season_id=world.season, code="A").history == [
            {"year": 2026, "quota": 450, "cutoff": 1725}
        ]
        assert Choice.objects.get(season_id=world.season, code="B").history == []
    assert officer.post(address, {"lines": "B;2026;450;16"}).status_code == 302
    assert "16" in visit("alpha").get("/ts/lop10-thu/").content.decode()
    assert visit("so", "ph1@example.vn").get(address).status_code == 403


@pytest.mark.skipif(REAL is None, reason="the real files are not on this machine")
def test_real_cutoffs_are_read_and_their_faults_named() -> None:
    assert REAL is not None
    schools = json.loads((REAL / "lop10_cutoffs_14prov.json").read_text())
    choices = {school["code"]: school["name"] for school in schools}
    rows = [
        ";".join([s["code"], str(y["year"]), "", *("" if y[n] is None else str(y[n]) for n in ("nv1", "nv2", "nv3"))])
        for s in schools
        for y in s["scores"]
    ]
    lines, faults = cutoff_files.read("\n".join(rows), choices, before=2026)
    codes = {fault.code for fault in faults}
    assert codes <= {"year_twice", "wishes_fall", "points"}
    assert {"year_twice", "wishes_fall"} <= codes
    assert len(lines) > 1800
    assert len(lines) + len(faults) <= len(rows)


@pytest.mark.skipif(REAL is None, reason="the real files are not on this machine")
def test_a_real_exam_is_placed_stable() -> None:
    """59,442 candidates of a real exam (no names): marks in quarters, so ties everywhere; wishes are made up."""
    assert REAL is not None
    with (REAL / "hcm_lop10_2017_thuong.csv").open() as file:
        marks = [[float(row[name] or 0) for name in ("van", "ngoaingu", "toan")] for row in csv.DictReader(file)]
    choices = [placement.Choice(f"T{n:02d}", 700) for n in range(60)]
    people = [
        placement.Candidate(
            f"{n:06d}",
            tuple((f"T{(n * 7 + step * 11) % 60:02d}", round(sum(values) * 100)) for step in range(3)),
            barred="zero" if min(values) == 0 else "",
        )
        for n, values in enumerate(marks)
    ]
    parameters = placement.Parameters((0, 50, 100))
    placed = placement.place(choices, people, parameters)
    lines = {code: (o.cutoff if o.full else -(10**9)) for code, o in placed.outcomes.items()}
    assert placement.assign(lines, people, parameters) == {c.id: placed.seats.get(c.id) for c in people}
    assert all(outcome.admitted <= 700 for outcome in placed.outcomes.values())
    assert len(placed.seats) > 35_000
