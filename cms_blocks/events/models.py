"""Events of a portal: rows; one page type shows them as a calendar, each at an address of its own, and as iCalendar."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms_blocks.models import PortalPage
from cms_blocks.registry.models import slug_of
from tenants import cache_tags
from themes.context import Crumb

from . import rules

RICH_TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]


class Event(index.Indexed, models.Model):
    """`sequence` grows at each change: calendars that subscribed take the new version (RFC 5545 §3.8.7.4)."""

    class Repeat(models.TextChoices):
        NEVER = "", _("Once")
        DAILY = "DAILY", _("Daily")
        WEEKLY = "WEEKLY", _("Weekly")
        MONTHLY = "MONTHLY", _("Monthly")
        YEARLY = "YEARLY", _("Yearly")

    title = models.CharField(_("Title"), max_length=160)
    summary = models.CharField(_("In one sentence"), max_length=240, blank=True)
    first_day = models.DateField(_("Day"))
    start_time = models.TimeField(_("From"), null=True, blank=True, help_text=_("Empty: the whole day."))
    last_day = models.DateField(_("Last day"), null=True, blank=True, help_text=_("Empty: the same day."))
    end_time = models.TimeField(_("To"), null=True, blank=True)
    place = models.CharField(_("Place"), max_length=160, blank=True)
    repeat = models.CharField(_("Repeats"), max_length=8, choices=Repeat, blank=True, default="")
    interval = models.PositiveSmallIntegerField(_("Every so many days, weeks, months or years"), default=1)
    until = models.DateField(_("Repeats until"), null=True, blank=True)
    skipped = models.CharField(
        _("Not on these days"), max_length=400, blank=True, help_text=_("Such as: 02/09/2026, 20/11/2026.")
    )
    cancelled = models.BooleanField(_("Cancelled"), default=False)
    text = RichTextField(_("Text"), blank=True, features=RICH_TEXT)
    is_public = models.BooleanField(_("Show to visitors"), default=True)
    slug = models.SlugField(max_length=90, unique=True, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    panels: ClassVar[list[Any]] = [
        FieldPanel("title"),
        FieldPanel("summary"),
        FieldRowPanel(
            [FieldPanel("first_day"), FieldPanel("start_time"), FieldPanel("last_day"), FieldPanel("end_time")]
        ),
        FieldPanel("place"),
        FieldPanel("text"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("repeat"), FieldPanel("interval"), FieldPanel("until")]), FieldPanel("skipped")],
            heading=_("Repetition"),
            classname="collapsed",
        ),
        FieldRowPanel([FieldPanel("is_public"), FieldPanel("cancelled")]),
    ]
    search_fields: ClassVar[list[Any]] = [index.SearchField("title"), index.AutocompleteField("title")]

    class Meta:
        verbose_name = _("Event")
        verbose_name_plural = _("Events")
        ordering = ["-first_day", "-pk"]
        indexes = [models.Index(fields=["first_day"], name="event_by_day")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        if self.end_time and not self.start_time:
            errors["start_time"] = _("Say when it begins, or leave out when it ends.")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            errors["last_day"] = _("It cannot end before it begins.")
        elif (self.last_day or self.first_day) == self.first_day and self._ends_early():
            errors["end_time"] = _("It cannot end before it begins.")
        if self.first_day and self.last_day and self.last_day - self.first_day > rules.LONGEST:
            errors["last_day"] = _("An event may last a year at most.")
        if not 1 <= (self.interval or 0) <= 99:
            errors["interval"] = _("A number from 1 to 99.")
        if self.until and self.first_day and self.until < self.first_day:
            errors["until"] = _("This lies before the first day.")
        try:
            rules.days(self.skipped)
        except ValueError as error:
            errors["skipped"] = _("“%(part)s” is no day. Write days as 02/09/2026, with commas between.") % {
                "part": error
            }
        if errors:
            raise ValidationError(errors)

    def _ends_early(self) -> bool:
        return bool(self.start_time and self.end_time and self.end_time <= self.start_time)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            self.sequence += 1
        if not self.slug:
            self.slug = self._free_slug()
        super().save(*args, **kwargs)

    def _free_slug(self) -> str:
        wanted = slug_of(self.title) or "su-kien"
        taken = {"ical", *Event.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)}
        return next(slug for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, 10_000))) if slug not in taken)

    @property
    def timing(self) -> rules.Timing:
        """In local time, without a zone: a province has one."""
        last = self.last_day or self.first_day
        whole_days = self.start_time is None
        start = datetime.datetime.combine(self.first_day, self.start_time or datetime.time())
        if whole_days:
            end = datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time())
        else:
            end = datetime.datetime.combine(last, self.end_time or self.start_time or datetime.time())
        return rules.Timing(
            start=start,
            end=max(end, start + datetime.timedelta(minutes=1)),
            whole_days=whole_days,
            repeat=rules.Repeat(self.repeat),
            interval=self.interval,
            until=self.until,
            skipped=rules.days(self.skipped),
        )


class CalendarPage(PortalPage):
    """What comes, month by month; each event at `<page>/<slug>/`, all as iCalendar at `<page>/ical/`."""

    template = "events/list.html"
    parent_page_types: ClassVar[list[str]] = ["cms_blocks.HomePage", "cms_blocks.SectionPage"]
    subpage_types: ClassVar[list[str]] = []
    show_in_menus_default = True
    max_count = 1

    class Meta:
        verbose_name = _("Events (calendar)")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        match path_components if self.live else None:
            case []:
                return super().route(request, path_components)
            case ["ical"]:
                return RouteResult(self, kwargs={"ics": True})
            case [slug]:
                return RouteResult(self, kwargs={"slug": slug})
            case [slug, "ical"]:
                return RouteResult(self, kwargs={"slug": slug, "ics": True})
        raise Http404

    def render_answer(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        from . import calendars

        cache_tags.tag("events")
        if kwargs.get("ics"):
            return calendars.answer(self.get_url(request) or "/", slug=kwargs.get("slug", ""))
        return super().render_answer(request, **kwargs)

    def get_template(self, request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> str:
        return "events/event.html" if slug else super().get_template(request, *args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, slug: str = "", **kwargs: Any) -> dict[str, Any]:
        from . import selectors

        context = super().get_context(request, *args, **kwargs)
        base = self.get_url(request) or ""
        if slug:
            event = selectors.event(slug, base)
            if event is None:
                raise Http404
            context["event"] = event
            context["crumbs"] = [*context["crumbs"], Crumb(self.title, base)]
            context["head"] = selectors.head(event, context["crumbs"], request)
        else:
            month = selectors.month(request.GET.get("thang", ""))
            if month is None:
                raise Http404
            context["calendar"] = selectors.calendar(month, base, upcoming="thang" not in request.GET)
        context["feed_url"] = f"{base}ical/"
        return context
