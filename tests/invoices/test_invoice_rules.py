"""Invoices without a database: symbols, words, XML 2.1.0, and the signature checked a second way."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from school_services.invoices import rules, signature, xml

MST = "0100109106"
PASSWORD = "mat-khau-khoa"


def make_key(tax_code: str = MST, *, days: int = 30) -> bytes:
    """A PKCS#12 file with a certificate of our own making."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "TRƯỜNG MẪU"),
            x509.NameAttribute(ObjectIdentifier("0.9.2342.19200300.100.1.1"), f"MST:{tax_code}"),
        ]
    )
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=60)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=60 + days))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"k", key, certificate, None, serialization.BestAvailableEncryption(PASSWORD.encode())
    )


@pytest.fixture(scope="module")
def signer() -> signature.FileSigner:
    return signature.load_pkcs12(make_key(), PASSWORD)


SERIAL = rules.parse_serial("2C26TYY", 2026)
assert SERIAL is not None
MEALS = rules.Line("Tiền ăn bán trú tháng 11/2026 (20 ngày)", Decimal(20), 35_000, 700_000, unit="ngày")
DOCUMENT = xml.Document(
    serial=SERIAL,
    number=1,
    date=datetime.date(2026, 11, 24),
    seller=xml.Seller("Trường Mầm non Mẫu", MST, "Phường Tân Ninh, Tây Ninh"),
    buyer=xml.Buyer("Nguyễn Văn A", "Phường Tân Ninh, Tây Ninh", "HS00012345"),
    lines=(MEALS,),
    payment="Chuyển khoản",
    provider_tax_code="0100684378",
    charges=(("MaKhoanThu", "HPAA00000012"),),
)
NOON = datetime.datetime(2026, 11, 24, 5, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("1C26TAA", True),
        ("2K26TYY", True),
        ("5C26GAB", True),
        ("7C26XAB", True),
        ("6K26NAB", True),
        ("1C26AAA", False),
        ("1C25TAA", False),
        ("7C26TAA", False),
        ("1C26NAA", False),
        ("1C26Taa", False),
        ("0C26TAA", False),
        ("1C26TAAA", False),
        ("", False),
    ],
)
def test_serials(text: str, valid: bool) -> None:
    assert (rules.parse_serial(text, 2026) is not None) == valid


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (10, "Mười đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi bốn đồng"),
        (1_000, "Một nghìn đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (1_000_000, "Một triệu đồng"),
        (1_000_015, "Một triệu không trăm mười lăm đồng"),
        (2_000_005_000, "Hai tỷ không trăm linh năm nghìn đồng"),
        (-450_000, "Âm bốn trăm năm mươi nghìn đồng"),
        (3_055_001, "Ba triệu không trăm năm mươi lăm nghìn không trăm linh một đồng"),
    ],
)
def test_words(amount: int, words: str) -> None:
    assert rules.amount_in_words(amount) == words


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_different_amounts_have_different_words(one: int, two: int) -> None:
    assert (rules.amount_in_words(one) == rules.amount_in_words(two)) == (one == two)


def test_totals_by_rate() -> None:
    lines = [MEALS, rules.Line("Đưa đón", Decimal(1), 500_000, 500_000, rate="8%"), replace(MEALS, amount=9, nature=3)]
    total = rules.totals(lines)
    assert [(r.rate, r.amount, r.tax) for r in total.rates] == [("KCT", 699_991, 0), ("8%", 500_000, 40_000)]
    assert (total.before_tax, total.tax, total.payable) == (1_199_991, 40_000, 1_239_991)
    with pytest.raises(ValueError, match="no tax rate"):
        rules.tax_percent("tám")


@pytest.mark.parametrize(
    ("wrong", "options", "action"),
    [
        (["buyer_name"], {}, (False, "04/SS-HĐĐT", ())),
        (["buyer_name", "buyer_address"], {}, (False, "04/SS-HĐĐT", ())),
        (["buyer_name", "amount"], {}, (True, None, ("DIEU_CHINH", "THAY_THE"))),
        (["tax_code"], {"first_form": "THAY_THE"}, (True, None, ("THAY_THE",))),
        (["amount"], {"cash_register": True}, (True, None, ("THAY_THE",))),
    ],
)
def test_what_a_wrong_invoice_asks_for(wrong: list[str], options: dict, action: tuple) -> None:
    found = rules.error_action(wrong, **options)
    assert (found.reissue, found.form, found.allowed) == action


def test_tax_codes() -> None:
    assert [rules.valid_tax_code(t) for t in ("0100684378", "0100109106-001", "072012345678", "0100684379", "x")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_xml_of_a_school() -> None:
    root = xml.build(DOCUMENT)
    general = [element.tag for element in root.find("DLHDon/TTChung")]
    assert general == [
        "PBan", "THDon", "KHMSHDon", "KHHDon", "SHDon", "NLap", "HDCTTChinh", "DVTTe", "HTTToan", "MSTTCGP",
    ]  # fmt: skip
    assert [e.tag for e in root.find("DLHDon/NDHDon/TToan")] == ["TgTTTBSo", "TgTTTBChu"]  # form 2 knows no tax
    assert root.findtext("DLHDon/NDHDon/TToan/TgTTTBChu") == "Bảy trăm nghìn đồng"
    assert root.find("DLHDon/NDHDon/DSHHDVu/HHDVu/TSuat") is None
    assert root.findtext("DLHDon/NDHDon/NMua/MKHang") == "HS00012345"
    again = xml.from_bytes(xml.to_bytes(root))
    assert signature.canonical(again) == signature.canonical(root)


def test_xml_with_tax() -> None:
    serial = rules.parse_serial("1C26TYY", 2026)
    assert serial is not None
    line = rules.Line("Dịch vụ đưa đón", Decimal(1), 500_000, 500_000, rate="8%")
    root = xml.build(replace(DOCUMENT, serial=serial, lines=(MEALS, line)))
    assert [e.findtext("TThue") for e in root.iter("LTSuat")] == ["0", "40000"]
    assert root.findtext("DLHDon/NDHDon/TToan/TgTTTBSo") == "1240000"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"number": 0}, "số hóa đơn"),
        ({"date": datetime.date(2027, 1, 1)}, "không hợp lệ cho năm 2027"),
        ({"lines": ()}, "không có dòng"),
        ({"seller": xml.Seller("T", "0100109107", "x")}, "mã số thuế người bán sai"),
        ({"seller": xml.Seller("T", MST, "")}, "thiếu thẻ NDHDon/NBan/DChi"),
        ({"buyer": xml.Buyer("N" * 401)}, "thẻ Ten dài quá 400"),
        ({"buyer": xml.Buyer("")}, "thiếu thẻ NDHDon/NMua/Ten"),
        ({"lines": (replace(MEALS, amount=-1),)}, "số âm"),
        ({"lines": (replace(MEALS, amount=700_001),)}, "thành tiền lớn hơn"),
    ],
)
def test_what_is_not_built(change: dict, problem: str) -> None:
    with pytest.raises(xml.Malformed, match=problem):
        xml.build(replace(DOCUMENT, **change))


def test_adjusting_carries_a_difference() -> None:
    related = xml.Related(2, "2", "C26TYY", 7, datetime.date(2026, 11, 3))
    root = xml.build(replace(DOCUMENT, related=related, lines=(replace(MEALS, quantity=None, amount=-35_000),)))
    assert root.findtext("DLHDon/TTChung/TTHDLQuan/GChu") == (
        "Điều chỉnh cho hóa đơn Mẫu số 2 ký hiệu C26TYY số 7 ngày 3 tháng 11 năm 2026"
    )
    assert root.findtext("DLHDon/NDHDon/TToan/TgTTTBChu") == "Âm ba mươi lăm nghìn đồng"


def test_signed_and_verified(signer: signature.FileSigner) -> None:
    root = xml.build(DOCUMENT)
    signature.sign(root, signer, NOON)
    stored = xml.from_bytes(xml.to_bytes(root))
    assert signature.verify(stored) == signer.certificate
    assert stored.findtext(".//SigningTime") == "2026-11-24T12:00:00"


def test_the_bytes_of_the_file_prove_it(signer: signature.FileSigner) -> None:
    """A second opinion without any XML library: digests and signature over the text as it stands in the file."""
    root = xml.build(DOCUMENT)
    signature.sign(root, signer, NOON)
    text = xml.to_bytes(root).decode()

    def cut(tag: str) -> str:
        return re.search(f"<{tag}[ >].*?</{tag}>", text, re.DOTALL)[0]  # type: ignore[index]

    info = re.sub(r"<(\w+)([^<>]*)/>", r"<\1\2></\1>", cut("SignedInfo")).replace(
        "<SignedInfo>", f'<SignedInfo xmlns="{signature.DS}">'
    )
    property_ = cut("Object").replace("<Object ", f'<Object xmlns="{signature.DS}" ')
    digests = re.findall(r"<DigestValue>(.*?)</DigestValue>", info)
    assert digests == [
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (cut("DLHDon"), property_)
    ]
    value = base64.b64decode(re.search("<SignatureValue>(.*?)<", text)[1])  # type: ignore[index]
    key = signer.certificate.public_key()
    key.verify(value, info.encode(), padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda root: root.find("DLHDon/NDHDon/TToan/TgTTTBSo").__setattr__("text", "70000"),
        lambda root: root.find("DLHDon").set("Id", "khac"),
        lambda root: root.append(etree.Element("Chen", Id=root.find("DLHDon").get("Id"))),
        lambda root: root.find(".//SigningTime").__setattr__("text", "2020-01-01T00:00:00"),
        lambda root: root.find(f".//{{{signature.DS}}}SignatureValue").__setattr__("text", "AAAA"),
        lambda root: root.find("DSCKS/NBan").clear(),
        lambda root: root.find(f".//{{{signature.DS}}}Reference").getparent().remove(
            root.find(f".//{{{signature.DS}}}Reference")
        ),
    ],
)  # fmt: skip
def test_a_changed_invoice_is_refused(tamper, signer: signature.FileSigner) -> None:  # type: ignore[no-untyped-def]
    root = xml.build(DOCUMENT)
    signature.sign(root, signer, NOON)
    stored = xml.from_bytes(xml.to_bytes(root))
    tamper(stored)
    with pytest.raises(signature.BadSignature):
        signature.verify(stored)


def test_somebody_elses_key() -> None:
    other = signature.load_pkcs12(make_key("0100684378"), PASSWORD)
    with pytest.raises(signature.BadSignature, match="another tax code"):
        signature.sign(xml.build(DOCUMENT), other, NOON)


def test_unusable_keys() -> None:
    content = make_key()
    for bad, password in ((content, "sai"), (b"khong phai khoa", PASSWORD), (make_key(days=-1), PASSWORD)):
        with pytest.raises(signature.UnusableKey) as error:
            signature.load_pkcs12(bad, password)
        assert PASSWORD not in str(error.value)


def test_entities_are_not_read() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><HDon><DLHDon Id="a">&a;</DLHDon></HDon>'
    root = xml.from_bytes(bomb)
    assert not (root.findtext("DLHDon") or "").strip()
