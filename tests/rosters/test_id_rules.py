"""The personal number, versions for the sector's data centre, communes, consents: tables."""

from __future__ import annotations

import datetime

import pytest

from school_services.errors import Invalid
from school_services.rosters import consent_rules, id_rules, places
from school_services.rosters.consent_rules import Purpose
from school_services.rosters.id_rules import Message, Record

BORN = datetime.date(2012, 5, 9)


@pytest.mark.parametrize(
    ("number", "province", "gender", "year"),
    [
        ("072312004567", "072", "NU", 2012),
        ("080 212 004567", "080", "NAM", 2012),
        ("001099123456", "001", "NAM", 1999),
        ("096.199.123456", "096", "NU", 1999),
    ],
)
def test_what_a_number_says(number: str, province: str, gender: str, year: int) -> None:
    found = id_rules.parse_citizen_id(number)
    assert (found.province, found.gender, found.birth_year) == (province, gender, year)


@pytest.mark.parametrize(
    "number", ["", "07231200456", "0723120045678", "072312OO4567", "000312004567", "003312004567", "０72312004567"]
)
def test_what_is_no_number(number: str) -> None:
    with pytest.raises(Invalid) as caught:
        id_rules.parse_citizen_id(number)
    assert caught.value.code == "citizen_id_format"


@pytest.mark.parametrize(
    ("gender", "born", "fields"),
    [
        ("NAM", BORN, "gender"),
        ("NU", datetime.date(2013, 5, 9), "year"),
        ("NAM", datetime.date(1912, 5, 9), "gender,year"),
    ],
)
def test_a_number_of_somebody_else(gender: str, born: datetime.date, fields: str) -> None:
    with pytest.raises(Invalid) as caught:
        id_rules.check_citizen_id("072312004567", gender=gender, birth_date=born)
    assert (caught.value.code, caught.value.data["fields"]) == ("citizen_id_mismatch", fields)


def test_lists_show_a_mask() -> None:
    assert id_rules.check_citizen_id("072312004567", gender="NU", birth_date=BORN).masked == "072•••••4567"
    assert id_rules.mask("") == ""


def test_lower_and_equal_versions_are_passed_over() -> None:
    state = id_rules.upsert(
        {},
        [
            Message("HS1", "NEW", 1, "a"),
            Message("HS1", "UPdate", 3, "b"),
            Message("HS1", "UPDATE", 3, "c"),
            Message("HS1", "UPDATE", 2, "d"),
            Message("HS2", "NEW", 5, "x"),
            Message("HS2", "CANCEL", 6, None),
        ],
    )
    assert state == {"HS1": Record(3, False, "b"), "HS2": Record(6, True, "x")}


@pytest.mark.parametrize("message", [Message("HS1", "DELETE", 1, "a"), Message("HS1", "NEW", 0, "a")])
def test_messages_that_are_none(message: Message) -> None:
    with pytest.raises(Invalid):
        id_rules.upsert({}, [message])


def test_communes_of_the_province() -> None:
    assert len(places.communes()) == 96
    assert sum(commune.kind == "phường" for commune in places.communes().values()) == 14
    assert places.commune_in_province("27694", "80")
    assert not places.commune_in_province("26740", "80")
    assert not places.commune_in_province("27694", "79")


@pytest.mark.parametrize(
    ("years", "purpose", "child", "guardian", "allowed"),
    [
        (9, "PUBLISH_PRIVATE_LIFE", True, True, True),
        (9, "PUBLISH_PRIVATE_LIFE", False, True, False),
        (9, "PUBLISH_PRIVATE_LIFE", True, False, False),
        (9, "SERVICE", False, True, True),
        (6, "PHOTO", False, True, True),
        (7, "PHOTO", False, True, False),
        (7, "CAMERA", False, True, True),
        (3, "CAMERA", True, False, False),
    ],
)
def test_consents(years: int, purpose: str, child: bool, guardian: bool, allowed: bool) -> None:
    found = consent_rules.consent_ok(years, Purpose(purpose), child_agrees=child, guardian_agrees=guardian)
    assert found is allowed


@pytest.mark.parametrize(
    ("today", "years"), [((2019, 5, 8), 6), ((2019, 5, 9), 7), ((2020, 5, 8), 7), ((2012, 5, 9), 0)]
)
def test_completed_years(today: tuple[int, int, int], years: int) -> None:
    assert consent_rules.age(BORN, datetime.date(*today)) == years
