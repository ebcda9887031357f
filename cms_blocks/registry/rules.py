"""What the law says of official documents: kinds, numbers, what is in force when. Pure.

Sources: NĐ 30/2020/NĐ-CP (kinds and layout of administrative documents, Annexes I and III), Luật 64/2025/QH15 (kinds of
legal documents), NĐ 42/2022/NĐ-CP Điều 4 (what a portal shows of them).
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from search.text import fold


@dataclass(frozen=True, slots=True)
class Kind:
    """`abbreviation` as it stands in the number (`QĐ` in 05/QĐ-SGDĐT); an official letter has none."""

    slug: str
    name: str
    abbreviation: str = ""


KINDS: Final = tuple(
    Kind(*row)
    for row in (
        # Legal documents first, by rank.
        ("luat", "Luật", "L"),
        ("phap-lenh", "Pháp lệnh", "PL"),
        ("nghi-quyet", "Nghị quyết", "NQ"),
        ("nghi-dinh", "Nghị định", "NĐ"),
        ("thong-tu", "Thông tư", "TT"),
        ("thong-tu-lien-tich", "Thông tư liên tịch", "TTLT"),
        ("quyet-dinh", "Quyết định", "QĐ"),
        ("chi-thi", "Chỉ thị", "CT"),
        ("quy-che", "Quy chế", "QC"),
        ("quy-dinh", "Quy định", "QyĐ"),
        ("thong-cao", "Thông cáo", "TC"),
        ("thong-bao", "Thông báo", "TB"),
        ("huong-dan", "Hướng dẫn", "HD"),
        ("chuong-trinh", "Chương trình", "CTr"),
        ("ke-hoach", "Kế hoạch", "KH"),
        ("phuong-an", "Phương án", "PA"),
        ("de-an", "Đề án", "ĐA"),
        ("du-an", "Dự án", "DA"),
        ("bao-cao", "Báo cáo", "BC"),
        ("bien-ban", "Biên bản", "BB"),
        ("to-trinh", "Tờ trình", "TTr"),
        ("hop-dong", "Hợp đồng", "HĐ"),
        ("cong-van", "Công văn", ""),
        ("cong-dien", "Công điện", "CĐ"),
        ("ban-ghi-nho", "Bản ghi nhớ", "BGN"),
        ("ban-thoa-thuan", "Bản thỏa thuận", "BTT"),
        ("giay-uy-quyen", "Giấy ủy quyền", "GUQ"),
        ("giay-moi", "Giấy mời", "GM"),
        ("giay-gioi-thieu", "Giấy giới thiệu", "GGT"),
        ("giay-nghi-phep", "Giấy nghỉ phép", "GNP"),
        ("phieu-gui", "Phiếu gửi", "PG"),
        ("phieu-chuyen", "Phiếu chuyển", "PC"),
        ("phieu-bao", "Phiếu báo", "PB"),
    )
)
KIND_BY_SLUG: Final = {kind.slug: kind for kind in KINDS}
_BY_ABBREVIATION: Final = {fold(kind.abbreviation): kind for kind in KINDS if kind.abbreviation}


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.slug, kind.name) for kind in KINDS]


class Status(StrEnum):
    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    LAPSED = "lapsed"


def status(today: datetime.date, effective: datetime.date | None, expires: datetime.date | None) -> Status:
    """`expires`: the first day on which the document is no longer in force. Without a day of effect it is in force."""
    if expires is not None and expires <= today:
        return Status.LAPSED
    if effective is not None and effective > today:
        return Status.NOT_YET
    return Status.IN_FORCE


_NUMBER = re.compile(r"\s*(\d{1,6})\s*(?:/\s*(\d{4})\s*)?/\s*([^\W\d_][\w.\- ]*)\s*")


def tidy_number(text: str) -> str:
    """`7 / 2026/ TT-BGDĐT` → `07/2026/TT-BGDĐT`: no spaces, two digits at least (NĐ 30/2020 Annex I). Else as given."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return " ".join(text.split())
    number, year, letters = found.groups()
    parts = [number.lstrip("0").zfill(2), *([year] if year else []), re.sub(r"\s+", "", letters)]
    return "/".join(parts)


def document_number(number: int, kind: str, issuer: str, department: str = "") -> str:
    """Số và ký hiệu of an outgoing document (NĐ 30/2020 Annex I, III): `05/QĐ-THCSNT`, a letter `07/SGDĐT-GDTrH`.

    `kind` as in `KINDS` (slug or name). Raises `ValueError` for a kind that the decree does not know.
    """
    asked = fold(kind.strip())
    found = next((k for k in KINDS if asked in {k.slug, fold(k.name)}), None)
    if found is None:
        raise ValueError(kind)
    parts = [found.abbreviation, issuer, department] if found.abbreviation else [issuer, department]
    return f"{number:02d}/{'-'.join(part for part in parts if part)}"


def number_order(number: str) -> int:
    """The leading figure, by which documents of one day are sorted."""
    found = re.match(r"\s*(\d{1,6})", number)
    return int(found[1]) if found else 0


def kind_of_number(number: str) -> str:
    """Slug of the kind that a number tells: 05/QĐ-SGDĐT → quyet-dinh, 07/SGDĐT-GDTrH → cong-van; "" for none."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        return ""
    first, _, rest = found[3].partition("-")
    known = _BY_ABBREVIATION.get(fold(first.strip()))
    if known is not None and (rest or known.slug in {"luat"}):
        return known.slug
    return "cong-van" if rest else ""


def search_words(text: str) -> list[str]:
    """Words as the list finds them: digits without leading zeros and letters, each apart, no marks."""
    return [part.lstrip("0") or "0" if part.isdigit() else part for part in re.findall(r"\d+|[a-z]+", fold(text))]


def search_line(number: str, *texts: str) -> str:
    """What the list searches in: the words of the number (its letters joined as well, `ttbgddt`), then all others."""
    words = search_words(number)
    letters = "".join(word for word in words if not word.isdigit())
    return " " + " ".join([*words, *([letters] if letters else []), *search_words(" ".join(texts))]) + " "


def patterns(asked: str) -> list[str]:
    """What must stand in a search line for a question (SQL LIKE): whole figures, beginnings of words.

    `15/2026/tt` → `% 15 %`, `% 2026 %`, `% tt%`. The last figure may be unfinished: people type on.
    """
    words = search_words(asked)[:12]
    found = [f"% {word} %" if word.isdigit() else f"% {word}%" for word in words]
    if words and words[-1].isdigit():
        found[-1] = f"% {words[-1]}%"
    return found
