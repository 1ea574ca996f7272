"""`mpgov auth list`: who may do what, and what is wrong with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from mpgov.storage.ledger import Ledger

MOVED = (
    "is consumer now, was synced on 2026-10-01: a custom role was probably deleted, "
    "which moves its accounts there"
)


def day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.fixture
def house(open_house):
    add = open_house.sandbox.add_account
    project = open_house.project
    add("soon", {project: "analyst"}, day(-10), last_used=day(1))
    add("gone", {project: "analyst"}, day(3), last_used=day(4))
    add("asleep", {project: "analyst"}, day(-300), last_used=day(200))
    add("never", {project: "analyst"}, day(-300), created=day(120))
    add("idle-admin", {project: "admin"}, day(-300), last_used=day(1))
    add("syncer", {project: "admin"}, day(-300), last_used=day(1))
    add("moved", {project: "consumer"}, day(-300), last_used=day(1))
    add("of-a-team", {project: "analyst"}, day(-300), last_used=day(1), granted={project: "team"})
    add("elsewhere", {4243: "analyst"}, day(-300), last_used=day(1))
    return open_house


def names(house) -> dict[str, str]:
    return {name.partition(".")[0]: name for name in house.sandbox.state.accounts}


def synced(house, *accounts: str) -> None:
    ledger = Ledger(house.folder / "exports" / str(house.project))
    for account in accounts:
        ledger.append({"kind": "sync", "state": "done", "run": account, "account": account,
                       "at": "2026-10-01T10:00:00Z"})  # fmt: skip


def warned(result) -> dict[str, list[str]]:
    document = json.loads(result.stdout)
    rows = [*document["accounts"], *(document["others"] or ())]
    return {row["name"].partition(".")[0]: row["warnings"] for row in rows}


def test_each_account_is_warned_of_for_what_is_wrong_with_it(house, run):
    ours = names(house)
    synced(house, ours["syncer"], ours["moved"], ours["gov"])
    result = run("auth", "list", "--format", "json")
    assert result.exit_code == 0, result.stderr
    since = f"unused since {day(200)[:10]}: is it needed?"
    assert warned(result) == {
        "gov": ["never expires"],
        "soon": ["expires in 9 days"],
        "gone": [f"expired on {day(3)[:10]}; delete it"],
        "asleep": [since],
        "never": [f"never used, made since {day(120)[:10]}: is it needed?"],
        "idle-admin": ["is admin and no sync was ever its: analyst would do"],
        "syncer": [],
        "moved": [MOVED],
        "of-a-team": [],
        "elsewhere": [],
    }


@pytest.mark.usefixtures("house")
def test_without_a_record_nobody_is_suspected_of_too_much(run):
    assert warned(run("auth", "list", "--format", "json"))["idle-admin"] == []


@pytest.mark.parametrize("project", ["4242", "4243"])
def test_who_replaced_a_syncer_is_not_suspected_of_idleness(house, run, project):
    """Also where the record of the rotation is another project's."""
    ours, before = names(house), names(house)["gov"]
    folder = house.folder / "exports"
    limits = (house.folder / "mpgov.toml").read_text("utf-8")
    house.config(f"[projects.4242]\nid = 4242\n[projects.4243]\nid = 4243\n{limits}")
    synced(house, "gov.of-long-ago")
    chain = ["gov.of-long-ago", before, ours["idle-admin"]]
    for number, (old, new) in enumerate(pairwise(chain)):
        run_ = {"kind": "token", "run": f"r{number}", "at": day(20)}
        ledger = Ledger(folder / project)
        ledger.append({**run_, "state": "intended", "step": "begun", "old": {"name": old, "id": 1}})
        ledger.append({**run_, "step": "created", "new": {"name": new, "id": 2}})
    found = warned(run("auth", "list", "--format", "json"))
    assert (found["idle-admin"], found["gov"]) == ([], ["never expires"])


def test_the_table_shows_who_asks_and_where_roles_come_from(house, run):
    result = run("auth", "list")
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if line}
    ours = names(house)
    assert "(this one)" in rows[ours["gov"]]
    assert "analyst (by team)" in rows[ours["of-a-team"]]
    assert "not in the project" in rows[ours["elsewhere"]]
    assert result.stdout.splitlines()[-1].endswith(
        "9 service accounts, 1 in the organization alone"
    )


def test_a_member_sees_the_project_and_is_told_what_it_does_not(house, run, monkeypatch):
    name, secret = house.sandbox.add_account("reader", {house.project: "consumer"})
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT", name)
    monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", secret)
    result = run("auth", "list", "--format", "json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert len(document["accounts"]) == 10
    assert document["others"] is None
    assert "(403)" in document["unknown"]
    assert "the organization's other accounts: Mixpanel does not let" in result.stderr


@pytest.mark.parametrize("name", ["csv", "markdown"])
def test_other_formats_have_a_row_an_account(house, run, name):
    lines = run("auth", "list", "--format", name).stdout.splitlines()
    rows = len(house.sandbox.state.accounts)
    assert len(lines) == rows + (1 if name == "csv" else 2)


def test_several_projects_are_one_table(house, run, monkeypatch):
    monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    limits = (house.folder / "mpgov.toml").read_text("utf-8")
    house.config(f"[projects.a]\nid = 4242\n[projects.b]\nid = 4243\n{limits}")
    result = run("auth", "list", "--project", "*", "--format", "json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [one["summary"]["accounts"] for one in document["projects"]] == [9, 2]
