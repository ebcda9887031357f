from django.urls import path, re_path

from . import views

app_name = "cameras"

urlpatterns = [
    path("xem-lop/", views.mine, name="mine"),
    re_path(r"^xem-lop/(?P<camera>[0-9a-f]{16})/$", views.watch, name="watch"),
    re_path(r"^xem-lop/(?P<camera>[0-9a-f]{16})/tinh-trang/$", views.state, name="state"),
    re_path(r"^xem-lop/(?P<camera>[0-9a-f]{16})/luong/(?P<name>index\.m3u8|s[0-9]{1,9}\.ts)$", views.live, name="live"),
    re_path(r"^_xem/(?P<camera>[0-9a-f]{16})/$", views.allowed, name="allowed"),
]
