"""Units, portals and domains: public tables that every process may read."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from .context import PortalRef

SLUG = RegexValidator(r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", _("Use small letters, digits and hyphens, 40 at most."))


class Unit(models.Model):  # type: ignore[django-manager-missing]
    """Đơn vị: one body of the sector (Sở, office, commune, school) during a span of days.

    A body that is renamed or moved under another parent gets `valid_to` and a successor row; codes are those of the
    sector database (mã đơn vị: sở + xã/phường + STT).
    """

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Department of education")
        OFFICE = "office", _("Office")
        COMMUNE = "commune", _("Commune")
        SCHOOL = "school", _("School")

    class Level(models.TextChoices):
        NONE = "", _("None")
        MN = "MN", _("Preschool")
        TH = "TH", _("Primary school")
        THCS = "THCS", _("Lower secondary school")
        THPT = "THPT", _("Upper secondary school")
        GDTX = "GDTX", _("Continuing education")

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind)
    level = models.CharField(max_length=4, choices=Level, blank=True, default="")
    area = models.CharField(max_length=100, blank=True, default="")
    valid_from = models.DateField(default=datetime.date(2025, 7, 1))
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_code_from"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")), name="unit_span"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Portal(TenantMixin):
    """Cổng thông tin: one site with a schema of its own. `uid` never changes; slug, name and domains may."""

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        ACTIVE = "active", _("Active")
        READ_ONLY = "read_only", _("Read only")
        SUSPENDED = "suspended", _("Suspended")
        RETIRED = "retired", _("Retired")

    auto_create_schema = False
    auto_drop_schema = False

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=40, unique=True, validators=[SLUG])
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="portals")
    state = models.CharField(max_length=12, choices=State, default=State.MAKING)
    state_reason = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    media_quota = models.BigIntegerField(null=True, blank=True)
    """Bytes of pictures and files; null: MEDIA_QUOTA."""
    media_used = models.BigIntegerField(db_default=0, default=0)

    def __str__(self) -> str:
        return self.name

    def __enter__(self) -> Any:
        raise TypeError("`with portal:` of django-tenants is not thread-safe: use tenants.context.enter(portal.ref())")

    def ref(self, primary_host: str | None = None) -> PortalRef:
        """The frozen value that context, cache keys and task envelopes carry."""
        if primary_host is None:
            primary_host = self.domains.filter(is_primary=True).values_list("domain", flat=True).first() or ""
        return PortalRef(
            pk=self.pk,
            uid=self.uid.hex,
            schema=self.schema_name,
            slug=self.slug,
            name=self.name,
            kind=self.unit.kind,
            level=self.unit.level,
            state=self.state,
            unit_id=self.unit_id,
            primary_host=primary_host,
        )


class Domain(DomainMixin):
    """A host name of a portal, without port. One is primary; the others redirect to it (`redirect`)."""

    tenant = models.ForeignKey(Portal, models.CASCADE, db_index=True, related_name="domains")
    redirect = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(is_primary=True), name="domain_one_primary"),
        ]


class FleetStep(models.Model):
    """One migration of the template, with the SQL it ran there, ready to be run in every portal.

    `python` marks a data migration: it is run by Django inside each portal instead of replaying `statements`.
    """

    app = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    statements = models.JSONField(default=list)
    python = models.BooleanField(default=False)
    applied_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "name"], name="fleet_step_once")]

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"


class TemplateSnapshot(models.Model):
    """The statements that make a portal, built once per state of the template (`digest` of its migrations)."""

    digest = models.CharField(max_length=64, unique=True)
    statements = models.JSONField()
    built_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest
