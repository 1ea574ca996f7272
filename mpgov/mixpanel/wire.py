"""Mixpanel's JSON ⇄ entities: tolerant in reading, exact in writing; pure.

The Schemas API has two rules in one request (reference 4.7): a schema is *replaced*, what is left
out of it is gone; its metadata is *merged*, what is left out of it stays and `null` removes it.
So what is written is the whole stored schema with the changes laid over it, except the entity's
own metadata, of which only the keys that change are sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeGuard

from mpgov.core.json_text import as_plain_text, is_text, with_plain_texts
from mpgov.core.model import (
    PROFILE,
    Catalog,
    Entity,
    EntityKey,
    Json,
    Property,
    nothing,
)
from mpgov.core.normal import (
    element_key,
    plain_examples,
    plain_owners,
    plain_tags,
    plain_text,
    same,
)

Schema: TypeAlias = dict[str, Any]  # a schemaJson, whatever Mixpanel keeps in it

NAMESPACE: Final = "com.mixpanel"
TEAM: Final = "team:"
# design 4: our words for Mixpanel's types (reference 4.3)
_TYPES: Final = {"string", "number", "integer", "boolean", "object"}


@dataclass(frozen=True, slots=True)
class Stored:
    """What Mixpanel sent: a catalog of what we understand, and every entry as it came.

    `schemas` are the raw schemas of the catalog's entities; `others` are entries of kinds that
    mpgov shows but never writes (custom events, groups, whatever comes).
    """

    catalog: Catalog = field(default_factory=Catalog)
    schemas: Mapping[EntityKey, Schema] = field(default_factory=nothing)
    others: tuple[Schema, ...] = ()


def decode(entries: Iterable[Json], deprecated_tag: str) -> Stored:
    """The list that `GET …/schemas` answers; what is no entry at all is passed over.

    A name that no plan can say (empty, or with half a character in it) is nobody's to manage:
    its entry stands among the others, its property stays in the raw schema, as stored. In any
    other text U+FFFD stands for half a character; only what somebody changes is ever sent.
    """
    entities: dict[EntityKey, Entity] = {}
    schemas: dict[EntityKey, Schema] = {}
    others: list[Schema] = []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        key = _key(entry)
        if key is None:
            others.append(entry)
            continue
        schema = entry.get("schemaJson")
        schemas[key] = schema if isinstance(schema, dict) else {}
        entities[key] = decode_schema(key, schemas[key], deprecated_tag)
    return Stored(Catalog(entities), schemas, tuple(others))


def decode_schema(key: EntityKey, schema: Schema, deprecated_tag: str) -> Entity:
    """One schema as an entity in normal form; unknown keys and odd shapes are no obstacle."""
    meta = _metadata(schema)
    tags = _texts(meta.get("tags"))
    required = set(_texts(schema.get("required")))
    properties = schema.get("properties")
    return Entity(
        key=key,
        description=_text(schema.get("description")),
        display_name=_text(meta.get("displayName")),
        status=_status(meta, tags, deprecated_tag),
        hidden=meta.get("hidden") is True,
        tags=plain_tags(tuple(as_plain_text(tag) for tag in tags if tag != deprecated_tag)),
        owners=plain_owners(
            (
                *(as_plain_text(one) for one in _texts(meta.get("contacts")) if _is_person(one)),
                *(
                    TEAM + as_plain_text(team)
                    for team in _texts(meta.get("teamContacts"))
                    if _is_team(team)
                ),
            )
        ),
        properties={
            name: _property(prop, required=name in required)
            for name, prop in (properties.items() if isinstance(properties, dict) else ())
            if isinstance(prop, dict) and _is_name(name)
        },
    )


def unwrap(document: Json) -> Schema | None:
    """One schema out of the three shapes that circulate for a single one (reference 4.6)."""
    if not isinstance(document, dict):
        return None
    inner = document.get("results", document)
    if isinstance(inner, dict) and isinstance(inner.get("schemaJson"), dict):
        inner = inner["schemaJson"]
    return inner if isinstance(inner, dict) else None


def encode(
    before: Entity, after: Entity, stored: Schema | None, deprecated_tag: str
) -> dict[str, Any]:
    """The entry to POST: the whole stored schema, overlaid with what changes.

    `before` and `after` are normal; `stored` is what Mixpanel holds now, `None` for a new one.
    """
    schema = deepcopy(stored) if stored else {}
    _put(schema, "description", before.description, after.description)
    _encode_properties(schema, before, after)
    _encode_required(schema, before, after)
    meta = _changed_metadata(_metadata(stored or {}), before, after, deprecated_tag)
    others = schema.pop("metadata", None)
    kept = dict(others) if isinstance(others, dict) else {}
    kept.pop(NAMESPACE, None)
    if meta:
        kept[NAMESPACE] = meta
    if kept:
        schema["metadata"] = kept
    return {"entityType": after.key.kind, "name": after.key.name, "schemaJson": schema}


def cost(entry: Mapping[str, Any]) -> int:
    """What an entry counts of Mixpanel's updates a minute: itself and its properties."""
    schema = entry["schemaJson"]
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return 1 + (len(properties) if isinstance(properties, dict) else 0)


def _key(entry: Schema) -> EntityKey | None:
    name = entry.get("name")
    match entry.get("entityType"):
        case "event" if _is_name(name):
            return EntityKey("event", name)
        case "profile" if name == PROFILE:
            return EntityKey("profile", PROFILE)
    return None


def _metadata(holder: Mapping[str, Any]) -> Schema:
    """The `com.mixpanel` metadata of an entity or a property; empty where there is none."""
    metadata = holder.get("metadata")
    inner = metadata.get(NAMESPACE) if isinstance(metadata, dict) else None
    return inner if isinstance(inner, dict) else {}


def _status(meta: Schema, tags: tuple[str, ...], deprecated_tag: str) -> str | None:
    if meta.get("dropped") is True:
        return "blocked"
    return "deprecated" if deprecated_tag in tags else None


def _text(value: object) -> str | None:
    text = plain_text(value) if isinstance(value, str) else None
    return as_plain_text(text) if isinstance(text, str) else None


def _is_name(value: object) -> TypeGuard[str]:
    """Whether a plan can call something so."""
    return isinstance(value, str) and bool(value) and is_text(value)


def _texts(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else ()
    return tuple(text for text in listed if isinstance(text, str) and text)


def _property(prop: Schema, *, required: bool) -> Property:
    meta = _metadata(prop)
    type_ = _type(prop)
    examples = with_plain_texts(prop.get("examples"))
    return Property(
        type=type_,
        description=_text(prop.get("description")),
        display_name=_text(meta.get("displayName")),
        required=required,
        hidden=meta.get("hidden") is True,
        blocked=meta.get("dropped") is True,
        examples=plain_examples(tuple(examples) if isinstance(examples, list) else None, type_),
    )


def _type(prop: Schema) -> str | None:
    """Our word for Mixpanel's type; none for what the published API does not know."""
    match prop.get("type"), prop.get("format"):
        case "string", "date-time":
            return "datetime"
        case "array", _:
            return "list"
        case str() as known, _ if known in _TYPES:
            return known
    return None


def _put(holder: Schema, key: str, before: object, after: object) -> None:
    """Lay one value over a schema: a cleared one is left out, an unchanged one stays as stored."""
    if after == before:
        return
    if after is None:
        holder.pop(key, None)
    else:
        holder[key] = after


def _encode_properties(schema: Schema, before: Entity, after: Entity) -> None:
    stored = schema.get("properties")
    properties = dict(stored) if isinstance(stored, dict) else {}
    for name in before.properties.keys() - after.properties.keys():
        properties.pop(name, None)
    for name, new in after.properties.items():
        old = before.properties.get(name)
        if new is not None and new is not old:
            holder = properties.get(name)
            properties[name] = dict(holder) if isinstance(holder, dict) else {}
            _encode_property(properties[name], old or Property(type=None), new)
    if properties or isinstance(stored, dict):
        schema["properties"] = properties


def _encode_property(holder: Schema, old: Property, new: Property) -> None:
    if new.type != old.type:
        _encode_type(holder, str(new.type) if new.type else None)
    _put(holder, "description", old.description or None, new.description)
    if not same("examples", old.examples or None, new.examples):
        holder.pop("examples", None)
        if isinstance(new.examples, tuple):
            holder["examples"] = list(new.examples)
    changed: Schema = {}
    if new.display_name != (old.display_name or None):
        changed["displayName"] = new.display_name
    for key, was, now in (
        ("hidden", old.hidden, new.hidden),
        ("dropped", old.blocked, new.blocked),
    ):
        if bool(was) != bool(now):
            changed[key] = bool(now)
    if changed:
        metadata = holder.get("metadata")
        merged = dict(metadata) if isinstance(metadata, dict) else {}
        merged[NAMESPACE] = {**_metadata(holder), **changed}
        holder["metadata"] = merged


def _encode_type(holder: Schema, type_: str | None) -> None:
    if holder.get("format") == "date-time":
        del holder["format"]
    match type_:
        case None:
            holder.pop("type", None)
        case "datetime":
            holder.update(type="string", format="date-time")
        case "list":
            holder["type"] = "array"
        case _:
            holder["type"] = type_


def _encode_required(schema: Schema, before: Entity, after: Entity) -> None:
    """The entity's list of required names: stored order, what we do not know stays."""
    wanted = {name for name, prop in after.properties.items() if prop and prop.required is True}
    known = before.properties.keys() | after.properties.keys()
    stored = _texts(schema.get("required"))
    listed = [name for name in stored if name in wanted or name not in known]
    listed += [name for name in after.properties if name in wanted and name not in stored]
    if listed == list(stored):
        return
    if listed:
        schema["required"] = listed
    else:
        schema.pop("required", None)


def _changed_metadata(
    stored: Schema, before: Entity, after: Entity, deprecated_tag: str
) -> dict[str, Json]:
    """Of the entity's metadata only the keys that change; a cleared one is `null`."""
    changed: dict[str, Json] = {}
    if after.display_name != before.display_name:
        changed["displayName"] = _json_text(after.display_name)
    if bool(after.hidden) != bool(before.hidden):
        changed["hidden"] = bool(after.hidden)
    if (after.status == "blocked") != (before.status == "blocked"):
        changed["dropped"] = after.status == "blocked"
    if not same("tags", before.tags, after.tags) or before.status != after.status:
        _put_list(changed, "tags", stored, _wanted_tags(stored, after, deprecated_tag))
    if not same("owners", before.owners, after.owners):
        owners = _listed(after.owners)
        teams = [owner.removeprefix(TEAM) for owner in owners if owner.startswith(TEAM)]
        people = [owner for owner in owners if not owner.startswith(TEAM)]
        strange = [one for one in _texts(stored.get("contacts")) if not _is_person(one)]
        contacts = _in_stored_order(stored, "contacts", [*people, *strange])
        _put_list(changed, "contacts", stored, contacts)
        strange = [one for one in _texts(stored.get("teamContacts")) if not _is_team(one)]
        wanted = _in_stored_order(stored, "teamContacts", [*teams, *strange])
        _put_list(changed, "teamContacts", stored, wanted)
    return changed


def _wanted_tags(stored: Schema, after: Entity, deprecated_tag: str) -> list[str]:
    """The tags, and with them the one that says deprecated, which a blocked event keeps."""
    wanted = _listed(after.tags)
    tagged = deprecated_tag in _texts(stored.get("tags"))
    if after.status == "deprecated" or (after.status == "blocked" and tagged):
        wanted.append(deprecated_tag)
    return _in_stored_order(stored, "tags", wanted)


def _in_stored_order(stored: Schema, key: str, wanted: list[str]) -> list[str]:
    """What is wanted: first as stored, in its order and spelling, then what is new."""
    field_name = "owners" if key == "contacts" else "tags"
    missing = {element_key(field_name, as_plain_text(text)): text for text in wanted}
    there = [(element_key(field_name, as_plain_text(t)), t) for t in _texts(stored.get(key))]
    kept = [text for key_, text in there if key_ in missing]
    for key_, _ in there:
        missing.pop(key_, None)
    return [*kept, *missing.values()]


def _put_list(changed: dict[str, Json], key: str, stored: Schema, wanted: list[str]) -> None:
    if wanted != list(_texts(stored.get(key))):
        changed[key] = list(wanted) if wanted else None


def _is_person(contact: str) -> bool:
    """Whether a contact can be said in a plan: an e-mail. Any other goes back as it is stored."""
    name, at, domain = contact.partition("@")
    odd = contact.startswith(TEAM) or any(c.isspace() or c == "@" for c in name + domain)
    return bool(name and at and domain) and not odd


def _is_team(team: str) -> bool:
    """Whether a team can be said in a plan."""
    return bool(team.strip()) and "\n" not in team


def _listed(value: object) -> list[str]:
    return list(value) if isinstance(value, tuple) else []


def _json_text(value: object) -> Json:
    return value if isinstance(value, str) else None
