"""Answers of the sandbox against the OpenAPI files that Mixpanel publishes.

`openapi/` holds unchanged copies. Where the real answers are known to differ from them, or the
files contradict the documents' own examples, `ELSEWISE` says so and what was done about it.
"""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from requests import Response

from tests.sandbox.caller import ORGANIZATION, PROJECT, Caller, caller, event, meta, profile

FOLDER = Path(__file__).parent / "openapi"
SCHEMAS = f"projects/{PROJECT}/schemas"
ACCOUNTS = f"organizations/{ORGANIZATION}/service-accounts"
ELSEWISE = {
    "properties may have `examples` and `format`": "the documents' own examples have them (C8)",
    "`last_used`, `expires`, `creator` may be null": "observed, and said in the text (reference 9)",
    "a single service account comes in an envelope": "Terraform's client; the knob has both (C22)",
    "401 and 403 of /import": "403 is in no file; it has the shape of 401",
    "`custom_event` is an entity type": "seen on writes (C9); the shop has one",
}


@cache
def document(name: str) -> dict[str, Any]:
    """An OpenAPI file, mended where `ELSEWISE` says so."""
    text = (FOLDER / f"{name}.openapi.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    parts = found["components"].get("schemas", {})
    if name == "lexicon-schemas":
        prop = parts["Schema"]["properties"]["properties"]["additionalProperties"]
        prop["properties"].update(examples={"type": "array"}, format={"type": "string"})
        parts["SchemaEntityType"]["enum"].append("custom_event")
    if name == "service-accounts":
        for key in ("last_used", "expires", "creator"):
            shown = parts["ServiceAccountRead"]["properties"][key]
            shown["type"] = [shown["type"], "null"]
    return found


def resolved(name: str, node: dict[str, Any]) -> dict[str, Any]:
    """Follow one `$ref` of a document."""
    while "$ref" in node:
        found: Any = document(name)
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        node = found
    return node


def schema_of(name: str, path: str, method: str, status: int, kind: str) -> dict[str, Any]:
    """The schema of an answer, with the components that it refers to."""
    responses = document(name)["paths"][path][method.lower()]["responses"]
    content = resolved(name, responses[str(status)])["content"]
    return {**content[kind]["schema"], "components": document(name)["components"]}


def conforms(
    answer: Response,
    name: str,
    path: str,
    method: str = "GET",
    *,
    status: int = 200,
    kind: str = "application/json",
) -> Any:
    """Check an answer against the file; its body."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"].split(";")[0] == kind
    body = answer.json()
    validator = jsonschema.Draft202012Validator(schema_of(name, path, method, status, kind))
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    assert errors == []
    return body


FULL = event(
    "Order Placed",
    description="Checkout finished",
    required=["order_id"],
    properties={
        "order_id": {
            "type": "string",
            "description": "Internal id",
            "examples": ["o-1"],
            "metadata": meta(displayName="Order", hidden=True, dropped=False),
        },
        "placed_at": {"type": "string", "format": "date-time"},
    },
    metadata={
        "com.mixpanel": {
            "$source": "plan",
            "displayName": "Order placed",
            "tags": ["KPI"],
            "hidden": False,
            "dropped": False,
            "contacts": ["jane@acme.example"],
            "teamContacts": ["Growth"],
        }
    },
)


@pytest.fixture(scope="module")
def shop() -> Caller:
    """Asked in ways that do not change the shop."""
    found = caller("shop")
    found.post(FULL)
    return found


def test_the_copies_are_unchanged() -> None:
    digests = {p.name: sha256(p.read_bytes()).hexdigest()[:16] for p in FOLDER.iterdir()}
    assert digests == {
        "annotations.openapi.yaml": "199a8c867a30629e",
        "ingestion.openapi.yaml": "0d1193e7fa0b1af4",
        "lexicon-schemas.openapi.yaml": "67009af4852112b6",
        "query.openapi.yaml": "87a73df5e89eafef",
        "service-accounts.openapi.yaml": "9a813c9ccf486c92",
    }


def test_schemas_that_are_read(shop: Caller) -> None:
    path = "/projects/{projectId}/schemas"
    listed = conforms(shop.ask("GET", f"api/app/{SCHEMAS}"), "lexicon-schemas", path)
    assert len(listed["results"]) == 10
    for kind in ("event", "profile"):
        of_kind = shop.ask("GET", f"api/app/{SCHEMAS}/{kind}")
        conforms(of_kind, "lexicon-schemas", f"{path}/{{entityType}}")
    one = shop.ask("GET", f"api/app/{SCHEMAS}/event/Order%20Placed")
    found = conforms(one, "lexicon-schemas", f"{path}/{{entityType}}/{{name}}")
    assert found == FULL["schemaJson"]


def test_schemas_that_are_written(mp: Caller) -> None:
    path, whole = "/projects/{projectId}/schemas", f"api/app/{SCHEMAS}"
    body = {"entries": [FULL, profile()], "truncate": True}
    conforms(mp.ask("POST", whole, json=body), "lexicon-schemas", path, "POST")
    one = f"{path}/{{entityType}}/{{name}}"
    posted = mp.ask("POST", f"{whole}/event/A", json={})
    conforms(posted, "lexicon-schemas", one, "POST")
    conforms(mp.ask("DELETE", f"{whole}/event/A"), "lexicon-schemas", one, "DELETE")
    of_kind = f"{path}/{{entityType}}"
    conforms(mp.ask("DELETE", f"{whole}/event"), "lexicon-schemas", of_kind, "DELETE")
    conforms(mp.ask("DELETE", whole), "lexicon-schemas", path, "DELETE")


def test_schemas_that_are_refused(mp: Caller) -> None:
    path, whole = "/projects/{projectId}/schemas", f"api/app/{SCHEMAS}"
    one = f"{path}/{{entityType}}/{{name}}"
    bad = mp.ask("POST", f"{whole}/event/A", json=[])
    conforms(bad, "lexicon-schemas", one, "POST", status=400)
    reader = mp.sandbox.add_account("reader", {PROJECT: "consumer"})
    for auth, status in ((("a", "b"), 401), (reader, 403)):
        for method, place, asked in (
            ("POST", path, whole),
            ("DELETE", path, whole),
            ("DELETE", f"{path}/{{entityType}}", f"{whole}/event"),
            ("POST", one, f"{whole}/event/A"),
            ("DELETE", one, f"{whole}/event/A"),
        ):
            answer = mp.ask(method, asked, json={}, auth=auth)
            conforms(answer, "lexicon-schemas", place, method, status=status)


def test_the_file_would_see_a_wrong_answer(mp: Caller) -> None:
    odd = [event("A", properties={"x": {"type": "text"}})]
    mp.sandbox.put_stored(PROJECT, odd)
    answer = mp.ask("GET", f"api/app/{SCHEMAS}")
    with pytest.raises(AssertionError, match="'text' is not one of"):
        conforms(answer, "lexicon-schemas", "/projects/{projectId}/schemas")


NAMED = {"event": "Purchase Completed", "name": "currency"}
DAYS = {"type": "general", "unit": "day", "from_date": "2026-09-01", "to_date": "2026-09-21"}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/events", {**DAYS, "event": '["Purchase Completed", "Ghost"]'}),
        ("/events/top", {"type": "general"}),
        ("/events/names", {"type": "general"}),
        ("/events/properties", {**DAYS, **NAMED}),
        ("/events/properties/top", {"event": "Purchase Completed"}),
        ("/events/properties/values", NAMED),
    ],
)
def test_queries(shop: Caller, path: str, asked: dict[str, str]) -> None:
    parameters = {"project_id": str(PROJECT), **asked}
    assert conforms(shop.ask("GET", f"api/query{path}", params=parameters), "query", path)


def test_service_accounts(mp: Caller) -> None:
    path, whole = "/organizations/{organizationId}/service-accounts", f"api/app/{ACCOUNTS}"
    body = {
        "username": "sync",
        "role": "admin",
        "expires": "2026-12-31T00:00:00",
        "projects": [{"id": PROJECT, "role": "analyst"}],
    }
    name = "service-accounts"
    made = conforms(mp.ask("POST", whole, json=body), name, path, "POST", status=201)
    id_ = made["results"]["id"]
    assert len(conforms(mp.ask("GET", whole), name, path)["results"]) == 2
    of_project = mp.ask("GET", f"api/app/projects/{PROJECT}/service-accounts")
    shown = conforms(of_project, name, "/projects/{projectId}/service-accounts")
    assert [account["role"] for account in shown["results"]] == ["owner", "analyst"]
    mp.turn(single_account="bare")
    one = f"{path}/{{serviceAccountId}}"
    assert conforms(mp.ask("GET", f"{whole}/{id_}"), name, one)["id"] == id_
    joining = {"projects": [{"id": PROJECT, "role": "admin"}], "service_account_ids": [id_]}
    added = mp.ask("POST", f"{whole}/add-to-project", json=joining)
    conforms(added, name, f"{path}/add-to-project", "POST")
    leaving = {"projects": [{"id": PROJECT, "service_account_ids": [id_]}]}
    removed = mp.ask("POST", f"{whole}/remove-from-project", json=leaving)
    conforms(removed, name, f"{path}/remove-from-project", "POST")
    conforms(mp.ask("DELETE", f"{whole}/{id_}"), name, one, "DELETE")


def test_service_accounts_that_are_refused(mp: Caller) -> None:
    path, whole = "/organizations/{organizationId}/service-accounts", f"api/app/{ACCOUNTS}"
    member = mp.sandbox.add_account("member", {PROJECT: "owner"})
    name = "service-accounts"
    for auth, status in ((("a", "b"), 401), (member, 403)):
        conforms(mp.ask("GET", whole, auth=auth), name, path, status=status)
        refused = mp.ask("POST", whole, json={"username": "x"}, auth=auth)
        conforms(refused, name, path, "POST", status=status)
    conforms(mp.ask("POST", whole, json={}), name, path, "POST", status=400)
    one = f"{path}/{{serviceAccountId}}"
    conforms(mp.ask("DELETE", f"{whole}/99"), name, one, "DELETE", status=404)


def test_annotations(mp: Caller) -> None:
    path, whole = "/projects/{projectId}/annotations", f"api/app/projects/{PROJECT}/annotations"
    name, one = "annotations", f"{path}/{{annotationId}}"
    tag = mp.ask("POST", f"{whole}/tags", json={"name": "mpgov"})
    tag_id = conforms(tag, name, f"{path}/tags", "POST")["id"]
    body = {"date": "2026-05-02 10:00:00", "description": "Plan v14", "tags": [tag_id]}
    made = conforms(mp.ask("POST", whole, json=body), name, path, "POST", status=201)["results"]
    assert made["tags"] == [{"id": tag_id, "name": "mpgov"}]
    assert conforms(mp.ask("GET", whole), name, path)["results"] == [made]
    listed = conforms(mp.ask("GET", f"{whole}/tags"), name, f"{path}/tags")
    assert [(one["name"], one["has_annotations"]) for one in listed] == [("mpgov", True)]
    asked = f"{whole}/{made['id']}"
    conforms(mp.ask("GET", asked), name, one)
    conforms(mp.ask("PATCH", asked, json={"description": "v15"}), name, one, "PATCH")
    conforms(mp.ask("DELETE", asked), name, one, "DELETE")
    assert conforms(mp.ask("GET", whole), name, path)["results"] == []
    consumer = mp.sandbox.add_account("viewer", {PROJECT: "consumer"})
    for auth, status in ((("a", "b"), 401), (consumer, 403)):
        refused = mp.ask("POST", whole, json=body, auth=auth)
        conforms(refused, name, path, "POST", status=status)


def imported(mp: Caller, rows: list[Any], **more: Any) -> Response:
    parameters = {"strict": "1", "project_id": PROJECT}
    return mp.ask("POST", "import", params=parameters, json=rows, **more)


def test_ingestion(mp: Caller) -> None:
    properties = {"time": int(mp.clock.at), "distinct_id": "u", "$insert_id": "a-1"}
    row = {"event": "A", "properties": properties}
    bad = deepcopy(row)
    bad["properties"]["time"] = "now"  # type: ignore[index]
    name = "ingestion"
    conforms(imported(mp, [row]), name, "/import", "POST")
    refused = conforms(imported(mp, [row, bad]), name, "/import", "POST", status=400)
    failed = {
        "index": 1,
        "insert_id": "a-1",
        "field": "properties.time",
        "message": "'properties.time' is not valid",
    }
    assert refused["failed_records"] == [failed]
    conforms(imported(mp, [row], auth=("a", "b")), name, "/import", "POST", status=401)
    conforms(imported(mp, [row] * 2001), name, "/import", "POST", status=413)
    assert len(mp.sandbox.state.projects[PROJECT].events) == 2


def test_tracking(mp: Caller) -> None:
    rows = [{"event": "A", "properties": {"token": "0" * 32}}]
    plain = mp.ask("POST", "track", json=rows)
    assert conforms(plain, "ingestion", "/track", "POST", kind="text/plain") == 1
    verbose = mp.ask("POST", "track?verbose=1", json=rows)
    assert json.loads(verbose.text) == {"status": 1, "error": None}
