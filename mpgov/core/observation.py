"""What raw events show: counts by event, property and library; never a value of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mpgov.core.model import nothing

# How JSON's values are told apart; a datetime is a string whose text is ISO 8601.
JSON_TYPES: Final = ("string", "number", "integer", "boolean", "list", "object", "null")
# What a text may look like that should not be sent.
SHAPES: Final = ("email", "phone", "card", "ip", "token")


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event as one library sent it: how often, from which day to which, by which versions.

    `versions` are versions of the app, the most frequent first, with their counts.
    """

    event: str
    library: str
    count: int
    first: str = ""
    last: str = ""
    versions: Mapping[str, int] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class PropertySeen:
    """A property of an event as one library sent it.

    `types` counts the values by JSON type (`JSON_TYPES`; a whole number is an integer, a number
    has a fraction), `datetimes` the strings that are ISO 8601, `numerals` the strings that are
    numbers. `distinct` is approximate. `least` and `greatest` are of the numbers, the lengths of
    the strings, in characters. The four counts after that are against what the plan says, and
    `shapes` counts texts by what they look like (`SHAPES`).
    """

    event: str
    name: str
    library: str
    types: Mapping[str, int]
    distinct: int = 0
    least: float | None = None
    greatest: float | None = None
    shortest: int | None = None
    longest: int | None = None
    datetimes: int = 0
    numerals: int = 0
    not_allowed: int = 0
    not_matching: int = 0
    below: int = 0
    above: int = 0
    shapes: Mapping[str, int] = field(default_factory=nothing)

    @property
    def present(self) -> int:
        """How many of the events carry it, with a value or with null."""
        return sum(self.types.values())


@dataclass(frozen=True, slots=True)
class IdentitySeen:
    """How people are told apart in the events.

    `email_ids` and `phone_ids` count ids (`$user_id`, or a `distinct_id` that is no device) of
    that shape and `shared_devices` the devices with more than one user, each with the events
    concerned; `mismatched_ids` are ids that do not match the plan's pattern.
    """

    users: int = 0
    devices: int = 0
    email_ids: int = 0
    email_events: int = 0
    phone_ids: int = 0
    phone_events: int = 0
    shared_devices: int = 0
    shared_events: int = 0
    mismatched_ids: int = 0
    mismatched_events: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What a heap of raw events shows, each counted once.

    `rows` were read, of which `duplicates` repeat another (the same event, time, distinct_id and
    $insert_id) and count for nothing. `first` and `last` are days (UTC). `source` says what was
    read, for people.
    """

    events: tuple[EventSeen, ...] = ()
    properties: tuple[PropertySeen, ...] = ()
    identity: IdentitySeen = field(default_factory=IdentitySeen)
    rows: int = 0
    duplicates: int = 0
    first: str = ""
    last: str = ""
    source: str = ""
