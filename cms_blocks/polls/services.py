from __future__ import annotations

from django.db import IntegrityError, transaction

from school_services.errors import Conflict, Invalid

from .models import Option, Vote


def vote(*, poll_id: int, option_id: int, nonce: str) -> None:
    """Count a vote; the same form sent twice counts once. Raises `Invalid("option")`, `Conflict("over")`."""
    option = Option.objects.select_related("poll").filter(pk=option_id, poll_id=poll_id).first()
    if option is None:
        raise Invalid("option")
    if not option.poll.open:
        raise Conflict("over")
    try:
        with transaction.atomic():
            Vote.objects.create(option=option, nonce=nonce)
    except IntegrityError:
        return
