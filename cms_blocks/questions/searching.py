"""Published answers are found; questions never are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils import timezone

from search.sources import Findable

from .models import PublicAnswer


class AnswerSource:
    def ids(self) -> Iterable[int]:
        return PublicAnswer.objects.values_list("pk", flat=True)

    def read(self, ids: Collection[int]) -> dict[int, Findable]:
        return {
            one.pk: Findable(
                kind="faq",
                title=one.title,
                path=one.get_absolute_url(),
                body=f"{one.text}\n{one.answer}",
                date=timezone.localdate(one.published_at),
            )
            for one in PublicAnswer.objects.filter(pk__in=ids)
        }
