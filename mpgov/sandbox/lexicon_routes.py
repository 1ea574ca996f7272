"""The App API: `/me`, Lexicon schemas, data definitions (reading)."""

from __future__ import annotations

from typing import Any

from mpgov.sandbox import schemas
from mpgov.sandbox.calls import Answer, Call, Route, ok
from mpgov.sandbox.limits import cost
from mpgov.sandbox.refusal import Refusal
from mpgov.sandbox.state import Project
from mpgov.sandbox.validation import NAMESPACE, check_entry, check_kind

_BASE = "api/app/projects/{pid}/schemas"
_DEFINITIONS = "api/app/projects/{pid}/data-definitions"


def me(call: Call) -> Answer:
    """`GET /me`."""
    account, state = call.account(), call.sandbox.state
    projects = {
        str(pid): _membership(state.projects[pid], role, account.sensitive)
        for pid, role in account.roles.items()
        if pid in state.projects
    }
    organization = state.organizations[account.organization]
    return ok(
        {
            "user_id": 9000 + account.id,
            "user_email": account.username,
            "user_name": account.username.partition(".")[0],
            "organizations": {
                str(organization.id): {
                    "id": organization.id,
                    "name": organization.name,
                    "role": account.role,
                    "permissions": [],
                }
            },
            "projects": projects,
            "workspaces": {},
        }
    )


def _membership(project: Project, role: str, sensitive: bool) -> dict[str, Any]:
    writes = role in {"owner", "admin"}
    return {
        "name": project.name,
        "organization_id": project.organization,
        "timezone": project.timezone,
        "utc_offset": 0,
        "domain": project.domain,
        "has_workspaces": True,
        "type": 0,
        "role": {"id": 2, "name": role},
        "permissions": ["write_data_definitions"] if writes else [],
        "hasSensitiveAccess": sensitive,
        "owner_id": 5,
    }


def list_all(call: Call) -> Answer:
    """`GET /schemas`."""
    project = call.project()
    _spend(call, project)
    return ok(schemas.listed(project))


def list_kind(call: Call) -> Answer:
    """`GET /schemas/{kind}`, with `entity_name` one of them."""
    project = call.project()
    check_kind(call.names["kind"], writing=False)
    _spend(call, project)
    if "entity_name" in call.args:
        key = (call.names["kind"], call.args["entity_name"])
        return _single(project, key, call.sandbox.knobs["list_one_shape"])
    return ok(schemas.listed(project, call.names["kind"]))


def get_one(call: Call) -> Answer:
    """`GET /schemas/{kind}/{name}`."""
    project = call.project()
    check_kind(call.names["kind"], writing=False)
    _spend(call, project)
    key = (call.names["kind"], call.names["name"])
    return _single(project, key, call.sandbox.knobs["single_shape"])


def post_many(call: Call) -> Answer:
    """`POST /schemas`."""
    project = call.project(writes=True)
    body = call.json()
    entries = body.get("entries") if isinstance(body, dict) else None
    listed = entries if isinstance(entries, list) else []
    _spend(call, project, cost(listed))
    _check_blocking(call, project, listed)
    organization = call.organization_of(project)
    return ok(schemas.put_many(organization, project, body, call.sandbox.knobs))


def post_one(call: Call) -> Answer:
    """`POST /schemas/{kind}/{name}`."""
    project = call.project(writes=True)
    entry = {
        "entityType": call.names["kind"],
        "name": call.names["name"],
        "schemaJson": call.json(),
    }
    _spend(call, project, cost([entry]))
    check_entry(entry, call.sandbox.knobs)
    _check_blocking(call, project, [entry])
    organization = call.organization_of(project)
    key = (entry["entityType"], entry["name"])
    schemas.check_people(organization, entry["schemaJson"], call.sandbox.knobs)
    schemas.put(organization, project, key, entry["schemaJson"], call.sandbox.knobs)
    return Answer({"status": "ok"})


def patch_many(call: Call) -> Answer:
    """`PATCH /schemas`: 200 also where entries fail."""
    project = call.project(writes=True)
    body = call.json()
    entries = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Refusal(400, "entries must be a list of objects")
    _spend(call, project, cost(entries))
    _check_blocking(call, project, entries)
    return ok([_patched(call, project, entry) for entry in entries])


def patch_one(call: Call) -> Answer:
    """`PATCH /schemas/{kind}/{name}`."""
    project = call.project(writes=True)
    body = call.json()
    check_kind(call.names["kind"], writing=True)
    _spend(call, project, cost([{"schemaJson": body}]))
    _check_blocking(call, project, [body])
    organization = call.organization_of(project)
    key = (call.names["kind"], call.names["name"])
    return ok(schemas.patch(organization, project, key, body, call.sandbox.knobs))


def delete(call: Call) -> Answer:
    """`DELETE`: all, a kind, or one. An empty name is the whole kind, as Mixpanel reads it."""
    project = call.project(writes=True)
    kind, name = call.names.get("kind") or None, call.names.get("name") or None
    if kind is not None or name is not None:
        check_kind(kind, writing=False)
    _spend(call, project)
    return ok(schemas.delete(project, kind, name, call.sandbox.knobs))


def event_definitions(call: Call) -> Answer:
    """`GET /data-definitions/events/`: every row, with a schema or without."""
    project = call.project()
    live = {e["event"] for e in project.events} | project.volumes.keys()
    keys = {key for key in project.schemas if key[0] in {"event", "custom_event"}}
    keys |= {("event", name) for name in live}
    wanted = call.sandbox.repeated(call, "name[]")
    only_custom = call.args.get("custom_event") == "true"
    ordered = sorted(keys, key=lambda key: (key[1], key[0]))
    rows = [_event_row(project, key, n, key[1] in live) for n, key in enumerate(ordered, 301)]
    return ok(
        [
            row
            for row in rows
            if (not wanted or row["name"] in wanted) and (row["customEventId"] or not only_custom)
        ]
    )


def property_definitions(call: Call) -> Answer:
    """`GET /data-definitions/properties/`: one row a name, for events or for users."""
    project = call.project()
    kind = call.args.get("resourceType", "Event")
    if kind not in {"Event", "User"}:
        raise Refusal(400, "Invalid resource type")
    rows: dict[str, dict[str, Any]] = {}
    for (type_, _), schema in project.schemas.items():
        if (type_ == "profile") == (kind == "User"):
            for name, prop in schema.get("properties", {}).items():
                rows.setdefault(name, _property_row(name, prop, kind, len(rows) + 91))
    if kind == "Event":
        for name in (name for row in project.events for name in row["properties"]):
            rows.setdefault(name, _property_row(name, None, kind, len(rows) + 91))
    wanted = call.sandbox.repeated(call, "name[]")
    return ok([row for row in rows.values() if not wanted or row["name"] in wanted])


def _event_row(
    project: Project, key: tuple[str, str], number: int, is_live: bool
) -> dict[str, Any]:
    (kind, name), schema = key, project.schemas.get(key, {})
    meta = schema.get("metadata", {}).get(NAMESPACE, {})
    return {
        "id": number,
        "name": name,
        "displayName": meta.get("displayName"),
        "description": schema.get("description"),
        "hidden": meta.get("hidden", False),
        "dropped": meta.get("dropped", False),
        "merged": False,
        "mergedEventId": None,
        "verified": False,
        "tags": meta.get("tags", []),
        "contacts": meta.get("contacts", []),
        "team_contacts": meta.get("teamContacts", []),
        "platforms": [],
        "status": "live" if is_live and kind == "event" else "",
        "customEventId": number if kind == "custom_event" else None,
        "collectEverythingEventId": None,
        "isMixpanelDefinition": name.startswith("$"),
    }


def _property_row(name: str, prop: Any, kind: str, number: int) -> dict[str, Any]:
    shown = prop if isinstance(prop, dict) else {}
    meta = shown.get("metadata", {}).get(NAMESPACE, {})
    return {
        "id": number,
        "name": name,
        "displayName": meta.get("displayName"),
        "exampleValue": next(iter(shown.get("examples") or ()), None),
        "description": shown.get("description"),
        "type": shown.get("type"),
        "hidden": meta.get("hidden", False),
        "dropped": meta.get("dropped", False),
        "merged": False,
        "mergedPropertyId": None,
        "sensitive": False,
        "required": False,
        "status": "live",
        "resourceType": kind,
        "isMixpanelDefinition": name.startswith("$"),
    }


def _single(project: Project, key: tuple[str, str], shape: str) -> Answer:
    schema = project.schemas.get(key)
    if schema is None:
        raise Refusal(404, "entity not found")
    if shape == "bare":
        return Answer(schema)
    if shape == "schema":
        return ok(schema)
    return ok({"entityType": key[0], "name": key[1], "schemaJson": schema})


def _patched(call: Call, project: Project, entry: dict[str, Any]) -> dict[str, Any]:
    key = (entry.get("entityType", ""), entry.get("name", ""))
    shown = {"entityType": key[0], "name": key[1]}
    organization = call.organization_of(project)
    try:
        schemas.patch(organization, project, key, entry.get("schemaJson"), call.sandbox.knobs)
    except Refusal as refusal:
        return {**shown, "status": "error", "error": refusal.text}
    return {**shown, "status": "ok"}


def _spend(call: Call, project: Project, updates: int = 0) -> None:
    """Count the request against the limits of who shares them; refuse who may not see it all."""
    if call.sandbox.knobs["classified_data"] == "on" and not call.account().sensitive:
        raise Refusal(403, "You do not have access to classified data")
    if call.method == "GET" and call.sandbox.knobs["reads_count"] == "no":
        return
    by_project = call.sandbox.knobs["rate_scope"] == "project"
    scope = f"project {project.id}" if by_project else f"organization {project.organization}"
    call.sandbox.limits.spend(scope, updates)
    call.counted, call.updates = True, updates


def _check_blocking(call: Call, project: Project, entries: list[Any]) -> None:
    """Only owners may block, where the knob says that the API holds to it."""
    if call.sandbox.knobs["blocking_as_admin"] == "accepted":
        return
    if call.account().roles.get(project.id) == "owner":
        return
    if '"dropped": true' in call.sandbox.as_text(entries):
        raise Refusal(403, "You do not have permission to block")


ROUTES = (
    Route("GET", "api/app/me", me),
    Route("GET", _BASE, list_all),
    Route("POST", _BASE, post_many),
    Route("PATCH", _BASE, patch_many),
    Route("DELETE", _BASE, delete),
    Route("GET", f"{_BASE}/{{kind}}", list_kind),
    Route("DELETE", f"{_BASE}/{{kind}}", delete),
    Route("GET", f"{_BASE}/{{kind}}/{{name}}", get_one),
    Route("POST", f"{_BASE}/{{kind}}/{{name}}", post_one),
    Route("PATCH", f"{_BASE}/{{kind}}/{{name}}", patch_one),
    Route("DELETE", f"{_BASE}/{{kind}}/{{name}}", delete),
    Route("GET", f"{_DEFINITIONS}/events", event_definitions),
    Route("GET", f"{_DEFINITIONS}/properties", property_definitions),
)
