from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cms_blocks.starter import ADMINISTRATORS, EDITORS, REVIEWERS
from portal_host.demo import (
    load_admissions,
    load_attendance,
    load_day,
    load_money,
    load_people,
    load_school,
    load_site,
    load_small,
)
from portal_host.demo.simulators import PORT_OFFSET
from school_services.identity import second_factor
from school_services.identity import services as identity
from school_services.identity.models import Role, SecondFactor, User
from school_services.identity.rules import normalise_login
from school_services.rosters.models import Student
from tenants import context, hosts

PORTALS = Path(__file__).parent.parent.parent / "demo" / "portals.csv"
PASSWORD = "truong-hoc-2026"  # noqa: S105 - a demo account on the visitor's own machine
SCHOOLS = (("thcs", "THCS", 420), ("thpt", "THPT", 420), ("thpt", "THPT", 420))
OFFICERS = (("canbo1@example.edu.vn", "Cán Bộ Tuyển Sinh Một"), ("canbo2@example.edu.vn", "Cán Bộ Tuyển Sinh Hai"))
WEBMASTER, PARENT, OPERATOR = "webmaster@example.edu.vn", "0912345678", "vanhanh@example.edu.vn"
# Editors of the first school who show the workflow: one writes, one reviews; the reviewer has a second step.
WRITER, REVIEWER = "nguoiviet@example.edu.vn", "nguoiduyet@example.edu.vn"
REVIEWER_SECRET = b"demo-only-not-secret"  # printed by the demo


class Command(BaseCommand):
    help = "Fill the portals with the demo's content and people. Nothing in it is real."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portals", type=Path, default=PORTALS)

    def handle(self, *args: Any, **options: Any) -> None:
        with options["portals"].open(encoding="utf-8-sig") as file:
            areas = {row["slug"]: row["area"] for row in csv.DictReader(file)}
        hosts.reload()
        refs = [ref for ref in hosts.all_portals() if ref.slug in areas]
        schools = self._schools(refs)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns) as progress:
            sites = progress.add_task("Nội dung các cổng", total=len(refs))
            for ref in refs:
                load_site.load(ref, areas[ref.slug])
                load_people.load(ref)
                progress.advance(sites)
            records = progress.add_task("Học sinh và điểm", total=len(schools))
            for ref, count in schools:
                load_school.load(ref, count)
                progress.advance(records)
        started = time.perf_counter()
        self._people(refs, schools)
        self._money(refs, schools)
        self.stdout.write(f"Tài khoản: {time.perf_counter() - started:.1f} s")
        started = time.perf_counter()
        with context.platform():
            officers = [self._account(login, name) for login, name in OFFICERS]
            parent = self._account(PARENT, "Phụ Huynh Mẫu")
        load_admissions.load(refs, officers, parent)
        self.stdout.write(f"Tuyển sinh: {time.perf_counter() - started:.1f} s")

    def _schools(self, refs: list[context.PortalRef]) -> list[tuple[context.PortalRef, int]]:
        chosen: list[tuple[context.PortalRef, int]] = []
        for _, level, count in SCHOOLS:
            taken = {ref.pk for ref, _ in chosen}
            found = next((ref for ref in refs if ref.level == level and ref.pk not in taken), None)
            if found is not None:
                chosen.append((found, count))
        return chosen

    def _people(self, refs: list[context.PortalRef], schools: list[tuple[context.PortalRef, int]]) -> None:
        with context.platform():
            webmaster = self._account(WEBMASTER, "Quản Trị Cổng")
            parent = self._account(PARENT, "Phụ Huynh Mẫu")
            operator = self._account(OPERATOR, "Người Vận Hành")
            User.objects.filter(pk=operator.pk).update(is_superuser=True)
        for ref in refs:
            with context.enter(ref):
                webmaster.groups.add(Group.objects.get(name=ADMINISTRATORS))
        for ref, _ in schools[:1]:
            with context.platform():
                writer = self._account(WRITER, "Người Viết Mẫu")
                reviewer = self._account(REVIEWER, "Người Duyệt Mẫu")
                second_factor.remove(user_id=reviewer.pk)
                SecondFactor.objects.create(
                    user=reviewer,
                    sealed=second_factor.seal(REVIEWER_SECRET, reviewer.pk),
                    confirmed_at=timezone.now(),
                )
            with context.enter(ref):
                writer.groups.add(Group.objects.get(name=EDITORS))
                reviewer.groups.add(Group.objects.get(name=REVIEWERS))
        for ref, _ in schools:
            with context.platform():
                registrar = self._account(f"vanthu.{ref.slug}@example.edu.vn", "Văn Thư Mẫu")
            with context.enter(ref), context.scope((ref.unit_id,), user=registrar.pk):
                Role.objects.get_or_create(unit_id=ref.unit_id, user=registrar, kind=Role.Kind.REGISTRAR)
        if len(schools) >= 2:
            load_school.family(parent, schools[0][0], schools[1][0])
        for ref, _ in schools:
            load_attendance.load(ref, operator.pk)
        for kind in (load_small.PRIMARY, load_small.PRESCHOOL):
            small = next((ref for ref in refs if ref.level == kind.level and ref.kind == "school"), None)
            if small is not None:
                with context.platform():
                    teacher = self._account(f"gv1.{small.slug}@example.edu.vn", "Cô Giáo Mẫu")
                load_small.load(small, kind, teacher, parent)

    def _money(self, refs: list[context.PortalRef], schools: list[tuple[context.PortalRef, int]]) -> None:
        """Charges of every school; bills and payments where there are pupils, with an accountant and a principal."""
        load_money.list_kinds(refs)
        for place, (ref, _) in enumerate(schools):
            staff = {}
            for login, name, kind in (
                ("ketoan", "Kế Toán Mẫu", Role.Kind.ACCOUNTANT),
                ("hieutruong", "Hiệu Trưởng Mẫu", Role.Kind.PRINCIPAL),
            ):
                with context.platform():
                    staff[kind] = self._account(f"{login}.{ref.slug}@example.edu.vn", name)
                with context.enter(ref), context.scope((ref.unit_id,)):
                    Role.objects.get_or_create(unit_id=ref.unit_id, user=staff[kind], kind=kind)
            with context.enter(ref), context.scope((ref.unit_id,)):
                child = Student.objects.filter(unit_id=ref.unit_id).order_by("sort_key").first()
            load_money.load(
                ref, staff[Role.Kind.ACCOUNTANT], simulator_port=settings.PUBLIC_PORT + PORT_OFFSET,
                paid=(0.58, 0.8, 0.4)[place % 3], owing=child.pk if child else 0,
            )  # fmt: skip
            load_day.load(ref, staff[Role.Kind.PRINCIPAL], simulator_port=settings.PUBLIC_PORT + PORT_OFFSET)

    def _account(self, login: str, name: str) -> User:
        found = User.objects.filter(username=normalise_login(login)).first()
        return found or identity.create_account(login=login, full_name=name, password=PASSWORD)
