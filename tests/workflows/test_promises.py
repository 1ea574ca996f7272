"""What a sync promises, on a sandbox with Mixpanel's limits and a clock that is turned."""

from copy import deepcopy
from typing import Any

import pytest

from mpgov.core.report import CheckReport, SyncReport
from mpgov.core.select import Selection
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import diff
from mpgov.workflows.sync import Where, prepare
from tests.conftest import House, event_entry

LIFTED = ("guards/foreign-text", "guards/mass-change", "guards/removes-property")


def sync(house: House, wish: Wish | None = None) -> SyncReport:
    run = prepare(Where(house.folder / "plan.yaml", house.around), wish or Wish(allow=LIFTED))
    assert not isinstance(run, CheckReport), run.findings
    if run.comparison.report.standing:
        return SyncReport(run.comparison.report)
    run.permit()
    for _ in run.send():
        pass
    return run.finish()


def load(events: int, properties: int, text: str = "d") -> str:
    lines = ["events:"]
    for n in range(events):
        lines += [f"  Event {n}:", f"    description: {text} {n}", "    properties:"]
        lines += [f"      p{p}: {{type: string}}" for p in range(properties)]
    return "\n".join(lines)


DIRTY: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema",
    "additionalProperties": True,
    "description": "Written in the UI",
    "strange": [1, {"a": None}],
    "required": ["theirs", "unlisted"],
    "properties": {
        "mine": {
            "type": "string",
            "examples": ["x"],
            "strange": 1,
            "metadata": {"com.mixpanel": {"displayName": "Mine", "hidden": True}, "acme": 2},
        },
        "theirs": {"type": "number", "description": "kept", "enum": [1, 2]},
        "$city": {"type": "string", "description": "Mixpanel's"},
        "mp_lib": {"type": "string"},
    },
    "metadata": {
        "acme": {"keep": True},
        "com.mixpanel": {
            "$source": "partner",
            "tags": ["theirs"],
            "hidden": True,
            "contacts": ["Kim@Acme.example"],
            "teamContacts": ["Growth"],
            "displayName": "Theirs",
        },
    },
}


class TestNothingUnmanagedChanges:
    def test_everything_beside_the_plan_is_as_before(self, house: House) -> None:
        house.sandbox.knobs["unknown_property_key"] = "stored"  # or it could not be there
        other = event_entry("Other", description="o", properties={"p": {"type": "string"}})
        custom = {"entityType": "custom_event", "name": "C", "schemaJson": {"x": 1}}
        house.put(event_entry("Sale", **deepcopy(DIRTY)), other, custom)
        house.plan(
            "events: {Sale: {tags: [Money], owners: [jane@acme.example], properties: "
            "{mine: {type: integer, description: New}, added: {type: boolean, required: true}}}}"
        )
        report = sync(house)
        assert (report.exit_code, report.left) == (0, [])
        expected = deepcopy(DIRTY)
        expected["properties"]["mine"] |= {"type": "integer", "description": "New"}
        expected["properties"]["added"] = {"type": "boolean"}
        expected["required"] = ["theirs", "unlisted", "added"]
        meta = expected["metadata"]["com.mixpanel"]
        meta["tags"] = ["theirs", "Money"]
        meta["contacts"] = ["Kim@Acme.example", "jane@acme.example"]
        stored = house.stored()
        assert stored["Sale"] == expected
        assert stored["Other"] == other["schemaJson"]
        assert stored["C"] == custom["schemaJson"]

    def test_ten_syncs_leave_an_edit_in_the_ui_alone(self, house: House) -> None:
        house.plan("events: {Sale: {description: Ours, tags: [a]}, Other: {description: o 0}}")
        sync(house)
        house.sandbox.edit_in_ui(
            house.project, "event", "Sale", description="Theirs", tags=["a", "ui"]
        )
        for n in range(10):
            sale, text = "{description: Ours, tags: [a]}", f"o {min(n, 4)}"
            house.plan(f"events: {{Sale: {sale}, Other: {{description: {text}}}}}")
            only = Selection(only=("Other",)) if n >= 8 else Selection()
            report = sync(house, Wish(only, LIFTED))
            assert report.exit_code == 0
            assert house.stored()["Sale"]["description"] == "Theirs"
            assert house.stored()["Sale"]["metadata"]["com.mixpanel"]["tags"] == ["a", "ui"]
        assert report.diff.summary.drift == 0
        assert sync(house).diff.summary.drift == 2

    def test_a_field_changed_on_both_sides_stops_its_entity_alone(self, house: House) -> None:
        house.plan("events: {Sale: {description: Ours}, Other: {description: o}}")
        sync(house)
        house.sandbox.edit_in_ui(house.project, "event", "Sale", description="Theirs")
        house.plan(
            "events: {Sale: {description: Changed, hidden: true}, Other: {description: changed}}"
        )
        report = sync(house)
        assert report.exit_code == 1
        assert [place.path for place in report.diff.conflicts] == [("description",)]
        assert house.stored()["Sale"]["description"] == "Theirs"
        assert "hidden" not in str(house.stored()["Sale"])
        assert house.stored()["Other"]["description"] == "changed"


class TestRequests:
    @pytest.mark.parametrize(
        ("events", "properties", "most"), [(900, 3, 3), (1200, 4, 5)], ids=["3600", "6000"]
    )
    def test_a_first_load(self, house: House, events: int, properties: int, most: int) -> None:
        house.plan(load(events, properties))
        with house.counting() as count:
            assert sync(house).exit_code == 0
        assert count() <= most
        assert len(house.stored()) == events

    def test_a_sync_with_nothing_to_do_is_one_request(self, house: House) -> None:
        house.plan(load(20, 2))
        sync(house)
        house.clock.at += 60
        with house.counting() as count:
            assert sync(house).exit_code == 0
        assert count() == 1

    def test_ten_of_a_thousand_are_three_requests(self, house: House) -> None:
        text = load(1000, 2)
        house.plan(text)
        sync(house)
        house.clock.at += 60
        for n in range(10):
            text = text.replace(f"description: d {n}\n", f"description: e {n}\n")
        house.plan(text)
        with house.counting() as count:
            report = sync(house)
        assert (report.exit_code, len(report.applied), count()) == (0, 10, 3)

    def test_the_limits_hold_in_every_rolling_minute(self, house: House) -> None:
        house.plan(load(2000, 9))
        start = house.clock.at
        assert sync(house).exit_code == 0
        log = house.sandbox.schemas_requests()
        assert not any("truncate" in str(record) for record in log)
        for first in log:
            window = [r for r in log if first.at <= r.at < first.at + 60]
            assert len(window) <= 5
            assert sum(r.updates for r in window) <= 3999
        # 20 000 updates are at least six batches, so five whole minutes apart
        assert house.clock.at - start <= 5 * 60 * 1.02


class TestNotStored:
    def test_an_owner_who_is_no_member_and_stripped_examples(self, house: House) -> None:
        house.sandbox.knobs["examples"] = "stripped"
        house.plan(
            "events: {Sale: {description: d, owners: [nobody@acme.example, jane@acme.example], "
            "properties: {p: {type: string, examples: [a]}}}}"
        )
        report = sync(house)
        assert report.exit_code == 7
        told = sorted(finding.message for finding in report.not_stored)
        assert "nobody@acme.example" in told[1] + told[0]
        assert "examples" in told[0] + told[1]
        again = sync(house)
        assert (again.exit_code, len(again.outcomes)) == (0, 0)
        found = diff(house.folder / "plan.yaml", house.around, Wish(), None)
        assert not isinstance(found, CheckReport)
        assert found.is_clean
        assert {finding.rule for finding in found.findings} == {"lexicon/not-stored"}
        retried = sync(house, Wish(retry_refused=True, allow=LIFTED))
        assert retried.exit_code == 7

    def test_it_is_sent_again_when_the_plan_moves(self, house: House) -> None:
        house.plan("events: {Sale: {owners: [nobody@acme.example]}}")
        assert sync(house).exit_code == 7
        house.plan("events: {Sale: {owners: [sam@acme.example]}}")
        assert sync(house).exit_code == 0
        meta = house.stored()["Sale"]["metadata"]["com.mixpanel"]
        assert meta["contacts"] == ["sam@acme.example"]


class TestGuards:
    def test_one_standing_stops_the_sync_before_the_first_write(self, house: House) -> None:
        house.put(event_entry("Sale", description="Theirs"))
        house.plan("events: {Sale: {description: Ours}, New: {description: n}}")
        with house.counting() as count:
            report = sync(house, Wish())
        assert (report.exit_code, count()) == (1, 1)
        (guard,) = report.diff.standing
        assert guard.rule == "guards/foreign-text"
        assert guard.message.endswith("--allow guards/foreign-text=Sale")
        assert set(house.stored()) == {"Sale"}

    def test_it_is_lifted_by_name(self, house: House) -> None:
        house.put(event_entry("Sale", description="Theirs"))
        house.plan("events: {Sale: {description: Ours}}")
        assert sync(house, Wish(allow=("guards/foreign-text=S*",))).exit_code == 0
        assert house.stored()["Sale"]["description"] == "Ours"

    def test_fill_only_needs_none(self, house: House) -> None:
        house.put(event_entry("Sale", description="Theirs"))
        house.plan("events: {Sale: {description: Ours, display_name: Paid}}")
        assert sync(house, Wish(fill_only=True)).exit_code == 0
        stored = house.stored()["Sale"]
        assert stored["description"] == "Theirs"
        assert stored["metadata"]["com.mixpanel"] == {"displayName": "Paid"}

    def test_to_fill_what_is_empty_is_no_mass_change_and_to_hide_is(self, house: House) -> None:
        names = [f"Event {number}" for number in range(10)]
        house.put(*map(event_entry, names))
        described = (f"{name}: {{description: Ours, tags: [t]}}" for name in names)
        house.plan(f"events: {{{', '.join(described)}}}")
        assert sync(house, Wish()).exit_code == 1
        assert sync(house, Wish(fill_only=True)).exit_code == 0
        assert {schema["description"] for schema in house.stored().values()} == {"Ours"}
        hidden = (f"{name}: {{hidden: true}}" for name in names)
        house.plan(f"events: {{{', '.join(hidden)}}}")
        report = sync(house, Wish(fill_only=True))
        assert {one.rule for one in report.diff.standing} == {"guards/mass-change"}


class TestTrouble:
    def test_the_entry_at_fault_is_named_and_the_others_land(self, house: House) -> None:
        bad = ", ".join(f"p{n}: {{type: string}}" for n in range(2001))
        house.plan(load(7, 1) + f"\n  Too Wide: {{properties: {{{bad}}}}}")
        report = sync(house)
        assert report.exit_code == 7
        assert [outcome.change.key.name for outcome in report.left] == ["Too Wide"]
        assert len(house.stored()) == 7

    def test_what_moved_while_a_person_thought_is_left_out(self, house: House) -> None:
        house.plan("events: {Sale: {description: d}, Other: {description: o}}")
        run = prepare(Where(house.folder / "plan.yaml", house.around), Wish(allow=LIFTED))
        assert not isinstance(run, CheckReport)
        house.sandbox.edit_in_ui(house.project, "event", "Sale", description="meanwhile")
        house.clock.at += 11
        run.asked = True
        list(run.send())
        report = run.finish()
        assert report.exit_code == 7
        assert [(o.change.key.name, o.state) for o in report.left] == [("Sale", "skipped")]
        assert house.stored()["Sale"]["description"] == "meanwhile"
        assert house.stored()["Other"]["description"] == "o"

    def test_a_deleted_definition_is_drift_and_stays_deleted(self, house: House) -> None:
        house.plan("events: {Sale: {description: d}, Other: {description: o}}")
        sync(house)
        house.put(event_entry("Other", description="o"))
        report = sync(house)
        assert (report.exit_code, set(house.stored())) == (0, {"Other"})
        assert [place.path for place in report.diff.drift] == [()]

    def test_a_failure_halfway_is_told_as_what_it_is(self, house: House) -> None:
        house.plan(load(1200, 9))  # four batches: the fourth after Lexicon was read again
        house.sandbox.fault("status", method="GET", path="*/schemas", after=1, times=99, status=400)
        report = sync(house)
        assert report.exit_code == 7
        assert len(report.applied) + len(report.left) == 1200
        assert report.unverified
        house.sandbox.faults.clear()
        assert sync(house).exit_code == 0
        assert len(house.stored()) == 1200

    def test_what_landed_and_could_not_be_read_back_is_agreed_on_next_time(
        self, house: House
    ) -> None:
        house.plan("events: {Sale: {description: d}}")
        house.sandbox.fault("html", method="GET", path="*/schemas", after=1, times=99)
        report = sync(house)
        assert (report.exit_code, len(report.applied)) == (7, 1)
        house.sandbox.faults.clear()
        again = sync(house)
        assert (again.exit_code, len(again.outcomes)) == (0, 0)
