"""What Mixpanel accepts as a schema: the published model, and what its documents' examples use.

Source: openapi/lexicon-schemas.openapi.yaml (`SchemaEntry`, `Schema`), reference 4.2, 4.3 and C8.
"""

from __future__ import annotations

from typing import Any, Final

from mpgov.sandbox.knobs import Knobs
from mpgov.sandbox.refusal import Refusal

NAMESPACE: Final = "com.mixpanel"
WRITABLE: Final = ("event", "profile", "custom_event")
KINDS: Final = (*WRITABLE, "group", "lookup", "collect_everything_event")
TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
MOST_PROPERTIES: Final = 2000
_ENTRY: Final = {"entityType", "name", "schemaJson", "version"}
_PROPERTY: Final = {"type", "description", "metadata"}
_DOCUMENTED: Final = ("examples", "format")  # in the documents' examples, not in the model
_ENTITY_META: Final[dict[str, type]] = {
    "$source": str,
    "displayName": str,
    "tags": list,
    "hidden": bool,
    "dropped": bool,
    "contacts": list,
    "teamContacts": list,
}
_PROPERTY_META: Final[dict[str, type]] = {"displayName": str, "hidden": bool, "dropped": bool}


def check_entry(entry: Any, knobs: Knobs) -> None:
    """Refuse an entry that Mixpanel would refuse."""
    if not isinstance(entry, dict) or not entry.keys() >= _ENTRY - {"version"}:
        raise Refusal(400, "entityType, name and schemaJson are required")
    if entry.keys() - _ENTRY:
        raise Refusal(400, f"unknown keys: {sorted(entry.keys() - _ENTRY)}")
    check_kind(entry["entityType"], writing=True)
    name = entry["name"]
    if not isinstance(name, str) or not name:
        raise Refusal(400, "name must be a text that is not empty")
    if entry["entityType"] == "profile" and name != "$user":
        raise Refusal(400, "the only profile is $user")
    check_schema(entry["schemaJson"], knobs)


def check_kind(kind: Any, *, writing: bool) -> None:
    """Refuse an entity type that there is not."""
    if kind not in (WRITABLE if writing else KINDS):
        raise Refusal(400, f"Invalid entity type {kind!r}")


def check_schema(schema: Any, knobs: Knobs) -> None:
    """Refuse a schema that is none."""
    if not isinstance(schema, dict):
        raise Refusal(400, "schemaJson must be an object")
    _expect(schema, "description", str)
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        raise Refusal(400, "properties must be an object")
    if len(properties) > MOST_PROPERTIES:
        raise Refusal(400, f"at most {MOST_PROPERTIES} properties are allowed")
    for name, prop in properties.items():
        _check_property(name, prop, knobs)
    if "required" in schema:
        if knobs["required"] == "refused":
            raise Refusal(400, "required is not allowed")
        _expect_texts(schema["required"], "required")
    _check_metadata(schema, _ENTITY_META)


def _check_property(name: str, prop: Any, knobs: Knobs) -> None:
    if not isinstance(prop, dict):
        raise Refusal(400, f"the property {name} must be an object")
    if prop.get("type") not in TYPES and knobs["unknown_property_key"] == "refused":
        raise Refusal(400, f"the property {name} has no type, or none that is known")
    _expect(prop, "description", str)
    for key in _DOCUMENTED:
        if key in prop and knobs[key] == "refused":
            raise Refusal(400, f"the property {name} has the unknown key {key}")
    unknown = prop.keys() - _PROPERTY - set(_DOCUMENTED)
    if knobs["unknown_property_key"] == "stored":
        return
    if unknown:
        raise Refusal(400, f"the property {name} has unknown keys: {sorted(unknown)}")
    _check_metadata(prop, _PROPERTY_META)


def _check_metadata(holder: dict[str, Any], known: dict[str, type]) -> None:
    metadata = holder.get("metadata", {})
    if not isinstance(metadata, dict):
        raise Refusal(400, "metadata must be an object")
    inner = metadata.get(NAMESPACE, {})
    if not isinstance(inner, dict):
        raise Refusal(400, f"{NAMESPACE} must be an object")
    for key, value in inner.items():
        if key not in known:
            raise Refusal(400, f"unknown metadata key {key}")
        if value is None:
            continue
        if not isinstance(value, known[key]):
            raise Refusal(400, f"metadata key {key} must be a {known[key].__name__}")
        if known[key] is list:
            _expect_texts(value, key)


def _expect(holder: dict[str, Any], key: str, kind: type) -> None:
    if key in holder and not isinstance(holder[key], kind):
        raise Refusal(400, f"{key} must be a {kind.__name__}")


def _expect_texts(value: Any, key: str) -> None:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise Refusal(400, f"{key} must be a list of strings")
