"""Work of payments in the background."""

from __future__ import annotations

from tenants import context, tasks


@tasks.task("payments.follow_up")
def follow_up() -> None:
    """Ask about what is pending in one school, and expire what is over."""
    from . import services

    for unit_id in context.current_units():
        services.follow_up(unit_id=unit_id)


@tasks.task("payments.pay_back")
def pay_back(refund_id: int) -> None:
    from . import refunds

    refunds.carry_out(refund_id=refund_id)
