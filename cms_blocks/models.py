"""Page types, images and documents of a portal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, get_upload_to
from wagtail.images.utils import to_svg_safe_spec
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index

from search.sources import Findable
from search.text import fold
from tenants import cache_tags
from tenants.context import PortalRef, require_portal
from themes.context import Crumb, Pager, PortalView, TaskTile

from . import caching, news, share_cards, sites
from . import head as heads
from .fields import BodyField
from .languages.trees import language_of, versions
from .looks import models as looks
from .media.fields import DocumentField, FileFirst, PictureField
from .registry.marks import linked_documents
from .rich_text import linked_pages, stored_text


def _for_drawing(filter: Any) -> str:  # noqa: A002 - Wagtail's name
    spec = filter if isinstance(filter, str) else filter.spec
    return to_svg_safe_spec(spec) or "original"


class PortalImage(FileFirst, AbstractImage):
    """A picture; the description is required: it is what those hear who do not see."""

    admin_form_fields = ("title", "file", "description", "collection", "tags")
    file = PictureField(verbose_name=_("file"), upload_to=get_upload_to, width_field="width", height_field="height")

    class Meta(AbstractImage.Meta):
        verbose_name = _("Image")
        verbose_name_plural = _("Images")

    def clean(self) -> None:
        super().clean()
        if not self.description.strip():
            raise ValidationError({"description": _("Say in one sentence what the picture shows.")})

    @property
    def default_alt_text(self) -> str:
        return self.description

    def get_renditions(self, *filters: Any) -> Any:
        """A drawing (SVG) takes what a drawing can: sizes and crops, never a format of pixels."""
        return super().get_renditions(*(_for_drawing(f) if self.is_svg() else f for f in filters))

    def get_rendition(self, filter: Any) -> Any:  # noqa: A002 - Wagtail's name
        return super().get_rendition(_for_drawing(filter) if self.is_svg() else filter)


class PortalRendition(AbstractRendition):
    """Its name carries the hash of the picture it was made from: a name never means other bytes."""

    image = models.ForeignKey(PortalImage, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="rendition_once")
        ]

    def get_upload_to(self, filename: str) -> str:
        path: str = super().get_upload_to(filename)
        folder, _slash, name = path.rpartition("/")
        return f"{folder}/{self.image.get_file_hash()[:10]}-{name}"


class PortalDocument(FileFirst, AbstractDocument):
    admin_form_fields = Document.admin_form_fields
    file = DocumentField(upload_to="documents", verbose_name=_("file"))

    class Meta(AbstractDocument.Meta):
        verbose_name = _("Document")
        verbose_name_plural = _("Documents")


@register_setting(icon="site")
class PortalSettings(BaseSiteSetting):
    """What header and footer say; one row, made with the portal. How it looks: cms_blocks.looks."""

    short_name = models.CharField(_("Short name"), max_length=60, blank=True)
    tagline = models.CharField(_("One line about us"), max_length=160, blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    supervisor = models.CharField(_("Responsible for the content"), max_length=120, blank=True)

    panels: ClassVar[list[Any]] = [
        MultiFieldPanel([FieldPanel("short_name"), FieldPanel("tagline")], heading=_("Name")),
        MultiFieldPanel(
            [FieldPanel("address"), FieldPanel("phone"), FieldPanel("email"), FieldPanel("supervisor")],
            heading=_("Contact"),
        ),
    ]

    class Meta:
        verbose_name = _("Portal")


class PortalPage(Page):
    """What all page types share: body, crumbs, and the rule that a public page is the same for everyone."""

    intro = models.TextField(_("Introduction"), blank=True, max_length=500)
    body = BodyField(blank=True, verbose_name=_("Content"))

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
    show_in_menus_default = False
    _restrictions: Any = None

    class Meta:
        abstract = True

    def findable(self) -> Findable:
        """What search says of this page; page types with a date, a number or an issuer say so in theirs."""
        parts = self.get_url_parts()
        return Findable(
            kind="page", title=self.title, path=parts[2] if parts else "/", body="\n".join(self.searchable_texts())
        )

    def searchable_texts(self) -> list[str]:
        field = self._meta.get_field("body")
        return [self.intro, *field.get_searchable_content(self.body)]  # type: ignore[union-attr]

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        cache_tags.tag_portal()
        cache_tags.tag(f"page:{self.pk}", "menu")
        raw = stored_text(self.body)
        with (
            translation.override(language_of(self)),
            caching.watching_time() as moments,
            linked_pages(raw),
            linked_documents(raw),
        ):
            response = self.render_answer(request, *args, **kwargs)
            if hasattr(response, "render"):
                response = response.render()
        if self.live and not getattr(request, "is_preview", False) and not self.get_view_restrictions().exists():
            caching.public(response, until=min(moments, default=None))
        return response

    def render_answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page's own answer; a type with other formats than HTML gives them here."""
        answer: HttpResponse = super().serve(request, *args, **kwargs)
        return answer

    def get_view_restrictions(self) -> Any:
        """Restrictions of this page and all above it, aliases' sources included: one query, once per instance."""
        if self._restrictions is None and not sites.any_restricted():
            self._restrictions = PageViewRestriction.objects.none()
        elif self._restrictions is None:
            step = self.steplen
            paths = [self.path[:end] for end in range(step, len(self.path) + 1, step)]
            concerned = models.Q(page__path__in=paths) | models.Q(page__aliases__path__in=paths)
            self._restrictions = PageViewRestriction.objects.filter(concerned).distinct()
        return self._restrictions

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["crumbs"] = self.crumbs(request)
        portal = getattr(request, "portal", None)
        if portal is not None and self.pk:
            context["head"] = self.head(request, portal, context["crumbs"])
        return context

    def card(self) -> tuple[str, str]:
        """What the share card says: title and a line above it."""
        return self.title, ""

    def head(self, request: HttpRequest, portal: PortalRef, crumbs: list[Crumb]) -> heads.Head:
        """What the page says of itself to other programs."""
        from .context import portal_view  # reads PortalSettings of this module

        site = portal_view(portal)
        title, kicker = self.card()
        path = self.get_url(request) or "/"
        return heads.of_page(
            portal,
            site,
            path=path,
            title=self.seo_title or self.title,
            description=self.search_description or self.intro,
            subject=f"page-{self.pk}",
            card=(title, kicker),
            crumbs=crumbs,
            kind="article" if isinstance(self, NewsPage) else "website",
            published=self.first_published_at,
            changed=self.last_published_at,
            things=self.things(portal, site, path, kicker),
            versions=versions(self, request),
        )

    def things(self, portal: PortalRef, site: PortalView, path: str, kicker: str) -> list[dict[str, Any]]:
        """schema.org objects beside the breadcrumbs."""
        return []

    def crumbs(self, request: HttpRequest) -> list[Crumb]:
        """The way from the home page to here, without here."""
        if not self.pk or self.depth <= 2:
            return []
        ancestors = list(self.get_ancestors().filter(depth__gte=2).only("title", "url_path"))
        for page in ancestors:
            cache_tags.tag(f"page:{page.pk}")
        return [Crumb(page.title, page.get_url(request) or "") for page in ancestors]


class HomePage(PortalPage):
    def things(self, portal: PortalRef, site: PortalView, path: str, kicker: str) -> list[dict[str, Any]]:
        return [heads.organization(portal, site)]

    def card(self) -> tuple[str, str]:
        return self.hero_title or self.title, ""

    hero_title = models.CharField(_("Title on the picture"), max_length=120, blank=True)
    hero_text = models.CharField(_("Sentence under it"), max_length=240, blank=True)
    tasks = models.JSONField(default=list, blank=True, editable=False)

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("hero_title"),
        FieldPanel("hero_text"),
        FieldPanel("body"),
    ]
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    template = "themes/pages/home.html"
    max_count = 1

    class Meta:
        verbose_name = _("Home page")

    def searchable_texts(self) -> list[str]:
        return [self.hero_title, self.hero_text, *super().searchable_texts()]

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """The page of an address by its stored path: two queries whatever the depth (Wagtail takes two per level).

        Right while no page type below has routes of its own; what is not found goes Wagtail's way and ends in 404.
        """
        if path_components:
            found = sites.page_where(url_path=f"{self.url_path}{'/'.join(path_components)}/")
            if found is not None:
                return found.route(request, [])
        return super().route(request, path_components)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["tasks"] = [TaskTile(**task) for task in self.tasks]
        context["news"] = news.latest_cards(6, request)
        index_page = NewsIndexPage.objects.live().defer("body").first()
        context["news_url"] = index_page.get_url(request) if index_page else ""
        context["parts"] = looks.current().order(require_portal())
        return context


class SectionPage(PortalPage):
    """A section that lists its pages."""

    template = "themes/pages/section.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.HomePage", "cms_blocks.SectionPage"]
    show_in_menus_default = True

    class Meta:
        verbose_name = _("Section")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        children = list(sites.public(self.get_children().live()))
        cache_tags.tag(*(f"page:{page.pk}" for page in children))
        intros = dict(ArticlePage.objects.filter(pk__in=[p.pk for p in children]).values_list("pk", "intro"))
        context["children"] = [
            Crumb(page.title, page.get_url(request) or "", intros.get(page.pk, "")) for page in children
        ]
        return context


class ArticlePage(PortalPage):
    """A page that stands for long: history, contact, rules."""

    template = "themes/pages/article.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.HomePage", "cms_blocks.SectionPage"]

    class Meta:
        verbose_name = _("Article")


class NewsCategory(models.Model):
    """A heading under which news stand; the portal's own list."""

    name = models.CharField(_("Name"), max_length=60)
    slug = models.SlugField(max_length=60, unique=True, editable=False)
    order = models.PositiveSmallIntegerField(_("Place in the list"), default=10)

    panels: ClassVar[list[Any]] = [FieldPanel("name"), FieldPanel("order")]

    class Meta:
        verbose_name = _("News category")
        verbose_name_plural = _("News categories")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        slug = slugify(fold(self.name))[:60]
        if not slug or NewsCategory.objects.filter(slug=slug).exclude(pk=self.pk).exists():
            raise ValidationError({"name": _("There is a category of this name already.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The address stays when the name is corrected: readers of its feed keep it."""
        self.slug = self.slug or slugify(fold(self.name))[:60]
        super().save(*args, **kwargs)


class NewsIndexPage(PortalPage):
    """The list of news, newest first, 12 to a page (`?page=2`), perhaps of one category (`?chuyen-muc=`)."""

    template = "themes/pages/news_index.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms_blocks.NewsPage"]
    show_in_menus_default = True
    PER_PAGE: ClassVar[int] = 12

    class Meta:
        verbose_name = _("News list")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        cache_tags.tag("news")
        pages = sites.public(NewsPage.objects.child_of(self).live()).order_by("-date", "-pk")
        categories = news.categories()
        slug = request.GET.get("chuyen-muc", "")
        chosen = next((category for category in categories if category.slug == slug), None)
        if slug and chosen is None:
            raise Http404
        if chosen is not None:
            pages = pages.filter(category_id=chosen.pk)
        narrowed = f"chuyen-muc={slug}&" if slug else ""
        page = Paginator(pages, self.PER_PAGE).get_page(request.GET.get("page"))
        context["items"] = news.cards(page.object_list, request)
        context["categories"], context["chosen"] = categories, chosen
        context["feed_query"] = f"?chuyen-muc={slug}" if slug else ""
        context["pager"] = Pager(
            page.number,
            page.paginator.num_pages,
            f"?{narrowed}page={page.previous_page_number()}" if page.has_previous() else "",
            f"?{narrowed}page={page.next_page_number()}" if page.has_next() else "",
        )
        return context


class NewsPage(PortalPage):
    date = models.DateField(_("Date"), default=timezone.localdate)
    image = models.ForeignKey(
        PortalImage, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Picture")
    )
    category = models.ForeignKey(
        NewsCategory, models.SET_NULL, null=True, blank=True, related_name="pages", verbose_name=_("Category")
    )
    featured_until = models.DateField(
        _("Leads the home page until"), null=True, blank=True, help_text=_("The last day on which it stands first.")
    )

    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("date"), FieldPanel("category"), FieldPanel("featured_until")]),
        FieldPanel("image"),
        FieldPanel("intro"),
        FieldPanel("body"),
    ]
    template = "themes/pages/news.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("News")
        indexes = [models.Index(fields=["-date"], name="news_by_date")]

    def findable(self) -> Findable:
        return replace(super().findable(), kind="news", date=self.date)

    def card(self) -> tuple[str, str]:
        return self.title, f"{self.date:%d/%m/%Y}"

    def things(self, portal: PortalRef, site: PortalView, path: str, kicker: str) -> list[dict[str, Any]]:
        image = heads.origin(portal) + share_cards.address(f"page-{self.pk}", self.title, kicker, site)
        return [
            heads.news_article(
                portal,
                site,
                path=path,
                title=self.title,
                description=self.intro,
                image=image,
                published=self.first_published_at,
                changed=self.last_published_at,
            )
        ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["related"] = news.related(self, 3, request) if self.pk else []
        return context
