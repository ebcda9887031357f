"""Families and schools apply: drafts, documents, receipts, deadlines, and what is not theirs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from school_services.admissions import applications, class_lists, processing, seasons, selectors
from school_services.admissions.models import Application, Document, Event, Season
from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.identity import actor as actors
from school_services.identity.models import AuditEntry, Role
from school_services.rosters.models import Guardianship
from tenants import context
from tests.admissions import season_world
from tests.admissions.season_world import CHECKING, CHOICES, JPEG, OPEN, PLAN, SeasonWorld, actor_of, days

pytestmark = pytest.mark.django_db


def test_a_draft_is_kept_and_handed_in_with_a_receipt(world: SeasonWorld) -> None:
    row = world.draft(world.form(wishes=("A",)))
    assert (row.state, row.receipt) == ("draft", "")
    with pytest.raises(Invalid, match="incomplete") as refused:
        applications.submit(
            actor=world.parent, unit_id=world.unit, season_id=world.season, token=row.token,
            form=world.form(full_name="", wishes=("A", "A", "X", "B")),
        )  # fmt: skip
    assert set(refused.value.data["fields"]) == {
        ("full_name", "missing"), ("wishes", "too_many_wishes"), ("wishes", "wish_twice"),
        ("wishes", "unknown_choice"), ("doc-ks", "document_missing"),
    }  # fmt: skip
    applications.add_document(actor=world.parent, unit_id=world.unit, application_id=row.pk, kind="ks", data=JPEG)
    handed = applications.submit(
        actor=world.parent, unit_id=world.unit, season_id=world.season, token=row.token, form=world.form()
    )
    assert (handed.pk, handed.state, handed.version, len(handed.receipt)) == (row.pk, "submitted", 1, 64)
    with context.scope((world.unit,)):
        papers = dict(Document.objects.filter(application=row).values_list("kind", "sha256"))
    assert applications.receipt_of(world.stored(row), papers) == handed.receipt


def test_sent_twice_is_once_and_changed_until_the_deadline(world: SeasonWorld) -> None:
    row = world.apply()
    again = applications.submit(
        actor=world.parent, unit_id=world.unit, season_id=world.season, token=row.token, form=world.form()
    )
    assert (again.pk, again.version, again.receipt) == (row.pk, 1, row.receipt)
    changed = applications.submit(
        actor=world.parent, unit_id=world.unit, season_id=world.season, token=row.token, form=world.form(wishes=("B",))
    )
    assert (changed.version, changed.wishes) == (2, ["B"])
    assert changed.receipt != row.receipt
    with context.scope((world.unit,)):
        assert list(Event.objects.filter(application=row).order_by("pk").values_list("kind", flat=True)) == [
            "submitted", "changed",
        ]  # fmt: skip
    world.move(CHECKING)
    with pytest.raises(Conflict, match="season_closed"):
        applications.submit(
            actor=world.parent, unit_id=world.unit, season_id=world.season, token=row.token, form=world.form()
        )
    with pytest.raises(Conflict, match="season_closed"):
        applications.withdraw(actor=world.parent, unit_id=world.unit, application_id=row.pk)
    assert world.stored(row).wishes == ["B"]


def test_many_taps_at_once_are_one_application(at_once: Any, beta: Any) -> None:
    """Threads have connections of their own: the season is made for them, and committed."""

    def inside(action: Any) -> Any:
        def work(_: int) -> Any:
            with context.enter(beta):
                return action()

        return work

    seen = at_once(1, inside(lambda: season_world.make(beta.unit_id)))[0]
    row = at_once(1, inside(lambda: seen.draft(seen.form())))[0]
    what = {"actor": seen.parent, "unit_id": seen.unit}
    paper = {"application_id": row.pk, "kind": "ks", "data": JPEG}
    papers = at_once(4, inside(lambda: applications.add_document(**what, **paper)))
    assert len({paper.pk for paper in papers}) == 1
    form = {"season_id": seen.season, "token": row.token, "form": seen.form()}
    rows = at_once(12, inside(lambda: applications.submit(**what, **form)))
    assert {(r.pk, r.version, r.receipt) for r in rows} == {(row.pk, 1, rows[0].receipt)}


def test_a_child_applies_once(world: SeasonWorld) -> None:
    row = world.apply()
    with pytest.raises(Conflict, match="child_twice"):
        world.apply(actor=world.stranger)
    applications.withdraw(actor=world.parent, unit_id=world.unit, application_id=row.pk)
    assert world.apply(actor=world.stranger).state == "submitted"


def test_another_family_finds_nothing(world: SeasonWorld) -> None:
    row = world.apply()
    with context.scope((world.unit,)):
        paper = Document.objects.filter(application=row).first()
    assert paper is not None
    assert selectors.document(world.parent, paper.pk)[0] == "image/jpeg"
    for attempt in (
        lambda: selectors.document(world.stranger, paper.pk),
        lambda: selectors.my_application(world.stranger, row.pk),
        lambda: applications.withdraw(actor=world.stranger, unit_id=world.unit, application_id=row.pk),
        lambda: applications.remove_document(actor=world.stranger, unit_id=world.unit, document_id=paper.pk),
        lambda: applications.add_document(
            actor=world.stranger, unit_id=world.unit, application_id=row.pk, kind="ks", data=JPEG
        ),
        lambda: applications.submit(
            actor=world.stranger, unit_id=world.unit, season_id=world.season, token=row.token, form=world.form(9)
        ),
        lambda: applications.save_draft(
            actor=world.stranger, unit_id=world.unit, season_id=world.season, token=row.token, form=world.form(9)
        ),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert world.stored(row).pupil_code == "HS00001"
    assert selectors.my_applications(world.stranger) == []
    assert [view.row.pk for view in selectors.my_applications(world.parent)] == [row.pk]


def test_the_database_itself_shows_a_guardian_his_own_rows_alone(world: SeasonWorld) -> None:
    world.apply(1)
    world.apply(2, actor=world.stranger)
    with context.scope((), user=world.parent.user_id):
        assert {a.guardian_id for a in Application.objects.all()} == {world.parent.user_id}
        assert not Document.objects.exists()
        assert not Season.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "document_size"), (b"\xff\xd8\xff" + b"x" * (5 * 1024 * 1024), "document_size"), (b"<html>", "document_format"),
     (b"MZ" + b"x" * 50, "document_format")],
)  # fmt: skip
def test_documents_are_photos_or_pdf_of_bounded_size(world: SeasonWorld, data: bytes, code: str) -> None:
    row = world.draft(world.form())
    with pytest.raises(Invalid, match=code):
        applications.add_document(actor=world.parent, unit_id=world.unit, application_id=row.pk, kind="ks", data=data)
    with pytest.raises(Invalid, match="document_kind"):
        applications.add_document(actor=world.parent, unit_id=world.unit, application_id=row.pk, kind="x", data=JPEG)
    one = applications.add_document(actor=world.parent, unit_id=world.unit, application_id=row.pk, kind="ks", data=JPEG)
    two = applications.add_document(actor=world.parent, unit_id=world.unit, application_id=row.pk, kind="ks", data=JPEG)
    assert one.pk == two.pk


def test_the_office_asks_for_more_and_the_family_adds_it_after_the_deadline(world: SeasonWorld) -> None:
    row = world.apply()
    with pytest.raises(Invalid, match="note_needed"):
        processing.review(actor=world.officer, unit_id=world.unit, application_ids=[row.pk], decision="ask")
    processing.review(
        actor=world.officer, unit_id=world.unit, application_ids=[row.pk], decision="ask", note="Ảnh mờ, chụp lại."
    )
    world.move(CHECKING)
    applications.add_document(
        actor=world.parent, unit_id=world.unit, application_id=row.pk, kind="ks", data=JPEG + b"moi"
    )
    assert world.stored(row).state == "submitted"
    assert processing.review(actor=world.officer, unit_id=world.unit, application_ids=[row.pk], decision="accept") == 1
    view = selectors.my_application(world.parent, row.pk)
    assert [(step.kind, step.note) for step in view.steps] == [
        ("submitted", ""), ("asked", "Ảnh mờ, chụp lại."), ("added", ""), ("accepted", ""),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="season_closed"):
        applications.add_document(
            actor=world.parent, unit_id=world.unit, application_id=row.pk, kind="ks", data=JPEG + b"nua"
        )


def test_only_the_office_reviews_and_refusals_are_noted(world: SeasonWorld) -> None:
    row = world.apply()
    with pytest.raises(PermissionRefused):
        processing.review(actor=world.parent, unit_id=world.unit, application_ids=[row.pk], decision="accept")
    with context.scope((world.unit,)):
        assert AuditEntry.objects.filter(
            action="review_application", allowed=False, actor_id=world.parent.user_id
        ).exists()
    assert world.stored(row).state == "submitted"


def test_a_school_hands_in_its_class_line_by_line(world: SeasonWorld, alpha: Any, beta: Any) -> None:
    office = actor_of(alpha.unit_id, "vp2@example.vn", Role.Kind.REGISTRAR)
    tokens = [uuid.uuid4() for _ in range(40)]
    rows = [(token, world.form(n, wishes=("A",) if n != 7 else ())) for n, token in enumerate(tokens)]
    what: dict[str, Any] = {
        "actor": office, "unit_id": world.unit, "season_id": world.season, "sender_id": alpha.unit_id, "rows": rows,
    }  # fmt: skip
    outcomes = class_lists.submit_class(**what)
    assert [o.line for o in outcomes if o.error] == [7]
    assert outcomes[7].error is not None
    assert outcomes[7].error.data["fields"] == [("wishes", "missing")]
    again = class_lists.submit_class(**what)
    assert [o.code for o in again] == [o.code for o in outcomes]
    sent = selectors.sent_by_school(actor=office, unit_id=world.unit, season_id=world.season, sender_id=alpha.unit_id)
    assert len([line for line in sent if line.state == "submitted"]) == 39
    other = actor_of(beta.unit_id, "vp3@example.vn", Role.Kind.REGISTRAR)
    with pytest.raises(PermissionRefused):
        class_lists.submit_class(**(what | {"actor": other}))
    stolen = class_lists.submit_class(**(what | {"actor": other, "sender_id": beta.unit_id, "rows": rows[:1]}))
    assert stolen[0].error is not None
    assert stolen[0].error.code == "not_found" or isinstance(stolen[0].error, NotFound)


def test_a_list_sent_again_does_not_overwrite_the_family(world: SeasonWorld, alpha: Any) -> None:
    office = actor_of(alpha.unit_id, "vp2@example.vn", Role.Kind.REGISTRAR)
    with context.scope((alpha.unit_id,)):
        link = Guardianship.objects.select_related("user").order_by("pk")[0]
    family, token = actors.load(link.user), uuid.uuid4()
    what: dict[str, Any] = {
        "actor": office, "unit_id": world.unit, "season_id": world.season, "sender_id": alpha.unit_id,
    }  # fmt: skip

    def send(*wishes: str) -> class_lists.Outcome:
        form = world.form(student_ref=link.student_id, wishes=wishes)
        return class_lists.submit_class(**what, rows=[(token, form)])[0]

    send("A", "B")
    send("A", "C")  # nobody else has touched it: the school's own change
    (view,) = selectors.my_applications(family)
    assert (view.row.wishes, view.row.version, view.row.offered) == (["A", "C"], 2, None)
    applications.add_document(actor=family, unit_id=world.unit, application_id=view.row.pk, kind="ks", data=JPEG)
    applications.submit(
        actor=family, unit_id=world.unit, season_id=world.season, token=token,
        form=world.form(student_ref=link.student_id, wishes=("C", "A")),
    )  # fmt: skip
    again = send("A", "B")
    assert (again.error, again.offered, again.code) == (None, True, view.row.code)
    mine = selectors.my_application(family, view.row.pk)
    assert (mine.row.wishes, mine.row.version) == (["C", "A"], 3)
    assert mine.offered_names == ["THPT A", "THPT B"]
    (line,) = selectors.sent_by_school(
        actor=office, unit_id=world.unit, season_id=world.season, sender_id=alpha.unit_id
    )
    assert (line.changed, line.offered, line.wishes) == (True, True, ("C", "A"))
    assert send("A", "B").offered  # sent a third time: one offer, one step
    assert [step.kind for step in mine.steps].count("offered") == 1
    answer: dict[str, Any] = {"unit_id": world.unit, "application_id": view.row.pk}
    with pytest.raises(NotFound):
        class_lists.answer_offer(actor=world.stranger, take=True, **answer)
    kept = class_lists.answer_offer(actor=family, take=False, **answer)
    assert (kept.wishes, kept.offered) == (["C", "A"], None)
    send("B")
    taken = class_lists.answer_offer(actor=family, take=True, **answer)
    assert (taken.wishes, taken.state, taken.offered) == (["B"], "submitted", None)
    applications.withdraw(actor=family, **answer)
    assert send("B").offered  # withdrawn by the family: the school does not hand it in behind its back
    assert selectors.my_application(family, view.row.pk).row.state == "withdrawn"


def test_the_linked_family_follows_what_the_school_sent(world: SeasonWorld, alpha: Any) -> None:
    office = actor_of(alpha.unit_id, "vp2@example.vn", Role.Kind.REGISTRAR)
    with context.scope((alpha.unit_id,)):
        link = Guardianship.objects.select_related("user").order_by("pk")[0]
    form = world.form(student_ref=link.student_id)
    (outcome,) = class_lists.submit_class(
        actor=office, unit_id=world.unit, season_id=world.season, sender_id=alpha.unit_id, rows=[(uuid.uuid4(), form)]
    )
    assert outcome.error is None
    family = actors.load(link.user)
    (view,) = selectors.my_applications(family)
    assert (view.row.code, view.row.state) == (outcome.code, "submitted")
    assert selectors.my_applications(world.stranger) == []


def test_tracking_by_code_shows_no_name(world: SeasonWorld, alpha: Any) -> None:
    row = world.apply()
    found = selectors.track(alpha.unit_id, f" {row.code[:6].lower()}-{row.code[6:]} ")
    assert (found.state, [step.kind for step in found.steps]) == ("submitted", ["submitted"])
    assert "Thử" not in repr(found)
    with pytest.raises(NotFound):
        selectors.track(alpha.unit_id, "AAAAAAAAAAAA")


def test_a_season_is_checked_before_it_opens_and_copied_next_year(world: SeasonWorld) -> None:
    made = seasons.copy(actor=world.officer, unit_id=world.unit, season_id=world.season, slug="lop10-2", name="Năm sau")
    assert (made.year, made.state, made.plan) == (2028, "draft", PLAN)
    with context.scope((world.unit,)):
        assert [(c.code, c.history[-1]["year"]) for c in made.choices.all()] == [("A", 2027), ("B", 2027), ("C", 2027)]
    seasons.set_choices(
        actor=world.officer, unit_id=world.unit, season_id=made.pk, choices=[{**CHOICES[0], "quota": 0}]
    )
    with pytest.raises(Conflict, match="contradictions") as refused:
        seasons.open_season(actor=world.officer, unit_id=world.unit, season_id=made.pk)
    assert refused.value.data["problems"] == [("no_seats", "A")]
    with pytest.raises(NotFound):
        selectors.season_for(world.unit, "lop10-2")
    with pytest.raises(Conflict, match="season_slug"):
        seasons.copy(actor=world.officer, unit_id=world.unit, season_id=world.season, slug="lop10-2", name="x")
    with pytest.raises(Conflict, match="season_open"):
        seasons.set_plan(
            actor=world.officer, unit_id=world.unit, season_id=world.season, plan=PLAN | {"wishes": 2},
            calendar=days(**OPEN),
        )  # fmt: skip
    with pytest.raises(PermissionRefused):
        seasons.create(actor=world.parent, unit_id=world.unit, slug="x", name="x", year=2027, plan=PLAN)
