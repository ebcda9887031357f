"""The demo's money: invoices that verify, reliefs, books without a fault; a second start adds nothing."""

from __future__ import annotations

from typing import Any

import pytest

from portal_host.demo import load_money
from school_services.fees.models import Bill, StudentRelief
from school_services.identity.models import User
from school_services.invoices import signature, xml
from school_services.invoices.models import Invoice
from school_services.payments import books
from tenants import context
from tests.payments.school import person

pytestmark = pytest.mark.django_db


def test_the_demos_money(alpha: Any) -> None:
    with context.enter(alpha):
        person(alpha.unit_id, "kt.demo@example.vn", "Kế Toán Mẫu", "accountant")
        load_money.list_kinds([alpha])
        accountant = User.objects.get(username="kt.demo@example.vn")
        values: dict[str, Any] = {"simulator_port": 9000, "paid": 0.5, "owing": 0}
        assert load_money.load(alpha, accountant, **values)
        assert not load_money.load(alpha, accountant, **values)
        with context.scope((alpha.unit_id,)):
            made = list(Invoice.objects.filter(unit_id=alpha.unit_id))
            assert made
            for invoice in made:
                signature.verify(xml.from_bytes(bytes(invoice.xml)))
            assert StudentRelief.objects.count() == 2
            assert Bill.objects.count() == 6
            assert books.faults(alpha.unit_id) == []
