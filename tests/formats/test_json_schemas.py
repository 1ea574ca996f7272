"""JSON Schemas as a plan: names, keywords, references, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.core.model import UNSET, Property, event
from mpgov.errors import InputError
from mpgov.formats import plan_yaml
from mpgov.formats.base import How, Plan, Source
from mpgov.formats.detect import format_of
from mpgov.formats.json_schemas import FORMAT, is_it, loads
from tests.formats.bent_json import bent

EXAMPLES = Path(__file__).parent / "other_tools"
FILES = sorted(EXAMPLES.glob("schemas_*/**/*.json"))
D4, D7 = (f"http://json-schema.org/draft-0{number}/schema#" for number in (4, 7))
LATEST = "https://json-schema.org/draft/2020-12/schema"


def source(document: Any, name: str) -> Source:
    return Source(name, json.dumps(document, indent=1).encode())


def read(**documents: Any) -> Plan:
    """The plan of files; `a__b` is b.json in the folder a."""
    files = [source(one, f"{name.replace('__', '/')}.json") for name, one in documents.items()]
    return loads(files, How(folder=len(files) > 1))


def refused(**documents: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        read(**documents)
    return [problem.splitlines()[0] for problem in error.value.problems]


def sale(required: Any = None, **properties: Any) -> dict[str, Any]:
    more = {"required": required} if required is not None else {}
    return {"$schema": D7, "title": "Sale", "type": "object", "properties": properties, **more}


def names(plan: Plan) -> list[str]:
    return [entity.key.name for entity in plan.catalog]


def price(schema: Any, **more: Any) -> Property | None:
    """What becomes of the property `price` of an event."""
    plan = read(sale={**sale(price=schema), **more})
    return plan.catalog.entities[event("Sale")].properties.get("price")


class TestFound:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(EXAMPLES)))
    def test_by_what_it_holds(self, path: Path) -> None:
        data = path.read_bytes()
        assert format_of(Source("plan.csv", data)) is FORMAT
        assert is_it(Source("plan", data[: len(data) * 2 // 3]))

    @pytest.mark.parametrize(
        "other",
        [
            {"entries": []},
            {"results": [], "status": "ok"},
            [{"entityType": "event", "name": "Sale", "schemaJson": {"type": "object"}}],
            {"format": 1, "changes": [], "fingerprint": "x"},
            {"mpgov": 1, "properties": {"plan": {"type": "string"}}},
            {"$schema": "https://json.schemastore.org/tsconfig", "compilerOptions": {}},
            {"type": "Feature", "properties": {"name": "a park"}, "geometry": None},
            {"rules": [{"type": "TRACK", "key": "Sale", "jsonSchema": {"type": "object"}}]},
            {"events": [{"name": "Sale", "rules": {"type": "object", "properties": {}}}]},
            [],
            {},
            "text",
        ],
    )
    def test_nothing_else(self, other: Any) -> None:
        assert not is_it(source(other, "plan.json"))


class TestNames:
    @pytest.mark.parametrize(
        ("schema", "name"),
        [
            ({"self": {"name": "order_paid", "vendor": "x"}, "title": "Order"}, "order_paid"),
            ({"title": "Order Paid", "$id": "https://x.example/order.json"}, "Order Paid"),
            ({"$id": "https://x.example/order-paid.schema.json"}, "order-paid"),
            ({"$id": "https://x.example/order%20paid/1-0-0"}, "order paid"),
            ({"$id": "urn:x:order_paid"}, "order_paid"),
            ({"id": "https://x.example/order.json#", "$schema": D4}, "order"),
            ({"title": "  "}, "sale"),
            ({}, "sale"),
        ],
    )
    def test_the_first_that_is_there(self, schema: dict[str, Any], name: str) -> None:
        assert names(read(sale={"$schema": D7, "type": "object", **schema})) == [name]

    def test_in_iglus_folders_the_folder_names_it(self) -> None:
        plan = read(**{"com.x__order_paid__jsonschema__1-0-0": {"$schema": D7, "type": "object"}})
        assert names(plan) == ["order_paid"]

    def test_a_title_beside_a_name_is_what_is_shown(self) -> None:
        schema = {"$schema": D7, "self": {"name": "order_paid"}, "title": "Order Paid"}
        assert read(sale=schema).catalog.entities[event("order_paid")].display_name == "Order Paid"

    def test_definitions_are_events_unless_others_are_made_of_them(self) -> None:
        defs = {
            "Sale": sale(price={"$ref": "#/$defs/money"}),
            "refunded": {"type": "object", "properties": {"again": {"$ref": "#/$defs/refunded"}}},
            "money": {"type": "object", "properties": {"amount": {"type": "number"}}},
            "color": {"enum": ["red"]},
        }
        plan = read(events={"$schema": LATEST, "$defs": defs})
        assert names(plan) == ["Sale", "refunded"]
        assert plan.notes[0] == "parts of other schemas, no events: money"
        assert "left out: schemas of no object (1): color" in plan.notes

    def test_a_choice_between_definitions_is_a_list_of_events(self) -> None:
        defs = {"Paid": {"type": "object"}, "Sent": {"type": "object"}, "x": {"type": "object"}}
        refs = [{"$ref": "#/$defs/Paid"}, {"$ref": "#/$defs/Sent"}, {"title": "Third"}]
        plan = read(events={"$schema": LATEST, "oneOf": refs, "$defs": defs})
        assert names(plan) == ["Paid", "Sent", "Third"]

    def test_a_list(self) -> None:
        assert names(read(all=[sale(), {**sale(), "title": "Refund"}])) == ["Sale", "Refund"]

    def test_the_newest_version_is_kept(self) -> None:
        versions = {
            f"v{n}": {"$schema": D7, "self": {"name": "sale", "version": said}, "description": said}
            for n, said in enumerate(["1-0-2", "1-0-10", "1-0-9"])
        }
        plan = read(**versions)
        assert plan.catalog.entities[event("sale")].description == "1-0-10"
        assert "left out: older versions of an event (2): sale 1-0-2, sale 1-0-9" in plan.notes

    def test_two_of_a_name_are_refused(self) -> None:
        (problem,) = refused(a=sale(), b=sale())
        place, _, said = problem.partition(": ")
        assert place == "b.json:1:1"
        assert said.startswith('"Sale" is an event twice, first at a.json:1:1; give one of them')


class TestProperties:
    @pytest.mark.parametrize(
        ("schema", "prop"),
        [
            ({"type": "string"}, Property(type="string")),
            ({"type": ["string", "null"]}, Property(type="string")),
            ({"type": ["integer", "number"]}, Property(type="number")),
            ({"type": "array", "items": {"type": "string"}}, Property(type="list", items="string")),
            ({"items": {"type": ["integer"]}}, Property(type="list", items="integer")),
            ({"properties": {}, "type": "object"}, Property(type="object")),
            ({"type": "string", "format": "date"}, Property(type="datetime")),
            ({"format": "date-time"}, Property(type="datetime")),
            ({"type": "string", "format": "email"}, Property(type="string")),
            ({"enum": ["a", "b", None]}, Property(type="string", allowed=("a", "b"))),
            ({"enum": [1, 2]}, Property(type="integer", allowed=(1, 2))),
            ({"const": True}, Property(type="boolean", allowed=(True,))),
            ({"type": "string", "enum": ["1", 1]}, Property(type="string", allowed=("1",))),
            ({"type": "number", "minimum": 0, "maximum": 9.5},
             Property(type="number", minimum=0, maximum=9.5)),
            ({"type": "string", "pattern": "^a$"}, Property(type="string", pattern="^a$")),
            ({"type": "string", "pattern": "\\p{L}"}, Property(type="string")),
            ({"type": "integer", "examples": [1, "x", None]},
             Property(type="integer", examples=(1,))),
            ({"type": "integer", "example": 1}, Property(type="integer", examples=(1,))),
            ({"type": "integer", "default": 1}, Property(type="integer")),
            ({"type": "string", "title": "Price"}, Property(type="string")),
            ({"type": "string", "title": "What it cost"},
             Property(type="string", display_name="What it cost")),
            ({"type": "string", "nullable": True}, Property(type="string")),
            ({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
             Property(type="string", allowed=("a",))),
            ({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]},
             Property(type="string", allowed=("a", "b"))),
            ({"anyOf": [{"type": "integer"}, {"type": "integer"}]}, Property(type="integer")),
            ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, Property()),
            ({"allOf": [{"type": "number"}, {"minimum": 1}]}, Property(type="number", minimum=1)),
            ({"type": ["number", "string"]}, Property()),
            ({"type": "date"}, Property()),
            ({}, Property()),
            (True, Property()),
            (False, None),
        ],
    )  # fmt: skip
    def test_what_a_keyword_means(self, schema: Any, prop: Property | None) -> None:
        assert price(schema) == prop

    def test_required(self) -> None:
        kinds = {"a": {"type": "string"}, "b": {"type": ["string", "null"]}, "c": {}}
        plan = read(sale=sale(["a", "b", "elsewhere"], **kinds))
        found = plan.catalog.entities[event("Sale")].properties
        assert {name: prop and prop.required for name, prop in found.items()} == {
            "a": True,
            "b": UNSET,
            "c": UNSET,
            "elsewhere": True,
        }
        assert "left out: required of what may be null (1): Sale.b" in plan.notes

    @pytest.mark.parametrize(
        ("schema", "note"),
        [
            ({"type": "string", "default": ""}, "default (1): Sale.price"),
            ({"type": "string", "minLength": 1}, "minLength (1): Sale.price"),
            ({"type": "number", "exclusiveMinimum": 0}, "exclusiveMinimum (1): Sale.price"),
            ({"type": "string", "deprecated": True}, "deprecated (1): Sale.price"),
            ({"type": "string", "pattern": "\\p{L}"},
             "pattern that only JavaScript can read (1): Sale.price"),
            ({"type": "string", "minimum": 1}, "minimum of what is no number (1): Sale.price"),
            ({"type": ["number", "string"]},
             "a type that is none of ours (1): Sale.price (number or string)"),
            ({"description": "?"}, "no type is said (1): Sale.price"),
            ({"type": "string", "enum": ["1", 1]}, "allowed of another type (1): Sale.price"),
            ({"type": "object", "properties": {"cents": {}}},
             "properties within an object (1): Sale.price.cents"),
            ({"type": "array", "items": [{"type": "string"}]},
             "items by their position (1): Sale.price"),
            ({"type": "array", "items": {"type": "string", "maxLength": 4}},
             "what is said of elements beyond their type (1): Sale.price[]"),
            ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "anyOf (1): Sale.price"),
            (False, "what may never be there (false) (1): Sale.price"),
            ({"type": "string", "x-owner": "jane"}, "x-owner (1): Sale.price"),
            ({"$ref": "https://x.example/money.json"},
             "a $ref to what is not among the files (1): https://x.example/money.json"),
        ],
    )  # fmt: skip
    def test_what_is_left_out_is_told(self, schema: Any, note: str) -> None:
        assert f"left out: {note}" in read(sale=sale(price=schema)).notes

    def test_many_names_are_counted(self) -> None:
        many = {f"p{n}": {"type": "string", "default": ""} for n in range(40)}
        (note,) = read(sale=sale(**many)).notes
        assert note.startswith("left out: default (40): Sale.p0, Sale.p1,")
        assert note.endswith("Sale.p9 and 30 more")

    def test_what_says_nothing_is_not_told(self) -> None:
        quiet = {"type": "string", "description": "", "readOnly": False, "examples": [], "x": {}}
        schema = {**sale(["price"], price=quiet), "additionalProperties": True, "definitions": {}}
        assert read(sale=schema).notes == ()

    def test_examples_that_do_not_fit_are_left_to_the_rules(self) -> None:
        assert price({"type": "string", "enum": ["a"], "examples": ["b"]}) == Property(
            type="string", allowed=("a",), examples=("b",)
        )


class TestReferences:
    @pytest.mark.parametrize(
        ("ref", "more"),
        [
            ("#/definitions/money", {"definitions": {"money": {"type": "number"}}}),
            ("#/$defs/mo~1ney", {"$defs": {"mo/ney": {"type": "number"}}}),
            ("#/$defs/mo%20ney", {"$defs": {"mo ney": {"type": "number"}}}),
            ("#money", {"$defs": {"m": {"$anchor": "money", "type": "number"}}}),
            ("#money", {"definitions": {"m": {"$id": "#money", "type": "number"}}}),
            ("#/$defs/a", {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "number"}}}),
            ("#/$defs/list/anyOf/1", {"$defs": {"list": {"anyOf": [{}, {"type": "number"}]}}}),
            ("x.json", {"$defs": {"m": {"$id": "x.json", "type": "number"}}}),
        ],
    )
    def test_within_a_schema(self, ref: str, more: dict[str, Any]) -> None:
        assert price({"$ref": ref}, **more) == Property(type="number")

    @pytest.mark.parametrize(
        "ref",
        [
            "money.json",
            "./money.json",
            "../shop/money.json#",
            "https://x.example/a/money.json",
            "iglu:com.x/money/jsonschema/1-0-0",
            "money.json#/$defs/cents",
        ],
    )
    def test_between_files(self, ref: str) -> None:
        money = {
            "$schema": LATEST,
            "$id": "https://x.example/a/money.json",
            "self": {"vendor": "com.x", "name": "money", "format": "jsonschema",
                     "version": "1-0-0"},
            "type": "number",
            "$defs": {"cents": {"type": "number"}},
        }  # fmt: skip
        plan = read(shop__sale=sale(price={"$ref": ref}), shop__money=money)
        prop = plan.catalog.entities[event("Sale")].properties["price"]
        assert prop == Property(type="number")
        assert names(plan) == ["Sale"]

    def test_what_is_written_beside_it_counts(self) -> None:
        defs = {"m": {"type": "number", "description": "Money.", "title": "Money", "minimum": 0}}
        found = price({"$ref": "#/$defs/m", "description": "In euros."}, **{"$defs": defs})
        assert found == Property(type="number", description="In euros.", minimum=0)

    def test_a_common_base_is_a_part_of_each_event(self) -> None:
        base = {"$schema": LATEST, **sale(["at"], at={"type": "string", "format": "date-time"})}
        event_ = {"$schema": LATEST, "title": "Paid", "allOf": [{"$ref": "base.json"}],
                  "properties": {"price": {"type": "number"}}}  # fmt: skip
        plan = read(base=base, paid=event_)
        assert plan.catalog.entities[event("Paid")].properties == {
            "at": Property(type="datetime", required=True),
            "price": Property(type="number"),
        }
        assert plan.notes == ("parts of other schemas, no events: Sale",)

    def test_a_schema_within_itself_is_cut_off(self) -> None:
        plan = read(sale=sale(parent={"$ref": "#"}, parents={"items": {"$ref": "#"}}))
        found = plan.catalog.entities[event("Sale")].properties
        assert found == {
            "parent": Property(type="object"),
            "parents": Property(type="list", items="object"),
        }
        assert "left out: a definition within itself (2): Sale.parent, Sale.parents[]" in plan.notes

    @pytest.mark.parametrize(
        ("defs", "problem"),
        [
            ({"a": {"$ref": "#/$defs/a"}}, "$ref leads in a circle, back to itself"),
            ({"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}},
             "$ref leads in a circle, back to itself"),
            ({}, '$ref leads to "#/$defs/a", where there is nothing; repair it'),
        ],
    )  # fmt: skip
    def test_that_lead_nowhere(self, defs: Any, problem: str) -> None:
        found = refused(sale={**sale(price={"$ref": "#/$defs/a"}), "$defs": defs})
        assert any(problem in line for line in found), found

    def test_to_a_file_that_is_not_there(self) -> None:
        (problem,) = refused(sale=sale(price={"$ref": "money.json"}))
        place, _, said = problem.partition(": ")
        assert place == "sale.json:7:4"
        assert said.startswith('$ref leads to "money.json", which is not among the files; name')

    def test_that_unfold_to_more_than_anybody_can_hold(self) -> None:
        defs: dict[str, Any] = {"d0": {"type": "string"}}
        for n in range(1, 40):
            defs[f"d{n}"] = {"allOf": [{"$ref": f"#/$defs/d{n - 1}"}] * 2}
        (problem,) = refused(sale={**sale(price={"$ref": "#/$defs/d39"}), "$defs": defs})
        assert "unfold to more than" in problem


class TestRefused:
    @pytest.mark.parametrize(
        ("schema", "problem"),
        [
            ({"type": 5}, 'type expects a word, found 5; write "string"'),
            ({"type": ["string", None]}, 'type expects a word, found null; write "string"'),
            ({"description": ["x"]}, "description expects a text, found a list; write a text"),
            ({"enum": "a"}, 'enum expects a list, found "a"; write ["a"]'),
            ({"minimum": "1"}, 'minimum expects a number, found "1"; write a number'),
            ({"maximum": True}, "maximum expects a number, found true; write a number"),
            ({"required": True}, "required expects a list of names, found true"),
            ({"type": "object", "properties": []}, "properties expects an object, found a list"),
            ({"allOf": {}}, "a list of schemas is expected, found an object"),
            ({"allOf": [3]}, "a schema is expected, found 3; write {}"),
            ({"$ref": []}, "$ref expects a text, found a list"),
            (7, "a schema is expected, found 7; write {}"),
        ],
    )
    def test_with_its_place_and_what_to_do(self, schema: Any, problem: str) -> None:
        found = refused(sale=sale(price=schema))
        assert any(problem in line for line in found), found
        assert all(line.startswith("sale.json:") for line in found)

    def test_an_empty_name(self) -> None:
        assert refused(sale=sale(**{"": {}})) == [
            "sale.json:6:3: a property needs a name, found an empty one; write a text"
        ]

    def test_other_json_in_the_folder_is_passed_over(self) -> None:
        plan = read(sale=sale(), package={"name": "x", "version": "1.0.0"})
        assert plan.notes == ("package.json: is no JSON Schema; passed over",)

    def test_no_schema_of_an_event_at_all(self) -> None:
        found = refused(a={"$schema": D7, "type": "string"}, b={"name": "x"})
        assert found == [
            "b.json: is no JSON Schema; passed over",
            "a.json:1:1: holds no JSON Schema of an event",
        ]


@pytest.mark.parametrize("folder", ["schemas_saas", "schemas_shop"])
def test_bent_files_are_read_or_refused_in_one_line_each(folder: str) -> None:
    paths = sorted((EXAMPLES / folder).rglob("*.json"))
    sound = [Source(str(path.relative_to(EXAMPLES)), path.read_bytes()) for path in paths]

    @settings(max_examples=150)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(sound) - 1))
        one = sound[place]
        broken = Source(one.name, data.draw(bent(json.loads(one.data))))
        is_it(broken)
        assert_told([*sound[:place], broken, *sound[place + 1 :]])
        assert_told([broken])

    check()


def assert_told(sources: list[Source]) -> None:
    problems: tuple[str, ...] = ()
    try:
        plan = loads(sources, How(folder=True))
    except InputError as error:
        problems = error.problems
    if problems:
        known = tuple(f"{one.name}:" for one in sources)
        assert all(line.startswith(known) for line in problems), problems
        return
    assert all("\n" not in note for note in plan.notes)
    text = plan_yaml.dumps(plan.catalog)
    assert plan_yaml.loads([Source("plan.yaml", text.encode())]).catalog == plan.catalog
