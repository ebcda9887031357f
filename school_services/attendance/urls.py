from django.urls import path, re_path

from .device_views import PATTERN, iclock
from .event_views import events, isapi
from .family_views import child_leaves

app_name = "attendance"

urlpatterns = [
    re_path(rf"^iclock/{PATTERN}", iclock, name="iclock"),
    re_path(r"^may-cham/(?P<serial>[A-Za-z0-9_-]{4,40})/isapi/(?P<key>[0-9a-f]{32})/$", isapi, name="isapi"),
    re_path(r"^may-cham/(?P<serial>[A-Za-z0-9_-]{4,40})/su-kien/$", events, name="events"),
    path("diem-danh/con/<int:student>/xin-nghi/", child_leaves, name="leaves"),
]
