"""Reads of questions: public answers, the state by code, the staff's queue."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tenants import cache_tags

from . import rules
from .models import PublicAnswer, Question

TAG = "answers"


@dataclass(frozen=True, slots=True)
class AnswerCard:
    title: str
    url: str
    date: datetime.date
    summary: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody with the code may know. `url`: of the public entry, if there is one."""

    title: str
    text: str
    state: str
    asked: datetime.date
    due: datetime.date
    answer: str
    answered: datetime.datetime | None
    closed_reason: str
    url: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The queue in numbers: everything open, past its day, without a name on it; and what is answered."""

    open: int
    overdue: int
    unassigned: int
    mine: int
    answered: int


def answers() -> QuerySet[PublicAnswer]:
    """Newest first. Tags the page that shows them."""
    cache_tags.tag(TAG)
    return PublicAnswer.objects.order_by("-published_at", "-pk")


def cards(found: Iterable[PublicAnswer]) -> list[AnswerCard]:
    return [
        AnswerCard(one.title, one.get_absolute_url(), timezone.localdate(one.published_at), _first_words(one.answer))
        for one in found
    ]


def _first_words(text: str, most: int = 180) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]}…"


def standing(code: str) -> Standing | None:
    """By the code as it was typed; None for a code that nobody has."""
    normalised = rules.normalise_code(code)
    found = Question.objects.select_related("public").filter(code=normalised).first() if normalised else None
    if found is None:
        return None
    public = getattr(found, "public", None)
    return Standing(
        title=found.title,
        text=found.text,
        state=found.state,
        asked=timezone.localdate(found.asked_at),
        due=found.due,
        answer=found.answer if found.state == rules.ANSWERED else "",
        answered=found.answered_at,
        closed_reason=found.closed_reason,
        url=public.get_absolute_url() if public else "",
    )


def counts(user_id: int) -> Counts:
    """One query."""
    today = timezone.localdate()
    waiting = Q(state__in=rules.OPEN)
    return Counts(
        **Question.objects.aggregate(
            open=Count("pk", filter=waiting),
            overdue=Count("pk", filter=waiting & Q(due__lt=today)),
            unassigned=Count("pk", filter=waiting & Q(assignee=None)),
            mine=Count("pk", filter=waiting & Q(assignee_id=user_id)),
            answered=Count("pk", filter=Q(state=rules.ANSWERED)),
        )
    )


def queue(which: str, user_id: int) -> QuerySet[Question]:
    """`open` (by day due), `overdue`, `unassigned`, `mine`, `answered`, `closed`."""
    found = Question.objects.select_related("assignee", "public").defer("text", "answer")
    waiting = found.filter(state__in=rules.OPEN).order_by("due", "pk")
    match which:
        case "overdue":
            return waiting.filter(due__lt=timezone.localdate())
        case "unassigned":
            return waiting.filter(assignee=None)
        case "mine":
            return waiting.filter(assignee_id=user_id)
        case "answered":
            return found.filter(state=rules.ANSWERED).order_by("-answered_at", "-pk")
        case "closed":
            return found.filter(state=rules.CLOSED).order_by("-asked_at", "-pk")
        case _:
            return waiting
