"""The block: a visitor sees what it is, a guardian sees the published marks of own children and nothing else."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cms_blocks.models import ArticlePage
from school_services.gradebook.models import Assessment, Mark, Remark, TermReport
from school_services.identity.models import User
from school_services.rosters.models import ClassGroup, Enrolment, Guardianship, Student, Subject
from tenants import context
from tests.world import CANARY

pytestmark = pytest.mark.django_db
PARENT, OTHER = "84912000001", "84912000002"
ANY_SCHOOL, THIS_SCHOOL = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
ISLAND = {"X-Portal-Island": "1"}


@pytest.fixture
def url(alpha: Any) -> Any:
    with context.enter(alpha):
        page = ArticlePage.objects.get(slug="bai").pk
    return lambda block=ANY_SCHOOL: f"/_f/grade-lookup/{page}/{block}/"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def children(response: Any) -> list[str]:
    return [name.strip() for name in re.findall(r'<h3 id="con-\d+">(.*?)</h3>', response.content.decode())]


def test_a_visitor_reads_what_it_is_and_how_to_get_in(visit: Any, url: Any) -> None:
    shell = visit("alpha").get("/muc/bai/")
    assert f"Điểm {CANARY['alpha']}" in shell.content.decode()
    assert f'href="{url()}"' in shell.content.decode()
    assert not shell.cookies
    assert "Em " not in text(shell)
    alone = visit("alpha").get(url())
    assert (alone.status_code, alone["Location"]) == (302, f"/tai-khoan/dang-nhap/?next={url().replace('/', '%2F')}")
    assert visit("alpha").get(url(), headers=ISLAND).status_code == 401


@pytest.mark.parametrize("headers", [{}, ISLAND])
def test_a_guardian_sees_own_children_of_all_schools(headers: dict[str, str], visit: Any, url: Any) -> None:
    response = visit("alpha", PARENT).get(url(), headers=headers)
    assert sorted(children(response)) == [f"Em {CANARY[slug]} Số1" for slug in ("alpha", "beta")]
    assert "6,5" in text(response)
    assert "7,5" not in text(response)  # the child of somebody else
    assert response["Cache-Control"] == "private, no-store"
    assert response.content.count(b"<html") == (0 if headers else 1)


def test_this_school_alone_when_the_block_says_so(visit: Any, url: Any) -> None:
    assert children(visit("alpha", PARENT).get(url(THIS_SCHOOL))) == [f"Em {CANARY['alpha']} Số1"]
    assert children(visit("alpha", OTHER).get(url(THIS_SCHOOL))) == [f"Em {CANARY['alpha']} Số2"]


def test_no_child_no_marks_and_the_way_to_link_one(visit: Any, url: Any) -> None:
    response = visit("alpha", "web.alpha@example.vn").get(url())
    assert children(response) == []
    assert "/tai-khoan/lien-ket/" in response.content.decode()


@pytest.mark.parametrize("how", ["ended", "left", "unpublished", "superseded"])
def test_what_is_no_longer_theirs_is_gone(how: str, visit: Any, url: Any, alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        student = Student.objects.get(code="ALPHA1")
        mark = Mark.objects.get(student=student)
        if how == "ended":
            Guardianship.objects.filter(student=student).update(ended_at=timezone.now())
        elif how == "left":
            Enrolment.objects.filter(student=student).update(valid_to=datetime.date(2026, 10, 1))
        elif how == "unpublished":
            Assessment.objects.update(published_at=None)
        else:
            Mark.objects.filter(pk=mark.pk).update(superseded_at=timezone.now())
    response = visit("alpha", PARENT).get(url(THIS_SCHOOL))
    assert "6,5" not in text(response)
    assert len(children(response)) == (0 if how in {"ended", "left"} else 1)


def test_new_since_the_last_visit(visit: Any, url: Any, alpha: Any) -> None:
    client = visit("alpha", PARENT)
    first, second = (text(client.get(url(THIS_SCHOOL))) for _ in range(2))
    assert "Kể từ lần xem trước" not in first
    assert "Không có gì mới" in second, second
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        mark = Mark.objects.get(student__code="ALPHA1")
        Mark.objects.filter(pk=mark.pk).update(superseded_at=timezone.now())
        Mark.objects.create(
            unit_id=alpha.unit_id,
            assessment_id=mark.assessment_id,
            student_id=mark.student_id,
            value="9.5",
            status="RECORDED",
            recorded_by_id=mark.recorded_by_id,
            recorded_at=timezone.now(),
        )
    third = text(client.get(url(THIS_SCHOOL)))
    assert "Kể từ lần xem trước" in third
    assert "9,5 mới" in third
    assert "6,5" not in third


def test_one_guardians_look_is_not_the_others(visit: Any, url: Any, alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        student = Student.objects.get(code="ALPHA1")
        Guardianship.objects.create(unit_id=alpha.unit_id, user=User.objects.get(username=OTHER), student=student)
    visit("alpha", PARENT).get(url(THIS_SCHOOL))
    other = visit("alpha", OTHER).get(url(THIS_SCHOOL))
    assert len(children(other)) == 2
    assert "Không có gì mới" not in text(other)


@pytest.mark.parametrize("change", ["draft", "restricted", "deleted block", "other page", "no such block"])
def test_only_a_block_that_stands_on_a_public_page(change: str, visit: Any, url: Any, alpha: Any) -> None:
    from wagtail.models import PageViewRestriction

    address = url()
    with context.enter(alpha):
        page = ArticlePage.objects.get(slug="bai")
        if change == "draft":
            page.unpublish()
        elif change == "restricted":
            PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")
        elif change == "deleted block":
            page.body = []
            page.save_revision().publish()
        elif change == "other page":
            address = address.replace(f"/{page.pk}/", f"/{page.get_parent().pk}/")
        else:
            address = address.replace("0001/", "0009/")
    assert visit("alpha", PARENT).get(address).status_code == 404


def test_no_rank_and_no_average_of_a_class(visit: Any, url: Any) -> None:
    """TT 15/2026 Điều 22(2)."""
    words = text(visit("alpha", PARENT).get(url())).lower()
    assert not re.search(r"xếp hạng|thứ hạng|hạng \d|trung bình lớp|cao nhất lớp", words)


def test_a_post_is_refused(visit: Any, url: Any) -> None:
    response = visit("alpha", PARENT).post(url())
    assert response.status_code == 405


def family(alpha: Any, count: int) -> None:
    """`count` children of one account in one class, each with marks in five subjects."""
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        group, user = ClassGroup.objects.get(), User.objects.get(username="gv.alpha@example.vn")
        term_id = Assessment.objects.first().term_id  # type: ignore[union-attr]
        columns = [
            Assessment.objects.get_or_create(
                unit_id=alpha.unit_id,
                class_group=group,
                subject=subject,
                term_id=term_id,
                kind="TX",
                ordinal=1,
                defaults={"published_at": timezone.now()},
            )[0]
            for subject in Subject.objects.filter(level="THCS", kind="score")[:5]
        ]
        for number in range(count):
            student = Student.objects.create(
                unit_id=alpha.unit_id,
                code=f"NHA{count}-{number}",
                full_name="Em Đông Con",
                birth_date=datetime.date(2014, 1, 1),
                gender="1",
            )
            Enrolment.objects.create(
                unit_id=alpha.unit_id, student=student, class_group=group, valid_from=datetime.date(2026, 9, 5)
            )
            Guardianship.objects.create(unit_id=alpha.unit_id, user=user, student=student)
            Mark.objects.bulk_create(
                Mark(
                    unit_id=alpha.unit_id,
                    assessment=column,
                    student=student,
                    value=8,
                    status="RECORDED",
                    recorded_by=user,
                    recorded_at=timezone.now(),
                )
                for column in columns
            )


def test_three_children_and_thirty_take_the_same_queries(visit: Any, url: Any, alpha: Any) -> None:
    counts = []
    client: Client = visit("alpha", "gv.alpha@example.vn")
    client.get(url())
    for count in (3, 27):
        family(alpha, count)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url(), headers=ISLAND)
        counts.append((len(children(response)), len(queries)))
    assert [number for number, _ in counts] == [3, 30]
    assert counts[0][1] == counts[1][1] <= 20


def test_comments_assessments_and_results_are_there_too(visit: Any, url: Any, alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        group, user = ClassGroup.objects.get(), User.objects.get(username="gv.alpha@example.vn")
        term = Assessment.objects.first().term  # type: ignore[union-attr]
        now = timezone.now()
        for code, words, published in (("ALPHA1", "Rất chăm học", now), ("ALPHA2", "Lời cho em khác", now)):
            student = Student.objects.get(code=code)
            TermReport.objects.create(unit_id=alpha.unit_id, student=student, class_group=group, term=term, conduct=3,
                                      absences=1, comment=words, recorded_by=user, recorded_at=now,
                                      published_at=published)  # fmt: skip
        first = Student.objects.get(code="ALPHA1")
        Remark.objects.create(unit_id=alpha.unit_id, student=first, class_group=group, item="VAN", period=1, level="",
                              comment="Viết văn có cảm xúc", recorded_by=user, recorded_at=now, published_at=now)  # fmt: skip
        Remark.objects.create(unit_id=alpha.unit_id, student=first, class_group=group, item="TOAN", period=1, level="",
                              comment="Chưa công bố", recorded_by=user, recorded_at=now)  # fmt: skip
    text = visit("alpha", "84912000001").get(url(), headers=ISLAND).content.decode()
    for words in ("Rất chăm học", "rèn luyện: Tốt", "Viết văn có cảm xúc"):
        assert words in text, words
    for words in ("Lời cho em khác", "Chưa công bố"):
        assert words not in text, words
