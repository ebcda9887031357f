"""Letters about questions, and erasing what has been kept long enough."""

from __future__ import annotations

from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tenants import context, hosts
from tenants.tasks import task

from . import rules
from .models import Question


def _send(name: str, address: str, **values: Any) -> None:
    portal = context.require_portal()
    values |= {"portal": portal.name, "origin": hosts.origin(portal)}
    with translation.override("vi"):
        subject, _, body = render_to_string(f"questions/mail_{name}.txt", values).strip().partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", None, [address])


@task("questions.send_received")
def send_received(question_id: int) -> None:
    """To the asker: the question is here, with its code and the day by which it is answered."""
    question = Question.objects.filter(pk=question_id).exclude(email="").first()
    if question is not None:
        _send("received", question.email, question=question, path=reverse("questions:track"))


@task("questions.send_answer")
def send_answer(question_id: int) -> None:
    """To the asker: the answer itself."""
    question = Question.objects.filter(pk=question_id, state=rules.ANSWERED).exclude(email="").first()
    if question is not None:
        _send("answer", question.email, question=question, path=reverse("questions:track"))


@task("questions.send_assigned")
def send_assigned(question_id: int) -> None:
    """To the member who is to answer; the question itself stays in the portal."""
    question = Question.objects.select_related("assignee").filter(pk=question_id, state__in=rules.OPEN).first()
    if question is not None and question.assignee is not None and question.assignee.email:
        path = reverse("questions_admin:question", args=[question.pk])
        _send("assigned", question.assignee.email, question=question, name=question.assignee.full_name, path=path)


@task("questions.erase_due")
def erase_due() -> None:
    """Erase questions whose time is over; what was published has no name in it and stays."""
    Question.objects.filter(erase_after__lt=timezone.localdate()).delete()
