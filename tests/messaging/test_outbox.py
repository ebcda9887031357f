"""One message per event and person; each way once; nothing that may have arrived is sent again."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from school_services.identity.actor import Actor
from school_services.identity.models import User
from school_services.messaging import carriers, dispatch, outbox, preferences, receipts
from school_services.messaging.models import Delivery, Message, Preference
from school_services.messaging.rules import Channel, Kind
from tenants import context

from .conftest import account, sms_report, zalo_report

pytestmark = pytest.mark.django_db
VALUES = {"ho_ten": "Em Thử", "lop": "7A1", "truong": "THCS Alpha", "buoi": "sáng", "ngay": datetime.date(2026, 11, 23)}


@pytest.fixture(autouse=True)
def _daytime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten in the morning, whatever the clock says."""
    real = timezone.now().astimezone(timezone.get_default_timezone())
    shift = real.replace(hour=10, minute=0) - real
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + shift)


def tell(alpha: Any, user: int, key: str = "absence:1:2026-11-23:S", kind: Kind = Kind.ABSENCE, **more: Any) -> None:
    outbox.send(unit_id=alpha.unit_id, kind=kind, key=key, recipients=[outbox.Recipient(user, VALUES)], **more)


def allow(alpha: Any, user: int, *ways: Channel) -> None:
    Preference.objects.bulk_create(Preference(unit_id=alpha.unit_id, user_id=user, channel=way.value, allowed=True, text_version="x") for way in ways)


def states(alpha: Any) -> list[tuple[str, str]]:
    return list(Delivery.objects.filter(unit_id=alpha.unit_id).order_by("pk").values_list("channel", "state"))


def later(minutes: float = 60) -> None:
    """Let the waits pass."""
    Delivery.objects.update(next_at=timezone.now() - datetime.timedelta(minutes=minutes))


def test_told_twice_is_told_once(inside: Any, parent: Actor) -> None:
    for _ in range(3):
        tell(inside, parent.user_id)
    tell(inside, parent.user_id, key="absence:1:2026-11-24:S")
    assert Message.objects.filter(recipient_id=parent.user_id).count() == 2
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'messaging.dispatch'")
        assert cursor.fetchone() == (1,), "one waiting task for all"


def test_zalo_first_then_sms_then_nothing_more(accounts: Any, inside: Any, parent: Actor) -> None:
    allow(inside, parent.user_id, Channel.ZALO, Channel.SMS)
    accounts.moods = lambda channel, phone, number: "unreachable" if channel == "zalo" else ""
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    assert states(inside) == [("zalo", "failed"), ("sms", "sent")]
    assert [(way, phone) for way, phone, *_ in accounts.taken] == [("sms", "84912000001")]
    sent = Delivery.objects.get(channel="sms")
    assert (sent.encoding, sent.parts, sent.cost) == ("GSM7", 1, 350)
    assert Delivery.objects.get(channel="zalo").cost == 0
    dispatch.run(inside.unit_id)
    assert len(accounts.taken) == 1


def test_without_a_yes_no_phone_is_touched(accounts: Any, inside: Any, parent: Actor) -> None:
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    assert states(inside) == []
    assert Message.objects.filter(recipient_id=parent.user_id).count() == 1, "it stands in the inbox"
    allow(inside, parent.user_id, Channel.ZALO)
    preferences.say(actor=parent, unit_id=inside.unit_id, wanted={Channel.ZALO: False})
    tell(inside, parent.user_id, key="other")
    dispatch.run(inside.unit_id)
    assert accounts.taken == []
    assert Preference.objects.count() == 2, "the yes stays as proof beside the no"


@pytest.mark.parametrize(("mood", "zalo"), [("silent", "unknown"), ("broken", "unknown"), ("500", "unknown"), ("busy", "waiting")])
def test_what_may_have_arrived_at_zalo_is_not_sent_again(accounts: Any, inside: Any, parent: Actor, mood: str, zalo: str) -> None:
    allow(inside, parent.user_id, Channel.ZALO, Channel.SMS)
    accounts.moods = lambda channel, phone, number: mood if channel == "zalo" else ""
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    assert states(inside) == [("zalo", zalo)], "and no second way either"
    accounts.moods = lambda channel, phone, number: ""
    later()
    dispatch.run(inside.unit_id)
    assert len(accounts.taken) == (0 if mood in {"broken", "500"} else 1)
    assert Delivery.objects.get().state == ("sent" if mood == "busy" else "unknown")


def test_an_sms_gateway_that_broke_is_asked_again_by_the_same_id(accounts: Any, inside: Any, parent: Actor) -> None:
    allow(inside, parent.user_id, Channel.SMS)
    accounts.moods = lambda channel, phone, number: "silent" if number == 1 else ""
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    assert states(inside) == [("sms", "waiting")]
    later()
    dispatch.run(inside.unit_id)
    assert states(inside) == [("sms", "sent")]
    assert len(accounts.taken) == 1
    assert Delivery.objects.get().attempts == 2


def test_a_carrier_that_is_always_busy_is_a_visible_failure(accounts: Any, inside: Any, parent: Actor) -> None:
    allow(inside, parent.user_id, Channel.SMS)
    accounts.moods = lambda channel, phone, number: "busy"
    tell(inside, parent.user_id)
    for _ in range(8):
        dispatch.run(inside.unit_id)
        later()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.error, row.cost) == ("failed", 6, "busy", 0)


def test_a_gateway_that_never_answers_is_shown_as_unknown(accounts: Any, inside: Any, parent: Actor) -> None:
    """It took the message at the first request and is silent for ever, later busy: no failure, no second way."""
    User.objects.filter(pk=parent.user_id).update(email="ph@example.vn")
    allow(inside, parent.user_id, Channel.SMS)
    accounts.moods = lambda channel, phone, number: "silent" if number < 4 else "busy"
    tell(inside, parent.user_id)
    for _ in range(8):
        dispatch.run(inside.unit_id)
        later()
    assert states(inside) == [("sms", "unknown")]
    assert len(accounts.taken) == 1
    assert mail.outbox == []


def test_a_dead_worker_loses_and_doubles_nothing(accounts: Any, inside: Any, parent: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies after the carriers took the message and before it could note that."""
    allow(inside, parent.user_id, Channel.SMS)
    tell(inside, parent.user_id)
    other = account("84912000002")
    allow(inside, other, Channel.ZALO)
    tell(inside, other)
    settle = dispatch._settle

    def dies(*args: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(dispatch, "_settle", dies)
    with pytest.raises(SystemExit):
        dispatch.run(inside.unit_id)
    assert len(accounts.taken) == 2
    monkeypatch.setattr(dispatch, "_settle", settle)
    dispatch.run(inside.unit_id)
    assert [state for _, state in states(inside)] == ["sending", "sending"], "not before ten minutes"
    Delivery.objects.update(started_at=timezone.now() - datetime.timedelta(minutes=11))
    dispatch.run(inside.unit_id)
    assert sorted(states(inside)) == [("sms", "sent"), ("zalo", "unknown")]
    assert len(accounts.taken) == 2


def test_a_token_of_zalo_is_renewed_once(accounts: Any, inside: Any, parent: Actor) -> None:
    allow(inside, parent.user_id, Channel.ZALO)
    accounts.access = "another"  # ours has expired
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    assert states(inside) == [("zalo", "waiting")]
    assert accounts.renewals == 1
    later()
    dispatch.run(inside.unit_id)
    assert states(inside) == [("zalo", "sent")]
    carrier = carriers.usable(inside.unit_id)[Channel.ZALO]
    assert carriers.renew_token(carrier, "demo-access-0") == "demo-access-1", "who comes late finds it renewed"
    assert accounts.renewals == 1


def test_at_night_only_an_alert_goes(accounts: Any, inside: Any, parent: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(inside, parent.user_id, Channel.SMS)
    night = timezone.localtime().replace(hour=22, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: night)
    tell(inside, parent.user_id)
    outbox.send(
        unit_id=inside.unit_id, kind=Kind.ALERT, key="bao",
        recipients=[outbox.Recipient(parent.user_id, {"truong": "T", "tieu_de": "Nghỉ học do bão", "noi_dung": "x"})],
    )  # fmt: skip
    dispatch.run(inside.unit_id)
    assert [text for *_, text in accounts.taken] == ["T: Nghi hoc do bao. Xem tren cong cua truong."]
    morning = night + datetime.timedelta(hours=7, minutes=31)
    monkeypatch.setattr(timezone, "now", lambda: morning)
    dispatch.run(inside.unit_id)
    assert len(accounts.taken) == 2


def test_letters_say_how_to_stop_them(inside: Any, parent: Actor, visit: Any) -> None:
    User.objects.filter(pk=parent.user_id).update(email="ph@example.vn")
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    (letter,) = mail.outbox
    assert letter.to == ["ph@example.vn"]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = letter.extra_headers["List-Unsubscribe"].strip("<>").split("localhost", 1)[1]
    path = path[path.index("/") :]
    client = visit("alpha")
    assert client.get(path).status_code == 200
    assert not Preference.objects.exists(), "a program that looks at links stops nothing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(path).status_code == 200
    assert client.post("/tin-nhan/thoi/khong-phai/").status_code == 404
    with context.scope((inside.unit_id,)):
        assert Preference.objects.filter(allowed=False, said_by="link").count() == 1
        tell(inside, parent.user_id, key="next")
        dispatch.run(inside.unit_id)
    assert len(mail.outbox) == 1


def test_reports_of_carriers(accounts: Any, inside: Any, parent: Actor, visit: Any) -> None:
    allow(inside, parent.user_id, Channel.ZALO, Channel.SMS)
    accounts.moods = lambda channel, phone, number: "silent" if channel == "zalo" else ""
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    row = Delivery.objects.get()
    assert (row.state, row.cost) == ("unknown", 0)
    body, headers = zalo_report(row.client_id)
    client = visit("alpha")
    for forged in ("mac=0", "mac=\u00e9"):
        assert client.post("/_bao-tin/zalo/", body, content_type="application/json", headers={"X-ZEvent-Signature": forged}).status_code == 403
        assert client.post("/_bao-tin/sms/", body, content_type="application/json", headers={"X-Signature": forged}).status_code == 403
    assert client.post("/_bao-tin/zalo/", body, content_type="application/json", headers=headers).status_code == 200
    with context.scope((inside.unit_id,)):
        row.refresh_from_db()
        assert (row.state, row.cost) == ("received", 220), "it had arrived after all, and costs"
        assert receipts.take(inside.unit_id, Channel.ZALO, *zalo_report("x")) == receipts.STRANGE
    assert visit("beta").post("/_bao-tin/zalo/", body, content_type="application/json", headers=headers).status_code == 403


def test_a_report_of_failure_opens_the_next_way(accounts: Any, inside: Any, parent: Actor) -> None:
    User.objects.filter(pk=parent.user_id).update(email="ph@example.vn")
    allow(inside, parent.user_id, Channel.SMS)
    tell(inside, parent.user_id)
    dispatch.run(inside.unit_id)
    row = Delivery.objects.get()
    for _ in range(2):
        assert receipts.take(inside.unit_id, Channel.SMS, *sms_report(row.client_id, "absent")) == receipts.TAKEN
    assert receipts.take(inside.unit_id, Channel.SMS, *sms_report(row.client_id, "delivered")) == receipts.TAKEN
    dispatch.run(inside.unit_id)
    assert states(inside) == [("sms", "failed"), ("email", "sent")]
    assert len(mail.outbox) == 1


def test_who_has_read_it_is_not_told_again(accounts: Any, inside: Any, parent: Actor) -> None:
    allow(inside, parent.user_id, Channel.ZALO, Channel.SMS)
    tell(inside, parent.user_id)
    Message.objects.update(read_at=timezone.now())
    dispatch.run(inside.unit_id)
    assert states(inside) == []


def test_the_same_queries_for_three_and_thirty(accounts: Any, inside: Any) -> None:
    def people(count: int, start: int) -> list[int]:
        rows = [User(username=f"849120{start + n:05d}", full_name="Phụ Huynh", sort_key="x") for n in range(count)]
        return [row.pk for row in User.objects.bulk_create(rows)]

    def queries(ids: list[int], key: str) -> int:
        for pk in ids:
            allow(inside, pk, Channel.SMS)
        recipients = [outbox.Recipient(pk, VALUES) for pk in ids]
        with CaptureQueriesContext(connection) as captured:
            outbox.send(unit_id=inside.unit_id, kind=Kind.ABSENCE, key=key, recipients=recipients)
            dispatch.run(inside.unit_id)
        return len(captured)

    queries(people(1, 10000), "warm")
    few = queries(people(3, 20000), "a")
    assert queries(people(30, 30000), "b") == few
    assert len(accounts.taken) == 34


def test_two_workers_share_without_doubling(carrier: Any, alpha: Any, at_once: Any) -> None:
    """Committed by threads, so that both really see the rows."""
    ids: list[int] = []
    ready = threading.Barrier(3)

    def worker(place: int) -> int:
        with context.enter(alpha), context.scope((alpha.unit_id,)):
            if place == 0:
                rows = [User(username=f"849130{n:05d}", full_name="Phụ Huynh", sort_key="x") for n in range(60)]
                ids.extend(row.pk for row in User.objects.bulk_create(rows))
                carriers.save(
                    actor=Actor(ids[0], "HT", (grant(alpha),)), unit_id=alpha.unit_id, channel=Channel.SMS, price=350,
                    config={"url": f"{carrier.url}/sms", "brandname": "A"}, secrets={"key": "demo-sms-key"},
                )  # fmt: skip
                for pk in ids:
                    allow(alpha, pk, Channel.SMS)
                outbox.send(unit_id=alpha.unit_id, kind=Kind.ABSENCE, key="both", recipients=[outbox.Recipient(pk, VALUES) for pk in ids])
            ready.wait(30)
            dispatch.run(alpha.unit_id)
            return 0

    def grant(ref: Any) -> Any:
        from school_services.identity.actor import Grant

        return Grant("principal", ref.unit_id)

    results = at_once(3, worker)
    assert results == [0, 0, 0], results
    assert len(carrier.taken) == 60
    assert len({phone for _, phone, *_ in carrier.taken}) == 60
