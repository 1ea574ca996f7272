"""Plan and UI change the same dictionary: both survive, or somebody decides."""

from typing import Any

import pytest

from mpgov.core.select import Selection
from mpgov.errors import UsageError
from mpgov.workflows.adopt import adopt
from mpgov.workflows.compare import Wish
from mpgov.workflows.sync import Where, choose, prepare, take_theirs
from tests.conftest import House, event_entry
from tests.workflows.doing import GUARDS, carried_out, diffed, sync, where

PLAN = """\
# Ours.
events:
  Sale:   # the one that matters
    description: "Paid"   # as finance says
    display_name: Sale
    tags: [KPI]
    properties:
      total: {type: number, description: Sum.}
  Other:
    description: o"""


@pytest.fixture
def agreed(house: House) -> House:
    house.plan(PLAN)
    assert sync(house).exit_code == 0
    return house


def edit(house: House, **fields: object) -> None:
    house.sandbox.edit_in_ui(house.project, "event", "Sale", **fields)


def put_all(house: House, stored: dict[str, Any]) -> None:
    house.put(*(event_entry(name, **schema) for name, schema in stored.items()))


def remove(house: House, name: str) -> None:
    put_all(house, {n: schema for n, schema in house.stored().items() if n != name})


def replan(house: House, old: str, new: str) -> None:
    path = house.folder / "plan.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_different_fields_both_survive(agreed: House) -> None:
    edit(agreed, displayName="Theirs")
    replan(agreed, '"Paid"', '"Paid in full"')
    report = sync(agreed)
    assert report.exit_code == 0
    stored = agreed.stored()["Sale"]
    assert stored["description"] == "Paid in full"
    assert stored["metadata"]["com.mixpanel"]["displayName"] == "Theirs"


class TestTheSameField:
    @pytest.fixture
    def contested(self, agreed: House) -> House:
        edit(agreed, description="Theirs")
        replan(agreed, '"Paid"', '"Ours"')
        replan(agreed, "description: o", "description: other")
        return agreed

    def test_a_conflict_is_set_aside_and_the_others_go(self, contested: House) -> None:
        report = sync(contested)
        assert report.exit_code == 1
        assert [c.path for c in report.diff.conflicts] == [("description",)]
        assert contested.stored()["Sale"]["description"] == "Theirs"
        assert contested.stored()["Other"]["description"] == "other"

    def test_ours_sends_the_plans(self, contested: House) -> None:
        report = sync(contested, Wish(ours=("Sale",)))
        assert (report.exit_code, report.diff.conflicts) == (0, ())
        assert contested.stored()["Sale"]["description"] == "Ours"
        assert sync(contested).diff.is_clean

    def test_theirs_changes_one_line_of_the_plan(self, contested: House) -> None:
        path = contested.folder / "plan.yaml"
        before = path.read_text("utf-8").splitlines()
        report = sync(contested, Wish(theirs=("S*",)))
        assert report.exit_code == 0
        after = path.read_text("utf-8").splitlines()
        changed = [(b, a) for b, a in zip(before, after, strict=True) if b != a]
        assert changed == [
            (
                '    description: "Ours"   # as finance says',
                '    description: "Theirs"   # as finance says',
            )
        ]
        assert contested.stored()["Sale"]["description"] == "Theirs"
        again = sync(contested, Wish())
        assert again.diff.is_clean
        assert not again.diff.drift

    def test_one_field_can_be_settled_alone(self, contested: House) -> None:
        edit(contested, displayName="Also theirs")
        replan(contested, "display_name: Sale", "display_name: Verkauf")
        place = where(contested)
        run = prepare(place, Wish())
        assert len(run.comparison.report.conflicts) == 2
        key = run.comparison.report.conflicts[0].key
        choose(run, {(key, ("description",)): "theirs", (key, ("display_name",)): "ours"})
        assert take_theirs(run, place)
        assert carried_out(run).exit_code == 0
        stored = contested.stored()["Sale"]
        assert stored["description"] == "Theirs"
        assert stored["metadata"]["com.mixpanel"]["displayName"] == "Verkauf"
        assert 'description: "Theirs"' in (contested.folder / "plan.yaml").read_text("utf-8")

    def test_theirs_on_stdin_is_refused_before_anything(self, contested: House) -> None:
        with pytest.raises(UsageError, match="stdin"):
            prepare(Where("-", contested.around), Wish(theirs=("*",)))


class TestDrift:
    def test_ours_overwrites_it(self, agreed: House) -> None:
        edit(agreed, description="Theirs", tags=["UI"])
        assert sync(agreed).outcomes == ()
        report = sync(agreed, Wish(ours=("Sale",)))
        assert report.exit_code == 0
        stored = agreed.stored()["Sale"]
        assert stored["description"] == "Paid"
        assert stored["metadata"]["com.mixpanel"]["tags"] == ["KPI"]
        assert not sync(agreed).diff.drift

    def test_theirs_takes_sets_properties_and_what_is_gone(self, agreed: House) -> None:
        edit(agreed, description="Theirs", tags=["UI"])
        stored = agreed.stored()
        del stored["Sale"]["properties"]["total"]
        put_all(agreed, stored)
        assert len(sync(agreed, Wish()).diff.drift) == 3
        assert sync(agreed, Wish(theirs=("Sale",))).exit_code == 0
        text = (agreed.folder / "plan.yaml").read_text("utf-8")
        assert "tags: [UI]" in text
        assert "total" not in text
        assert "# the one that matters" in text
        report = sync(agreed, Wish())
        assert report.diff.is_clean
        assert not report.diff.drift

    def test_diff_drift_lists_it_whatever_the_plan_says_now(self, agreed: House) -> None:
        edit(agreed, description="Theirs")
        replan(agreed, '"Paid"', '"Ours"')
        replan(agreed, "    description: o", "    description: other")
        report = diffed(agreed, drift=True)
        assert [(p.path, p.lexicon) for p in report.drift] == [(("description",), "Theirs")]
        assert not report.changes

    def test_export_into_takes_it_into_the_plan(self, agreed: House) -> None:
        edit(agreed, description="Theirs")
        path = agreed.folder / "plan.yaml"
        adopt(agreed.around, path, Selection(), live=False)
        assert '"Paid"' in path.read_text("utf-8")
        adopt(agreed.around, path, Selection(), live=False, drift=True)
        assert 'description: "Theirs"   # as finance says' in path.read_text("utf-8")
        assert diffed(agreed).is_clean

    def test_an_event_deleted_in_lexicon_leaves_the_plan_on_theirs(self, agreed: House) -> None:
        remove(agreed, "Sale")
        assert sync(agreed, Wish()).diff.summary.drift == 1
        sync(agreed, Wish(theirs=("Sale",)))
        assert "Sale" not in (agreed.folder / "plan.yaml").read_text("utf-8")
        assert sync(agreed, Wish()).diff.is_clean

    def test_or_is_made_anew_on_ours(self, agreed: House) -> None:
        before = agreed.stored()["Sale"]
        remove(agreed, "Sale")
        assert sync(agreed, Wish(ours=("Sale",))).exit_code == 0
        assert agreed.stored()["Sale"] == before


class TestPrune:
    def test_what_left_the_plan_is_deleted_and_nothing_else(self, agreed: House) -> None:
        put_all(agreed, {**agreed.stored(), "Foreign": {"description": "f"}})
        agreed.plan("events: {Sale: {properties: {other: {type: string}}}}")
        assert sync(agreed).diff.summary.delete == 0
        report = sync(agreed, Wish(allow=GUARDS, prune="managed"))
        assert report.exit_code == 0
        stored = agreed.stored()
        assert set(stored) == {"Sale", "Foreign"}
        assert set(stored["Sale"]["properties"]) == {"other"}
        report = sync(agreed, Wish(allow=GUARDS, prune="all"))
        assert set(agreed.stored()) == {"Sale"}
        assert report.exit_code == 0

    def test_without_its_guard_lifted_nothing_is_deleted(self, agreed: House) -> None:
        agreed.plan("events: {Sale: {}}")
        report = sync(agreed, Wish(prune="managed"))
        assert report.exit_code == 1
        assert {f.rule for f in report.diff.standing} == {"guards/deletes"}
        assert set(agreed.stored()) == {"Sale", "Other"}

    def test_what_changed_or_gained_anything_is_a_conflict(self, agreed: House) -> None:
        agreed.sandbox.edit_in_ui(agreed.project, "event", "Other", displayName="Gained")
        agreed.plan("events: {Sale: {}}")
        report = sync(agreed, Wish(allow=GUARDS, prune="managed"))
        assert report.exit_code == 1
        assert [c.key.name for c in report.diff.conflicts] == ["Other"]
        assert "Other" in agreed.stored()

    def test_it_keeps_to_the_selection_and_to_mixpanels_own_names(self, agreed: House) -> None:
        agreed.put(
            *(event_entry(name, **schema) for name, schema in agreed.stored().items()),
            event_entry("$ae_session"),
            {"entityType": "profile", "name": "$user", "schemaJson": {"properties": {}}},
        )
        agreed.plan("events: {Proposed: {status: proposed}}")
        wish = Wish(Selection(only=("Other",)), GUARDS, prune="all")
        assert sync(agreed, wish).exit_code == 0
        assert set(agreed.stored()) == {"Sale", "$ae_session", "$user"}
        sync(agreed, Wish(allow=GUARDS, prune="all"))
        assert set(agreed.stored()) == {"$ae_session", "$user"}
