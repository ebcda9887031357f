"""Sample values for rendering every template of the theme without a database: one plausible portal of each kind."""

from __future__ import annotations

import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from cms_blocks import grids
from themes import views
from themes.context import Crumb, MenuItem, NewsCard, Pager, PortalView, TaskTile
from themes.tokens import Character, Choice

TASKS_FIRST = ["tasks", "news", "body", "contact"]
NEWS_FIRST = ["news", "tasks", "body", "contact"]
HUES = {
    "department": 155, "office": 205, "thpt": 262, "thcs": 225, "primary": 145, "preschool": 350, "gdtx": 45,
}  # fmt: skip
_NAMES = {
    "department": ("Sở Giáo dục và Đào tạo Tây Ninh", "Vì một nền giáo dục công bằng, chất lượng"),
    "office": ("Phòng Giáo dục và Đào tạo thị xã Trảng Bàng", "Đồng hành cùng các trường trên địa bàn thị xã"),
    "thpt": ("Trường THPT chuyên Hoàng Lê Kha", "Học để hiểu, hiểu để làm"),
    "thcs": ("Trường THCS Nguyễn Thị Minh Khai", "Thân thiện, kỷ cương, sáng tạo"),
    "primary": ("Trường Tiểu học Kim Đồng", "Mỗi ngày đến trường là một ngày vui"),
    "preschool": ("Trường Mầm non Hoa Sen", "Yêu thương con như ở nhà"),
    "gdtx": ("Trung tâm Giáo dục nghề nghiệp – Giáo dục thường xuyên Dương Minh Châu", "Học lúc nào cũng được"),
}
_TASKS = {
    "department": [
        ("Văn bản, công văn", "Tìm theo số, ngày hoặc nội dung", "file-text"),
        ("Tuyển sinh lớp 10", "Lịch, chỉ tiêu và hướng dẫn nộp hồ sơ", "graduation-cap"),
        ("Tra cứu văn bằng", "Xác minh bằng tốt nghiệp đã cấp", "award"),
        ("Hỏi và góp ý", "Gửi câu hỏi đến phòng chuyên môn", "megaphone"),
    ],
    "preschool": [
        ("Thực đơn hôm nay", "Bé ăn gì ở trường", "utensils"),
        ("Camera lớp học", "Xem lớp của con trong giờ cho phép", "video"),
        ("Báo vắng", "Báo cho cô khi bé nghỉ", "bell"),
        ("Học phí", "Xem và nộp các khoản tháng này", "wallet"),
    ],
    "": [
        ("Tra cứu điểm", "Điểm của con theo từng học kỳ", "graduation-cap"),
        ("Học phí", "Xem khoản phải nộp, nộp trực tuyến", "wallet"),
        ("Thời khóa biểu", "Áp dụng từ ngày 23/11", "calendar"),
        ("Liên hệ giáo viên", "Gửi lời nhắn tới cô chủ nhiệm", "mail"),
    ],
}  # fmt: skip
_NEWS = [
    ("Khai mạc Hội khỏe Phù Đổng cấp trường năm học 2026–2027",
     "Hơn 600 học sinh tham gia mười một môn thi đấu trong ba ngày, bắt đầu từ lễ rước đuốc sáng thứ Hai."),
    ("Lịch kiểm tra giữa học kỳ I và hướng dẫn ôn tập cho từng khối",
     "Kiểm tra tập trung từ ngày 30/11 đến ngày 4/12; học sinh có mặt trước giờ thi mười lăm phút."),
    ("Họp phụ huynh cuối học kỳ I", "Mời quý phụ huynh dự họp lúc 7 giờ 30 Chủ nhật, ngày 13/12, tại phòng học của lớp."),
    ("Thư viện mở cửa buổi trưa", "Từ tuần này học sinh bán trú có thể đọc sách từ 11 giờ 30 đến 13 giờ."),
    ("Kết quả quyên góp ủng hộ học sinh vùng lũ", "Toàn trường góp 48.250.000 đ và 1.200 quyển vở."),
    ("Chuyến tham quan Tòa Thánh và Núi Bà Đen của khối lớp cuối cấp", "Một ngày đi, nhiều điều nhớ."),
]  # fmt: skip


class Body(list[tuple[str, Any]]):
    """Stands for a StreamValue: blocks rendered with the theme's own block templates."""

    def render_as_block(self, context: dict[str, Any] | None = None) -> SafeString:
        parts = []
        for name, value in self:
            extra = {"news": news()[:3], "site": (context or {}).get("site")} if name == "latest_news" else {}
            if name == "table":
                extra = {"table": value}
            if name == "service":
                extra = {"fragment_url": "/_f/x/", "action": "Xem điểm của con", "icon_name": "graduation-cap"}
            html = render_to_string(f"themes/blocks/{name}.html", {"value": value, "self": value, **extra})
            parts.append(f'<div class="block-{name}">{html}</div>')
        return mark_safe("\n".join(parts))


def portal(character: str) -> PortalView:
    name, tagline = _NAMES[character]
    hue = HUES[character]
    return PortalView(
        name=name, short_name=name, kind="school", level="", character=character, hue=hue, slug=f"mau-{character}",
        tagline=tagline, address="Số 210, đường Cách Mạng Tháng Tám, phường 2, thành phố Tây Ninh", phone="0276 3822 111",
        email="vanphong.vidu@tayninh.example", supervisor="Nguyễn Văn Mẫu, Hiệu trưởng",
        css_url=views.css_url(Choice(Character(character), hue)), favicon_url=views.favicon_url(character, hue, "T"),
        hero_art_url=views.art_url("hero", character, hue, "mau"), card_art_url=views.art_url("card", character, hue, "mau"),
    )  # fmt: skip


def menu(active: int = 0) -> list[MenuItem]:
    titles = ["Giới thiệu", "Tin tức", "Tuyển sinh", "Văn bản", "Hoạt động", "Phụ huynh", "Liên hệ"]
    children = (MenuItem("Lịch sử hình thành", "/gioi-thieu/lich-su/", False), MenuItem("Cơ cấu tổ chức", "/t/", False))
    return [MenuItem(t, f"/{i}/", i == active, children if i == 1 else ()) for i, t in enumerate(titles, start=1)]


def news() -> list[NewsCard]:
    day = datetime.date(2026, 11, 23)
    return [
        NewsCard(title, f"/tin-tuc/bai-{i}/", day - datetime.timedelta(days=i * 3), text, None)
        for i, (title, text) in enumerate(_NEWS)
    ]


def _body() -> Body:
    grid = grids.parse(
        "Buổi|Vào lớp|Ra chơi|Tan học\nSáng|7 giờ|8 giờ 35|10 giờ 45\nChiều|13 giờ 30|15 giờ 5|16 giờ 40"
    )
    rows = grid.rows(side=1, prefix="mau")
    table = {"caption": "Thời gian biểu các buổi học", "head": rows[:1], "body": rows[1:], "stack": True, "cards": []}
    links = [
        {"label": "Thông tư 22/2021/TT-BGDĐT", "href": "#", "description": "Đánh giá học sinh THCS và THPT"},
        {"label": "Mẫu đơn xin nghỉ học", "href": "#", "description": "Tệp PDF, 120 kB"},
    ]
    text = (
        "<p>Nhà trường kính mời quý phụ huynh theo dõi thông tin dưới đây. Mọi thắc mắc xin gửi về <a href='#'>văn phòng "
        "nhà trường</a> trong giờ hành chính; <b>phụ huynh không phải nộp thêm khoản nào</b> ngoài thông báo này.</p>"
        "<ul><li>Đồng phục: áo trắng, quần xanh, giày có quai hậu.</li><li>Dụng cụ: bút xanh, thước, máy tính cầm tay.</li></ul>"
    )
    note = {
        "kind": "warning",
        "title": "Nghỉ học thứ Ba, 24/11",
        "text": "<p>Do bão, học sinh nghỉ cả ngày; học bù vào thứ Bảy.</p>",
    }
    return Body(
        [
            ("heading", {"text": "Thời gian và địa điểm", "level": "h2"}), ("rich_text", text), ("callout", note),
            ("table", table), ("heading", {"text": "Những điều cần chuẩn bị", "level": "h3"}), ("rich_text", text),
            ("service", {"heading": "Tra cứu điểm", "explanation": "Phụ huynh xem điểm của con theo từng môn, từng học kỳ."}),
            ("link_list", {"heading": "Tài liệu", "links": links}),
        ]
    )  # fmt: skip


def pages(character: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """File name → template and context, for one portal."""
    site = portal(character)
    crumbs = [Crumb("Trang chủ", "/"), Crumb("Tin tức", "/tin-tuc/")]
    intro = "Những gì quý phụ huynh và học sinh cần biết trước ngày kiểm tra, gọn trong một trang."
    tasks = [
        TaskTile(a, b, "#", c)
        for a, b, c in _TASKS.get("department" if character == "office" else character, _TASKS[""])
    ]
    page = {"title": _NEWS[1][0], "intro": intro, "body": _body(), "date": datetime.date(2026, 11, 23), "url": "/x/"}
    home = {
        "title": site.name, "hero_title": _hero(character), "body": Body(), "intro": "",
        "hero_text": "Nơi phụ huynh tra điểm, xem thông báo và gặp nhà trường, trên điện thoại hay máy tính.",
    }  # fmt: skip
    children = [Crumb(t, "#", s) for t, s in _NEWS]
    base = {"site": site, "menu": menu(2)}
    sections = {"title": "Tuyển sinh năm học 2027–2028", "intro": intro, "body": Body()}
    return {
        "home": ("themes/pages/home.html", {**base, "menu": menu(), "page": home, "tasks": tasks, "news": news(), "news_url": "/tin-tuc/", "parts": NEWS_FIRST if character == "department" else TASKS_FIRST}),
        "section": ("themes/pages/section.html", {**base, "page": sections, "children": children, "crumbs": crumbs[:1]}),
        "article": ("themes/pages/article.html", {**base, "page": {**page, "title": "Nội quy nhà trường"}, "crumbs": crumbs}),
        "news": ("themes/pages/news.html", {**base, "page": {**page, "image": None}, "crumbs": crumbs}),
        "news_index": ("themes/pages/news_index.html", {**base, "page": {"title": "Tin tức", "intro": ""}, "items": news(), "pager": Pager(2, 5, "?page=1", "?page=3"), "crumbs": crumbs[:1]}),
        "empty": ("themes/pages/news_index.html", {**base, "page": {"title": "Tin tức", "intro": ""}, "items": [], "crumbs": crumbs[:1]}),
        "404": ("themes/404.html", base),
        "500": ("themes/500.html", {}),
        "suspended": ("themes/suspended.html", {}),
    }  # fmt: skip


def _hero(character: str) -> str:
    return {
        "department": "Dạy thật, học thật, để mỗi em đi xa hơn", "office": "Gần trường, gần lớp, gần phụ huynh",
        "thpt": "Từ chân núi Bà Đen, đi thật xa", "thcs": "Bốn năm lớn lên cùng nhau",
        "primary": "Chào các bạn nhỏ Kim Đồng", "preschool": "Hôm nay bé vui gì ở Hoa Sen",
        "gdtx": "Vừa làm vừa học, tối nay bắt đầu được",
    }[character]  # fmt: skip


CHARACTERS = [character.value for character in Character]
