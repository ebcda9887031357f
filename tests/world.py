"""The world of the tests: equal ids in both portals, a canary word in each, people of every kind."""

from __future__ import annotations

import datetime
import io
import os

CANARY = {"alpha": "ChimHoangAnhAlpha", "beta": "ChimHoangYenBeta"}
PASSWORD = "mat-khau-thu-1"


def build() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.MEDIA_ROOT = str(settings.ENVIRONMENT.data_dir / "media" / "world")
    from tenants import hosts

    for ref in hosts.all_portals():
        if ref.slug in CANARY:
            _site(ref, CANARY[ref.slug])
    _people()
    _admissions()


def _site(ref, canary: str) -> None:  # type: ignore[no-untyped-def]
    from django.core.files.base import ContentFile
    from PIL import Image
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.images import get_image_model
    from wagtail.models import Collection, Site

    from cms_blocks.models import (
        ArticlePage,
        HomePage,
        NewsIndexPage,
        NewsPage,
        PortalDocument,
        PortalSettings,
        SectionPage,
    )
    from tenants import context

    with context.enter(ref):
        collection = Collection.get_first_root_node()
        out = io.BytesIO()
        Image.new("RGB", (900, 600), (20, 120, 60) if ref.slug == "alpha" else (200, 60, 60)).save(out, "PNG")
        image = get_image_model().objects.create(
            title=f"Ảnh {canary}",
            description=f"Mô tả {canary}",
            file=ContentFile(out.getvalue(), name="anh.png"),
            collection=collection,
        )
        document = PortalDocument.objects.create(
            title=f"Tệp {canary}",
            file=ContentFile(f"nội dung {canary}".encode(), name="tep.txt"),
            collection=collection,
        )
        PortalSettings.objects.update(tagline=f"Khẩu hiệu {canary}", supervisor=f"Người phụ trách {canary}")
        home = HomePage.objects.get()
        home.title = f"Trang chủ {canary}"
        home.save()
        section = home.add_child(
            instance=SectionPage(title=f"Mục {canary}", slug="muc", intro=f"Giới thiệu {canary}", show_in_menus=True)
        )
        article = section.add_child(instance=ArticlePage(title=f"Bài {canary}", slug="bai", intro=f"Tóm tắt {canary}"))
        block = "00000000-0000-4000-8000-000000000001"
        article.body = [
            {"type": "heading", "value": {"text": f"Đầu đề {canary}", "level": "h2"}},
            {"type": "rich_text", "value": f'<p>Văn bản {canary} <a linktype="page" id="{section.pk}">mục</a></p>'},
            {"type": "image", "value": {"image": image.pk, "alt": f"Ảnh {canary}", "caption": ""}},
            {
                "type": "grade_lookup",
                "id": block,
                "value": {"heading": f"Điểm {canary}", "explanation": "x", "terms": ["1", "2"], "any_school": True},
            },
            {
                "type": "pay",
                "id": block[:-1] + "3",
                "value": {"heading": f"Nộp {canary}", "explanation": "x", "show_fees": True},
            },
            {"type": "my_invoices", "id": block[:-1] + "4", "value": {"heading": "Biên lai", "explanation": "x"}},
            {"type": "fee_list", "value": {"heading": "Khoản thu", "explanation": ""}},
            {
                "type": "grade_lookup",
                "id": block[:-1] + "2",
                "value": {"heading": "Điểm", "explanation": "x", "terms": ["1", "2"], "any_school": False},
            },
        ]
        article.save_revision().publish()
        news = NewsIndexPage.objects.get()
        news.add_child(
            instance=NewsPage(
                title=f"Tin {canary}",
                slug="tin",
                intro=f"Tóm tắt {canary}",
                image=image,
                date=datetime.date(2026, 11, 1),
            )
        )
        draft = section.add_child(instance=ArticlePage(title=f"Nháp {canary}", slug="nhap", live=False))
        draft.save_revision()
        private = section.add_child(instance=ArticlePage(title=f"Riêng {canary}", slug="rieng"))
        from wagtail.models import PageViewRestriction

        _questions(canary)
        _form(canary)
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        Redirect.objects.create(old_path="/duong-cu", site=Site.objects.get(), redirect_page=article, is_permanent=True)
        _records(home, document, canary)


def _records(home, document, canary: str) -> None:  # type: ignore[no-untyped-def]
    """Official documents and what else a portal keeps as rows; after the pages, whose ids the tests know."""
    from cms_blocks.registry.models import OfficialDocument, OfficialFile, RegistryPage

    home.refresh_from_db()
    home.add_child(instance=RegistryPage(title=f"Văn bản {canary}", slug="van-ban"))
    official = OfficialDocument.objects.create(
        kind="quyet-dinh", number="01/QĐ-THU", abstract=f"Trích yếu {canary}", issuer=f"Cơ quan {canary}",
        issued_on=datetime.date(2026, 9, 1),
    )  # fmt: skip
    OfficialFile.objects.create(official=official, document=document)
    _calendar_and_staff(home, canary)


def _calendar_and_staff(home, canary: str) -> None:  # type: ignore[no-untyped-def]
    from cms_blocks.events.models import CalendarPage, Event
    from cms_blocks.models import NewsCategory
    from cms_blocks.staff.models import StaffPage, StaffPerson, StaffPosition, StaffUnit

    home.add_child(instance=CalendarPage(title=f"Lịch {canary}", slug="lich"))
    home.add_child(instance=StaffPage(title=f"Tổ chức {canary}", slug="to-chuc"))
    Event.objects.create(title=f"Họp {canary}", slug="hop", place=f"Phòng A1 {canary}",
                         first_day=datetime.date(2030, 1, 7), start_time=datetime.time(7, 30))  # fmt: skip
    unit = StaffUnit.objects.create(name=f"Ban {canary}")
    person = StaffPerson.objects.create(full_name="Người Thử", about=f"Giới thiệu {canary}")
    StaffPosition.objects.create(unit=unit, person=person, title=f"Chức vụ {canary}", sort_order=0)
    category = NewsCategory(name=f"Chuyên mục {canary}", slug="chuyen-muc")
    category.save()


def _form(canary: str) -> None:
    from cms_blocks.forms import services
    from cms_blocks.forms.models import Form

    field = "00000000-0000-4000-8000-00000000000a"
    form = Form.objects.create(
        title=f"Biểu mẫu {canary}",
        fields=[{"type": "text", "value": {"label": f"Ô {canary}", "required": True}, "id": field}],
    )
    services.submit(form_id=form.pk, nonce="world", values={f"o-{field}": f"Bài {canary}"})


def _questions(canary: str) -> None:
    """One that waits, one that is answered in public; the asker's name is the canary too."""
    from django.utils import timezone

    from cms_blocks.questions.models import PublicAnswer, Question

    today = timezone.localdate()
    for number in (1, 2):
        question = Question.objects.create(
            code=f"AAAAA-BBBB{number + 1}",
            nonce=f"world{number}",
            title=f"Hỏi {canary} số {number}",
            text=f"Nội dung {canary}",
            name=f"Người Hỏi {canary}",
            consent_version=1,
            due=today,
            erase_after=today,
        )
    PublicAnswer.objects.create(
        question=question, title=f"Câu đã trả lời {canary}", answer=f"Đáp {canary}", published_at=timezone.now()
    )


def _people() -> None:
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from cms_blocks.starter import ADMINISTRATORS
    from portal_host.demo import load_school
    from school_services.fees.models import FeeKind
    from school_services.gradebook.models import Assessment, Mark
    from school_services.identity.models import Role, User
    from school_services.identity.services import create_account
    from school_services.rosters.models import (
        ClassGroup,
        Enrolment,
        Guardianship,
        SchoolYear,
        Student,
        Subject,
        TeachingAssignment,
        Term,
    )
    from tenants import context, hosts

    refs = {ref.slug: ref for ref in hosts.all_portals()}
    with context.platform():
        load_school.calendar()
        people = {
            login: create_account(login=login, full_name=name, password=PASSWORD)
            for login, name in {
                "web.alpha@example.vn": "Biên Tập Alpha",
                "web.beta@example.vn": "Biên Tập Beta",
                "0912000001": "Phụ Huynh Hai Con",
                "0912000002": "Phụ Huynh Khác",
                "gv.alpha@example.vn": "Giáo Viên Alpha",
                "gv.beta@example.vn": "Giáo Viên Beta",
                "vp.alpha@example.vn": "Văn Phòng Alpha",
                "vp.beta@example.vn": "Văn Phòng Beta",
                "kt.beta@example.vn": "Kế Toán Beta",
                "vanhanh@example.vn": "Vận Hành",
            }.items()
        }
        User.objects.filter(pk=people["vanhanh@example.vn"].pk).update(is_superuser=True)
        year = SchoolYear.objects.get(code="2026-2027")
        term = Term.objects.get(year=year, number=1)
    for slug, level, grade in (("alpha", "THCS", 7), ("beta", "THPT", 10)):
        ref, canary = refs[slug], CANARY[slug]
        with context.enter(ref):
            people[f"web.{slug}@example.vn"].groups.add(Group.objects.get(name=ADMINISTRATORS))
        with context.enter(ref), context.scope((ref.unit_id,)):
            unit = ref.unit_id
            teacher, office = people[f"gv.{slug}@example.vn"], people[f"vp.{slug}@example.vn"]
            start = datetime.date(2025, 8, 1)
            Role.objects.create(unit_id=unit, user=teacher, kind=Role.Kind.TEACHER, valid_from=start)
            Role.objects.create(unit_id=unit, user=office, kind=Role.Kind.REGISTRAR, valid_from=start)
            if slug == "beta":
                Role.objects.create(
                    unit_id=unit, user=people["kt.beta@example.vn"], kind=Role.Kind.ACCOUNTANT, valid_from=start
                )
            FeeKind.objects.create(
                unit_id=unit, year=year, code="CANARY", name=f"Khoản {canary}", basis="voluntary",
                legal_basis=f"Căn cứ {canary}", price=0, place=99,
            )  # fmt: skip
            group = ClassGroup.objects.create(unit_id=unit, year=year, grade=grade, name=f"{grade}A1")
            subject = Subject.objects.get(level=level, code="TOAN")
            TeachingAssignment.objects.create(unit_id=unit, teacher=teacher, class_group=group, subject=subject)
            for number in (1, 2, 3):
                student = Student.objects.create(
                    unit_id=unit,
                    code=f"{slug.upper()}{number}",
                    full_name=f"Em {canary} Số{number}",
                    birth_date=datetime.date(2014, 5, number),
                    gender="1",
                )
                Enrolment.objects.create(unit_id=unit, student=student, class_group=group, valid_from=year.starts)
                if number == 1:
                    Guardianship.objects.create(unit_id=unit, user=people["0912000001"], student=student)
                if number == 2 and slug == "alpha":
                    Guardianship.objects.create(unit_id=unit, user=people["0912000002"], student=student)
            _camera(unit, canary, group, office, f"00000000000000{slug[0]}1")
            _message(unit, canary, people[f"vp.{slug}@example.vn"], people["0912000002"], slug == "alpha")
            column = Assessment.objects.create(
                unit_id=unit,
                class_group=group,
                subject=subject,
                term=term,
                kind="TX",
                ordinal=1,
                published_at=timezone.now(),
            )
            for position, student in enumerate(Student.objects.filter(unit_id=unit).order_by("code")):
                Mark.objects.create(
                    unit_id=unit,
                    assessment=column,
                    student=student,
                    value=f"{6 + position}.5",
                    status="RECORDED",
                    recorded_by=teacher,
                    recorded_at=timezone.now(),
                )


def _camera(unit: int, canary: str, group, office, public_id: str) -> None:  # type: ignore[no-untyped-def]
    """A class camera that is always open, paused with the canary as reason."""
    from django.utils import timezone

    from school_services.cameras.models import Camera, OpenTime, Pause

    camera = Camera.objects.create(
        unit_id=unit, public_id=public_id, class_group=group, name=f"Máy {canary}", source="", added_by=office
    )
    OpenTime.objects.create(
        unit_id=unit, camera=camera, weekdays="2345678", start=datetime.time(0), end=datetime.time(23, 59)
    )
    Pause.objects.create(unit_id=unit, camera=camera, reason=f"Nghỉ {canary}", made_by=office, made_at=timezone.now())


def _message(unit: int, canary: str, office, parent, told: bool) -> None:  # type: ignore[no-untyped-def]
    """A campaign in each school; in alpha (made first, so with id 1) a message of it to a parent of alpha alone."""
    from django.utils import timezone

    from school_services.messaging.models import Campaign, Message

    now = timezone.now()
    row = Campaign.objects.create(
        unit_id=unit, audience="school", kind="notice", title=f"Tin {canary}", body=f"Nội dung {canary}", made_by=office
    )
    if told:
        Message.objects.create(
            unit_id=unit, recipient=parent, campaign=row, kind="notice", key="world", title=f"Tin {canary}",
            body=f"Nội dung {canary}", sms="x", made_at=now, due_at=now, planned_at=now,
        )  # fmt: skip


def _admissions() -> None:
    """The department's open season, with an application (id 1) that nobody of the routes' actors may see."""
    from django.utils import timezone

    from school_services.admissions.models import Application, Choice, Document, Event, Season
    from school_services.identity.services import create_account
    from tenants import context, hosts

    unit = next(ref.unit_id for ref in hosts.all_portals() if ref.slug == "so")
    now = timezone.now()
    with context.platform():
        guardian = create_account(login="0912000003", full_name="Phụ Huynh Dự Tuyển", password=PASSWORD)
    with context.platform(), context.scope((unit,)):
        season = Season.objects.create(
            unit_id=unit,
            slug="lop10",
            name="Tuyển sinh lớp 10",
            year=2027,
            state=Season.State.OPEN,
            plan={
                "grade": 10,
                "method": "exam",
                "papers": [{"code": "TOAN", "name": "Toán"}],
                "documents": [{"code": "ks", "name": "Giấy khai sinh"}],
            },
            opens_at=now - datetime.timedelta(days=1),
            closes_at=now + datetime.timedelta(days=3650),
        )
        Choice.objects.create(unit_id=unit, season=season, code="A", name="THPT A", quota=10)
        row = Application.objects.create(
            unit_id=unit,
            season=season,
            guardian=guardian,
            full_name=f"Em {CANARY['alpha']} Dự Tuyển",
            birth_date=datetime.date(2011, 3, 4),
            pupil_code=CANARY["alpha"].upper(),
            school_name="Trường THCS Alpha",
            wishes=["A"],
            state=Application.State.SUBMITTED,
            submitted_at=now,
            version=1,
            receipt="0" * 64,
        )
        data = f"%PDF- {CANARY['alpha']}".encode()
        Document.objects.create(
            unit_id=unit,
            application=row,
            kind="ks",
            content_type="application/pdf",
            size=len(data),
            sha256="0" * 64,
            data=data,
        )
        Event.objects.create(unit_id=unit, application=row, kind="submitted", note=CANARY["alpha"])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_host.settings.test")
    build()
