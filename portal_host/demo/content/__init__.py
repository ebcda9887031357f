"""Plausible Vietnamese content for each kind of portal, deterministic by slug."""

from .site import site_content

__all__ = ["site_content"]
