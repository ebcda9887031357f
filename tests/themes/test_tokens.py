"""Every pair of colours that the theme puts together is readable, for every hue, kind and mode."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from themes.colour import contrast, hexadecimal, oklch, parse, to_oklch
from themes.tokens import (
    PAIRINGS,
    PAIRS,
    STRENGTHS,
    Character,
    Choice,
    Header,
    character_for,
    check,
    nearest,
    palette,
    stylesheet,
    version,
)

ROOT = Path(__file__).resolve().parent.parent.parent
CSS = (ROOT / "themes" / "static" / "themes" / "base.css").read_text()
FONTS = ROOT / "themes" / "static" / "themes" / "fonts"


@pytest.mark.parametrize(
    ("lightness", "chroma", "hue", "expected"),
    [
        (0.0, 0.0, 0, "#000000"),
        (1.0, 0.0, 0, "#ffffff"),
        (0.627955, 0.257683, 29.2339, "#ff0000"),  # CSS Color 4: the sRGB primaries in OKLCH
        (0.866440, 0.294827, 142.4953, "#00ff00"),
        (0.452014, 0.313214, 264.0520, "#0000ff"),
    ],
)
def test_oklch(lightness: float, chroma: float, hue: float, expected: str) -> None:
    assert hexadecimal(oklch(lightness, chroma, hue)) == expected


def test_contrast_known() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("character", list(Character))
def test_every_pair_is_readable(character: Character, strength: int) -> None:
    """Whatever hue and strength a webmaster picks; only an accent of one's own can fail."""
    failing = [pair for hue in range(0, 360, 5) for pair in check(Choice(character, hue, strength))]
    assert failing == []


@pytest.mark.parametrize("colour", ["#ffd400", "#7fd1ff", "#ff8c69", "#bbbbbb", "#ffffff", "#00c853"])
def test_pale_accents_are_refused_and_the_nearest_passes(colour: str) -> None:
    choice = Choice(Character.THPT, 255, accent=colour)
    failures = check(choice)
    assert failures
    assert failures[0].ratio < failures[0].least
    better = nearest(choice)
    assert check(Choice(Character.THPT, 255, accent=better)) == ()
    lightness, chroma, hue = to_oklch(parse(colour))
    new_lightness, _, new_hue = to_oklch(parse(better))
    assert new_lightness < lightness
    if chroma > 0.03:
        assert abs((new_hue - hue + 180) % 360 - 180) < 8, "it is still the school's colour"


@pytest.mark.parametrize("colour", ["#0b5d3b", "#7a0019", "#1a3c8c", "#000000"])
def test_dark_accents_pass_as_they_are(colour: str) -> None:
    choice = Choice(Character.THCS, 20, accent=colour)
    assert check(choice) == ()
    assert f"--accent:{colour};" in stylesheet(choice)


def test_oklch_there_and_back() -> None:
    for colour in ((12, 200, 90), (255, 255, 255), (0, 0, 0), (90, 20, 160)):
        assert oklch(*to_oklch(colour)) == pytest.approx(colour, abs=1)


def test_the_version_is_of_the_content() -> None:
    choices = [
        Choice(Character.THPT, 255),
        Choice(Character.THPT, 256),
        Choice(Character.THPT, 255, 60),
        Choice(Character.THPT, 255, accent="#0b5d3b"),
        Choice(Character.THPT, 255, header=Header.SLIM),
    ]
    assert len({version(choice) for choice in choices}) == len(choices)


def test_pairs_name_tokens() -> None:
    names = set(palette(Character.THPT, 200, dark=False))
    assert {name for front, behind, _ in PAIRS for name in (front, behind)} <= names
    assert names == set(palette(Character.THPT, 200, dark=True))


def test_tokens_used_are_defined() -> None:
    """A misspelt token is a colour that silently is not there."""
    defined = set(re.findall(r"--([a-z0-9-]+):", CSS + stylesheet(Choice(Character.THCS, 20))))
    assert set(re.findall(r"var\(--([a-z0-9-]+)", CSS)) <= defined


def test_stylesheet_has_both_modes() -> None:
    css = stylesheet(Choice(Character.PRESCHOOL, 350))
    assert css.count("--surface:") == 2
    assert "@media screen and (prefers-color-scheme:dark)" in css
    assert len(css) < 4000


@pytest.mark.parametrize(
    ("kind", "level", "expected"),
    [
        ("department", "", Character.DEPARTMENT),
        ("office", "", Character.OFFICE),
        ("school", "MN", Character.PRESCHOOL),
        ("school", "TH", Character.PRIMARY),
        ("school", "THCS", Character.THCS),
        ("school", "THPT", Character.THPT),
        ("school", "GDTX", Character.GDTX),
        ("school", "TH-THCS-THPT", Character.THPT),
    ],
)
def test_character(kind: str, level: str, expected: Character) -> None:
    assert character_for(kind, level) is expected


def test_css_is_small() -> None:
    assert len(CSS.encode()) <= 44_000


def _faces(family: str) -> set[str]:
    faces = re.findall(r'@font-face\{font-family:"([^"]+)"[^}]*?url\(fonts/([^)]+)\)', CSS)
    return {name for face, name in faces if face == family}


@pytest.mark.parametrize("pairing", list(PAIRINGS))
def test_fonts_of_a_page(pairing: str) -> None:
    """Latin and Vietnamese files of all weights a page may use, under 120 kB; each family has its stand-in."""
    families = {stack.split(",")[0].strip('"') for stack in PAIRINGS[pairing][:2]}
    files = set().union(*(_faces(family) for family in families))
    assert all((FONTS / name).is_file() for name in files)
    assert {"latin" in name for name in files} == {True, False}
    assert sum((FONTS / name).stat().st_size for name in files) < 120_000
    for family in families:
        assert f'font-family:"{family} Arial"' in CSS


def test_fonts_have_licences_and_users() -> None:
    used = set(re.findall(r"url\(fonts/([^)]+)\)", CSS))
    assert used == {path.name for path in FONTS.glob("*.woff2")}
    for name in used:
        stem = re.sub(r"-(latin|vietnamese)-.*", "", name)
        assert (FONTS / f"OFL-{stem}.txt").is_file()
