"""For people without API rights: compare with Lexicon's CSV, and write one to import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.conftest import House
from tests.formats.lexicon_files import TWENTY, TWENTY_FOUR

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lexicon.csv").write_bytes(TWENTY.encode())
    return tmp_path


def test_a_plan_from_it_and_back_is_byte_for_byte(folder: Path, run: Run) -> None:
    for text in (TWENTY, TWENTY_FOUR):
        (folder / "lexicon.csv").write_bytes(text.encode())
        (folder / "plan.yaml").unlink(missing_ok=True)
        assert run("convert", "lexicon.csv", "plan.yaml").exit_code == 0
        assert run("convert", "plan.yaml", "lexicon.csv", "--check").exit_code == 0
        plan = (folder / "plan.yaml").read_text("utf-8")
        new = plan.replace("The old button.", "Nobody presses it.")
        (folder / "plan.yaml").write_text(new, "utf-8")
        done = run("convert", "plan.yaml", "lexicon.csv")
        assert (done.exit_code, done.stdout) == (0, "lexicon.csv\n"), done.stderr
        wanted = text.replace("The old button.", "Nobody presses it.")
        assert (folder / "lexicon.csv").read_bytes() == wanted.encode()


def test_diff_against_it_needs_no_network(folder: Path, run: Run) -> None:
    run("convert", "lexicon.csv", "plan.yaml")
    assert run("diff", "plan.yaml", "--against", "lexicon.csv", "--exit-code").exit_code == 0
    plan = (folder / "plan.yaml").read_text("utf-8").replace("The old button.", "New words.")
    (folder / "plan.yaml").write_text(plan, "utf-8")
    done = run("diff", "plan.yaml", "--against", "lexicon.csv", "--exit-code")
    assert done.exit_code == 1
    assert "~ Checkout Clicked" in done.stdout


def test_only_the_changed_rows_are_written_whole(folder: Path, run: Run) -> None:
    run("convert", "lexicon.csv", "plan.yaml")
    plan = (folder / "plan.yaml").read_text("utf-8")
    plan = plan.replace("description: What was paid", "description: The sum")
    (folder / "plan.yaml").write_text(plan, "utf-8")
    command = ("diff", "plan.yaml", "--against", "lexicon.csv", "--format", "lexicon-csv")
    done = run(*command, "--allow", "guards/foreign-text")
    rows = done.stdout.splitlines()
    assert rows[0] == TWENTY.splitlines()[0]
    assert rows[1].startswith('event,Purchase Completed,,"A customer paid.')
    assert rows[-1] == ",,,,,,,,,revenue,,The sum,,,number,129.98,FALSE,FALSE,TRUE,"
    assert len(rows) == 4
    assert "leave *replace Lexicon entries* unticked" in done.stderr


def test_what_would_change_in_lexicon_itself(open_house: House, run: Run) -> None:
    entry = {"description": "Old.", "properties": {"a": {"type": "string"}}}
    open_house.put({"entityType": "event", "name": "Paid", "schemaJson": entry})
    open_house.plan("events: {Paid: {description: New.}, Left: {description: Gone.}}")
    done = run("diff", "plan.yaml", "--format", "lexicon-csv", "--output", "import.csv")
    assert done.exit_code == 0, done.stderr
    text = (open_house.folder / "import.csv").read_text("utf-8")
    assert [line.split(",")[:4] for line in text.splitlines()[1:]] == [
        ["event", "Left", "", "Gone."],
        ["event", "Paid", "", "New."],
    ]


def test_export_in_its_format(open_house: House, run: Run) -> None:
    entry = {"description": "Old.", "properties": {"a": {"type": "string"}}}
    open_house.put({"entityType": "event", "name": "Paid", "schemaJson": entry})
    done = run("export", "--format", "lexicon-csv")
    assert done.exit_code == 0, done.stderr
    text = Path(done.stdout.strip()).read_text("utf-8")
    assert text.splitlines()[1].startswith("event,Paid,,Old.")
