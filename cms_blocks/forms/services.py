"""Writes of forms: a visitor sends; members with `forms.read_submissions` read, export and erase."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from cms_blocks import caching, members
from school_services.errors import Conflict, NotFound
from school_services.identity.actor import Actor
from tenants import tasks

from . import rules
from .fields import name_of
from .models import Form, Submission, SubmissionFile
from .tasks import send_notice

PERMISSION = "forms.read_submissions"
SUBJECT = "forms.submission"


def keep_files(*, form: Form, nonce: str, files: Mapping[str, UploadedFile]) -> None:
    """Keep good files of a form that came back with an error: nobody looks for them on the phone twice."""
    for field, file in files.items():
        SubmissionFile.objects.filter(nonce=nonce, field=field, submission=None).delete()
        _store(form, nonce, field, file, None)


def kept_files(nonce: str) -> dict[str, SubmissionFile]:
    return {kept.field: kept for kept in SubmissionFile.objects.filter(nonce=nonce, submission=None)}


def _store(form: Form, nonce: str, field: str, file: UploadedFile, submission: Submission | None) -> SubmissionFile:
    name = (file.name or "").replace("\\", "/").rpartition("/")[2]
    kind = name.rpartition(".")[2].lower()
    return SubmissionFile.objects.create(
        form=form,
        submission=submission,
        nonce=nonce,
        field=field,
        file=file,
        kind=kind,
        name=name[-160:],
        size=file.size or 0,
    )


@transaction.atomic
def submit(*, form_id: int, nonce: str, values: Mapping[str, Any]) -> Submission:
    """Keep a submission; the same form sent twice is kept once.

    `values`: by field name, as a valid form gives them. Raises `Conflict` with the form's standing when it is not open.
    """
    form = Form.objects.select_for_update(of=("self",)).get(pk=form_id)
    before = Submission.objects.filter(nonce=nonce).first()
    if before is not None:
        return before
    standing = form.standing()
    if standing != rules.OPEN:
        raise Conflict(standing)
    consent = form.consents.order_by("-number").first()
    assert consent is not None
    kept = kept_files(nonce)
    answers, files = [], []
    for block in form.fields:
        name = name_of(block)
        value = values.get(name)
        if block.block_type == "file":
            if isinstance(value, UploadedFile):
                files.append((name, value))
                value = value.name
            elif name in kept:
                value = kept[name].name
        answers.append([str(block.id), block.value["label"], _plain(value)])
    submission = Submission.objects.create(
        form=form,
        nonce=nonce,
        answers=answers,
        consent=consent,
        erase_after=timezone.localdate() + datetime.timedelta(days=form.kept_days),
    )
    for name, file in files:
        SubmissionFile.objects.filter(nonce=nonce, field=name, submission=None).delete()
        _store(form, nonce, name, file, submission)
    SubmissionFile.objects.filter(nonce=nonce, submission=None).update(submission=submission)
    if form.notify:
        tasks.defer(send_notice, form_id=form.pk, queueing_lock=f"forms.notice.{form.pk}")
    if form.limit is not None and form.standing() == rules.FULL:
        caching.purge(form.tag)
    return submission


def _plain(value: Any) -> str | list[str]:
    if value is None:
        return ""
    if isinstance(value, list):
        return [str(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@members.write(PERMISSION, subject=SUBJECT, of="submission_id")
def erase(*, actor: Actor, submission_id: int) -> None:
    """Erase one submission with its files."""
    submission = Submission.objects.select_for_update(of=("self",)).filter(pk=submission_id).first()
    if submission is None:
        raise NotFound("submission")
    members.note(actor, action="erase_submission", subject=SUBJECT, subject_id=submission_id)
    submission.delete()


@members.write(PERMISSION, subject="forms.form", of="form_id")
def note_reading(*, actor: Actor, form_id: int, how: str) -> None:
    """Who read or took away what visitors sent; raises `PermissionDenied`."""
    members.note(actor, action=how, subject="forms.form", subject_id=form_id)
