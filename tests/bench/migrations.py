"""A copy of an app's migrations with one more at the end, so that AddField is measured without touching the app."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

_TEMPLATE = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("{app}", "{leaf}")]
    operations = [
        migrations.AddField("{model}", "bench_note", models.CharField(max_length=100, null=True)),
    ]
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """Seconds of one fleet migration: the command's own work, and the whole command with the interpreter's start.

    `portals`: what of the work is done once per portal; the rest (Django's reading of every migration and building of
    every model) is done once, however large the fleet.
    """

    seconds: float
    wall: float
    portals: float = 0.0


def with_add_field(source: Path, target: Path, *, app: str, model: str) -> str:
    """Copy the migrations package `source` to `target`, add a nullable CharField to `model`; return its last name.

    The app's migrations must be in one line (each depends on the one before by number).
    """
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    leaf = max(file.stem for file in target.glob("[0-9]*.py"))
    name = f"{int(leaf[:4]) + 1:04d}_bench_note"
    (target / f"{name}.py").write_text(_TEMPLATE.format(app=app, leaf=leaf, model=model))
    return name
