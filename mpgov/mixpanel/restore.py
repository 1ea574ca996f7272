"""What a run changed, put back as Mixpanel held it: the raw entry, not only what we understand.

A change back is encoded like any other; then every slot of the schema that nobody touched since
the run gets exactly what stood there before, spelling, order and unknown keys included.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from mpgov.core.change import Create, Delete, Update, field_changes
from mpgov.core.model import Path
from mpgov.mixpanel.lexicon import Item
from mpgov.mixpanel.wire import NAMESPACE, Schema, cost

# The keys of an entity's own metadata that a field of ours stands for.
_KEYS: Final = {
    "display_name": ("displayName",),
    "hidden": ("hidden",),
    "status": ("dropped", "tags"),
    "tags": ("tags",),
    "owners": ("contacts", "teamContacts"),
}


def restored(item: Item, before: Schema | None, after: Schema | None, now: Schema | None) -> Item:
    """The item with what stood there `before`, wherever `now` is still what the run left."""
    change = item.change
    if isinstance(change, Delete) or before is None or item.entry is None:
        return item
    if isinstance(change, Create):
        entry = {**item.entry, "schemaJson": deepcopy(before)}
        return replace(item, entry=entry, cost=cost(entry))
    entry = {**item.entry, "schemaJson": _schema(item.entry, change, before, (after, now))}
    return replace(item, entry=entry, cost=cost(entry))


def _schema(
    entry: dict[str, Any], change: Update, before: Schema, sides: tuple[Schema | None, ...]
) -> Schema:
    after, now = ({} if side is None else side for side in sides)
    schema: Schema = deepcopy(entry["schemaJson"])
    paths = [one.path for one in field_changes(change)]
    for key in _top_level(paths):
        if now.get(key) == after.get(key):
            _put(schema, key, before)
    _put_properties(schema, paths, (before, after, now))
    _put_metadata(schema, paths, (before, after, now))
    return schema


def _top_level(paths: list[Path]) -> Iterator[str]:
    if ("description",) in paths:
        yield "description"
    if any(path[0] == "properties" and path[2:] in {(), ("required",)} for path in paths):
        yield "required"


def _put(holder: Schema, key: str, before: Schema) -> None:
    if key in before:
        holder[key] = deepcopy(before[key])
    else:
        holder.pop(key, None)


def _put_properties(
    schema: Schema, paths: list[Path], sides: tuple[Schema, Schema, Schema]
) -> None:
    before, after, now = (_mapping(side.get("properties")) for side in sides)
    properties = _mapping(schema.get("properties"))
    for name in {path[1] for path in paths if path[0] == "properties"}:
        if now.get(name) == after.get(name):
            _put(properties, name, before)
            _null_what_was_not_there(properties.get(name), now.get(name))
    if properties or isinstance(sides[0].get("properties"), dict):
        schema["properties"] = properties
    else:
        schema.pop("properties", None)


def _null_what_was_not_there(prop: Any, now: Any) -> None:
    """A property's metadata is merged, too: what is to go is said."""
    if not isinstance(prop, dict):
        return
    inner = _mapping(_mapping(prop.get("metadata")).get(NAMESPACE))
    there = _mapping(_mapping(_mapping(now).get("metadata")).get(NAMESPACE))
    gone: Schema = dict.fromkeys(there.keys() - inner.keys())
    if gone:
        prop["metadata"] = {**_mapping(prop.get("metadata")), NAMESPACE: {**inner, **gone}}


def _put_metadata(schema: Schema, paths: list[Path], sides: tuple[Schema, Schema, Schema]) -> None:
    """The entity's own metadata: merged by Mixpanel, so what was not there goes as `null`."""
    before, after, now = (_mapping(_mapping(s.get("metadata")).get(NAMESPACE)) for s in sides)
    changed = dict(_mapping(_mapping(schema.get("metadata")).get(NAMESPACE)))
    for key in {key for path in paths for key in _KEYS.get(path[0], ())}:
        if now.get(key) == after.get(key) and now.get(key) != before.get(key):
            changed[key] = deepcopy(before.get(key))
    if changed:
        schema["metadata"] = {**_mapping(schema.get("metadata")), NAMESPACE: changed}


def _mapping(value: object) -> Schema:
    return value if isinstance(value, dict) else {}
