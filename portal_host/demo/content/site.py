"""The pages of a portal: sections, news, blocks."""

# ruff: noqa: E501 - prose
from __future__ import annotations

import datetime
import random
from dataclasses import replace
from typing import Any

from portal_host.demo.names import person
from portal_host.demo.spec import BlockSpec, DocumentSpec, ImageSpec, PageSpec, SiteSpec

from .blocks_page import blocks_page
from .happenings import events, units
from .officials import officials
from .phrases import LEVEL_WORDS, OFFICE_NEWS, SCHOOL_NEWS, TAGLINES

STREETS = (
    "Cách Mạng Tháng Tám",
    "30 Tháng 4",
    "Nguyễn Trãi",
    "Lý Thường Kiệt",
    "Trần Hưng Đạo",
    "Hoàng Lê Kha",
    "Điện Biên Phủ",
    "Trưng Nữ Vương",
)


def text(*paragraphs: str) -> BlockSpec:
    return BlockSpec("rich_text", "".join(p if p.startswith("<") else f"<p>{p}</p>" for p in paragraphs))


def heading(words: str) -> BlockSpec:
    return BlockSpec("heading", {"text": words, "level": "h2"})


def table(caption: str, header: list[str], rows: list[list[str]]) -> BlockSpec:
    cells = "\n".join("\t".join(row) for row in [header, *rows])
    return BlockSpec("table", {"caption": caption, "cells": cells, "first_column_is_header": True})


def callout(kind: str, title: str, words: str) -> BlockSpec:
    return BlockSpec("callout", {"kind": kind, "title": title, "text": f"<p>{words}</p>"})


def links(title: str, *items: tuple[str, str, str]) -> BlockSpec:
    """Items (label, target, description); a target is "trang:<slug path>" or "tep:<document key>"."""
    return BlockSpec(
        "link_list", {"heading": title, "links": [{"label": a, "target": b, "description": c} for a, b, c in items]}
    )


def site_content(slug: str, name: str, kind: str, level: str, area: str, *, showcase: bool = False) -> SiteSpec:
    """Everything a portal of the demo begins with: 22 pages and more; `showcase`: a page with every block too."""
    rng = random.Random(f"site:{slug}")
    pupils, teachers, word = LEVEL_WORDS[level]
    short = _short(name)
    facts: dict[str, Any] = {
        "short": short,
        "area": area,
        "pupils": pupils,
        "teachers": teachers.capitalize(),
        "word": word,
        "n": rng.randrange(380, 1450),
        "new": rng.randrange(90, 330),
        "n2": rng.randrange(250, 700),
        "gift": rng.randrange(8, 45),
        "lantern": rng.randrange(18, 60),
        "side": rng.choice(("bắc", "nam", "đông", "tây")),
        "books": rng.randrange(120, 900),
        "medals": rng.randrange(12, 48),
        "team": rng.randrange(7, 32),
        "trees": rng.randrange(15, 60),
        "head": person(rng, rng.choice("12")),
        "alum": person(rng, "2"),
        "deputy": person(rng, rng.choice("12")),
        "phone": f"0276 3{rng.randrange(700, 899)} {rng.randrange(100, 999)}",
        "founded": rng.randrange(1976, 2008),
        "rooms": rng.randrange(14, 42),
        "m2": rng.randrange(38, 190) * 100,
        "staff": rng.randrange(24, 96),
    }
    office = kind != "school"
    images = _images(rng, short, level, office)
    keys = [image.key for image in images]
    documents = _documents(facts, office)
    pages = [_about(rng, facts, office, keys), _news(rng, facts, office, keys)]
    if office:
        pages += [_services(facts), _documents_section(), _network(facts)]
    else:
        pages += [
            _families(rng, facts, level),
            _admission(facts, level),
            _disclosure(facts),
            _documents_section(),
        ]
    pages.append(PageSpec("calendar", "lich", "Lịch sự kiện", f"Việc sắp tới của {short}.", show_in_menu=True))
    pages.append(_contact(facts, short))
    if showcase:
        pages[0] = replace(pages[0], children=(*pages[0].children, blocks_page(keys, [d.key for d in documents])))
    return SiteSpec(
        tagline=rng.choice(TAGLINES[level]),
        address=f"{rng.randrange(2, 480)} đường {rng.choice(STREETS)}, {area}, tỉnh Tây Ninh",
        phone=facts["phone"],
        email=f"{'vanphong' if office else 'truong'}.{slug}@example.edu.vn",
        supervisor=f"{facts['deputy']}, {'phó trưởng đơn vị' if office else 'phó hiệu trưởng'}",
        hero_title=name,
        hero_text=_hero(rng, facts, office),
        tasks=_tasks(level, office),
        home_body=_home_body(rng, facts, office),
        pages=tuple(pages),
        images=images,
        documents=documents,
        events=events(office),
        units=units(slug, facts["head"], facts["deputy"], office),
        officials=officials(slug, name, short, facts["head"], office, tuple(one.key for one in documents)),
    )


def _short(name: str) -> str:
    for long, brief in (
        ("Phòng Giáo dục và Đào tạo", "Phòng GD&ĐT"),
        ("Sở Giáo dục và Đào tạo", "Sở GD&ĐT"),
        ("Trường ", ""),
        ("Trung học phổ thông", "THPT"),
        ("Trung học cơ sở", "THCS"),
    ):
        name = name.replace(long, brief)
    return name.strip()


def _hero(rng: random.Random, f: dict[str, Any], office: bool) -> str:
    if office:
        return rng.choice(
            (
                "Hướng dẫn, số liệu và văn bản cho các trường ở {area}.",
                "Nơi nhà trường và phụ huynh {area} tìm thấy câu trả lời.",
                "Tin của ngành, lịch công tác và dịch vụ cho người dân {area}.",
            )
        ).format(**f)
    return rng.choice(
        (
            "{n} {pupils}, {staff} {teachers_l}, một mái trường ở {area}.",
            "Ở {area} từ năm {founded}: học chắc, sống đẹp, chơi khỏe.",
            "Mái trường {rooms} phòng học bên những hàng cây của {area}.",
        )
    ).format(**f, teachers_l=f["teachers"].lower())


def _tasks(level: str, office: bool) -> tuple[tuple[str, str, str, str], ...]:
    if office:
        return (
            ("Văn bản", "Tìm theo số, ngày, trích yếu", "van-ban", "file-text"),
            ("Dịch vụ cho người dân", "Chuyển trường, cấp bản sao, tuyển sinh", "dich-vu", "clipboard-check"),
            ("Các trường trong khu vực", "Địa chỉ và cổng của từng trường", "mang-luoi-truong", "school"),
            ("Liên hệ", "Hỏi và phản ánh", "lien-he", "phone"),
        )
    first = ("Tra cứu điểm", "Điểm các môn của con", "phu-huynh/tra-cuu-diem", "graduation-cap")
    if level in {"MN", "TH"}:
        first = ("Thực đơn tuần này", "Bữa trưa và bữa xế", "phu-huynh/thuc-don", "utensils")
    return (
        first,
        ("Lịch học", "Thời khóa biểu và lịch kiểm tra", "phu-huynh/lich-hoc", "calendar"),
        ("Nộp các khoản thu", "Phiếu thu của con, nộp bằng mã QR", "phu-huynh/nop-tien", "wallet"),
        ("Liên hệ nhà trường", "Văn phòng, chủ nhiệm", "lien-he", "phone"),
    )


def documents_block(title: str, count: int = 5) -> BlockSpec:
    return BlockSpec("documents", {"heading": title, "kind": "", "field": "", "in_force": True, "count": count})


def _home_body(rng: random.Random, f: dict[str, Any], office: bool) -> tuple[BlockSpec, ...]:
    if office:
        return (
            BlockSpec("events", {"heading": "Lịch công tác", "count": 4}),
            documents_block("Văn bản mới", 6),
            callout(
                "info",
                "Giờ tiếp công dân",
                f"Thứ Ba và thứ Năm, 7:30–11:00, tại trụ sở {f['short']}. Gọi trước: {f['phone']}.",
            ),
        )
    return (
        BlockSpec("events", {"heading": "Sắp diễn ra", "count": 3}),
        callout(
            rng.choice(("info", "warning")),
            "Giờ đón trả",
            f"Sáng từ 6:30, chiều đến 17:00. Đón muộn xin gọi {f['phone']}.",
        ),
    )


def _images(rng: random.Random, short: str, level: str, office: bool) -> tuple[ImageSpec, ...]:
    scenes = [
        ("nui", "Núi Bà Đen nhìn từ {s}", "Núi Bà Đen xanh thẫm sau những mái nhà, trời sáng"),
        ("dong", "Đồng lúa gần {s}", "Những luống lúa chạy về phía chân trời, vài hàng cây"),
        ("song", "Sông Vàm Cỏ buổi sáng", "Mặt sông phẳng, hoa sen ven bờ, mặt trời mới lên"),
        ("truong", "Sân của {s}", "Dãy nhà mái đỏ, cột cờ và cây phượng nở hoa"),
    ]
    rng.shuffle(scenes)
    return tuple(ImageSpec(key, title.format(s=short), alt, key) for key, title, alt in scenes[:4])


def _documents(f: dict[str, Any], office: bool) -> tuple[DocumentSpec, ...]:
    if office:
        return (
            DocumentSpec(
                "nhiem-vu",
                "Hướng dẫn nhiệm vụ năm học 2026–2027",
                "huong-dan-nhiem-vu-2026-2027.txt",
                (
                    f["short"],
                    "HUONG DAN NHIEM VU NAM HOC 2026-2027",
                    "1. On dinh mang luoi",
                    "2. Hoc ba so",
                    "3. An toan truong hoc",
                    "4. Chuyen doi so",
                    "5. Cong khai",
                ),
            ),
            DocumentSpec(
                "mau-chuyen-truong",
                "Mẫu đơn xin chuyển trường",
                "mau-don-chuyen-truong.txt",
                ("DON XIN CHUYEN TRUONG", "Ho va ten hoc sinh: ....", "Truong dang hoc: ....", "Truong xin den: ...."),
            ),
        )
    return (
        DocumentSpec(
            "ke-hoach",
            "Kế hoạch giáo dục năm học 2026–2027",
            "ke-hoach-giao-duc-2026-2027.txt",
            (
                f["short"],
                "KE HOACH GIAO DUC NAM HOC 2026-2027",
                f"So lop, so hoc sinh: {f['n']}",
                "Hoc ki I: 18 tuan; hoc ki II: 17 tuan",
            ),
        ),
        DocumentSpec(
            "danh-muc-thu",
            "Danh mục khoản thu năm học 2026–2027",
            "danh-muc-thu-2026-2027.txt",
            (
                f["short"],
                "DANH MUC KHOAN THU",
                "Hoc phi: 0 dong",
                "Bao hiem y te: thu ho",
                "An ban tru: theo ngay co mat",
            ),
        ),
    )


def _about(rng: random.Random, f: dict[str, Any], office: bool, images: list[str]) -> PageSpec:
    return PageSpec(
        "section",
        "gioi-thieu",
        "Giới thiệu",
        f"{f['short']} là ai, làm gì, ở đâu.",
        show_in_menu=True,
        children=(
            PageSpec(
                "article",
                "lich-su",
                "Lịch sử",
                f"Từ năm {f['founded']} đến nay.",
                body=(
                    text(
                        f"{f['short']} thành lập năm {f['founded']} tại {f['area']}. Những năm đầu chỉ có vài phòng, mái tôn, đường vào còn đất đỏ.",
                        f"Đến nay đơn vị có {f['rooms']} phòng trên khuôn viên {f['m2']:,} m².".replace(",", "."),
                    ),
                    BlockSpec(
                        "image",
                        {
                            "image": images[0],
                            "alt": "Khung cảnh quanh đơn vị, tranh vẽ",
                            "caption": f"Cảnh quen thuộc của {f['area']}",
                        },
                    ),
                    heading("Những mốc chính"),
                    table(
                        "Các mốc",
                        ["Năm", "Việc"],
                        [
                            [str(f["founded"]), "Thành lập"],
                            [str(f["founded"] + 12), "Xây dãy nhà hai tầng"],
                            [str(f["founded"] + 21), "Có thư viện và phòng máy"],
                            ["2025", "Sắp xếp theo mô hình chính quyền hai cấp"],
                        ],
                    ),
                ),
            ),
            PageSpec("staff", "co-cau-to-chuc", "Cơ cấu tổ chức", "Ban lãnh đạo và các tổ."),
            PageSpec(
                "article",
                "co-so-vat-chat",
                "Cơ sở vật chất",
                f"{f['rooms']} phòng, thư viện, sân chơi.",
                body=(
                    text(
                        f"Khuôn viên {f['m2'] // 100 * 100} m², sân có bóng cây. Phòng học có đủ quạt, đèn; nước uống được xét nghiệm mỗi quý."
                    ),
                    BlockSpec(
                        "image",
                        {
                            "image": images[1],
                            "alt": "Tranh vẽ khuôn viên và cảnh vật xung quanh",
                            "caption": "Khuôn viên nhìn từ phía cổng",
                        },
                    ),
                ),
            ),
            PageSpec(
                "article",
                "su-mang",
                "Sứ mạng và mục tiêu",
                "Điều chúng tôi theo đuổi.",
                body=(
                    text(
                        "<ul><li>An toàn cho mọi người học.</li><li>Dạy để hiểu và làm được.</li><li>Thông tin công khai, dễ tìm, đúng hạn.</li></ul>",
                        f"Mục tiêu năm học 2026–2027 được Hội đồng của {f['short']} thông qua tháng 8/2026.",
                    ),
                ),
            ),
        ),
    )


def _news(rng: random.Random, f: dict[str, Any], office: bool, images: list[str]) -> PageSpec:
    source = OFFICE_NEWS if office else SCHOOL_NEWS
    children = []
    for place, (slug, title, day, intro, paragraphs) in enumerate(source):
        filled = [p.format(**f) for p in paragraphs]
        rng.shuffle(filled)
        body = [text(intro.format(**f)), *(text(p) for p in filled)]
        if place % 3 == 0:
            body.insert(1, heading("Nội dung chính"))
        if place % 4 == 1:
            body.append(
                links(
                    "Xem thêm",
                    ("Liên hệ", "trang:lien-he", "Văn phòng trả lời trong giờ hành chính"),
                    ("Giới thiệu", "trang:gioi-thieu", f["short"]),
                )
            )
        date = datetime.date.fromisoformat(day)
        children.append(
            PageSpec(
                "news",
                slug,
                title.format(**f),
                intro.format(**f),
                date=date,
                body=tuple(body),
                image=images[place % len(images)] if place % 2 == 0 else None,
            )
        )
    return PageSpec(
        "news_index",
        "tin-tuc",
        "Tin tức",
        f"Tin và thông báo của {f['short']}.",
        show_in_menu=True,
        children=tuple(children),
    )


def _families(rng: random.Random, f: dict[str, Any], level: str) -> PageSpec:
    children = [
        PageSpec(
            "article",
            "lich-hoc",
            "Lịch học",
            "Giờ vào lớp, lịch kiểm tra.",
            body=(
                table(
                    "Giờ học",
                    ["Buổi", "Bắt đầu", "Kết thúc"],
                    [["Sáng", "7:00", "10:45" if level in {"MN", "TH"} else "11:15"], ["Chiều", "13:30", "16:45"]],
                ),
                callout(
                    "info",
                    "Kiểm tra cuối học kì I",
                    "Từ 21/12 đến 30/12/2026. Lịch từng lớp gửi về gia đình trước một tuần.",
                ),
            ),
        ),
        PageSpec(
            "article",
            "nop-tien",
            "Nộp các khoản thu",
            "Xem phiếu thu của con, nộp bằng mã QR, ví điện tử hoặc tại văn phòng.",
            body=(
                BlockSpec(
                    "pay",
                    {
                        "heading": "Phiếu thu của con",
                        "explanation": "Phụ huynh đăng nhập để xem phiếu thu và nộp. Nhà trường không thu thêm phí nào.",
                        "show_fees": True,
                    },
                ),
                BlockSpec(
                    "my_invoices",
                    {
                        "heading": "Biên lai và hóa đơn của tôi",
                        "explanation": "Mỗi lần nộp có một biên lai, mở lại được bất cứ lúc nào.",
                    },
                ),
            ),
        ),
        PageSpec(
            "article",
            "xin-nghi",
            "Xin phép nghỉ học",
            "Cách báo khi con vắng.",
            body=(
                text(
                    "Phụ huynh báo giáo viên chủ nhiệm trước giờ vào lớp. Nghỉ từ ba ngày cần đơn; nghỉ ốm có thể bổ sung giấy sau.",
                    "Vắng quá 45 buổi trong một năm học thì không được lên lớp theo quy định.",
                ),
            ),
        ),
        PageSpec(
            "article",
            "an-toan",
            "An toàn trên đường đến trường",
            "Chỗ dừng xe, lối đi bộ.",
            body=(text(f"Xe dừng ở bãi phía {f['side']}. Trẻ xuống xe bên phải, đi theo lối có mái che."),),
        ),
    ]
    if level in {"THCS", "THPT", "GDTX"}:
        children.insert(
            0,
            PageSpec(
                "article",
                "tra-cuu-diem",
                "Tra cứu điểm",
                "Phụ huynh đăng nhập để xem điểm các môn của con.",
                body=(
                    BlockSpec(
                        "timeline",
                        {
                            "heading": "Con tôi hôm nay",
                            "explanation": "Điểm vừa công bố, nhận xét của thầy cô, kết quả: xếp theo ngày.",
                            "shown": 6,
                        },
                    ),
                    BlockSpec(
                        "schedule",
                        {
                            "heading": "Lịch học, lịch kiểm tra của con",
                            "explanation": "Thời khóa biểu của lớp con học và các buổi kiểm tra sắp tới.",
                            "lessons": True,
                            "exams": True,
                        },
                    ),
                    BlockSpec(
                        "grade_lookup",
                        {
                            "heading": "Điểm của con",
                            "explanation": "Phụ huynh đăng nhập để xem điểm các môn của con. Điểm hiện ra sau khi giáo viên công bố.",
                            "terms": ["1", "2"],
                            "any_school": True,
                        },
                    ),
                    BlockSpec(
                        "attendance",
                        {
                            "heading": "Chuyên cần của con",
                            "explanation": "Xem con đã đến lớp chưa và gửi đơn xin nghỉ.",
                        },
                    ),
                    heading("Chưa có tài khoản"),
                    text(
                        "Đến văn phòng nhà trường nhận mã liên kết, mang theo giấy tờ của phụ huynh. Mã dùng một lần và chỉ dành cho con của bạn."
                    ),
                ),
            ),
        )
    else:
        days = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu"]
        mains = [
            "Cơm, thịt kho trứng",
            "Cơm, cá điêu hồng sốt cà",
            "Cháo gà hạt sen",
            "Cơm, tôm rim",
            "Nui xào bò",
            "Cơm, đậu hũ nhồi thịt",
        ]
        soups = ["Canh bí đỏ", "Canh cải ngọt", "Canh mồng tơi", "Canh khoai mỡ", "Canh chua"]
        snacks = ["Sữa chua", "Chè đậu xanh", "Chuối", "Bánh flan", "Đu đủ"]
        for dishes in (mains, soups, snacks):
            rng.shuffle(dishes)
        children.insert(
            0,
            PageSpec(
                "article",
                "thuc-don",
                "Thực đơn tuần",
                "Bữa trưa và bữa xế từ 23/11 đến 27/11.",
                body=(
                    table(
                        "Thực đơn tuần 23–27/11/2026",
                        ["Ngày", "Bữa trưa", "Canh", "Bữa xế"],
                        [[d, mains[i], soups[i], snacks[i]] for i, d in enumerate(days)],
                    ),
                    text("Tiền ăn tính theo ngày có mặt. Báo nghỉ trước 7:30 thì không tính tiền ăn ngày đó."),
                ),
            ),
        )
    return PageSpec(
        "section",
        "phu-huynh",
        "Phụ huynh",
        "Những việc phụ huynh thường cần.",
        show_in_menu=True,
        children=tuple(children),
    )


def _admission(f: dict[str, Any], level: str) -> PageSpec:
    first = {
        "MN": "nhà trẻ và mẫu giáo",
        "TH": "lớp 1",
        "THCS": "lớp 6",
        "THPT": "lớp 10",
        "GDTX": "lớp 10 và các lớp nghề",
    }[level]
    return PageSpec(
        "section",
        "tuyen-sinh",
        "Tuyển sinh",
        f"Tuyển sinh {first} năm học 2026–2027 và chuẩn bị năm tới.",
        show_in_menu=True,
        children=(
            PageSpec(
                "article",
                "thong-bao",
                f"Thông báo tuyển sinh {first}",
                f"Đã tuyển {f['new']} chỉ tiêu.",
                body=(
                    text(
                        f"Năm học 2026–2027, {f['short']} tuyển {f['new']} chỉ tiêu {first}. Hồ sơ nộp trực tuyến; người đến trước hay sau được xét như nhau."
                    ),
                    table(
                        "Các mốc",
                        ["Việc", "Thời gian"],
                        [
                            ["Đăng ký", "01/6–15/6"],
                            ["Công bố kết quả", "trước 15/7"],
                            ["Xác nhận nhập học", "trước 25/7"],
                        ],
                    ),
                ),
            ),
            PageSpec(
                "article",
                "hoi-dap",
                "Hỏi đáp tuyển sinh",
                "Những câu thường gặp.",
                body=(
                    heading("Tôi tạm trú, con có được nhận không?"),
                    text("Có, xét theo nơi ở hiện tại đã xác thực."),
                    heading("Có phải nộp bản giấy không?"),
                    text("Không, nếu thông tin đã khớp dữ liệu dân cư."),
                ),
            ),
        ),
    )


def _disclosure(f: dict[str, Any]) -> PageSpec:
    return PageSpec(
        "section",
        "cong-khai",
        "Công khai",
        "Theo Thông tư 09/2024/TT-BGDĐT.",
        show_in_menu=True,
        children=(
            PageSpec(
                "article",
                "thu-chi",
                "Thu, chi và các khoản thu",
                "Danh mục, mức thu, căn cứ.",
                body=(
                    BlockSpec(
                        "fee_list",
                        {
                            "heading": "Khoản thu năm học 2026–2027",
                            "explanation": "Học phí được miễn theo NĐ 238/2025/NĐ-CP. Nhà trường chỉ thu những khoản dưới đây.",
                        },
                    ),
                    links("Tệp", ("Danh mục khoản thu", "tep:danh-muc-thu", "Bản đầy đủ để tải về")),
                ),
            ),
            PageSpec(
                "article",
                "doi-ngu",
                "Đội ngũ",
                f"{f['staff']} người.",
                body=(
                    table(
                        "Đội ngũ",
                        ["Vị trí", "Tổng", "Đại học trở lên"],
                        [
                            ["Quản lý", "3", "3"],
                            ["Giáo viên", str(f["staff"] - 9), str(f["staff"] - 12)],
                            ["Nhân viên", "6", "2"],
                        ],
                    ),
                ),
            ),
            PageSpec(
                "article",
                "ket-qua",
                "Kết quả năm học 2025–2026",
                "Số liệu chung của trường.",
                body=(
                    table(
                        "Kết quả",
                        ["Nội dung", "Số"],
                        [
                            ["Tổng số người học", str(f["n"])],
                            ["Lên lớp", str(f["n"] - f["team"] // 4)],
                            ["Chuyển đến", str(f["team"] // 2)],
                            ["Chuyển đi", str(f["team"] // 3)],
                        ],
                    ),
                ),
            ),
        ),
    )


def _documents_section() -> PageSpec:
    return PageSpec(
        "registry",
        "van-ban",
        "Văn bản",
        "Tìm theo số, ngày, trích yếu; văn bản hết hiệu lực được ghi rõ.",
        show_in_menu=True,
    )


def _services(f: dict[str, Any]) -> PageSpec:
    items = [
        ("chuyen-truong", "Chuyển trường", "Hồ sơ và thời hạn."),
        ("ban-sao", "Cấp bản sao văn bằng", "Từ sổ gốc, trong ngày làm việc."),
        ("xac-nhan", "Xác nhận quá trình học", "Cho người đã học ở trường giải thể."),
        ("phan-anh", "Phản ánh, kiến nghị", "Gửi và theo dõi câu trả lời."),
    ]
    return PageSpec(
        "section",
        "dich-vu",
        "Dịch vụ",
        "Việc người dân thường làm.",
        show_in_menu=True,
        children=tuple(
            PageSpec(
                "article",
                slug,
                title,
                intro,
                body=(
                    text(
                        f"{title}: nộp tại {f['short']} hoặc trực tuyến. {intro} Không thu phí nếu pháp luật không quy định khác."
                    ),
                    callout("info", "Cần giúp", f"Gọi {f['phone']} trong giờ hành chính."),
                ),
            )
            for slug, title, intro in items
        ),
    )


def _network(f: dict[str, Any]) -> PageSpec:
    return PageSpec(
        "section",
        "mang-luoi-truong",
        "Các trường",
        f"Trường học ở {f['area']}.",
        show_in_menu=True,
        children=(
            PageSpec(
                "article",
                "so-lieu",
                "Số liệu mạng lưới",
                "Số trường, lớp, người học.",
                body=(
                    table(
                        "Mạng lưới năm học 2026–2027",
                        ["Cấp", "Trường", "Lớp", "Người học"],
                        [
                            ["Mầm non", str(f["team"]), str(f["team"] * 11), str(f["team"] * 290)],
                            ["Tiểu học", str(f["team"] + 3), str(f["team"] * 18), str(f["team"] * 560)],
                            ["THCS", str(f["team"] // 2 + 2), str(f["team"] * 9), str(f["team"] * 330)],
                        ],
                    ),
                ),
            ),
            PageSpec(
                "article",
                "ban-do",
                "Địa bàn phụ trách",
                "Theo xã, phường từ 1/7/2025.",
                body=(
                    text(
                        f"{f['short']} hỗ trợ chuyên môn cho các trường ở {f['area']}; trường mầm non, tiểu học, THCS thuộc UBND xã, phường."
                    ),
                ),
            ),
        ),
    )


def _contact(f: dict[str, Any], short: str) -> PageSpec:
    return PageSpec(
        "article",
        "lien-he",
        "Liên hệ",
        f"Văn phòng {short}.",
        show_in_menu=True,
        body=(
            table(
                "Đầu mối",
                ["Việc", "Người phụ trách", "Điện thoại"],
                [["Văn phòng", f["deputy"], f["phone"]], ["Góp ý, phản ánh", f["head"], f["phone"]]],
            ),
            text("Giờ làm việc: thứ Hai đến thứ Sáu, 7:00–11:30 và 13:30–17:00."),
        ),
    )
