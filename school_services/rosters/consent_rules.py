"""Consents of families, in plain Python: Law 91/2025/QH15 Điều 24 and NĐ 356/2025.

School records rest on the school's legal duty and need no consent; photos, the camera view, and data for others do. A
consent names one purpose, is given by an act, never by silence, and ends when it is withdrawn.
"""

from __future__ import annotations

import datetime
from enum import StrEnum

OWN_VOICE = 7  # from this age a child's own agreement is needed where its private life would be published


class Purpose(StrEnum):
    """What a consent is for."""

    SERVICE = "SERVICE"  # an ordinary service for the child
    PHOTO = "PHOTO"  # pictures of the child on the school's portal
    CAMERA = "CAMERA"  # the family watches the class by camera
    DATA = "DATA"  # data for other organisations (insurance, competitions)
    PUBLISH_PRIVATE_LIFE = "PUBLISH_PRIVATE_LIFE"


# What families are asked, and whether it publishes something of the child.
ASKED = (Purpose.PHOTO, Purpose.CAMERA, Purpose.DATA)
PUBLISHING = frozenset({Purpose.PHOTO, Purpose.PUBLISH_PRIVATE_LIFE})


def age(birth_date: datetime.date, today: datetime.date) -> int:
    """Completed years."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def consent_ok(years: int, purpose: Purpose, *, child_agrees: bool, guardian_agrees: bool) -> bool:
    """Whether the processing may take place: the representative agrees, and from 7 on the child too to be published."""
    if not guardian_agrees:
        return False
    return child_agrees or years < OWN_VOICE or purpose not in PUBLISHING
