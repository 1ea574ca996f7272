"""The rows behind the Lexicon pages, read (reference 5.1 and 5.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.caller import PROJECT, Caller, event, meta, no, ok, profile

EVENTS = f"projects/{PROJECT}/data-definitions/events/"
PROPERTIES = f"projects/{PROJECT}/data-definitions/properties/"


def row(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "displayName": None,
        "description": None,
        "hidden": False,
        "dropped": False,
        "merged": False,
        "mergedEventId": None,
        "verified": False,
        "tags": [],
        "contacts": [],
        "team_contacts": [],
        "platforms": [],
        "status": "",
        "customEventId": None,
        "collectEverythingEventId": None,
        "isMixpanelDefinition": False,
        **more,
    }


def test_an_event_has_a_row_with_a_schema_or_without(mp: Caller) -> None:
    told = {
        "displayName": "Shown",
        "tags": ["KPI"],
        "hidden": True,
        "contacts": ["jane@acme.example"],
    }
    mp.post(event("A", description="a", metadata=meta(**told, teamContacts=["Growth"])))
    arrived = [
        {"event": name, "properties": {"time": int(mp.clock.at)}} for name in ("B", "$session")
    ]
    mp.sandbox.state.projects[PROJECT].events += arrived
    expected = [
        row(301, "$session", status="live", isMixpanelDefinition=True),
        row(302, "A", description="a", **told, team_contacts=["Growth"]),
        row(303, "B", status="live"),
    ]
    assert mp.app("GET", EVENTS) == (200, ok(expected))
    named = {"params": {"name[]": ["B", "A", "Ghost"]}}
    assert mp.app("GET", EVENTS, **named) == (200, ok(expected[1:]))
    assert mp.app("GET", EVENTS, params={"name[]": "Ghost"}) == (200, ok([]))


def test_a_custom_event_has_a_row_of_its_own(mp: Caller) -> None:
    custom = {"entityType": "custom_event", "name": "A", "schemaJson": {"description": "made"}}
    mp.post(event("A"), custom)
    plain, made = row(302, "A"), row(301, "A", description="made", customEventId=301)
    assert mp.app("GET", EVENTS) == (200, ok([made, plain]))
    assert mp.app("GET", EVENTS, params={"custom_event": "true"}) == (200, ok([made]))


def test_properties_have_one_row_a_name(mp: Caller) -> None:
    described = {"type": "string", "description": "Id", "examples": ["o-1", "o-2"]}
    shown = {"type": "number", "metadata": meta(displayName="Price", hidden=True)}
    mp.post(
        event("A", properties={"id": described}),
        event("B", properties={"id": {"type": "number"}, "price": shown}),
        profile(properties={"plan": {"type": "string"}}),
    )
    arrived = {"time": int(mp.clock.at), "seen": 1.5, "id": "x"}
    mp.sandbox.state.projects[PROJECT].events.append({"event": "C", "properties": arrived})
    answer = mp.app("GET", PROPERTIES)
    assert [(r["name"], r["type"], r["description"]) for r in answer[1]["results"]] == [
        ("id", "string", "Id"),
        ("price", "number", None),
        ("time", None, None),
        ("seen", None, None),
    ]
    assert answer[1]["results"][1] == {
        "id": 92,
        "name": "price",
        "displayName": "Price",
        "exampleValue": None,
        "description": None,
        "type": "number",
        "hidden": True,
        "dropped": False,
        "merged": False,
        "mergedPropertyId": None,
        "sensitive": False,
        "required": False,
        "status": "live",
        "resourceType": "Event",
        "isMixpanelDefinition": False,
    }
    assert answer[1]["results"][0]["exampleValue"] == "o-1"
    named = mp.app("GET", PROPERTIES, params={"name[]": "price"})[1]["results"]
    assert [r["name"] for r in named] == ["price"]


def test_the_kind_of_property_is_capitalized(mp: Caller) -> None:
    mp.post(event("A", properties={"id": {"type": "string"}}))
    mp.post(profile(properties={"plan": {"type": "string"}}))

    def names(**parameters: str) -> list[str]:
        return [r["name"] for r in mp.app("GET", PROPERTIES, params=parameters)[1]["results"]]

    assert names(resourceType="User") == ["plan"]
    assert names(resourceType="Event") == ["id"]
    assert names(resource_type="User") == ["id"]
    refused = mp.app("GET", PROPERTIES, params={"resourceType": "user"})
    assert refused == (400, no("Invalid resource type"))


@pytest.mark.parametrize("path", [EVENTS, PROPERTIES])
def test_the_slash_at_the_end_may_be_missing(mp: Caller, path: str) -> None:
    mp.post(event("A", properties={"A": {"type": "string"}}))
    full = mp.app("GET", path, params={"name[]": "A"})
    assert len(full[1]["results"]) == 1
    slashless = f"api/app/{path[:-1]}"
    plain = mp.ask("GET", slashless, params={"name[]": "A"})
    assert (plain.json(), plain.history) == (full[1], [])
    mp.turn(slashless="redirect")
    sent_on = mp.ask("GET", slashless, params={"name[]": "A"}, allow_redirects=False)
    place = f"/{slashless}/?name%5B%5D=A"
    assert (sent_on.status_code, sent_on.headers["Location"]) == (301, place)
    assert mp.ask("GET", slashless, params={"name[]": "A"}).json() == full[1]
    assert mp.schemas("GET", "/event/data-definitions") == (404, no("entity not found"))
