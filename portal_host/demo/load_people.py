"""The demo's page where visitors ask: questions in every state, published answers. Nobody in it is real."""

from __future__ import annotations

import datetime
import random
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from cms_blocks.forms.models import Form, Submission
from cms_blocks.models import ArticlePage, HomePage
from cms_blocks.questions import rules
from cms_blocks.questions.models import PublicAnswer, Question
from cms_blocks.questions.services import CONSENT_VERSION
from portal_host.demo.names import person
from tenants import context
from tenants.task_backend import library_tasks_off

PAGE = "hoi-va-gop-y"
ANSWERED = (
    (
        "Chuyển trường trong năm học cần giấy tờ gì?",
        "Gia đình tôi sắp chuyển chỗ ở, con đang học giữa năm.",
        "Gia đình nộp đơn chuyển trường, học bạ và giấy xác nhận nơi ở mới tại văn phòng. Ba ngày làm việc là xong.",
    ),
    (
        "Nghỉ học vì ốm thì báo cho ai?",
        "",
        "Phụ huynh báo giáo viên chủ nhiệm trước 7 giờ, qua cổng này hoặc điện thoại. Nghỉ từ ba ngày cần giấy khám.",
    ),
    (
        "Khi nào có lịch kiểm tra cuối học kì I?",
        "",
        "Lịch được đăng trong mục Tin tức trước ngày kiểm tra ít nhất hai tuần.",
    ),
)
WAITING = (
    ("Xin giấy xác nhận đang học ở đâu?", "Tôi cần giấy xác nhận để làm hồ sơ vay vốn cho gia đình.", 1),
    ("Thư viện có mở cửa thứ Bảy không?", "Con tôi muốn đến đọc sách cuối tuần.", 9),
    ("Cổng trường buổi chiều rất đông xe", "Nhà trường có thể mở thêm cổng phụ lúc tan học không?", 3),
)


def load(ref: context.PortalRef) -> bool:
    """False when the portal has the page already."""
    with context.enter(ref):
        if ArticlePage.objects.filter(slug=PAGE).exists():
            return False
        with transaction.atomic(), library_tasks_off():
            rng = random.Random(f"people:{ref.slug}")
            _questions(rng)
            _page(ref, rng)
    return True


def _questions(rng: random.Random) -> None:
    now = timezone.now()
    rows, public = [], []
    for number, (title, text, answer) in enumerate(ANSWERED):
        asked = now - datetime.timedelta(days=20 + 9 * number)
        question = _question(rng, title, text or title, asked)
        question.state, question.answer = rules.ANSWERED, answer
        question.answered_at = asked + datetime.timedelta(days=2)
        rows.append(question)
        public.append(
            PublicAnswer(title=title, text=text, answer=answer, published_at=asked + datetime.timedelta(days=3))
        )
    rows += [_question(rng, title, text, now - datetime.timedelta(days=days)) for title, text, days in WAITING]
    made = Question.objects.bulk_create(rows)
    for question, entry in zip(made, public, strict=False):
        entry.question = question
    PublicAnswer.objects.bulk_create(public)
    for question, (_, _, days) in zip(made[len(ANSWERED) :], WAITING, strict=True):
        question.asked_at = now - datetime.timedelta(days=days)
    Question.objects.bulk_update(made, ["asked_at"])


def _question(rng: random.Random, title: str, text: str, asked: datetime.datetime) -> Question:
    day = timezone.localdate(asked)
    return Question(
        code=rules.new_code(),
        nonce=uuid.uuid4().hex[:24],
        title=title,
        text=text,
        name=person(rng, rng.choice("12")),
        consent_version=CONSENT_VERSION,
        due=rules.deadline(day),
        erase_after=rules.erase_after(day),
        asked_at=asked,
    )


def _form(rng: random.Random, who: str) -> Form:
    """A form with every common kind of field, and five submissions."""
    ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(6)]
    specs: list[tuple[str, dict[str, Any]]] = [
        ("text", {"label": "Họ tên người đăng ký", "required": True}),
        ("phone", {"label": "Số điện thoại", "help_text": "Để báo nếu buổi gặp đổi giờ.", "required": True}),
        ("choice", {"label": "Buổi tham dự", "options": "Sáng thứ Bảy 05/12\nChiều thứ Bảy 05/12", "required": True}),
        ("choices", {"label": "Muốn nghe về", "options": "Học tập\nBán trú\nAn toàn\nThu, chi", "required": False}),
        ("textarea", {"label": "Điều muốn trao đổi", "required": False}),
        ("file", {"label": "Tài liệu kèm theo", "kinds": ["document"], "megabytes": 5, "required": False}),
    ]
    form = Form.objects.create(
        title="Đăng ký gặp ban lãnh đạo",
        intro=f"{who} dành sáng và chiều thứ Bảy 05/12 để nghe phụ huynh và người dân góp ý.",
        fields=[{"type": kind, "value": value, "id": pk} for pk, (kind, value) in zip(ids, specs, strict=True)],
        closes_at=timezone.now() + datetime.timedelta(days=10),
        limit=60,
        kept_days=60,
    )
    consent = form.consents.get()
    today = timezone.localdate()
    Submission.objects.bulk_create(
        Submission(
            form=form,
            nonce=uuid.uuid4().hex[:24],
            answers=[
                [ids[0], specs[0][1]["label"], person(rng, rng.choice("12"))],
                [ids[1], specs[1][1]["label"], f"09{rng.randrange(10**8):08d}"],
                [ids[2], specs[2][1]["label"], rng.choice(("Sáng thứ Bảy 05/12", "Chiều thứ Bảy 05/12"))],
                [ids[3], specs[3][1]["label"], rng.sample(("Học tập", "Bán trú", "An toàn", "Thu, chi"), 2)],
                [ids[4], specs[4][1]["label"], ""],
                [ids[5], specs[5][1]["label"], ""],
            ],
            consent=consent,
            erase_after=today + datetime.timedelta(days=form.kept_days),
        )
        for _ in range(5)
    )
    return form


def _page(ref: context.PortalRef, rng: random.Random) -> None:
    now = timezone.now()
    who = "Nhà trường" if ref.kind == "school" else "Đơn vị"
    body: list[dict[str, Any]] = [
        _block(
            "questions",
            {
                "heading": "Hỏi đáp",
                "explanation": f"Bạn hỏi không cần tài khoản. {who} trả lời trong năm ngày làm việc.",
                "count": 5,
            },
        )
    ]
    body.append(_block("form", {"form": _form(rng, who).pk}))
    page = ArticlePage(
        title="Hỏi và góp ý",
        slug=PAGE,
        intro="Gửi câu hỏi, điền biểu mẫu, cho biết ý kiến.",
        show_in_menus=True,
        live=True,
        first_published_at=now,
        last_published_at=now,
        body=body,
    )
    HomePage.objects.get().add_child(instance=page)


def _block(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}
