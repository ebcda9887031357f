"""Events in the portal's administration."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Event


class EventViewSet(SnippetViewSet):
    model = Event
    icon = "calendar-alt"
    menu_label = _("Events")
    menu_name = "su-kien"
    menu_order = 160
    add_to_admin_menu = True
    list_display = [
        Column("title", label=_("Title")),
        DateColumn("first_day", label=_("Day"), sort_key="first_day", width="12%"),
        Column("place", label=_("Place"), width="20%"),
        Column("get_repeat_display", label=_("Repeats"), width="10%"),
        BooleanColumn("is_public", label=_("Shown"), width="6%"),
    ]
    list_filter = ["first_day", "repeat", "cancelled", "is_public"]
    list_per_page = 50
    ordering = ["-first_day"]


register_snippet(EventViewSet)
