"""Words of the interface about messages."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .rules import Channel

CHANNELS = {
    Channel.ZALO.value: gettext_lazy("Zalo"),
    Channel.SMS.value: gettext_lazy("SMS"),
    Channel.EMAIL.value: gettext_lazy("E-mail"),
}
STATES = {
    "draft": gettext_lazy("Draft"),
    "waiting": gettext_lazy("Waiting for the principal"),
    "sent": pgettext_lazy("message", "Sent"),
    "refused": pgettext_lazy("message", "Refused"),
}
ERRORS = {
    "audience": gettext_lazy("Choose whom it goes to. You can write to your own homeroom class; the office to all."),
    "message_words": gettext_lazy("Write a title of at most 120 characters and a text of at most 2000."),
    "audience_changed": gettext_lazy(
        "The circle has changed since you opened this page. Read the new number below, then send."
    ),
    "line_words": gettext_lazy("Write something, at most 1000 characters."),
    "line_often": gettext_lazy("That is 20 in a day. Call the school where it is urgent."),
    "line_teacher": gettext_lazy("This class has no homeroom teacher now. Call the school office."),
    "campaign_decided": gettext_lazy("This message has been sent or decided already."),
}


def circle(audience: str, class_name: str, grade: int | None) -> str:
    """“families of class 7A1”, as the sentence before sending says it."""
    if audience == "class":
        return _("families of class %(name)s") % {"name": class_name}
    if audience == "grade":
        return _("families of grade %(grade)s") % {"grade": grade}
    if audience == "schools":
        return _("principals and offices of the schools below")
    return _("families of the whole school") if audience == "school" else _("the staff of the school")
