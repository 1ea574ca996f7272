"""What a new sandbox holds; what is wrong in the shop on purpose is all there."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from mpgov.sandbox.state import dump
from tests.sandbox.caller import OTHER_PROJECT, PROJECT, Caller, caller, no, ok

Row = dict[str, Any]


def rows(shop: Caller, name: str) -> list[Row]:
    return [
        row["properties"]
        for row in shop.sandbox.state.projects[PROJECT].events
        if row["event"] == name
    ]


def daily(shop: Caller, name: str) -> list[int]:
    asked = {"event": f'["{name}"]', "type": "general", "unit": "day", "interval": 30}
    data = shop.query("events", **asked)[1]["data"]
    return [data["values"].get(name, {}).get(day, 0) for day in data["series"]]


@pytest.fixture(scope="module")
def shop() -> Caller:
    """Only read here."""
    return caller("shop")


def test_an_empty_sandbox_has_people_and_projects_and_nothing_else(mp: Caller) -> None:
    state = mp.sandbox.state
    organization = state.organizations[9]
    assert list(state.projects) == [PROJECT, OTHER_PROJECT]
    assert [(p.schemas, p.events, p.volumes) for p in state.projects.values()] == [({}, [], {})] * 2
    assert "jane@acme.example" in organization.members
    assert organization.teams == ["Growth", "Payments", "Platform"]
    assert [a.roles for a in state.accounts.values()] == [
        {PROJECT: "owner", OTHER_PROJECT: "owner"}
    ]


def test_the_shop_is_the_same_on_the_same_clock(shop: Caller) -> None:
    other = caller("shop").sandbox.state
    mine = shop.sandbox.state
    assert other.projects == mine.projects
    assert other.organizations == mine.organizations
    assert dump(other) != dump(mine)  # its account is its own


def test_every_sandbox_has_an_account_of_its_own(shop: Caller) -> None:
    assert caller("shop").auth != shop.auth
    refused = (401, no("Invalid service account credentials"))
    assert caller("shop").schemas("GET", auth=shop.auth) == refused


def test_the_shops_lexicon_is_half_documented(shop: Caller) -> None:
    assert shop.names() == [
        ("custom_event", "Any Purchase"),
        ("event", "Checkout Clicked"),
        ("event", "Feature Used"),
        ("event", "Item Added to Cart"),
        ("event", "Newsletter Opened"),
        ("event", "Page Viewed"),
        ("event", "Purchase Completed"),
        ("event", "Sign Up Completed"),
        ("profile", "$user"),
    ]
    purchase = shop.stored("Purchase Completed") or {}
    assert purchase["properties"]["revenue"] == {"type": "string"}
    assert shop.stored("Feature Used") == {"metadata": {"com.mixpanel": {"hidden": True}}}


def test_what_the_shop_stores_would_be_accepted(shop: Caller) -> None:
    entries = shop.schemas("GET")[1]["results"]
    answer = caller().post(*entries)
    assert answer == (200, ok({"added": len(entries), "deleted": 0}))


@pytest.mark.parametrize("name", ["Purchse Completed", "test_event_kim", "Search Performed"])
def test_events_arrive_that_lexicon_has_no_schema_for(shop: Caller, name: str) -> None:
    assert (bool(rows(shop, name)), min(daily(shop, name)) > 0) == (True, True)
    assert shop.stored(name) is None
    assert name in shop.query("events/names", type="general")[1]


def test_a_deprecated_event_is_falling_and_still_fires(shop: Caller) -> None:
    counts = daily(shop, "Checkout Clicked")
    assert sum(counts[:7]) > 4 * sum(counts[-7:]) > 0
    assert counts[-1] > 0


def test_revenue_is_a_text_in_one_library_only(shop: Caller) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in rows(shop, "Purchase Completed"):
        kinds[row["mp_lib"]].add(type(row["revenue"]).__name__)
    assert {lib for lib, found in kinds.items() if "str" in found} == {"android"}
    assert all("float" in found for lib, found in kinds.items() if lib != "android")


def test_the_order_is_missing_in_one_library_only(shop: Caller) -> None:
    nameless = [row for row in rows(shop, "Purchase Completed") if "order_id" not in row]
    assert {row["mp_lib"] for row in nameless} == {"node"}
    assert len(nameless) == 12


def test_an_email_is_somebodys_id(shop: Caller) -> None:
    emails = [r["distinct_id"] for r in rows(shop, "Logged In") if "@" in r["distinct_id"]]
    assert emails == ["jane.doe@mail.example"] * 4


def test_two_people_share_a_device(shop: Caller) -> None:
    people: dict[str, set[str]] = defaultdict(set)
    for row in shop.sandbox.state.projects[PROJECT].events:
        people[row["properties"]["$device_id"]].add(row["properties"]["$user_id"])
    assert people["shared-tablet"] == {"USR-701", "USR-702"}


def test_rows_are_of_the_last_30_days_in_order_and_would_be_accepted(shop: Caller) -> None:
    events = shop.sandbox.state.projects[PROJECT].events
    times = [row["properties"]["time"] for row in events]
    assert times == sorted(times)
    assert shop.clock.at - 30 * 86_400 < times[0] < times[-1] < shop.clock.at
    assert len({row["properties"]["$insert_id"] for row in events}) == len(events)
    answer = caller().ask("POST", f"import?project_id={PROJECT}", json=events[:2000])
    assert answer.json() == {"code": 200, "num_records_imported": 2000, "status": "OK"}


def test_the_other_shop_is_empty(shop: Caller) -> None:
    other = shop.sandbox.state.projects[OTHER_PROJECT]
    assert (other.schemas, other.events, other.volumes) == ({}, [], {})
