"""A season for the bench: `python -m tests.bench.ours_admissions results N` or `… open N LOGIN`; last line one JSON object.

`results`: N candidates placed and published, with numbers and dates to look up. `open`: an open season, and N accounts
with sessions that will apply. Bulk rows; the placement and the snapshot by the product itself.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import sys
import uuid
from typing import Any

import django

SCHOOLS = 31
PLAN: dict[str, Any] = {
    "grade": 10, "method": "exam", "wishes": 3, "gaps": [0, 50, 100],
    "papers": [{"code": code, "name": code} for code in ("TOAN", "VAN", "ANH")],
    "documents": [{"code": "ks", "name": "Giấy khai sinh"}],
}  # fmt: skip


def _season(unit: int, slug: str, seats: int, **moments: Any) -> Any:
    from school_services.admissions.models import Choice, Season

    season = Season.objects.create(unit_id=unit, slug=slug, name=slug, year=2027, plan=PLAN, state="open", **moments)
    Choice.objects.bulk_create(
        [Choice(unit_id=unit, season=season, code=f"T{n:02d}", name=f"THPT {n}", quota=seats) for n in range(SCHOOLS)]
    )
    return season


def results(ref: Any, count: int) -> dict[str, Any]:
    from django.utils import timezone

    from school_services.admissions import publishing, runs
    from school_services.admissions.models import Application, PaperMark

    unit, now, rng = ref.unit_id, timezone.now(), random.Random(1)
    day = datetime.timedelta(days=1)
    season = _season(
        unit, "ket-qua", count * 3 // 4 // SCHOOLS, opens_at=now - 9 * day, closes_at=now - 5 * day,
        exam_on=(now - 4 * day).date(), results_at=now - day, marks_locked_at=now - 2 * day,
    )  # fmt: skip
    codes = [f"T{n:02d}" for n in range(SCHOOLS)]
    rows = [
        Application(
            unit_id=unit, season=season, full_name="Em", birth_date=datetime.date(2011, 1, 1) + datetime.timedelta(n % 365),
            pupil_code=f"H{n}", wishes=rng.sample(codes, 3), state="accepted", number=f"{n:06d}", area=codes[n % 9],
        )
        for n in range(count)
    ]  # fmt: skip
    for start in range(0, count, 20_000):
        chunk = Application.objects.bulk_create(rows[start : start + 20_000], batch_size=2000)
        PaperMark.objects.bulk_create(
            [
                PaperMark(unit_id=unit, season=season, application=row, paper=paper, code=row.number, mark=value)
                for row in chunk
                for paper in ("TOAN", "VAN", "ANH")
                for value in [min(1000, max(100, round(rng.gauss(23, 6)) * 25))]
            ],
            batch_size=5000,
        )
    run = runs.store(season, runs.gather(season), label="", round_number=1, user_id=None)
    again = runs.store(season, runs.gather(season), label="", round_number=1, user_id=None)
    run.approved_at = now
    run.save()
    made = publishing.build(season, user_id=None)
    sample = rng.sample(rows, min(500, count))
    return {
        "path": "/ts/ket-qua/ket-qua/",
        "posts": [f"number={row.number}&factor={row.birth_date:%d%m%Y}" for row in sample],
        "seconds": run.seconds, "same": run.result_hash == again.result_hash, "entries": made.entries,
        "bytes": len(made.data),
    }  # fmt: skip


def open_season(ref: Any, count: int, first: str) -> dict[str, Any]:
    """`first`: begins the logins, so that two figures of one run do not share accounts."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from school_services.admissions.models import Season
    from school_services.identity.services import create_account
    from tenants import context

    now = timezone.now()
    day = datetime.timedelta(days=1)
    with context.scope((ref.unit_id,)):
        if not Season.objects.filter(slug="nop").exists():
            _season(ref.unit_id, "nop", 400, opens_at=now - day, closes_at=now + 30 * day)
    cookies, tokens = [], []
    for number in range(count):
        with context.platform():
            user = create_account(login=f"{first}{number}@example.vn", full_name="Phụ Huynh", password=None)
        client = Client(headers={"host": f"{ref.slug}.localhost"})
        with context.enter(ref):
            client.force_login(user)
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
        tokens.append(str(uuid.uuid4()))
    return {"cookies": cookies, "tokens": tokens, "unit": ref.unit_id, "rate": settings.ADMISSIONS_RATE}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()
    from tenants import context, hosts

    ref = min(hosts.all_portals(), key=lambda ref: ref.pk)
    what, count = sys.argv[1], int(sys.argv[2])
    with context.enter(ref):
        if what == "results":
            with context.scope((ref.unit_id,)):
                print(json.dumps(results(ref, count)))
        else:
            print(json.dumps(open_season(ref, count, sys.argv[3])))


if __name__ == "__main__":
    main()
