"""Changes approved row by row in a workbook, and nothing else sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from openpyxl import Workbook, load_workbook

from tests.conftest import House

Run = Callable[..., Result]


@pytest.fixture
def saved(open_house: House, run: Run) -> House:
    """Three events on Lexicon, a plan that says otherwise, and what would change, saved."""
    events = [f"E{n}: {{description: old {n}, tags: [a]}}" for n in range(3)]
    open_house.plan(f"events: {{{', '.join(events)}}}")
    assert run("sync", "plan.yaml", "--yes").exit_code == 0
    events = [f"E{n}: {{description: new {n}, tags: [a, b]}}" for n in range(3)]
    new = 'Fresh: {description: "=1+1", properties: {p: {type: string, description: "-x"}}}'
    open_house.plan(f"events: {{{', '.join([*events, new])}}}")
    assert run("diff", "plan.yaml", "--output", "c.xlsx").exit_code == 0
    return open_house


def edit(path: Path, change: Callable[[Workbook], None], to: str = "approved.xlsx") -> Path:
    book = load_workbook(path)
    change(book)
    book.save(path.with_name(to))
    return path.with_name(to)


def columns(book: Workbook) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in book["Changes"][1]}


def approve(wanted: Callable[[dict[str, Any]], bool], word: object = "yes") -> Callable[..., None]:
    def change(book: Workbook) -> None:
        sheet, at = book["Changes"], columns(book)
        for row in range(2, sheet.max_row + 1):
            said = {name: sheet.cell(row, place).value for name, place in at.items()}
            if wanted(said):
                sheet.cell(row, at["Approve"]).value = word  # type: ignore[assignment]

    return change


def said(house: House) -> dict[str, Any]:
    return {
        name: (schema.get("description"), *_tags(schema)) for name, schema in house.stored().items()
    }


def _tags(schema: dict[str, Any]) -> list[str]:
    return sorted(schema.get("metadata", {}).get("com.mixpanel", {}).get("tags", []))


def test_exactly_the_approved_rows_are_applied(saved: House, run: Run) -> None:
    path = saved.folder / "c.xlsx"
    edit(path, approve(lambda row: row["Name"] == "E1" and row["Field"] == "description"))
    done = run("sync", "--changes", "approved.xlsx", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "approved.xlsx: 1 of 9 rows are approved; only those apply" in done.stderr
    assert said(saved) == {
        "E0": ("old 0", "a"), "E1": ("new 1", "a"), "E2": ("old 2", "a"),
    }  # fmt: skip
    again = run("sync", "--changes", "approved.xlsx", "--yes")
    assert (again.exit_code, "was applied already" in again.stderr) == (6, True)
    edit(path, approve(lambda row: row["Name"] == "E2", "ja"), "more.xlsx")
    allowed = ("--allow", "guards/mass-change")
    assert run("sync", "--changes", "more.xlsx", "--yes", *allowed).exit_code == 0
    assert said(saved)["E2"] == ("new 2", "a", "b")
    assert said(saved)["E0"] == ("old 0", "a")


def test_empty_means_no(saved: House, run: Run) -> None:
    done = run("sync", "--changes", "c.xlsx", "--yes")
    assert (done.exit_code, "of its 9 rows none is approved" in done.stderr) == (6, True)
    assert said(saved)["E0"] == ("old 0", "a")


@pytest.mark.parametrize("word", ["yes", "Y", "x", True, 1, "✓", "sí"])
def test_many_words_mean_yes(saved: House, run: Run, word: object) -> None:
    edit(saved.folder / "c.xlsx", approve(lambda row: row["Name"] == "E0", word))
    assert run("sync", "--changes", "approved.xlsx", "--yes").exit_code == 0
    assert said(saved)["E0"] == ("new 0", "a", "b")


def test_another_edited_cell_is_refused_with_its_address(saved: House, run: Run) -> None:
    def change(book: Workbook) -> None:
        sheet, at = book["Changes"], columns(book)
        sheet.cell(3, at["After"]).value = "mine"
        sheet.cell(4, at["Name"]).value = "Other"
        sheet.cell(5, at["Approve"]).value = "perhaps"
        sheet.cell(20, 1).value = "more"

    edit(saved.folder / "c.xlsx", change)
    done = run("sync", "--changes", "approved.xlsx", "--yes")
    assert done.exit_code == 3
    lines = [line.removeprefix("error: approved.xlsx: ") for line in done.stderr.splitlines()]
    assert lines[0].startswith("Changes!G3: was changed after it was saved; only the column")
    assert lines[1].startswith("Changes!C4: was changed")
    assert lines[2].startswith('Changes!H5: says "perhaps"; write yes, or leave it empty')
    assert lines[3].startswith("Changes!A20: was added after it was saved")


def test_the_hidden_sheet_cannot_be_edited(saved: House, run: Run) -> None:
    def change(book: Workbook) -> None:
        cell = book["mpgov"]["A2"]
        cell.value = str(cell.value).replace("new 0", "hacked")
        approve(lambda row: row["Name"] == "E0")(book)

    edit(saved.folder / "c.xlsx", change)
    done = run("sync", "--changes", "approved.xlsx", "--yes")
    assert (done.exit_code, "was changed after it was saved" in done.stderr) == (3, True)


def test_rows_may_be_sorted_and_a_row_deleted_means_no(saved: House, run: Run) -> None:
    def change(book: Workbook) -> None:
        approve(lambda row: row["Name"] in {"E0", "Fresh"})(book)
        sheet = book["Changes"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        sheet.delete_rows(2, 100)
        kept = [row for row in reversed(rows) if row[2] != "E2"]
        for number, row in enumerate(kept, 2):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(number, column)
                cell.value = value
                cell.data_type = "s" if isinstance(value, str) else cell.data_type

    edit(saved.folder / "c.xlsx", change)
    done = run("sync", "--changes", "approved.xlsx", "--yes")
    assert done.exit_code == 0, done.stderr
    assert said(saved)["E0"] == ("new 0", "a", "b")
    assert said(saved)["E1"] == ("old 1", "a")
    assert said(saved)["Fresh"][0] == "=1+1"


def test_a_new_property_needs_its_type(saved: House, run: Run) -> None:
    wanted = approve(lambda row: row["Property"] == "p" and row["Field"] == "description")
    edit(saved.folder / "c.xlsx", wanted)
    done = run("sync", "--changes", "approved.xlsx", "--yes")
    assert done.exit_code == 3
    assert "the property has no type in Lexicon yet; approve its type, too" in done.stderr


def test_no_cell_is_a_formula_and_the_workbook_explains_itself(saved: House) -> None:
    book = load_workbook(saved.folder / "c.xlsx")
    assert book.sheetnames == ["About", "Changes", "mpgov"]
    assert book["mpgov"].sheet_state == "hidden"
    assert book["Changes"].freeze_panes == "D2"
    assert book["Changes"].auto_filter.ref
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert not [cell for cell in row if cell.data_type == "f"]
    assert "type yes in the column Approve" in str([c.value for c in book["About"]["B"]])


def test_a_plan_with_errors_is_no_workbook(open_house: House, run: Run) -> None:
    open_house.plan("events: {E: {properties: {p: {type: integer, examples: [x]}}}}")
    done = run("diff", "plan.yaml", "--output", "c.xlsx")
    assert done.exit_code == 1
    assert "datatypes/example" in done.stdout
    assert not (open_house.folder / "c.xlsx").exists()


def test_lexicon_csv_neither(open_house: House, run: Run) -> None:
    open_house.plan("events: {E: {properties: {p: {type: integer, examples: [x]}}}}")
    done = run("diff", "plan.yaml", "--format", "lexicon-csv", "--output", "c.csv")
    assert (done.exit_code, "datatypes/example" in done.stdout) == (1, True)
    assert not (open_house.folder / "c.csv").exists()


@pytest.mark.parametrize("asked", [("--output", "c.xlsx"), ("--format", "lexicon-csv")])
def test_drift_is_nothing_to_approve(open_house: House, run: Run, asked: tuple[str, ...]) -> None:
    open_house.plan("events: {E: {description: d}}")
    done = run("diff", "plan.yaml", "--drift", *asked)
    assert (done.exit_code, "nothing to approve" in done.stderr) == (2, True)
    assert not (open_house.folder / "c.xlsx").exists()


@pytest.mark.parametrize(
    ("command", "name", "known"),
    [
        (("rules",), "x.xlsx", "text json markdown"),
        (("sync", "plan.yaml", "--yes"), "x.xlsx", "text json markdown html"),
        (("export",), "x.sarif", "yaml xlsx csv json lexicon-csv html"),
    ],
)
def test_a_suffix_that_a_command_does_not_write(
    open_house: House, run: Run, command: tuple[str, ...], name: str, known: str
) -> None:
    open_house.plan("events: {E: {description: d}}")
    done = run(*command, "--output", name)
    assert done.exit_code == 2
    assert f"--output {name}: mpgov {command[0]} writes no {Path(name).suffix[1:]}" in done.stderr
    assert f"--format: {known}" in done.stderr
    assert not (open_house.folder / name).exists()
    assert open_house.stored() == {}


def test_a_workbook_goes_to_another_program_but_never_to_a_terminal(
    saved: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("diff", "plan.yaml", "--format", "xlsx")
    assert (done.exit_code, done.stdout_bytes[:2]) == (0, b"PK")
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _self: True)
    with saved.counting() as count:
        for asked in (
            ("diff", "plan.yaml", "--format", "xlsx"),
            ("export", "--format", "xlsx", "--output", "-"),
        ):
            done = run(*asked)
            assert (done.exit_code, "is not for a terminal" in done.stderr) == (2, True)
        assert count() == 0


def test_a_type_that_was_approved_alone_leaves_no_conflict(open_house: House, run: Run) -> None:
    said = "type: {}, description: {}, examples: [{}]"
    for values in (("integer", "old", 1), ("string", "new", "x")):
        open_house.plan(f"events: {{A: {{properties: {{p: {{{said.format(*values)}}}}}}}}}")
        assert run("diff", "plan.yaml", "--output", "c.xlsx").exit_code == 0
        if values[0] == "integer":
            assert run("sync", "plan.yaml", "--yes").exit_code == 0
    edit(open_house.folder / "c.xlsx", approve(lambda row: row["Field"] == "type, examples"))
    allowed = ("--allow", "guards/mass-change")
    assert run("sync", "--changes", "approved.xlsx", "--yes", *allowed).exit_code == 0
    prop = open_house.stored()["A"]["properties"]["p"]
    assert prop == {"type": "string", "description": "old", "examples": ["x"]}
    rest = run("diff", "plan.yaml").stdout
    assert "conflict" not in rest
    assert 'description: "old" → "new"' in rest


def test_export_as_tables(saved: House, run: Run) -> None:
    for name in ("out.xlsx", "out.csv"):
        assert run("export", "--output", name).exit_code == 0
        assert run("diff", name, "--exit-code").exit_code == 0
    assert run("export", "--format", "xlsx").stdout.strip().endswith("lexicon.xlsx")
    assert saved.folder.joinpath("out.csv").read_text("utf-8").startswith("entity,event,")
