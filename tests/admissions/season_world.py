"""A season of the department with three schools, officers, families and helpers that move its calendar."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from school_services.admissions import applications, processing, seasons
from school_services.admissions.applications import Form
from school_services.admissions.models import Application, PaperMark, Season
from school_services.admissions.season import Calendar
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import Role, User
from school_services.identity.services import create_account
from tenants import context

PLAN: dict[str, Any] = {
    "grade": 10,
    "method": "exam",
    "wishes": 3,
    "gaps": [0, 50, 100],
    "papers": [
        {"code": "TOAN", "name": "Toán", "minutes": 120},
        {"code": "VAN", "name": "Ngữ văn", "minutes": 120},
        {"code": "ANH", "name": "Tiếng Anh", "minutes": 60},
    ],
    "documents": [
        {"code": "ks", "name": "Giấy khai sinh"},
        {"code": "ut", "name": "Giấy xác nhận ưu tiên", "when": "priority"},
    ],
    "direct": {"kt": "Học sinh khuyết tật"},
}
CHOICES = [{"code": code, "name": f"THPT {code}", "quota": 2} for code in ("A", "B", "C")]
JPEG = b"\xff\xd8\xff\xe0" + b"anh" * 50


def days(*, opens: int, closes: int, exam: int, results: int, remark: int, confirm: int) -> Calendar:
    """Days from now; negative ones are past."""
    now = timezone.now()

    def at(count: int) -> datetime.datetime:
        return now + datetime.timedelta(days=count)

    return Calendar(at(opens), at(closes), at(exam).date(), at(results), at(remark), at(confirm))


OPEN = {"opens": -1, "closes": 10, "exam": 20, "results": 30, "remark": 35, "confirm": 40}
CHECKING = {"opens": -20, "closes": -10, "exam": -5, "results": 5, "remark": 10, "confirm": 15}
RESULTS = {"opens": -40, "closes": -30, "exam": -20, "results": -2, "remark": 3, "confirm": 5}


@dataclass
class SeasonWorld:
    """`officer`, `second`, `third`: of the department. `parent`, `stranger`: guardians."""

    unit: int
    season: int
    officer: Actor
    second: Actor
    third: Actor
    parent: Actor
    stranger: Actor

    def row(self) -> Season:
        with context.scope((self.unit,)):
            return Season.objects.get(pk=self.season)

    def move(self, calendar: dict[str, int]) -> None:
        """Time goes by: the calendar is moved instead of the clock."""
        moved = days(**calendar)
        with context.scope((self.unit,)):
            Season.objects.filter(pk=self.season).update(
                opens_at=moved.opens_at, closes_at=moved.closes_at, exam_on=moved.exam_on,
                results_at=moved.results_at, remark_until=moved.remark_until, confirm_until=moved.confirm_until,
            )  # fmt: skip

    def form(self, number: int = 1, wishes: tuple[str, ...] = ("A", "B", "C"), **changes: Any) -> Form:
        values: dict[str, Any] = {
            "full_name": f"Em Thử Số{number}", "birth_date": datetime.date(2011, 3, 4), "gender": "1",
            "pupil_code": f"HS{number:05d}", "school_name": "THCS Thử", "class_name": "9A1", "phone": "0912000001",
            "area": "Tây Ninh", "wishes": wishes,
        }  # fmt: skip
        return Form(**(values | changes))

    def draft(self, form: Form, *, actor: Actor | None = None) -> Application:
        return applications.save_draft(
            actor=actor or self.parent, unit_id=self.unit, season_id=self.season, token=uuid.uuid4(), form=form
        )

    def apply(self, number: int = 1, *, actor: Actor | None = None, **changes: Any) -> Application:
        """Draft, document, submission."""
        who, form = actor or self.parent, self.form(number, **changes)
        row = self.draft(form, actor=who)
        for kind in ("ks", "ut"):
            applications.add_document(
                actor=who, unit_id=self.unit, application_id=row.pk, kind=kind, data=JPEG + str(number).encode()
            )
        return applications.submit(actor=who, unit_id=self.unit, season_id=self.season, token=row.token, form=form)

    def mark(self, numbers: dict[int, tuple[str, str, str]]) -> None:
        """Enter, twice, the three papers of applications by id."""
        for place, paper in enumerate(("TOAN", "VAN", "ANH")):
            with context.scope((self.unit,)):
                codes = dict(
                    PaperMark.objects.filter(season_id=self.season, paper=paper).values_list("application_id", "code")
                )
            texts = {codes[pk]: marks[place] for pk, marks in numbers.items()}
            for entry, actor in ((1, self.officer), (2, self.second)):
                processing.enter_marks(
                    actor=actor, unit_id=self.unit, season_id=self.season, paper=paper, entry=entry, marks=texts
                )

    def stored(self, row: Application) -> Application:
        with context.scope((self.unit,)):
            return Application.objects.get(pk=row.pk)


def actor_of(unit: int | None, login: str, kind: str = "") -> Actor:
    with context.platform():
        user = User.objects.filter(username=login).first() or create_account(
            login=login, full_name=f"Người {login}", password="mat-khau-thu-1"
        )
    if unit is not None and kind:
        with context.scope((unit,)):
            Role.objects.get_or_create(unit_id=unit, user=user, kind=kind, valid_from=datetime.date(2025, 8, 1))
    return actors.load(user)


def make(unit: int) -> SeasonWorld:
    officer = actor_of(unit, "cb1@example.vn", Role.Kind.OFFICER)
    season = seasons.create(actor=officer, unit_id=unit, slug="lop10-thu", name="Lớp 10", year=2027, plan=PLAN)
    seasons.set_choices(actor=officer, unit_id=unit, season_id=season.pk, choices=CHOICES)
    seasons.set_plan(actor=officer, unit_id=unit, season_id=season.pk, plan=PLAN, calendar=days(**OPEN))
    seasons.open_season(actor=officer, unit_id=unit, season_id=season.pk)
    return SeasonWorld(
        unit, season.pk, officer, actor_of(unit, "cb2@example.vn", Role.Kind.OFFICER),
        actor_of(unit, "cb3@example.vn", Role.Kind.OFFICER), actor_of(None, "ph1@example.vn"),
        actor_of(None, "ph2@example.vn"),
    )  # fmt: skip
