"""Adapters to carriers, by channel."""

from __future__ import annotations

from school_services.messaging.rules import Channel

from .base import Provider
from .brandname import Brandname
from .zalo import Zalo

PROVIDERS: dict[Channel, Provider] = {Channel.ZALO: Zalo(), Channel.SMS: Brandname()}
