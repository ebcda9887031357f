"""Rounds of charges, who owes, the kinds of charges: the accountant's first pages."""

from __future__ import annotations

import calendar
import datetime
import io

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from school_services.errors import Conflict, Invalid
from school_services.fees import desk_selectors, issuing, selectors, services
from school_services.payments import closing
from school_services.rosters import selectors as rosters

from . import texts
from .access import Desk, desk_view, number
from .money_forms import DongField, KindForm, PriceForm, RoundForm


@require_GET
@desk_view
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Rounds with what is paid, and what waits; constant queries."""
    context = {
        "rounds": selectors.rounds(actor=desk.actor, unit_id=desk.unit_id),
        "day": closing.day(actor=desk.actor, unit_id=desk.unit_id, day=timezone.localdate()),
        "accountant": desk.has("accountant"),
    }
    return render(request, "desk/money/home.html", context)


def _next_month(today: datetime.date) -> tuple[str, str, datetime.date]:
    """Code, title and due day of the round that is made today: this month's until the 15th, then the next."""
    first = today.replace(day=1)
    if today.day > 15:
        first = (first + datetime.timedelta(days=32)).replace(day=1)
    last = first.replace(day=min(25, calendar.monthrange(first.year, first.month)[1]))
    return f"{first:%Y-%m}", f"Thu tháng {first.month}/{first.year}", max(last, today)


@desk_view
def new_round(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Prepared from the last one, so that a month is three clicks."""
    earlier = selectors.rounds(actor=desk.actor, unit_id=desk.unit_id)
    code, title, due = _next_month(timezone.localdate())
    first = {"code": code, "title": title, "due": due, "days": 22, "like": earlier[0].id if earlier else None}
    form = RoundForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = issuing.prepare_round(
                actor=desk.actor,
                unit_id=desk.unit_id,
                year=rosters.current_year(),
                code=form.cleaned_data["code"],
                title=form.cleaned_data["title"],
                due=form.cleaned_data["due"],
                days=form.cleaned_data["days"],
                like=form.cleaned_data["like"],
            )
        except (Conflict, Invalid) as error:
            form.add_error(None, texts.of_error(error))
        else:
            return redirect("desk:money:round", made.pk)
    context = {"form": form, "earlier": earlier[0] if earlier else None}
    return render(request, "desk/money/new_round.html", context, status=422 if form.errors else 200)


@desk_view
def show_round(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """A draft with its prices, to change and to issue; an issued one with its debts."""
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("action") == "issue":
                count = issuing.issue(actor=desk.actor, unit_id=desk.unit_id, round_id=pk)
                text = ngettext("%(count)d bill issued.", "%(count)d bills issued.", count)
                messages.success(request, text % {"count": count})
            else:
                _save_items(request, desk, pk)
        except ValidationError as error:
            problem = " ".join(error.messages)
        except Invalid as error:
            problem = texts.of_error(error)
        else:
            return redirect("desk:money:round", pk)
    view = selectors.round_view(actor=desk.actor, unit_id=desk.unit_id, round_id=pk)
    issued, accountant = view.round.state == "issued", desk.has("accountant")
    context = {
        "view": view,
        "issued": issued,
        "debts": selectors.debts(actor=desk.actor, unit_id=desk.unit_id, round_id=pk) if issued else [],
        "accountant": accountant,
        "problem": problem,
        # What was typed stays, right or wrong.
        "items": [(kind, request.POST.get(f"p.{kind.pk}", _dotted(price))) for kind, price in view.kinds],
        "days": request.POST.get("days", view.round.days),
        "by_day": any(kind.measure == kind.Measure.DAY and price for kind, price in view.kinds),
    }
    if accountant and not issued:
        year = rosters.current_year().pk
        kinds, groups = desk_selectors.kinds_in_use(desk.unit_id, year), desk_selectors.classes(desk.unit_id, year)
        context["prices"] = PriceForm(kinds=kinds, groups=groups)
    return render(request, "desk/money/round.html", context, status=422 if problem else 200)


def _dotted(price: int | None) -> str:
    return "" if price is None else f"{price:,}".replace(",", ".")


def _save_items(request: HttpRequest, desk: Desk, pk: int) -> None:
    """Fields "p.<kind>": a price; empty takes the charge out."""
    field = DongField(required=False)
    prices: dict[tuple[int, int | None], int | None] = {}
    for name, text in request.POST.items():
        if name.startswith("p.") and number(name[2:]):
            prices[number(name[2:]), None] = field.clean(text)
    days = number(request.POST.get("days", ""))
    issuing.set_items(actor=desk.actor, unit_id=desk.unit_id, round_id=pk, prices=prices, days=days)
    messages.success(request, _("Saved. Nothing is sent before you issue the round."))


@require_GET
@desk_view
def debts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Who owes, of all rounds or of one class."""
    chosen = request.GET.get("lop", "")[:20]
    lines = selectors.debts(actor=desk.actor, unit_id=desk.unit_id, class_name=chosen)
    context = {
        "lines": lines,
        "total": sum(line.owed for line in lines),
        "classes": [name for _, name in desk_selectors.classes(desk.unit_id, rosters.current_year().pk)],
        "chosen": chosen,
    }
    return render(request, "desk/money/debts.html", context)


@require_GET
@desk_view
def debts_file(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The same list as XLSX. Text cells are text: a name that begins with "=" is no formula."""
    lines = selectors.debts(actor=desk.actor, unit_id=desk.unit_id, class_name=request.GET.get("lop", "")[:20])
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Còn nợ")
    for letter, width in zip("ABCDEF", (14, 30, 8, 12, 16, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    head = []
    for title in ("Mã học sinh", "Họ và tên", "Lớp", "Số phiếu", "Còn nợ (đồng)", "Hạn sớm nhất"):
        cell = WriteOnlyCell(sheet, title)
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for line in lines:
        row = []
        for value in (line.code, line.full_name, line.class_name, line.bills, line.owed, line.since):
            cell = WriteOnlyCell(sheet, value)
            if isinstance(value, str):
                cell.data_type = "s"
            row.append(cell)
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    response = HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = 'attachment; filename="con-no.xlsx"'
    return response


@desk_view
def kinds(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The charges of the year with their basis: what the public list shows. `?sua=CODE` opens one of them."""
    year = rosters.current_year()
    rows = selectors.fee_list_for_desk(actor=desk.actor, unit_id=desk.unit_id, year=year)
    chosen = next((kind for kind in rows if kind.code == request.GET.get("sua")), None)
    names = ("code", "name", "basis", "legal_basis", "measure", "unit_label", "active")
    first = {name: getattr(chosen, name) for name in names} | {"price": _dotted(chosen.price)} if chosen else {}
    form = KindForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            place = next((kind.place for kind in rows if kind.code == form.cleaned_data["code"].strip()), len(rows))
            services.save_kind(
                actor=desk.actor, unit_id=desk.unit_id, year=year, place=place, **form.cleaned_data
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            form.add_error(None, texts.of_error(error))
        else:
            messages.success(request, _("Saved. The public list shows it."))
            return redirect("desk:money:kinds")
    context = {
        "form": form, "kinds": rows, "year": year.code, "chosen": chosen, "accountant": desk.has("accountant"),
    }  # fmt: skip
    return render(request, "desk/money/kinds.html", context, status=422 if form.errors else 200)
