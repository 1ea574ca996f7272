"""Which entities and fields a run looks at: `--only`, `--skip`, `--fields`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    UNSET,
    Catalog,
    Entity,
    Property,
)
from mpgov.core.normal import with_fields

FIELDS: Final = tuple(dict.fromkeys((*ENTITY_FIELDS, "category", *PROPERTY_FIELDS)))


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for; empty means everything."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def takes(self, entity: Entity) -> bool:
        """Whether the entity is looked at."""
        wanted = not self.only or any(matches(entity, selector) for selector in self.only)
        return wanted and not any(matches(entity, selector) for selector in self.skip)


def select(catalog: Catalog, selection: Selection) -> Catalog:
    """The catalog with only what is looked at; the rest is not mentioned in it."""
    entities = {e.key: e for e in catalog if selection.takes(e)}
    if selection.fields:
        entities = {key: _masked(entity, selection.fields) for key, entity in entities.items()}
    return Catalog(entities)


def matches(entity: Entity, selector: str) -> bool:
    """Whether a name glob, or `owner:` `tag:` `status:` `file:` with one, means this entity."""
    kind, colon, glob = selector.partition(":")
    read = _READERS.get(kind) if colon else None
    if read is None:
        return fnmatchcase(entity.key.name, selector)
    return any(fnmatchcase(text, glob) for text in read(entity))


def _owners(entity: Entity) -> Sequence[str]:
    return entity.owners if isinstance(entity.owners, tuple) else ()


def _tags(entity: Entity) -> Iterator[str]:
    if isinstance(entity.tags, tuple):
        yield from entity.tags
    if isinstance(entity.category, str):
        yield entity.category


def _status(entity: Entity) -> Iterator[str]:
    if isinstance(entity.status, str):
        yield entity.status


def _file(entity: Entity) -> Iterator[str]:
    if entity.at is not None:
        yield entity.at.file
        yield entity.at.file.rpartition("/")[2]


_READERS: Mapping[str, Callable[[Entity], Sequence[str] | Iterator[str]]] = {
    "owner": _owners,
    "tag": _tags,
    "status": _status,
    "file": _file,
}


def _masked(entity: Entity, fields: tuple[str, ...]) -> Entity:
    gone = {name: UNSET for name in (*ENTITY_FIELDS, "category") if name not in fields}
    properties = {
        name: prop and _masked_property(prop, fields)
        for name, prop in entity.properties.items()
        if prop is not None or "properties" in fields
    }
    return with_fields(replace(entity, properties=properties), gone)


def _masked_property(prop: Property, fields: tuple[str, ...]) -> Property:
    return with_fields(prop, {name: UNSET for name in PROPERTY_FIELDS if name not in fields})
