"""Messages, the ways they went out, what people allow, and the schools' accounts with carriers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .rules import Channel, Kind

KINDS = [(kind.value, kind.value) for kind in Kind]
CHANNELS = [(channel.value, channel.value) for channel in Channel]


class Campaign(models.Model):
    """A message of the school to many: written, looked at with its number of people, approved, sent once."""

    class Audience(models.TextChoices):
        CLASS = "class", _("Families of one class")
        GRADE = "grade", _("Families of one grade")
        SCHOOL = "school", _("Families of the whole school")
        STAFF = "staff", _("Staff of the school")
        SCHOOLS = "schools", _("Principals and offices of the schools below")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("Waiting for the principal")
        SENT = "sent", pgettext_lazy("message", "Sent")
        REFUSED = "refused", pgettext_lazy("message", "Refused")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    audience = models.CharField(max_length=8, choices=Audience)
    class_group = models.ForeignKey("rosters.ClassGroup", models.PROTECT, null=True, related_name="+")
    grade = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=8, choices=KINDS)
    title = models.CharField(max_length=120)
    body = models.TextField()
    paid = models.BooleanField(default=False, help_text="Zalo and SMS too, for those who agreed to them")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    people = models.PositiveIntegerField(default=0, help_text="How many it went to")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["unit", "-made_at"], name="campaign_newest")]


class Message(models.Model):
    """What one person is told, once: `key` names the event. It stands in the person's inbox from `made_at` on.

    `ways`: channels still to be tried outside, fixed when it was planned.
    """

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, related_name="messages")
    kind = models.CharField(max_length=8, choices=KINDS)
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    body = models.TextField()
    sms = models.CharField(max_length=480)
    data = models.JSONField(default=dict)
    paid = models.BooleanField(default=False)
    ways = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "due_at"], condition=Q(planned_at__isnull=True), name="message_to_plan"),
            models.Index(fields=["recipient", "-made_at"], name="message_inbox"),
            models.Index(fields=["unit", "campaign"], name="message_campaign"),
        ]
        constraints = [models.UniqueConstraint(fields=["unit", "key", "recipient"], name="message_once")]


class Delivery(models.Model):
    """One way of one message. `client_id` is our name for it at the carrier: sent twice, it is the same."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", pgettext_lazy("message", "Being sent")
        SENT = "sent", pgettext_lazy("message", "Sent")
        DELIVERED = "received", pgettext_lazy("message", "Received")
        FAILED = "failed", _("Not delivered")
        UNKNOWN = "unknown", _("No answer, may have arrived")

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    client_id = models.CharField(max_length=48)
    address = models.CharField(max_length=254)
    text = models.TextField(help_text="As it was sent")
    encoding = models.CharField(max_length=8, blank=True, default="")
    parts = models.PositiveSmallIntegerField(default=1)
    cost = models.PositiveIntegerField(default=0, help_text="đồng, once accepted")
    attempts = models.PositiveSmallIntegerField(default=0)
    maybe = models.BooleanField(default=False, help_text="An attempt ended without a clear answer")
    next_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=80, blank=True, default="")
    error = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["unit", "next_at"], condition=Q(state__in=["waiting", "sending"]), name="delivery_open"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "message", "channel"], name="delivery_once"),
            models.UniqueConstraint(fields=["unit", "client_id"], name="delivery_client_id"),
        ]


class Line(models.Model):
    """One thing said between a family and the homeroom teacher about a child. Never changed, but for `read_at`."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    student = models.ForeignKey("rosters.Student", models.CASCADE, related_name="lines")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_family = models.BooleanField()
    text = models.TextField()
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "student", "-id"], name="line_of_child")]


class Preference(models.Model):
    """A person's word on one channel of one school: the newest holds, the older ones stay as proof. Append-only."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    allowed = models.BooleanField()
    said_by = models.CharField(max_length=8, default="page", help_text="page, link or carrier")
    text_version = models.CharField(max_length=20)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "user", "channel", "-id"], name="preference_newest")]


class Carrier(models.Model):
    """An account with a carrier, of a school or of a body above it. `sealed` holds its secrets, encrypted."""

    unit = models.ForeignKey("tenants.Unit", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    config = models.JSONField(default=dict)
    sealed = models.TextField(blank=True, default="")
    price = models.PositiveIntegerField(default=0, help_text="đồng for one part or one message")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "channel"], name="carrier_once")]
