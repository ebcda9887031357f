"""The first screen of the editor: what comes next here, and what waits; and the help in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from cms_blocks.models import HomePage, NewsIndexPage, NewsPage, PortalSettings
from cms_blocks.questions import selectors as questions
from cms_blocks.questions.services import PERMISSION as ANSWERS
from school_services.identity import second_factor
from tenants.members.models import GroupMembership

from .models import Finding, ReviewDate


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do once; `done` is read from the portal, nobody ticks it off."""

    title: str
    why: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    title: str
    url: str
    urgent: bool


def steps(user: Any) -> list[Step]:
    """The way of a new portal, in the order in which it is gone."""
    chosen = PortalSettings.objects.first() or PortalSettings()
    home = HomePage.objects.get()
    news_list = NewsIndexPage.objects.first()
    news_url = reverse("wagtailadmin_pages:add_subpage", args=[(news_list or home).pk])
    contact = reverse("wagtailsettings:edit", args=["cms_blocks", "portalsettings"])
    found = [
        Step(
            _t("Protect your account"),
            _t("A second step by phone: two minutes, once."),
            reverse("account:second_factor_setup"),
            second_factor.is_set_up(user.pk),
        ),
        Step(
            _t("Say how to reach you"),
            _t("Address, phone and e-mail stand at the foot of every page."),
            contact,
            bool(chosen.address and chosen.phone and chosen.email),
        ),
        Step(
            _t("Name who answers for the content"),
            _t("The law wants the name on the portal."),
            contact,
            bool(chosen.supervisor),
        ),
        Step(
            _t("Write the welcome on the home page"),
            _t("One sentence on the picture: who you are."),
            reverse("wagtailadmin_pages:edit", args=[home.pk]),
            bool(home.hero_text),
        ),
        Step(
            _t("Publish the first news"),
            _t("A picture, three sentences, done."),
            news_url,
            NewsPage.objects.live().exists(),
        ),
        Step(
            _t("Add a section with pages"),
            _t("For example “About us” with history, staff, contact."),
            reverse("wagtailadmin_pages:add_subpage", args=[home.pk]),
            Page.objects.live().filter(depth__gte=4).exclude(parent_is_news(news_list)).exists(),
        ),
    ]
    if user.has_perm("identity.add_user"):
        found.append(
            Step(
                _t("Bring in a colleague"),
                _t("Two people see more than one: one writes, the other reviews."),
                reverse("wagtailusers_users:add"),
                GroupMembership.objects.values("user_id").distinct().count() > 1,
            )
        )
    return found


def parent_is_news(news_list: NewsIndexPage | None) -> Any:
    from django.db.models import Q

    return Q(path__startswith=news_list.path) if news_list is not None else Q(pk__in=[])


def waiting(user: Any) -> list[Waiting]:
    """What somebody should look at today; empty on a good day."""
    found: list[Waiting] = []
    today = timezone.localdate()
    if user.has_perm(ANSWERS):
        counts = questions.counts(user.pk)
        url = reverse("questions_admin:queue")
        if counts.overdue:
            text = ngettext("%(n)d question is overdue", "%(n)d questions are overdue", counts.overdue)
            found.append(Waiting(text % {"n": counts.overdue}, f"{url}?loai=overdue", urgent=True))
        if counts.unassigned:
            text = ngettext("%(n)d question has nobody yet", "%(n)d questions have nobody yet", counts.unassigned)
            found.append(Waiting(text % {"n": counts.unassigned}, f"{url}?loai=unassigned", urgent=False))
    due = ReviewDate.objects.filter(page__live=True, due__lte=today).count()
    if due:
        text = ngettext("%(n)d page is due for a review", "%(n)d pages are due for a review", due)
        found.append(Waiting(text % {"n": due}, reverse("editorial:reviews"), urgent=True))
    broken = Finding.objects.filter(kind=Finding.Kind.LINK).count()
    if broken:
        text = ngettext("%(n)d link leads nowhere", "%(n)d links lead nowhere", broken)
        found.append(Waiting(text % {"n": broken}, f"{reverse('editorial:findings')}?loai=link", urgent=False))
    return found


class StartPanel(Component):  # type: ignore[misc]
    name = "portal_start"
    template_name = "editorial/start_panel.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any]) -> Mapping[str, Any]:
        user = parent_context["request"].user
        way = steps(user)
        return {
            "steps": way,
            "left": sum(1 for step in way if not step.done),
            "waiting": waiting(user),
            "help": reverse("editorial:help"),
        }
