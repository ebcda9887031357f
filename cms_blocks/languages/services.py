"""Making the version of a page in another language."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from wagtail.models import Locale, Page

from cms_blocks.models import HomePage

from .models import LanguagePage
from .trees import OTHERS


def version_of(page: Page, code: str) -> Page | None:
    found: Page | None = Page.objects.filter(translation_key=page.translation_key, locale__language_code=code).first()
    return found


@transaction.atomic
def make_version(*, page: Page, code: str, user: Any) -> Page:
    """A draft copy below the version of the parent, or below the language's first page; the one that exists, if so."""
    existing = version_of(page, code)
    if existing is not None:
        return existing
    locale, _made = Locale.objects.get_or_create(language_code=code)
    first = _first_page(code, locale)
    if page.depth == 2:
        return first
    parent = version_of(page.get_parent(), code) or first
    attributes = {"locale": locale, "slug": _free_slug(parent, page.slug)}
    copied: Page = page.specific.copy(
        to=parent,
        update_attrs=attributes,
        copy_revisions=False,
        keep_live=False,
        user=user,
        reset_translation_key=False,
    )
    return copied


def _first_page(code: str, locale: Locale) -> Page:
    home = HomePage.objects.get()
    found = LanguagePage.objects.filter(slug=code).first()
    if found is None:
        values = {"title": OTHERS[code], "slug": code, "locale": locale, "translation_key": home.translation_key}
        found = home.add_child(instance=LanguagePage(**values, live=True, show_in_menus=False))
        found.save_revision().publish()
    return found


def _free_slug(parent: Page, wanted: str) -> str:
    taken = set(parent.get_children().filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(slug for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, 999))) if slug not in taken)
