"""Admissions on the busiest days: placement, result lookups, submissions while web processes are killed."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from typing import Any

import psycopg

from school_services.admissions import placement
from tests.bench.harness import PROJECT, Bench, BenchProblem, Result, figure
from tests.bench.load import wrk
from tests.bench.processes import last_json, run

CONNECTIONS = 16
PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400  # 100 kB, as the page makes it


def candidates(count: int, choices: list[placement.Choice]) -> list[placement.Candidate]:
    rng = random.Random(1)
    codes = [choice.code for choice in choices]
    return [
        placement.Candidate(f"{n:06d}", tuple((code, points) for code in rng.sample(codes, 3)))
        for n in range(count)
        for points in [min(3000, max(300, round(rng.gauss(1750, 400) / 25) * 25))]
    ]


@figure("placement", "seconds to place 20,000 candidates (goal 5) and 200,000 (goal 60), with both hashes")
def place(bench: Bench) -> Iterable[Result]:
    for count, limit in ((20_000, 5), (200_000, 60)):
        choices = [placement.Choice(f"T{n:02d}", count * 3 // 4 // 31) for n in range(31)]
        people, parameters = candidates(count, choices), placement.Parameters((0, 50, 100))
        digests, started = set(), time.perf_counter()
        for _ in range(2):
            placed = placement.place(choices, people, parameters)
            inputs = placement.canonical_inputs(choices, people, parameters)
            digests.add(placement.digest(inputs) + placement.digest(placement.canonical_result(placed)))
        seconds = (time.perf_counter() - started) / 2
        if len(digests) != 1:
            raise BenchProblem("two runs on the same inputs differ")
        detail = {"candidates": count, "schools": 31, "admitted": len(placed.seats), "identical": True}
        yield Result("placement", seconds, "s", "lower", limit=limit, runs=2, detail=detail)


def _made(bench: Bench, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.ours_admissions", *arguments]
    output, _ = run(bench, f"ours-admissions-{arguments[0]}", command, cwd=PROJECT, env=bench.ours.env)
    return last_json(output)


@figure("result_lookups", "result lookups a second at 200,000 candidates, two web processes (goal 2,000, p95 50 ms)")
def lookups(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    count = 20_000 if bench.quick else 200_000
    bench.say(f"ours: placing and publishing {count} candidates")
    made = _made(bench, "results", str(count))
    if not made["same"]:
        raise BenchProblem("two runs on the same inputs differ")
    server, port = ours.serve(cached=True)
    for seconds in (2, bench.load_seconds):
        load = wrk(
            bench, port, ours.host(1), made["path"], seconds=seconds, connections=CONNECTIONS,
            headers=("X-Portal-Island: 1",), posts=tuple(made["posts"]),
        )  # fmt: skip
    server.stop()
    detail = {
        "candidates": count, "p50_ms": load.p50, "p95_ms": load.p95, "p99_ms": load.p99, "connections": CONNECTIONS,
        "snapshot_bytes": made["bytes"], "placed_in_s": made["seconds"],
    }  # fmt: skip
    yield Result("result_lookups", load.per_second, "req/s", "higher", limit=2000, detail=detail)


class _Families:
    """Clients that each hand in one application with a photo, and try again until they hold a receipt."""

    def __init__(self, port: int, host: str, made: dict[str, Any]) -> None:
        self.port, self.host, self.made = port, host, made
        self.next, self.lock = 0, threading.Lock()
        self.receipts, self.tries, self.lost = 0, 0, 0

    def work(self) -> None:
        while True:
            with self.lock:
                number, self.next = self.next, self.next + 1
            if number >= len(self.made["tokens"]):
                return
            for _ in range(60):
                self.tries += 1
                try:
                    done = self._apply(number)
                except (OSError, http.client.HTTPException):
                    done = False
                if done:
                    with self.lock:
                        self.receipts += 1
                    break
                time.sleep(0.25)
            else:
                self.lost += 1

    def _ask(self, method: str, path: str, cookie: str, body: bytes = b"", kind: str = "") -> tuple[int, str, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Host": self.host, "Cookie": cookie} | ({"Content-Type": kind} if kind else {})
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        cookies = "; ".join(v.partition(";")[0] for v in answer.headers.get_all("Set-Cookie") or ())
        return answer.status, answer.headers.get("Location", ""), text, cookies

    def _apply(self, number: int) -> bool:
        cookie, token = self.made["cookies"][number], self.made["tokens"][number]
        path = f"/ts/ho-so/nop/nop/{token}/"
        status, _, page, more = self._ask("GET", path, cookie)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if status != 200 or found is None:
            return False
        values = {
            "csrfmiddlewaretoken": found[1], "full_name": "Em Thử", "birth_date": "04/03/2011", "gender": "1",
            "pupil_code": f"NOP{number}", "school_name": "THCS", "phone": "0912000000", "wish-1": "T01",
            "wish-2": "T02", "action": "submit",
        }  # fmt: skip
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in values.items()
        ]
        file = b'--b\r\nContent-Disposition: form-data; name="doc-ks"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = b"".join(parts) + file + PHOTO + b"\r\n--b--\r\n"
        status, location, _, _ = self._ask("POST", path, f"{cookie}; {more}", body, "multipart/form-data; boundary=b")
        return status == 302 and location.endswith("/bien-nhan/")


@figure("submissions", "applications with a photo a second while web processes are killed: 0 lost, 0 doubled")
def submissions(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    count = 200 if bench.quick else 2000
    made = _made(bench, "open", str(count))
    server, port = ours.serve(cached=True)
    families = _Families(port, ours.host(1), made)
    threads = [threading.Thread(target=families.work) for _ in range(12)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    killed = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(1.5)
        if killed < 3 and families.receipts > count * (killed + 1) // 5 and _kill_one(server.process.pid):
            killed += 1
    seconds = time.perf_counter() - started
    server.stop()
    with psycopg.connect(bench.url("postgres", "portal_host"), autocommit=True) as connection:
        row = connection.execute(
            "select count(*), count(distinct pupil_code), count(*) filter (where version = 1),"
            " (select count(*) from admissions_document d join admissions_application b on b.id = d.application_id"
            "  where b.pupil_code like 'NOP%'), coalesce(sum(1) filter (where state = 'submitted'), 0)"
            " from admissions_application where pupil_code like 'NOP%'"
        ).fetchone()
    assert row is not None
    if families.lost or not all(value == count for value in row):
        raise BenchProblem(f"{count} families, {families.receipts} receipts; rows, children, once, papers, in: {row}")
    detail = {"applications": count, "kills": killed, "tries": families.tries, "lost": 0, "doubled": 0, "clients": 12}
    yield Result("submissions", count / seconds, "per s", "higher", limit=200, detail=detail)


def _kill_one(parent: int) -> bool:
    """SIGKILL to one of the server's own web processes."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    children = [int(pid) for pid in found.stdout.split()]
    if children:
        os.kill(children[-1], signal.SIGKILL)
    return bool(children)
