"""Addresses of the operator's site, `quantri.<base domain>`: the platform alone, no portal."""

from __future__ import annotations

from django.urls import include, path

from . import operator, views

urlpatterns = [
    path("", operator.overview, name="operator_overview"),
    path("dang-nhap/", operator.log_in, name="operator_login"),
    path("dang-xuat/", operator.log_out, name="operator_logout"),
    path("_health", views.health, name="health"),
    path("", include("themes.urls")),
]

handler404 = "portal_host.views.plain_not_found"
handler500 = "portal_host.views.server_error"
