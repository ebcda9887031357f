"""Sentences of which the demo's articles are made. Names, numbers and order vary by portal."""

from __future__ import annotations

# ruff: noqa: E501 - prose

LEVEL_WORDS = {
    "MN": ("trẻ", "cô giáo", "trường mầm non"),
    "TH": ("học sinh", "thầy cô", "trường tiểu học"),
    "THCS": ("học sinh", "thầy cô", "trường trung học cơ sở"),
    "THPT": ("học sinh", "thầy cô", "trường trung học phổ thông"),
    "GDTX": ("học viên", "thầy cô", "trung tâm"),
    "": ("cán bộ, giáo viên", "chuyên viên", "đơn vị"),
}

TAGLINES = {
    "MN": ("Mỗi ngày đến trường là một ngày vui", "Bé khỏe, bé ngoan, bé tự tin", "Ngôi nhà thứ hai của bé"),
    "TH": ("Học vui, sống tốt, lớn khôn", "Những bước chân đầu tiên", "Chăm ngoan từ điều nhỏ"),
    "THCS": ("Tự học, tự tin, tự trọng", "Học để hiểu, hiểu để làm", "Kỷ cương, thân thiện, tiến bộ"),
    "THPT": ("Trí tuệ, bản lĩnh, nhân ái", "Nơi ước mơ bắt đầu", "Học thật, thi thật, tài năng thật"),
    "GDTX": ("Học suốt đời, mở tương lai", "Cánh cửa thứ hai cho người học", "Học nghề giỏi, học văn hóa chắc"),
    "": (
        "Phục vụ nhà trường, đồng hành cùng phụ huynh",
        "Công khai, đúng hạn, tận tâm",
        "Vì sự học của con em địa phương",
    ),
}

SCHOOL_NEWS = (
    (
        "khai-giang",
        "Lễ khai giảng năm học 2026–2027 tại {short}",
        "2026-09-05",
        "Sáng 5/9, {n} {pupils} {short} dự lễ khai giảng trong nắng đầu thu; {new} em vào lớp đầu cấp được anh chị dắt tay qua cổng trường.",
        (
            "Buổi lễ gọn trong 60 phút. Phần lớn thời gian dành cho các em: hát, múa trống và trao {gift} suất học bổng của hội khuyến học {area}.",
            "Hiệu trưởng {head} nhắc ba việc của năm học: đọc sách mỗi ngày, đi học an toàn, và hỏi khi chưa hiểu.",
        ),
    ),
    (
        "hop-phu-huynh",
        "Họp phụ huynh đầu năm: những điều đã thống nhất",
        "2026-09-19",
        "{n2} gia đình đến dự. Các khoản thu, giờ đón trả và cách xem điểm được bàn kỹ ở từng lớp.",
        (
            "Học phí bằng 0 theo quy định từ năm học 2025–2026. Những khoản phục vụ có danh mục, mức thu và căn cứ niêm yết ở mục Công khai; khoản tự nguyện không tính theo đầu {pupils}.",
            "Phụ huynh nhận mã liên kết tại văn phòng để xem điểm của con trên cổng này. Mã dùng một lần, giữ kín như mật khẩu.",
        ),
    ),
    (
        "trung-thu",
        "Trung thu của {short}: {lantern} chiếc lồng đèn tự làm",
        "2026-09-25",
        "Mỗi lớp một mâm quả, một lồng đèn lớn. Nguyên liệu phần nhiều là tre, giấy báo cũ và chai nhựa sạch.",
        (
            "Ban giám khảo chấm cả phần thuyết trình: vì sao chọn hình, ai làm phần khung, ai dán giấy.",
            "Đêm rước đèn diễn ra trong sân trường, kết thúc lúc 20 giờ để các em về sớm.",
        ),
    ),
    (
        "an-toan-giao-thong",
        "Cổng trường an toàn: vạch dừng mới và đội trực sáng",
        "2026-10-05",
        "Từ tuần này, phụ huynh dừng xe sau vạch vàng. {teachers} trực cổng từ 6 giờ 30 đến 7 giờ 15.",
        (
            "Công an địa phương hướng dẫn đội mũ bảo hiểm đúng cách cho {n} {pupils}.",
            "Xe đưa đón dừng ở bãi phía {side}, các em đi bộ vào cổng theo lối có mái che.",
        ),
    ),
    (
        "thu-vien",
        "Thư viện mở thêm giờ trưa, có {books} đầu sách mới",
        "2026-10-12",
        "Thư viện mở từ 11 giờ đến 13 giờ các ngày thứ Hai, Tư, Sáu; mỗi em mượn hai quyển trong một tuần.",
        (
            "Sách mới do cựu {pupils} và nhà hảo tâm ở {area} tặng, nhiều nhất là truyện khoa học và sách về miền Đông Nam Bộ.",
            "Góc đọc có ghế thấp, đèn sáng và một bảng để các em viết lời giới thiệu sách cho bạn.",
        ),
    ),
    (
        "hoi-khoe",
        "Hội khỏe Phù Đổng cấp trường: {medals} bộ huy chương, một ngày vui",
        "2026-10-18",
        "Chạy, bật xa, kéo co và bóng đá mini; trời mát nên các trận đấu xong trước 16 giờ.",
        (
            "Đội kéo co thắng sát nút ở hiệp ba. Trọng tài là cựu {pupils} đang học ngành thể thao.",
            "Bảng thành tích treo ở sảnh; {short} cử {team} em dự hội khỏe cấp tỉnh.",
        ),
    ),
    (
        "20-10",
        "Một giờ hoạt động trải nghiệm ngày 20/10",
        "2026-10-20",
        "Các em viết thư tay cho bà, mẹ và cô. Thư được dán tem thật và gửi qua bưu điện {area}.",
        (
            "Cô phụ trách kể rằng nhiều em lần đầu viết địa chỉ lên phong bì.",
            "Những bức thư hay được đọc trong giờ chào cờ, có hỏi ý người viết trước.",
        ),
    ),
    (
        "tap-huan",
        "{teachers} tập huấn nhận xét và đánh giá theo Thông tư hiện hành",
        "2026-10-27",
        "Trọng tâm là lời nhận xét giúp các em biết làm gì tiếp theo; kết quả của mỗi em được giữ kín theo quy định.",
        (
            "Mỗi tổ mang ba bài làm thật, đã che tên, để cùng viết nhận xét rồi so lại.",
            "Theo điều lệ mới, việc đánh giá không so sánh {pupils} với nhau.",
        ),
    ),
    (
        "kiem-tra-giua-ki",
        "Lịch kiểm tra giữa học kì I và cách xem kết quả",
        "2026-11-02",
        "Kiểm tra từ 2/11 đến 7/11. Kết quả có trên cổng sau khi giáo viên công bố, chậm nhất 15/11.",
        (
            "Em nào vắng có lý do được kiểm tra bù trong tuần 9–14/11; phụ huynh báo giáo viên chủ nhiệm.",
            "Nếu thấy điểm chưa đúng, phụ huynh nhắn giáo viên bộ môn; mọi lần sửa điểm đều có lý do và được lưu lại.",
        ),
    ),
    (
        "20-11",
        "Kỷ niệm ngày Nhà giáo Việt Nam 20/11",
        "2026-11-20",
        "{short} tri ân các thế hệ nhà giáo bằng một buổi gặp mặt giản dị và {trees} cây xanh trồng quanh sân.",
        (
            "Cựu {pupils} nhiều khóa về thăm. Cô {alum} kể chuyện lớp học mái lá những năm đầu.",
            "Nhà trường xin phép không nhận hoa và quà của phụ huynh; một tấm thiệp tự làm là đủ.",
        ),
    ),
    (
        "nghi-24-11",
        "Thông báo lịch nghỉ ngày 24/11",
        "2026-11-22",
        "{short} nghỉ học thứ Ba 24/11 theo lịch nghỉ lễ. Các lớp học bình thường từ thứ Tư 25/11.",
        (
            "Bếp ăn không phục vụ trong ngày nghỉ; tiền ăn ngày này không thu.",
            "Bộ phận trực: văn phòng nhà trường, điện thoại {phone}.",
        ),
    ),
)

OFFICE_NEWS = (
    (
        "nhiem-vu-nam-hoc",
        "Hướng dẫn nhiệm vụ năm học 2026–2027 cho các trường ở {area}",
        "2026-08-20",
        "Văn bản nêu năm việc: ổn định mạng lưới sau sắp xếp, học bạ số, an toàn trường học, chuyển đổi số và công khai.",
        (
            "Các trường gửi kế hoạch trước ngày 5/9 qua hệ thống văn bản của ngành.",
            "Đầu mối giải đáp: {head}, điện thoại {phone}.",
        ),
    ),
    (
        "tuyen-sinh-dau-cap",
        "Tuyển sinh đầu cấp ở {area}: kết thúc đúng hạn",
        "2026-08-28",
        "{new} trẻ vào lớp 1 và lớp 6 được phân tuyến theo nơi ở; {gift} hồ sơ được xét bổ sung.",
        (
            "Phụ huynh nộp trực tuyến, không phải nộp bản giấy nếu thông tin cư trú đã xác thực.",
            "Trường nhận thông báo kết quả cho từng gia đình, không niêm yết danh sách có ngày sinh.",
        ),
    ),
    (
        "kiem-tra-truong",
        "Kiểm tra công tác đầu năm tại {team} trường",
        "2026-09-15",
        "Đoàn xem bếp ăn, nước uống, nhà vệ sinh và hồ sơ công khai trước khi xem sổ sách.",
        (
            "Ba tồn tại thường gặp: bảng công khai đặt chỗ khó thấy, thiếu sổ lưu mẫu thức ăn, lối thoát hiểm để đồ.",
            "Trường khắc phục trong 10 ngày và báo cáo kèm ảnh.",
        ),
    ),
    (
        "hoc-ba-so",
        "Học bạ số: lịch tập huấn cho cán bộ quản lý",
        "2026-09-22",
        "Tập huấn hai buổi cho hiệu trưởng và văn thư, có phần thực hành ký số.",
        (
            "Chữ ký của giáo viên, chủ nhiệm và hiệu trưởng theo đúng thứ tự; sửa sau khi ký là lập bản mới có lý do.",
            "Tài liệu có ở mục Văn bản.",
        ),
    ),
    (
        "hoi-thi-gv",
        "Hội thi giáo viên dạy giỏi khu vực {area}",
        "2026-10-08",
        "{medals} giáo viên dự thi ở bốn nhóm môn; tiết dạy được góp ý ngay trong ngày.",
        (
            "Ban tổ chức chấm theo hoạt động của {pupils} trong tiết học, không theo lượng phương tiện.",
            "Kết quả gửi về trường và từng giáo viên.",
        ),
    ),
    (
        "an-toan-thuc-pham",
        "Tăng cường an toàn bếp ăn bán trú",
        "2026-10-14",
        "Các bếp thực hiện kiểm thực ba bước, lưu mẫu 24 giờ; phụ huynh được vào xem theo lịch.",
        (
            "Đường dây phản ánh: {phone}, trả lời trong hai ngày làm việc.",
            "Trường công khai thực đơn tuần trên cổng của mình.",
        ),
    ),
    (
        "day-them",
        "Nhắc lại quy định về dạy thêm, học thêm",
        "2026-10-21",
        "Nhà trường không thu tiền các lớp học thêm do trường tổ chức cho {pupils} của mình.",
        (
            "Phụ huynh phản ánh qua hộp thư của {short}; thông tin người gửi được giữ kín.",
            "Căn cứ: Thông tư 29/2024/TT-BGDĐT.",
        ),
    ),
    (
        "chuyen-doi-so",
        "Cổng thông tin các trường: hạn hoàn thiện mục công khai",
        "2026-10-30",
        "Các trường hoàn thiện tám nội dung công khai trên cổng trước 15/12.",
        (
            "Mục nào thiếu, cổng hiện nhắc cho người quản trị trường.",
            "{short} tổng hợp và gửi kết quả về từng trường, không xếp hạng.",
        ),
    ),
    (
        "thi-dua-20-11",
        "Gặp mặt nhà giáo nhân ngày 20/11",
        "2026-11-18",
        "{trees} nhà giáo công tác lâu năm ở {area} được mời về gặp mặt, thăm hỏi.",
        (
            "Buổi gặp dành phần lớn thời gian cho chuyện nghề và đề xuất của cơ sở.",
            "Các ý kiến được ghi lại và trả lời bằng văn bản.",
        ),
    ),
    (
        "lich-nghi-24-11",
        "Lịch nghỉ ngày 24/11 của các trường",
        "2026-11-21",
        "Các trường nghỉ ngày 24/11; kế hoạch dạy bù do hiệu trưởng quyết định.",
        ("Trường bán trú báo sớm cho phụ huynh và nhà cung cấp.", "{short} có người trực tại trụ sở."),
    ),
)
