"""Admissions on the busiest days: placement, result lookups, submissions while web processes are killed."""

from __future__ import annotations

import heapq
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
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
        self.turns: dict[int, str] = {}  # what the queue gave each family, as its browser keeps it
        self.seen: Counter[str] = Counter()

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
                except (OSError, http.client.HTTPException) as error:
                    self.seen[type(error).__name__] += 1
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
        token = self.made["tokens"][number]
        cookie = "; ".join(filter(None, (self.made["cookies"][number], self.turns.get(number, ""))))
        path = f"/ts/ho-so/nop/nop/{token}/"
        status, _, page, more = self._ask("GET", path, cookie)
        self.seen[f"GET {status}"] += 1
        turn = next((one for one in more.split("; ") if one.startswith("luot=")), "")
        self.turns[number] = turn or self.turns.get(number, "")
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
        done = status == 302 and location.endswith("/bien-nhan/")
        self.seen["receipt" if done else f"POST {status}"] += 1
        return done


@figure("submissions", "applications with a photo a second while web processes are killed: 0 lost, 0 doubled")
def submissions(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    count = 200 if bench.quick else 2000
    made = _made(bench, "open", str(count), "nop")
    server, port = ours.serve(cached=True)
    families = _Families(port, ours.host(1), made)
    threads = [threading.Thread(target=families.work) for _ in range(12)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    killed, last = 0, 0.0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.5)
        # A process that dies while another one is being started ends granian as a whole (2.8): that is systemd's case.
        due = families.receipts > count * (killed + 1) // 5 and time.monotonic() > last + BETWEEN_KILLS
        if killed < 3 and due and _kill_one(server.process.pid):
            killed, last = killed + 1, time.monotonic()
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
        raise BenchProblem(f"{count} families, {families.receipts} receipts; rows, children, once, papers, in: {row}; {families.seen}")
    detail = {"applications": count, "kills": killed, "tries": families.tries, "lost": 0, "doubled": 0, "clients": 12,
              "answers": dict(families.seen)}  # fmt: skip
    yield Result("submissions", count / seconds, "per s", "higher", limit=200, detail=detail)


RATE_TIMES, BETWEEN_KILLS = 10, 6.0


class _Crowd:
    """Families that all come at once and come back when the waiting page says so, each with its own turn."""

    def __init__(self, port: int, host: str, cookies: list[str], per_second: float) -> None:
        self.port, self.host, self.cookies, self.gap = port, host, cookies, 1 / per_second
        self.started = time.monotonic()
        self.statuses: Counter[int] = Counter()
        self.milliseconds: list[float] = []
        self.inside: list[int] = []
        self.positions: dict[int, int] = {}
        self.next, self.lock = 0, threading.Lock()
        self.waiting: list[tuple[float, int, str]] = []

    def work(self) -> None:
        while True:
            with self.lock:
                now = time.monotonic() - self.started
                if self.waiting and self.waiting[0][0] <= now:
                    _, number, turn = heapq.heappop(self.waiting)
                elif self.next < len(self.cookies) and self.next * self.gap <= now:
                    number, turn, self.next = self.next, "", self.next + 1
                elif self.next == len(self.cookies) == len(self.inside):
                    return
                else:
                    number, turn = -1, ""
            if number < 0:
                time.sleep(0.01)
            else:
                self._come(number, turn)

    def _come(self, number: int, turn: str) -> None:
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookie = "; ".join(filter(None, (self.cookies[number], turn)))
        connection.request("GET", "/ts/ho-so/moi/nop/", None, {"Host": self.host, "Cookie": cookie})
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        got = next((v.partition(";")[0] for v in answer.headers.get_all("Set-Cookie") or () if v.startswith("luot=")), turn)
        with self.lock:
            self.statuses[answer.status] += 1
            self.milliseconds.append((time.perf_counter() - began) * 1000)
            if answer.status == 503:
                if number not in self.positions and (found := re.search(r"Còn ([0-9.]+) người", page)):
                    self.positions[number] = int(found[1].replace(".", ""))
                wait = float(answer.headers["Retry-After"])
                heapq.heappush(self.waiting, (time.monotonic() - self.started + wait, number, got))
            else:
                self.inside.append(number)


@figure("opening_day", "10 × the admitted rate: everybody waits with a position and gets in, public pages stay up")
def opening_day(bench: Bench) -> Iterable[Result]:
    ours = bench.ours
    _ = ours.news_path
    count = 600 if bench.quick else 1000  # more than are let in at once after a quiet time
    made = _made(bench, "open", str(count), "dong")
    server, port = ours.serve(cached=True)
    crowd = _Crowd(port, ours.host(1), made["cookies"], made["rate"] * RATE_TIMES)
    threads = [threading.Thread(target=crowd.work) for _ in range(16)]
    for thread in threads:
        thread.start()
    public = wrk(bench, port, ours.host(1), "/ts/nop/", seconds=4, connections=4)
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - crowd.started
    server.stop()
    came = sorted(crowd.milliseconds)
    backwards = sum(1 for a, b in pairwise(sorted(crowd.positions)) if crowd.positions[a] > crowd.positions[b] + 16)
    if set(crowd.statuses) - {200, 503} or len(set(crowd.inside)) != count or not crowd.positions or backwards:
        raise BenchProblem(f"{crowd.statuses}, {len(crowd.inside)} inside, {backwards} positions out of order")
    detail = {
        "families": count, "rate": made["rate"], "times": RATE_TIMES, "waited": len(crowd.positions),
        "farthest": max(crowd.positions.values()), "all_in_after_s": round(seconds, 1),
        "waiting_page_p50_ms": round(came[len(came) // 2], 1), "waiting_page_p95_ms": round(came[len(came) * 95 // 100], 1),
        "public_pages_per_s": public.per_second, "public_p95_ms": public.p95, "errors": 0,
    }  # fmt: skip
    yield Result("opening_day", came[len(came) * 95 // 100], "ms", "lower", limit=1000, detail=detail)


def _kill_one(parent: int) -> bool:
    """SIGKILL to one of the server's own web processes."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    children = [int(pid) for pid in found.stdout.split()]
    if children:
        os.kill(children[-1], signal.SIGKILL)
    return bool(children)
