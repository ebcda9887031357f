"""What search finds of a portal's documents: title at once, the text inside as soon as the queue has read the file.

A file is read once, outside the portal's lock: its text then stays in the entry until the file is another one.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection as Ids
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction

from search import file_text, sources, writing
from search.sources import Findable
from search.tasks import changed, write
from tenants import tasks

from .models import PortalDocument

DOCUMENT = "file"
_just_read: ContextVar[dict[str, str] | None] = ContextVar("cms_blocks_just_read", default=None)


class DocumentSource:
    """Documents outside collections that not everybody may see."""

    def ids(self) -> Iterable[int]:
        return _public(PortalDocument.objects.all()).values_list("pk", flat=True)

    def read(self, ids: Ids[int]) -> dict[int, Findable]:
        documents = list(_public(PortalDocument.objects.filter(pk__in=ids)))
        known = writing.texts([key_of(document) for document in documents]) | (_just_read.get() or {})
        found = {}
        for document in documents:
            origin = origin_of(document)
            if origin not in known:
                tasks.defer(read_document, pk=document.pk)
            found[document.pk] = Findable(
                kind="document",
                title=document.title,
                path=document.url,
                body=known.get(origin, ""),
                date=timezone.localdate(document.created_at),
                origin=origin if origin in known else "",
            )
        return found


@tasks.task("cms_blocks.read_document")
def read_document(pk: int) -> None:
    """Read a file's text and write its entry. A file that is gone or has none is remembered as read."""
    document = PortalDocument.objects.filter(pk=pk).first()
    if document is None or origin_of(document) in writing.texts([key_of(document)]):
        return
    token = _just_read.set({origin_of(document): _text(document)})
    try:
        write([key_of(document)])
    finally:
        _just_read.reset(token)


def _text(document: PortalDocument) -> str:
    try:
        size = document.file.size
    except OSError:
        return ""
    if size > file_text.LARGEST_FILE:
        return ""
    with tempfile.TemporaryDirectory() as folder, document.file.open("rb") as stored:
        path = Path(folder) / "file"
        with path.open("wb") as copy:
            for chunk in stored.chunks():
                copy.write(chunk)
        return file_text.read(path, document.filename)


def origin_of(document: PortalDocument) -> str:
    """Another file has another: by its stored name, which is never used twice, and its hash where there is one."""
    return hashlib.sha256(f"{document.file.name}\n{document.file_hash}".encode()).hexdigest()


def key_of(document: PortalDocument) -> str:
    return f"{DOCUMENT}:{document.pk}"


def _public(documents: QuerySet[PortalDocument]) -> QuerySet[PortalDocument]:
    closed = Q()
    for path in CollectionViewRestriction.objects.values_list("collection__path", flat=True):
        closed |= Q(collection__path__startswith=path)
    return documents.exclude(closed) if closed else documents


def on_document(sender: Any, instance: PortalDocument, **kwargs: Any) -> None:
    changed([key_of(instance)])


def on_collection(sender: Any, instance: Collection, **kwargs: Any) -> None:
    """It may have been moved below one that is closed."""
    _below(instance)


def on_restriction(sender: Any, instance: CollectionViewRestriction, **kwargs: Any) -> None:
    collection = Collection.objects.filter(pk=instance.collection_id).first()
    if collection is not None:
        _below(collection)


def _below(collection: Collection) -> None:
    documents = PortalDocument.objects.filter(collection__path__startswith=collection.path)
    changed(f"{DOCUMENT}:{pk}" for pk in documents.values_list("pk", flat=True))


def connect() -> None:
    sources.register(DOCUMENT, DocumentSource())
    for signal, name in ((post_save, "saved"), (post_delete, "deleted")):
        signal.connect(on_document, sender=PortalDocument, dispatch_uid=f"search.document.{name}")
        signal.connect(
            on_restriction, sender=CollectionViewRestriction, dispatch_uid=f"search.collection_restriction.{name}"
        )
    post_save.connect(on_collection, sender=Collection, dispatch_uid="search.collection.saved")
