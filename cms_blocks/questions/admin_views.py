"""The staff's side: a queue, and one page per question with everything that can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.paginator import WagtailPaginator

from cms_blocks.admin_pages import AdminPage
from school_services.errors import DomainError

from . import rules, selectors, services
from .forms import AnswerForm, AssignForm, CloseForm, PublishForm
from .models import PublicAnswer, Question

PER_PAGE = 50
TABS = [
    ("open", _("All open")),
    ("overdue", _("Overdue")),
    ("unassigned", _("Not taken yet")),
    ("mine", _("Mine")),
    ("answered", _("Answered")),
    ("closed", _("Closed")),
]
TEXTS = {
    "assignee": _("This person may not answer questions here. Choose another."),
    "answer_empty": _("The answer is empty."),
    "reason_missing": _("Say why the question is closed."),
    "asker_named": _("The text still holds the asker's name or e-mail. Take it out before publishing."),
    "question_state": _("The question has changed meanwhile. Look at it again."),
    "question": _("The question is gone."),
    "answer": _("The published answer is gone."),
}


class Queue(AdminPage):
    permission: ClassVar[str] = services.PERMISSION
    template_name = "questions/admin/queue.html"
    page_title = _("Questions")
    header_icon = "help"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        which = self.request.GET.get("loai", "open")
        which = which if which in dict(TABS) else "open"
        user_id = self.actor.user_id
        counts = selectors.counts(user_id)
        paginator = WagtailPaginator(selectors.queue(which, user_id), PER_PAGE)
        page = paginator.get_page(self.request.GET.get("p"))
        return context | {
            "tabs": [(key, label, getattr(counts, key, None), key == which) for key, label in TABS],
            "which": which,
            "page": page,
            "elided_page_range": paginator.get_elided_page_range(page.number),
            "today": timezone.localdate(),
            "counts": counts,
        }


class Detail(AdminPage):
    permission: ClassVar[str] = services.PERMISSION
    template_name = "questions/admin/question.html"
    header_icon = "help"
    trail: ClassVar[list[tuple[Any, Any]]] = [(reverse_lazy("questions_admin:queue"), _("Questions"))]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.question = Question.objects.select_related("assignee", "public").filter(pk=kwargs["pk"]).first()
        if self.question is None and request.user.has_perm(self.permission):
            raise Http404
        self.forms: dict[str, forms.BaseForm] = {}
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.question.title if self.question else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        question = self.question
        assert question is not None
        public: PublicAnswer | None = getattr(question, "public", None)
        shown = public or PublicAnswer(title=question.title, text=question.text, answer=question.answer)
        made: dict[str, Callable[[], forms.BaseForm]] = {
            "assign": lambda: AssignForm(
                instance=question, initial={"assignee": question.assignee_id or self.request.user.pk}
            ),
            "answer": lambda: AnswerForm(initial={"answer": question.answer}),
            "close": CloseForm,
            "publish": lambda: PublishForm(initial={"title": shown.title, "text": shown.text, "answer": shown.answer}),
        }
        return super().get_context_data(**kwargs) | {
            "question": question,
            "public": public,
            "overdue": rules.overdue(question.state, question.due, timezone.localdate()),
            "may": {step for step, states in rules.STEPS.items() if question.state in states},
            "forms": {name: self.forms.get(name) or make() for name, make in made.items()},
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        assert self.question is not None
        step = request.POST.get("viec", "")
        action: Callable[[], tuple[bool, str]] | None = getattr(self, f"_{step}", None) if step in _STEPS else None
        if action is None:
            raise Http404
        try:
            done, said = action()
        except DomainError as error:
            messages.error(request, TEXTS.get(error.code, error.code))
            return self.render_to_response(self.get_context_data(), status=error.status)
        if not done:
            messages.error(request, _("Please check what you entered."))
            return self.render_to_response(self.get_context_data(), status=422)
        messages.success(request, said)
        if step == "erase":
            return redirect("questions_admin:queue")
        return redirect("questions_admin:question", self.question.pk)

    def _form(self, name: str, form: Any) -> dict[str, Any] | None:
        self.forms[name] = form
        return form.cleaned_data if form.is_valid() else None

    def _assign(self) -> tuple[bool, Any]:
        # Not bound to the instance on the page: a refused form must not change what is shown.
        values = self._form("assign", AssignForm(self.request.POST))
        if values:
            services.assign(
                actor=self.actor, question_id=self.kwargs["pk"], assignee_id=values["assignee"].pk, due=values["due"]
            )
        return bool(values), _("The question has somebody who answers it.")

    def _answer(self) -> tuple[bool, Any]:
        values = self._form("answer", AnswerForm(self.request.POST))
        if values:
            services.answer(actor=self.actor, question_id=self.kwargs["pk"], text=values["answer"])
        return bool(values), _("The answer is saved. The asker sees it with the code.")

    def _close(self) -> tuple[bool, Any]:
        values = self._form("close", CloseForm(self.request.POST))
        if values:
            services.close(actor=self.actor, question_id=self.kwargs["pk"], reason=values["reason"])
        return bool(values), _("The question is closed.")

    def _reopen(self) -> tuple[bool, Any]:
        services.reopen(actor=self.actor, question_id=self.kwargs["pk"])
        return True, _("The question is open again.")

    def _publish(self) -> tuple[bool, Any]:
        values = self._form("publish", PublishForm(self.request.POST))
        if values:
            services.publish(actor=self.actor, question_id=self.kwargs["pk"], **values)
        return bool(values), _("Question and answer are on the portal.")

    def _withdraw(self) -> tuple[bool, Any]:
        public = getattr(self.question, "public", None)
        services.withdraw(actor=self.actor, answer_id=public.pk if public else 0)
        return True, _("The public entry is gone; question and answer stay here.")

    def _erase(self) -> tuple[bool, Any]:
        services.erase(actor=self.actor, question_id=self.kwargs["pk"])
        return True, _("What the asker left is erased.")


_STEPS = frozenset({"assign", "answer", "close", "reopen", "publish", "withdraw", "erase"})
