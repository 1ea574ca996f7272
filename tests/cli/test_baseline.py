"""`check` with a baseline: today's findings are accepted, new ones fail."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.conftest import House

Run = Callable[..., Result]

OLD = "events: {A: {properties: {p: {type: number, examples: [x]}}}}"
NEW = """

events:
  B: {properties: {p: {type: number, examples: [x]}}}
  A: {properties: {p: {type: number, examples: [x, y]}}}"""


def test_only_what_is_new_fails(house: House, run: Run) -> None:
    house.plan(OLD)
    assert run("check", "plan.yaml").exit_code == 1
    written = run("check", "plan.yaml", "--write-baseline", "exports/b.json")
    assert (written.exit_code, written.stdout) == (0, "exports/b.json: accepts 4 findings\n")
    strict = ("--baseline", "exports/b.json", "--fail-on", "info")
    accepted = run("check", "plan.yaml", *strict)
    assert accepted.exit_code == 0
    assert accepted.stdout == (
        "plan.yaml: 1 event, 1 property; no findings; 4 accepted by the baseline\n"
    )
    house.plan(NEW)
    both = run("check", "plan.yaml", *strict)
    assert both.exit_code == 1
    told = both.stdout.splitlines()
    assert [line for line in told if "A ·" in line] == [
        "plan.yaml:6:38: error: A · p has the example y, which is no number [datatypes/example]"
    ]
    assert told[-1].endswith("; 4 accepted by the baseline")


def test_what_is_fixed_is_counted(house: House, run: Run) -> None:
    house.plan(OLD)
    run("check", "plan.yaml", "--write-baseline", "b.json")
    house.plan("events: {A: {description: It is described., owners: [a@b.example]}}")
    said = run("check", "plan.yaml", "--baseline", "b.json").stdout
    assert "no findings; 4 of the baseline fixed\n" in said
    assert said.endswith("to forget what is fixed: mpgov check --write-baseline b.json\n")


def test_every_format_says_so(house: House, run: Run) -> None:
    house.config('baseline = "b.json"\n')
    house.plan(OLD)
    run("check", "plan.yaml", "--write-baseline", "b.json")
    document = json.loads(run("check", "plan.yaml", "--format", "json").stdout)
    assert document["findings"] == []
    assert document["baseline"]["file"] == "b.json"
    assert len(document["baseline"]["accepted"]) == 4
    assert document["baseline"]["fixed"] == []
    for name in ("markdown", "html"):
        assert "4 accepted by the baseline" in run("check", "plan.yaml", "--format", name).stdout
    house.plan("events: {}")
    document = json.loads(run("check", "plan.yaml", "--format", "json").stdout)
    assert document["baseline"]["fixed"][0]["rule"] == "datatypes/example"


def test_mpgov_toml_names_it_from_any_folder(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.config('plan = "plan.yaml"\nbaseline = "b.json"\n')
    house.plan(OLD)
    below = house.folder / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    gone = run("check")
    assert gone.exit_code == 3
    assert "b.json: there is no such baseline" in gone.stderr
    assert "mpgov check --write-baseline" in gone.stderr
    assert run("check", "--write-baseline", str(house.folder / "b.json")).exit_code == 0
    assert run("check").exit_code == 0


def test_what_is_accepted_stops_no_diff(open_house: House, run: Run) -> None:
    open_house.plan(OLD)
    assert run("diff", "plan.yaml").exit_code == 1
    run("check", "plan.yaml", "--write-baseline", "b.json")
    config = (open_house.folder / "mpgov.toml").read_text("utf-8")
    open_house.config(f'baseline = "b.json"\n{config}')
    said = run("diff", "plan.yaml")
    assert said.exit_code == 0
    assert "1 to create" in said.stdout


def test_a_damaged_one_is_exit_3(house: House, run: Run) -> None:
    house.plan(OLD)
    Path("b.json").write_text("{", "utf-8")
    done = run("check", "plan.yaml", "--baseline", "b.json")
    assert (done.exit_code, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 2
    both = run("check", "plan.yaml", "--baseline", "b.json", "--write-baseline", "c.json")
    assert both.exit_code == 2
    assert not Path("c.json").exists()
