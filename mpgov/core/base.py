"""The base: per field, the value on which plan and Lexicon last agreed.

It moves only where both sides say the same in the end, so a field that was left out for any
reason (drift, a conflict, a guard, a selection, a refusal) keeps what it had. Beside it stands
what else a later run must remember: elements that Lexicon held before the first agreement
(nobody's drift), and values that Mixpanel accepted and did not keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from mpgov.core.change import property_as_json
from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    SETS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Json,
    Path,
    Property,
    Value,
    nothing,
)
from mpgov.core.normal import element_key, same, with_fields


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that Mixpanel took without an error and did not keep, and what it has instead."""

    plan: Value
    lexicon: Value


@dataclass(frozen=True, slots=True)
class Base:
    """What plan and Lexicon agreed on, and what is remembered beside it.

    `beside` holds, per entity and set field, the elements that Lexicon had on its own when the
    field was first agreed on. `refused` is keyed by the path of the value; an element of a set
    has the path `("owners", "tom@acme.example")`. `proposed` and `declared` are what the record
    was last told of the plan: the events it only proposes, and its plan-only parts.
    """

    agreed: Catalog = field(default_factory=Catalog)
    beside: Mapping[tuple[EntityKey, str], tuple[str, ...]] = field(default_factory=nothing)
    refused: Mapping[tuple[EntityKey, Path], Refusal] = field(default_factory=nothing)
    proposed: frozenset[str] = frozenset()
    declared: Mapping[str, Json] = field(default_factory=nothing)


def advance(base: Base, plan: Catalog, snapshot: Catalog, mentioned: frozenset[EntityKey]) -> Base:
    """The base after a sync: moved where `plan` and `snapshot` (both normal) agree.

    `plan` is what this run looked at, `mentioned` every entity of the whole plan: what neither
    the whole plan nor Lexicon speaks of any more is forgotten.
    """
    agreed = {
        key: entity
        for key, entity in base.agreed.entities.items()
        if key in mentioned or key in snapshot.entities
    }
    beside = {at: elements for at, elements in base.beside.items() if at[0] in agreed}
    for entity in plan:
        stored = snapshot.entities.get(entity.key)
        if stored is not None:
            beside.update(_beside(base, entity, stored))
            agreed[entity.key] = _agreed(agreed.get(entity.key), entity, stored)
    standing = _standing(base, plan, snapshot)
    return replace(base, agreed=Catalog(agreed), beside=beside, refused=standing)


def value_at(catalog: Catalog, key: EntityKey, path: Path) -> Value:
    """What a catalog has at a place that a refusal can name; `UNSET` where nothing is."""
    entity = catalog.entities.get(key)
    if entity is None:
        return UNSET
    if path[0] in SETS and len(path) == 2:
        elements = {element_key(path[0], e) for e in getattr(entity, path[0]) or ()}
        return True if element_key(path[0], path[1]) in elements else UNSET
    if path[0] != "properties":
        value: Value = getattr(entity, path[0])
        return value
    prop = entity.properties.get(path[1])
    if prop is None:
        return UNSET
    return property_as_json(prop) if len(path) == 2 else getattr(prop, path[2])


def _agreed(old: Entity | None, said: Entity, stored: Entity) -> Entity:
    known = old or Entity(said.key)
    moved = {name: _moved(name, known, said, stored) for name in ENTITY_FIELDS}
    properties = {
        name: prop
        for name, prop in known.properties.items()
        if name in said.properties or name in stored.properties
    }
    for name, prop in said.properties.items():
        there = stored.properties.get(name)
        if prop is None and there is None:
            properties[name] = None
        elif prop is not None and there is not None:
            before = properties.get(name) or Property()
            properties[name] = with_fields(
                before, {field: _moved(field, before, prop, there) for field in PROPERTY_FIELDS}
            )
    return with_fields(replace(known, properties=properties), moved)


def _moved(
    name: str, base: Entity | Property, plan: Entity | Property, stored: Entity | Property
) -> Value:
    """The base's new value of one field."""
    old: Value = getattr(base, name)
    said: Value = getattr(plan, name)
    there: Value = getattr(stored, name)
    if said is UNSET:
        return old
    if name in SETS:
        return _moved_set(name, old, said, there)
    return said if same(name, said, there) else old


def _moved_set(name: str, old: Value, said: Value, there: Value) -> Value:
    had, plan, lexicon = (_by_key(name, value) for value in (old, said, there))
    kept = {k: e for k, e in had.items() if (k in plan) != (k in lexicon)}
    both = {k: e for k, e in plan.items() if k in lexicon}
    return tuple(element for _, element in sorted({**kept, **both}.items()))


def _beside(
    base: Base, said: Entity, stored: Entity
) -> Iterator[tuple[tuple[EntityKey, str], tuple[str, ...]]]:
    """What Lexicon alone holds of a set on the day it is first agreed on."""
    old = base.agreed.entities.get(said.key)
    for name in SETS:
        plan = getattr(said, name)
        if plan is UNSET or (old is not None and getattr(old, name) is not UNSET):
            continue
        planned = _by_key(name, plan)
        alone = {k: e for k, e in _by_key(name, getattr(stored, name)).items() if k not in planned}
        if alone:
            yield (said.key, name), tuple(element for _, element in sorted(alone.items()))


def _by_key(name: str, value: Value) -> dict[str, str]:
    elements = value if isinstance(value, tuple) else ()
    return {element_key(name, str(element)): str(element) for element in elements}


def _standing(
    base: Base, plan: Catalog, snapshot: Catalog
) -> dict[tuple[EntityKey, Path], Refusal]:
    """The refusals that still hold: neither plan nor Lexicon has moved since."""
    looked_at = plan.entities.keys()
    return {
        (key, path): refusal
        for (key, path), refusal in base.refused.items()
        if key not in looked_at
        or (
            value_at(plan, key, path) == refusal.plan
            and value_at(snapshot, key, path) == refusal.lexicon
        )
    }
