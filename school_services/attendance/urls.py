from django.urls import re_path

from .device_views import PATTERN, iclock

app_name = "attendance"

urlpatterns = [re_path(PATTERN, iclock, name="iclock")]
