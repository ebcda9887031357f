"""The first page of the work area: what waits for this person, one click away."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from school_services.cameras import registry
from school_services.fees.access import READERS
from school_services.gradebook import books, changes, grids, reports, words
from school_services.identity.models import Role
from school_services.messaging import campaigns
from school_services.rosters.models import Term
from school_services.rosters.services import OFFICE

from .access import Desk, desk_view


def _books(desk: Desk, term: Term) -> list[dict[str, Any]]:
    """The books of primary and preschool classes in the period of today."""
    period = books.current_period(term, timezone.localdate())
    found = books.books(actor=desk.actor, unit_id=desk.unit_id, term=term, period=period)
    return [{"book": book, "period": int(period), "period_name": words.period(period)} for book in found]


@require_GET
@desk_view
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Lessons with what is missing, requests that wait, the office's doors: by role; constant queries."""
    teaches = desk.has(Role.Kind.TEACHER, Role.Kind.PRINCIPAL)
    term = grids.current_term() if teaches else None
    lessons = grids.lessons(actor=desk.actor, unit_id=desk.unit_id, term=term) if term else []
    context = {
        "term": term,
        "lessons": lessons,
        "with_gaps": sum(1 for lesson in lessons if lesson.gaps),
        "books": _books(desk, term) if term else [],
        "owed": reports.owed(actor=desk.actor, unit_id=desk.unit_id, term=term) if term else [],
        "requests": len(changes.open_requests(actor=desk.actor, unit_id=desk.unit_id)) if teaches else 0,
        "registers": desk.has(Role.Kind.TEACHER, *OFFICE),
        "cameras": registry.any_for(actor=desk.actor, unit_id=desk.unit_id),
        "writes": desk.has(*campaigns.WRITERS),
        "messages_waiting": campaigns.waiting(actor=desk.actor, unit_id=desk.unit_id),
        "principal": desk.has(Role.Kind.PRINCIPAL),
        "office": desk.has(*OFFICE),
        "officer": desk.has(Role.Kind.OFFICER),
        "money": desk.has(*READERS),
        "name": desk.actor.name,
    }
    return render(request, "desk/home.html", context)
