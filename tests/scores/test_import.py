"""Taking examination marks in: preview, once and twice, undo, who may; and the real files against a recount."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from school_services.errors import Conflict, NotFound, PermissionRefused
from school_services.identity import actor as actors
from school_services.identity.actor import Actor
from school_services.identity.models import AuditEntry, Role, User
from school_services.identity.services import create_account
from school_services.scores import selectors, services
from school_services.scores.models import Score, ScoreFile
from tenants import context
from tests.world import PASSWORD

from . import samples

pytestmark = pytest.mark.django_db
LOGIN = "cv.thi@example.vn"
# The folder of real files lies beside the project's; it is not part of it.
REAL = next(
    (found for parent in Path(__file__).parents if (found := parent / "shared" / "data" / "01-scores").is_dir()),
    Path("absent"),
)


@pytest.fixture
def officer(portals: dict[str, Any]) -> Any:
    so = portals["so"]
    with context.enter(so), context.scope((so.unit_id,)):
        user = create_account(login=LOGIN, full_name="Chuyên Viên Thi", password=PASSWORD)
        Role.objects.create(unit_id=so.unit_id, user=user, kind=Role.Kind.OFFICER, valid_from="2025-08-01")
        yield actors.load(user)


def take(officer: Actor, unit: int, content: bytes, *, leave_out: bool = False, name: str = "Kỳ thi") -> ScoreFile:
    row = services.preview(actor=officer, unit_id=unit, name=name, year=2026, file_name="a.csv", content=content)
    services.apply(actor=officer, unit_id=unit, file_id=row.pk, leave_out=leave_out)
    row.refresh_from_db()
    return row


@pytest.fixture
def unit(portals: dict[str, Any]) -> int:
    return int(portals["so"].unit_id)


def test_once_and_twice_and_undone(officer: Actor, unit: int) -> None:
    first = take(officer, unit, samples.LOP10)
    assert (first.report["added"], first.report["written"]) == (3, 3)
    assert bytes(first.content) == b"", "what was taken in is not kept twice"
    again = take(officer, unit, samples.LOP10)
    assert (again.report["same"], again.report["written"]) == (3, 0)
    changed = take(officer, unit, samples.LOP10.replace(b"2,7.25", b"2,9.75") + b"4,5,5,5\n")
    assert (changed.report["changed"], changed.report["added"], changed.report["written"]) == (1, 1, 2)
    assert Score.objects.get(number="2").marks["VAN"] == 975
    with pytest.raises(Conflict, match="scores_changed"):
        services.undo(actor=officer, unit_id=unit, file_id=first.pk)
    assert services.undo(actor=officer, unit_id=unit, file_id=changed.pk) == 2
    assert Score.objects.get(number="2").marks["VAN"] == 725
    assert services.undo(actor=officer, unit_id=unit, file_id=first.pk) == 3
    assert not Score.objects.exists()
    with pytest.raises(Conflict, match="scores_not_done"):
        services.undo(actor=officer, unit_id=unit, file_id=first.pk)


def test_a_line_with_a_problem_keeps_the_file_out(officer: Actor, unit: int) -> None:
    row = services.preview(actor=officer, unit_id=unit, name="Thi", year=2026, file_name="a.csv", content=samples.ZERO)
    with pytest.raises(Conflict, match="scores_bad"):
        services.apply(actor=officer, unit_id=unit, file_id=row.pk)
    assert not Score.objects.exists()
    assert services.apply(actor=officer, unit_id=unit, file_id=row.pk, leave_out=True) == 2
    with pytest.raises(Conflict, match="scores_done"):
        services.apply(actor=officer, unit_id=unit, file_id=row.pk, leave_out=True)


@pytest.mark.parametrize("login", ["vp.alpha@example.vn", "84912000001", "vanhanh@example.vn"])
def test_nobody_else(officer: Actor, unit: int, login: str) -> None:
    row = services.preview(actor=officer, unit_id=unit, name="Thi", year=2026, file_name="a", content=samples.LOP10)
    other = actors.load(User.objects.get(username=login))
    what = {"actor": other, "unit_id": unit}
    calls = [
        lambda: services.preview(**what, name="X", year=2026, file_name="a", content=samples.LOP10),
        lambda: services.apply(**what, file_id=row.pk),
        lambda: services.undo(**what, file_id=row.pk),
        lambda: selectors.figures(**what, exam_id=row.exam_id),
        lambda: selectors.files(**what),
        lambda: selectors.file(**what, file_id=row.pk),
    ]
    before = AuditEntry.objects.filter(allowed=False).count()
    for call in calls:
        with pytest.raises(PermissionRefused):
            call()
    assert AuditEntry.objects.filter(allowed=False).count() == before + len(calls)
    assert ScoreFile.objects.count() == 1
    with pytest.raises(NotFound):
        services.apply(actor=officer, unit_id=unit, file_id=9999)


def test_the_page_of_the_department(officer: Actor, unit: int, visit: Any) -> None:
    client = visit("so", LOGIN)
    bad = client.post("/truong/ky-thi/", {"name": "Thi", "year": "2026", "file": SimpleUploadedFile("a.csv", b"a,b\n")})
    assert bad.status_code == 422
    assert "Các cột của tệp này chưa được biết" in bad.content.decode()
    upload = SimpleUploadedFile("thi.csv", samples.ZERO)
    answer = client.post("/truong/ky-thi/", {"name": "Thi thử", "year": "2026", "file": upload})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Dòng 6, cột “sbd”: thí sinh 01000003 đã có ở dòng 5 với điểm khác." in page
    assert client.post(answer["Location"], {"action": "apply"}).status_code == 409
    assert client.post(answer["Location"], {"action": "apply", "leave_out": "1"}).status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Toán · 2 thí sinh · trung bình 4,10" in page
    assert client.post(answer["Location"], {"action": "undo"}).status_code == 302
    assert visit("alpha", "vp.alpha@example.vn").get("/truong/ky-thi/").status_code == 403


def _marks(value: Any, absent: str) -> Decimal | None:
    text = str(value)
    return None if text == absent else Decimal(text)


def recount(name: str) -> tuple[int, dict[str, Counter[Decimal]]]:
    """Lines and subject → mark → candidates, by plain dictionaries; a candidate with two different lines counts as none."""
    columns, key, absent = {
        "hcm_lop10_2017_thuong.csv": ({"van": "VAN", "ngoaingu": "NN", "toan": "TOAN"}, "sbd", ""),
        "thpt2020_99_per_province.csv": (
            {"toan": "TOAN", "van": "VAN", "anh": "NN", "ly": "LI", "hoa": "HOA", "sinh": "SINH", "su": "SU",
             "dia": "DIA", "gdcd": "GDCD"}, "sbd", "0"),
        "thpt2021_sample10000.csv": (
            {"w_math": "TOAN", "w_literature": "VAN", "w_foreign_language": "NN", "x_physics": "LI",
             "x_chemistry": "HOA", "x_biology": "SINH", "y_history": "SU", "y_geography": "DIA",
             "y_civic_education": "GDCD"}, "id", "-"),
        "thpt2025_thanhhoa.csv": (
            {"TOAN": "TOAN", "VAN": "VAN", "LI": "LI", "HOA": "HOA", "SINH": "SINH", "SU": "SU", "DIA": "DIA",
             "KTPL": "KTPL", "T_ANH": "NN"}, "SBD", ""),
        "thpt2025_api_36.json": (
            {"TOAN": "TOAN", "VAN": "VAN", "NGOAI_NGU": "NN", "SU": "SU", "DIA": "DIA", "GDKT_PL": "KTPL", "LI": "LI",
             "HOA": "HOA", "SINH": "SINH", "TIN_HOC": "TIN", "GIAO_DUC_CONG_DAN": "GDCD", "CN_CONG_NGHIEP": "CNCN",
             "CN_NONG_NGHIEP": "CNNN"}, "SBD", "-1"),
    }[name]  # fmt: skip
    with (REAL / name).open(encoding="utf-8-sig", newline="") as file:
        rows = json.load(file, parse_float=str)["data"] if name.endswith(".json") else list(csv.DictReader(file))
    candidates: dict[str, set[tuple[Any, ...]]] = {}
    for row in rows:
        candidates.setdefault(row[key], set()).add(tuple(_marks(row[column], absent) for column in columns))
    spread: dict[str, Counter[Decimal]] = {}
    for lines in candidates.values():
        if len(lines) == 1:
            for subject, mark in zip(columns.values(), next(iter(lines)), strict=True):
                if mark is not None:
                    spread.setdefault(subject, Counter())[mark.quantize(Decimal("0.01"))] += 1
    return len(rows), spread


@pytest.mark.skipif(not REAL.is_dir(), reason="no real score files beside the project")
@pytest.mark.parametrize(
    ("name", "problems", "passed_over"),
    [
        ("hcm_lop10_2017_thuong.csv", 0, 0),
        ("thpt2020_99_per_province.csv", 1, 21),
        ("thpt2021_sample10000.csv", 0, 0),
        ("thpt2025_thanhhoa.csv", 0, 0),
        ("thpt2025_api_36.json", 0, 0),
    ],
)
def test_real_files_equal_an_independent_recount(
    officer: Actor, unit: int, name: str, problems: int, passed_over: int
) -> None:
    content = (REAL / name).read_bytes()
    row = take(officer, unit, content, leave_out=True, name=name)
    lines, spread = recount(name)
    assert row.report["lines"] == lines
    assert (row.report["problem_count"], row.report["passed_over"]) == (problems, passed_over)
    figures = {found.code: found for found in selectors.figures(actor=officer, unit_id=unit, exam_id=row.exam_id)}
    assert figures.keys() == spread.keys()
    for code, counts in spread.items():
        assert figures[code].count == counts.total()
        assert dict(figures[code].spread) == dict(counts)
        mean = sum(mark * count for mark, count in counts.items()) / counts.total()
        assert abs(figures[code].mean - mean) <= Decimal("0.00005")
    assert take(officer, unit, content, leave_out=True, name=name).report["written"] == 0, "no doubles"
