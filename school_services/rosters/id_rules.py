"""The 12-digit personal number, student codes of the sector, and versions of records sent to it, in plain Python."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from school_services.errors import Invalid

# Provinces of birth registration as numbered before 2025 (TT 59/2021/TT-BCA); a number once given stays.
OLD_PROVINCES = frozenset(
    f"{code:03d}"
    for code in (
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44,
        45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89,
        91, 92, 93, 94, 95, 96,
    )
)  # fmt: skip
MALE, FEMALE = "NAM", "NU"
_NUMBER = re.compile(r"[0-9]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CitizenId:
    """What the number says of its holder. `province`: where the birth was registered, by the old numbering."""

    number: str
    province: str
    gender: str
    birth_year: int

    @property
    def masked(self) -> str:
        """The number as lists show it: "072•••••4567"."""
        return mask(self.number)


def mask(number: str) -> str:
    return f"{number[:3]}•••••{number[-4:]}" if len(number) == 12 else ""


def parse_citizen_id(text: str) -> CitizenId:
    """Số định danh: 3 digits province, 1 gender and century, 2 year of birth, 6 random.

    Spaces and dots between the digits are passed over. Raises `Invalid("citizen_id_format")`.
    """
    number = re.sub(r"[\s.]", "", text)
    if not _NUMBER.fullmatch(number) or number[:3] not in OLD_PROVINCES:
        raise Invalid("citizen_id_format")
    century = 1900 + 100 * (int(number[3]) // 2)
    return CitizenId(number, number[:3], FEMALE if int(number[3]) % 2 else MALE, century + int(number[4:6]))


def check_citizen_id(text: str, *, gender: str, birth_date: datetime.date) -> CitizenId:
    """The number, if it belongs to somebody of this gender (NAM, NU) and birth date.

    Raises `Invalid("citizen_id_format")`, or `Invalid("citizen_id_mismatch", fields=…)` that names what differs.
    """
    found = parse_citizen_id(text)
    differing = [
        name
        for name, ours, theirs in (("gender", gender, found.gender), ("year", birth_date.year, found.birth_year))
        if ours != theirs
    ]
    if differing:
        raise Invalid("citizen_id_mismatch", fields=",".join(differing))
    return found


@dataclass(frozen=True, slots=True)
class Message:
    """One record for the National Data Centre: `event` NEW, UPDATE or CANCEL, `version` an integer that only rises."""

    record: str
    event: str
    version: int
    data: object


@dataclass(frozen=True, slots=True)
class Record:
    """The record as the receiver has it. A cancelled one keeps its data: the cancellation is soft."""

    version: int
    deleted: bool
    data: object


EVENTS = frozenset({"NEW", "UPDATE", "CANCEL"})


def upsert(present: Mapping[str, Record], messages: Iterable[Message]) -> dict[str, Record]:
    """The receiver's state after the messages: one with a version lower than or equal to the known is passed over.

    Raises `Invalid("message_format")` for an unknown event or version 0.
    """
    state = dict(present)
    for message in messages:
        event = message.event.upper()
        if event not in EVENTS or message.version == 0:
            raise Invalid("message_format")
        known = state.get(message.record)
        if known is not None and message.version <= known.version:
            continue
        data = known.data if event == "CANCEL" and known is not None else message.data
        state[message.record] = Record(message.version, event == "CANCEL", data)
    return state
