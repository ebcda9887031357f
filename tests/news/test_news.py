"""News: categories, what leads, expiry, related; feeds, sitemap, share cards, structured data, redirects."""

from __future__ import annotations

import datetime
import io
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.text import slugify
from PIL import Image
from wagtail.images import get_image_model
from wagtail.models import Page

from cms_blocks import feeds, share_cards
from cms_blocks import news as news_cards
from cms_blocks.models import ArticlePage, NewsCategory, NewsIndexPage, NewsPage
from search.text import fold
from tenants import context
from tests.themes.samples import portal as sample_portal

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _here(alpha: Any) -> Any:
    with context.enter(alpha):
        yield


def news(title: str, **values: Any) -> NewsPage:
    image = get_image_model().objects.first()
    page = NewsPage(title=title, **({"date": TODAY, "slug": slugify(fold(title)), "image": image} | values))
    NewsIndexPage.objects.get().add_child(instance=page)
    page.save_revision().publish()
    return NewsPage.objects.get(pk=page.pk)


def body(visit: Any, address: str, status: int = 200) -> str:
    response = visit("alpha").get(address)
    assert response.status_code == status, address
    return response.content.decode()


def cards(text: str) -> list[str]:
    return re.findall(r'<h3><a href="/tin-tuc/[^"]+/">([^<]+)</a>', text)


def test_categories(visit: Any) -> None:
    first = NewsCategory.objects.create(name="Thông báo")
    assert first.slug == "thong-bao"
    with pytest.raises(ValidationError):
        NewsCategory(name="Thông  Báo").full_clean(exclude=["slug"])
    news("Nghỉ lễ", category=first)
    news("Hội thao")
    page = body(visit, "/tin-tuc/")
    assert 'href="?chuyen-muc=thong-bao"' in page
    assert "?chuyen-muc=chuyen-muc" not in page, "a category without news is not offered"
    assert cards(body(visit, "/tin-tuc/?chuyen-muc=thong-bao")) == ["Nghỉ lễ"]
    body(visit, "/tin-tuc/?chuyen-muc=khong-co", 404)
    assert "Thông báo" in body(visit, "/tin-tuc/nghi-le/")


def test_what_leads_the_home_page(visit: Any) -> None:
    for number in range(3):
        news(f"Tin {number}")
    old = news("Thông báo quan trọng", date=TODAY - 20 * DAY, featured_until=TODAY)
    news("Hết ghim", date=TODAY - 30 * DAY, featured_until=TODAY - DAY)
    response = visit("alpha").get("/")
    assert cards(response.content.decode())[0] == old.title
    kept = sum(int(n) for n in re.findall(r"(?:s-maxage|stale-while-revalidate)=(\d+)", response["Cache-Control"]))
    midnight = timezone.make_aware(datetime.datetime.combine(TODAY + DAY, datetime.time()))
    assert kept <= (midnight - timezone.now()).total_seconds() + 2


def test_expiry_goes_at_the_minute_and_drops_the_caches(visit: Any, alpha: Any, jobs: Any, monkeypatch: Any) -> None:
    from portal_host import purging
    from portal_host.tasks import every_minute

    page = news("Tạm thời", expire_at=timezone.now() - datetime.timedelta(seconds=1))
    dropped: list[str] = []
    monkeypatch.setattr(purging, "purge", lambda *tags: dropped.extend(tags))
    assert "Tạm thời" in body(visit, "/tin-tuc/")
    every_minute(timestamp=0)
    jobs()
    assert not Page.objects.get(pk=page.pk).live
    assert "Tạm thời" not in body(visit, "/tin-tuc/")
    assert any(alpha.uid in tag for tag in dropped)


def test_related(visit: Any) -> None:
    category = NewsCategory.objects.create(name="Đoàn – Đội")
    here, there = news("A", category=category), news("B", category=category)
    news("C")
    text = body(visit, "/tin-tuc/a/")
    assert cards(text) == [there.title]
    assert here.title == "A"


def test_the_same_queries_for_three_and_thirty(visit: Any) -> None:
    category = NewsCategory.objects.create(name="Nhiều")
    counts = []
    for many in (3, 27):
        for number in range(many):
            news(f"Tin {many} {number}", category=category)
            if many == 3:
                NewsCategory.objects.create(name=f"Chuyên mục {number}")
        for address in (
            "/tin-tuc/",
            "/tin-tuc/?chuyen-muc=nhieu",
            "/tin-tuc/tin-3-1/",
            "/tin.rss",
            "/tin.atom",
            "/sitemap.xml",
        ):
            visit("alpha").get(address)
            with CaptureQueriesContext(connection) as queries:
                assert visit("alpha").get(address).status_code == 200
            counts.append(len([query for query in queries if "set_config" not in query["sql"]]))
    assert counts[:6] == counts[6:], counts
    assert max(counts) <= 22, counts


def test_cards_offer_two_formats_in_one_query_of_pictures() -> None:
    counts = []
    for many in (1, 6):
        pages = [news(f"Ảnh {many} {at}", image=_photo(f"{many}-{at}")) for at in range(many)]
        made = news_cards.cards(pages)
        for card in made:
            assert [one.url.rpartition(".")[2] for one in (card.image, card.narrow, card.avif, card.avif_narrow)] == [
                "webp", "webp", "avif", "avif",
            ]  # fmt: skip
            assert (card.avif.width, card.avif_narrow.width) == (card.image.width, card.narrow.width) == (640, 320)
        with CaptureQueriesContext(connection) as queries:
            news_cards.cards([NewsPage.objects.get(pk=page.pk) for page in pages])
        counts.append(len([query for query in queries if "portalimage" in query["sql"] or "rendition" in query["sql"]]))
    assert counts == [2, 2], "the pictures, and all their sizes"
    html = render_to_string("themes/news_card.html", {"card": made[0]})
    assert html.index('<source type="image/avif"') < html.index("<img")
    assert made[0].avif.url in html
    assert made[0].image.url in html


def _photo(name: str) -> Any:
    out = io.BytesIO()
    Image.effect_noise((700, 500), 60).convert("RGB").save(out, "JPEG")
    return get_image_model().objects.create(title=name, file=ContentFile(out.getvalue(), name=f"{name}.jpg"))


def test_feeds(visit: Any) -> None:
    category = NewsCategory.objects.create(name="Thông báo")
    news("Một & <hai>", intro="Tóm tắt", category=category)
    news("Khác")
    rss = ElementTree.fromstring(body(visit, "/tin.rss?chuyen-muc=thong-bao"))
    assert [item.findtext("title") for item in rss.iter("item")] == ["Một & <hai>"]
    assert rss.findtext("channel/item/link") == "http://alpha.localhost/tin-tuc/mot-hai/"
    assert rss.findtext("channel/item/category") == "Thông báo"
    atom = ElementTree.fromstring(body(visit, "/tin.atom"))
    space = "{http://www.w3.org/2005/Atom}"
    assert [entry.findtext(f"{space}title") for entry in atom.iter(f"{space}entry")][:2] == ["Khác", "Một & <hai>"]
    body(visit, "/tin.rss?chuyen-muc=khong-co", 404)
    assert 'href="/tin.rss?chuyen-muc=thong-bao"' in body(visit, "/tin-tuc/?chuyen-muc=thong-bao")


def test_sitemap_in_parts(visit: Any, monkeypatch: Any) -> None:
    page = news("Có ngày")
    text = body(visit, "/sitemap.xml")
    assert (
        f"<loc>http://alpha.localhost/tin-tuc/co-ngay/</loc><lastmod>{timezone.localtime(page.last_published_at):%Y-%m-%dT}"
        in text
    )
    assert "/van-ban/01-qd-thu/" in text
    assert "/muc/rieng/" not in text
    everything = set(re.findall(r"<loc>([^<]+)</loc>", text))
    monkeypatch.setattr(feeds, "CHUNK", 4)
    index = re.findall(r"<loc>([^<]+)</loc>", body(visit, "/sitemap.xml"))
    assert index == [f"http://alpha.localhost/sitemap.xml?page={n}" for n in range(1, len(index) + 1)]
    parts = [
        re.findall(r"<loc>([^<]+)</loc>", body(visit, address.removeprefix("http://alpha.localhost")))
        for address in index
    ]
    assert {address for part in parts for address in part} == everything
    assert all(len(part) <= 4 for part in parts)
    body(visit, "/sitemap.xml?page=99", 404)


def graph(text: str) -> list[dict[str, Any]]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert found is not None
    return json.loads(found[1])["@graph"]


def test_structured_data(visit: Any) -> None:
    news('Tin </script><script>alert("x")</script>', intro="Mô tả", slug="tin-la")
    owner = graph(body(visit, "/"))[0]
    assert (owner["@type"], owner["name"]) == ("MiddleSchool", "Trường THCS Alpha")
    article, trail = graph(body(visit, "/tin-tuc/tin-la/"))
    assert article["@type"] == "NewsArticle"
    assert article["headline"].startswith("Tin </script>"), "escaped, not lost"
    assert [item["position"] for item in trail["itemListElement"]] == [1, 2, 3]
    assert '<script>alert("x")' not in body(visit, "/tin-tuc/tin-la/")
    event = graph(body(visit, "/lich/hop/"))[0]
    assert (event["@type"], event["startDate"]) == ("Event", "2030-01-07T07:30:00+07:00")


def test_head_of_a_page(visit: Any) -> None:
    text = body(visit, "/muc/bai/")
    assert (
        '<link rel="canonical" href="http://alpha.localhost:' in text
        or '<link rel="canonical" href="http://alpha.localhost/muc/bai/">' in text
    )
    image = re.search(r'<meta property="og:image" content="http://alpha\.localhost(?::\d+)?(/_the/[^"]+)">', text)
    assert image is not None
    response = visit("alpha").get(image[1])
    assert response["Cache-Control"].endswith("immutable")
    assert "Set-Cookie" not in response
    with Image.open(io.BytesIO(response.content)) as picture:
        assert (picture.size, picture.format) == (share_cards.SIZE, "PNG")
    assert len(response.content) < 90_000
    page = ArticlePage.objects.get(slug="bai")
    page.title = "Tên khác"
    page.save_revision().publish()
    assert image[1] not in body(visit, "/muc/bai/"), "another title, another address"
    old = visit("alpha").get(image[1])
    assert "immutable" not in old["Cache-Control"]
    page.unpublish()
    assert visit("alpha").get(image[1]).status_code == 404


@pytest.mark.parametrize("character", ["department", "thpt", "thcs", "primary", "preschool", "gdtx"])
@pytest.mark.parametrize(
    "title", ["Đ", "Hội thi “Ẩm thực dân gian” – Ễnh ương, Ỵ́, ữỡẵ", "Rất dài " * 40, "Liềnkhôngdấucách" * 12]
)
def test_any_title_fits_its_card(character: str, title: str) -> None:
    site = sample_portal(character)
    size, lines = share_cards._fit(title, share_cards._HEADINGS[character], 1040)
    assert len(lines) <= 4
    assert all(share_cards._width(line, share_cards._HEADINGS[character], size) <= 1200 for line in lines)
    assert share_cards.draw(title, "25/11/2026", site).startswith(b"\x89PNG")


def test_a_moved_page_leaves_a_redirect(visit: Any, jobs: Any, django_capture_on_commit_callbacks: Any) -> None:
    page = ArticlePage.objects.get(slug="bai")
    page.move(Page.objects.get(slug="home"), pos="last-child")
    jobs()
    response = visit("alpha").get("/muc/bai/")
    assert (response.status_code, response["Location"]) == (301, "/bai/")
    page = ArticlePage.objects.get(slug="bai")
    page.slug = "bai-moi"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
    jobs()
    response = visit("alpha").get("/bai/")
    assert (response.status_code, response["Location"]) == (301, "/bai-moi/")
