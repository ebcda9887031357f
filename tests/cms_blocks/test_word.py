"""Word files become drafts: what Word writes arrives, what an attacker writes is refused in words."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.models import Page

from cms_blocks import word_files
from cms_blocks.models import ArticlePage, NewsPage, PortalImage
from cms_blocks.word_files import Heading, Picture, Table, Text, WordProblem
from tenants import context
from tests.cms_blocks import word_samples as word

pytestmark = pytest.mark.django_db


def read(content: bytes) -> word_files.WordFile:
    return word_files.read(io.BytesIO(content), len(content))


def test_what_word_writes_arrives() -> None:
    result = read(word.letter())
    assert result.title == "Kế hoạch Hội khỏe Phù Đổng"
    kinds = [type(part) for part in result.parts]
    assert kinds == [Text, Heading, Text, Picture, Heading, Table, Picture, Text]
    text = result.parts[0].html
    assert "<b>Hội khỏe</b>" in text
    assert "<i>ngày 12/12</i>" in text
    assert 'href="https://example.edu.vn/?a=1&amp;b=2"' in text
    assert "javascript" not in text
    assert " xấu" in text
    assert (
        result.parts[2].html
        == "<ul><li>Sáng: chạy, bật xa<ul><li>Khối 6 trước</li></ul></li><li>Chiều: kéo co</li></ul>"
    )
    assert result.parts[3].alt == "Học sinh chạy trên sân"
    assert result.parts[5].caption == "Bảng 1. Phân công"
    assert (result.parts[1].level, result.parts[4].level) == ("h2", "h2")


def test_pictures_lose_place_and_size() -> None:
    exif = Image.Exif()
    exif[0x010E] = "so dien thoai"
    exif.get_ifd(0x8825)[1] = "N"
    content = word.docx(
        word.picture("rId-a.jpg") + word.paragraph("x"), files={"a.jpg": word.png((4000, 1000), "JPEG", exif=exif)}
    )
    (picture, _) = read(content).parts
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.size == (2560, 640)
        assert not image.getexif()
    assert b"so dien thoai" not in picture.content


def _bomb_png() -> bytes:
    """A PNG that says it is 60,000 × 60,000."""
    content = bytearray(word.png())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    import zlib

    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


def test_pictures_that_cannot_be_read_are_counted() -> None:
    files = {
        "a.png": _bomb_png(),
        "b.emf": b"\x01\x00\x00\x00" + b"x" * 90,
        "c.png": b"<svg onload=alert(1)>",
        "d.png": word.png((9000, 9000)),
    }
    body = word.paragraph("Chữ") + "".join(word.picture(f"rId-{name}") for name in files)
    result = read(word.docx(body, files=files))
    assert result.skipped == 4
    assert [type(part) for part in result.parts] == [Text]


def test_files_outside_are_never_fetched() -> None:
    relation = (
        f'<Relationship Id="rIdX" Type="{word.OFFICE}/image" Target="file:///etc/hostname" TargetMode="External"/>'
    )
    result = read(word.docx(word.paragraph("Chữ") + word.picture("rIdX", attribute="link"), relations=relation))
    assert [type(part) for part in result.parts] == [Text]


def test_a_table_that_only_arranges_is_text() -> None:
    result = read(word.docx(word.table(word.cell("Cột trái") + word.cell("Cột phải"))))
    assert [type(part) for part in result.parts] == [Text]


def _zip(names: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return out.getvalue()


BILLION = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w:document {0}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>'
XXE = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document {0}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'


def _bad_files() -> dict[str, tuple[bytes, str]]:
    good = word.docx(word.paragraph("Chữ"))
    locked = bytearray(good)
    for at in [i for i in range(len(locked) - 4) if locked[i : i + 4] == b"PK\x01\x02"]:
        locked[at + 8] |= 1
    return {
        "nothing": (b"", "not_word"),
        "text": (b"xin chao" * 100, "not_word"),
        "pdf": (b"%PDF-1.7 ...", "not_word"),
        "zip of something else": (_zip({"a.txt": b"x"}), "not_word"),
        "cut off": (good[: len(good) // 2], "not_word"),
        "old word or password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_word"),
        "locked members": (bytes(locked), "locked"),
        "large xml": (word.docx("", extra={"word/comments.xml": b" " * (word_files.MAX_XML + 1)}), "bomb"),
        "large unpacked": (word.docx("", extra={f"word/media/{i}.png": b"\0" * 40_000_000 for i in range(4)}), "bomb"),
        "many members": (word.docx("", extra={f"word/media/{i}.png": b"" for i in range(2001)}), "bomb"),
        "billion laughs": (word.docx("", extra={"word/document.xml": BILLION.format(word.W)}), "entities"),
        "external entity": (word.docx("", extra={"word/document.xml": XXE.format(word.W)}), "entities"),
        "external entity in UTF-16": (
            word.docx("", extra={"word/document.xml": XXE.format(word.W).encode("utf-16")}),
            "entities",
        ),
        "entities in relations": (
            word.docx("", extra={"word/_rels/document.xml.rels": XXE.format(word.W)}),
            "entities",
        ),
        "broken xml": (word.docx("<w:p>"), "broken"),
        "empty": (word.docx(word.paragraph(word.run(" "))), "empty"),
        "too long": (word.docx("".join(word.paragraph(f"M{i}", "H1") for i in range(402))), "long"),
    }


BAD = _bad_files()


@pytest.mark.parametrize("name", BAD)
def test_hostile_files_are_refused(name: str) -> None:
    content, code = BAD[name]
    with pytest.raises(WordProblem) as refused:
        read(content)
    assert refused.value.code == code


def test_scripts_in_words_stay_words() -> None:
    result = read(word.docx(word.paragraph(word.run("&lt;script&gt;alert(1)&lt;/script&gt;"))))
    assert result.parts[0].html == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


def _post(client: Any, content: bytes, parent: Page, name: str = "ke-hoach.docx") -> Any:
    return client.post("/admin/tu-word/", {"file": SimpleUploadedFile(name, content), "parent": parent.pk})


def test_from_file_to_draft_to_page(alpha: Any, visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    with context.enter(alpha):
        section = Page.objects.get(slug="muc")
    assert client.get(f"/admin/tu-word/?duoi={section.pk}").status_code == 200
    response = _post(client, word.letter(), section)
    with context.enter(alpha):
        page = ArticlePage.objects.get(slug="ke-hoach-hoi-khoe-phu-dong")
        assert not page.live
        assert response.headers["Location"] == f"/admin/tu-word/{page.pk}/anh/"
        draft = page.get_latest_revision_as_object()
        images = [child for child in draft.body if child.block_type == "image"]
        assert [bool(child.value["alt"]) for child in images] == [True, False]
        table = next(child for child in draft.body if child.block_type == "table")
        assert table.value["cells"] == "Buổi\tKhối\t<\n^\t6\t7\nSáng\tCô Lan\tThầy Hải"
    form = client.get(response.headers["Location"]).content.decode()
    assert f"mo-ta-{images[1].id}" in form
    assert f"mo-ta-{images[0].id}" not in form
    client.post(response.headers["Location"], {f"mo-ta-{images[1].id}": "Thầy trò đẩy gậy"})
    with context.enter(alpha):
        draft = ArticlePage.objects.get(pk=page.pk).get_latest_revision_as_object()
        assert [child.value["alt"] for child in draft.body if child.block_type == "image"] == [
            "Học sinh chạy trên sân",
            "Thầy trò đẩy gậy",
        ]
        assert PortalImage.objects.get(pk=images[1].value["image"].pk).description == "Thầy trò đẩy gậy"
        draft.save_revision().publish()
        address = draft.url_path.removeprefix("/home")
    shown = client.get(address)
    assert shown.status_code == 200
    assert "Thầy trò đẩy gậy" in shown.content.decode()


def test_news_below_a_list_of_news_and_free_slugs(alpha: Any, visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    with context.enter(alpha):
        news = Page.objects.get(slug="tin-tuc")
    content = word.docx(word.paragraph("Nội dung"))
    for _ in range(2):
        assert _post(client, content, news, "Thông báo_số 5.docx").status_code == 302
    with context.enter(alpha):
        assert list(
            NewsPage.objects.filter(slug__startswith="thong-bao-so-5").order_by("pk").values_list("slug", "title")
        ) == [
            ("thong-bao-so-5", "Thông báo số 5"),
            ("thong-bao-so-5-2", "Thông báo số 5"),
        ]


def test_refused_files_leave_nothing(alpha: Any, visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    with context.enter(alpha):
        section = Page.objects.get(slug="muc")
        before = (Page.objects.count(), PortalImage.objects.count())
    response = _post(client, BAD["external entity"][0], section)
    assert response.status_code == 200
    assert "Hệ thống không mở tệp này" in response.content.decode()
    with context.enter(alpha):
        assert (Page.objects.count(), PortalImage.objects.count()) == before


def test_only_who_may(alpha: Any, visit: Any) -> None:
    with context.enter(alpha):
        section = Page.objects.get(slug="muc")
    for login in ("", "web.beta@example.vn", "gv.alpha@example.vn", "84912000001"):
        response = _post(visit("alpha", login), word.letter(), section)
        assert response.status_code in {302, 403}
        with context.enter(alpha):
            assert not ArticlePage.objects.filter(slug="ke-hoach-hoi-khoe-phu-dong").exists()
