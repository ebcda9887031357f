from __future__ import annotations

from typing import Any

from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Form


def _submissions(form: Form) -> str:
    return format_html(
        '<a href="{}">{}</a>',
        reverse("forms_admin:submissions", args=[form.pk]),
        form.sent,  # type: ignore[attr-defined]
    )


class FormViewSet(SnippetViewSet):  # type: ignore[misc]
    model = Form
    icon = "form"
    menu_label = _("Forms")
    menu_name = "portal-forms"
    menu_order = 265
    add_to_admin_menu = True
    list_display = (
        "title",
        Column("sent", label=_("Submissions"), accessor=_submissions),
        "opens_at",
        "closes_at",
    )

    def get_queryset(self, request: Any) -> Any:
        from django.db.models import Count

        return Form.objects.annotate(sent=Count("submissions")).order_by("-changed_at")


register_snippet(FormViewSet)


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    return [path("bieu-mau/", include("cms_blocks.forms.admin_urls"))]
