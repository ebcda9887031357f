"""What a change in the editor drops from the front cache. Tags are the portal's own: nothing of another is touched."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.contrib.redirects.models import Redirect
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, ReferenceIndex
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from cms_blocks.languages.trees import DEFAULT, language_of
from cms_blocks.models import NewsCategory, NewsPage, PortalDocument, PortalSettings
from tenants import context, isolation

from .front_cache.django import purge


def _purge(*names: str) -> None:
    if context.current_portal() is not None:
        purge(*(isolation.cache_tag(name) for name in names))


def _purge_portal() -> None:
    portal = context.current_portal()
    if portal is not None:
        purge(isolation.portal_tag(portal.uid))


def on_published(sender: Any, instance: Any, **kwargs: Any) -> None:
    """The page, its parent's list, the lists that show it, and the pages that were "not found" until now."""
    tags = [f"page:{instance.pk}", "404", "pages"]
    parent = instance.get_parent()
    if parent is not None:
        tags.append(f"page:{parent.pk}")
    if isinstance(instance, NewsPage):
        tags.append("news")
    if instance.depth == 3 or language_of(instance) != DEFAULT:
        tags.append("menu")  # whether it is shown there now or was until now
    versions = Page.objects.filter(translation_key=instance.translation_key).exclude(pk=instance.pk)
    tags += [f"page:{pk}" for pk in versions.values_list("pk", flat=True)]
    tags += [
        f"page:{reference.object_id}"
        for reference in ReferenceIndex.get_references_to(instance)
        if reference.object_id.isdigit()
    ]
    _purge(*tags)


def on_structure(sender: Any, **kwargs: Any) -> None:
    """Addresses changed or went away, for a page and all below it: rare, so the whole portal is dropped."""
    _purge_portal()


def on_media(sender: Any, instance: Any, created: bool = False, **kwargs: Any) -> None:
    """A picture or file was changed: the pages that use it."""
    if created:
        return
    tags = [
        f"page:{reference.object_id}"
        for reference in ReferenceIndex.get_references_to(instance)
        if reference.object_id.isdigit()
    ]
    _purge("news", "settings", *tags)  # "settings": it may be the logo


def connect() -> None:
    page_published.connect(on_published, dispatch_uid="purge.published")
    for signal in (page_unpublished, page_slug_changed, post_page_move):
        signal.connect(on_structure, dispatch_uid=f"purge.structure.{id(signal)}")
    for model in (PortalSettings, PageViewRestriction, Redirect, NewsCategory):
        post_save.connect(on_structure, sender=model, dispatch_uid=f"purge.save.{model.__name__}")
        post_delete.connect(on_structure, sender=model, dispatch_uid=f"purge.delete.{model.__name__}")
    for model in (get_image_model(), PortalDocument):
        post_save.connect(on_media, sender=model, dispatch_uid=f"purge.save.{model.__name__}")
        post_delete.connect(on_structure, sender=model, dispatch_uid=f"purge.delete.{model.__name__}")
