"""The teacher's grid, saving a cell, the parent's timeline and the imports, at the size of a province."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import psycopg

from tests.bench.clients import Call, run_calls
from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, figure
from tests.bench.load import wrk
from tests.bench.processes import last_json, run


def _province(bench: Bench) -> None:
    """200,000 students and 10 million marks, unless another figure of this run has written them."""
    ours = bench.ours
    _ = ours.news_path
    with psycopg.connect(bench.url("postgres", "portal_host"), autocommit=True) as connection:
        row = connection.execute("select exists (select 1 from rosters_student)").fetchone()
        if not row or not row[0]:
            students = 20_000 if bench.quick else 210_000
            bench.say(f"ours: writing marks of {students} students")
            run(bench, "ours-marks", [sys.executable, "-m", "tests.bench.ours_marks", str(students)],
                cwd=PROJECT, env=ours.env)  # fmt: skip
            connection.execute("vacuum analyze")


@figure("records", "grid page, saving cells by 50 teachers at once, timeline, imports of students and of marks")
def records(bench: Bench) -> Iterable[Result]:
    _province(bench)
    ours = bench.ours
    bench.say("ours: teachers, families, imports")
    output, _ = run(
        bench, "ours-records", [sys.executable, "-m", "tests.bench.ours_records"], cwd=PROJECT, env=ours.env
    )
    made: dict[str, Any] = last_json(output)
    yield Result("import_students", made["import_s"], "s", limit=10, detail={"students": made["imported"]})
    yield Result("import_scores", made["scores_per_s"], "rows/s", "higher", limit=20_000,
                 detail={"rows": made["score_rows"], "parse_per_s": made["parse_per_s"]})  # fmt: skip
    server, port = ours.serve(cached=True)
    host = made["host"]
    try:
        for seconds in (2, bench.load_seconds):  # the first warms connections and plans
            load = wrk(bench, port, host, made["timeline"], seconds=seconds, connections=4,
                       cookies=tuple(made["families"]))  # fmt: skip
        yield Result("timeline", load.p95, "ms", limit=100, detail={"p50_ms": load.p50, "per_second": load.per_second})
        teachers = made["teachers"]
        opens = [Call("GET", t["grid"], {"Cookie": t["cookie"]}) for t in teachers] * 4
        run_calls(port, host, opens[: len(teachers)], threads=4)
        grid = run_calls(port, host, opens, threads=4)
        yield Result("grid_page", grid.p95, "ms", limit=100, detail={"p50_ms": grid.p50, "pages": grid.count,
                     "threads": 4})  # fmt: skip
        quiet = [_save(teacher, cell) for teacher in teachers for cell in teacher["cells"][:4]]
        one = run_calls(port, host, quiet, threads=2)
        yield Result("save_cell", one.p95, "ms", limit=30, detail={"p50_ms": one.p50, "saves": one.count, "threads": 2})
        busy = [[_save(teacher, cell) for cell in teacher["cells"][4:24]] for teacher in teachers]
        crowd = run_calls(
            port, host, [call for part in zip(*busy, strict=True) for call in part], threads=len(teachers)
        )
        lost = _lost(bench, [cell for teacher in teachers for cell in teacher["cells"][:24]])
        if lost:
            raise BenchProblem(f"{lost} cells of {crowd.count} were lost")
        yield Result("save_together", crowd.count / crowd.seconds, "cells/s", "higher",
                     detail={"teachers": len(teachers), "saves": crowd.count, "lost": lost, "p95_ms": crowd.p95})  # fmt: skip
    finally:
        server.stop()


def _save(teacher: dict[str, Any], cell: list[Any]) -> Call:
    column, student, version = cell
    headers = {"Cookie": teacher["cookie"], "X-CSRFToken": teacher["token"], "Accept": "application/json",
               "Content-Type": "application/json"}  # fmt: skip
    body = {"reason": "Chấm lại", "cells": [{"column": column, "student": student, "text": "7,3", "version": version}]}
    return Call("POST", f"{teacher['grid']}luu/", headers, body)


def _lost(bench: Bench, cells: list[list[int]]) -> int:
    """How many of the cells do not stand in the book as they were typed."""
    with psycopg.connect(bench.url("postgres", "portal_host")) as connection:
        row = connection.execute(
            "select count(*) from gradebook_mark m"
            " join unnest(%s::bigint[], %s::bigint[]) as cell (assessment, student)"
            " on m.assessment_id = cell.assessment and m.student_id = cell.student"
            " where m.superseded_at is null and m.value = 7.3",
            [[cell[0] for cell in cells], [cell[1] for cell in cells]],
        ).fetchone()
    return len(cells) - (row[0] if row else 0)
