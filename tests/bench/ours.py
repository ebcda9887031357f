"""Our side in a run: the product as its commands make it, in its own database on the same server."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import psycopg

from tests.bench.harness import PROJECT, Bench, BenchProblem, Skipped
from tests.bench.migrations import Migration, with_add_field
from tests.bench.processes import Server, free_port, granian, last_json, python_environment, run

T = TypeVar("T")
COMMANDS = PROJECT / "tenants" / "management" / "commands"


@dataclass(frozen=True, slots=True)
class Made:
    portals: int
    wall: float  # seconds of the whole command, interpreter start included
    inside: float  # seconds as the command reports them


class Ours:
    """Prepared step by step, each step once: public and template, the fleet, the news content of the first portal."""

    def __init__(self, bench: Bench) -> None:
        if not (COMMANDS / "portal.py").exists():
            raise Skipped("the product has no `portal create` yet")
        self.bench = bench
        app, owner = bench.database_urls
        self.data = bench.scratch / "ours"
        self.data.mkdir(exist_ok=True)
        self.env = python_environment(
            DJANGO_SETTINGS_MODULE="tests.bench.ours_settings",
            DATABASE_URL=app,
            DATABASE_OWNER_URL=owner,
            DATA_DIR=str(self.data),
            DEBUG="0",
            PYTHONPATH=str(bench.scratch),
        )
        bench.say("ours: migrating public and the template")
        self.prepared = self.manage("fleet", "migrate", "--json")[1]
        self.manage("collectstatic", "--noinput", "-v0")

    def manage(self, *arguments: str) -> tuple[str, float]:
        """One management command of the product: (stdout, wall-clock seconds)."""
        command = [sys.executable, str(PROJECT / "manage.py"), *arguments]
        return run(self.bench, f"ours-{arguments[0]}", command, cwd=PROJECT, env=self.env)

    @cached_property
    def made(self) -> Made:
        """The whole fleet made by `portal create --from CSV`."""
        size = self.bench.fleet_size
        file = self.data / "portals.csv"
        with file.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.writer(handle)
            writer.writerow(["slug", "name", "kind", "level", "area"])
            for number in range(1, size + 1):
                writer.writerow([f"truong-{number}", f"Trường số {number}", "school", "THCS", "TP. Tây Ninh"])
        self.bench.say(f"ours: making {size} portals")
        output, wall = self.manage("portal", "create", "--from", str(file), "--json")
        report = last_json(output)
        if report["created"] != size:
            raise BenchProblem(f"asked for {size} portals, made {report['created']}")
        return Made(size, wall, float(report["seconds"]))

    @cached_property
    def news_path(self) -> str:
        """Path of the measured news page, the same in every portal."""
        _ = self.made
        self.bench.say("ours: filling the portals with the same news")
        command = [sys.executable, "-m", "tests.bench.ours_content"]
        output, _ = run(self.bench, "ours-content", command, cwd=PROJECT, env=self.env)
        url = self.bench.url("postgres", "portal_host")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        return str(last_json(output)["path"])

    def migrate(self, *, expected: int = 0) -> Migration:
        """`fleet migrate` over the fleet. Raises `BenchProblem` unless `expected` portals changed and none failed."""
        _ = self.made
        output, wall = self.manage("fleet", "migrate", "--json")
        report = last_json(output)
        if report["failed"] or report["portals"] != self.bench.fleet_size or report["migrated"] != expected:
            raise BenchProblem(f"{expected} portals should have changed; fleet migrate reports {report}")
        return Migration(float(report["seconds"]), wall, float(report["portal_seconds"]))

    def add_field(self) -> Migration:
        """`fleet migrate` that adds one column in every portal. Once per run."""
        target = self.bench.scratch / "ours_migrations"
        with_add_field(PROJECT / "cms_blocks" / "migrations", target, app="cms_blocks", model="newspage")
        self.env |= {"BENCH_MIGRATIONS": "ours_migrations"}
        return self.migrate(expected=self.bench.fleet_size)

    def serve(self, *, cached: bool) -> tuple[Server, int]:
        """The product on granian with two workers, with or without its front cache, ready; and its port."""
        path, port = self.news_path, free_port()
        application = "portal_host.wsgi:application" if cached else "tests.bench.ours_wsgi:application"
        name = "ours-cached" if cached else "ours-web"
        env = self.env | {"PORT": str(port)}
        server = granian(self.bench, name, application, cwd=PROJECT, env=env, port=port)
        server.wait_ready(port, host=self.host(1), path=path)
        return server, port

    @staticmethod
    def host(number: int) -> str:
        return f"truong-{number}.localhost"


def attempt(measure: Callable[[], T]) -> tuple[T | None, str]:
    """Our value, or None and why not: the peer's figure is printed in either case."""
    try:
        return measure(), ""
    except Skipped as reason:
        return None, f"ours skipped: {reason}"
    except BenchProblem as problem:
        print(problem, file=sys.stderr, flush=True)
        return None, f"ours failed: {str(problem).splitlines()[0]}"
