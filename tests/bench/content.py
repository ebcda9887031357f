"""The content both sides show: same words, same blocks, same number of links, so that only the platform differs.

Plain data; `{news:3}` in rich text stands for a link to the news item of that place and is written by each side in
Wagtail's own form (`<a linktype="page" id="…">`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

MENU = ("Giới thiệu", "Tin tức", "Tuyển sinh", "Văn bản", "Dành cho phụ huynh", "Liên hệ")
NEWS_SECTION = "Tin tức"
NEWS_COUNT = 24
LATEST = 20
RICH_TEXTS = 10
MEASURED = "ke-hoach-nam-hoc"  # slug of the news page that is measured

TAGLINE = "Dạy tốt, học tốt, vì từng học sinh"
ADDRESS = "Số 12 đường Lê Lợi, phường Tân Ninh, tỉnh Tây Ninh"
PHONE = "0276 3822 000"
EMAIL = "vanthu@truong.example"

_SUBJECTS = ("Hội khỏe Phù Đổng", "Ngày hội đọc sách", "Tập huấn giáo viên", "Họp cha mẹ học sinh", "Hội thi khoa học")
_EVENTS = (
    "khai mạc tại sân trường",
    "thu hút toàn trường tham gia",
    "kết thúc với nhiều giải thưởng",
    "mở rộng quy mô",
)
_SENTENCES = (
    "Nhà trường phân công từng tổ chuyên môn chuẩn bị nội dung, địa điểm và thiết bị trước ngày thứ Sáu hằng tuần.",
    "Giáo viên chủ nhiệm thông báo cho cha mẹ học sinh qua sổ liên lạc và ghi lại các ý kiến góp ý để trả lời.",
    "Học sinh khối 6 làm quen với phòng thí nghiệm, thư viện và các câu lạc bộ trong hai tuần đầu của học kỳ.",
    "Thư viện mở cửa thêm vào chiều thứ Ba và thứ Năm, mỗi lớp có một góc đọc do chính học sinh trang trí.",
    "Đoàn trường phối hợp với công an phường hướng dẫn an toàn giao thông, phòng chống đuối nước và cháy nổ.",
    "Kết quả được niêm yết công khai tại bảng tin và trên cổng thông tin để phụ huynh theo dõi, phản hồi.",
    "Các em có hoàn cảnh khó khăn được xét học bổng, sách giáo khoa và miễn giảm học phí theo quy định.",
    "Tổ Ngữ văn tổ chức sinh hoạt chuyên đề, dự giờ chéo và rút kinh nghiệm sau mỗi bài kiểm tra giữa kỳ.",
)


@dataclass(frozen=True, slots=True)
class NewsItem:
    slug: str
    title: str
    day: str  # ISO date
    intro: str
    body: tuple[dict[str, Any], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class SiteContent:
    menu: tuple[str, ...]
    news_section: str
    tagline: str
    address: str
    phone: str
    email: str
    news: tuple[NewsItem, ...]


def site_content() -> SiteContent:
    """The starter menu and `NEWS_COUNT` news items; the one with slug `MEASURED` has the full body."""
    first = date(2026, 9, 5)
    news = [
        NewsItem(
            slug=MEASURED if place == 0 else f"tin-{place}",
            title=f"{_SUBJECTS[place % len(_SUBJECTS)]} {_EVENTS[place % len(_EVENTS)]} (số {place + 1})",
            day=(first + timedelta(days=2 * place)).isoformat(),
            intro=_SENTENCES[place % len(_SENTENCES)],
            body=_measured_body() if place == 0 else ({"type": "rich_text", "value": _paragraphs(place, links=1)},),
        )
        for place in range(NEWS_COUNT)
    ]
    return SiteContent(MENU, NEWS_SECTION, TAGLINE, ADDRESS, PHONE, EMAIL, tuple(news))


def as_data(content: SiteContent) -> dict[str, Any]:
    """The content as JSON-ready data, for the peer's own process."""
    return asdict(content)


def resolve_links(value: str, page_ids: list[int]) -> str:
    """Replace `{news:N}` by the opening tag of a link to page `page_ids[N]`."""
    for place, page_id in enumerate(page_ids):
        value = value.replace(f"{{news:{place}}}", f'<a linktype="page" id="{page_id}">')
    return value


def _measured_body() -> tuple[dict[str, Any], ...]:
    blocks: list[dict[str, Any]] = [
        {"type": "rich_text", "value": _paragraphs(place, links=2 if place % 3 == 0 else 0)}
        for place in range(RICH_TEXTS)
    ]
    blocks.insert(4, {"type": "table", "value": _table()})
    blocks.append({"type": "latest_news", "value": {"heading": "Tin mới", "count": LATEST}})
    return tuple(blocks)


def _paragraphs(seed: int, *, links: int) -> str:
    """Three paragraphs and a list; with page links where asked."""
    texts = [" ".join(_SENTENCES[(seed + row + part) % len(_SENTENCES)] for part in range(3)) for row in range(3)]
    for link in range(links):
        texts[link] += f" Xem thêm {{news:{(seed * 2 + link) % NEWS_COUNT}}}bài liên quan</a>."
    items = "".join(f"<li>{_SENTENCES[(seed + 5 + row) % len(_SENTENCES)]}</li>" for row in range(3))
    return "".join(f"<p>{text}</p>" for text in texts) + f"<ul>{items}</ul>"


def _table() -> dict[str, Any]:
    header = ["Khối", "Số lớp", "Số học sinh", "Bắt đầu", "Phòng"]
    rows = [
        [f"Khối {6 + row}", str(5 + row), str(210 + 13 * row), f"0{7 + row % 2}:15", f"B{101 + row}"]
        for row in range(8)
    ]
    return {"caption": "Kế hoạch đầu năm học", "header": header, "rows": rows}
