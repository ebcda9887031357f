"""What is of S3 alone, against a real server: prefixes, who reads what, forms signed for S3, export and drop."""

from __future__ import annotations

import datetime
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import urllib3
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.utils import timezone

from cms_blocks.media import direct
from cms_blocks.models import PortalDocument
from tenants import context, storage
from tests.media.conftest import on_s3
from tests.servers.s3 import PRIVATE, PUBLIC
from tests.uploads import hostile

pytestmark = [pytest.mark.django_db, pytest.mark.server]
HTTP = urllib3.PoolManager()
LARGE = "/admin/tep-da-xoa/tep-lon/"


@pytest.fixture(params=["s3"], autouse=True)
def where(s3_server: Any, settings: Any, monkeypatch: Any, db: None) -> Any:
    """As with a CDN: renditions have an address of their own."""
    on_s3(s3_server, settings, monkeypatch, cdn=True)
    for key in s3_server.keys(PRIVATE):
        if "/incoming/" in key:
            s3_server.client.delete_object(Bucket=PRIVATE, Key=key)
    return s3_server


def test_each_portal_under_its_own_prefix(alpha: Any, beta: Any, where: Any, add_picture: Any) -> None:
    before = where.keys(PRIVATE) | where.keys(PUBLIC)
    mine, theirs = add_picture(alpha), add_picture(beta)
    with context.enter(alpha):
        mine.get_rendition("width-20")
    new = (where.keys(PRIVATE) | where.keys(PUBLIC)) - before
    assert {key.split("/")[1] for key in new} == {alpha.uid, beta.uid}
    assert {key for key in new if key in where.keys(PUBLIC)} == {key for key in new if f"{alpha.uid}/images/" in key}
    with context.enter(alpha):
        assert default_storage.exists(mine.file.name)
        for name in (f"../{beta.uid}/{theirs.file.name}", f"/t/{beta.uid}/{theirs.file.name}"):
            with pytest.raises((SuspiciousOperation, FileNotFoundError)):
                default_storage.open(name).read()


def test_originals_are_private_and_renditions_public_for_ever(alpha: Any, where: Any, add_picture: Any) -> None:
    image = add_picture(alpha)
    with context.enter(alpha):
        shown = image.get_rendition("width-20|format-webp").url
    assert shown.startswith(f"{where.url}/{PUBLIC}/t/{alpha.uid}/images/")
    answer = HTTP.request("GET", shown)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == storage.FOREVER
    for bucket in (PRIVATE, PUBLIC):
        assert HTTP.request("GET", f"{where.url}/{bucket}/t/{alpha.uid}/{image.file.name}").status in {403, 404}
        assert HTTP.request("GET", f"{where.url}/{bucket}/?list-type=2").status == 403


def test_a_cdn_is_allowed_by_name(visit: Any, where: Any, settings: Any) -> None:
    from portal_host.settings import base

    policy = base._policy_with(settings.MEDIA_ORIGIN, settings.ENVIRONMENT)["DIRECTIVES"]
    assert where.url in policy["img-src"]
    assert where.url not in policy["script-src"]
    admin = visit("alpha", "web.alpha@example.vn").get("/admin/")["Content-Security-Policy"]
    assert re.search(rf"form-action [^;]*{re.escape(where.url)}", admin)
    assert where.url not in re.search(r"form-action [^;]*", visit("alpha").get("/")["Content-Security-Policy"])[0]


def opened(client: Any) -> tuple[str, dict[str, str]]:
    page = client.get(LARGE)
    assert page.status_code == 200
    html = page.content.decode()
    address = re.search(r'<form method="post" action="([^"]+)" enctype', html)[1]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html.partition(address)[2])
    return unescape(address), {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def send(address: str, fields: dict[str, str], data: bytes) -> Any:
    values: Any = [*fields.items(), ("file", ("phim.pdf", data, "application/pdf"))]
    return HTTP.request_encode_body("POST", address, fields=values, encode_multipart=True, redirect=False)


def path_after(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_a_large_file_goes_straight_to_s3(alpha: Any, visit: Any, where: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    address, fields = opened(client)
    assert fields["key"].startswith(f"t/{alpha.uid}/incoming/")
    sent = send(address, fields, hostile.pdf())
    assert sent.status == 303, sent.data
    then = path_after(sent.headers["Location"])
    assert then.startswith(LARGE)
    assert "đã tới nơi" in client.get(then).content.decode()
    with context.enter(alpha):
        collection = PortalDocument.objects.first().collection_id
    done = client.post(then, {"title": "Báo cáo lớn", "collection": collection})
    assert done.status_code == 302, done.content.decode()[-2000:]
    with context.enter(alpha):
        document = PortalDocument.objects.get(title="Báo cáo lớn")
        assert document.file.read() == hostile.pdf()
        assert document.uploaded_by_user.username == "web.alpha@example.vn"
    assert not where.keys(PRIVATE, f"t/{alpha.uid}/incoming/")
    assert client.post(then, {"title": "Lần nữa", "collection": collection})["Location"] == LARGE, "once"


def test_s3_refuses_what_was_not_signed(alpha: Any, beta: Any, visit: Any, where: Any, settings: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    address, fields = opened(client)
    for change in (
        {"key": f"t/{beta.uid}/incoming/x"},
        {"key": f"t/{alpha.uid}/images/x.webp"},
        {"success_action_redirect": "https://evil.example/"},
        {"x-amz-signature": "0" * 64},
    ):
        assert send(address, fields | change, hostile.pdf()).status == 403, change
    with context.enter(alpha):
        address, fields = storage.direct_form("incoming/x", most=10, then="http://alpha.localhost/")
    assert send(address, fields, hostile.pdf()).status == 400, "more than was allowed"
    assert not where.keys(PRIVATE, f"t/{alpha.uid}/incoming/")
    assert not where.keys(PRIVATE, f"t/{beta.uid}/incoming/")


@pytest.mark.parametrize("who", ["web.beta@example.vn", "vanhanh@example.vn"])
def test_the_ticket_is_one_persons_in_one_portal(who: str, alpha: Any, visit: Any) -> None:
    address, fields = opened(visit("alpha", "web.alpha@example.vn"))
    then = path_after(send(address, fields, hostile.pdf()).headers["Location"])
    other = visit("beta", "web.beta@example.vn")
    assert other.get(then)["Location"] == LARGE
    assert visit("alpha").get(then).status_code == 302
    assert visit("alpha", who).get(then).get("Location", "") != "", "sent away"


@pytest.mark.parametrize(
    "data", [hostile.office("docx", {"word/vbaProject.bin": b"x"}), hostile.png_bomb(), b"MZ\x90\0" + b"\0" * 200]
)
def test_what_arrives_is_judged_and_gone(data: bytes, alpha: Any, visit: Any, where: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    address, fields = opened(client)
    then = path_after(send(address, fields, data).headers["Location"])
    with context.enter(alpha):
        before, collection = PortalDocument.objects.count(), PortalDocument.objects.first().collection_id
    assert client.post(then, {"title": "x", "collection": collection})["Location"] == LARGE
    with context.enter(alpha):
        assert PortalDocument.objects.count() == before
    assert not where.keys(PRIVATE, f"t/{alpha.uid}/incoming/")


def test_what_nobody_comes_back_for_goes(alpha: Any, visit: Any, where: Any, monkeypatch: Any) -> None:
    address, fields = opened(visit("alpha", "web.alpha@example.vn"))
    send(address, fields, hostile.pdf())
    with context.enter(alpha):
        assert direct.sweep() == 0, "not before a day is over"
        later = timezone.now() + datetime.timedelta(days=1, minutes=5)
        monkeypatch.setattr(direct.timezone, "now", lambda: later)
        assert direct.sweep() == 1
    assert not where.keys(PRIVATE, f"t/{alpha.uid}/incoming/")


def test_export_and_removal_of_a_portals_files(
    alpha: Any, beta: Any, where: Any, add_picture: Any, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "none")  # files on disk go as well: not those of other tests
    image = add_picture(alpha)
    with context.enter(alpha):
        rendition = image.get_rendition("width-20").file.name
    storage.export_files(alpha.uid, tmp_path / "media")
    assert (tmp_path / "media" / image.file.name).read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "media" / rendition).is_file()
    theirs = where.keys(PRIVATE, f"t/{beta.uid}/")
    kept = {bucket: where.keys(bucket, f"t/{alpha.uid}/") for bucket in (PRIVATE, PUBLIC)}
    assert all(kept.values())
    storage.remove_files(alpha.uid)
    assert not where.keys(PRIVATE, f"t/{alpha.uid}/") | where.keys(PUBLIC, f"t/{alpha.uid}/")
    assert where.keys(PRIVATE, f"t/{beta.uid}/") == theirs
    # The world's files again, for the tests that follow.
    for bucket, keys in kept.items():
        for key in keys:
            where.client.upload_file(str(tmp_path / "media" / key.removeprefix(f"t/{alpha.uid}/")), bucket, key)
