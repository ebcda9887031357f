"""EMAIL_URL and EMAIL_FROM: typed, and production does not start without a way to send."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import get_connection

from portal_host import env

GOOD = {
    "SECRET_KEY": "x" * 50,
    "RECORDS_KEYS": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
    "BASE_DOMAIN": "truong.example.vn",
    "DATABASE_URL": "postgresql://app@/x",
    "DATABASE_OWNER_URL": "postgresql://owner@/x",
    "EMAIL_URL": "smtp+starttls://may%40example.vn:mat%2Fkhau@mail.example.vn",
    "EMAIL_FROM": "Cổng thông tin <khong-tra-loi@example.vn>",
}


@pytest.fixture
def production(monkeypatch: Any) -> Any:
    def read(**changes: str) -> env.Environment:
        for name, value in (GOOD | changes).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("DEBUG", raising=False)
        return env.read("production")

    return read


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "tls", "ssl", "timeout"),
    [
        ("smtp://mail.example.vn", "mail.example.vn", 25, "", "", False, False, 15),
        ("smtp+starttls://u:p@mail.example.vn", "mail.example.vn", 587, "u", "p", True, False, 15),
        (
            "smtps://u%40x.vn:p%3A%2F%40@[2001:db8::1]:2465?timeout=5",
            "2001:db8::1",
            2465,
            "u@x.vn",
            "p:/@",
            False,
            True,
            5,
        ),
    ],
)
def test_addresses_of_mail_servers(
    url: str, host: str, port: int, user: str, password: str, tls: bool, ssl: bool, timeout: int, settings: Any
) -> None:
    made = env.read_mail(url, "A <a@example.vn>").settings()
    for name, value in made.items():
        setattr(settings, name, value)
    connection: Any = get_connection(made["EMAIL_BACKEND"])
    assert (connection.host, connection.port, connection.username, connection.password) == (host, port, user, password)
    assert (connection.use_tls, connection.use_ssl, connection.timeout) == (tls, ssl, timeout)
    assert made["DEFAULT_FROM_EMAIL"] == made["SERVER_EMAIL"] == "A <a@example.vn>"


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.vn",
        "http://mail.example.vn",
        "smtp://",
        "smtp://u:bi-mat@mail.example.vn:port",
        "smtps://u:bi-mat@mail.example.vn?tls=1",
        "smtps://u:bi-mat@mail.example.vn?timeout=x",
        "smtps://u:bi-mat@mail.example.vn?timeout=0",
        "smtps://u:bi-mat@mail.example.vn/path",
    ],
)
def test_what_is_no_address_is_named_without_its_password(url: str) -> None:
    with pytest.raises(env.EnvironmentProblem, match="EMAIL_URL") as caught:
        env.read_mail(url, "")
    assert "bi-mat" not in str(caught.value)
    assert "bi-mat" not in repr(caught.value)


def test_without_a_url_letters_are_printed() -> None:
    assert env.read_mail("", "").settings()["EMAIL_BACKEND"].endswith("console.EmailBackend")  # type: ignore[attr-defined]


def test_production_starts_with_mail(production: Any) -> None:
    mail = production().mail
    assert (mail.host, mail.port, mail.user, mail.password) == ("mail.example.vn", 587, "may@example.vn", "mat/khau")
    assert "mat/khau" not in repr(mail), "a traceback prints the environment"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"EMAIL_URL": ""}, "EMAIL_URL is not set: without it nobody can reset a password"),
        ({"EMAIL_URL": "console://"}, "EMAIL_URL is not set"),
        ({"EMAIL_FROM": ""}, "EMAIL_FROM is not set"),
        ({"EMAIL_FROM": "Cổng <a@localhost>"}, "EMAIL_FROM is not set"),
        ({"EMAIL_URL": "smtp://u:p@mail.example.vn"}, "password in clear"),
    ],
)
def test_production_does_not_start_without(changes: dict[str, str], says: str, production: Any) -> None:
    with pytest.raises(env.EnvironmentProblem, match=says):
        production(**changes)
