"""A saved change set: the document that `diff --format json` writes (design 5), read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from mpgov.core.change import FieldChange, field_as_json
from mpgov.core.json_text import JsonError, load
from mpgov.core.model import (
    ENTITY_FIELDS,
    FLAGS,
    PROFILE,
    PROPERTY_FIELDS,
    SETS,
    UNSET,
    EntityKey,
    Path,
    Value,
)
from mpgov.errors import InputError

FORMAT: Final = 1
ACTIONS: Final = ("create", "update", "delete")
_AGAIN: Final = "save it anew: mpgov diff --output changes.json"


@dataclass(frozen=True, slots=True)
class SavedChange:
    """One entity of a saved change set: what is to be done, field by field."""

    action: str
    key: EntityKey
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class SavedChanges:
    """A change set as it was reviewed, with the project that it is for.

    `fingerprint` and `at` together name one saved file: applied once, it is used.
    """

    project_id: int
    region: str
    at: str
    fingerprint: str
    changes: tuple[SavedChange, ...]


def loads(data: bytes, file: str) -> SavedChanges:
    """Read a saved change set; `InputError` names every place that is wrong."""
    try:
        document = load(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{file}:1:1: is not UTF-8", hint=_AGAIN) from None
    except JsonError as error:
        raise InputError(f"{file}:{error.line}:{error.column}: {error}", hint=_AGAIN) from None
    return from_document(document, f"{file}:1:1", file)


def from_document(document: Any, place: str, file: str) -> SavedChanges:
    """A saved change set from its JSON, which stands at `place`."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(f"{place}: is no change set of format {FORMAT}", hint=_AGAIN)
    if "projects" in document:
        told = f"{place}: is the table of several projects, and no change set"
        raise InputError(told, hint="mpgov diff --project NAME --output FILE.json")
    listed = document.get("changes")
    if not isinstance(listed, list) or not isinstance(document.get("fingerprint"), str):
        raise InputError(f"{place}: holds no changes with a fingerprint", hint=_AGAIN)
    if not isinstance(document.get("project_id"), int) or not document.get("region"):
        raise InputError(f"{place}: names no project to apply it to", hint=_AGAIN)
    if _fingerprint(listed) != document["fingerprint"]:
        text = f"{place}: was changed after it was saved; its fingerprint does not fit"
        raise InputError(text, hint=_AGAIN)
    problems: list[str] = []
    changes = tuple(_change(one, f"{file}: changes[{i}]", problems) for i, one in enumerate(listed))
    if problems:
        raise InputError(problems, hint=_AGAIN)
    return SavedChanges(
        document["project_id"],
        str(document["region"]),
        str(document.get("at", "")),
        document["fingerprint"],
        cast("tuple[SavedChange, ...]", changes),
    )


def narrowed(
    saved: SavedChanges, parts: Iterable[tuple[EntityKey, tuple[FieldChange, ...]]]
) -> SavedChanges:
    """The part of a change set that was chosen, with a fingerprint of its own.

    The parts come in the order of the change set; several may be of one entity.
    """
    chosen: dict[EntityKey, list[FieldChange]] = {}
    for key, fields in parts:
        chosen.setdefault(key, []).extend(fields)
    changes = tuple(
        replace(one, fields=tuple(chosen[one.key])) for one in saved.changes if one.key in chosen
    )
    listed = [
        {
            "action": one.action,
            "entity": one.key.kind,
            "name": one.key.name,
            "fields": [field_as_json(field) for field in one.fields],
        }
        for one in changes
    ]
    return replace(saved, changes=changes, fingerprint=_fingerprint(listed))


def _fingerprint(changes: Sequence[Any]) -> str:
    text = json.dumps(changes, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _change(one: Any, place: str, problems: list[str]) -> SavedChange | None:
    shown = one if isinstance(one, dict) else {}
    action, kind, name = (shown.get(key) for key in ("action", "entity", "name"))
    fields = shown.get("fields")
    named = isinstance(name, str) and name and (kind == "event" or name == PROFILE)
    if action not in ACTIONS or kind not in {"event", "profile"} or not named:
        problems.append(f"{place}: is no create, update or delete of an event or of {PROFILE}")
        return None
    if not isinstance(fields, list):
        problems.append(f"{place}: has no list of fields")
        return None
    found = [_field(f, f"{place}.fields[{i}]", problems) for i, f in enumerate(fields)]
    return SavedChange(action, EntityKey(kind, str(name)), tuple(f for f in found if f))


def _field(one: Any, place: str, problems: list[str]) -> FieldChange | None:
    path = one.get("path") if isinstance(one, dict) else None
    if not isinstance(path, list) or not _is_path(tuple(path)):
        problems.append(f"{place}: names no field that there is")
        return None
    try:
        values = {
            side: _value(tuple(path), one[side]) for side in ("before", "after") if side in one
        }
    except TypeError as error:
        problems.append(f"{place}: {error}")
        return None
    return FieldChange(tuple(path), values.get("before", UNSET), values.get("after", UNSET))


def _is_path(path: Path) -> bool:
    if not all(isinstance(part, str) for part in path):
        return False
    match path:
        case (name,):
            return name in ENTITY_FIELDS
        case ("properties", _):
            return True
        case ("properties", _, name):
            return name in PROPERTY_FIELDS
    return False


def _value(path: Path, value: Any) -> Value:
    name = path[-1]
    if len(path) == 2:
        return cast("Value", _checked(name, value, dict))
    if value is None:
        return None
    if name in SETS:
        return tuple(str(_checked(name, e, str)) for e in _checked(name, value, list))
    if name == "examples":
        return tuple(_checked(name, value, list))
    return cast("Value", _checked(name, value, bool if name in FLAGS else str))


def _checked(name: str, value: Any, wanted: type) -> Any:
    if not isinstance(value, wanted):
        raise TypeError(f"{name} is {type(value).__name__}, expected {wanted.__name__}")
    return value
