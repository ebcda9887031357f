"""Every template renders for every character without a query, and obeys the policy: nothing inline."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation

from tests.themes import samples

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "themes" / "templates"
SPRITE = (ROOT / "themes" / "static" / "themes" / "icons.svg").read_text()
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
CASES = [(character, name) for character in samples.CHARACTERS for name in samples.pages(character)]


class Page(HTMLParser):
    """Balance of tags, ids, and what the content security policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.problems: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "style" or "style" in names or any(name.startswith("on") for name in names):
            self.problems.append(f"inline in <{tag}>")
        if tag == "script" and not names.get("src"):
            self.problems.append("inline script")
        if tag == "img" and ("alt" not in names or not names.get("width") or not names.get("height")):
            self.problems.append(f"img without alt, width or height: {names.get('src')}")
        if names.get("id"):
            self.ids.append(str(names["id"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else at {self.getpos()}")


@pytest.mark.parametrize(("character", "name"), CASES)
def test_renders(character: str, name: str) -> None:
    template, context = samples.pages(character)[name]
    with translation.override("vi"):
        html = render_to_string(template, context)
    page = Page()
    page.feed(html)
    assert page.problems == []
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(page.headings))
    assert "http://" not in html
    assert "https://" not in html
    assert set(re.findall(r"icons[^#\"]*#([a-z0-9-]+)", html)) <= set(re.findall(r'symbol id="([a-z0-9-]+)"', SPRITE))


def test_error_pages_need_nothing() -> None:
    for name in ("500", "maintenance", "suspended", "retired", "read_only", "csrf"):
        with translation.override("vi"):
            html = render_to_string(f"themes/{name}.html")
        assert "Mã hỗ trợ" in html


def test_news_cards_keep_their_drawing() -> None:
    cards = samples.news()
    assert [card.art_seed for card in cards] == [card.art_seed for card in samples.news()]
    assert len({card.art_seed for card in cards}) > 2


def test_long_and_missing_values() -> None:
    site = samples.portal("thpt")
    bare = type(site)(
        **{n: getattr(site, n) for n in site.__slots__}
        | dict.fromkeys(("tagline", "address", "phone", "email", "supervisor", "short_name"), "")
    )
    html = render_to_string(
        "themes/pages/home.html",
        {"site": bare, "page": {"title": "<b>Trường</b>"}, "menu": [], "tasks": [], "news": []},
    )
    assert "<b>Trường" not in html
    assert "Cần hỏi ai" not in html


def test_every_string_is_translated() -> None:
    texts: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text()
        texts |= set(re.findall(r"""{%\s*translate\s+"([^"]+)""", source)) | set(
            re.findall(r"""{%\s*translate\s+'([^']+)""", source)
        )
    with translation.override("vi"):
        assert [text for text in sorted(texts) if translation.gettext(text) == text] == []


class _Form(forms.Form):
    phone = forms.CharField(label="Số điện thoại", help_text="Ví dụ 0912 345 678")
    keep = forms.BooleanField(label="Ghi nhớ máy này", required=False)
    role = forms.ChoiceField(label="Bạn là", choices=[("a", "Phụ huynh"), ("b", "Giáo viên")], widget=forms.RadioSelect)


def test_form_names_its_errors() -> None:
    """Label, help and error belong to their field; the summary takes the focus and links to it."""
    with translation.override("vi"):
        html = render_to_string("themes/form.html", {"form": _Form({"phone": ""})})
    page = Page()
    page.feed(html)
    assert page.problems == []
    assert len(page.ids) == len(set(page.ids))
    assert 'href="#id_phone"' in html
    assert "autofocus" in html
    described = re.search(r'<input[^>]*name="phone"[^>]*aria-describedby="([^"]+)"', html)
    assert described
    assert set(described[1].split()) <= set(page.ids)
    assert '<label class="choice" for="id_keep"><input' in html
    assert "<legend>Bạn là</legend>" in html
