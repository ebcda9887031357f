"""Words for codes of the editorial part."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ERRORS = {
    "home_page": _("The home page carries the portal and cannot be deleted."),
    "page": _("The page is not there any more."),
}
FINDINGS = {
    "page_gone": _("A link leads to a page that is not public"),
    "file_gone": _("A link leads to a file that is gone"),
    "path_gone": _("A link leads to an address without a page"),
    "alt_missing": _("A picture has no description"),
    "link_empty": _("A link has no words"),
    "link_words": _("The words of a link do not say where it leads"),
    "heading_skips": _("A part stands without its section"),
    "capitals": _("A heading is written in capitals"),
    "stale": _("Nobody has changed the page for a year"),
}
ADVICE = {
    "page_gone": _("Choose another page, or take the link out."),
    "file_gone": _("Upload the file again, or take the link out."),
    "path_gone": _("Choose the page in the link dialog instead of typing its address."),
    "alt_missing": _("Say in one sentence what the picture shows."),
    "link_empty": _("Write what the visitor finds there."),
    "link_words": _("Instead of “here” write what the visitor finds there."),
    "heading_skips": _("Begin with a section, then its parts."),
    "capitals": _("Write it in small letters: capitals are hard to read in Vietnamese."),
    "stale": _("Read it once more; publish it again or delete it."),
}
