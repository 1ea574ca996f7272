"""Which events are live, and how much: at most four queries for what Lexicon can hold.

The names are one query. Their counts are one form, however many they are; where Mixpanel takes
none, they are packed into as few addresses as the budget has room for, those that matter most
first, and what was not counted is said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from mpgov.core.json_text import is_text
from mpgov.core.usage import Usage
from mpgov.core.volumes import Volumes
from mpgov.errors import RemoteError
from mpgov.mixpanel.client import Client, RefusedError

DAYS: Final = 30
MOST_ADDRESS: Final = 6000  # characters of names in an address; more go in a form
MOST_NAMES: Final = 5000  # reference 1.9: more are cut off without a word
MOST_QUERIES: Final = 4  # for all names and all counts (design 8)
# What says that a form was not understood, rather than that the question was wrong.
_TOO_OLD: Final = re.compile(r"exceeds (\d{1,5}) days into the past")  # reference 6.1
_NO_FORM: Final = frozenset({400, 404, 405, 411, 413, 414, 415, 422, 501})


def event_names(client: Client) -> tuple[str, ...]:
    """The names of the events of the last 31 days, in no order; one Query request."""
    answer = client.query(("events", "names"), {"type": "general", "limit": str(MOST_NAMES)})
    if not isinstance(answer, list):
        raise RemoteError("Mixpanel's list of event names is no list")
    return tuple(name for name in answer if isinstance(name, str) and name and is_text(name))


def read_usage(client: Client, order: Callable[[Sequence[str]], Sequence[str]], at: str) -> Usage:
    """The names of all that arrives, and their counts.

    `order` makes of the names what is to be counted, the most important first. `at` is now, as
    people write it.
    """
    names = event_names(client)
    days = _days(client)
    left = min(MOST_QUERIES - 1, client.queries_left)
    counted = _Counting(client, days, left).counts([*dict.fromkeys(order(names))])
    whole = len(names) < MOST_NAMES
    return Usage(frozenset(names), days, counted, is_whole=whole, at=at)


def add_usage(client: Client, usage: Usage, missing: Sequence[str]) -> Usage:
    """The same, with events counted that were not: one query where they fit."""
    left = min(MOST_QUERIES - 1, client.queries_left)
    counted = _Counting(client, usage.days, left).counts(missing)
    return replace(usage, counts={**usage.counts, **counted})


def read_span(client: Client, names: Sequence[str], days: Sequence[str]) -> Usage:
    """How often events arrived on these days: one query, a second where names fit in no form.

    Days beyond what the plan keeps are refused; then those that are kept are asked for alone. A
    name that could not be counted is not in the counts.
    """
    try:
        return _span(client, names, tuple(days))
    except RefusedError as error:
        kept = _kept(error.message, days, client)
        if not kept or len(kept) == len(days):
            raise
        return _span(client, names, kept)


def _span(client: Client, names: Sequence[str], days: tuple[str, ...]) -> Usage:
    counted = _Counting(client, days, min(2, client.queries_left)).counts(names)
    return Usage(frozenset(names), days, counted)


def _kept(refusal: str, days: Sequence[str], client: Client) -> tuple[str, ...]:
    """The days that are not too old, where that is why Mixpanel refused."""
    found = _TOO_OLD.search(refusal)
    if found is None:
        return ()
    first = (_today(client) - timedelta(days=int(found[1]))).isoformat()
    return tuple(day for day in days if day >= first)


def volumes(client: Client, names: Sequence[str], others: Sequence[str] = ()) -> Volumes:
    """How often events arrived in the last 30 days, in one Query request.

    `others` are asked along as far as the address allows, so that a share of the whole can be
    told. A name that never arrived is missing or zero in the answer (reference 6.3).
    """
    asked = list(dict.fromkeys(names))
    room = MOST_ADDRESS - _length(asked)
    for name in others:
        cost = _length([name])
        if name not in asked and cost <= room:
            asked.append(name)
            room -= cost
    days = _days(client)
    counted = _ask(client, asked, days, post=_length(asked) > MOST_ADDRESS)
    counts = {name: sum(counted[name]) for name in asked}
    return Volumes(counts, sum(counts.values()), DAYS)


@dataclass(slots=True)
class _Counting:
    """Counts of many events, in as few queries as `left` allows."""

    client: Client
    days: tuple[str, ...]
    left: int
    found: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def counts(self, names: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
        """As many of the names as can be counted, the first of them first."""
        if _length(names) > MOST_ADDRESS and self.left and self._by_form(names):
            return self.found
        for packed in _packed(names):
            if self.left == 0:
                break
            self.left -= 1
            self.found.update(_ask(self.client, packed, self.days, post=False))
        return self.found

    def _by_form(self, names: Sequence[str]) -> bool:
        """Whether Mixpanel took them all in one form; it is not documented that it does."""
        self.left -= 1
        try:
            counted = _ask(self.client, names, self.days, post=True)
        except RemoteError as error:
            if error.status not in _NO_FORM:
                raise
            return False
        if not any(map(any, counted.values())):  # a form that nobody read counts nothing
            return False
        self.found.update(counted)
        return True


def _packed(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in parts that an address has room for; a longer one stands alone, in a form."""
    part: list[str] = []
    room = MOST_ADDRESS
    for name in names:
        cost = _length([name])
        if cost > MOST_ADDRESS:
            continue
        if cost > room:
            yield part
            part, room = [], MOST_ADDRESS
        part.append(name)
        room -= cost
    if part:
        yield part


def _ask(
    client: Client, names: Sequence[str], days: tuple[str, ...], *, post: bool
) -> dict[str, tuple[int, ...]]:
    """How often each arrived on each day, in one query."""
    wanted = {
        "event": json.dumps(list(names)),
        "type": "general",
        "unit": "day",
        "from_date": days[0],
        "to_date": days[-1],
    }
    answer = client.query(("events",), wanted, post=post)
    data = answer.get("data") if isinstance(answer, dict) else None
    values = data.get("values") if isinstance(data, dict) else None
    if not isinstance(values, dict):
        raise RemoteError("Mixpanel's counts of events are no counts")
    return {name: _by_day(values.get(name), days) for name in names}


def _by_day(counted: Any, days: tuple[str, ...]) -> tuple[int, ...]:
    """The counts of the days; one that is missing, or no number, is none (reference 6.3).

    A project's own time zone may be a day ahead or behind: that day counts with its neighbour.
    """
    found = [0] * len(days)
    places = {day: place for place, day in enumerate(days)}
    for day, count in counted.items() if isinstance(counted, dict) else ():
        if isinstance(count, int | float) and not isinstance(count, bool) and count > 0:
            place = places.get(str(day)[:10], 0 if str(day) < days[0] else -1)
            found[place] += int(count)
    return tuple(found)


def _days(client: Client) -> tuple[str, ...]:
    """The last 30 days, today included (UTC: a project's own zone is told nowhere)."""
    today = _today(client)
    return tuple((today - timedelta(days=ago)).isoformat() for ago in range(DAYS - 1, -1, -1))


def _today(client: Client) -> date:
    return datetime.fromtimestamp(client.now(), UTC).date()


def _length(names: Sequence[str]) -> int:
    """How many characters of an address the names take, at most."""
    return len(quote(json.dumps(list(names)))) + 2
