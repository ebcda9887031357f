"""Making, listing, changing and dropping portals.

`create` runs the template's statements and inserts the portal's rows in one transaction on the owner's connection, then
one pass (`settings.PORTAL_FINISHER`) sets name, host and starter pages; a portal left in state `making` is finished at
the next call. Nothing is made from a CSV with a bad line.
"""

from __future__ import annotations

import csv
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.utils.module_loading import import_string

from . import context, hosts, isolation, storage, template
from .models import Domain, Portal, Unit

KINDS = {"department", "office", "commune", "school"}
LEVELS = {"", "MN", "TH", "THCS", "THPT", "GDTX"}
LANES = 2  # portals made at once
COLUMNS = ("slug", "name", "kind", "level", "area")
RESERVED = {"quantri", "www", "static", "media", "api", "mail", "tep"}
SLUG = re.compile(r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")


@dataclass(frozen=True, slots=True)
class PortalRow:
    """One line of the CSV: slug (host label), name, kind, level ('' for offices), area."""

    slug: str
    name: str
    kind: str
    level: str
    area: str


class BadRows(Exception):
    """Lines that cannot become portals: [(line number, reason)]. Nothing was made."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"line {line}: {reason}" for line, reason in problems))


class PortalProblem(Exception):
    """The operation cannot be done; the message says why."""


def read_rows(path: Path) -> list[PortalRow]:
    """Read and check the whole file. Raises `BadRows` with every bad line, numbered as an editor shows them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRows([(0, f"the file cannot be read as UTF-8: {error}")]) from error
    reader = csv.DictReader(text.splitlines(), strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise BadRows([(1, f"columns missing: {', '.join(missing)}")])
    rows: list[PortalRow] = []
    problems: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    departments = 0
    try:
        for record in reader:
            line = reader.line_num
            if None in record or None in record.values():
                problems.append((line, f"{len(COLUMNS)} fields are needed"))
                continue
            row = PortalRow(*(record[name].strip() for name in COLUMNS))
            reason = _row_problem(row, seen)
            if reason:
                problems.append((line, reason))
            else:
                seen[row.slug] = line
                rows.append(row)
                departments += row.kind == "department"
    except csv.Error as error:
        problems.append((reader.line_num, f"not CSV: {error}"))
    if departments > 1:
        problems.append((0, "more than one row of kind department: a platform serves one department"))
    if problems:
        raise BadRows(problems)
    # Parents first: units hang below the department.
    return sorted(rows, key=lambda row: row.kind != "department")


def _row_problem(row: PortalRow, seen: dict[str, int]) -> str | None:
    if not SLUG.match(row.slug):
        return f"slug {row.slug!r}: small letters, digits and inner hyphens, 40 at most"
    if row.slug in RESERVED:
        return f"slug {row.slug!r} is reserved"
    if row.slug in seen:
        return f"slug {row.slug!r} stands on line {seen[row.slug]} already"
    if not row.name or len(row.name) > 200:
        return "name is empty or longer than 200 characters"
    if row.kind not in KINDS:
        return f"kind {row.kind!r}: one of {', '.join(sorted(KINDS))}"
    if row.level not in LEVELS or (row.kind == "school") != bool(row.level):
        return f"level {row.level!r}: a school has one of MN, TH, THCS, THPT, GDTX; others have none"
    return None


def create_all(rows: Iterable[PortalRow], *, empty: bool = False) -> Iterator[tuple[PortalRow, bool, float]]:
    """Make every portal that is not there yet; yields (row, made now, seconds). `empty`: without starter pages."""
    rows = list(rows)
    statements = template.statements()
    units = _ensure_units(rows)
    with context.platform():
        states = dict(Portal.objects.values_list("slug", "state"))
    finish = [import_string(path) for path in (settings.PORTAL_FINISHER, *([] if empty else [settings.PORTAL_STARTER]))]
    fresh = [row for row in rows if row.slug not in states]
    script = ";\n".join(statements)
    lane = threading.local()
    stack = ExitStack()

    def begin() -> None:
        lane.owner = stack.enter_context(closing(owner_connection()))

    def make(row: PortalRow) -> float:
        return _make(lane.owner, script, row, units[row.slug])

    with stack, ThreadPoolExecutor(LANES, "provision", initializer=begin) as lanes:
        # The server works on one portal per connection; meanwhile this thread finishes those that are there.
        making = {row.slug: lanes.submit(make, row) for row in fresh}
        for row in rows:
            seconds = making[row.slug].result() if row.slug in making else 0.0
            if states.get(row.slug, Portal.State.MAKING) == Portal.State.MAKING:
                started = time.perf_counter()
                _finish(row, finish)
                seconds += time.perf_counter() - started
            yield row, row.slug in making, seconds
    announce()


def owner_connection() -> psycopg.Connection[Any]:
    """A connection of the role that owns tables. Raises `PortalProblem` where none is configured."""
    if not settings.DATABASE_OWNER_URL:
        raise PortalProblem("DATABASE_OWNER_URL is not set: provisioning needs the owner's role")
    parameters = settings.DATABASES["default"]
    url = psycopg.conninfo.make_conninfo(settings.DATABASE_OWNER_URL, dbname=parameters["NAME"])
    return psycopg.connect(url, autocommit=True, prepare_threshold=None)


def domain_of(slug: str) -> str:
    return f"{slug}.{settings.BASE_DOMAIN}"


def _ensure_units(rows: list[PortalRow]) -> dict[str, int]:
    """One unit per row, below the department; existing ones stay as they are. Returns slug → unit id."""
    with context.platform(), transaction.atomic():
        root = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, valid_to=None).first()
        found = dict(Unit.objects.filter(code__in=[r.slug for r in rows], valid_to=None).values_list("code", "pk"))
        for row in rows:
            if row.slug in found:
                continue
            parent = None if row.kind == "department" else root
            unit = Unit.objects.create(
                parent=parent, code=row.slug, name=row.name, kind=row.kind, level=row.level, area=row.area
            )
            found[row.slug] = unit.pk
            if row.kind == "department":
                root = unit
    return found


def _make(owner: psycopg.Connection[Any], script: str, row: PortalRow, unit_id: int) -> float:
    """Schema and rows in one transaction; the script goes as one message (0.11 s, statement by statement 0.16 s)."""
    started = time.perf_counter()
    uid = uuid.uuid4()
    schema = f"p_{uid.hex[:12]}"
    with owner.transaction():
        owner.execute(script.replace(template.PLACE, schema).encode())
        portal = owner.execute(
            "insert into public.tenants_portal (schema_name, uid, slug, name, unit_id, state, state_reason, created_at)"
            " values (%s, %s, %s, %s, %s, 'making', '', now()) returning id",
            (schema, uid, row.slug, row.name, unit_id),
        ).fetchone()
        owner.execute(
            "insert into public.tenants_domain (domain, tenant_id, is_primary, redirect) values (%s, %s, true, true)",
            (domain_of(row.slug), portal[0]),  # type: ignore[index]
        )
    return time.perf_counter() - started


def _finish(row: PortalRow, finish: list[Callable[[context.PortalRef, PortalRow], None]]) -> None:
    with context.platform():
        portal = Portal.objects.select_related("unit").get(slug=row.slug)
        ref = portal.ref()
    with transaction.atomic():
        with context.enter(ref):
            for step in finish:
                step(ref, row)
        with context.platform():
            portal.state = Portal.State.ACTIVE
            portal.save(update_fields=["state"])
            _react(portal)


def announce(*uids: str) -> None:
    """Tell every process that hosts or states changed, and drop the cached pages of these portals."""
    hosts.forget()
    purge: Callable[..., None] = import_string(settings.CACHE_PURGER)
    purge(hosts.CHANGED_TAG, *(isolation.portal_tag(uid) for uid in uids))


def get(slug: str) -> Portal:
    """Raises `PortalProblem` when there is none."""
    with context.platform():
        portal = Portal.objects.select_related("unit").filter(slug=slug).first()
    if portal is None:
        raise PortalProblem(f"there is no portal {slug!r}; `portal list` shows them all")
    return portal


def set_state(slug: str, state: str, reason: str = "") -> Portal:
    """Active, read-only, suspended or retired; takes effect on every worker within a second."""
    portal = get(slug)
    with context.platform(), transaction.atomic():
        portal.state, portal.state_reason = state, reason
        portal.save(update_fields=["state", "state_reason"])
        _react(portal)
        announce(portal.uid.hex)
    return portal


def _react(portal: Portal) -> None:
    """What packages above do when a portal opens or closes."""
    reaction: Callable[[context.PortalRef], None] = import_string(settings.PORTAL_STATE_REACTION)
    reaction(portal.ref())


def rename(slug: str, *, new_slug: str | None = None, name: str | None = None) -> Portal:
    """Change name and address. The old address stays as a redirect; schema and files do not move."""
    portal = get(slug)
    if new_slug and (not SLUG.match(new_slug) or new_slug in RESERVED):
        raise PortalProblem(f"slug {new_slug!r}: small letters, digits and inner hyphens, 40 at most, not reserved")
    with context.platform(), transaction.atomic():
        if new_slug and Portal.objects.filter(slug=new_slug).exclude(pk=portal.pk).exists():
            raise PortalProblem(f"slug {new_slug!r} belongs to another portal")
        portal.slug, portal.name = new_slug or portal.slug, name or portal.name
        portal.save(update_fields=["slug", "name"])
        if new_slug:
            Domain.objects.filter(tenant=portal).update(is_primary=False)
            Domain.objects.update_or_create(domain=domain_of(new_slug), defaults={"tenant": portal, "is_primary": True})
        ref = portal.ref()
        row = PortalRow(portal.slug, portal.name, portal.unit.kind, portal.unit.level, portal.unit.area)
        with context.enter(ref):
            import_string(settings.PORTAL_RENAMER)(ref, row)
        announce(portal.uid.hex)
    return portal


def set_quota(slug: str, size: str) -> Portal:
    """Room for a portal's files in megabytes, or "default". Raises `PortalProblem`."""
    portal = get(slug)
    if size != "default" and not (size.isdigit() and 0 < int(size) <= 10_000_000):
        raise PortalProblem(f"{size!r}: write megabytes (5000), or “default”; nothing was changed")
    portal.media_quota = None if size == "default" else int(size) * 1_000_000
    with context.platform():
        portal.save(update_fields=["media_quota"])
    return portal


def export(portal: Portal, folder: Path) -> Path:
    """Schema as SQL and files as they are, for a drop or a move. Returns the folder made."""
    target = folder / f"{portal.slug}-{time.strftime('%Y%m%d-%H%M%S')}"
    target.mkdir(parents=True)
    url = psycopg.conninfo.make_conninfo(settings.DATABASE_OWNER_URL, dbname=settings.DATABASES["default"]["NAME"])
    dump: Callable[[list[str]], None] = import_string(settings.DUMP_RUNNER)
    dump(["--schema", portal.schema_name, "--no-owner", "--file", str(target / "schema.sql"), url])
    storage.export_files(portal.uid.hex, target / "media")
    return target


def drop(slug: str, *, confirmed: str, export_to: Path) -> Path:
    """Export, then remove schema, rows, files and cached pages. `confirmed` must repeat the slug.

    Raises `PortalProblem` when it does not, or while the portal is active (retire it first). Service records belong
    to the unit, not to the portal: they stay.
    """
    portal = get(slug)
    if confirmed != slug:
        raise PortalProblem(f"type the slug {slug!r} to confirm; nothing was dropped")
    if portal.state not in {Portal.State.RETIRED, Portal.State.MAKING}:
        raise PortalProblem(f"{slug} is {portal.state}: retire it first")
    exported = export(portal, export_to)
    uid = portal.uid.hex
    with owner_connection() as owner, owner.transaction():
        owner.execute("delete from public.procrastinate_jobs where args #>> '{envelope,portal}' = %s", (uid,))
        owner.execute("delete from public.tenants_domain where tenant_id = %s", (portal.pk,))
        owner.execute("delete from public.tenants_portal where id = %s", (portal.pk,))
        owner.execute(
            psycopg.sql.SQL("drop schema if exists {} cascade").format(psycopg.sql.Identifier(portal.schema_name))
        )
    storage.remove_files(uid)
    _forget_cache(uid)
    announce(uid)
    return exported


def _forget_cache(uid: str) -> None:
    """Keys of this portal in caches that can list them (Redis); an in-process cache ends with its process."""
    for alias in settings.CACHES:
        client = getattr(caches[alias], "_cache", None)
        if client is not None and hasattr(client, "get_client"):
            redis = client.get_client()
            for key in redis.scan_iter(match=f"*:{uid}:*", count=1000):
                redis.delete(key)


def check(ref: context.PortalRef) -> list[str]:
    """What is wrong with a portal: structure, migrations, site record. Empty when all is well."""
    problems = []
    with context.platform(), connection.cursor() as cursor:
        cursor.execute("select to_regnamespace(%s)", [ref.schema])
        if cursor.fetchone()[0] is None:
            return [f"schema {ref.schema} does not exist"]
        expected = template.fingerprint(cursor, settings.TEMPLATE_SCHEMA)
        if template.fingerprint(cursor, ref.schema) != expected:
            problems.append("tables differ from the template: run `fleet migrate`, else restore")
    if template.digest(ref.schema) != template.digest(settings.TEMPLATE_SCHEMA):
        problems.append("migrations are behind the template: run `fleet migrate`")
    with context.enter(ref):
        problems += import_string(settings.PORTAL_CHECKER)(ref)
    return problems
