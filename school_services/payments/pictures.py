"""Codes that a bank's app reads."""

from __future__ import annotations

import io

import segno


def transfer_code(payload: str) -> bytes:
    """A VietQR payload as SVG: on white whatever the page's colours are, so that every camera reads it."""
    out = io.BytesIO()
    segno.make(payload, error="m").save(out, kind="svg", scale=6, border=3, dark="#111", light="#fff")
    return out.getvalue()
