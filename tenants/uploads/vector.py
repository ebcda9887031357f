"""SVG by an allow-list: shapes, text and gradients stay; whatever runs, loads or links is not copied.

The result is a new document built from the permitted parts, so what the list does not name cannot be in it.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _

from .kinds import Refused, megabytes

MAX_BYTES: Final = 1_000_000
MAX_ELEMENTS: Final = 20_000
MAX_DEPTH: Final = 60
MAX_DRAWN: Final = 50_000  # elements after every <use> is followed

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_SHAPES = """svg g defs symbol use path rect circle ellipse line polyline polygon text tspan title desc
    linearGradient radialGradient stop clipPath mask pattern marker"""
_STYLES = """fill fill-opacity fill-rule stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-dasharray stroke-dashoffset stroke-opacity opacity color clip-path clip-rule mask stop-color stop-opacity
    display visibility font-family font-size font-weight font-style text-anchor letter-spacing dominant-baseline
    paint-order vector-effect marker-start marker-mid marker-end"""
_PLACES = """id d x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy rotate width height points transform viewBox
    preserveAspectRatio gradientUnits gradientTransform spreadMethod offset patternUnits patternTransform
    patternContentUnits clipPathUnits maskUnits maskContentUnits markerWidth markerHeight markerUnits orient refX refY
    textLength lengthAdjust pathLength"""
_ELEMENTS: Final = frozenset(_SHAPES.split())
_STYLED: Final = frozenset(_STYLES.split())
_ATTRIBUTES: Final = _STYLED | frozenset(_PLACES.split())
_REFERENCE = re.compile(r"#[\w.:-]+")
_LOCAL_URL = re.compile(r"url\(\s*['\"]?(#[\w.:-]+)['\"]?\s*\)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\s*(px|pt|mm|cm|in)?\s*")
_PIXELS = {None: 1.0, "px": 1.0, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}

register_namespace("", _SVG)


def clean_svg(data: bytes, name: str) -> tuple[bytes, int, int]:
    """(a new document, width, height in pixels). Raises `Refused`."""
    if len(data) > MAX_BYTES:
        raise Refused(
            "too_big",
            _("“%(name)s” has %(size)s; a drawing (SVG) may have %(limit)s. Save it as PNG and send that."),
            name=name,
            size=megabytes(len(data)),
            limit=megabytes(MAX_BYTES),
        )
    try:
        root = fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise _unsafe(name) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Refused(
            "broken", _("“%(name)s” is not a whole SVG drawing. Save it again, or save it as PNG."), name=name
        ) from error
    if _tag(root) != "svg":
        raise _unsafe(name)
    copy = _Copy(name, _rules(root))
    clean = copy.element(root, None, 0)
    copy.check_uses()
    width, height = _size(clean, name)
    return tostring(clean, encoding="utf-8", xml_declaration=True), width, height


def _unsafe(name: str) -> Refused:
    return Refused(
        "unsafe_drawing",
        _("“%(name)s” holds parts that a drawing may not have. Save it as “plain SVG” or as PNG and send that."),
        name=name,
    )


def _tag(element: Element) -> str:
    """Local name of an SVG element, "" for everything of another namespace."""
    if not isinstance(element.tag, str):
        return ""
    space, _brace, local = element.tag.rpartition("}")
    return local if space in {"{" + _SVG, ""} else ""


def _rules(root: Element) -> dict[str, list[tuple[str, str]]]:
    """Class → declarations of the drawing's style sheet: drawing programs write colours there."""
    found: dict[str, list[tuple[str, str]]] = {}
    for element in root.iter():
        if _tag(element) == "style":
            for selectors, body in _RULE.findall("".join(element.itertext())[:100_000]):
                for selector in selectors.rpartition(";")[2].split(","):
                    if re.fullmatch(r"\s*\.[\w-]+\s*", selector):
                        found.setdefault(selector.strip()[1:], []).extend(_declarations(body))
    return found


def _declarations(text: str) -> list[tuple[str, str]]:
    pairs = (part.partition(":") for part in text.split(";"))
    return [(key.strip().lower(), value.strip()) for key, _colon, value in pairs if value]


def _safe(value: str) -> str | None:
    """The value, or None when it could load or run something."""
    value = _LOCAL_URL.sub(r"url(\1)", value)
    rest = re.sub(r"url\(#[\w.:-]+\)", "", value)
    if re.search(r"[<>&\\@{}]|url\s*\(|expression|javascript|import|/\*", rest, re.IGNORECASE):
        return None
    return value


class _Copy:
    def __init__(self, name: str, rules: dict[str, list[tuple[str, str]]]) -> None:
        self.name, self.rules = name, rules
        self.count = 0
        self.by_id: dict[str, Element] = {}
        self.root: Element | None = None

    def element(self, source: Element, parent: Element | None, depth: int) -> Element:
        self.count += 1
        if self.count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise _unsafe(self.name)
        tag, attributes = f"{{{_SVG}}}{_tag(source)}", self._attributes(source)
        made = Element(tag, attributes) if parent is None else SubElement(parent, tag, attributes)
        self.root = made if parent is None else self.root
        if "id" in attributes:
            self.by_id["#" + attributes["id"]] = made
        if _tag(source) in {"text", "tspan", "title", "desc"}:
            made.text = source.text
        for child in source:
            if _tag(child) in _ELEMENTS:
                copied = self.element(child, made, depth + 1)
                if _tag(source) in {"text", "tspan"}:
                    copied.tail = child.tail
        return made

    def _attributes(self, source: Element) -> dict[str, str]:
        wanted: list[tuple[str, str]] = [(key, value) for key, value in source.attrib.items() if key in _ATTRIBUTES]
        for word in source.get("class", "").split():
            wanted += [pair for pair in self.rules.get(word, []) if pair[0] in _STYLED]
        wanted += [pair for pair in _declarations(source.get("style", "")) if pair[0] in _STYLED]
        result = {key: safe for key, value in wanted if (safe := _safe(value)) is not None}
        link = source.get("href") or source.get(f"{{{_XLINK}}}href")
        if (
            link
            and _REFERENCE.fullmatch(link.strip())
            and _tag(source) in {"use", "linearGradient", "radialGradient", "pattern"}
        ):
            result["href"] = link.strip()
        return result

    def check_uses(self) -> None:
        """A few kilobytes of <use> in <use> can draw billions of shapes: count before a browser has to."""
        sizes: dict[int, int] = {}

        def drawn(element: Element, open_: frozenset[int]) -> int:
            key = id(element)
            if key in open_:
                raise _unsafe(self.name)
            if key not in sizes:
                inner = open_ | {key}
                total = 1 + sum(drawn(child, inner) for child in element)
                if element.tag == f"{{{_SVG}}}use":
                    target = self.by_id.get(element.get("href", ""))
                    total += drawn(target, inner) if target is not None else 0
                if total > MAX_DRAWN:
                    raise _unsafe(self.name)
                sizes[key] = total
            return sizes[key]

        if self.root is not None:
            drawn(self.root, frozenset())


def _size(root: Element, name: str) -> tuple[int, int]:
    """Width and height; the view box is written where it is missing, so that the drawing scales."""
    box = [float(part) for part in re.findall(r"-?[0-9]*\.?[0-9]+", root.get("viewBox", ""))][:4]
    lengths = [_pixels(root.get(side, "")) for side in ("width", "height")]
    if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
        if not all(lengths):
            raise Refused(
                "no_size",
                _("“%(name)s” does not say how large it is. Save it again with a page size, or as PNG."),
                name=name,
            )
        box = [0.0, 0.0, *lengths]
    width, height = lengths if all(lengths) else box[2:]
    scale = min(1.0, 10_000 / max(width, height))
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    root.attrib.update({"viewBox": " ".join(f"{part:g}" for part in box), "width": str(width), "height": str(height)})
    return width, height


def _pixels(text: str) -> float:
    found = _LENGTH.fullmatch(text)
    return float(found[1]) * _PIXELS[found[2]] if found else 0.0
