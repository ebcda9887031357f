"""Official documents of a portal (văn bản): rows, not pages, as a department keeps thousands of them; one page type
lists them and shows each at an address of its own."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms_blocks.models import PortalPage
from search.text import fold, normal
from tenants import cache_tags

from . import rules

SLUG_LENGTH = 80


class Urgency(models.TextChoices):
    """NĐ 30/2020 Annex I, II.8."""

    NORMAL = "", _("Normal")
    URGENT = "urgent", "Khẩn"
    VERY = "very", "Thượng khẩn"
    EXPRESS = "express", "Hỏa tốc"


class OfficialDocument(index.Indexed, ClusterableModel):
    """`expires_on`: the first day without force. `finding`, `number_order` and the slugs are derived at each save."""

    kind = models.CharField(_("Kind"), max_length=30, choices=rules.kind_choices)
    number = models.CharField(_("Number and symbol"), max_length=80, blank=True, help_text="15/2026/TT-BGDĐT")
    abstract = models.TextField(_("Abstract"), max_length=1000, help_text=_("What it is about, as on the document."))
    issuer = models.CharField(_("Issued by"), max_length=160)
    field = models.CharField(_("Field"), max_length=80, blank=True, help_text=_("Such as: Tuyển sinh, Tài chính."))
    signer = models.CharField(_("Signed by"), max_length=80, blank=True)
    signer_title = models.CharField(_("Position of the signer"), max_length=120, blank=True)
    urgency = models.CharField(_("Urgency"), max_length=8, choices=Urgency, blank=True)
    issued_on = models.DateField(_("Date of issue"))
    effective_on = models.DateField(_("In force from"), null=True, blank=True)
    expires_on = models.DateField(
        _("No longer in force from"), null=True, blank=True, help_text=_("Set by itself when another replaces it.")
    )
    is_public = models.BooleanField(_("Show to visitors"), default=True)
    slug = models.SlugField(max_length=SLUG_LENGTH + 8, unique=True, editable=False)
    issuer_slug = models.SlugField(max_length=SLUG_LENGTH, editable=False, db_index=False)
    field_slug = models.SlugField(max_length=SLUG_LENGTH, editable=False, blank=True, db_index=False)
    number_order = models.PositiveIntegerField(default=0, editable=False)
    finding = models.TextField(editable=False, default="")
    changed_at = models.DateTimeField(auto_now=True)

    panels: ClassVar[list[Any]] = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("number")]),
        FieldPanel("abstract"),
        FieldRowPanel([FieldPanel("issuer"), FieldPanel("field")]),
        FieldRowPanel([FieldPanel("issued_on"), FieldPanel("effective_on"), FieldPanel("expires_on")]),
        FieldRowPanel([FieldPanel("signer"), FieldPanel("signer_title"), FieldPanel("urgency")]),
        InlinePanel("files", label=_("File"), heading=_("Files")),
        MultiFieldPanel([InlinePanel("relations", label=_("Relation"))], heading=_("Related documents")),
        FieldPanel("is_public"),
    ]
    search_fields: ClassVar[list[Any]] = [
        index.SearchField("number"),
        index.SearchField("abstract"),
        index.AutocompleteField("number"),
        index.AutocompleteField("abstract"),
        index.FilterField("kind"),
        index.FilterField("is_public"),
    ]

    class Meta:
        verbose_name = _("Official document")
        verbose_name_plural = _("Official documents")
        ordering = ["-issued_on", "-number_order", "-pk"]
        indexes = [models.Index(fields=["-issued_on", "-number_order", "-id"], name="official_by_date")]

    def __str__(self) -> str:
        return f"{self.name}: {self.abstract}"[:200]

    @property
    def name(self) -> str:
        """`Quyết định 05/QĐ-SGDĐT`."""
        return f"{rules.KIND_BY_SLUG[self.kind].name} {self.number}".strip() if self.kind else self.number

    @property
    def status(self) -> rules.Status:
        return rules.status(timezone.localdate(), self.effective_on, self.expires_on)

    def clean(self) -> None:
        super().clean()
        self.number = rules.tidy_number(normal(self.number))
        errors = {}
        if self.issued_on and self.issued_on > timezone.localdate() + datetime.timedelta(days=366):
            errors["issued_on"] = _("This date lies more than a year ahead. Check the year.")
        if self.effective_on and self.expires_on and self.expires_on <= self.effective_on:
            errors["expires_on"] = _("It cannot lose its force before it has it.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        if kwargs.get("update_fields") is not None:
            derived = {"slug", "issuer", "issuer_slug", "field", "field_slug", "number_order", "finding"}
            kwargs["update_fields"] = {*kwargs["update_fields"], *derived}
        if not self.slug:
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Everything that follows from the other fields, without a query. Bulk work calls it before `bulk_create`."""
        self.number = rules.tidy_number(normal(self.number))
        self.issuer, self.field = (" ".join(normal(text).split()) for text in (self.issuer, self.field))
        self.issuer_slug, self.field_slug = slug_of(self.issuer), slug_of(self.field)
        self.number_order = rules.number_order(self.number)
        kind = rules.KIND_BY_SLUG[self.kind].name if self.kind in rules.KIND_BY_SLUG else ""
        self.finding = rules.search_line(self.number, kind, self.issuer, self.field, self.signer, self.abstract)

    def _free_slug(self) -> str:
        wanted = document_slug(self.number, self.abstract)
        taken = set(OfficialDocument.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
        return next(slug for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, 10_000))) if slug not in taken)


def slug_of(text: str) -> str:
    return slugify(fold(text))[:SLUG_LENGTH].strip("-")


def document_slug(number: str, abstract: str) -> str:
    """`15/2026/TT-BGDĐT` → `15-2026-tt-bgddt`; without a number, from the abstract."""
    slug = slug_of(number.replace("/", "-").replace(".", "-")) or slug_of(abstract) or "van-ban"
    return slug[:SLUG_LENGTH].strip("-")


class OfficialFile(Orderable):
    official = ParentalKey(OfficialDocument, on_delete=models.CASCADE, related_name="files")
    document = models.ForeignKey(
        "cms_blocks.PortalDocument", models.CASCADE, related_name="official_files", verbose_name=_("File")
    )
    label = models.CharField(_("Name of the file"), max_length=120, blank=True, help_text=_("Such as: Phụ lục I."))

    panels: ClassVar[list[Any]] = [FieldPanel("document"), FieldPanel("label")]

    class Meta(Orderable.Meta):
        verbose_name = _("File")

    def __str__(self) -> str:
        return self.label or str(self.document_id)


class OfficialRelation(models.Model):
    """What a document does to another; the other shows the inverse."""

    class Kind(models.TextChoices):
        REPLACES = "replaces", _("Replaces")
        AMENDS = "amends", _("Amends")
        BASED_ON = "based_on", _("Based on")

    source = ParentalKey(OfficialDocument, on_delete=models.CASCADE, related_name="relations")
    kind = models.CharField(_("Relation"), max_length=10, choices=Kind)
    target = models.ForeignKey(
        OfficialDocument, models.CASCADE, related_name="inverse_relations", verbose_name=_("Document")
    )

    panels: ClassVar[list[Any]] = [FieldRowPanel([FieldPanel("kind"), FieldPanel("target")])]

    class Meta:
        verbose_name = _("Relation")
        constraints = [models.UniqueConstraint(fields=["source", "target", "kind"], name="official_relation_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"

    def clean(self) -> None:
        super().clean()
        if self.target_id is not None and self.target_id == self.source_id:
            raise ValidationError({"target": _("A document has no relation to itself.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """What is replaced loses its force on the day its successor has it, unless another day was written before."""
        super().save(*args, **kwargs)
        if self.kind == self.Kind.REPLACES and self.target.expires_on is None and self.source.is_public:
            self.target.expires_on = self.source.effective_on or self.source.issued_on
            self.target.save(update_fields=["expires_on"])


class RegistryPage(PortalPage):
    """The list of official documents with its filters as links; each document at `<page>/<slug>/`."""

    template = "registry/list.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.HomePage", "cms_blocks.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    show_in_menus_default = True
    max_count = 1

    class Meta:
        verbose_name = _("Official documents (list)")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if not path_components:
            return super().route(request, path_components)
        if not self.live or len(path_components) != 1:
            raise Http404
        return RouteResult(self, kwargs={"slug": path_components[0]})

    def get_template(self, request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> str:
        return "registry/document.html" if slug else super().get_template(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> dict[str, Any]:
        from . import selectors

        context = super().get_context(request, *args, **kwargs)
        cache_tags.tag("registry")
        base = self.get_url(request) or ""
        if slug:
            document = selectors.document(slug, base)
            if document is None:
                raise Http404
            context["document"] = document
            context["crumbs"] = [*context["crumbs"], selectors.Crumb(self.title, base)]
            context["head"] = selectors.head(document, context["crumbs"])
        else:
            asked = selectors.read(request.GET)
            listing = selectors.listing(asked, base)
            if listing is None:
                raise Http404
            context |= {"listing": listing, "asked": asked}
        return context
