"""The platform as visitors meet it: granian with two workers and a task worker on a copy of the world."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from portal_host import embedded
from tests.bench.harness import environment
from tests.bench.processes import Answer, Holder, Server, fetch, free_port, granian, run

ROOT = Path(__file__).resolve().parents[2]
# The operator's site answers when Django does; no portal's page is rendered for it.
OPERATOR = "quantri.localhost"


@dataclass
class Platform:
    """`superuser`: address of the database that belongs to this platform alone. `data`: its folder."""

    superuser: str
    data: Path
    stack: ExitStack
    port: int = field(default_factory=free_port)
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.logs = self.data / "logs"
        self.logs.mkdir(parents=True)

    def start(self) -> None:
        """Fill the database, start web and task workers, return when they answer. Raises `BenchProblem`."""
        holder: Holder = self
        database = psycopg.conninfo.conninfo_to_dict(self.superuser)["dbname"]
        app, owner = (embedded._url(self.superuser, role, str(database)) for role in (embedded.APP, embedded.OWNER))
        self.env = env = environment(
            DJANGO_SETTINGS_MODULE="portal_host.settings.dev",
            DATABASE_URL=app,
            DATABASE_OWNER_URL=owner,
            DATA_DIR=str(self.data),
            PORT=str(self.port),
            PYTHONDONTWRITEBYTECODE="",  # four programs start here: they may share what one has compiled
        )
        run(holder, "fill", [sys.executable, "-m", "tests.browser.fill"], cwd=ROOT, env=env)
        web = granian(holder, "web", "tests.browser.wsgi:application", cwd=ROOT, env=env, port=self.port)
        task_worker = ["procrastinate", "--verbosity", "0", "worker", "--concurrency", "1"]
        Server(holder, "worker", [sys.executable, "manage.py", *task_worker], cwd=ROOT, env=env)
        web.wait_ready(self.port, host=OPERATOR, path="/_health")

    def url(self, slug: str, path: str = "/") -> str:
        return f"http://{slug}.localhost:{self.port}{path}"

    def ask(self, slug: str, path: str) -> Answer:
        """One GET on a connection of its own: whichever worker takes it."""
        return fetch(self.port, f"{slug}.localhost:{self.port}", path)

    def page_id(self, slug: str, page_slug: str) -> int:
        """Id of a page by the last part of its address."""
        with psycopg.connect(self.superuser) as connection:
            row = connection.execute("select schema_name from tenants_portal where slug = %s", [slug]).fetchone()
            assert row, slug
            query = psycopg.sql.SQL("select id from {}.wagtailcore_page where slug = %s").format(
                psycopg.sql.Identifier(row[0])
            )
            page = connection.execute(query, [page_slug]).fetchone()
        assert page, page_slug
        return int(page[0])
