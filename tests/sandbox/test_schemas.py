"""What Mixpanel stores of a schema, and how a write changes it (reference 4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.caller import PROJECT, Caller, event, meta, no, ok, profile

STRING = {"type": "string"}


def test_a_stored_schema_is_listed_as_it_was_sent(mp: Caller) -> None:
    entry = event(
        "Order Placed",
        **{"$schema": "http://json-schema.org/draft-07/schema", "additionalProperties": True},
        description="Checkout finished",
        required=["order_id"],
        properties={
            "order_id": {"type": "string", "description": "Internal id", "examples": ["o-1"]},
            "placed_at": {"type": "string", "format": "date-time"},
        },
        metadata=meta(
            displayName="Order placed",
            tags=["Checkout"],
            hidden=False,
            dropped=False,
            contacts=["Jane@acme.example"],
            teamContacts=["Growth"],
        ),
    )
    assert mp.post(entry) == (200, ok({"added": 1, "deleted": 0}))
    assert mp.schemas("GET") == (200, ok([entry]))


def test_a_write_replaces_all_but_the_metadata(mp: Caller) -> None:
    mp.post(
        event(
            "A",
            description="old",
            properties={"gone": STRING},
            required=["gone"],
            metadata=meta(hidden=True, displayName="Old"),
        )
    )
    answer = mp.post(event("A", properties={"new": STRING}, metadata=meta(displayName="New")))
    assert answer == (200, ok({"added": 1, "deleted": 0}))
    assert mp.stored() == {
        "properties": {"new": STRING},
        "metadata": meta(hidden=True, displayName="New"),
    }


def test_a_list_in_the_metadata_is_replaced_not_joined(mp: Caller) -> None:
    mp.post(event("A", metadata=meta(tags=["KPI", "Commerce"])))
    mp.post(event("A", metadata=meta(tags=["Commerce"])))
    assert mp.stored() == {"metadata": meta(tags=["Commerce"])}


def test_null_clears_a_metadata_key(mp: Caller) -> None:
    mp.post(event("A", metadata=meta(hidden=True, displayName="Shown")))
    mp.post(event("A", metadata=meta(hidden=None)))
    assert mp.stored() == {"metadata": meta(displayName="Shown")}
    mp.post(event("A", metadata=meta(displayName=None)))
    assert mp.stored() == {}


def test_metadata_of_others_is_kept(mp: Caller) -> None:
    mp.post(event("A", metadata={"acme.crm": {"list": 7}}))
    mp.post(event("A", metadata=meta(hidden=True)))
    assert mp.stored() == {"metadata": {"acme.crm": {"list": 7}, **meta(hidden=True)}}


@pytest.mark.parametrize(
    ("knob", "kept"),
    [("merged", {**STRING, "metadata": meta(displayName="Id", hidden=True)}), ("replaced", None)],
)
def test_metadata_of_a_property_is_merged_as_the_knob_says(
    mp: Caller, knob: str, kept: dict[str, Any] | None
) -> None:
    mp.turn(property_metadata=knob)
    mp.post(event("A", properties={"id": {**STRING, "metadata": meta(displayName="Id")}}))
    mp.post(event("A", properties={"id": {**STRING, "metadata": meta(hidden=True)}}))
    assert mp.stored() == {"properties": {"id": kept or {**STRING, "metadata": meta(hidden=True)}}}


@pytest.mark.parametrize("knob", ["merged", "replaced"])
def test_null_clears_metadata_of_a_property_either_way(mp: Caller, knob: str) -> None:
    mp.turn(property_metadata=knob)
    mp.post(event("A", properties={"id": {**STRING, "metadata": meta(displayName="Id")}}))
    mp.post(event("A", properties={"id": {**STRING, "metadata": meta(displayName=None)}}))
    assert mp.stored() == {"properties": {"id": STRING}}


def test_a_property_that_comes_back_has_no_memory(mp: Caller) -> None:
    mp.post(event("A", properties={"id": {**STRING, "metadata": meta(hidden=True)}}))
    mp.post(event("A", properties={}))
    mp.post(event("A", properties={"id": STRING}))
    assert mp.stored() == {"properties": {"id": STRING}}


def test_names_are_kept_to_the_letter(mp: Caller) -> None:
    names = ["order placed", "Order Placed", " Order Placed ", "a/b%20c", "Ünï 🛒", "$x"]
    mp.post(*(event(name, description=name) for name in names))
    assert mp.names() == [("event", name) for name in sorted(names)]
    for name in names:
        quoted = "".join(f"%{byte:02X}" for byte in name.encode())
        assert mp.schemas("GET", f"/event/{quoted}") == (200, {"description": name})


@pytest.mark.parametrize(
    ("knob", "status", "stored"), [("refuse", 400, []), ("partial", 200, [("event", "Good")])]
)
def test_a_bad_entry_stops_all_or_itself_as_the_knob_says(
    mp: Caller, knob: str, status: int, stored: list[tuple[str, str]]
) -> None:
    mp.turn(bad_entry=knob)
    answer = mp.post(event("Good"), event("Bad", properties={"x": {"type": "text"}}))
    assert answer[0] == status
    assert mp.names() == stored
    if status == 200:
        assert answer[1] == ok({"added": 1, "deleted": 0})


def test_a_refused_truncation_wipes_nothing(mp: Caller) -> None:
    mp.post(event("A"))
    assert mp.post({"entityType": "event"}, truncate=True)[0] == 400
    assert mp.names() == [("event", "A")]


@pytest.mark.parametrize(
    ("knob", "deleted", "left"),
    [
        ("everything", 3, [("event", "New")]),
        ("type", 2, [("event", "New"), ("profile", "$user")]),
    ],
)
def test_truncate_wipes_as_much_as_the_knob_says(
    mp: Caller, knob: str, deleted: int, left: list[tuple[str, str]]
) -> None:
    mp.turn(truncate_scope=knob)
    mp.post(event("A"), event("B"), profile())
    assert mp.post(event("New"), truncate=True) == (200, ok({"added": 1, "deleted": deleted}))
    assert mp.names() == left


def test_truncate_with_nothing_empties_the_dictionary(mp: Caller) -> None:
    mp.post(event("A"), profile())
    assert mp.post(truncate=True) == (200, ok({"added": 0, "deleted": 2}))
    assert mp.names() == []


def test_a_truncated_schema_keeps_no_metadata(mp: Caller) -> None:
    mp.post(event("A", metadata=meta(hidden=True)))
    mp.post(event("A", description="new"), truncate=True)
    assert mp.stored() == {"description": "new"}


@pytest.mark.parametrize("body", [{}, [], "x", {"entries": {}}, {"entries": None}])
def test_a_body_without_a_list_of_entries_is_refused(mp: Caller, body: Any) -> None:
    assert mp.schemas("POST", "", body) == (400, no("entries must be a list"))


@pytest.mark.parametrize(
    "data", [b"{", b"", b"\xff", b"[" * 100_000], ids=["cut", "empty", "no UTF-8", "deep"]
)
def test_a_body_that_is_no_json_is_refused(mp: Caller, data: bytes) -> None:
    answer = mp.ask("POST", f"api/app/projects/{PROJECT}/schemas", data=data)
    assert (answer.status_code, answer.json()) == (400, no("the body is not JSON"))


def test_only_known_keys_may_stand_beside_the_entries(mp: Caller) -> None:
    assert mp.post(event("A"), entityType="event")[0] == 200
    assert mp.post(event("B"), force=True) == (400, no("unknown keys: ['force']"))
    assert mp.post(event("B"), truncate="yes") == (400, no("truncate must be a boolean"))
    assert mp.names() == [("event", "A")]


BAD_ENTRIES = {
    "no object": 7,
    "no schema": {"entityType": "event", "name": "A"},
    "an unknown key": {**event("A"), "owners": []},
    "a type that cannot be written": {**event("A"), "entityType": "group"},
    "a type that is none": {**event("A"), "entityType": ["event"]},
    "no name": event(""),
    "a name that is no text": {**event("A"), "name": 5},
    "a profile of another name": {**profile(), "name": "someone"},
    "a schema that is no object": {**event("A"), "schemaJson": []},
    "a description that is no text": event("A", description=None),
    "properties that are no object": event("A", properties=[]),
    "a property that is no object": event("A", properties={"x": "string"}),
    "a property without a type": event("A", properties={"x": {"description": "?"}}),
    "a property of two types": event("A", properties={"x": {"type": ["string", "null"]}}),
    "a property with another key": event("A", properties={"x": {**STRING, "enum": ["a"]}}),
    "required that is no list of texts": event("A", required=[1]),
    "metadata that is no object": event("A", metadata=[]),
    "an inner metadata that is no object": event("A", metadata={"com.mixpanel": 1}),
    "an unknown metadata key": event("A", metadata=meta(owners=[])),
    "hidden that is no boolean": event("A", metadata=meta(hidden="true")),
    "tags that are no texts": event("A", metadata=meta(tags=[1])),
    "tags on a property": event("A", properties={"x": {**STRING, "metadata": meta(tags=["a"])}}),
}


@pytest.mark.parametrize("entry", BAD_ENTRIES.values(), ids=BAD_ENTRIES.keys())
def test_what_mixpanel_refuses_is_refused(mp: Caller, entry: Any) -> None:
    status, body = mp.post(entry)
    assert (status, body["status"], type(body["error"]), mp.names()) == (400, "error", str, [])


def test_an_unknown_key_of_a_property_is_stored_if_the_knob_says_so(mp: Caller) -> None:
    mp.turn(unknown_property_key="stored")
    odd = {"x": {**STRING, "enum": ["a"], "pattern": "a+"}}
    assert mp.post(event("A", properties=odd))[0] == 200
    assert mp.stored() == {"properties": odd}


def test_a_custom_event_may_be_written(mp: Caller) -> None:
    assert mp.post({**event("Any"), "entityType": "custom_event"})[0] == 200
    assert mp.names() == [("custom_event", "Any")]


@pytest.mark.parametrize(
    ("knob", "status", "contacts"),
    [
        ("drop", 200, ["JANE@acme.example"]),
        ("keep", 200, ["JANE@acme.example", "ghost@acme.example"]),
        ("reject", 400, None),
    ],
)
def test_an_unknown_owner_fares_as_the_knob_says(
    mp: Caller, knob: str, status: int, contacts: list[str] | None
) -> None:
    mp.turn(unknown_contact=knob)
    owners = ["JANE@acme.example", "ghost@acme.example"]
    assert mp.post(event("A", metadata=meta(contacts=owners)))[0] == status
    expected = None if contacts is None else {"metadata": meta(contacts=contacts)}
    assert mp.stored() == expected


def test_an_unknown_team_is_dropped_like_an_unknown_owner(mp: Caller) -> None:
    mp.post(event("A", metadata=meta(teamContacts=["Growth", "Ghosts"])))
    assert mp.stored() == {"metadata": meta(teamContacts=["Growth"])}
    mp.turn(unknown_contact="reject")
    assert mp.post(event("B", metadata=meta(teamContacts=["Ghosts"])))[0] == 400


@pytest.mark.parametrize(("knob", "status"), [("create", 200), ("reject", 400)])
def test_an_unknown_tag_fares_as_the_knob_says(mp: Caller, knob: str, status: int) -> None:
    mp.turn(unknown_tag=knob)
    assert mp.post(event("A", metadata=meta(tags=["KPI"])))[0] == 200
    assert mp.post(event("B", metadata=meta(tags=["Brand new"])))[0] == status
    mp.turn(unknown_tag="reject")
    assert mp.post(event("C", metadata=meta(tags=["Brand new"])))[0] == status


@pytest.mark.parametrize("key", ["examples", "format", "required"])
@pytest.mark.parametrize("knob", ["stored", "refused", "stripped"])
def test_what_only_the_documents_show_fares_as_the_knob_says(
    mp: Caller, key: str, knob: str
) -> None:
    mp.turn(**{key: knob})
    values: dict[str, Any] = {"examples": ["a"], "format": "date-time", "required": ["x"]}
    plain = {"properties": {"x": STRING}}
    extra = {key: values[key]}
    full = {**plain, **extra} if key == "required" else {"properties": {"x": {**STRING, **extra}}}
    status = mp.post(event("A", **full))[0]
    outcomes = {"stored": (200, full), "refused": (400, None), "stripped": (200, plain)}
    assert (status, mp.stored()) == outcomes[knob]


def test_two_thousand_properties_are_the_most(mp: Caller) -> None:
    most = {f"p{number}": STRING for number in range(2000)}
    assert mp.post(event("A", properties=most))[0] == 200
    answer = mp.post(event("B", properties={**most, "more": STRING}))
    assert answer == (400, no("at most 2000 properties are allowed"))
    assert mp.schemas("POST", "/event/C", {"properties": {**most, "more": STRING}})[0] == 400
    assert mp.schemas("PATCH", "/event/A", {"properties": {"more": STRING}})[0] == 400
    assert mp.names() == [("event", "A")]


@pytest.mark.parametrize("how", ["all", "kind", "truncate"])
def test_fewer_than_three_thousand_are_deleted_in_a_request(mp: Caller, how: str) -> None:
    def wipe() -> tuple[int, Any]:
        if how == "truncate":
            return mp.post(truncate=True)
        return mp.schemas("DELETE", "" if how == "all" else "/event")

    def fill(number: int) -> None:
        mp.sandbox.put_stored(PROJECT, [event(f"e{n}") for n in range(number)])

    fill(3000)
    assert wipe() == (400, no("at most 2999 definitions can be deleted in a request"))
    assert len(mp.names()) == 3000
    fill(2999)
    gone = {"added": 0, "deleted": 2999} if how == "truncate" else {"delete_count": 2999}
    assert wipe() == (200, ok(gone))
    assert mp.names() == []


@pytest.fixture
def full(mp: Caller) -> Caller:
    mp.post(event("A", description="a"), event("B"), profile())
    return mp


def test_one_is_deleted(full: Caller) -> None:
    assert full.schemas("DELETE", "/event/A") == (200, ok({"delete_count": 1}))
    assert full.schemas("DELETE", "/profile/%24user") == (200, ok({"delete_count": 1}))
    assert full.names() == [("event", "B")]


def test_a_kind_is_deleted(full: Caller) -> None:
    assert full.schemas("DELETE", "/event") == (200, ok({"delete_count": 2}))
    assert full.names() == [("profile", "$user")]


def test_all_are_deleted(full: Caller) -> None:
    assert full.schemas("DELETE") == (200, ok({"delete_count": 3}))
    assert full.names() == []


def test_an_empty_name_deletes_the_kind_and_an_empty_kind_all(full: Caller) -> None:
    assert full.schemas("DELETE", "/event/") == (200, ok({"delete_count": 2}))
    assert full.names() == [("profile", "$user")]
    assert full.schemas("DELETE", "/") == (200, ok({"delete_count": 1}))
    assert full.names() == []


def test_a_name_without_a_kind_deletes_nothing(full: Caller) -> None:
    assert full.schemas("DELETE", "//A")[0] == 400
    assert len(full.names()) == 3


def test_the_name_in_the_query_of_a_delete_is_not_read(full: Caller) -> None:
    answer = full.schemas("DELETE", "/event", params={"entity_name": "A"})
    assert answer == (200, ok({"delete_count": 2}))


def test_the_counter_is_called_as_the_knob_says(full: Caller) -> None:
    full.turn(delete_counter="deleteCount")
    assert full.schemas("DELETE", "/event/A") == (200, ok({"deleteCount": 1}))


def test_deleting_what_is_missing_ends_as_the_knob_says(full: Caller) -> None:
    assert full.schemas("DELETE", "/event/Z") == (404, no("entity not found"))
    full.turn(missing_schema="0")
    assert full.schemas("DELETE", "/event/Z") == (200, ok({"delete_count": 0}))
    assert len(full.names()) == 3


def test_deleting_an_empty_dictionary_is_no_failure(mp: Caller) -> None:
    assert mp.schemas("DELETE") == (200, ok({"delete_count": 0}))
    assert mp.schemas("DELETE", "/event") == (200, ok({"delete_count": 0}))


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "PATCH"])
def test_a_kind_that_is_none_is_refused(full: Caller, method: str) -> None:
    assert full.schemas(method, "/gadget/A", {}) == (400, no("Invalid entity type 'gadget'"))
    assert len(full.names()) == 3


def test_a_kind_that_is_only_read_may_be_listed(full: Caller) -> None:
    assert full.schemas("GET", "/lookup") == (200, ok([]))
    assert full.schemas("POST", "/lookup/A", {})[0] == 400


def test_a_kind_is_listed(full: Caller) -> None:
    assert full.schemas("GET", "/profile") == (200, ok([profile()]))
    assert full.schemas("GET", "/event") == (200, ok([event("A", description="a"), event("B")]))


def test_a_slash_at_the_end_changes_nothing(full: Caller) -> None:
    assert full.schemas("GET", "/") == full.schemas("GET")
    assert full.schemas("GET", "/event/") == full.schemas("GET", "/event")
    assert full.schemas("POST", "/", {"entries": [event("C")]})[0] == 200
    assert full.schemas("POST", "/event/", {}) == (405, no("Method Not Allowed"))


BARE = {"description": "a"}
SHAPES = {"bare": BARE, "schema": ok(BARE), "entry": ok(event("A", description="a"))}


@pytest.mark.parametrize("shape", SHAPES)
def test_one_schema_comes_in_the_shape_of_the_knob(full: Caller, shape: str) -> None:
    assert full.schemas("GET", "/event/A") == (200, SHAPES["bare"])
    full.turn(single_shape=shape)
    assert full.schemas("GET", "/event/A") == (200, SHAPES[shape])


@pytest.mark.parametrize("shape", SHAPES)
def test_one_of_a_list_comes_in_the_shape_of_its_own_knob(full: Caller, shape: str) -> None:
    named = {"params": {"entity_name": "A"}}
    assert full.schemas("GET", "/event", **named) == (200, SHAPES["schema"])
    full.turn(list_one_shape=shape)
    assert full.schemas("GET", "/event", **named) == (200, SHAPES[shape])


def test_a_missing_schema_is_not_found(full: Caller) -> None:
    assert full.schemas("GET", "/event/Z") == (404, no("entity not found"))
    answer = full.schemas("GET", "/event", params={"entity_name": "Z"})
    assert answer == (404, no("entity not found"))


def test_one_schema_is_written_by_its_name(mp: Caller) -> None:
    mp.post(event("A", description="old", metadata=meta(hidden=True)))
    answer = mp.schemas("POST", "/event/A", {"properties": {"x": STRING}})
    assert answer == (200, {"status": "ok"})
    assert mp.stored() == {"properties": {"x": STRING}, "metadata": meta(hidden=True)}
    assert mp.schemas("POST", "/event/New%2FOne", {}) == (200, {"status": "ok"})
    assert mp.names() == [("event", "A"), ("event", "New/One")]


def test_one_bad_schema_is_refused(mp: Caller) -> None:
    assert mp.schemas("POST", "/profile/someone", {})[0] == 400
    assert mp.schemas("POST", "/event/A", [])[0] == 400
    mp.turn(unknown_contact="reject")
    refused = mp.schemas("POST", "/event/A", {"metadata": meta(contacts=["ghost@acme.example"])})
    assert refused == (400, no("unknown contacts: ghost@acme.example"))
    assert mp.names() == []


def test_patch_merges_key_by_key(mp: Caller) -> None:
    prop = {"type": "string", "description": "Id", "metadata": meta(displayName="Id")}
    mp.post(event("A", description="a", properties={"x": prop}, metadata=meta(hidden=True)))
    partial = {
        "properties": {"x": {"type": "number"}, "y": STRING},
        "metadata": meta(displayName="Shown"),
    }
    merged = {
        "description": "a",
        "properties": {"x": {**prop, "type": "number"}, "y": STRING},
        "metadata": meta(hidden=True, displayName="Shown"),
    }
    assert mp.schemas("PATCH", "/event/A", partial) == (200, ok(merged))
    assert mp.stored() == merged


def test_patch_takes_null_as_away_with_it(mp: Caller) -> None:
    mp.post(event("A", description="a", metadata=meta(hidden=True, displayName="S")))
    mp.schemas("PATCH", "/event/A", {"description": None, "metadata": meta(hidden=None)})
    assert mp.stored() == {"metadata": meta(displayName="S")}
    mp.post(event("B"))
    mp.schemas("PATCH", "/event/B", {"metadata": meta(hidden=None, displayName="S")})
    assert mp.stored("B") == {"metadata": meta(displayName="S")}


def test_patch_of_a_missing_schema_is_not_found(mp: Caller) -> None:
    assert mp.schemas("PATCH", "/event/A", {}) == (404, no("entity not found"))


@pytest.mark.parametrize(
    "partial", [[], {"properties": {"x": {"description": "no type"}}}, {"metadata": meta(x=1)}]
)
def test_a_bad_patch_changes_nothing(full: Caller, partial: Any) -> None:
    assert full.schemas("PATCH", "/event/A", partial)[0] == 400
    assert full.stored() == {"description": "a"}


def test_a_bulk_patch_tells_of_each_entry(full: Caller) -> None:
    entries = [
        event("A", metadata=meta(hidden=True)),
        event("Typo", description="?"),
        event("B", properties={"x": {"type": "text"}}),
        {"entityType": "event", "name": "B"},
    ]
    shown = [{"entityType": "event", "name": entry["name"]} for entry in entries]
    assert full.schemas("PATCH", "", {"entries": entries}) == (
        200,
        ok(
            [
                {**shown[0], "status": "ok"},
                {**shown[1], **no("entity not found")},
                {**shown[2], **no("the property x has no type, or none that is known")},
                {**shown[3], **no("schemaJson must be an object")},
            ]
        ),
    )
    assert full.stored() == {"description": "a", "metadata": meta(hidden=True)}
    assert full.stored("B") == {}


@pytest.mark.parametrize("body", [[], {}, {"entries": {}}, {"entries": ["A"]}])
def test_a_bulk_patch_without_entries_is_refused(mp: Caller, body: Any) -> None:
    assert mp.schemas("PATCH", "", body) == (400, no("entries must be a list of objects"))


def test_projects_do_not_see_each_other(mp: Caller) -> None:
    mp.post(event("A"))
    assert mp.schemas("GET", project=4243) == (200, ok([]))


def test_an_edit_in_the_ui_makes_a_stub(mp: Caller) -> None:
    mp.sandbox.edit_in_ui(PROJECT, "event", "A", hidden=True, tags=["New tag"])
    mp.sandbox.edit_in_ui(PROJECT, "event", "B", property="x", display_name="X", description="d")
    assert mp.schemas("GET") == (
        200,
        ok(
            [
                event("A", metadata=meta(hidden=True, tags=["New tag"])),
                event(
                    "B",
                    properties={
                        "x": {**STRING, "description": "d", "metadata": meta(displayName="X")}
                    },
                ),
            ]
        ),
    )
    mp.sandbox.edit_in_ui(PROJECT, "event", "B", property="x", description=None)
    assert mp.stored("B") == {"properties": {"x": {**STRING, "metadata": meta(displayName="X")}}}
    mp.turn(unknown_tag="reject")
    assert mp.post(event("C", metadata=meta(tags=["New tag"])))[0] == 200
