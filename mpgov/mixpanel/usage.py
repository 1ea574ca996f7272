"""Which events are live: what Mixpanel received lately, whether or not Lexicon defines it."""

from __future__ import annotations

from typing import Final

from mpgov.core.json_text import is_text
from mpgov.errors import RemoteError
from mpgov.mixpanel.client import Client

MOST_NAMES: Final = 5000  # reference 1.9: more are cut off without a word


def event_names(client: Client) -> tuple[str, ...]:
    """The names of the events of the last 31 days, in no order; one Query request."""
    answer = client.query(("events", "names"), {"type": "general", "limit": str(MOST_NAMES)})
    if not isinstance(answer, list):
        raise RemoteError("Mixpanel's list of event names is no list")
    return tuple(name for name in answer if isinstance(name, str) and name and is_text(name))
