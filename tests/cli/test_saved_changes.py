"""`diff --output`, `sync --changes`, `undo`, `history`: exit codes as a script meets them."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from tests.conftest import House

Run = Callable[..., Result]
EVENTS = 6


@pytest.fixture
def saved(open_house: House, run: Run) -> House:
    lines = [f"E{n}: {{description: old {n}}}" for n in range(EVENTS)]
    open_house.plan(f"events: {{{', '.join(lines)}}}")
    assert run("sync", "plan.yaml", "--yes").exit_code == 0
    lines = [f"E{n}: {{description: new {n}}}" for n in range(EVENTS)]
    open_house.plan(f"events: {{{', '.join(lines)}}}")
    assert run("diff", "plan.yaml", "--output", "c.json").exit_code == 0
    return open_house


def test_the_rest_is_applied_and_the_three_are_listed(saved: House, run: Run) -> None:
    for n in range(3):
        saved.sandbox.edit_in_ui(saved.project, "event", f"E{n}", description=f"UI {n}")
    done = run("sync", "--changes", "c.json", "--yes", "--format", "json")
    assert done.exit_code == 7
    report = json.loads(done.stdout)
    assert report["moved"] == [
        {
            "entity": "event",
            "name": f"E{n}",
            "path": ["description"],
            "before": f"old {n}",
            "after": f"new {n}",
            "now": f"UI {n}",
        }
        for n in range(3)
    ]
    said = [saved.stored()[f"E{n}"]["description"] for n in range(EVENTS)]
    assert said == ["UI 0", "UI 1", "UI 2", "new 3", "new 4", "new 5"]
    again = run("sync", "--changes", "c.json", "--yes")
    assert again.exit_code == 6
    assert "was applied already" in again.stderr


def test_saved_for_another_project_or_with_a_selection(saved: House, run: Run) -> None:
    narrowed = run("sync", "--changes", "c.json", "--only", "E1", "--yes")
    assert (narrowed.exit_code, "exactly what was saved" in narrowed.stderr) == (2, True)
    text = (saved.folder / "c.json").read_text("utf-8")
    (saved.folder / "c.json").write_text(text.replace("new 1", "new X"), "utf-8")
    changed = run("sync", "--changes", "c.json", "--yes")
    assert changed.exit_code == 3
    assert changed.stderr.startswith("error: c.json:1:1: was changed after it was saved")


def test_undo_and_history(saved: House, run: Run) -> None:
    assert run("sync", "--changes", "c.json", "--yes", "--reason", "Agreed.").exit_code == 0
    undone = run("undo", "--last", "--yes", "--format", "json")
    assert undone.exit_code == 0
    assert saved.stored()["E0"]["description"] == "old 0"
    records = json.loads(run("history", "--format", "json").stdout)
    assert "Agreed." in json.dumps(records)
    assert run("history", "verify").exit_code == 0
    blamed = run("history", "blame", "E0", "--plan", "plan.yaml")
    assert blamed.exit_code == 0, blamed.stderr
    assert "Agreed." in blamed.stdout
    assert run("undo", "nothing", "--yes").exit_code == 2
    assert run("undo", "--yes").exit_code == 2


def test_diff_as_a_comment_and_as_a_page(saved: House, run: Run) -> None:
    comment = run("diff", "plan.yaml", "--format", "markdown")
    assert comment.stdout.startswith("<!-- mpgov diff ")
    assert run("diff", "plan.yaml", "--output", "d.html").exit_code == 0
    assert "<!doctype html>" in (saved.folder / "d.html").read_text("utf-8")


def test_prune_and_drift_from_the_command_line(saved: House, run: Run) -> None:
    saved.plan("events: {E0: {description: new 0}}")
    listed = run("diff", "plan.yaml", "--prune", "--format", "json")
    assert json.loads(listed.stdout)["summary"]["delete"] == EVENTS - 1
    stopped = run("sync", "plan.yaml", "--prune", "--yes")
    assert (stopped.exit_code, len(saved.stored())) == (1, EVENTS)
    assert run("diff", "plan.yaml", "--drift", "--exit-code").exit_code == 0
    saved.sandbox.edit_in_ui(saved.project, "event", "E0", description="UI")
    assert run("diff", "plan.yaml", "--drift", "--exit-code").exit_code == 1
    assert run("diff", "plan.yaml", "--prune", "--fields", "tags").exit_code == 2
