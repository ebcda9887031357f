"""What comes from outside: video, map, frame. Nothing is fetched from another host before the visitor agrees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from . import groups
from .layout import RICH
from .pictures import PictureBlock

_YOUTUBE_ID = re.compile(r"^[A-Za-z0-9_-]{11}$")
_YOUTUBE_HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com", "youtu.be"}
_VIMEO = re.compile(r"^/(?:video/)?(\d{6,12})(?:/|$)")
_PLACE = re.compile(r"(-?\d{1,2}\.\d{2,12})\s*[,;]\s*(-?\d{1,3}\.\d{2,12})")
_SUFFIXES = {"mp4": "video/mp4", "webm": "video/webm"}


@dataclass(frozen=True, slots=True)
class Outside:
    """A thing of another host. `frame`: what is loaded after consent; `link`: its page there; `host`: its name."""

    frame: str
    link: str
    host: str


def video_at(url: str) -> Outside | None:
    """The embed of a YouTube or Vimeo address, in the form that sets no cookie; None for anything else."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    host, path = (parts.hostname or "").lower(), parts.path
    if host in _YOUTUBE_HOSTS:
        key = parse_qs(parts.query).get("v", [""])[0] or path.rstrip("/").rpartition("/")[2]
        if _YOUTUBE_ID.match(key):
            frame = f"https://www.youtube-nocookie.com/embed/{key}?rel=0"
            return Outside(frame, f"https://www.youtube.com/watch?v={key}", "YouTube")
    if host in {"vimeo.com", "www.vimeo.com", "player.vimeo.com"} and (found := _VIMEO.match(path)):
        return Outside(f"https://player.vimeo.com/video/{found[1]}?dnt=1", f"https://vimeo.com/{found[1]}", "Vimeo")
    return None


def framed(url: str) -> Outside | None:
    """An address of a host in `settings.FRAME_HOSTS`, over https; None otherwise."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme != "https" or parts.username or (parts.port or 443) != 443:
        return None
    host = (parts.hostname or "").lower()
    return Outside(parts.geturl(), parts.geturl(), host) if host in settings.FRAME_HOSTS else None


class VideoBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=160)
    file = DocumentChooserBlock(label=_("Video file (MP4, WebM)"), required=False)
    url = blocks.URLBlock(label=_("Or an address at YouTube or Vimeo"), required=False)
    poster = PictureBlock(label=_("Picture before it plays"), required=False)
    captions = DocumentChooserBlock(label=_("Captions (VTT file)"), required=False)
    transcript = blocks.RichTextBlock(label=_("What is said, as text"), required=False, features=RICH)
    silent = blocks.BooleanBlock(label=_("Nothing is said in it"), required=False)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        errors: dict[str, ValidationError] = {}
        file, url = cleaned.get("file"), cleaned.get("url")
        if bool(file) == bool(url):
            errors["url"] = ValidationError(_("Choose one: a video file or an address."))
        elif url and video_at(url) is None:
            errors["url"] = ValidationError(_("This is no address of a video at YouTube or Vimeo."))
        elif file and file.file_extension.lower() not in _SUFFIXES:
            errors["file"] = ValidationError(_("Choose a file of type MP4 or WebM."))
        elif file and not (cleaned.get("captions") or cleaned.get("silent") or _text(cleaned.get("transcript"))):
            errors["transcript"] = ValidationError(
                _("For those who do not hear: give captions or what is said as text, or tick that nothing is said.")
            )
        if cleaned.get("captions") and cleaned["captions"].file_extension.lower() != "vtt":
            errors["captions"] = ValidationError(_("Captions are a file of type VTT."))
        if errors:
            raise blocks.StructBlockValidationError(block_errors=errors)
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        file = value.get("file")
        context["outside"] = None if file else video_at(value.get("url") or "")
        context["type"] = _SUFFIXES.get((file.file_extension or "").lower(), "") if file else ""
        context["transcript"] = value.get("transcript") if _text(value.get("transcript")) else None
        return context

    class Meta:
        icon = "media"
        group = groups.PICTURES
        label = _("Video")
        description = _("A file of the portal, or one at YouTube that loads after the visitor agrees.")
        template = "themes/blocks/video.html"
        preview_value = {"title": "Lễ khai giảng 2026", "url": "https://www.youtube.com/watch?v=aaaaaaaaaaa"}


def _text(value: Any) -> str:
    return re.sub(r"<[^>]*>|\s", "", str(getattr(value, "source", value) or ""))


def place_of(text: str) -> tuple[float, float] | None:
    """Latitude and longitude from "11.3101, 106.0983" or an address of Google Maps or OpenStreetMap; None if absent."""
    found = _PLACE.search(text.replace("/", ",")) if "openstreetmap" in text else _PLACE.search(text)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 85 and abs(longitude) <= 180 else None


class MapBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Name of the place"), max_length=120)
    address = blocks.CharBlock(label=_("Address"), max_length=200)
    directions = blocks.TextBlock(
        label=_("How to get there"), required=False, max_length=500, help_text=_("Bus, parking, which gate.")
    )
    place = blocks.CharBlock(
        label=_("Place on the map"),
        max_length=500,
        required=False,
        help_text=_("Latitude and longitude, or the address of the place at Google Maps."),
    )
    image = PictureBlock(label=_("Sketch of the way"), required=False)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned.get("place") and place_of(cleaned["place"]) is None:
            message = _("No place found in this. Write latitude and longitude, for example 11.3101, 106.0983.")
            raise blocks.StructBlockValidationError(block_errors={"place": ValidationError(message)})
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        place = place_of(value.get("place") or "")
        if place:
            latitude, longitude = place
            box = f"{longitude - 0.006:.5f}%2C{latitude - 0.004:.5f}%2C{longitude + 0.006:.5f}%2C{latitude + 0.004:.5f}"
            spot = f"{latitude:.5f}%2C{longitude:.5f}"
            context["outside"] = Outside(
                f"https://www.openstreetmap.org/export/embed.html?bbox={box}&layer=mapnik&marker={spot}",
                f"https://www.google.com/maps/dir/?api=1&destination={spot}",
                "OpenStreetMap",
            )
        return context

    class Meta:
        icon = "site"
        group = groups.PICTURES
        label = _("Map")
        description = _("Address and a sketch; the map itself loads after the visitor agrees.")
        template = "themes/blocks/map.html"
        preview_value = {
            "title": "Cổng chính",
            "address": "210 Cách Mạng Tháng Tám, Tây Ninh",
            "directions": "Gửi xe ở bãi bên trái cổng.",
            "place": "11.3101, 106.0983",
        }


class FrameBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("What it is"), max_length=160)
    url = blocks.URLBlock(label=_("Address"), max_length=500)
    height = blocks.ChoiceBlock(
        label=_("Height"), choices=[("low", _("Low")), ("middle", _("Middle")), ("tall", _("Tall"))], default="middle"
    )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if framed(cleaned["url"]) is None:
            message = _("Only pages of these hosts can be shown in a page: %(hosts)s. Use a link for others.")
            hosts = ", ".join(settings.FRAME_HOSTS)
            raise blocks.StructBlockValidationError(
                block_errors={"url": ValidationError(message, params={"hosts": hosts})}
            )
        return cleaned

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["outside"] = framed(value.get("url") or "")
        return context

    class Meta:
        icon = "link-external"
        group = groups.PICTURES
        label = _("Page of another site")
        description = _("A form or a page of an allowed host, loaded after the visitor agrees.")
        template = "themes/blocks/frame.html"
        preview_value = {"title": "Phiếu khảo sát", "url": "https://docs.google.com/forms/", "height": "middle"}
