"""Forms: composed by a webmaster, filled in by a visitor, exported harmlessly, erased in time."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from cms_blocks.forms import rules, selectors, services
from cms_blocks.forms.models import Form, Submission, SubmissionFile
from cms_blocks.forms.tasks import erase_due
from cms_blocks.models import ArticlePage
from school_services.errors import Conflict
from school_services.identity.models import AuditEntry
from tenants import context

pytestmark = pytest.mark.django_db

WEB = "web.alpha@example.vn"
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF"
ID = "00000000-0000-4000-8000-0000000000{:02x}"


def office(part: str, *more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", part, *more):
            archive.writestr(name, "x")
    return out.getvalue()


FIELDS = [
    ("text", {"label": "Họ tên", "required": True}),
    ("textarea", {"label": "Ghi chú", "required": False}),
    ("number", {"label": "Số người", "least": 1, "most": 5, "required": True}),
    ("choice", {"label": "Buổi", "options": "Sáng\nChiều\n\nSáng", "required": True}),
    ("choices", {"label": "Món", "options": "Cơm\nPhở\nCháo", "required": False}),
    ("date", {"label": "Ngày", "required": False}),
    ("phone", {"label": "Điện thoại", "required": False}),
    ("email", {"label": "Thư", "required": False}),
    ("file", {"label": "Đơn", "kinds": ["document"], "megabytes": 1, "required": True}),
]


def composed(**values: Any) -> Form:
    blocks = [{"type": kind, "value": value, "id": ID.format(at)} for at, (kind, value) in enumerate(FIELDS)]
    return Form.objects.create(**({"title": "Đăng ký", "fields": blocks} | values))


def filled(**change: Any) -> dict[str, Any]:
    """What a visitor enters, by the place of the field."""
    values: dict[str, Any] = {
        "0": "Trần Thử",
        "2": "3",
        "3": "Chiều",
        "4": ["Cơm", "Cháo"],
        "5": "2026-12-05",
        "6": "0912 345 678",
        "8": SimpleUploadedFile("don.pdf", PDF),
    } | change
    named = {f"o-{ID.format(int(at))}": value for at, value in values.items() if at.isdigit() and value is not None}
    return named | {"dong_y": "on"} | {key: value for key, value in values.items() if not key.isdigit()}


# Rules


@pytest.mark.parametrize(
    ("opens", "closes", "limit", "sent", "standing"),
    [
        (None, None, None, 9, rules.OPEN),
        (1, None, None, 0, rules.NOT_YET),
        (-1, 1, None, 0, rules.OPEN),
        (-2, -1, None, 0, rules.OVER),
        (-2, 0, None, 0, rules.OVER),  # the closing moment is outside
        (0, None, None, 0, rules.OPEN),  # the opening moment is inside
        (None, None, 3, 2, rules.OPEN),
        (None, None, 3, 3, rules.FULL),
        (None, None, 0, 0, rules.FULL),
        (-2, -1, 1, 1, rules.OVER),
    ],
)
def test_standing(opens: int | None, closes: int | None, limit: int | None, sent: int, standing: str) -> None:
    now = timezone.now()
    moments = [now + datetime.timedelta(hours=hours) if hours is not None else None for hours in (opens, closes)]
    assert rules.standing(now, opens=moments[0], closes=moments[1], limit=limit, sent=sent) == standing


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("don.pdf", PDF, "pdf"),
        ("DON.PDF", PDF, "pdf"),
        ("anh.jpg", b"\xff\xd8\xff\xe0", "jpg"),
        ("anh.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp"),
        ("bai.docx", office("word/document.xml"), "docx"),
        ("bang.xlsx", office("xl/workbook.xml"), "xlsx"),
        ("am.webp", b"RIFF\x00\x00\x00\x00WAVEfmt ", ""),
        ("don.pdf", b"MZ\x90\x00", ""),
        ("don.pdf", b"<html>%PDF-", ""),
        ("don.exe", PDF, ""),
        ("don.html", b"<script>", ""),
        ("anh.svg", b"<svg onload='x'>", ""),
        ("macro.docx", office("word/document.xml", "word/vbaProject.bin"), ""),
        ("bai.docx", office("xl/workbook.xml"), ""),
        ("bai.docx", b"PK\x03\x04 not an office file", ""),
        ("don", PDF, ""),
        ("", PDF, ""),
    ],
)
def test_a_file_is_what_its_bytes_say(name: str, content: bytes, kind: str) -> None:
    assert rules.file_kind(name, content, tuple(rules.KINDS)) == kind


def test_only_chosen_kinds() -> None:
    assert rules.file_kind("don.pdf", PDF, rules.GROUPS["picture"]) == ""


@pytest.mark.parametrize(
    ("typed", "cell"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-5", "-5"),
        ("+84912345678", "+84912345678"),
        ("-1.234,5", "-1.234,5"),
        ("Trần Thử", "Trần Thử"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(typed: str, cell: str) -> None:
    assert rules.cell(typed) == cell


# Visitors


def test_sent_without_account_cookie_or_javascript(visit: Any, opened: Any, inside: Any, jobs: Any) -> None:
    form = composed(notify="vanphong@example.vn", confirmation="Hẹn gặp bạn.")
    client = visit("alpha")
    hidden = opened(client, form.get_absolute_url())
    response = client.post(form.get_absolute_url(), filled() | hidden)
    assert response.status_code == 302
    assert "Hẹn gặp bạn." in client.get(response["Location"]).content.decode()
    assert not client.cookies
    assert "no-store" in response["Cache-Control"]
    submission = Submission.objects.get(form=form)
    values = {label: value for _field, label, value in submission.answers}
    assert values == {
        "Họ tên": "Trần Thử",
        "Ghi chú": "",
        "Số người": "3",
        "Buổi": "Chiều",
        "Món": ["Cơm", "Cháo"],
        "Ngày": "2026-12-05",
        "Điện thoại": "0912 345 678",
        "Thư": "",
        "Đơn": "don.pdf",
    }
    assert submission.erase_after == timezone.localdate() + datetime.timedelta(days=180)
    file = submission.files.get()
    assert file.file.read() == PDF
    assert "don" not in file.file.name
    assert visit("alpha", WEB).get(f"/media/{file.file.name}").status_code == 404, "only for those who may read it"
    assert client.post(form.get_absolute_url(), filled() | hidden).status_code == 302
    assert Submission.objects.filter(form=form).count() == 1, "sent twice, kept once"
    jobs()
    letter = mail.outbox[-1]
    assert letter.to == ["vanphong@example.vn"]
    assert "Trần Thử" not in letter.body + letter.subject


def test_nothing_is_lost_on_an_error_not_even_the_file(visit: Any, opened: Any, inside: Any) -> None:
    form = composed()
    client = visit("alpha")
    hidden = opened(client, form.get_absolute_url())
    response = client.post(form.get_absolute_url(), filled(**{"2": "9", "6": "12", "dong_y": ""}) | hidden)
    body = response.content.decode()
    assert response.status_code == 422
    for kept in ("Trần Thử", 'value="2026-12-05"', 'value="9"', hidden["ve"], "Đã nhận “don.pdf”"):
        assert kept in body, kept
    assert re.search(r'value="Chiều"[^>]*checked', body)
    assert body.count("checked") == 3, "one radio, two boxes"
    assert 'id="loi"' in body
    assert not Submission.objects.filter(form=form).exists()
    again = client.post(form.get_absolute_url(), filled(**{"8": None}) | hidden)
    assert again.status_code == 302, "the file need not be chosen twice"
    assert Submission.objects.get(form=form).files.get().file.read() == PDF


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"0": ""}, "Họ tên"),
        ({"2": "0"}, "Số người"),
        ({"2": "ba"}, "Số người"),
        ({"3": "Tối"}, "Buổi"),
        ({"4": ["Bún"]}, "Món"),
        ({"5": "31/02/2026"}, "Ngày"),
        ({"6": "abc"}, "Điện thoại"),
        ({"7": "khong"}, "Thư"),
        ({"8": SimpleUploadedFile("don.pdf", b"MZ")}, "Đơn"),
        ({"8": SimpleUploadedFile("don.pdf", PDF + b" " * 1024 * 1024)}, "Đơn"),
        ({"8": None}, "Đơn"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], said: str, visit: Any, opened: Any, inside: Any) -> None:
    form = composed()
    client = visit("alpha")
    response = client.post(form.get_absolute_url(), filled(**change) | opened(client, form.get_absolute_url()))
    assert response.status_code == 422
    summary = response.content.decode().split('id="loi"')[1].split("</ul>")[0]
    assert said in summary
    assert summary.count("<li>") == 1
    assert not Submission.objects.filter(form=form).exists()


def test_markup_stays_text(visit: Any, opened: Any, inside: Any) -> None:
    form = composed()
    client = visit("alpha")
    evil = "<script>alert(1)</script>"
    page = client.post(
        form.get_absolute_url(), filled(**{"0": evil, "2": "9"}) | opened(client, form.get_absolute_url())
    )
    assert evil not in page.content.decode()
    assert (
        client.post(
            form.get_absolute_url(), filled(**{"0": evil}) | opened(client, form.get_absolute_url())
        ).status_code
        == 302
    )
    submission = Submission.objects.get(form=form)
    staff = visit("alpha", WEB)
    for address in (f"/admin/bieu-mau/{form.pk}/", f"/admin/bieu-mau/bai/{submission.pk}/"):
        body = staff.get(address).content.decode()
        assert evil not in body
        assert "&lt;script&gt;" in body


def test_closed_and_full(visit: Any, inside: Any) -> None:
    now = timezone.now()
    over = composed(closes_at=now - datetime.timedelta(minutes=1))
    assert visit("alpha").get(over.get_absolute_url()).status_code == 410
    full = composed(limit=1)
    values = {f"o-{ID.format(0)}": "A"}
    services.submit(form_id=full.pk, nonce="first", values=values)
    with pytest.raises(Conflict, match="full"):
        services.submit(form_id=full.pk, nonce="second", values=values)
    services.submit(form_id=full.pk, nonce="first", values=values)
    assert Submission.objects.filter(form=full).count() == 1


def test_consent_keeps_its_version(inside: Any) -> None:
    form = composed(consent_text="Bản một")
    values = {f"o-{ID.format(0)}": "A"}
    first = services.submit(form_id=form.pk, nonce="1", values=values)
    form.title = "Tên khác"
    form.save()
    form.consent_text = "Bản hai"
    form.save()
    second = services.submit(form_id=form.pk, nonce="2", values=values)
    assert (first.consent.text, second.consent.text) == ("Bản một", "Bản hai")
    assert [c.number for c in form.consents.order_by("number")] == [1, 2]


def test_in_a_page_the_form_is_public_and_without_a_ticket(visit: Any, inside: Any) -> None:
    form = composed()
    page = ArticlePage.objects.get(slug="bai")
    page.body = [{"type": "form", "value": form.pk and {"form": form.pk}, "id": ID.format(99)}]
    page.save_revision().publish()
    response = visit("alpha").get("/muc/bai/")
    body = response.content.decode()
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in body
    assert 'name="ve"' not in body
    assert f'src="{form.get_absolute_url()}"' in body
    part = visit("alpha").get(form.get_absolute_url(), headers={"X-Portal-Island": "1"})
    assert b'name="ve"' in part.content
    assert b"<html" not in part.content


# Staff


def test_export_is_complete_and_harmless(inside: Any, visit: Any) -> None:
    form = composed()
    evil = '=HYPERLINK("http://x")'
    for number, text in enumerate((evil, "Lê\x07 Thử", "-2+3")):
        values = {f"o-{ID.format(0)}": text, f"o-{ID.format(4)}": ["Cơm", "@SUM(A1)"]}
        services.submit(form_id=form.pk, nonce=str(number), values=values)
    staff = visit("alpha", WEB)
    answer = staff.get(f"/admin/bieu-mau/{form.pk}/xuat/csv/")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][1:4] == ["Họ tên", "Ghi chú", "Số người"]
    assert [row[1] for row in rows[1:]] == [f"'{evil}", "Lê\x07 Thử", "'-2+3"]
    answer = staff.get(f"/admin/bieu-mau/{form.pk}/xuat/xlsx/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert all(cell.value is None for cell in cells if cell.data_type == "n")
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [f"'{evil}", "Lê Thử", "'-2+3"]
    with context.scope((inside.unit_id,)):
        assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["export_csv", "export_xlsx"]


def test_fields_that_are_gone_stay_in_the_export(inside: Any) -> None:
    form = composed()
    services.submit(form_id=form.pk, nonce="1", values={f"o-{ID.format(0)}": "A", f"o-{ID.format(1)}": "ghi chú cũ"})
    form.fields = [{"type": "text", "value": {"label": "Tên gọi mới", "required": True}, "id": ID.format(0)}]
    form.save()
    form.refresh_from_db()
    table = selectors.table(form, form.submissions.all())
    assert table.header[:2] == ("Tên gọi mới", "Ghi chú")
    assert table.rows[0].cells[:2] == ("A", "ghi chú cũ")


def test_who_may_not_read(inside: Any, visit: Any, actor_of: Any) -> None:
    from django.contrib.auth.models import Group

    from cms_blocks.starter import EDITORS
    from school_services.identity.models import User

    form = composed()
    submission = services.submit(form_id=form.pk, nonce="1", values={f"o-{ID.format(0)}": "Bí mật"})
    editor = User.objects.get(username="gv.alpha@example.vn")
    editor.groups.add(Group.objects.get(name=EDITORS))
    client = visit("alpha", "gv.alpha@example.vn")
    assert client.get("/admin/snippets/forms/form/").status_code == 200, "an editor composes forms"
    for address in (
        f"/admin/bieu-mau/{form.pk}/",
        f"/admin/bieu-mau/bai/{submission.pk}/",
        f"/admin/bieu-mau/{form.pk}/xuat/csv/",
    ):
        response = client.get(address)
        assert response.status_code == 302, "and is sent back from what came in"
        assert "Bí mật" not in response.content.decode()
    with pytest.raises(PermissionDenied):
        services.erase(actor=actor_of("gv.alpha@example.vn"), submission_id=submission.pk)


def test_erasing_takes_the_files_too(inside: Any, django_capture_on_commit_callbacks: Any) -> None:
    form = composed()
    values = {f"o-{ID.format(0)}": "A", f"o-{ID.format(8)}": SimpleUploadedFile("don.pdf", PDF)}
    old = services.submit(form_id=form.pk, nonce="old", values=values)
    services.keep_files(form=form, nonce="unsent", files={"x": SimpleUploadedFile("don.pdf", PDF)})
    kept = SubmissionFile.objects.get(nonce="unsent")
    names = [old.files.get().file.name, kept.file.name]
    Submission.objects.filter(pk=old.pk).update(erase_after=timezone.localdate() - datetime.timedelta(days=1))
    SubmissionFile.objects.filter(pk=kept.pk).update(at=timezone.now() - datetime.timedelta(days=2))
    assert all(default_storage.exists(name) for name in names)
    with django_capture_on_commit_callbacks(execute=True):
        erase_due.func(envelope={"portal": inside.uid}, arguments={})
    assert not Submission.objects.filter(form=form).exists()
    assert not any(default_storage.exists(name) for name in names)


def test_a_file_is_saved_never_shown(inside: Any, visit: Any) -> None:
    form = composed()
    values = {f"o-{ID.format(8)}": SimpleUploadedFile('a"b\r\n.pdf', PDF)}
    file = services.submit(form_id=form.pk, nonce="1", values=values).files.get()
    response = visit("alpha", WEB).get(f"/admin/bieu-mau/tep/{file.pk}/")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert "\n" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert visit("beta", "web.beta@example.vn").get(f"/admin/bieu-mau/tep/{file.pk}/").status_code == 404


def test_a_webmaster_composes_one_in_the_editor(visit: Any, inside: Any) -> None:
    client = visit("alpha", WEB)
    assert client.get("/admin/snippets/forms/form/add/").status_code == 200
    data = {
        "title": "Góp ý", "intro": "", "consent_text": "Đồng ý", "kept_days": "30", "confirmation": "Cảm ơn",
        "limit": "", "notify": "", "opens_at": "", "closes_at": "",
        "fields-count": "2",
        "fields-0-type": "text", "fields-0-deleted": "", "fields-0-order": "0", "fields-0-id": ID.format(1),
        "fields-0-value-label": "Tên", "fields-0-value-help_text": "", "fields-0-value-required": "on",
        "fields-1-type": "choice", "fields-1-deleted": "", "fields-1-order": "1", "fields-1-id": ID.format(2),
        "fields-1-value-label": "Chọn", "fields-1-value-help_text": "", "fields-1-value-options": "Chỉ một",
    }  # fmt: skip
    response = client.post("/admin/snippets/forms/form/add/", data)
    assert json.dumps("ít nhất hai lựa chọn")[1:-1] in response.content.decode()
    response = client.post("/admin/snippets/forms/form/add/", data | {"fields-1-value-options": "Một\nHai"})
    assert response.status_code == 302, response.content.decode()[:2000]
    form = Form.objects.get(title="Góp ý")
    assert [str(block.id) for block in form.fields] == [ID.format(1), ID.format(2)]
    assert b"Ch" in visit("alpha").get(form.get_absolute_url()).content
