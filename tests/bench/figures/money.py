"""Money under faults and at size: bills in bulk, notices booked once whatever dies, invoices without a gap."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, figure
from tests.bench.processes import last_json, run


@figure("money", "bills, notices under faults (workers and connections killed), invoices: every đồng in one place")
def money(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    bills, payments, invoices = (600, 300, 60) if bench.quick else (10_000, 5_000, 1_000)
    bench.say(f"ours: {bills} bills, {payments} payments with faults, {invoices} invoices")
    command = [sys.executable, "-m", "tests.bench.ours_money", str(bills), str(payments), str(invoices)]
    output, _ = run(bench, "ours-money", command, cwd=PROJECT, env=ours.env)
    made = last_json(output)
    if made["faults"]:
        raise BenchProblem("; ".join(made["faults"]))
    yield Result("money_bills", made["bills_s"], "s", "lower", limit=30, detail={"bills": bills})
    yield Result("money_notices", made["notice_p95_ms"], "ms", "lower", limit=30, detail=made["run"])
    yield Result("money_invoices", made["invoices_s"], "s", "lower", limit=60, detail={"invoices": made["invoices"]})
