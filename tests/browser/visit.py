"""A browser window on the platform that notes everything a browser complains about."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib import request as urls
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from tests.browser.platform import Platform
from tests.world import PASSWORD

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOGIN = "/tai-khoan/dang-nhap/"


@dataclass
class Visit:
    """One person's window on one portal. `faults`: console errors, refusals of the content policy, failed loads."""

    platform: Platform
    slug: str
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    expected: set[tuple[str, int]] = field(default_factory=set)
    offline: bool = False

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        # Statuses are judged by `_answered`, which knows which of them a test wants.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"{message.type} on {self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and (urlsplit(response.url).path, response.status) not in self.expected:
            self.faults.append(f"{response.status} from {response.url}")

    def _failed(self, request: Request) -> None:
        if self.offline and "ERR_INTERNET_DISCONNECTED" in (request.failure or ""):
            return
        if "ERR_ABORTED" not in (request.failure or ""):  # what a new page interrupts
            self.faults.append(f"{request.failure}: {request.url}")

    def expect(self, path: str, status: int) -> None:
        """This answer is part of the test and no fault."""
        self.expected.add((path, status))

    def open(self, path: str, status: int = 200) -> Page:
        if status >= 400:
            self.expect(urlsplit(path).path, status)
        response = self.page.goto(self.platform.url(self.slug, path))
        assert response is not None, path
        assert response.status == status, (path, response.status)
        return self.page

    def fill_login(self, login: str, password: str = PASSWORD) -> None:
        """Fill in the login form that is on the screen and send it."""
        self.page.get_by_label("Số điện thoại hoặc e-mail").fill(login)
        self.page.get_by_label("Mật khẩu").fill(password)
        self.page.get_by_role("button", name="Đăng nhập").click()

    def log_in(self, login: str) -> None:
        self.open(LOGIN)
        self.fill_login(login)
        self.page.wait_for_url(self.platform.url(self.slug, "/tai-khoan/"))

    def violations(self, *, rules: list[str] | None = None, without: list[str] | None = None) -> list[str]:
        """What axe finds against WCAG 2.2 A and AA, in words; `rules`: only these; `without`: what is not looked at."""
        # Through the debugger: a script element would rightly be refused by the content policy.
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.evaluate(AXE)
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
        found: dict[str, Any] = self.page.evaluate(
            "([only, exclude]) => axe.run({exclude}, {runOnly: only, resultTypes: ['violations']})",
            [only, [[one] for one in without or ()]],
        )
        return [
            f"{one['impact']} {one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:4]]}"
            for one in found["violations"]
        ]


def fetch(page: Page, address: str) -> bytes:
    """The bytes behind a link of the page, with the cookies its host would get; outside browsers *.localhost has no address."""
    parts = urlsplit(urljoin(page.url, address))
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies(parts.geturl()))
    request = urls.Request(
        f"http://127.0.0.1:{parts.port}{parts.path}", headers={"Host": parts.netloc, "Cookie": cookies}
    )
    with urls.urlopen(request, timeout=30) as answer:
        return answer.read()
