"""A webmaster changes the look of one portal: judged and shown before it is saved, on every page after."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from cms_blocks.looks.models import Look, trying
from tenants import cache_tags, context
from tests.uploads import hostile
from themes.tokens import Character, Header, Pairing

pytestmark = pytest.mark.django_db

EDITOR = "/admin/giao-dien/"
GIVEN = {"hue": "20", "strength": "100", "accent": "", "character": "", "pairing": "", "header": "bar", "logo": "",
         "place_tasks": "1", "place_news": "2", "place_body": "3", "place_contact": "4"}  # fmt: skip


def style(client: Any, path: str = "/") -> str:
    return re.search(r'href="(/_theme/[^"]+)"', client.get(path).content.decode())[1]


def test_two_requests_change_every_page(visit: Any) -> None:
    client, visitor = visit("alpha", "web.alpha@example.vn"), visit("alpha")
    before = {path: style(visitor, path) for path in ("/", "/muc/bai/", "/tin-tuc/")}
    others = style(visit("beta"))
    page = client.get(EDITOR).content.decode()
    assert 'data-look-hue="20"' in page
    assert "/admin/giao-dien/" in client.get("/admin/").content.decode(), "the menu leads there"
    assert client.post(EDITOR, GIVEN).status_code == 302
    for path, old in before.items():
        new = style(visitor, path)
        assert new != old
        answer = visitor.get(new)
        assert "immutable" in answer["Cache-Control"]
    assert style(visit("beta")) == others


@pytest.mark.parametrize("accent", ["#ffd400", "#cccccc", "#ffffff"])
def test_a_pale_accent_is_refused_with_the_nearest_that_passes(visit: Any, alpha: Any, accent: str) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    judged = client.get(f"{EDITOR}kiem/", GIVEN | {"accent": accent}).json()
    assert judged["ok"] is False
    better = re.search(r'data-look-better="(#[0-9a-f]{6})"', judged["html"])[1]
    answer = client.post(EDITOR, GIVEN | {"accent": accent})
    assert answer.status_code == 422
    assert "quá nhạt" in answer.content.decode()
    with context.enter(alpha):
        assert not Look.objects.get().accent
    assert client.get(f"{EDITOR}kiem/", GIVEN | {"accent": better}).json()["ok"] is True
    assert client.post(EDITOR, GIVEN | {"accent": better}).status_code == 302
    with context.enter(alpha):
        assert Look.objects.get().accent == better


def test_the_model_refuses_too(alpha: Any) -> None:
    with context.enter(alpha):
        for wrong in ({"accent": "#ffee00"}, {"accent": "red"}, {"hue": 400}, {"sections": ["x"]}, {"strength": 500}):
            with pytest.raises(ValidationError):
                Look(**wrong).full_clean()
        Look(accent="#0B5D3B").full_clean()


def test_preview_saves_nothing_and_no_cache_keeps_it(visit: Any, alpha: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    before = style(visit("alpha"))
    with cache_tags.collecting():
        answer = client.get(
            f"{EDITOR}xem/", GIVEN | {"character": "preschool", "header": "centred", "place_contact": ""}
        )
    html = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]
    assert "preschool-20-centred-" in html
    assert 'id="hoi"' not in html
    assert style(visit("alpha")) == before
    for nonsense in (
        {"hue": "x"},
        {"hue": "999", "accent": "'><script>"},
        {"place_tasks": "-1"},
        {"logo": "99999"},
        {},
    ):
        answer = client.get(f"{EDITOR}xem/", GIVEN | nonsense)
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode().replace("<script type=", "")


def test_order_of_the_home_page(visit: Any) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    client.post(EDITOR, GIVEN | {"place_news": "1", "place_tasks": "", "place_contact": "2", "place_body": "3"})
    html = visit("alpha").get("/").content.decode()
    assert 'id="tin"' in html
    assert 'class="tasks"' not in html


def test_logo_in_the_header(visit: Any, alpha: Any, beta: Any) -> None:
    from django.core.files.base import ContentFile

    from cms_blocks.models import PortalImage

    with context.enter(alpha):
        logo = PortalImage.objects.create(
            title="Logo", description="Logo", file=ContentFile(hostile.DRAWINGS["script"].encode(), name="logo.svg")
        )
    client = visit("alpha", "web.alpha@example.vn")
    assert client.post(EDITOR, GIVEN | {"logo": str(logo.pk)}).status_code == 302
    html = visit("alpha").get("/").content.decode()
    assert re.search(
        r'<img class="logo" src="http://tep\.localhost:\d+/[0-9a-f]{32}/images/[^"]+\.svg" width="\d+" height="\d+"',
        html,
    )
    with context.enter(beta):
        foreign = logo.pk + 1000
    answer = visit("beta", "web.beta@example.vn").post(EDITOR, GIVEN | {"logo": str(foreign)})
    assert answer.status_code == 422


def test_who_may(visit: Any) -> None:
    for login in ("", "84912000001", "gv.alpha@example.vn", "web.beta@example.vn"):
        client = visit("alpha", login)
        for path in ("", "kiem/", "xem/"):
            assert client.get(EDITOR + path).status_code in {302, 403}, (login, path)
        assert client.post(EDITOR, GIVEN).status_code in {302, 403}


@pytest.mark.parametrize("header", list(Header))
@pytest.mark.parametrize("character", list(Character))
def test_every_character_and_header_renders(visit: Any, alpha: Any, character: str, header: str) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    html = client.get(f"{EDITOR}xem/", GIVEN | {"character": character, "header": header}).content.decode()
    assert re.search(rf'<body class="[^"]*\b{character}\b', html)
    css = visit("alpha").get(re.search(r'href="(/_theme/[^"]+)"', html)[1]).content.decode()
    assert f"--character:{character};" in css


@pytest.mark.parametrize("pairing", list(Pairing))
def test_the_text_font_comes_first(visit: Any, pairing: str) -> None:
    client = visit("alpha", "web.alpha@example.vn")
    html = client.get(f"{EDITOR}xem/", GIVEN | {"pairing": pairing}).content.decode()
    font = "nunito" if pairing in {"nunito", "baloo"} else "be-vietnam-pro"
    assert html.count(f'as="font" type="font/woff2" href="/static/themes/fonts/{font}-') == 2


def test_a_look_tried_ends_with_its_block(alpha: Any) -> None:
    from cms_blocks.looks.models import current

    with context.enter(alpha):
        with trying(Look(hue=1)):
            assert current().hue == 1
        assert current().hue != 1
