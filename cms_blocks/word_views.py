"""Two steps in the editor: choose a Word file, then say what its pictures show."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.models import Page
from wagtail.permissions import policy_registry

from . import word_files, word_pages
from .models import PortalImage, PortalPage

PROBLEMS = {
    "too_large": _(
        "The file is larger than 25 MB. Make its pictures smaller in Word (Compress Pictures), then try again."
    ),
    "not_word": _("This is no Word file. Save it in Word as “Word document (.docx)”, then try again."),
    "old_word": _("This is an old Word file (.doc), or one with a password. Save it as .docx without a password."),
    "locked": _("The file has a password. Save it without one, then try again."),
    "bomb": _("The file unpacks to far more than its size says. It was not opened."),
    "entities": _("The file holds declarations that no Word file needs. It was not opened."),
    "broken": _("Word itself would call this file broken. Open it in Word, save it again, then try again."),
    "empty": _("There is no text, table or picture in this file."),
    "long": _("The file is too long for one page. Divide it into parts."),
}


class WordForm(forms.Form):
    file = forms.FileField(
        label=_("Word file"),
        help_text=_("Drop a .docx here, or choose one. Headings, lists, tables and pictures are kept; at most 25 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx", "class": "word-drop"}),
    )
    parent = forms.ChoiceField(label=_("Below"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pages = {str(page.pk): page for page in word_pages.parents(user)}
        self.may_add_pictures = policy_registry.get_by_type(PortalImage).user_has_permission(user, "add")
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            (pk, f"{'– ' * (page.depth - 2)}{page.title}") for pk, page in self.pages.items()
        ]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.word = word_files.read(file, file.size)
        except word_files.WordProblem as problem:
            raise ValidationError(PROBLEMS[problem.code]) from None
        pictures = any(isinstance(part, word_files.Picture) for part in self.word.parts)
        if pictures and not self.may_add_pictures:
            raise ValidationError(_("The file has pictures, and your account may not add pictures to this portal."))
        return file


def upload(request: HttpRequest) -> HttpResponse:
    """GET: the form, `?duoi=` preselects the page above. POST: a draft, then its pictures or its editor."""
    form = WordForm(
        request.POST or None, request.FILES or None, user=request.user, initial={"parent": request.GET.get("duoi", "")}
    )
    if not form.pages:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        page = word_pages.make_page(
            user=request.user,
            parent=form.pages[form.cleaned_data["parent"]],
            word=form.word,
            name=form.cleaned_data["file"].name,
        )
        if form.word.skipped:
            message = gettext("%(count)d pictures could not be read; paste them into Word as PNG or JPEG.")
            messages.warning(request, message % {"count": form.word.skipped})
        if word_pages.undescribed(page):
            return redirect("word_pictures", page.pk)
        messages.success(request, gettext("The draft is ready. Read it through, then publish."))
        return redirect("wagtailadmin_pages:edit", page.pk)
    return TemplateResponse(request, "cms_blocks/word/upload.html", {"form": form})


def pictures(request: HttpRequest, page_id: int) -> HttpResponse:
    """The draft's pictures without a description; what stays empty is asked again at publishing."""
    page = get_object_or_404(Page, pk=page_id)
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied
    draft = page.get_latest_revision_as_object()
    if not isinstance(draft, PortalPage):
        return redirect("wagtailadmin_pages:edit", page.pk)
    asked = word_pages.undescribed(draft)
    if request.method == "POST":
        words = {one.block: request.POST.get(f"mo-ta-{one.block}", "") for one in asked}
        word_pages.describe(user=request.user, page=draft, words=words)
        left = sum(not said.strip() for said in words.values())
        if left:
            message = gettext("%(count)d pictures still need a description before the page can be published.")
            messages.warning(request, message % {"count": left})
        else:
            messages.success(request, gettext("The draft is ready. Read it through, then publish."))
    if request.method == "POST" or not asked:
        return redirect(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    return TemplateResponse(request, "cms_blocks/word/pictures.html", {"page": draft, "asked": asked})
