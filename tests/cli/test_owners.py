"""`mpgov owners`: who answers for what, who cannot, and how events change hands."""

from __future__ import annotations

import json
import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mpgov.errors import InputError
from mpgov.storage.ledger import Ledger

COMMERCE = """\
mpgov: 1

# What is sold. Ask Tom before you change anything.
events:
  Order Paid:
    description: A customer paid.       # agreed in March
    owners: [tom@acme.example, "team:Payments"]   # Tom since 2024
    category: Commerce
  Cart Viewed:
    owners:
      - Tom@acme.example   # since March
      - jane@acme.example
    description: The cart was seen.
  Coupon Used:
    owners: [sam@acme.example]
"""
GROWTH = """\
mpgov: 1
events:
  Sign Up: {description: A new account., owners: [tom@acme.example], tags: [KPI]}
  Nobody's: {}
governance:
  approvers: [sam@acme.example]
  curators: [tom@acme.example]
  left: [lee@acme.example]
"""
CONFIG = """\
plan = "plans"
[projects.shop]
id = {project}
[owners]
domains = ["acme.example"]
handles = {{ "team:Payments" = "@acme/payments", "sam@acme.example" = "@sam" }}
"""


@pytest.fixture
def home(open_house, monkeypatch):
    monkeypatch.delenv("MIXPANEL_PROJECT_ID")
    limits = (open_house.folder / "mpgov.toml").read_text("utf-8")
    open_house.config(CONFIG.format(project=open_house.project) + limits)
    (open_house.folder / "plans").mkdir()
    (open_house.folder / "plans" / "commerce.yaml").write_text(COMMERCE, "utf-8")
    (open_house.folder / "plans" / "growth.yaml").write_text(GROWTH, "utf-8")
    open_house.sandbox.state.organizations[9].members.append("tom@acme.example")
    git(open_house.folder, "init", "-q")
    commit(open_house.folder)
    return open_house


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Jane", "-c", "user.email=jane@acme.example"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "The plan")


def changed_lines(folder: Path) -> list[str]:
    found = git(folder, "diff", "-U0", "--", "plans")
    return [x for x in found.splitlines() if x[:1] in "+-" and x[:3] not in {"+++", "---"}]


def records(home) -> list[dict]:
    return [dict(line.entry) for line in Ledger(home.folder / "exports" / "shop").read()]


# List


def test_the_list_counts_events_volume_and_findings_by_owner(home, run):
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    project = home.sandbox.state.projects[home.project]
    project.volumes = {"Order Paid": {day: 60}, "Sign Up": {day: 30}, "Nobody's": {day: 10}}
    rows = json.loads(run("owners", "list", "--format", "json").stdout)["owners"]
    shown = [(r["owner"], r["events"], r["volume"], r["share"], r["undescribed"]) for r in rows]
    assert shown == [
        ("tom@acme.example", 3, 90, 0.9, 0),
        ("team:Payments", 1, 60, 0.6, 0),
        ("jane@acme.example", 1, 0, 0.0, 0),
        ("sam@acme.example", 1, 0, 0.0, 1),
        (None, 1, 10, 0.1, 1),
    ]
    sam = next(r for r in rows if r["owner"] == "sam@acme.example")
    assert sam["warnings"] >= 1


def test_offline_the_plan_alone_counts(home, run):
    result = run("owners", "list", "--offline")
    assert result.exit_code == 0, result.output
    assert home.sandbox.log == []
    lines = result.stdout.splitlines()
    assert lines[0].split()[:5] == ["owner", "events", "volume", "share", "undescribed"]
    assert lines[-1] == "4 owners; 1 event of nobody"
    assert {"-"} == {line.split()[2] for line in lines[1:-2]}
    for name in ("csv", "markdown"):
        assert "nobody" in run("owners", "list", "--offline", "--format", name).stdout


# Check


def test_whoever_is_not_there_is_told_at_their_line(home, run):
    home.sandbox.state.organizations[9].members.remove("tom@acme.example")
    home.sandbox.state.organizations[9].teams.remove("Payments")
    file = home.folder / "plans" / "more.yaml"
    file.write_text(
        "mpgov: 1\nevents:\n  A: {owners: [lee@acme.example]}\n  B: {owners: [x@evil.example]}\n"
    )
    result = run("owners", "check", "--format", "json")
    assert result.exit_code == 1
    found = {
        (f["name"], f["location"]["file"], f["location"]["line"]): f["message"]
        for f in json.loads(result.stdout)["findings"]
    }
    no_member = "who is no member of the organization in Mixpanel"
    assert found == {
        ("Order Paid", "plans/commerce.yaml", 7): (
            "is owned by team:Payments, which is no team of the organization"
        ),
        ("Cart Viewed", "plans/commerce.yaml", 10): f"is owned by Tom@acme.example, {no_member}",
        ("Sign Up", "plans/growth.yaml", 3): f"is owned by tom@acme.example, {no_member}",
        ("A", "plans/more.yaml", 3): "is owned by lee@acme.example, who left",
        ("B", "plans/more.yaml", 4): (
            "is owned by x@evil.example, whose domain is none of acme.example"
        ),
    }


@pytest.mark.parametrize("people", ["listed", "by_id"])
def test_where_all_are_there_it_is_clean(home, run, people):
    home.sandbox.turn({"people": people})
    assert run("owners", "check").exit_code == 0


def test_where_the_api_does_not_let_us_ask_it_says_so_and_judges_the_rest(home, run):
    home.sandbox.turn({"people": "refused"})
    (home.folder / "plans" / "more.yaml").write_text(
        "mpgov: 1\nevents: {A: {owners: [lee@acme.example, stranger@acme.example]}}\n"
    )
    result = run("owners", "check")
    assert result.exit_code == 1
    assert "members could not be asked for" in result.stdout
    assert "teams could not be asked for" in result.stdout
    assert "lee@acme.example, who left" in result.stdout
    assert "stranger" not in result.stdout.replace("[lee@acme.example, stranger", "")


def test_what_mixpanel_does_tell_is_judged_by_though_it_refuses_the_other(home, run):
    home.sandbox.turn({"people": "teams refused"})
    text = "mpgov: 1\nevents: {A: {owners: [stranger@acme.example, 'team:Unheard']}}\n"
    (home.folder / "plans" / "more.yaml").write_text(text)
    result = run("owners", "check")
    assert result.exit_code == 1
    assert "stranger@acme.example, who is no member of the organization" in result.stdout
    assert "teams could not be asked for" in result.stdout
    assert "members could not" not in result.stdout
    assert "is owned by team:Unheard" not in result.stdout


def test_several_projects_tell_whose_members_could_not_be_asked_for(home, run):
    home.sandbox.turn({"people": "refused"})
    text = (home.folder / "mpgov.toml").read_text("utf-8")
    home.sandbox.add_project(5001, 9, "kiosk")
    home.config(f"{text}\n[projects.kiosk]\nid = 5001\norganization = 9\n")
    asked = ("owners", "check", "--project", "*")
    lines = run(*asked).stdout.splitlines()
    assert any(line.startswith("kiosk: note: members could not be asked") for line in lines)
    projects = json.loads(run(*asked, "--format", "json").stdout)["projects"]
    assert all("could not be asked for" in one["notes"][0] for one in projects)
    assert "shop: note: " in run(*asked, "--format", "markdown").stdout


def test_what_the_plan_waives_and_mpgov_toml_turns_down_counts_here_too(home, run):
    (home.folder / "plans" / "more.yaml").write_text(
        "mpgov: 1\n"
        "events: {A: {owners: [lee@acme.example]}, B: {owners: [lee@acme.example]}}\n"
        "waive: [{rule: ownership/unknown, name: A, reason: until her notice ends}]\n"
    )
    result = run("owners", "check")
    assert result.exit_code == 1
    assert ("A is owned" in result.stdout, "B is owned" in result.stdout) == (False, True)
    assert "1 waived" in result.stdout
    text = (home.folder / "mpgov.toml").read_text("utf-8")
    home.config(f'{text}\n[rules]\n"ownership/unknown" = "warning"\n')
    assert run("owners", "check").exit_code == 0
    home.config(f'{text}\n[rules]\n"ownership/unknown" = "off"\n')
    result = run("owners", "check")
    assert (result.exit_code, "nobody was judged" in result.stdout) == (0, True)


@pytest.mark.usefixtures("home")
def test_it_counts_what_it_looked_at(run):
    assert run("owners", "check").stdout.splitlines()[-1] == "plans: 5 events; no findings"


def test_members_beyond_the_first_page_are_members(home, run):
    home.sandbox.turn({"page_size": "2"})
    assert run("owners", "check").exit_code == 0


def test_the_command_that_mends_it_can_be_typed_whatever_the_name_holds(home, run):
    text = "mpgov: 1\nevents: {A: {owners: [o'neill@acme.example]}}\n"
    (home.folder / "plans" / "more.yaml").write_text(text)
    found = json.loads(run("owners", "check", "--format", "json").stdout)["findings"]
    words = shlex.split(found[0]["fix"].replace("NEW-OWNER", "jane@acme.example"))
    assert run(*words[1:]).exit_code == 0
    assert "owners: [jane@acme.example]" in (home.folder / "plans" / "more.yaml").read_text()


# Transfer


def test_a_transfer_changes_only_those_lines_and_the_next_sync_carries_it(home, run):
    assert run("sync", "--yes").exit_code == 0
    commit(home.folder)
    before = len(records(home))
    result = run("owners", "transfer", "tom@acme.example", "kim@acme.example", "--reason", "left")
    assert result.exit_code == 0, result.output
    assert changed_lines(home.folder) == [
        '-    owners: [tom@acme.example, "team:Payments"]   # Tom since 2024',
        '+    owners: [kim@acme.example, "team:Payments"]   # Tom since 2024',
        "-      - Tom@acme.example   # since March",
        "+      - kim@acme.example   # since March",
        "-  Sign Up: {description: A new account., owners: [tom@acme.example], tags: [KPI]}",
        "+  Sign Up: {description: A new account., owners: [kim@acme.example], tags: [KPI]}",
    ]
    assert "governance.curators" in result.stderr
    (record,) = records(home)[before:]
    assert (record["kind"], record["reason"]) == ("owner", "left")
    assert [change["name"] for change in record["changes"]] == [
        "Order Paid",
        "Cart Viewed",
        "Sign Up",
    ]
    assert record["changes"][0]["fields"] == [
        {
            "path": ["owners"],
            "before": ["tom@acme.example", "team:Payments"],
            "after": ["kim@acme.example", "team:Payments"],
        }
    ]
    found = run("history", "--kind", "owner", "--owner", "kim@*")
    assert "1 record" in found.stdout
    assert run("sync", "--yes").exit_code == 0
    kept = {
        e["name"]: e["schemaJson"]["metadata"]["com.mixpanel"].get("contacts")
        for e in home.sandbox.stored(home.project)
        if "contacts" in e["schemaJson"].get("metadata", {}).get("com.mixpanel", {})
    }
    assert kept == {
        "Order Paid": ["kim@acme.example"],
        "Cart Viewed": ["jane@acme.example", "kim@acme.example"],
        "Coupon Used": ["sam@acme.example"],
        "Sign Up": ["kim@acme.example"],
    }


def test_a_transfer_may_be_of_some_events_alone(home, run):
    only = ["--only", "tag:Commerce"]
    assert run("owners", "transfer", "tom@acme.example", "team:Growth", *only).exit_code == 0
    assert len(changed_lines(home.folder)) == 2
    assert "owners: [team:Growth" in (home.folder / "plans" / "commerce.yaml").read_text()


def test_who_owns_it_already_is_not_there_twice(home, run):
    assert run("owners", "transfer", "tom@acme.example", "jane@acme.example").exit_code == 0
    text = (home.folder / "plans" / "commerce.yaml").read_text("utf-8")
    assert text.count("jane@acme.example") == 2
    assert "Tom@" not in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kim@acme.example", "jane@acme.example", "owns nothing here"),
        ("tom@acme.example", "Tom", "is no owner"),
        ("tom@acme.example", "TOM@acme.example", "both are the same owner"),
        ("tom@acme.example", "lee@acme.example", "who left"),
        ("tom@acme.example", "a@evil.example", "domain is none of acme.example"),
    ],
)
def test_what_cannot_be_handed_over(home, run, old, new, said):
    result = run("owners", "transfer", old, new)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert changed_lines(home.folder) == []
    assert records(home) == []


def test_a_record_that_cannot_be_written_leaves_the_plan_alone(home, run):
    (home.folder / "exports").write_text("a file")
    assert run("owners", "transfer", "tom@acme.example", "kim@acme.example").exit_code == 3
    assert changed_lines(home.folder) == []


def test_where_the_record_fails_in_the_end_the_plan_is_as_it_was(home, run, monkeypatch):
    def full(*_):
        raise InputError("cannot write the record: no space left on device")

    monkeypatch.setattr(Ledger, "append", full)
    result = run("owners", "transfer", "tom@acme.example", "kim@acme.example")
    assert (result.exit_code, "no space left" in result.stderr) == (3, True)
    assert changed_lines(home.folder) == []


# CODEOWNERS


def test_code_owners_are_those_of_what_stands_in_a_file(home, run):
    result = run("owners", "codeowners")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "# mpgov owners: begin",
        "/plans/ @sam",
        "/plans/commerce.yaml tom@acme.example @acme/payments jane@acme.example @sam",
        "/plans/growth.yaml tom@acme.example",
        "# mpgov owners: end",
    ]
    file = home.folder / "CODEOWNERS"
    file.write_text("* @everybody\n")
    for _ in range(2):
        assert run("owners", "codeowners", "--into", "CODEOWNERS").exit_code == 0
    lines = file.read_text().splitlines()
    assert lines[:3] == ["* @everybody", "", "# mpgov owners: begin"]
    assert len(lines) == 7


def test_a_team_without_a_handle_is_told(home, run):
    config = home.folder / "mpgov.toml"
    lines = [x for x in config.read_text().splitlines() if not x.startswith("handles")]
    config.write_text("\n".join(lines))
    result = run("owners", "codeowners")
    assert "team:" not in result.stdout
    assert "team:Payments has no handle: say it in mpgov.toml, [owners] handles" in result.stderr


def test_code_owners_are_told_paths_from_the_top_of_the_repository(open_house, run, monkeypatch):
    home = open_house.folder / "analytics"
    (home / "plans").mkdir(parents=True)
    (home / "plans" / "a shop.yaml").write_text(COMMERCE, "utf-8")
    (home / "mpgov.toml").write_text((open_house.folder / "mpgov.toml").read_text("utf-8"))
    git(open_house.folder, "init", "-q")
    monkeypatch.chdir(home)
    lines = run("owners", "codeowners", "--plan", "plans").stdout.splitlines()
    assert lines[1].startswith("/analytics/plans/a\\ shop.yaml tom@acme.example ")


def test_a_file_of_code_owners_keeps_its_bytes(home, run):
    file = home.folder / "CODEOWNERS"
    file.write_bytes("# Größe\r\n* @everybody\r\n".encode())
    for _ in range(2):
        assert run("owners", "codeowners", "--into", "CODEOWNERS").exit_code == 0
    data = file.read_bytes()
    assert data.startswith("# Größe\r\n* @everybody\r\n\r\n# mpgov owners: begin\r\n".encode())
    assert data.count(b"\n") == data.count(b"\r\n") == 8


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"# Gr\xf6\xdfe\n", "is not UTF-8"), (b"# mpgov owners: begin\n* @a\n", "without")],
)
def test_a_file_of_code_owners_that_cannot_be_edited_is_left(home, run, data, said):
    file = home.folder / "CODEOWNERS"
    file.write_bytes(data)
    result = run("owners", "codeowners", "--into", "CODEOWNERS")
    assert (result.exit_code, said in result.stderr) == (3, True)
    assert file.read_bytes() == data
