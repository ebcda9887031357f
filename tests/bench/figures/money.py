"""Money under faults and at size: bills in bulk, notices over HTTP while web, desk and database are killed, the rate of IPNs."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, figure, median
from tests.bench.processes import Server, last_json, run

CLIENTS = 8
# What a provider reads in our answer: accepted (it is silent from then on), refused (so too), or "not yet" (it repeats).
ACCEPTED, REFUSED = "accepted", "refused"
OF_KIND = {"good": ACCEPTED, "failure": ACCEPTED, "parked": ACCEPTED, "amount": REFUSED, "forged": REFUSED}


def _ours(bench: Bench, *words: str | Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.ours_money", *map(str, words)]
    return last_json(run(bench, f"ours-money-{words[0]}", command, cwd=PROJECT, env=bench.ours.env)[0])


def judged(provider: str, status: int, body: str) -> str:
    """ACCEPTED, REFUSED, or "" when the provider would say it again."""
    if status >= 500:
        return ""
    if provider in {"vnpay", "vnpt"}:
        code = str(json.loads(body).get("RspCode", json.loads(body).get("response_code")))
        return "" if code == "99" else ACCEPTED if code in {"00", "02"} else REFUSED
    return ACCEPTED if status < 300 else REFUSED


@dataclass
class Callers:
    """The providers: clients that send each notice until it is answered, as they do in earnest."""

    host: str
    webhook: str
    port: int
    notices: list[dict[str, Any]]
    next: int = 0
    tries: int = 0
    spent: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, connection: http.client.HTTPConnection, notice: dict[str, Any]) -> str:
        headers = {"Host": self.host, "Content-Type": "application/json", **notice["headers"]}
        if notice["provider"] == "stripe" and notice["kind"] != "forged":  # each delivery is signed anew
            moment = int(time.time())
            mac = hmac.new(self.webhook.encode(), f"{moment}.{notice['body']}".encode(), hashlib.sha256).hexdigest()
            headers["Stripe-Signature"] = f"t={moment},v1={mac}"
        connection.request(notice["method"], notice["path"], notice["body"].encode() or None, headers)
        answer = connection.getresponse()
        return judged(notice["provider"], answer.status, answer.read().decode() or "{}")

    def work(self) -> None:
        while True:
            with self.lock:
                number, self.next = self.next, self.next + 1
            if number >= len(self.notices):
                return
            notice, outcome = self.notices[number], ""
            for _ in range(400):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                started = time.perf_counter()
                try:
                    outcome = self.ask(connection, notice)
                except (OSError, http.client.HTTPException):
                    outcome = ""
                finally:
                    connection.close()
                with self.lock:
                    self.tries += 1
                if outcome:
                    self.spent.append((time.perf_counter() - started) * 1000)
                    break
                time.sleep(0.2)
            # Stripe calls about every order of its account: one that is not ours is none of our business.
            wanted = OF_KIND.get(notice["kind"]) or (ACCEPTED if notice["provider"] == "stripe" else REFUSED)
            if outcome != wanted:
                self.wrong[f"{notice['provider']} {notice['kind']}: {outcome or 'no answer'}"] += 1


def _kill_web(server: Server) -> bool:
    workers = server.workers()
    if workers:
        workers[-1].kill()
    return bool(workers)


def _crash_database(url: str) -> bool:
    """SIGKILL to one of the server's processes: PostgreSQL ends all of them and recovers from its log."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("select pg_backend_pid()").fetchone()
        assert row
        try:
            os.kill(row[0], signal.SIGKILL)
        except PermissionError:  # not root: the connections of the application are cut instead
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'portal_app'")
            return False
    return True


def _fault_run(bench: Bench, folder: Path, made: dict[str, Any], wanted: int) -> dict[str, Any]:
    """Deliver everything while web workers, the desk and the database are killed. Raises `BenchProblem`."""
    ours, rng, began = bench.ours, random.Random(7), time.perf_counter()
    server, port = ours.serve(cached=True)
    callers = Callers(ours.host(1), made["stripe"], port, json.loads((folder / "notices.json").read_text()))
    threads = [threading.Thread(target=callers.work, daemon=True) for _ in range(CLIENTS)]
    command = [sys.executable, "-m", "tests.bench.ours_money", "desk", str(folder), str(wanted)]

    def begin() -> subprocess.Popen[bytes]:
        with (bench.logs / "ours-money-desk.err").open("ab") as log:
            return subprocess.Popen(command, cwd=PROJECT, env=ours.env, stdout=log, stderr=log, start_new_session=True)

    desk = begin()
    bench.stack.callback(lambda: desk.poll() is None and desk.kill())
    for thread in threads:
        thread.start()
    killed: Counter[str] = Counter()
    goals = {"web": 4, "desk": 3, "database": 2 if bench.quick else 4}
    deadline = time.monotonic() + 900
    while any(thread.is_alive() for thread in threads) or desk.poll() is None or desk.returncode:
        if time.monotonic() > deadline:
            raise BenchProblem(f"not done in 15 minutes: notice {callers.next} of {len(callers.notices)}")
        time.sleep(rng.uniform(0.4, 1.2))
        share = callers.next / len(callers.notices)
        for name, goal in goals.items():
            if killed[name] < goal and share > (killed[name] + 0.5) / (goal + 1):
                if name == "web":
                    killed[name] += _kill_web(server)
                elif name == "desk" and desk.poll() is None:
                    desk.kill()
                    desk.wait()
                    killed[name] += 1
                elif name == "database":
                    crashed = _crash_database(bench.url("postgres", "portal_host"))
                    killed[name if crashed else "connections"] += 1
        if desk.poll() is not None and desk.returncode:
            if desk.returncode > 0:
                raise BenchProblem((bench.logs / "ours-money-desk.err").read_text()[-1500:])
            desk = begin()
        if server.process.poll() is not None:  # both workers gone: a supervisor starts it anew
            server, callers.port = ours.serve(cached=True)
    server.stop()
    if callers.wrong:
        raise BenchProblem(f"answers that a provider must not get: {dict(callers.wrong)}")
    spent = sorted(callers.spent)
    return {
        "orders": made["orders"], "cash": made["cash"], "notices": len(callers.notices), "requests": callers.tries,
        "killed": dict(killed), "seconds": round(time.perf_counter() - began, 1), "p50_ms": round(median(spent), 1),
        "p95_ms": round(spent[int(len(spent) * 0.95)], 1),
    }  # fmt: skip


def _steady(bench: Bench, folder: Path, made: dict[str, Any], per_second: int) -> tuple[list[float], list[float]]:
    """Good notices at a fixed rate: ms from the moment each was due, and ms of the answer alone."""
    server, port = bench.ours.serve(cached=True)
    notices = json.loads((folder / "steady.json").read_text())
    callers = Callers(bench.ours.host(1), made["stripe"], port, notices)
    warm, rest = notices[: per_second // 2], notices[per_second // 2 :]
    waited: list[float] = []
    answered: list[float] = []
    wrong: list[str] = []

    def send(listed: list[dict[str, Any]], lane: int, lanes: int, start: float, rate: float, note: bool) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for place in range(lane, len(listed), lanes):
            due = start + place / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            sent = time.perf_counter()
            outcome = callers.ask(connection, listed[place])
            done = time.perf_counter()
            if outcome != ACCEPTED:
                wrong.append(outcome)
            if note:
                waited.append((done - due) * 1000)
                answered.append((done - sent) * 1000)
        connection.close()

    for listed, rate, note in ((warm, per_second / 2, False), (rest, float(per_second), True)):
        start = time.perf_counter() + 0.1
        lanes = [
            threading.Thread(target=send, args=(listed, lane, CLIENTS, start, rate, note)) for lane in range(CLIENTS)
        ]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
    server.stop()
    if wrong:
        raise BenchProblem(f"{len(wrong)} notices were not accepted: {wrong[:3]}")
    return sorted(waited), sorted(answered)


@figure("money", "bills, notices while web, desk and database are killed, IPN at 200/s, invoices: every đồng in one place")
def money(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    bills, payments, rate, invoices = (1_500, 300, 700, 100) if bench.quick else (10_000, 5_000, 2_200, 1_000)
    per_second, during = 200, invoices // 5
    folder = bench.scratch / "money"
    folder.mkdir()
    bench.say(f"ours: {bills} bills")
    made = _ours(bench, "prepare", str(bills), str(payments), str(rate), folder)
    yield Result("money_bills", made["bills_s"], "s", "lower", limit=30, detail={"bills": bills})
    with psycopg.connect(bench.url("postgres", "portal_host"), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    bench.say(f"ours: {per_second} notices a second")
    waited, answered = _steady(bench, folder, made, per_second)
    detail = {
        "notices": len(waited), "per_second": per_second, "p50_ms": median(waited), "answer_p95_ms": answered[int(len(answered) * 0.95)],
        "p99_ms": waited[int(len(waited) * 0.99)],
    }  # fmt: skip
    yield Result("money_notices", waited[int(len(waited) * 0.95)], "ms", "lower", limit=30, detail=detail)
    bench.say(f"ours: {payments} payments under faults, {made['notices']} notices")
    ran = _fault_run(bench, folder, made, during)
    signed = _ours(bench, "invoices", str(invoices))
    books = _ours(bench, "audit", str(made["expected"]))
    if books["faults"]:
        raise BenchProblem("; ".join(books["faults"]))
    detail = ran | {name: books[name] for name in ("events", "entries", "receipts", "invoices")}
    yield Result("money_faults", 0, "faults", "lower", limit=0, detail=detail)
    yield Result("money_invoices", signed["seconds"], "s", "lower", limit=60, detail={"invoices": signed["invoices"]})
