"""Errors of the services: a code, data, and the HTTP status a view answers. Texts live in `error_texts`."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """Base: `code` says what happened, `data` what the text needs (never a person's data)."""

    code = "error"
    status = 400

    def __init__(self, code: str = "", **data: Any) -> None:
        self.code = code or type(self).code
        self.data = data
        super().__init__(self.code, data)


class NotFound(DomainError):
    """Absent, or not yours: the same answer for both."""

    code, status = "not_found", 404


class PermissionRefused(DomainError):
    code, status = "permission_refused", 403


class Invalid(DomainError):
    code, status = "invalid", 422


class Conflict(DomainError):
    code, status = "conflict", 409
