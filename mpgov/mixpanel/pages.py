"""Lists that may come page by page: read to their end, whatever the envelope (reference 1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from mpgov.errors import RemoteError
from mpgov.mixpanel.client import Client
from mpgov.mixpanel.shapes import listed, mapping

MOST: Final = 1000  # pages, which is more than any organization has


def read_list(client: Client, path: Sequence[str], *names: str) -> list[Any] | None:
    """Every entry of a list, of all its pages; nothing where the answer is no list.

    `names` are envelopes that the list may be in, beside the usual one.
    """
    document = client.app("GET", path)
    entries = listed(document, *names)
    if entries is None:
        return None
    found, seen = list(entries), {""}
    while (cursor := _next(document, names)) not in seen and len(seen) <= MOST:
        seen.add(cursor)
        document = client.app("GET", path, params={"cursor": cursor})
        entries = listed(document, *names)
        if entries is None:
            raise RemoteError(f"a page of Mixpanel's list of {path[-1]} is no list")
        found += entries
    if cursor:
        raise RemoteError(f"Mixpanel's list of {path[-1]} has no end: page {len(seen)} repeats one")
    return found


def _next(document: Any, names: Sequence[str]) -> str:
    """The cursor of the next page, which stands beside the list; empty after the last one."""
    while isinstance(document, dict):
        cursor = mapping(document.get("pagination")).get("next_cursor")
        if isinstance(cursor, str | int) and cursor is not False:
            return str(cursor)
        document = next((document[n] for n in ("results", *names) if n in document), None)
    return ""
