from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from tenants import context, hosts, provisioning
from tenants.models import Portal


class Command(BaseCommand):
    help = "Make, list, show, rename, suspend, retire, drop and check portals."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)

        def action(name: str, text: str, *, slug: bool = True) -> CommandParser:
            sub = actions.add_parser(name, help=text)
            sub.add_argument("--json", action="store_true", help="last line is one JSON object")
            if slug:
                sub.add_argument("slug")
            return sub

        create = action("create", "make every portal of a CSV (slug,name,kind,level,area)", slug=False)
        create.add_argument("--from", dest="source", type=Path, required=True)
        create.add_argument("--empty", action="store_true", help="without starter pages: content comes from elsewhere")
        action("list", "all portals", slug=False)
        action("show", "one portal")
        rename = action("rename", "change name or slug; the old address redirects")
        rename.add_argument("--slug", dest="new_slug")
        rename.add_argument("--name")
        for name in ("activate", "read-only", "suspend", "retire"):
            action(name, f"{name} a portal").add_argument("--reason", default="")
        quota = action("quota", "room for files: megabytes, or “default” for what all have; without one, what is used")
        quota.add_argument("size", nargs="?", default="")
        drop = action("drop", "export, then remove a retired portal")
        drop.add_argument("--confirm", default="", help="repeat the slug")
        drop.add_argument("--export-to", type=Path, default=None)
        action("check", "what is wrong with each portal", slug=False).add_argument("slugs", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        method = getattr(self, "do_" + options["action"].replace("-", "_"))
        try:
            answer = method(options)
        except provisioning.BadRows as error:
            for line, reason in error.problems:
                self.stderr.write(f"line {line}: {reason}")
            self.stderr.write("nothing was made")
            if options["json"]:
                self.stdout.write(json.dumps({"created": 0, "errors": error.problems}, ensure_ascii=False))
            sys.exit(2)
        except provisioning.PortalProblem as error:
            self.stderr.write(str(error))
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
        if answer.get("problems"):
            sys.exit(1)

    def do_create(self, options: dict[str, Any]) -> dict[str, Any]:
        rows = provisioning.read_rows(options["source"])
        started = time.perf_counter()
        created = 0
        for row, made, seconds in provisioning.create_all(rows, empty=options["empty"]):
            created += made
            if not options["json"]:
                self.stdout.write(f"{row.slug}: {'made' if made else 'was there'} ({seconds:.2f} s)")
        seconds = round(time.perf_counter() - started, 3)
        if not options["json"]:
            self.stdout.write(f"{created} made, {len(rows) - created} were there, {seconds:.2f} s")
        return {"created": created, "existing": len(rows) - created, "seconds": seconds}

    def do_list(self, options: dict[str, Any]) -> dict[str, Any]:
        with context.platform():
            rows = [
                {"slug": p.slug, "name": p.name, "state": p.state, "kind": p.unit.kind, "level": p.unit.level}
                for p in Portal.objects.select_related("unit").order_by("slug")
            ]
        if not options["json"]:
            for row in rows:
                self.stdout.write(f"{row['slug']:<32} {row['state']:<10} {row['name']}")
        return {"portals": rows}

    def do_show(self, options: dict[str, Any]) -> dict[str, Any]:
        portal = provisioning.get(options["slug"])
        with context.platform():
            domains = [f"{domain.domain}{' (primary)' if domain.is_primary else ''}" for domain in portal.domains.all()]
        facts = {
            "slug": portal.slug,
            "name": portal.name,
            "uid": portal.uid.hex,
            "schema": portal.schema_name,
            "state": portal.state,
            "reason": portal.state_reason,
            "unit": portal.unit.code,
            "domains": domains,
        }
        if not options["json"]:
            for key, value in facts.items():
                self.stdout.write(f"{key:<8} {value}")
        return facts

    def do_rename(self, options: dict[str, Any]) -> dict[str, Any]:
        portal = provisioning.rename(options["slug"], new_slug=options["new_slug"], name=options["name"])
        return {"slug": portal.slug, "name": portal.name}

    def _state(self, options: dict[str, Any], state: str) -> dict[str, Any]:
        portal = provisioning.set_state(options["slug"], state, options["reason"])
        return {"slug": portal.slug, "state": portal.state}

    def do_activate(self, options: dict[str, Any]) -> dict[str, Any]:
        return self._state(options, Portal.State.ACTIVE)

    def do_read_only(self, options: dict[str, Any]) -> dict[str, Any]:
        return self._state(options, Portal.State.READ_ONLY)

    def do_suspend(self, options: dict[str, Any]) -> dict[str, Any]:
        return self._state(options, Portal.State.SUSPENDED)

    def do_retire(self, options: dict[str, Any]) -> dict[str, Any]:
        return self._state(options, Portal.State.RETIRED)

    def do_quota(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["size"]:
            provisioning.set_quota(options["slug"], options["size"])
        portal = provisioning.get(options["slug"])
        limit = settings.MEDIA_QUOTA if portal.media_quota is None else portal.media_quota
        facts = {
            "slug": portal.slug,
            "used_mb": (portal.media_used or 0) // 1_000_000,
            "quota_mb": limit // 1_000_000,
            "own": portal.media_quota is not None,
        }
        if not options["json"]:
            kind = "of its own" if facts["own"] else "as all have"
            self.stdout.write(f"{portal.slug}: {facts['used_mb']:,} of {facts['quota_mb']:,} MB ({kind})")
        return facts

    def do_drop(self, options: dict[str, Any]) -> dict[str, Any]:
        folder = options["export_to"] or settings.ENVIRONMENT.data_dir / "exports"
        confirmed = options["confirm"] or input(f"Type {options['slug']} to drop this portal for good: ")
        exported = provisioning.drop(options["slug"], confirmed=confirmed.strip(), export_to=folder)
        self.stdout.write(f"exported to {exported}, then dropped")
        return {"dropped": options["slug"], "export": exported}

    def do_check(self, options: dict[str, Any]) -> dict[str, Any]:
        wanted = set(options["slugs"])
        problems = {}
        for ref in hosts.all_portals():
            if wanted and ref.slug not in wanted:
                continue
            found = provisioning.check(ref)
            if found:
                problems[ref.slug] = found
            if not options["json"]:
                self.stdout.write(f"{ref.slug}: {'; '.join(found) or 'ok'}")
        with context.platform():
            unfinished = list(Portal.objects.filter(state=Portal.State.MAKING).values_list("slug", flat=True))
        if not options["json"]:
            for slug in unfinished:
                self.stdout.write(f"{slug}: not finished, run `portal create` again")
        problems |= {slug: ["not finished: run `portal create` again"] for slug in unfinished}
        return {"checked": len(hosts.all_portals()), "problems": problems}
