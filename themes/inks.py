"""The colours a drawing is made of: the portal's hue in depth, and a few warm things that stay what they are."""

from __future__ import annotations

from dataclasses import dataclass

from .colour import hexadecimal, oklch
from .tokens import SHAPES, Character


@dataclass(frozen=True, slots=True)
class Inks:
    """Hex colours, from the sky to the nearest leaf."""

    sky: str
    horizon: str
    glow: str
    cloud: str
    far: str
    far_shade: str
    middle: str
    near: str
    front: str
    dark: str
    water: str
    shine: str
    flame: str
    flame_light: str
    petal: str
    petal_light: str
    roof: str
    wall: str
    window: str
    leaf: str
    middle_sky: str
    night: bool


# Lightness and strength of far, middle, near, front, dark; the hue drifts by `drift` degrees from far to front.
_DEPTH: dict[str, tuple[tuple[float, float], ...]] = {
    "editorial": ((0.86, 0.030), (0.78, 0.045), (0.66, 0.065), (0.46, 0.075), (0.33, 0.060)),
    "layered": ((0.79, 0.060), (0.68, 0.085), (0.56, 0.100), (0.43, 0.095), (0.31, 0.070)),
    "bright": ((0.84, 0.075), (0.77, 0.110), (0.67, 0.130), (0.54, 0.125), (0.38, 0.095)),
    "paper": ((0.91, 0.050), (0.87, 0.075), (0.80, 0.095), (0.71, 0.110), (0.47, 0.110)),
}
_NIGHT = ((0.40, 0.050), (0.335, 0.050), (0.275, 0.045), (0.225, 0.040), (0.165, 0.030))
_DAWN = ((0.50, 0.095), (0.42, 0.095), (0.36, 0.090), (0.30, 0.080), (0.23, 0.060))
_DRIFT = {"editorial": 10.0, "layered": 26.0, "bright": 60.0, "paper": 110.0}
_STYLES = {
    Character.DEPARTMENT: "editorial",
    Character.OFFICE: "editorial",
    Character.THPT: "layered",
    Character.GDTX: "layered",
    Character.THCS: "bright",
    Character.PRIMARY: "bright",
    Character.PRESCHOOL: "paper",
}


def style_of(character: Character) -> str:
    """How this character is drawn: editorial, layered, bright or paper."""
    return _STYLES[character]


def _toward_green(hue: float) -> float:
    """How far the leaves of a red, orange or yellow portal turn to green, in degrees: brown fields look dead."""
    warm = hue % 360
    return max(0.0, min(75.0, 135.0 - warm)) if warm <= 135 else 0.0


def inks(character: Character, hue: float, *, night: bool = False, dawn: bool = False, dusk: float = 0.0) -> Inks:
    """Colours of one drawing; `dusk` 0–1 warms the horizon, `dawn` sets the land dark against the first light."""
    style = _STYLES[character]
    strength = 0.55 + 0.45 * SHAPES[character].chroma / 0.15
    depth = _NIGHT if night else _DAWN if dawn else _DEPTH[style]
    drift = _DRIFT[style] * (0.5 if night else 1.0)

    turn = _toward_green(hue)

    def shade(level: int, lighter: float = 0.0) -> str:
        lightness, chroma = depth[level]
        turned = hue + turn * level / 3 if turn and style != "paper" else hue + drift * (0.5 - level / 4)
        return hexadecimal(oklch(lightness + lighter, chroma * strength, turned))

    cool = hue + drift * 0.6
    if night:
        return Inks(
            sky=hexadecimal(oklch(0.20, 0.045, cool)),
            horizon=hexadecimal(oklch(0.42, 0.060, cool - 20)),
            glow=hexadecimal(oklch(0.93, 0.050, 95)),
            cloud=hexadecimal(oklch(0.34, 0.045, cool)),
            far=shade(0),
            far_shade=shade(0, -0.035),
            middle=shade(1),
            near=shade(2),
            front=shade(3),
            dark=shade(4),
            water=hexadecimal(oklch(0.36, 0.055, cool)),
            shine=hexadecimal(oklch(0.58, 0.050, cool)),
            flame=hexadecimal(oklch(0.50, 0.150, 30)),
            flame_light=hexadecimal(oklch(0.58, 0.150, 38)),
            petal=hexadecimal(oklch(0.62, 0.110, 355)),
            petal_light=hexadecimal(oklch(0.72, 0.080, 355)),
            roof=hexadecimal(oklch(0.36, 0.080, 35)),
            wall=hexadecimal(oklch(0.46, 0.020, 80)),
            window=hexadecimal(oklch(0.86, 0.120, 88)),
            leaf=shade(2, 0.06),
            middle_sky="",
            night=True,
        )
    if dawn:
        # The sky begins in the token `deep`, on which the headline stands, and ends in the sun's gold.
        shape = SHAPES[character]
        gold = 62.0
        way = ((gold - hue + 540) % 360) - 180
        return Inks(
            sky=hexadecimal(oklch(0.33, shape.chroma * 0.85, hue)),
            middle_sky=hexadecimal(oklch(0.60, 0.105, hue + way * 0.5)),
            horizon=hexadecimal(oklch(0.87, 0.095, gold + 10)),
            glow=hexadecimal(oklch(0.94, 0.075, 88)),
            cloud=hexadecimal(oklch(0.70, 0.085, hue + way * 0.6)),
            far=shade(0),
            far_shade=shade(0, -0.045),
            middle=shade(1),
            near=shade(2),
            front=shade(3),
            dark=shade(4),
            water=hexadecimal(oklch(0.72, 0.085, hue + way * 0.7)),
            shine=hexadecimal(oklch(0.93, 0.060, 85)),
            flame=hexadecimal(oklch(0.60, 0.190, 30)),
            flame_light=hexadecimal(oklch(0.71, 0.165, 45)),
            petal=hexadecimal(oklch(0.72, 0.130, 358)),
            petal_light=hexadecimal(oklch(0.86, 0.070, 5)),
            roof=hexadecimal(oklch(0.48, 0.120, 36)),
            wall=hexadecimal(oklch(0.86, 0.045, 75)),
            window=hexadecimal(oklch(0.40, 0.070, hue)),
            leaf=shade(2, 0.03),
            night=False,
        )
    soft = style in {"bright", "paper"}
    quiet = style == "editorial"
    return Inks(
        sky=hexadecimal(oklch(0.955 if quiet else 0.90, 0.012 if quiet else 0.045, cool)),
        horizon=hexadecimal(oklch(0.975, 0.020 + 0.055 * dusk, 82 - 30 * dusk)),
        glow=hexadecimal(oklch(0.92 if soft else 0.90, 0.085, 88 - 22 * dusk)),
        cloud=hexadecimal(oklch(0.985, 0.010, 85)),
        far=shade(0),
        far_shade=shade(0, -0.035),
        middle=shade(1),
        near=shade(2),
        front=shade(3),
        dark=shade(4),
        water=hexadecimal(oklch(0.90, 0.035, cool)),
        shine=hexadecimal(oklch(0.985, 0.012, 85)),
        flame=hexadecimal(oklch(0.63, 0.200, 31)),
        flame_light=hexadecimal(oklch(0.73, 0.165, 45)),
        petal=hexadecimal(oklch(0.76, 0.125, 358)),
        petal_light=hexadecimal(oklch(0.90, 0.055, 358)),
        roof=hexadecimal(oklch(0.60 if soft else 0.54, 0.130, 38)),
        wall=hexadecimal(oklch(0.965, 0.025, 85)),
        window=hexadecimal(oklch(0.56, 0.060, hue)),
        leaf=shade(2, -0.04),
        middle_sky="",
        night=False,
    )
