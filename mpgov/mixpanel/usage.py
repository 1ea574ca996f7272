"""Which events are live: what Mixpanel received lately, whether or not Lexicon defines it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from mpgov.core.json_text import is_text
from mpgov.core.volumes import Volumes
from mpgov.errors import RemoteError
from mpgov.mixpanel.client import Client

DAYS: Final = 30
MOST_ADDRESS: Final = 6000  # characters of names in an address; more go in a form
MOST_NAMES: Final = 5000  # reference 1.9: more are cut off without a word


def event_names(client: Client) -> tuple[str, ...]:
    """The names of the events of the last 31 days, in no order; one Query request."""
    answer = client.query(("events", "names"), {"type": "general", "limit": str(MOST_NAMES)})
    if not isinstance(answer, list):
        raise RemoteError("Mixpanel's list of event names is no list")
    return tuple(name for name in answer if isinstance(name, str) and name and is_text(name))


def volumes(client: Client, names: Sequence[str], others: Sequence[str] = ()) -> Volumes:
    """How often events arrived in the last 30 days, in one Query request.

    `others` are asked along as far as the address allows, so that a share of the whole can be
    told. A name that never arrived is missing or zero in the answer (reference 6.3).
    """
    asked = list(dict.fromkeys(names))
    room = MOST_ADDRESS - len(quote(json.dumps(asked)))
    for name in others:
        cost = len(quote(json.dumps(name))) + 6
        if name not in asked and cost <= room:
            asked.append(name)
            room -= cost
    today = datetime.fromtimestamp(client.now(), UTC).date()
    wanted = {
        "event": json.dumps(asked),
        "type": "general",
        "unit": "day",
        "from_date": (today - timedelta(days=DAYS - 1)).isoformat(),
        "to_date": today.isoformat(),
    }
    answer = client.query(("events",), wanted, post=len(quote(wanted["event"])) > MOST_ADDRESS)
    data = answer.get("data") if isinstance(answer, dict) else None
    values = data.get("values") if isinstance(data, dict) else None
    if not isinstance(values, dict):
        raise RemoteError("Mixpanel's counts of events are no counts")
    counts = {name: _total(values.get(name)) for name in asked}
    return Volumes(counts, sum(counts.values()), DAYS)


def _total(days: object) -> int:
    counted = days.values() if isinstance(days, dict) else ()
    return sum(int(n) for n in counted if isinstance(n, int | float) and not isinstance(n, bool))
