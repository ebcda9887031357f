"""The shelves of the block chooser."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TEXT = _("Text and headings")
LAYOUT = _("Layout")
PICTURES = _("Pictures, video, map")
TABLES = _("Tables and numbers")
LISTS = _("Links, files, lists")
NOTICES = _("Notices and contact")
SERVICES = _("Services")
