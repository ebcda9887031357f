from django.urls import path, re_path

from .device_views import PATTERN, iclock
from .family_views import child_leaves

app_name = "attendance"

urlpatterns = [
    re_path(rf"^iclock/{PATTERN}", iclock, name="iclock"),
    path("diem-danh/con/<int:student>/xin-nghi/", child_leaves, name="leaves"),
]
