"""Pictures are drawn anew: nothing but pixels comes through; what cannot be drawn in bounds is refused with a reason."""

from __future__ import annotations

import io
import time
from contextlib import suppress
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tenants.uploads import Refused, clean_picture
from tenants.uploads.pictures import MAX_BYTES, MAX_FRAMES

from . import hostile


def refused(data: bytes, name: str = "anh.jpg") -> str:
    with pytest.raises(Refused) as caught:
        clean_picture(data, name)
    assert name in caught.value.messages[0], "the message names the file"
    return str(caught.value.code)


def test_position_camera_and_comment_are_gone_and_the_picture_stands_upright() -> None:
    before = hostile.photo_with_position(orientation=6)
    assert b"MAYANH-CANARY" in before
    after = clean_picture(before, "IMG_1.JPG")
    assert (after.width, after.height) == (40, 60)
    assert after.name == "IMG_1.jpg"
    for trace in (b"CANARY", b"Exif", b"GPS", b"http://ns.adobe"):
        assert trace not in after.data
    with Image.open(io.BytesIO(after.data)) as image:
        assert not dict(image.getexif())
        # Orientation 6: what lay at the left bottom is now at the left top.
        assert image.getpixel((2, 2))[1] > 180


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG", "GIF", "AVIF"])
def test_metadata_of_every_format(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "MAYANH-CANARY"
    options = {} if kind == "GIF" else {"exif": exif}
    before = hostile.picture(kind, **(options | ({"comment": b"MAYANH-CANARY"} if kind == "GIF" else {})))
    assert b"MAYANH-CANARY" in before
    assert b"CANARY" not in clean_picture(before, "a").data


def test_what_is_glued_to_a_picture_does_not_survive() -> None:
    before = hostile.glued()
    assert hostile.MARK in before
    after = clean_picture(before, "a.png")
    assert hostile.MARK not in after.data
    assert b"PK\x03\x04" not in after.data
    assert after.data.endswith(b"IEND\xaeB`\x82")


def test_the_content_names_the_file() -> None:
    assert clean_picture(hostile.picture("PNG"), "thu.jpg").name == "thu.png"
    assert clean_picture(hostile.picture("JPEG"), "../../etc/passwd.php").name == "passwd.jpg"
    assert clean_picture(hostile.picture("JPEG"), "C:\\x\\.htaccess").name == "htaccess.jpg"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xff\xd8\xff" + b"\0" * (MAX_BYTES + 1), "too_big"),
        (hostile.png_bomb(), "too_many_pixels"),
        (hostile.png_bomb(39_000_000, 1), "too_many_pixels"),
        (hostile.picture("JPEG", (600, 400))[:900], "broken"),
        (hostile.picture("PNG")[:90], "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"rac" * 50, "broken"),
        (b"GIF89a" + b"\0" * 30, "broken"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "broken"),
        (b"MZ\x90\0" + b"\0" * 200, "program"),
        (b"<!doctype html><p>x", "web_page"),
        (b"%PDF-1.7 ...", "unknown_kind"),
        (b"II*\0" + b"\0" * 100, "unknown_kind"),
        (hostile.text_bomb(), "broken"),
    ],
)  # fmt: skip
def test_refused(data: bytes, code: str) -> None:
    begin = time.process_time()
    assert refused(data) == code
    assert time.process_time() - begin < 1, "a refusal is cheap"


def test_moving_pictures_are_bounded() -> None:
    short = clean_picture(hostile.endless_gif(10), "a.gif")
    with Image.open(io.BytesIO(short.data)) as image:
        assert image.n_frames == 10
    assert refused(hostile.endless_gif(MAX_FRAMES + 1), "a.gif") == "too_long"


def test_transparency_and_colours_stay() -> None:
    after = clean_picture(hostile.picture("PNG", mode="RGBA"), "a.png")
    with Image.open(io.BytesIO(after.data)) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((0, 0))[3] == 128
    assert clean_picture(hostile.picture("JPEG", mode="CMYK"), "a.jpg").kind.name == "jpeg"


@pytest.mark.parametrize("what", hostile.DRAWINGS)
def test_drawings_are_sanitised(what: str) -> None:
    after = clean_picture(hostile.DRAWINGS[what].encode(), "logo.svg")
    text = after.data.decode()
    for trace in ("script", "alert", "evil", "foreignObject", "onload", "onclick", "http://www.w3.org/1999", "data:", "import", "expression", "<a", "image", "set ", "animate"):  # fmt: skip
        assert trace not in text, trace
    tree = ElementTree.fromstring(after.data)
    assert tree.find("{http://www.w3.org/2000/svg}rect") is not None, "the harmless part is kept"
    assert (after.width, after.height) == (100, 60)


def test_colours_of_a_drawing_program_stay() -> None:
    text = clean_picture(hostile.DRAWINGS["style sheet"].encode(), "a.svg").data.decode()
    assert 'fill="#123456"' in text
    styled = f'{hostile.SVG_HEAD}><rect width="9" height="9" style="fill:url(#g);stroke:#fff"/></svg>'
    assert 'fill="url(#g)"' in clean_picture(styled.encode(), "a.svg").data.decode()


@pytest.mark.parametrize("drawing", [hostile.ENTITIES, hostile.OUTSIDE, hostile.use_bomb()])
def test_drawings_refused(drawing: str) -> None:
    assert refused(drawing.encode(), "a.svg") == "unsafe_drawing"


def test_a_drawing_that_uses_itself() -> None:
    assert refused(f'{hostile.SVG_HEAD}><g id="a"><use href="#a"/></g></svg>'.encode()) == "unsafe_drawing"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_bytes_are_refused_or_clean_never_an_error(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(BODIES)))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(12, len(body) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        clean_picture(bytes(body), "a")


BODIES = [hostile.picture(kind, (24, 16)) for kind in ("PNG", "JPEG", "GIF", "WEBP", "AVIF")] + [
    hostile.DRAWINGS["script"].encode()
]
