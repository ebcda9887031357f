"""What is read from the PDF of an official letter, and which files are refused."""

from __future__ import annotations

import datetime
import io
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from cms_blocks.registry import letters, rules
from cms_blocks.registry.pdf_text import LARGEST, PdfProblem, PdfRefused, text_of

from . import paper


def test_a_decision() -> None:
    found = letters.read(text_of(paper.decision()))
    assert found == letters.Letter(
        kind="quyet-dinh",
        number="07/QĐ-SGDĐT",
        issued_on=datetime.date(2026, 1, 5),
        issuer="Sở Giáo dục và Đào tạo",
        abstract="Ban hành Kế hoạch thời gian năm học 2026–2027 của giáo dục mầm non, giáo dục phổ thông",
        signer="Trần Thị Mẫu",
        signer_title="Phó giám đốc",
        urgency="",
        effective_on=datetime.date(2026, 2, 1),
        replaces=("12/QĐ-SGDĐT",),
        based_on=("15/2026/TT-BGDĐT",),
    )


def test_a_letter() -> None:
    found = letters.read(text_of(paper.letter()))
    assert found == letters.Letter(
        kind="cong-van",
        number="128/THPTNVM-VP",
        issued_on=datetime.date(2026, 11, 23),
        issuer="Trường Trung học phổ thông Nguyễn Văn Mẫu",
        abstract="Mời họp cha mẹ học sinh cuối học kì I",
        signer="Lê Văn Ví Dụ",
        signer_title="Hiệu trưởng",
        urgency="express",
    )


def test_columns_one_after_the_other() -> None:
    """Programs that write the left column whole, then the right one; a circular with its year in the number."""
    text = """BỘ GIÁO DỤC VÀ ĐÀO TẠO
_______
Số: 5 /2026/TT-BGDĐT
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Hà Nội, ngày 3 tháng 3 năm 2026
THÔNG TƯ
Quy định về công khai trong hoạt động
của các cơ sở giáo dục
Căn cứ Luật Giáo dục số 43/2019/QH14;
Thông tư này có hiệu lực thi hành từ ngày ký.
KT. BỘ TRƯỞNG
THỨ TRƯỞNG
(đã ký)
Phạm Văn Mẫu"""
    found = letters.read(text)
    assert (found.kind, found.number, found.issuer) == ("thong-tu", "05/2026/TT-BGDĐT", "Bộ Giáo dục và Đào tạo")
    assert found.abstract == "Quy định về công khai trong hoạt động của các cơ sở giáo dục"
    assert (found.signer_title, found.signer) == ("Thứ trưởng", "Phạm Văn Mẫu")
    assert found.effective_on == found.issued_on == datetime.date(2026, 3, 3)
    assert found.based_on == ("43/2019/QH14",)


def test_a_scan_has_no_text() -> None:
    assert not letters.read(text_of(paper.scan())).readable


@pytest.mark.parametrize(
    "text",
    ["", "x", "Số: /QĐ", "ngày 31 tháng 02 năm 2026", "Số: 1/" + "A-" * 5000, "\x00" * 50, "V/v", "KT. GIÁM ĐỐC"],
)
def test_what_is_no_letter_does_no_harm(text: str) -> None:
    found = letters.read(text)
    assert not found.issued_on
    assert not found.issuer


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(paper.letter())))
    writer.encrypt("x", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """A page whose content grows to 400 MB."""
    packed = zlib.compress(b"BT (x) Tj ET " * (32 * 1024 * 1024), 9)
    body = paper.pdf([(10, 10, "x")])
    start = body.index(b"stream", body.index(b"41 0 obj"))
    end = body.index(b"endstream", start)
    length = body.rindex(b"/Length", 0, start)
    number = body[length : body.index(b" /Filter", length)]
    return (
        body[:length]
        + number.replace(number.split()[1], str(len(packed)).encode())
        + body[length + len(number) : start + 7]
        + packed
        + b"\n"
        + body[end:]
    )


REFUSED = {
    "empty": (b"", PdfProblem.EMPTY),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, PdfProblem.NOT_PDF),
    "a page of HTML": (b"<html><script>alert(1)</script>%PDF-1.7", PdfProblem.NOT_PDF),
    "too large": (b"%PDF-1.7" + b"0" * LARGEST, PdfProblem.TOO_LARGE),
    "cut off": (b"%PDF-1.7\n1 0 obj <<", PdfProblem.BROKEN),
    "noise": (b"%PDF-1.7\n" + bytes(range(256)) * 200, PdfProblem.BROKEN),
    "a script at opening": (paper.pdf([(9, 9, "x")], extra={"js": "<< /S /JavaScript /JS (app.alert(1)) >>"}, catalog="/OpenAction {js}"), PdfProblem.ACTIVE),
    "a program": (paper.pdf([(9, 9, "x")], extra={"run": "<< /S /Launch /F (cmd.exe) >>"}, catalog="/OpenAction {run}"), PdfProblem.ACTIVE),
    "a file inside": (paper.pdf([(9, 9, "x")], extra={"file": "<< /Type /EmbeddedFile /Length 0 >>"}, catalog="/X {file}"), PdfProblem.ACTIVE),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    content, problem = REFUSED[name]
    with pytest.raises(PdfRefused) as refused:
        text_of(content)
    assert refused.value.problem is problem


def test_encrypted() -> None:
    with pytest.raises(PdfRefused) as refused:
        text_of(encrypted())
    assert refused.value.problem is PdfProblem.ENCRYPTED


def test_a_bomb_costs_its_own_process() -> None:
    with pytest.raises(PdfRefused) as refused:
        text_of(bomb())
    assert refused.value.problem in {PdfProblem.TOO_HEAVY, PdfProblem.BROKEN}


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("7/QĐ-SGDĐT", "07/QĐ-SGDĐT"),
        (" 15 / 2026 / TT - BGDĐT ", "15/2026/TT-BGDĐT"),
        ("128/THPT-VP", "128/THPT-VP"),
        ("không số", "không số"),
        ("", ""),
    ],
)
def test_numbers_as_the_decree_writes_them(written: str, tidy: str) -> None:
    assert rules.tidy_number(written) == tidy


@pytest.mark.parametrize(
    ("number", "kind"),
    [("05/QĐ-SGDĐT", "quyet-dinh"), ("15/2026/TT-BGDĐT", "thong-tu"), ("07/SGDĐT-GDTrH", "cong-van"), ("3/QyĐ-A", "quy-dinh"),
     ("1/KH-X", "ke-hoach"), ("x", ""), ("12/TTr-UBND", "to-trinh")],
)  # fmt: skip
def test_the_number_tells_the_kind(number: str, kind: str) -> None:
    assert rules.kind_of_number(number) == kind


TODAY = datetime.date(2026, 11, 25)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("effective", "expires", "status"),
    [
        (None, None, rules.Status.IN_FORCE),
        (TODAY, None, rules.Status.IN_FORCE),
        (TODAY + DAY, None, rules.Status.NOT_YET),
        (TODAY - DAY, TODAY + DAY, rules.Status.IN_FORCE),
        (TODAY - DAY, TODAY, rules.Status.LAPSED),
        (TODAY + DAY, TODAY, rules.Status.LAPSED),
    ],
)
def test_in_force(effective: datetime.date | None, expires: datetime.date | None, status: rules.Status) -> None:
    assert rules.status(TODAY, effective, expires) is status
