"""Service blocks: a shell in the page, and a fragment for the person who is logged in.

The shell is public and cached: heading, explanation, a link that works without JavaScript. The fragment is private and
never stored; it is reached at `/_f/<block>/<page>/<id>/`, as an island in the page or as a page of its own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from school_services.gradebook import published
from school_services.gradebook import selectors as gradebook
from school_services.identity.actor import Actor
from school_services.rosters import services as rosters
from tenants.context import PortalRef

from . import groups


class ServiceBlock(blocks.StructBlock):
    """Base: what every service block has. A subclass gives `fragment_template` and `fragment`."""

    slug: ClassVar[str] = ""
    fragment_template: ClassVar[str] = ""

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        page = context.get("page")
        block_id = (parent_context or {}).get("id")  # Wagtail's StreamValue puts it there
        context["fragment_url"] = (
            reverse("fragment", args=[self.slug, page.pk, block_id])
            if page is not None and page.pk and block_id
            else ""
        )
        return context

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        """Context of the person's part. Reads through selectors alone, inside the scope they set."""
        raise NotImplementedError

    class Meta:
        group = groups.SERVICES


class GradeLookupBlock(ServiceBlock):
    slug = "grade-lookup"
    fragment_template = "cms_blocks/services/grade_lookup_fragment.html"

    heading = blocks.CharBlock(label=_("Heading"), max_length=120, default="Tra cứu điểm")
    explanation = blocks.TextBlock(
        label=_("Explanation"),
        max_length=400,
        default="Phụ huynh đăng nhập để xem điểm các môn của con. Điểm hiện ra sau khi giáo viên công bố.",
    )
    terms = blocks.MultipleChoiceBlock(
        label=_("Terms"), choices=[("1", _("First term")), ("2", _("Second term"))], default=["1", "2"]
    )
    any_school = blocks.BooleanBlock(
        label=_("Show children of other schools too"),
        required=False,
        help_text=_("Off: only children who study at this portal's school."),
    )
    comments = blocks.BooleanBlock(
        label=_("Comments, assessments and results of the year too"), required=False, default=True
    )

    def fragment(self, *, request: HttpRequest, portal: PortalRef, actor: Actor, value: Any) -> dict[str, Any]:
        terms = tuple(int(term) for term in value.get("terms") or ("1", "2"))
        units = None if value.get("any_school") else (portal.unit_id,)
        marks = gradebook.marks_of_children(actor, unit_ids=units, years=2, terms=terms)
        rosters.mark_seen(
            actor=actor,
            link_ids=[entry.child.link_id for entry in marks if entry.child.new_visit],
            unit_ids={entry.child.unit_id for entry in marks},
        )
        words = {}
        if value.get("comments"):
            words = published.words_of_children(actor, [entry.child for entry in marks])
        return {"marks": [(entry, words.get(entry.child.student_id)) for entry in marks]}

    class Meta:
        icon = "form"
        label = _("Marks of my children")
        description = _("Parents log in and see the published marks of their own children.")
        template = "cms_blocks/services/grade_lookup.html"
        preview_value = {
            "heading": "Tra cứu điểm",
            "explanation": "Phụ huynh đăng nhập để xem điểm các môn của con.",
            "terms": ["1", "2"],
        }


SERVICE_BLOCKS: dict[str, type[ServiceBlock]] = {"grade_lookup": GradeLookupBlock}
