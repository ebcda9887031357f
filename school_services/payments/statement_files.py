"""Statements of banks, from bytes to lines: CSV as the common banks export it, MT940, camt.053. Pure Python.

Amounts are whole đồng; money that came in is positive. The file may be anything: nothing is believed before it is
bounded.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lxml import etree

MAX_BYTES = 10 * 1024 * 1024
MAX_LINES = 50_000


class Unreadable(ValueError):
    """The file is no statement we know; `code` says why, `line` where (0: nowhere in particular)."""

    def __init__(self, code: str, line: int = 0) -> None:
        self.code, self.line = code, line
        super().__init__(f"{code} in line {line}")


@dataclass(frozen=True, slots=True)
class Booked:
    """One line of a statement. `bank_ref` is the bank's own id of it, "" where it gives none."""

    booked: datetime.date
    amount: int
    content: str
    bank_ref: str


def read(content: bytes) -> list[Booked]:
    """Lines of a statement of any of the three formats. Raises `Unreadable`."""
    if len(content) > MAX_BYTES:
        raise Unreadable("statement_too_large")
    head = content[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"<"):
        found = list(_camt(content))
    elif head.startswith((b":20:", b"{1:")):
        found = list(_mt940(text_of(content)))
    else:
        found = list(_csv(text_of(content)))
    if not found:
        raise Unreadable("statement_empty")
    if len(found) > MAX_LINES:
        raise Unreadable("statement_too_long")
    return found


def text_of(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1258"):
        try:
            return unicodedata.normalize("NFC", content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Unreadable("statement_encoding")


def folded_heading(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in decomposed if not unicodedata.combining(c)).lower()).strip()


# Folded headings of Vietcombank, BIDV, VietinBank, Agribank, MB, Techcombank, ACB, KBNN and English ones.
_HEADS = {
    "date": ("ngay giao dich", "ngay gd", "ngay hieu luc", "ngay hach toan", "ngay", "transaction date", "date"),
    "credit": ("so tien ghi co", "phat sinh co", "ghi co", "so tien co", "co", "credit amount", "credit", "tien vao"),
    "debit": ("so tien ghi no", "phat sinh no", "ghi no", "so tien no", "no", "debit amount", "debit", "tien ra"),
    "amount": ("so tien", "so tien gd", "amount", "so tien giao dich"),
    "content": (
        "mo ta", "noi dung", "noi dung giao dich", "noi dung chi tiet", "dien giai", "description", "details",
        "mo ta giao dich", "noi dung thanh toan",
    ),
    "ref": (
        "so tham chieu", "so ct", "so chung tu", "ma giao dich", "so but toan", "reference", "transaction id", "ma gd",
        "so tham chieu giao dich", "doc no",
    ),
}  # fmt: skip


def whole_dong(text: str) -> int:
    """Such as "1.250.000", "1,250,000.00", "+450000 VND", "(35.000)" → whole đồng. Raises ValueError."""
    cleaned = re.sub(r"(?i)vnd|đ|d$|\s", "", text.strip())
    negative = cleaned.startswith("-") or (cleaned.startswith("(") and cleaned.endswith(")"))
    cleaned = cleaned.strip("+-()")
    decimals = re.search(r"[.,](\d{1,2})$", cleaned)
    if decimals and (cleaned.count(decimals[0][0]) == 1):
        if int(decimals[1]):
            raise ValueError(text)
        cleaned = cleaned[: decimals.start()]
    if not re.fullmatch(r"\d{1,3}(?:[.,]\d{3})*|\d+", cleaned):
        raise ValueError(text)
    value = int(re.sub(r"[.,]", "", cleaned))
    return -value if negative else value


def _day(text: str) -> datetime.date:
    match = re.match(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    if match:
        return datetime.date(int(match[3]), int(match[2]), int(match[1]))
    match = re.match(r"\s*(\d{4})-?(\d{2})-?(\d{2})", text)
    if match:
        return datetime.date(int(match[1]), int(match[2]), int(match[3]))
    raise ValueError(text)


def _csv(text: str) -> Iterator[Booked]:
    top = "\n".join(text.split("\n", 40)[:40])
    delimiter = max(",;\t|", key=top.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise Unreadable("statement_format") from None
    columns: dict[str, int] = {}
    start = 0
    for number, row in enumerate(rows[:40]):
        folded = [folded_heading(cell) for cell in row]
        columns = {
            name: next((folded.index(head) for head in heads if head in folded), -1) for name, heads in _HEADS.items()
        }
        if columns["date"] >= 0 and columns["content"] >= 0 and max(columns["credit"], columns["amount"]) >= 0:
            start = number + 1
            break
    else:
        raise Unreadable("statement_columns")

    def cell(row: list[str], name: str) -> str:
        place = columns[name]
        return row[place].strip() if 0 <= place < len(row) else ""

    for number, row in enumerate(rows[start:], start + 1):
        if not any(c.strip() for c in row):
            continue
        try:
            day = _day(cell(row, "date"))
        except ValueError:
            if not (cell(row, "credit") or cell(row, "debit") or cell(row, "amount")) or folded_heading(
                " ".join(row)
            ).startswith(("tong", "total", "so du", "cong")):
                continue  # sums and balances below the table
            raise Unreadable("statement_date", number) from None
        try:
            if columns["credit"] >= 0:
                credit, debit = cell(row, "credit"), cell(row, "debit")
                amount = (whole_dong(credit) if credit else 0) - (abs(whole_dong(debit)) if debit else 0)
            else:
                amount = whole_dong(cell(row, "amount"))
        except ValueError:
            raise Unreadable("statement_amount", number) from None
        if amount:
            yield Booked(day, amount, cell(row, "content")[:300], cell(row, "ref")[:100])


_LINE_61 = re.compile(r"(\d{6})(\d{4})?(R?[CD])([A-Z])?([\d,]+)([A-Z]\w{3})?([^/\n]*)(?://([^\n]*))?")


def _mt940(text: str) -> Iterator[Booked]:
    """SWIFT MT940: `:61:` with its `:86:`."""
    parts = re.split(r"\r?\n:(\d{2}[A-Z]?):", "\n" + text)
    pending: list[str] | None = None
    for tag, value in [*zip(parts[1::2], parts[2::2], strict=False), ("62F", "")]:
        if pending is not None and tag != "86":
            yield _booked_61(pending[0], pending[1])
            pending = None
        if tag == "61":
            pending = [value, ""]
        elif tag == "86" and pending is not None:
            pending[1] = re.sub(r"\?\d{2}", " ", re.sub(r"\r?\n", "", value))
            yield _booked_61(pending[0], pending[1])
            pending = None


def _booked_61(line: str, details: str) -> Booked:
    match = _LINE_61.match(line.strip())
    if match is None:
        raise Unreadable("statement_format")
    day = datetime.date(2000 + int(match[1][:2]), int(match[1][2:4]), int(match[1][4:6]))
    units, _, cents = match[5].partition(",")
    if cents.strip("0"):
        raise Unreadable("statement_amount")
    sign = 1 if match[3] in {"C", "RD"} else -1
    reference = (match[8] or match[7] or "").strip()
    return Booked(
        day, sign * int(units), " ".join(details.split())[:300], "" if reference == "NONREF" else reference[:100]
    )


def _camt(content: bytes) -> Iterator[Booked]:
    """ISO 20022 camt.053 of any version: entries with their details."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise Unreadable("statement_format") from None
    for entry in root.iter("{*}Ntry"):
        try:
            value = Decimal(entry.findtext("{*}Amt") or "")
            day = _day(entry.findtext("{*}BookgDt/{*}Dt") or entry.findtext("{*}BookgDt/{*}DtTm") or "")
        except (InvalidOperation, ValueError):
            raise Unreadable("statement_format") from None
        if value != value.to_integral_value():
            raise Unreadable("statement_amount")
        sign = 1 if entry.findtext("{*}CdtDbtInd") == "CRDT" else -1
        text = " ".join(e.text or "" for e in entry.iter("{*}Ustrd", "{*}AddtlNtryInf"))
        reference = (
            entry.findtext("{*}AcctSvcrRef") or entry.findtext(".//{*}TxId") or entry.findtext("{*}NtryRef") or ""
        )
        yield Booked(day, sign * int(value), " ".join(text.split())[:300], reference[:100])
