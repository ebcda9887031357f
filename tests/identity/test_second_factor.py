"""The second factor: RFC 6238's own values, a code once, guesses throttled, sealed at rest, and the editor's gate."""

from __future__ import annotations

import dataclasses
import datetime
import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity import actor as actors
from school_services.identity import second_factor, totp
from school_services.identity.models import AuditEntry, RecoveryCode, SecondFactor, User
from tenants import context

WEB = "web.alpha@example.vn"
RFC = b"12345678901234567890"
CHALLENGE, SETUP = "/tai-khoan/xac-thuc/", "/tai-khoan/xac-thuc/cai-dat/"


# RFC 6238, appendix B (SHA-1, eight digits)


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_values_of_the_standard(moment: int, code: str) -> None:
    assert totp.code_at(RFC, moment // 30, digits=8) == code
    assert totp.code_at(RFC, moment // 30) == code[2:]


@pytest.mark.parametrize(("off", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_half_a_minute_wrong(off: int, good: bool) -> None:
    now = 1_700_000_015.0
    step = int(now) // 30
    assert totp.step_of(totp.code_at(RFC, step + off), RFC, now, 0) == (step + off if good else None)


def test_a_code_works_once() -> None:
    now = 1_700_000_015.0
    step = int(now) // 30
    code = totp.code_at(RFC, step)
    assert totp.step_of(code, RFC, now, step - 1) == step
    assert totp.step_of(code, RFC, now, step) is None
    assert totp.step_of(f" {code[:3]} {code[3:]} ", RFC, now, 0) == step
    for odd in ("", "abcdef", code[:5], code + "0", "１２３４５６"):
        assert totp.step_of(odd, RFC, now, 0) is None


def test_address_for_the_app() -> None:
    address = totp.address(RFC, account="a@b.vn", issuer="Cổng")
    assert address.startswith("otpauth://totp/C%E1%BB%95ng:a%40b.vn?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&")


def test_recovery_codes_as_people_type_them() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == 10
    assert totp.normalise_recovery(f"  {codes[0].upper().replace('-', ' ')} ") == codes[0].replace("-", "")


# Accounts


@pytest.fixture
def web(alpha: Any) -> Any:
    with context.enter(alpha):
        yield actors.load(User.objects.get(username=WEB))


def code_now(secret: bytes, later: int = 0) -> str:
    return totp.code_at(secret, int(time.time()) // 30 + later)


def set_up(actor: Any) -> tuple[bytes, list[str]]:
    secret = second_factor.begin(actor=actor)
    return secret, second_factor.confirm(actor=actor, code=code_now(secret, -1))


@pytest.mark.django_db
def test_set_up_prove_recover(web: Any, alpha: Any) -> None:
    secret, codes = set_up(web)
    assert second_factor.is_set_up(web.user_id)
    assert second_factor.prove(actor=web, code=code_now(secret)) == "app"
    with pytest.raises(Invalid, match="code_wrong"):
        second_factor.prove(actor=web, code=code_now(secret))
    assert second_factor.prove(actor=web, code=codes[3].upper()) == "recovery"
    with pytest.raises(Invalid):
        second_factor.prove(actor=web, code=codes[3])
    assert second_factor.codes_left(web.user_id) == 9
    renewed = second_factor.renew_codes(actor=web)
    with pytest.raises(Invalid):
        second_factor.prove(actor=web, code=codes[4])
    assert second_factor.prove(actor=web, code=renewed[4]) == "recovery"
    with pytest.raises(Conflict, match="second_factor_set"):
        second_factor.begin(actor=web)
    with context.scope((alpha.unit_id,)):
        entries = list(AuditEntry.objects.order_by("pk").values_list("action", "allowed"))
    assert entries[0] == ("second_factor_set_up", True)
    assert entries.count(("second_factor_refused", False)) == 3
    assert entries.count(("recovery_code_used", True)) == 2


@pytest.mark.django_db
def test_five_guesses_then_a_pause_for_the_right_one_too(web: Any) -> None:
    secret, _ = set_up(web)
    wrong = f"{(int(code_now(secret)) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(Invalid):
            second_factor.prove(actor=web, code=wrong)
    with pytest.raises(Conflict, match="too_many"):
        second_factor.prove(actor=web, code=code_now(secret))


@pytest.mark.django_db
def test_guesses_sent_at_once_are_no_more_than_five(web: Any, alpha: Any, at_once: Any) -> None:
    # Prepared outside the test's transaction, as other connections must see it.
    def work(place: int) -> str:
        with context.enter(alpha):
            try:
                second_factor.prove(actor=dataclasses.replace(web, user_id=web.user_id), code=f"00000{place}"[:6])
            except (Invalid, NotFound):
                return "judged"
            except Conflict:
                return "paused"
        return "right"

    results = at_once(12, work)
    assert results.count("judged") <= 5
    assert results.count("paused") >= 7


@pytest.mark.django_db
def test_nothing_stored_opens_anything(web: Any, settings: Any) -> None:
    secret, codes = set_up(web)
    row = SecondFactor.objects.get(user_id=web.user_id)
    assert secret not in bytes(row.sealed)
    assert totp.as_text(secret).replace(" ", "").encode() not in bytes(row.sealed)
    assert not {code.replace("-", "") for code in codes} & set(RecoveryCode.objects.values_list("hash", flat=True))
    other = User.objects.exclude(pk=web.user_id).first()
    assert other is not None
    with pytest.raises(Conflict, match="second_factor_lost"):
        second_factor.unseal(bytes(row.sealed), other.pk)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key" * 5, [settings.SECRET_KEY]
    assert second_factor.unseal(bytes(row.sealed), web.user_id) == secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(Conflict, match="second_factor_lost"):
        second_factor.prove(actor=web, code=code_now(secret))


# The gate


@pytest.fixture
def required(settings: Any) -> None:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, second_factor_from=datetime.date.min)


@pytest.mark.django_db
def test_editors_are_led_to_set_it_up(required: None, visit: Any) -> None:
    client = visit("alpha", WEB)
    response = client.get("/admin/pages/3/")
    assert response["Location"] == f"{SETUP}?next=%2Fadmin%2Fpages%2F3%2F"
    page = client.get(response["Location"])
    secret_text = page.content.decode().split('class="code key">')[1].split("<")[0]
    import base64

    raw = secret_text.replace(" ", "")
    secret = base64.b32decode(raw + "=" * (-len(raw) % 8))
    assert "data:image/svg+xml" in page.content.decode()
    assert client.post(SETUP, {"code": "000000"}).status_code == 422
    assert client.get("/admin/").status_code == 302
    done = client.post(SETUP, {"code": code_now(secret), "next": "/admin/"})
    assert done.status_code == 200
    assert done.content.decode().count("<code>") == 10
    assert client.get("/admin/").status_code == 200
    assert "<code>" not in client.get(SETUP).content.decode(), "codes and secret are shown once"
    assert secret_text not in client.get(SETUP).content.decode()

    fresh = visit("alpha", WEB)
    response = fresh.get("/admin/")
    assert response["Location"].startswith(CHALLENGE)
    assert fresh.post("/admin/thung-rac/", {"trang": "1", "viec": "erase"})["Location"].startswith(CHALLENGE)
    assert fresh.post(CHALLENGE, {"code": code_now(secret, 1), "next": "/admin/"})["Location"] == "/admin/"
    assert fresh.get("/admin/").status_code == 200
    assert visit("alpha", WEB).post(CHALLENGE, {"code": code_now(secret, 1)}).status_code == 422, "a code works once"


@pytest.mark.django_db
def test_whoever_has_one_is_asked_even_where_it_is_not_required(visit: Any, web: Any) -> None:
    set_up(web)
    client = visit("alpha", WEB)
    assert client.get("/admin/")["Location"].startswith(CHALLENGE)
    assert client.get("/admin/api/main/pages/")["Location"].startswith(CHALLENGE)
    assert client.get("/tai-khoan/").status_code == 200, "the account itself stays open"


@pytest.mark.django_db
def test_others_are_not_asked(required: None, visit: Any) -> None:
    parent = visit("alpha", "84912000001")
    assert parent.get("/tai-khoan/").status_code == 200
    assert CHALLENGE not in parent.get("/admin/").get("Location", "")
    assert visit("alpha").get("/").status_code == 200


@pytest.mark.django_db
def test_a_grace_until_a_day(settings: Any, visit: Any) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=2)
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, second_factor_from=tomorrow)
    assert visit("alpha", WEB).get("/admin/").status_code == 200
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, second_factor_from=datetime.date(2026, 1, 1))
    assert visit("alpha", WEB).get("/admin/").status_code == 302


def test_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    from portal_host import env

    monkeypatch.setenv("SECOND_FACTOR_FROM", "2026-12-31")
    assert env.read("dev").second_factor_from == datetime.date(2026, 12, 31)
    monkeypatch.setenv("SECOND_FACTOR_FROM", "never")
    assert env.read("dev").second_factor_from is None
    monkeypatch.setenv("SECOND_FACTOR_FROM", "mai")
    with pytest.raises(env.EnvironmentProblem, match="SECOND_FACTOR_FROM"):
        env.read("dev")


@pytest.mark.django_db
def test_the_operator_takes_it_off(web: Any, capsys: Any) -> None:
    set_up(web)
    call_command("second_factor", "remove", WEB)
    assert not SecondFactor.objects.filter(user_id=web.user_id).exists()
    assert not RecoveryCode.objects.filter(user_id=web.user_id).exists()
    with pytest.raises(CommandError):
        call_command("second_factor", "remove", "khong-ai@example.vn")
