"""Statements: three formats as banks write them, odd files, and two thousand lines matched without anybody."""

from __future__ import annotations

import contextlib
import datetime
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.errors import Conflict, Invalid, NotFound, PermissionRefused
from school_services.fees.models import Account, Bill
from school_services.payments import reconciliation, statement_files
from school_services.payments.models import StatementLine
from school_services.payments.statement_files import Booked, Unreadable
from tests.fees.test_ledger import FULL, prepare
from tests.payments.school import School, bank_credit

D = datetime.date
DAY = D(2026, 11, 24)

VIETCOMBANK = """NGÂN HÀNG TMCP NGOẠI THƯƠNG,,,,
Sao kê tài khoản 1023456789,,,,
Ngày giao dịch,Số tham chiếu,Số tiền ghi nợ,Số tiền ghi có,Mô tả
24/11/2026,5078.1,,"450,000.00",MBVCB.1.HPAA00000012 T11
25/11/2026,5078.2,"11,000",,Phí
Tổng cộng,,"11,000","450,000",
"""
BIDV = "Ngày GD;Phát sinh nợ;Phát sinh có;Nội dung\n2026-11-24;0;450.000;HOC PHI\n"
MB = "Transaction date\tTransaction ID\tAmount\tDescription\n24-11-2026\tFT9\t+450000 VND\tx y\n24-11-2026\tFT8\t-9.000\tphi\n"
MT940 = """{1:F01BANKVNVXAXXX0000000000}{4:
:20:STARTUMS
:25:1023456789
:28C:1/1
:60F:C261123VND0,
:61:2611241124C450000,NTRFNONREF//FT77
:86:MBVCB.1.HPAA00000
012 T11
:61:2611241124D11000,00NCHGNONREF
:86:PHI
:62F:C261124VND439000,
-}"""
CAMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="VND">450000</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-11-24</Dt></BookgDt>
<AcctSvcrRef>FT77</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>HPAA00000012</Ustrd><Ustrd>T11</Ustrd></RmtInf></TxDtls>
</NtryDtls></Ntry><Ntry><Amt Ccy="VND">11000.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-11-24</Dt></BookgDt>
</Ntry></Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (
            VIETCOMBANK,
            [
                Booked(DAY, 450_000, "MBVCB.1.HPAA00000012 T11", "5078.1"),
                Booked(D(2026, 11, 25), -11_000, "Phí", "5078.2"),
            ],
        ),
        (BIDV, [Booked(DAY, 450_000, "HOC PHI", "")]),
        (MB, [Booked(DAY, 450_000, "x y", "FT9"), Booked(DAY, -9_000, "phi", "FT8")]),
        (MT940, [Booked(DAY, 450_000, "MBVCB.1.HPAA00000012 T11", "FT77"), Booked(DAY, -11_000, "PHI", "")]),
        (CAMT, [Booked(DAY, 450_000, "HPAA00000012 T11", "FT77"), Booked(DAY, -11_000, "", "")]),
    ],
    ids=["vietcombank", "bidv", "mb", "mt940", "camt"],
)
def test_formats(content: str, lines: list[Booked]) -> None:
    assert statement_files.read(content.encode()) == lines


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "statement_columns", 0),
        (b"a,b,c\n1,2,3\n", "statement_columns", 0),
        ("Ngày;Ghi có;Nội dung\n24/11/2026;bốn trăm;x\n".encode(), "statement_amount", 2),
        ("Ngày;Ghi có;Nội dung\n24/11/2026;1.000,50;x\n".encode(), "statement_amount", 2),
        ("Ngày;Ghi có;Nội dung\n32/11/2026;1.000;x\n".encode(), "statement_date", 2),
        ("Ngày;Ghi có;Nội dung\n".encode(), "statement_empty", 0),
        (b"<Document><Ntry></Document>", "statement_format", 0),
        (
            b"<Document><Ntry><Amt>1.5</Amt><BookgDt><Dt>2026-11-24</Dt></BookgDt></Ntry></Document>",
            "statement_amount",
            0,
        ),
        (b":20:X\n:61:khong phai\n", "statement_format", 0),
        (b"x" * (10 * 1024 * 1024 + 1), "statement_too_large", 0),
    ],
)
def test_files_that_are_none(content: bytes, code: str, line: int) -> None:
    with pytest.raises(Unreadable) as error:
        statement_files.read(content)
    assert (error.value.code, error.value.line) == (code, line)


def test_no_entity_is_read() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa">]><Document><Ntry><Amt>&a;</Amt></Ntry></Document>'
    with pytest.raises(Unreadable):
        statement_files.read(bomb)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.250.000", 1_250_000), ("1,250,000.00", 1_250_000), ("(35.000)", -35_000), ("-9000", -9_000), ("+450000 VND", 450_000),
     ("12,34", None), ("1.25.000", None), ("abc", None), ("", None)],
)  # fmt: skip
def test_amounts(text: str, value: int | None) -> None:
    if value is None:
        with pytest.raises(ValueError, match="^" + re.escape(text)):
            statement_files.whole_dong(text)
    else:
        assert statement_files.whole_dong(text) == value


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        statement_files.read(content)


# -- on the database -----------------------------------------------------------------------------------------------


def csv(*rows: tuple[str, int, str]) -> bytes:
    body = "".join(f"24/11/2026;{ref};{amount};{content}\n" for ref, amount, content in rows)
    return f"Ngày giao dịch;Số tham chiếu;Ghi có;Mô tả\n{body}".encode()


def run(school: School, content: bytes) -> reconciliation.Imported:
    return reconciliation.import_statement(
        actor=school.accountant, unit_id=school.unit, file_name="a.csv", content=content
    )


@pytest.mark.django_db
def test_what_a_webhook_told_is_known(school: School) -> None:
    ref = school.bill().ref
    school.notify("vietqr", bank_credit(f"{ref} T11", FULL, txn="WEB1"))
    done = run(school, csv(("FT1", FULL, f"MBVCB.5.{ref} T11.CT TU"), ("FT2", FULL, f"IBFT {school.bill(2).ref}")))
    assert (done.known, done.matched, done.parked) == (1, 1, 0)
    assert school.balances()[Account.BANK] == 2 * FULL
    again = run(school, csv(("FT2", FULL, f"IBFT {school.bill(2).ref}"), ("FT9", 5, "x")))
    assert (again.known, again.parked) == (1, 1), "an overlapping statement books nothing twice"
    with pytest.raises(Conflict, match="statement_known"):
        run(school, csv(("FT2", FULL, f"IBFT {school.bill(2).ref}"), ("FT9", 5, "x")))


@pytest.mark.django_db
def test_equal_lines_without_a_reference_are_two(school: School) -> None:
    content = csv(("", 1000, "gop quy"), ("", 1000, "gop quy"))
    assert run(school, content).parked == 2
    assert run(school, content + b"\n").known == 2


@pytest.mark.django_db
def test_a_bad_line_books_nothing(school: School) -> None:
    with pytest.raises(Invalid, match="statement_amount"):
        run(school, csv(("FT1", FULL, school.bill().ref)) + b"24/11/2026;FT2;x;y\n")
    assert school.owed() == FULL
    with pytest.raises(PermissionRefused):
        reconciliation.import_statement(actor=school.parent, unit_id=school.unit, file_name="a", content=b"")


@pytest.mark.django_db
def test_assigning(school: School) -> None:
    run(school, csv(("FT1", 900_000, "tien hoc")))
    event = school.rows(StatementLine)[0].event_id
    ask: dict[str, Any] = {"actor": school.accountant, "unit_id": school.unit}
    with pytest.raises(NotFound):
        reconciliation.assign(**ask, event_id=event, bill_ref="HPAA00000000")
    reconciliation.assign(**ask, event_id=event, bill_ref=school.bill().ref.lower())
    assert (school.owed(), school.credit()) == (0, 900_000 - FULL)
    with pytest.raises(Conflict, match="assigned"):
        reconciliation.assign(**ask, event_id=event, bill_ref=school.bill(2).ref)
    assert reconciliation.exceptions(**ask) == []


@pytest.mark.django_db
def test_two_thousand_lines(school: School) -> None:
    """As families write: with the code in every disguise, the few others by hand. At least 98 % need nobody."""
    from school_services.fees import issuing
    from school_services.rosters.models import ClassGroup, Enrolment, Student

    rng = random.Random(5)
    with school.scope():
        group = ClassGroup.objects.get()
        made = Student.objects.bulk_create(
            [
                Student(unit_id=school.unit, code=f"S{n}", full_name=f"Em {n}", sort_key=str(n), folded=f"em {n}",
                        birth_date="2014-01-01", gender="1")
                for n in range(2000)
            ]
        )  # fmt: skip
        Enrolment.objects.bulk_create(
            [Enrolment(unit_id=school.unit, student=s, class_group=group, valid_from="2026-09-05") for s in made]
        )
    issuing.issue(actor=school.accountant, unit_id=school.unit, round_id=prepare(school, title="Thu tháng 12/2026").pk)
    with school.scope():
        bills = list(Bill.objects.filter(student__code__startswith="S").values_list("ref", "amount"))
    rows = []
    for number, (ref, amount) in enumerate(bills):
        forms = (
            f"MBVCB.{number}.{ref} T12.CT tu",
            ref.lower(),
            f"{ref[:4]} {ref[4:8]} {ref[8:]}",
            f"IBFT {ref}T12",
            f"nop tien {ref[:6]}.{ref[6:]}",
        )
        content = rng.choice(forms) if number % 100 else "nop tien cho con"
        rows.append((f"FT{number}", amount, content))
    rng.shuffle(rows)
    done = run(school, csv(*rows))
    assert done.share >= 0.98
    assert (done.matched, done.parked) == (1980, 20)
    assert school.balances()[Account.BANK] == sum(amount for _, amount, _ in rows)
