"""Fill the copy of the world that browsers visit: `python -m tests.browser.fill`, with DATABASE_URL set.

Portals of every kind, three of them with the demo's content; one portal in each state, one whose tables are broken.
Passwords are set again: those of the world are hashed for speed, and the server runs with the product's own settings.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import django

from tests.world import PASSWORD

PORTALS = Path(__file__).with_name("portals.csv")
FILLED = ("so", "thpt-thu", "mam-non-thu")
STATES = {"tam-ngung": "suspended", "da-dong": "retired", "chi-doc": "read_only"}
# Articles of alpha that a test edits, each its own.
DRAFTED = {"goc-phu-huynh": "Góc phụ huynh", "thong-bao": "Thông báo của trường"}
PEOPLE = (
    "web.alpha@example.vn", "84912000001", "84912000002", "gv.alpha@example.vn", "vp.alpha@example.vn",
    "ht.alpha@example.vn", "cb1@example.vn", "cb2@example.vn", "cb3@example.vn", "vp.beta@example.vn",
    "vanhanh@example.vn",
)  # fmt: skip
PUPILS = 45


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_host.settings.dev")
    django.setup()
    from wagtail.models import Site

    from cms_blocks.models import ArticlePage, SectionPage
    from cms_blocks.polls.models import Option, Poll, Vote
    from portal_host.demo import load_site
    from school_services.identity.models import User
    from school_services.identity.services import change_password
    from tenants import context, hosts, provisioning
    from tests.browser import fill_admissions

    for _ in provisioning.create_all(provisioning.read_rows(PORTALS)):
        pass
    hosts.reload()
    portals = {ref.slug: ref for ref in hosts.all_portals()}
    for slug in FILLED:
        load_site.load(portals[slug], "Tây Ninh", showcase=True)
    for slug in ("alpha", "beta"):
        with context.enter(portals[slug]):
            Site.objects.update(port=int(os.environ["PORT"]))
    with context.enter(portals["alpha"]):
        section = SectionPage.objects.get(slug="muc")
        for slug, title in DRAFTED.items():
            section.add_child(instance=ArticlePage(title=title, slug=slug)).save_revision().publish()
        menu = section.add_child(instance=ArticlePage(title="Thực đơn tuần", slug="thuc-don-tuan"))
        menu.body = [("weekly_menu", {"caption": "Thực đơn trong tuần", "cells": "Bữa\tThứ Hai\nTrưa\tCơm, cá kho"})]
        webmaster = User.objects.get(username="web.alpha@example.vn")
        menu.save_revision(user=webmaster, log_action=True).publish(user=webmaster)
        poll = Poll.objects.create(question="Nên mở thư viện vào sáng thứ Bảy không?")
        for place, (text, votes) in enumerate((("Nên, cả buổi", 3), ("Chỉ đến 10 giờ", 2), ("Không cần", 0))):
            option = Option.objects.create(poll=poll, text=text, sort_order=place)
            Vote.objects.bulk_create([Vote(option=option, nonce=f"{place}-{at}") for at in range(votes)])
    _large_class(portals["alpha"])
    _camera(portals["alpha"])
    fill_admissions.fill(portals["so"])
    with context.platform():
        for user in User.objects.filter(username__in=PEOPLE):
            change_password(user=user, password=PASSWORD)
    for slug, state in STATES.items():
        provisioning.set_state(slug, state)
    with provisioning.owner_connection() as owner:
        owner.execute(f'alter table "{portals["hong"].schema}".cms_blocks_homepage rename to lost'.encode())


def _large_class(ref: Any) -> None:
    """Class 8A5 of alpha with 45 pupils in every subject of its one teacher, and a principal."""
    from school_services.gradebook import services
    from school_services.identity import actor as actors
    from school_services.identity.models import Role, User
    from school_services.identity.services import create_account
    from school_services.rosters.models import ClassGroup, Enrolment, Student, Subject, TeachingAssignment, Term
    from tenants import context

    unit = ref.unit_id
    with context.platform():
        principal = create_account(login="ht.alpha@example.vn", full_name="Hiệu Trưởng Alpha", password=PASSWORD)
    with context.enter(ref), context.scope((unit,)):
        Role.objects.create(unit_id=unit, user=principal, kind=Role.Kind.PRINCIPAL, valid_from="2025-08-01")
        teacher = User.objects.get(username="gv.alpha@example.vn")
        term = Term.objects.select_related("year").get(year__code="2026-2027", number=1)
        group = ClassGroup.objects.create(unit_id=unit, year=term.year, grade=8, name="8A5", homeroom_teacher=teacher)
        students = [
            Student(unit_id=unit, code=f"LON{number:03d}", birth_date="2013-01-15", gender="2")
            for number in range(1, PUPILS + 1)
        ]
        for number, student in enumerate(students, 1):
            student.set_name(f"Em Lớp Đông {number:02d}")
        Student.objects.bulk_create(students)
        Enrolment.objects.bulk_create(
            [Enrolment(unit_id=unit, student=s, class_group=group, valid_from=term.year.starts) for s in students]
        )
        actor = actors.load(principal)
        for subject in Subject.objects.filter(level="THCS"):
            TeachingAssignment.objects.create(unit_id=unit, teacher=teacher, class_group=group, subject=subject)
            services.open_columns(actor=actor, unit_id=unit, class_group_id=group.pk, subject=subject, term=term)


def _camera(ref: Any) -> None:
    """A camera of class 7A1 with a test pattern, open all day; the family of the first child has agreed."""
    import datetime

    from django.utils import timezone

    from school_services import sealing
    from school_services.cameras.models import Camera, OpenTime
    from school_services.identity.models import User
    from school_services.rosters.models import ClassGroup, Consent, Student
    from tenants import context

    unit = ref.unit_id
    with context.enter(ref), context.scope((unit,)):
        camera = Camera.objects.create(
            unit_id=unit, public_id="00000000000000c1", class_group=ClassGroup.objects.get(name="7A1"), name="Lớp 7A1",
            source=sealing.seal({"url": "test:"}, unit_id=unit, purpose="camera"),
            added_by=User.objects.get(username="ht.alpha@example.vn"),
        )  # fmt: skip
        OpenTime.objects.create(
            unit_id=unit, camera=camera, weekdays="2345678", start=datetime.time(0), end=datetime.time(23, 59, 59)
        )
        Consent.objects.create(
            unit_id=unit, student=Student.objects.get(code="ALPHA1"), purpose="CAMERA", text_version="x",
            child_agrees=True, given_by=User.objects.get(username="84912000001"), given_at=timezone.now(),
        )  # fmt: skip


if __name__ == "__main__":
    main()
