"""After a season's day `keep_until` what is personal in it is erased; counts, cutoffs, hashes and signatures stay.

Luật 91/2025/QH15: personal data is kept no longer than its purpose needs. Fees that were paid stay as bookings
(accounting law) without a name. The log of events and the published results can be added to, never changed; the
database lets them be erased after that day alone.
"""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tenants import context, tasks

from .models import Document, Event, FeeOrder, PaperMark, Revision, Run, Season, Seat, Snapshot

_BLANK = """
update admissions_application set full_name = '', sort_key = '', birth_date = null, gender = '', school_name = '',
    class_name = '', phone = '', groups = '[]', prizes = '[]', direct = '', special_needs = false, guardian_id = null,
    student_ref = null, sender_id = null, offered = null, receipt = '', number = '', site = '', room = 0, seat = 0,
    token = gen_random_uuid(), code = '#' || id, pupil_code = '#' || id
where unit_id = %s and season_id = %s
"""
logger = logging.getLogger(__name__)


def units_due() -> list[int]:
    """Units in scope that hold a season whose day is over: one query for the whole fleet."""
    rows = Season.objects.filter(keep_until__lt=timezone.localdate(), erased_at__isnull=True)
    return sorted(set(rows.values_list("unit_id", flat=True)))


@tasks.task("admissions.erase")
def erase() -> None:
    """Erase the due seasons of the units in scope."""
    for unit_id in context.current_units():
        erase_due(unit_id=unit_id)


def erase_due(*, unit_id: int) -> int:
    """Every due season of a unit, each in a transaction of its own; returns how many. Doing it again does nothing."""
    with context.scope((unit_id,)):
        due = list(
            Season.objects.filter(
                unit_id=unit_id, keep_until__lt=timezone.localdate(), erased_at__isnull=True
            ).values_list("pk", flat=True)
        )
    for pk in due:
        digests = _erase(unit_id, pk)
        for digest in digests:
            (Path(settings.ENVIRONMENT.data_dir) / "results" / digest).unlink(missing_ok=True)
        logger.info("admissions: season %s of unit %s erased", pk, unit_id)
    return len(due)


def _erase(unit_id: int, season_id: int) -> list[str]:
    with transaction.atomic(), context.scope((unit_id,)):
        season = Season.objects.select_for_update(of=("self",)).get(unit_id=unit_id, pk=season_id)
        own = {"unit_id": unit_id, "season": season}
        digests = list(Snapshot.objects.filter(**own).values_list("digest", flat=True))
        Snapshot.objects.filter(**own).delete()
        Document.objects.filter(unit_id=unit_id, application__season=season).delete()
        Event.objects.filter(unit_id=unit_id, application__season=season).delete()
        PaperMark.objects.filter(**own).delete()
        Seat.objects.filter(**own).delete()
        Revision.objects.filter(**own).update(inputs=b"", result=b"", changes=[])
        Run.objects.filter(**own).update(inputs=b"", result=b"")
        FeeOrder.objects.filter(**own).update(payer=None, details={})
        _blank(unit_id, season_id)
        season.erased_at, season.state = timezone.now(), Season.State.CLOSED
        season.save(update_fields=["erased_at", "state"])
        return digests


def _blank(unit_id: int, season_id: int) -> None:
    """Applications without a person: area, wishes and state stay for statistics; the number of the row is its code."""
    with connection.cursor() as cursor:
        cursor.execute(_BLANK, [unit_id, season_id])
