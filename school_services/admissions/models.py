"""Tuyển sinh đầu cấp: seasons, applications, marks of papers, runs and snapshots.

Every row belongs to the unit that holds the season (the Sở for grade 10, a commune or school for grades 1 and 6): an
application names schools, it is not theirs. A family reads its own applications through the policy on `guardian_id`.
"""

from __future__ import annotations

import datetime
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from school_services.errors import Conflict
from school_services.names import name_sort_key

from . import season as plans

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # without letters that are read as digits


def new_code() -> str:
    """A code to track an application by: 12 letters, 58 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


class Season(models.Model):
    """One admission: parameters (`plan`, read by `season.read`) and calendar. Copied from last year's, then opened."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        OPEN = "open", _("Open by its calendar")
        CLOSED = "closed", _("Closed for good")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=160)
    year = models.PositiveSmallIntegerField(help_text="Year in which the children enter")
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    exam_on = models.DateField(null=True, blank=True)
    results_at = models.DateTimeField(null=True, blank=True)
    remark_until = models.DateTimeField(null=True, blank=True)
    confirm_until = models.DateTimeField(null=True, blank=True)
    inputs_hash = models.CharField(max_length=64, blank=True, default="")
    inputs_announced_at = models.DateTimeField(null=True, blank=True)
    marks_locked_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    keep_until = models.DateField(null=True, blank=True, help_text="Families' data of this season is erased after it")
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "slug"], name="season_slug_once")]

    @property
    def rules(self) -> plans.Plan:
        return plans.read(self.plan)

    @property
    def calendar(self) -> plans.Calendar:
        return plans.Calendar(
            self.opens_at, self.closes_at, self.exam_on, self.results_at, self.remark_until, self.confirm_until
        )

    def phase(self, now: datetime.datetime) -> plans.Phase:
        return plans.phase(self.calendar, now) if self.state != self.State.DRAFT else plans.Phase.BEFORE


class Choice(models.Model):
    """What a wish names: a school, or one specialised stream of it. `history`: [{"year", "quota", "cutoff"}]."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.CASCADE, related_name="choices")
    code = models.CharField(max_length=16)
    name = models.CharField(max_length=160)
    school = models.ForeignKey("tenants.Unit", models.PROTECT, null=True, related_name="+")
    stream = models.CharField(max_length=16, blank=True, default="")
    quota = models.PositiveIntegerField()
    areas = models.JSONField(default=list)
    history = models.JSONField(default=list)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place", "code"]
        constraints = [models.UniqueConstraint(fields=["unit", "season", "code"], name="choice_code_once")]


class Application(models.Model):
    """One child in one season. Sent by a guardian, or by the lower secondary school (`sender`) for its class.

    `version` counts submissions; `receipt` is the hash of what was submitted last. `school_version`: the last one that
    the school sent; a higher `version` is the family's change, which a list sent again does not overwrite: it is
    `offered` to the family. `student_ref` is the id of the child in the school's records when it is ours: a number
    without a foreign key, as the record is another unit's row.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        NEEDS_MORE = "needs_more", _("More is needed")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="+")
    code = models.CharField(max_length=12, default=new_code)
    token = models.UUIDField(default=uuid.uuid4, help_text="Of the form: the same form sent twice is one application")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    sender = models.ForeignKey("tenants.Unit", models.PROTECT, null=True, related_name="+")
    student_ref = models.BigIntegerField(null=True)
    full_name = models.CharField(max_length=120, blank=True, default="")
    sort_key = models.CharField(max_length=600, editable=False, default="")
    birth_date = models.DateField(null=True)
    gender = models.CharField(max_length=1, blank=True, default="")
    pupil_code = models.CharField(max_length=20, blank=True, default="")
    school_name = models.CharField(max_length=160, blank=True, default="")
    class_name = models.CharField(max_length=20, blank=True, default="")
    area = models.CharField(max_length=100, blank=True, default="")
    phone = models.CharField(max_length=20, blank=True, default="")
    wishes = models.JSONField(default=list)
    groups = models.JSONField(default=list)
    prizes = models.JSONField(default=list)
    direct = models.CharField(max_length=20, blank=True, default="")
    special_needs = models.BooleanField(default=False)
    record = models.PositiveIntegerField(default=0, help_text="Points of the school record, in hundredths")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0)
    school_version = models.PositiveIntegerField(default=0)
    offered = models.JSONField(null=True, help_text="What the school sent after the family's change: values and time")
    submitted_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=64, blank=True, default="")
    bonus_checked = models.BooleanField(default=False, help_text="Papers of groups, prizes and direct admission seen")
    number = models.CharField(max_length=12, blank=True, default="")
    site = models.CharField(max_length=16, blank=True, default="")
    room = models.PositiveSmallIntegerField(default=0)
    seat = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "season", "state", "sort_key"], name="application_list"),
            models.Index(fields=["unit", "season", "sender"], name="application_sender"),
            models.Index(fields=["guardian"], name="application_guardian"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code"], name="application_code_once"),
            models.UniqueConstraint(fields=["unit", "season", "token"], name="application_token_once"),
            models.UniqueConstraint(
                fields=["unit", "season", "pupil_code"],
                condition=~Q(state__in=["draft", "withdrawn"]),
                name="application_child_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "season", "number"], condition=~Q(number=""), name="application_number_once"
            ),
        ]

    def set_name(self, full_name: str) -> None:
        self.full_name = " ".join(full_name.split())
        self.sort_key = name_sort_key(self.full_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = name_sort_key(self.full_name)
        super().save(*args, **kwargs)


class Document(models.Model):
    """A photo or PDF that a family adds. In the database: under the same policy, in the same transaction."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=20)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "application", "kind", "sha256"], name="document_once")]


class Event(models.Model):
    """What happened to an application: the family reads it, nobody changes it. `note` is for the family."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=20)
    note = models.CharField(max_length=500, blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["unit", "application", "at"])]


class PaperMark(models.Model):
    """One paper of one candidate, in hundredths; -1 is absent. Two persons enter it under `code` (mã phách) alone.

    `mark` is what counts once both agree; a re-mark keeps `before`.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.CASCADE, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, related_name="marks")
    paper = models.CharField(max_length=16)
    code = models.CharField(max_length=12)
    first = models.SmallIntegerField(null=True)
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second = models.SmallIntegerField(null=True)
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    mark = models.SmallIntegerField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    remark_asked_at = models.DateTimeField(null=True)
    before = models.SmallIntegerField(null=True)
    remark_note = models.CharField(max_length=300, blank=True, default="")
    remarked_at = models.DateTimeField(null=True)
    remarked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "season", "paper", "application"], name="paper_mark_once"),
            models.UniqueConstraint(fields=["unit", "season", "paper", "code"], name="paper_code_once"),
            models.CheckConstraint(
                condition=(Q(first__isnull=True) | Q(first__range=(-1, 1000)))
                & (Q(second__isnull=True) | Q(second__range=(-1, 1000)))
                & (Q(mark__isnull=True) | Q(mark__range=(-1, 1000))),
                name="paper_mark_scale",
            ),
        ]


class TwoSignatures(models.Model):
    """What holds once two different people have signed it; the caller has locked the row."""

    SIGNED = ("first_by", "first_at", "second_by", "approved_at")

    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def may_sign(self, user_id: int | None) -> None:
        """Raises `Conflict`: "approved_already", "signed_already"."""
        if self.approved_at is not None:
            raise Conflict("approved_already")
        if self.first_by_id == user_id:
            raise Conflict("signed_already")

    def sign(self, user_id: int | None) -> bool:
        """Put this person's name to it, unsaved. Returns whether it was the second, that approves."""
        now = timezone.now()
        if self.first_by_id is None:
            self.first_by_id, self.first_at = user_id, now
            return False
        self.second_by_id, self.approved_at = user_id, now
        return True


class Run(TwoSignatures):
    """One placement: inputs and result as canonical bytes (gzip) with their SHA-256. Two signatures make it the one."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(max_length=80, blank=True, default="")
    parameters = models.JSONField()
    inputs = models.BinaryField()
    inputs_hash = models.CharField(max_length=64)
    result = models.BinaryField()
    result_hash = models.CharField(max_length=64)
    outcomes = models.JSONField(help_text="Choice → quota, direct, admitted, cutoff, full, lowest")
    candidates = models.PositiveIntegerField()
    admitted = models.PositiveIntegerField()
    seconds = models.FloatField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "season", "round"], condition=Q(approved_at__isnull=False), name="run_one_approved"
            )
        ]


class Revision(TwoSignatures):
    """What second markings change in an approved run: cutoffs stay, marks move. Bytes, hashes, signatures as a run's.

    `changes`: one line a candidate: {"application", "number", "papers": [[name, before, after]], "points", "seat"}.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, related_name="revisions")
    inputs = models.BinaryField()
    inputs_hash = models.CharField(max_length=64)
    result = models.BinaryField()
    result_hash = models.CharField(max_length=64)
    changes = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "season", "-made_at"], name="revision_list")]


class FeeOrder(models.Model):
    """One attempt to pay the fee of a season for an application: payments' order without a pupil's bill.

    `state` is one of `payments.intents.State`; `merchant_id` names whose account takes the money; `taken_by`: in cash.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    public_id = models.UUIDField(unique=True)
    provider = models.CharField(max_length=8)
    merchant_id = models.BigIntegerField(null=True)
    txn_ref = models.CharField(max_length=40)
    provider_ref = models.CharField(max_length=120, blank=True, default="")
    amount = models.PositiveIntegerField()
    state = models.CharField(max_length=11, default="pending")
    flag = models.CharField(max_length=12, blank=True, default="")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "application"], name="fee_order_application"),
            models.Index(fields=["unit", "season", "state"], name="fee_order_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "txn_ref"], name="fee_order_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="fee_order_amount"),
        ]


class Seat(models.Model):
    """Where an approved run admitted a child: wish number, 0 for direct admission."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    choice = models.ForeignKey(Choice, models.PROTECT, related_name="+")
    wish = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "season", "application"], name="seat_once")]


class Snapshot(models.Model):
    """The published results of a season as one immutable file (`snapshot.py`), answered from `publish_at` on."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    season = models.ForeignKey(Season, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    entries = models.PositiveIntegerField()
    statistics = models.JSONField(default=dict)
    publish_at = models.DateTimeField()
    data = models.BinaryField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "season", "-made_at"])]
