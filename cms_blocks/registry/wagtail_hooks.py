"""The registry in the portal's administration: list, form, and the page that takes PDFs."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import EditView, IndexView, SnippetViewSet

from . import intake_views
from .bulk import HideAction, ShowAction
from .models import OfficialDocument


class RegistryIndexView(IndexView):
    @property
    def header_buttons(self) -> list[Any]:
        buttons = list(super().header_buttons)
        if self.permission_policy.user_has_permission(self.request.user, "add"):
            buttons.append(HeaderButton(_("From PDF"), url=reverse("official_intake"), icon_name="upload"))
        return buttons


class RegistryEditView(EditView):
    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        """What was read from a PDF and is being checked becomes public when it is saved, unless unticked."""
        form = super().get_form(*args, **kwargs)
        if self.request.method == "GET" and "moi" in self.request.GET and "is_public" in form.fields:
            form.initial["is_public"] = True
        return form


class OfficialDocumentViewSet(SnippetViewSet):
    model = OfficialDocument
    icon = "doc-full"
    menu_label = _("Official documents")
    menu_name = "van-ban"
    menu_order = 150
    add_to_admin_menu = True
    index_view_class = RegistryIndexView
    edit_view_class = RegistryEditView
    list_display = [
        Column("number", label=_("Number and symbol"), sort_key="number_order", width="14%"),
        Column("abstract", label=_("Abstract")),
        Column("get_kind_display", label=_("Kind"), width="10%"),
        DateColumn("issued_on", label=_("Date of issue"), sort_key="issued_on", width="10%"),
        BooleanColumn("is_public", label=_("Shown"), width="6%"),
    ]
    list_filter = ["kind", "issued_on", "is_public"]
    list_export = ["number", "kind", "abstract", "issuer", "issued_on", "effective_on", "expires_on", "signer", "field"]
    list_per_page = 50
    ordering = ["-issued_on", "-number_order"]
    copy_view_enabled = False


register_snippet(OfficialDocumentViewSet)
hooks.register("register_bulk_action", ShowAction)
hooks.register("register_bulk_action", HideAction)


@hooks.register("register_admin_urls")
def intake_urls() -> list[Any]:
    return [path("van-ban/tu-pdf/", intake_views.intake, name="official_intake")]
