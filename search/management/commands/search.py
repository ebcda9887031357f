from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from search import feeding, outside, rebuilding
from search.tasks import rebuild as rebuild_entries
from tenants import context, hosts, tasks


class Command(BaseCommand):
    help = (
        "The search index. entries: every portal's entries anew, by the queue. With Elasticsearch: rebuild makes a new"
        " index beside the live one, check compares it with the entries, repair puts right what differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("entries", "rebuild", "check", "repair"))

    def handle(self, *args: Any, **options: Any) -> None:
        with context.platform():
            if options["what"] == "entries":
                self._entries()
                return
            if not settings.ELASTICSEARCH_URL:
                raise CommandError(
                    "ELASTICSEARCH_URL is not set: PostgreSQL answers, and there is no index outside it."
                )
            try:
                getattr(self, f"_{options['what']}")()
            except (*outside.Failure, feeding.Waiting, outside.BulkRefused, rebuilding.Busy) as problem:
                raise CommandError(
                    f"{problem}\nNothing is lost: changes wait in the database until it answers."
                ) from problem

    def _entries(self) -> None:
        portals = [ref for ref in hosts.all_portals() if ref.state in {"active", "read_only"}]
        for ref in portals:
            with context.enter(ref):
                tasks.defer(rebuild_entries, force=True, queueing_lock="search.rebuild")
        self.stdout.write(f"{len(portals)} portals are in the queue.")

    def _rebuild(self) -> None:
        name = rebuilding.rebuild(self.stdout.write)
        self.stdout.write(f"{name} is live.")

    def _check(self) -> None:
        self._report(rebuilding.check())

    def _repair(self) -> None:
        self._report(rebuilding.repair(), "Run manage.py search rebuild.")

    def _report(self, found: rebuilding.Difference, advice: str = "Run manage.py search repair.") -> None:
        self.stdout.write(str(found))
        if not found.clean:
            some = [f"{portal}:{key}" for portal, key in (*found.missing, *found.extra, *found.stale)][:10]
            raise CommandError("\n".join(["The index differs from the entries:", *some, advice]))
