"""Whatever way a file comes in, it is cleaned; Wagtail's own forms say in Vietnamese why one is not taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import Collection

from cms_blocks.models import PortalDocument, PortalImage
from tenants import context
from tenants.uploads import Refused
from tests.uploads import hostile

pytestmark = pytest.mark.django_db


def test_in_code(alpha: Any, add_picture: Any, add_document: Any) -> None:
    image = add_picture(alpha, hostile.photo_with_position(), "Ảnh chụp.png")
    with context.enter(alpha):
        assert image.file.name.endswith(".jpg"), "the content names the file"
        assert (image.width, image.height) == (40, 60)
        stored = default_storage.open(image.file.name).read()
        assert b"CANARY" not in stored
        assert image.file_size == len(stored)
        assert len(image.file_hash) == 40
    document = add_document(alpha, hostile.pdf(), "công văn.docx")
    assert document.file.name.endswith(".pdf")
    scan = add_document(alpha, hostile.photo_with_position(), "scan.pdf")
    with context.enter(alpha):
        assert scan.file.name.endswith(".jpg")
        assert b"CANARY" not in default_storage.open(scan.file.name).read()


def test_refused_in_code_and_nothing_is_stored(alpha: Any, add_picture: Any, add_document: Any) -> None:
    with context.enter(alpha):
        before = sorted(default_storage.listdir("original_images")[1] + default_storage.listdir("documents")[1])
        rows = PortalImage.objects.count(), PortalDocument.objects.count()
    with pytest.raises(Refused):
        add_picture(alpha, hostile.png_bomb())
    with pytest.raises(Refused):
        add_document(alpha, hostile.office("docx", {"word/vbaProject.bin": b"x"}), "a.docx")
    with context.enter(alpha):
        assert before == sorted(default_storage.listdir("original_images")[1] + default_storage.listdir("documents")[1])
        assert rows == (PortalImage.objects.count(), PortalDocument.objects.count())


def test_file_save_is_a_gate_too(alpha: Any) -> None:
    """Wagtail's second upload step writes the file before the row, past any form."""
    with context.enter(alpha):
        image = PortalImage(title="x", description="x", collection=Collection.get_first_root_node())
        with pytest.raises(Refused):
            image.file.save("a.png", ContentFile(hostile.MARK), save=False)
        image.file.save("a.png", ContentFile(hostile.glued()), save=False)
        assert hostile.MARK not in default_storage.open(image.file.name).read()


def _send(client: Any, kind: str, data: bytes, name: str) -> Any:
    file = SimpleUploadedFile(name, data, content_type="image/png")
    answer = client.post(
        f"/admin/{kind}/multiple/add/", {"title": "Tên", "collection": "1", "files[]": file},
        headers={"x-requested-with": "XMLHttpRequest", "accept-language": "vi"},
    )  # fmt: skip
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_upload_page_of_pictures(visit: Any, alpha: Any) -> None:
    """A description is required, so Wagtail keeps the file aside and asks: the second step cleans it."""
    client = visit("alpha", "web.alpha@example.vn")
    answer = _send(client, "images", hostile.photo_with_position(), "IMG_0001.png")
    assert answer["success"] is True
    pk = answer["uploaded_file_id"]
    done = client.post(
        f"/admin/images/multiple/create_from_uploaded_image/{pk}/",
        {f"uploaded-image-{pk}-title": "Lễ", f"uploaded-image-{pk}-description": "Lễ khai giảng",
         f"uploaded-image-{pk}-collection": "1", f"uploaded-image-{pk}-tags": ""},
        headers={"x-requested-with": "XMLHttpRequest"},
    )  # fmt: skip
    assert json.loads(done.content)["success"] is True, done.content
    with context.enter(alpha):
        image = PortalImage.objects.get(title="Lễ")
        assert b"CANARY" not in default_storage.open(image.file.name).read()
        assert (image.width, image.height) == (40, 60)


@pytest.mark.parametrize(
    ("kind", "data", "name", "words"),
    [
        ("images", hostile.png_bomb(), "to.png", "triệu điểm ảnh"),
        ("images", b"<html>", "a.png", "trang web"),
        ("images", hostile.picture("JPEG", (300, 200))[:700], "cắt.jpg", "cắt.jpg"),
        ("documents", hostile.office("docx", {"word/vbaProject.bin": b"x"}), "mẫu.docx", "macro"),
        ("documents", b"MZ" + b"\0" * 99, "hoá đơn.pdf", "chương trình"),
        ("documents", hostile.packed({"../x": b"x"}), "a.zip", "thư mục"),
    ],
)  # fmt: skip
def test_reasons_in_vietnamese(visit: Any, kind: str, data: bytes, name: str, words: str) -> None:
    answer = _send(visit("alpha", "web.alpha@example.vn"), kind, data, name)
    assert answer["success"] is False
    assert words in answer["error_message"]
    assert name in answer["error_message"]


def test_quota(visit: Any, alpha: Any, beta: Any, jobs: Any, add_document: Any) -> None:
    from cms_blocks.media import quota
    from tenants.models import Portal

    with context.enter(alpha):
        used = quota.space().used
        assert used > 0
        Portal.objects.filter(pk=alpha.pk).update(media_quota=used + 3000)
    add_document(alpha, hostile.pdf(b"x" * 2000), "a.pdf")
    answer = _send(visit("alpha", "web.alpha@example.vn"), "documents", hostile.pdf(b"x" * 2000), "b.pdf")
    assert answer["success"] is False
    assert "người vận hành" in answer["error_message"]
    with pytest.raises(Refused):
        add_document(alpha, hostile.pdf(b"x" * 2000), "b.pdf")
    add_document(beta, hostile.pdf(b"x" * 2000), "b.pdf")
    jobs()
    with context.enter(alpha):
        assert Portal.objects.get(pk=alpha.pk).media_used == quota.space().used > used
        Portal.objects.filter(pk=alpha.pk).update(media_quota=quota.space().used + 100)
        assert quota.space().tight
    page = visit("alpha", "web.alpha@example.vn").get("/admin/").content.decode()
    assert "cho ảnh và tệp" in page
    assert "cho ảnh và tệp" not in visit("beta", "web.beta@example.vn").get("/admin/").content.decode()
