"""Mixpanel as a witness of the record: what is left there, and what it catches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpgov.core.history import Checked
from mpgov.core.report import CheckReport
from mpgov.storage.ledger import Ledger
from mpgov.workflows.compare import Wish
from mpgov.workflows.history import add, verify
from mpgov.workflows.sync import prepare
from mpgov.workflows.witness import verify_witnessed
from tests.conftest import House
from tests.workflows.doing import records, sync, undo, where

Edit = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def shop(house: House) -> House:
    """A project whose runs are witnessed."""
    house.config("[record]\nwitness = true\n")
    return house


def ledger(house: House) -> Ledger:
    return Ledger(house.around.folder(house.around.project()))


def kept(house: House) -> list[dict[str, Any]]:
    """The annotations that Mixpanel holds."""
    return house.sandbox.state.projects[house.project].annotations


def synced(house: House, *descriptions: str) -> None:
    for text in descriptions:
        house.clock.at += 3600
        house.plan(f"events: {{Sale: {{description: {text}}}}}")
        assert sync(house).exit_code == 0


def rewritten(house: House, edit: Edit, *, upto: int | None = None) -> None:
    """The whole record anew: a chain and a head that are in order."""
    old = ledger(house)
    entries = [dict(line.entry) for line in old.read()][:upto]
    old.path.unlink()
    old.head_path.unlink()
    for entry in entries:
        old.append({k: v for k, v in edit(entry).items() if k not in {"prev", "hash"}})


def verdict(house: House) -> Checked:
    [found] = verify_witnessed(house.around)
    return found


def requests(house: House) -> list[str]:
    return [f"{one.method} {one.path.rpartition('/')[2]}" for one in house.sandbox.log]


class TestLeaving:
    def test_a_run_leaves_its_sum_and_the_head(self, shop: House) -> None:
        shop.plan("events: {A: {description: a}, B: {description: b}}")
        report = sync(shop)
        [found] = kept(shop)
        last = ledger(shop).read()[-1]
        assert found["date"] == "2026-09-21 14:13:20"
        assert found["description"] == (
            f"mpgov sync {report.run}: 2 created; record: 2 lines, head {last.hash}"
        )
        undone = undo(shop)
        assert kept(shop)[1]["description"].startswith(
            f"mpgov undo {undone.run}: 2 deleted; record: 4 lines, head "
        )
        assert verdict(shop).exit_code == 0

    def test_what_is_recorded_of_the_plan_alone_is_vouched_for_too(self, shop: House) -> None:
        shop.plan("events: {A: {description: a}}\nsuper_properties: {app: {type: string}}")
        sync(shop)
        assert "record: 3 lines" in kept(shop)[0]["description"]

    def test_a_run_that_sends_nothing_leaves_nothing(self, shop: House) -> None:
        shop.plan("super_properties: {app: {type: string}}")
        sync(shop)
        synced(shop, "a", "a")
        assert len(kept(shop)) == 1

    def test_without_the_setting_nothing_is_left(self, house: House) -> None:
        synced(house, "a")
        assert kept(house) == []
        assert "POST annotations" not in requests(house)

    def test_a_sync_that_died_is_vouched_for_by_the_next(self, shop: House) -> None:
        shop.plan("events: {A: {description: a}}")
        run = prepare(where(shop), Wish())
        assert not isinstance(run, CheckReport)
        list(run.send())
        assert kept(shop) == []
        sync(shop)
        [found] = kept(shop)
        name = records(shop)[0]["run"]
        assert found["description"].startswith(f"mpgov sync {name}: interrupted, 1 created; record")
        assert (verdict(shop).exit_code, verdict(shop).witness.agree) == (0, 1)  # type: ignore[union-attr]

    def test_a_refusal_is_a_warning_and_the_sync_is_done(self, shop: House) -> None:
        shop.plan("events: {A: {description: a}}")
        shop.sandbox.fault("status", status=403, path="*/annotations", method="POST")
        report = sync(shop)
        assert (report.exit_code, len(report.applied)) == (0, 1)
        assert [line for line in shop.told if "annotation" in line] == [
            (
                f"warning: run {report.run} is recorded, but Mixpanel took no annotation of it: "
                f"Mixpanel does not let {shop.sandbox.default_account[0]} do this (403): scripted "
                "failure; give the account a role above consumer, or set [record] witness = false"
            )
        ]
        shop.sandbox.fault("status", status=500, times=9, path="*/annotations", method="POST")
        synced(shop, "b")
        [_, second] = [line for line in shop.told if "annotation" in line]
        assert second.endswith("; the next run's annotation will vouch for it, too")
        shop.sandbox.faults.clear()
        synced(shop, "c", "d")
        assert verdict(shop).exit_code == 0


class TestComparing:
    @pytest.fixture
    def told(self, shop: House) -> House:
        """Three syncs and a note, and somebody's own annotations between them."""
        theirs = (
            "Black Friday",
            "mpgov sync tomorrow: who is in?",
            "record: 3 lines, head of cabbage",
        )
        project = shop.sandbox.state.projects[shop.project]
        synced(shop, "a", "b")
        for number, text in enumerate(theirs, 900):
            date = "2026-09-22 00:00:00"
            project.annotations.insert(
                1, {"id": number, "date": date, "description": text, "tags": [], "user": {}}
            )
        add(shop.around, "note", "the launch")
        synced(shop, "c")
        return shop

    def test_a_record_that_nobody_touched_agrees_in_one_request(self, told: House) -> None:
        told.sandbox.log.clear()
        found = verdict(told)
        assert requests(told) == ["GET annotations"]
        assert found.witness is not None
        assert (found.witness.found, found.witness.agree, found.exit_code) == (3, 3, 0)
        assert (found.witness.problems, found.witness.notes) == ((), ())

    def test_a_record_that_was_rewritten_whole_is_caught(self, told: House) -> None:
        def nicer(entry: dict[str, Any]) -> dict[str, Any]:
            return {**entry, "text": "no launch"} if entry["kind"] == "note" else entry

        run = ledger(told).read()[-1]
        rewritten(told, nicer)
        assert [one.problems for one in verify(told.around)] == [()]
        found = verdict(told)
        assert found.problems == ()
        assert found.exit_code == 1
        assert found.witness is not None
        date, name = kept(told)[-1]["date"], run.entry["run"]
        assert found.witness.problems == (
            (
                f"Mixpanel's annotation of {date} (run {name}) knows 7 lines up to "
                f"{run.hash[:12]}…, which are not there: the record was rewritten or cut"
            ),
        )
        assert found.witness.agree == 2

    def test_a_record_that_was_cut_with_its_head_is_caught(self, told: House) -> None:
        rewritten(told, lambda entry: entry, upto=5)
        assert [one.problems for one in verify(told.around)] == [()]
        assert verdict(told).exit_code == 1

    def test_a_record_that_is_gone_is_caught(self, told: House) -> None:
        ledger(told).path.unlink()
        ledger(told).head_path.unlink()
        found = verdict(told)
        assert found.witness is not None
        assert len(found.witness.problems) == 3

    def test_a_record_that_was_merged_agrees(self, told: House, tmp_path: Path) -> None:
        here = ledger(told)
        there = Ledger(tmp_path / "clone")
        there.folder.mkdir()
        for name in ("path", "head_path"):
            getattr(there, name).write_bytes(getattr(here, name).read_bytes())
        there.append({"kind": "note", "at": "2026-09-25T00:00:00Z", "text": "on a branch"})
        synced(told, "d")
        for name in ("path", "head_path"):
            ours, theirs = (getattr(one, name).read_bytes() for one in (here, there))
            new = [line for line in ours.splitlines(True) if line not in theirs.splitlines(True)]
            getattr(here, name).write_bytes(theirs + b"".join(new))
        found = verdict(told)
        assert len(found.verdict.forks) == 1
        assert found.witness is not None
        assert (found.exit_code, found.witness.agree) == (0, 4)
        synced(told, "e")
        assert kept(told)[-1]["description"].count(" lines, head ") == 2
        assert verdict(told).exit_code == 0

    def test_annotations_that_somebody_touched(self, told: House) -> None:
        first, middle, last = [one for one in kept(told) if "; record: " in one["description"]]
        first["description"] = f"Before the sale. {first['description']} (thanks, Jane)"
        middle["description"] = middle["description"].partition("; record")[0]
        kept(told).remove(last)
        found = verdict(told).witness
        assert found is not None
        assert (found.found, found.agree, found.exit_code) == (2, 1, 0)
        assert "names no head any more: somebody edited it" in found.notes[0]
        assert found.unwitnessed == (ledger(told).read()[-1].entry["run"],)

    def test_where_mixpanel_does_not_answer_the_chain_is_checked_all_the_same(
        self, told: House
    ) -> None:
        told.sandbox.fault("status", status=403, path="*/annotations", times=9)
        found = verdict(told)
        assert (found.problems, found.exit_code) == ((), 4)
        assert found.witness is not None
        assert "(403)" in found.witness.error
        told.monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT_SECRET")
        assert verdict(told).exit_code == 4

    def test_a_record_of_no_known_project_cannot_be_held_against_anything(
        self, told: House
    ) -> None:
        Ledger(told.folder / "exports" / "old").append({"kind": "note"})
        [of_old] = [
            one for one in verify_witnessed(told.around, every=True) if one.project == "old"
        ]
        assert of_old.witness is not None
        assert of_old.witness.notes == ("is no project of mpgov.toml: Mixpanel was not asked",)
        assert of_old.exit_code == 0
        [named] = verify_witnessed(told.around, names=["old"])
        assert named.witness is not None
        assert named.witness.error == "old is no project of mpgov.toml"
        assert named.exit_code == 2
