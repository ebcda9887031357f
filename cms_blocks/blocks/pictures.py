"""Pictures: alone, in a gallery. Renditions of all pictures of a page are found in one query."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from . import groups

THUMB = "fill-480x360|format-webp"
LARGE = "max-1600x1200|format-webp"


class PictureBlock(ImageChooserBlock):
    """A chosen picture; its finished sizes come with it, however many there are on the page."""

    def bulk_to_python(self, values: Any) -> Any:
        images = super().bulk_to_python(values)
        prefetch_related_objects([image for image in images if image is not None], "renditions")
        return images


class ImageBlock(blocks.StructBlock):
    image = PictureBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("Description for those who do not see it"), max_length=250, help_text=_("What the picture shows.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=250)

    class Meta:
        icon = "image"
        group = groups.PICTURES
        label = _("Image")
        description = _("One picture with a caption.")
        template = "themes/blocks/image.html"
        preview_value = {"image": None, "alt": "Sân trường giờ ra chơi", "caption": "Sân trường giờ ra chơi"}


class GalleryPictureBlock(blocks.StructBlock):
    image = PictureBlock(label=_("Image"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"


class GalleryBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    pictures = blocks.ListBlock(GalleryPictureBlock(), label=_("Pictures"), min_num=1, max_num=60)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        shown = []
        leading = getattr((parent_context or {}).get("page"), "image_id", None)  # shown above the text already
        pictures = value.get("pictures") or []
        for picture in pictures:
            image = picture.get("image")
            if image is not None and image.pk != leading:
                sizes = image.get_renditions(THUMB, LARGE)
                alt = image.description or picture.get("caption") or image.title
                shown.append({"thumb": sizes[THUMB], "large": sizes[LARGE], "alt": alt, "caption": picture["caption"]})
        context["pictures"] = shown
        context["all_led"] = bool(pictures) and leading is not None and not shown
        return context

    class Meta:
        icon = "image"
        group = groups.PICTURES
        label = _("Gallery")
        description = _("Many pictures; a click or the arrow keys show them large.")
        template = "themes/blocks/gallery.html"
        preview_value = {"heading": "Hội khỏe Phù Đổng", "pictures": []}
