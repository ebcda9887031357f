"""Work of payments in the background."""

from __future__ import annotations

from tenants import context, tasks


@tasks.task("payments.follow_up")
def follow_up() -> None:
    """Ask about what is pending in one school, and expire what is over."""
    from . import asking

    for unit_id in context.current_units():
        asking.follow_up(unit_id=unit_id)


@tasks.task("payments.pay_back")
def pay_back(refund_id: int) -> None:
    from . import refunds

    refunds.carry_out(refund_id=refund_id)


@tasks.task("payments.ask_again")
def ask_again(statement_id: int) -> None:
    """Orders that a provider's file names and we have not booked: its own signed answer books them."""
    from . import asking, provider_days

    for unit_id in context.current_units():
        asking.ask(unit_id=unit_id, intent_ids=provider_days.recheck(statement_id))
    provider_days.recheck(statement_id)
