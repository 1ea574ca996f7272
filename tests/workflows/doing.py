"""Run a sync, a saved change set or an undo in process, as the command line does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mpgov.core.report import CheckReport, DiffReport, SyncReport
from mpgov.render.json_text import diff_as_json
from mpgov.workflows.compare import Wish
from mpgov.workflows.diff import diff
from mpgov.workflows.replay import prepare_changes, prepare_undo
from mpgov.workflows.run import Run
from mpgov.workflows.sync import Where, prepare, take_theirs
from tests.conftest import House

GUARDS = (
    "guards/blocks-data",
    "guards/busy-event",
    "guards/deletes",
    "guards/foreign-text",
    "guards/mass-change",
    "guards/removes-property",
    "guards/unblocks",
)
LIFTED = Wish(allow=GUARDS)


def where(house: House) -> Where:
    return Where(house.folder / "plan.yaml", house.around)


def carried_out(run: Run | CheckReport) -> SyncReport:
    assert not isinstance(run, CheckReport), run.findings
    if run.comparison.report.standing:
        return SyncReport(run.comparison.report)
    run.permit()
    for _ in run.send():
        pass
    return run.finish()


def sync(house: House, wish: Wish = LIFTED) -> SyncReport:
    place = where(house)
    run = prepare(place, wish)
    if not isinstance(run, CheckReport) and not run.comparison.report.standing:
        take_theirs(run, place)
    return carried_out(run)


def diffed(house: House, wish: Wish | None = None, **more: Any) -> DiffReport:
    report = diff(house.folder / "plan.yaml", house.around, wish or Wish(), None, **more)
    assert isinstance(report, DiffReport)
    return report


def saved(house: House, name: str = "c.json", wish: Wish = LIFTED) -> Path:
    path = house.folder / name
    path.write_text(json.dumps(diff_as_json(diffed(house, wish))), "utf-8")
    return path


def apply_saved(house: House, path: Path, wish: Wish = LIFTED) -> SyncReport:
    return carried_out(prepare_changes(house.around, str(path), wish))


def undo(house: House, run: str = "", wish: Wish = LIFTED) -> SyncReport:
    return carried_out(prepare_undo(house.around, run, wish))


def records(house: House) -> list[dict[str, Any]]:
    path = house.around.folder(house.around.project()) / "ledger.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
