"""The morning at 500 terminals, messages over a flaky carrier, and cameras with viewers."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, figure
from tests.bench.processes import Server, last_json, run


def _ours(bench: Bench, *arguments: object) -> dict:
    command = [sys.executable, "-m", "tests.bench.ours_day", *map(str, arguments)]
    output, _ = run(bench, f"ours-day-{arguments[0]}", command, cwd=PROJECT, env=bench.ours.env)
    return last_json(output)


@figure("punches", "punches per second that terminals deliver over HTTP, duplicates and bad lines among them (goal 2,000)")
def punches(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    server, port = ours.serve(cached=True)
    found = _ours(bench, "punches", port, 100 if bench.quick else 500, 20_000 if bench.quick else 200_000)
    server.stop()
    if found["stored"] != found["expected"]:
        raise BenchProblem(f"{found['stored']} punches kept, {found['expected']} sent")
    yield Result("punches", found["per_second"], "per s", "higher", limit=2000, detail=found)


@figure("messages", "messages per second over a carrier that fails every fourth request: none twice, none lost")
def messages(bench: Bench) -> Iterable[Result]:
    _ = bench.ours.news_path
    found = _ours(bench, "messages", 3_000 if bench.quick else 100_000)
    if found["twice"] or found["lost"] or found["failed_but_taken"] or found["waiting"] or found["sending"] or not found["cost_right"]:
        raise BenchProblem(str(found))
    yield Result("messages", found["per_second"], "per s", "higher", detail=found)


@figure("cameras", "seconds until the last picture after a pause, with 20 test streams and 60 viewers (goal 10)")
def cameras(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    server, port = ours.serve(cached=True)
    supervisor = Server(bench, "cameras", [sys.executable, "manage.py", "cameras"], cwd=PROJECT, env=ours.env)
    time.sleep(2)
    size = (4, 12, 20) if bench.quick else (20, 60, 60)
    found = _ours(bench, "viewers", port, *size)
    supervisor.stop()
    server.stop()
    if found["with_picture"] < found["viewers"]:
        raise BenchProblem(str(found))
    yield Result("cameras", found["stopped_after_s"], "s", "lower", limit=10, detail=found)
