"""`mpgov history verify --witness` as a person uses it, against a sandbox on a port."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from mpgov.storage.ledger import Ledger
from tests.conftest import House

Run = Callable[..., Result]

SECOND = 777


@pytest.fixture
def shop(open_house: House) -> House:
    """Two projects of one account, both witnessed."""
    open_house.sandbox.add_project(SECOND, 9, "Second")
    open_house.monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    text = (open_house.folder / "mpgov.toml").read_text("utf-8")
    open_house.config(
        f'default_project = "one"\nplan = "plan.yaml"\n{text}[record]\nwitness = true\n'
        f"[projects.one]\nid = {open_house.project}\n[projects.two]\nid = {SECOND}\n"
    )
    open_house.plan("events: {Sale: {description: d}}")
    return open_house


def ledger(house: House, name: str) -> Ledger:
    return Ledger(house.folder / "exports" / name)


def rewrite(of: Ledger) -> None:
    """The same record with another reason, as a new chain with a new head."""
    entries = [dict(line.entry) for line in of.read()]
    of.path.unlink()
    of.head_path.unlink()
    for entry in entries:
        del entry["prev"], entry["hash"]
        of.append({**entry, "reason": "nicer"})


def test_a_record_rewritten_whole_is_whole_and_caught(shop: House, run: Run) -> None:
    done = run("sync", "--yes")
    assert (done.exit_code, "warning" in done.stderr) == (0, False)
    good = run("history", "verify", "--witness")
    assert (good.exit_code, good.stderr) == (0, "")
    file = "exports/one/ledger.jsonl"
    assert good.stdout == (
        f"{file}: 2 records, whole; annotations in Mixpanel that agree: 1 of 1\n"
    )
    last = ledger(shop, "one").read()[-1]
    rewrite(ledger(shop, "one"))
    assert run("history", "verify").exit_code == 0
    caught = run("history", "verify", "--witness")
    [date] = [one["date"] for one in shop.sandbox.state.projects[shop.project].annotations]
    assert caught.exit_code == 1
    assert caught.stdout.splitlines() == [
        (
            f"{file}: Mixpanel's annotation of {date} (run {last.entry['run']}) knows 2 lines "
            f"up to {last.hash[:12]}…, which are not there: the record was rewritten or cut"
        ),
        f"{file}: note: did another machine sync? its record may not be here yet: git pull",
        f"{file}: 2 records, whole; annotations in Mixpanel that agree: 0 of 1",
    ]


@pytest.mark.parametrize("named", [("--project", "*"), ("--all-projects",)])
def test_every_project_is_asked_once(shop: House, run: Run, named: tuple[str, ...]) -> None:
    assert run("sync", "--project", "*", "--yes").exit_code == 0
    rewrite(ledger(shop, "two"))
    shop.sandbox.log.clear()
    found = run("history", "verify", "--witness", *named, "--format", "json")
    asked = [(one.method, one.project) for one in shop.sandbox.log]
    assert asked == [("GET", shop.project), ("GET", SECOND)]
    one, two = json.loads(found.stdout)["ledgers"]
    tip = ledger(shop, "one").read()[-1].hash
    assert one == {
        "project": "one",
        "file": "exports/one/ledger.jsonl",
        "records": 2,
        "head": [{"hash": tip, "count": 2}],
        "problems": [],
        "forks": [],
        "notes": [],
        "signed": [],
        "signed_and_changed": [],
        "witness": {"annotations": 1, "agree": 1, "problems": [], "notes": [], "unwitnessed": []},
    }
    assert (two["problems"], two["witness"]["agree"], found.exit_code) == ([], 0, 1)
    assert "which are not there" in two["witness"]["problems"][0]


def test_without_credentials_the_chain_is_checked_all_the_same(shop: House, run: Run) -> None:
    ledger(shop, "one").append({"kind": "note"})
    shop.monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT_SECRET")
    found = run("history", "verify", "--witness")
    assert found.exit_code == 4
    first, *_, last = found.stdout.splitlines()
    assert first.startswith("exports/one/ledger.jsonl: Mixpanel was not compared: ")
    assert last == "exports/one/ledger.jsonl: 1 record, whole"
    assert "witness" not in json.loads(run("history", "verify", "--format", "json").stdout)
