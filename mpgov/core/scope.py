"""What the plan's own changes explain of what a sync would do: `--since`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mpgov.core.change import Change, Update, field_changes, sides
from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    UNSET,
    Catalog,
    Entity,
    Property,
)
from mpgov.core.normal import normal_entity, with_fields


def changed_since(written: Catalog, earlier: Catalog) -> Catalog:
    """The plan with only what it says otherwise than it did earlier."""
    entities = {}
    for entity in written:
        old = earlier.entities.get(entity.key)
        if old is None or old.status == "proposed":
            entities[entity.key] = entity
            continue
        scoped = _scoped(entity, normal_entity(old), normal_entity(entity))
        if scoped is not None:
            entities[entity.key] = scoped
    return replace(written, entities=entities)


def _scoped(entity: Entity, was: Entity, now: Entity) -> Entity | None:
    """An entity with only the fields that it says otherwise; `None` where there are none."""
    same_fields = [name for name in ENTITY_FIELDS if getattr(was, name) == getattr(now, name)]
    properties: dict[str, Property | None] = {}
    for name, prop in entity.properties.items():
        old, new = was.properties.get(name), now.properties[name]
        if name not in was.properties or old is None or new is None or prop is None:
            if name not in was.properties or old != new:
                properties[name] = prop
        elif old != new:
            kept = [f for f in PROPERTY_FIELDS if getattr(old, f) == getattr(new, f)]
            properties[name] = with_fields(prop, dict.fromkeys(kept, UNSET))
    if not properties and len(same_fields) == len(ENTITY_FIELDS):
        return None
    silent = [*same_fields, *(["category"] if "tags" in same_fields else [])]
    return with_fields(replace(entity, properties=properties), dict.fromkeys(silent, UNSET))


def beyond(changes: Iterable[Change], explained: Iterable[Change]) -> Iterator[Change]:
    """What is left of the changes when the explained fields are taken away."""
    scoped = {change.key: sides(change)[1] for change in explained}
    for change in changes:
        known = scoped.get(change.key)
        if known is None:
            yield change
        elif isinstance(change, Update) and field_changes(Update(known, change.after)):
            yield Update(known, change.after)
