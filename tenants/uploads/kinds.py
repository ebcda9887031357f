"""Kinds of files and how they begin. A name or a browser's word for the type plays no part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Refused(ValidationError):
    """A file that is not taken; `code` is stable, the message is for the person who sent it."""

    def __init__(self, code: str, message: Any, **params: Any) -> None:
        super().__init__(message, code=code, params=params)


@dataclass(frozen=True, slots=True)
class Kind:
    """`extension` is the one the file gets, whatever it was called."""

    name: str
    extension: str
    mime: str


_PICTURES: Final = {
    "jpeg": Kind("jpeg", "jpg", "image/jpeg"),
    "png": Kind("png", "png", "image/png"),
    "gif": Kind("gif", "gif", "image/gif"),
    "webp": Kind("webp", "webp", "image/webp"),
    "avif": Kind("avif", "avif", "image/avif"),
    "heif": Kind("heif", "heic", "image/heic"),
    "svg": Kind("svg", "svg", "image/svg+xml"),
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_DOCUMENTS: Final = {
    "pdf": Kind("pdf", "pdf", "application/pdf"),
    "docx": Kind("docx", "docx", _OFFICE + "wordprocessingml.document"),
    "xlsx": Kind("xlsx", "xlsx", _OFFICE + "spreadsheetml.sheet"),
    "pptx": Kind("pptx", "pptx", _OFFICE + "presentationml.presentation"),
    "odt": Kind("odt", "odt", "application/vnd.oasis.opendocument.text"),
    "ods": Kind("ods", "ods", "application/vnd.oasis.opendocument.spreadsheet"),
    "odp": Kind("odp", "odp", "application/vnd.oasis.opendocument.presentation"),
    "doc": Kind("doc", "doc", "application/msword"),
    "xls": Kind("xls", "xls", "application/vnd.ms-excel"),
    "ppt": Kind("ppt", "ppt", "application/vnd.ms-powerpoint"),
    "rtf": Kind("rtf", "rtf", "application/rtf"),
    "txt": Kind("txt", "txt", "text/plain"),
    "csv": Kind("csv", "csv", "text/csv"),
    "vtt": Kind("vtt", "vtt", "text/vtt"),
    "zip": Kind("zip", "zip", "application/zip"),
    "mp4": Kind("mp4", "mp4", "video/mp4"),
    "webm": Kind("webm", "webm", "video/webm"),
    "mp3": Kind("mp3", "mp3", "audio/mpeg"),
}
KINDS: Final = {**_PICTURES, **_DOCUMENTS}
PICTURE_EXTENSIONS: Final = ("jpg", "jpeg", "png", "gif", "webp", "avif", "heic", "heif", "svg")
DOCUMENT_EXTENSIONS: Final = (*_DOCUMENTS, *PICTURE_EXTENSIONS)

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_VIDEO_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"MSNV",
    b"qt  ",
    b"dash",
}


def sniff(head: bytes) -> str:
    """Name of a kind, "container" for ZIP, "ole" for old office files, "" for what is none of ours.

    `head`: the first 4 kB at least. Only what stands at the very beginning counts: browsers and readers that look
    further are what polyglots live on.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "mp3" if head.startswith(b"\xff\xfb") else "jpeg"
    for magic, name in (
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"%PDF-", "pdf"),
        (b"PK\x03\x04", "container"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"{\\rtf", "rtf"),
        (b"ID3", "mp3"),
        (b"\xff\xfb", "mp3"),
        (b"\xff\xf3", "mp3"),
    ):
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[place : place + 4] for place in range(16, min(len(head), 64), 4))}
        if brands & _AVIF_BRANDS:
            return "avif"
        if brands & _HEIF_BRANDS:
            return "heif"
        return "mp4" if head[8:12] in _VIDEO_BRANDS else ""
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return "webm"
    return "svg" if _looks_like_svg(head) else ""


def _looks_like_svg(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith((b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE")) and b"<svg" in head


def unknown(name: str, head: bytes) -> Refused:
    """The refusal of a file that is nothing we take; names what it seems to be, where that helps."""
    text = head[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<head", b"<body")):
        return Refused(
            "web_page",
            _("“%(name)s” is a web page. Save it as PDF (Print → Save as PDF) and send that file."),
            name=name,
        )
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return Refused("program", _("“%(name)s” is a program. Programs are not taken, under any name."), name=name)
    return Refused(
        "unknown_kind",
        _(
            "The content of “%(name)s” is of a kind that is not taken. Pictures: JPG, PNG, WebP, GIF, HEIC, SVG."
            " Files: PDF, Word, Excel, PowerPoint, text, CSV, ZIP, MP4. Open it in the program that made it and save"
            " it as one of these."
        ),
        name=name,
    )


def megabytes(size: int) -> str:
    """“12,5 MB”."""
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")
