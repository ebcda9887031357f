"""Static files straight from memory: found by Django's finders, compressed once, kept for good by browsers."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import brotli
from django.contrib.staticfiles import finders

_TEXT = ("text/", "application/javascript", "image/svg+xml", "application/json")


class StaticFiles:
    def __init__(self, app: Any, *, prefix: str) -> None:
        self.app = app
        self.prefix = prefix
        self._files: dict[str, tuple[str, str, dict[str, bytes]] | None] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(self.prefix) or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            result: Iterable[bytes] = self.app(environ, start_response)
            return result
        name = path[len(self.prefix) :]
        found = self._files.get(name) or self._read(name)
        if found is None:
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [b"404\n"]
        kind, etag, bodies = found
        headers = [
            ("Content-Type", kind),
            ("Cache-Control", "public, max-age=3600, stale-while-revalidate=86400"),
            ("ETag", etag),
            ("X-Content-Type-Options", "nosniff"),
            ("Vary", "Accept-Encoding"),
        ]
        if environ.get("HTTP_IF_NONE_MATCH") == etag:
            start_response("304 Not Modified", headers)
            return []
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        encoding = next((e for e in ("br", "gzip") if e in bodies and e in accepted), "")
        body = bodies[encoding]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _read(self, name: str) -> tuple[str, str, dict[str, bytes]] | None:
        path = finders.find(name) if name and ".." not in name.split("/") else None
        if not path or not Path(path).is_file():
            return None
        content = Path(path).read_bytes()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        bodies = {"": content}
        if kind.startswith(_TEXT):
            kind += "; charset=utf-8" if kind.startswith("text/") else ""
            bodies |= {"gzip": gzip.compress(content, 6, mtime=0), "br": brotli.compress(content, quality=6)}
        found = (kind, f'"{hashlib.blake2b(content, digest_size=10).hexdigest()}"', bodies)
        if len(content) < 4 * 1024 * 1024:
            self._files[name] = found
        return found
