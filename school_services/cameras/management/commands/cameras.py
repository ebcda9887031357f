from __future__ import annotations

import signal
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from school_services.cameras import streams
from school_services.cameras.supervisor import Supervisor, start_ffmpeg
from tenants import hosts


class Command(BaseCommand):
    help = "Run the streams of cameras that somebody watches; a service of its own, one for each machine with /live/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between two looks at the database")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        supervisor = Supervisor(streams.root(), start_ffmpeg(streams.program()))
        found: dict[str, Any] = {}
        looked = 0.0
        units: list[int] = []
        try:
            while True:
                if not units or time.monotonic() - looked > 60:
                    hosts.reload()
                    units = [ref.unit_id for ref in hosts.all_portals() if ref.state == "active"]
                    looked = time.monotonic()
                try:
                    found = streams.wanted(units)
                except OperationalError:
                    close_old_connections()  # the database is away: what runs goes on for now
                supervisor.step(found)
                time.sleep(options["every"])
        except KeyboardInterrupt:
            pass
        finally:
            supervisor.close()
