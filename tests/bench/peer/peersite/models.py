"""Page types of the peer: what a Wagtail developer writes for the same site."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, IntegerBlock, RichTextBlock, StreamBlock, StructBlock
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.fields import StreamField
from wagtail.models import Page


class LatestNewsBlock(StructBlock):
    heading = CharBlock()
    count = IntegerBlock(default=20)

    class Meta:
        template = "peersite/blocks/latest_news.html"

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        context["news"] = NewsPage.objects.live().order_by("-date")[: value["count"]]
        return context


class BodyBlock(StreamBlock):
    heading = CharBlock(template="peersite/blocks/heading.html")
    rich_text = RichTextBlock()
    table = TableBlock(template="peersite/blocks/table.html")
    latest_news = LatestNewsBlock()


class HomePage(Page):
    intro = models.TextField(blank=True)
    body = StreamField(BodyBlock(), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]


class SectionPage(Page):
    intro = models.TextField(blank=True)
    body = StreamField(BodyBlock(), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]


class NewsIndexPage(Page):
    intro = models.TextField(blank=True)

    subpage_types = ["peersite.NewsPage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["news"] = NewsPage.objects.live().child_of(self).order_by("-date")[:20]
        return context


class NewsPage(Page):
    date = models.DateField(db_index=True)
    intro = models.TextField(blank=True)
    body = StreamField(BodyBlock(), blank=True)

    parent_page_types = ["peersite.NewsIndexPage"]
    content_panels = [*Page.content_panels, FieldPanel("date"), FieldPanel("intro"), FieldPanel("body")]


@register_setting
class PortalSettings(BaseSiteSetting):
    tagline = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
