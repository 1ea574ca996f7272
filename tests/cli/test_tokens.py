"""`mpgov tokens` as a person uses it: the register, its record, and what is due."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from icalendar import Calendar

from mpgov.core.tokens import fingerprint
from mpgov.storage.ledger import Ledger
from mpgov.workflows.project import Surroundings, surroundings
from mpgov.workflows.review import tokens_of
from tests.conftest import House
from tests.corpus import value

Run = Callable[..., Result]

TOML = """\
default_project = "shop"
[projects.shop]
id = 1
region = "eu"
[projects.dev]
id = 2
"""
WEB, NEW, SECRET = value("web"), value("new"), value("sync-account")
REGISTER = """\
mpgov_tokens: 1
tokens:
  web:
    kind: project_token
    project: shop
    environment: production
    holder: jane@acme.example
    used_in: [web, ios]
    rotate_every: 90 days
    last_rotated: 2026-08-25
    fingerprint: 1a2b3c4d5e6f7890   # ours
  web-dev:
    kind: project_token
    project: 2
    environment: development
    holder: team:Web
    fingerprint: 0f1e2d3c4b5a6978
  export:
    kind: api_secret
    project: shop
    environment: production
    holder: team:Data
    rotate_every: 30 days
    last_rotated: 2026-10-31
    fingerprint: 90d2b7f4c16ea835
"""

LIST = """\
name     kind           project  environment  holder             used in   last rotated  next due    state
web      project token  shop     production   jane@acme.example  web, ios  2026-08-25    2026-11-23  overdue
web-dev  project token  2        development  team:Web           -         -             -           unscheduled
export   API secret     shop     production   team:Data          -         2026-10-31    2026-11-30  soon

plans/tokens.yaml: 3 tokens: 1 overdue, 1 due soon, 1 without a schedule
"""  # noqa: E501 - as it is drawn
DUE = """\
state    due         days left  name    kind           project  holder             why
overdue  2026-11-23         -1  web     project token  shop     jane@acme.example  every 90 days
soon     2026-11-30          6  export  API secret     shop     team:Data          every 30 days

plans/tokens.yaml: 3 tokens: 1 overdue, 1 due soon, 1 without a schedule
once it is replaced: mpgov tokens rotated web --reason …
what has no schedule: mpgov tokens check
"""
CHECKED = """\
plans/tokens.yaml:7:5: error: web is held by jane@acme.example, who left [tokens/holder-left]
    fix: replace it, then mpgov tokens rotated web --reason …
plans/tokens.yaml:10:5: error: web was due on 2026-11-23, 1 day ago: every 90 days [tokens/due]
    fix: replace it, then mpgov tokens rotated web --reason …
plans/tokens.yaml:12:3: warning: web-dev has no rotation schedule [tokens/unscheduled]
    fix: rotate_every: 365 days
plans/tokens.yaml:24:5: warning: export is due on 2026-11-30, in 6 days: every 30 days [tokens/due]
    fix: replace it, then mpgov tokens rotated export --reason …

plans/tokens.yaml: 3 tokens; 2 errors, 2 warnings
"""


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 2026-11-24, 09:30 UTC."""

    def made(*arguments: Any) -> Surroundings:
        return replace(surroundings(*arguments), now=lambda: 1_795_512_600.0)

    monkeypatch.setattr("mpgov.cli.options.surroundings", made)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mpgov.toml").write_text(TOML, "utf-8")
    return tmp_path


@pytest.fixture
def kept(shop: Path) -> Path:
    """A register of three tokens."""
    path = shop / "plans" / "tokens.yaml"
    path.parent.mkdir()
    path.write_text(REGISTER, "utf-8")
    return path


def record(folder: Path, project: str = "shop") -> list[dict[str, Any]]:
    return [dict(line.entry) for line in Ledger(folder / "exports" / project).read()]


def test_without_a_register_it_says_how_to_begin(shop: Path, run: Run) -> None:
    begin = "mpgov tokens add web-production --kind project_token --project NAME"
    for command in ("list", "due"):
        result = run("tokens", command)
        assert (result.exit_code, result.stdout) == (0, "plans/tokens.yaml: no tokens\n")
        assert result.stderr == f"plans/tokens.yaml: no tokens yet; begin with: {begin}\n"
    result = run("tokens", "check")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.endswith(f"no register of tokens yet\n  next: {begin}\n")
    assert run("tokens", "rotated", "web", "--reason", "x").exit_code == 2
    assert not (shop / "plans").exists()


@pytest.mark.parametrize(
    ("plan", "path"),
    [
        ("", "plans/tokens.yaml"),
        ('plan = "tracking"\n', "tracking/tokens.yaml"),
        ('plan = "plan.xlsx"\n', "plans/tokens.yaml"),
    ],
)
def test_the_register_is_in_the_folder_of_the_plan(
    shop: Path, run: Run, plan: str, path: str
) -> None:
    (shop / "mpgov.toml").write_text(plan + TOML, "utf-8")
    result = run("tokens", "add", "web", "--kind", "project_token", given=WEB)
    assert f"added to {path}, and recorded" in result.stderr
    assert (shop / path).exists()
    if plan:
        (shop / "plan.xlsx").touch()
    assert run("tokens", "list").stdout.endswith(f"{path}: 1 token: 1 without a schedule\n")


def test_a_value_is_fingerprinted_and_forgotten(shop: Path, run: Run) -> None:
    result = run(
        *("tokens", "add", "web", "--kind", "project_token", "--environment", "production"),
        *("--holder", "jane@acme.example", "--used-in", "web", "--used-in", "ios"),
        *("--rotate-every", "365", "--last-rotated", "2026-01-15", "--reason", "the first"),
        given=f"{WEB}\n",
    )
    assert (result.exit_code, result.stdout) == (0, "")
    known = fingerprint(WEB)
    assert result.stderr == f"web ({known}): added to plans/tokens.yaml, and recorded\n"
    text = (shop / "plans" / "tokens.yaml").read_text("utf-8")
    assert text.endswith(f"""
tokens:
  web:
    kind: project_token
    project: shop
    environment: production
    holder: jane@acme.example
    used_in: [web, ios]
    rotate_every: "365 days"
    last_rotated: "2026-01-15"
    fingerprint: {known if known[0].isalpha() else f'"{known}"'}
""")
    (entry,) = record(shop)
    assert (entry["kind"], entry["reason"]) == ("token", "the first")
    assert entry["project"] == {"name": "shop", "id": 1, "region": "eu"}
    (change,) = entry["changes"]
    assert {key: change[key] for key in ("action", "entity", "name")} == {
        "action": "create",
        "entity": "token",
        "name": "web",
    }
    fields = {one["path"][0]: one["after"] for one in change["fields"]}
    assert fields["used_in"] == ["web", "ios"]
    assert fields["fingerprint"] == known
    written = b"".join(path.read_bytes() for path in shop.rglob("*") if path.is_file())
    assert WEB.encode() not in written


def test_a_token_is_rotated_where_it_stands(kept: Path, run: Run, shop: Path) -> None:
    result = run("tokens", "rotated", "web", "--reason", "leaked", given=NEW)
    assert (result.exit_code, result.stdout) == (0, "")
    text = kept.read_text("utf-8")
    assert 'last_rotated: "2026-11-24"\n' in text
    assert "   # ours\n    retired: [" in text
    assert "1a2b3c4d5e6f7890" in text.split("retired:")[1].splitlines()[0]
    assert text.split("  web-dev:")[1] == REGISTER.split("  web-dev:")[1]
    (entry,) = record(shop)
    assert entry["reason"] == "leaked"
    assert entry["changes"][0]["fields"] == [
        {"path": ["last_rotated"], "before": "2026-08-25", "after": "2026-11-24"},
        {"path": ["fingerprint"], "before": "1a2b3c4d5e6f7890", "after": fingerprint(NEW)},
        {"path": ["retired"], "after": ["1a2b3c4d5e6f7890"]},
    ]
    assert "~ web" in run("history", "--kind", "token").stdout


def test_without_a_new_value_only_the_day_moves(kept: Path, run: Run) -> None:
    result = run("tokens", "rotated", "web", "--reason", "x", "--on", "2026-11-20")
    assert result.exit_code == 0
    assert "its fingerprint is still that of the one before" in result.stderr
    wanted = REGISTER.replace("last_rotated: 2026-08-25", 'last_rotated: "2026-11-20"')
    assert kept.read_text("utf-8") == wanted


def test_a_service_account_gets_its_new_name(kept: Path, run: Run, shop: Path) -> None:
    account = ("--account", "a.1.mp-service-account")
    result = run(
        *("tokens", "add", "sync", "--kind", "service_account", "--project", "2"),
        *account,
        given=SECRET,
    )
    assert result.exit_code == 0, result.stderr
    new = ("--account", "b.2.mp-service-account")
    assert run("tokens", "rotated", "sync", "--reason", "x", *new).exit_code == 0
    assert "account: b.2.mp-service-account" in kept.read_text("utf-8")
    assert [one["changes"][0]["action"] for one in record(shop, "dev")] == ["create", "update"]
    assert run("tokens", "rotated", "web", "--reason", "x", *new).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (("add", "web", "--kind", "project_token"), "", "has a token web already"),
        (("add", "a", "--kind", "project_token"), "1 2", "it is more than one word"),
        (("add", "a", "--kind", "api_secret"), SECRET, "32 lower-case hexadecimal digits"),
        (("add", "a", "--kind", "api_secret", "--project", "nope"), "", "there is no project nope"),
        (("add", "a", "--kind", "api_secret", "--holder", "jane"), "", "is no holder"),
        (("add", "a", "--kind", "api_secret", "--rotate-every", "a year"), "", "1 to 3650 days"),
        (("add", "a", "--kind", "api_secret", "--last-rotated", "soon"), "", "is no day"),
        (("add", " ", "--kind", "api_secret"), "", "needs a name"),
        (("add", WEB, "--kind", "api_secret"), "", "the name may hold a token"),
        (("add", "a", "--kind", "api_secret", "--note", f"is {WEB}"), "", "--note may hold"),
        (("add", "a", "--kind", "api_secret", "--reason", WEB), "", "--reason may hold"),
        (("add", "a", "--kind", "api_secret", "--used-in", SECRET), "", "--used-in may hold"),
        (("add", "a", "--kind", "api_secret", "--account", SECRET), "", "--account may hold"),
        (("rotated", "wep", "--reason", "x"), "", "has no token wep"),
        (("rotated", "web", "--reason", WEB), "", "--reason may hold"),
        (("rotated", "web", "--reason", "x", "--on", "2026-08-24"), "", "rotated on 2026-08-25"),
        (("rotated", "web", "--reason", "x", "--on", "2026-11-25"), "", "still to come"),
        (("add", "a", "--kind", "api_secret", "--last-rotated", "2030-01-01"), "", "to come"),
        (("rotated", "web"), "", "--reason"),
        (("rotated", "web", "--reason", " "), "", "--reason says nothing"),
        (("list", "--project", "nope"), "", "no token is of such a project"),
    ],
)
def test_what_is_refused_changes_nothing(
    kept: Path, run: Run, arguments: tuple[str, ...], given: str, said: str
) -> None:
    result = run("tokens", *arguments, given=given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert WEB not in result.stderr
    assert SECRET not in result.stderr
    assert kept.read_text("utf-8") == REGISTER
    assert not (kept.parents[1] / "exports").exists()


def test_a_value_is_held_once(kept: Path, run: Run) -> None:
    assert run("tokens", "rotated", "web", "--reason", "x", given=WEB).exit_code == 0
    text = kept.read_text("utf-8")
    again = run("tokens", "rotated", "web", "--reason", "x", given=WEB)
    other = run("tokens", "add", "b", "--kind", "project_token", given=WEB)
    assert (again.exit_code, other.exit_code) == (2, 2)
    assert "it has that value already" in again.stderr
    assert "web has that value already" in other.stderr
    assert run("tokens", "rotated", "web", "--reason", "x", given=NEW).exit_code == 0
    back = run("tokens", "rotated", "web", "--reason", "x", given=WEB)
    assert "that value of web was retired" in back.stderr
    assert text != kept.read_text("utf-8")


def test_without_a_project_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("tokens", "add", "web", "--kind", "project_token")
    assert result.exit_code == 2
    assert "next: say --project NAME, or its id" in result.stderr
    assert run("tokens", "add", "web", "--kind", "project_token", "--project", "42").exit_code == 0
    assert record(tmp_path, "42")[0]["project"]["id"] == 42
    unknown = run("tokens", "add", "b", "--kind", "project_token", "--project", "shop")
    assert "add [projects.shop] to mpgov.toml" in unknown.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_where_nothing_can_be_recorded_nothing_changes(kept: Path, run: Run) -> None:
    folder = kept.parents[1] / "exports"
    folder.mkdir(mode=0o500)
    assert run("tokens", "rotated", "web", "--reason", "x", given=NEW).exit_code == 3
    assert kept.read_text("utf-8") == REGISTER


def test_a_damaged_record_stops_it(kept: Path, run: Run) -> None:
    ledger = Ledger(kept.parents[1] / "exports" / "shop")
    ledger.folder.mkdir(parents=True)
    ledger.head_path.write_text("{broken", "utf-8")
    result = run("tokens", "rotated", "web", "--reason", "x", given=NEW)
    assert result.exit_code == 3
    assert "ledger.head" in result.stderr
    assert kept.read_text("utf-8") == REGISTER


@pytest.mark.parametrize("there", [True, False])
def test_a_record_that_fails_halfway_takes_the_change_back(
    shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    from mpgov.errors import InputError  # noqa: PLC0415 - for this test alone

    path = shop / "plans" / "tokens.yaml"
    if there:
        path.parent.mkdir()
        path.write_text(REGISTER, "utf-8")

    def full(*_: object) -> None:
        raise InputError("cannot write: no space left on device")

    monkeypatch.setattr(Ledger, "append", full)
    assert run("tokens", "add", "a", "--kind", "project_token", given=NEW).exit_code == 3
    assert path.exists() is there
    assert not there or path.read_text("utf-8") == REGISTER


@pytest.mark.usefixtures("kept")
def test_of_tokens_added_at_the_same_moment_none_is_lost(shop: Path) -> None:
    names = {f"job{number}" for number in range(6)}
    command = [sys.executable, "-m", "mpgov", "tokens", "add", "--kind", "project_token"]
    running = [
        subprocess.Popen(
            [*command, "--project", "shop", name], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for name in sorted(names)
    ]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 6, said
    listed = yaml.safe_load((shop / "plans" / "tokens.yaml").read_text("utf-8"))["tokens"]
    assert names <= set(listed)
    assert {entry["changes"][0]["name"] for entry in record(shop)} == names


@pytest.mark.usefixtures("kept")
def test_the_record_may_be_kept_on_its_branch(run: Run, shop: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=Jane", "-c", "user.email=jane@acme.example")
        done = subprocess.run(
            ["git", *identity, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    (shop / "mpgov.toml").write_text(f'{TOML}[record]\nkeep = "branch"\n', "utf-8")
    git("init", "-q", "-b", "main")
    git("config", "user.name", "Jane")
    git("config", "user.email", "jane@acme.example")
    git("add", "mpgov.toml", "plans")
    git("commit", "-qm", "The register")
    assert run("tokens", "rotated", "web", "--reason", "x", given=NEW).exit_code == 0
    line = git("show", "mpgov-record:exports/shop/ledger.jsonl")
    assert json.loads(line)["changes"][0]["name"] == "web"


def test_the_list_as_people_read_it(kept: Path, run: Run) -> None:
    result = run("tokens", "list")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == LIST
    assert "web-dev" not in run("tokens", "list", "--project", "shop").stdout
    assert "  2  " in run("tokens", "list", "--project", "d*").stdout
    both = run("tokens", "list", "--project", "dev", "--project", "1", "--format", "json")
    assert [one["name"] for one in json.loads(both.stdout)["tokens"]] == [
        "web",
        "web-dev",
        "export",
    ]
    markdown = run("tokens", "list", "--format", "markdown").stdout
    assert "| web | project token | shop |" in markdown
    run("tokens", "list", "--output", "tokens.csv")
    with (kept.parents[1] / "tokens.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["state"], row["fingerprint"]) for row in rows][:1] == [
        ("web", "overdue", "1a2b3c4d5e6f7890")
    ]


def test_what_is_due(kept: Path, run: Run) -> None:
    result = run("tokens", "due")
    assert result.exit_code == 1
    assert result.stdout == DUE
    within = run("tokens", "due", "--within", "3", "--format", "csv")
    assert [row["name"] for row in csv.DictReader(io.StringIO(within.stdout))] == ["web"]
    dev = run("tokens", "due", "--project", "dev")
    assert (dev.exit_code, dev.stdout.count("\n")) == (0, 2)
    document = json.loads(run("tokens", "due", "--format", "json").stdout)
    assert document["tokens"][0]["due"] == {"on": "2026-11-23", "days": -1, "why": "every 90 days"}
    assert run("tokens", "due", "--output", "due.ics").exit_code == 1
    calendar = Calendar.from_ical((kept.parents[1] / "due.ics").read_bytes())
    assert [str(one["SUMMARY"]) for one in calendar.walk("VEVENT")] == [
        "Replace web (project token)",
        "Replace export (API secret)",
    ]
    assert "| overdue | 2026-11-23 | -1 |" in run("tokens", "due", "--format", "markdown").stdout


@pytest.mark.usefixtures("kept")
def test_the_register_is_judged(run: Run, shop: Path) -> None:
    plan = "mpgov: 1\ngovernance: {left: [Jane@acme.example]}\n"
    (shop / "plans" / "plan.yaml").write_text(plan, "utf-8")
    result = run("tokens", "check")
    assert result.exit_code == 1
    assert result.stdout == CHECKED
    assert run("tokens", "check", "--project", "dev").exit_code == 0
    assert run("tokens", "check", "--project", "dev", "--fail-on", "warning").exit_code == 1
    document = json.loads(run("tokens", "check", "--format", "json").stdout)
    assert document["summary"] == {"error": 2, "warning": 2, "info": 0}
    assert document["findings"][0]["location"] == {
        "file": "plans/tokens.yaml",
        "line": 7,
        "column": 5,
    }
    sarif = json.loads(run("tokens", "check", "--format", "sarif").stdout)["runs"][0]
    assert sarif["automationDetails"] == {"id": "mpgov tokens check/"}
    assert {one["ruleId"] for one in sarif["results"]} <= {
        one["id"] for one in sarif["tool"]["driver"]["rules"]
    }
    (shop / "mpgov.toml").write_text(f'{TOML}[rules]\n"tokens/due" = "off"\n', "utf-8")
    assert "tokens/due" not in run("tokens", "check").stdout


def test_projects_that_are_one_are_told(kept: Path, run: Run, shop: Path) -> None:
    (shop / "mpgov.toml").write_text(TOML.replace("id = 2", 'id = 1\nregion = "eu"'), "utf-8")
    kept.write_text(REGISTER.replace("project: 2", "project: dev"), "utf-8")
    said = run("tokens", "check").stdout
    assert "mpgov.toml:5:11: error: [projects.dev] is project 1, and so is [projects.shop]" in said
    assert "web-dev shares project dev with web: production and development" in said
    kept.write_text(REGISTER.replace("project: 2", "project: shp"), "utf-8")
    said = run("tokens", "check").stdout
    assert "web-dev is of project shp, which mpgov.toml does not name; did you mean shop?" in said


@pytest.mark.usefixtures("kept")
def test_a_plan_that_cannot_be_read_is_told(run: Run, shop: Path) -> None:
    (shop / "plans" / "plan.yaml").write_text("mpgov: 1\nevnts: {}\n", "utf-8")
    result = run("tokens", "check")
    assert result.exit_code == 1
    assert result.stderr.startswith("note: nobody knows who left: plans/plan.yaml:2:1:")


def test_the_schema_is_printed(run: Run) -> None:
    result = run("tokens", "check", "--print-schema")
    assert json.loads(result.stdout)["title"] == "mpgov register of tokens"


def test_a_register_with_a_value_is_refused_without_showing_it(kept: Path, run: Run) -> None:
    kept.write_text(REGISTER.replace("1a2b3c4d5e6f7890", WEB), "utf-8")
    for command in (
        ("list",),
        ("due",),
        ("check",),
        ("scan",),
        ("rotated", "web", "--reason", "x"),
    ):
        result = run("tokens", *command)
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.startswith(
            "error: plans/tokens.yaml:11:18: may be a token or a secret"
        )
        assert WEB not in result.stderr


ACCOUNTS = """\
mpgov_tokens: 1
tokens:
  sync:
    kind: service_account
    project: {project}
    account: {account}
    role: analyst
    rotate_every: 90 days
  gone:
    kind: service_account
    project: {project}
    account: gone.1.mp-service-account
"""


def test_service_accounts_take_their_days_from_mixpanel(open_house: House, run: Run) -> None:
    sandbox = open_house.sandbox
    name, _ = sandbox.default_account
    account = sandbox.state.accounts[name]
    account.created, account.expires = "2026-10-01T00:00:00", "2026-12-01T00:00:00"
    path = open_house.folder / "plans" / "tokens.yaml"
    path.parent.mkdir()
    path.write_text(ACCOUNTS.format(project=sandbox.default_project, account=name), "utf-8")
    result = run("tokens", "list", "--format", "json")
    assert result.exit_code == 0
    sync, gone = json.loads(result.stdout)["tokens"]
    assert (sync["created"], sync["last_rotated"]) == ("2026-10-01", "2026-10-01")
    assert sync["due"] == {"on": "2026-12-01", "days": 7, "why": "it expires"}
    assert gone["state"] == "unscheduled"
    assert "has no gone.1.mp-service-account" in result.stderr
    assert "meant to be analyst" in result.stderr
    before = len(sandbox.log)
    offline = run("tokens", "due", "--offline")
    assert (offline.stderr, len(sandbox.log)) == ("", before)
    assert "meant to be analyst" in run("auth", "list").stdout


def test_a_mixpanel_that_does_not_answer_stops_nothing(open_house: House, run: Run) -> None:
    sandbox = open_house.sandbox
    name, _ = sandbox.default_account
    path = open_house.folder / "plans" / "tokens.yaml"
    path.parent.mkdir()
    path.write_text(ACCOUNTS.format(project=sandbox.default_project, account=name), "utf-8")
    for host, said in (("http://127.0.0.1:9", "127.0.0.1:9"), ("", "no secret")):
        open_house.monkeypatch.setenv("MIXPANEL_HOST", host or "http://127.0.0.1:9")
        if not host:
            open_house.monkeypatch.delenv("MIXPANEL_SERVICE_ACCOUNT_SECRET")
        result = run("tokens", "due", "--max-wait", "0")
        assert result.exit_code == 0
        assert result.stderr.startswith("warning: Mixpanel could not be asked when service")
        assert said in result.stderr


@pytest.mark.parametrize(("command", "most"), [("due", "1"), ("list", "3.2")])
def test_how_long_it_waits_for_mixpanel_is_said(
    open_house: House, run: Run, command: str, most: str
) -> None:
    path = open_house.folder / "plans" / "tokens.yaml"
    path.parent.mkdir()
    text = ACCOUNTS.format(project=open_house.project, account="a.1.mp-service-account")
    path.write_text(text, "utf-8")
    open_house.monkeypatch.setenv("MIXPANEL_HOST", "http://127.0.0.1:9")
    result = run("tokens", command, "--max-wait", most)
    assert result.exit_code == 0
    assert ("trying again in" in result.stderr) is (most != "1")
    assert "would be longer than allowed" in result.stderr


@pytest.mark.parametrize("command", ["due", "list"])
def test_credentials_that_are_refused_leave_the_register(
    open_house: House, run: Run, command: str
) -> None:
    sandbox = open_house.sandbox
    name, _ = sandbox.default_account
    path = open_house.folder / "plans" / "tokens.yaml"
    path.parent.mkdir()
    project = sandbox.default_project
    text = ACCOUNTS.format(project=project, account=name)
    path.write_text(text.replace("90 days", "90 days\n    last_rotated: 2026-01-01"), "utf-8")
    open_house.monkeypatch.setenv("MIXPANEL_SERVICE_ACCOUNT_SECRET", "wrong")
    result = run("tokens", command, "--project", str(project))
    assert result.stdout == run("tokens", command, "--project", str(project), "--offline").stdout
    assert "2026-04-01" in result.stdout
    assert result.exit_code == (1 if command == "due" else 0)
    assert result.stderr.startswith(
        f"warning: Mixpanel could not be asked when service accounts of project {project} expire, "
        "so only the register's own days are told: Mixpanel refused the credentials of "
        f"{name} (401)"
    )


def test_the_review_takes_the_tokens_of_its_project(open_house: House) -> None:
    path = open_house.folder / "plans" / "tokens.yaml"
    path.parent.mkdir()
    text = REGISTER.replace("project: 2", f"project: {open_house.project}")
    path.write_text(text, "utf-8")
    around = open_house.around
    assert [one.name for one in tokens_of(around, around.project())] == ["web-dev"]
    path.write_text(text.replace("kind: api_secret", "kind: x"), "utf-8")
    assert tokens_of(around, around.project()) == ()
    assert open_house.told[0].startswith(
        "warning: the review is without tokens: plans/tokens.yaml:"
    )


def test_the_doctor_looks_at_the_register(kept: Path, run: Run) -> None:
    def said() -> str:
        result = run("doctor", "--format", "json")
        checks = {one["name"]: one for one in json.loads(result.stdout)["checks"]}
        return f"{checks['tokens']['state']}: {checks['tokens']['text']}"

    assert said() == "warning: overdue: web"
    kept.write_text(REGISTER.replace("2026-08-25", "2026-11-01"), "utf-8")
    assert said() == "warning: due soon: export"
    later = REGISTER.replace("2026-08-25", "2026-11-01").replace("30 days", "90 days")
    kept.write_text(later, "utf-8")
    assert said() == "ok: 3 in plans/tokens.yaml, none due"
    kept.write_text(REGISTER.replace("1a2b3c4d5e6f7890", WEB), "utf-8")
    assert said().startswith("wrong: plans/tokens.yaml:11:18: may be a token or a secret")
