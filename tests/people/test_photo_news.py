"""News from photos: drafts with a gallery; what is hostile, undescribed or not allowed does not get on the portal."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cms_blocks.models import NewsIndexPage, NewsPage, PortalImage
from tenants import context
from tests.uploads import hostile

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/tin-anh/"


def photo(name: str = "a.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or hostile.photo_with_position(), "image/jpeg")


def values(**changes: Any) -> dict[str, Any]:
    return {"title": "Hội <b>khoẻ", "intro": "Một câu.", "text": "Đoạn <script>1\n\nĐoạn hai\ndòng", "photos": [photo()], **changes}


def test_from_photos_to_published(alpha: Any, visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    sent = client.post(ADDRESS, values(photos=[photo(), photo("b.jpg", hostile.picture(size=(90, 60)))]))
    assert sent.status_code == 302
    with context.enter(alpha):
        page = NewsPage.objects.get(title="Hội <b>khoẻ")
        assert (page.live, page.date) == (False, timezone.localdate())
        images = list(PortalImage.objects.filter(title__startswith="Hội").order_by("pk"))
        assert len(images) == 2
        assert page.image_id == images[0].pk
        assert b"CANARY" not in images[0].file.read(), "where it was taken is gone"
    form = client.get(sent["Location"]).content.decode()
    assert form.count('name="mo-ta-') == 2
    half = client.post(sent["Location"], {f"mo-ta-{images[0].pk}": "Học sinh chạy", "dang": "1"})
    assert half["Location"] == sent["Location"], "the second says nothing yet"
    with context.enter(alpha):
        assert not NewsPage.objects.get(pk=page.pk).live
    client.post(sent["Location"], {f"mo-ta-{images[1].pk}": "Học sinh kéo co", "dang": "1"})
    shown = visit("alpha").get(f"/tin-tuc/{page.slug}/").content.decode()
    assert 'alt="Học sinh chạy"' in shown
    assert 'alt="Học sinh kéo co"' in shown
    assert shown.count('alt="Học sinh chạy"') == 1, "the picture that leads is not shown again in the gallery"
    assert "Đoạn &lt;script&gt;1" in shown
    assert "Hội &lt;b&gt;khoẻ" in shown


def test_one_photo_leads_and_leaves_no_empty_gallery(alpha: Any, visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    sent = client.post(ADDRESS, values(title="Một ảnh"))
    with context.enter(alpha):
        page = NewsPage.objects.get(title="Một ảnh")
    client.post(sent["Location"], {f"mo-ta-{page.image_id}": "Cổng trường", "dang": "1"})
    shown = visit("alpha").get(f"/tin-tuc/{page.slug}/").content.decode()
    assert shown.count('alt="Cổng trường"') == 1
    assert "b-gallery" not in shown


@pytest.mark.parametrize(
    ("photos", "says"),
    [
        ([], "chọn ít nhất một ảnh"),
        ([photo(), photo("b.png", hostile.png_bomb())], "b.png"),
        ([photo("a.jpg", b"<script>alert(1)</script>")], "a.jpg"),
        ([photo(f"{at}.jpg", hostile.picture()) for at in range(21)], "nhiều nhất 20 ảnh"),
    ],
    ids=["none", "bomb", "script", "too many"],
)
def test_refused_with_the_name_and_nothing_kept(photos: list[Any], says: str, alpha: Any, visit: Any) -> None:
    with context.enter(alpha):
        before = NewsPage.objects.count(), PortalImage.objects.count()
    answer = visit("alpha", "web.alpha@example.vn").post(ADDRESS, values(photos=photos))
    assert answer.status_code == 200
    assert says in answer.content.decode()
    with context.enter(alpha):
        assert before == (NewsPage.objects.count(), PortalImage.objects.count())


def test_who_may(alpha: Any, visit: Any) -> None:
    assert visit("alpha").get(ADDRESS).status_code == 302
    assert visit("alpha", "84912000001").get(ADDRESS).status_code == 302, "a parent is no editor"
    assert visit("beta", "web.alpha@example.vn").get(ADDRESS).status_code == 302
    with context.enter(alpha):
        NewsIndexPage.objects.get().delete()
    client = visit("alpha", "web.alpha@example.vn")
    assert client.get(ADDRESS).status_code == 302, "there is no list to put it in"
    assert ADDRESS not in client.get("/admin/").content.decode()
