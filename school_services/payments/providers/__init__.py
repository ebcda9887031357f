"""Adapters by the provider's slug. Cash is no provider: it is taken at the desk (services.take_cash)."""

from __future__ import annotations

from .base import Provider
from .card import Card
from .momo import MoMo
from .vietqr import VietQR
from .vnpay import VNPay
from .vnpt import VNPTMoney

PROVIDERS: dict[str, Provider] = {p.slug: p for p in (VietQR(), VNPay(), VNPTMoney(), MoMo(), Card())}
