"""Fonts and libraries of others are those that are pinned; anything else in their folders is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal_host import vendored


def test_as_pinned() -> None:
    assert vendored.problems() == []


def test_a_changed_and_an_unknown_file_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in vendored.read():
        for file in package["file"]:
            path = tmp_path / file["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((vendored.ROOT / file["path"]).read_bytes())
    monkeypatch.setattr(vendored, "ROOT", tmp_path)
    assert vendored.problems() == []
    axe = tmp_path / "tests/browser/vendor/axe.min.js"
    axe.write_bytes(axe.read_bytes() + b"\n//")
    (tmp_path / "themes/static/themes/fonts/other.woff2").write_bytes(b"x")
    assert [one.split(" is ")[0] for one in vendored.problems()] == [
        "tests/browser/vendor/axe.min.js",
        "themes/static/themes/fonts/other.woff2",
    ]
    axe.unlink()
    assert "tests/browser/vendor/axe.min.js is missing" in vendored.problems()


def test_the_list_is_written_as_it_is_read() -> None:
    assert vendored._written(vendored.read()) == vendored.LIST.read_text(encoding="utf-8")
