"""What the database must not read: bound to its unit and purpose, keys that change."""

from __future__ import annotations

import base64

import pytest

from school_services import sealing

OLD, NEW = (base64.urlsafe_b64encode(bytes([n]) * 32).decode() for n in (1, 2))
WHERE = {"unit_id": 7, "purpose": "x"}


def test_opens_for_its_unit_and_purpose_alone(settings: object) -> None:
    settings.RECORDS_KEYS = [NEW]  # type: ignore[attr-defined]
    sealed = sealing.seal({"number": "072214004567"}, **WHERE)  # type: ignore[arg-type]
    assert "072214004567" not in base64.b64decode(sealed).decode("latin-1")
    assert sealing.unseal(sealed, **WHERE) == {"number": "072214004567"}  # type: ignore[arg-type]
    for other in ({"unit_id": 8, "purpose": "x"}, {"unit_id": 7, "purpose": "y"}):
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed, **other)  # type: ignore[arg-type]
    for damaged in (sealed[:-4] + "AAA=", sealed[:8], "kein Siegel"):
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(damaged, **WHERE)  # type: ignore[arg-type]
    assert sealing.unseal("", **WHERE) == {}  # type: ignore[arg-type]


def test_keys_change_and_numbers_are_found_again(settings: object) -> None:
    settings.RECORDS_KEYS = [OLD]  # type: ignore[attr-defined]
    sealed, found = sealing.seal({"a": 1}, **WHERE), sealing.fingerprint("1", "x")  # type: ignore[arg-type]
    settings.RECORDS_KEYS = [NEW, OLD]  # type: ignore[attr-defined]
    assert sealing.unseal(sealed, **WHERE) == {"a": 1}  # type: ignore[arg-type]
    assert sealing.fingerprint("1", "x") == found
    anew = sealing.seal({"a": 1}, **WHERE)  # type: ignore[arg-type]
    settings.RECORDS_KEYS = [NEW]  # type: ignore[attr-defined]
    assert sealing.unseal(anew, **WHERE) == {"a": 1}  # type: ignore[arg-type]
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed, **WHERE)  # type: ignore[arg-type]
