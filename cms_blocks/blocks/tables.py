"""Tables pasted from a spreadsheet, and numbers: table, timetable, weekly menu, chart, figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms_blocks import charts, grids

from . import groups
from .layout import key_of
from .links import harmless

PASTE = _("Copy the cells in Excel, Word or Google Sheets and paste them here; merged cells stay merged.")


class GridTextBlock(blocks.TextBlock):
    """A field that takes a pasted table and keeps it as text (`cms_blocks.grids`)."""

    PROBLEMS = {
        "empty": _("Paste a table of at least two rows and two columns."),
        "too_large": format_lazy(
            _("The table is too large: at most {rows} rows and {columns} columns."),
            rows=grids.MAX_ROWS,
            columns=grids.MAX_COLUMNS,
        ),
    }

    @cached_property
    def field(self) -> forms.Field:
        attrs = {"rows": 6, "data-controller": "pasted-grid", "spellcheck": "false", "wrap": "off"}
        return forms.CharField(widget=forms.Textarea(attrs=attrs), **self.field_options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            grid = grids.parse(text)
        except grids.GridProblem as problem:
            raise ValidationError(self.PROBLEMS[problem.code]) from None
        if grid.height < 2 or grid.width < 2:
            raise ValidationError(self.PROBLEMS["empty"])
        return grid.text

    def get_searchable_content(self, value: Any) -> list[str]:
        grid = _read(value)
        return [" ".join(cell.text for r in range(grid.height) for cell in grid.cells(r))] if grid else []


def _read(text: Any) -> grids.Grid | None:
    """A stored grid; None when it is none (imported by other ways, or a draft)."""
    try:
        grid = grids.parse(str(text or ""))
    except grids.GridProblem:
        return None
    return grid if grid.height >= 2 else None


@dataclass(frozen=True, slots=True)
class TableView:
    """`stack`: on a phone each row is a card by itself; else `cards` are shown in place of the table."""

    caption: str
    key: str
    head: list[list[grids.Heading]]
    body: list[list[grids.Heading]]
    stack: bool
    cards: list[grids.Card]


def table_view(grid: grids.Grid, *, caption: str, key: str, side: int) -> TableView:
    rows = grid.rows(side=side, prefix=key)
    stack = not grid.merged and not grid.by_columns
    cards = [] if stack else grid.cards(side=max(side, 1))
    return TableView(caption or grid.title, key, rows[: grid.head], rows[grid.head :], stack, cards)


class TableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("Title of the table"), max_length=200)
    cells = GridTextBlock(label=_("Cells"), help_text=PASTE)
    first_column_is_header = blocks.BooleanBlock(label=_("The first column names the row"), required=False)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        grid = _read(value.get("cells"))
        if grid is not None:
            side = grid.side if value.get("first_column_is_header", True) else 0
            context["table"] = table_view(
                grid, caption=value.get("caption") or "", key=key_of(parent_context, value), side=side
            )
        return context

    class Meta:
        icon = "table"
        group = groups.TABLES
        label = _("Table")
        description = _("Pasted from a spreadsheet; becomes cards on a phone.")
        template = "themes/blocks/table.html"
        preview_value = {"caption": "Giờ học", "cells": "Buổi | Bắt đầu\nSáng | 7:00\nChiều | 13:30"}


class TimetableBlock(TableBlock):
    caption = blocks.CharBlock(label=_("Title of the table"), max_length=200, default="Thời khóa biểu")
    valid = blocks.CharBlock(label=_("Valid from"), required=False, max_length=80, help_text="Từ ngày 23/11/2026")
    first_column_is_header = None

    class Meta:
        icon = "calendar-alt"
        label = _("Timetable")
        description = _("Pasted from Excel with merged headings; on a phone each day is a card and today is marked.")
        template = "themes/blocks/timetable.html"
        preview_value = {
            "caption": "Thời khóa biểu lớp 6A1",
            "valid": "Từ ngày 23/11/2026",
            "cells": "Buổi\tTiết\tThứ Hai\tThứ Ba\tThứ Tư\nSáng\t1\tChào cờ\tToán\tNgữ văn\n^\t2\tToán\t^\tTiếng Anh",
        }


class WeeklyMenuBlock(TableBlock):
    caption = blocks.CharBlock(label=_("Title of the table"), max_length=200, default="Thực đơn trong tuần")
    valid = blocks.CharBlock(label=_("Week"), required=False, max_length=80, help_text="Tuần 23–27/11/2026")
    note = blocks.CharBlock(
        label=_("Note"), required=False, max_length=250, help_text=_("Allergies, changes, where the food comes from.")
    )
    first_column_is_header = None

    class Meta:
        icon = "date"
        label = _("Weekly menu")
        description = _("Pasted from Excel; today's meals stand out.")
        template = "themes/blocks/weekly_menu.html"
        preview_value = {
            "caption": "Thực đơn trong tuần",
            "valid": "Tuần 23–27/11/2026",
            "cells": "Bữa\tThứ Hai\tThứ Ba\tThứ Tư\nSáng\tCháo gà\tPhở bò\tBún riêu\n"
            "Trưa\tCơm, cá kho\tCơm, thịt kho\tCơm, đậu sốt",
        }


class ChartBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("What the chart shows"), max_length=200)
    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[
            ("bars", _("Bars: compare")),
            ("lines", _("Lines: over time")),
            ("pie", _("Circle: parts of a whole")),
        ],
        default="bars",
    )
    cells = GridTextBlock(
        label=_("Numbers"), help_text=_("First row: names of the series; first column: names of the points.")
    )
    unit = blocks.CharBlock(label=_("Unit"), required=False, max_length=40, help_text="học sinh, %, triệu đồng")
    source = blocks.CharBlock(label=_("Source"), max_length=200)

    PROBLEMS = {
        "shape": _("A chart needs a plain table without merged cells: names in the first row and the first column."),
        "too_many": format_lazy(
            _("A chart shows at most {series} series and {points} points. Use a table for more."),
            series=charts.MAX_SERIES,
            points=charts.MAX_POINTS,
        ),
        "negative": _("A circle shows parts of a whole: no number may be below zero. Choose bars."),
        "slices": format_lazy(
            _("A circle shows one series of two to {slices} parts. Choose bars for more."), slices=charts.MAX_SLICES
        ),
        "points": _("Lines need at least three points in time. Choose bars."),
    }

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        try:
            charts.read(grids.parse(cleaned["cells"]), cleaned["kind"])
        except charts.ChartProblem as problem:
            message = (
                _("“%(cell)s” is not a number. Write numbers alone, the unit goes into its own field.")
                % {"cell": problem.cell[:40]}
                if problem.code == "number"
                else self.PROBLEMS[problem.code]
            )
            raise blocks.StructBlockValidationError(block_errors={"cells": ValidationError(message)}) from None
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        key = key_of(parent_context, value)
        grid = _read(value.get("cells"))
        if grid is None:
            return context
        context |= {"key": key, "table": table_view(grid, caption=value.get("caption") or "", key=key, side=1)}
        kind = value.get("kind")
        try:
            data = charts.read(grid, kind)
        except charts.ChartProblem:
            return context  # the table alone: true in any case
        context |= {"kind": kind, "data": data, "legend": len(data.series) > 1}
        if kind == "lines":
            context["drawn"] = charts.lines(data)
        else:
            context["drawn"] = charts.slices(data) if kind == "pie" else charts.bars(data)
        return context

    class Meta:
        icon = "order"
        group = groups.TABLES
        label = _("Chart")
        description = _("Bars, lines or a circle drawn from a small table; the table stays beside it.")
        template = "themes/blocks/chart.html"
        preview_value = {
            "caption": "Học sinh theo khối",
            "kind": "bars",
            "cells": "Khối\tHọc sinh\nKhối 6\t312\nKhối 7\t298\nKhối 8\t287",
            "unit": "học sinh",
            "source": "Báo cáo đầu năm học 2026–2027",
        }


class FigureBlock(blocks.StructBlock):
    number = blocks.CharBlock(label=_("Number"), max_length=24, help_text="1.248 hoặc 97,6 %")
    label = blocks.CharBlock(label=_("What it counts"), max_length=120)

    class Meta:
        icon = "order"


class FiguresBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    figures = blocks.ListBlock(FigureBlock(), label=_("Figures"), min_num=1, max_num=8)
    source = blocks.CharBlock(
        label=_("Source"), max_length=200, help_text=_("Which report, of what date: a number without one is a claim.")
    )
    source_url = blocks.URLBlock(label=_("Address of the source"), required=False)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["source_url"] = harmless(value.get("source_url") or "")
        return context

    class Meta:
        icon = "order-up"
        group = groups.TABLES
        label = _("Figures")
        description = _("A few large numbers with their source.")
        template = "themes/blocks/figures.html"
        preview_value = {
            "heading": "Trường trong những con số",
            "figures": [
                {"number": "1.248", "label": "học sinh"},
                {"number": "74", "label": "thầy cô"},
                {"number": "97,6 %", "label": "tốt nghiệp năm 2026"},
            ],
            "source": "Báo cáo thường niên năm học 2025–2026",
        }
