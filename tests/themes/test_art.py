"""Drawings: well-formed, small, the same everywhere, different from portal to portal, safe under a strict policy."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from themes import art
from themes.context import CARD_SEEDS
from themes.tokens import Character

_NUMBER = re.compile(r"nan|inf|e[+-]\d")


def _check(svg: str) -> None:
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}
    assert tags <= {
        "svg",
        "defs",
        "linearGradient",
        "stop",
        "rect",
        "circle",
        "ellipse",
        "path",
        "g",
        "clipPath",
        "text",
    }
    assert "style" not in svg
    assert "href" not in svg
    assert not _NUMBER.search(
        re.sub(r'(?:font-family|fill|stroke|stop-color|id|stroke-linecap)="[^"]*"', "", svg).lower()
    )
    assert len(svg) < 24_000


@pytest.mark.parametrize("character", list(Character))
@pytest.mark.parametrize("variant", [name for name in art.SIZES if name != "spot"])
def test_landscapes(character: Character, variant: str) -> None:
    for size in art.SIZES[variant]:
        for night in (False, True):
            _check(art.landscape("thpt-hoang-le-kha", character, 25, variant, *size, night=night))


def test_all_card_scenes() -> None:
    for seed in range(CARD_SEEDS):
        _check(art.landscape(f"a-{seed}", Character.PRIMARY, 140, "card", 640, 400))


@pytest.mark.parametrize("kind", art.SPOTS)
def test_spots(kind: str) -> None:
    for character in Character:
        _check(art.spot(kind, character, 300))


def test_deterministic_and_different() -> None:
    def draw(seed: str, hue: int = 200) -> str:
        return art.landscape(seed, Character.THPT, hue, "hero", 1600, 640)

    assert draw("alpha") == draw("alpha")
    assert draw("alpha") != draw("beta")
    assert draw("alpha") != draw("alpha", 201)
    cards = {art.landscape(f"x-{seed}", Character.THPT, 9, "card", 640, 400) for seed in range(CARD_SEEDS)}
    assert len(cards) == CARD_SEEDS


def test_favicons() -> None:
    marks = {art.favicon(character, 200, "T") for character in Character}
    assert len(marks) >= 6
    for mark in marks:
        _check(mark)
        assert len(mark) < 2000
