from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal_host.demo import load_admissions
from portal_host.demo.simulators import PORT_OFFSET
from school_services.identity import totp
from tenants import hosts

from . import demo_data

MANAGE = [sys.executable, "manage.py"]


class Command(BaseCommand):
    help = "Set up and run the whole platform on this machine: 67 portals, task worker, web server. Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portals", type=Path, default=demo_data.PORTALS, help="CSV of the portals")
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        self.port = settings.PUBLIC_PORT
        self.started: list[subprocess.Popen[bytes]] = []
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            self._check_port()
            self._prepare(options["portals"])
            self._start(options["workers"])
            self._announce()
            self._wait()
        except KeyboardInterrupt:
            pass
        finally:
            self._stop()

    def _prepare(self, portals: Path) -> None:
        self._step("Chuẩn bị bảng dữ liệu", [*MANAGE, "fleet", "migrate"])
        self._step("Tạo các cổng", [*MANAGE, "portal", "create", "--from", str(portals)], quiet=True)
        self._step("Đưa nội dung mẫu", [*MANAGE, "demo_data", "--portals", str(portals)])

    def _step(self, title: str, command: list[str], *, quiet: bool = False) -> None:
        started = time.perf_counter()
        self.stdout.write(f"• {title} …")
        self.stdout.flush()
        done = subprocess.run(command, check=False, capture_output=quiet)  # noqa: S603 - our own commands
        if done.returncode:
            if quiet:
                sys.stderr.buffer.write(done.stdout + done.stderr)
            raise CommandError(f"{title}: dừng vì lỗi trên. Sửa rồi chạy lại; phần đã xong được giữ nguyên.")
        self.stdout.write(f"  xong sau {time.perf_counter() - started:.1f} giây")

    def _check_port(self) -> None:
        """The server shares its port among workers, and so would with a stranger: ask before starting."""
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                raise CommandError(f"Cổng {self.port} đang bận; chọn cổng khác: make demo PORT=…") from error

    def _start(self, workers: int) -> None:
        environment = dict(os.environ)
        web = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", str(workers), "--blocking-threads", "4", "--http", "1", "--no-ws", "--log-level", "warning",
            "--respawn-failed-workers", "portal_host.wsgi:application",
        ]  # fmt: skip
        worker = [*MANAGE, "procrastinate", "--verbosity", "0", "worker", "--concurrency", "2"]
        simulators = [sys.executable, "-m", "portal_host.demo.simulators", str(self.port + PORT_OFFSET)]
        cameras = [*MANAGE, "cameras"]
        for command in (web, worker, simulators, cameras):
            self.started.append(
                subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
            )
        self._until_ready()

    def _until_ready(self) -> None:
        for _ in range(600):
            if any(process.poll() is not None for process in self.started):
                raise CommandError(f"Máy chủ không khởi động được; cổng {self.port} có thể đang bận (đặt PORT=…).")
            try:
                request = urllib.request.Request(
                    f"http://127.0.0.1:{self.port}/_health", headers={"Host": settings.OPERATOR_HOST}
                )
                with urllib.request.urlopen(request, timeout=2):  # noqa: S310
                    return
            except OSError:
                time.sleep(0.2)
        raise CommandError("Máy chủ không trả lời trong 2 phút.")

    def _announce(self) -> None:
        write = self.stdout.write
        refs = hosts.all_portals()
        write(f"\n{len(refs)} cổng:")
        for ref in refs:
            write(f"  http://{ref.primary_host}:{self.port}/  {ref.name}")
        write(f"\nQuản trị nền tảng: http://{settings.OPERATOR_HOST}:{self.port}/")
        write("\nTài khoản mẫu (mật khẩu chung: " + demo_data.PASSWORD + ")")
        write(f"  phụ huynh có hai con ở hai trường: {demo_data.PARENT} (trang /con-toi/)")
        write(
            "  giáo viên, hiệu trưởng của trường có học sinh (/truong/): gv1.<cổng>@…, hieutruong.<cổng>@example.edu.vn"
        )
        for level, what in (("TH", "tiểu học (lớp 3A)"), ("MN", "mầm non (lớp Lá 1)")):
            small = next((ref for ref in refs if ref.level == level and ref.kind == "school"), None)
            if small is not None:
                desk = f"http://{small.primary_host}:{self.port}/truong/"
                write(f"  cô giáo {what}: gv1.{small.slug}@example.edu.vn ({desk})")
        write(f"  người biên tập mọi cổng (/admin/): {demo_data.WEBMASTER}")
        write(f"  người vận hành: {demo_data.OPERATOR}")
        write("  kế toán, hiệu trưởng của trường có học sinh: ketoan.<cổng>@example.edu.vn, hieutruong.<cổng>@…")
        write(f"  trường đầu tiên: {demo_data.WRITER} viết, {demo_data.REVIEWER} duyệt (có bước xác thực thứ hai:")
        write(f"    khóa {totp.as_text(demo_data.REVIEWER_SECRET)}; mã lúc này: manage.py second_factor code …)")
        write("  Bản thử không bắt buộc bước thứ hai; đặt SECOND_FACTOR_FROM=always để bắt buộc như khi chạy thật.")
        write(f"  cán bộ tuyển sinh của Sở (/ts/ban/): {demo_data.OFFICERS[0][0]}, {demo_data.OFFICERS[1][0]}")
        number, born = load_admissions.SAMPLE_NUMBER, load_admissions.SAMPLE_BIRTH
        write(f"  tra cứu tuyển sinh (/ts/lop10-2026/ket-qua/): số báo danh {number}, ngày sinh {born:%d/%m/%Y}")
        first = next((ref for ref in refs if ref.level == "THCS"), refs[0])
        write(f"\nREADY http://{first.primary_host}:{self.port}/")
        self.stdout.flush()

    def _wait(self) -> None:
        while all(process.poll() is None for process in self.started):
            time.sleep(0.5)
        raise CommandError("Một tiến trình đã dừng; xem thông báo phía trên.")

    def _stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                # The whole group: a killed server must not leave its workers on the port.
                os.killpg(process.pid, signal.SIGKILL)
