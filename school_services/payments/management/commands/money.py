from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from school_services.payments import books
from tenants import context, hosts


class Command(BaseCommand):
    help = "Ask the books of every school (or of one portal) whether every đồng is in exactly one place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check"])
        parser.add_argument("--portal", default="", help="slug of one portal; without it, all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["portal"]
        refs = [ref for ref in hosts.all_portals() if ref.kind == "school" and wanted in {"", ref.slug}]
        if not refs:
            raise CommandError(f"there is no school with the portal {wanted!r}")
        wrong = 0
        for ref in refs:
            with context.enter(ref), context.scope((ref.unit_id,)):
                found = books.faults(ref.unit_id)
            for fault in found:
                self.stdout.write(f"{ref.slug}: {fault.text}: {fault.count}")
            wrong += bool(found)
        if wrong:
            raise CommandError(f"{wrong} of {len(refs)} schools have faults in their books")
        self.stdout.write(f"{len(refs)} schools: every đồng is in exactly one place")
