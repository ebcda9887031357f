"""Blocks of one kind in one body read together: each shows its own rows, and says what it read each time."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.blocks import StreamBlock, StreamValue

from cms_blocks import caching
from cms_blocks.blocks import BODY_BLOCKS
from cms_blocks.registry.models import OfficialDocument
from cms_blocks.staff.models import StaffPerson, StaffPosition, StaffUnit
from tenants import cache_tags, context, isolation

pytestmark = pytest.mark.django_db
STREAM = StreamBlock(BODY_BLOCKS, required=False)


@pytest.fixture
def in_alpha(alpha: Any) -> Iterator[Any]:
    with context.enter(alpha), translation.override("vi"):
        yield alpha


def body(*children: tuple[str, dict[str, Any]]) -> StreamValue:
    raw = [{"type": name, "value": value, "id": str(uuid.uuid4())} for name, value in children]
    return StreamValue(STREAM, json.loads(json.dumps(raw)), is_lazy=True)


def shown(value: StreamValue) -> list[str]:
    request = RequestFactory().get("/")
    return [str(child.render({"request": request})) for child in value]


def official(order: int, **values: Any) -> OfficialDocument:
    today = timezone.localdate()
    made = OfficialDocument(
        **{"kind": "quyet-dinh", "number": f"{order}/QĐ-THU", "issuer": "Trường Thử", "abstract": f"Về việc {order}",
           "issued_on": today, "is_public": True, **values}
    )  # fmt: skip
    made.save()
    return made


def test_each_block_of_documents_shows_its_own(in_alpha: Any) -> None:
    for number in range(301, 305):
        official(number)
    official(401, kind="thong-bao", number="401/TB-THU", field="Tuyển sinh")
    official(402, kind="thong-bao", number="402/TB-THU", expires_on=timezone.localdate())
    base = {"heading": "x", "field": "", "in_force": False, "count": 2}
    decisions, notices, of_field, in_force = shown(
        body(
            ("documents", base | {"kind": "quyet-dinh"}),
            ("documents", base | {"kind": "thong-bao", "count": 20}),
            ("documents", base | {"kind": "", "field": "Tuyển sinh"}),
            ("documents", base | {"kind": "thong-bao", "in_force": True}),
        )
    )
    assert [number for number in range(301, 305) if f"Về việc {number}" in decisions] == [303, 304], "the newest two"
    assert decisions.index("Về việc 304") < decisions.index("Về việc 303")
    assert "Về việc 401" in notices
    assert "Về việc 402" in notices
    assert "Về việc 301" not in notices
    assert "Về việc 401" in of_field
    assert "Về việc 30" not in of_field
    assert "Về việc 402" not in in_force
    assert "Về việc 401" in in_force


def test_each_unit_shows_its_own_people(in_alpha: Any) -> None:
    units = [StaffUnit.objects.create(name=f"Tổ {at}") for at in range(3)]
    for at, unit in enumerate(units[:2]):
        person = StaffPerson.objects.create(full_name=f"Cô Thử {at}")
        StaffPosition.objects.create(unit=unit, person=person, title="Tổ trưởng")
    html = shown(body(*(("staff", {"heading": "", "unit": unit.pk}) for unit in (*units, units[0]))))
    assert ["Cô Thử 0" in part for part in html] == [True, False, False, True]
    assert ["Cô Thử 1" in part for part in html] == [False, True, False, False]
    assert "Tổ 2" in html[2]


@pytest.mark.parametrize("name", ["documents", "events", "staff", "questions", "latest_news", "fee_list"])
def test_as_many_queries_for_one_block_as_for_nine(name: str, in_alpha: Any) -> None:
    """Nine that ask for different things."""
    units = [StaffUnit.objects.create(name=f"Tổ {at}") for at in range(9)]
    for unit in units:
        StaffPosition.objects.create(unit=unit, person=StaffPerson.objects.create(full_name="Cô Thử"), title="Cô")
    kinds = ["", "quyet-dinh", "thong-bao"]

    def queries(many: int) -> int:
        value = body(
            *(
                (name, {"heading": "x", "count": at + 1, "kind": kinds[at % 3], "unit": units[at].pk})
                for at in range(many)
            )
        )
        with CaptureQueriesContext(connection) as captured:
            shown(value)
        return len(captured)

    queries(1)
    assert queries(2) == queries(9)


def test_what_was_read_is_said_at_each_showing(in_alpha: Any) -> None:
    """One value rendered twice tags both pages, and bounds how long both may be kept."""
    found = official(301, expires_on=timezone.localdate() + timezone.timedelta(days=3))
    value = body(("documents", {"heading": "x", "kind": "", "field": "", "in_force": True, "count": 5}))
    for _ in range(2):
        with cache_tags.collecting() as tags, caching.watching_time() as moments:
            shown(value)
        assert {isolation.cache_tag("registry"), isolation.cache_tag(f"official:{found.pk}")} <= tags
        assert moments


def test_a_value_alone(in_alpha: Any) -> None:
    """The chooser's preview renders a value that came from no body."""
    block = STREAM.child_blocks["latest_news"]
    html = render_to_string(block.meta.template, block.get_context(block.to_python({"heading": "Tin", "count": 1})))
    assert "Tin" in html
    assert "Tin" in block.render(block.get_preview_value())
