"""The day at school of the demo: a camera with a test pattern, carriers that are simulators, messages. Idempotent."""

from __future__ import annotations

import datetime

from django.utils import timezone

from school_services import sealing
from school_services.attendance.models import NoticeSetting
from school_services.cameras.models import Camera, OpenTime
from school_services.identity.actor import Actor, Grant
from school_services.identity.models import Role, User
from school_services.messaging import campaigns, carriers
from school_services.messaging.models import Campaign, Preference
from school_services.messaging.preferences import TEXT_VERSION
from school_services.messaging.rules import Channel
from school_services.rosters.guardians import TEXT_VERSION as CONSENT_VERSION
from school_services.rosters.models import Consent, Enrolment, Guardianship
from tenants import context

from .carriers import ACCESS, REFRESH, SMS_KEY, ZALO_KEY

WORDS = (
    ("Họp phụ huynh cuối học kì 1", "Mời quý phụ huynh dự họp lúc 7 giờ 30 thứ Bảy tại lớp của con."),
    ("Lịch kiểm tra cuối học kì", "Lịch kiểm tra đã có trên cổng của trường, mục Lịch học, lịch kiểm tra của con."),
)


def load(ref: context.PortalRef, principal: User, *, simulator_port: int) -> None:
    """`principal` writes to the whole school, and the accounts with the carriers are those of the simulators."""
    actor = Actor(principal.pk, principal.full_name, (Grant(Role.Kind.PRINCIPAL, ref.unit_id),))
    with context.enter(ref), context.scope((ref.unit_id,), user=principal.pk):
        _carriers(actor, ref.unit_id, simulator_port)
        if Campaign.objects.filter(unit_id=ref.unit_id).exists():
            return
        NoticeSetting.objects.get_or_create(unit_id=ref.unit_id, defaults={"late": True})
        links = list(
            Guardianship.objects.filter(unit_id=ref.unit_id, ended_at__isnull=True).values_list("user_id", "student_id")
        )
        Preference.objects.bulk_create(
            Preference(unit_id=ref.unit_id, user_id=user, channel=way, allowed=True, text_version=TEXT_VERSION)
            for user in sorted({user for user, _ in links})
            for way in (Channel.ZALO.value, Channel.SMS.value)
        )
        if links:
            _camera(ref.unit_id, principal, *links[0])
        for title, body in WORDS:
            pk = campaigns.write(
                actor=actor, unit_id=ref.unit_id, audience="school", circle=0, title=title, body=body, paid=False
            )
            people = campaigns.preview(actor=actor, unit_id=ref.unit_id, pk=pk).people
            campaigns.submit(actor=actor, unit_id=ref.unit_id, pk=pk, people=people)


def _carriers(actor: Actor, unit_id: int, port: int) -> None:
    origin = f"http://127.0.0.1:{port}"
    templates = dict.fromkeys(("absence", "alert", "notice"), "643118")
    carriers.save(
        actor=actor, unit_id=unit_id, channel=Channel.ZALO, price=220,
        config={"api": origin, "oauth": origin, "app_id": "77", "templates": templates},
        secrets={"access_token": ACCESS, "refresh_token": REFRESH, "secret_key": "demo", "webhook_key": ZALO_KEY},
    )  # fmt: skip
    carriers.save(
        actor=actor, unit_id=unit_id, channel=Channel.SMS, price=350,
        config={"url": f"{origin}/sms", "brandname": "TRUONGDEMO"}, secrets={"key": SMS_KEY},
    )  # fmt: skip


def _camera(unit_id: int, principal: User, guardian: int, student: int) -> None:
    """Open all day, so that whoever tries the demo finds it open; the family has agreed."""
    group = Enrolment.objects.select_related("class_group").get(
        unit_id=unit_id, student_id=student, valid_to__isnull=True
    )
    camera = Camera.objects.create(
        unit_id=unit_id, class_group=group.class_group, name=f"Lớp {group.class_group.name}", place="Góc cuối lớp",
        source=sealing.seal({"url": "test:"}, unit_id=unit_id, purpose="camera"), added_by=principal,
    )  # fmt: skip
    OpenTime.objects.create(
        unit_id=unit_id, camera=camera, weekdays="2345678", start=datetime.time(0), end=datetime.time(23, 59)
    )
    Consent.objects.get_or_create(
        unit_id=unit_id, student_id=student, purpose="CAMERA", withdrawn_at=None,
        defaults={
            "text_version": CONSENT_VERSION, "child_agrees": True, "given_by_id": guardian, "given_at": timezone.now(),
        },
    )  # fmt: skip
