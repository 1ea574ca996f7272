"""`mpgov convert` and workbooks as plans, as a user types it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook

from mpgov.workflows.plans import read_plan
from tests.conftest import House
from tests.formats.workbooks import with_parts, workbook

Run = Callable[..., Result]
SHOP = Path(__file__).parents[2] / "plans" / "shop.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(SHOP, tmp_path / "shop.yaml")
    return tmp_path


def test_round_and_back_onto_the_file_is_byte_for_byte(folder: Path, run: Run) -> None:
    for source, target in (("shop.yaml", "a.xlsx"), ("a.xlsx", "b.csv"), ("b.csv", "c.xlsx")):
        done = run("convert", source, target)
        assert (done.exit_code, done.stdout) == (0, f"{target}\n"), done.stderr
    assert run("convert", "c.xlsx", "shop.yaml", "--check").exit_code == 0
    back = run("convert", "c.xlsx", "shop.yaml")
    assert back.stderr == "shop.yaml says the same already; nothing was written\n"
    assert (folder / "shop.yaml").read_bytes() == SHOP.read_bytes()


def test_check_writes_nothing_and_exits_1(folder: Path, run: Run) -> None:
    assert run("convert", "shop.yaml", "a.xlsx", "--check").exit_code == 1
    assert not (folder / "a.xlsx").exists()
    run("convert", "shop.yaml", "a.xlsx")
    before = (folder / "a.xlsx").read_bytes()
    text = (folder / "shop.yaml").read_text("utf-8")
    edited = text.replace("A customer paid for an order.", "Paid.")
    (folder / "shop.yaml").write_text(edited, "utf-8")
    done = run("convert", "shop.yaml", "a.xlsx", "--check")
    assert (done.exit_code, done.stdout) == (1, "a.xlsx: would change\n")
    assert (folder / "a.xlsx").read_bytes() == before


def test_onto_yaml_it_changes_only_what_differs(folder: Path, run: Run) -> None:
    run("convert", "shop.yaml", "a.xlsx")
    book = load_workbook(folder / "a.xlsx")
    cell = next(c for c in book["Events"]["C"] if c.value == "A customer paid for an order.")
    cell.value = "Somebody paid."
    book.save(folder / "a.xlsx")
    assert run("convert", "a.xlsx", "shop.yaml").exit_code == 0
    old, new = (p.read_text("utf-8").splitlines() for p in (SHOP, folder / "shop.yaml"))
    assert len(old) == len(new)
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert [b.strip() for _, b in changed] == ["description: Somebody paid."]


def test_into_a_folder_each_event_where_it_stands(folder: Path, run: Run) -> None:
    (folder / "plans").mkdir()
    (folder / "plans" / "a.yaml").write_text("mpgov: 1\nevents:\n  A: {description: a}  # mine\n")
    (folder / "plans" / "b.yaml").write_text("mpgov: 1\nevents:\n  B:\n    description: b\n")
    run("convert", "plans", "p.csv")
    text = (folder / "p.csv").read_text("utf-8")
    (folder / "p.csv").write_text(text.replace(",a,", ",new,"), "utf-8")
    done = run("convert", "p.csv", "plans")
    assert (done.exit_code, done.stdout) == (0, "plans/a.yaml\n"), done.stderr
    assert "description: new}  # mine" in (folder / "plans" / "a.yaml").read_text("utf-8")


def test_a_workbook_that_would_lose_something_or_is_open_stays(folder: Path, run: Run) -> None:
    run("convert", "shop.yaml", "a.xlsx")
    plain = (folder / "a.xlsx").read_bytes()
    yaml = (folder / "shop.yaml").read_text("utf-8").replace("A customer paid for", "Paid for")
    (folder / "shop.yaml").write_text(yaml, "utf-8")
    with_macros = with_parts(plain, {"xl/vbaProject.bin": b"x"})
    (folder / "a.xlsx").write_bytes(with_macros)
    done = run("convert", "shop.yaml", "a.xlsx")
    assert (done.exit_code, done.stdout) == (0, "a.new.xlsx\n")
    assert "a.xlsx stays as it is: saving it would lose its macros" in done.stderr
    assert (folder / "a.xlsx").read_bytes() == with_macros
    wanted = read_plan(folder / "shop.yaml", folder).catalog
    assert read_plan(folder / "a.new.xlsx", folder).catalog == wanted
    (folder / "a.xlsx").write_bytes(plain)
    (folder / "~$a.xlsx").write_bytes(b"")
    assert "it is open in Excel" in run("convert", "shop.yaml", "a.xlsx").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("shop.yaml", "x.docx"), 2, "x.docx: its suffix tells no format"),
        (("shop.yaml", "x.csv", "--format", "toml"), 2, "'toml' is none of: csv"),
        (("none.xlsx", "x.yaml"), 3, "none.xlsx: there is no such plan"),
        (("shop.yaml", "shop.yaml", "--format", "csv"), 3, "shop.yaml: is yaml, not csv"),
    ],
)
def test_what_cannot_be_done(
    folder: Path, run: Run, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = run("convert", *arguments)
    assert done.exit_code == code
    assert says in done.stderr
    assert (folder / "shop.yaml").read_bytes() == SHOP.read_bytes()


@pytest.mark.usefixtures("folder")
def test_to_stdout(run: Run) -> None:
    assert run("convert", "shop.yaml", "-").stdout.startswith("mpgov: 1\n")
    assert run("convert", "shop.yaml", "-", "--format", "csv").stdout.startswith("entity,event,")


def test_what_headers_were_taken_for(folder: Path, run: Run) -> None:
    rows = [["Event Name", "Data Type", "Property", "Jira"], ["A", "Text", "p", "X-1"]]
    (folder / "p.xlsx").write_bytes(workbook(Plan=rows))
    lines = run("check", "p.xlsx", "--explain-columns").stdout.splitlines()
    assert [line.split()[-3:] for line in lines] == [
        ["Name", "is", "event"],
        ["is", "property:", "type"],
        ["Property", "is", "property"],
        ["kept", "as", "extra"],
    ]


class TestAWorkbookAsThePlan:
    def test_check_diff_and_sync(self, open_house: House, run: Run) -> None:
        rows = [["Event", "Description", "Property", "Type"], ["Paid", "Money.", "price", "number"]]
        (open_house.folder / "plan.xlsx").write_bytes(workbook(Plan=rows))
        assert run("check", "plan.xlsx").exit_code == 0
        assert run("diff", "plan.xlsx", "--exit-code").exit_code == 1
        assert run("sync", "plan.xlsx", "--yes").exit_code == 0
        assert run("diff", "plan.xlsx", "--exit-code").exit_code == 0
        assert open_house.stored()["Paid"]["properties"] == {"price": {"type": "number"}}

    def test_a_conflict_is_settled_in_its_cell(self, open_house: House, run: Run) -> None:
        path = open_house.folder / "plan.xlsx"
        head = ["Event", "Description", "Jira"]
        path.write_bytes(workbook(Plan=[head, ["Paid", "Money.", "X-1"]]))
        assert run("sync", "plan.xlsx", "--yes").exit_code == 0
        path.write_bytes(workbook(Plan=[head, ["Paid", "Ours.", "X-1"]]))
        open_house.sandbox.edit_in_ui(open_house.project, "event", "Paid", description="Theirs.")
        assert run("sync", "plan.xlsx", "--yes").exit_code == 1
        done = run("sync", "plan.xlsx", "--yes", "--theirs", "Paid")
        assert done.exit_code == 0, done.stderr
        rows = [[cell.value for cell in row] for row in load_workbook(path)["Plan"].iter_rows()]
        assert rows == [head, ["Paid", "Theirs.", "X-1"]]

    def test_a_row_that_was_renamed_is_seen(self, open_house: House, run: Run) -> None:
        open_house.plan("events: {Paid: {description: Money., properties: {a: {type: string}}}}")
        run("convert", "plan.yaml", "plan.xlsx")
        assert run("sync", "plan.xlsx", "--yes").exit_code == 0
        book = load_workbook("plan.xlsx")
        book["Events"]["A2"] = "Something Else Entirely"
        book.save("plan.xlsx")
        done = run("diff", "plan.xlsx")
        assert "looks like Paid under another name (it stands in its row" in done.stdout
        assert '"Paid" is "Something Else Entirely" now' in done.stderr

    def test_lexicon_is_adopted_into_it(self, open_house: House, run: Run) -> None:
        path = open_house.folder / "plan.xlsx"
        head = ["Event", "Description", "Owner"]
        path.write_bytes(workbook(Plan=[head, ["Paid", "Money.", "sam@acme.example"]]))
        entry = {"description": "Theirs.", "properties": {"a": {"type": "string"}}}
        open_house.put({"entityType": "event", "name": "Left", "schemaJson": entry})
        done = run("export", "--into", "plan.xlsx")
        assert (done.exit_code, done.stderr.count("error")) == (0, 0), done.stderr
        names = {e.key.name for e in read_plan(path, open_house.folder).catalog}
        assert names >= {"Paid"}
        beside = path.with_name("plan.new.xlsx")
        found = read_plan(beside if beside.exists() else path, open_house.folder).catalog
        assert {e.key.name for e in found} == {"Paid", "Left"}

    def test_its_earlier_commits_are_a_witness(self, open_house: House, run: Run) -> None:
        path = open_house.folder / "plan.xlsx"
        head = ["Event", "Description"]
        git("init", "-q")
        for text in ("Money.", "Money came."):
            path.write_bytes(workbook(Plan=[head, ["Paid", text]]))
            git("add", "plan.xlsx")
            git("commit", "-qm", text)
        entry = {"description": "Money."}
        open_house.put({"entityType": "event", "name": "Paid", "schemaJson": entry})
        assert run("diff", "plan.xlsx", "--exit-code").stdout.startswith("~ Paid")
        assert "foreign-text" not in run("diff", "plan.xlsx").stdout
        done = run("sync", "plan.xlsx", "--yes", "--since", "HEAD~1")
        assert done.exit_code == 0, done.stderr
        assert open_house.stored()["Paid"]["description"] == "Money came."
        blamed = run("history", "blame", "Paid", "--plan", "plan.xlsx")
        assert "Money came." in blamed.stdout


def git(*arguments: str) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@acme.example"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)
