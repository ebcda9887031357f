"""A change published in one portal is on every worker within a second; the other portal's pages stay cached."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.bench.processes import WORKERS, Answer
from tests.browser.platform import Platform
from tests.browser.visit import Visit

ADDRESS = "/muc/thong-bao/"
BETA = "/muc/bai/"
NEWS = "Lớp 7A1 nghỉ tiết cuối chiều nay"


def on_every_worker(platform: Platform, slug: str, path: str) -> dict[str, Answer]:
    """Worker → its answer. Connections go to whichever process takes them: ask until both have."""
    answers: dict[str, Answer] = {}
    deadline = time.monotonic() + 20
    while len(answers) < WORKERS:
        assert time.monotonic() < deadline, f"only {answers.keys()} answered"
        answer = platform.ask(slug, path)
        answers[answer.headers["x-worker"]] = answer
    return answers


def test_a_change_is_on_every_worker_within_a_second(visit: Callable[..., Visit], platform: Platform) -> None:
    webmaster = visit("alpha")
    page = webmaster.open("/admin/")
    webmaster.fill_login("web.alpha@example.vn")
    page.wait_for_url("**/admin/")
    webmaster.open(f"/admin/pages/{platform.page_id('alpha', 'thong-bao')}/edit/")
    for slug, path in (("alpha", ADDRESS), ("beta", BETA)):
        on_every_worker(platform, slug, path)
        assert {one.headers["x-cache"] for one in on_every_worker(platform, slug, path).values()} == {"HIT"}
    before = on_every_worker(platform, "beta", BETA)
    page.locator("#id_intro").fill(NEWS)
    page.locator("footer .w-dropdown__toggle").click()
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/edit/" in answer.url) as posted:
        page.locator("footer button[name=action-publish]").click()
    assert posted.value.status == 302
    published = time.monotonic()

    old, seen = set(before), {}
    while old and time.monotonic() < published + 5:
        answer = platform.ask("alpha", ADDRESS)
        worker = answer.headers["x-worker"]
        if NEWS in answer.body.decode() and worker in old:
            seen[worker] = time.monotonic() - published
            old.discard(worker)
    assert not old, "a worker still shows the old page"
    assert max(seen.values()) < 1, seen

    after = on_every_worker(platform, "beta", BETA)
    for worker, answer in after.items():
        assert answer.headers["x-cache"] == "HIT", worker
        assert answer.headers["etag"] == before[worker].headers["etag"]
        assert int(answer.headers["age"]) >= int(before[worker].headers["age"]), "it was rendered anew"
