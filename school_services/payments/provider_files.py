"""A provider's file of a day (T+1): what it took for us, line by line. Pure Python.

None of the providers publishes the form of this file; what their merchants' sites export is CSV with the name of the
order, their own number and the amount. The headings below are those seen there; a column that is missing is said so.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from .statement_files import MAX_BYTES, MAX_LINES, Unreadable, folded_heading, text_of, whole_dong

_HEADS = {
    "ref": (
        "vnp txnref", "txnref", "ma don hang", "ma tham chieu", "order id", "orderid", "merchant order id",
        "ma giao dich doi tac", "ma hoa don", "client reference id", "partner reference", "so hoa don",
    ),
    "amount": ("vnp amount", "so tien", "so tien giao dich", "amount", "gia tri giao dich", "so tien thanh toan"),
    "txn": (
        "vnp transactionno", "ma giao dich", "so giao dich", "transaction id", "trans id", "transaction no",
        "ma giao dich vnpay", "payment intent id", "id",
    ),
    "state": ("trang thai", "status", "ket qua", "vnp transactionstatus", "result code"),
}  # fmt: skip
_PAID = {"", "00", "0", "thanh cong", "giao dich thanh cong", "success", "succeeded", "paid", "da thanh toan"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment as the provider has it."""

    txn_ref: str
    provider_txn: str
    amount: int


def read(content: bytes) -> list[Taken]:
    """The successful payments of a file. Raises `Unreadable` with the line."""
    if len(content) > MAX_BYTES:
        raise Unreadable("statement_too_large")
    text = text_of(content)
    top = "\n".join(text.split("\n", 20)[:20])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=top.count)))
    except csv.Error:
        raise Unreadable("statement_format") from None
    columns: dict[str, int] = {}
    start = 0
    for number, row in enumerate(rows[:20]):
        names = [folded_heading(cell) for cell in row]
        columns = {
            key: next((names.index(head) for head in heads if head in names), -1) for key, heads in _HEADS.items()
        }
        if columns["ref"] >= 0 and columns["amount"] >= 0:
            start = number + 1
            break
    else:
        raise Unreadable("provider_columns")
    found = []
    for number, row in enumerate(rows[start:], start + 1):
        cells = {key: row[place].strip() if 0 <= place < len(row) else "" for key, place in columns.items()}
        if not cells["ref"] or folded_heading(cells["state"]) not in _PAID:
            continue
        try:
            amount = whole_dong(cells["amount"])
        except ValueError:
            raise Unreadable("statement_amount", number) from None
        found.append(Taken(cells["ref"][:120], cells["txn"][:120], amount))
    if not found:
        raise Unreadable("statement_empty")
    if len(found) > MAX_LINES:
        raise Unreadable("statement_too_long")
    return found
