"""A change set that was made earlier, laid over what Lexicon holds now.

What stands is done, what is there already is passed over, and what moved meanwhile is left out
and named: a value that somebody typed since is never overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from mpgov.core.change import (
    Change,
    Create,
    Delete,
    FieldChange,
    Update,
    field_changes,
    field_value,
)
from mpgov.core.merge import Disagreement
from mpgov.core.model import (
    PROPERTY_FIELDS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Property,
    Value,
)
from mpgov.core.normal import BLANK_PROPERTY, blank, same, with_fields


class Earlier(Protocol):
    """One entity of an earlier change set."""

    @property
    def action(self) -> str:
        """`create`, `update` or `delete`."""

    @property
    def key(self) -> EntityKey:
        """Which entity it is."""

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """What was to change."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entity of an earlier change set that no file holds."""

    action: str
    key: EntityKey
    fields: tuple[FieldChange, ...]


@dataclass(slots=True)
class Landing:
    """What still stands of an earlier change set, and what moved since it was made."""

    wanted: Catalog
    changes: list[Change] = field(default_factory=list)
    moved: list[Disagreement] = field(default_factory=list)
    there: int = 0


def land(earlier: Iterable[Earlier], snapshot: Catalog) -> Landing:
    """Lay the changes over the snapshot; both are in normal form."""
    landing = Landing(snapshot)
    entities = dict(snapshot.entities)
    for one in earlier:
        stored = snapshot.entities.get(one.key)
        if one.action == "delete":
            if _is_as_before(one, stored, landing):
                del entities[one.key]
            continue
        if one.action == "update" and stored is None:
            landing.moved += (_moved(one.key, f, UNSET) for f in one.fields)
            continue
        wanted = _overlaid(stored or blank(one.key), one, landing)
        if stored is None or field_changes(Update(stored, wanted)):
            entities[one.key] = wanted
            landing.changes.append(Update(stored, wanted) if stored else Create(wanted))
    deleted = snapshot.entities.keys() - entities.keys()
    landing.changes += (Delete(snapshot.entities[key]) for key in sorted(deleted))
    landing.wanted = Catalog(entities)
    return landing


def said_in(earlier: Iterable[Earlier]) -> Catalog:
    """What the changes say, as a plan that mentions nothing else."""
    return Catalog(
        {
            one.key: _overlaid(Entity(one.key), one, None)
            for one in earlier
            if one.action != "delete"
        }
    )


def _is_as_before(one: Earlier, stored: Entity | None, landing: Landing) -> bool:
    """Whether an entity that is to go is what it was, and nothing more."""
    if stored is None:
        landing.there += 1
        return False
    was = blank(one.key)
    for change in one.fields:
        was = _put(was, change, change.before)
    edited = field_changes(Update(was, stored))
    landing.moved += (Disagreement(one.key, f.path, f.before, UNSET, f.after) for f in edited)
    return not edited


def _overlaid(entity: Entity, one: Earlier, landing: Landing | None) -> Entity:
    """The entity with every field that still stands."""
    stored = entity
    for change in one.fields:
        if landing is not None:
            now = _now(stored, change)
            if _is(change, change.after, now):
                landing.there += 1
                continue
            if not _is(change, change.before, now):
                landing.moved.append(_moved(one.key, change, now))
                continue
        if landing is None and len(change.path) == 2 and change.after is UNSET:
            entity = replace(entity, properties={**entity.properties, change.path[1]: None})
        else:
            entity = _put(entity, change, change.after)
    return entity


def _now(stored: Entity, change: FieldChange) -> Value:
    return field_value(stored, change.path)


def _is(change: FieldChange, value: Value, now: Value) -> bool:
    """Whether a place holds a value of the change; absent is empty."""
    if len(change.path) == 2:
        return (value is UNSET) == (now is UNSET) and (value is UNSET or value == now)
    name = change.path[-1]
    return same(
        name, _empty(name) if value is UNSET else value, _empty(name) if now is UNSET else now
    )


def _empty(name: str) -> Value:
    holder = BLANK_PROPERTY if name in PROPERTY_FIELDS else blank(EntityKey("event", "?"))
    value: Value = getattr(holder, name, None)
    return () if name in {"tags", "owners"} else value


def _put(entity: Entity, change: FieldChange, value: Value) -> Entity:
    if change.path[0] != "properties":
        name = change.path[0]
        return with_fields(entity, {name: _empty(name) if value is UNSET else value})
    properties = dict(entity.properties)
    name = change.path[1]
    if len(change.path) == 2:
        if value is UNSET:
            properties.pop(name, None)
        else:
            properties[name] = _whole(value)
    else:
        field_name = change.path[2]
        holder = properties.get(name) or BLANK_PROPERTY
        said = _empty(field_name) if value is UNSET else value
        properties[name] = with_fields(holder, {field_name: said})
    return replace(entity, properties=properties)


def _whole(value: Value) -> Property:
    """A property that goes as a whole, from its JSON."""
    shown = value if isinstance(value, Mapping) else {}
    fields = {
        name: tuple(said) if isinstance(said, list) else said
        for name, said in shown.items()
        if name in PROPERTY_FIELDS
    }
    return with_fields(BLANK_PROPERTY, fields)


def _moved(key: EntityKey, change: FieldChange, now: Value) -> Disagreement:
    return Disagreement(key, change.path, change.before, change.after, now)
