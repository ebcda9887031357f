"""One row per portal: what its webmaster chose. What is not chosen follows from the kind of unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.context import PortalRef
from themes.tokens import Character, Choice, Header, Pairing, character_for, check

SECTIONS: Final = {
    "tasks": _("What visitors can do here"),
    "news": _("News"),
    "body": _("Text and blocks of the home page"),
    "contact": _("Whom to ask"),
}
TASKS_FIRST: Final = ["tasks", "news", "body", "contact"]
NEWS_FIRST: Final = ["news", "tasks", "body", "contact"]

_tried: ContextVar[Look | None] = ContextVar("portal_host_look_tried", default=None)


def _plain(names: dict[Any, Any]) -> list[tuple[str, Any]]:
    """Choices by plain text: migrations must not import the theme."""
    return [(name.value, label) for name, label in names.items()]


class Look(models.Model):
    class Strength(models.IntegerChoices):
        SOFT = 60, _("Soft")
        NORMAL = 100, _("Normal")
        STRONG = 130, _("Strong")

    CHARACTERS: Final = {
        Character.DEPARTMENT: _("Editorial: white, thin lines, large serif"),
        Character.OFFICE: _("Formal: quiet, landscape on top"),
        Character.THPT: _("Magazine: strong title on a dark ground"),
        Character.THCS: _("Round and clear"),
        Character.PRIMARY: _("Bright and big"),
        Character.PRESCHOOL: _("Cut paper, soft shapes"),
        Character.GDTX: _("Practical: flat, quick to scan"),
    }
    PAIRINGS: Final = {
        Pairing.SERIF: _("Source Serif with Be Vietnam Pro"),
        Pairing.GROTESQUE: _("Bricolage Grotesque with Be Vietnam Pro"),
        Pairing.LEXEND: _("Lexend with Be Vietnam Pro"),
        Pairing.NUNITO: _("Nunito"),
        Pairing.BALOO: _("Baloo with Nunito"),
        Pairing.SANS: _("Be Vietnam Pro"),
    }
    HEADERS: Final = {
        Header.BAR: _("Name on the left, menu in a bar below"),
        Header.CENTRED: _("Logo and name in the middle"),
        Header.SLIM: _("Low: name and menu in one line"),
    }

    character = models.CharField(_("Character"), max_length=12, blank=True, choices=_plain(CHARACTERS))
    hue = models.PositiveSmallIntegerField(_("Colour"), default=155, validators=[MaxValueValidator(359)])
    strength = models.PositiveSmallIntegerField(_("Strength of colour"), choices=Strength, default=Strength.NORMAL)
    accent = models.CharField(
        _("Colour of links and buttons"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour is written as # and six digits: #0b5d3b."))],
        help_text=_("Left empty, it follows from the colour above."),
    )
    pairing = models.CharField(_("Type"), max_length=12, blank=True, choices=_plain(PAIRINGS))
    header = models.CharField(_("Header"), max_length=12, choices=_plain(HEADERS), default=Header.BAR.value)
    logo = models.ForeignKey(
        "cms_blocks.PortalImage", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Logo")
    )
    sections = models.JSONField(_("Order of the home page"), default=list, blank=True)

    class Meta:
        verbose_name = _("Look")
        default_permissions = ("change",)

    def clean(self) -> None:
        super().clean()
        self.accent = self.accent.lower()
        if not isinstance(self.sections, list) or not set(self.sections) <= SECTIONS.keys():
            raise ValidationError({"sections": _("The home page has no such part.")})
        # The kind of unit plays no part in contrast: every character that could be meant is asked.
        characters = [self.character] if self.character in set(Character) else list(Character)
        try:
            failures = [failure for character in characters for failure in check(self._choice(Character(character)))]
        except ValueError:
            return  # not a colour or a name at all: the field itself says so
        if failures:
            raise ValidationError(
                {
                    "accent" if self.accent else "hue": _(
                        "This colour is too pale to be read by everyone: contrast %(ratio)s, and at least %(least)s is"
                        " needed. Take a darker one."
                    )
                    % {
                        "ratio": f"{failures[0].ratio:.1f}".replace(".", ","),
                        "least": f"{failures[0].least:.1f}".replace(".", ","),
                    }
                }
            )

    def _choice(self, character: Character) -> Choice:
        return Choice(
            character,
            self.hue % 360,
            self.strength,
            self.accent,
            Pairing(self.pairing) if self.pairing else None,
            Header(self.header),
        )

    def choice(self, portal: PortalRef) -> Choice:
        """What the theme needs to know, with the kind of unit filling what is not chosen."""
        character = Character(self.character) if self.character else character_for(portal.kind, portal.level)
        return self._choice(character)

    def order(self, portal: PortalRef) -> list[str]:
        """Parts of the home page from the top."""
        return self.sections or (NEWS_FIRST if portal.kind == "department" else TASKS_FIRST)


def current() -> Look:
    """The portal's look, or the one being tried in the editor: one query."""
    tried = _tried.get()
    if tried is not None:
        return tried
    return Look.objects.select_related("logo").first() or Look()


def is_trying() -> bool:
    """Whether this render shows a look that is not saved."""
    return _tried.get() is not None


@contextmanager
def trying(look: Look) -> Iterator[None]:
    """Pages rendered inside show `look`, which need not be saved."""
    token = _tried.set(look)
    try:
        yield
    finally:
        _tried.reset(token)


def logo_of(look: Look) -> Any:
    """A rendition of the logo for the header, or None."""
    return look.logo.get_rendition("max-480x160|format-webp") if look.logo_id and look.logo else None
