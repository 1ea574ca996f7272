"""The record: what is intended, what was done, and what a run that died left behind."""

from copy import deepcopy

import pytest

from mpgov.core.report import CheckReport
from mpgov.errors import BusyError, InputError
from mpgov.workflows.compare import Wish
from mpgov.workflows.sync import prepare
from mpgov.workflows.turns import our_turn
from tests.conftest import House, event_entry
from tests.workflows.doing import carried_out, records, sync, undo, where


def told(house: House, kind: str) -> list[dict[str, object]]:
    return [record for record in records(house) if record["kind"] == kind]


class TestOneRun:
    def test_it_is_intended_before_and_done_after(self, house: House) -> None:
        house.put(event_entry("B", description="old"))
        house.plan("events: {A: {description: a, owners: [jane@acme.example]}, B: {tags: [t]}}")
        sync(house)
        intended, done = records(house)
        assert [r["state"] for r in (intended, done)] == ["intended", "done"]
        assert intended["run"] == done["run"]
        assert done["project"] == {
            "name": str(house.project),
            "id": house.project,
            "region": "sandbox",
        }
        assert done["account"] == house.sandbox.default_account[0]
        assert intended["changes"] == done["changes"]
        assert done["changes"][0] == {
            "action": "create",
            "entity": "event",
            "name": "A",
            "owners": ["jane@acme.example"],
            "fields": [
                {"path": ["description"], "after": "a"},
                {"path": ["owners"], "after": ["jane@acme.example"]},
            ],
        }

    def test_nothing_to_send_is_nothing_to_record(self, house: House) -> None:
        house.plan("events: {A: {}}")
        sync(house)
        before = records(house)
        sync(house)
        assert records(house) == before

    def test_a_record_that_is_not_whole_is_told_before_more_stands_behind_it(
        self, house: House
    ) -> None:
        house.plan("events: {A: {description: first}}")
        sync(house)
        assert not [line for line in house.told if "warning" in line]
        path = house.around.folder(house.around.project()) / "ledger.jsonl"
        path.write_bytes(path.read_bytes().replace(b"first", b"forst"))
        house.plan("events: {A: {description: second}}")
        sync(house)
        (line,) = [line for line in house.told if "warning" in line]
        assert "ledger.jsonl:1: was changed: its hash does not fit; what is recorded now" in line

    def test_where_it_cannot_be_written_nothing_is_sent(self, house: House) -> None:
        house.plan("events: {A: {}}")
        folder = house.around.folder(house.around.project())
        folder.parent.mkdir(parents=True)
        folder.write_text("in the way", "utf-8")
        with pytest.raises(InputError):
            sync(house)
        assert house.stored() == {}

    def test_what_failed_is_said(self, house: House) -> None:
        house.plan("events: {A: {}}")
        house.sandbox.fault("status", status=500, times=99, path="*/schemas", method="POST")
        sync(house)
        assert "changes" not in records(house)[-1]
        assert records(house)[-1]["left"][0]["name"] == "A"


class TestInterrupted:
    @pytest.mark.parametrize("landed", [True, False])
    def test_the_next_sync_finds_out_what_landed(self, house: House, landed: bool) -> None:
        house.plan("events: {A: {description: a}}")
        run = prepare(where(house), Wish())
        assert not isinstance(run, CheckReport)
        sending = run.send()
        if landed:
            list(sending)
        else:
            run.recorder.begin(run.comparison.items, run.comparison.stored)
        before = deepcopy(house.stored())
        assert [r["state"] for r in records(house)] == ["intended"]
        name = records(house)[0]["run"]
        report = sync(house)
        assert any(name in line and "was interrupted" in line for line in house.told)
        recovered = next(r for r in records(house) if r["state"] == "recovered")
        assert recovered["run"] == name
        assert len(recovered.get("changes", ())) == int(landed)
        assert len(report.applied) == int(not landed)
        if landed:
            assert house.stored() == before
            assert undo(house, name).exit_code == 0
            assert house.stored() == {}

    def test_it_is_found_once(self, house: House) -> None:
        house.plan("events: {A: {description: a}}")
        run = prepare(where(house), Wish())
        assert not isinstance(run, CheckReport)
        list(run.send())
        sync(house)
        count = len(records(house))
        sync(house)
        assert len(records(house)) == count


class TestPlanOnly:
    """What has no place in Lexicon is recorded by the sync that carries it."""

    def test_super_properties_identity_and_governance(self, house: House) -> None:
        house.plan(
            "super_properties: {app: {type: string, when: always}}\n"
            "identity: {id_merge: simplified}\ngovernance: {approvers: [sam@acme.example]}"
        )
        sync(house, Wish(reason="first"))
        assert [r["kind"] for r in records(house)] == ["super-property", "identity", "owner"]
        house.plan(
            "super_properties: {app: {type: integer, when: always}}\n"
            "identity: {id_merge: simplified}\ngovernance: {approvers: [sam@acme.example]}"
        )
        sync(house, Wish(reason="The build number."))
        last = records(house)[-1]
        assert (last["kind"], last["reason"]) == ("super-property", "The build number.")
        assert last["changes"] == [
            {
                "action": "update",
                "entity": "super_properties",
                "name": "app",
                "fields": [{"path": ["type"], "before": "string", "after": "integer"}],
            }
        ]
        count = len(records(house))
        sync(house)
        assert len(records(house)) == count

    def test_leaving_proposed_is_the_approval(self, house: House) -> None:
        house.plan("events: {New: {status: proposed, description: n}, Other: {status: proposed}}")
        assert sync(house).outcomes == ()
        assert house.stored() == {}
        house.plan("events: {New: {status: expected, description: n}, Other: {status: proposed}}")
        sync(house, Wish(reason="Agreed on Monday."))
        approval = told(house, "approval")
        assert len(approval) == 1
        assert approval[0]["reason"] == "Agreed on Monday."
        assert approval[0]["changes"] == [
            {
                "action": "approve",
                "entity": "event",
                "name": "New",
                "fields": [{"path": ["status"], "before": "proposed", "after": "expected"}],
            }
        ]
        assert set(house.stored()) == {"New"}
        sync(house)
        assert len(told(house, "approval")) == 1


class TestLock:
    def test_one_at_a_time(self, house: House) -> None:
        project = house.around.project()
        with (
            our_turn(house.around, project, wait=True),
            pytest.raises(BusyError, match="another sync of project"),
            our_turn(house.around, project, wait=False),
        ):
            pass
        with our_turn(house.around, project, wait=False):
            pass

    def test_without_a_state_folder_it_warns_and_goes_on(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (house.folder / "file").write_text("", "utf-8")
        monkeypatch.setenv("MPGOV_STATE_DIR", str(house.folder / "file" / "x"))
        with our_turn(house.around, house.around.project(), wait=False):
            pass
        assert any("two syncs may meet" in line for line in house.told)


def test_an_interrupted_run_is_not_undone_before_anybody_knows_what_it_did(house: House) -> None:
    house.plan("events: {A: {}}")
    run = prepare(where(house), Wish())
    list(run.send())  # type: ignore[union-attr]
    assert carried_out(prepare(where(house), Wish())).exit_code == 0
