"""Deleted and replaced files stay where they lie for 90 days; what is brought back has its old id, so pages find it."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core import serializers
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.db.models.signals import post_delete, pre_delete
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.documents.signal_handlers import post_delete_file_cleanup as document_file_cleanup
from wagtail.images import get_image_model
from wagtail.images.signal_handlers import post_delete_file_cleanup as image_file_cleanup
from wagtail.log_actions import get_active_log_context, log
from wagtail.models import Collection
from wagtail.search import index as search_index

from tenants import context, isolation
from tenants.context import require_portal
from tenants.uploads import Refused

from . import quota
from .models import DAYS_KEPT, KeptFile


def _user() -> Any:
    user = get_active_log_context().user
    return user if user is not None and user.is_authenticated else None


def _model(kind: str) -> Any:
    return get_image_model() if kind == KeptFile.Kind.IMAGE else get_document_model()


def _kind(instance: Any) -> str:
    return KeptFile.Kind.IMAGE if isinstance(instance, get_image_model()) else KeptFile.Kind.DOCUMENT


def keep_replaced(instance: Any, name: str) -> None:
    """The file `name`, which `instance` no longer has."""
    if not default_storage.exists(name):
        return
    KeptFile.objects.create(
        kind=_kind(instance),
        why=KeptFile.Why.REPLACED,
        object_id=instance.pk,
        title=instance.title,
        file=name,
        size=default_storage.size(name),
        kept_by=_user(),
    )


def _on_delete(sender: Any, instance: Any, **kwargs: Any) -> None:
    KeptFile.objects.create(
        kind=_kind(instance),
        why=KeptFile.Why.DELETED,
        object_id=instance.pk,
        title=instance.title,
        file=instance.file.name,
        size=instance.file_size or 0,
        row=serializers.serialize("json", [instance]),
        tags=sorted(instance.tags.names()),
        kept_by=_user(),
    )


def restore(kept: KeptFile) -> Any:
    """The picture or document as it was. Raises `Refused` when there is no room or the file is gone."""
    with transaction.atomic():
        kept = KeptFile.objects.select_for_update().get(pk=kept.pk)
        if not default_storage.exists(kept.file):
            raise Refused("gone", _("The file of “%(name)s” is no longer there. Send it again."), name=kept.title)
        instance = _restore_row(kept) if kept.why == KeptFile.Why.DELETED else _restore_version(kept)
        kept.delete()
        search_index.insert_or_update_object(instance)
        log(instance=instance, action="media_files.restore", user=_user())
        # Pages that show it were rendered without it.
        import_string(settings.CACHE_PURGER)(isolation.portal_tag(require_portal().uid))
    return instance


def _restore_row(kept: KeptFile) -> Any:
    quota.require(kept.size)
    made = next(iter(serializers.deserialize("json", kept.row)))
    row: Any = made.object
    if not Collection.objects.filter(pk=row.collection_id).exists():
        row.collection = Collection.get_first_root_node()
    made.save(force_insert=True)
    instance = _model(kept.kind).objects.get(pk=row.pk)
    if kept.tags:
        instance.tags.add(*kept.tags)
    return instance


def _restore_version(kept: KeptFile) -> Any:
    """The earlier file takes its place again; the one it replaces is kept in turn."""
    model = _model(kept.kind)
    instance = model.objects.select_for_update().filter(pk=kept.object_id).first()
    if instance is None:
        raise Refused(
            "no_owner",
            _("“%(name)s” itself was deleted. Restore it first, then this earlier version."),
            name=kept.title,
        )
    quota.require(max(0, kept.size - (instance.file_size or 0)))
    present = instance.file.name
    instance.file = kept.file
    if kept.kind == KeptFile.Kind.IMAGE:
        instance._set_image_file_metadata()
        instance.renditions.all().delete()
    else:
        instance._set_document_file_metadata()
    instance.save()
    keep_replaced(instance, present)
    return instance


def discard(kept: KeptFile) -> None:
    """For good: the row, and the file when the transaction is through."""
    name = kept.file
    portal = require_portal()
    kept.delete()
    transaction.on_commit(lambda: _delete(portal, name))


def _delete(portal: Any, name: str) -> None:
    with context.enter(portal):
        default_storage.delete(name)


def purge() -> int:
    """What is older than 90 days, and the oldest beyond as many bytes as the portal may use. Returns the number."""
    old = timezone.now() - datetime.timedelta(days=DAYS_KEPT)
    gone = list(KeptFile.objects.filter(kept_at__lt=old))
    total = (KeptFile.objects.filter(kept_at__gte=old).aggregate(total=Sum("size"))["total"]) or 0
    excess = total - quota.limit()
    if excess > 0:
        for kept in KeptFile.objects.filter(kept_at__gte=old).order_by("kept_at", "pk"):
            if excess <= 0:
                break
            gone.append(kept)
            excess -= kept.size
    for kept in gone:
        discard(kept)
    return len(gone)


def connect() -> None:
    """In place of Wagtail's handlers, which delete the file as soon as the row is gone."""
    for model, theirs in ((get_image_model(), image_file_cleanup), (get_document_model(), document_file_cleanup)):
        if not post_delete.disconnect(theirs, sender=model):
            raise RuntimeError(f"Wagtail's clean-up of {model.__name__} was not connected: deleted files would be lost")
        pre_delete.connect(_on_delete, sender=model, dispatch_uid=f"kept.{model.__name__}")
