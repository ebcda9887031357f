"""Every kind of page as a server sends it, before the W3C's checker; forms and error pages as well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.browser.platform import Platform
from tests.browser.test_accessibility import SHOWN
from tests.browser.visit import Visit
from tests.servers import NoServer, skip_or_fail, vnu

# A picture smaller than the sizes that are asked for comes twice in one width: browsers take the first.
KNOWN = re.compile(r"Bad value .* for attribute “srcset” .* is identical to width for image")


def _checked(folder: Path) -> list[str]:
    try:
        found = vnu.check(folder)
    except NoServer as missing:
        skip_or_fail(missing)
    said = [one for one in found if not KNOWN.match(one["message"])]
    return [f"{one['url'].rsplit('/', 1)[-1]}:{one.get('lastLine')} {one['message']} {one.get('extract', '')!r}" for one in said]


def test_the_checker_sees(tmp_path: Path) -> None:
    tmp_path.joinpath("a.html").write_text("<!doctype html><html lang=vi><title>a</title><p><div onclik=x></p><img src=a>")
    assert len(_checked(tmp_path)) > 2


def test_every_kind_of_page_is_valid(platform: Platform, visit: Callable[..., Visit], tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for name, shown in SHOWN.items():
        if shown.login or shown.slug == "quantri":
            continue
        page = platform.ask(shown.slug, shown.path)
        stem = re.sub(r"[^a-z]+", "-", name.lower())
        pages = {stem: page}
        if shown.reach is not None and shown.reach.__name__ in {"first_entry", "newest"}:
            found = re.search(r'<main.*?<(?:li|article)[^>]*>.*?<a href="(/[^"]+)"', page.body.decode(), re.DOTALL)
            assert found, name
            pages[f"{stem}-1"] = platform.ask(shown.slug, found[1])
        for one, answer in pages.items():
            tmp_path.joinpath(f"{one}.html").write_bytes(answer.body)
            counts[shown.slug] += 1
    # What somebody who is logged in sees, as the browser got it from the server.
    parent = visit("alpha")
    parent.log_in("0912 000 001")
    for path in ("/tai-khoan/", "/tai-khoan/lien-ket/", "/tai-khoan/mat-khau/", "/con-toi/"):
        answer = parent.page.goto(parent.platform.url("alpha", path))
        assert answer is not None
        tmp_path.joinpath(f"parent{path.replace('/', '-')}.html").write_bytes(answer.body())
    assert sum(counts.values()) > 40
    said = _checked(tmp_path)
    assert not said, "\n".join(said[:60])
