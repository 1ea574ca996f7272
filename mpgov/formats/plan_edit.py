"""Change a plan's file where it stands: comments, order, quotes and blank lines stay.

Only the characters of what changes are touched, and the result is read again before anybody sees
it: it must mean what was wanted, or there is no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

from mpgov.core.model import (
    UNSET,
    Catalog,
    Deprecation,
    Entity,
    EntityKey,
    Path,
    Property,
    Unset,
    Value,
)
from mpgov.core.normal import with_fields
from mpgov.errors import InputError
from mpgov.formats.base import Source
from mpgov.formats.plan_fields import LATE
from mpgov.formats.plan_wanted import ORDERS, SPACED, style_of, wanted_document
from mpgov.formats.plan_yaml import loads
from mpgov.formats.yaml_layout import CannotPatchError
from mpgov.formats.yaml_nodes import compose
from mpgov.formats.yaml_patch import Patch
from mpgov.formats.yaml_problems import File, Problems

Retyped: TypeAlias = set[tuple[EntityKey, str]]
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class SetField:
    """Let a field say something else.

    The path is `("description",)`, `("properties", name, "type")`, or `("properties", name)` with
    a `Property`. `None` writes null; `UNSET` takes the field out of the plan. An entity or a
    property that the file lacks is added.
    """

    key: EntityKey
    path: Path
    value: Value | Property | Deprecation


@dataclass(frozen=True, slots=True)
class AddEntity:
    """Add an entity at the end; of one that the file has, what is said is set."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class RemoveEntity:
    """Take an entity out of the plan."""

    key: EntityKey


Edit: TypeAlias = SetField | AddEntity | RemoveEntity


def edit(text: str, edits: Sequence[Edit], name: str = "plan.yaml") -> str:
    """The text of a plan's file with the edits made; `name` is the file, for messages.

    Shared definitions in other files are not known here: what an edit says is written in full.
    """
    before = _read(text, name)
    after, retyped = _edited(before, edits)
    return _changed(text, name, before, after, retyped)


def edited(catalog: Catalog, edits: Iterable[Edit]) -> Catalog:
    """What a plan means after the edits."""
    return _edited(catalog, edits)[0]


def update(text: str, catalog: Catalog, name: str = "plan.yaml") -> str:
    """The text of a plan's only file, made to say this catalog; what it says already stays."""
    return _changed(text, name, _read(text, name), catalog, set())


def _read(text: str, name: str) -> Catalog:
    return loads([Source(name, text.encode())]).catalog


def _changed(text: str, name: str, before: Catalog, after: Catalog, retyped: Retyped) -> str:
    """The text that means `after`, at the least cost to how it is written."""
    if before == after:
        return text
    for whole in (False, True):
        with suppress(CannotPatchError, InputError):
            changed = _patched(text, name, before, after, whole=whole)
            if _without_late(_read(changed, name), retyped) == _without_late(after, retyped):
                return changed
    raise InputError(
        f"{name}:1:1: is written in a way that mpgov cannot change in place",
        hint="change it by hand, or write anchors and aliases (&name, *name) out",
    )


def _patched(text: str, name: str, before: Catalog, after: Catalog, *, whole: bool) -> str:
    body = text.removeprefix(_BOM)
    line_end = "" if body.endswith("\n") else "\n"
    file = File(name, body + line_end)
    root, _ = compose(file, Problems())
    if root is None:
        raise CannotPatchError
    patch = Patch(file.text, style_of(root), ORDERS, SPACED)
    patch.mapping(root, wanted_document(root, before, after, whole=whole))
    changed = patch.result().removesuffix(patch.newline if line_end else "")
    return _BOM + changed if text.startswith(_BOM) else changed


def _edited(catalog: Catalog, edits: Iterable[Edit]) -> tuple[Catalog, Retyped]:
    """What the plan means after the edits; and the properties that got another type.

    The examples of those stay as written, and mean what the new type makes of them.
    """
    entities = dict(catalog.entities)
    retyped: Retyped = set()
    late: Retyped = set()
    for one in edits:
        match one:
            case RemoveEntity(key):
                entities.pop(key, None)
            case AddEntity(entity):
                known = entities.get(entity.key, Entity(entity.key))
                entities[entity.key] = _overlaid(known, entity, catalog)
            case SetField(key, path, value):
                known = entities.get(key, Entity(key))
                entities[key] = _with_value(known, path, value, catalog)
                if path[2:] == ("type",):
                    retyped.add((key, path[1]))
                elif path[2:] and path[2] in LATE:
                    late.add((key, path[1]))
    return replace(catalog, entities=entities), retyped - late


def _with_value(entity: Entity, path: Path, value: object, catalog: Catalog) -> Entity:
    if path[0] != "properties":
        return with_fields(entity, _field(path[0], value))
    properties = dict(entity.properties)
    shared = catalog.shared.get(path[1], Property())
    if len(path) == 3:
        field = path[2]
        said = _field(field, getattr(shared, field) if value is UNSET else value)
        properties[path[1]] = with_fields(properties.get(path[1]) or shared, said)
    elif isinstance(value, Unset):
        properties.pop(path[1], None)
    else:
        begun = with_fields(shared, _said(value)) if isinstance(value, Property) else None
        properties[path[1]] = begun
    return replace(entity, properties=properties)


def _field(name: str, value: object) -> dict[str, Value]:
    """A field as the reader of plans gives it: emptiness is null, nothing is there twice."""
    if isinstance(value, tuple) and name not in LATE:
        value = tuple(dict.fromkeys(value))
    if name == "extra":
        value = value or {}
    return {name: cast("Value", None if value in ("", ()) else value)}


def _said(thing: Entity | Property) -> dict[str, Value]:
    """Every field that is said, by name."""
    said: dict[str, Value] = {}
    for name in thing.__dataclass_fields__:
        value = getattr(thing, name)
        if name not in {"key", "properties", "at", "places"} and value is not UNSET:
            said |= _field(name, value)
    if not thing.extra:
        del said["extra"]
    return said


def _overlaid(known: Entity, new: Entity, catalog: Catalog) -> Entity:
    """The entity with everything that the new one says."""
    entity = with_fields(known, _said(new))
    for name, prop in new.properties.items():
        entity = _with_value(entity, ("properties", name), prop, catalog)
    return entity


def _without_late(catalog: Catalog, retyped: Retyped) -> Catalog:
    """The catalog without the values whose meaning changed with their type."""
    entities = dict(catalog.entities)
    for key, name in retyped:
        prop = entities[key].properties.get(name) if key in entities else None
        if prop is not None:
            blank = with_fields(prop, dict.fromkeys(LATE, UNSET))
            properties = {**entities[key].properties, name: blank}
            entities[key] = replace(entities[key], properties=properties)
    return replace(catalog, entities=entities)
