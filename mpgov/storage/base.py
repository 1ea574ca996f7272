"""`exports/<project>/base.json`: the base as a file, sorted, readable, meant for git."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

from mpgov.core.base import Base, Refusal
from mpgov.core.change import value_as_json
from mpgov.core.json_text import JsonError, dump, load
from mpgov.core.model import (
    ENTITY_FIELDS,
    FLAGS,
    PROPERTY_FIELDS,
    SETS,
    UNSET,
    USER,
    Catalog,
    Entity,
    EntityKey,
    Json,
    Path,
    Property,
    Value,
    event,
)
from mpgov.core.normal import with_fields
from mpgov.errors import InputError

FORMAT = 1


def dump_base(base: Base, project: int, region: str) -> str:
    """The base as JSON text, the same text for the same base."""
    document: dict[str, Json] = {"format": FORMAT, "project": project, "region": region}
    events = {e.key.name: _entity_json(e, base) for e in base.agreed if e.key.kind == "event"}
    document["events"] = dict(sorted(events.items()))
    profile = base.agreed.entities.get(USER)
    if profile is not None:
        document["user"] = _entity_json(profile, base)
    if base.proposed:
        document["proposed"] = [*sorted(base.proposed)]
    if base.declared:
        document["declared"] = dict(base.declared)
    if base.refused:
        document["not_stored"] = [
            _refusal_json(key, path, refusal)
            for (key, path), refusal in sorted(base.refused.items(), key=lambda item: item[0])
        ]
    return dump(document, indent=1)


def load_base(text: str, file: str, project: int, region: str) -> Base:
    """The base that a file holds; refused for any other project, or if it is damaged."""
    hint = f"restore it from git, or delete {file} to start without a base"
    try:
        document = load(text)
    except JsonError as error:
        raise InputError(f"{file}:{error.line}:{error.column}: {error}", hint=hint) from None
    problem = _problem(document, project, region)
    if problem:
        raise InputError(f"{file}:1:1: {problem}", hint=hint)
    try:
        return _base(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{file}:1:1: is not a base: {error}", hint=hint) from None


def read_base(path: FilePath, project: int, region: str) -> Base:
    """The project's base; an empty one where there is no file yet."""
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Base()
    except UnicodeDecodeError:
        raise InputError(f"{path}:1:1: is not UTF-8", hint="restore it from git") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    return load_base(text, str(path), project, region)


def _problem(document: Any, project: int, region: str) -> str:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return f"is not a base of format {FORMAT}"
    if document.get("project") != project or document.get("region") != region:
        owner = f"{document.get('project')!s:.40} ({document.get('region')!s:.40})"
        return f"belongs to project {' '.join(owner.split())}, not to {project} ({region})"
    return ""


def _entity_json(entity: Entity, base: Base) -> dict[str, Json]:
    shown = _fields_json(entity, ENTITY_FIELDS)
    for name in sorted(SETS):
        beside = base.beside.get((entity.key, name))
        if beside:
            shown[f"{name}_beside"] = list(beside)
    properties: dict[str, Json] = {
        name: None if prop is None else _fields_json(prop, PROPERTY_FIELDS)
        for name, prop in sorted(entity.properties.items())
    }
    if properties:
        shown["properties"] = properties
    return shown


def _fields_json(thing: Entity | Property, names: Iterable[str]) -> dict[str, Json]:
    values = ((name, getattr(thing, name)) for name in names)
    return {name: value_as_json(value) for name, value in values if value is not UNSET}


def _refusal_json(key: EntityKey, path: Path, refusal: Refusal) -> dict[str, Json]:
    shown: dict[str, Json] = {"entity": key.kind, "name": key.name, "path": list(path)}
    if refusal.plan is not UNSET:
        shown["plan"] = value_as_json(refusal.plan)
    if refusal.lexicon is not UNSET:
        shown["lexicon"] = value_as_json(refusal.lexicon)
    return shown


def _base(document: Mapping[str, Any]) -> Base:
    entities: dict[EntityKey, Entity] = {}
    beside: dict[tuple[EntityKey, str], tuple[str, ...]] = {}
    keyed = [(event(name), shown) for name, shown in document.get("events", {}).items()]
    if "user" in document:
        keyed.append((USER, document["user"]))
    for key, shown in keyed:
        properties = {
            name: prop if prop is None else with_fields(Property(), _fields(prop, PROPERTY_FIELDS))
            for name, prop in shown.get("properties", {}).items()
        }
        entity = Entity(key, properties=properties)
        entities[key] = with_fields(entity, _fields(shown, ENTITY_FIELDS))
        for name in SETS:
            if f"{name}_beside" in shown:
                beside[key, name] = _texts(shown[f"{name}_beside"])
    refused = dict(_refusal(shown) for shown in document.get("not_stored", ()))
    proposed = frozenset(_texts(document.get("proposed", [])))
    declared = _checked(document.get("declared", {}), dict, "declared")
    return Base(Catalog(entities), beside, refused, proposed, declared)


def _fields(shown: Mapping[str, Any], names: Iterable[str]) -> dict[str, Value]:
    return {name: _value(name, shown[name]) for name in names if name in shown}


def _value(name: str, value: Any) -> Value:
    if name in SETS:
        return _texts(value)
    if name == "examples":
        return None if value is None else tuple(_checked(value, list, name))
    wanted = bool if name in FLAGS else str
    checked: Value = value if value is None else _checked(value, wanted, name)
    return checked


def _checked(value: Any, wanted: type, name: str) -> Any:
    if not isinstance(value, wanted):
        raise TypeError(f"{name} is {type(value).__name__}, expected {wanted.__name__}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(_checked(text, str, "an element")) for text in _checked(value, list, "a set"))


def _refusal(shown: Mapping[str, Any]) -> tuple[tuple[EntityKey, Path], Refusal]:
    path = _texts(shown["path"])
    key = EntityKey(shown["entity"], _checked(shown["name"], str, "name"))
    if (key != USER and key.kind != "event") or not _is_place(path):
        raise ValueError("not_stored names a place that there is not")
    return (key, path), Refusal(_remembered(shown, "plan"), _remembered(shown, "lexicon"))


def _is_place(path: Path) -> bool:
    """Whether a field can stand there."""
    match path:
        case (name,):
            return name in ENTITY_FIELDS
        case ("tags" | "owners" | "properties", _):
            return True
        case ("properties", _, name):
            return name in PROPERTY_FIELDS
    return False


def _remembered(shown: Mapping[str, Any], side: str) -> Value:
    if side not in shown:
        return UNSET
    value = shown[side]
    return tuple(value) if isinstance(value, list) else value
