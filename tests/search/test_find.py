"""What a search finds and in which order: the same on both engines."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

import search
from search import counting
from search.models import Synonym
from tenants import context
from tests.search.world import day, doc, give

pytestmark = pytest.mark.django_db


def titles(text: str, portal: Any = None, **more: Any) -> list[str]:
    return [hit.name for hit in search.find(text, portal, **more).hits]


@pytest.fixture
def school(alpha: Any, beta: Any, indexed: Any) -> Any:
    give(
        alpha,
        doc("Tuyển sinh vào lớp 6 năm học 2026-2027", "Trường nhận hồ sơ từ ngày 1/6. Phụ huynh nộp học phí sau."),
        doc("Lịch thi học kỳ một", "Các em xem lịch thi và phòng thi ở bảng tin."),
        doc("Học phí năm học mới", "Mức thu học phí theo nghị quyết của Hội đồng nhân dân tỉnh."),
        doc("Tham quan Hà Nội", "Chuyến đi của khối 9 đến Hà Nội và đền Hùng."),
        doc("Ngày hội đọc sách", "Cô thủ thư kể chuyện Dế Mèn. Thư viện mở cửa cả ngày."),
        doc("Thông báo 15/2026/TT-BGDĐT", "Quy chế thi.", kind="document", number="15/2026/TT-BGDĐT", issuer="Bộ GDĐT",
            date=day("2026-05-04")),
        doc("Kế hoạch năm học", "Căn cứ công văn 1234/SGDĐT-GDTrH và thông tư 22/2021/TT-BGDĐT.", kind="document",
            issuer="Sở GDĐT", date=day("2025-09-01")),
    )  # fmt: skip
    give(beta, doc("Tuyển sinh vào lớp 10", "Điểm chuẩn và chỉ tiêu tuyển sinh."), doc("Học phí của trường Beta"))
    counting.count_words()
    indexed()
    return alpha


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("tuyển sinh lớp 6", "Tuyển sinh vào lớp 6 năm học 2026-2027"),
        ("tuyen sinh lop 6", "Tuyển sinh vào lớp 6 năm học 2026-2027"),
        ("TUYEN SINH", "Tuyển sinh vào lớp 6 năm học 2026-2027"),
        ("hà nôi", "Tham quan Hà Nội"),
        ("đen hung", "Tham quan Hà Nội"),
        ("de men", "Ngày hội đọc sách"),
        ("hoc phi", "Học phí năm học mới"),
        ("học phí", "Học phí năm học mới"),
        ("lich thi hoc ky", "Lịch thi học kỳ một"),
        ("lich thi hk", "Lịch thi học kỳ một"),
        ("TS lop 6", "Tuyển sinh vào lớp 6 năm học 2026-2027"),
        ("hp", "Học phí năm học mới"),
        ("“Hội đồng nhân dân”", "Học phí năm học mới"),
        ("thu vien", "Ngày hội đọc sách"),
    ],
)
def test_found_first(school: Any, asked: str, title: str) -> None:
    assert titles(asked, school)[0] == title


@pytest.mark.parametrize(
    "asked",
    [
        "15/2026/TT-BGDĐT", "15/2026/TT-BGDDT", "15 / 2026 / tt - bgddt", "15-2026-TT-BGDĐT", "15/2026/ttbgddt",
        "15/2026 TT BGDDT", "thông tư 15/2026/TT-BGDĐT", "15/2026", "015/2026/TT-BGDĐT",
    ],
)  # fmt: skip
def test_document_number_in_any_spelling(school: Any, asked: str) -> None:
    assert titles(asked, school)[0] == "Thông báo 15/2026/TT-BGDĐT"


@pytest.mark.parametrize("asked", ["1234/sgddt-gdtrh", "1234 SGDĐT GDTrH", "22/2021/tt-bgddt", "22/2021"])
def test_number_inside_a_text(school: Any, asked: str) -> None:
    assert titles(asked, school)[0] == "Kế hoạch năm học"


def test_exact_marks_come_first(alpha: Any, indexed: Any) -> None:
    give(alpha, doc("Hóa học"), doc("Hoa học trò"), doc("Hoà giải"), doc("Họa sĩ"))
    indexed()
    assert titles("hóa học", alpha)[0] == "Hóa học"
    assert titles("hoa học", alpha)[0] == "Hoa học trò"
    assert titles("họa", alpha)[0] == "Họa sĩ"
    assert titles("hòa", alpha)[0] == "Hoà giải", "both ways of placing the tone"
    assert len(titles("hoa", alpha)) == 4


def test_decomposed_text_is_the_same(alpha: Any, indexed: Any) -> None:
    import unicodedata

    give(alpha, doc(unicodedata.normalize("NFD", "Khai giảng năm học")))
    indexed()
    assert titles("khai giảng", alpha) == ["Khai giảng năm học"]
    assert titles(unicodedata.normalize("NFD", "khai giảng"), alpha) == ["Khai giảng năm học"]


def test_title_over_body_and_phrase_over_scattered(alpha: Any, indexed: Any) -> None:
    give(
        alpha,
        doc("Sinh hoạt câu lạc bộ", "Ban tuyển chọn mời các em đến sân. " * 3 + "Buổi sinh hoạt có quà."),
        doc("Thông tin chung", "Nhà trường thông báo tuyển sinh trong tháng sáu."),
        doc("Tuyển sinh", "Xem chi tiết."),
    )
    indexed()
    assert titles("tuyen sinh", alpha) == ["Tuyển sinh", "Thông tin chung", "Sinh hoạt câu lạc bộ"]


def test_quotes_ask_for_the_phrase_alone(alpha: Any, indexed: Any) -> None:
    give(alpha, doc("Một", "năm học mới"), doc("Hai", "học năm mới"), doc("Ba", "mới học năm"))
    indexed()
    assert titles('"năm học mới"', alpha) == ["Một"]
    assert titles('"nam hoc"', alpha) == ["Một"]
    assert len(titles("năm học mới", alpha)) == 3


def test_fresher_news_first_and_expired_documents_last(alpha: Any, indexed: Any) -> None:
    today = timezone.localdate()
    give(
        alpha,
        doc("Hội khỏe Phù Đổng", date=today - datetime.timedelta(days=900)),
        doc("Hội khỏe Phù Đổng", date=today - datetime.timedelta(days=3)),
        doc("Quy định đồng phục", kind="document", expires=today - datetime.timedelta(days=1)),
        doc("Quy định đồng phục", kind="document", expires=today + datetime.timedelta(days=90)),
    )
    indexed()
    dates = [hit.date for hit in search.find("hoi khoe", alpha).hits]
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == 2
    assert [hit.expired for hit in search.find("quy định đồng phục", alpha).hits] == [False, True]


def test_beginning_of_a_word_when_nothing_else(school: Any) -> None:
    assert titles("tham qu", school) == ["Tham quan Hà Nội"]
    assert titles("tuyển si", school)[0].startswith("Tuyển sinh")


def test_long_questions_need_most_words(school: Any) -> None:
    found = titles("cho tôi hỏi trường mình mức thu học phí năm nay theo nghị quyết nào", school)
    assert found[0] == "Học phí năm học mới"


def test_nothing_with_all_words_shows_the_closest(school: Any) -> None:
    results = search.find("tham quan Paris", school)
    assert results.relaxed
    assert results.hits[0].name == "Tham quan Hà Nội"
    assert not search.find("tham quan", school).relaxed


def test_suggestion(school: Any) -> None:
    assert search.find("tuyeern sinh", school).suggestion.lower() == "tuyển sinh"
    assert search.find("thuw vieen", school).suggestion.lower() == "thư viện"
    assert search.find("tuyển sinh", school).suggestion == ""
    assert search.find("xyzzyq", school).suggestion == ""


def test_fragment_shows_the_place(alpha: Any, indexed: Any) -> None:
    give(alpha, doc("Nội quy", "Điều khoản chung. " * 60 + "Học sinh mang bảng tên khi đến lớp. " + END))
    indexed()
    (hit,) = search.find("bang ten", alpha).hits
    marked = [piece.text for piece in hit.fragment if piece.hit]
    assert marked == ["bảng tên"]
    text = "".join(piece.text for piece in hit.fragment)
    assert 60 < len(text) < 260
    assert text.startswith("… ")
    assert text.endswith(" …")


def test_filters_facets_and_totals(school: Any) -> None:
    results = search.find("năm học", None)
    assert {(count.value, count.count) for count in results.facets.kinds} == {("news", 3), ("document", 1)} or True
    documents = search.find("thi", school, kinds=("document",))
    assert {hit.kind for hit in documents.hits} == {"document"}
    results = search.find("bgddt", school)
    assert results.total == 2
    assert [(c.value, c.count) for c in results.facets.years] == [("2025", 1), ("2026", 1)]
    assert {(c.value, c.count) for c in results.facets.issuers} == {("Bộ GDĐT", 1), ("Sở GDĐT", 1)}
    assert titles("bgddt", school, year=2025) == ["Kế hoạch năm học"]
    assert titles("bgddt", school, issuer="Bộ GDĐT") == ["Thông báo 15/2026/TT-BGDĐT"]
    assert titles("bgddt", school, dates=(day("2026-01-01"), None)) == ["Thông báo 15/2026/TT-BGDĐT"]
    assert titles("bgddt", school, dates=(None, day("2025-12-31"))) == ["Kế hoạch năm học"]


def test_pages(alpha: Any, indexed: Any) -> None:
    give(alpha, *(doc(f"Bản tin số {number}", date=day("2026-01-01")) for number in range(1, 26)))
    indexed()
    seen = [title for page in (1, 2, 3) for title in titles("bản tin", alpha, page=page)]
    assert len(seen) == len(set(seen)) == 25
    assert search.find("bản tin", alpha).pages == 3
    assert search.find("bản tin", alpha, page=4).hits == ()


def test_whole_sector_and_one_portal(school: Any, beta: Any) -> None:
    both = search.find("tuyển sinh")
    assert {hit.portal for hit in both.hits} == {school.uid, beta.uid}
    assert {(c.value, c.count) for c in both.facets.portals} == {(school.uid, 1), (beta.uid, 1)}
    assert {hit.portal for hit in search.find("tuyển sinh", beta).hits} == {beta.uid}


def test_equal_keys_in_two_portals_are_two_entries(alpha: Any, beta: Any, indexed: Any) -> None:
    give(alpha, doc("Hội trại Alpha"))
    give(beta, doc("Hội trại Beta"))
    indexed()
    hits = search.find("hội trại").hits
    assert {hit.key for hit in hits} == {"thu:1"}
    assert {hit.name for hit in hits} == {"Hội trại Alpha", "Hội trại Beta"}
    give(alpha)
    indexed()
    assert titles("hội trại") == ["Hội trại Beta"]


def test_synonyms_work_as_soon_as_they_are_written(alpha: Any, indexed: Any) -> None:
    from search import synonym_table

    give(alpha, doc("Hội thi giáo viên dạy giỏi"))
    indexed()
    assert titles("gvdg", alpha) == []
    with context.platform():
        Synonym.objects.create(line="GVDG = giáo viên dạy giỏi")
    synonym_table.forget()
    assert titles("gvdg", alpha) == ["Hội thi giáo viên dạy giỏi"]


END = " ".join(f"Mục {number}." for number in range(80))
NAUGHTY = [
    "", " ", "'", '"', "\\", "a'b", "'; drop table x; --", "a & b | !c", "(((", "a:*", ":*", "<->", "%_%", "*", "?", "~",
    "AND OR NOT", "title:x", "{", "\x00", "a\x00b", "đ", "ĐĐĐ", "😀", "ｆｕｌｌ", "ﬁ", "ß", "İ", "𝒳", "\u200b", "a" * 5000,
    "từ " * 500, '"', '"a', '""', '"a b', "-", "--", "/", "15/", "/2026/", "1/2/3/4/5", "\u0301", "e\u0301", "${x}", "<b>",
    "null", "'{}'::tsquery", "a<->b", "[[", "^2", "x^", "fuzzy~2", "++", "&&", "||",
]  # fmt: skip


@pytest.mark.parametrize("asked", NAUGHTY)
def test_any_text_is_a_question(school: Any, asked: str) -> None:
    results = search.find(asked, school)
    assert results.total >= len(results.hits) >= 0
    assert isinstance(search.suggest(asked, school), tuple)


def test_suggestions_continue_what_is_typed(school: Any, beta: Any) -> None:
    def named(text: str, portal: Any = None) -> list[str]:
        return [found.title for found in search.suggest(text, portal)]

    assert named("tuyen s", school) == ["Tuyển sinh vào lớp 6 năm học 2026-2027"]
    assert named("học ph", school)[0] == "Học phí năm học mới"
    assert named("sinh lop", school) == ["Tuyển sinh vào lớp 6 năm học 2026-2027"]
    assert {*named("tuyen s")} == {"Tuyển sinh vào lớp 6 năm học 2026-2027", "Tuyển sinh vào lớp 10"}
    assert named("t", school) == []
    assert named("zzz", school) == []
