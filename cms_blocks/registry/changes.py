"""What a change of the registry drops from the front cache: lists and blocks, and the pages that name the document."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save

from cms_blocks.purging import purge_tags

from .models import OfficialDocument, OfficialFile, OfficialRelation


def on_document(sender: Any, instance: OfficialDocument, **kwargs: Any) -> None:
    purge_tags("registry", f"official:{instance.pk}", "404")


def on_part(sender: Any, instance: OfficialFile | OfficialRelation, **kwargs: Any) -> None:
    if isinstance(instance, OfficialFile):
        purge_tags("registry", f"official:{instance.official_id}", f"file:{instance.document_id}")
    else:
        purge_tags("registry", f"official:{instance.source_id}", f"official:{instance.target_id}")


def connect() -> None:
    for signal in (post_save, post_delete):
        signal.connect(on_document, sender=OfficialDocument, dispatch_uid=f"purge.official.{id(signal)}")
        for model in (OfficialFile, OfficialRelation):
            signal.connect(on_part, sender=model, dispatch_uid=f"purge.{model.__name__}.{id(signal)}")
