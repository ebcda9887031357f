"""A guardian's marks of two children in two schools, at the size of a province: not cached, logged in, all by queries."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import psycopg

from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, figure
from tests.bench.load import wrk
from tests.bench.processes import fetch, last_json, run

CONNECTIONS = 2  # one for each worker: what a parent waits, not what two workers can bear
SATURATED = 8


@figure("marks_fragment", "p95 in ms of a guardian's marks at 200,000 students and 10 million marks (goal 30)")
def marks_fragment(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    students = 20_000 if bench.quick else 210_000
    bench.say(f"ours: writing marks of {students} students")
    command = [sys.executable, "-m", "tests.bench.ours_marks", str(students)]
    output, written = run(bench, "ours-marks", command, cwd=PROJECT, env=ours.env)
    made = last_json(output)
    with psycopg.connect(bench.url("postgres", "portal_host"), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    if made["3"] != made["30"]:
        raise BenchProblem(f"{made['3']} queries for 3 children, {made['30']} for 30")
    server, port = ours.serve(cached=True)
    cookies = tuple(made["cookies"])
    answer = fetch(port, made["host"], made["path"], headers={"X-Portal-Island": "1", "Cookie": cookies[0]})
    if answer.status != 200:
        raise BenchProblem(f"{made['path']} answered {answer.status}: {answer.body[:300]!r}")
    measured = [
        wrk(
            bench, port, made["host"], made["path"], seconds=seconds, connections=connections,
            headers=("X-Portal-Island: 1",), cookies=cookies,
        )
        # The first warms connections and plans.
        for seconds, connections in ((3, SATURATED), (bench.load_seconds, CONNECTIONS), (bench.load_seconds, SATURATED))
    ]  # fmt: skip
    _, load, most = measured
    server.stop()
    detail = {
        "students": made["students"], "marks": made["marks"], "queries": made["3"], "p50_ms": load.p50,
        "p99_ms": load.p99, "per_second": load.per_second, "connections": CONNECTIONS, "written_in_s": written,
        "saturated_connections": SATURATED, "saturated_per_second": most.per_second, "saturated_p95_ms": most.p95,
    }  # fmt: skip
    yield Result("marks_fragment", load.p95, "ms", "lower", limit=30, detail=detail)
