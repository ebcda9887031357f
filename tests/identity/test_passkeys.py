"""Passkeys beside the codes: a key of software signs as a real one does; what is copied, replayed or foreign is refused."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from school_services.identity import actor as actors
from school_services.identity import rules, second_factor
from school_services.identity.models import AuditEntry, Passkey, User
from tenants import context
from tests.identity.test_second_factor import CHALLENGE, WEB, code_now, set_up

KEYS = "/tai-khoan/xac-thuc/khoa/"
ALPHA = "http://alpha.localhost"
PRESENT = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
pytestmark = pytest.mark.django_db


@dataclass
class Key:
    """A security key in software: one credential."""

    origin: str = ALPHA
    secret: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(16))
    count: int = 0

    def _said(self, **response: bytes) -> str:
        named = websafe_encode(self.id)
        return json.dumps(
            {
                "id": named,
                "rawId": named,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {name: websafe_encode(bytes(value)) for name, value in response.items()},
            }
        )

    def make(self, options: dict[str, Any]) -> str:
        public = ES256.from_cryptography_key(self.secret.public_key())
        data = AuthenticatorData.create(
            hashlib.sha256(options["rp"]["id"].encode()).digest(),
            PRESENT | AuthenticatorData.FLAG.AT,
            self.count,
            AttestedCredentialData.create(bytes(16), self.id, public),
        )
        client = CollectedClientData.create("webauthn.create", options["challenge"], self.origin)
        return self._said(clientDataJSON=client, attestationObject=AttestationObject.create("none", data, {}))

    def sign(self, options: dict[str, Any], *, step: int = 1, origin: str = "") -> str:
        self.count += step
        data = AuthenticatorData.create(hashlib.sha256(options["rpId"].encode()).digest(), PRESENT, self.count)
        client = CollectedClientData.create("webauthn.get", options["challenge"], origin or self.origin)
        signature = self.secret.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._said(clientDataJSON=client, authenticatorData=data, signature=signature)


def options_of(response: Any) -> dict[str, Any]:
    found = re.search(r'data-options="([^"]+)"', response.content.decode())
    assert found, "no key is asked for"
    return dict(json.loads(html.unescape(found[1])))


@pytest.fixture
def web(alpha: Any) -> Any:
    with context.enter(alpha):
        yield actors.load(User.objects.get(username=WEB))


@pytest.fixture
def proved(web: Any, visit: Any) -> Any:
    """A session that has proved the second step by code."""
    secret, _ = set_up(web)
    client = visit("alpha", WEB)
    assert client.post(CHALLENGE, {"code": code_now(secret)}).status_code == 302
    return client


def register(client: Any, key: Key, name: str = "Máy văn phòng") -> Any:
    options = options_of(client.get(KEYS))
    return client.post(KEYS, {"name": name, "answer": key.make(options)})


def test_a_key_opens_the_second_step(proved: Any, visit: Any, alpha: Any, web: Any) -> None:
    key = Key()
    options = options_of(proved.get(KEYS))
    assert options["rp"]["id"] == "alpha.localhost"
    assert WEB.encode().hex() not in options["user"]["id"], "what the key stores names nobody"
    assert register(proved, key).status_code == 302
    listed = proved.get(KEYS).content.decode()
    assert "Máy văn phòng" in listed
    assert "chưa dùng" in listed
    fresh = visit("alpha", WEB)
    assert fresh.get("/admin/")["Location"].startswith(CHALLENGE)
    asked = options_of(fresh.get(f"{CHALLENGE}?next=/admin/"))
    assert [one["id"] for one in asked["allowCredentials"]] == [websafe_encode(key.id)]
    answer = key.sign(asked)
    assert fresh.post(CHALLENGE, {"answer": answer, "next": "/admin/"})["Location"] == "/admin/"
    assert fresh.get("/admin/").status_code == 200
    assert "chưa dùng" not in proved.get(KEYS).content.decode()
    with context.scope((alpha.unit_id,)):
        actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert "passkey_added" in actions
    # The same answer again, in another session and in the next question of its own.
    other = visit("alpha", WEB)
    other.get(CHALLENGE)
    refused = other.post(CHALLENGE, {"answer": answer})
    assert refused.status_code == 422
    assert "XT-04" in refused.content.decode()
    assert other.get("/admin/").status_code == 302
    assert proved.post(KEYS, {"remove": str(Passkey.objects.get().pk)}).status_code == 302
    assert not Passkey.objects.exists()
    assert "data-options" not in visit("alpha", WEB).get(CHALLENGE).content.decode()


def test_what_is_no_proof(proved: Any, visit: Any, web: Any) -> None:
    key, stranger = Key(count=7), Key()
    register(proved, key)

    def sent(make: Any) -> int:
        second_factor.throttle.forget("second", account=str(web.user_id))
        client = visit("alpha", WEB)
        answer = make(options_of(client.get(CHALLENGE)))
        status = client.post(CHALLENGE, {"answer": answer}).status_code
        assert status == 302 or client.get("/admin/").status_code == 302
        return int(status)

    assert sent(lambda asked: key.sign(asked, origin="https://alpha.localhost.xau.example")) == 422
    assert sent(lambda asked: key.sign(asked, origin="http://beta.localhost")) == 422, "a page of another portal"
    assert sent(lambda asked: key.sign(asked | {"rpId": "beta.localhost"})) == 422
    assert sent(lambda asked: key.sign(asked | {"challenge": websafe_encode(os.urandom(32))})) == 422
    assert sent(stranger.sign) == 422, "a key that nobody registered"
    stranger.id = key.id
    assert sent(stranger.sign) == 422, "another key under its name"
    assert sent(key.sign) == 302
    assert sent(lambda asked: key.sign(asked, step=0)) == 422, "a copy: its counter has not moved"
    assert sent(lambda asked: key.sign(asked, step=-3)) == 422
    for answer in ("", "{}", "[]", "x", "null", '{"id": 1}', '{"rawId":"AA","response":{}}', "[" * 15_000, "{" * 30_000):
        assert sent(lambda asked, answer=answer: answer) == 422, answer[:20]


def test_without_the_question_there_is_no_answer(proved: Any, visit: Any) -> None:
    key = Key()
    register(proved, key)
    client = visit("alpha", WEB)
    asked = options_of(client.get(CHALLENGE))
    elsewhere = visit("alpha", WEB)
    assert elsewhere.post(CHALLENGE, {"answer": key.sign(asked)}).status_code == 422, "it was asked in another session"


def test_guesses_are_counted_with_those_of_codes(proved: Any, visit: Any) -> None:
    key = Key()
    register(proved, key)
    client = visit("alpha", WEB)
    for _ in range(5):
        assert client.post(CHALLENGE, {"answer": "{}"}).status_code == 422
    asked = options_of(client.get(CHALLENGE))
    late = client.post(CHALLENGE, {"answer": key.sign(asked)})
    assert late.status_code == 422
    assert "XT-02" in late.content.decode()


def test_who_may_add_and_take_away(proved: Any, visit: Any, web: Any) -> None:
    assert visit("alpha").get(KEYS)["Location"].startswith("/tai-khoan/dang-nhap/")
    unproved = visit("alpha", WEB)
    assert unproved.get(KEYS)["Location"].startswith(CHALLENGE)
    assert unproved.post(KEYS, {"name": "x", "answer": "{}"})["Location"].startswith(CHALLENGE)
    register(proved, Key())
    mine = Passkey.objects.get()
    other = User.objects.get(username="web.beta@example.vn")
    theirs = Passkey.objects.create(user=other, site="alpha.localhost", name="Của người khác", key_id=b"x", credential=b"x")
    for key in (str(theirs.pk), "0", "-1", "abc", "9" * 30):
        assert proved.post(KEYS, {"remove": key}).status_code == 422
    assert Passkey.objects.filter(pk=theirs.pk).exists()
    assert "Của người khác" not in proved.get(KEYS).content.decode()
    for answer in ("", "{}", "nope", '{"response": {}}'):
        assert proved.post(KEYS, {"name": "Xấu", "answer": answer}).status_code == 422
    assert register(proved, Key(origin="http://beta.localhost")).status_code == 422
    assert Passkey.objects.filter(user_id=web.user_id).get() == mine
    for _ in range(9):
        assert register(proved, Key()).status_code == 302
    full = proved.get(KEYS).content.decode()
    assert "XT-05" in full
    assert "data-options" not in full


def test_a_key_is_of_its_host(proved: Any, visit: Any, web: Any) -> None:
    register(proved, Key())
    beta = visit("beta", WEB)
    page = beta.get(CHALLENGE).content.decode()
    assert "data-options" not in page, "here the code of the app is asked"
    assert 'name="code"' in page


def test_the_operator_takes_keys_off_too(proved: Any, web: Any) -> None:
    register(proved, Key())
    second_factor.remove(user_id=web.user_id)
    assert not Passkey.objects.exists()


@pytest.mark.parametrize(
    ("host", "base", "site"),
    [
        ("thcs-a.truong.example.vn", "truong.example.vn", "truong.example.vn"),
        ("quantri.truong.example.vn", "truong.example.vn", "truong.example.vn"),
        ("truong.example.vn", "truong.example.vn", "truong.example.vn"),
        ("xautruong.example.vn", "truong.example.vn", "xautruong.example.vn"),
        ("thcs-a.edu.vn", "truong.example.vn", "thcs-a.edu.vn"),
        ("alpha.localhost", "localhost", "alpha.localhost"),
    ],
)
def test_what_a_key_is_bound_to(host: str, base: str, site: str) -> None:
    assert rules.passkey_site(host, base) == site


OPERATOR = "vanhanh@example.vn"


def test_the_operators_site_asks_for_it(visit: Any, settings: Any) -> None:
    client = visit("quantri", OPERATOR)
    assert client.get("/").status_code == 200, "none set, none required"
    with context.platform():
        operator = actors.load(User.objects.get(username=OPERATOR))
        secret, codes = set_up(operator)
    assert client.get("/")["Location"] == "/xac-thuc/"
    page = client.get("/xac-thuc/")
    assert page.status_code == 200
    assert client.post("/xac-thuc/", {"code": "000000"}).status_code == 422
    assert client.post("/xac-thuc/", {"code": code_now(secret)})["Location"] == "/"
    assert client.get("/").status_code == 200
    key = Key(origin="http://quantri.localhost")
    options = options_of(client.get("/xac-thuc/khoa/"))
    assert client.post("/xac-thuc/khoa/", {"name": "Khóa", "answer": key.make(options)}).status_code == 302
    fresh = visit("quantri", OPERATOR)
    asked = options_of(fresh.get("/xac-thuc/"))
    assert fresh.post("/xac-thuc/", {"answer": key.sign(asked)})["Location"] == "/"
    assert fresh.get("/").status_code == 200
    assert client.post("/xac-thuc/ma-du-phong/").content.decode().count("<code>") == 10
    assert visit("quantri", OPERATOR).post("/xac-thuc/", {"code": codes[0]}).status_code == 422, "the old codes are void"


def test_an_operator_without_one_is_led_to_set_it_up(visit: Any, settings: Any) -> None:
    import dataclasses
    import datetime

    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, second_factor_from=datetime.date(2026, 1, 1))
    client = visit("quantri", OPERATOR)
    assert client.get("/")["Location"] == "/xac-thuc/cai-dat/"
    assert 'class="code key">' in client.get("/xac-thuc/cai-dat/").content.decode()
    assert visit("quantri").get("/xac-thuc/cai-dat/")["Location"].startswith("/dang-nhap/")
