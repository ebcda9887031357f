"""Spellings of logins, addresses and who may give which role: pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.identity import rules

MOBILE = st.from_regex(r"[35789][0-9]{8}", fullmatch=True)
SEPARATORS = st.sampled_from(["", " ", ".", "-", "\u00a0", "\u2011", "\u200b"])


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "  0912345678\n",
        "84912345678",
        "+84912345678",
        "+84 912 345 678",
        "+84 (0)912 345 678",
        "(+84) 912345678",
        "0084912345678",
        "(0912) 345 678",
        "0912\u00a0345\u00a0678",
    ],
)
def test_spellings_of_one_number(text: str) -> None:
    assert rules.normalise_phone(text) == rules.normalise_login(text) == "84912345678"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "912345678",
        "01234567890",
        "02763822222",
        "0112345678",
        "09123456789",
        "091234567",
        "84",
        "0912345678x",
        "０９１２３４５６７８",
    ],
)
def test_what_is_no_mobile_number(text: str) -> None:
    assert rules.normalise_phone(text) is None


@pytest.mark.parametrize("text", ["An.Nguyen@Example.VN", "  an.nguyen@example.vn ", "AN.NGUYEN@EXAMPLE.VN"])
def test_spellings_of_one_mail(text: str) -> None:
    assert rules.normalise_login(text) == "an.nguyen@example.vn"


@given(MOBILE, st.sampled_from(["0", "84", "+84", "0084", "+840"]), st.lists(SEPARATORS, min_size=9, max_size=9))
def test_any_prefix_and_separators_are_one_login(number: str, prefix: str, between: list[str]) -> None:
    text = prefix + "".join(a + b for a, b in zip(between, number, strict=True))
    assert rules.normalise_login(text) == f"84{number}"


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = rules.normalise_login(text)
    assert rules.normalise_login(once) == once


@pytest.mark.parametrize("text", ["84912345678", "an@example.vn", "van.thu+1@thcs-a.edu.vn"])
def test_logins(text: str) -> None:
    assert rules.is_login(text)


@pytest.mark.parametrize(
    "text", ["", "an", "an@", "@vn", "an@vn", "a b@example.vn", "an@example..vn", "a" * 150 + "@x.vn", "0276382222"]
)
def test_no_logins(text: str) -> None:
    assert not rules.is_login(text)


def test_an_ipv6_household_is_one_address() -> None:
    assert rules.network("2001:db8:1:2:aaaa::1") == rules.network("2001:db8:1:2:bbbb::9") == "2001:db8:1:2::"
    assert rules.network("2001:db8:1:3::1") != rules.network("2001:db8:1:2::1")
    assert rules.network("::ffff:192.0.2.7") == rules.network("192.0.2.7") == "192.0.2.7"
    assert rules.network("unknown") == rules.network("") == ""


def test_nobody_gives_the_role_he_has() -> None:
    for giver, given_roles in rules.GRANTS.items():
        assert giver not in given_roles
    assert "officer" not in set().union(*rules.GRANTS.values()), "officers are made by the operator"
