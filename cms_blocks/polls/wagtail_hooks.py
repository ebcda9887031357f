from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Poll


class PollViewSet(SnippetViewSet):  # type: ignore[misc]
    model = Poll
    icon = "radio-full"
    menu_label = _("Polls")
    menu_name = "portal-polls"
    menu_order = 266
    add_to_admin_menu = True
    list_display = ("question", "closes_at")


register_snippet(PollViewSet)
