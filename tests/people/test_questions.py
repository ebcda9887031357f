"""A visitor's question from the form to the erased row; nothing of it is public before somebody publishes it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cms_blocks.questions import rules, services
from cms_blocks.questions.models import PublicAnswer, Question
from cms_blocks.questions.tasks import erase_due
from school_services.errors import Conflict, Invalid, NotFound
from school_services.identity.models import AuditEntry
from school_services.rosters import holidays
from tenants import context

pytestmark = pytest.mark.django_db

FORM = "/hoi-dap/gui/"
ASKED = {
    "title": "Chuyển trường vào lớp 7 cần giấy tờ gì?",
    "text": "Gia đình tôi chuyển về phường trong tháng 12.",
    "name": "Bà Lê Hỏi Thử",
    "email": "hoi@example.vn",
    "consent": "on",
}
WEB = "web.alpha@example.vn"


@pytest.fixture(autouse=True)
def _nothing_asked_yet(alpha: Any) -> None:
    with context.enter(alpha):
        PublicAnswer.objects.all().delete()
        Question.objects.all().delete()


def ask(**values: str) -> Question:
    return services.ask(**({"nonce": "n1", "title": "Một câu", "text": "Dài", "name": "Ông Thử", "email": ""} | values))


# Rules


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-23", "2026-11-30"),  # Monday: a week
        ("2026-11-27", "2026-12-04"),  # Friday
        ("2026-11-28", "2026-12-04"),  # Saturday counts from Monday on
        ("2026-11-29", "2026-12-04"),
    ],
)
def test_deadline_counts_working_days(asked: str, due: str) -> None:
    assert rules.deadline(datetime.date.fromisoformat(asked)).isoformat() == due


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("abcde-fghjk", "ABCDE-FGHJK"),
        (" ABCDE FGHJK ", "ABCDE-FGHJK"),
        ("ABCDEFGHJK", "ABCDE-FGHJK"),
        ("ABCDE-FGHJ", ""),
        ("ABCDE-FGHJ0", ""),
        ("ABCDE-FGHJKK", ""),
        ("' or 1=1", ""),
        ("", ""),
    ],
)
def test_codes_as_people_type_them(typed: str, stored: str) -> None:
    assert rules.normalise_code(typed) == stored


def test_codes_are_long_and_differ() -> None:
    codes = {rules.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(rules.normalise_code(code) == code for code in codes)
    assert len(rules.ALPHABET) ** rules.CODE_LENGTH > 2**48


# Asking


def test_asking_without_account_cookie_or_javascript(visit: Any, opened: Any, alpha: Any, jobs: Any) -> None:
    client = visit("alpha")
    hidden = opened(client, FORM)
    response = client.post(FORM, ASKED | hidden)
    assert response.status_code == 200
    assert not client.cookies, "asking sets no cookie"
    assert "no-store" in response["Cache-Control"]
    with context.enter(alpha):
        question = Question.objects.get()
    assert question.code in response.content.decode()
    assert question.state == rules.NEW
    today = timezone.localdate()
    with context.platform():
        off = holidays.between(today, today + datetime.timedelta(days=30))
    assert question.due == rules.deadline(today, holidays=off)
    again = client.post(FORM, ASKED | hidden)
    assert question.code in again.content.decode(), "the same form sent twice is the same question"
    jobs()
    assert [m.to for m in mail.outbox] == [["hoi@example.vn"]]
    assert question.code in mail.outbox[0].subject
    with context.enter(alpha):
        assert Question.objects.count() == 1


def test_nothing_is_lost_on_an_error(visit: Any, opened: Any) -> None:
    client = visit("alpha")
    hidden = opened(client, FORM)
    response = client.post(FORM, ASKED | hidden | {"consent": "", "email": "khong-phai-thu"})
    assert response.status_code == 422
    body = response.content.decode()
    for kept in ("Chuyển trường vào lớp 7", "chuyển về phường", "Bà Lê Hỏi Thử", "khong-phai-thu", hidden["ve"]):
        assert kept in body
    assert 'role="alert"' in body
    assert "autofocus" in body


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"trang_web": "http://spam.example"}, "GM-01"),
        ({"ve": "hỏng"}, "GM-02"),
        ({"ve": ""}, "GM-02"),
    ],
)
def test_machines_are_refused(change: dict[str, str], code: str, visit: Any, opened: Any, alpha: Any) -> None:
    client = visit("alpha")
    response = client.post(FORM, ASKED | opened(client, FORM) | change)
    assert response.status_code == 422
    assert code in response.content.decode()
    with context.enter(alpha):
        assert not Question.objects.exists()


def test_a_form_sent_at_once_must_wait(visit: Any, alpha: Any) -> None:
    client = visit("alpha")
    page = client.get(FORM).content.decode()
    token = page.split('name="ve" value="')[1].split('"')[0]
    response = client.post(FORM, ASKED | {"ve": token})
    assert "GM-03" in response.content.decode()
    assert token in response.content.decode(), "the ticket ages on: the second try passes"


def test_a_ticket_of_another_portal_or_form_is_no_ticket(visit: Any, opened: Any, beta: Any) -> None:
    hidden = opened(visit("alpha"), FORM)
    response = visit("beta").post(FORM, ASKED | hidden)
    assert "GM-02" in response.content.decode()


def test_a_form_of_another_site_is_refused(visit: Any, opened: Any) -> None:
    client = visit("alpha")
    hidden = opened(client, FORM)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.com"}):
        assert client.post(FORM, ASKED | hidden, headers=headers).status_code == 403
    assert client.post(FORM, ASKED | hidden, headers={"Origin": "http://alpha.localhost"}).status_code == 200


def test_one_address_asks_five_times(visit: Any, opened: Any, alpha: Any) -> None:
    client = visit("alpha")
    for number in range(5):
        assert client.post(FORM, ASKED | opened(client, FORM) | {"title": f"Câu {number}"}).status_code == 200
    refused = client.post(FORM, ASKED | opened(client, FORM) | {"title": "Câu thứ sáu"})
    assert refused.status_code == 422
    assert "GM-04" in refused.content.decode()
    assert "Câu thứ sáu" in refused.content.decode()
    other = client.post(FORM, ASKED | opened(client, FORM), REMOTE_ADDR="203.0.113.9")
    assert other.status_code == 200


# Following


def test_state_by_code_and_guesses_are_throttled(visit: Any, inside: Any, actor_of: Any) -> None:
    question = ask()
    client = visit("alpha")
    page = client.post("/hoi-dap/tra-cuu/", {"code": question.code.lower().replace("-", " ")})
    assert question.title in page.content.decode()
    assert question.name not in page.content.decode()
    services.answer(actor=actor_of(WEB), question_id=question.pk, text="Cần học bạ và đơn.")
    assert "Cần học bạ" in client.post("/hoi-dap/tra-cuu/", {"code": question.code}).content.decode()
    for _ in range(10):
        assert client.post("/hoi-dap/tra-cuu/", {"code": "ABCDE-FGHJK"}).status_code == 422
    page = client.post("/hoi-dap/tra-cuu/", {"code": question.code})
    assert page.status_code == 422, "also the right code, once the address has guessed enough"
    assert question.title not in page.content.decode()


def test_a_code_opens_nothing_in_another_portal(visit: Any, inside: Any) -> None:
    question = ask()
    response = visit("beta").post("/hoi-dap/tra-cuu/", {"code": question.code})
    assert response.status_code == 422
    assert question.title not in response.content.decode()


# Staff


def test_from_new_to_published_and_back(inside: Any, actor_of: Any, visit: Any, jobs: Any) -> None:
    import search

    question = ask(email="hoi@example.vn", title="Học phí tháng 12 đóng thế nào?")
    web = actor_of(WEB)
    due = timezone.localdate() + datetime.timedelta(days=2)
    services.assign(actor=web, question_id=question.pk, assignee_id=web.user_id, due=due)
    services.answer(actor=web, question_id=question.pk, text="Đóng qua mã QR trên phiếu báo.")
    jobs()
    assert "mã QR" in mail.outbox[-1].body
    visitor = visit("alpha")
    page = visitor.get("/hoi-dap/")
    assert "public" in page["Cache-Control"]
    assert not page.cookies
    assert question.title not in page.content.decode(), "answered is not published"
    assert not search.find("học phí tháng 12", inside).hits

    with pytest.raises(Invalid, match="asker_named"):
        services.publish(actor=web, question_id=question.pk, title="Hỏi", text="Ông Thử hỏi", answer="x")
    entry = services.publish(
        actor=web, question_id=question.pk, title="Đóng học phí tháng 12", text="", answer="Qua mã QR."
    )
    jobs()
    page = visitor.get(entry.get_absolute_url())
    assert page.status_code == 200
    assert "public" in page["Cache-Control"]
    assert "Ông Thử" not in page.content.decode()
    assert [hit.path for hit in search.find("học phí tháng 12", inside).hits] == [entry.get_absolute_url()]
    assert visit("beta").get(entry.get_absolute_url()).status_code == 404

    services.withdraw(actor=web, answer_id=entry.pk)
    jobs()
    assert visitor.get(entry.get_absolute_url()).status_code == 404
    assert not search.find("học phí tháng 12", inside).hits
    with context.scope((inside.unit_id,)):
        actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["assign_question", "answer_question", "publish_answer", "withdraw_answer"]


def test_publishing_drops_the_cached_list(inside: Any, actor_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal_host.front_cache import django as front

    dropped: list[str] = []
    monkeypatch.setattr(front, "notify", lambda cursor, tags: dropped.extend(tags))
    question = ask()
    services.answer(actor=actor_of(WEB), question_id=question.pk, text="Rồi.")
    assert not dropped
    services.publish(actor=actor_of(WEB), question_id=question.pk, title="Hỏi", text="", answer="Rồi.")
    assert f"p:{inside.uid}:answers" in dropped


@pytest.mark.parametrize("login", ["gv.alpha@example.vn", "web.beta@example.vn", "84912000001"])
def test_others_are_refused_and_noted(login: str, inside: Any, actor_of: Any) -> None:
    question = ask()
    actor = actor_of(login)
    for step in (
        lambda: services.answer(actor=actor, question_id=question.pk, text="x"),
        lambda: services.assign(actor=actor, question_id=question.pk, assignee_id=actor.user_id, due=question.due),
        lambda: services.close(actor=actor, question_id=question.pk, reason="x"),
        lambda: services.publish(actor=actor, question_id=question.pk, title="x", text="", answer="x"),
        lambda: services.erase(actor=actor, question_id=question.pk),
    ):
        with pytest.raises(PermissionDenied):
            step()
    question.refresh_from_db()
    assert (question.state, question.answer) == (rules.NEW, "")
    assert not PublicAnswer.objects.exists()
    with context.scope((inside.unit_id,)):
        assert AuditEntry.objects.filter(subject=services.SUBJECT, allowed=False).count() == 5


def test_only_a_member_is_given_a_question(inside: Any, actor_of: Any) -> None:
    question = ask()
    stranger = actor_of("web.beta@example.vn")
    with pytest.raises(Invalid, match="assignee"):
        services.assign(actor=actor_of(WEB), question_id=question.pk, assignee_id=stranger.user_id, due=question.due)


def test_steps_that_do_not_fit_the_state(inside: Any, actor_of: Any) -> None:
    web, question = actor_of(WEB), ask()
    with pytest.raises(Conflict):
        services.publish(actor=web, question_id=question.pk, title="x", text="", answer="x")
    services.close(actor=web, question_id=question.pk, reason="Đã trả lời qua điện thoại.")
    with pytest.raises(Conflict):
        services.answer(actor=web, question_id=question.pk, text="x")
    services.reopen(actor=web, question_id=question.pk)
    with pytest.raises(NotFound):
        services.answer(actor=web, question_id=question.pk + 1, text="x")


def test_erased_when_its_time_is_over(inside: Any, actor_of: Any) -> None:
    kept, gone = ask(nonce="a"), ask(nonce="b")
    web = actor_of(WEB)
    services.answer(actor=web, question_id=gone.pk, text="Rồi.")
    services.publish(actor=web, question_id=gone.pk, title="Hỏi chung", text="", answer="Rồi.")
    Question.objects.filter(pk=gone.pk).update(erase_after=timezone.localdate() - datetime.timedelta(days=1))
    erase_due.func(envelope={"portal": inside.uid}, arguments={})
    assert list(Question.objects.values_list("pk", flat=True)) == [kept.pk]
    assert PublicAnswer.objects.get().question_id is None, "what is public has no name in it and stays"


def test_the_queue_and_the_page(visit: Any, inside: Any, actor_of: Any) -> None:
    late, fresh = ask(nonce="a", title="Câu quá hạn"), ask(nonce="b", title="Câu còn hạn")
    Question.objects.filter(pk=late.pk).update(due=timezone.localdate() - datetime.timedelta(days=1))
    client = visit("alpha", WEB)
    page = client.get("/admin/hoi-dap/").content.decode()
    assert page.index("Câu quá hạn") < page.index("Câu còn hạn"), "by the day that is due"
    assert "Quá hạn (1)" in page
    assert "Chưa ai nhận (2)" in page
    only = client.get("/admin/hoi-dap/?loai=overdue").content.decode()
    assert "Câu quá hạn" in only
    assert "Câu còn hạn" not in only
    address = f"/admin/hoi-dap/{fresh.pk}/"
    assert fresh.name in client.get(address).content.decode()
    assert client.post(address, {"viec": "answer", "answer": "Xin trả lời."}).status_code == 302
    assert client.post(address, {"viec": "answer", "answer": ""}).status_code == 422
    assert client.post(address, {"viec": "dispatch"}).status_code == 404
    fresh.refresh_from_db()
    assert fresh.answer == "Xin trả lời."


def test_the_queue_takes_the_same_queries_for_more(
    visit: Any, inside: Any, actor_of: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = visit("alpha", WEB)
    for number in range(3):
        ask(nonce=f"a{number}")
    client.get("/admin/hoi-dap/")
    with CaptureQueriesContext(connection) as few:
        client.get("/admin/hoi-dap/")
    for number in range(27):
        ask(nonce=f"b{number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/hoi-dap/")
    assert len(few) == len(many)
