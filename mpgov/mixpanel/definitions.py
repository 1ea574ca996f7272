"""What only Lexicon's unpublished API knows: verified, merged, custom, sensitive. Only read.

It is not promised by Mixpanel and may be missing or shaped otherwise (reference 5): whatever is
not as it is known counts as not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mpgov.core.audit import Deep
from mpgov.mixpanel.client import Client


def read_definitions(client: Client) -> Deep:
    """Two requests of the App API. Raises `RemoteError` or `AuthError` where it does not answer."""
    events = list(_rows(client, "events", {}))
    properties = [
        row
        for kind in ("Event", "User")
        for row in _rows(client, "properties", {"resourceType": kind})
    ]
    own = [row for row in events if not row.get("customEventId")]
    custom = {str(row["name"]) for row in events if row.get("customEventId")}
    return Deep(
        verified=frozenset(str(row["name"]) for row in own if row.get("verified") is True),
        merged=frozenset(str(row["name"]) for row in own if row.get("merged") is True),
        custom=frozenset(custom - {str(row["name"]) for row in own}),
        sensitive=frozenset(str(row["name"]) for row in properties if row.get("sensitive") is True),
    )


def _rows(client: Client, what: str, params: dict[str, str]) -> Iterator[dict[str, Any]]:
    path = ("projects", str(client.project_id), "data-definitions", what)
    document = client.app("GET", path, params=params)
    rows = document.get("results") if isinstance(document, dict) else document
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("name"), str):
            yield row
