"""Many clients with an address and a body of their own each, which wrk cannot give: threads that keep a connection."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.bench.harness import BenchProblem


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of every call as its client saw it; `seconds` from the first to the last."""

    milliseconds: tuple[float, ...]
    seconds: float

    @property
    def count(self) -> int:
        return len(self.milliseconds)

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return sorted(self.milliseconds)[max(0, round(self.count * 0.95) - 1)]


def run_calls(port: int, host: str, calls: list[Call], *, threads: int) -> Times:
    """Every call once, dealt out to `threads`. Raises `BenchProblem` for an answer that is not 200."""
    times: list[float] = []
    problems: list[str] = []

    def work(mine: list[Call]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for call in mine:
            body = None if call.body is None else json.dumps(call.body).encode()
            began = time.perf_counter()
            connection.request(call.method, call.path, body, {"Host": host} | call.headers)
            response = connection.getresponse()
            answer = response.read()
            times.append((time.perf_counter() - began) * 1000)
            if response.status != 200:
                problems.append(f"{response.status} from {call.path}: {answer[:300]!r}")
                return
        connection.close()

    workers = [threading.Thread(target=work, args=(calls[number::threads],)) for number in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - began
    if problems:
        raise BenchProblem(problems[0])
    return Times(tuple(times), seconds)
