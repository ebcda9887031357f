"""The public directory of a portal's owner: units, people, positions. What all may know (NĐ 42/2022 Điều 4(1)e:
name, position, phone, e-mail of those in charge); records of employment are none of its business."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable
from wagtail.search import index

from cms_blocks.models import PortalImage, PortalPage

DEEPEST = 5


class StaffUnit(index.Indexed, ClusterableModel):
    """A unit of the organisation chart: board, office, subject group. `parent`: whom it belongs to."""

    name = models.CharField(_("Name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Belongs to")
    )
    duties = models.CharField(_("What it does"), max_length=240, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    order = models.PositiveSmallIntegerField(_("Place among its neighbours"), default=10)

    panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("parent"), FieldPanel("order")]),
        FieldPanel("duties"),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
        InlinePanel("positions", label=_("Position"), heading=_("Positions")),
    ]
    search_fields: ClassVar[list[Any]] = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("Unit")
        verbose_name_plural = _("Units")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        above, steps = self.parent, 1
        while above is not None:
            steps += 1
            if self.pk is not None and above.pk == self.pk:
                raise ValidationError({"parent": _("A unit cannot belong to itself or to a unit below it.")})
            if steps > DEEPEST:
                raise ValidationError({"parent": _("A chart has five levels at most.")})
            above = above.parent


class StaffPerson(index.Indexed, models.Model):
    full_name = models.CharField(_("Full name"), max_length=80)
    degree = models.CharField(_("Degree"), max_length=80, blank=True, help_text=_("Such as: Thạc sĩ Quản lý giáo dục."))
    photo = models.ForeignKey(
        PortalImage, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Picture")
    )
    phone = models.CharField(_("Phone at work"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail at work"), blank=True)
    about = models.CharField(_("About"), max_length=300, blank=True)

    panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("full_name"), FieldPanel("degree")]),
        FieldPanel("photo"),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
        FieldPanel("about"),
    ]
    search_fields: ClassVar[list[Any]] = [index.SearchField("full_name"), index.AutocompleteField("full_name")]

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("People")
        ordering = ["full_name", "pk"]

    def __str__(self) -> str:
        return self.full_name


class StaffPosition(Orderable):
    """Who does what where; a person may have several, a position may be vacant for a while (then it is left out)."""

    unit = ParentalKey(StaffUnit, on_delete=models.CASCADE, related_name="positions")
    person = models.ForeignKey(StaffPerson, models.CASCADE, related_name="positions", verbose_name=_("Person"))
    title = models.CharField(_("Position"), max_length=120)
    duties = models.CharField(_("In charge of"), max_length=240, blank=True)

    panels: ClassVar[list[Any]] = [FieldRowPanel([FieldPanel("title"), FieldPanel("person")]), FieldPanel("duties")]

    class Meta(Orderable.Meta):
        verbose_name = _("Position")

    def __str__(self) -> str:
        return self.title


class StaffPage(PortalPage):
    """The organisation chart and the people of each unit."""

    template = "staff/page.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.HomePage", "cms_blocks.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    max_count = 1

    class Meta:
        verbose_name = _("Organisation and staff")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from . import selectors

        context = super().get_context(request, *args, **kwargs)
        context["units"] = selectors.chart()
        return context
