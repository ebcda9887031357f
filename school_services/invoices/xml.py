"""Invoice XML, specification 2.1.0: built from plain values, and the checks that come before a signature.

The payment is `HTTToan`, as in real files of the tax authority (some copies of the table write HTToan).
Nothing is pretty-printed: what is signed is what is stored and sent, byte for byte.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from . import rules
from .rules import Line, Serial

VERSION = "2.1.0"
TITLES = {"1": "Hóa đơn giá trị gia tăng", "2": "Hóa đơn bán hàng"}
_LENGTHS = {
    "Ten": 400, "MST": 14, "DChi": 400, "MKHang": 50, "HTTToan": 50, "THHDVu": 500, "DVTinh": 50, "SHDon": 8,
    "TgTTTBChu": 255, "GChu": 255, "HVTNMHang": 100, "DCTDTu": 50, "SDThoai": 20, "MSTTCGP": 14,
}  # fmt: skip


class Malformed(ValueError):
    """The invoice breaks a rule; `problems` says which, one text each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


@dataclass(frozen=True, slots=True)
class Seller:
    name: str
    tax_code: str
    address: str
    phone: str = ""
    account: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """`customer` is the pupil's code (MKHang)."""

    name: str
    address: str = ""
    customer: str = ""
    tax_code: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """The invoice that this one replaces (1) or adjusts (2)."""

    nature: int
    template: str
    symbol: str
    number: int
    date: datetime.date

    @property
    def note(self) -> str:
        verb = "Thay thế" if self.nature == 1 else "Điều chỉnh"
        return (
            f"{verb} cho hóa đơn Mẫu số {self.template} ký hiệu {self.symbol} số {self.number} "
            f"ngày {self.date.day} tháng {self.date.month} năm {self.date.year}"
        )


@dataclass(frozen=True, slots=True)
class Document:
    """Everything an invoice says. `charges`: (name, value) pairs of our own, kept in TTKhac."""

    serial: Serial
    number: int
    date: datetime.date
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...]
    payment: str
    provider_tax_code: str
    related: Related | None = None
    charges: tuple[tuple[str, str], ...] = ()


def identifier(serial: Serial, number: int) -> str:
    return f"HD-{serial.template}{serial.symbol}-{number}"


def _add(parent: etree._Element, **values: object) -> None:
    """Children of these names, in order; what is empty is left out, because no element may be."""
    for name, value in values.items():
        if value not in (None, ""):
            etree.SubElement(parent, name).text = str(value)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def build(document: Document) -> etree._Element:
    """HDon with an empty DSCKS/NBan, ready to be signed. Raises `Malformed`."""
    problems = check(document)
    if problems:
        raise Malformed(problems)
    serial, total = document.serial, rules.totals(document.lines)
    root = etree.Element("HDon")
    data = etree.SubElement(root, "DLHDon", Id=identifier(serial, document.number))
    general = etree.SubElement(data, "TTChung")
    _add(
        general, PBan=VERSION, THDon=TITLES[serial.template], KHMSHDon=serial.template, KHHDon=serial.symbol,
        SHDon=document.number, NLap=document.date.isoformat(), HDCTTChinh=0, DVTTe="VND", HTTToan=document.payment,
        MSTTCGP=document.provider_tax_code,
    )  # fmt: skip
    if document.related is not None:
        other = document.related
        _add(
            etree.SubElement(general, "TTHDLQuan"), TCHDon=other.nature, LHDCLQuan=1, KHMSHDCLQuan=other.template,
            KHHDCLQuan=other.symbol, SHDCLQuan=other.number, NLHDCLQuan=other.date.isoformat(), GChu=other.note,
        )  # fmt: skip
    content = etree.SubElement(data, "NDHDon")
    seller, buyer = document.seller, document.buyer
    _add(
        etree.SubElement(content, "NBan"), Ten=seller.name, MST=seller.tax_code, DChi=seller.address,
        SDThoai=seller.phone, STKNHang=seller.account, TNHang=seller.bank,
    )  # fmt: skip
    _add(
        etree.SubElement(content, "NMua"), Ten=buyer.name, MST=buyer.tax_code, DChi=buyer.address,
        MKHang=buyer.customer,
    )  # fmt: skip
    goods = etree.SubElement(content, "DSHHDVu")
    for place, line in enumerate(document.lines, 1):
        _add(
            etree.SubElement(goods, "HHDVu"), TChat=line.nature, STT=place, THHDVu=line.name, DVTinh=line.unit,
            SLuong=None if line.quantity is None else _plain(line.quantity), DGia=line.price, ThTien=line.amount,
            TSuat=line.rate if serial.template == "1" else None,
        )  # fmt: skip
    sums = etree.SubElement(content, "TToan")
    if serial.template == "1":
        rates = etree.SubElement(sums, "THTTLTSuat")
        for rate in total.rates:
            _add(etree.SubElement(rates, "LTSuat"), TSuat=rate.rate, ThTien=rate.amount, TThue=rate.tax)
        _add(sums, TgTCThue=total.before_tax, TgTThue=total.tax)
    _add(sums, TgTTTBSo=total.payable, TgTTTBChu=rules.amount_in_words(total.payable))
    if document.charges:
        other_data = etree.SubElement(data, "TTKhac")
        for name, value in document.charges:
            _add(etree.SubElement(other_data, "TTin"), TTruong=name, KDLieu="string", DLieu=value)
    etree.SubElement(etree.SubElement(root, "DSCKS"), "NBan")
    problems = check_element(root)
    if problems:
        raise Malformed(problems)
    return root


def check(document: Document) -> list[str]:
    """The rules on the values; one text for each that is broken."""
    problems = []
    serial = document.serial
    if rules.parse_serial(f"{serial.template}{serial.symbol}", document.date.year) is None:
        problems.append(f"ký hiệu {serial.template}{serial.symbol} không hợp lệ cho năm {document.date.year}")
    if serial.template not in TITLES:
        problems.append(f"mẫu số {serial.template} không dùng cho khoản thu của trường")
    if not 1 <= document.number <= rules.MAX_NUMBER:
        problems.append("số hóa đơn phải từ 1 đến 99999999")
    if not rules.valid_tax_code(document.seller.tax_code):
        problems.append("mã số thuế người bán sai")
    if document.buyer.tax_code and not rules.valid_tax_code(document.buyer.tax_code):
        problems.append("mã số thuế người mua sai")
    if not document.lines:
        problems.append("hóa đơn không có dòng nào")
    adjusting = document.related is not None and document.related.nature == 2
    for place, line in enumerate(document.lines, 1):
        if line.quantity is not None and line.price is not None:
            gross = line.quantity * line.price
            if gross != line.amount and line.nature == 1 and gross < line.amount:
                problems.append(f"dòng {place}: thành tiền lớn hơn số lượng × đơn giá")
        if line.amount < 0 and not adjusting:
            problems.append(f"dòng {place}: số âm chỉ có trong hóa đơn điều chỉnh")
    return problems


def check_element(root: etree._Element) -> list[str]:
    """The rules on the XML: lengths, nothing empty, sums and words that agree."""
    problems = []
    for element in root.iter():
        if len(element) == 0 and not (element.text or "").strip() and element.tag != "NBan":
            problems.append(f"thẻ {element.tag} rỗng")
        limit = _LENGTHS.get(str(element.tag))
        if limit and len(element.text or "") > limit:
            problems.append(f"thẻ {element.tag} dài quá {limit} kí tự")
    for path in ("NDHDon/NBan/Ten", "NDHDon/NBan/MST", "NDHDon/NBan/DChi", "NDHDon/NMua/Ten", "TTChung/HTTToan"):
        if root.find(f"DLHDon/{path}") is None:
            problems.append(f"thiếu thẻ {path}")
    stated = root.findtext("DLHDon/NDHDon/TToan/TgTTTBSo")
    words = root.findtext("DLHDon/NDHDon/TToan/TgTTTBChu")
    if stated is None or words != rules.amount_in_words(int(stated)):
        problems.append("số tiền bằng chữ không khớp số tiền")
    return problems


def to_bytes(root: etree._Element) -> bytes:
    """UTF-8 with declaration, not reformatted."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def from_bytes(content: bytes) -> etree._Element:
    """Parse an invoice without entities, network or large trees. Raises `etree.XMLSyntaxError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    return etree.fromstring(content, parser)
