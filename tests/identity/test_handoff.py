"""From one portal to another with one account: one use, one minute, one target."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.utils import timezone

from school_services.errors import NotFound
from school_services.identity import services
from school_services.identity.models import Handoff, User
from tenants import context

pytestmark = pytest.mark.django_db
PARENT = "84912000001"


@pytest.fixture
def token(alpha: Any, beta: Any) -> str:
    with context.enter(alpha):
        return services.start_handoff(user=User.objects.get(username=PARENT), target=beta)


def spent(portal: Any, token: str) -> bool:
    """Whether neither a look nor a redemption succeeds."""
    with context.enter(portal):
        for function in (services.peek_handoff, services.redeem_handoff):
            try:
                function(token=token)
            except NotFound:
                continue
            return False
    return True


def test_through_the_pages(visit: Any) -> None:
    here = visit("alpha", PARENT)
    answer = here.post("/tai-khoan/chuyen/", {"portal": "beta"}, headers={"host": "alpha.localhost:8123"})
    target = urlsplit(answer["Location"])
    assert (answer.status_code, target.netloc, target.path) == (302, "beta.localhost:8123", "/tai-khoan/nhan/")
    token = parse_qs(target.query)["t"][0]
    there = visit("beta")
    page = there.get("/tai-khoan/nhan/", {"t": token})
    assert "Phụ Huynh Hai Con" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert "phien" not in there.cookies, "a link alone logs nobody in"
    assert there.post("/tai-khoan/nhan/", {"t": token}).status_code == 302
    assert there.get("/tai-khoan/").status_code == here.get("/tai-khoan/").status_code == 200
    assert visit("beta").post("/tai-khoan/nhan/", {"t": token}).status_code == 404


def test_it_takes_the_session_over_from_whoever_was_there(visit: Any, token: str) -> None:
    there = visit("beta", "gv.beta@example.vn")
    old = there.cookies["phien"].value
    there.post("/tai-khoan/nhan/", {"t": token})
    assert there.cookies["phien"].value != old
    assert "Giáo Viên Beta" not in there.get("/tai-khoan/").content.decode()


def test_behind_a_proxy_the_port_is_the_visitors(visit: Any) -> None:
    answer = visit("alpha", PARENT).post("/tai-khoan/chuyen/", {"portal": "beta"}, SERVER_PORT="8000")
    assert urlsplit(answer["Location"]).netloc == "beta.localhost"


@pytest.mark.parametrize("portal", ["", "khong-co", "../beta", "evil.example"])
def test_only_to_portals(portal: str, visit: Any) -> None:
    assert visit("alpha", PARENT).post("/tai-khoan/chuyen/", {"portal": portal}).status_code == 404
    with context.platform():
        assert not Handoff.objects.exists()


def test_visitors_hand_nothing_off(visit: Any) -> None:
    assert "/dang-nhap/" in visit("alpha").post("/tai-khoan/chuyen/", {"portal": "beta"})["Location"]
    assert visit("alpha", PARENT).get("/tai-khoan/chuyen/").status_code == 405


def test_once(token: str, beta: Any) -> None:
    with context.enter(beta):
        assert services.redeem_handoff(token=token).username == PARENT
    assert spent(beta, token)


def test_a_minute_by_the_row(token: str, beta: Any) -> None:
    with context.platform():
        Handoff.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))
    assert spent(beta, token)


def test_a_minute_by_the_signature(token: str, beta: Any, monkeypatch: Any) -> None:
    import time

    with context.platform():
        Handoff.objects.update(expires_at=timezone.now() + timedelta(days=1))
    now = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + services.HANDOFF_SECONDS + 2)
    assert spent(beta, token)


def test_for_its_target_alone(token: str, portals: dict[str, Any]) -> None:
    for slug, portal in portals.items():
        if slug != "beta":
            assert spent(portal, token), slug
    assert not spent(portals["beta"], token), "foreign attempts spend nothing"


def test_a_signature_of_one_portal_on_the_nonce_of_another(token: str, alpha: Any, beta: Any) -> None:
    from tenants import isolation

    with context.platform():
        nonce = Handoff.objects.get().nonce
    with context.enter(alpha):
        forged = isolation.sign(nonce, salt="identity.handoff")
        other_purpose = isolation.sign(nonce, salt="identity.other")
    assert spent(alpha, forged)
    assert spent(beta, forged)
    assert spent(beta, other_purpose)
    assert spent(beta, nonce)


def test_tampered(token: str, beta: Any) -> None:
    body, stamp, signature = token.rsplit(":", 2)
    for place, part in enumerate((body, stamp, signature)):
        changed = [body, stamp, signature]
        changed[place] = part[:-1] + ("A" if part[-1] != "A" else "B")
        assert spent(beta, ":".join(changed)), place
    for odd in ("", "x", "::", token + "x", token[1:], "\x00", "é" * 50, "A" * 10_000):
        assert spent(beta, odd)
    assert not spent(beta, token)


def test_a_closed_account_or_a_new_password_takes_the_permit_away(token: str, alpha: Any, beta: Any) -> None:
    with context.platform():
        user = User.objects.get(username=PARENT)
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert spent(beta, token)
    with context.platform():
        User.objects.filter(pk=user.pk).update(is_active=True)
        services.change_password(user=user, password="mat-khau-moi-27")
    assert spent(beta, token)


def test_replayed_at_once_it_logs_in_one(at_once: Any, alpha: Any, beta: Any) -> None:
    def start(place: int) -> str:
        with context.enter(alpha):
            return services.start_handoff(user=User.objects.get(username=PARENT), target=beta)

    (token,) = at_once(1, start)

    def redeem(place: int) -> str:
        with context.enter(beta):
            return services.redeem_handoff(token=token).username

    results = at_once(12, redeem)
    assert results.count(PARENT) == 1
    assert {error.code for error in results if error != PARENT} == {"handoff_spent"}


def test_old_permits_are_swept(token: str, alpha: Any, beta: Any) -> None:
    with context.platform():
        Handoff.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        services.start_handoff(user=User.objects.get(username=PARENT), target=alpha)
        assert Handoff.objects.count() == 1
