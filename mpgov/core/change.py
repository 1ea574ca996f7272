"""What would be done, as data: changes in a fixed order, counted, pinned and undone as values.

A `Change` is whole entities before and after; what differs between them is read off as
`FieldChange`s. Nothing here knows how a change is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    UNSET,
    Entity,
    EntityKey,
    Json,
    Path,
    Property,
    Value,
)
from mpgov.core.normal import BLANK_PROPERTY, blank, is_empty, same
from mpgov.core.volumes import Volumes


@dataclass(frozen=True, slots=True)
class Create:
    """An entity that Lexicon does not hold yet."""

    after: Entity

    @property
    def key(self) -> EntityKey:
        """Which entity it is."""
        return self.after.key


@dataclass(frozen=True, slots=True)
class Update:
    """An entity that Lexicon holds and that is to say something else."""

    before: Entity
    after: Entity

    @property
    def key(self) -> EntityKey:
        """Which entity it is."""
        return self.after.key


@dataclass(frozen=True, slots=True)
class Delete:
    """An entity whose definition is to go (the data stays)."""

    before: Entity

    @property
    def key(self) -> EntityKey:
        """Which entity it is."""
        return self.before.key


Change: TypeAlias = Create | Update | Delete
Verb: TypeAlias = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; `UNSET` where there is nothing.

    The path is `("description",)`, `("properties", "revenue", "type")` or, for a property that
    goes as a whole, `("properties", "revenue")`.
    """

    path: Path
    before: Value = UNSET
    after: Value = UNSET


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All changes, in order, and what is known of them.

    `held` counts the entities that Lexicon held. `foreign` are the fields whose text nobody of
    this project ever said: somebody typed it in Mixpanel. With `fill_only` nothing of it replaces
    a text or takes anything from a set.
    """

    changes: tuple[Change, ...] = ()
    held: int = 0
    foreign: frozenset[tuple[EntityKey, Path]] = field(default_factory=frozenset)
    volumes: Volumes | None = None
    fill_only: bool = False

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def count(self, verb: Verb) -> int:
        """How many of them create, update or delete."""
        return sum(verb_of(change) == verb for change in self.changes)

    def inverse(self) -> ChangeSet:
        """What puts everything back."""
        return ChangeSet(tuple(_inverse(change) for change in self.changes), self.held)

    def fingerprint(self) -> str:
        """SHA-256 of what is changed, whoever computes it, wherever."""
        text = json.dumps(
            [change_as_json(change) for change in self.changes],
            sort_keys=True,
            ensure_ascii=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode()).hexdigest()


def verb_of(change: Change) -> Verb:
    """What the change does, in a word."""
    match change:
        case Create():
            return "create"
        case Update():
            return "update"
        case Delete():
            return "delete"


def sides(change: Change) -> tuple[Entity, Entity]:
    """Before and after; a blank entity where there is none."""
    match change:
        case Create(after):
            return blank(after.key), after
        case Update(before, after):
            return before, after
        case Delete(before):
            return before, blank(before.key)


def field_changes(change: Change) -> tuple[FieldChange, ...]:
    """Every field that differs, entity fields first, then properties by name."""
    before, after = sides(change)
    found = list(_differing((), ENTITY_FIELDS, before, after, new=isinstance(change, Create)))
    for name in sorted({*before.properties, *after.properties}):
        old, new = before.properties.get(name), after.properties.get(name)
        if old is not new:
            found += _property_changes(("properties", name), old, new)
    return tuple(found)


def field_value(entity: Entity, path: Path) -> Value:
    """The value at a path; `UNSET` where the property is not there."""
    if path[0] != "properties":
        value: Value = getattr(entity, path[0])
        return value
    prop = entity.properties.get(path[1])
    if prop is None:
        return UNSET
    return property_as_json(prop) if len(path) == 2 else getattr(prop, path[2])


def change_as_json(change: Change) -> dict[str, Json]:
    """The change as design 5 writes it."""
    return {
        "action": verb_of(change),
        "entity": change.key.kind,
        "name": change.key.name,
        "fields": [field_as_json(f) for f in field_changes(change)],
    }


def field_as_json(change: FieldChange) -> dict[str, Json]:
    """A field's change as design 5 writes it."""
    shown: dict[str, Json] = {"path": list(change.path)}
    if change.before is not UNSET:
        shown["before"] = value_as_json(change.before)
    if change.after is not UNSET:
        shown["after"] = value_as_json(change.after)
    return shown


def value_as_json(value: Value) -> Json:
    """A field's value as JSON has it; `UNSET` must be left out by the caller."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    if value is UNSET:
        raise ValueError("UNSET has no JSON")
    return value


def property_as_json(prop: Property) -> dict[str, Json]:
    """What is said of a property to Lexicon, without what is empty."""
    values = ((name, getattr(prop, name)) for name in PROPERTY_FIELDS)
    return {
        name: value_as_json(value)
        for name, value in values
        if value is not UNSET and not is_empty(value)
    }


def _differing(
    prefix: Path,
    names: tuple[str, ...],
    before: Entity | Property,
    after: Entity | Property,
    *,
    new: bool,
) -> Iterator[FieldChange]:
    for name in names:
        was, now = getattr(before, name), getattr(after, name)
        if was is not now and not same(name, was, now):
            yield FieldChange((*prefix, name), UNSET if new else _shown(was), _shown(now))


def _property_changes(
    path: Path, old: Property | None, new: Property | None
) -> Iterator[FieldChange]:
    if new is None:
        if old is not None:
            yield FieldChange(path, before=property_as_json(old))
        return
    if old is None and new == BLANK_PROPERTY:
        yield FieldChange(path, after={})
    fresh = old is None
    yield from _differing(path, PROPERTY_FIELDS, old or BLANK_PROPERTY, new, new=fresh)


def _shown(value: Value) -> Value:
    return UNSET if is_empty(value) and value is not False else value


def _inverse(change: Change) -> Change:
    match change:
        case Create(after):
            return Delete(after)
        case Update(before, after):
            return Update(after, before)
        case Delete(before):
            return Create(before)
