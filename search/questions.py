"""What visitors looked for in vain or had to wait for, for the portal's webmaster: the text, never the visitor.

Texts that look personal (long numbers, addresses of mail) are not kept, and of one day only so many.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from tenants.context import PortalRef

from .results import Results
from .text import normal

SLOW_MS = 500
PER_DAY = 300  # different texts of a portal
KEPT_DAYS = 60
_PERSONAL = re.compile(r"@|\d[\d .-]{6,}\d")
_NOTE = """
insert into public.search_question (portal_id, day, reason, text, times, slowest_ms)
select %(portal)s, %(day)s, %(reason)s, %(text)s, 1, %(ms)s
where (select count(*) from public.search_question where portal_id = %(portal)s and day = %(day)s) < %(most)s
   or exists (select 1 from public.search_question where portal_id = %(portal)s and day = %(day)s
              and reason = %(reason)s and text = %(text)s)
on conflict (portal_id, day, reason, text) do update
set times = search_question.times + 1, slowest_ms = greatest(search_question.slowest_ms, excluded.slowest_ms)
"""

Report = Callable[..., None]


@contextmanager
def timed(portal: PortalRef, text: str) -> Iterator[Report]:
    """`report(results, narrowed=…)` inside notes the question if it found nothing or was slow.

    A narrowed search that finds nothing says nothing about the content.
    """
    began = time.perf_counter()

    def report(results: Results, *, narrowed: bool) -> None:
        took = round(1000 * (time.perf_counter() - began))
        if not results.total and not narrowed and results.page == 1:
            note(portal, "nothing", text, took)
        elif took > SLOW_MS:
            note(portal, "slow", text, took)

    yield report


def note(portal: PortalRef, reason: str, text: str, milliseconds: int) -> None:
    text = " ".join(normal(text).lower().split())[:100]
    if len(text) < 2 or _PERSONAL.search(text):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {"portal": portal.pk, "day": timezone.localdate(), "reason": reason, "text": text, "ms": milliseconds,
             "most": PER_DAY},
        )  # fmt: skip


def forget_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from public.search_question where day < %s::date - %s", [timezone.localdate(), KEPT_DAYS]
        )
