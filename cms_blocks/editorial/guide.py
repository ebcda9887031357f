"""The help inside the editor: each answer is the shortest way that works, in the words of the screen.

In Vietnamese alone: whoever edits a portal reads Vietnamese, and an answer that names buttons must name them as they
are.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from cms_blocks.models import HomePage, NewsIndexPage


@dataclass(frozen=True, slots=True)
class Topic:
    slug: str
    title: str
    lines: tuple[str, ...]
    url: str = ""
    action: str = ""


def topics() -> list[Topic]:
    home = HomePage.objects.get()
    news = NewsIndexPage.objects.first()
    return [
        Topic(
            "dang-tin",
            "Đăng một tin",
            (
                "Chọn “Trang” ở cột trái, mở mục “Tin tức”, bấm dấu cộng để thêm trang con.",
                "Gõ tiêu đề, chọn ảnh, viết một hai câu giới thiệu, rồi thêm khối “Văn bản”.",
                "Bài tự lưu khi bạn viết. Mở mũi tên cạnh nút ở cuối trang và chọn “Xuất bản”.",
                "Nếu bạn chỉ có quyền viết, nút sẽ là gửi duyệt: người duyệt thấy bài ở màn hình đầu của họ.",
            ),
            reverse("wagtailadmin_pages:add_subpage", args=[(news or home).pk]),
            "Viết tin",
        ),
        Topic(
            "sua-trang",
            "Sửa một trang đang hiện",
            (
                "Mở trang trong “Trang”, sửa, rồi xuất bản. Người xem thấy bản mới trong khoảng một giây.",
                "Muốn xem lại bản cũ: mở “Lịch sử” của trang, so sánh hai bản, chọn bản cần dùng lại.",
            ),
            reverse("wagtailadmin_explore", args=[home.pk]),
            "Mở các trang",
        ),
        Topic(
            "xoa-nham",
            "Lỡ xóa một trang",
            (
                "Mở “Thùng rác” ở cột trái, bấm “Khôi phục” bên cạnh tên trang.",
                "Trang về đúng chỗ cũ, cùng địa chỉ, các phiên bản và trang con. Thùng rác giữ 90 ngày.",
            ),
            reverse("editorial:trash"),
            "Mở thùng rác",
        ),
        Topic(
            "bang-excel",
            "Đưa bảng từ Excel lên",
            (
                "Trong Excel, bôi đen cả bảng kể cả dòng tiêu đề, bấm Ctrl+C.",
                "Trong trang, thêm khối “Bảng”, bấm vào ô “Các ô” rồi Ctrl+V. Trên điện thoại bảng tự xếp thành thẻ.",
            ),
        ),
        Topic(
            "hoi-dap",
            "Trả lời câu hỏi của phụ huynh",
            (
                "Mở “Hỏi đáp”: câu quá hạn đứng đầu. Chọn câu hỏi, giao cho người trả lời hoặc trả lời luôn.",
                "Người hỏi xem bằng mã tra cứu. Bỏ tên và chi tiết riêng rồi bấm “Đăng” để mọi người cùng đọc.",
            ),
            reverse("questions_admin:queue"),
            "Mở hỏi đáp",
        ),
        Topic(
            "bieu-mau",
            "Làm một biểu mẫu đăng ký",
            (
                "Mở “Biểu mẫu”, thêm mới, thêm các ô theo thứ tự người điền sẽ điền.",
                "Đặt khối “Biểu mẫu” vào một trang và chọn biểu mẫu vừa tạo.",
                "Bài gửi nằm ngay trong danh sách biểu mẫu; tải về cho Excel bằng một nút.",
            ),
            reverse("wagtailsnippets_forms_form:list"),
            "Mở biểu mẫu",
        ),
        Topic(
            "nguoi-dung",
            "Thêm người biên tập",
            (
                "Người quản trị cổng mở “Tùy chỉnh”, “Người dùng”, thêm số điện thoại hoặc e-mail của người đó.",
                "Chọn nhóm: “Biên tập viên” viết bài, “Người duyệt” duyệt và đăng, “Quản trị cổng” làm được mọi việc.",
                "Người mới đặt mật khẩu qua “Quên mật khẩu”, rồi cài bước xác thực thứ hai khi vào lần đầu.",
            ),
        ),
        Topic(
            "chat-luong",
            "Kiểm tra liên kết hỏng và ảnh thiếu mô tả",
            (
                "Mở “Báo cáo”, “Chất lượng các trang”. Mỗi dòng cho biết trang nào, vấn đề gì và cách sửa.",
                "Cổng được kiểm tra mỗi đêm; sửa xong có thể bấm “Kiểm tra ngay”.",
            ),
            reverse("editorial:findings"),
            "Mở báo cáo",
        ),
    ]
