"""Renders every template of the theme for every character, and photographs the pages.

    python tests/themes/preview.py OUT [character …]

No database: sample values of samples.py. Serves OUT on a free port so that the theme's own addresses work.
"""

from __future__ import annotations

import contextlib
import http.server
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import django  # noqa: E402
from django.conf import settings  # noqa: E402

settings.configure(
    INSTALLED_APPS=[
        "themes", "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles", "wagtail.users",
        "wagtail.images", "wagtail.documents", "wagtail.admin", "wagtail.search", "wagtail", "taggit",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    ROOT_URLCONF="themes.urls", STATIC_URL="/static/", LANGUAGE_CODE="vi", USE_TZ=True, ALLOWED_HOSTS=["*"],
    WAGTAIL_SITE_NAME="x", WAGTAILADMIN_BASE_URL="http://localhost", SECRET_KEY="preview",
)  # fmt: skip
django.setup()

import samples  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import Client  # noqa: E402

STATIC = ROOT / "themes" / "static"


class Handler(http.server.BaseHTTPRequestHandler):
    """Pages from memory, files from the package, the rest from the theme's own views."""

    pages: dict[str, bytes] = {}
    client = Client()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in self.pages:
            kind, body = "text/html; charset=utf-8", self.pages[path]
        elif path.startswith("/static/") and (STATIC / path[8:]).is_file():
            ends = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
            kind, body = ends.get(Path(path).suffix, "text/plain"), (STATIC / path[8:]).read_bytes()
        else:
            answer = self.client.get(path)
            kind, body = answer.get("Content-Type", "text/plain"), answer.content
            if answer.status_code != 200:
                self.send_error(404)
                return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header(
            "Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"
        )
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the browser left for the next page
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    chosen = [a for a in sys.argv[2:] if a in samples.CHARACTERS] or samples.CHARACTERS
    only = [a for a in sys.argv[2:] if a not in samples.CHARACTERS]
    for character in chosen:
        for name, (template, context) in samples.pages(character).items():
            Handler.pages[f"/{character}/{name}.html"] = render_to_string(template, context).encode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for width, height, scheme in (
            (390, 844, "light"),
            (1280, 900, "light"),
            (390, 844, "dark"),
            (1280, 900, "dark"),
        ):
            tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            tab.on("console", lambda m: print("console:", m.text) if m.type in {"error", "warning"} else None)
            for path in Handler.pages:
                _, character, name = path.split("/")
                stem = name.removesuffix(".html")
                if only and stem not in only:
                    continue
                tab.goto(base + path)
                tab.screenshot(path=str(out / f"{character}-{stem}-{width}-{scheme}.png"), full_page=True)
        tab = browser.new_page(viewport={"width": 320, "height": 640})
        for path in () if only else Handler.pages:
            tab.goto(base + path)
            wide = tab.evaluate("document.documentElement.scrollWidth")
            if wide > 320:
                print(f"{path}: {wide} px wide at 320")
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
