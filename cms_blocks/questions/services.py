"""Writes of questions. A visitor asks; members of the portal with `questions.change_question` do the rest."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from cms_blocks import caching, members
from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity.actor import Actor
from school_services.identity.models import User
from school_services.rosters import holidays
from search.tasks import refresh
from tenants import tasks

from . import rules
from .models import PublicAnswer, Question
from .selectors import TAG
from .tasks import send_answer, send_assigned, send_received

CONSENT_VERSION = 1  # of the text in `forms.AskForm.consent`
PERMISSION = "questions.change_question"
SUBJECT = "questions.question"
DUE_WITHIN = datetime.timedelta(days=60)  # longer than the answer may take, with every holiday of the year in between


def ask(*, nonce: str, title: str, text: str, name: str, email: str) -> Question:
    """A visitor's question. The same form sent twice is the same question."""
    today = timezone.localdate()
    try:
        with transaction.atomic():
            question = Question.objects.create(
                nonce=nonce,
                code=rules.new_code(),
                title=title,
                text=text,
                name=name,
                email=email,
                consent_version=CONSENT_VERSION,
                due=rules.deadline(today, holidays=holidays.between(today, today + DUE_WITHIN)),
                erase_after=rules.erase_after(today),
            )
            if email:
                tasks.defer(send_received, question_id=question.pk)
    except IntegrityError:
        return Question.objects.get(nonce=nonce)
    return question


def _take(question_id: int, step: str) -> Question:
    """Lock and rule. Raises `NotFound`, `Conflict("question_state")`."""
    question = Question.objects.select_for_update(of=("self",)).filter(pk=question_id).first()
    if question is None:
        raise NotFound("question")
    if question.state not in rules.STEPS[step]:
        raise Conflict("question_state", state=question.state)
    return question


@members.write(PERMISSION, subject=SUBJECT, of="question_id")
def assign(*, actor: Actor, question_id: int, assignee_id: int, due: datetime.date) -> Question:
    """Give a question to a member of the portal, with a day. Raises `Invalid("assignee")` for anybody else."""
    question = _take(question_id, "assign")
    assignee = User.objects.filter(pk=assignee_id, is_active=True).first()
    if assignee is None or not assignee.has_perm(PERMISSION):
        raise Invalid("assignee")
    told = question.assignee_id != assignee_id and assignee_id != actor.user_id
    question.assignee_id, question.due, question.state = assignee_id, due, rules.ASSIGNED
    question.save(update_fields=["assignee", "due", "state"])
    members.note(actor, action="assign_question", subject=SUBJECT, subject_id=question.pk, reason=due.isoformat())
    if told and assignee.email:
        tasks.defer(send_assigned, question_id=question.pk)
    return question


@members.write(PERMISSION, subject=SUBJECT, of="question_id")
def answer(*, actor: Actor, question_id: int, text: str) -> Question:
    """Answer, or correct an answer, for the asker alone. Raises `Invalid("answer_empty")`."""
    question = _take(question_id, "answer")
    if not text.strip():
        raise Invalid("answer_empty")
    first = question.answered_at is None
    question.answer, question.state, question.answered_at = text.strip(), rules.ANSWERED, timezone.now()
    question.assignee_id = question.assignee_id or actor.user_id
    question.save(update_fields=["answer", "state", "answered_at", "assignee"])
    members.note(
        actor,
        action="answer_question" if first else "correct_answer",
        subject=SUBJECT,
        subject_id=question.pk,
    )
    if question.email:
        tasks.defer(send_answer, question_id=question.pk, queueing_lock=f"questions.answer.{question.pk}")
    return question


@members.write(PERMISSION, subject=SUBJECT, of="question_id")
def close(*, actor: Actor, question_id: int, reason: str) -> Question:
    """Close without an answer; the reason is shown to the asker. Raises `Invalid("reason_missing")`."""
    question = _take(question_id, "close")
    if not reason.strip():
        raise Invalid("reason_missing")
    question.state, question.closed_reason = rules.CLOSED, reason.strip()[:200]
    question.save(update_fields=["state", "closed_reason"])
    members.note(actor, action="close_question", subject=SUBJECT, subject_id=question.pk)
    return question


@members.write(PERMISSION, subject=SUBJECT, of="question_id")
def reopen(*, actor: Actor, question_id: int) -> Question:
    question = _take(question_id, "reopen")
    question.state = rules.ASSIGNED if question.assignee_id else rules.NEW
    question.closed_reason = ""
    question.save(update_fields=["state", "closed_reason"])
    members.note(actor, action="reopen_question", subject=SUBJECT, subject_id=question.pk)
    return question


@members.write(PERMISSION, subject=SUBJECT, of="question_id")
def publish(*, actor: Actor, question_id: int, title: str, text: str, answer: str) -> PublicAnswer:
    """Put the edited question and answer where everybody reads them.

    Raises `Invalid("asker_named")` when the text still holds the asker's name or address.
    """
    question = _take(question_id, "publish")
    public = f"{title}\n{text}\n{answer}".casefold()
    if any(word.casefold() in public for word in (question.name, question.email) if word.strip()):
        raise Invalid("asker_named")
    entry, _ = PublicAnswer.objects.update_or_create(
        question=question,
        defaults={"title": title, "text": text, "answer": answer},
        create_defaults={"title": title, "text": text, "answer": answer, "published_at": timezone.now()},
    )
    members.note(actor, action="publish_answer", subject=SUBJECT, subject_id=question.pk)
    _show(entry.pk)
    return entry


@members.write(PERMISSION, subject="questions.answer", of="answer_id")
def withdraw(*, actor: Actor, answer_id: int) -> None:
    """Take a public entry off the portal; the question and its private answer stay."""
    entry = PublicAnswer.objects.select_for_update(of=("self",)).filter(pk=answer_id).first()
    if entry is None:
        raise NotFound("answer")
    members.note(actor, action="withdraw_answer", subject=SUBJECT, subject_id=entry.question_id)
    entry.delete()
    _show(answer_id)


@members.write(PERMISSION, subject=SUBJECT, of="question_id")
def erase(*, actor: Actor, question_id: int) -> None:
    """Erase what the asker left, at once: at the asker's wish. A public entry has no name in it and stays."""
    question = Question.objects.select_for_update(of=("self",)).filter(pk=question_id).first()
    if question is None:
        raise NotFound("question")
    members.note(actor, action="erase_question", subject=SUBJECT, subject_id=question_id)
    question.delete()


def _show(answer_id: int) -> None:
    caching.purge(TAG, "404")
    tasks.defer(refresh, keys=[f"answer:{answer_id}"])
