"""Who is in an organization, and which teams it has (reference 2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mpgov.mixpanel.client import Client
from mpgov.mixpanel.pages import read_list
from mpgov.mixpanel.shapes import mapping, text

# The shape of an entry is published nowhere.
_MAILS: Final = ("email", "user_email", "username")
_NAMES: Final = ("name", "team_name", "display_name")


def members_of(client: Client, organization: int) -> frozenset[str] | None:
    """E-mails of the members in lower case; nothing where the answer says none."""
    return _asked(client, organization, "users", _MAILS, lower=True)


def teams_of(client: Client, organization: int) -> frozenset[str] | None:
    """Names of the teams; nothing where the answer says none."""
    return _asked(client, organization, "teams", _NAMES, lower=False)


def _asked(
    client: Client, organization: int, what: str, keys: tuple[str, ...], *, lower: bool
) -> frozenset[str] | None:
    """What of these keys a list says; nothing where it is no list, or says none of them."""
    entries = read_list(client, ("organizations", str(organization), what))
    if entries is None:
        return None
    found = frozenset(one.lower() if lower else one for one in _said(entries, keys))
    return found if found or not entries else None


def _said(entries: list[Any], keys: tuple[str, ...]) -> Iterator[str]:
    for entry in entries:
        said = entry if isinstance(entry, str) else ""
        for key in keys:
            said = said or text(mapping(entry).get(key))
        if said:
            yield said
