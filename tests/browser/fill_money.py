"""Money in alpha for the browser: `python -m tests.browser.fill_money SIMULATOR_PORT`, as the demo has it, nothing paid."""

from __future__ import annotations

import os
import sys

import django

from tests.world import PASSWORD

STAFF = (("kt.alpha@example.vn", "Kế Toán Alpha", "accountant"), ("htr.alpha@example.vn", "Hiệu Trưởng", "principal"))


def main(port: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal_host.settings.dev")
    django.setup()
    from portal_host.demo import load_money
    from school_services.identity.models import Role, User
    from school_services.identity.services import create_account
    from tenants import context, hosts

    ref = next(ref for ref in hosts.all_portals() if ref.slug == "alpha")
    for login, name, kind in STAFF:
        with context.platform():
            create_account(login=login, full_name=name, password=PASSWORD)
        with context.enter(ref), context.scope((ref.unit_id,)):
            user = User.objects.get(username=login)
            Role.objects.create(unit_id=ref.unit_id, user=user, kind=kind, valid_from="2025-08-01")
    load_money.list_kinds([ref])
    with context.platform():
        accountant = User.objects.get(username=STAFF[0][0])
    load_money.load(ref, accountant, simulator_port=port, paid=0, owing=0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
