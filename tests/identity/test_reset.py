"""A forgotten password: one letter to the owner, one use, one hour, one portal, and nothing for an onlooker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from school_services.identity import rules, services
from school_services.identity.models import User
from school_services.identity.tokens import PortalTokenGenerator
from tenants import context
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
ASK, SENT = "/tai-khoan/quen-mat-khau/", "/tai-khoan/quen-mat-khau/da-gui/"
TEACHER, NEW = "gv.alpha@example.vn", "mat-khau-moi-27"


@pytest.fixture(autouse=True)
def _platform(db: None) -> Iterator[None]:
    with context.platform():
        yield


def ask(client: Any, email: str, **extra: Any) -> Any:
    return client.post(ASK, {"email": email}, **extra)


def link(jobs: Any) -> str:
    """The path in the one letter that was sent."""
    jobs()
    assert len(mail.outbox) == 1
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[0].body)
    assert found
    return found[1]


def choose(client: Any, path: str, password: str = NEW) -> Any:
    """Open a link and send the form it leads to."""
    page = client.get(path, follow=True)
    target = page.redirect_chain[-1][0] if page.redirect_chain else path
    return client.post(target, {"new_password1": password, "new_password2": password})


def test_a_reset_from_the_letter_to_the_login(visit: Any, jobs: Any) -> None:
    session, client = visit("alpha", TEACHER), visit("alpha")
    answer = ask(visit("alpha"), " GV.Alpha@Example.vn ")
    assert (answer.status_code, answer["Location"]) == (302, SENT)
    path = link(jobs)
    letter = mail.outbox[0]
    assert letter.to == [TEACHER]
    assert letter.subject == "Đặt lại mật khẩu tại Trường THCS Alpha"
    assert "Xin chào Giáo Viên Alpha" in letter.body
    assert choose(client, path)["Location"] == "/tai-khoan/dang-nhap/"
    assert session.get("/tai-khoan/").status_code == 302, "whoever was logged in is out"
    login = "/tai-khoan/dang-nhap/"
    assert visit("alpha").post(login, {"login": TEACHER, "password": PASSWORD}).status_code == 422
    assert visit("beta").post(login, {"login": TEACHER, "password": NEW}).status_code == 302


def test_a_link_works_once(visit: Any, jobs: Any) -> None:
    ask(visit("alpha"), TEACHER)
    path = link(jobs)
    assert choose(visit("alpha"), path).status_code == 302
    page = visit("alpha").get(path)
    assert "đã được dùng hoặc đã hết hạn" in page.content.decode()
    assert choose(visit("alpha"), path, "mat-khau-khac-28").status_code == 200
    assert User.objects.get(username=TEACHER).check_password(NEW)


def test_a_login_or_an_earlier_reset_spends_the_link(visit: Any, jobs: Any) -> None:
    ask(visit("alpha"), TEACHER)
    path = link(jobs)
    visit("beta").post("/tai-khoan/dang-nhap/", {"login": TEACHER, "password": PASSWORD})
    assert "đã hết hạn" in visit("alpha").get(path).content.decode()


@pytest.mark.parametrize(("age", "good"), [(timedelta(minutes=59), True), (timedelta(minutes=61), False)])
def test_a_link_works_for_an_hour(age: timedelta, good: bool, visit: Any, jobs: Any, monkeypatch: Any) -> None:
    ask(visit("alpha"), TEACHER)
    path = link(jobs)
    later = datetime.now() + age  # noqa: DTZ005 - as the generator counts
    monkeypatch.setattr(PortalTokenGenerator, "_now", lambda self: later)
    assert ("đã hết hạn" in visit("alpha").get(path, follow=True).content.decode()) is not good


def test_a_link_is_for_its_portal_alone(visit: Any, jobs: Any) -> None:
    ask(visit("alpha"), TEACHER)
    path = link(jobs)
    assert "đã hết hạn" in visit("beta").get(path).content.decode()
    choose(visit("beta"), path)
    assert User.objects.get(username=TEACHER).check_password(PASSWORD)
    assert choose(visit("alpha"), path).status_code == 302


def test_a_link_is_for_its_account_alone(visit: Any, jobs: Any) -> None:
    ask(visit("alpha"), TEACHER)
    path = link(jobs)
    uid, token = path.strip("/").split("/")[-2:]
    for other in ("MQ", "Mg", "OTk5OTk5", "%00", "x"):
        if other != uid:
            assert "đã hết hạn" in visit("alpha").get(path.replace(f"/{uid}/", f"/{other}/")).content.decode()
    for changed in (token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), token[::-1]):
        assert "đã hết hạn" in visit("alpha").get(path.replace(token, changed)).content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "alpha.localhost:6666"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_PORT": "6666"},
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_REFERER": "https://evil.example/"},
    ],
)
def test_the_host_in_the_letter_is_the_portals_own(
    headers: dict[str, str], visit: Any, jobs: Any, settings: Any
) -> None:
    settings.PUBLIC_PORT = 80
    client = visit("alpha")
    if "HTTP_HOST" in headers:
        client.headers = {}
        client.defaults.pop("HTTP_HOST", None)
    ask(client, TEACHER, **headers)
    link(jobs)
    assert re.findall(r"https?://([^/\s]+)/", mail.outbox[0].body) == ["alpha.localhost"]


def test_an_unknown_host_sends_nothing(jobs: Any) -> None:
    from django.test import Client

    assert Client(headers={"host": "evil.localhost"}).post(ASK, {"email": TEACHER}).status_code == 404
    jobs()
    assert not mail.outbox


def queue() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("select args from procrastinate_jobs where task_name = 'identity.send_reset_mail' order by id")
        rows = [row[0] for row in cursor.fetchall()]
    return [row if isinstance(row, dict) else json.loads(row) for row in rows]


def test_known_and_unknown_look_alike(visit: Any, jobs: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    User.objects.filter(username="gv.beta@example.vn").update(is_active=False)
    visit("alpha").get(ASK)
    seen = []
    for address in (TEACHER, "khong.co@example.vn", "gv.beta@example.vn"):
        with CaptureQueriesContext(connection) as queries:
            answer = ask(visit("alpha"), address)
        seen.append((answer.status_code, answer["Location"], bytes(answer.content), len(queries)))
    assert len(set(seen)) == 1, seen
    carried = queue()
    assert len(carried) == 3
    assert not re.search("@|gv\\.", json.dumps(carried)), "no address in the queue"
    jobs()
    assert [letter.to for letter in mail.outbox] == [[TEACHER]]


def test_a_mailbox_is_not_flooded(visit: Any, jobs: Any) -> None:
    answers = {ask(visit("alpha"), TEACHER, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(9)}
    assert answers == {302}, "the pause is silent"
    jobs()
    assert len(mail.outbox) == rules.MAX_PER_ACCOUNT


def test_requests_at_once_are_limited_too(at_once: Any, alpha: Any) -> None:
    def request(place: int) -> None:
        with context.enter(alpha):
            services.request_reset(email=TEACHER, address=f"192.0.2.{place}")

    assert at_once(12, request) == [None] * 12
    assert len(queue()) == rules.MAX_PER_ACCOUNT


def test_a_reset_ends_the_pause_of_wrong_passwords(visit: Any, jobs: Any) -> None:
    """The message of the pause says so: "or reset your password"."""
    login = "/tai-khoan/dang-nhap/"
    for _ in range(6):
        visit("alpha").post(login, {"login": TEACHER, "password": "sai"})
    assert b"DN-02" in visit("alpha").post(login, {"login": TEACHER, "password": PASSWORD}).content
    ask(visit("alpha"), TEACHER)
    choose(visit("alpha"), link(jobs))
    assert visit("alpha").post(login, {"login": TEACHER, "password": NEW}).status_code == 302


def test_an_account_without_a_password_gets_one(visit: Any, jobs: Any) -> None:
    """A portal's administrator adds people so: the account is made, its owner chooses the password."""
    services.create_account(login="moi@example.vn", full_name="Trần & Lê", password=None)
    ask(visit("alpha"), "moi@example.vn")
    path = link(jobs)
    assert "Xin chào Trần & Lê," in mail.outbox[0].body, "a letter is text, not HTML"
    choose(visit("alpha"), path)
    assert User.objects.get(username="moi@example.vn").check_password(NEW)


def test_a_weak_password_does_not_spend_the_link(visit: Any, jobs: Any) -> None:
    ask(visit("alpha"), TEACHER)
    path, client = link(jobs), visit("alpha")
    assert choose(client, path, "12345678").status_code == 200
    assert choose(client, path).status_code == 302


def test_the_worker_refuses_a_letter_without_a_portal() -> None:
    from procrastinate.contrib.django import app

    from tenants.tasks import TaskRefused

    with pytest.raises(TaskRefused):
        app.tasks["identity.send_reset_mail"].func(envelope={}, arguments={"user_id": 1})
    assert not mail.outbox


def test_there_is_no_second_way(visit: Any) -> None:
    """Wagtail's own reset knows no portal and no throttle."""
    for path in ("/admin/password_reset/", "/admin/password_reset/confirm/MQ/abc-def/", "/admin/password_reset/done/"):
        for slug in ("alpha", "quantri"):
            client = visit(slug)
            assert client.get(path).status_code == client.post(path, {"email": TEACHER}).status_code == 404
