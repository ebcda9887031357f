"""Going through a portal's published pages: the findings, and their number for the department."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from cms_blocks.models import HomePage, PortalDocument, PortalPage
from cms_blocks.quality.services import record
from tenants import context

from . import findings
from .models import Finding

# Addresses of ours that no page has.
_OWN = ("/hoi-dap/", "/bieu-mau/", "/binh-chon/", "/tim-kiem/", "/tai-khoan/", "/truong/", "/van-ban-tep/", "/media/",
        "/tin.rss", "/sitemap.xml", "/static/")  # fmt: skip
BATCH = 100


def check_portal() -> Counter[str]:
    """Write the findings of every published page anew; the same four queries and two per hundred pages."""
    today = timezone.localdate()
    live = frozenset(Page.objects.live().filter(depth__gte=2).values_list("pk", flat=True))
    documents = frozenset(PortalDocument.objects.values_list("pk", flat=True))
    home = HomePage.objects.get()
    paths = {
        path.removeprefix(home.url_path.rstrip("/"))
        for path in Page.objects.live().filter(depth__gte=2).values_list("url_path", flat=True)
    }

    def resolves(path: str) -> bool:
        return path.startswith(_OWN) or (path if path.endswith("/") else f"{path}/") in paths

    rows: list[Finding] = []
    ids = sorted(live)
    for start in range(0, len(ids), BATCH):
        for page in Page.objects.filter(pk__in=ids[start : start + BATCH]).specific():
            if not isinstance(page, PortalPage):
                continue
            changed = page.last_published_at or page.first_published_at
            found = findings.check(
                list(page.body.raw_data),
                changed=timezone.localdate(changed) if changed else None,
                today=today,
                live_pages=live,
                documents=documents,
                resolves=resolves,
            )
            rows += [Finding(page_id=page.pk, kind=f.kind, code=f.code, detail=f.detail[:300]) for f in found]
    counts = Counter(row.kind for row in rows)
    portal = context.require_portal()
    with transaction.atomic():
        Finding.objects.all().delete()
        Finding.objects.bulk_create(rows, batch_size=1000)
        record(
            portal_id=portal.pk,
            pages=len(ids),
            broken_links=counts["link"],
            missing_alt=counts["alt"],
            hints=counts["hint"],
            stale=counts["stale"],
        )
    return counts
