"""The calendar as visitors, their own calendars and search meet it."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

import search
from cms_blocks.events.models import CalendarPage, Event
from cms_blocks.models import ArticlePage
from tenants import context

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _here(alpha: Any) -> Any:
    with context.enter(alpha):
        yield


def event(title: str, **values: Any) -> Event:
    values = {"first_day": TODAY + 3 * DAY, "start_time": datetime.time(7, 30), "end_time": datetime.time(9)} | values
    return Event.objects.create(title=title, **values)


def body(visit: Any, address: str, status: int = 200) -> str:
    response = visit("alpha").get(address)
    assert response.status_code == status, address
    return response.content.decode()


def test_what_is_over_is_hidden_and_what_is_cancelled_says_so(visit: Any) -> None:
    event("Đã qua", first_day=TODAY - DAY)
    event("Hội chợ", cancelled=True)
    event("Riêng", is_public=False)
    page = body(visit, "/lich/")
    assert "Đã qua" not in page
    assert "Riêng" not in page
    assert re.search(r"Hội chợ</a>\s*<strong[^>]*>Đã hủy", page)
    assert "Đã qua" in body(visit, f"/lich/?thang={TODAY - DAY:%Y-%m}"), "a month shows all of it"
    assert "Đã kết thúc" in body(visit, "/lich/da-qua/")
    body(visit, "/lich/rieng/", 404)
    for nonsense in ("2026-13", "x", "1800-01"):
        body(visit, f"/lich/?thang={nonsense}", 404)


def test_a_page_is_not_kept_past_the_end_of_what_it_shows(visit: Any) -> None:
    now = timezone.localtime()
    event("Sắp xong", first_day=TODAY, start_time=datetime.time(0), end_time=None, last_day=TODAY)
    event("Đang họp", first_day=(now - datetime.timedelta(minutes=5)).date(), start_time=(now - datetime.timedelta(minutes=5)).time(),
          last_day=(now + datetime.timedelta(minutes=2)).date(), end_time=(now + datetime.timedelta(minutes=2)).time())  # fmt: skip
    control = visit("alpha").get("/lich/")["Cache-Control"]
    kept = sum(int(number) for number in re.findall(r"(?:s-maxage|stale-while-revalidate)=(\d+)", control))
    assert 0 < kept <= 121


def test_repeating_ones_are_listed_each_time(visit: Any) -> None:
    event("Chào cờ", repeat="WEEKLY", first_day=TODAY, until=TODAY + 21 * DAY, start_time=None, end_time=None,
          skipped=f"{TODAY + 7 * DAY:%d/%m/%Y}")  # fmt: skip
    page = body(visit, "/lich/")
    assert page.count('href="/lich/chao-co/"') == 3
    assert "Lần tiếp theo" in body(visit, "/lich/chao-co/")


def test_subscribers_get_what_the_standard_says(visit: Any, alpha: Any) -> None:
    one = event("Họp; phụ huynh, khối 12", place="Hội trường", repeat="WEEKLY", until=TODAY + 30 * DAY, skipped=f"{TODAY + 10 * DAY:%d/%m/%Y}",
                summary="Mang sổ", text="<p>Đoạn một</p><p>Đoạn hai</p>")  # fmt: skip
    event("Nghỉ lễ", start_time=None, end_time=None, last_day=TODAY + 4 * DAY, cancelled=True)
    response = visit("alpha").get("/lich/ical/")
    assert response["Content-Type"].startswith("text/calendar")
    assert all(len(line.encode()) <= 75 for line in response.content.decode().split("\r\n"))
    calendar = Calendar.from_ical(response.content)
    zone = next(iter(calendar.walk("STANDARD")))
    assert zone["tzoffsetto"].td == datetime.timedelta(hours=7)
    found = {str(component["summary"]): component for component in calendar.walk("VEVENT")}
    meeting = found["Họp; phụ huynh, khối 12"]
    assert meeting["dtstart"].params["TZID"] == "Asia/Ho_Chi_Minh"
    assert meeting.decoded("dtstart").utcoffset() == datetime.timedelta(hours=7)
    assert (
        meeting["rrule"]["UNTIL"][0].tzinfo is datetime.UTC
        or meeting["rrule"]["UNTIL"][0].utcoffset() == datetime.timedelta()
    )
    assert meeting["exdate"].dts[0].dt.date() == TODAY + 10 * DAY
    assert (str(meeting["status"]), str(meeting["location"])) == ("CONFIRMED", "Hội trường")
    assert "Đoạn một" in str(meeting["description"])
    holiday = found["Nghỉ lễ"]
    assert (holiday.decoded("dtstart"), holiday.decoded("dtend")) == (TODAY + 3 * DAY, TODAY + 5 * DAY)
    assert str(holiday["status"]) == "CANCELLED"
    uid, sequence = str(meeting["uid"]), int(meeting["sequence"])
    one.title = "Họp phụ huynh"
    one.save()
    again = Calendar.from_ical(visit("alpha").get(f"/lich/{one.slug}/ical/").content).walk("VEVENT")[0]
    assert (str(again["uid"]), int(again["sequence"])) == (uid, sequence + 1), "the same event, a newer version"
    assert alpha.uid in uid
    assert body(visit, "/lich/khong-co/ical/", 404)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"last_day": TODAY}, "last_day"),
        ({"end_time": datetime.time(7)}, "end_time"),
        ({"start_time": None}, "start_time"),
        ({"skipped": "hôm nào đó"}, "skipped"),
        ({"interval": 0}, "interval"),
        ({"repeat": "DAILY", "until": TODAY}, "until"),
        ({"last_day": TODAY + 900 * DAY}, "last_day"),
    ],
)
def test_times_that_cannot_be(values: dict[str, Any], field: str) -> None:
    wrong = Event(
        **(
            {"title": "x", "first_day": TODAY + DAY, "start_time": datetime.time(7, 30), "end_time": datetime.time(9)}
            | values
        )
    )
    with pytest.raises(ValidationError) as refused:
        wrong.full_clean(exclude=["slug"])
    assert set(refused.value.message_dict) == {field}


def test_search_and_sitemap(visit: Any, alpha: Any, jobs: Any) -> None:
    event("Hội khỏe Phù Đổng", place="Sân vận động")
    jobs()
    assert [hit.path for hit in search.find("phu dong", alpha).hits] == ["/lich/hoi-khoe-phu-dong/"]
    assert "/lich/hoi-khoe-phu-dong/</loc><lastmod>" in body(visit, "/sitemap.xml")


def test_the_same_queries_for_three_and_thirty(visit: Any) -> None:
    page = ArticlePage.objects.get(slug="bai")
    page.body = [{"type": "events", "value": {"heading": "Sự kiện", "count": 12}}]
    page.save_revision().publish()
    counts = []
    for many in (3, 27):
        for number in range(many):
            event(f"Việc {many} {number}", repeat="WEEKLY" if number % 2 else "")
        for address in ("/lich/", f"/lich/?thang={TODAY:%Y-%m}", "/lich/viec-3-1/", "/lich/ical/", "/muc/bai/"):
            visit("alpha").get(address)
            with CaptureQueriesContext(connection) as queries:
                assert visit("alpha").get(address).status_code == 200
            counts.append(len([query for query in queries if "set_config" not in query["sql"]]))
    assert counts[:5] == counts[5:], counts
    assert max(counts) <= 20, counts


def test_hostile_words(visit: Any) -> None:
    event("<script>alert(1)</script>", summary="</script><script>x", place="<img src=x>")
    for address in (
        "/lich/",
        "/lich/script-alert-1-script/"
        if Event.objects.filter(slug="script-alert-1-script").exists()
        else f"/lich/{Event.objects.latest('pk').slug}/",
    ):
        page = body(visit, address)
        assert "<script>alert" not in page
        assert "<script>x" not in page
        assert "<img src=x>" not in page


def test_without_a_calendar(visit: Any) -> None:
    page = ArticlePage.objects.get(slug="bai")
    page.body = [{"type": "events", "value": {"heading": "Sự kiện", "count": 3}}]
    page.save_revision().publish()
    CalendarPage.objects.get().delete()
    assert "Sự kiện" in body(visit, "/muc/bai/")


def test_admin(visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    for address in ("/admin/snippets/events/event/", "/admin/snippets/events/event/add/"):
        assert client.get(address).status_code == 200
