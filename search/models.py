"""Public tables: what can be found, what an outside engine has still to be told, words, synonyms, open questions.

Everything here is public content of a portal, copied at publish; no record of a service and no visitor. Rows go with
their portal in the database itself: the constraints are in the migration, as provisioning drops a portal by SQL.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import synonyms


class Kind(models.TextChoices):
    PAGE = "page", _("Pages")
    NEWS = "news", _("News")
    EVENT = "event", _("Events")
    DOCUMENT = "document", pgettext_lazy("kind of what was found", "Documents")
    STAFF = "staff", _("Staff")
    FAQ = "faq", _("Questions and answers")


class Entry(models.Model):
    """One thing that visitors can find. `key` is stable inside the portal ("page:12"); `version` grows at each write.

    `folded` holds words and pairs of neighbours without marks (title A, rest D) and keys of document numbers (`#…`);
    `exact` the words as written; `heading` the title's folded words. `path` is the address below the portal's host;
    `origin` the hash of the file that `body` was read from; `size` a number of words.
    """

    portal = models.ForeignKey("tenants.Portal", models.CASCADE, related_name="+", db_constraint=False)
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    path = models.CharField(max_length=500)
    number = models.CharField(max_length=80, blank=True)
    issuer = models.CharField(max_length=160, blank=True)
    date = models.DateField(null=True, blank=True)
    expires = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField()
    folded = SearchVectorField()
    exact = SearchVectorField()
    heading = SearchVectorField()
    version = models.BigIntegerField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "key"], name="search_entry_once")]
        indexes = [
            GinIndex(fields=["portal", "folded"], name="search_entry_folded", fastupdate=False),
            GinIndex(fields=["portal", "heading"], name="search_entry_heading", fastupdate=False),
        ]


class Change(models.Model):
    """An entry that was written or removed and that Elasticsearch does not know of yet; deleted when it does."""

    portal = models.UUIDField()
    key = models.CharField(max_length=60)
    version = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "key"], name="search_change_once")]


class OutsideIndex(models.Model):
    """An index of Elasticsearch that writes go to: the live one, and one being built beside it."""

    name = models.CharField(max_length=100, unique=True)
    live = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_default=Now())


class WordCount(models.Model):
    """In how many entries a folded word or pair stands; the row `""` holds the number of entries counted."""

    word = models.CharField(max_length=90, primary_key=True)
    entries = models.PositiveIntegerField()


class Synonym(models.Model):
    """Words that mean the same in the whole sector, edited by the department: `THPT = trung học phổ thông`."""

    line = models.CharField(
        _("Words that mean the same"),
        max_length=200,
        help_text=_("With = between them: THPT = trung học phổ thông. Marks and capitals make no difference."),
    )

    class Meta:
        verbose_name = _("Synonym")
        verbose_name_plural = _("Synonyms")

    def __str__(self) -> str:
        return self.line

    def clean(self) -> None:
        super().clean()
        if len(synonyms.group(self.line)) < 2:
            raise ValidationError({"line": _("Write at least two different words or phrases with = between them.")})


class Question(models.Model):
    """A search that found nothing or took long, for the portal's webmaster: the text alone, counted by day."""

    class Reason(models.TextChoices):
        NOTHING = "nothing", _("Nothing found")
        SLOW = "slow", _("Slow")

    portal = models.ForeignKey("tenants.Portal", models.CASCADE, related_name="+", db_constraint=False)
    day = models.DateField(default=timezone.localdate)
    reason = models.CharField(max_length=8, choices=Reason)
    text = models.CharField(max_length=100)
    times = models.PositiveIntegerField(default=1)
    slowest_ms = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "day", "reason", "text"], name="search_question_once")]
