"""`migrate` is `fleet migrate`: public, template and every portal."""

from django.db.migrations.autodetector import MigrationAutodetector

from .fleet import Command as FleetCommand


class Command(FleetCommand):
    autodetector = MigrationAutodetector  # makemigrations and a system check look for it here
    help = "Same as `fleet migrate`: public tables, the template, then every portal."

    def add_arguments(self, parser) -> None:  # type: ignore[no-untyped-def]
        parser.add_argument("--wave", type=int, default=0)
        parser.add_argument("--json", action="store_true")
        parser.set_defaults(action="migrate")
