"""The peer in a run: stock Wagtail + django-tenants in a database of its own on the same server."""

from __future__ import annotations

import json
import sys
from functools import cached_property

import psycopg

from portal_host import embedded
from tests.bench import content
from tests.bench.harness import PROJECT, Bench
from tests.bench.migrations import Migration, with_add_field
from tests.bench.processes import Server, free_port, granian, last_json, python_environment, run

NAME = "stock Wagtail + django-tenants"
FOLDER = PROJECT / "tests" / "bench" / "peer"
DATABASE, ROLE = "peer", "peer"


class Stock:
    """Prepared step by step, each step once: database, portals made the stock way, the whole fleet."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.env = python_environment(
            DJANGO_SETTINGS_MODULE="peer_project.settings",
            PEER_DATABASE_URL=self._database(),
            PEER_MEDIA=str(bench.scratch / "peer-media"),
            PYTHONPATH=str(bench.scratch),
        )
        self.content = bench.scratch / "content.json"
        self.content.write_text(json.dumps(content.as_data(content.site_content())), encoding="utf-8")
        bench.say("peer: migrating its shared tables")
        self.manage("migrate_schemas", "--shared", "-v0")

    def _database(self) -> str:
        bench = self.bench
        with psycopg.connect(bench.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f"create role {ROLE} login".encode())
            connection.execute(
                f"create database {DATABASE} owner {ROLE} template template0 encoding 'UTF8' "
                "lc_collate 'C' lc_ctype 'C.UTF-8'".encode()
            )
        return bench.url(ROLE, DATABASE)

    def manage(self, *arguments: str) -> tuple[str, float]:
        """One management command of the peer: (stdout, wall-clock seconds)."""
        command = [sys.executable, str(FOLDER / "manage.py"), *arguments]
        return run(self.bench, f"peer-{arguments[0]}", command, cwd=FOLDER, env=self.env)

    @cached_property
    def made(self) -> list[float]:
        """Seconds of each portal made the stock way (schema by migrations, domain, starter pages)."""
        self.bench.say(f"peer: making {self.bench.stock_portals} portals the stock way")
        output, _ = self.manage("make_portals", str(self.content), "--count", str(self.bench.stock_portals))
        return [float(value) for value in last_json(output)["seconds"]]

    @cached_property
    def news_path(self) -> str:
        """Path of the measured news page; the fleet has its full size once this is known."""
        _ = self.made
        self.bench.say(f"peer: copying up to {self.bench.fleet_size} portals")
        size, dump = str(self.bench.fleet_size), str(embedded.dump_program())
        output, _ = self.manage("fill_fleet", str(self.content), "--size", size, "--pg-dump", dump)
        # Freshly loaded tables have no statistics; autovacuum would gather them at some moment of the measurement.
        with psycopg.connect(self.bench.url("postgres", DATABASE), autocommit=True) as connection:
            connection.execute("vacuum analyze")
        return str(last_json(output)["path"])

    def migrate(self) -> Migration:
        """Stock `migrate_schemas` over the whole fleet, default executor."""
        _ = self.news_path
        output, wall = self.manage("timed_migrate")
        return Migration(float(last_json(output)["seconds"]), wall)

    def add_field(self) -> Migration:
        """`migrate_schemas` that adds one column in every portal. Once per run."""
        target = self.bench.scratch / "peer_migrations"
        with_add_field(FOLDER / "peersite" / "migrations", target, app="peersite", model="newspage")
        self.env |= {"PEER_MIGRATIONS": "peer_migrations"}
        return self.migrate()

    def serve(self, *, tuned: bool = False) -> tuple[Server, int]:
        """The peer on granian with two workers, ready; and its port."""
        path, port = self.news_path, free_port()
        env = self.env | ({"PEER_TUNED": "1"} if tuned else {})
        name = "peer-tuned" if tuned else "peer-web"
        server = granian(self.bench, name, "peer_project.wsgi:application", cwd=FOLDER, env=env, port=port)
        server.wait_ready(port, host=self.host(1), path=path)
        return server, port

    @staticmethod
    def host(number: int) -> str:
        return f"truong-{number}.localhost"
