"""What visitors looked for, for the webmaster; and on the department's portal the words that mean the same.

Both are texts without a visitor. Synonyms hold for the whole sector, so only the department's webmaster edits them.
"""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from search import synonym_table
from search.models import Question, Synonym
from tenants import context

SHOWN_DAYS = 30
SHOWN = 100


def may_edit_synonyms(request: HttpRequest) -> bool:
    portal = context.require_portal()
    return portal.kind == "department" and request.user.has_perm("cms_blocks.change_portalsettings")


def questions(request: HttpRequest) -> HttpResponse:
    """What found nothing and what took long in the last days, most often first."""
    since = timezone.localdate() - datetime.timedelta(days=SHOWN_DAYS)
    asked = Question.objects.filter(portal_id=context.require_portal().pk, day__gte=since)
    return render(
        request,
        "cms_blocks/search_admin/questions.html",
        {
            "days": SHOWN_DAYS,
            "nothing": _summed(asked.filter(reason=Question.Reason.NOTHING)),
            "slow": _summed(asked.filter(reason=Question.Reason.SLOW)),
        },
    )


def _summed(asked: QuerySet[Question]) -> list[dict[str, Any]]:
    summed = asked.values("text").annotate(count=Sum("times"), last=Max("day"), slowest=Max("slowest_ms"))
    return [dict(row) for row in summed.order_by("-count", "-last", "text")[:SHOWN]]


class SynonymsForm(forms.Form):
    lines = forms.CharField(widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}), required=False)

    def clean_lines(self) -> list[str]:
        """The lines that are not empty, each once. One that says nothing is named."""
        lines = list(dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["lines"].splitlines()))
        problems = []
        for number, line in enumerate(lines, 1):
            try:
                if line:
                    Synonym(line=line).full_clean()
            except ValidationError as error:
                problems.append(_("Line %(number)d, “%(line)s”: %(problem)s") % {
                    "number": number, "line": line[:60], "problem": " ".join(error.messages)})  # fmt: skip
        if problems:
            raise ValidationError(problems)
        return [line for line in lines if line]


def synonyms(request: HttpRequest) -> HttpResponse:
    """All lines in one field: they are few, and read best beside each other."""
    if not may_edit_synonyms(request):
        raise PermissionDenied
    before = "\n".join(Synonym.objects.order_by("id").values_list("line", flat=True))
    form = SynonymsForm(request.POST or None, initial={"lines": before})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            Synonym.objects.all().delete()
            Synonym.objects.bulk_create(Synonym(line=line) for line in form.cleaned_data["lines"])
        synonym_table.forget()
        messages.success(request, _("Saved. Every search in the sector uses it within half a minute."))
        return redirect("search_synonyms")
    return render(request, "cms_blocks/search_admin/synonyms.html", {"form": form})
