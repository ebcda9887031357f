"""A receipt as PDF, A5 landscape, with the portal's typeface. Pure Python: fpdf2 needs no system library."""

from __future__ import annotations

import io
import tempfile
from functools import lru_cache
from pathlib import Path

import segno
from django.contrib.staticfiles import finders
from django.utils import timezone
from fontTools.ttLib import TTFont
from fpdf import FPDF

from .rules import amount_in_words
from .selectors import ReceiptView

_FONTS = (("", 400), ("B", 600))


@lru_cache(maxsize=1)
def _fonts() -> list[tuple[str, str, str]]:
    """(family, style, path) of the web fonts as TrueType, written once per process."""
    folder = Path(tempfile.mkdtemp(prefix="portal-fonts-"))
    found = []
    for family, subset in (("text", "latin"), ("marks", "vietnamese")):
        for style, weight in _FONTS:
            source = finders.find(f"themes/fonts/be-vietnam-pro-{subset}-{weight}-normal.woff2")
            if source is None:
                raise FileNotFoundError("the portal's fonts are not among the static files")
            font = TTFont(source)
            font.flavor = None
            target = folder / f"{subset}-{weight}.ttf"
            font.save(target)
            found.append((family, style, str(target)))
    return found


def dong(amount: int) -> str:
    """1284000 → "1.284.000 đ"."""
    return f"{amount:,}".replace(",", ".") + " đ"


def render(receipt: ReceiptView, *, school: str, tax_code: str, address: str, way: str, check_url: str) -> bytes:
    """The PDF's bytes. `check_url`: where the public checks the code; it is printed and in the QR code."""
    pdf = FPDF(orientation="L", format=(148, 210))
    pdf.set_margin(12)
    pdf.set_auto_page_break(True, 10)
    for family, style, path in _fonts():
        pdf.add_font(family, style, path)
    pdf.set_fallback_fonts(["marks"], exact_match=True)
    pdf.set_title(f"Biên lai {receipt.name}")
    pdf.set_lang("vi")
    pdf.add_page()

    def line(text: str, size: float = 10, style: str = "", align: str = "L", height: float = 5.4) -> None:
        pdf.set_font("text", style, size)
        pdf.multi_cell(0, height, text, align=align, new_x="LMARGIN", new_y="NEXT")

    qr = io.BytesIO()
    segno.make(check_url, error="m").save(qr, kind="png", scale=4, border=1)
    pdf.image(qr, x=174, y=10, w=24)
    line(school, 11.5, "B")
    details = " · ".join(part for part in (f"MST {tax_code}" if tax_code else "", address) if part)
    if details:
        line(details, 8.5)
    pdf.ln(5)
    line("BIÊN LAI THU TIỀN", 16, "B", "C", 8)
    at = timezone.localtime(receipt.issued_at)
    line(f"Số {receipt.name}, lập lúc {at:%H:%M} ngày {at:%d/%m/%Y}", 9.5, "", "C")
    pdf.ln(3)
    line(f"Học sinh: {receipt.student} (mã {receipt.student_code})")
    line(f"Cách nộp: {way}")
    pdf.ln(2)
    pdf.set_font("text", "", 10)
    pdf.set_draw_color(120)
    with pdf.table(col_widths=(10, 120, 40), text_align=("CENTER", "LEFT", "RIGHT"), line_height=6.2) as table:
        head = table.row()
        for text in ("TT", "Nội dung", "Số tiền"):
            head.cell(text)
        for place, (name, ref, amount) in enumerate(receipt.lines, 1):
            row = table.row()
            row.cell(str(place))
            row.cell(f"{name} ({ref})" if ref else name)
            row.cell(dong(amount))
        total = table.row()
        total.cell("")
        total.cell("Tổng cộng")
        total.cell(dong(receipt.amount))
    pdf.ln(2)
    line(f"Bằng chữ: {amount_in_words(receipt.amount)}.", 10, "B")
    pdf.ln(2)
    if receipt.issued_by:
        line(f"Người thu: {receipt.issued_by}")
    line(f"Mã kiểm tra: {receipt.code}. Kiểm tra tại {check_url.partition('?')[0]}", 8.5)
    return bytes(pdf.output())
