"""Checking a list of students: pure rules, row-exact."""

from __future__ import annotations

import datetime
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from school_services.errors import Invalid
from school_services.rosters import error_texts, import_rules
from school_services.rosters.import_rules import RowProblem, StudentRow

HEAD = ["Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp"]
GOOD = ["HS001", "Nguyễn Văn An", "05/09/2014", "Nam", "6A1"]
TODAY = datetime.date(2026, 11, 23)


def parse(*rows: list[Any]) -> tuple[list[StudentRow], list[RowProblem]]:
    return import_rules.parse([HEAD, *rows], today=TODAY)


def problems_of(**cells: Any) -> list[tuple[str, str]]:
    places = {"code": 0, "full_name": 1, "birth_date": 2, "gender": 3, "class_name": 4}
    row: list[Any] = list(GOOD)
    for name, value in cells.items():
        row[places[name]] = value
    students, problems = parse(row)
    assert bool(students) is not bool(problems)
    return [(p.column, p.code) for p in problems]


def test_a_good_row() -> None:
    assert parse(GOOD) == ([StudentRow(2, "HS001", "Nguyễn Văn An", "2014-09-05", "1", "6A1")], [])


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("5/9/2014", "2014-09-05"),
        ("05-09-2014", "2014-09-05"),
        ("05.09.2014", "2014-09-05"),
        (" 2014-09-05 ", "2014-09-05"),
        (datetime.datetime(2014, 9, 5), "2014-09-05"),  # noqa: DTZ001 - as a spreadsheet has it
        (datetime.date(2014, 9, 5), "2014-09-05"),
        ("29/02/2012", "2012-02-29"),
    ],
)
def test_dates(value: Any, iso: str) -> None:
    assert parse([*GOOD[:2], value, *GOOD[3:]])[0][0].birth_date == iso


@pytest.mark.parametrize(
    "value",
    ["29/02/2014", "31/04/2014", "13/13/2014", "5/9/14", "41887", 41887.0, "24/11/2026", "05/09/1989", "x", "=1"],
)
def test_no_dates_of_birth(value: Any) -> None:
    assert problems_of(birth_date=value) == [("Ngày sinh", "date_format")]


@pytest.mark.parametrize(("value", "code"), [("nam", "1"), ("NỮ", "2"), ("nu", "2"), (1.0, "1"), (" 2 ", "2")])
def test_genders(value: Any, code: str) -> None:
    assert parse([*GOOD[:3], value, GOOD[4]])[0][0].gender == code


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "+84912345678",
        "-1+1",
        "@SUM(A1)",
        "\t=1+1",
        "An1",
        "<b>An</b>",
        "An;Bình",
        "a" * 121,
        "'An",
        "An\x00",
    ],
)
def test_formulas_and_signs_are_no_names(name: str) -> None:
    """A name that a spreadsheet runs when the list is exported again never gets in."""
    assert problems_of(full_name=name) == [("Họ và tên", "name_format")]


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Hồng Nhung",
        "H'Mai Niê",
        "Y Ngông Niê-Kdăm",
        "K’Bang",
        "Đỗ Ý Như",
        "Sơn Thị Pô Ly",
        "Ông Ích Khiêm",
        "José Trần",
        "Mc Donald An",
        "McDonald An",
    ],
)
def test_names_of_many_peoples(name: str) -> None:
    assert parse([GOOD[0], name, *GOOD[2:]])[0][0].full_name == name


@pytest.mark.parametrize("name", ["NguyÔn V¨n An", "TrÇn ThÞ Hoa", "Ph¹m Hång S¬n", "Lª Quang §¹o", "Vâ ThÞ S¸u"])
def test_old_fonts_are_named(name: str) -> None:
    assert problems_of(full_name=name) == [("Họ và tên", "name_font")]


@pytest.mark.parametrize(
    ("value", "kept"),
    [("HS-1.a", "HS-1.a"), (79123456789.0, "79123456789"), (7.0, "7"), (" 001 ", "001"), ("a" * 20, "a" * 20)],
)
def test_codes(value: Any, kept: str) -> None:
    assert parse([value, *GOOD[1:]])[0][0].code == kept


@pytest.mark.parametrize("value", ["-1", "=1", "a b", "mã", "a" * 21, 1.5e16, "HS\n1", "a/b"])
def test_no_codes(value: Any) -> None:
    """1.5e16: a spreadsheet has lost digits of a number so long."""
    assert problems_of(code=value) == [("Mã học sinh", "code_format")]


@pytest.mark.parametrize(
    ("name", "grade"), [("6A1", 6), ("12 Toán", 12), ("10/2", 10), ("1.3", 1), ("9", 9), ("11A", 11)]
)
def test_classes(name: str, grade: int) -> None:
    assert import_rules.grade_of(name) == grade
    assert not problems_of_class(name)


def problems_of_class(name: Any) -> list[tuple[str, str]]:
    _, problems = parse([*GOOD[:4], name])
    return [(p.column, p.code) for p in problems]


@pytest.mark.parametrize(
    "name", ["A1", "13A", "0A", "61", "Lớp 6A1", "=6A", "6A1\x00", "6" + "A" * 20, datetime.date(2026, 6, 1)]
)
def test_no_classes(name: Any) -> None:
    """The last one is what Excel makes of 6/1."""
    assert problems_of_class(name) == [("Lớp", "class_format")]


def test_every_problem_of_every_row_by_line_and_column() -> None:
    students, problems = parse(
        GOOD,
        ["", "", "", "", ""],
        ["HS002", "", "32/01/2014", "Khác", "6A1"],
        [],
        ["hs001", "Trần Bình", "06/09/2014", "Nữ", ""],
        ["HS003", "Lê Chi"],
    )
    assert [s.line for s in students] == [2]
    assert [(p.line, p.column, p.code) for p in problems] == [
        (4, "Họ và tên", "empty"),
        (4, "Ngày sinh", "date_format"),
        (4, "Giới tính", "gender_format"),
        (6, "Lớp", "empty"),
        (6, "Mã học sinh", "repeated"),
        (7, "Ngày sinh", "empty"),
        (7, "Giới tính", "empty"),
        (7, "Lớp", "empty"),
    ]
    assert error_texts.of_problem(problems[4]) == (
        "Dòng 6, cột “Mã học sinh”: mã “hs001” đã có ở dòng 2. Hãy giữ một trong hai dòng."
    )
    assert error_texts.of_problem(problems[1]) == (
        "Dòng 4, cột “Ngày sinh”: “32/01/2014” không phải ngày sinh. Hãy ghi ngày/tháng/năm, ví dụ 05/09/2014."
    )


def test_titles_above_and_headings_in_any_order_and_spelling() -> None:
    rows = [
        ["TRƯỜNG THCS THỬ"],
        [],
        ["STT", "LỚP", "Họ  và\ntên (*)", "giới tính", "NGÀY SINH", "Mã HS", "Ghi chú"],
        [1.0, "6A1", "Nguyễn Văn An", "Nam", "05/09/2014", "HS001", "=1+1"],
    ]
    students, problems = import_rules.parse(rows, today=TODAY)
    assert not problems
    assert [(s.line, s.code, s.class_name) for s in students] == [(4, "HS001", "6A1")]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_are_composed(form: Any) -> None:
    """A file from a Mac has its marks apart; it is the same name."""
    rows = [[unicodedata.normalize(form, str(cell)) for cell in row] for row in (HEAD, GOOD)]
    assert import_rules.parse(rows, today=TODAY) == parse(GOOD)


def test_missing_columns_are_named() -> None:
    with pytest.raises(Invalid) as caught:
        import_rules.parse([["Mã HS", "Họ tên", "Lớp"], ["1", "An", "6A"]], today=TODAY)
    assert error_texts.of_error(caught.value) == (
        "Tệp thiếu các cột: Ngày sinh, Giới tính. Hãy đặt các cột này trên một dòng tiêu đề."
    )


@pytest.mark.parametrize("rows", [[], [[]], [["x"]] * 30, [["An", "Bình", "Chi"]]])
def test_a_table_without_headings(rows: list[list[str]]) -> None:
    with pytest.raises(Invalid, match="import_columns_missing"):
        import_rules.parse(rows, today=TODAY)


def test_headings_in_an_old_font() -> None:
    with pytest.raises(Invalid, match="import_tcvn3") as caught:
        import_rules.parse([["M· häc sinh", "Hä vµ tªn", "Ngµy sinh", "Giíi tÝnh", "Líp"]], today=TODAY)
    assert "TCVN3" in error_texts.of_error(caught.value)


def test_classes_are_spelled_as_the_school_has_them() -> None:
    rows = [
        StudentRow(n, str(n), "An", "2014-09-05", "1", name)
        for n, name in enumerate(["6a1", "6 A1", "6A1", "6b", "6B"])
    ]
    assert [r.class_name for r in import_rules.spell_classes(rows, ["6A1"])] == ["6A1", "6A1", "6A1", "6b", "6b"]


CELL = st.one_of(st.none(), st.text(max_size=30), st.floats(), st.integers(), st.datetimes(), st.dates(), st.booleans())


@given(st.lists(st.lists(CELL, max_size=7), max_size=12))
def test_whatever_is_in_the_cells_is_a_row_or_a_problem(rows: list[list[Any]]) -> None:
    """Nothing raises, nothing is lost, what gets in fits its column."""
    students, problems = parse(*rows)
    filled = {
        n + 2 for n, row in enumerate(rows) if any(" ".join(str("" if c is None else c).split()) for c in row[:5])
    }
    assert {s.line for s in students} | {p.line for p in problems} == filled
    assert not {s.line for s in students} & {p.line for p in problems}
    for student in students:
        assert 0 < len(student.full_name) <= 120
        assert 0 < len(student.code) <= 20
        assert 0 < len(student.class_name) <= 20
        assert student.gender in {"1", "2"}
        assert datetime.date(1990, 1, 1) <= datetime.date.fromisoformat(student.birth_date) <= TODAY
        assert "\x00" not in "".join(student.values().values())
    for problem in problems:
        assert error_texts.of_problem(problem).startswith(f"Dòng {problem.line}, cột “{problem.column}”: ")


NAME = st.from_regex(r"[A-ZĐ][a-zăâđêôơưáàảãạ]{0,6}( [A-ZĐ][a-zăâđêôơưáàảãạ]{0,6}){1,3}", fullmatch=True)
ROW = st.tuples(
    st.integers(1, 10**9).map(str), NAME, st.dates(datetime.date(2006, 1, 1), TODAY), st.sampled_from(["Nam", "Nữ"]),
    st.integers(1, 12).map(lambda g: f"{g}A"),
)  # fmt: skip


@given(st.lists(ROW, max_size=15, unique_by=lambda row: row[0]))
def test_what_has_been_imported_changes_nothing_the_second_time(rows: list[tuple[Any, ...]]) -> None:
    students, problems = parse(*[list(row) for row in rows])
    assert not problems
    first = import_rules.compare(students, {})
    assert len(first) == len(rows)
    assert all(not change.before for change in first)
    assert import_rules.compare(students, {change.code: change.after for change in first}) == []


def test_every_problem_and_error_has_a_text_in_vietnamese() -> None:
    folder = Path(import_rules.__file__).parent
    modules = ("import_rules", "import_files", "imports", "oneroster")
    source = "".join((folder / f"{name}.py").read_text("utf-8") for name in modules)
    raised = set(re.findall(r'(?:Invalid|Conflict)\("((?:import|oneroster)_\w+)"', source))
    assert raised == error_texts.ERRORS.keys()
    for text in [*error_texts.ERRORS.values(), *error_texts.PROBLEMS.values()]:
        with translation.override("en"):
            english = str(text)
        with translation.override("vi"):
            assert str(text) != english
