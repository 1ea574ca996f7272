"""Mixpanel's JSON: tolerant in reading, exact in writing."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from mpgov.core.model import UNSET, USER, Entity, Property, event
from mpgov.core.normal import BLANK_PROPERTY, blank, filled_property
from mpgov.mixpanel.wire import cost, decode, decode_schema, encode, unwrap

SALE = event("Sale")
STORED: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema",
    "additionalProperties": True,
    "description": "Paid",
    "required": ["order_id", "unlisted"],
    "properties": {
        "order_id": {
            "type": "string",
            "examples": ["o-1"],
            "strange": {"deep": [1, None]},
            "metadata": {"com.mixpanel": {"displayName": "Order", "odd": 1}, "acme": {"a": 1}},
        },
        "at": {"type": "string", "format": "date-time"},
        "$city": {"type": "string"},
        "mp_lib": "nonsense",
        "weird": {"type": ["string", "null"], "format": "email"},
    },
    "metadata": {
        "acme": {"keep": True},
        "com.mixpanel": {
            "$source": "partner",
            "displayName": "Order Paid",
            "tags": ["KPI", "deprecated", "Money"],
            "hidden": True,
            "contacts": ["Jane@Acme.example", "sam@acme.example"],
            "teamContacts": ["Growth"],
            "unknown": [1],
        },
    },
}


def stored_entity() -> Entity:
    return decode_schema(SALE, STORED, "deprecated")


def sent(after: Entity, before: Entity | None = None, stored: Any = STORED) -> dict[str, Any]:
    entry = encode(before or stored_entity(), after, stored, "deprecated")
    assert (entry["entityType"], entry["name"]) == ("event", "Sale")
    schema: Any = entry["schemaJson"]
    return schema


def test_a_schema_is_read() -> None:
    string = filled_property(Property(type="string"))
    assert stored_entity() == Entity(
        SALE,
        description="Paid",
        display_name="Order Paid",
        status="deprecated",
        hidden=True,
        tags=("KPI", "Money"),
        owners=("Jane@Acme.example", "sam@acme.example", "team:Growth"),
        properties={
            "order_id": replace(string, required=True, display_name="Order", examples=("o-1",)),
            "at": filled_property(Property(type="datetime")),
            "$city": string,
            "weird": BLANK_PROPERTY,
        },
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"entityType": "event", "name": "", "schemaJson": {}},
        {"entityType": "event", "name": "half \ud800", "schemaJson": {}},
        {"entityType": "custom_event", "name": "C", "schemaJson": {}},
        {"entityType": "profile", "name": "other", "schemaJson": {}},
        {"entityType": 5, "name": "x"},
    ],
)
def test_entries_of_other_kinds_are_kept_aside(entry: Any) -> None:
    read = decode([entry], "deprecated")
    assert (len(read.catalog), read.others) == (0, (entry,))


@pytest.mark.parametrize(
    "schema",
    [
        None,
        [],
        {"description": 5, "properties": [1], "required": "x", "metadata": []},
        {"properties": {"p": None, "q": 3}, "metadata": {"com.mixpanel": 7}},
        {"metadata": {"com.mixpanel": {"tags": "x", "contacts": [None, 3], "hidden": "yes"}}},
    ],
)
def test_odd_shapes_are_read_as_nothing_said(schema: Any) -> None:
    read = decode([{"entityType": "event", "name": "Sale", "schemaJson": schema}, 7], "deprecated")
    assert read.catalog.entities[SALE] == blank(SALE)


def test_blocked_wins_over_deprecated() -> None:
    schema = {"metadata": {"com.mixpanel": {"dropped": True, "tags": ["old"]}}}
    assert decode_schema(SALE, schema, "old").status == "blocked"
    assert decode_schema(USER, {"properties": {"p": {"type": "array"}}}, "old").properties[
        "p"
    ] == filled_property(Property(type="list"))


@pytest.mark.parametrize(
    "document",
    [STORED, {"status": "ok", "results": STORED}, {"results": {"name": "S", "schemaJson": STORED}}],
)
def test_three_shapes_of_a_single_schema(document: Any) -> None:
    assert unwrap(document) == STORED


def test_no_schema_is_none() -> None:
    assert unwrap([]) is None
    assert unwrap({"results": "x"}) is None


def test_everything_unmanaged_goes_back_as_stored() -> None:
    original = deepcopy(STORED)
    schema = sent(replace(stored_entity(), description="New"))
    expected = deepcopy(STORED)
    expected["description"] = "New"
    expected["metadata"] = {"acme": {"keep": True}}
    assert schema == expected
    assert original == STORED


def test_only_metadata_that_changes_is_sent_and_cleared_is_null() -> None:
    after = replace(
        stored_entity(), display_name=None, hidden=False, tags=("KPI",), owners=("team:Growth",)
    )
    assert sent(after)["metadata"]["com.mixpanel"] == {
        "displayName": None,
        "hidden": False,
        "tags": ["KPI", "deprecated"],
        "contacts": None,
    }


def test_owners_keep_their_order_and_spelling() -> None:
    after = replace(
        stored_entity(),
        owners=("Jane@Acme.example", "kim@acme.example", "sam@acme.example", "team:Growth"),
    )
    assert sent(after)["metadata"]["com.mixpanel"] == {
        "contacts": ["Jane@Acme.example", "sam@acme.example", "kim@acme.example"]
    }


@pytest.mark.parametrize(
    ("status", "metadata"),
    [
        (None, {"tags": ["KPI", "Money"]}),
        ("blocked", {"dropped": True}),
        ("deprecated", {}),
    ],
)
def test_a_status_moves_its_tag(status: str | None, metadata: dict[str, Any]) -> None:
    schema = sent(replace(stored_entity(), status=status))
    assert schema["metadata"].get("com.mixpanel", {}) == metadata


def test_unblocking_sends_false_once() -> None:
    stored = {"metadata": {"com.mixpanel": {"dropped": True}}}
    before = decode_schema(SALE, stored, "deprecated")
    schema = sent(replace(before, status="deprecated"), before, stored)
    assert schema == {"metadata": {"com.mixpanel": {"dropped": False, "tags": ["deprecated"]}}}


def test_what_is_cleared_is_left_out() -> None:
    entity = stored_entity()
    properties = dict(entity.properties)
    properties["order_id"] = replace(
        properties["order_id"], examples=None, required=False, display_name=None
    )
    schema = sent(replace(entity, description=None, properties=properties))
    assert "description" not in schema
    assert schema["required"] == ["unlisted"]
    assert schema["properties"]["order_id"] == {
        "type": "string",
        "strange": {"deep": [1, None]},
        "metadata": {"com.mixpanel": {"displayName": None, "odd": 1}, "acme": {"a": 1}},
    }


def test_a_removed_property_leaves_required_too() -> None:
    entity = stored_entity()
    rest = {name: p for name, p in entity.properties.items() if name != "order_id"}
    schema = sent(replace(entity, properties=rest))
    assert "order_id" not in schema["properties"]
    assert schema["required"] == ["unlisted"]
    assert set(schema["properties"]) == {"at", "$city", "mp_lib", "weird"}


@pytest.mark.parametrize(
    ("old", "new", "wire"),
    [
        ("at", "string", {"type": "string"}),
        ("at", "number", {"type": "number"}),
        ("at", "list", {"type": "array"}),
        ("weird", "string", {"type": "string", "format": "email"}),
        ("weird", "datetime", {"type": "string", "format": "date-time"}),
    ],
)
def test_a_type_changes_type_and_format(old: str, new: str, wire: dict[str, str]) -> None:
    entity = stored_entity()
    prop = entity.properties[old]
    assert prop is not None
    changed = {**entity.properties, old: replace(prop, type=new)}
    assert sent(replace(entity, properties=changed))["properties"][old] == wire


def test_a_new_entity_carries_what_is_said_and_no_defaults() -> None:
    after = replace(
        blank(SALE),
        description="New",
        tags=("KPI",),
        status="deprecated",
        properties={
            "a": filled_property(Property(type="datetime", required=True, examples=("2024-01-02",)))
        },
    )
    entry = encode(blank(SALE), after, None, "old")
    assert entry["schemaJson"] == {
        "description": "New",
        "properties": {"a": {"type": "string", "format": "date-time", "examples": ["2024-01-02"]}},
        "required": ["a"],
        "metadata": {"com.mixpanel": {"tags": ["KPI", "old"]}},
    }
    assert cost(entry) == 2


def test_a_property_that_was_nonsense_is_replaced_where_the_plan_says_it() -> None:
    entity = stored_entity()
    wanted = filled_property(Property(type="string", hidden=True, blocked=True))
    schema = sent(replace(entity, properties={**entity.properties, "mp_lib": wanted}))
    assert schema["properties"]["mp_lib"] == {
        "type": "string",
        "metadata": {"com.mixpanel": {"hidden": True, "dropped": True}},
    }


def test_unset_never_reaches_the_wire() -> None:
    assert UNSET not in repr(sent(stored_entity())).split()


def test_a_contact_that_is_no_email_is_not_shown_and_goes_back_as_stored() -> None:
    stored = {"metadata": {"com.mixpanel": {"contacts": ["Jane", "a@b.c", "x y@z"]}}}
    before = decode_schema(SALE, stored, "deprecated")
    assert before.owners == ("a@b.c",)
    schema = sent(replace(before, owners=("d@e.f",)), before, stored)
    assert schema["metadata"]["com.mixpanel"]["contacts"] == ["Jane", "x y@z", "d@e.f"]
