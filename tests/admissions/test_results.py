"""From accepted applications to published results: rooms, two entries, runs, signatures, lookups."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from school_services.admissions import applications, office, processing, publishing, remarks, runs, selectors
from school_services.admissions.models import Application, PaperMark, Run, Seat, Snapshot
from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from tenants import context
from tests.admissions.season_world import CHECKING, RESULTS, SeasonWorld

pytestmark = pytest.mark.django_db

MARKS = {  # candidate → three marks; one seat each at A, B, C would go 1, 2, 3
    1: ("9", "9", "9"),
    2: ("8", "8", "8"),
    3: ("8", "8", "7,75"),
    4: ("7", "7", "7"),
    5: ("9", "9", "v"),
}


def accepted(world: SeasonWorld, count: int = 5) -> dict[int, Application]:
    rows = {n: world.apply(n) for n in range(1, count + 1)}
    processing.review(
        actor=world.officer, unit_id=world.unit, application_ids=[row.pk for row in rows.values()], decision="accept"
    )
    world.move(CHECKING)
    return rows


def seated(world: SeasonWorld) -> dict[int, Application]:
    rows = accepted(world)
    processing.seat_candidates(actor=world.officer, unit_id=world.unit, season_id=world.season)
    return {n: world.stored(row) for n, row in rows.items()}


def marked(world: SeasonWorld) -> dict[int, Application]:
    rows = seated(world)
    world.mark({rows[n].pk: marks for n, marks in MARKS.items()})
    processing.lock_marks(actor=world.officer, unit_id=world.unit, season_id=world.season)
    return rows


def approved(world: SeasonWorld) -> tuple[dict[int, Application], Run]:
    rows = marked(world)
    runs.announce_inputs(actor=world.officer, unit_id=world.unit, season_id=world.season)
    run = runs.run(actor=world.officer, unit_id=world.unit, season_id=world.season)
    runs.sign(actor=world.officer, unit_id=world.unit, run_id=run.pk)
    runs.sign(actor=world.second, unit_id=world.unit, run_id=run.pk)
    return rows, run


def test_numbers_by_alphabet_codes_that_tell_nothing(world: SeasonWorld) -> None:
    rows = seated(world)
    assert [rows[n].number for n in sorted(rows)] == [f"01000{n}" for n in range(1, 6)]
    lists = office.rooms(actor=world.officer, unit_id=world.unit, season_id=world.season)
    assert [(room.site, room.room, len(room.lines)) for room in lists] == [("THPT A", 1, 5)]
    with context.scope((world.unit,)):
        assert PaperMark.objects.filter(season_id=world.season).count() == 15
    with pytest.raises(Conflict, match="not_submitted"):
        processing.review(
            actor=world.officer, unit_id=world.unit, application_ids=[rows[1].pk], decision="refuse", note="x"
        )


def test_two_persons_enter_and_a_third_decides(world: SeasonWorld) -> None:
    rows = seated(world)
    with context.scope((world.unit,)):
        code = PaperMark.objects.get(application=rows[1], paper="TOAN").code

    def enter(actor: Any, entry: int, text: str) -> str:
        (outcome,) = processing.enter_marks(
            actor=actor, unit_id=world.unit, season_id=world.season, paper="TOAN", entry=entry, marks={code: text}
        )
        return outcome.error.code if outcome.error else ""

    assert enter(world.officer, 1, "7,25") == ""
    assert enter(world.officer, 2, "7,25") == "same_person"
    assert enter(world.second, 1, "7,25") == "others_entry"
    assert enter(world.second, 2, "10,5") == "mark_format"
    assert enter(world.second, 2, "7,5") == ""
    sheet, bags = office.entry_sheet(
        actor=world.second, unit_id=world.unit, season_id=world.season, paper="TOAN", entry=2, bag="001"
    )
    assert bags == ["001"]
    assert [(line.mine, line.other) for line in sheet if line.code == code] == [("7,5", True)]
    what: dict[str, Any] = {
        "unit_id": world.unit,
        "season_id": world.season,
        "paper": "TOAN",
        "code": code,
        "text": "7,5",
    }
    with pytest.raises(Conflict, match="marks_open"):
        processing.lock_marks(actor=world.officer, unit_id=world.unit, season_id=world.season)
    with pytest.raises(Conflict, match="same_person"):
        processing.resolve(actor=world.officer, note="đọc lại bài", **what)
    with pytest.raises(Invalid, match="note_needed"):
        processing.resolve(actor=world.third, note=" ", **what)
    assert processing.resolve(actor=world.third, note="đọc lại bài", **what).mark == 750
    assert enter(world.second, 2, "7") == "resolved"
    with pytest.raises(PermissionRefused):
        processing.enter_marks(
            actor=world.parent, unit_id=world.unit, season_id=world.season, paper="TOAN", entry=1, marks={code: "10"}
        )


def test_locked_marks_take_no_entry_and_numbers_stay(world: SeasonWorld) -> None:
    marked(world)
    with pytest.raises(Conflict, match="marks_locked"):
        world.mark({})
    with pytest.raises(Conflict, match="marks_exist"):
        processing.seat_candidates(actor=world.officer, unit_id=world.unit, season_id=world.season)


def test_placed_signed_twice_and_reproduced(world: SeasonWorld) -> None:
    rows = marked(world)
    what: dict[str, Any] = {"unit_id": world.unit, "season_id": world.season}
    early = runs.run(actor=world.officer, label="thử", **what)
    with pytest.raises(Conflict, match="not_announced"):
        runs.sign(actor=world.officer, unit_id=world.unit, run_id=early.pk)
    announced = runs.announce_inputs(actor=world.officer, **what)
    run = runs.run(actor=world.officer, **what)
    again = runs.run(actor=world.officer, **what)
    assert (run.inputs_hash, run.result_hash, bytes(run.result)) == (
        announced, again.result_hash, bytes(again.result),
    )  # fmt: skip
    other = runs.run(actor=world.officer, label="A 1 chỗ", quotas={"A": 1}, **what)
    assert other.inputs_hash != announced
    lines = {line["code"]: [o["cutoff"] for o in line["runs"]] for line in runs.compare([run, other])}
    assert lines["A"] == [2400, 2700]
    with pytest.raises(Conflict, match="inputs_changed"):
        runs.sign(actor=world.officer, unit_id=world.unit, run_id=other.pk)
    runs.sign(actor=world.officer, unit_id=world.unit, run_id=run.pk)
    with pytest.raises(Conflict, match="signed_already"):
        runs.sign(actor=world.officer, unit_id=world.unit, run_id=run.pk)
    with context.scope((world.unit,)):
        assert not Seat.objects.exists()
    assert runs.sign(actor=world.second, unit_id=world.unit, run_id=run.pk).approved_at is not None
    with context.scope((world.unit,)):
        seats = dict(Seat.objects.values_list("application_id", "choice__code"))
    # 23,75 misses B's gap of 0,5 above nobody: B has room, so the second wish is granted.
    assert seats == {rows[1].pk: "A", rows[2].pk: "A", rows[3].pk: "B", rows[4].pk: "B"}
    with pytest.raises(Conflict, match="approved_already"):
        runs.sign(actor=world.third, unit_id=world.unit, run_id=again.pk)
        runs.sign(actor=world.second, unit_id=world.unit, run_id=again.pk)


def test_a_run_that_was_tampered_with_is_not_approved(world: SeasonWorld) -> None:
    marked(world)
    runs.announce_inputs(actor=world.officer, unit_id=world.unit, season_id=world.season)
    run = runs.run(actor=world.officer, unit_id=world.unit, season_id=world.season)
    with context.scope((world.unit,)):
        inputs = gzip.decompress(bytes(run.inputs)).replace(b"2700", b"2100")
        Run.objects.filter(pk=run.pk).update(inputs=gzip.compress(inputs))
    runs.sign(actor=world.officer, unit_id=world.unit, run_id=run.pk)
    with pytest.raises(Conflict, match="not_reproduced"):
        runs.sign(actor=world.second, unit_id=world.unit, run_id=run.pk)


def found(world: SeasonWorld) -> publishing.Published:
    publishing.forget()
    known = publishing.published(world.unit, "lop10-thu")
    assert known is not None
    return known


def test_results_open_at_their_minute_with_number_and_birth_date(world: SeasonWorld) -> None:
    rows, _ = approved(world)
    publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    with pytest.raises(Conflict, match="not_published"):
        publishing.lookup(found(world), number=rows[1].number, factor="04/03/2011", address="192.0.2.1")
    world.move(RESULTS)
    snapshot = publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    assert snapshot.entries == 5
    known = found(world)
    with CaptureQueriesContext(connection) as queries:
        answer = publishing.lookup(known, number=rows[3].number, factor=" 4-3-2011 ", address="192.0.2.1")
    assert len(queries) == 0
    assert answer["seat"] == ["THPT B", 2]
    assert answer["total"] == "23,75"
    assert answer["marks"] == [["Toán", "8"], ["Ngữ văn", "8"], ["Tiếng Anh", "7,75"]]
    assert answer["steps"][0] == [1, "THPT A", "23,75", "24", "below"]
    absent = publishing.lookup(known, number=rows[5].number, factor="04032011", address="192.0.2.1")
    assert (absent["seat"], absent["barred"], absent["marks"][2]) == (None, "absent", ["Tiếng Anh", "vắng"])
    with context.scope((world.unit,)):
        data = bytes(Snapshot.objects.get(pk=snapshot.pk).data)
    for secret in (rows[1].full_name, rows[1].number, "04032011", rows[1].pupil_code):
        assert secret.encode() not in data
    with pytest.raises(Invalid, match="birth_date"):
        publishing.lookup(known, number=rows[1].number, factor="31/02/2011", address="192.0.2.1")
    with pytest.raises(Invalid, match="number"):
        publishing.lookup(known, number="01'--", factor="04032011", address="192.0.2.1")


def guesser(world: SeasonWorld, number: str) -> Any:
    known = found(world)

    def guess(factor: str, address: str = "192.0.2.9", who: str = number, ticket: str = "") -> str:
        try:
            publishing.lookup(known, number=who, factor=factor, address=address, ticket=ticket)
        except (NotFound, Conflict) as error:
            return error.code
        return "found"

    return guess


def test_a_connection_that_guesses_is_closed_and_nobody_else(world: SeasonWorld) -> None:
    rows, _ = approved(world)
    world.move(RESULTS)
    publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    guess = guesser(world, rows[1].number)
    answers = [guess(f"{day:02d}012011") for day in range(1, 8)]
    assert answers == ["result"] * 5 + ["too_many_guesses"] * 2
    assert guess("04032011") == "too_many_guesses"  # the right one, too late from there
    assert guess("04032011", who=rows[2].number) == "found"
    assert guess("04032011", address="198.51.100.7") == "found"  # the family, at home
    assert guess(rows[1].code.lower()) == "found"  # the receipt in hand
    assert [guess("ABCDEFGHJK22") for _ in range(22)] == ["result"] * 20 + ["too_many_guesses"] * 2
    assert guess(rows[1].code) == "found"


def test_a_number_that_strangers_search_is_slow_then_needs_the_receipt(
    world: SeasonWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, _ = approved(world)
    world.move(RESULTS)
    publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    number = rows[1].number
    guess = guesser(world, number)
    answers = [guess(f"{day:02d}012011", f"192.0.2.{day}") for day in range(1, 11)]
    assert answers == ["result"] * 8 + ["slow_number"] * 2
    known, family = found(world), "198.51.100.7"
    publishing.guesses.forget()  # a process that has seen none of it
    assert guess("01022011", "192.0.2.77") == "slow_number"
    with pytest.raises(Conflict) as slow:
        publishing.lookup(known, number=number, factor="04032011", address=family)
    assert (slow.value.code, slow.value.data["wait"]) == ("slow_number", 20)
    ticket = slow.value.data["ticket"]
    assert guess("04032011", family, ticket=ticket) == "slow_number"  # too early
    now = time.time()
    monkeypatch.setattr("school_services.admissions.guesses.time.time", lambda: now + 25)
    assert guess("04032011", "192.0.2.50", ticket=ticket) == "slow_number"  # another's ticket
    assert guess("04032011", family, ticket=ticket + "x") == "slow_number"
    assert guess("04032011", family, ticket=ticket) == "found"
    for turn in range(30):
        address = f"203.0.113.{turn}"
        with pytest.raises(Conflict) as slow:
            publishing.lookup(known, number=number, factor="05032011", address=address)
        if slow.value.code == "code_needed":
            break
        now += 30
        assert guess("05032011", address, ticket=slow.value.data["ticket"]) == "result"
    assert turn < 25
    assert guess("04032011", family, ticket=ticket) == "code_needed"
    assert guess(rows[1].code, family) == "found"
    assert guess("04032011", family, who=rows[2].number) == "found"


def test_the_family_sees_its_own_and_confirms(world: SeasonWorld) -> None:
    rows, _ = approved(world)
    assert selectors.my_application(world.parent, rows[1].pk).seat is None  # not before the minute
    with pytest.raises(Conflict, match="confirm_closed"):
        applications.confirm(actor=world.parent, unit_id=world.unit, application_id=rows[1].pk)
    world.move(RESULTS)
    publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    view = selectors.my_application(world.parent, rows[1].pk)
    assert view.seat == ("THPT A", 1)
    assert [mark.text for mark in view.marks] == ["9", "9", "9"]
    first = applications.confirm(actor=world.parent, unit_id=world.unit, application_id=rows[1].pk).confirmed_at
    assert applications.confirm(actor=world.parent, unit_id=world.unit, application_id=rows[1].pk).confirmed_at == first
    with pytest.raises(Conflict, match="no_seat"):
        applications.confirm(actor=world.parent, unit_id=world.unit, application_id=rows[5].pk)
    season = selectors.season_for(world.unit, "lop10-thu")
    statistics = selectors.statistics_of(season)
    assert statistics is not None
    assert statistics.choices["A"]["admitted"] == 2
    assert statistics.areas == (("Tây Ninh", None, None),)  # one child of five was not admitted: hidden


def test_remark_keeps_both_marks(world: SeasonWorld) -> None:
    rows, _ = approved(world)
    with pytest.raises(Conflict, match="remark_closed"):
        processing.ask_remark(actor=world.parent, unit_id=world.unit, application_id=rows[4].pk, paper="VAN")
    world.move(RESULTS)
    asked = processing.ask_remark(actor=world.parent, unit_id=world.unit, application_id=rows[4].pk, paper="VAN")
    with pytest.raises(NotFound):
        processing.ask_remark(actor=world.stranger, unit_id=world.unit, application_id=rows[4].pk, paper="VAN")
    with pytest.raises(PermissionRefused):
        processing.decide_remark(actor=world.officer, unit_id=world.unit, mark_id=asked.pk, text="8", note="cộng sót")
    done = processing.decide_remark(actor=world.third, unit_id=world.unit, mark_id=asked.pk, text="8", note="cộng sót")
    assert (done.before, done.mark) == (700, 800)
    with pytest.raises(Conflict, match="remarked"):
        processing.decide_remark(actor=world.third, unit_id=world.unit, mark_id=asked.pk, text="9", note="x")


def test_a_further_round_fills_what_was_not_confirmed(world: SeasonWorld) -> None:
    rows, _ = approved(world)
    world.move(RESULTS)
    publishing.prepare(actor=world.officer, unit_id=world.unit, season_id=world.season)
    applications.confirm(actor=world.parent, unit_id=world.unit, application_id=rows[1].pk)
    what: dict[str, Any] = {"unit_id": world.unit, "season_id": world.season}
    with pytest.raises(Conflict, match="confirm_open"):
        runs.run(actor=world.officer, round_number=2, **what)
    world.move(RESULTS | {"remark": -2, "confirm": -1})
    second = runs.run(actor=world.officer, round_number=2, **what)
    assert second.parameters["quotas"] == {"A": 1, "B": 2, "C": 2}
    assert second.candidates == 1  # the absent one, who stays barred
    assert second.admitted == 0
    runs.sign(actor=world.officer, unit_id=world.unit, run_id=second.pk)
    runs.sign(actor=world.second, unit_id=world.unit, run_id=second.pk)
    with context.scope((world.unit,)):
        assert list(Seat.objects.values_list("application_id", flat=True)) == [rows[1].pk]
    world.move(RESULTS)  # a new deadline for the further round opens no old seat again
    with pytest.raises(Conflict, match="no_seat"):
        applications.confirm(actor=world.parent, unit_id=world.unit, application_id=rows[2].pk)
    publishing.prepare(actor=world.officer, **what)
    answer = publishing.lookup(found(world), number=rows[2].number, factor="04032011", address="192.0.2.1")
    assert (answer["seat"], answer["lapsed"]) == (None, True)


def remarked(world: SeasonWorld, changes: list[tuple[int, str, str]]) -> None:
    """(application, paper, new mark): asked for by the family, decided by a third person."""
    for pk, paper, text in changes:
        asked = processing.ask_remark(actor=world.parent, unit_id=world.unit, application_id=pk, paper=paper)
        processing.decide_remark(
            actor=world.third, unit_id=world.unit, mark_id=asked.pk, text=text, note="cộng lại điểm"
        )


def test_a_second_marking_moves_seats_after_two_signatures(world: SeasonWorld) -> None:
    rows, run = approved(world)
    what: dict[str, Any] = {"unit_id": world.unit, "season_id": world.season}
    world.move(RESULTS)
    with context.scope((world.unit,)):
        before = dict(Seat.objects.values_list("application_id", "choice__code"))
    assert before == {rows[1].pk: "A", rows[2].pk: "A", rows[3].pk: "B", rows[4].pk: "B"}
    applications.confirm(actor=world.parent, unit_id=world.unit, application_id=rows[3].pk)
    # 23,75 becomes 24: the cutoff of A (24). 27 loses a mark that had been added twice: below A, enough for B.
    remarked(world, [(rows[3].pk, "ANH", "8"), (rows[1].pk, "TOAN", "5")])
    with pytest.raises(Conflict, match="remark_open"):
        remarks.draft(actor=world.officer, **what)
    world.move(RESULTS | {"remark": -1})
    with pytest.raises(PermissionRefused):
        remarks.draft(actor=world.parent, **what)
    drafted = remarks.draft(actor=world.officer, **what)
    lines = {line["application"]: line for line in drafted.changes}
    assert lines[rows[3].pk]["papers"] == [["Tiếng Anh", 775, 800]]
    assert (lines[rows[3].pk]["points"], lines[rows[3].pk]["seat"]) == ([2375, 2400], [["B", 2], ["A", 1]])
    assert (lines[rows[1].pk]["points"], lines[rows[1].pk]["seat"]) == ([2700, 2300], [["A", 1], ["B", 2]])
    remarks.sign(actor=world.officer, unit_id=world.unit, revision_id=drafted.pk)
    with pytest.raises(Conflict, match="signed_already"):
        remarks.sign(actor=world.officer, unit_id=world.unit, revision_id=drafted.pk)
    with context.scope((world.unit,)):
        assert dict(Seat.objects.values_list("application_id", "choice__code")) == before
    assert remarks.sign(actor=world.second, unit_id=world.unit, revision_id=drafted.pk).approved_at is not None
    with context.scope((world.unit,)):
        after = dict(Seat.objects.values_list("application_id", "choice__code"))
        assert Seat.objects.get(application_id=rows[3].pk).run_id == run.pk
    assert after == before | {rows[3].pk: "A", rows[1].pk: "B"}
    assert world.stored(rows[3]).confirmed_at is None  # another school: to be confirmed anew
    publishing.prepare(actor=world.officer, **what)
    known = found(world)
    answer = publishing.lookup(known, number=rows[3].number, factor="04032011", address="192.0.2.1")
    assert (answer["seat"], answer["total"], answer["revised"]) == (["THPT A", 1], "24", True)
    assert answer["marks"][2] == ["Tiếng Anh", "8", "7,75"]
    other = publishing.lookup(known, number=rows[2].number, factor="04032011", address="192.0.2.1")
    assert "revised" not in other
    view = selectors.my_application(world.parent, rows[3].pk)
    assert (view.seat, [step.kind for step in view.steps][-1]) == (("THPT A", 1), "revised")


def test_a_revision_whose_marks_have_moved_on_is_not_signed(world: SeasonWorld) -> None:
    rows, _ = approved(world)
    what: dict[str, Any] = {"unit_id": world.unit, "season_id": world.season}
    world.move(RESULTS)
    asked = processing.ask_remark(actor=world.parent, unit_id=world.unit, application_id=rows[3].pk, paper="ANH")
    world.move(RESULTS | {"remark": -1})
    with pytest.raises(Conflict, match="remarks_open"):
        remarks.draft(actor=world.officer, **what)
    processing.decide_remark(actor=world.third, unit_id=world.unit, mark_id=asked.pk, text="7,75", note="đúng")
    with pytest.raises(Conflict, match="no_mark_moved"):
        remarks.draft(actor=world.officer, **what)
    with context.scope((world.unit,)):
        PaperMark.objects.filter(pk=asked.pk).update(mark=800)
    drafted = remarks.draft(actor=world.officer, **what)
    with context.scope((world.unit,)):
        PaperMark.objects.filter(pk=asked.pk).update(mark=900)
    with pytest.raises(Conflict, match="inputs_changed"):
        remarks.sign(actor=world.officer, unit_id=world.unit, revision_id=drafted.pk)


def test_queries_do_not_grow_with_candidates(world: SeasonWorld) -> None:
    rows = marked(world)
    assert len(rows) == 5
    with context.scope((world.unit,)), CaptureQueriesContext(connection) as queries:
        runs.gather(world.row())
    few = len(queries)
    assert few <= 9
