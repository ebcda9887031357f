"""Words of the interface about cameras, for staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

ERRORS = {
    "camera_source": gettext_lazy("Write the camera's address as rtsp://user:password@192.168.1.20:554/stream."),
    "camera_times": gettext_lazy("Write each time as 09:00-09:30; the end comes after the start."),
    "camera_name": gettext_lazy("Give the camera a name that families understand, for example Lớp Mầm 1."),
    "camera_reason": gettext_lazy("Write why the picture stops: families read it."),
    "camera_not_paused": gettext_lazy("The picture is not stopped."),
}
