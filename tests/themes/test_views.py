"""Addresses of style and art: strict, cacheable for ever, no cookie, no query."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from themes import art, tokens, views


def _get(path: str):
    match = resolve(path, urlconf="themes.urls")
    return match.func(RequestFactory().get(path), *match.args, **match.kwargs)


@pytest.mark.parametrize(
    "path",
    [
        views.css_url(tokens.Choice(tokens.Character.THPT, 0)),
        views.css_url(
            tokens.Choice(tokens.Character.PRESCHOOL, 359, 130, "#7a0019", tokens.Pairing.LEXEND, tokens.Header.SLIM)
        ),
        views.art_url("hero", "thpt", 262, "thpt-hoang-le-kha"),
        views.art_url("hero", "thpt", 262, "thpt-hoang-le-kha", (960, 500), night=True),
        views.art_url("card", "primary", 12, "a-19"),
        views.art_url("spot", "office", 12, "lost"),
        views.favicon_url("gdtx", 40, "T"),
    ],
)
def test_kept_for_ever(path: str) -> None:
    response = _get(path)
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    assert "max-age=31536000" in response["Cache-Control"]
    assert not response.cookies
    assert response["Content-Type"].startswith(("text/css", "image/svg+xml"))


@pytest.mark.parametrize(
    "path",
    [
        "/_theme/thpt-20-00000000.css",
        "/_theme/thpt-20-v3.css",
        "/_art/field-department-155-loi.svg",
        "/_art/dau-thpt-20-T.svg",
    ],
)
def test_other_versions_are_kept_shortly(path: str) -> None:
    response = _get(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "path",
    [
        "/_theme/thpt-360-v4.css",
        "/_theme/thpt-020-v4.css",
        "/_theme/thpt--1-v4.css",
        "/_theme/other-20-v4.css",
        "/_theme/thpt-20.css",
        "/_theme/thpt-20-v4.css.map",
        "/_art/hero-thpt-20-a-1601x640-v2.svg",
        "/_art/hero-thpt-20-a-0960x500-v2.svg",
        "/_art/hero-thpt-20-A-1600x640-v2.svg",
        "/_art/hero-thpt-20-../x-1600x640-v2.svg",
        "/_art/poster-thpt-20-a-1600x640-v2.svg",
        "/_art/spot-thpt-20-other-480x360-v2.svg",
        "/_art/dau-thpt-20-tt-v2.svg",
        "/_art/dau-thpt-20-<-v2.svg",
        f"/_art/hero-thpt-20-{'a' * 49}-1600x640-v2.svg",
    ],
)
def test_all_else_is_not_found(path: str) -> None:
    with pytest.raises((Http404, Resolver404)):
        _get(path)


def test_only_reads() -> None:
    path = views.css_url(tokens.Choice(tokens.Character.THPT, 20))
    match = resolve(path, urlconf="themes.urls")
    assert match.func(RequestFactory().post(path), **match.kwargs).status_code == 405


def test_sizes_and_seed_are_parted() -> None:
    """The size at the end belongs to the address, not to the seed."""
    match = resolve(views.art_url("card", "thpt", 20, "so-12"), urlconf="themes.urls")
    assert match.kwargs["seed"] == "so-12"
    assert match.kwargs["size"] == "640x400"
    assert match.kwargs["version"] == str(art.VERSION)
