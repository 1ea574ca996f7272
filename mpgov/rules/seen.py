"""How rules read raw events: what of each property arrived, by event and library together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mpgov.core.audit import Evidence
from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, Property, event, is_mixpanels
from mpgov.core.observation import Observation, PropertySeen
from mpgov.rules.about import about_property

# What Mixpanel's documented types are in JSON (concepts 1.5); null says nothing.
_HOLDS: Mapping[str, tuple[str, ...]] = {
    "string": ("string",),
    "number": ("number", "integer"),
    "integer": ("integer",),
    "boolean": ("boolean",),
    "datetime": (),
    "list": ("list",),
    "object": ("object",),
}


@dataclass(slots=True)
class Seen:
    """A property of an event in all that arrived: one entry a library, and how many events."""

    event: str
    name: str
    by_library: dict[str, PropertySeen] = field(default_factory=dict)

    def count(self, *types: str) -> int:
        """How many values are of these JSON types."""
        return sum(one.types.get(t, 0) for one in self.by_library.values() for t in types)

    @property
    def values(self) -> int:
        """How many values there are; null is none."""
        return sum(one.present - one.types.get("null", 0) for one in self.by_library.values())


def seen_by_event(observation: Observation) -> dict[str, dict[str, Seen]]:
    """Everything that arrived: event, property, libraries."""
    found: dict[str, dict[str, Seen]] = {}
    for one in observation.properties:
        there = found.setdefault(one.event, {})
        there.setdefault(one.name, Seen(one.event, one.name)).by_library[one.library] = one
    return found


def event_counts(observation: Observation) -> dict[str, dict[str, int]]:
    """How many of each event arrived, by library."""
    found: dict[str, dict[str, int]] = {}
    for one in observation.events:
        there = found.setdefault(one.event, {})
        there[one.library] = there.get(one.library, 0) + one.count
    return found


def planned_seen(
    evidence: Evidence,
) -> Iterator[tuple[Entity, str, Property, Seen | None, Mapping[str, int]]]:
    """Every planned property of every event that arrived, what was seen of it, and the events."""
    observation = evidence.observation or Observation()
    seen, counts = seen_by_event(observation), event_counts(observation)
    for entity in evidence.plan or Catalog():
        name = entity.key.name
        if entity.key.kind != "event" or name not in counts or entity.status == "proposed":
            continue
        joined = evidence.joined.entities.get(entity.key, entity)
        for prop in sorted(entity.properties):
            said = joined.properties.get(prop)
            if said is not None:
                yield joined, prop, said, seen.get(name, {}).get(prop), counts[name]


def misfits(prop: Property, one: PropertySeen) -> int:
    """How many values of one library are not of the property's type; 0 where it has none."""
    type_ = prop.type if isinstance(prop.type, str) else ""
    holds = _HOLDS.get(type_)
    if holds is None:
        return 0
    values = one.present - one.types.get("null", 0)
    if type_ == "datetime":
        return values - one.datetimes
    return values - sum(one.types.get(kind, 0) for kind in holds)


def about_seen(evidence: Evidence, seen: Seen, message: str, *, fix: str = "") -> Finding:
    """A finding about what arrived, at the place where the plan speaks of it."""
    key = event(seen.event)
    entity = evidence.joined.entities.get(key, Entity(key))
    prop = entity.properties.get(seen.name) or Property()
    return about_property(entity, seen.name, prop, message, fix=fix)


def is_teams(name: str) -> bool:
    """Whether an event or a property is a team's own."""
    return not is_mixpanels(name)
