"""Every string of the interface is in Vietnamese: Python and templates, all packages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("cms_blocks", "portal_host", "school_services", "search", "tenants", "themes")
CATALOGUES = sorted(path for name in PACKAGES for path in (ROOT / name).glob("**/locale/vi/LC_MESSAGES/*.po"))
KEYWORDS = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy")


def texts(path: Path) -> Iterator[str]:
    """Every text as `makemessages` finds it; one that counts with its plural after a newline."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        source = templatize(source)
    for _, function, message, _ in extract_python(io.BytesIO(source.encode()), KEYWORDS, (), {"encoding": "utf-8"}):
        words = message if isinstance(message, tuple) else (message,)
        text = words[1] if function.startswith("pgettext") else words[0]
        if text:
            yield f"{text}\n{words[1]}" if function.startswith("ngettext") else text


@pytest.mark.parametrize("package", PACKAGES)
def test_all_in_vietnamese(package: str) -> None:
    catalogues = [read_po(path.open("rb"), locale="vi") for path in CATALOGUES]
    known = {
        "\n".join(m.id) if isinstance(m.id, tuple) else str(m.id) for c in catalogues for m in c if m.id and m.string
    }
    missing = set()
    with translation.override("vi"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".html"} and "migrations" not in path.parts:
                missing |= {
                    f"{path.relative_to(ROOT)}: {text}"
                    for text in texts(path)
                    if text not in known and translation.gettext(text) == text
                }
    assert sorted(missing) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT).parent))
def test_a_catalogue_is_sound(path: Path) -> None:
    """No text twice, none empty, the same placeholders in both languages."""
    source = path.read_text(encoding="utf-8")
    ids = [line for line in source.splitlines() if line.startswith("msgid ") and line != 'msgid ""']
    assert sorted({line for line in ids if ids.count(line) > 1}) == []
    catalogue = read_po(path.open("rb"), locale="vi")
    assert [m.id for m in catalogue if m.id and not m.string] == []
    assert [(m.id, [str(e) for e in errors]) for m, errors in catalogue.check()] == []


def test_one_text_has_one_meaning() -> None:
    """Django lays all catalogues over one another: a text that two translate differently is wrong in one place."""
    meanings: dict[tuple[str, str], set[str]] = {}
    for path in CATALOGUES:
        for message in read_po(path.open("rb"), locale="vi"):
            if message.id:
                meanings.setdefault((str(message.id), message.context or ""), set()).add(str(message.string))
    assert {text: found for text, found in meanings.items() if len(found) > 1} == {}
