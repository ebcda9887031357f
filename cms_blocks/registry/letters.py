"""An official letter's text → what the registry wants to know of it, by the layout of NĐ 30/2020/NĐ-CP Annex I. Pure.

The text is what a PDF gives up: the two columns of the head may come side by side (parted by wide gaps) or one after
the other, long titles broken over lines. What is not found stays empty: the webmaster sees and fills it.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from search.text import fold

from . import rules

_GAP = re.compile(r"\s{3,}|\t+")
_NUMBER = re.compile(
    r"\bSố\s*[:.]?\s*(\d{1,6}\s*(?:/\s*\d{4}\s*)?/\s*[A-ZĐƯ][\wĐđ]*(?:\s?[-–.&]\s?[A-ZĐƯ][\wĐđ]*){0,4})"
)
_ANY_NUMBER = re.compile(
    r"\bsố\s*[:.]?\s*(\d{1,6}\s*(?:/\s*\d{4}\s*)?/\s*[A-ZĐƯ][\wĐđ]*(?:[-–][A-ZĐƯ][\wĐđ]*){0,4})", re.I
)
_DATE = re.compile(r"ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.I)
_SLASH_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_MOTTO = ("cong hoa xa hoi chu nghia", "doc lap - tu do", "doc lap – tu do", "doc lap-tu do", "viet nam")
_BODY: Final = ("bo ", "so ", "phong ", "truong ", "uy ban ", "ubnd", "trung tam ", "hoi dong", "cuc ", "vu ", "van phong",
                "thanh tra", "chinh phu", "quoc hoi", "thu tuong", "ban ", "vien ", "dai hoc", "hdnd", "cong ty", "lien doan",
                "cong doan", "tong cuc", "chu tich")  # fmt: skip
_KINDS: Final = {fold(kind.name): kind.slug for kind in rules.KINDS}
_ABSTRACT_ENDS = re.compile(
    r"^(căn cứ|kính gửi|theo |thực hiện |xét |để |nhằm |[-_–—*]{3,}|[IVX]+[.\s]|\d+\.|điều 1|phần |chương |a\.|"
    r"(giám đốc|hiệu trưởng|bộ trưởng|chủ tịch|trưởng phòng|thủ tướng)\b.{0,80}$)", re.I,
)  # fmt: skip
_TITLE = re.compile(
    r"^(?:(?:TM|KT|TL|TUQ|Q)\s*\.\s*)?((?:PHÓ\s+|QUYỀN\s+)?(?:GIÁM ĐỐC|HIỆU TRƯỞNG|CHỦ TỊCH|BỘ TRƯỞNG|THỨ TRƯỞNG|THỦ TƯỚNG|"
    r"TRƯỞNG PHÒNG|TRƯỞNG BAN|CHÁNH VĂN PHÒNG|CHÁNH THANH TRA|CỤC TRƯỞNG|VỤ TRƯỞNG|TỔNG GIÁM ĐỐC|VIỆN TRƯỞNG|TỔNG CỤC TRƯỞNG)"
    r"(?:\s+[A-ZÀ-ỸĐ ]+)?)\s*$"
)
_NAME = re.compile(r"^(?:(?:TS|ThS|PGS|GS|CN|NGND|NGƯT|BS)\.?\s*)*((?:[A-ZÀ-ỸĐ][a-zà-ỹ]*\s+){1,5}[A-ZÀ-ỸĐ][a-zà-ỹ]*)$")
_ALL_CAPS_NAME = re.compile(r"^(?:[A-ZÀ-ỸĐ]+\s+){1,4}[A-ZÀ-ỸĐ]+$")
_FORCE = re.compile(r"có hiệu lực(?: thi hành)?(?:,? kể)? từ (ngày ký|ngày ban hành|ngày\s*\d[^.;]{4,40})", re.I)
# Words of institutions that are written small inside a name (NĐ 30/2020 Annex II.4).
_SMALL: Final = frozenset(
    ["và", "của", "các", "về", "tỉnh", "thành", "phố", "xã", "phường", "huyện", "thị", "trấn", "quận"]
)
_FIXED: Final = (
    ("giáo dục và đào tạo", "Giáo dục và Đào tạo"), ("ủy ban nhân dân", "Ủy ban nhân dân"), ("uỷ ban nhân dân", "Ủy ban nhân dân"),
    ("hội đồng nhân dân", "Hội đồng nhân dân"), ("trung học phổ thông", "Trung học phổ thông"), ("nội vụ", "Nội vụ"),
    ("trung học cơ sở", "Trung học cơ sở"), ("tiểu học", "Tiểu học"), ("mầm non", "Mầm non"), ("tài chính", "Tài chính"),
    ("giáo dục nghề nghiệp", "Giáo dục nghề nghiệp"), ("giáo dục thường xuyên", "Giáo dục thường xuyên"), ("thpt", "THPT"),
    ("thcs", "THCS"), ("ubnd", "UBND"), ("gd&đt", "GD&ĐT"), ("gdđt", "GDĐT"), ("gdtx", "GDTX"), ("hđnd", "HĐND"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """What was read; "" and None for what was not. `replaces`, `based_on`: numbers as the text names them."""

    kind: str = ""
    number: str = ""
    issued_on: datetime.date | None = None
    issuer: str = ""
    abstract: str = ""
    signer: str = ""
    signer_title: str = ""
    urgency: str = ""
    effective_on: datetime.date | None = None
    replaces: tuple[str, ...] = field(default=())
    based_on: tuple[str, ...] = field(default=())

    @property
    def readable(self) -> bool:
        return bool(self.number or self.abstract)


def read(text: str) -> Letter:
    """Never raises: a text that is no letter gives an empty one."""
    text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("\u00ad", "")
    lines = _lines(text)
    head = _head_length(lines)
    flat = " ".join(lines)
    number = _number(lines[:60])
    kind, abstract = _kind_and_abstract(lines, number)
    issued = _date(" ".join(lines[: head + 6])) or _date(flat)
    title, signer = _signature(lines)
    return Letter(
        kind=kind,
        number=number,
        issued_on=issued,
        issuer=_issuer(lines[:head]),
        abstract=abstract,
        signer=signer,
        signer_title=title,
        urgency=_urgency(lines[: head + 4]),
        effective_on=_effective(flat, issued),
        replaces=_named(r"(?:thay thế|bãi bỏ)(?: cho)?[^.;]{0,200}", flat, number),
        based_on=_named(r"căn cứ[^;.\n]{0,300}", flat, number),
    )


def _lines(text: str) -> list[str]:
    """Cells of lines: what stands side by side is parted, in reading order."""
    found = []
    for line in text.splitlines():
        found += [" ".join(cell.split()) for cell in _GAP.split(line.strip()) if cell.strip()]
    return found


def _head_length(lines: list[str]) -> int:
    """Lines up to the place and date or the number, whichever is later, among the first 40."""
    last = 0
    for place, line in enumerate(lines[:40]):
        if _DATE.search(line) or _NUMBER.search(line):
            last = place + 1
            if _DATE.search(line) and any(_NUMBER.search(before) for before in lines[:place]):
                break
    return last or min(12, len(lines))


def _number(lines: list[str]) -> str:
    for line in lines:
        found = _NUMBER.search(line)
        if found:
            return rules.tidy_number(found[1].replace("–", "-"))
    return ""


def _date(text: str) -> datetime.date | None:
    for found in _DATE.finditer(text):
        day = _day(found[1], found[2], found[3])
        if day:
            return day
    return None


def _day(day: str, month: str, year: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day)) if 1945 <= int(year) <= 2100 else None
    except ValueError:
        return None


def _issuer(head: list[str]) -> str:
    """The body that signs: the lower one of the left column; the upper one is who it belongs to."""
    names: list[str] = []
    for line in head:
        line = re.split(r"CỘNG\s+H[OÒ]", line)[0].strip(" _-–*")
        folded = fold(line)
        if not line or any(folded.startswith(words) for words in _MOTTO) or _DATE.search(line) or len(line) < 4:
            continue
        if _NUMBER.search(line) or (fold(line).startswith(("so:", "v/v", "so ")) and any(c.isdigit() for c in line)):
            continue
        if line != line.upper():
            continue
        if folded.startswith(_BODY):
            names.append(line)
        elif names and folded not in _KINDS and folded not in {"khan", "thuong khan", "hoa toc"}:
            names[-1] += f" {line}"
    return proper(names[-1]) if names else ""


def proper(capitals: str) -> str:
    """SỞ GIÁO DỤC VÀ ĐÀO TẠO TÂY NINH → Sở Giáo dục và Đào tạo Tây Ninh."""
    text = capitals.lower()
    kept: dict[str, str] = {}
    for place, (small, written) in enumerate(_FIXED):
        if re.search(rf"\b{re.escape(small)}\b", text):
            mark = f"\x01{place}\x01"
            text = re.sub(rf"\b{re.escape(small)}\b", mark, text)
            kept[mark] = written
    words = [word if word in kept or word in _SMALL else word[:1].upper() + word[1:] for word in text.split()]
    written = " ".join(kept.get(word, word) for word in words)
    return written[:1].upper() + written[1:]


def _kind_and_abstract(lines: list[str], number: str) -> tuple[str, str]:
    """A named document has its kind on a line of its own and its abstract below; a letter has V/v under its number."""
    for place, line in enumerate(lines[:50]):
        kind = _KINDS.get(fold(line).strip(" .:"))
        if kind is not None and line == line.upper():
            return kind, _abstract(lines[place + 1 : place + 14])
    kind = rules.kind_of_number(number)
    for place, line in enumerate(lines[:50]):
        if re.match(r"v\s*/\s*v\b", line, re.I):
            words = re.sub(r"^v\s*/\s*v[:.\s]*", "", line, flags=re.I)
            return kind or "cong-van", _abstract([words, *lines[place + 1 : place + 10]])
    return kind, ""


def _abstract(lines: list[str]) -> str:
    taken: list[str] = []
    for line in lines:
        if _ABSTRACT_ENDS.match(line) or (_DATE.search(line) and "ngày" in line[:40].lower() and "," in line[:30]):
            break
        if not re.search(r"\w", line) or any(fold(line).startswith(words) for words in _MOTTO):
            if taken:
                break
            continue
        taken.append(line)
        if sum(map(len, taken)) > 600:
            break
    words = re.sub(r"^(?:v/v|về việc)[:\s]+", "", " ".join(taken), flags=re.I).strip(" -_–.")
    if words == words.upper():
        words = words.lower()
    return words[:1].upper() + words[1:]


def _urgency(lines: list[str]) -> str:
    known = {"khan": "urgent", "thuong khan": "very", "hoa toc": "express"}
    return next((known[fold(line).strip(" .!")] for line in lines if fold(line).strip(" .!") in known), "")


def _signature(lines: list[str]) -> tuple[str, str]:
    """(title, name): the last title in capitals, and the first name that stands below it."""
    for place in range(len(lines) - 1, -1, -1):
        found = _TITLE.match(lines[place])
        if found is None:
            continue
        for line in lines[place + 1 : place + 14]:
            bare = re.sub(r"^(?:(?:TS|ThS|PGS|GS|CN)\.?\s*)+", "", line)
            if _NAME.match(bare) and not _is_recipient(bare):
                return _title(found[1]), bare
            if _ALL_CAPS_NAME.match(bare) and not _TITLE.match(bare):
                return _title(found[1]), bare.title()
        return _title(found[1]), ""
    return "", ""


def _is_recipient(line: str) -> bool:
    return fold(line).startswith(("noi nhan", "nhu tren", "luu", *_BODY))


def _title(capitals: str) -> str:
    words = capitals.strip().lower()
    return words[:1].upper() + words[1:]


def _effective(flat: str, issued: datetime.date | None) -> datetime.date | None:
    found = _FORCE.search(flat)
    if found is None:
        return None
    if not any(character.isdigit() for character in found[1]):
        return issued
    written = _date(found[1])
    slashed = _SLASH_DATE.search(found[1])
    return written or (_day(*slashed.groups()) if slashed else None)


def _named(pattern: str, flat: str, own: str) -> tuple[str, ...]:
    """Numbers of other documents inside the passages of this pattern, once each."""
    found: dict[str, None] = {}
    for passage in re.finditer(pattern, flat, re.I):
        for match in _ANY_NUMBER.finditer(passage[0]):
            number = rules.tidy_number(match[1].replace("–", "-"))
            if number != own:
                found[number] = None
    return tuple(found)[:20]
