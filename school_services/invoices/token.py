"""A signing key that never leaves its device: a USB token or HSM behind PKCS#11.

The driver is a library that is loaded into this process, so its path is the operator's setting (`PKCS11_MODULE`); the
school names its token and gives the PIN, which is sealed as a PKCS#12 would be.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pkcs11
from cryptography import x509
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from .signature import UnusableKey, check_dates

_lock = threading.Lock()  # login is a state of the process, not of a session


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Signs on the device; a session for each signature, so that a token may be pulled and put back."""

    certificate: x509.Certificate
    module: str
    label: str
    pin: str = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        with _lock:
            try:
                with _open(self.module, self.label, self.pin) as session:
                    key: Any = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.RSA)
                    return bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
            except (pkcs11.PKCS11Error, RuntimeError) as error:
                raise UnusableKey(f"the token does not sign: {type(error).__name__}") from None


def _open(module: str, label: str, pin: str) -> pkcs11.Session:
    return pkcs11.lib(module).get_token(token_label=label).open(user_pin=pin)


def load_token(module: str, label: str, pin: str) -> TokenSigner:
    """The one RSA key and its certificate on a token. Raises `UnusableKey`, without the PIN in it."""
    if not module:
        raise UnusableKey("this server has no PKCS#11 driver: the operator sets PKCS11_MODULE")
    with _lock:
        try:
            with _open(module, label, pin) as session:
                session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.RSA)
                found = list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
                data = bytes(found[0][Attribute.VALUE]) if len(found) == 1 else b""
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            raise UnusableKey(f"the token cannot be opened: {type(error).__name__}") from None
    if not data:
        raise UnusableKey("the token holds no certificate, or several")
    certificate = x509.load_der_x509_certificate(data)
    check_dates(certificate)
    return TokenSigner(certificate, module, label, pin)
