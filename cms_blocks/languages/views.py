"""The question before a page gets its version in another language, and the answer."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access
from wagtail.models import Page

from . import services
from .trees import OTHERS, language_of


@require_admin_access
def version(request: HttpRequest, page_id: int, code: str) -> HttpResponse:
    if code not in OTHERS:
        raise Http404
    page = get_object_or_404(Page.objects.filter(depth__gte=2), pk=page_id)
    if language_of(page) == code:
        raise Http404
    if not page.get_parent().permissions_for_user(request.user).can_add_subpage() and page.depth > 2:
        raise PermissionDenied
    existing = services.version_of(page, code)
    if existing is not None:
        return redirect("wagtailadmin_pages:edit", existing.pk)
    if request.method == "POST":
        made = services.make_version(page=page, code=code, user=request.user)
        messages.success(request, _("A copy was made as a draft. Translate it, then publish it."))
        return redirect("wagtailadmin_pages:edit", made.pk)
    return TemplateResponse(request, "languages/admin/confirm.html", {"page": page, "language": OTHERS[code]})
