"""The registry as visitors, search and webmasters meet it."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

import search
from cms_blocks.models import ArticlePage, PortalDocument
from cms_blocks.registry import rules
from cms_blocks.registry.models import OfficialDocument, OfficialFile, OfficialRelation, RegistryPage
from tenants import context

from . import paper

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _here(alpha: Any) -> Any:
    with context.enter(alpha):
        yield


def official(number: str, abstract: str = "Về việc thử", **values: Any) -> OfficialDocument:
    values = {"kind": "quyet-dinh", "issuer": "Sở Giáo dục và Đào tạo", "issued_on": datetime.date(2026, 3, 3)} | values
    return OfficialDocument.objects.create(number=number, abstract=abstract, **values)


def body(visit: Any, address: str, status: int = 200) -> str:
    response = visit("alpha").get(address)
    assert response.status_code == status, address
    return response.content.decode()


def shown(visit: Any, address: str) -> list[str]:
    return re.findall(r'<h3><a href="/van-ban/([^"]+)/">', body(visit, address))


@pytest.mark.parametrize(
    ("number", "kind", "issuer", "department", "expected", "slug"),
    [
        (5, "Quyết định", "THCSNT", "", "05/QĐ-THCSNT", "quyet-dinh"),
        (123, "ke-hoach", "SGDĐT", "", "123/KH-SGDĐT", "ke-hoach"),
        (7, "Công văn", "SGDĐT", "GDTrH", "07/SGDĐT-GDTrH", "cong-van"),
    ],
)
def test_the_number_of_an_outgoing_document(
    number: int, kind: str, issuer: str, department: str, expected: str, slug: str
) -> None:
    assert rules.document_number(number, kind, issuer, department) == expected
    assert rules.tidy_number(expected) == expected
    assert rules.kind_of_number(expected) == slug


def test_no_number_for_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="Thư tay"):
        rules.document_number(1, "Thư tay", "A")


@pytest.mark.parametrize(
    "asked",
    ["15/2026/TT-BGDĐT", "15/2026/TT-BGDDT", "15/2026/tt-bgddt", "15 / 2026 / TT - BGDĐT", "15/2026", "2026/tt-bgddt",
     "tt-bgddt 15", "15 TT", "15/2026/t", "công khai", "cong khai", "CÔNG KHAI 15", "thông tư 15", "thong tu cong khai"],
)  # fmt: skip
def test_found_by_half_a_number_in_any_spelling(asked: str, visit: Any) -> None:
    official("15/2026/TT-BGDĐT", "Quy định về công khai", kind="thong-tu", issuer="Bộ Giáo dục và Đào tạo")
    official("115/2026/TT-BNV", "Quy định khác", kind="thong-tu", issuer="Bộ Nội vụ")
    official("15/QĐ-SGDĐT", "Khen thưởng", issued_on=datetime.date(2025, 1, 1))
    response = visit("alpha").get("/van-ban/", {"q": asked})
    assert re.findall(r'<h3><a href="/van-ban/([^"]+)/">', response.content.decode()) == ["15-2026-tt-bgddt"]


def test_sorted_by_date_then_number(visit: Any) -> None:
    for number in ("9/QĐ-A", "10/QĐ-A", "2/QĐ-A"):
        official(number)
    official("1/QĐ-A", issued_on=datetime.date(2026, 3, 4))
    official("99/QĐ-A", is_public=False)
    assert shown(visit, "/van-ban/") == ["01-qd-thu", "01-qd-a", "10-qd-a", "09-qd-a", "02-qd-a"]
    assert body(visit, "/van-ban/99-qd-a/", 404)


def test_filters_are_links_that_count(visit: Any) -> None:
    official("1/TT-B", kind="thong-tu", issuer="Bộ Nội vụ", field="Tài chính")
    official("2/TT-B", kind="thong-tu", issuer="Bộ  Nội vụ", issued_on=datetime.date(2025, 3, 3))
    page = body(visit, "/van-ban/")
    assert 'href="?loai=thong-tu">Thông tư <span class="count">2</span>' in page
    assert 'href="?nam=2025">2025 <span class="count">1</span>' in page
    assert 'href="?co-quan=bo-noi-vu">Bộ Nội vụ <span class="count">2</span>' in page
    narrowed = body(visit, "/van-ban/?loai=thong-tu&nam=2025")
    assert 'href="?loai=thong-tu" aria-current="true">2025' in narrowed, "a chosen one leads back"
    assert shown(visit, "/van-ban/?loai=thong-tu&nam=2025") == ["02-tt-b"]
    for nonsense in ("loai=xyz", "nam=1812", "nam=abcd", "co-quan=khong-co", "linh-vuc=x"):
        body(visit, f"/van-ban/?{nonsense}", 404)


def test_two_of_one_number(visit: Any) -> None:
    """Numbers begin anew each year."""
    first, second = official("1/KH-A"), official("01/KH-A", issued_on=datetime.date(2025, 1, 1))
    assert (first.slug, second.slug) == ("01-kh-a", "01-kh-a-2")


def test_what_replaces_ends_what_it_replaces(visit: Any) -> None:
    old, new = official("1/QĐ-A", "Cũ"), official("2/QĐ-A", "Mới", effective_on=TODAY - DAY)
    later = official("3/QĐ-A", effective_on=TODAY + 30 * DAY)
    OfficialRelation.objects.create(source=new, target=old, kind="replaces")
    old.refresh_from_db()
    assert old.expires_on == TODAY - DAY
    page = body(visit, "/van-ban/01-qd-a/")
    assert "Hết hiệu lực" in page
    assert "Được thay thế bởi" in page
    assert "/van-ban/02-qd-a/" in page
    page = body(visit, "/van-ban/02-qd-a/")
    assert "Còn hiệu lực" in page
    assert re.search(r"Quyết định 01/QĐ-A\s*<strong class=\"force lapsed\">Hết hiệu lực", page), "where it is named"
    assert "Chưa có hiệu lực" in body(visit, f"/van-ban/{later.slug}/")


def test_dates_that_cannot_be() -> None:
    wrong = OfficialDocument(kind="quyet-dinh", number="1/QĐ", abstract="x", issuer="x", issued_on=TODAY,
                             effective_on=TODAY, expires_on=TODAY - DAY)  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        wrong.full_clean(exclude=["slug", "issuer_slug", "field_slug"])
    assert set(refused.value.message_dict) == {"expires_on"}


def test_links_say_that_a_document_has_lapsed(visit: Any) -> None:
    lapsed, valid = official("1/QĐ-A", expires_on=TODAY), official("2/QĐ-A", expires_on=TODAY + DAY)
    files = []
    for one in (lapsed, valid):
        file = PortalDocument.objects.create(title=one.number, file=SimpleUploadedFile("a.txt", b"x"))
        OfficialFile.objects.create(official=one, document=file)
        files.append(file)
    page = ArticlePage.objects.get(slug="bai")
    links = "".join(f'<a linktype="document" id="{file.pk}">{file.title}</a> ' for file in files)
    page.body = [
        {"type": "rich_text", "value": f'<p>{links}<a href="https://a.example/van-ban/01-qd-a/">theo địa chỉ</a></p>'},
        {"type": "link_list", "value": {"heading": "", "links": [
            {"label": f"tệp {n}", "page": None, "document": file.pk, "url": "", "description": ""} for n, file in enumerate(files)
        ]}},
    ]  # fmt: skip
    page.save_revision().publish()
    response = visit("alpha").get("/muc/bai/")
    text = response.content.decode()
    mark = '<strong class="force lapsed">Hết hiệu lực</strong>'
    assert f"{mark} 01/QĐ-A</a>" in text
    assert f"{mark} theo địa chỉ" in text
    assert f"{mark} 02/QĐ-A" not in text
    assert re.search(r"tệp 0 <span class=\"force lapsed\">Hết hiệu lực", text)
    assert not re.search(r"tệp 1 <span", text)
    midnight = timezone.make_aware(datetime.datetime.combine(TODAY + DAY, datetime.time()))
    kept = sum(
        int(number) for number in re.findall(r"(?:s-maxage|stale-while-revalidate)=(\d+)", response["Cache-Control"])
    )
    assert kept <= (midnight - timezone.now()).total_seconds() + 2, (
        "the page is not shown past the day on which a link lapses"
    )


def test_search_finds_it_and_knows_its_end(visit: Any, alpha: Any, jobs: Any) -> None:
    official("15/2026/TT-BGDĐT", "Quy định về công khai", kind="thong-tu", expires_on=TODAY - DAY)
    jobs()
    for asked in ("15/2026/tt-bgddt", "15/2026", "cong khai"):
        hits = search.find(asked, alpha).hits
        assert [(hit.path, hit.kind, hit.expired) for hit in hits] == [
            ("/van-ban/15-2026-tt-bgddt/", "document", True)
        ], asked
    page = RegistryPage.objects.get()
    page.unpublish()
    jobs()
    assert not search.find("15/2026", alpha).hits


def test_a_list_for_members_hides_its_documents(visit: Any, alpha: Any, jobs: Any) -> None:
    jobs()
    official("15/2026/TT-BGDĐT", "Quy định về công khai")
    jobs()
    assert search.find("15/2026", alpha).hits
    restriction = PageViewRestriction.objects.create(page=RegistryPage.objects.get(), restriction_type="login")
    jobs()
    assert not search.find("15/2026", alpha).hits
    assert visit("alpha").get("/van-ban/15-2026-tt-bgddt/").status_code == 302
    assert "15-2026-tt-bgddt" not in body(visit, "/sitemap.xml")
    restriction.delete()
    jobs()
    assert search.find("15/2026", alpha).hits


def test_the_same_queries_for_three_and_thirty(visit: Any) -> None:
    client = visit("alpha")
    counts = []
    for many in (3, 27):
        for _ in range(many):
            one = official(f"{OfficialDocument.objects.count()}/QĐ-A", field="Tuyển sinh")
            OfficialRelation.objects.create(
                source=one, target=OfficialDocument.objects.get(number="01/QĐ-THU"), kind="based_on"
            )
            file = PortalDocument.objects.create(title="x", file=SimpleUploadedFile("a.txt", b"x"))
            OfficialFile.objects.create(official=OfficialDocument.objects.get(number="01/QĐ-THU"), document=file)
        page = ArticlePage.objects.get(slug="bai")
        rows = [
            {
                "type": "documents",
                "value": {"heading": "Văn bản", "kind": "", "field": "", "in_force": True, "count": 20},
            }
        ]
        links = "".join(f'<a linktype="document" id="{file.pk}">x</a>' for file in PortalDocument.objects.all())
        page.body = [*rows, {"type": "rich_text", "value": f"<p>{links}</p>"}]
        page.save_revision().publish()
        for address in ("/van-ban/", "/van-ban/01-qd-thu/", "/muc/bai/"):
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(address).status_code == 200
            counts.append(len([q for q in queries if "set_config" not in q["sql"]]))
    assert counts[:3] == counts[3:], counts
    assert max(counts) <= 22, counts


def test_block_without_a_list_and_with_hostile_words(visit: Any) -> None:
    official("1/QĐ-A", '<script>alert("x")</script>' + "Đ" * 500, issuer="<b>x</b>")
    page = ArticlePage.objects.get(slug="bai")
    page.body = [
        {
            "type": "documents",
            "value": {"heading": "<i>h</i>", "kind": "quyet-dinh", "field": "", "in_force": True, "count": 1},
        }
    ]
    page.save_revision().publish()
    for address in ("/muc/bai/", "/van-ban/", "/van-ban/01-qd-a/"):
        text = body(visit, address)
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text
    RegistryPage.objects.get().delete()
    assert "/van-ban/01-qd-a/" not in body(visit, "/muc/bai/")


WEBMASTER = "web.alpha@example.vn"


def send(visit: Any, *files: tuple[str, bytes], login: str = WEBMASTER) -> Any:
    uploads = [SimpleUploadedFile(name, content, "application/pdf") for name, content in files]
    return visit("alpha", login).post("/admin/van-ban/tu-pdf/", {"papers": uploads})


def test_a_pdf_fills_the_form(visit: Any) -> None:
    official("12/QĐ-SGDĐT", "Cũ", issuer="Sở Giáo dục và Đào tạo", issued_on=datetime.date(2025, 8, 10))
    official("15/2026/TT-BGDĐT", "Thông tư", kind="thong-tu")
    client = visit("alpha", WEBMASTER)
    response = client.post("/admin/van-ban/tu-pdf/", {"papers": [SimpleUploadedFile("quet.pdf", paper.decision())]})
    made = OfficialDocument.objects.get(number="07/QĐ-SGDĐT")
    assert response.status_code == 302
    assert (made.kind, made.issued_on, made.issuer) == (
        "quyet-dinh",
        datetime.date(2026, 1, 5),
        "Sở Giáo dục và Đào tạo",
    )
    assert (made.signer, made.effective_on, made.is_public) == ("Trần Thị Mẫu", datetime.date(2026, 2, 1), False)
    assert {(r.kind, r.target.number) for r in made.relations.all()} == {
        ("replaces", "12/QĐ-SGDĐT"),
        ("based_on", "15/2026/TT-BGDĐT"),
    }
    assert OfficialDocument.objects.get(number="12/QĐ-SGDĐT").expires_on is None, "not before a person has checked"
    assert re.search(r"/07-qd-sgddt(_\w{7})?\.pdf$", made.files.get().document.file.name), (
        "another test's file may be there"
    )
    body(visit, f"/van-ban/{made.slug}/", 404)
    form = client.get(response["Location"])
    assert form.status_code == 200
    assert re.search(r'<input[^>]*name="is_public"[^>]*checked', form.content.decode()), "saving shows it"
    values = dict(
        re.findall(
            r'<input type="hidden" name="((?:files|relations)-[^"]*)"(?: value="([^"]*)")?', form.content.decode()
        )
    )
    values |= {f"{name}": value for name, value in _form_values(form).items()}
    saved = client.post(response["Location"].partition("?")[0], values)
    assert saved.status_code == 302, saved.context and saved.context["form"].errors
    assert "Còn hiệu lực" in body(visit, f"/van-ban/{made.slug}/")
    assert OfficialDocument.objects.get(number="12/QĐ-SGDĐT").expires_on == datetime.date(2026, 2, 1)


def _form_values(response: Any) -> dict[str, Any]:
    """What a browser sends of the form as it came."""
    form = response.context["form"]
    values: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value not in (None, False):
            values[bound.html_name] = "on" if value is True else value
    for formset in form.formsets.values():
        for bound in formset.management_form:
            values[bound.html_name] = bound.value()
        for inner in formset.forms:
            for bound in inner:
                value = bound.value()
                if value not in (None, False):
                    values[bound.html_name] = value
    return values


def test_several_at_once_and_one_of_them_bad(visit: Any) -> None:
    before = set(OfficialDocument.objects.values_list("pk", flat=True))
    response = send(visit, ("a.pdf", paper.decision()), ("b.pdf", b"%PDF-1.7 nothing"), ("c.pdf", paper.letter()))
    assert response.status_code == 302
    assert response["Location"].endswith("?is_public=false")
    made = OfficialDocument.objects.exclude(pk__in=before)
    assert set(made.values_list("number", "is_public")) == {("07/QĐ-SGDĐT", False), ("128/THPTNVM-VP", False)}


def test_a_hostile_pdf_leaves_nothing(visit: Any) -> None:
    rows, files = OfficialDocument.objects.count(), PortalDocument.objects.count()
    hostile = paper.pdf(
        [(9, 9, "x")], extra={"js": "<< /S /JavaScript /JS (app.alert(1)) >>"}, catalog="/OpenAction {js}"
    )
    response = send(visit, ("xấu.pdf", hostile))
    assert response.status_code == 200
    assert "xấu.pdf: Tệp PDF có" in response.content.decode()
    assert (OfficialDocument.objects.count(), PortalDocument.objects.count()) == (rows, files)


def test_a_scan_keeps_its_file(visit: Any) -> None:
    response = send(visit, ("Quyet dinh khen thuong.pdf", paper.scan()))
    assert response.status_code == 302
    made = OfficialDocument.objects.latest("pk")
    assert (made.abstract, made.number, made.is_public) == ("Quyet dinh khen thuong", "", False)


def test_who_may_not(visit: Any) -> None:
    before = OfficialDocument.objects.count()
    assert send(visit, ("a.pdf", paper.decision()), login="gv.alpha@example.vn").status_code == 302
    assert send(visit, ("a.pdf", paper.decision()), login="web.beta@example.vn").status_code == 302
    assert OfficialDocument.objects.count() == before


def test_many_are_shown_at_once(visit: Any, alpha: Any, jobs: Any) -> None:
    hidden = [official(f"{n}/QĐ-A", "Chờ kiểm tra", is_public=False) for n in range(1, 4)]
    jobs()
    client = visit("alpha", WEBMASTER)
    address = "/admin/bulk/registry/officialdocument/show/?" + "&".join(f"id={one.pk}" for one in hidden)
    assert client.get(address).status_code == 200
    assert client.post(address + "&next=/admin/snippets/registry/officialdocument/").status_code == 302
    assert OfficialDocument.objects.filter(is_public=True, abstract="Chờ kiểm tra").count() == 3
    jobs()
    assert len(search.find("chờ kiểm tra", alpha).hits) == 3


def test_admin_pages(visit: Any) -> None:
    client = visit("alpha", WEBMASTER)
    for address in ("/admin/snippets/registry/officialdocument/", "/admin/snippets/registry/officialdocument/?q=thu",
                    "/admin/snippets/registry/officialdocument/add/", "/admin/van-ban/tu-pdf/",
                    "/admin/snippets/registry/officialdocument/?export=csv"):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert "Từ PDF" in client.get("/admin/snippets/registry/officialdocument/").content.decode()
    assert "van-ban" in client.get("/admin/").content.decode()


def test_moving_the_list_moves_the_documents(visit: Any, alpha: Any, jobs: Any) -> None:
    page = RegistryPage.objects.get()
    page.move(Page.objects.get(slug="muc"), pos="last-child")
    jobs()
    assert "Trích yếu" in body(visit, "/muc/van-ban/01-qd-thu/")
    assert [hit.path for hit in search.find("01/QĐ-THU", alpha).hits] == ["/muc/van-ban/01-qd-thu/"]
