"""Addresses of the media host: files alone. See cms_blocks.media.serving."""

from __future__ import annotations

from django.urls import re_path

from cms_blocks.media import serving

_UID = r"(?P<uid>[0-9a-f]{32})"

urlpatterns = [
    re_path(rf"^{_UID}/images/(?P<name>[^/]+)$", serving.rendition, name="rendition"),
    re_path(rf"^{_UID}/tep/(?P<token>[\w:.=-]+)/(?P<name>[^/]+)$", serving.document, name="document"),
]

handler404 = "portal_host.views.plain_not_found"
handler500 = "portal_host.views.server_error"
