from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from school_services.errors import Invalid
from school_services.rosters import holidays
from school_services.rosters.models import Holiday
from tenants import context


class Command(BaseCommand):
    help = (
        "Public holidays: `load FILE.csv` (first,last,name) replaces those of the years in the file; `list` shows all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["load", "list"])
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform():
            if options["action"] == "list":
                for row in Holiday.objects.all():
                    self.stdout.write(f"{row.first} {row.last} {row.name}")
                return
            if options["file"] is None:
                raise CommandError("load wants a file")
            try:
                rows = holidays.read(options["file"].read_text(encoding="utf-8-sig"))
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{options['file']} cannot be read: {error}") from error
            except Invalid as error:
                raise CommandError(f"line {error.data['line']}: {error.data['what']}; nothing was changed") from error
            self.stdout.write(f"{holidays.replace(rows)} holidays")
