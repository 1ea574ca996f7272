"""`/_sandbox/…`, what is not there, and the knobs."""

from __future__ import annotations

from typing import Any

import pytest

from mpgov.sandbox.app import known
from mpgov.sandbox.knobs import KNOBS, Knobs
from tests.sandbox.caller import OTHER_PROJECT, PROJECT, Caller, event, meta, no, ok


def control(mp: Caller, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = mp.ask(method, f"_sandbox/{path}", json=body, auth=None)
    return answer.status_code, answer.json()


def test_the_log_tells_every_request_but_its_own(mp: Caller) -> None:
    mp.post(event("A", properties={"x": {"type": "string"}}))
    mp.clock.at += 5
    mp.schemas("GET", "/event", params={"entity_name": "Z"})
    mp.app("GET", "me", auth=None)
    schemas = f"/api/app/projects/{PROJECT}/schemas"
    first = mp.clock.at - 5
    usual = {"query": "", "project": PROJECT, "is_schemas": True, "updates": 0}
    expected = [
        {**usual, "method": "POST", "path": schemas, "status": 200, "at": first, "updates": 2},
        {
            **usual,
            "method": "GET",
            "path": f"{schemas}/event",
            "query": "entity_name=Z",
            "status": 404,
            "at": first + 5,
        },
        {
            **usual,
            "method": "GET",
            "path": "/api/app/me",
            "status": 401,
            "at": first + 5,
            "project": 0,
            "is_schemas": False,
        },
    ]
    assert control(mp, "GET", "log") == (200, expected)
    assert control(mp, "DELETE", "log") == (200, {"status": "ok"})
    assert control(mp, "GET", "log") == (200, [])


def test_knobs_are_turned(mp: Caller) -> None:
    usual = {name: values[0] for name, values in KNOBS.items()}
    assert control(mp, "GET", "knobs") == (200, usual)
    turned = {**usual, "expires": "ignored", "examples": "refused"}
    body = {"expires": "ignored", "examples": "refused"}
    assert control(mp, "PUT", "knobs", body) == (200, turned)
    assert control(mp, "GET", "knobs") == (200, turned)


@pytest.mark.parametrize(
    "body", [{"colour": "red"}, {"expires": "never"}, {"expires": 1}, {"expires": []}, [], "x"]
)
def test_a_bad_knob_turns_none(mp: Caller, body: Any) -> None:
    both = {"examples": "refused", **body} if isinstance(body, dict) else body
    assert control(mp, "PUT", "knobs", both)[0] == 400
    assert mp.sandbox.knobs.turned == {}


def test_a_knob_may_be_turned_back() -> None:
    knobs = Knobs({"expires": "ignored"})
    del knobs["expires"]
    assert (knobs["expires"], len(knobs), knobs.turned) == ("honoured", len(KNOBS), {})
    with pytest.raises(KeyError):
        _ = knobs["colour"]


def test_what_is_stored_is_read_and_put(mp: Caller) -> None:
    odd = [{**event("A", unknown={"to": "Mixpanel"}), "entityType": "lookup"}]
    assert control(mp, "PUT", f"stored/{PROJECT}", odd) == (200, odd)
    assert control(mp, "GET", f"stored/{PROJECT}") == (200, odd)
    assert mp.schemas("GET") == (200, ok(odd))
    assert control(mp, "GET", f"stored/{OTHER_PROJECT}") == (200, [])


def test_lexicon_is_edited(mp: Caller) -> None:
    body = {"entity_type": "event", "name": "A", "hidden": True}
    expected = [event("A", metadata=meta(hidden=True))]
    assert control(mp, "POST", f"edit/{PROJECT}", body) == (200, expected)


def test_accounts_are_made_and_listed(mp: Caller) -> None:
    body = {"label": "reader", "roles": {str(PROJECT): "analyst"}, "expires": "2030-01-01"}
    status, made = control(mp, "POST", "accounts", body)
    assert (status, mp.schemas("GET", auth=(made["username"], made["secret"]))[0]) == (201, 200)
    roles = {str(PROJECT): "owner", str(OTHER_PROJECT): "owner"}
    assert control(mp, "GET", "accounts") == (
        200,
        [
            {"username": mp.auth[0], "organization": 9, "roles": roles},
            {"username": made["username"], "organization": 9, "roles": {"4242": "analyst"}},
        ],
    )


def test_projects_are_made(mp: Caller) -> None:
    body = {"id": 77, "organization": 9, "name": "New", "domain": "eu.mixpanel.com"}
    assert control(mp, "POST", "projects", body) == (201, {"status": "ok"})
    me = mp.app("GET", "me")[1]["results"]["projects"]["77"]
    shown = (me["name"], me["domain"], me["role"]["name"])
    assert shown == ("New", "eu.mixpanel.com", "owner")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "stored/999", None),
        ("GET", "stored/shop", None),
        ("PUT", f"stored/{PROJECT}", [{"name": "A"}]),
        ("PUT", f"stored/{PROJECT}", 5),
        ("POST", f"edit/{PROJECT}", {"colour": "red"}),
        ("POST", f"edit/{PROJECT}", []),
        ("POST", "accounts", {}),
        ("POST", "accounts", []),
        ("POST", "accounts", {"label": "x", "roles": []}),
        ("POST", "accounts", {"label": "x", "roles": {"shop": "owner"}}),
        ("POST", "accounts", {"label": "x", "expires": "soon"}),
        ("POST", "projects", {"name": "no id"}),
        ("POST", "projects", {"id": 5, "organization": 9, "colour": "red"}),
        ("POST", "projects", 5),
    ],
)
def test_bad_orders_are_refused(mp: Caller, method: str, path: str, body: Any) -> None:
    before = mp.sandbox.state
    status, answer = control(mp, method, path, body)
    assert (status, answer["status"]) == (400, "error")
    assert (len(mp.sandbox.state.accounts), len(mp.sandbox.state.projects)) == (1, 2)
    assert mp.sandbox.state is before


ELSEWHERE = [
    ("GET", "api/app/projects/4242/custom_events"),
    ("GET", "api/query/segmentation"),
    ("POST", "api/query/jql"),
    ("GET", "api/2.0/engage"),
    ("GET", ""),
    ("GET", "_sandbox/gadget"),
    ("DELETE", "api/app/projects/4242/schemas/event/A/more"),
]


@pytest.mark.parametrize(("method", "path"), ELSEWHERE)
def test_elsewhere_is_not_implemented_and_says_what_is(mp: Caller, method: str, path: str) -> None:
    answer = mp.ask(method, path)
    expected = {"status": "error", "error": "no such route", "routes": known()}
    assert (answer.status_code, answer.json()) == (501, expected)


def test_the_routes_are_those_of_the_reference() -> None:
    schemas = "/api/app/projects/{pid}/schemas"
    accounts = "/api/app/organizations/{org}/service-accounts"
    annotations = "/api/app/projects/{pid}/annotations"
    queries = ("", "/names", "/top", "/properties", "/properties/top", "/properties/values")
    assert sorted(known()) == sorted(
        [
            "GET /api/app/me",
            "GET /api/query/engage",
            "POST /api/query/engage",
            *(f"{method} {schemas}" for method in ("GET", "POST", "PATCH", "DELETE")),
            *(f"{method} {schemas}/{{kind}}" for method in ("GET", "DELETE")),
            *(f"{m} {schemas}/{{kind}}/{{name}}" for m in ("GET", "POST", "PATCH", "DELETE")),
            "GET /api/app/projects/{pid}/data-definitions/events",
            "GET /api/app/projects/{pid}/data-definitions/properties",
            *(f"{m} /api/query/events{path}" for path in queries for m in ("GET", "POST")),
            "GET /api/2.0/export",
            "POST /import",
            "POST /track",
            *(f"{method} {accounts}" for method in ("GET", "POST")),
            *(f"{method} {accounts}/{{id}}" for method in ("GET", "DELETE")),
            f"POST {accounts}/add-to-project",
            f"POST {accounts}/remove-from-project",
            "GET /api/app/projects/{pid}/service-accounts",
            "GET /api/app/organizations/{org}/users",
            "GET /api/app/organizations/{org}/teams",
            *(f"{m} {annotations}{path}" for path in ("", "/tags") for m in ("GET", "POST")),
            *(f"{method} {annotations}/{{id}}" for method in ("GET", "PATCH", "DELETE")),
        ]
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "api/app/projects/4242/schemas"),
        ("POST", "api/app/me"),
        ("POST", "api/2.0/export"),
        ("GET", "import"),
        ("PUT", "api/app/organizations/9/service-accounts/7"),
        ("PATCH", "_sandbox/log"),
    ],
)
def test_a_verb_that_is_not_taken(mp: Caller, method: str, path: str) -> None:
    answer = mp.ask(method, path)
    assert (answer.status_code, answer.json()) == (405, no("Method Not Allowed"))
