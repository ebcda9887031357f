"""Pages that our apps add to Wagtail's editor: its furniture, our content, one permission."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from school_services.identity import actor as actors
from school_services.identity.actor import Actor


class AdminPage(WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]
    """`permission`: what a member needs to see the page; every write asks for it again."""

    permission: ClassVar[str] = "wagtailadmin.access_admin"
    trail: ClassVar[list[tuple[Any, Any]]] = []  # (address, label) of the pages above this one

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        above = [{"url": url, "label": label} for url, label in self.trail]
        return [*self.breadcrumbs_items, *above, {"url": "", "label": self.get_page_title()}]

    @property
    def actor(self) -> Actor:
        found = actors.of_request(self.request)
        assert found is not None  # Wagtail lets nobody in without an account
        return found
