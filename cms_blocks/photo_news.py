"""News from photos: title, text and all pictures on one page, what they show on the next, then it is published."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.html import escape
from django.utils.translation import gettext, gettext_lazy
from wagtail.admin import messages
from wagtail.models import Collection
from wagtail.permissions import policy_registry

from tenants.uploads import Refused

from .media.fields import CleanPicture, take_picture
from .models import NewsIndexPage, NewsPage, PortalImage
from .word_pages import free_slug

MOST = 20


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Each picture is judged; the first that is refused says which and why."""

    def clean(self, data: Any, initial: Any = None) -> list[CleanPicture]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not files:
            raise ValidationError(gettext("Choose at least one picture."))
        if len(files) > MOST:
            raise ValidationError(gettext("At most %(most)d pictures at once.") % {"most": MOST})
        return [take_picture(super(PhotosField, self).clean(file, initial), str(file.name)) for file in files]


class PhotoNewsForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    intro = forms.CharField(
        label=gettext_lazy("In one or two sentences"), max_length=300, widget=forms.Textarea({"rows": 2})
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy("An empty line begins a new paragraph."),
    )
    photos = PhotosField(
        label=gettext_lazy("Pictures"),
        widget=PhotosInput({"accept": "image/*", "class": "word-drop"}),
        help_text=gettext_lazy("Choose all of them at once; the first leads. Where they were taken is removed."),
    )


@transaction.atomic
def make_draft(
    *, user: Any, parent: NewsIndexPage, title: str, intro: str, text: str, photos: Sequence[CleanPicture]
) -> NewsPage:
    """A draft with a gallery. Raises `Refused` when the portal has no room for the pictures."""
    collection = Collection.get_first_root_node()
    images = []
    for number, photo in enumerate(photos, start=1):
        image = PortalImage(title=f"{title[:200]} – {number}", file=photo, collection=collection, uploaded_by_user=user)
        image.save()
        images.append(image)
    paragraphs = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    html = "".join(f"<p>{'<br/>'.join(map(str, map(escape, part.splitlines())))}</p>" for part in paragraphs)
    items = [{"type": "item", "id": _id(), "value": {"image": image.pk, "caption": ""}} for image in images]
    body: list[dict[str, Any]] = [{"type": "rich_text", "id": _id(), "value": html}] if html else []
    body.append({"type": "gallery", "id": _id(), "value": {"heading": "", "pictures": items}})
    page = NewsPage(
        title=title, slug=free_slug(parent, title), intro=intro, image=images[0], live=False,
        has_unpublished_changes=True, owner=user,
    )  # fmt: skip
    page.body = body  # type: ignore[assignment]
    parent.add_child(instance=page)
    page.save_revision(user=user, log_action=True, clean=False)
    return page


def _id() -> str:
    return str(uuid.uuid4())


def undescribed(page: NewsPage) -> list[PortalImage]:
    """Pictures of its galleries that say nothing to those who do not see."""
    galleries = [child.value["pictures"] for child in page.body if child.block_type == "gallery"]
    found = [item["image"] for gallery in galleries for item in gallery if item["image"] is not None]
    return list({image.pk: image for image in found if not image.description.strip()}.values())


@transaction.atomic
def describe(asked: Sequence[PortalImage], words: dict[int, str]) -> None:
    for image in asked:
        said = words.get(image.pk, "").strip()[:250]
        if said:
            image.description = image.title = said
            image.save(update_fields=["description", "title"])


def news_list(user: Any) -> NewsIndexPage | None:
    """Where this person may put news: the first such list."""
    lists = NewsIndexPage.objects.order_by("path")
    return next((page for page in lists if page.permissions_for_user(user).can_add_subpage()), None)


def may_write(user: Any) -> bool:
    return (
        bool(policy_registry.get_by_type(PortalImage).user_has_permission(user, "add")) and news_list(user) is not None
    )


def write(request: HttpRequest) -> HttpResponse:
    parent = news_list(request.user)
    if parent is None or not may_write(request.user):
        raise PermissionDenied
    form = PhotoNewsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            page = make_draft(user=request.user, parent=parent, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("photos", refusal)
        else:
            return redirect("photo_news_pictures", page.pk)
    return TemplateResponse(request, "cms_blocks/photo_news/write.html", {"form": form})


def pictures(request: HttpRequest, page_id: int) -> HttpResponse:
    """What each picture shows; then the page is published, or goes on in the editor."""
    page = get_object_or_404(NewsPage, pk=page_id)
    rights = page.permissions_for_user(request.user)
    if not rights.can_edit():
        raise PermissionDenied
    draft = page.get_latest_revision_as_object()
    asked = undescribed(draft)
    if request.method == "POST":
        describe(asked, {image.pk: request.POST.get(f"mo-ta-{image.pk}", "") for image in asked})
        left = [image for image in asked if not image.description.strip()]
        if left:
            message = gettext("%(count)d pictures still need a description before the page can be published.")
            messages.warning(request, message % {"count": len(left)})
            return redirect("photo_news_pictures", page.pk)
        if "dang" in request.POST and rights.can_publish():
            draft.save_revision(user=request.user).publish(user=request.user)
            messages.success(request, gettext("“%(title)s” is published.") % {"title": page.title})
            return redirect("wagtailadmin_explore", page.get_parent().pk)
        return redirect("wagtailadmin_pages:edit", page.pk)
    context = {"page": draft, "asked": asked, "may_publish": rights.can_publish()}
    return TemplateResponse(request, "cms_blocks/photo_news/pictures.html", context)
