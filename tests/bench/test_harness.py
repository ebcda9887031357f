"""The bench's own arithmetic: what a ratio means, when a goal is met, what a child process inherits."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from tests.bench import content, harness
from tests.bench.harness import Result
from tests.bench.migrations import with_add_field


@pytest.mark.parametrize(
    ("better", "value", "peer", "least", "limit", "ratio", "ok"),
    [
        ("lower", 0.1, 4.0, 40, None, 40, True),
        ("lower", 0.11, 4.0, 40, None, 36.36, False),
        ("lower", 0.1, 8.0, 40, 0.09, 80, False),
        ("higher", 100.0, 50.0, 2, None, 2, True),
        ("higher", 99.0, 50.0, 2, None, 1.98, False),
        ("higher", 99.0, None, None, 90, None, True),
        ("lower", None, 4.0, 40, None, None, False),
        ("lower", 5.0, None, 40, None, None, False),  # a goal against a peer that was not measured is not met
        ("lower", 5.0, None, None, None, None, True),
    ],
)
def test_ratio_and_goal(better, value, peer, least, limit, ratio, ok):
    result = Result("x", value, "s", better, "peer", peer, least, limit)
    line = json.loads(result.line())
    assert line["ok"] is ok
    assert line["ratio"] == (pytest.approx(ratio, rel=1e-3) if ratio else None)
    assert list(line)[:8] == ["figure", "value", "unit", "peer", "ratio", "goal", "ok", "runs"]


def test_a_child_inherits_no_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/production")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://elsewhere/production")
    monkeypatch.setenv("DATA_DIR", "/srv/portal")
    found = harness.environment(A="1")
    assert found["A"] == "1"
    assert not {"DATABASE_URL", "DATABASE_OWNER_URL", "DATA_DIR"} & set(found)
    assert "PATH" in found


def test_content_is_the_same_each_time_and_its_links_resolve():
    site = content.site_content()
    assert site == content.site_content()
    measured = site.news[0]
    kinds = [block["type"] for block in measured.body]
    assert kinds.count("rich_text") == content.RICH_TEXTS
    assert kinds.count("table") == kinds.count("latest_news") == 1
    ids = list(range(500, 500 + content.NEWS_COUNT))
    texts = [block["value"] for item in site.news for block in item.body if block["type"] == "rich_text"]
    assert not [text for text in texts if "{" in content.resolve_links(text, ids)]
    assert sum(text.count("{news:") for text in texts[: content.RICH_TEXTS]) == 8


def test_the_added_migration_follows_the_last_one(tmp_path: Path):
    source = Path(__file__).parent / "peer" / "peersite" / "migrations"
    name = with_add_field(source, tmp_path / "copied", app="peersite", model="newspage")
    tree = ast.parse((tmp_path / "copied" / f"{name}.py").read_text())
    leaf = max(file.stem for file in source.glob("[0-9]*.py"))
    assert leaf in ast.unparse(tree)
    assert (tmp_path / "copied" / f"{leaf}.py").exists()
