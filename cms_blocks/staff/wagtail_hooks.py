"""The directory in the portal's administration: units with their positions, and people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from .models import StaffPerson, StaffUnit


class UnitViewSet(SnippetViewSet):
    model = StaffUnit
    icon = "group"
    menu_label = _("Units")
    list_display = [
        Column("name", label=_("Name")),
        Column("parent", label=_("Belongs to")),
        Column("order", label=_("Place")),
    ]
    ordering = ["order", "pk"]


class PersonViewSet(SnippetViewSet):
    model = StaffPerson
    icon = "user"
    menu_label = _("People")
    list_display = [
        Column("full_name", label=_("Full name")),
        Column("degree", label=_("Degree")),
        Column("email", label=_("E-mail")),
    ]
    list_per_page = 50


class StaffGroup(SnippetViewSetGroup):
    items = (UnitViewSet, PersonViewSet)
    menu_label = _("Organisation and staff")
    menu_name = "nhan-su"
    menu_icon = "group"
    menu_order = 170


register_snippet(StaffGroup)
