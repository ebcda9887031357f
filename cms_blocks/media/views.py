"""The list of deleted and replaced files, in Wagtail's administration."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from PIL import Image
from wagtail.admin.auth import user_passes_test
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from tenants.uploads import Refused

from . import kept, quota
from .models import DAYS_KEPT, KeptFile

PER_PAGE = 40


def allowed_kinds(user: Any) -> list[str]:
    """Who may add pictures may bring back pictures; the same for documents."""
    found = []
    for kind, model in ((KeptFile.Kind.IMAGE, get_image_model()), (KeptFile.Kind.DOCUMENT, get_document_model())):
        if policy_registry.get_by_type(model).user_has_permission(user, "add"):
            found.append(kind.value)
    return found


may_see = user_passes_test(lambda user: bool(allowed_kinds(user)))


def _one(request: HttpRequest, pk: int) -> KeptFile:
    found = get_object_or_404(KeptFile, pk=pk)
    if found.kind not in allowed_kinds(request.user):
        raise PermissionDenied
    return found


@may_see
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    rows = KeptFile.objects.filter(kind__in=allowed_kinds(request.user)).select_related("kept_by").defer("row")
    return TemplateResponse(
        request,
        "media_files/kept.html",
        {
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
            "space": quota.space(),
            "days": DAYS_KEPT,
        },
    )


@may_see
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        instance = kept.restore(_one(request, pk))
    except Refused as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("“%(name)s” is back; pages that used it show it again.") % {"name": instance.title})
    return redirect("media_files:kept")


@may_see
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = _one(request, pk)
    kept.discard(found)
    messages.success(request, _("“%(name)s” is deleted for good.") % {"name": found.title})
    return redirect("media_files:kept")


@may_see
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """A small picture of a kept picture: it has no rendition any more."""
    found = _one(request, pk)
    if found.kind != KeptFile.Kind.IMAGE or found.file.endswith(".svg"):
        raise Http404
    try:
        with default_storage.open(found.file) as file, Image.open(file) as image:
            image.thumbnail((240, 160))
            out = io.BytesIO()
            image.convert("RGB").save(out, "WEBP", quality=70)
    except OSError:
        raise Http404 from None
    response = HttpResponse(out.getvalue(), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=3600"
    return response
