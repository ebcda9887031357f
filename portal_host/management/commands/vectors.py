from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms_blocks.registry import rules as registry
from school_services.errors import DomainError
from school_services.vectors import OPERATIONS as SERVICES

# Document numbers are the registry's, which services do not know of.
OPERATIONS = {
    **SERVICES,
    "document_number": lambda case: [
        registry.document_number(number, kind, issuer, department or "")
        for number, kind, issuer, department in case["cases"]
    ],
}


class Command(BaseCommand):
    help = "Run domain cases against the product's own rules; the last line is `N passed, M failed`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--area", help="only the cases of this area")

    def handle(self, *args: Any, **options: Any) -> None:
        cases = self._read(options["file"])
        if options["area"]:
            cases = [case for case in cases if case.get("area") == options["area"]]
        passed, unknown = 0, []
        for case in cases:
            operation = OPERATIONS.get(case["input"].get("op"))
            if operation is None:
                unknown.append(case)
                continue
            try:
                got = operation(case["input"])
            except (DomainError, KeyError, ValueError, TypeError, ArithmeticError) as error:
                got = f"{type(error).__name__}: {error}"
            if got == case["expected"]:
                passed += 1
            else:
                self.stdout.write(f"{case['id']}: expected {case['expected']!r}, got {got!r}")
        for case in unknown:
            self.stdout.write(f"{case['id']}: unknown operation {case['input'].get('op')!r}")
        failed = len(cases) - passed
        self.stdout.write(f"{passed} passed, {failed} failed")
        if failed:
            sys.exit(1)

    def _read(self, path: Path) -> list[dict[str, Any]]:
        try:
            cases = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise CommandError(f"{path} cannot be read as JSON: {error}") from error
        if not isinstance(cases, list) or not all(
            isinstance(case, dict) and {"id", "input", "expected"} <= case.keys() for case in cases
        ):
            raise CommandError(f"{path} is not a list of cases {{id, area, input: {{op, …}}, expected}}")
        return cases
