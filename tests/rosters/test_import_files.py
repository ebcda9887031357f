"""From bytes to rows: kinds, encodings, sizes, and files that mean harm."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.errors import Invalid
from school_services.rosters import error_texts, import_files, import_rules

HEAD = ["Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp"]
GOOD = ["HS001", "Nguyễn Văn An", "05/09/2014", "Nam", "6A1"]


def csv_bytes(delimiter: str = ",", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    return (end.join(delimiter.join(row) for row in (HEAD, GOOD)) + end).encode(encoding)


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def simple(book: Any) -> None:
    for row in (HEAD, GOOD):
        book.active.append(row)


def refused(name: str, content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        import_files.read_table(name, content)
    assert error_texts.of_error(caught.value)
    return caught.value.code


def read_or_refuse(name: str, content: bytes) -> Any:
    """The rows, or what the reader of the refusal is told."""
    try:
        return import_files.read_table(name, content)
    except Invalid as error:
        return error_texts.of_error(error)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv(delimiter: str, encoding: str, end: str) -> None:
    assert import_files.read_table("a.csv", csv_bytes(delimiter, encoding, end)) == [HEAD, GOOD]


def test_a_title_with_commas_above_the_headings() -> None:
    table = import_files.read_table("a.csv", "Danh sách, năm học 2026\n\n".encode() + csv_bytes(";"))
    assert table[2:] == [HEAD, GOOD]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "khong-duoi"])
def test_xlsx_by_what_it_is(name: str) -> None:
    assert import_files.read_table(name, workbook(simple)) == [HEAD, GOOD]


@pytest.mark.parametrize(
    "content",
    [
        "Mã học sinh;Họ và tên\n1;Nguyễn".encode("utf-16"),
        "Nguyễn Văn An".encode("cp1258", "replace") + b"\xea\xde\n",
        "M\xb7 h\xe4c sinh,H\xe4 v\xb5 t\xaan\n1,Nguy\xd4n V\xa8n".encode("latin-1"),
        b"\xff\xfe\x00\x01",
    ],
    ids=["utf-16", "cp1258", "tcvn3", "bytes"],
)
def test_other_encodings_are_told_what_to_do(content: bytes) -> None:
    assert refused("a.csv", content) == "import_not_utf8"
    assert "Unicode" in str(error_texts.ERRORS["import_not_utf8"])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, "import_old_excel"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 encrypted", "import_old_excel"),
        ("a.ods", b"PK\x03\x04x", "import_old_excel"),
        ("a.xlsx", b"PK\x03\x04 not a zip", "import_unreadable"),
        ("a.xlsx", b"", "import_unreadable"),
        ("a.xlsx", csv_bytes(), "import_unreadable"),
        ("a.csv", b'"open quote,\n1,2', "import_unreadable"),
    ],
)
def test_what_is_no_list(name: str, content: bytes, code: str) -> None:
    assert refused(name, content) == code


def test_a_zip_without_a_workbook_and_a_workbook_cut_in_half() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.txt", "x")
    assert refused("a.xlsx", out.getvalue()) == "import_unreadable"
    whole = workbook(simple)
    assert refused("a.xlsx", whole[: len(whole) // 2]) == "import_unreadable"


def test_dates_numbers_formulas_and_hidden_sheets() -> None:
    def fill(book: Any) -> None:
        book.active.title = "An"
        book.active.sheet_state = "hidden"
        sheet = book.create_sheet("Danh sách")
        sheet.append(HEAD)
        sheet.append([79123456789, "Trần Bình", date(2014, 9, 5), "Nữ", "=1+1"])

    table = import_files.read_table("a.xlsx", workbook(fill))
    students, problems = import_rules.parse(table, today=date(2026, 11, 23))
    assert not students
    assert [(p.line, p.column, p.code) for p in problems] == [(2, "Lớp", "empty")], "an unsaved formula has no value"
    table[1].append("6A1")
    students, problems = import_rules.parse(table, today=date(2026, 11, 23))
    assert [(s.code, s.birth_date) for s in students] == [("79123456789", "2014-09-05")]


def test_merged_cells_are_named_line_by_line() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.append(["DANH SÁCH HỌC SINH"])
        sheet.merge_cells("A1:E1")
        sheet.append(HEAD)
        for number in (1, 2, 3):
            sheet.append([f"HS{number}", "Nguyễn Văn An", "05/09/2014", "Nam", "6A1"])
        sheet.merge_cells("E3:E5")

    students, problems = import_rules.parse(import_files.read_table("a.xlsx", workbook(fill)), today=date(2026, 11, 23))
    assert [s.line for s in students] == [3]
    assert [error_texts.of_problem(p) for p in problems] == [
        f"Dòng {line}, cột “Lớp”: ô này đang trống. Hãy điền vào; nếu là ô gộp, hãy bỏ gộp rồi điền từng dòng."
        for line in (4, 5)
    ]


def test_too_large_too_many() -> None:
    assert refused("a.csv", b"a" * (import_files.MAX_BYTES + 1)) == "import_too_large"
    assert refused("a.csv", b"a,b\n" * (import_files.MAX_ROWS + 1)) == "import_too_many_rows"
    assert len(import_files.read_table("a.csv", b"a,b\n" * import_files.MAX_ROWS)) == import_files.MAX_ROWS


def test_empty_lines_at_the_end_do_not_count() -> None:
    assert import_files.read_table("a.csv", csv_bytes() + b",,,,\n" * 50_000) == [HEAD, GOOD]


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    """5 kB as a file, 17 thousand million cells as a table: read row by row it is refused in a moment."""

    def fill(book: Any) -> None:
        simple(book)
        book.active["XFD1048576"] = "x"
        book.active["A1048576"] = "x"

    content, before, start = workbook(fill), _memory(), time.process_time()
    assert len(content) < 20_000
    assert refused("a.xlsx", content) == "import_too_many_rows"
    assert time.process_time() - start < 20
    assert _memory() - before < 100


def test_columns_far_to_the_right_are_not_read() -> None:
    def fill(book: Any) -> None:
        simple(book)
        book.active["XFD2"] = "x"

    table = import_files.read_table("a.xlsx", workbook(fill))
    assert [row[:5] for row in table] == [HEAD, GOOD]
    assert max(map(len, table)) <= import_files.MAX_COLUMNS


def test_a_zip_that_unpacks_to_more_than_fits() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (import_files.MAX_UNPACKED + 1))
    assert len(out.getvalue()) < import_files.MAX_BYTES
    assert refused("a.xlsx", out.getvalue()) == "import_too_large"


def test_entities_are_not_unfolded_and_no_file_is_read() -> None:
    def poisoned(entity: str) -> bytes:
        source, out = io.BytesIO(workbook(simple)), io.BytesIO()
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                body = old.read(name).decode()
                if name == "xl/worksheets/sheet1.xml":
                    body = body.replace("<worksheet", f"<!DOCTYPE w [{entity}]><worksheet", 1)
                    body = body.replace('t="s"><v>', 't="str"><v>&b;', 1)
                new.writestr(name, body)
        return out.getvalue()

    laughs = '<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 100_000 + '">'
    outside = '<!ENTITY b SYSTEM "file:///etc/passwd">'
    for entity in (laughs, outside):
        table = read_or_refuse("a.xlsx", poisoned(entity))
        assert len(str(table)) < 10_000
        assert "root:" not in str(table)


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a"]))
def test_any_bytes_are_rows_or_a_named_error(content: bytes, name: str) -> None:
    table = read_or_refuse(name, content)
    assert isinstance(table, str) or all(isinstance(row, list) for row in table)
