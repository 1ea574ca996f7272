"""Saved change sets and undo: what stands is done, what was edited since is left and named."""

from copy import deepcopy
from typing import Any

import pytest

from mpgov.errors import InputError, UsageError, UsedError
from mpgov.workflows.compare import Wish
from tests.conftest import House, event_entry
from tests.workflows.doing import GUARDS, LIFTED, apply_saved, diffed, records, saved, sync, undo

BEFORE = "events:\n" + "\n".join(f"  E{n}: {{description: d{n}, tags: [t]}}" for n in range(8))
AFTER = "events:\n" + "\n".join(f"  E{n}: {{description: new {n}, tags: [t, u]}}" for n in range(9))


@pytest.fixture
def agreed(house: House) -> House:
    house.plan(BEFORE)
    assert sync(house).exit_code == 0
    house.plan(AFTER)
    return house


class TestSavedChanges:
    def test_it_applies_what_stands_and_names_what_moved(self, agreed: House) -> None:
        path = saved(agreed)
        for n in range(3):
            agreed.sandbox.edit_in_ui(agreed.project, "event", f"E{n}", description=f"UI {n}")
        report = apply_saved(agreed, path)
        assert report.exit_code == 7
        assert [(m.key.name, m.path) for m in report.diff.moved] == [
            (f"E{n}", ("description",)) for n in range(3)
        ]
        stored = agreed.stored()
        assert [stored[f"E{n}"]["description"] for n in (0, 3, 8)] == ["UI 0", "new 3", "new 8"]
        assert stored["E0"]["metadata"]["com.mixpanel"]["tags"] == ["t", "u"]
        with pytest.raises(UsedError) as raised:
            apply_saved(agreed, path)
        assert raised.value.exit_code == 6

    def test_nothing_of_it_stands(self, agreed: House) -> None:
        agreed.plan("events: {E0: {description: new}}")
        path = saved(agreed)
        agreed.sandbox.edit_in_ui(agreed.project, "event", "E0", description="UI")
        assert apply_saved(agreed, path).exit_code == 6
        assert agreed.stored()["E0"]["description"] == "UI"

    def test_afterwards_the_plan_agrees(self, agreed: House) -> None:
        assert apply_saved(agreed, saved(agreed)).exit_code == 0
        report = diffed(agreed)
        assert report.is_clean
        assert not report.drift

    def test_it_is_refused_when_it_was_changed_or_is_for_another_project(
        self, agreed: House
    ) -> None:
        path = saved(agreed)
        good = path.read_text("utf-8")
        path.write_text(good.replace("new 3", "new X"), "utf-8")
        with pytest.raises(InputError, match="changed after it was saved"):
            apply_saved(agreed, path)
        path.write_text(good.replace(str(agreed.project), "77"), "utf-8")
        with pytest.raises(InputError, match="is for project 77"):
            apply_saved(agreed, path)
        path.write_text(good[:-40], "utf-8")
        with pytest.raises(InputError, match=r"c\.json:1:"):
            apply_saved(agreed, path)

    def test_guards_judge_it_too(self, agreed: House) -> None:
        agreed.plan("events: {E0: {status: blocked}}")
        path = saved(agreed, wish=Wish())
        report = apply_saved(agreed, path, Wish())
        assert report.exit_code == 1
        assert [f.rule for f in report.diff.standing] == ["guards/blocks-data"]
        assert apply_saved(agreed, path).exit_code == 0  # it was not used


RAW: dict[str, Any] = {
    "description": "Written in the UI\n",
    "strange": [1],
    "required": ["theirs", "gone"],
    "properties": {
        "gone": {"type": "number", "strange": 1, "metadata": {"com.mixpanel": {"hidden": True}}},
        "theirs": {"type": "number", "examples": [1.50], "enum": [1, 2]},
        "kept": {"type": "string"},
    },
    "metadata": {
        "acme": 1,
        "com.mixpanel": {
            "$source": "x",
            "tags": ["b", "a"],
            "contacts": ["Kim@Acme.example"],
            "displayName": "Theirs",
        },
    },
}
CHANGED = {
    "create": "events: {New: {description: n, tags: [x], properties: {p: {type: string}}}}",
    "update": (
        "events: {Sale: {description: Ours, display_name: Sale, tags: [c], properties: "
        "{theirs: {type: integer, description: t, required: false}, p: {type: string}}}}"
    ),
    "hide": "events: {Sale: {hidden: true, properties: {theirs: {hidden: true}}}}",
    "block": "events: {Sale: {status: blocked, properties: {kept: {blocked: true}}}}",
    "deprecate": "events: {Sale: {status: deprecated}}",
    "removal": "events: {Sale: {properties: {gone: null, theirs: null}}}",
    "owners": "events: {Sale: {owners: [jane@acme.example, 'team:Growth']}}",
    "clear": "events: {Sale: {description: null, display_name: null, tags: null, owners: null}}",
}


class TestUndo:
    @pytest.fixture
    def shop(self, house: House) -> House:
        house.sandbox.knobs["unknown_property_key"] = "stored"
        house.put(event_entry("Sale", **deepcopy(RAW)), event_entry("Other", description="o"))
        return house

    @pytest.mark.parametrize("what", CHANGED)
    def test_the_stored_entries_are_as_before(self, shop: House, what: str) -> None:
        before = deepcopy(shop.stored())
        shop.plan(CHANGED[what])
        assert sync(shop).exit_code == 0
        assert shop.stored() != before
        report = undo(shop)
        assert (report.exit_code, report.diff.moved) == (0, ())
        assert shop.stored() == before
        after = sync(shop)
        assert after.outcomes == ()
        assert after.exit_code == 0

    def test_a_deletion_comes_back_whole(self, house: House) -> None:
        house.plan("events: {Sale: {description: s, properties: {p: {type: string}}}, B: {}}")
        sync(house)
        before = deepcopy(house.stored())
        house.plan("events: {B: {}}")
        sync(house, Wish(allow=GUARDS, prune="managed"))
        assert set(house.stored()) == {"B"}
        assert undo(house).exit_code == 0
        assert house.stored() == before
        assert sync(house).outcomes == ()

    def test_what_was_edited_since_is_left_and_named(self, shop: House) -> None:
        shop.plan(CHANGED["update"])
        sync(shop)
        shop.sandbox.edit_in_ui(shop.project, "event", "Sale", description="Since")
        report = undo(shop)
        assert report.exit_code == 7
        assert [m.path for m in report.diff.moved] == [("description",)]
        stored = shop.stored()["Sale"]
        assert stored["description"] == "Since"
        assert stored == {**RAW, "description": "Since"}
        assert sync(shop).outcomes == ()

    def test_a_created_event_that_gained_something_stays(self, house: House) -> None:
        house.plan("events: {New: {description: n}, Other: {description: o}}")
        sync(house)
        house.sandbox.edit_in_ui(house.project, "event", "New", displayName="Theirs")
        report = undo(house)
        assert report.exit_code == 7
        assert [m.key.name for m in report.diff.moved] == ["New"]
        assert set(house.stored()) == {"New"}

    def test_elements_added_since_stay(self, shop: House) -> None:
        shop.plan("events: {Sale: {tags: [c]}}")
        sync(shop)
        shop.sandbox.edit_in_ui(shop.project, "event", "Sale", tags=["b", "a", "c", "since"])
        assert undo(shop).exit_code == 0
        assert shop.stored()["Sale"]["metadata"]["com.mixpanel"]["tags"] == ["b", "a", "since"]

    def test_an_undo_can_be_undone(self, shop: House) -> None:
        shop.plan(CHANGED["update"])
        sync(shop)
        synced = deepcopy(shop.stored())
        undo(shop)
        assert undo(shop).exit_code == 0
        assert shop.stored() == synced
        kinds = [(r["kind"], r["state"]) for r in records(shop)]
        assert kinds == [
            (kind, state) for kind in ("sync", "undo", "undo") for state in ("intended", "done")
        ]

    def test_guards_judge_it(self, house: House) -> None:
        house.plan("events: {Sale: {description: s}}")
        sync(house)
        report = undo(house, wish=Wish())
        assert [f.rule for f in report.diff.standing] == ["guards/deletes"]
        assert "Sale" in house.stored()

    def test_there_is_nothing_to_undo_yet(self, house: House) -> None:
        with pytest.raises(UsageError, match="no run"):
            undo(house)
        with pytest.raises(UsageError, match="no run"):
            undo(house, "../../etc/passwd", LIFTED)
