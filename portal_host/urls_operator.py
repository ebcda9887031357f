"""Addresses of the operator's site, `quantri.<base domain>`: the platform alone, no portal."""

from __future__ import annotations

from django.urls import include, path

from school_services.identity import passkey_views, second_factor_views

from . import operator, views

_LAYOUT = {"layout": "portal_host/operator_account.html"}
# By the names that the second step's pages use in portals.
account = [
    path("", operator.overview, name="home"),
    path("dang-nhap/", operator.log_in, name="login"),
    path("xac-thuc/", second_factor_views.challenge, _LAYOUT, name="second_factor"),
    path("xac-thuc/cai-dat/", second_factor_views.set_up, _LAYOUT, name="second_factor_setup"),
    path("xac-thuc/ma-du-phong/", second_factor_views.renew, _LAYOUT, name="second_factor_renew"),
    path("xac-thuc/khoa/", passkey_views.keys, _LAYOUT, name="passkeys"),
]

urlpatterns = [
    path("", operator.overview, name="operator_overview"),
    path("dang-nhap/", operator.log_in, name="operator_login"),
    path("dang-xuat/", operator.log_out, name="operator_logout"),
    path("", include((account, "account"))),
    path("_health", views.health, name="health"),
    path("", include("themes.urls")),
]

handler404 = "portal_host.views.plain_not_found"
handler500 = "portal_host.views.server_error"
