"""XMLDSig of an invoice: RSA-SHA256 over DLHDon and the signing time, as the tax authority's schema wants it.

A same-document detached signature: it stands in DSCKS/NBan, outside the signed DLHDon, so that the enveloped
transform it declares removes nothing. Old files carry SHA-1: they are verified, never made.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = f"{DS}enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_METHODS: dict[str, hashes.HashAlgorithm] = {RSA_SHA256: hashes.SHA256(), f"{DS}rsa-sha1": hashes.SHA1()}  # noqa: S303
_DIGESTS = {SHA256: "sha256", f"{DS}sha1": "sha1"}
_HANOI = datetime.timezone(datetime.timedelta(hours=7))


class BadSignature(ValueError):
    """The invoice is not what was signed, or not signed by whom it says."""


class UnusableKey(ValueError):
    """The file is no PKCS#12 with an RSA key, the password is wrong, or the certificate is out of date."""


class Signer(Protocol):
    """A key somewhere: a PKCS#12 file here, a PKCS#11 token or a remote service elsewhere."""

    @property
    def certificate(self) -> x509.Certificate: ...

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over `data`."""


@dataclass(frozen=True, slots=True)
class FileSigner:
    """A key out of a PKCS#12 file, held in memory."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def load_pkcs12(content: bytes, password: str) -> FileSigner:
    """Raises `UnusableKey`, without the password in it."""
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode())
    except ValueError:
        raise UnusableKey("the file cannot be opened with this password") from None
    if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
        raise UnusableKey("the file holds no RSA key with its certificate")
    check_dates(certificate)
    return FileSigner(certificate, key)


def check_dates(certificate: x509.Certificate) -> None:
    """Raises `UnusableKey` for one that is not valid today."""
    now = datetime.datetime.now(datetime.UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise UnusableKey("the certificate is not valid today")


def tax_code_of(certificate: x509.Certificate) -> str:
    """The signer's tax code: UID "MST:0312345678" of Vietnamese certificates; "" when there is none."""
    for attribute in certificate.subject:
        text = str(attribute.value)
        if text.upper().startswith("MST:"):
            return text[4:].strip()
    return ""


def canonical(element: etree._Element) -> bytes:
    """Canonical XML 1.0 of an element as it stands in its document.

    By way of a document of its own: on an inner element whose namespace stands further up, libxml2 writes `xmlns=""`
    on grandchildren, and the signature would be right for nobody but us.
    """
    alone = etree.fromstring(etree.tostring(element, encoding="utf-8", with_tail=False))
    return bytes(etree.tostring(alone, method="c14n", exclusive=False, with_comments=False))


def _digest(element: etree._Element, algorithm: str = "sha256") -> str:
    return base64.b64encode(hashlib.new(algorithm, canonical(element)).digest()).decode()


def by_id(root: etree._Element, uri: str) -> etree._Element:
    """The one element with the Id of a "#…" reference. Raises `BadSignature` for none and for several."""
    found = [element for element in root.iter() if element.get("Id") == uri.removeprefix("#")]
    if not uri.startswith("#") or len(found) != 1:
        raise BadSignature(f"the reference {uri} does not name exactly one element")
    return found[0]


def reference_digest(root: etree._Element, uri: str) -> str:
    """SHA-256 digest of what a reference names, as it stands in DigestValue."""
    return _digest(by_id(root, uri))


def _sub(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{DS}}}{name}", attributes)
    element.text = text
    return element


def sign(root: etree._Element, signer: Signer, moment: datetime.datetime) -> None:
    """Put the seller's signature into DSCKS/NBan. Raises `BadSignature` when the seller is not the signer."""
    data, seller = root.find("DLHDon"), root.find("DSCKS/NBan")
    if data is None or seller is None or len(seller):
        raise BadSignature("this is no unsigned invoice")
    owner, stated = tax_code_of(signer.certificate), root.findtext("DLHDon/NDHDon/NBan/MST")
    if owner != stated:
        raise BadSignature("the certificate belongs to another tax code than the seller's")
    name = f"SigningTime-{data.get('Id')}"
    signature = etree.SubElement(seller, f"{{{DS}}}Signature", {"Id": f"Signature-{data.get('Id')}"}, nsmap={None: DS})
    info = _sub(signature, "SignedInfo")
    value = _sub(signature, "SignatureValue")
    x509_data = _sub(_sub(signature, "KeyInfo"), "X509Data")
    _sub(x509_data, "X509SubjectName", signer.certificate.subject.rfc4514_string())
    from_der = base64.b64encode(signer.certificate.public_bytes(Encoding.DER))
    _sub(x509_data, "X509Certificate", from_der.decode())
    # Without a namespace, as real invoices have it (within XMLDSig's own, its schema allows no SigningTime). Parsed,
    # because lxml writes `xmlns=""` only where it has read it.
    time = moment.astimezone(_HANOI).strftime("%Y-%m-%dT%H:%M:%S")
    signature.append(
        etree.fromstring(
            f'<Object xmlns="{DS}" Id="{name}"><SignatureProperties xmlns=""><SignatureProperty '
            f'Target="#{signature.get("Id")}"><SigningTime>{time}</SigningTime></SignatureProperty>'
            f"</SignatureProperties></Object>"
        )
    )
    _sub(info, "CanonicalizationMethod", Algorithm=C14N)
    _sub(info, "SignatureMethod", Algorithm=RSA_SHA256)
    for uri, transform in ((f"#{data.get('Id')}", ENVELOPED), (f"#{name}", "")):
        reference = _sub(info, "Reference", URI=uri)
        if transform:
            _sub(_sub(reference, "Transforms"), "Transform", Algorithm=transform)
        _sub(reference, "DigestMethod", Algorithm=SHA256)
        _sub(reference, "DigestValue", reference_digest(root, uri))
    value.text = base64.b64encode(signer.sign(canonical(info))).decode()


def verify(root: etree._Element) -> x509.Certificate:
    """Check the seller's signature over DLHDon; returns the certificate. Raises `BadSignature`.

    Whether the certificate itself is trusted is another question.
    """
    ns = {"d": DS}
    signature = root.find("DSCKS/NBan/d:Signature", ns)
    if signature is None:
        raise BadSignature("there is no signature of the seller")
    info = signature.find("d:SignedInfo", ns)
    data = root.find("DLHDon")
    if info is None or data is None:
        raise BadSignature("the signature is incomplete")
    covered = set()
    for reference in info.findall("d:Reference", ns):
        method = reference.find("d:DigestMethod", ns)
        algorithm = _DIGESTS.get(method.get("Algorithm", "") if method is not None else "")
        target = by_id(root, reference.get("URI", ""))
        if algorithm is None or _digest(target, algorithm) != reference.findtext("d:DigestValue", "", ns).strip():
            raise BadSignature(f"{reference.get('URI')} was changed after it was signed")
        covered.add(target)
    if data not in covered:
        raise BadSignature("the signature does not cover the invoice")
    try:
        raw = base64.b64decode(signature.findtext("d:KeyInfo/d:X509Data/d:X509Certificate", "", ns))
        certificate = x509.load_der_x509_certificate(raw)
        key = certificate.public_key()
        algorithm_of = info.find("d:SignatureMethod", ns)
        hash_used = _METHODS[algorithm_of.get("Algorithm", "") if algorithm_of is not None else ""]
        if not isinstance(key, rsa.RSAPublicKey):
            raise BadSignature("the certificate holds no RSA key")
        value = base64.b64decode(signature.findtext("d:SignatureValue", "", ns))
        key.verify(value, canonical(info), padding.PKCS1v15(), hash_used)
    except (InvalidSignature, KeyError, ValueError) as error:
        raise BadSignature("the signature value is wrong") from error
    if tax_code_of(certificate) != root.findtext("DLHDon/NDHDon/NBan/MST"):
        raise BadSignature("the certificate belongs to another tax code than the seller's")
    return certificate
