"""The normal form: what a catalog says to Lexicon, each thing spelled in one way.

Two catalogs say the same when their normal forms are equal. In it there is no `None` and no
absence beside a value that means the same: an unhidden event is `hidden=False`, no tags are `()`,
a cleared text is `None`. What only people and checks read is gone; `UNSET` stays `UNSET`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar, cast

from mpgov.core.model import (
    ENTITY_FIELDS,
    PROPERTY_FIELDS,
    UNSET,
    Catalog,
    Entity,
    EntityKey,
    Flag,
    Json,
    Property,
    Text,
    Texts,
    Unset,
    Value,
    Values,
)

T = TypeVar("T", Entity, Property)

TEXT_TYPES: Final = frozenset({"string", "datetime"})
BLANK_PROPERTY: Final = Property(
    type=None,
    description=None,
    display_name=None,
    required=False,
    hidden=False,
    blocked=False,
    examples=None,
)


def normal(catalog: Catalog) -> Catalog:
    """What the catalog says to Lexicon; proposed events are not said."""
    return Catalog({e.key: normal_entity(e) for e in catalog if e.status != "proposed"})


def normal_entity(entity: Entity) -> Entity:
    """One entity in normal form."""
    return Entity(
        key=entity.key,
        description=plain_text(entity.description),
        display_name=plain_text(entity.display_name),
        status=None if entity.status in {"expected", "live"} else entity.status,
        hidden=plain_flag(entity.hidden),
        tags=plain_tags(_with_category(entity.tags, entity.category)),
        owners=plain_owners(entity.owners),
        properties={
            name: prop and normal_property(prop) for name, prop in entity.properties.items()
        },
        at=entity.at,
        places=entity.places,
        was=entity.was,
    )


def normal_property(prop: Property) -> Property:
    """One property in normal form."""
    return Property(
        type=prop.type,
        description=plain_text(prop.description),
        display_name=plain_text(prop.display_name),
        required=plain_flag(prop.required),
        hidden=plain_flag(prop.hidden),
        blocked=plain_flag(prop.blocked),
        examples=plain_examples(prop.examples, prop.type),
        at=prop.at,
        places=prop.places,
    )


def blank(key: EntityKey) -> Entity:
    """An entity of which nothing is said: what a new one is compared with."""
    return Entity(
        key, description=None, display_name=None, status=None, hidden=False, tags=(), owners=()
    )


def known(catalog: Catalog) -> Catalog:
    """A normal catalog as Lexicon would answer it: what is not said is empty, not unset."""
    return Catalog({entity.key: _known_entity(entity) for entity in catalog})


def filled_property(said: Property, known: Property = BLANK_PROPERTY) -> Property:
    """`known`, with every synced field that `said` mentions."""
    return Property(
        type=known.type if said.type is UNSET else said.type,
        description=known.description if said.description is UNSET else said.description,
        display_name=known.display_name if said.display_name is UNSET else said.display_name,
        required=known.required if said.required is UNSET else said.required,
        hidden=known.hidden if said.hidden is UNSET else said.hidden,
        blocked=known.blocked if said.blocked is UNSET else said.blocked,
        examples=known.examples if said.examples is UNSET else said.examples,
        at=said.at or known.at,
        places=said.places or known.places,
    )


def sparse(catalog: Catalog) -> Catalog:
    """What Lexicon says as a plan would: only what is not empty is mentioned."""
    return Catalog({e.key: _sparse_entity(e) for e in catalog})


def with_fields(thing: T, fields: Mapping[str, Value]) -> T:
    """A copy of an entity or property in which these fields say something else."""
    return replace(thing, **cast("Any", fields))


def plain_text(text: Text) -> Text:
    """Text without its final newline; empty text is no text."""
    if isinstance(text, str):
        return text.removesuffix("\n") or None
    return text


def plain_flag(flag: Flag) -> Flag:
    """No flag is the same as false."""
    return False if flag is None else flag


def plain_tags(texts: Texts) -> Texts:
    """Each tag once, in one order; none is `()`."""
    return texts if isinstance(texts, Unset) else tuple(sorted(set(texts or ())))


def plain_owners(texts: Texts) -> Texts:
    """Each owner once, in one order; e-mails that differ in case alone are one."""
    if isinstance(texts, Unset):
        return UNSET
    unique: dict[str, str] = {}
    for text in texts or ():
        unique.setdefault(element_key("owners", text), text)
    return tuple(unique[key] for key in sorted(unique))


def element_key(field: str, element: str) -> str:
    """What makes two elements of a set the same: the text; of owners, an e-mail without case."""
    if field == "owners" and not element.startswith("team:"):
        return element.casefold()
    return element


def plain_examples(examples: Values, type_: Text) -> Values:
    """Examples as JSON means them; those of a text type are texts."""
    if isinstance(examples, Unset) or not examples:
        return examples if isinstance(examples, Unset) else None
    if type_ in TEXT_TYPES:
        return tuple(as_text(value) for value in examples)
    return tuple(plain_json(value) for value in examples)


def as_text(value: Json) -> str:
    """A value as its characters: text as it is, anything else as JSON writes it."""
    return value if isinstance(value, str) else json.dumps(plain_json(value), ensure_ascii=False)


def plain_json(value: Json) -> Json:
    """JSON in which 1.0 is 1, as it is for every reader of JSON."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain_json(item) for key, item in value.items()}
    return value


def same(field: str, one: Value, other: Value) -> bool:
    """Whether two normal values of a field are the same; `True` is not 1."""
    if one is other:
        return True
    if field == "owners" and isinstance(one, tuple) and isinstance(other, tuple):
        return [element_key(field, str(o)) for o in one] == [
            element_key(field, str(o)) for o in other
        ]
    if field == "examples" and isinstance(one, tuple) and isinstance(other, tuple):
        return one == other and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    return type(one) is type(other) and one == other


def is_empty(value: Value) -> bool:
    """Whether nobody said anything: no text, no elements, not flagged."""
    return value is None or value is False or value == ()


def _with_category(tags: Texts, category: Text) -> Texts:
    if isinstance(category, str) and category:
        return (*(tags if isinstance(tags, tuple) else ()), category)
    return tags


def _sparse_entity(entity: Entity) -> Entity:
    properties = {
        name: prop and with_fields(prop, _empty(prop, PROPERTY_FIELDS))
        for name, prop in entity.properties.items()
    }
    return with_fields(replace(entity, properties=properties), _empty(entity, ENTITY_FIELDS))


def _empty(thing: Entity | Property, names: tuple[str, ...]) -> dict[str, Value]:
    return {name: UNSET for name in names if is_empty(getattr(thing, name))}


def _known_entity(entity: Entity) -> Entity:
    properties = {
        name: filled_property(prop) for name, prop in entity.properties.items() if prop is not None
    }
    said = {name: getattr(entity, name) for name in ENTITY_FIELDS}
    return with_fields(
        replace(blank(entity.key), properties=properties),
        {name: value for name, value in said.items() if value is not UNSET},
    )
