"""The page of the administration that takes PDFs: one opens its form, several their list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.auth import require_admin_access

from . import intake as taking
from .models import OfficialDocument
from .pdf_text import LARGEST, MOST_PAGES, PdfProblem, PdfRefused

MOST_FILES = 20


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class IntakeForm(forms.Form):
    papers = ManyFilesField(widget=ManyFilesInput(attrs={"accept": "application/pdf,.pdf", "data-intake": ""}))


def says(problem: PdfProblem) -> str:
    """What is wrong, and what to do."""
    megabytes = LARGEST // 1024 // 1024
    return {
        PdfProblem.EMPTY: _("The file is empty. Choose it again."),
        PdfProblem.TOO_LARGE: _("The file is larger than %(size)d MB. Scan it with a lower resolution.")
        % {"size": megabytes},
        PdfProblem.NOT_PDF: _("This is no PDF, whatever its name says. Save the document as PDF and choose that file."),
        PdfProblem.BROKEN: _("The PDF is damaged. Open it on your computer, print it to PDF and choose the new file."),
        PdfProblem.ENCRYPTED: _("The PDF is locked with a password. Save it without one."),
        PdfProblem.TOO_MANY_PAGES: _("The PDF has more than %(pages)d pages. Split it.") % {"pages": MOST_PAGES},
        PdfProblem.ACTIVE: _("The PDF holds scripts, programs or files. Print it to PDF and choose the new file."),
        PdfProblem.TOO_HEAVY: _("The PDF takes too much work to open. Print it to PDF and choose the new file."),
    }[problem]


@require_admin_access
def intake(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("registry.add_officialdocument"):
        raise PermissionDenied
    form = IntakeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        answer = _take_all(request, form)
        if answer is not None:
            return answer
    context = {"form": form, "most": MOST_FILES, "largest": LARGEST // 1024 // 1024}
    return TemplateResponse(request, "registry/admin/intake.html", context)


def _take_all(request: HttpRequest, form: IntakeForm) -> HttpResponse | None:
    files = form.cleaned_data["papers"]
    if len(files) > MOST_FILES:
        form.add_error("papers", _("Choose at most %(most)d files at a time.") % {"most": MOST_FILES})
        return None
    taken = []
    for file in files:
        try:
            content = file.read() if file.size <= LARGEST else b" " * (LARGEST + 1)
            taken.append(taking.take(content=content, name=file.name, user=request.user))
        except PdfRefused as refused:
            form.add_error("papers", f"{file.name}: {says(refused.problem)}")
        except ValidationError as error:
            form.add_error("papers", f"{file.name}: {' '.join(error.messages)}")
    if not taken:
        return None
    for error in form.errors.get("papers", []):
        messages.error(request, error)
    for one in taken:
        _announce(request, one)
    if len(taken) == 1:
        url = reverse(OfficialDocument.snippet_viewset.get_url_name("edit"), args=[taken[0].official.pk])  # type: ignore[attr-defined]
        return redirect(f"{url}?moi=1")
    messages.success(
        request, _("%(count)d documents were read and are hidden. Check them, then show them.") % {"count": len(taken)}
    )
    url = reverse(OfficialDocument.snippet_viewset.get_url_name("list"))  # type: ignore[attr-defined]
    return redirect(f"{url}?is_public=false")


def _announce(request: HttpRequest, taken: taking.Taken) -> None:
    if taken.known is not None:
        text = _("A document with the number %(number)s by the same issuer is already here. Check before you save.")
        messages.warning(request, text % {"number": taken.official.number})
    if not taken.read.readable:
        text = _("Nothing could be read from “%(name)s”: it is a picture of paper. Please fill in the fields.")
        messages.warning(request, text % {"name": taken.official.abstract})
    else:
        messages.success(request, _("Read from the PDF. Check the fields; visitors see the document once you save."))
