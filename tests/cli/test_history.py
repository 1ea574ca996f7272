"""`mpgov history` as a person uses it: offline, without credentials."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from mpgov.storage.ledger import Ledger

Run = Callable[..., Result]

TOML = 'default_project = "shop"\n[projects.shop]\nid = 1\n[projects.test]\nid = 2\n'
NASTY = '=cmd|"/C calc"!A0 \x1b[31m<b>|\n`x`'


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mpgov.toml").write_text(TOML, "utf-8")
    return Ledger(tmp_path / "exports" / "shop")


def entry(**more: object) -> dict[str, object]:
    fields = [{"path": ["description"], "before": "-1", "after": NASTY}, {"path": ["hidden"]}]
    return {
        "format": 1,
        "kind": "sync",
        "state": "done",
        "run": "20261124T010203Z-abc123",
        "at": "2026-11-24T01:02:03Z",
        "who": {"git": "Jane <jane@acme.example>", "ci": {"run": "https://ci.example/1"}},
        "account": "gov",
        "reason": NASTY,
        "changes": [{"action": "update", "entity": "event", "name": "Sale", "fields": fields}],
        "left": [{"entity": "event", "name": "Other", "state": "failed", "why": "no"}],
        **more,
    }


def test_a_record_is_a_block(shop: Ledger, run: Run) -> None:
    shop.append(entry(reason="new wording"))
    shop.append(entry(at="2026-11-25T00:00:00Z", state="intended", run="b", changes=[], left=[]))
    result = run("history")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "2026-11-25 00:00:00Z  sync  b  (intended; nobody knows yet how it ended)\n"
        "  by       Jane <jane@acme.example>; in CI: https://ci.example/1; as gov\n"
        f"  why      {NASTY}\n".replace("\x1b", "\\x1b").replace("|\n", "|\\x0a")
        + "\n"
        "2026-11-24 01:02:03Z  sync  20261124T010203Z-abc123\n"
        "  by       Jane <jane@acme.example>; in CI: https://ci.example/1; as gov\n"
        "  why      new wording\n"
        "  changes  1 updated, 2 fields: ~ Sale\n"
        "  left     Other: failed: no\n"
        "\n"
        "2 records\n"
    )
    shown = run("history", "show", "20261124T010203Z-abc123").stdout
    assert '      ~ description: "-1" → "=cmd|' in shown
    assert "\x1b" not in shown


@pytest.mark.usefixtures("shop")
def test_no_records(run: Run) -> None:
    assert run("history").stdout == "no records\n"
    assert run("history", "verify").stdout.endswith("0 records, nothing was recorded yet\n")


def test_csv_holds_no_formula(shop: Ledger, run: Run, tmp_path: Path) -> None:
    for start in "=+-@\t\r":
        shop.append(entry(reason=f"{start}1+1", at=f"{start}x"))
    result = run("history", "--output", "q4.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    with (tmp_path / "q4.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]
    starts = {row["reason"][:2] for row in rows}
    assert starts == {f"'{start}" for start in "=+-@\\"}
    assert rows[0]["before"] == "'-1"


@pytest.mark.parametrize("name", ["text", "csv", "markdown", "json"])
def test_no_format_lets_a_terminal_obey(shop: Ledger, run: Run, name: str) -> None:
    shop.append(entry(text=NASTY, name=NASTY, run=NASTY, kind=NASTY, at=NASTY, who={"git": NASTY}))
    for arguments in (("history",), ("history", "blame", "Sale"), ("history", "blame", NASTY)):
        result = run(*arguments, "--format", name)
        assert result.exit_code == 0
        assert "\x1b" not in result.output
    if name == "markdown":
        lines = run("history", "--format", name).stdout.splitlines()
        assert len(lines) == 3
        assert "<b>" not in lines[2].replace("\\<", "")


def test_json_is_what_the_ledger_has(shop: Ledger, run: Run) -> None:
    line = shop.append(entry())
    document = json.loads(run("history", "--format", "json").stdout)
    place = {"project_name": "shop", "line": 1}
    plain = {k: v for k, v in line.entry.items() if k not in {"prev", "hash"}}
    chain = {
        "project": "shop",
        "records": 1,
        "head": [{"hash": line.hash, "count": 1}],
        "problems": [],
        "forks": [],
        "notes": [],
    }
    assert document == {
        "format": 1,
        "found": 1,
        "records": [place | plain],
        "damaged": [],
        "chain": [chain],
    }


@pytest.mark.usefixtures("shop")
def test_a_note_is_added_and_found(run: Run) -> None:
    result = run("history", "add", "asked the CDP team", "--kind", "identity", "--name", "Sign Up")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "recorded\n")
    assert "asked the CDP team" in run("history", "--name", "Sign*", "--kind", "identity").stdout
    assert run("history", "--name", "Else*").stdout == "no records\n"
    assert run("history", "add", "x", "--kind", "sync").exit_code == 2


def test_kinds_are_a_list_or_one_by_one(shop: Ledger, run: Run) -> None:
    for kind in ("sync", "token", "owner", "note"):
        shop.append(entry(kind=kind, run=kind))
    for wanted in (("--kind", "token, owner"), ("--kind", "token", "--kind", "owner,")):
        found = run("history", *wanted, "--format", "json")
        told = [one["kind"] for one in json.loads(found.stdout)["records"]]
        assert told == ["owner", "token"]


def test_a_quarter_is_one_of_the_team_s_own_year(
    shop: Ledger, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in ("2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z", "2027-01-01T00:00:00Z"):
        shop.append(entry(at=at))
    (tmp_path / "mpgov.toml").write_text(f"{TOML}[review]\nyear_starts = 4\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    for named, at in (("2026-Q1", "2026-04-01"), ("2025Q4", "2026-03-31"), ("2026Q4", "2027-01")):
        [record] = json.loads(run("history", "--quarter", named, "--format", "json").stdout)[
            "records"
        ]
        assert record["at"].startswith(at)
    refused = run("history", "--quarter", "Q1")
    assert "2026-Q1 begins with April 2026" in refused.stderr


@pytest.mark.parametrize(("file", "start"), [("a.html", b"<!doctype html>"), ("a.xlsx", b"PK")])
def test_the_suffix_makes_it_a_page_or_a_workbook(
    shop: Ledger, run: Run, tmp_path: Path, file: str, start: bytes
) -> None:
    line = shop.append(entry(text=NASTY))
    for arguments in (("history", "--kind", "sync"), ("history", "show", line.entry["run"])):
        done = run(*arguments, "--output", file)
        assert (done.exit_code, done.output) == (0, "")
        assert (tmp_path / file).read_bytes().startswith(start)
    again = run("history", "--format", file.rpartition(".")[2])
    assert again.stdout_bytes.startswith(start)
    if file == "a.html":
        page = (tmp_path / file).read_text("utf-8")
        assert line.hash in page
        assert "\x1b" not in page


def test_a_workbook_is_not_for_a_terminal(
    shop: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.append(entry())
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _self: True)
    for arguments in (("history",), ("history", "show", "20261124T010203Z-abc123")):
        done = run(*arguments, "--format", "xlsx")
        assert (done.exit_code, "is not for a terminal" in done.stderr) == (2, True)


def test_verify_names_file_and_line(shop: Ledger, run: Run) -> None:
    for number in range(3):
        shop.append(entry(run=str(number)))
    good = run("history", "verify")
    assert (good.exit_code, good.stdout) == (0, "exports/shop/ledger.jsonl: 3 records, whole\n")
    data = shop.path.read_bytes()
    shop.path.write_bytes(data.replace(b'"run":"1"', b'"run":"7"'))
    changed = run("history", "verify")
    assert changed.exit_code == 1
    assert changed.stdout.splitlines() == [
        "exports/shop/ledger.jsonl:2: was changed: its hash does not fit",
        "exports/shop/ledger.jsonl: 2 records, 1 problem",
    ]
    shop.path.write_bytes(data[: data.index(b"\n") + 1])
    cut = run("history", "verify", "--all-projects", "--format", "json")
    assert cut.exit_code == 1
    [of_shop, of_test] = json.loads(cut.stdout)["ledgers"]
    assert [text.split(": ")[0] for text in of_shop["problems"]] == ["exports/shop/ledger.head"]
    assert (of_test["project"], of_test["problems"]) == ("test", [])
    told = run("history")
    assert "exports/shop/ledger.jsonl is damaged: mpgov history verify" in told.stderr


def test_forks_are_named_and_pass(shop: Ledger, run: Run, tmp_path: Path) -> None:
    other = Ledger(tmp_path / "exports" / "other")
    shop.append(entry())
    other.append(entry(reason="other"))
    for mine, theirs in ((shop.path, other.path), (shop.head_path, other.head_path)):
        mine.write_bytes(mine.read_bytes() + theirs.read_bytes())
    result = run("history", "verify")
    assert result.exit_code == 0
    assert "fork: lines 1 and 2 follow the beginning: branches were merged there" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "--since yesterday: is no day"),
        (("--quarter", "2026-Q9"), "2026-Q9: is no quarter; write 2026-Q3 or 2026Q3"),
        (("--quarter", "2026-Q9"), "2026-Q1 begins with January 2026, and 2026-Q4 is the last"),
        (("--kind", "sync,tokn"), "--kind tokn: there is no such kind; did you mean token?"),
        (("--kind", "x"), "kinds: sync undo owner token"),
        (("--format", "xlsx", "--output", "-", "show"), "options go with its list alone"),
        (("blame", "Sale", "--output", "a.html"), "mpgov history blame writes no html"),
        (("--quarter", "2026-Q4", "--since", "2026-01-01"), "goes with neither"),
        (("--project", "nope"), "--project nope: there is no such project"),
        (("--project", "shop", "--all-projects"), "contradict"),
        (("--last", "1", "verify"), "options go with its list alone"),
        (("show", "nope"), "there is no run nope"),
        (("blame", "Sale", "--format", "xml"), "xml"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_wrong_usage(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run("history", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.usefixtures("shop")
def test_an_audit_log_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("a,b\n1,2\n", "utf-8")
    result = run("history", "blame", "Sale", "--audit-log", "log.csv")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: log.csv:1:1: is no audit log")
    assert run("history", "blame", "Sale", "--audit-log", "none.csv").exit_code == 3


def test_blame_says_what_is_known(shop: Ledger, run: Run) -> None:
    shop.append(entry(reason="why"))
    result = run("history", "blame", "Sale")
    assert result.exit_code == 0
    assert "record: Jane <jane@acme.example>  (20261124T010203Z-abc123)" in result.stdout
    assert result.stdout.endswith("Sale: 2 changes known\n")
    assert run("history", "blame", "No").stdout == "No: nothing is known of it\n"
