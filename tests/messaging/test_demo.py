"""The demo's day at school: loaded twice it is loaded once, and what it loads works."""

from __future__ import annotations

from typing import Any

import pytest

from portal_host.demo import load_day
from school_services.cameras import family, registry
from school_services.cameras.models import Camera
from school_services.identity.actor import Actor
from school_services.identity.models import User
from school_services.messaging import carriers, inbox
from school_services.messaging.models import Campaign, Preference
from school_services.messaging.rules import Channel
from tenants import context

from .conftest import BOTH, account

pytestmark = pytest.mark.django_db


def test_the_day_of_the_demo(alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        Camera.objects.all().delete()
        Campaign.objects.all().delete()
        head = User.objects.get(username="vp.alpha@example.vn")
        parent = Actor(account(BOTH), "PH", ())
    for _ in range(2):
        load_day.load(alpha, head, simulator_port=9000)
    with context.enter(alpha):
        letters, unread = inbox.letters(parent)
        assert (len(letters), unread) == (2, 2)
        (seen,) = [one for one in family.cameras(parent, unit_id=alpha.unit_id) if one.state == "open"]
        with context.scope((alpha.unit_id,)):
            assert registry.source_of(Camera.objects.get(public_id=seen.public_id)) == "test:"
            assert set(carriers.usable(alpha.unit_id)) == {Channel.SMS, Channel.ZALO}
            assert Preference.objects.filter(user_id=parent.user_id, allowed=True).count() == 2
