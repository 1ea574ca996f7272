"""A catalog → the text of a plan: sorted, one line a value, and only what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from mpgov.core.model import (
    UNSET,
    USER,
    Catalog,
    Deprecation,
    Entity,
    Governance,
    Identity,
    Property,
    Waiver,
)
from mpgov.core.normal import TEXT_TYPES, as_text
from mpgov.formats.plan_fields import (
    DEPRECATION,
    ENTITY,
    GOVERNANCE,
    IDENTITY,
    LATE,
    SUPER_PROPERTY,
    WAIVER,
)
from mpgov.formats.yaml_text import EMPTY, Style

Document: TypeAlias = Mapping[str, object]
_NOTHING_SAID: Final = Property()


def dumps(catalog: Catalog) -> str:
    """The plan as one YAML file, the same for the same catalog.

    What is said of `$user` itself, apart from its properties, has no place in a plan.
    """
    return text_of(sections(catalog))


def text_of(said: Mapping[str, object]) -> str:
    """The text of a plan's file with these sections."""
    style = Style()
    lines = ["mpgov: 1"]
    for name, section in said.items():
        lines.append("")
        if name == "events" and isinstance(section, Mapping):
            lines += ["events:", *style.mapping(section, style.step, spaced=True)]
        else:
            lines += style.pair(name, section)
    return "\n".join(lines) + "\n"


def entity_document(entity: Entity, shared: Mapping[str, Property]) -> Document:
    """What a plan says below the name of an event."""
    said = {name: getattr(entity, name) for name in ENTITY}
    if isinstance(entity.deprecated, Deprecation):
        said["deprecated"] = _said(entity.deprecated, DEPRECATION)
    properties = said.pop("properties")
    document = {name: value for name, value in said.items() if value is not UNSET}
    if not entity.extra:
        del document["extra"]
    if properties:
        document["properties"] = _properties(properties, shared)
    return document or EMPTY


def property_document(prop: Property, shared: Property = _NOTHING_SAID) -> Document:
    """What a plan says below the name of a property that begins as its shared definition."""
    document: dict[str, object] = {}
    for name in SUPER_PROPERTY:
        value = getattr(prop, name)
        if value is UNSET or (name == "type" and value is None):
            continue
        if name in LATE and prop.type in TEXT_TYPES and value:
            value = tuple(as_text(one) for one in value)
        before = getattr(shared, name)
        if repr(value) != repr(before) and not (name == "extra" and not value and not before):
            document[name] = value
    return document or EMPTY


def sections(catalog: Catalog) -> dict[str, object]:
    """What a plan says below the names of its sections."""
    shared = catalog.shared
    user = catalog.entities.get(USER)
    events = {e.key.name: entity_document(e, shared) for e in catalog if e.key.kind == "event"}
    groups = {name: _properties(said, {}) for name, said in catalog.group_properties.items()}
    found: dict[str, object] = {
        "properties": _properties(shared, {}),
        "events": _sorted(events),
        "user_properties": _properties(user.properties, shared) if user else None,
        "group_properties": _sorted(groups),
        "super_properties": _properties(catalog.super_properties, {}),
        "identity": _identity(catalog.identity),
        "governance": _said(catalog.governance, GOVERNANCE),
        "waive": [_said(one, WAIVER) for one in catalog.waivers],
    }
    there = {"user_properties"} if user else set()
    return {name: section for name, section in found.items() if section or name in there}


def _properties(
    properties: Mapping[str, Property | None], shared: Mapping[str, Property]
) -> Document:
    return _sorted(
        {
            name: prop and property_document(prop, shared.get(name, _NOTHING_SAID))
            for name, prop in properties.items()
        }
    )


def _sorted(section: Document) -> Document:
    return dict(sorted(section.items())) if section else EMPTY


def _identity(identity: Identity) -> Document:
    said = {name: getattr(identity, name, UNSET) for name in IDENTITY}
    if identity.user_id_pattern is not UNSET:
        said["user_id"] = {"pattern": identity.user_id_pattern}
    return {name: value for name, value in said.items() if value is not UNSET}


def _said(thing: Deprecation | Governance | Waiver, names: Mapping[str, object]) -> Document:
    values = {name: getattr(thing, name) for name in names}
    return {name: value for name, value in values.items() if value is not UNSET and value != ""}
