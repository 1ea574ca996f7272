"""How rules speak of an event or a property: one way to name it and to say where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from mpgov.core.finding import Finding
from mpgov.core.model import Catalog, Entity, EntityKey, Property, is_mixpanels


def about(entity: Entity, message: str, *, field: str = "", fix: str = "") -> Finding:
    """A finding about an entity, at the field's place if the plan has one."""
    owners = entity.owners if isinstance(entity.owners, tuple) else ()
    at = entity.places.get(field) or entity.at
    return Finding(message, entity.key, at=at, owners=owners, fix=fix)


def about_property(
    entity: Entity, name: str, prop: Property, message: str, *, field: str = "", fix: str = ""
) -> Finding:
    """A finding about one property of an entity."""
    owners = entity.owners if isinstance(entity.owners, tuple) else ()
    at = prop.places.get(field) or prop.at or entity.at
    return Finding(message, entity.key, name, at, owners, fix)


def properties(catalog: Catalog) -> Iterator[tuple[Entity, str, Property]]:
    """Every property of every entity that is to be there."""
    for entity in catalog:
        for name, prop in entity.properties.items():
            if prop is not None:
                yield entity, name, prop


def is_own_event(key: EntityKey) -> bool:
    """Whether it is an event that a team made up, not one of Mixpanel's, and no profile."""
    return key.kind == "event" and not is_mixpanels(key.name)
