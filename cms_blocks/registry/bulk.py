"""Showing or hiding many documents at once: what was read from a stack of PDFs, or an old year."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from cms_blocks.purging import purge_tags
from search import writing
from search.tasks import refresh
from tenants import tasks

from .models import OfficialDocument
from .searching import SOURCE


class _Visibility(SnippetBulkAction):
    models: ClassVar[list[Any]] = [OfficialDocument]
    template_name = "registry/admin/confirm_visibility.html"
    classes: ClassVar[set[str]] = set()
    is_public: ClassVar[bool]

    def check_perm(self, snippet: OfficialDocument) -> bool:
        return bool(self.permission_policy.user_has_permission_for_instance(self.request.user, "change", snippet))

    @classmethod
    def execute_action(cls, objects: list[OfficialDocument], **kwargs: Any) -> tuple[int, int]:
        keys = [official.pk for official in objects]
        OfficialDocument.objects.filter(pk__in=keys).update(is_public=cls.is_public)
        purge_tags("registry", "404", *(f"official:{pk}" for pk in keys))
        for batch in writing.batches([f"{SOURCE}:{pk}" for pk in keys], writing.BATCH):
            tasks.defer(refresh, keys=batch)
        return len(keys), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        text = ngettext("%(count)d document changed.", "%(count)d documents changed.", num_parent_objects)
        return text % {"count": num_parent_objects}


class ShowAction(_Visibility):
    display_name = _("Show to visitors")
    aria_label = _("Show the selected documents to visitors")
    action_type = "show"
    action_priority = 10
    is_public = True


class HideAction(_Visibility):
    display_name = _("Hide from visitors")
    aria_label = _("Hide the selected documents from visitors")
    action_type = "hide"
    action_priority = 20
    is_public = False
