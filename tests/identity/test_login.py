"""Logging in: spellings, throttle, what an outsider can tell, sessions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_host.settings import base
from school_services.errors import Invalid
from school_services.identity import rules, services, throttle
from school_services.identity.models import LoginFailure, User
from tenants import context
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/tai-khoan/dang-nhap/"
PARENT, TEACHER = "84912000002", "gv.alpha@example.vn"


@pytest.fixture(autouse=True)
def _platform(db: None) -> Iterator[None]:
    """The tests look into public tables themselves; each request enters its own portal."""
    with context.platform():
        yield


def attempt(client: Any, login: str, password: str, address: str = "192.0.2.1") -> Any:
    return client.post(LOGIN, {"login": login, "password": password}, REMOTE_ADDR=address)


def code_of(response: Any) -> str:
    text = response.content.decode()
    return next((code for code in ("DN-01", "DN-02") if code in text), "")


@pytest.mark.parametrize("login", ["0912000002", "0912 000 002", "+84912000002", "+84 (0)912.000.002", " 84912000002 "])
def test_a_phone_in_any_spelling(login: str, visit: Any) -> None:
    response = attempt(visit("alpha"), login, PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/tai-khoan/")


@pytest.mark.parametrize("login", ["gv.alpha@example.vn", "GV.Alpha@Example.VN", "  gv.alpha@example.vn  "])
def test_a_mail_in_any_case(login: str, visit: Any) -> None:
    assert attempt(visit("alpha"), login, PASSWORD).status_code == 302


def test_the_second_name_of_an_account(visit: Any) -> None:
    with context.platform():
        services.create_account(login="0912999001", full_name="Hai Tên", password=PASSWORD, email=" Hai.Ten@Example.VN")
    for login in ("0912999001", "hai.ten@example.vn", "HAI.TEN@example.vn"):
        assert attempt(visit("alpha"), login, PASSWORD).status_code == 302, login


@pytest.mark.parametrize("change", [PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), "", PASSWORD[:-1]])
def test_the_password_is_taken_as_it_is(change: str, visit: Any) -> None:
    assert attempt(visit("alpha"), PARENT, change).status_code == 422


def test_accounts_are_made_once_and_of_real_logins() -> None:
    with context.platform():
        for login, mail, code in (
            ("0912 000 002", "", "login_taken"),
            ("GV.alpha@example.vn", "", "login_taken"),
            ("0912999002", "GV.ALPHA@example.vn", "login_taken"),
            ("khong-phai", "", "login_format"),
            ("02763822222", "", "login_format"),
            ("0912999002", "khong-phai", "login_format"),
            ("0912999002", "0912999003", "login_format"),
        ):
            with pytest.raises(Invalid, match=code):
                services.create_account(login=login, full_name="X", password=PASSWORD, email=mail)
        assert not User.objects.filter(full_name="X").exists()


def test_two_at_once_make_one_account(at_once: Any) -> None:
    def make(place: int) -> User:
        with context.platform():
            return services.create_account(login="0912999009", full_name="Một Lần", password=None)

    results = at_once(6, make)
    assert sum(isinstance(result, User) for result in results) == 1
    assert {result.code for result in results if not isinstance(result, User)} == {"login_taken"}


def test_passwords_are_kept_as_argon2(settings: Any, alpha: Any) -> None:
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    with context.enter(alpha):
        user = services.create_account(login="0912999004", full_name="Argon", password=PASSWORD)
        assert user.password.startswith("argon2$argon2id$")
        assert authenticate(RequestFactory().get("/"), username="0912999004", password=PASSWORD) == user
        old = User.objects.get(username=PARENT)
        old.password = "pbkdf2_sha256$1000$salt$x8sYb3cYbD8C8M9mVgbYc1oYpVbFQfSg7f1f1m2f3fE="
        assert not old.check_password(PASSWORD)


def test_five_wrong_passwords_pause_the_account_by_all_its_names(visit: Any) -> None:
    with context.platform():
        services.create_account(login="0912999005", full_name="Hai Tên", password=PASSWORD, email="hai@example.vn")
    names = ["0912999005", "hai@example.vn", "+84912999005", "HAI@example.vn", "0912 999 005"]
    for place, name in enumerate(names):
        assert code_of(attempt(visit("alpha"), name, "sai", f"192.0.2.{place}")) == "DN-01"
    for name in names:
        response = attempt(visit("beta"), name, PASSWORD, "198.51.100.1")
        assert (response.status_code, code_of(response)) == (422, "DN-02"), (
            "right password, other portal, other address"
        )
    assert attempt(visit("alpha"), PARENT, PASSWORD).status_code == 302, "others are not paused"


def test_the_pause_ends(visit: Any) -> None:
    for _ in range(6):
        attempt(visit("alpha"), PARENT, "sai")
    assert code_of(attempt(visit("alpha"), PARENT, PASSWORD)) == "DN-02"
    LoginFailure.objects.update(at=timezone.now() - timedelta(seconds=rules.WINDOW_SECONDS - 5))
    assert code_of(attempt(visit("alpha"), PARENT, PASSWORD)) == "DN-02"
    LoginFailure.objects.update(at=timezone.now() - timedelta(seconds=rules.WINDOW_SECONDS + 1))
    assert attempt(visit("alpha"), PARENT, PASSWORD).status_code == 302


def test_a_right_password_forgives_the_slips_before_it(visit: Any) -> None:
    for _ in range(3):
        for _ in range(rules.MAX_PER_ACCOUNT - 1):
            assert code_of(attempt(visit("alpha"), PARENT, "sai")) == "DN-01"
        assert attempt(visit("alpha"), PARENT, PASSWORD).status_code == 302


def test_an_address_is_paused_for_all_accounts_and_its_own_success_is_no_way_out(visit: Any) -> None:
    for number in range(rules.MAX_PER_ADDRESS):
        assert code_of(attempt(visit("alpha"), f"ai{number}@example.vn", "sai", "2001:db8::1")) == "DN-01"
        if number == 20:
            assert attempt(visit("alpha"), PARENT, PASSWORD, "2001:db8::1").status_code == 302
    assert code_of(attempt(visit("alpha"), PARENT, PASSWORD, "2001:db8::ffff")) == "DN-02", "the same /64"
    assert attempt(visit("alpha"), PARENT, PASSWORD, "2001:db8:0:1::1").status_code == 302


def test_a_forged_forwarded_address_does_not_escape_the_pause(visit: Any, settings: Any) -> None:
    for number in range(rules.MAX_PER_ADDRESS):
        visit("alpha").post(
            LOGIN,
            {"login": f"ai{number}@example.vn", "password": "sai"},
            REMOTE_ADDR="192.0.2.9",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
        )
    assert code_of(attempt(visit("alpha"), PARENT, PASSWORD, "192.0.2.9")) == "DN-02"


def test_a_hundred_guesses_at_once_are_five(at_once: Any, alpha: Any) -> None:
    """Each thread is a request of its own; none of the guesses beyond the fifth is compared with the password."""
    tried: list[int] = []

    def guess(place: int) -> None:
        request = RequestFactory(REMOTE_ADDR=f"192.0.2.{place}").post("/")
        with context.enter(alpha):
            assert authenticate(request, username=PARENT, password=f"sai-{place}") is None
        if not getattr(request, "login_paused", False):
            tried.append(place)

    assert at_once(24, guess) == [None] * 24
    assert len(tried) == rules.MAX_PER_ACCOUNT


def test_thirty_five_accounts_at_once_from_one_address_are_thirty(at_once: Any) -> None:
    def take(place: int) -> bool:
        with context.platform():
            return throttle.attempt("login", account=f"a{place}", address="192.0.2.77") is not None

    assert sum(at_once(35, take)) == rules.MAX_PER_ADDRESS


class CountingHasher(MD5PasswordHasher):
    work = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.work += 1
        return super().encode(password, salt)


def test_unknown_account_and_wrong_password_are_one_answer_and_one_work(visit: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    with context.platform():
        User.objects.filter(username=TEACHER).update(is_active=False)
        services.create_account(login="0912999006", full_name="Không Mật Khẩu", password=None)
    visit("alpha").get(LOGIN)  # the map of hosts is read once
    seen = []
    for login, password in (
        ("0987654321", "sai"),
        ("khong@example.vn", "sai"),
        (PARENT, "sai"),
        (TEACHER, "sai"),
        (TEACHER, PASSWORD),
        ("0912999006", "sai"),
    ):
        CountingHasher.work = 0
        client = visit("alpha")
        with CaptureQueriesContext(connection) as queries:
            response = attempt(client, login, password, f"192.0.2.{len(seen) + 1}")
        body = response.content.decode().replace(f'value="{login}"', "")
        seen.append((response.status_code, code_of(response), CountingHasher.work, len(queries), len(body)))
    assert len(set(seen)) == 1, seen
    assert seen[0][:3] == (422, "DN-01", 1)


def test_paused_unknown_and_known_accounts_look_alike(visit: Any) -> None:
    answers = []
    for login in ("0987654321", PARENT):
        answers.append([attempt(visit("alpha"), login, "sai", "192.0.2.50") for _ in range(7)])
    codes = [[code_of(answer) for answer in row] for row in answers]
    assert codes[0] == codes[1] == ["DN-01"] * 5 + ["DN-02"] * 2


def test_no_attempt_leaves_a_name_or_an_address(visit: Any) -> None:
    attempt(visit("alpha"), PARENT, "sai", "192.0.2.60")
    keys = list(LoginFailure.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert all(len(key) == 64 and PARENT not in key for key in keys)
    LoginFailure.objects.update(at=timezone.now() - timedelta(hours=26))
    services.forget_old_failures()
    assert not LoginFailure.objects.exists()


def test_a_password_in_a_url_or_a_form_again_is_never_shown(visit: Any) -> None:
    response = attempt(visit("alpha"), "<b>x</b>", "mat-khau-bi-mat")
    assert b"mat-khau-bi-mat" not in response.content
    assert b"<b>x</b>" not in response.content


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "http://beta.localhost/", "javascript:x"]
)
def test_login_leads_to_no_other_host(target: str, visit: Any) -> None:
    response = visit("alpha").post(f"{LOGIN}?next={target}", {"login": PARENT, "password": PASSWORD, "next": target})
    assert response["Location"] == "/tai-khoan/"


def test_login_gives_a_new_session_of_this_host_alone(visit: Any) -> None:
    client = visit("alpha")
    session = client.session
    session["x"] = "fixed"
    session.save()
    client.cookies["phien"] = session.session_key
    fixed = session.session_key
    attempt(client, PARENT, PASSWORD)
    cookie = client.cookies["phien"]
    assert cookie.value != fixed, "no session fixation"
    assert cookie["domain"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.cookies["da"]["domain"] == ""
    for slug in ("beta", "quantri", "so"):
        other = visit(slug)
        other.cookies["phien"] = cookie.value
        assert other.get("/tai-khoan/" if slug != "quantri" else "/").status_code == 302


def test_https_cookies_cannot_leave_the_host() -> None:
    """`__Host-` is refused by browsers with a Domain, without Secure, or from http."""
    import dataclasses

    from portal_host.env import read

    production = base.configure(dataclasses.replace(read("test"), https=True), pool=False)
    assert production["SESSION_COOKIE_NAME"] == "__Host-phien"
    assert production["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert production["SESSION_COOKIE_SECURE"] is True
    assert base.SESSION_COOKIE_DOMAIN is None


def test_a_new_password_ends_the_other_sessions(visit: Any) -> None:
    here, there, elsewhere = visit("alpha", PARENT), visit("alpha", PARENT), visit("beta", PARENT)
    new = "mat-khau-moi-27"
    wrong = here.post("/tai-khoan/mat-khau/", {"old": "sai", "password1": new, "password2": new})
    assert wrong.status_code == 422
    assert there.get("/tai-khoan/").status_code == 200
    assert here.post("/tai-khoan/mat-khau/", {"old": PASSWORD, "password1": new, "password2": new}).status_code == 302
    assert here.get("/tai-khoan/").status_code == 200
    assert there.get("/tai-khoan/").status_code == elsewhere.get("/tai-khoan/").status_code == 302
    assert attempt(visit("alpha"), PARENT, PASSWORD).status_code == 422
    assert attempt(visit("alpha"), PARENT, new).status_code == 302


@pytest.mark.parametrize("weak", ["ngan", "12345678", "84912000002", "password", "Phụ Huynh Khác"])
def test_weak_passwords_are_refused(weak: str, visit: Any) -> None:
    client = visit("alpha", PARENT)
    answer = client.post("/tai-khoan/mat-khau/", {"old": PASSWORD, "password1": weak, "password2": weak})
    assert answer.status_code == 422
    assert attempt(visit("alpha"), PARENT, PASSWORD).status_code == 302


def test_a_closed_account_loses_its_sessions(visit: Any) -> None:
    client = visit("alpha", PARENT)
    User.objects.filter(username=PARENT).update(is_active=False)
    assert client.get("/tai-khoan/").status_code == 302


def test_log_out_is_a_post_and_ends_the_session(visit: Any) -> None:
    client = visit("alpha", PARENT)
    assert client.get("/tai-khoan/dang-xuat/").status_code == 405
    key = client.cookies["phien"].value
    assert client.post("/tai-khoan/dang-xuat/").status_code == 302
    client.cookies["phien"] = key
    assert client.get("/tai-khoan/").status_code == 302


def test_forms_want_a_csrf_token(alpha: Any) -> None:
    from django.test import Client

    client = Client(headers={"host": "alpha.localhost"}, enforce_csrf_checks=True)
    assert client.post(LOGIN, {"login": PARENT, "password": PASSWORD}).status_code == 403


def test_an_empty_form_asks_in_words_that_mean_no_school(visit: Any) -> None:
    """Django's "Trường này là bắt buộc" also says "this school is compulsory"."""
    body = visit("alpha").post(LOGIN, {"login": " ", "password": ""}).content.decode()
    assert body.count("Vui lòng nhập mục này.") == 4, "two fields, in the summary and beside the field"
    assert "Trường này" not in body
    assert "<h1>Đăng nhập</h1>" in body
