"""What Mixpanel says of a query quota in its headers (reference 1.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MOST_QUERIES: Final = 60  # an hour and project, unless the headers say otherwise
MOST_EXPORTS: Final = 60  # raw exports an hour and project
HOUR: Final = 3600.0
_ITEM: Final = re.compile(
    r'"(?P<name>[^"]*)"(?P<parameters>(?:;\s*[A-Za-z*]+=(?:"[^"]*"|[^;,\s]*))*)'
)
_PARAMETER: Final = re.compile(r';\s*(?P<key>[A-Za-z*]+)="?(?P<value>[^";,]*)"?')


@dataclass(frozen=True, slots=True)
class Quota:
    """How many queries an hour the project has, and how many of them are left."""

    limit: int
    remaining: int


def quota_of(headers: Mapping[str, str]) -> Quota | None:
    """The quota that an answer tells; nothing where it tells none, or not as it is known.

    The policy of the window is named `project`; the others are about concurrent requests.
    """
    policy = _items(headers.get("RateLimit-Policy", "")).get("project", {})
    state = _items(headers.get("RateLimit", "")).get("project", {})
    limit, window = _number(policy, "q"), _number(policy, "w")
    remaining = _number(state, "r", "a")
    if limit is None or remaining is None or window not in {None, HOUR}:
        return None
    return Quota(limit, remaining)


def _items(header: str) -> dict[str, dict[str, str]]:
    """The items of a header, by their names, with their parameters."""
    return {
        item["name"]: {p["key"]: p["value"] for p in _PARAMETER.finditer(item["parameters"])}
        for item in _ITEM.finditer(header[:1000])
    }


def _number(parameters: Mapping[str, str], *names: str) -> int | None:
    """The first of these parameters that is a whole number a person would believe."""
    for name in names:
        text = parameters.get(name, "")
        if text.isdecimal() and len(text) < 7:
            return int(text)
    return None
