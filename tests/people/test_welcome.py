"""The first screen says what comes next and what waits; the guide names what is there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cms_blocks.editorial import welcome
from cms_blocks.models import HomePage, PortalSettings
from school_services.identity.models import User

pytestmark = pytest.mark.django_db

WEB = "web.alpha@example.vn"


def test_steps_are_read_from_the_portal(visit: Any, inside: Any) -> None:
    user = User.objects.get(username=WEB)
    PortalSettings.objects.update(address="", supervisor="")
    before = {step.url for step in welcome.steps(user) if step.done}
    PortalSettings.objects.update(address="Đường A", phone="0276 1", email="a@example.vn", supervisor="Bà B")
    HomePage.objects.update(hero_text="Chào bạn")
    after = {step.url for step in welcome.steps(user) if step.done}
    home = HomePage.objects.get().pk
    assert after - before == {"/admin/settings/cms_blocks/portalsettings/", f"/admin/pages/{home}/edit/"}
    PortalSettings.objects.update(address="")
    page = visit("alpha", WEB).get("/admin/").content.decode()
    assert "Việc tiếp theo" in page
    assert "Ghi cách liên hệ" in page
    assert "câu hỏi chưa ai nhận" in page


def test_every_step_and_answer_leads_somewhere(visit: Any, inside: Any) -> None:
    client = visit("alpha", WEB)
    user = User.objects.get(username=WEB)
    addresses = {step.url for step in welcome.steps(user)} | {one.url for one in welcome.waiting(user)}
    guide = client.get("/admin/huong-dan/").content.decode()
    addresses |= set(re.findall(r'button-secondary" href="([^"]+)"', guide))
    assert len(addresses) > 8
    for address in addresses:
        assert client.get(address, follow=True).status_code == 200, address
