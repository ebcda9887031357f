"""The person's part of a service block, at `/_f/<block>/<page>/<id>/`: private, never stored."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_safe
from wagtail.models import Page

from school_services.identity import actor as actors
from tenants.middleware import portal_of

from . import sites
from .blocks.service import SERVICE_BLOCKS, ServiceBlock

# A block that shows the same to everyone has no part of its own to fetch.
BY_SLUG = {block_class.slug: name for name, block_class in SERVICE_BLOCKS.items() if block_class.fragment_template}


@require_safe
def fragment(request: HttpRequest, slug: str, page_id: int, block_id: uuid.UUID) -> HttpResponse:
    """Actor → is this block live on a public page of *this* portal → the block's own selector → HTML.

    As an island (header `X-Portal-Island`) the part alone; else a page of its own. A visitor is asked to log in.
    """
    portal = portal_of(request)
    if slug not in BY_SLUG:
        raise Http404
    page, block = _find(request, BY_SLUG[slug], page_id, str(block_id))
    island = request.headers.get("X-Portal-Island") == "1"
    actor = actors.of_request(request)
    if actor is None:
        if island:
            response = HttpResponse(status=401)
        else:
            response = redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
        response["Cache-Control"] = "private, no-store"
        return response
    service = block.block
    assert isinstance(service, ServiceBlock)
    context = service.fragment(request=request, portal=portal, actor=actor, value=block.value)
    context |= {"page": page, "value": block.value, "fragment_template": service.fragment_template}
    template = service.fragment_template if island else "cms_blocks/services/page.html"
    response = render(request, template, context)
    response["Cache-Control"] = "private, no-store"
    return response


def _find(request: HttpRequest, name: str, page_id: int, block_id: str) -> tuple[Page, Any]:
    page = sites.page_where(pk=page_id, live=True)
    if page is None:
        raise Http404
    for restriction in page.get_view_restrictions():
        if not restriction.accept_request(request):
            raise Http404
    body = getattr(page, "body", None)
    if body:
        # By the stored value: to look at a block is to load its kind, pictures and all.
        for place, stored in enumerate(body.raw_data):
            if stored["type"] == name and stored.get("id") == block_id:
                return page, body[place]
    raise Http404
