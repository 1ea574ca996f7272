"""What a plan declares for people alone, and what changed of it since it was last recorded.

Super properties, identity and governance have no place in Lexicon: only the record can tell what
they were. An event that is no longer *proposed* was approved, and the record says by whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from mpgov.core.change import value_as_json
from mpgov.core.model import UNSET, Catalog, Governance, Identity, Json, Property, Value, event

# Which kind of record tells of which part (design 9).
KINDS: Final[Mapping[str, str]] = {
    "super_properties": "super-property",
    "identity": "identity",
    "governance": "owner",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A change to record: its kind, and the changes as the record writes them."""

    kind: str
    changes: tuple[dict[str, Json], ...]


def declared(catalog: Catalog) -> dict[str, Json]:
    """The plan-only parts as JSON; what says nothing is left out."""
    supers: dict[str, Json] = {
        name: _said(prop) for name, prop in sorted(catalog.super_properties.items())
    }
    found: dict[str, Json] = {
        "super_properties": supers,
        "identity": _said(catalog.identity),
        "governance": _said(catalog.governance),
    }
    return {name: part for name, part in found.items() if part}


def proposed(catalog: Catalog) -> frozenset[str]:
    """The events that the plan only proposes."""
    return frozenset(e.key.name for e in catalog if e.status == "proposed")


def declared_changes(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Declared]:
    """What changed of the plan-only parts, one record a part."""
    for part, kind in KINDS.items():
        old, new = _mapping(before.get(part)), _mapping(after.get(part))
        if part == "super_properties":
            found = list(_each(part, old, new))
        else:
            found = [_change("update", part, part, _differing(old, new))] if old != new else []
        if found:
            yield Declared(kind, tuple(found))


def approvals(before: Iterable[str], catalog: Catalog) -> Iterator[dict[str, Json]]:
    """The events that were proposed and no longer are."""
    for name in sorted(before):
        entity = catalog.entities.get(event(name))
        if entity is not None and entity.status != "proposed":
            after = {} if entity.status in {UNSET, None} else {"after": str(entity.status)}
            one: dict[str, Json] = {"path": ["status"], "before": "proposed", **after}
            yield _change("approve", "event", name, [one])


def _each(part: str, old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    for name in sorted({*old, *new}):
        was, now = _mapping(old.get(name)), _mapping(new.get(name))
        if name not in new:
            yield _change("delete", part, name, _differing(was, {}))
        elif name not in old:
            yield _change("create", part, name, _differing({}, now))
        elif was != now:
            yield _change("update", part, name, _differing(was, now))


def _change(
    action: str, entity: str, name: str, found: list[Json] | list[dict[str, Json]]
) -> dict[str, Json]:
    return {"action": action, "entity": entity, "name": name, "fields": list(found)}


def _differing(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Json]:
    found: list[Json] = []
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name) or (name in old) != (name in new):
            one: dict[str, Json] = {"path": [name]}
            if name in old:
                one["before"] = old[name]
            if name in new:
                one["after"] = new[name]
            found.append(one)
    return found


def _said(thing: Property | Identity | Governance) -> dict[str, Json]:
    said: dict[str, Json] = {}
    for field in fields(thing):
        value: Value = getattr(thing, field.name)
        if field.name not in {"at", "places"} and value is not UNSET and value != {}:
            said[field.name] = value_as_json(value)
    return said


def _mapping(value: Json | None) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
