"""A portal on a phone: manifest, marks, and the page that is there without a network."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from PIL import Image

from portal_host.installable import _initials

pytestmark = pytest.mark.django_db


def test_the_manifest_names_its_own_portal(visit: Any) -> None:
    for slug, name in (("alpha", "Trường THCS Alpha"), ("beta", "Trường THPT Beta")):
        client = visit(slug)
        page = client.get("/").content.decode()
        assert '<link rel="manifest" href="/manifest.webmanifest">' in page
        response = client.get("/manifest.webmanifest")
        assert response["Content-Type"].startswith("application/manifest+json")
        assert not response.cookies
        assert response["Cache-Control"].startswith("public")
        found = json.loads(response.content)
        assert found["name"] == name
        assert 0 < len(found["short_name"]) <= 12
        assert (found["start_url"], found["scope"], found["display"]) == ("/", "/", "standalone")
        assert re.fullmatch(r"#[0-9a-f]{6}", found["theme_color"])
        for icon in found["icons"]:
            answer = client.get(icon["src"])
            assert answer.status_code == 200, icon
            side = int(icon["sizes"].partition("x")[0])
            drawn = Image.open(io.BytesIO(answer.content))
            assert (drawn.format, drawn.size) == ("PNG", (side, side))
            assert len(answer.content) < 12_000
        assert {icon["sizes"] for icon in found["icons"]} == {"192x192", "512x512"}, "what browsers ask for"
        assert "maskable" in {icon["purpose"] for icon in found["icons"]}


def test_a_mark_of_another_look_is_not_there(visit: Any) -> None:
    assert visit("alpha").get("/_dau/192-00000000.png").status_code == 404
    assert visit("alpha").get("/_dau/64-00000000.png").status_code == 404


def test_the_worker_keeps_what_the_page_without_network_needs(visit: Any) -> None:
    client = visit("alpha")
    worker = client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    code = worker.content.decode()
    kept = json.loads(re.search(r"addAll\((\[.*?\])\)", code)[1])
    page = client.get("/ngoai-tuyen/")
    assert kept[0] == "/ngoai-tuyen/"
    html = page.content.decode()
    needed = set(re.findall(r'(?:rel="stylesheet" href|src|srcset)="([^"]+)"', html))
    assert needed <= set(kept), needed - set(kept)
    for address in kept[1:]:
        if not address.startswith("/static/"):
            assert client.get(address).status_code == 200, address
    assert "Trường THCS Alpha" in html
    assert "<script" not in html
    assert visit("beta").get("/sw.js").content != worker.content, "each portal has its own"


def test_the_operators_host_is_no_app(visit: Any) -> None:
    for path in ("/manifest.webmanifest", "/sw.js", "/ngoai-tuyen/"):
        assert visit("quantri").get(path).status_code == 404
    assert "manifest" not in visit("quantri").get("/dang-nhap/").content.decode()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Trường THPT Lý Thường Kiệt", "THPT LTK"),
        ("Trường Mầm non Hoa Sen", "MNHS"),
        ("Sở Giáo dục và Đào tạo Tây Ninh", "SGDVĐTTN"),
        ("Trường THCS 19/5", "THCS"),
        ("1/6", "1/6"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert _initials(name) == short
