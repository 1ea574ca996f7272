"""Segment's tracking plans: what becomes of them, what is told, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgov.core.model import UNSET, USER, Deprecation, Property, event
from mpgov.errors import InputError
from mpgov.formats import plan_yaml
from mpgov.formats.base import How, Plan, Source
from mpgov.formats.detect import format_of
from mpgov.formats.segment import FORMAT, is_it, loads
from tests.formats.bent_json import bent

EXAMPLES = Path(__file__).parent / "other_tools"
FILES = sorted(EXAMPLES.glob("segment_*.json")) + sorted(EXAMPLES.glob("segment_*/*.json"))
DOCUMENTS = {path.name: json.loads(path.read_text("utf-8")) for path in FILES}


def source(document: Any, name: str = "plan.json") -> Source:
    text = document if isinstance(document, str) else json.dumps(document, indent=1)
    return Source(name, text.encode())


def read(*documents: Any) -> Plan:
    return loads([source(one, f"{n}.json") for n, one in enumerate(documents)], How())


def refused(*documents: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        read(*documents)
    return [problem.splitlines()[0] for problem in error.value.problems]


def call(**sides: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"properties": {}, "traits": {}, "context": {}, **sides},
    }


def track(name: str = "Sale", schema: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": "TRACK", "key": name, "jsonSchema": schema or call(), "version": 1, **more}


def properties(**inner: Any) -> dict[str, Any]:
    return call(properties={"type": "object", "properties": inner})


def rules(*listed: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data": {"rules": list(listed), **more}}


class TestFound:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_by_what_it_holds(self, path: Path) -> None:
        assert format_of(Source("plan.csv", path.read_bytes())) is FORMAT
        assert format_of(Source("plan", path.read_bytes())) is FORMAT

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_cut_off_as_well(self, path: Path) -> None:
        data = path.read_bytes()
        assert is_it(Source("plan.json", data[: len(data) * 2 // 3]))

    @pytest.mark.parametrize(
        "other",
        [
            {"entries": []},
            {"results": [], "status": "ok"},
            [{"entityType": "event", "name": "Sale", "schemaJson": {}}],
            {"format": 1, "changes": [], "fingerprint": "x"},
            {"mpgov": 1, "events": {"Sale": {}}},
            {"rules": []},
            {"rules": {"semi": "error"}, "extends": []},
            {"rules": [{"test": "x", "use": []}]},
            {"events": []},
            {"data": []},
            [],
            {},
            "text",
            7,
            {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
        ],
    )
    def test_nothing_else(self, other: Any) -> None:
        assert not is_it(source(other))

    def test_as_powershell_saves_it(self) -> None:
        text = json.dumps(rules(track()))
        saved = Source("plan.json", text.encode("utf-16"))
        assert is_it(saved)
        assert event("Sale") in loads([saved], How()).catalog.entities

    @pytest.mark.parametrize(
        "document",
        [
            rules(track()),
            {"rules": [track()]},
            [track()],
            {"data": {"trackingPlan": {"name": "Web", "rules": [track()]}}},
            {"tracking_plan": {"display_name": "Web", "rules": {"events": [
                {"name": "Sale", "rules": call()}]}}},
            {"events": [{"name": "Sale", "rules": call()}], "name": "Web"},
            {"rules": {"events": [{"name": "Sale", "rules": call()}], "identify": call()}},
        ],
    )  # fmt: skip
    def test_in_each_shape_that_it_is_saved_in(self, document: Any) -> None:
        assert is_it(source(document))
        assert event("Sale") in read(document).catalog.entities


class TestRead:
    def test_typewriters_files_leave_the_wrapping_out(self) -> None:
        schema = {
            "eventMetadata": {"name": "Sale", "type": "TRACK"},
            "labels": {},
            "properties": {"price": {"type": "number", "id": "/properties/price"}},
            "required": ["price"],
        }
        plan = read({"id": "tp_1", "rules": [track(schema=schema)]})
        assert plan.catalog.entities[event("Sale")].properties == {
            "price": Property(type="number", required=True)
        }

    def test_places_are_where_the_names_stand(self) -> None:
        text = json.dumps(rules(track(schema=properties(price={"type": "number"}))), indent=1)
        entity = read(text).catalog.entities[event("Sale")]
        lines = text.splitlines()
        assert entity.at is not None
        assert '"key": "Sale"' in lines[entity.at.line - 1]
        price = entity.properties["price"]
        assert price is not None
        assert price.at is not None
        assert lines[price.at.line - 1][price.at.column - 1 :].startswith('"price"')

    def test_the_newest_version_is_kept_unless_it_is_deprecated(self) -> None:
        plan = read(
            rules(
                track(schema=properties(a={"type": "string"})),
                track(schema=properties(b={"type": "string"}), version=2),
                track(version=3, deprecatedAt="2025-01-02T00:00:00Z"),
            )
        )
        entity = plan.catalog.entities[event("Sale")]
        assert (list(entity.properties), entity.status) == (["b"], UNSET)
        assert "left out: other versions of an event (2): Sale 1, Sale 3" in plan.notes

    def test_the_same_version_twice_is_refused(self) -> None:
        twice = refused(rules(track(), track(schema=properties(a={}))))
        assert twice == [
            '0.json:19:5: "Sale" has version 1 twice, also at 0.json:6:5; keep one of them'
        ]

    def test_but_not_if_it_says_the_same(self) -> None:
        assert len(read(rules(track()), rules(track())).catalog) == 1

    @pytest.mark.parametrize(
        ("moment", "since"),
        [("2025-01-02T03:04:05Z", "2025-01-02"), ("2025-02-30", UNSET), ("lately", UNSET)],
    )
    def test_deprecated_since(self, moment: str, since: Any) -> None:
        entity = read(rules(track(deprecatedAt=moment))).catalog.entities[event("Sale")]
        assert (entity.status, entity.deprecated) == ("deprecated", Deprecation(since=since))

    @pytest.mark.parametrize("never", ["0001-01-01T00:00:00.000Z", "", None])
    def test_not_deprecated(self, never: Any) -> None:
        entity = read(rules(track(deprecatedAt=never))).catalog.entities[event("Sale")]
        assert (entity.status, entity.deprecated) == (UNSET, UNSET)

    def test_labels_are_tags(self) -> None:
        schema = {**call(), "labels": {"team": "growth", "beta": "", "priority": 1, "odd": []}}
        plan = read(rules(track(schema=schema)))
        tags = ("team:growth", "beta", "priority:1")
        assert plan.catalog.entities[event("Sale")].tags == tags
        assert "left out: labels that are no text (1): Sale.odd" in plan.notes

    def test_an_event_says_more_than_the_common_rule(self) -> None:
        common = {"type": "object", "required": ["shop"],
                  "properties": {"shop": {"type": "string", "description": "Which."}}}  # fmt: skip
        plan = read(
            rules(
                {"type": "COMMON", "jsonSchema": call(properties=common)},
                track(schema=properties(shop={"description": "Ours."})),
                track("Other"),
            )
        )
        shops = [one.properties["shop"] for one in plan.catalog]
        assert shops == [
            Property(type="string", required=True, description=said) for said in ("Ours.", "Which.")
        ]
        assert plan.notes[0] == "on every event, from the common rule: shop"

    def test_a_common_rule_holds_in_its_own_tracking_plan(self) -> None:
        common = properties(shop={"type": "string"})
        plans = [
            {"display_name": name, "rules": {"events": [{"name": name, "rules": call()}], **more}}
            for name, more in (("Web", {"global": common}), ("App", {}))
        ]
        entities = read({"tracking_plans": plans}).catalog.entities
        found = {key.name: list(one.properties) for key, one in entities.items()}
        assert found == {"Web": ["shop"], "App": []}

    def test_two_tracking_plans_that_contradict_each_other_are_refused(self) -> None:
        plans = [
            {"display_name": name, "rules": {
                "events": [{"name": "Sale", "description": name, "rules": call()}],
                "identify": call(traits={"properties": {"plan": {"type": type_}}})}}
            for name, type_ in (("Web", "string"), ("App", "number"))
        ]  # fmt: skip
        found = refused({"tracking_plans": plans})
        assert [line.partition(": ")[2].partition(",")[0] for line in found] == [
            '"Sale" is in two tracking plans',
            '"plan" is in two tracking plans',
        ]

    def test_page_calls_are_no_events(self) -> None:
        plan = read(rules({"type": "PAGE", "key": "Home", "jsonSchema": call()}, track()))
        assert list(plan.catalog.entities) == [event("Sale")]
        assert plan.notes == ("left out: page calls, which are no events (1): Home",)

    def test_a_page_of_rules_that_is_not_there_is_asked_for(self) -> None:
        pages = {"current": "a", "next": "b", "totalEntries": 9}
        plan = read(rules(track(), pagination=pages))
        assert [note.partition(",")[0] for note in plan.notes] == [
            "0.json: holds one page of 9 rules"
        ]
        last = rules(track("Other"), pagination={"current": "b"})
        assert read(rules(track(), pagination=pages), last).notes == ()

    def test_a_tracking_plan_without_its_rules(self) -> None:
        with pytest.raises(InputError) as error:
            read({"data": {"trackingPlan": {"id": "tp_1", "name": "Web"}}})
        assert error.value.message == "0.json:1:1: holds no rules of a Segment tracking plan"
        assert "/rules" in error.value.hint

    def test_users_are_the_profile(self) -> None:
        traits = {"properties": {"plan": {"type": ["string", "null"]}}, "required": ["plan"]}
        plan = read(rules({"type": "IDENTIFY", "key": "", "jsonSchema": call(traits=traits)}))
        assert plan.catalog.entities[USER].properties == {"plan": Property(type="string")}
        assert plan.notes == ("left out: required of what may be null (1): $user.plan",)


class TestRefused:
    @pytest.mark.parametrize(
        ("document", "problem"),
        [
            (rules(track("")), "key of an event expects its name, found an empty text"),
            (rules({"type": "TRACK"}), "key of an event expects its name, found nothing"),
            (rules(track(version="2")), 'version expects a number, found "2"; write 1'),
            (rules(track(deprecatedAt=5)), "deprecatedAt expects a time, found 5; remove it"),
            (rules(track(schema=[])), None),
            (rules(track(schema=[1])), "a schema is expected, found a list; write {}"),
            (rules(track(schema={**call(), "labels": 1})), "labels expects an object, found 1"),
            (rules(track(schema={"description": 1})), "description expects a text, found 1"),
            (rules(track(schema=properties(a=3))), "a schema is expected, found 3; write {}"),
            (rules(track(schema=properties(a={"required": True}))),
             "required expects a list of names, found true"),
            (rules(track(schema=call(properties={"properties": []}))),
             "properties expects an object, found a list"),
            ({"data": {"rules": [track(), 7]}}, "a rule is expected, found 7; remove it"),
            ({"data": {"rules": [track(), {"type": "ALIAS"}]}},
             'type of a rule is one of TRACK, IDENTIFY, GROUP, COMMON, PAGE, SCREEN, not "ALIAS"'),
            ({"data": {"rules": 5}}, "rules expects a list or an object, found 5; save it anew"),
            ({"rules": {"events": 5, "identify": call()}}, "events expects a list, found 5"),
            ({"rules": {"events": [{"rules": {}}]}},
             "name of an event expects its name, found nothing"),
            ({"tracking_plans": [5]}, "a tracking plan is expected, found 5; remove it"),
        ],
    )  # fmt: skip
    def test_with_its_place_and_what_to_do(self, document: Any, problem: str | None) -> None:
        if problem is None:
            assert read(document).catalog.entities
            return
        assert any(problem in line for line in refused(document)), refused(document)

    def test_all_at_once_in_the_order_of_the_files(self) -> None:
        assert [
            line.split(":")[0] for line in refused(rules(track("")), "[1", rules(track("")))
        ] == [
            "0.json",
            "1.json",
            "2.json",
        ]

    @pytest.mark.parametrize(
        ("raw", "problem"),
        [
            ('{"a": 1, "a": 2}', '"a" is written twice, first at 0.json:1:60; keep one of them'),
            (
                '{"\\ud83d": 1}',
                "holds \\ud83d, half a character, which no plan can hold; repair it",
            ),
            ("NaN", "holds NaN, a number that JSON cannot carry; repair it"),
            ("[" * 95 + "]" * 95, "is nested deeper than 90 levels; repair it"),
            (
                '{"a": ' + "[" * 2000 + "]" * 2000 + ', "a": 1}',
                "is nested deeper than 90 levels; repair it",
            ),
        ],
    )
    def test_json_that_nobody_can_use(self, raw: str, problem: str) -> None:
        text = json.dumps(rules(track())).replace('"version": 1', f'"x": {raw}')
        assert any(problem.partition("first at")[0] in line for line in refused(text)), refused(
            text
        )

    def test_more_than_a_file_may_hold(self) -> None:
        with pytest.raises(InputError, match=r"plan\.json:1:1: holds 17 MB, a plan's file at most"):
            loads([Source("plan.json", b'{"rules": []}' + b" " * (17 << 20))], How())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_bent_files_are_read_or_refused_in_one_line_each(name: str) -> None:
    @settings(max_examples=60)
    @given(bent(DOCUMENTS[name]))
    def check(data: bytes) -> None:
        assert_told(Source("plan.json", data))

    check()


def assert_told(found: Source) -> None:
    is_it(found)
    problems: tuple[str, ...] = ()
    try:
        plan = loads([found], How())
    except InputError as error:
        problems = error.problems
    if problems:
        assert all(line.startswith("plan.json:") for line in problems), problems
        return
    assert all(isinstance(note, str) and "\n" not in note for note in plan.notes)
    text = plan_yaml.dumps(plan.catalog)
    assert plan_yaml.loads([Source("plan.yaml", text.encode())]).catalog == plan.catalog


@settings(max_examples=100)
@given(st.binary(max_size=40))
def test_no_bytes_are_a_traceback(data: bytes) -> None:
    assert_told(Source("plan.json", b'{"rules": [' + data))
