"""What the documents promise of themselves."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = ROOT / "docs" / "decisions"


def test_decision_numbers_are_used_once_and_named_rightly() -> None:
    numbers = Counter(path.name[:4] for path in DECISIONS.glob("*.md"))
    assert [number for number, times in numbers.items() if times > 1] == []
    named = {
        name
        for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("[a-z]*/**/*.py")]
        for name in re.findall(r"docs/decisions/(\d{4}[a-z-]*)", path.read_text(encoding="utf-8"))
    }
    assert [name for name in named if not list(DECISIONS.glob(f"{name}*.md"))] == []
