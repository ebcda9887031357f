"""PDFs of official letters → rows of the registry, filled with what could be read, hidden until a person checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from wagtail.models import Collection

from cms_blocks.models import PortalDocument

from . import letters, rules
from .models import OfficialDocument, OfficialFile, OfficialRelation, slug_of
from .pdf_text import text_of


@dataclass(frozen=True, slots=True)
class Taken:
    """`official`: the new row, hidden. `known`: a row with the same number and issuer that was there before."""

    official: OfficialDocument
    read: letters.Letter
    known: OfficialDocument | None


def take(*, content: bytes, name: str, user: Any) -> Taken:
    """One PDF. Raises `PdfRefused` and leaves nothing behind when it is no plain PDF."""
    found = letters.read(text_of(content))
    title = name.rpartition(".")[0][:200] or name[:200]
    with transaction.atomic():
        official = OfficialDocument(
            kind=found.kind or "cong-van",
            number=found.number[:80],
            abstract=(found.abstract or title)[:1000],
            issuer=_known_spelling(found.issuer)[:160],
            signer=found.signer[:80],
            signer_title=found.signer_title[:120],
            urgency=found.urgency,
            issued_on=found.issued_on or timezone.localdate(),
            effective_on=found.effective_on,
            is_public=False,
        )
        known = _same(official) if official.number else None
        official.save()
        file = PortalDocument(
            title=f"{official.name}".strip()[:255] or title,
            file=ContentFile(content, name=f"{slug_of(official.number.replace('/', '-')) or 'van-ban'}.pdf"),
            collection=Collection.get_first_root_node(),
            uploaded_by_user=user,
        )
        file.full_clean(exclude=["collection", "tags"])
        file.save()
        OfficialFile.objects.create(official=official, document=file, sort_order=0)
        _relate(official, found)
    return Taken(official, found, known)


def _known_spelling(issuer: str) -> str:
    """As other documents of this portal write it: filters show one name, not three."""
    if not issuer:
        return ""
    written = OfficialDocument.objects.filter(issuer_slug=slug_of(issuer)).values_list("issuer", flat=True).first()
    return written or issuer


def _same(official: OfficialDocument) -> OfficialDocument | None:
    official.derive()
    same: OfficialDocument | None = OfficialDocument.objects.filter(
        number=official.number, issuer_slug=official.issuer_slug, issued_on__year=official.issued_on.year
    ).first()
    return same


def _relate(official: OfficialDocument, found: letters.Letter) -> None:
    """Relations to documents that are in the registry under the number the text gives, when only one has it."""
    wanted = dict.fromkeys(found.based_on, OfficialRelation.Kind.BASED_ON)
    wanted |= dict.fromkeys(found.replaces, OfficialRelation.Kind.REPLACES)
    if not wanted:
        return
    by_number: dict[str, list[OfficialDocument]] = {}
    numbers = {rules.tidy_number(number) for number in wanted}
    for other in OfficialDocument.objects.filter(number__in=numbers).exclude(pk=official.pk):
        by_number.setdefault(other.number, []).append(other)
    for number, kind in wanted.items():
        others = by_number.get(rules.tidy_number(number), [])
        if len(others) == 1:
            OfficialRelation.objects.create(source=official, target=others[0], kind=kind)
