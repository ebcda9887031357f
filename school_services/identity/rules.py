"""Logins, throttling and who may give which role, in plain Python."""

from __future__ import annotations

import ipaddress
import re

# 0912…, 912… after 84, +84, 0084, and the "+84 (0)912…" of letterheads.
_PHONE = re.compile(r"(?:(?:\+|00)?840?|0)([35789][0-9]{8})")
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2014()\u200b\u2060\ufeff]")
_MAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(?:\.[^@\s\x00-\x1f.]+)+")

MAX_PER_ACCOUNT = 5
MAX_PER_ADDRESS = 30
WINDOW_SECONDS = 15 * 60

# Who gives which role in a unit. Nobody gives the role he has: a school office cannot make itself principal, and so
# cannot open the marks. The officer stands in the unit itself or in one above it.
GRANTS: dict[str, frozenset[str]] = {
    "registrar": frozenset({"teacher", "accountant"}),
    "principal": frozenset({"teacher", "accountant", "registrar"}),
    "officer": frozenset({"principal", "registrar"}),
}


def normalise_phone(text: str) -> str | None:
    """Mobile number as 84xxxxxxxxx, or None (landlines and retired 11-digit numbers are refused)."""
    match = _PHONE.fullmatch(_SEPARATORS.sub("", text))
    return f"84{match.group(1)}" if match else None


def normalise_login(text: str) -> str:
    """What a person types to log in: a phone in any spelling, else an e-mail in small letters."""
    return normalise_phone(text) or text.strip().lower()


def is_login(normalised: str) -> bool:
    """Whether a normalised login is a mobile number or has the form of an e-mail."""
    return normalise_phone(normalised) is not None or (
        len(normalised) <= 150 and _MAIL.fullmatch(normalised) is not None
    )


def network(address: str) -> str:
    """What one household or school is known by: an IPv4 address, the /64 of an IPv6 one; "" for what is neither."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) & ~((1 << 64) - 1), 64)).network_address)
    return str(found)


def passkey_site(host: str, base_domain: str) -> str:
    """The domain a passkey is bound to: the platform's, so that one key opens all hosts below it; else the host's own.

    A browser refuses a bare top level such as `localhost` (WebAuthn §5.1.3, registrable domain suffix).
    """
    below = host == base_domain or host.endswith(f".{base_domain}")
    return base_domain if below and "." in base_domain else host
