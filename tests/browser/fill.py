"""Fill the copy of the world that browsers visit: `python -m tests.browser.fill`, with DATABASE_URL set.

Portals of every kind, three of them with the demo's content; one portal in each state, one whose tables are broken.
Passwords are set again: those of the world are hashed for speed, and the server runs with the product's own settings.
"""

from __future__ import annotations

import os
from pathlib import Path

import django

from tests.world import PASSWORD

PORTALS = Path(__file__).with_name("portals.csv")
FILLED = ("so", "thpt-thu", "mam-non-thu")
STATES = {"tam-ngung": "suspended", "da-dong": "retired", "chi-doc": "read_only"}
# Articles of alpha that a test edits, each its own.
DRAFTED = {"goc-phu-huynh": "Góc phụ huynh", "thong-bao": "Thông báo của trường"}
PEOPLE = ("web.alpha@example.vn", "84912000001", "84912000002")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_host.settings.dev")
    django.setup()
    from wagtail.models import Site

    from cms_blocks.models import ArticlePage, SectionPage
    from portal_host.demo import load_site
    from school_services.identity.models import User
    from school_services.identity.services import change_password
    from tenants import context, hosts, provisioning

    for _ in provisioning.create_all(provisioning.read_rows(PORTALS)):
        pass
    hosts.reload()
    portals = {ref.slug: ref for ref in hosts.all_portals()}
    for slug in FILLED:
        load_site.load(portals[slug], "Tây Ninh", showcase=True)
    for slug in ("alpha", "beta"):
        with context.enter(portals[slug]):
            Site.objects.update(port=int(os.environ["PORT"]))
    with context.enter(portals["alpha"]):
        section = SectionPage.objects.get(slug="muc")
        for slug, title in DRAFTED.items():
            section.add_child(instance=ArticlePage(title=title, slug=slug)).save_revision().publish()
    with context.platform():
        for user in User.objects.filter(username__in=PEOPLE):
            change_password(user=user, password=PASSWORD)
    for slug, state in STATES.items():
        provisioning.set_state(slug, state)
    with provisioning.owner_connection() as owner:
        owner.execute(f'alter table "{portals["hong"].schema}".cms_blocks_homepage rename to lost'.encode())


if __name__ == "__main__":
    main()
