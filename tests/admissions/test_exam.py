from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path

import pytest

from school_services.admissions import exam, snapshot
from school_services.admissions.exam import Entry, Sitter
from school_services.names import name_sort_key

NAMES = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Đức Đạt", "Phạm Ánh Dương", "Ngô Ân", "Bùi Yến Nhi"]


def sitters(count: int, seed: int = 1) -> list[Sitter]:
    rng = random.Random(seed)
    return [
        Sitter(n, name_sort_key(rng.choice(NAMES)), rng.choice(["9A1", "9A2", "9A3", "9A4"]), rng.random() < 0.03)
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 23, 24, 25, 120, 331])
def test_everyone_sits_once_numbers_follow_the_alphabet(count: int) -> None:
    people = sitters(count)
    places = exam.seat(people, site=7, per_room=24)
    assert len(places) == count == len({p.number for p in places}) == len({(p.room, p.seat) for p in places})
    assert all(size <= 24 for size in Counter(p.room for p in places).values())
    key = {s.id: (s.key, s.id) for s in people}
    by_number = sorted(places, key=lambda p: p.number)
    assert [key[p.id] for p in by_number] == sorted(key.values())
    assert all(p.number.startswith("07") for p in places)
    special = {s.id for s in people if s.special}
    rooms = {p.room for p in places if p.id in special}
    assert all((p.id in special) == (p.room in rooms) for p in places)


def test_classmates_sit_apart_and_rooms_are_even() -> None:
    people = [Sitter(n, f"{n:04d}", "9A1" if n < 60 else "9A2") for n in range(120)]
    rng = random.Random(3)
    mixed = [Sitter(n, f"{rng.random()}", person.group) for n, person in enumerate(people)]
    places = exam.seat(mixed, site=1, per_room=24)
    assert set(Counter(p.room for p in places).values()) == {24}
    group = {s.id: s.group for s in mixed}
    order = [group[p.id] for p in sorted(places, key=lambda p: (p.room, p.seat))]
    beside = sum(1 for a, b in itertools.pairwise(order) if a == b)
    assert beside < 25  # by the alphabet alone it is 59 of 119; what is left is one class outnumbering the other
    assert exam.seat(list(reversed(mixed)), site=1, per_room=24) == places


def test_paper_codes_say_nothing_and_differ_by_paper() -> None:
    numbers = [f"07{n:04d}" for n in range(200)]
    maths = exam.paper_codes("TOAN", numbers, secret=b"a")
    assert len(set(maths.values())) == 200
    assert maths == exam.paper_codes("TOAN", reversed(numbers), secret=b"a")
    assert maths != exam.paper_codes("VAN", numbers, secret=b"a") != exam.paper_codes("VAN", numbers, secret=b"b")
    assert [maths[n] for n in numbers] != sorted(maths.values())


def test_two_entries() -> None:
    assert exam.entry_state(None, None) is Entry.NONE
    assert exam.entry_state(None, 5) is Entry.ONCE
    assert exam.entry_state(exam.ABSENT, exam.ABSENT) is Entry.AGREED
    assert exam.entry_state(725, 752) is Entry.DIFFERENT
    assert exam.differences({"1": 1, "2": 2}, {"1": 1, "2": 3, "3": 3}) == ["2", "3"]


def test_a_snapshot_answers_its_keys_and_no_other(tmp_path: Path) -> None:
    entries = [(snapshot.key_of(b"s", "lop10", f"{n:06d}", "01012011"), f"kết quả {n}".encode()) for n in range(3000)]
    data = snapshot.build(entries)
    random.Random(1).shuffle(entries)
    assert snapshot.build(entries) == data
    path = tmp_path / "s"
    path.write_bytes(data)
    reader = snapshot.Reader(path)
    assert reader.count == 3000
    for key, body in entries:
        assert reader.find(key) == body
    for wrong in (("lop10", "000001", "02012011"), ("lop11", "000001", "01012011"), ("lop10", "000001x", "01012011")):
        assert reader.find(snapshot.key_of(b"s", *wrong)) is None
    assert reader.find(snapshot.key_of(b"t", "lop10", "000001", "01012011")) is None
    assert b"01012011" not in data
    with pytest.raises(ValueError, match="twice"):
        snapshot.build([entries[0], entries[0]])
    path.write_bytes(b"x" * 64)
    with pytest.raises(ValueError, match="no snapshot"):
        snapshot.Reader(path)
    empty = tmp_path / "e"
    empty.write_bytes(snapshot.build([]))
    assert snapshot.Reader(empty).find(entries[0][0]) is None
