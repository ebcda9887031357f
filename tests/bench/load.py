"""The load generator (wrk) and the reverse proxy of the comparison (nginx), each with its own throw-away settings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench.harness import Bench, BenchProblem, Skipped, environment
from tests.bench.processes import Server, free_port, run

# wrk's own summary has no 95th percentile; the script prints everything as one JSON line.
_WRK_SCRIPT = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\n{"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p95": %d, "p99": %d, "bad": %d, "broken": %d}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(95),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
"""

_NGINX_SETTINGS = """
{user}
worker_processes 2;
daemon off;
pid {scratch}/nginx.pid;
error_log {scratch}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {scratch}/body;
  proxy_temp_path {scratch}/proxy;
  fastcgi_temp_path {scratch}/fastcgi;
  uwsgi_temp_path {scratch}/uwsgi;
  scgi_temp_path {scratch}/scgi;
  proxy_cache_path {scratch}/cache levels=1:2 keys_zone=pages:10m max_size=256m inactive=60m use_temp_path=off;
  {tuning}
  upstream application {{ server 127.0.0.1:{upstream}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_cache pages;
      proxy_cache_key $http_host$request_uri;
      proxy_cache_valid 200 10m;
      proxy_cache_lock on;
      proxy_ignore_headers Cache-Control Expires Vary;
      add_header X-Nginx-Cache $upstream_cache_status;
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One wrk run: requests a second, latency percentiles in ms, answers other than 2xx/3xx, broken connections."""

    requests: int
    per_second: float
    p50: float
    p95: float
    p99: float
    bad: int
    broken: int
    bytes_each: float


def program(name: str, package: str) -> str:
    """Path of a system program; as root with apt it is installed when missing. Raises `Skipped`, loudly, otherwise."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = environment(DEBIAN_FRONTEND="noninteractive")
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *arguments], env=env, capture_output=True, check=False)
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if found:
            return found
    raise Skipped(f"{name} is not installed (Debian package {package}) and could not be installed here")


# Each request as another visitor.
_WRK_COOKIES = """
local cookies, place = {%s}, math.random(1000)
request = function()
  place = place + 1
  wrk.headers["Cookie"] = cookies[1 + place %% #cookies]
  return wrk.format()
end
"""

# Each request with another body.
_WRK_POSTS = """
local posts, place = {%s}, math.random(1000)
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
request = function()
  place = place + 1
  return wrk.format(nil, nil, nil, posts[1 + place %% #posts])
end
"""


def wrk(
    bench: Bench,
    port: int,
    host: str,
    path: str,
    *,
    seconds: float,
    connections: int,
    headers: tuple[str, ...] = (),
    cookies: tuple[str, ...] = (),
    posts: tuple[str, ...] = (),
) -> Load:
    """Load one URL with keep-alive connections; with `cookies` or `posts`, each request has the next of them.

    Raises `BenchProblem` when any answer is not 2xx/3xx.
    """
    script = bench.scratch / "wrk.lua"
    visitors = _WRK_COOKIES % ", ".join(json.dumps(cookie) for cookie in cookies) if cookies else ""
    if posts:
        visitors = _WRK_POSTS % ", ".join(json.dumps(body) for body in posts)
    script.write_text(_WRK_SCRIPT + visitors)
    arguments: list[str] = [program("wrk", "wrk"), "-t2", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
    arguments += ["-s", str(script), "-H", f"Host: {host}"]
    for header in headers:
        arguments += ["-H", header]
    output, _ = run(bench, "wrk", [*arguments, f"http://127.0.0.1:{port}{path}"], cwd=bench.scratch, env=environment())
    data = json.loads(output.strip().splitlines()[-1])
    requests = max(1, data["requests"])
    load = Load(
        requests=requests,
        per_second=data["requests"] / (data["microseconds"] / 1e6),
        p50=data["p50"] / 1000,
        p95=data["p95"] / 1000,
        p99=data["p99"] / 1000,
        bad=data["bad"],
        broken=data["broken"],
        bytes_each=data["bytes"] / requests,
    )
    if load.bad or not data["requests"]:
        raise BenchProblem(f"{load.bad} of {data['requests']} answers of {host}{path} were errors")
    return load


def nginx(bench: Bench, upstream: int, *, tuned: bool = False) -> tuple[Server, int]:
    """nginx with two workers and its own page cache in front of the port `upstream`; returns it and its port.

    Plain: as nginx's manual sets up `proxy_cache`, no access log. `tuned`: besides, open files are kept and connections
    never renewed, which few sites do and which pays for small pages.
    """
    port = free_port()
    scratch = bench.scratch / f"nginx-{port}"
    scratch.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""  # its workers must read the scratch folder
    tuning = "open_file_cache max=1000 inactive=60s; keepalive_requests 1000000;" if tuned else ""
    settings = scratch / "nginx.conf"
    settings.write_text(_NGINX_SETTINGS.format(scratch=scratch, port=port, upstream=upstream, user=user, tuning=tuning))
    arguments: list[str | Path] = [program("nginx", "nginx-light"), "-c", settings, "-p", scratch]
    arguments += ["-e", scratch / "error.log"]
    return Server(bench, f"nginx-{port}", arguments, cwd=scratch, env=environment()), port
