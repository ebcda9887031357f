"""What waits for each role in the demo's admissions: papers to enter, second markings, fees, class lists."""

from __future__ import annotations

import datetime
import random
import uuid
from typing import Any

from django.utils import timezone

from school_services.admissions import exam, remarks
from school_services.admissions.models import Application, Choice, Event, FeeOrder, PaperMark, Season
from school_services.identity import actor as actors
from school_services.identity.models import User
from tenants import context

from .names import person

SPECIALISED, PER_ROOM = 240, 24
STREAMS = (("CTOAN", "Chuyên Toán", "toan"), ("CANH", "Chuyên Anh", "anh"))


def load(unit: int, past: Season, current: Season, officers: list[User], schools: list[context.PortalRef]) -> None:
    """Inside the department's portal and the scope of its unit."""
    _specialised(unit, past, officers)
    _second_markings(unit, past, officers)
    _fees(unit, current, officers)
    _class_lists(unit, current, schools)


def _specialised(unit: int, past: Season, officers: list[User]) -> None:
    """A season of specialised streams whose papers are being entered: the first entry done, the second half way."""
    now = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0)
    day = datetime.timedelta(days=1)
    plan: dict[str, Any] = past.plan | {
        "wishes": 2, "gaps": [0], "fee": 0,
        "papers": [
            *past.plan["papers"],
            *({"code": code, "name": name, "weight": 2, "minutes": 150, "stream": stream}
              for code, name, stream in STREAMS),
        ],
    }  # fmt: skip
    season = Season.objects.create(
        unit_id=unit, slug="chuyen-2027", name="Thi vào lớp 10 chuyên năm học 2027–2028", year=2027, plan=plan,
        state=Season.State.OPEN, opens_at=now - 40 * day, closes_at=now - 20 * day, exam_on=(now - 4 * day).date(),
        results_at=now + 12 * day, remark_until=now + 19 * day, confirm_until=now + 26 * day,
        keep_until=(now + 760 * day).date(),
    )  # fmt: skip
    Choice.objects.bulk_create(
        Choice(unit_id=unit, season=season, code=code[1:], name=f"THPT chuyên – {name}", stream=stream, quota=35,
               place=place)
        for place, (code, name, stream) in enumerate(STREAMS)
    )  # fmt: skip
    rng = random.Random("chuyen")
    rows = []
    for number in range(SPECIALISED):
        gender = rng.choice("12")
        row = Application(
            unit_id=unit, season=season, gender=gender, pupil_code=f"HSC27{number:05d}",
            school_name=f"THCS số {number % 9 + 1}", class_name=f"9A{number % 6 + 1}",
            birth_date=datetime.date(2012, 1, 1) + datetime.timedelta(rng.randrange(365)),
            phone="0912000000", wishes=rng.sample(["TOAN", "ANH"], rng.choice([1, 2])), version=1,
            state=Application.State.ACCEPTED, submitted_at=now - 25 * day, receipt=f"{rng.getrandbits(256):064x}",
        )  # fmt: skip
        row.set_name(person(rng, gender))
        rows.append(row)
    sitters = [exam.Sitter(n, row.sort_key, f"{row.school_name}/{row.class_name}") for n, row in enumerate(rows)]
    for place in exam.seat(sitters, site=1, per_room=PER_ROOM):
        row = rows[place.id]
        row.number, row.site, row.room, row.seat = place.number, "TOAN", place.room, place.seat
    Application.objects.bulk_create(rows, batch_size=500)
    streams = {code[1:]: stream for code, _, stream in STREAMS}
    marks: list[PaperMark] = []
    for paper in season.rules.papers:
        sits = [row for row in rows if not paper.stream or paper.stream in {streams[wish] for wish in row.wishes}]
        codes = exam.paper_codes(paper.code, [row.number for row in sits], secret=b"demo")
        for row in sits:
            value = round(min(10.0, max(1.0, rng.gauss(6.5, 1.4))) * 4) * 25
            second = value if rng.random() < 0.5 else None
            if second is not None and rng.random() < 0.03:
                second = min(1000, value + 25)  # a slip of the second person: to be looked at
            marks.append(
                PaperMark(
                    unit_id=unit, season=season, application=row, paper=paper.code, code=codes[row.number], first=value,
                    first_by=officers[0], second=second, second_by=officers[1] if second is not None else None,
                    mark=value if second == value else None,
                )
            )  # fmt: skip
    PaperMark.objects.bulk_create(marks, batch_size=1000)


def _second_markings(unit: int, past: Season, officers: list[User]) -> None:
    """Thirty papers marked again, some with another mark; the list of changes waits for its second signature."""
    rng = random.Random("phuc-khao")
    rows = list(
        PaperMark.objects.filter(unit_id=unit, season=past, mark__range=(300, 900)).order_by("paper", "code")[:3000:100]
    )
    third = User.objects.exclude(pk__in=[officer.pk for officer in officers]).order_by("pk").first()
    at = past.results_at or timezone.now()
    for row in rows:
        row.remark_asked_at = at + datetime.timedelta(days=2)
        row.remarked_at, row.remarked_by = at + datetime.timedelta(days=9), third
        row.before, row.mark = row.mark, (row.mark or 0) + rng.choice([0, 0, 25, 50, 75, -25])
        row.remark_note = "Giữ nguyên điểm" if row.before == row.mark else "Cộng lại điểm thành phần"
    PaperMark.objects.bulk_update(
        rows, ["remark_asked_at", "remarked_at", "remarked_by", "before", "mark", "remark_note"]
    )
    drafted = remarks.draft(actor=actors.load(officers[0]), unit_id=unit, season_id=past.pk)
    remarks.sign(actor=actors.load(officers[0]), unit_id=unit, revision_id=drafted.pk)


def _fees(unit: int, season: Season, officers: list[User]) -> None:
    """Two families of three have paid, most at the desk."""
    rng, now = random.Random("le-phi"), timezone.now()
    rows = Application.objects.filter(unit_id=unit, season=season, guardian__isnull=True).order_by("pk")
    paid = [row for row in rows if rng.random() < 0.66]
    FeeOrder.objects.bulk_create(
        FeeOrder(
            unit_id=unit, season=season, application=row, public_id=uuid.uuid4(), provider="cash", state="paid",
            txn_ref=f"A{unit}X{rng.getrandbits(80):020X}", amount=season.rules.fee, taken_by=officers[0],
            created_at=now, expires_at=now, paid_at=now,
        )
        for row in paid
    )  # fmt: skip
    Event.objects.bulk_create(Event(unit_id=unit, application=row, kind="fee_paid") for row in paid)


def _class_lists(unit: int, season: Season, schools: list[context.PortalRef]) -> None:
    """A lower secondary school has sent forty; one family changed its wishes since, and the school sent again."""
    if not schools:
        return
    rows = list(Application.objects.filter(unit_id=unit, season=season, guardian__isnull=True).order_by("pk")[:40])
    for row in rows:
        row.sender_id, row.school_version, row.school_name = schools[0].unit_id, row.version, schools[0].name
    rows[0].version = 2
    rows[0].offered = {
        "values": {
            "wishes": list(reversed(rows[0].wishes)), "phone": rows[0].phone, "class_name": rows[0].class_name,
            "school_name": rows[0].school_name,
        },
        "at": timezone.now().isoformat(timespec="minutes"),
    }  # fmt: skip
    Application.objects.bulk_update(rows, ["sender", "school_version", "school_name", "version", "offered"])
    Event.objects.create(unit_id=unit, application=rows[0], kind="offered")
