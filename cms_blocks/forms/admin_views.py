"""What came in with a form: list, one by one, as a file. For members who may read it; reading is noted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin import messages
from wagtail.admin.paginator import WagtailPaginator

from cms_blocks.admin_pages import AdminPage
from school_services.errors import NotFound
from school_services.identity import actor as actors

from . import selectors, services
from .models import Form, Submission, SubmissionFile

PER_PAGE = 50


class Submissions(AdminPage):
    permission: ClassVar[str] = services.PERMISSION
    template_name = "forms/admin/submissions.html"
    header_icon = "form"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            self.form = get_object_or_404(Form, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.form.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        paginator = WagtailPaginator(self.form.submissions.order_by("-sent_at", "-pk"), PER_PAGE)
        page = paginator.get_page(self.request.GET.get("p"))
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "table": selectors.table(self.form, page.object_list),
            "page": page,
            "elided_page_range": paginator.get_elided_page_range(page.number),
        }


class Detail(AdminPage):
    permission: ClassVar[str] = services.PERMISSION
    template_name = "forms/admin/submission.html"
    header_icon = "form"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            found = Submission.objects.select_related("form", "consent").prefetch_related("files")
            self.submission = get_object_or_404(found, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return f"{self.submission.form.title} – {self.submission.pk}"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        form = self.submission.form
        above = {"url": reverse("forms_admin:submissions", args=[form.pk]), "label": form.title}
        return [*self.breadcrumbs_items, above, {"url": "", "label": str(self.submission.pk)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        submission = self.submission
        files = {one.field.removeprefix("o-"): one for one in submission.files.all()}
        answers = [(label, value, files.get(field)) for field, label, value in submission.answers]
        return super().get_context_data(**kwargs) | {"submission": submission, "answers": answers}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            services.erase(actor=self.actor, submission_id=kwargs["pk"])
        except NotFound:
            raise Http404 from None
        messages.success(request, _("The submission and its files are erased."))
        return redirect("forms_admin:submissions", self.submission.form_id)


@require_safe
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """All submissions as XLSX or CSV; no cell is a formula."""
    if not request.user.has_perm(services.PERMISSION):
        raise PermissionDenied
    form = get_object_or_404(Form, pk=pk)
    makers = {
        "xlsx": (selectors.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "csv": (selectors.as_csv, "text/csv; charset=utf-8"),
    }
    if kind not in makers:
        raise Http404
    make, content_type = makers[kind]
    actor = actors.of_request(request)
    assert actor is not None
    services.note_reading(actor=actor, form_id=form.pk, how=f"export_{kind}")
    response = HttpResponse(make(form, _("Sent"), _("Consent version")), content_type=content_type)
    name = slugify(form.title.replace("đ", "d").replace("Đ", "D")) or "bieu-mau"
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """A file of a submission, always to be saved, never shown."""
    if not request.user.has_perm(services.PERMISSION):
        raise PermissionDenied
    found = get_object_or_404(SubmissionFile, pk=pk, submission__isnull=False)
    try:
        opened = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, as_attachment=True, filename=found.name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
