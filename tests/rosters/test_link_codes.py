"""A code on paper makes a guardian: once, for a month, in its school, and not by guessing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from school_services.errors import Invalid, NotFound
from school_services.identity import actor as actors
from school_services.identity import rules
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, User
from school_services.rosters import selectors, services
from school_services.rosters.models import Guardianship, LinkCode, Student
from tenants import context

pytestmark = pytest.mark.django_db
PAGE = "/tai-khoan/lien-ket/"
PARENT, OTHER = "84912000002", "web.beta@example.vn"


def actor(login: str) -> Actor:
    return actors.load(User.objects.get(username=login))


def student(unit: int, code: str) -> int:
    with context.scope((unit,)):
        return Student.objects.get(unit_id=unit, code=code).pk


@pytest.fixture
def code(alpha: Any) -> str:
    with context.enter(alpha):
        return services.issue_link_code(
            actor=actor("vp.alpha@example.vn"), unit_id=alpha.unit_id, student_id=student(alpha.unit_id, "ALPHA3")
        )


def children(portal: Any, login: str) -> set[str]:
    with context.enter(portal):
        return {child.full_name for child in selectors.children(actor(login))}


def refused(portal: Any, login: str, code: str) -> bool:
    with context.enter(portal):
        try:
            services.redeem_link_code(actor=actor(login), unit_id=portal.unit_id, code=code)
        except Invalid:
            return True
    return False


def test_eight_letters_that_read_like_nothing_else(code: str) -> None:
    assert re.fullmatch("[A-HJKMNP-Z2-9]{8}", code)
    assert not set(code) & set("0O1IL")
    assert len(services.CODE_ALPHABET) ** 8 > 8 * 10**11


def test_only_its_hash_is_kept(code: str, alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        row = LinkCode.objects.get()
        assert code not in str(vars(row))
        assert len(row.code_hash) == 64
        assert timedelta(days=29) < row.expires_at - timezone.now() <= timedelta(days=30)


@pytest.mark.parametrize("spelling", [str.lower, lambda c: f" {c[:4]}-{c[4:]} ", lambda c: f"{c[:4]} {c[4:]}"])
def test_as_people_type_it(spelling: Any, code: str, visit: Any, alpha: Any) -> None:
    client = visit("alpha", PARENT)
    assert client.post(PAGE, {"code": spelling(code)})["Location"] == "/tai-khoan/"
    assert len(children(alpha, PARENT)) == 2


def test_once_and_for_one(code: str, alpha: Any) -> None:
    assert not refused(alpha, PARENT, code)
    for login in (PARENT, OTHER):
        assert refused(alpha, login, code)
    assert not children(alpha, OTHER)


def test_a_month(code: str, alpha: Any) -> None:
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        LinkCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(alpha, PARENT, code)
    assert len(children(alpha, PARENT)) == 1


def test_in_its_school_alone(code: str, visit: Any, alpha: Any, beta: Any, portals: dict[str, Any]) -> None:
    for slug in ("beta", "so"):
        assert refused(portals[slug], PARENT, code)
        answer = visit(slug, PARENT).post(PAGE, {"code": code})
        assert answer.status_code == 422
    assert not refused(alpha, PARENT, code), "foreign attempts spend nothing"


@pytest.mark.parametrize("odd", ["", " ", "ABCDEFGH", "A" * 20, "'; --", "\u0000", "ＡＢＣＤ2345", "<script>"])
def test_what_is_no_code(odd: str, code: str, visit: Any, alpha: Any) -> None:
    answer = visit("alpha", PARENT).post(PAGE, {"code": odd})
    assert answer.status_code == 422
    assert b"<script>" not in answer.content
    assert len(children(alpha, PARENT)) == 1


def test_both_parents_with_two_codes(code: str, alpha: Any) -> None:
    with context.enter(alpha):
        second = services.issue_link_code(
            actor=actor("vp.alpha@example.vn"), unit_id=alpha.unit_id, student_id=student(alpha.unit_id, "ALPHA3")
        )
    assert second != code
    assert not refused(alpha, PARENT, code)
    assert not refused(alpha, OTHER, second)
    assert len(children(alpha, OTHER)) == 1


def test_a_second_code_for_the_same_parent_makes_no_second_link(code: str, alpha: Any) -> None:
    with context.enter(alpha):
        second = services.issue_link_code(
            actor=actor("vp.alpha@example.vn"), unit_id=alpha.unit_id, student_id=student(alpha.unit_id, "ALPHA3")
        )
    assert not refused(alpha, PARENT, code)
    assert not refused(alpha, PARENT, second)
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert Guardianship.objects.filter(user__username=PARENT).count() == 2  # ALPHA2 of the world, and ALPHA3


def test_for_students_of_the_school_alone(alpha: Any, beta: Any) -> None:
    with context.enter(alpha):
        foreign = student(beta.unit_id, "BETA3")
        for target in (foreign, 0, -1):
            with pytest.raises(NotFound):
                services.issue_link_code(actor=actor("vp.alpha@example.vn"), unit_id=alpha.unit_id, student_id=target)
        with context.scope((alpha.unit_id,)):
            assert not LinkCode.objects.exists()
            assert not AuditEntry.objects.filter(action="issue_link_code").exists()


def test_guessing_is_paused_for_the_account_from_any_address(code: str, visit: Any, alpha: Any) -> None:
    client = visit("alpha", PARENT)
    for number in range(rules.MAX_PER_ACCOUNT):
        answer = client.post(PAGE, {"code": f"ABCDEFG{number}"}, REMOTE_ADDR=f"192.0.2.{number}")
        assert "LK-01" in answer.content.decode()
    for slug in ("alpha", "beta"):
        answer = visit(slug, PARENT).post(PAGE, {"code": code}, REMOTE_ADDR="198.51.100.1")
        assert answer.status_code == 422
        assert "LK-02" in answer.content.decode(), "even the right one"
    assert len(children(alpha, PARENT)) == 1
    assert visit("alpha", OTHER).post(PAGE, {"code": code}).status_code == 302, "others are not paused"


def test_the_guesses_of_many_accounts_from_one_address_are_paused(code: str, visit: Any, alpha: Any) -> None:
    with context.platform():
        logins = list(User.objects.exclude(username=PARENT).values_list("username", flat=True))[:7]
    for number in range(rules.MAX_PER_ADDRESS):
        answer = visit("alpha", logins[number % 7]).post(PAGE, {"code": "ABCDEFGH"}, REMOTE_ADDR="192.0.2.9")
        assert "LK-01" in answer.content.decode()
    assert "LK-02" in visit("alpha", PARENT).post(PAGE, {"code": code}, REMOTE_ADDR="192.0.2.9").content.decode()


def test_guesses_do_not_close_the_login(visit: Any) -> None:
    from tests.world import PASSWORD

    client = visit("alpha", PARENT)
    for _ in range(6):
        client.post(PAGE, {"code": "ABCDEFGH"})
    answer = visit("alpha").post("/tai-khoan/dang-nhap/", {"login": PARENT, "password": PASSWORD})
    assert answer.status_code == 302


def test_used_at_once_it_makes_one_guardian(at_once: Any, alpha: Any) -> None:
    def issue(place: int) -> str:
        with context.enter(alpha):
            return services.issue_link_code(
                actor=actor("vp.alpha@example.vn"), unit_id=alpha.unit_id, student_id=student(alpha.unit_id, "ALPHA3")
            )

    (code,) = at_once(1, issue)
    logins = [PARENT, OTHER, "84912000001", "gv.beta@example.vn"]

    def redeem(place: int) -> int:
        with context.enter(alpha):
            return services.redeem_link_code(actor=actor(logins[place % 4]), unit_id=alpha.unit_id, code=code)

    results = at_once(12, redeem)
    assert sum(isinstance(result, int) for result in results) == 1
    assert {result.code for result in results if not isinstance(result, int)} == {"link_code"}
    with context.enter(alpha), context.scope((alpha.unit_id,)):
        assert Guardianship.objects.filter(student__code="ALPHA3").count() == 1


def test_many_guesses_at_once_are_five(at_once: Any, visit: Any, alpha: Any) -> None:
    cookie: list[str] = []

    def login(place: int) -> None:
        cookie.append(visit("alpha", PARENT).cookies["phien"].value)

    at_once(1, login)

    def guess(place: int) -> str:
        client = visit("alpha")
        client.cookies["phien"] = cookie[0]
        text = client.post(PAGE, {"code": "ABCDEFGH"}, REMOTE_ADDR=f"192.0.2.{place}").content.decode()
        return "LK-01" if "LK-01" in text else "LK-02" if "LK-02" in text else text

    results = at_once(16, guess)
    assert sorted(map(str, results)) == ["LK-01"] * 5 + ["LK-02"] * 11
