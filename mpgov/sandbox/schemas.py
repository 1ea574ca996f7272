"""Stored schemas, and what Mixpanel does to them on a write.

A schema is replaced, its metadata merged key by key, `null` removes a key (reference 4.7).
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from mpgov.sandbox.knobs import Knobs
from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.state import Organization, Project
from mpgov.sandbox.validation import NAMESPACE, check_entry, check_schema

MOST_DELETED = 2999
Schema = dict[str, Any]
Entry = dict[str, Any]


def listed(project: Project, kind: str | None = None) -> list[Entry]:
    """The stored entries, by type and name."""
    return [
        {"entityType": type_, "name": name, "schemaJson": deepcopy(schema)}
        for (type_, name), schema in sorted(project.schemas.items())
        if kind in {None, type_}
    ]


def put_many(
    organization: Organization, project: Project, body: Any, knobs: Knobs
) -> dict[str, int]:
    """`POST /schemas`: all or nothing, unless the knob says that the good ones are kept."""
    entries = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise Refusal(400, "entries must be a list")
    _check_body(body)
    good: list[Entry] = []
    first: Refusal | None = None
    for entry in entries:
        try:
            _check(entry, organization, knobs)
        except Refusal as refusal:
            first = first or refusal
        else:
            good.append(entry)
    if first is not None and (knobs["bad_entry"] == "refuse" or not good):
        raise first
    deleted = _truncate(project, body, good, knobs) if body.get("truncate") is True else 0
    for entry in good:
        put(organization, project, (entry["entityType"], entry["name"]), entry["schemaJson"], knobs)
    return {"added": len(good), "deleted": deleted}


def _check_body(body: Entry) -> None:
    # `entityType` is in no document, and Mixpanel's own client sends it (reference C5).
    if unknown := body.keys() - {"entries", "truncate", "entityType"}:
        raise Refusal(400, f"unknown keys: {sorted(unknown)}")
    if not isinstance(body.get("truncate", False), bool):
        raise Refusal(400, "truncate must be a boolean")


def _check(entry: Any, organization: Organization, knobs: Knobs) -> None:
    check_entry(entry, knobs)
    check_people(organization, entry["schemaJson"], knobs)


def _truncate(project: Project, body: Entry, good: list[Entry], knobs: Knobs) -> int:
    kinds = {entry["entityType"] for entry in good} | {body.get("entityType")}
    doomed = [
        key for key in project.schemas if knobs["truncate_scope"] == "everything" or key[0] in kinds
    ]
    return _delete(project, doomed)


def put(
    organization: Organization,
    project: Project,
    key: tuple[str, str],
    schema: Schema,
    knobs: Knobs,
) -> None:
    """Replace one schema; its metadata is merged."""
    old = project.schemas.get(key, {})
    new = deepcopy(schema)
    _merge_metadata(new, old)
    _merge_property_metadata(new, old if knobs["property_metadata"] == "merged" else {})
    _strip(new, knobs)
    _keep_known_people(organization, new, knobs)
    project.schemas[key] = new


def patch(
    organization: Organization,
    project: Project,
    key: tuple[str, str],
    partial: Any,
    knobs: Knobs,
) -> Schema:
    """`PATCH`: a recursive merge into what is stored (reference 4.8)."""
    if key not in project.schemas:
        raise Refusal(404, "entity not found")
    if not isinstance(partial, dict):
        raise Refusal(400, "schemaJson must be an object")
    merged = _merged(project.schemas[key], partial)
    check_schema(merged, knobs)
    check_people(organization, merged, knobs)
    _strip(merged, knobs)
    _keep_known_people(organization, merged, knobs)
    project.schemas[key] = merged
    return deepcopy(merged)


def delete(project: Project, kind: str | None, name: str | None, knobs: Knobs) -> dict[str, int]:
    """Delete all, all of a type, or one."""
    doomed = [
        key
        for key in project.schemas
        if (kind is None or key[0] == kind) and (name is None or key[1] == name)
    ]
    if name is not None and not doomed and knobs["missing_schema"] == "404":
        raise Refusal(404, "entity not found")
    return {knobs["delete_counter"]: _delete(project, doomed)}


def edit_in_ui(
    organization: Organization, project: Project, key: tuple[str, str], fields: Schema
) -> None:
    """What a person does in Lexicon: any edit makes a schema, if only a stub (reference 4.1)."""
    schema = project.schemas.setdefault(key, {})
    name = fields.pop("property", None)
    holder = schema
    if name is not None:
        holder = schema.setdefault("properties", {}).setdefault(name, {"type": "string"})
    for field, value in fields.items():
        target, wire = _place(holder, field)
        if value is None:
            target.pop(wire, None)
        else:
            target[wire] = value
    organization.tags.update(fields.get("tags") or ())


def check_people(organization: Organization, schema: Schema, knobs: Knobs) -> None:
    """Refuse unknown owners and tags where the knobs say that Mixpanel does."""
    meta = _metadata(schema)
    if knobs["unknown_contact"] == "reject":
        unknown = [e for e in meta.get("contacts") or () if e.lower() not in organization.known]
        unknown += [t for t in meta.get("teamContacts") or () if t not in organization.teams]
        if unknown:
            raise Refusal(400, f"unknown contacts: {', '.join(unknown)}")
    if knobs["unknown_tag"] == "reject":
        strange = set(meta.get("tags") or ()) - organization.tags
        if strange:
            raise Refusal(400, f"unknown tags: {', '.join(sorted(strange))}")


def _place(holder: Schema, field: str) -> tuple[Schema, str]:
    if field in {"description", "type", "examples", "format", "required"}:
        return holder, field
    wire = {"display_name": "displayName", "team_contacts": "teamContacts"}.get(field, field)
    return holder.setdefault("metadata", {}).setdefault(NAMESPACE, {}), wire


def _metadata(holder: Schema) -> Schema:
    metadata = holder.get("metadata")
    inner = metadata.get(NAMESPACE) if isinstance(metadata, dict) else None
    return inner if isinstance(inner, dict) else {}


def _merge_metadata(new: Schema, old: Schema) -> None:
    """Keys missing from the new metadata are kept from the old; `null` removes one."""
    before, sent = old.get("metadata"), new.get("metadata")
    outer = {
        **(before if isinstance(before, dict) else {}),
        **(sent if isinstance(sent, dict) else {}),
    }
    inner = {**_metadata(old), **_metadata(new)}
    outer[NAMESPACE] = {key: value for key, value in inner.items() if value is not None}
    outer = {key: value for key, value in outer.items() if value not in (None, {})}
    new.pop("metadata", None)
    if outer:
        new["metadata"] = outer


def _merge_property_metadata(new: Schema, old: Schema) -> None:
    stored = old.get("properties")
    for name, prop in new.get("properties", {}).items():
        before = stored.get(name) if isinstance(stored, dict) else None
        if isinstance(prop, dict):
            _merge_metadata(prop, before if isinstance(before, dict) else {})


def _strip(schema: Schema, knobs: Knobs) -> None:
    """Take away what this Mixpanel accepts and does not keep."""
    if knobs["required"] == "stripped":
        schema.pop("required", None)
    for key in ("examples", "format"):
        if knobs[key] == "stripped":
            for prop in schema.get("properties", {}).values():
                if isinstance(prop, dict):
                    prop.pop(key, None)


def _keep_known_people(organization: Organization, schema: Schema, knobs: Knobs) -> None:
    meta = _metadata(schema)
    if "contacts" in meta and knobs["unknown_contact"] == "drop":
        meta["contacts"] = [e for e in meta["contacts"] if e.lower() in organization.known]
    if "teamContacts" in meta and knobs["unknown_contact"] == "drop":
        meta["teamContacts"] = [t for t in meta["teamContacts"] if t in organization.teams]
    organization.tags.update(meta.get("tags") or ())


def _merged(old: Any, new: Any) -> Any:
    if not isinstance(new, dict):
        return deepcopy(new)
    before = old if isinstance(old, dict) else {}
    both = {k: _merged(before.get(k), value) for k, value in new.items() if value is not None}
    kept = {k: deepcopy(v) for k, v in before.items() if k not in new}
    return {**kept, **both}


def _delete(project: Project, doomed: Iterable[tuple[str, str]]) -> int:
    keys = list(doomed)
    if len(keys) > MOST_DELETED:
        raise Refusal(400, f"at most {MOST_DELETED} definitions can be deleted in a request")
    for key in keys:
        del project.schemas[key]
    return len(keys)
