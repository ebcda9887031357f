"""E-invoices in plain Python: symbols, amounts in words, totals, what is done with a wrong one.

Law 108/2025/QH15, NĐ 254/2026, TT 91/2026 (Phụ lục I symbols, Điều 10 wrong invoices). Whole đồng.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

SERIAL = re.compile(r"([1-9])([CK])(\d{2})([TDLMNBGHXF])([A-Z]{2})")
MAX_NUMBER = 99_999_999


@dataclass(frozen=True, slots=True)
class Serial:
    """A template (KHMSHDon) and symbol (KHHDon), e.g. 2 and C26TYY."""

    template: str
    with_tax_code: bool
    year: int
    kind: str
    own: str

    @property
    def symbol(self) -> str:
        return f"{'C' if self.with_tax_code else 'K'}{self.year % 100:02d}{self.kind}{self.own}"


def parse_serial(text: str, year: int) -> Serial | None:
    """A serial as "1C26TAA"; None when it is not one of this year."""
    match = SERIAL.fullmatch(text)
    if match is None:
        return None
    template, code, short_year, kind, own = match.groups()
    if int(short_year) != year % 100:
        return None
    if (template == "7") != (kind == "X") or (template == "6") != (kind in "NB"):
        return None
    return Serial(template, code == "C", year, kind, own)


_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _group(value: int, leading: bool) -> list[str]:
    """A group of three digits; all but the first of a number say their "không trăm"."""
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    words = []
    if hundreds or not leading:
        words += [_DIGITS[hundreds], "trăm"]
    if tens == 0 and ones and words:
        words.append("linh")
    elif tens == 1:
        words.append("mười")
    elif tens > 1:
        words += [_DIGITS[tens], "mươi"]
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 5 and tens:
        words.append("lăm")
    elif ones:
        words.append(_DIGITS[ones])
    return words


def _number(value: int) -> list[str]:
    if value >= 10**9:
        rest = value % 10**9
        words = [*_number(value // 10**9), "tỷ"]
        return words + (_below_billion(rest, leading=False) if rest else [])
    return _below_billion(value, leading=True)


def _below_billion(value: int, *, leading: bool) -> list[str]:
    words: list[str] = []
    for size, name in ((10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        part = value // size % 1000
        if part:
            words += [*_group(part, leading and not words), *([name] if name else [])]
        elif not leading and not words:
            continue
    return words


def amount_in_words(amount: int) -> str:
    """1284000 → "Một triệu hai trăm tám mươi bốn nghìn đồng"; a negative one begins with "Âm"."""
    words = ["âm"] if amount < 0 else []
    words += _number(abs(amount)) or ["không"]
    text = " ".join([*words, "đồng"])
    return text[0].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice. `nature` is TChat: 1 goods or service, 2 promotion, 3 discount, 4 note."""

    name: str
    quantity: Decimal | None
    price: int | None
    amount: int
    rate: str = "KCT"
    unit: str = ""
    nature: int = 1


@dataclass(frozen=True, slots=True)
class RateTotal:
    rate: str
    amount: int
    tax: int


@dataclass(frozen=True, slots=True)
class Totals:
    rates: tuple[RateTotal, ...]
    before_tax: int
    tax: int

    @property
    def payable(self) -> int:
        return self.before_tax + self.tax


def tax_percent(rate: str) -> Decimal:
    """The rate as a number; KCT and KKKNT carry no tax. Raises ValueError for what is no rate."""
    if rate in {"KCT", "KKKNT"}:
        return Decimal(0)
    try:
        value = Decimal(rate.removeprefix("KHAC:").removesuffix("%"))
    except InvalidOperation:
        raise ValueError(f"{rate!r} is no tax rate") from None
    if not rate.endswith("%") or not 0 <= value <= 100:
        raise ValueError(f"{rate!r} is no tax rate")
    return value


def totals(lines: Iterable[Line]) -> Totals:
    """Sums by rate in order of first use; the tax is rounded half up per rate. Discounts (3) count negative."""
    sums: dict[str, int] = {}
    for line in lines:
        if line.nature in {1, 5}:
            sums[line.rate] = sums.get(line.rate, 0) + line.amount
        elif line.nature == 3:
            sums[line.rate] = sums.get(line.rate, 0) - line.amount
    rates = tuple(
        RateTotal(rate, amount, int((Decimal(amount) * tax_percent(rate) / 100).quantize(Decimal(1), ROUND_HALF_UP)))
        for rate, amount in sums.items()
    )
    return Totals(rates, sum(r.amount for r in rates), sum(r.tax for r in rates))


# TT 91/2026 Điều 10(1)a: only these wrong leave the invoice standing.
NOTICE_FIELDS = frozenset({"buyer_name", "buyer_address", "amount_in_words"})
ERROR_FORM = "04/SS-HĐĐT"


@dataclass(frozen=True, slots=True)
class ErrorAction:
    """What a wrong invoice asks for; there is no cancelling."""

    reissue: bool
    form: str | None
    allowed: tuple[str, ...]


def error_action(
    wrong_fields: Iterable[str], *, first_form: str | None = None, cash_register: bool = False
) -> ErrorAction:
    """`first_form`: how the same invoice was corrected before; a later correction uses the same form (Điều 10)."""
    if set(wrong_fields) <= NOTICE_FIELDS:
        return ErrorAction(False, ERROR_FORM, ())
    if cash_register:
        return ErrorAction(True, None, ("THAY_THE",))
    return ErrorAction(True, None, (first_form,) if first_form else ("DIEU_CHINH", "THAY_THE"))


_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def valid_tax_code(text: str) -> bool:
    """A tax code (MST) of ten digits with its check digit, with or without a branch (-001), or a 12-digit identity."""
    match = re.fullmatch(r"(\d{10})(?:-\d{3})?", text)
    if match is None:
        return re.fullmatch(r"\d{12}", text) is not None
    digits = [int(c) for c in match[1]]
    return 10 - sum(w * d for w, d in zip(_TAX_WEIGHTS, digits, strict=False)) % 11 == digits[9]
