"""The day at school for the bench: `python -m tests.bench.ours_day punches|messages|viewers …`, last line one JSON object.

Punches go in as terminals send them, over HTTP to the running server, from many devices at once; messages through the
outbox and the worker's code to a carrier over HTTP that is busy, broken or silent for a share of the requests.
"""

from __future__ import annotations

import datetime
import http.client
import json
import os
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import django

PER_UPLOAD = 20


def punches(port: int, devices: int, total: int) -> dict[str, Any]:
    """Every upload is sent twice, with one unreadable line: acknowledged alike, without effect."""
    from django.utils import timezone

    from school_services.attendance.models import Badge, Device, Punch
    from tenants import context, hosts

    refs = sorted((ref for ref in hosts.all_portals() if ref.kind == "school"), key=lambda ref: ref.pk)
    for place, ref in enumerate(refs):
        with context.enter(ref), context.scope((ref.unit_id,)):
            Device.objects.bulk_create(
                Device(unit_id=ref.unit_id, serial=f"BENCH{number:05d}", name="Máy") for number in range(place, devices, len(refs))
            )
    now = timezone.localtime().replace(microsecond=0)

    def device(number: int) -> list[float]:
        ref = refs[number % len(refs)]
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        took = []
        for upload in range(total // devices // PER_UPLOAD):
            rows = [
                f"{number}{upload:04d}{place:02d}\t{now - datetime.timedelta(seconds=upload * PER_UPLOAD + place):%Y-%m-%d %H:%M:%S}\t0\t15\t0"
                for place in range(PER_UPLOAD - 1)
            ]
            body = "\n".join([*rows, "hỏng"]).encode()
            for again in range(1 + (upload % 10 == 0)):
                started = time.perf_counter()
                line.request("POST", f"/iclock/cdata?SN=BENCH{number:05d}&table=ATTLOG&Stamp={upload}", body, {"Host": ref.primary_host, "Content-Type": "text/plain"})
                answer = line.getresponse()
                text = answer.read()
                assert (answer.status, text) == (200, b"OK: %d" % PER_UPLOAD), (again, answer.status, text)
                took.append(time.perf_counter() - started)
        line.close()
        return took

    started = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        took = sorted(one for rows in pool.map(device, range(devices)) for one in rows)
    seconds = time.perf_counter() - started
    units = [ref.unit_id for ref in refs]
    with context.platform(), context.scope(units):
        stored = Punch.objects.filter(device__serial__startswith="BENCH").count()
        bad = sum(Device.objects.filter(serial__startswith="BENCH").values_list("lines_bad", flat=True))
        assert Badge.objects.filter(unit_id__in=units, pin__startswith="99").count() == 0
    expected = devices * (total // devices // PER_UPLOAD) * (PER_UPLOAD - 1)
    return {
        "sent": len(took) * PER_UPLOAD, "stored": stored, "expected": expected, "bad": bad, "seconds": round(seconds, 2),
        "per_second": round(len(took) * PER_UPLOAD / seconds), "p95_ms": round(took[int(len(took) * 0.95)] * 1000, 1),
    }  # fmt: skip


def messages(count: int) -> dict[str, Any]:
    """`count` people, SMS with a flaky carrier: each gets it once, or the failure can be seen; the cost is right."""
    from django.db.models import F, Sum
    from django.utils import timezone

    from portal_host.demo import carriers as simulator
    from school_services.identity.actor import Actor, Grant
    from school_services.identity.models import User
    from school_services.messaging import carriers, dispatch, outbox
    from school_services.messaging.models import Delivery, Message, Preference
    from school_services.messaging.rules import Channel, Kind
    from tenants import context, hosts

    carrier = simulator.Carrier()
    moods = ("busy", "broken", "silent", "500", "unreachable", *[""] * 15)
    carrier.moods = lambda channel, phone, number: moods[number * 7919 % len(moods)]

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, answer = carrier.answer(self.path, body, dict(self.headers))
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    class Quick(ThreadingHTTPServer):
        request_queue_size = 256

    server = Quick(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ref = next(ref for ref in hosts.all_portals() if ref.kind == "school")
    with context.platform():
        people = User.objects.bulk_create(
            [User(username=f"84919{number:06d}", full_name="Phụ Huynh", sort_key="x") for number in range(count)], batch_size=5000
        )
    with context.enter(ref), context.scope((ref.unit_id,)):
        carriers.save(
            actor=Actor(people[0].pk, "HT", (Grant("principal", ref.unit_id),)), unit_id=ref.unit_id, channel=Channel.SMS, price=350,
            config={"url": f"http://127.0.0.1:{server.server_address[1]}/sms", "brandname": "A"}, secrets={"key": simulator.SMS_KEY},
        )  # fmt: skip
        Preference.objects.bulk_create(
            [Preference(unit_id=ref.unit_id, user_id=one.pk, channel="sms", allowed=True, text_version="x") for one in people], batch_size=5000
        )
        started = time.perf_counter()
        values = {"truong": "Trường", "tieu_de": "Nghỉ học do bão", "noi_dung": "Ngày mai nghỉ học."}
        for _ in range(2):  # told twice is told once
            outbox.send(unit_id=ref.unit_id, kind=Kind.ALERT, key="bench", recipients=[outbox.Recipient(one.pk, values) for one in people])
        queued = time.perf_counter() - started
        started = time.perf_counter()
        for _ in range(9):
            while dispatch.run(ref.unit_id):
                pass
            open_ones = Delivery.objects.filter(unit_id=ref.unit_id, state="waiting")
            if not open_ones.exists():
                break
            open_ones.update(next_at=timezone.now() - datetime.timedelta(seconds=1))  # the waits, passed over
        carried = time.perf_counter() - started
        rows = Delivery.objects.filter(unit_id=ref.unit_id, message__key="bench")
        states = {state: rows.filter(state=state).count() for state in ("sent", "failed", "unknown", "waiting", "sending")}
        cost = rows.aggregate(cost=Sum("cost"))["cost"]
        right = rows.filter(state="sent").aggregate(cost=Sum(F("parts") * 350))["cost"]
        phones = [phone for _, phone, *_ in carrier.taken]
        told = Message.objects.filter(unit_id=ref.unit_id, key="bench").count()
        wronged = set(rows.filter(state="failed").values_list("address", flat=True)) & set(phones)
        lost = set(rows.filter(state="sent").values_list("address", flat=True)) - set(phones)
    server.shutdown()
    return {
        "messages": told, "taken": len(phones), "twice": len(phones) - len(set(phones)), "lost": len(lost), "failed_but_taken": len(wronged),
        **states,
        "cost": cost, "cost_right": cost == right, "queued_s": round(queued, 1), "carried_s": round(carried, 1),
        "per_second": round(told / carried),
    }  # fmt: skip


def viewers(port: int, streams: int, watching: int, seconds: int) -> dict[str, Any]:
    """`watching` sessions on `streams` cameras with a test pattern; then one pause: how long pictures still come."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.base import SessionBase
    from django.utils import timezone

    from portal_host.demo.load_school import calendar
    from school_services import sealing
    from school_services.cameras.models import Camera, OpenTime, Pause
    from school_services.identity.models import Role, User
    from school_services.identity.sessions import SessionStore
    from school_services.rosters.models import ClassGroup, SchoolYear
    from tenants import context, hosts

    ref = next(ref for ref in hosts.all_portals() if ref.kind == "school")
    with context.platform():
        calendar()
        year = SchoolYear.objects.order_by("-starts").first()
        people = [User(username=f"cam{number}@example.vn", full_name=f"Người Xem {number}", sort_key="x") for number in range(watching)]
        people = User.objects.bulk_create(people)
    cookies = []
    with context.enter(ref), context.scope((ref.unit_id,)):
        names = []
        for number in range(streams):
            group = ClassGroup.objects.create(unit_id=ref.unit_id, year=year, grade=1, name=f"C{number}")
            camera = Camera.objects.create(
                unit_id=ref.unit_id, class_group=group, name="x", added_by=people[0],
                source=sealing.seal({"url": "test:"}, unit_id=ref.unit_id, purpose="camera"),
            )  # fmt: skip
            OpenTime.objects.create(unit_id=ref.unit_id, camera=camera, weekdays="2345678", start=datetime.time(0), end=datetime.time(23, 59))
            names.append(camera.public_id)
        for one in people:
            Role.objects.create(unit_id=ref.unit_id, user=one, kind=Role.Kind.REGISTRAR)
            store: SessionBase = SessionStore()
            store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(one.pk), "school_services.identity.backends.SectorAccountBackend"
            store[HASH_SESSION_KEY] = one.get_session_auth_hash()
            store.create()
            cookies.append(store.session_key)
    over = time.monotonic() + seconds
    paused_at = [0.0]
    last_picture, first_picture, faults, segments = {}, {}, [], [0]

    def watch(number: int) -> None:
        name, seen = names[number % streams], ""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Host": ref.primary_host, "Cookie": f"phien={cookies[number]}"}
        began = time.monotonic()

        def get(file: str) -> tuple[int, bytes]:
            line.request("GET", f"/xem-lop/{name}/luong/{file}", headers=headers)
            answer = line.getresponse()
            return answer.status, answer.read()

        while time.monotonic() < over + 14:
            status, body = get("index.m3u8")
            if status == 200:
                newest = [row for row in body.decode().splitlines() if row.endswith(".ts")]
                if newest and newest[-1] != seen:
                    seen = newest[-1]
                    status, body = get(seen)
                    if status == 200:
                        segments[0] += 1
                        first_picture.setdefault(number, time.monotonic() - began)
                        last_picture[number] = time.monotonic()
            elif status == 403 and paused_at[0]:
                return
            elif status not in {404}:
                faults.append(status)
            time.sleep(1)

    threads = [threading.Thread(target=watch, args=(number,)) for number in range(watching)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    load = os.getloadavg()[0]
    with context.enter(ref), context.scope((ref.unit_id,)):
        now = timezone.now()
        Pause.objects.bulk_create(
            Pause(unit_id=ref.unit_id, camera_id=pk, reason="đo", made_by=people[0], made_at=now)
            for pk in Camera.objects.filter(unit_id=ref.unit_id).values_list("pk", flat=True)
        )
    paused_at[0] = time.monotonic()
    for thread in threads:
        thread.join(40)
    after = [max(0.0, at - paused_at[0]) for at in last_picture.values()]
    return {
        "streams": streams, "viewers": watching, "with_picture": len(first_picture), "segments": segments[0], "faults": len(faults),
        "first_picture_s": round(statistics.median(first_picture.values()), 1) if first_picture else None,
        "stopped_after_s": round(max(after), 1) if after else None, "load": round(load, 1),
    }  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.ours_settings")
    django.setup()
    what, *numbers = sys.argv[1:]
    print(json.dumps({"punches": punches, "messages": messages, "viewers": viewers}[what](*map(int, numbers))))


if __name__ == "__main__":
    main()
