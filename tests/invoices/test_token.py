"""A key on a PKCS#11 token: SoftHSM stands for the accountant's USB token."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DRIVERS = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib64/pkcs11/libsofthsm2.so")  # fmt: skip
DRIVER = next((path for path in DRIVERS if Path(path).exists()), "")
# In a process of its own: a PKCS#11 library is opened once and reads its settings then.
SCRIPT = """
import datetime, sys
import pkcs11
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate
from school_services.invoices import signature, token, xml
from tests.invoices.test_invoice_rules import DOCUMENT, MST, NOON, PASSWORD, make_key

driver = sys.argv[1]
key, certificate, _ = pkcs12.load_key_and_certificates(make_key(), PASSWORD.encode())
der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL,
                        serialization.NoEncryption())
with pkcs11.lib(driver).get_token(token_label="truong").open(rw=True, user_pin="1234") as session:
    attributes = decode_rsa_private_key(der) | {Attribute.TOKEN: True, Attribute.SENSITIVE: True}
    session.create_object(attributes)
    session.create_object(
        decode_x509_certificate(certificate.public_bytes(serialization.Encoding.DER)) | {Attribute.TOKEN: True}
    )
for label, pin in (("truong", "9999"), ("khac", "1234")):
    try:
        token.load_token(driver, label, pin)
    except signature.UnusableKey as error:
        assert pin not in str(error)
    else:
        raise AssertionError(label)
signer = token.load_token(driver, "truong", "1234")
assert signature.tax_code_of(signer.certificate) == MST
assert "1234" not in repr(signer)
root = xml.build(DOCUMENT)
signature.sign(root, signer, NOON)
signature.verify(xml.from_bytes(xml.to_bytes(root)))
print("signed on the token")
"""


@pytest.mark.skipif(not DRIVER or not shutil.which("softhsm2-util"), reason="no SoftHSM here (tests/prepare installs it)")
def test_an_invoice_is_signed_on_a_token(tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    environment = os.environ | {"SOFTHSM2_CONF": str(settings)}
    init = ["softhsm2-util", "--init-token", "--free", "--label", "truong", "--so-pin", "123456", "--pin", "1234"]
    subprocess.run(init, env=environment, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, DRIVER], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "signed on the token" in done.stdout


def test_without_a_driver_the_message_says_so() -> None:
    from school_services.invoices import signature, token

    with pytest.raises(signature.UnusableKey, match="PKCS11_MODULE"):
        token.load_token("", "truong", "1234")
    with pytest.raises(signature.UnusableKey, match="cannot be opened"):
        token.load_token("/khong/co.so", "truong", "1234")
