"""Payloads and signatures of the providers: published samples, our own, and what must be refused."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_services.payments.protocols import bank_notice, momo, vietqr, vnpay, vnpt

SAMPLE = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)
SECRET = "mat-khau-cua-ca-kiem-thu"
NOW = datetime.datetime(2026, 11, 24, 1, 30, tzinfo=datetime.UTC)


def crc(body: str) -> str:
    return body + vietqr.crc16(body)


def test_the_sample_of_napas() -> None:
    built = vietqr.build(
        bin_code="970403", account="0011012345678", amount=180000, bill="NPS6869", purpose="thanh toan don hang"
    )
    assert built == SAMPLE
    assert vietqr.check(SAMPLE).amount == 180000
    wrong = vietqr.check(SAMPLE[:-1] + "F")
    assert (wrong.crc_ok, wrong.tlv_ok) == (False, True)
    assert vietqr.check(SAMPLE[:-4] + SAMPLE[-4:].lower()).crc_ok


@pytest.mark.parametrize(
    ("payload", "crc_ok"),
    [
        # The widely copied sample: its checksum is right, the length of the nested template is not.
        ("00020101021138570010A00000072701390006970422011301234567890200208QRIBFTTA53037045802VN6304A3CF", True),
        (crc("00020101021138540010A00000072701240006970422011001234567890208QRIBFTTA53038405802VN6304"), True),
        (crc("00020101021238540010A00000072701240006970422011001234567890208QRIBFTTA5303704540112.505802VN6304"), True),
        (crc("00020101021138540010A00000072701240006970422011001234567890208QRIBFTTA5802VN53037046304"), True),
        (crc("0002010102113800530370454015802VN6304"), True),
        ("", False),
        ("63", False),
        ("không phải mã", False),
    ],
)
def test_what_is_no_payload(payload: str, crc_ok: bool) -> None:
    found = vietqr.check(payload)
    assert (found.crc_ok, found.tlv_ok) == (crc_ok, False)
    assert found.account is None


@given(
    st.integers(1, 10**12),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789", min_size=1, max_size=19),
    st.text("ABCDEFGH 0123456789", max_size=25).map(str.strip),
)
def test_what_is_built_is_read(amount: int, account: str, purpose: str) -> None:
    found = vietqr.check(vietqr.build(bin_code="970436", account=account, amount=amount, purpose=purpose))
    assert (found.crc_ok, found.tlv_ok) == (True, True)
    assert (found.account, found.amount, found.purpose or "") == (account, amount, purpose)


@given(st.text(max_size=120))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert not vietqr.check(text).tlv_ok


@pytest.mark.parametrize(
    "values",
    [
        {"bin_code": "97043", "account": "1"},
        {"bin_code": "970436", "account": ""},
        {"bin_code": "970436", "account": "1", "amount": 0},
        {"bin_code": "970436", "account": "1", "amount": 5, "purpose": "học phí"},
        {"bin_code": "970436", "account": "1", "amount": 5, "purpose": "x" * 51},
    ],
)
def test_what_cannot_be_built(values: dict) -> None:
    with pytest.raises(vietqr.Unbuildable):
        vietqr.build(**values)


def test_plain_text_of_banks() -> None:
    assert vietqr.plain("Trường Đặng — học  phí", 25) == "Truong Dang hoc phi"


def ipn(**changes: str) -> dict[str, str]:
    params = {
        "vnp_TmnCode": "TEST", "vnp_Amount": "45000000", "vnp_TxnRef": "R1", "vnp_ResponseCode": "00",
        "vnp_TransactionStatus": "00", "vnp_TransactionNo": "1", "vnp_OrderInfo": "Hoc phi",
    } | changes  # fmt: skip
    return params | {"vnp_SecureHash": vnpay.sign(SECRET, params)}


def test_ipn_in_the_order_of_the_specification() -> None:
    order, done = vnpay.Order(450000, False), vnpay.Order(450000, True)
    assert vnpay.judge(SECRET, ipn() | {"vnp_Amount": "1"}, None).code == "97"
    assert vnpay.judge(SECRET, ipn(), None).code == "01"
    assert vnpay.judge(SECRET, ipn(vnp_Amount="44999900"), done).code == "04"
    assert vnpay.judge(SECRET, ipn(vnp_Amount="450000.00"), order).code == "04"
    assert vnpay.judge(SECRET, ipn(), done).code == "02"
    good = vnpay.judge(SECRET, ipn(), order)
    assert (good.code, good.paid) == ("00", True)
    failed = vnpay.judge(SECRET, ipn(vnp_ResponseCode="24", vnp_TransactionStatus="02"), order)
    assert (failed.code, failed.paid) == ("00", False)
    half = vnpay.judge(SECRET, ipn(vnp_TransactionStatus="01"), order)
    assert half.paid is False


def test_signature_of_vnpay() -> None:
    params = ipn()
    assert vnpay.verify(SECRET, params | {"vnp_SecureHash": params["vnp_SecureHash"].upper()})
    assert vnpay.verify(SECRET, params | {"vnp_SecureHashType": "HmacSHA512", "utm": "x"})
    assert not vnpay.verify(SECRET, params | {"vnp_Foo": "1"})
    assert not vnpay.verify(SECRET, params | {"vnp_SecureHash": "ü"})
    assert not vnpay.verify(SECRET, {})


def test_pay_url_and_pipes() -> None:
    params = vnpay.pay_params(
        tmn_code="T", secret=SECRET, txn_ref="R1", amount=450000, info="Học phí tháng 11 (7A1)!",
        return_url="https://a.vn/x?y=1", address="10.0.0.1", created=NOW, expires=NOW + datetime.timedelta(minutes=15),
    )  # fmt: skip
    assert params["vnp_OrderInfo"] == "Hoc phi thang 11 7A1"
    assert (params["vnp_CreateDate"], params["vnp_ExpireDate"]) == ("20261124083000", "20261124084500")
    assert vnpay.verify(SECRET, params)
    assert "vnp_ReturnUrl=https%3A%2F%2Fa.vn%2Fx%3Fy%3D1" in vnpay.url("https://p.vn/", params)
    answer = dict.fromkeys(vnpay.ANSWER_FIELDS, "1")
    answer["vnp_SecureHash"] = vnpay.digest(SECRET, vnpay.piped(vnpay.ANSWER_FIELDS, answer))
    assert vnpay.verify_answer(SECRET, answer)
    assert not vnpay.verify_answer(SECRET, answer | {"vnp_Amount": "2"})
    assert vnpay.signed_refund(SECRET, {"vnp_Amount": "1"}) != vnpay.signed_refund(SECRET, {"vnp_Amount": "2"})


def test_momo_notice() -> None:
    notice = dict.fromkeys(momo.NOTICE, "x") | {"amount": 5000, "resultCode": 0}
    notice["signature"] = momo.sign(SECRET, momo.NOTICE, notice | {"accessKey": "A"})
    assert momo.verify_notice(SECRET, "A", notice)
    assert momo.paid(notice)
    assert not momo.verify_notice(SECRET, "A", notice | {"amount": 6000})
    assert not momo.verify_notice(SECRET, "B", notice)
    assert not momo.paid(notice | {"resultCode": 9000})  # authorised is not paid


# The contract we assume of VNPT Money; replaced by recorded samples when there are some.
VNPT_SAMPLE = {
    "action": "CONFIRM", "response_code": "00", "merchant_service_id": "567", "merchant_order_id": "T1",
    "amount": "450000", "currency_code": "VND", "vnptpay_transaction_id": "VP1", "pay_date": "20261124083000",
    "secure_code": "0" * 64,
}  # fmt: skip


def test_vnpt_contract() -> None:
    assert not vnpt.verify(SECRET, vnpt.CONFIRM, VNPT_SAMPLE)
    signed = VNPT_SAMPLE | {"secure_code": vnpt.sign(SECRET, vnpt.CONFIRM, VNPT_SAMPLE)}
    assert vnpt.verify(SECRET, vnpt.CONFIRM, signed)
    assert not vnpt.verify(SECRET, vnpt.CONFIRM, signed | {"amount": "450001"})


def test_bank_notice() -> None:
    assert bank_notice.verify(SECRET, b"{}", bank_notice.sign(SECRET, b"{}"))
    assert not bank_notice.verify(SECRET, b"{ }", bank_notice.sign(SECRET, b"{}"))
    assert not bank_notice.verify(SECRET, b"{}", "")
