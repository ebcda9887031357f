"""The page "Mẫu khối" of the demo: every content block once, with plausible content."""

# ruff: noqa: E501 - prose
from __future__ import annotations

from portal_host.demo.spec import BlockSpec, PageSpec

SLUG = "mau-khoi"
# One portal of each kind and level shows it.
SHOWN_AT = {
    "sgddt",
    "gd-tay-ninh",
    "pt-dan-toc-noi-tru-tinh",
    "gdtx-tinh",
    "thcs-tran-hung-dao",
    "tieu-hoc-kim-dong",
    "mam-non-rang-dong",
}

TIMETABLE = """Buổi\tTiết\tThứ Hai\tThứ Ba\tThứ Tư\tThứ Năm\tThứ Sáu
Sáng\t1\tChào cờ\tNgữ văn\tToán\tTiếng Anh\tToán
^\t2\tToán\t^\tTiếng Anh\tNgữ văn\tTin học
^\t3\tTiếng Anh\tLịch sử và Địa lí\tKhoa học tự nhiên\tToán\tSinh hoạt lớp
Chiều\t1\tGiáo dục thể chất\t^\tNghệ thuật\tKhoa học tự nhiên\t
^\t2\t^\tCông nghệ\tGiáo dục địa phương\tHoạt động trải nghiệm\t"""

MENU = """Bữa\tThứ Hai\tThứ Ba\tThứ Tư\tThứ Năm\tThứ Sáu
Sáng\tCháo gà, cà rốt\tBún riêu cua\tPhở bò\tSúp cua, trứng\tBánh canh tôm
Trưa\tCơm, cá lóc kho⏎Canh bầu tôm⏎Chuối\tCơm, thịt kho trứng⏎Canh rau ngót⏎Dưa hấu\tCơm, đậu sốt cà⏎Canh khổ qua⏎Mãng cầu\tCơm, gà rim gừng⏎Canh bí đỏ⏎Cam\tCơm, trứng chiên thịt⏎Canh chua⏎Đu đủ
Xế\tSữa chua\t<\tChè đậu xanh\tBánh flan\tSữa tươi"""


def blocks_page(images: list[str], documents: list[str]) -> PageSpec:
    """`images`, `documents`: keys of the portal's own."""
    return PageSpec(
        "article",
        SLUG,
        "Mẫu khối",
        "Mỗi khối nội dung một lần, để người quản trị xem trước khi dùng.",
        body=(
            BlockSpec(
                "hero",
                {
                    "title": "Ngày hội mở cửa trường",
                    "text": "Thứ Bảy, 12/12/2026, từ 7 giờ 30. Phụ huynh và học sinh thăm lớp, thư viện, bếp ăn và hỏi thầy cô mọi điều.",
                    "image": None,
                    "links": [
                        {"label": "Đường đến trường", "target": "trang:lien-he"},
                        {"label": "Trường chúng tôi", "target": "trang:gioi-thieu"},
                    ],
                },
            ),
            BlockSpec(
                "alert",
                {
                    "kind": "warning",
                    "title": "Cổng phụ đóng để sửa đường từ 30/11 đến 4/12",
                    "text": "<p>Phụ huynh đón con ở cổng chính, dừng xe sau vạch vàng.</p>",
                    "until": "2030-12-05T00:00:00+07:00",
                    "link": {"label": "", "target": ""},
                },
            ),
            BlockSpec(
                "cards",
                {
                    "heading": "Một ngày ở trường",
                    "cards": [
                        {
                            "title": "Giờ học",
                            "text": "Bảy tiết mỗi ngày, hai buổi; ra chơi 25 phút dưới bóng cây.",
                            "icon": "book-open",
                            "image": None,
                            "link": {"label": "Xem lịch học", "target": "trang:gioi-thieu"},
                        },
                        {
                            "title": "Bữa trưa",
                            "text": "Thực đơn đổi mỗi tuần, rau của vườn trường, nước xét nghiệm hằng quý.",
                            "icon": "utensils",
                            "image": None,
                            "link": {"label": "", "target": ""},
                        },
                        {
                            "title": "Xe đưa đón",
                            "text": "Ba tuyến, có cô đi cùng. Phụ huynh báo vắng trước 6 giờ.",
                            "icon": "bus",
                            "image": None,
                            "link": {"label": "", "target": ""},
                        },
                        {
                            "title": "Sức khỏe",
                            "text": "Phòng y tế mở từ 6 giờ 45. Khám định kỳ hai lần một năm.",
                            "icon": "heart",
                            "image": None,
                            "link": {"label": "", "target": ""},
                        },
                    ],
                },
            ),
            BlockSpec(
                "figures",
                {
                    "heading": "Trường trong những con số",
                    "figures": [
                        {"number": "1.248", "label": "học sinh, 32 lớp"},
                        {"number": "74", "label": "thầy cô, nhân viên"},
                        {"number": "97,6 %", "label": "tốt nghiệp năm 2026"},
                        {"number": "11.300", "label": "quyển sách trong thư viện"},
                    ],
                    "source": "Báo cáo thường niên năm học 2025–2026, ngày 30/6/2026",
                    "source_url": "",
                },
            ),
            BlockSpec(
                "timetable", {"caption": "Thời khóa biểu lớp 6A1", "valid": "Từ ngày 23/11/2026", "cells": TIMETABLE}
            ),
            BlockSpec(
                "weekly_menu",
                {
                    "caption": "Thực đơn trong tuần",
                    "valid": "Tuần 23–27/11/2026",
                    "cells": MENU,
                    "note": "Bé dị ứng xin báo cô trước bữa sáng. Rau lấy từ hợp tác xã Ninh Sơn.",
                },
            ),
            BlockSpec(
                "chart",
                {
                    "caption": "Học sinh theo khối, hai năm học",
                    "kind": "bars",
                    "cells": "Khối\t2025–2026\t2026–2027\nKhối 6\t298\t312\nKhối 7\t305\t298\nKhối 8\t276\t301\nKhối 9\t281\t274",
                    "unit": "học sinh",
                    "source": "Thống kê đầu năm học, 15/9/2026",
                },
            ),
            BlockSpec(
                "chart",
                {
                    "caption": "Lượt mượn sách mỗi tháng",
                    "kind": "lines",
                    "cells": "Tháng\tSách truyện\tSách khoa học\n9/2025\t412\t120\n10/2025\t530\t164\n11/2025\t498\t210\n12/2025\t610\t190\n1/2026\t455\t230\n2/2026\t380\t205\n3/2026\t640\t288\n4/2026\t702\t301\n5/2026\t590\t254",
                    "unit": "lượt",
                    "source": "Sổ thư viện năm học 2025–2026",
                },
            ),
            BlockSpec(
                "chart",
                {
                    "caption": "Học sinh đến trường bằng gì",
                    "kind": "pie",
                    "cells": "Cách đi\tHọc sinh\nXe đạp\t486\nCha mẹ đưa\t402\nXe đưa đón\t214\nĐi bộ\t146",
                    "unit": "học sinh",
                    "source": "Khảo sát 1.248 học sinh, tháng 10/2026",
                },
            ),
            BlockSpec(
                "steps",
                {
                    "heading": "Xin chuyển trường trong ba bước",
                    "steps": [
                        {
                            "title": "Hỏi trường nơi đến",
                            "when": "Trước khi làm đơn",
                            "text": "<p>Trường nơi đến xác nhận còn chỗ. Gọi văn phòng trong giờ hành chính.</p>",
                        },
                        {
                            "title": "Gửi đơn và học bạ",
                            "when": "Trong 5 ngày làm việc",
                            "text": "<p>Đơn theo mẫu; học bạ số không cần nộp bản giấy.</p><ul><li>Giấy khai sinh</li><li>Thông tin cư trú</li></ul>",
                        },
                        {
                            "title": "Nhận kết quả",
                            "when": "",
                            "text": "<p>Tin nhắn và thư báo gửi đến số điện thoại đã đăng ký.</p>",
                        },
                    ],
                },
            ),
            BlockSpec(
                "tabs",
                {
                    "heading": "Lịch kiểm tra cuối học kì I",
                    "sections": [
                        {"title": "Khối 6, 7", "text": "<p>Từ 21/12 đến 24/12, buổi sáng. Có mặt lúc 6 giờ 50.</p>"},
                        {"title": "Khối 8, 9", "text": "<p>Từ 25/12 đến 30/12, buổi chiều. Có mặt lúc 12 giờ 50.</p>"},
                        {"title": "Kiểm tra bù", "text": "<p>Tuần 4–8/1/2027; phụ huynh báo giáo viên chủ nhiệm.</p>"},
                    ],
                },
            ),
            BlockSpec(
                "accordion",
                {
                    "heading": "Nội quy",
                    "sections": [
                        {
                            "title": "Giờ giấc",
                            "text": "<p>Có mặt trước 6 giờ 50. Vào lớp muộn phải qua phòng giám thị.</p>",
                        },
                        {
                            "title": "Trang phục",
                            "text": "<p>Đồng phục các ngày thứ Hai, thứ Sáu; giày có quai hậu.</p>",
                        },
                        {"title": "Điện thoại", "text": "<p>Chỉ dùng khi giáo viên cho phép trong giờ học.</p>"},
                    ],
                },
            ),
            BlockSpec(
                "faq",
                {
                    "heading": "Câu hỏi thường gặp",
                    "questions": [
                        {
                            "question": "Con nghỉ ốm thì báo ai?",
                            "answer": "<p>Báo giáo viên chủ nhiệm trước giờ vào lớp; nghỉ từ ba ngày cần đơn.</p>",
                        },
                        {
                            "question": "Xem điểm của con ở đâu?",
                            "answer": "<p>Đăng nhập trên cổng này. Văn phòng cấp mã liên kết lần đầu.</p>",
                        },
                        {
                            "question": "Trường có thu học phí không?",
                            "answer": "<p>Học phí bằng 0 từ năm học 2025–2026. Các khoản khác có danh mục ở mục Công khai.</p>",
                        },
                    ],
                },
            ),
            BlockSpec(
                "gallery",
                {
                    "heading": "Quanh trường",
                    "pictures": [
                        {"image": images[place % len(images)], "caption": caption}
                        for place, caption in enumerate(
                            ("Núi Bà Đen buổi sớm", "", "Đồng lúa sau trường", "Sân trường mùa phượng", "")
                        )
                    ],
                },
            ),
            BlockSpec(
                "quote",
                {
                    "text": "Trường không hỏi em giỏi đến đâu. Trường hỏi hôm nay em đã thử chưa.",
                    "who": "Lê Thị Thu Hà",
                    "role": "cựu học sinh khóa 2018",
                    "image": None,
                },
            ),
            BlockSpec(
                "video",
                {
                    "title": "Lễ khai giảng năm học 2026–2027",
                    "file": None,
                    "url": "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
                    "poster": None,
                    "captions": None,
                    "transcript": "",
                    "silent": False,
                },
            ),
            BlockSpec(
                "map",
                {
                    "title": "Đường đến trường",
                    "address": "210 Cách Mạng Tháng Tám, phường Tân Ninh, tỉnh Tây Ninh",
                    "directions": "Xe buýt số 5, trạm Chợ Cũ. Gửi xe ở bãi bên trái cổng chính.",
                    "place": "11.3101, 106.0983",
                    "image": None,
                },
            ),
            BlockSpec(
                "frame",
                {
                    "title": "Phiếu khảo sát phụ huynh",
                    "url": "https://docs.google.com/forms/d/e/mau/viewform",
                    "height": "middle",
                },
            ),
            BlockSpec(
                "contact",
                {
                    "heading": "Cần hỏi ai",
                    "people": [
                        {
                            "name": "Văn phòng",
                            "role": "Giấy tờ, xác nhận, chuyển trường",
                            "phone": "0276 3822 111",
                            "email": "vanphong@example.edu.vn",
                            "hours": "7:00–16:30, thứ Hai đến thứ Sáu",
                        },
                        {
                            "name": "Y tế học đường",
                            "role": "Thuốc, ốm, tai nạn",
                            "phone": "0276 3822 112",
                            "email": "",
                            "hours": "",
                        },
                    ],
                    "address": "210 Cách Mạng Tháng Tám, Tây Ninh",
                },
            ),
            BlockSpec(
                "downloads",
                {
                    "heading": "Biểu mẫu",
                    "files": [
                        {"document": key, "title": "", "note": note}
                        for key, note in zip(documents, ("Ban hành đầu năm học", "Bản mới nhất"), strict=False)
                    ],
                },
            ),
        ),
    )
