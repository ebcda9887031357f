from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.messaging.sms import Segments, segments, strip_diacritics


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM7", 0, 1)),
        ("a" * 160, Segments("GSM7", 160, 1)),
        ("a" * 161, Segments("GSM7", 161, 2)),
        ("a" * 306, Segments("GSM7", 306, 2)),
        ("a" * 307, Segments("GSM7", 307, 3)),
        ("đ" * 70, Segments("UCS2", 70, 1)),
        ("đ" * 71, Segments("UCS2", 71, 2)),
        ("đ" * 134, Segments("UCS2", 134, 2)),
        ("đ" * 135, Segments("UCS2", 135, 3)),
        ("[" * 80, Segments("GSM7", 160, 1)),
        ("[" * 81, Segments("GSM7", 162, 2)),
        # an escaped sign is not cut in two: 152 letters, the sign goes into the second part
        ("a" * 152 + "€" + "a" * 152, Segments("GSM7", 306, 3)),
        ("😀" * 35, Segments("UCS2", 70, 1)),
        ("450.000 ₫", Segments("UCS2", 9, 1)),
    ],
)
def test_parts(text: str, expected: Segments) -> None:
    assert segments(text) == expected


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đặng Thị Ngọc Ánh", "Dang Thi Ngoc Anh"),
        ("Học phí tháng 11: 450.000 ₫ – “đúng hạn”…", 'Hoc phi thang 11: 450.000 d - "dung han"...'),
    ],
)
def test_without_marks(text: str, plain: str) -> None:
    assert strip_diacritics(text) == plain
    assert segments(plain).encoding == "GSM7"


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵ ,.0123456789"))
def test_stripping_never_takes_more_parts(text: str) -> None:
    assert segments(strip_diacritics(text)).parts <= segments(text).parts
    assert segments(strip_diacritics(text)).encoding == "GSM7"
