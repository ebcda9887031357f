"""Addresses of a portal. Every route is in the isolation suite (tests/isolation): a new one without a case fails."""

from __future__ import annotations

from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as admin_urls
from wagtail.documents import urls as documents_urls

from cms_blocks import feeds, serving
from cms_blocks.fragments import fragment

from . import installable, views

urlpatterns = [
    path("admin/", include(admin_urls)),
    path("van-ban-tep/", include(documents_urls)),
    path("tai-khoan/", include("school_services.identity.urls")),
    path("truong/", include("school_services.desk.urls")),
    path("", include("school_services.payments.urls")),
    path("con-toi/", include("school_services.family.urls")),
    path("ts/", include("school_services.admissions.urls")),
    path("", include("school_services.attendance.urls")),
    path("", include("school_services.messaging.urls")),
    path("", include("school_services.cameras.urls")),
    path("_f/<slug:slug>/<int:page_id>/<uuid:block_id>/", fragment, name="fragment"),
    path("binh-chon/", include("cms_blocks.polls.urls")),
    path("bieu-mau/", include("cms_blocks.forms.urls")),
    path("hoi-dap/", include("cms_blocks.questions.urls")),
    path("tim-kiem/", include("search.urls")),
    path("ngon-ngu/", views.set_language, name="set_language"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("tin.rss", feeds.feed, name="feed"),
    path("tin.atom", feeds.feed, {"atom": True}, name="feed_atom"),
    re_path(
        r"^_the/(?P<subject>[a-z]+)-(?P<pk>[0-9]{1,12})-(?P<mark>[0-9a-f]{12})\.png$",
        feeds.share_card,
        name="share_card",
    ),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("sw.js", installable.service_worker, name="service_worker"),
    path("ngoai-tuyen/", installable.offline, name="offline"),
    re_path(r"^_dau/(?P<side>192|512)-(?P<mark>[0-9a-f]{8})\.png$", installable.icon, name="app_icon"),
    path("_health", views.health, name="health"),
    path("", include("themes.urls")),
    re_path(wagtail_urls.serve_pattern, serving.serve, name="wagtail_serve"),
    path("", include(wagtail_urls)),
]

handler404 = "portal_host.views.not_found"
handler500 = "portal_host.views.server_error"
