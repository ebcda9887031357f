from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tenants import fleet


class Command(BaseCommand):
    help = "Migrate the fleet of portals, or say who is behind."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        migrate = actions.add_parser("migrate", help="bring public, template and every portal up to date")
        migrate.add_argument("--wave", type=int, default=0, help="portals per wave (default: 5, then a tenth)")
        migrate.add_argument("--json", action="store_true", help="last line is one JSON object")
        status = actions.add_parser("status", help="which portals are behind the template")
        status.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "status":
            return self._status(options["json"])
        return self._migrate(options["wave"], options["json"])

    def _migrate(self, wave: int, as_json: bool) -> None:
        report = fleet.Report()
        try:
            for item in fleet.migrate(wave=wave):
                if isinstance(item, fleet.Report):
                    report = item
                elif not as_json or item[1] != "migrated":
                    self.stdout.write(f"{item[0]}: {item[1]}")
        except (fleet.FleetBusy, fleet.FleetProblem) as error:
            self.stderr.write(str(error))
            sys.exit(3)
        line = asdict(report) | {"failed": len(report.failed), "failures": report.failed}
        if as_json:
            self.stdout.write(json.dumps(line, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{report.portals} portals, {report.migrated} migrated, {len(report.failed)} failed, "
                f"{report.seconds:.2f} s"
            )
        if report.failed:
            sys.exit(1)

    def _status(self, as_json: bool) -> None:
        portals, done, goal = fleet.pending()
        behind = {
            portal.slug: sorted(f"{app}.{name}" for app, name in goal - done[portal.schema_name])
            for portal in portals
            if goal - done[portal.schema_name]
        }
        if as_json:
            self.stdout.write(json.dumps({"portals": len(portals), "behind": behind}))
            return
        for slug, names in behind.items():
            self.stdout.write(f"{slug}: {len(names)} behind ({', '.join(names[:3])})")
        self.stdout.write(f"{len(portals)} portals, {len(behind)} behind {settings.TEMPLATE_SCHEMA}")
