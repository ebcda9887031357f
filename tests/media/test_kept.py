"""Deleted and replaced files come back within 90 days, under their old id; afterwards they are gone for good."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cms_blocks.media import kept
from cms_blocks.media.models import KeptFile
from cms_blocks.models import PortalDocument, PortalImage
from tenants import context
from tests.uploads import hostile

pytestmark = pytest.mark.django_db


def test_a_deleted_picture_comes_back_in_three_clicks(
    alpha: Any, visit: Any, jobs: Any, add_picture: Any, django_capture_on_commit_callbacks: Any
) -> None:
    image = add_picture(alpha)
    with context.enter(alpha):
        image.tags.add("lễ hội")
        name, pk, digest = image.file.name, image.pk, image.file_hash
    client = visit("alpha", "web.alpha@example.vn")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/admin/images/{pk}/delete/").status_code == 302
    jobs()
    with context.enter(alpha):
        assert not PortalImage.objects.filter(pk=pk).exists()
        assert default_storage.exists(name), "the file lies where it lay"
        row = KeptFile.objects.get()
        assert row.kept_by.username == "web.alpha@example.vn"
    # One click opens the list, one restores.
    page = client.get("/admin/tep-da-xoa/").content.decode()
    assert f"/admin/tep-da-xoa/{row.pk}/khoi-phuc/" in page
    assert client.get(f"/admin/tep-da-xoa/{row.pk}/anh/")["Content-Type"] == "image/webp"
    assert client.post(f"/admin/tep-da-xoa/{row.pk}/khoi-phuc/").status_code == 302
    with context.enter(alpha):
        back = PortalImage.objects.get(pk=pk)
        assert (back.file.name, back.file_hash, back.description) == (name, digest, "Ảnh thử")
        assert list(back.tags.names()) == ["lễ hội"]
        assert back.get_rendition("width-20").width == 20
        assert not KeptFile.objects.exists()


def test_a_replaced_document_changes_places_with_its_earlier_version(alpha: Any, visit: Any, add_document: Any) -> None:
    document = add_document(alpha, hostile.pdf(b"one"), "ke-hoach.pdf")
    client = visit("alpha", "web.alpha@example.vn")
    changed = client.post(
        f"/admin/documents/edit/{document.pk}/",
        {"title": "Kế hoạch", "collection": "1", "tags": "", "file": SimpleUploadedFile("b.pdf", hostile.pdf(b"two"))},
    )
    assert changed.status_code == 302, changed.content.decode()[:2000]
    with context.enter(alpha):
        document.refresh_from_db()
        assert default_storage.open(document.file.name).read() == hostile.pdf(b"two")
        row = KeptFile.objects.get(why="replaced")
        assert default_storage.open(row.file).read() == hostile.pdf(b"one")
        back = kept.restore(row)
        assert default_storage.open(back.file.name).read() == hostile.pdf(b"one")
        assert back.file_size == len(hostile.pdf(b"one"))
        other = KeptFile.objects.get()
        assert default_storage.open(other.file).read() == hostile.pdf(b"two"), "nothing is lost by restoring"


def test_a_replaced_picture(alpha: Any, visit: Any, add_picture: Any) -> None:
    image = add_picture(alpha)
    with context.enter(alpha):
        image.get_rendition("width-20")
    client = visit("alpha", "web.alpha@example.vn")
    answer = client.post(
        f"/admin/images/{image.pk}/",
        {"title": "x", "description": "x", "collection": "1", "tags": "", "focal_point_x": "", "focal_point_y": "",
         "focal_point_width": "", "focal_point_height": "",
         "file": SimpleUploadedFile("b.png", hostile.picture(size=(90, 90)))},
    )  # fmt: skip
    assert answer.status_code == 302
    with context.enter(alpha):
        image = PortalImage.objects.get(pk=image.pk)
        assert (image.width, image.height) == (90, 90)
        assert not image.renditions.exists()
        kept.restore(KeptFile.objects.get())
        image = PortalImage.objects.get(pk=image.pk)
        assert (image.width, image.height) == (60, 40)


def test_after_90_days(
    alpha: Any, beta: Any, jobs: Any, add_document: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from cms_blocks.media.tasks import purge_kept
    from tenants import tasks

    names = {}
    for portal in (alpha, beta):
        document = add_document(portal, hostile.pdf(), "a.pdf")
        with context.enter(portal):
            names[portal.slug] = document.file.name
            document.delete()
            KeptFile.objects.update(kept_at=timezone.now() - datetime.timedelta(days=91))
    with context.enter(alpha):
        tasks.defer(purge_kept)
    with django_capture_on_commit_callbacks(execute=True):
        jobs()
    with context.enter(alpha):
        assert not KeptFile.objects.exists()
        assert not default_storage.exists(names["alpha"])
    with context.enter(beta):
        assert KeptFile.objects.exists(), "the task was alpha's"
        assert default_storage.exists(names["beta"])


def test_the_oldest_goes_first_when_too_much_is_kept(alpha: Any, add_document: Any) -> None:
    from tenants.models import Portal

    for number in range(3):
        document = add_document(alpha, hostile.pdf(b"x" * 3000), f"{number}.pdf")
        with context.enter(alpha):
            document.delete()
    with context.enter(alpha):
        Portal.objects.filter(pk=alpha.pk).update(media_quota=7000)
        assert kept.purge() == 1
        assert sorted(KeptFile.objects.values_list("title", flat=True)) == ["1.pdf", "2.pdf"]


def test_another_portals_kept_file(alpha: Any, visit: Any, add_document: Any) -> None:
    document = add_document(alpha, hostile.pdf(), "BiMatAlpha.pdf")
    with context.enter(alpha):
        document.delete()
        pk = KeptFile.objects.get().pk
    client = visit("beta", "web.beta@example.vn")
    assert "BiMatAlpha" not in client.get("/admin/tep-da-xoa/").content.decode()
    for what in ("khoi-phuc", "xoa"):
        assert client.post(f"/admin/tep-da-xoa/{pk}/{what}/").status_code == 404
    assert visit("alpha").get("/admin/tep-da-xoa/").status_code == 302
    assert visit("alpha", "84912000001").get("/admin/tep-da-xoa/").status_code in {302, 403}
    with context.enter(alpha):
        assert KeptFile.objects.filter(pk=pk).exists()
        assert not PortalDocument.objects.filter(pk=document.pk).exists()
