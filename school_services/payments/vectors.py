"""Operations of the domain cases about money (`manage.py vectors`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from school_services.fees import rules as fees
from school_services.invoices import rules as invoices
from school_services.invoices import signature, xml

from .protocols import momo, vietqr, vnpay

Case = dict[str, Any]


def _number(value: Any) -> Decimal:
    return Decimal(str(value))


def _vietqr_build(case: Case) -> Any:
    return vietqr.build(
        bin_code=case["bin"],
        account=case["account"],
        amount=case.get("amount"),
        purpose=case.get("purpose", ""),
        bill=case.get("bill", ""),
    )


def _vietqr_check(case: Case) -> Any:
    return {name: value for name, value in asdict(vietqr.check(case["payload"])).items() if value is not None}


def _vnpay_ipn(case: Case) -> Any:
    order = case["orders"].get(case["params"].get("vnp_TxnRef"))
    known = vnpay.Order(order["amount"], order["state"] != "PENDING") if order else None
    verdict = vnpay.judge(case["secret"], case["params"], known)
    state = None if verdict.paid is None else "PAID" if verdict.paid else "FAILED"
    return {"RspCode": verdict.code, "state": state}


def _vnpay_sign(case: Case) -> Any:
    return {
        "hash_data": vnpay.hash_data(case["params"]),
        "secure_hash": vnpay.sign(case["secret"], case["params"]),
    }


def _serial_parse(case: Case) -> Any:
    serial = invoices.parse_serial(case["serial"], case["year"])
    if serial is None:
        return {"valid": False}
    return {"valid": True, **asdict(serial), "KHMSHDon": serial.template, "KHHDon": serial.symbol}


def _totals(case: Case) -> Any:
    total = invoices.totals(
        [
            invoices.Line(
                name=line["THHDVu"],
                quantity=_number(line["SLuong"]),
                price=line["DGia"],
                amount=line["ThTien"],
                rate=line["TSuat"],
                nature=line["TChat"],
            )
            for line in case["lines"]
        ]
    )
    return {
        "LTSuat": [{"TSuat": rate.rate, "ThTien": rate.amount, "TThue": rate.tax} for rate in total.rates],
        "TgTCThue": total.before_tax,
        "TgTThue": total.tax,
        "TgTTTBSo": total.payable,
        "TgTTTBChu": invoices.amount_in_words(total.payable),
    }


def _error_action(case: Case) -> Any:
    action = invoices.error_action(case["wrong_fields"])
    return {"reissue": action.reissue, "form": action.form, "allowed": list(action.allowed)}


def _health_insurance(case: Case) -> Any:
    total, student = fees.student_health_insurance(
        base_salary=case["base_salary"], support=_number(case["support"]), months=case["months"]
    )
    return {"total": total, "student": student}


OPERATIONS: dict[str, Callable[[Case], Any]] = {
    "crc16_ccitt_false": lambda case: vietqr.crc16(case["data"]),
    "vietqr_build": _vietqr_build,
    "vietqr_check": _vietqr_check,
    "vnpay_sign": _vnpay_sign,
    "vnpay_ipn": _vnpay_ipn,
    "vnpay_querydr_hash": lambda case: vnpay.digest(case["secret"], case["hash_data"]),
    "momo_create_signature": lambda case: momo.sign(case["secret"], momo.CREATE, case["params"]),
    "serial_parse": _serial_parse,
    "serial_valid": lambda case: [
        invoices.parse_serial(serial, case["year"]) is not None for serial in case["serials"]
    ],
    "amount_in_words": lambda case: [invoices.amount_in_words(amount) for amount in case["amounts"]],
    "totals": _totals,
    "error_action": _error_action,
    "xmldsig_digest": lambda case: signature.reference_digest(
        xml.from_bytes(case["xml"].encode()), case["reference_uri"]
    ),
    "private_tuition_support": lambda case: fees.private_tuition_support(
        council_level=case["hdnd_level"], school_fee=case["school_fee"], months=case["months"]
    ),
    "bhyt_student": _health_insurance,
}
