"""The media host: headers that disarm, no cookies, and no way to another portal's or a private file."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings
from django.urls import get_resolver

from cms_blocks.media import serving
from tenants import context, isolation
from tests.media.asking import body, path_of
from tests.uploads import hostile

pytestmark = pytest.mark.django_db

SPEC = "fill-30x20|format-webp"


def test_the_media_host_has_these_routes_alone() -> None:
    """A new one needs its own proof that it stays in its portal."""
    assert [entry.name for entry in get_resolver("portal_host.urls_media").url_patterns] == ["rendition", "document"]


@pytest.fixture
def picture_of_alpha(alpha: Any, add_picture: Any) -> Any:
    image = add_picture(alpha)
    with context.enter(alpha):
        return image.get_rendition(SPEC)


def test_rendition(alpha: Any, media_host: Any, picture_of_alpha: Any) -> None:
    with context.enter(alpha):
        url = picture_of_alpha.url
        assert picture_of_alpha.image.file_hash[:10] in url, "the name changes with the content"
    assert alpha.uid in url
    response = media_host.get(path_of(url))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not response.cookies
    assert body(response)[8:12] == b"WEBP"


def test_a_replaced_picture_has_another_address(alpha: Any, add_picture: Any) -> None:
    first = add_picture(alpha, hostile.picture(), "cùng-tên.png")
    with context.enter(alpha):
        before = first.get_rendition(SPEC).url
        first.delete()
        first.file.storage.delete(first.file.name)
    second = add_picture(alpha, hostile.picture(size=(50, 50)), "cùng-tên.png")
    with context.enter(alpha):
        assert second.get_rendition(SPEC).url != before


def test_drawings_have_renditions_and_stay_drawings(alpha: Any, add_picture: Any, media_host: Any) -> None:
    image = add_picture(alpha, hostile.DRAWINGS["script"].encode(), "logo.svg")
    with context.enter(alpha):
        url = image.get_rendition("fill-640x400|format-webp").url
        found = image.get_renditions("width-40|format-avif", "width-80|format-webp")
        assert all(r.url.endswith(".svg") for r in found.values())
    response = media_host.get(path_of(url))
    assert response["Content-Type"] == "image/svg+xml"
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"alert" not in body(response)


@pytest.mark.parametrize(
    "name",
    [
        "original_images/anh.png",
        "documents/tep.txt",
        "images/../original_images/anh.png",
        "images/..%2foriginal_images%2fanh.png",
        "images/%2e%2e/documents/tep.txt",
        "images/..\\original_images\\anh.png",
        "images/",
        "images/khong-co.png",
        "images/x.html",
        "images/x.png%00.html",
        "../settings.py",
        "",
    ],
)  # fmt: skip
def test_only_renditions_have_names(alpha: Any, media_host: Any, name: str) -> None:
    assert media_host.get(f"/{alpha.uid}/{name}").status_code == 404


def test_pages_are_not_on_the_media_host_nor_files_on_a_portal(
    alpha: Any, visit: Any, media_host: Any, picture_of_alpha: Any
) -> None:
    for path in ("/", "/admin/", "/tai-khoan/dang-nhap/", "/van-ban-tep/1/tep.txt", "/_f/x/1/2/"):
        assert media_host.get(path).status_code == 404
    with context.enter(alpha):
        path = path_of(picture_of_alpha.url)
    assert visit("alpha").get(path).status_code == 404
    assert visit("beta").get(path).status_code == 404


def test_another_portals_rendition(alpha: Any, beta: Any, media_host: Any, picture_of_alpha: Any) -> None:
    """A rendition is public, but it has one address only: under its own portal."""
    with context.enter(alpha):
        path = path_of(picture_of_alpha.url)
    assert media_host.get(path).status_code == 200
    assert media_host.get(path.replace(alpha.uid, beta.uid)).status_code == 404
    assert media_host.get(path.replace(alpha.uid, "0" * 32)).status_code == 404


def test_document_is_a_download(alpha: Any, visit: Any, media_host: Any, add_document: Any) -> None:
    document = add_document(alpha, hostile.pdf(), "Công văn số 5.pdf")
    asked = visit("alpha").get(f"/van-ban-tep/{document.pk}/{document.filename}")
    assert asked.status_code == 302
    assert asked["Cache-Control"] == "private, no-store"
    assert asked["Location"].startswith("http://tep.localhost")
    response = media_host.get(path_of(asked["Location"]))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert not response.cookies
    assert body(response) == hostile.pdf()


def test_formulas_stay_data_in_a_download(alpha: Any, visit: Any, media_host: Any, add_document: Any) -> None:
    formulas = b"=cmd|' /C calc'!A0,+1\n"
    document = add_document(alpha, formulas, "diem.csv")
    asked = visit("alpha").get(f"/van-ban-tep/{document.pk}/{document.filename}")
    response = media_host.get(path_of(asked["Location"]))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    assert body(response) == formulas


def test_tokens_open_one_document_of_one_portal_for_an_hour(
    alpha: Any, beta: Any, media_host: Any, add_document: Any
) -> None:
    first = add_document(alpha, hostile.pdf(), "a.pdf")
    second = add_document(beta, hostile.pdf(b"b"), "a.pdf")
    with context.enter(alpha):
        path = path_of(serving.document_address(first))
    assert media_host.get(path).status_code == 200
    assert media_host.get(path.replace(alpha.uid, beta.uid)).status_code == 404
    assert media_host.get(path.removesuffix(".pdf") + "b.pdf").status_code == 404
    for forged in ("x", "WzEsICJ4Il0:1:x", path.split("/")[3][:-2] + "zz"):
        assert media_host.get(f"/{alpha.uid}/tep/{forged}/a.pdf").status_code == 404
    with context.enter(alpha):
        # Another purpose's token, and one for the same id with another content.
        other = isolation.sign([first.pk, first.file_hash[:12]], salt="account.reset")
        stale = isolation.sign([first.pk, "0" * 12], salt="media.document")
    for token in (other, stale):
        assert media_host.get(f"/{alpha.uid}/tep/{token}/a.pdf").status_code == 404
    with override_settings(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: __import__("time").time_ns() / 1e9 + 3700)
        assert media_host.get(path).status_code == 404
    assert second.pk


def test_restricted_collection(alpha: Any, visit: Any, add_document: Any) -> None:
    from wagtail.models import Collection, CollectionViewRestriction

    document = add_document(alpha, hostile.pdf(), "mat.pdf")
    with context.enter(alpha):
        private = Collection.get_first_root_node().add_child(name="Nội bộ")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        document.collection = private
        document.save()
    address = f"/van-ban-tep/{document.pk}/{document.filename}"
    assert "tep.localhost" not in visit("alpha").get(address).get("Location", "")
    assert "tep.localhost" in visit("alpha", "web.alpha@example.vn").get(address)["Location"]
    assert visit("beta", "web.beta@example.vn").get(address).status_code == 404


@pytest.mark.parametrize(
    ("range_", "status", "part"),
    [
        ("bytes=0-3", 206, b"%PDF"),
        ("bytes=-6", 206, b"%%EOF\n"),
        ("bytes=5-", 206, hostile.pdf()[5:]),
        ("bytes=9999-", 416, b""),
        ("bytes=3-1", 416, b""),
        ("bytes=0-1,4-5", 200, hostile.pdf()),
        ("lines=1-2", 200, hostile.pdf()),
    ],
)  # fmt: skip
def test_parts(alpha: Any, media_host: Any, add_document: Any, range_: str, status: int, part: bytes) -> None:
    document = add_document(alpha, hostile.pdf(), "a.pdf")
    with context.enter(alpha):
        path = path_of(serving.document_address(document))
    response = media_host.get(path, headers={"range": range_})
    assert response.status_code == status
    assert body(response) == part
    if status != 416:
        assert int(response["Content-Length"]) == len(part)


def test_retired_portal_shows_no_files(alpha: Any, media_host: Any, picture_of_alpha: Any) -> None:
    from tenants import hosts
    from tenants.models import Portal

    with context.enter(alpha):
        path = path_of(picture_of_alpha.url)
    with context.platform():
        Portal.objects.filter(pk=alpha.pk).update(state="retired")
    hosts.forget()
    assert media_host.get(path).status_code == 404


def test_public_pages_may_show_the_media_host_and_nothing_else(visit: Any) -> None:
    page = visit("alpha").get("/muc/bai/")
    policy = page["Content-Security-Policy"]
    assert "img-src 'self' data: http://tep.localhost" in policy
    assert "script-src 'self';" in policy + ";"
    assert 'src="http://tep.localhost' in page.content.decode()
