"""What left the plan: said once, and no longer; and what of it `--prune` may take away."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mpgov.core.base import Base
from mpgov.core.change import property_as_json
from mpgov.core.merge import EXISTS, Disagreement
from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    SETS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Path,
    Property,
    is_mixpanels,
)
from mpgov.core.normal import element_key, is_empty, same


@dataclass(slots=True)
class Pruned:
    """What is wanted of Lexicon once what left the plan is gone, and what has to stay."""

    wanted: Catalog
    conflicts: list[Disagreement] = field(default_factory=list)


def prune(plan: Catalog, base: Base, snapshot: Catalog, wanted: Catalog, *, whole: bool) -> Pruned:
    """Take away what the plan once managed and now lacks; `whole`: what it never managed, too.

    All catalogs are in normal form; `plan` is the whole plan, `snapshot` what may be touched.
    What changed in Lexicon since the base, or gained anything, is a conflict and stays.
    Mixpanel's own names, other entity types and `$user` itself are never taken away.
    """
    pruned = Pruned(wanted)
    entities = dict(wanted.entities)
    for stored in snapshot:
        key = stored.key
        said = plan.entities.get(key)
        if said is not None:
            if said.properties or "properties" in said.places:
                entities[key] = _without(said, base, stored, entities[key], pruned, whole=whole)
            continue
        if key.kind != "event" or is_mixpanels(key.name):
            continue
        known = base.agreed.entities.get(key)
        if known is None:
            if whole:
                del entities[key]
        elif _is_untouched(known, stored, base):
            del entities[key]
        else:
            pruned.conflicts.append(Disagreement(key, (), EXISTS, UNSET, EXISTS))
    pruned.wanted = replace(wanted, entities=entities)
    return pruned


def _without(
    said: Entity, base: Base, stored: Entity, wanted: Entity, pruned: Pruned, *, whole: bool
) -> Entity:
    """An entity without the properties that left the plan; as stored where one has to stay."""
    agreed = base.agreed.entities.get(said.key, Entity(said.key)).properties
    properties = dict(wanted.properties)
    conflicts = []
    for name, there in stored.properties.items():
        if name in said.properties or is_mixpanels(name) or there is None:
            continue
        known = agreed.get(name)
        if known is None:
            if whole and name not in agreed:
                properties.pop(name, None)
        elif _same_fields(known, there, PROPERTY_FIELDS):
            properties.pop(name, None)
        else:
            before, now = property_as_json(known), property_as_json(there)
            conflicts.append(Disagreement(said.key, ("properties", name), before, UNSET, now))
    if conflicts:
        pruned.conflicts += conflicts
        return stored
    if properties.keys() == wanted.properties.keys():
        return wanted
    return replace(wanted, properties=properties)


def _is_untouched(known: Entity, stored: Entity, base: Base) -> bool:
    """Whether Lexicon still says what was agreed on, and nothing more."""
    names = tuple(name for name in ENTITY_FIELDS if name not in SETS)
    if not _same_fields(known, stored, names):
        return False
    for name in SETS:
        agreed = (*(getattr(known, name) or ()), *base.beside.get((known.key, name), ()))
        said = {element_key(name, element) for element in agreed}
        there = {element_key(name, element) for element in getattr(stored, name) or ()}
        if said != there:
            return False
    properties = {name: prop for name, prop in known.properties.items() if prop is not None}
    if properties.keys() != stored.properties.keys():
        return False
    pairs = ((prop, stored.properties[name]) for name, prop in properties.items())
    return all(there and _same_fields(prop, there, PROPERTY_FIELDS) for prop, there in pairs)


def _same_fields(
    known: Entity | Property, stored: Entity | Property, names: tuple[str, ...]
) -> bool:
    for name in names:
        agreed, there = getattr(known, name), getattr(stored, name)
        if is_empty(there) if agreed is UNSET else same(name, agreed, there):
            continue
        return False
    return True


def released(plan: Catalog, base: Base, snapshot: Catalog) -> list[Disagreement]:
    """What the base says a plan once managed and the plan no longer mentions."""
    found: list[Disagreement] = []
    for known in base.agreed:
        stored = snapshot.entities.get(known.key)
        if stored is None:
            continue
        said = plan.entities.get(known.key)
        if said is None:
            found.append(Disagreement(known.key, (), EXISTS, UNSET, EXISTS))
            continue
        found += _released_fields(known.key, (), ENTITY_FIELDS, (known, said, stored))
        for name, prop in known.properties.items():
            there = stored.properties.get(name)
            if prop is None or there is None:
                continue
            mine = said.properties.get(name)
            path = ("properties", name)
            if name not in said.properties:
                whole = property_as_json(prop), property_as_json(there)
                found.append(Disagreement(known.key, path, whole[0], UNSET, whole[1]))
            elif mine is not None:
                found += _released_fields(known.key, path, PROPERTY_FIELDS, (prop, mine, there))
    return found


def _released_fields(
    key: EntityKey,
    path: Path,
    names: tuple[str, ...],
    sides: tuple[Entity, Entity, Entity] | tuple[Property, Property, Property],
) -> list[Disagreement]:
    base, plan, lexicon = sides
    return [
        Disagreement(key, (*path, name), getattr(base, name), UNSET, getattr(lexicon, name))
        for name in names
        if getattr(plan, name) is UNSET
        and not is_empty(getattr(base, name) or None)
        and not is_empty(getattr(lexicon, name))
    ]
