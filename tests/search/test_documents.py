"""Documents: found by title at once, by the text inside when it has been read; hostile files harm nobody."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

import search
from search import file_text
from tenants import context

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*lines: str) -> bytes:
    """A PDF of one page whose font says by a ToUnicode table what its codes mean, as office programs write it."""
    letters = sorted({char for line in lines for char in line})
    code = {char: number + 1 for number, char in enumerate(letters)}
    table = "\n".join(f"<{code[char]:04x}> <{ord(char):04x}>" for char in letters)
    cmap = f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange {len(letters)} beginbfchar\n{table}\nendbfchar endcmap end end"
    shown = "".join(f"<{''.join(f'{code[char]:04x}' for char in line)}> Tj 0 -20 Td " for line in lines)
    content = f"BT /F1 12 Tf 50 700 Td {shown} ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 600>>",
        f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        out
        + f"xref\n0 8\n0000000000 65535 f \n{rows}trailer<</Size 8/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF".encode()
    )


def zipped(**parts: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return out.getvalue()


def docx(*lines: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return zipped(word__document=f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')


def xlsx(*cells: str) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    for cell in cells:
        book.active.append([cell, 1])
    book.save(out)
    return out.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read(data: bytes, name: str) -> str:
        path = tmp_path / "file"
        path.write_bytes(data)
        return file_text.read(path, name)

    return read


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ke-hoach.pdf", pdf("Kế hoạch tuyển sinh", "lớp mười")),
        ("ke-hoach.docx", docx("Kế hoạch tuyển sinh", "lớp mười")),
        ("KE-HOACH.XLSX", xlsx("Kế hoạch tuyển sinh", "lớp mười")),
        ("ke-hoach.txt", "Kế hoạch tuyển sinh\nlớp mười".encode()),
        ("ke-hoach.csv", "Kế hoạch tuyển sinh\r\nlớp mười".encode("utf-16")),
        ("ke-hoach.pptx", zipped(ppt__slides__slide1='<a xmlns:d="x"><d:p><d:t>Kế hoạch tuyển sinh</d:t></d:p><d:p><d:t>lớp mười</d:t></d:p></a>')),
        ("ke-hoach.odt", zipped(content="<o><p>Kế hoạch tuyển sinh</p><p>lớp mười</p></o>")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_text_inside(read: Any, name: str, data: bytes) -> None:
    assert read(data, name) == "Kế hoạch tuyển sinh\nlớp mười"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b""), ("a.pdf", b"%PDF-1.7\nno more"), ("a.pdf", b"\x00" * 1000), ("a.docx", b"PK\x03\x04"),
        ("a.docx", zipped(word__document=b"<broken")), ("a.docx", docx("x")[:-30]), ("a.xlsx", b"\xff" * 999),
        ("a.docx", zipped(word__document=f"{BOMB}]><w:t xmlns:w='{W}'>&j;</w:t>")),
        ("a.docx", zipped(word__document="<!DOCTYPE x SYSTEM 'file:///etc/passwd' [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><t>&y;</t>")),
        ("a.exe", b"MZ"), ("", b"x"), ("a.zip", docx("x")), ("../../a.docx", b"x"), ("a.docx", zipped(other="<t>x</t>")),
    ],
)  # fmt: skip
def test_hostile_and_broken_files_give_nothing(read: Any, name: str, data: bytes) -> None:
    assert read(data, name) == ""


def test_a_file_that_unpacks_without_end_is_cut(read: Any) -> None:
    huge = zipped(word__document=f'<w:document xmlns:w="{W}"><w:t>' + "từ " * 8_000_000 + "</w:t></w:document>")
    began = time.perf_counter()
    text = read(huge, "a.docx")
    assert len(text) == file_text.LONGEST
    assert time.perf_counter() - began < file_text.SECONDS


def test_a_file_that_is_slow_gives_what_was_read(read: Any, monkeypatch: Any) -> None:
    """A page whose text takes minutes: the child is ended by its CPU limit."""
    monkeypatch.setattr(file_text, "SECONDS", 2)
    deep = "<w:p>" * 200_000
    began = time.perf_counter()
    read(zipped(word__document=f'<w:document xmlns:w="{W}"><w:t>x</w:t>{deep}'), "a.docx")
    assert time.perf_counter() - began < 20


@pytest.mark.django_db
def test_uploaded_changed_deleted(alpha: Any, beta: Any, jobs: Any) -> None:
    from cms_blocks.models import PortalDocument

    with context.enter(alpha):
        document = PortalDocument.objects.create(
            title="Kế hoạch năm học", file=ContentFile(docx("Thời khóa biểu mùa mưa"), name="ke-hoach.docx")
        )
    jobs()
    (hit,) = search.find("thoi khoa bieu mua mua", alpha).hits
    assert (hit.kind, hit.path, hit.name) == ("document", document.url, "Kế hoạch năm học")
    assert [piece.text for piece in hit.fragment if piece.hit] == ["Thời khóa biểu mùa mưa"]
    assert not search.find('"thoi khoa bieu mua mua"', beta).total
    with context.enter(alpha):
        document.title = "Kế hoạch mới"
        document.save()
    jobs()
    (hit,) = search.find("thoi khoa bieu mua mua", alpha).hits
    assert hit.name == "Kế hoạch mới", "the text that was read stays"
    with context.enter(alpha):
        document.file = ContentFile(docx("Lịch gặp phụ huynh"), name="ke-hoach.docx")
        document.save()
    jobs()
    assert not search.find('"thoi khoa bieu mua mua"', alpha).total
    assert search.find("lich gap phu huynh", alpha).total == 1
    with context.enter(alpha):
        document.delete()
    jobs()
    assert not search.find('"lich gap phu huynh"', alpha).total


@pytest.mark.django_db
def test_a_closed_collection_hides_what_is_below_it(alpha: Any, jobs: Any) -> None:
    from wagtail.models import Collection, CollectionViewRestriction

    from cms_blocks.models import PortalDocument

    with context.enter(alpha):
        outer = Collection.get_first_root_node().add_child(instance=Collection(name="Nội bộ"))
        inner = outer.add_child(instance=Collection(name="Biên bản"))
        PortalDocument.objects.create(
            title="Biên bản họp", file=ContentFile(docx("Nội dung kín"), name="a.docx"), collection=inner
        )
    jobs()
    assert search.find('"nội dung kín"', alpha).total == 1
    with context.enter(alpha):
        closed = CollectionViewRestriction.objects.create(collection=outer, restriction_type="login")
    jobs()
    assert not search.find('"nội dung kín"', alpha).total
    with context.enter(alpha):
        closed.delete()
    jobs()
    assert search.find('"nội dung kín"', alpha).total == 1


@pytest.mark.django_db
def test_a_file_that_is_gone_is_not_asked_for_again(alpha: Any, jobs: Any) -> None:
    from cms_blocks.models import PortalDocument

    with context.enter(alpha):
        document = PortalDocument.objects.create(title="Tệp mất", file=ContentFile(b"x", name="a.pdf"))
        document.file.storage.delete(document.file.name)
    jobs()
    assert search.find("tep mat", alpha).total == 1
    with context.enter(alpha):
        document.save()
    assert jobs() < 10
