"""The plan laid over Lexicon: what is said of an event or a property, by whichever says it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeVar

from mpgov.core.model import UNSET, Catalog, Entity, EntityKey, Property
from mpgov.core.normal import is_empty

T = TypeVar("T", Entity, Property)

# What a plan's silence leaves to Lexicon.
_SAID: Final = ("description", "display_name", "status", "hidden", "tags", "owners")
_SAID_OF_PROPERTY: Final = ("type", "description", "display_name", "required", "examples")


def joined(plan: Catalog | None, lexicon: Catalog | None) -> Catalog:
    """Every entity of either; the plan's word first, its places and plan-only parts kept."""
    if lexicon is None:
        return plan or Catalog()
    if plan is None:
        return Catalog(dict(lexicon.entities))
    entities: dict[EntityKey, Entity] = dict(lexicon.entities)
    for entity in plan:
        stored = lexicon.entities.get(entity.key)
        entities[entity.key] = entity if stored is None else _laid_over(entity, stored)
    return replace(plan, entities=dict(sorted(entities.items())))


def types_apart(plan: Catalog, lexicon: Catalog) -> list[tuple[Entity, str, Property, str]]:
    """Properties whose type is another in the plan than in Lexicon: with the one of Lexicon.

    Whether a number is whole cannot be seen in Mixpanel (reference 15.29).
    """
    found = []
    for entity in plan:
        stored = lexicon.entities.get(entity.key)
        for name, prop in entity.properties.items() if stored else ():
            there = stored and stored.properties.get(name)
            if prop is None or not there:
                continue
            mine, theirs = _plain(prop.type), _plain(there.type)
            if mine and theirs and mine != theirs:
                found.append((entity, name, prop, str(there.type)))
    return found


def _plain(type_: object) -> str:
    text = type_ if isinstance(type_, str) else ""
    return "number" if text == "integer" else text


def _laid_over(said: Entity, stored: Entity) -> Entity:
    properties = dict(stored.properties)
    for name, prop in said.properties.items():
        there = properties.pop(name, None)
        if prop is not None:
            properties[name] = prop if there is None else _filled(prop, there, _SAID_OF_PROPERTY)
    return replace(_filled(said, stored, _SAID), properties=properties)


def _filled(said: T, stored: T, names: tuple[str, ...]) -> T:
    """What is said, and where it says nothing what is stored."""
    missing = {
        name: getattr(stored, name)
        for name in names
        if (getattr(said, name) is UNSET or is_empty(getattr(said, name)))
        and not is_empty(getattr(stored, name))
    }
    return replace(said, **missing) if missing else said
