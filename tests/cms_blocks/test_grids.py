"""Pasted tables: what Excel, Word and people give, and what is read."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms_blocks import grids

EXCEL = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style>td{mso-number-format:General}</style></head>
<body><table border=0><!--StartFragment--><col width=64><tr height=20><td colspan=4 class=xl65>THỜI KHÓA BIỂU 6A1</td></tr>
<tr><td rowspan=2>Buổi</td><td rowspan=2>Tiết</td><td colspan=2>Thứ Hai</td></tr><tr><td>6A1</td><td>6A2</td></tr>
<tr><td rowspan=2>Sáng</td><td>1</td><td colspan=2>Chào   cờ</td></tr><tr><td>2</td><td>Toán<br>(C. Lan)</td><td>&lt;</td></tr>
</table><script>alert(1)</script></body></html>"""


def test_excel_keeps_merged_cells_and_finds_headings() -> None:
    grid = grids.parse(EXCEL)
    assert grid.text == (
        "THỜI KHÓA BIỂU 6A1\t<\t<\t<\nBuổi\tTiết\tThứ Hai\t<\n^\t^\t6A1\t6A2\nSáng\t1\tChào cờ\t<\n^\t2\tToán⏎(C. Lan)\t\\<"
    )
    assert (grid.title, grid.head, grid.side) == ("THỜI KHÓA BIỂU 6A1", 2, 2)
    rows = grid.rows(side=grid.side, prefix="k")
    assert [(h.cell.text, h.scope, h.cell.rows, h.cell.columns) for h in rows[0]] == [
        ("Buổi", "col", 2, 1),
        ("Tiết", "col", 2, 1),
        ("Thứ Hai", "colgroup", 1, 2),
    ]
    assembly = rows[2][2]
    assert (assembly.cell.text, assembly.scope) == ("Chào cờ", "")
    assert assembly.headers.split() == ["k-0-2", "k-1-2", "k-1-3", "k-2-0", "k-2-1"]
    assert rows[2][0].scope == "rowgroup"


def test_days_at_the_top_are_cards_on_a_phone() -> None:
    grid = grids.parse("Buổi\tThứ Hai\tThứ 3\tThứ tư\tChủ nhật\nSáng\tToán\tVăn\t\tNghỉ\n^\t^\tAnh\tSử\t^")
    assert grid.by_columns
    cards = grid.cards(side=1)
    assert [card.day for card in cards] == [1, 2, 3, 7]
    assert cards[0].entries == (("Sáng", ("Toán",)),)
    assert cards[2].entries == (("Sáng", ("Sử",)),)


def test_rows_are_cards_else() -> None:
    grid = grids.parse("Lớp\tSĩ số\t<\n^\tNam\tNữ\n6A1\t20\t21")
    assert not grid.by_columns
    assert grid.cards(side=1) == [grids.Card("6A1", 0, (("Sĩ số – Nam", ("20",)), ("Sĩ số – Nữ", ("21",))))]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("A | B\n1 | 2", [["A", "B"], ["1", "2"]]),
        ("A\tB\r\n1\t2\r\n", [["A", "B"], ["1", "2"]]),
        ('A\tB\n"x\ny"\t"nói ""có"""', [["A", "B"], ["x\ny", 'nói "có"']]),
        ('A\tB\n"Tấm Cám" đọc\t2', [["A", "B"], ['"Tấm Cám" đọc', "2"]]),
        ("\t\nA\tB\t\n1\t\t\n\t\t", [["A", "B"], ["1", ""]]),
        ("A\tB\tC\n1", [["A", "B", "C"], ["1", "", ""]]),
        ("A\t<\n<\t^", [["A"], ["", "<gộp"]]),
    ],
)
def test_texts(text: str, cells: list[list[str]]) -> None:
    grid = grids.parse(text)
    if cells[-1][-1] == "<gộp":  # marks that make no rectangle are empty cells, and "<" in the first column is none
        assert grid.owners[1][0].text == ""
        return
    assert [[cell.text for cell in row] for row in grid.owners] == cells


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (" \n\t\n", "empty"), ("a\tb\n" * 201, "too_large"), ("a\t" * 41 + "b\nc", "too_large"),
     ("<table>" + "<tr><td>1</td></tr>" * 300 + "</table>", "too_large"),
     ("<table><tr>" + "<td colspan=40>x</td>" * 3 + "</tr></table>", "too_large"),
     ("<table></table>", "empty")],
)  # fmt: skip
def test_refused(text: str, code: str) -> None:
    with pytest.raises(grids.GridProblem) as refused:
        grids.parse(text)
    assert refused.value.code == code


@given(
    st.lists(st.lists(st.text(max_size=6) | st.sampled_from(["<", "^", "\\<", ""]), min_size=1, max_size=5), max_size=6)
)
def test_anything_is_a_table_or_refused_and_kept_as_it_was_read(rows: list[list[str]]) -> None:
    try:
        grid = grids.parse("\n".join("\t".join(row) for row in rows))
    except grids.GridProblem:
        return
    for r, row in enumerate(grid.owners):
        for c, cell in enumerate(row):
            assert cell.row <= r < cell.row + cell.rows
            assert cell.column <= c < cell.column + cell.columns
    assert (
        sum(cell.rows * cell.columns for r in range(grid.height) for cell in grid.cells(r)) == grid.height * grid.width
    )


@given(st.text(alphabet="<>/tabletrdh =\"'0123456789colspnrw\n&;", max_size=300))
def test_broken_html(text: str) -> None:
    with suppress(grids.GridProblem):
        grid = grids.parse(f"<table>{text}")
        assert grids.parse(grid.text).text == grid.text
