"""Trash, review dates and findings in Wagtail's editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.paginator import WagtailPaginator
from wagtail.models import Page

from cms_blocks.admin_pages import AdminPage
from cms_blocks.quality import selectors as quality
from cms_blocks.questions.forms import answerers
from school_services.errors import DomainError
from tenants.context import require_portal

from . import guide, reviews, texts, trash
from .models import Finding, ReviewDate, TrashedPage

PER_PAGE = 50


class Trash(AdminPage):
    template_name = "editorial/trash.html"
    page_title = _("Trash")
    header_icon = "bin"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = TrashedPage.objects.select_related("page", "deleted_by").order_by("-deleted_at", "-pk")
        paginator = WagtailPaginator(found, PER_PAGE)
        page = paginator.get_page(self.request.GET.get("p"))
        return super().get_context_data(**kwargs) | {
            "page": page,
            "today": timezone.localdate(),
            "elided_page_range": paginator.get_elided_page_range(page.number),
            "may_erase": self.request.user.has_perm("editorial.delete_trashedpage"),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        entry = request.POST.get("trang", "")
        if not entry.isdigit() or request.POST.get("viec") not in {"restore", "erase"}:
            raise Http404
        try:
            if request.POST["viec"] == "erase":
                trash.erase(actor=self.actor, entry_id=int(entry))
                messages.success(request, _t("The page is deleted for good."))
                return redirect("editorial:trash")
            page = trash.bring_back(actor=self.actor, entry_id=int(entry))
        except DomainError as error:
            messages.error(request, texts.ERRORS.get(error.code, error.code))
            return redirect("editorial:trash")
        said = _t("“%(title)s” is back and public.") if page.live else _t("“%(title)s” is back as a draft.")
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[page.pk]), _t("Edit"))
        messages.success(request, said % {"title": page.title}, buttons=[edit])
        return redirect("wagtailadmin_explore", page.get_parent().pk)


class Help(AdminPage):
    template_name = "editorial/help.html"
    page_title = _("Guide")
    header_icon = "help"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"topics": guide.topics()}


class ConfirmTrash(AdminPage):
    """What Wagtail's delete button leads to."""

    template_name = "editorial/confirm_trash.html"
    page_title = _("Delete")
    header_icon = "bin"
    page: Any = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        from wagtail.models import ReferenceIndex

        return super().get_context_data(**kwargs) | {
            "page": self.page,
            "below": self.page.get_descendant_count(),
            "uses": ReferenceIndex.get_references_to(self.page).group_by_source_object().count(),
        }


class ReviewForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ReviewDate
        fields = ("due", "owner", "note")
        widgets = {"due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].required = True
        self.fields["owner"].queryset = answerers()  # type: ignore[attr-defined]


class Reviews(AdminPage):
    template_name = "editorial/reviews.html"
    page_title = _("Pages to review")
    header_icon = "calendar-check"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = ReviewDate.objects.select_related("page", "owner").filter(page__live=True).order_by("due", "pk")
        return super().get_context_data(**kwargs) | {"rows": rows[:200], "today": timezone.localdate()}


class Review(AdminPage):
    template_name = "editorial/review.html"
    header_icon = "calendar-check"
    trail: ClassVar[list[tuple[Any, Any]]] = [(reverse_lazy("editorial:reviews"), _("Pages to review"))]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.page = get_object_or_404(Page, pk=kwargs["pk"], depth__gte=2)
        if not self.page.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        self.review = ReviewDate.objects.filter(page=self.page).first()
        self.form = ReviewForm(
            request.POST if request.method == "POST" else None,
            instance=self.review,
            initial={} if self.review else {"owner": request.user.pk},
        )
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.page.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"page": self.page, "form": self.form, "review": self.review}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("viec") == "done":
            reviews.done(actor=self.actor, page_id=self.page.pk)
            messages.success(request, _t("The review is done."))
            return redirect("editorial:reviews")
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        values = self.form.cleaned_data
        reviews.plan(
            actor=self.actor,
            page_id=self.page.pk,
            due=values["due"],
            owner_id=values["owner"].pk,
            note=values["note"],
        )
        messages.success(request, _t("The review date is saved."))
        return redirect("editorial:reviews")


class Findings(AdminPage):
    template_name = "editorial/findings.html"
    page_title = _("Quality of the pages")
    header_icon = "tick-inverse"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = self.request.GET.get("loai", "")
        kind = kind if kind in Finding.Kind.values else ""
        counts = dict(Finding.objects.values_list("kind").annotate(count=Count("pk")))
        found = Finding.objects.select_related("page").order_by("kind", "page__path", "pk")
        paginator = WagtailPaginator(found.filter(kind=kind) if kind else found, PER_PAGE)
        page = paginator.get_page(self.request.GET.get("p"))
        tabs: list[tuple[str, Any, int, bool]] = [("", _("All"), sum(counts.values()), not kind)]
        tabs += [(value, label, counts.get(value, 0), value == kind) for value, label in Finding.Kind.choices]
        portal = require_portal()
        return super().get_context_data(**kwargs) | {
            "tabs": tabs,
            "page": page,
            "rows": [(one, texts.FINDINGS[one.code], texts.ADVICE[one.code]) for one in page.object_list],
            "elided_page_range": paginator.get_elided_page_range(page.number),
            "checked": quality.of_portal(portal.pk),
            "department": portal.kind == "department",
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reviews.check_again(actor=self.actor)
        messages.success(request, _t("The pages are being checked. Look again in a minute."))
        return redirect("editorial:findings")


class Sector(AdminPage):
    """All portals, for the department alone."""

    template_name = "editorial/sector.html"
    page_title = _("Quality of all portals")
    header_icon = "tick-inverse"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if require_portal().kind != "department":
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"rows": quality.of_all(), "total": quality.total()}


def confirm(request: HttpRequest, page: Page) -> HttpResponse:
    """In place of Wagtail's delete: the question, and at its answer the move to the trash."""
    view: Any = ConfirmTrash()
    view.setup(request)
    view.page = page
    if request.method != "POST":
        shown: HttpResponse = view.render_to_response(view.get_context_data())
        return shown
    parent = page.get_parent()
    return _thrown(request, [page], lambda: redirect("wagtailadmin_explore", parent.pk))


def _thrown(request: HttpRequest, pages: list[Page], then: Callable[[], HttpResponse]) -> HttpResponse:
    from school_services.identity import actor as actors

    actor = actors.of_request(request)
    assert actor is not None
    done = []
    for page in pages:
        # One that went with a page above it is there already.
        if Page.objects.filter(pk=page.pk, path__startswith=trash.root().path).exists():
            continue
        try:
            trash.throw_away(actor=actor, page_id=page.pk)
        except DomainError as error:
            messages.error(request, texts.ERRORS.get(error.code, error.code))
        else:
            done.append(page)
    if done:
        undo = messages.button(reverse("editorial:trash"), _t("Open the trash"))
        names = ", ".join(page.title for page in done[:3]) + ("…" if len(done) > 3 else "")
        messages.success(
            request,
            _t("In the trash for 90 days: %(names)s. Not on the portal any more.") % {"names": names},
            buttons=[undo],
        )
    return then()
