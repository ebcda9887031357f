"""Reset tokens that only the portal which sent them accepts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from tenants import context


class PortalTokenGenerator(PasswordResetTokenGenerator):
    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}:{context.require_portal().uid}"


reset_tokens = PortalTokenGenerator()
